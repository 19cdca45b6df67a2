"""/qi event, reflect, pledge, pledges."""

from collections.abc import Mapping

from qibot.chat.arguments import Rest
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message, Part
from qibot.claims import row_id
from qibot.errors import NotFound, WrongFields
from qibot.events import rights, service, theming, views
from qibot.events.forms import (
    AnswerPledge,
    ChangePledge,
    CreateEvent,
    GroupAnswers,
    GroupThese,
    MakePledge,
    ReflectClosing,
    ReflectPairs,
    SuggestThemes,
    UseThemes,
)
from qibot.events.joining import service as joining
from qibot.events.joining.forms import JoinEvent
from qibot.events.models import CHANGED, CLOSING, FOLLOW_UP, PAIRS, Event, Pledge
from qibot.events.organising.views import which_place
from qibot.people import service as people
from qibot.people.topics import vocabulary
from qibot.people.turn import Turn, anybody, member, organiser, table
from qibot.typed import Typed

commands = table("Events")


@commands.command("event", needs=member, help="The events you joined.", reads=True)
async def mine(turn: Turn) -> Message:
    return views.mine(await service.mine(turn.db, turn.member.id), turn.today)


@commands.command(
    "event join", needs=anybody, help="Join an event with the code you were given.", asks=lambda rest: not rest
)
async def join(turn: Turn, code: str = "") -> Message | Form:
    return await _join(turn, await service.by_code(turn.db, code)) if code else Form(JoinEvent)


@commands.submission(JoinEvent, needs=anybody)
async def code_given(turn: Turn, said: JoinEvent) -> Message:
    try:
        event = await service.by_code(turn.db, joining.code_in(said.code))
    except NotFound as unknown:
        raise WrongFields({"code": f"{unknown.sentence} {unknown.next_step}"}) from unknown
    return await _join(turn, event)


async def _join(turn: Turn, event: Event) -> Message:
    if turn.person is None or not turn.person.here:
        service.standing(event)
        return views.join_first(event)
    new = await service.join(turn.db, event, turn.person, turn.now)
    return views.joined(event, new=new, today=turn.today).plus(*which_place(event))


@commands.command("event show", needs=member, help="One event: when, where, how to join.", reads=True)
async def show(turn: Turn, code: str) -> Message:
    return await _shown(turn, await service.by_code(turn.db, code))


@commands.command("event pledge", needs=member, help="Promise something at one event.", reads=True)
async def pledge_at(turn: Turn, code: str) -> Form:
    return _pledge_form(await _chosen(turn, code))


@commands.command(
    "reflect", needs=member, help="Say what you take from an event, with or without your name.", reads=True
)
async def reflect(turn: Turn, code: str = "") -> Message:
    return views.which_form(await _chosen(turn, code))


@commands.command("reflect pairs", needs=member, help="The two questions in pairs.", reads=True)
async def reflect_pairs(turn: Turn, code: str = "") -> Form:
    event = await _chosen(turn, code)
    return Form(ReflectPairs, {"event": str(event.id), "place": turn.member.place}, intro=event.title)


@commands.command("reflect closing", needs=member, help="The four closing questions.", reads=True)
async def reflect_closing(turn: Turn, code: str = "") -> Form:
    event = await _chosen(turn, code)
    return Form(ReflectClosing, {"event": str(event.id)}, intro=event.title)


@commands.submission(ReflectPairs, needs=member)
async def pairs_reflected(turn: Turn, said: ReflectPairs) -> Message:
    boxes = {
        "greatest-opportunities": said.greatest_opportunities,
        "what-will-we-do-next": said.what_will_we_do_next,
    }
    return await _reflected(turn, said, PAIRS, boxes, place=said.place)


@commands.submission(ReflectClosing, needs=member)
async def closing_reflected(turn: Turn, said: ReflectClosing) -> Message:
    boxes = {
        "thinking": said.thinking,
        "feeling": said.feeling,
        "do-next": said.do_next,
        "wondering": said.wondering,
    }
    return await _reflected(turn, said, CLOSING, boxes, energy=said.energy)


@commands.command(
    "pledge",
    needs=member,
    help="Promise something; I will ask later how it goes.",
    asks=lambda words: not words,
)
async def pledge(turn: Turn, words: Rest) -> Message | Form:
    event = await service.newest(turn.db, turn.member.id)
    return await _pledged(turn, event, words) if words else _pledge_form(event)


@commands.submission(MakePledge, needs=member)
async def promised(turn: Turn, said: MakePledge) -> Message:
    return await _pledged(turn, await _of_form(turn, said.event), said.text)


@commands.command("pledges", needs=member, help="What you promised, and how it goes.", reads=True)
async def pledges(turn: Turn) -> Message:
    return views.pledges(await service.pledges(turn.db, turn.member.id), turn.today)


@commands.action(AnswerPledge, needs=member, asks=lambda pressed: pressed.state == CHANGED)
async def answered(turn: Turn, pressed: AnswerPledge) -> Message | Form:
    row = await service.own_pledge(turn.db, pressed.pledge, turn.member.id)
    if pressed.state == CHANGED:
        return Form(ChangePledge, {"pledge": str(row.id), "text": row.words})
    service.answer(row, pressed.state, turn.now)
    return await _answered(turn, row)


@commands.submission(ChangePledge, needs=member)
async def changed(turn: Turn, said: ChangePledge) -> Message:
    row = await service.own_pledge(turn.db, row_id(said.pledge), turn.member.id)
    service.change(row, said.text, turn.now)
    return await _answered(turn, row)


@commands.command("event create", needs=organiser, help="Create an event.", reads=True)
async def create(turn: Turn) -> Form:
    return Form(CreateEvent, {"place": turn.member.place, "follow_up": FOLLOW_UP})


