"""/qi questions, gaps, topic words; and the buttons and forms of questions to the organisers."""

from collections.abc import Mapping

from qibot.champions.forms import AskOrganisers, LookFor
from qibot.champions.questions import gaps, service, views
from qibot.champions.questions.forms import (
    LeaveOut,
    NobodyYet,
    OpenReply,
    OpenSuggest,
    OpenTeach,
    Reply,
    Suggest,
    Teach,
    WithdrawQuestion,
)
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message
from qibot.chat.router import guard
from qibot.errors import WrongFields
from qibot.people.commands import topic_choices
from qibot.people.topics import by_slug
from qibot.people.turn import Turn, anybody, member, organiser, table

commands = table("When nobody fits")

_LAST_PAGE = 200


@commands.command(
    "questions", needs=member, help="What you asked the organisers; for organisers, all that wait.", reads=True
)
async def questions(turn: Turn, *, page: int = 1) -> Message:
    if not turn.member.is_organiser:
        return views.mine(await service.of_person(turn.db, turn.member.id), turn.today)
    page = max(1, min(page, _LAST_PAGE))
    rows, more = await service.waiting(turn.db, page=page)
    return views.waiting(rows, turn.today, page=page, more=more)


@commands.action(AskOrganisers, needs=member)
async def ask(turn: Turn, pressed: AskOrganisers) -> Message:
    # They come back from a button, which is a claim like any other.
    guard(pressed.words)
    found = await service.ask(turn.db, turn.member, pressed.words, pressed.topic, turn.now)
    return (views.asked if found.new else views.asked_before)(found.question, turn.today)


@commands.action(WithdrawQuestion, needs=member)
async def withdrawn(turn: Turn, pressed: WithdrawQuestion) -> Message:
    return views.withdrawn(await service.withdraw(turn.db, pressed.question, turn.member, turn.now))


@commands.action(OpenSuggest, needs=organiser)
async def open_suggest(turn: Turn, pressed: OpenSuggest) -> Form:
    return views.suggest(await service.for_organiser(turn.db, pressed.question))


@commands.submission(Suggest, needs=organiser)
async def suggested(turn: Turn, said: Suggest) -> Message:
    question = await service.suggest(
        turn.db,
        _number(said.question),
        turn.member,
        said.person,
        said.reply,
        workspace_id=turn.workspace.id,
        now=turn.now,
    )
    return views.thanks(question)


@commands.action(OpenReply, needs=organiser)
async def open_reply(turn: Turn, pressed: OpenReply) -> Form:
    return views.reply(await service.for_organiser(turn.db, pressed.question))


@commands.submission(Reply, needs=organiser)
async def replied(turn: Turn, said: Reply) -> Message:
    question = await service.answer(turn.db, _number(said.question), turn.member, said.reply, turn.now)
    return views.thanks(question)


@commands.action(NobodyYet, needs=organiser)
async def nobody_yet(turn: Turn, pressed: NobodyYet) -> Message:
    return views.thanks(await service.nobody_yet(turn.db, pressed.question, turn.member, turn.now))


def _number(claimed: str) -> int:
    """A hidden id; 0, which nothing has, for anything else."""
    return int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) <= 9 else 0


# ---- The gap map


@commands.command("gaps", needs=anybody, help="Topics that people look for and nobody offers yet.", reads=True)
async def gap_map(turn: Turn, *, page: int = 1) -> Message:
    page = max(1, min(page, _LAST_PAGE))
    rows, more = await gaps.gaps(turn.db, turn.now, turn.today, page=page)
    return views.gaps(rows, page=page, more=more)


@commands.action(LookFor, needs=member)
async def look_for(turn: Turn, pressed: LookFor) -> Message:
    guard(pressed.words)
    return views.on_the_map(await gaps.look_for(turn.db, turn.member, pressed.topic, pressed.words, turn.now))


@commands.command(
    "topic words", needs=organiser, help="Words in which people looked for help and I read no topic.", reads=True
)
async def topic_words(turn: Turn, *, page: int = 1) -> Message:
    page = max(1, min(page, _LAST_PAGE))
    rows, more = await gaps.unread(turn.db, turn.now, page=page)
    return views.unread(rows, page=page, more=more)


@commands.action(OpenTeach, needs=organiser)
async def open_teach(turn: Turn, pressed: OpenTeach) -> Form:
    return views.teach(await gaps.listed(turn.db, pressed.words, turn.now))


async def teach_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Every topic."""
    return {"topic": await topic_choices(turn)}


@commands.submission(Teach, needs=organiser, choices=teach_choices)
async def taught(turn: Turn, said: Teach) -> Message:
    found = await by_slug(turn.db, [said.topic])
    if not found or found[0].retired_at is not None:
        raise WrongFields({"topic": "Please choose one of those offered."})
    await gaps.teach(turn.db, said.heard, found[0], said.word, turn.now)
    return views.taught(found[0], said.word)


@commands.action(LeaveOut, needs=organiser)
async def left_out(turn: Turn, pressed: LeaveOut) -> Message:
    words = await gaps.listed(turn.db, pressed.words, turn.now)
    await gaps.forget(turn.db, words)
    return views.left_out(words)
