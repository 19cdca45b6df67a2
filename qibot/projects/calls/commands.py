"""/qi project call."""

from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.people.turn import Turn, member, table
from qibot.projects.calls import service, views
from qibot.projects.calls.forms import CallForHelp
from qibot.projects.models import Project

commands = table("Asking for help")


@commands.command(
    "project call", needs=member, help="One precise call for help, to champions of your project’s topics.", reads=True
)
async def call(turn: Turn, project: Project) -> Form:
    return views.call_form(await service.may_call(turn.db, project.id, turn.member, turn.now))


@commands.submission(CallForHelp, needs=member)
async def called(turn: Turn, said: CallForHelp) -> Message:
    found, count = await service.call(turn.db, row_id(said.project), turn.member, said.words, turn.now)
    return views.called(found, count)
