"""/qi event edit, event organiser; and at which place somebody is."""

from qibot.chat.arguments import Rest
from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.events import places, rights
from qibot.events import service as events
from qibot.events.forms import CancelEvent
from qibot.events.models import Event
from qibot.events.organising import service, views
from qibot.events.organising.forms import AtPlace, EditEvent, StepDown, TakeBack
from qibot.people.commands import one_person
from qibot.people.turn import Turn, member, table

commands = table("Organising an event")


@commands.command("event edit", needs=member, help="Change an event you organise: its day, places, plan.", reads=True)
async def edit(turn: Turn, code: str) -> Form:
    event = await rights.must(turn.db, await events.by_code(turn.db, code), turn.member)
    events.standing(event)
    return views.edit_form(event)


@commands.submission(EditEvent, needs=member)
async def edited(turn: Turn, said: EditEvent) -> Message:
    event = await _of(turn, row_id(said.event))
    about = {"title": said.title, "place": said.place, "follow_up": said.follow_up}
    done = await service.edit(turn.db, event, turn.member, day=said.day, now=turn.now, today=turn.today, **about)
    return views.edited(event, done, turn.today)


@commands.command("event cancel", needs=member, help="Cancel an event you organise.", reads=True)
async def cancel(turn: Turn, code: str) -> Message:
    event = await rights.must(turn.db, await events.by_code(turn.db, code), turn.member)
    events.standing(event)
    return views.cancelling(event, turn.today)


@commands.action(CancelEvent, needs=member)
async def cancelled(turn: Turn, pressed: CancelEvent) -> Message:
    event = await _of(turn, pressed.event)
    told = await service.cancel(turn.db, event, turn.member, turn.now, turn.today)
    return views.cancelled(event, told)


@commands.command("event organiser", needs=member, help="Who organises an event with you; add a member by name.")
async def organiser(turn: Turn, name_and_code: Rest) -> Message:
    name, _, code = name_and_code.strip().rpartition(" ")
    event = await rights.must(turn.db, await events.by_code(turn.db, code), turn.member)
    if not name.strip():
        return views.organisers(event, await rights.added(turn.db, event))
    person = await one_person(turn, name.strip())
    new = await service.add(turn.db, event, person, turn.member, turn.now)
    return views.organisers(event, await rights.added(turn.db, event), person, already=not new)


@commands.action(TakeBack, needs=member)
async def taken_back(turn: Turn, pressed: TakeBack) -> Message:
    event = await _of(turn, pressed.event)
    await service.take_back(turn.db, event, pressed.person)
    return views.organisers(event, await rights.added(turn.db, event))


@commands.action(StepDown, needs=member)
async def stepped_down(turn: Turn, pressed: StepDown) -> Message:
    event = await events.by_id(turn.db, pressed.event)
    await service.take_back(turn.db, event, turn.member.id)
    return views.stepped_down(event)


@commands.action(AtPlace, needs=member)
async def at_place(turn: Turn, pressed: AtPlace) -> Message:
    event = await events.attended(turn.db, await events.by_id(turn.db, pressed.event), turn.member.id)
    await places.say(turn.db, event, turn.member.id, pressed.place)
    return views.at_place(event, pressed.place, turn.today)


async def _of(turn: Turn, event_id: int) -> Event:
    return await rights.must(turn.db, await events.by_id(turn.db, event_id), turn.member)
