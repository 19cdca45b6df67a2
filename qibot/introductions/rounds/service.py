"""What may be done with programmes and taking part in them. Rules do not speak: no chat here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.claims import row_id
from qibot.clock import local_date
from qibot.errors import NotFound, Refused, Unclear, WrongFields
from qibot.events import service as events
from qibot.hours import next_working_day, working_days_between
from qibot.introductions.rounds import making
from qibot.introductions.rounds.gathering import (
    ZONE,
    how_many,
    is_awake,
    is_for,
    may_be_invited,
    takes_part,
)
from qibot.introductions.rounds.matching import RULES
from qibot.introductions.rounds.models import (
    ASK_ME,
    AUDIENCES,
    OF_EVENT,
    OF_PLACE,
    OF_TOPIC,
    Participant,
    Programme,
    Round,
)
from qibot.introductions.rounds.rehearsal import READY_KIND
from qibot.introductions.rounds.rhythm import RHYTHMS
from qibot.outbox import service as outbox
from qibot.outbox.models import Delivery
from qibot.outbox.service import Due
from qibot.people import topics
from qibot.people.models import Person
from qibot.projects.words import fold
from qibot.typed import Typed

HOLD = timedelta(seconds=60)
"""How long anything that an organiser starts is held back, so that it can be undone and nobody has heard of it."""
ASK_DAYS = 3
"""Working days before a round when those are asked who want to be."""
_READY = {1: "", -5: "again"}
"""Working days before the first round when its organiser hears that it waits for them: twice at most."""
_FURTHEST = timedelta(days=366)
_AT_ONCE = 1000
_LONGEST = 180

INVITED_KIND, ASK_KIND, ENDED_KIND = "rounds.invited", "rounds.ask", "rounds.ended"
CHANGED_KIND = "rounds.changed"


# ---- Programmes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an organiser says of a programme. `topic` is a slug, `event` a join code; "" where it is for neither."""

    name: str
    audience: str
    rhythm: str
    rule: str
    cool_down: int
    first_on: date
    topic: str = ""
    place: str = ""
    event: str = ""


async def create(db: AsyncSession, organiser: Person, said: Wanted, now: datetime) -> Programme:
    """A new programme. Those it is for are invited once `HOLD` has passed. Raises `WrongFields`."""
    today = local_date(now, organiser.zone)
    _within_a_year("first_on", said.first_on, today)
    if said.audience not in AUDIENCES:
        raise WrongFields({"audience": "Please choose from those offered."})
    made = Programme(organiser_id=organiser.id, created_at=now, audience=said.audience)
    made.first_on, made.next_on = said.first_on, next_working_day(said.first_on)
    await _describe(db, made, said.name, said.rhythm, said.rule, said.cool_down)
    await _aim(db, made, said)
    db.add(made)
    await db.flush()
    return await by_id(db, made.id)


@dataclass(frozen=True, slots=True)
class Change:
    """What an organiser says of a programme that runs; `next_on` is the day of its coming round."""

    name: str
    rhythm: str
    rule: str
    cool_down: int
    next_on: date


async def change(db: AsyncSession, organiser: Person, programme: Programme, said: Change, now: datetime) -> bool:
    """Change it from its coming round on; whoever takes part hears so once `HOLD` has passed, of several changes once.
    False when nothing is different. Raises `WrongFields`, and `Refused` while an agreed round waits to go out.
    """
    await db.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update(key_share=True))
    if await coming(db, programme) is not None:
        raise Refused(
            "Its coming round is about to go out.",
            ("Take that back first, or change it afterwards: type ", Typed(f"round show #{programme.id}"), "."),
        )
    if said.next_on != programme.next_on:
        _within_a_year("next_on", said.next_on, local_date(now, organiser.zone))
    before = _as_it_is(programme)
    moved = said.next_on != programme.next_on or said.rhythm != programme.rhythm
    await _describe(db, programme, said.name, said.rhythm, said.rule, said.cool_down)
    if moved:
        programme.first_on, programme.next_on = said.next_on, next_working_day(said.next_on)
    if _as_it_is(programme) == before:
        return False
    await db.flush()
    await _tell_of_change(db, programme, now + HOLD)
    return True


async def _tell_of_change(db: AsyncSession, programme: Programme, due: datetime) -> None:
    subject = _subject(programme)
    await outbox.cancel(db, subject=subject, kind=CHANGED_KIND, reason="A later change took its place.")
    told = Delivery.subject == subject, Delivery.kind == CHANGED_KIND
    period = str(1 + (await db.scalar(select(func.count(Delivery.period.distinct())).where(*told)) or 0))
    taking_part = await _taking_part(db, programme)
    await outbox.queue_many(db, [Due(CHANGED_KIND, one, subject, due, period) for one in taking_part])


def _as_it_is(programme: Programme) -> tuple[object, ...]:
    return programme.name, programme.rhythm, programme.rule, programme.cool_down, programme.next_on


