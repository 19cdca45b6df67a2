"""THE list of features. Alembic, help, the view gallery and the tests read it too."""

from qibot.champions import commands as champions
from qibot.champions import models as _champions_models  # noqa: F401 - Alembic sees every table through this module
from qibot.chat.arguments import Rest
from qibot.chat.help import about, overview
from qibot.chat.message import Message, Part
from qibot.chat.router import Otherwise, Router, Table
from qibot.people import commands as people
from qibot.people.turn import Turn, anybody

start = Table[Turn]("Start here")


@start.command("help", needs=anybody, help="What I can do, or more about one command.", reads=True)
async def help(turn: Turn, words: Rest) -> Message:
    return about(router, turn, words) if words else overview(router, turn)


def _home(turn: Turn, parts: tuple[Part, ...]) -> Message:
    return Message("qibot", *parts)


router: Router[Turn] = Router(
    (start, people.commands, champions.commands),
    otherwise=Otherwise(champions.otherwise, reads=True),
    home=_home,
)
