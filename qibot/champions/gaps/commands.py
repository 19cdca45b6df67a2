"""/qi gaps, topic words; and the buttons and the form of the gap map."""

from collections.abc import Mapping

from qibot.champions.forms import LookFor
from qibot.champions.gaps import service, views
from qibot.champions.gaps.forms import LeaveOut, OpenTeach, Teach
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message
from qibot.chat.router import guard
from qibot.errors import WrongFields
from qibot.people.commands import topic_choices
from qibot.people.topics import by_slug
from qibot.people.turn import Turn, anybody, member, organiser, table

commands = table("What is missing")

_LAST_PAGE = 200


@commands.command("gaps", needs=anybody, help="Topics that people look for and nobody offers yet.", reads=True)
async def gap_map(turn: Turn, *, page: int = 1) -> Message:
    page = max(1, min(page, _LAST_PAGE))
    rows, more = await service.gaps(turn.db, turn.now, turn.today, page=page)
    return views.gaps(rows, page=page, more=more)


@commands.action(LookFor, needs=member)
async def look_for(turn: Turn, pressed: LookFor) -> Message:
    guard(pressed.words)
    return views.on_the_map(await service.look_for(turn.db, turn.member, pressed.topic, pressed.words, turn.now))


@commands.command(
    "topic words", needs=organiser, help="Words in which people looked for help and I read no topic.", reads=True
)
async def topic_words(turn: Turn, *, page: int = 1) -> Message:
    page = max(1, min(page, _LAST_PAGE))
    rows, more = await service.unread(turn.db, turn.now, page=page)
    return views.unread(rows, page=page, more=more)


@commands.action(OpenTeach, needs=organiser)
async def open_teach(turn: Turn, pressed: OpenTeach) -> Form:
    return views.teach(await service.listed(turn.db, pressed.words, turn.now))


async def teach_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Every topic."""
    return {"topic": await topic_choices(turn)}


@commands.submission(Teach, needs=organiser, choices=teach_choices)
async def taught(turn: Turn, said: Teach) -> Message:
    found = await by_slug(turn.db, [said.topic])
    if not found or found[0].retired_at is not None:
        raise WrongFields({"topic": "Please choose one of those offered."})
    await service.teach(turn.db, said.heard, found[0], said.word, turn.now)
    return views.taught(found[0], said.word)


@commands.action(LeaveOut, needs=organiser)
async def left_out(turn: Turn, pressed: LeaveOut) -> Message:
    words = await service.listed(turn.db, pressed.words, turn.now)
    await service.forget(turn.db, words)
    return views.left_out(words)
