"""/qi erase."""

from collections.abc import Sequence

from qibot.chat.message import Message
from qibot.chat.router import Table
from qibot.people import views
from qibot.people.erasing import service
from qibot.people.forms import EraseMe
from qibot.people.turn import Turn, anybody, table


def commands(features: Sequence[service.Erase]) -> Table[Turn]:
    """The table. It is made by the list of features, who alone know all that is held about somebody."""
    rows, say = table("You and the network"), Erasing(features)
    rows.command("erase", needs=anybody, reads=True, help="Have it all erased.")(say.asks)
    rows.action(EraseMe, needs=anybody)(say.erases)
    return rows


class Erasing:
    """The handlers, who need to know what each feature holds."""

    def __init__(self, features: Sequence[service.Erase]) -> None:
        self._features = tuple(features)

    async def asks(self, turn: Turn) -> Message:
        """Answers `/qi erase`, and asks first."""
        return views.erasing()

    async def erases(self, turn: Turn, _: EraseMe) -> Message:
        """Erases whoever pressed it, in the network or not, and nobody else: the button says no name."""
        if turn.person is None:
            await service.forget_account(turn.db, turn.identity.id)
        else:
            await service.erase(turn.db, turn.person, turn.now, self._features)
        return views.erased()
