"""/qi event delegates, and what people on the list answer."""

from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.events import rights
from qibot.events import service as events
from qibot.events import views as event_views
from qibot.events.delegates import service, views
from qibot.events.delegates.forms import Confirm, PasteDelegates
from qibot.events.organising.views import which_place
from qibot.people.turn import Turn, member, table

commands = table("Who comes to an event")


@commands.command(
    "event delegates", needs=member, help="Ask a list of people whether they come to an event you organise.", reads=True
)
async def paste(turn: Turn, code: str) -> Form:
    event = await rights.must(turn.db, await events.by_code(turn.db, code), turn.member)
    events.standing(event)
    return views.paste_form(event)


@commands.submission(PasteDelegates, needs=member)
async def pasted(turn: Turn, said: PasteDelegates) -> Message:
    event = await rights.must(turn.db, await events.by_id(turn.db, row_id(said.event)), turn.member)
    return views.looked(event, await service.look(turn.db, event, said.rows, turn.now))


@commands.action(Confirm, needs=member)
async def confirmed(turn: Turn, pressed: Confirm) -> Message:
    event = await events.by_id(turn.db, pressed.event)
    new = await service.answer(turn.db, event, turn.member, pressed.there, turn.now)
    if not pressed.there:
        return views.declined(event)
    return event_views.joined(event, new=new, today=turn.today).plus(*which_place(event))
