"""/qi broadcast, broadcasts, and the buttons and forms around a broadcast."""

from collections.abc import Mapping

from qibot.broadcasts import answering, audience, sending, service, views
from qibot.broadcasts import report as reports
from qibot.broadcasts.forms import (
    Agree,
    Answer,
    Compose,
    Correct,
    Decline,
    Discard,
    OpenAlone,
    OpenChange,
    OpenCorrect,
    OpenReply,
    Send,
    SendAlone,
    Stop,
    TryOut,
    Undo,
    Withdraw,
    WriteBack,
)
from qibot.broadcasts.letting_go import views as letting_go
from qibot.broadcasts.models import ASKING, DRAFT, STARTED, Broadcast
from qibot.broadcasts.outcome import views as outcome
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.errors import Refused
from qibot.people import organisations as orgs
from qibot.people.commands import topic_choices
from qibot.people.turn import Turn, member, organiser, table
from qibot.typed import Typed

commands = table("Broadcasts")

_MOST_LINES = 5_000
"""Of a list as a file in a chat; the command line has no limit."""


async def _read_broadcast(words: str, turn: Turn) -> Broadcast:
    return await service.by_name(turn.db, words)


commands.reader(Broadcast, _read_broadcast)


@commands.command("broadcast", needs=organiser, help="Write one message to exactly the people you mean.", reads=True)
async def write(turn: Turn) -> Form:
    return views.compose()


@commands.command("broadcasts", needs=organiser, help="The newest broadcasts, and where each stands.", reads=True)
async def listing(turn: Turn) -> Message:
    return views.listing(await service.recent(turn.db), turn.today)


@commands.command(
    "broadcast show", needs=organiser, help="One broadcast: for whom, how it goes, who got it.", reads=True
)
async def show(turn: Turn, broadcast: Broadcast) -> Message:
    return await _shown(turn, broadcast)


@commands.command("broadcast replies", needs=organiser, help="What people wrote back to a broadcast.", reads=True)
async def replies(turn: Turn, broadcast: Broadcast) -> Message:
    return outcome.replies(broadcast, await answering.replies(turn.db, broadcast), turn.member.zone)


# It only reads, and a list with names is worth a receipt.
@commands.command("broadcast export", needs=organiser, help="Who got a broadcast, as a list to keep (CSV).")
async def export(turn: Turn, broadcast: Broadcast) -> Message:
    if broadcast.state != STARTED:
        raise Refused("It has not started, so there is no list yet.", ("Type ", Typed("broadcasts"), " to see it."))
    text, lines = await reports.export(turn.db, broadcast, most=_MOST_LINES)
    return outcome.exported(broadcast, text, lines)


async def _shown(turn: Turn, found: Broadcast) -> Message:
    if found.state == DRAFT:
        return await _draft(turn, found, [])
    if found.state == STARTED:
        return outcome.report(found, await reports.figures(turn.db, found, turn.now), turn.now, turn.member.zone)
    if found.state == ASKING and found.organiser_id != turn.member.id:
        return letting_go.second(found, await audience.look(turn.db, found, turn.today), turn.today)
    if found.state == ASKING:
        return letting_go.asking(found, turn.today)
    return letting_go.sent_off(found, turn.now, turn.today)


async def _draft(turn: Turn, found: Broadcast, missing: list[str]) -> Message:
    look = await audience.look(turn.db, found, turn.today)
    others = len(await service.others(turn.db, turn.member.id))
    return views.draft(found, look, missing, alone_up_to=turn.alone_up_to, others=others, today=turn.today)


# ---- Writing


