"""/qi rounds, round, and the buttons and forms of rounds."""

from collections.abc import Mapping
from datetime import date, timedelta

from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message, Part
from qibot.claims import row_id
from qibot.errors import NotFound, Refused, WrongFields
from qibot.introductions.rounds import service, taking, views
from qibot.introductions.rounds.forms import (
    ChangeProgramme,
    Confirm,
    CreateProgramme,
    JoinRound,
    LeaveRound,
    OpenChange,
    OpenPause,
    PauseRound,
    PreferTrios,
    ResumeRound,
    SayYes,
    SkipRound,
    StopProgramme,
    Undo,
)
from qibot.introductions.rounds.models import Programme
from qibot.introductions.rounds.organising import views as organising
from qibot.introductions.rounds.outcome import views as outcome
from qibot.introductions.rounds.rehearsal import rehearse
from qibot.introductions.rounds.taking import Mine
from qibot.people.commands import topic_choices
from qibot.people.turn import Turn, member, organiser, table
from qibot.typed import Typed

commands = table("Rounds")


async def _read_programme(words: str, turn: Turn) -> Programme:
    return await service.by_name(turn.db, words)


commands.reader(Programme, _read_programme)


@commands.command("rounds", needs=member, help="Rounds you can take part in, to meet somebody new.", reads=True)
async def rounds(turn: Turn) -> Message:
    every = await service.running(turn.db)
    mine = [one.programme.id for one in await taking.of_person(turn.db, turn.member)]
    return views.listing(every, mine, turn.today, organiser=turn.member.is_organiser)


@commands.command("round", needs=member, help="The rounds you take part in: leave one out, pause, leave.", reads=True)
async def mine(turn: Turn) -> Message:
    return views.mine(await taking.of_person(turn.db, turn.member), turn.today, turn.member.paused_until)


@commands.command("round show", needs=member, help="One programme of rounds: for whom, how often, when.", reads=True)
async def show(turn: Turn, programme: Programme) -> Message:
    mine = [one.me for one in await taking.of_person(turn.db, turn.member) if one.programme.id == programme.id]
    may = await taking.may_join(turn.db, turn.member, programme)
    shown = views.shown(programme, mine[0] if mine else None, turn.today, may=may)
    if not turn.member.is_organiser:
        return shown
    taking_part, in_it = await service.size(turn.db, programme, turn.now)
    return organising.manage(shown, programme, taking_part, in_it, await service.coming(turn.db, programme))


@commands.command("round join", needs=member, help="Take part in rounds, in the way you like.", reads=True)
async def join(turn: Turn, programme: Programme) -> Message:
    return await show(turn, programme)


@commands.command("round why", needs=member, help="Why you were matched, or left out, the last time.", reads=True)
async def why(turn: Turn) -> Message:
    return outcome.why(await taking.why(turn.db, turn.member, turn.now), turn.today)


@commands.command("round pause", needs=member, help="Be in no round until a day you name.")
async def pause(turn: Turn, until: date) -> Message:
    mine = await taking.of_person(turn.db, turn.member)
    if not mine:
        raise NotFound("You take part in no rounds.", ("Type ", Typed("rounds"), " to see what there is."))
    for one in mine:
        taking.pause(one.me, until, turn.today)
    return views.paused_all(until, turn.today)


@commands.action(JoinRound, needs=member)
async def joined(turn: Turn, pressed: JoinRound) -> Message:
    programme = await service.by_id(turn.db, pressed.programme)
    me = await taking.join(turn.db, turn.member, programme, pressed.mode, turn.now)
    return views.joined(programme, me, turn.today)


@commands.action(LeaveRound, needs=member)
async def left(turn: Turn, pressed: LeaveRound) -> Message:
    return views.left(await taking.leave(turn.db, turn.member, pressed.programme, turn.now))


@commands.action(SayYes, needs=member)
async def said_yes(turn: Turn, pressed: SayYes) -> Message:
    programme, me = await taking.own(turn.db, turn.member, pressed.programme)
    taking.say_yes(programme, me, pressed.number)
    return views.changed(Mine(programme, me), turn.today)


@commands.action(SkipRound, needs=member)
async def skipped(turn: Turn, pressed: SkipRound) -> Message:
    programme, me = await taking.own(turn.db, turn.member, pressed.programme)
    taking.skip(programme, me, pressed.number)
    return views.changed(Mine(programme, me), turn.today)