def _within_a_year(field: str, day: date, today: date) -> None:
    if not today <= day <= today + _FURTHEST:
        raise WrongFields({field: "Please choose a day within the next year."})


async def _describe(db: AsyncSession, programme: Programme, name: str, rhythm: str, rule: str, cool_down: int) -> None:
    """What it is called, how often it is, and who meets whom."""
    folded = fold(name)[:_LONGEST]
    if rhythm not in RHYTHMS or rule not in RULES or not 0 < cool_down <= 104:
        raise WrongFields({"rule": "Please choose from those offered."})
    if not folded:
        raise WrongFields({"name": "Please give it a name with letters."})
    others = select(Programme.id).where(is_running(), Programme.folded == folded)
    with db.no_autoflush:
        if [one for one in await db.scalars(others) if one != programme.id]:
            raise WrongFields({"name": "Other rounds that run have that name. Please choose a different one."})
    programme.name, programme.folded = " ".join(name.split()), folded
    programme.rhythm, programme.rule, programme.cool_down = rhythm, rule, cool_down


async def _aim(db: AsyncSession, made: Programme, said: Wanted) -> None:
    """For whom it is."""
    if said.audience == OF_TOPIC:
        found = await topics.by_slug(db, [said.topic])
        if not found:
            raise WrongFields({"topic": "Please choose the topic."})
        made.topic_id = found[0].id
    if said.audience == OF_PLACE:
        made.place = " ".join(said.place.split())
        if not made.place:
            raise WrongFields({"place": "Please name the place."})
    if said.audience == OF_EVENT:
        try:
            event = await events.by_code(db, said.event)
            events.standing(event)
        except (NotFound, Refused) as wrong:
            raise WrongFields({"event": wrong.sentence}) from wrong
        made.event_id = event.id


async def by_id(db: AsyncSession, programme_id: int, *, ended: bool = False) -> Programme:
    """The programme of a button or a form. Raises `NotFound`, also for one that has ended, unless `ended`."""
    query = _whole().where(Programme.id == programme_id).execution_options(populate_existing=True)
    found = await db.scalar(query) if 0 < programme_id < 2**31 else None
    if found is None or (found.stopped_at is not None and not ended):
        raise NotFound("Those rounds are not running any more.", ("Type ", Typed("rounds"), " to see those that are."))
    return found


async def by_name(db: AsyncSession, words: str) -> Programme:
    """The running programme that `words` name: #3, its name, or part of it. Raises `NotFound` or `Unclear`."""
    if words.startswith("#") and words[1:].isdecimal():
        return await by_id(db, row_id(words[1:]))
    wanted = fold(words)
    every = (await db.scalars(_whole().where(is_running()).order_by(Programme.id))).all()
    found = [one for one in every if one.folded == wanted] or [one for one in every if wanted in one.folded]
    if len(found) == 1:
        return found[0]
    if not every:
        raise NotFound(
            "There are no rounds at the moment.", ("An organiser can start some with ", Typed("round create"), ".")
        )
    names = tuple(f"round show {one.name}" for one in (found or every)[:5])
    raise Unclear(f"Which rounds do you mean by “{words[:60]}”?", "These are running:", names)


async def running(db: AsyncSession) -> Sequence[Programme]:
    """Every programme that runs, the next round first."""
    return (await db.scalars(_whole().where(is_running()).order_by(Programme.next_on, Programme.id).limit(20))).all()


async def size(db: AsyncSession, programme: Programme, now: datetime) -> tuple[int, int]:
    """How many take part, and how many of them are in the coming round as things are now."""
    count = select(func.count()).select_from(Participant).join(Person, Person.id == Participant.person_id)
    part = await db.scalar(count.where(*takes_part(programme))) or 0
    return part, await how_many(db, programme, now)


async def invitable(db: AsyncSession, programme: Programme) -> int:
    """How many will be invited."""
    return await db.scalar(select(func.count()).select_from(_to_invite(programme).subquery())) or 0


async def stop(db: AsyncSession, programme: Programme, now: datetime) -> None:
    """End it: what was not made is not made, and everybody who takes part hears so. Twice is once."""
    held = await db.scalar(
        select(Programme.stopped_at).where(Programme.id == programme.id).with_for_update(key_share=True)
    )
    if held is not None:
        return
    programme.stopped_at = now
    await db.execute(delete(Round).where(Round.programme_id == programme.id, Round.made_at.is_(None)))
    await outbox.cancel(db, subject=_subject(programme), reason="The rounds have ended.")
    taking_part = await _taking_part(db, programme)
    await outbox.queue_many(db, [Due(ENDED_KIND, one, _subject(programme), now) for one in taking_part])


async def _taking_part(db: AsyncSession, programme: Programme) -> Sequence[int]:
    part = select(Participant.person_id).join(Person, Person.id == Participant.person_id)
    return (await db.scalars(part.where(*takes_part(programme)).order_by(Person.id))).all()