@commands.submission(CreateEvent, needs=organiser)
async def created(turn: Turn, said: CreateEvent) -> Message:
    about = {"title": said.title, "place": said.place, "code": said.code, "follow_up": said.follow_up}
    event = await service.create(turn.db, turn.member, day=said.day, **about)
    return views.created(event, turn.today)


@commands.command(
    "event themes", needs=member, help="Group under themes what was said at an event you organise.", reads=True
)
async def themes(turn: Turn, code: str) -> Message:
    event = await rights.must(turn.db, await service.by_code(turn.db, code), turn.member)
    return views.themes(event, await service.statements(turn.db, event))


@commands.action(GroupThese, needs=member)
async def group_these(turn: Turn, pressed: GroupThese) -> Form:
    event = await _organised(turn, pressed.event)
    rows = await _answers_to(turn, event, pressed.question, pressed.place)
    if not rows:
        raise NotFound(
            "There are no such answers any more.", ("Type ", Typed(f"event themes {event.code}"), " to see them.")
        )
    return views.group_form(event, pressed.question, pressed.place, rows)


async def group_choices(turn: Turn, values: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """The answers that the form is about."""
    number, question, place = (str(values.get(name) or "") for name in ("event", "question", "place"))
    event = await _organised(turn, row_id(number))
    return {"answers": views.answer_choices(await _answers_to(turn, event, question, place))}


@commands.submission(GroupAnswers, needs=member, choices=group_choices)
async def grouped(turn: Turn, said: GroupAnswers) -> Message:
    event = await _organised(turn, row_id(said.event))
    await service.group(turn.db, event, question=said.question, theme=said.theme, answers=said.answers)
    return views.themes(event, await service.statements(turn.db, event))


@commands.action(SuggestThemes, needs=member)
async def suggest(turn: Turn, pressed: SuggestThemes) -> Form:
    event = await _organised(turn, pressed.event)
    rows = await _not_grouped(turn, event, pressed.question, pressed.place)
    found = theming.suggested(await vocabulary(turn.db), rows)
    return views.suggest_form(event, pressed.question, pressed.place, theming.typed(found))


@commands.submission(UseThemes, needs=member)
async def use_themes(turn: Turn, said: UseThemes) -> Message:
    event = await _organised(turn, row_id(said.event))
    chosen = theming.read(said.themes)
    rows = await _not_grouped(turn, event, said.question, said.place)
    for theme, answers in theming.sorted_under(await vocabulary(turn.db), chosen, rows).items():
        await service.group(turn.db, event, question=said.question, theme=theme, answers=answers)
    return views.themes(event, await service.statements(turn.db, event))


@commands.home
async def home(turn: Turn) -> tuple[Part, ...]:
    if turn.person is None or not turn.person.here:
        return ()
    rows = await service.pledges(turn.db, turn.person.id)
    return views.home(rows, turn.today) if rows else ()


async def _chosen(turn: Turn, code: str) -> Event:
    """The event of this code, which they must have joined; without a code the one they joined last."""
    if not code:
        return await service.newest(turn.db, turn.member.id)
    return await service.attended(turn.db, await service.by_code(turn.db, code), turn.member.id)


async def _organised(turn: Turn, event_id: int) -> Event:
    """The event of a button or form, which they must organise."""
    return await rights.must(turn.db, await service.by_id(turn.db, event_id), turn.member)


async def _answers_to(turn: Turn, event: Event, question: str, place: str) -> list[service.Statement]:
    said = await service.statements(turn.db, event)
    return [s for s in said if s.question == question and s.place.casefold() == place.casefold()]


async def _not_grouped(turn: Turn, event: Event, question: str, place: str) -> list[service.Statement]:
    """Raises `NotFound` where there is nothing left to group."""
    rows = [s for s in await _answers_to(turn, event, question, place) if not s.theme]
    if not rows:
        raise NotFound("There is nothing left to group there.", ("Type ", Typed(f"event themes {event.code}"), "."))
    return rows


async def _of_form(turn: Turn, event: str) -> Event:
    found = await service.by_id(turn.db, row_id(event))
    return await service.attended(turn.db, found, turn.member.id)


async def _shown(turn: Turn, event: Event) -> Message:
    organises = await rights.may_organise(turn.db, event, turn.member)
    counts = await service.counts(turn.db, event) if organises else None
    return views.shown(event, counts, turn.today)


async def _reflected(
    turn: Turn,
    said: ReflectPairs | ReflectClosing,
    form: str,
    boxes: dict[str, str],
    *,
    place: str = "",
    energy: str = "",
) -> Message:
    event = await _of_form(turn, said.event)
    turn.leaves_no_name = said.no_name
    count = await service.reflect(
        turn.db,
        event,
        None if said.no_name else turn.member,
        form=form,
        boxes=boxes,
        place=place,
        energy=energy,
        today=turn.today,
    )
    return views.reflected(event, count, named=not said.no_name)


def _pledge_form(event: Event) -> Form:
    return Form(MakePledge, {"event": str(event.id)}, intro=event.title)


async def _pledged(turn: Turn, event: Event, words: str) -> Message:
    made = await service.pledge(turn.db, event, turn.member, words, turn.now, turn.today)
    days = [day for _, day in service.followups(event, made.follow_from, turn.member)]
    agreed = await people.agrees(turn.db, turn.member.id, "nudges")
    return views.pledged(made, days, agreed=agreed, today=turn.today)


async def _answered(turn: Turn, row: Pledge) -> Message:
    others = await service.unanswered(turn.db, turn.member.id, turn.now)
    return views.answered(row, [p for p in others if p.id != row.id], turn.today)
