"""/qi event qr; and the form in which a code is filled in."""

import asyncio

from qibot.chat.message import Message, Part
from qibot.documents.posters import poster
from qibot.events import rights
from qibot.events import service as events
from qibot.events.joining import service, views
from qibot.people.turn import Turn, member, table

commands = table("Organising an event")


@commands.command(
    "event qr",
    needs=member,
    help="How people join an event you organise, as a picture.",
    reads=True,
)
async def picture(turn: Turn, code: str) -> Message:
    event = await rights.must(turn.db, await events.by_code(turn.db, code), turn.member)
    events.standing(event)
    ways = await service.ways(turn.db, views.words(event))
    # Drawing takes a tenth of a second, in which others are answered.
    png = await asyncio.to_thread(poster, event.title, ways, event.code, views.below(event)) if ways else b""
    return views.picture(event, ways, png)


@commands.home
async def home(turn: Turn) -> tuple[Part, ...]:
    return views.home()