@commands.action(OpenPause, needs=member)
async def open_pause(turn: Turn, pressed: OpenPause) -> Form:
    programme, _ = await taking.own(turn.db, turn.member, pressed.programme)
    return views.pause_form(programme, turn.today + timedelta(weeks=4))


@commands.submission(PauseRound, needs=member)
async def paused(turn: Turn, said: PauseRound) -> Message:
    programme, me = await taking.own(turn.db, turn.member, row_id(said.programme))
    try:
        taking.pause(me, said.until, turn.today)
    except Refused as wrong:
        raise WrongFields({"until": wrong.sentence}) from wrong
    return views.changed(Mine(programme, me), turn.today)


@commands.action(ResumeRound, needs=member)
async def resumed(turn: Turn, pressed: ResumeRound) -> Message:
    programme, me = await taking.own(turn.db, turn.member, pressed.programme)
    me.paused_until = None
    return views.changed(Mine(programme, me), turn.today)


@commands.action(PreferTrios, needs=member)
async def preferred(turn: Turn, pressed: PreferTrios) -> Message:
    programme, me = await taking.own(turn.db, turn.member, pressed.programme)
    me.prefers_trio = pressed.trio
    return views.changed(Mine(programme, me), turn.today)


# ---- Organising


@commands.command("round create", needs=organiser, help="Start rounds: for whom, how often, by which rule.", reads=True)
async def create(turn: Turn) -> Form:
    return organising.create()


async def programme_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Every topic."""
    return {"topic": await topic_choices(turn)}


@commands.submission(CreateProgramme, needs=organiser, choices=programme_choices)
async def created(turn: Turn, said: CreateProgramme) -> Message:
    wanted = service.Wanted(
        said.name,
        said.audience,
        said.rhythm,
        said.rule,
        row_id(said.cool_down),
        said.first_on,
        said.topic,
        said.place,
        said.event,
    )
    programme = await service.create(turn.db, turn.member, wanted, turn.now)
    return organising.created(programme, await service.invitable(turn.db, programme), turn.today)


# It reads only while few take part, and what organisers looked at is worth a receipt.
@commands.command("round preview", needs=organiser, help="What the coming round would come to. Nothing is sent.")
async def preview(turn: Turn, programme: Programme) -> Message:
    tried = await rehearse(turn.db, programme, turn.member, turn.now)
    return organising.preview(programme, tried, turn.today) if tried else organising.rehearsing(programme)


@commands.action(Confirm, needs=organiser)
async def confirmed(turn: Turn, pressed: Confirm) -> Message:
    programme = await service.by_id(turn.db, pressed.programme)
    opened = await service.confirm(turn.db, turn.member, programme, pressed.number, pressed.rule, turn.now)
    return organising.confirmed(programme, opened, turn.today, at_once=programme.next_on <= turn.today)


@commands.action(Undo, needs=organiser)
async def undone(turn: Turn, pressed: Undo) -> Message:
    return organising.undone(await service.undo(turn.db, pressed.round))


@commands.command("round change", needs=organiser, help="Change rounds: how often, the day, the rule.", reads=True)
async def change(turn: Turn, programme: Programme) -> Form:
    return organising.change_form(programme)


@commands.action(OpenChange, needs=organiser)
async def open_change(turn: Turn, pressed: OpenChange) -> Form:
    return organising.change_form(await service.by_id(turn.db, pressed.programme))


@commands.submission(ChangeProgramme, needs=organiser)
async def changed(turn: Turn, said: ChangeProgramme) -> Message:
    programme = await service.by_id(turn.db, row_id(said.programme))
    wanted = service.Change(said.name, said.rhythm, said.rule, row_id(said.cool_down), said.next_on)
    anything = await service.change(turn.db, turn.member, programme, wanted, turn.now)
    return organising.changed(programme, views.facts(programme, turn.today), anything=anything)


@commands.action(StopProgramme, needs=organiser)
async def stopped(turn: Turn, pressed: StopProgramme) -> Message:
    programme = await service.by_id(turn.db, pressed.programme, ended=True)
    await service.stop(turn.db, programme, turn.now)
    return organising.stopped(programme)


@commands.home
async def home(turn: Turn) -> tuple[Part, ...]:
    if turn.person is None or not turn.person.here:
        return ()
    return views.home(await taking.of_person(turn.db, turn.person), turn.today)
