"""/qi pairs, and the buttons of mixed pairs at an event."""

import secrets

from qibot.chat.message import Message
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


@commands.action(SendPairs, needs=organiser)
async def sent(turn: Turn, pressed: SendPairs) -> Message:
    event = await today.of_button(turn.db, pressed.event, turn.member, turn.today)
    made = await service.make(turn.db, event, number=pressed.number, seed=pressed.seed, now=turn.now)
    return views.sent(event, made) if made else views.sent_before(event)


@commands.action(IncludeMe, needs=member)
async def included(turn: Turn, pressed: IncludeMe) -> Message:
    event = await _joined(turn, pressed.event)
    await service.choose(turn.db, event, turn.member, takes_part=True)
    return views.included(event, told=await people.agrees(turn.db, turn.member.id, "introductions"))


@commands.action(LeaveMeOut, needs=member)
async def left_out(turn: Turn, pressed: LeaveMeOut) -> Message:
    event = await _joined(turn, pressed.event)
    await service.choose(turn.db, event, turn.member, takes_part=False)
    return views.left_out(event)


async def _joined(turn: Turn, event_id: int) -> Event:
    event = await today.of_button(turn.db, event_id, turn.member, turn.today)
    return await today.joined(turn.db, event, turn.member)


async def _own(turn: Turn, event: Event) -> Message:
    await today.joined(turn.db, event, turn.member)
    if not await service.takes_part(turn.db, event.id, turn.member.id):
        return views.out(event)
    mix = await service.newest(turn.db, event.id)
    there = await service.sits_with(turn.db, mix, turn.member.id) if mix else ()
    return views.sits_with(event, there) if there else views.waits(event, made=mix is not None)