async def compose_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Organisations and topics."""
    open_ones = await orgs.open_organisations(turn.db, turn.today)
    return {
        "organisation": tuple(Choice(str(one.id), one.name) for one in open_ones),
        "topic": await topic_choices(turn),
    }


@commands.submission(Compose, needs=organiser, choices=compose_choices)
async def composed(turn: Turn, said: Compose) -> Message:
    # The list is not shown again in the form of a change: left empty there, it stays as it is.
    wanted = service.Wanted(
        said.title, said.body, said.organisation, said.place, said.topic, said.role, said.event, said.after,
        said.listed if said.listed or not said.broadcast else None, said.answers, said.takes_words, said.on, said.hour,
    )  # fmt: skip
    if said.broadcast:
        found, missing = await service.change(turn.db, turn.member, row_id(said.broadcast), wanted, turn.now)
    else:
        found, missing = await service.compose(turn.db, turn.member, wanted, turn.now)
    return await _draft(turn, found, missing)


@commands.action(OpenChange, needs=organiser)
async def open_change(turn: Turn, pressed: OpenChange) -> Form:
    found = await service.by_id(turn.db, pressed.broadcast)
    if found.state != DRAFT:
        raise Refused("That broadcast is on its way.", "Take it back first, if it has not started.")
    values: dict[str, object] = {
        "title": found.title, "body": found.body, "place": found.place, "role": found.role,
        "organisation": str(found.organisation_id or ""), "topic": found.topic.slug if found.topic else "",
        "event": found.event.code if found.event else "", "after": f"#{found.after_id}" if found.after_id else "",
        "answers": ", ".join(found.labels), "takes_words": found.takes_words, "broadcast": str(found.id),
        **service.said_of(found.wanted_at, turn.member.zone),
    }  # fmt: skip
    return views.compose(values)


@commands.action(TryOut, needs=organiser)
async def tried(turn: Turn, pressed: TryOut) -> Message:
    return views.tried(await service.by_id(turn.db, pressed.broadcast))


@commands.action(Discard, needs=organiser)
async def discarded(turn: Turn, pressed: Discard) -> Message:
    await service.discard(turn.db, pressed.broadcast)
    return views.discarded()


# ---- Letting it go


@commands.action(Send, needs=organiser)
async def sent(turn: Turn, pressed: Send) -> Message:
    found = await service.send(
        turn.db, turn.member, pressed.broadcast, pressed.revision, turn.now, alone_up_to=turn.alone_up_to
    )
    return await _shown(turn, found)


@commands.action(OpenAlone, needs=organiser)
async def open_alone(turn: Turn, pressed: OpenAlone) -> Form:
    found = await service.by_id(turn.db, pressed.broadcast)
    if found.state != DRAFT:
        raise Refused("That broadcast is on its way.", ("Type ", Typed("broadcasts"), " to see where it stands."))
    return letting_go.alone(found, (await audience.look(turn.db, found, turn.today)).size)


@commands.submission(SendAlone, needs=organiser)
async def sent_alone(turn: Turn, said: SendAlone) -> Message:
    found = await service.send(
        turn.db,
        turn.member,
        row_id(said.broadcast),
        row_id(said.revision),
        turn.now,
        alone_up_to=turn.alone_up_to,
        typed=said.number,
    )
    return await _shown(turn, found)


@commands.action(Agree, needs=organiser)
async def agreed(turn: Turn, pressed: Agree) -> Message:
    found = await service.agree(turn.db, turn.member, pressed.broadcast, pressed.revision, turn.now)
    return letting_go.agreed(found, turn.today)


@commands.action(Decline, needs=organiser)
async def declined(turn: Turn, pressed: Decline) -> Message:
    return letting_go.declined(
        await service.decline(turn.db, turn.member, pressed.broadcast, pressed.revision, turn.now)
    )


@commands.action(Undo, needs=organiser)
async def undone(turn: Turn, pressed: Undo) -> Message:
    return letting_go.undone(await service.undo(turn.db, pressed.broadcast))


# ---- Once it has gone out


@commands.action(Stop, needs=organiser)
async def stopped(turn: Turn, pressed: Stop) -> Message:
    return outcome.stopped(await sending.stop(turn.db, pressed.broadcast, turn.now))


@commands.action(OpenCorrect, needs=organiser)
async def open_correct(turn: Turn, pressed: OpenCorrect) -> Form:
    return outcome.correcting(await sending.correctable(turn.db, pressed.broadcast))


@commands.submission(Correct, needs=organiser)
async def corrected(turn: Turn, said: Correct) -> Message:
    broadcast_id = row_id(said.broadcast)
    return outcome.changing(await sending.correct(turn.db, turn.member, broadcast_id, said.title, said.body, turn.now))


@commands.action(Withdraw, needs=organiser)
async def withdrawn(turn: Turn, pressed: Withdraw) -> Message:
    return outcome.changing(await sending.withdraw(turn.db, pressed.broadcast, turn.now))


# ---- What comes back


@commands.action(Answer, needs=member)
async def answered(turn: Turn, pressed: Answer) -> Message:
    found = await answering.answer(turn.db, pressed.broadcast, turn.member, pressed.choice, turn.now)
    return views.answered(found, pressed.choice)


@commands.action(OpenReply, needs=member)
async def open_reply(turn: Turn, pressed: OpenReply) -> Form:
    return views.write_back(await answering.may_write(turn.db, pressed.broadcast, turn.member))


@commands.submission(WriteBack, needs=member)
async def wrote_back(turn: Turn, said: WriteBack) -> Message:
    return views.wrote_back(await answering.write(turn.db, row_id(said.broadcast), turn.member, said.words, turn.now))