# ---- The coming round


async def confirm(
    db: AsyncSession, organiser: Person, programme: Programme, number: int, rule: str, now: datetime
) -> Round:
    """An organiser agrees to the coming round by this rule. Agreeing twice is agreeing once: the first rule stands."""
    if number != programme.next_number:
        raise Refused(
            "That round is over.", ("Type ", Typed("round preview"), f" {programme.name} to see the coming one.")
        )
    if rule not in RULES:
        raise NotFound(
            "I do not know that rule.", ("Type ", Typed("round preview"), f" {programme.name} to choose again.")
        )
    due_at = max(now + HOLD, making.starts_at(programme))
    await making.open_round(db, programme, rule, now, due_at=due_at, by=organiser)
    opened = await coming(db, programme)
    if opened is None:
        raise Refused("That round has gone out just now.", ("Type ", Typed("rounds"), " to see where they stand."))
    return opened


async def coming(db: AsyncSession, programme: Programme) -> Round | None:
    """The coming round, if an organiser has agreed to it."""
    return await db.scalar(
        select(Round).where(
            Round.programme_id == programme.id, Round.number == programme.next_number, Round.made_at.is_(None)
        )
    )


async def undo(db: AsyncSession, round_id: int) -> Programme:
    """Take the agreement back: nothing was sent, and nothing will be. Raises `Refused` once it has gone out."""
    gone = delete(Round).where(Round.id == round_id, Round.made_at.is_(None)).returning(Round.programme_id)
    programme_id = await db.scalar(gone) if 0 < round_id < 2**31 else None
    if programme_id is None:
        raise Refused(
            "That round has gone out, or was taken back before.",
            ("Type ", Typed("rounds"), " to see where they stand."),
        )
    return await by_id(db, programme_id)


async def last(db: AsyncSession, programme: Programme) -> Round | None:
    """The round that was made last."""
    query = _made().where(Round.programme_id == programme.id)
    return await db.scalar(query.limit(1))


# ---- What time alone changes


async def sweep(db: AsyncSession, now: datetime) -> None:
    """Invite, ask those who want to be asked, and show the organiser the first round. Each to each person once."""
    for programme in await db.scalars(select(Programme).where(is_running()).order_by(Programme.id)):
        subject = _subject(programme)
        if programme.created_at + HOLD <= now:
            ids = await db.scalars(_to_invite(programme).limit(_AT_ONCE))
            await outbox.queue_many(db, [Due(INVITED_KIND, one, subject, now) for one in ids])
        days = working_days_between(local_date(now, ZONE), programme.next_on)
        if days <= ASK_DAYS:
            period = str(programme.next_number)
            ids = await db.scalars(_to_ask(programme, period).limit(_AT_ONCE))
            await outbox.queue_many(db, [Due(ASK_KIND, one, subject, now, period) for one in ids])
        if not programme.runs_by_itself and await coming(db, programme) is None:
            periods = [period for since, period in _READY.items() if days <= since]
            await outbox.queue_many(db, [Due(READY_KIND, programme.organiser_id, subject, now, p) for p in periods])


def _to_invite(programme: Programme) -> Select[int]:
    been = exists().where(Participant.programme_id == programme.id, Participant.person_id == Person.id)
    query = select(Person.id).where(*is_for(programme), *may_be_invited(), ~been, ~_told(programme, INVITED_KIND, ""))
    # In one order, so that two processes that sweep at once do not wait for each other in a circle.
    return query.order_by(Person.id)


def _to_ask(programme: Programme, period: str) -> Select[int]:
    return (
        select(Person.id)
        .join(Participant, Participant.person_id == Person.id)
        .where(
            *takes_part(programme),
            *is_awake(programme.next_on),
            Participant.mode == ASK_ME,
            Participant.yes_number != programme.next_number,
            Participant.skip_number != programme.next_number,
            ~_told(programme, ASK_KIND, period),
        )
        .order_by(Person.id)
    )


def _told(programme: Programme, kind: str, period: str) -> ColumnElement[bool]:
    return exists().where(
        Delivery.subject == _subject(programme),
        Delivery.kind == kind,
        Delivery.person_id == Person.id,
        Delivery.period == period,
    )


def _subject(programme: Programme) -> str:
    return f"programme:{programme.id}"


# ---- Reading


def is_running() -> ColumnElement[bool]:
    """That a `Programme` has not ended, as a condition of a query."""
    return Programme.stopped_at.is_(None)


def _whole() -> Select[Programme]:
    return select(Programme).options(joinedload(Programme.topic), joinedload(Programme.event))


def _made() -> Select[Round]:
    query = select(Round).where(Round.made_at.is_not(None)).options(joinedload(Round.programme))
    return query.order_by(Round.number.desc())
