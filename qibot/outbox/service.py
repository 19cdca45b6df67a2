"""What features and people do with the outbox, and the rule of when we may write to somebody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, case, delete, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.hours import WorkingWeek, at_local, next_working_moment, weeks_later
from qibot.outbox import planning
from qibot.outbox.models import CANCELLED, EVERYTHING, PENDING, SENDING, Delivery, StoppedKind
from qibot.outbox.planning import Due as Due
from qibot.people.models import Person
from qibot.typed import Typed

SPOKEN = {"nudges": "reminders", "introductions": "introductions", "broadcasts": "announcements"}
"""Consent purposes that cover what is said unasked, and how people call them."""

RUNS = "runs"
"""In the place of a purpose: what answers something that its reader runs, such as a reply to what they sent to many. By
running it they asked for it, so there is nothing to agree to; hours hold for it too.
"""

WEEK = timedelta(days=7)
LEFT, STOPPED = "They left the network.", "They stopped messages of this kind."
NO_ACCOUNT, PAUSED = "There is no chat account where I can reach them.", "Their messages are paused."
"""Why nobody may write to somebody."""
_LONGEST_PAUSE = timedelta(days=366)

# A bound parameter would keep SQLite from its partial indexes.
WAITING = Delivery.state == literal_column(f"'{PENDING}'")
OUT = Delivery.state == literal_column(f"'{SENDING}'")


# ---- What causes, moves and cancels a delivery


async def queue(
    db: AsyncSession, *, kind: str, person_id: int, subject: str, due_at: datetime, period: str = ""
) -> None:
    """Plan one notification, in the transaction of what causes it. Planned already: nothing happens."""
    await queue_many(db, [Due(kind, person_id, subject, due_at, period)])


async def queue_many(db: AsyncSession, dues: Iterable[Due]) -> None:
    """Plan many, in one statement. Those planned already are left as they are; very many get turns."""
    await planning.plan(db, dues)


async def cancel(
    db: AsyncSession,
    *,
    subject: str,
    kind: str | None = None,
    person_id: int | None = None,
    reason: str = "",
    put_off_too: bool = True,
) -> int:
    """Cancel what waits about `subject`, and what its reader `put_off_too`; how many. One that is on its way now is
    past cancelling: should it come back, its `build` reads the truth again.
    """
    change = update(Delivery).where(Delivery.subject == subject, WAITING)
    if kind is not None:
        change = change.where(Delivery.kind == kind)
    if person_id is not None:
        change = change.where(Delivery.person_id == person_id)
    if not put_off_too:
        change = change.where(Delivery.period.not_like("%~%"))
    change = change.values(state=CANCELLED, reason=reason or "It is no longer needed.")
    done = await db.execute(change, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], done).rowcount


async def own(db: AsyncSession, delivery_id: str, person: Person) -> Delivery:
    """The delivery with this mark. Raises `NotFound` unless it is this person's."""
    found = await db.get(Delivery, delivery_id)
    if found is None or found.person_id != person.id:
        raise NotFound("I could not find that reminder.", ("Type ", Typed("nudges"), " to see yours."))
    return found


async def snooze(db: AsyncSession, delivery: Delivery, person: Person, now: datetime, weeks: int = 1) -> date:
    """Say it again in a week (or more), at the start of a working day; the day. Pressing twice is snoozing once."""
    day = weeks_later(local_date(now, person.zone), weeks, person.week)
    await queue(
        db,
        kind=delivery.kind,
        person_id=delivery.person_id,
        subject=delivery.subject,
        period=f"{delivery.plan}~{day.isoformat()}",
        due_at=at_local(day, person.works_from, person.zone),
    )
    return day


# ---- What people want


async def erase(db: AsyncSession, person: Person, now: datetime) -> None:
    """Where something went leads to nobody: that it went, and when, stays. What waits is skipped as its turn comes, so
    that whoever is to hear of that does.
    """
    await db.execute(delete(StoppedKind).where(StoppedKind.person_id == person.id))
    await _forget_where(db, Delivery.person_id == person.id)


async def forget_erased(db: AsyncSession) -> None:
    """The same for what was on its way as somebody was erased."""
    await _forget_where(db, Delivery.person_id.in_(select(Person.id).where(Person.erased_at.is_not(None))))


async def _forget_where(db: AsyncSession, theirs: ColumnElement[bool]) -> None:
    gone = update(Delivery).where(theirs, Delivery.state != SENDING, Delivery.conversation != "")
    await db.execute(gone.values(conversation="", message=""), execution_options={"synchronize_session": False})


async def stop_kind(db: AsyncSession, person_id: int, kind: str = EVERYTHING) -> None:
    """No more of this kind, or of any."""
    await db.execute(insert_or_ignore(db, StoppedKind), [{"person_id": person_id, "kind": kind}])


async def start_kind(db: AsyncSession, person_id: int, kind: str = EVERYTHING, *, others: Iterable[str] = ()) -> None:
    """This kind again, or all. After a stop of everything, `others` (every other kind) stay stopped."""
    was = await stopped(db, person_id)
    gone = delete(StoppedKind).where(StoppedKind.person_id == person_id)
    if kind != EVERYTHING:
        gone = gone.where(StoppedKind.kind.in_((kind, EVERYTHING)))
    await db.execute(gone, execution_options={"synchronize_session": False})
    if kind != EVERYTHING and EVERYTHING in was:
        for other in others:
            await stop_kind(db, person_id, other)


