"""/qi pairs, and the buttons of mixed pairs at an event."""

import secrets

from qibot.chat.message import Message
from qibot.events import service as events
from qibot.events import today
from qibot.events.models import Event
from qibot.introductions.mixing import service, views
from qibot.introductions.mixing.forms import IncludeMe, LeaveMeOut, SendPairs
from qibot.people import service as people
from qibot.people.turn import Turn, member, organiser, table

commands = table("Pairs on the day of an event")


@commands.command(
    "pairs", needs=member, help="Whom you sit with at today's event; for organisers, make the pairs.", reads=True
)
async def pairs(turn: Turn, code: str = "") -> Message:
    event = await today.find(turn.db, turn.member, code, turn.today)
    if not turn.member.is_organiser:
        return await _own(turn, event)
    return views.preview(event, await service.plan(turn.db, event, secrets.randbelow(2**31)))


@commands.command("pairs mine", needs=member, help="Whom you sit with, for organisers who take part.", reads=True)
async def mine(turn: Turn, code: str = "") -> Message:
    event = await today.find(turn.db, turn.member, code, turn.today)
    return await _own(turn, event)


@commands.command("pairs out", needs=member, help="Be in no pairs at an event you joined.")
async def out(turn: Turn, code: str = "") -> Message:
    event = await events.by_code(turn.db, code) if code else await today.find(turn.db, turn.member, "", turn.today)
    return await _left_out(turn, event)


@commands.action(SendPairs, needs=organiser)
async def sent(turn: Turn, pressed: SendPairs) -> Message:
    event = await today.of_button(turn.db, pressed.event, turn.member, turn.today)
    made = await service.make(turn.db, event, number=pressed.number, seed=pressed.seed, now=turn.now)
    return views.sent(event, made) if made else views.sent_before(event)


@commands.action(IncludeMe, needs=member)
async def included(turn: Turn, pressed: IncludeMe) -> Message:
    event = await _joined(turn, await events.by_id(turn.db, pressed.event))
    await service.choose(turn.db, event, turn.member, takes_part=True)
    return views.included(event, told=await people.agrees(turn.db, turn.member.id, "introductions"))


@commands.action(LeaveMeOut, needs=member)
async def left_out(turn: Turn, pressed: LeaveMeOut) -> Message:
    return await _left_out(turn, await events.by_id(turn.db, pressed.event))


async def _left_out(turn: Turn, event: Event) -> Message:
    await _joined(turn, event)
    await service.choose(turn.db, event, turn.member, takes_part=False)
    return views.left_out(event)


async def _joined(turn: Turn, event: Event) -> Event:
    """The event again: one that they joined and that is not over. In or out is said before the day as well."""
    if event.day < turn.today:
        await today.there(turn.db, event, turn.member, turn.today)
    return await today.joined(turn.db, event, turn.member)


async def _own(turn: Turn, event: Event) -> Message:
    await today.joined(turn.db, event, turn.member)
    if not await service.takes_part(turn.db, event.id, turn.member.id):
        return views.out(event)
    mix = await service.newest(turn.db, event.id)
    there = await service.sits_with(turn.db, mix, turn.member.id) if mix else ()
    return views.sits_with(event, there) if there else views.waits(event, made=mix is not None)