async def stopped(db: AsyncSession, person_id: int) -> frozenset[str]:
    """The kinds this person stopped; `EVERYTHING` among them when they stopped all."""
    rows = await db.scalars(select(StoppedKind.kind).where(StoppedKind.person_id == person_id))
    return frozenset(rows)


def pause(person: Person, until: date, today: date) -> None:
    """Nothing unasked before `until`. A pause has an end: raises `Refused` for a day past or over a year away."""
    if until <= today:
        raise Refused("A pause needs a day that is still to come.", ("For example: ", Typed("nudges pause in 2 weeks")))
    if until - today > _LONGEST_PAUSE:
        raise Refused("A pause can be a year at most.", ("To stop for good, type ", Typed("nudges stop")))
    person.paused_until = until


def resume(person: Person) -> None:
    """End the pause."""
    person.paused_until = None


@dataclass(frozen=True, slots=True)
class Coming:
    """What will be said, and on which of the person's days as far as we know now."""

    kind: str
    on: date


async def upcoming(db: AsyncSession, person: Person, now: datetime, limit: int = 10) -> list[Coming]:
    """What waits for this person, soonest first."""
    rows = await db.execute(
        select(Delivery.kind, Delivery.try_at)
        .where(Delivery.person_id == person.id, WAITING)
        .order_by(Delivery.try_at, Delivery.kind)
        .limit(limit)
    )
    start = max(now, pause_end(person.paused_until, person.week) or now)
    moments = [(kind, next_working_moment(max(at, start), person.week)) for kind, at in rows]
    return [Coming(kind, local_date(at, person.zone)) for kind, at in moments]


# ---- May we?


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides whether we may write to somebody now. `lately`: when nudges went to them this last week."""

    here: bool
    reachable: bool
    agreed: bool
    stopped: bool
    paused_until: date | None
    week: WorkingWeek
    lately: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Send:
    """Now."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not before `moment`; `reason` in words."""

    moment: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Never; `reason` in words."""

    reason: str


def may_we(now: datetime, standing: Standing, *, purpose: str, asked_for: bool, weekly_cap: int) -> Send | Later | Skip:
    """Whether `now` is a moment to write. Hours hold for everything; stops, pause and cap for what nobody asked for."""
    if (never := _never(standing, purpose, asked_for)) is not None:
        return never
    end = None if asked_for else pause_end(standing.paused_until, standing.week)
    if end is not None and now < end:
        return Later(next_working_moment(end, standing.week), "Reminders are paused.")
    moment = next_working_moment(now, standing.week)
    if moment > now:
        return Later(moment, "It waits for working hours.")
    lately = [at for at in standing.lately if at > now - WEEK]
    if not asked_for and len(lately) >= weekly_cap:
        free = next_working_moment(min(lately) + WEEK, standing.week)
        return Later(free, "There were enough messages this week.")
    return Send()


def _never(standing: Standing, purpose: str, asked_for: bool) -> Skip | None:
    if not standing.here:
        return Skip(LEFT)
    if not standing.agreed:
        return Skip(not_agreed(purpose))
    if standing.stopped and not asked_for:
        return Skip(STOPPED)
    if not standing.reachable:
        return Skip(NO_ACCOUNT)
    return None


def not_agreed(purpose: str) -> str:
    """The reason, in words, where somebody has not agreed to a purpose."""
    return f"They have not agreed to {SPOKEN[purpose]}."


def pause_end(until: date | None, week: WorkingWeek) -> datetime | None:
    """The moment a pause until that day is over: its first, where the person is."""
    return None if until is None else at_local(until, time(0), week.zone)


# ---- Figures


async def next_due(db: AsyncSession) -> datetime | None:
    """When the next tick has something to look at, if ever. May lie in the past."""
    waiting = await db.scalar(select(func.min(Delivery.try_at)).where(WAITING))
    out = await db.scalar(select(func.min(Delivery.lease_until)).where(OUT))
    return min((at for at in (waiting, out) if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What lies on the desk now. `in_doubt`: handed to a platform, the end unknown, to be asked about."""

    due: int
    out: int
    in_doubt: int
    oldest_due_at: datetime | None


async def backlog(db: AsyncSession, now: datetime) -> Backlog:
    """Cheap however large the table: it reads the two partial indexes only."""
    due = select(func.count(), func.min(Delivery.try_at)).where(WAITING, Delivery.try_at <= now)
    count, oldest = (await db.execute(due)).one()
    doubt = case((Delivery.handed_at.is_not(None) & (Delivery.lease_until <= now), 1), else_=0)
    out, doubtful = (await db.execute(select(func.count(), func.sum(doubt)).where(OUT))).one()
    return Backlog(count, out, doubtful or 0, oldest)


async def counts(db: AsyncSession) -> dict[str, int]:
    """Deliveries by state, and "resent": those sent again because nobody could be asked. Reads every row."""
    rows = await db.execute(select(Delivery.state, func.count(), func.sum(Delivery.resent)).group_by(Delivery.state))
    found = {state: (count, resent) for state, count, resent in rows}
    return {state: count for state, (count, _) in found.items()} | {"resent": sum(r for _, r in found.values())}
