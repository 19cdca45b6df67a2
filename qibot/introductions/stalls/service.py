"""What may be done with market-place stalls: open, close, list, say hello, take it back, pass it on once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions.roles import Face
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused, WrongFields
from qibot.events.models import Event
from qibot.events.service import one_line
from qibot.hours import at_local, next_working_day
from qibot.introductions.faces import named
from qibot.introductions.pairs import never_pairs
from qibot.introductions.stalls.models import Stall, StallHello
from qibot.outbox import service as outbox
from qibot.outbox.models import PENDING, SENT, Delivery
from qibot.outbox.service import Due
from qibot.people import service as people
from qibot.people.models import Person
from qibot.typed import Typed

DIGEST = "stalls.digest"
NOT_PASSED_ON = "stalls.not_passed_on"
MOST = 3
"""Stalls that one person may have open at an event."""
PAGE = 15

_SEE_STALLS = ("Type ", Typed("stalls"), " to see what there is.")


async def open_stall(db: AsyncSession, event: Event, holder: Person, *, title: str, about: str, now: datetime) -> Stall:
    """A new stall. Raises `WrongFields`, and `Refused` for somebody who could not be told who asked."""
    if not await people.agrees(db, holder.id, "introductions"):
        raise Refused(
            "I tell you who would like to know more, and you have not agreed to introductions.",
            ("You can change that with ", Typed("join"), "."),
        )
    mine = list(await db.scalars(_open(event.id).where(Stall.holder_id == holder.id)))
    if one_line(title).casefold() in {one.title.casefold() for one in mine}:
        raise WrongFields({"title": "You have a stall with that title. Please choose another."})
    if len(mine) >= MOST:
        raise WrongFields({"title": f"You have {MOST} stalls, and that is the most. Close one first."})
    made = Stall(event_id=event.id, holder_id=holder.id, title=one_line(title), about=one_line(about), opened_at=now)
    db.add(made)
    await db.flush()
    made.event, made.holder = event, holder
    return made


async def close(db: AsyncSession, stall_id: int, person: Person, now: datetime) -> Stall:
    """Take a stall off the list: one's own, or any for an organiser. Twice is once. Raises `NotFound`."""
    stall = await by_id(db, stall_id)
    if stall.holder_id != person.id and not person.is_organiser:
        raise NotFound("I cannot find that stall among yours.", _SEE_STALLS)
    stall.closed_at = stall.closed_at or now
    return stall


async def by_id(db: AsyncSession, stall_id: int) -> Stall:
    """The stall of a button, closed ones too. Raises `NotFound`."""
    found = (await db.scalars(_whole().where(Stall.id == stall_id))).first() if 0 < stall_id < 2**31 else None
    if found is None:
        raise NotFound("I cannot find that stall.", _SEE_STALLS)
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A stall as one person sees it: whether they hold it, and whether they said hello."""

    stall: Stall
    holder: Face
    mine: bool
    said_hello: bool


async def listing(db: AsyncSession, event: Event, person: Person, page: int = 1) -> tuple[list[Shown], bool]:
    """One page of the open stalls of an event, by title, and whether there are more."""
    query = _open(event.id).order_by(func.lower(Stall.title), Stall.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    found = list(await db.scalars(query))
    return await _shown(db, found[:PAGE], person), len(found) > PAGE


async def shown(db: AsyncSession, stall: Stall, person: Person) -> Shown:
    """One stall as somebody sees it."""
    return (await _shown(db, [stall], person))[0]


def may_ask(stall: Stall, person: Person) -> None:
    """Raises `Refused` for one's own stall and `NotFound` for a closed one."""
    if stall.holder_id == person.id:
        raise Refused("That is your own stall.", _SEE_STALLS)
    if stall.closed_at is not None or not stall.holder.here:
        raise NotFound("That stall is closed.", _SEE_STALLS)


async def say_hello(db: AsyncSession, stall: Stall, person: Person, now: datetime) -> None:
    """Agree that the holder hears of them, in one message with all others; twice is once. Raises as `may_ask` does."""
    may_ask(stall, person)
    await db.execute(insert_or_ignore(db, StallHello).values(stall_id=stall.id, person_id=person.id, at=now))
    subject = subject_of(stall.event_id)
    await outbox.queue(db, kind=DIGEST, person_id=stall.holder_id, subject=subject, due_at=passed_on_at(stall))


async def take_back(db: AsyncSession, stall: Stall, person_id: int) -> None:
    """Take a hello back. Raises `Refused` once it was passed on; one that was never said is taken back already."""
    query = select(Delivery.state).where(
        Delivery.subject == subject_of(stall.event_id), Delivery.kind == DIGEST, Delivery.person_id == stall.holder_id
    )
    state = await db.scalar(query)
    if state not in (None, PENDING):
        raise Refused("That was passed on already.", "You can ask them not to use it.")
    gone = delete(StallHello).where(StallHello.stall_id == stall.id, StallHello.person_id == person_id)
    await db.execute(gone, execution_options={"synchronize_session": False})


def passed_on_at(stall: Stall) -> datetime:
    """When its holder hears who asked: as they begin work on the first working day after the event."""
    day = next_working_day(stall.event.day + timedelta(days=1), stall.holder.week)
    return at_local(day, stall.holder.works_from, stall.holder.zone)


def subject_of(event_id: int) -> str:
    """What the one message to a holder is about."""
    return f"stalls:{event_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked at a stall: how each may be seen, and the contact they agreed to pass on ("" for none)."""

    stall: Stall
    people: tuple[tuple[Face, str], ...]


async def to_pass_on(db: AsyncSession, subject: str, holder_id: int) -> list[Asked]:
    """Who asked at each of a holder's stalls, first those who came first; none of a cancelled event, nobody who left,
    and nobody whom the holder may never be introduced to.
    """
    rows = (await db.execute(_hellos(subject, holder_id))).all()
    never = await never_pairs(db, {holder_id, *(person.id for _, person in rows)})
    rows = [row for row in rows if (holder_id, row[1].id) not in never]
    faces = await named(db, [person for _, person in rows])
    found: dict[int, tuple[Stall, list[tuple[Face, str]]]] = {}
    for (stall, person), face in zip(rows, faces, strict=True):
        found.setdefault(stall.id, (stall, []))[1].append((face, person.contact))
    return [Asked(stall, tuple(some)) for stall, some in found.values()]


async def passed_on(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
    """As the message to a holder ends: the hellos go, and if it could not be sent, whoever asked hears that.

    When all who asked are people whom the holder is never introduced to, they hear as little as if it had been sent.
    """
    if state != SENT and await to_pass_on(db, delivery.subject, delivery.person_id):
        rows = (await db.execute(_hellos(delivery.subject, delivery.person_id))).all()
        await outbox.queue_many(db, [Due(NOT_PASSED_ON, one.id, f"stall:{stall.id}", now) for stall, one in rows])
    stalls = select(Stall.id).where(Stall.holder_id == delivery.person_id, Stall.event_id == _event(delivery.subject))
    gone = delete(StallHello).where(StallHello.stall_id.in_(stalls))
    await db.execute(gone, execution_options={"synchronize_session": False})


def _hellos(subject: str, holder_id: int) -> Select[Stall, Person]:
    return (
        select(Stall, Person)
        .join(StallHello, StallHello.stall_id == Stall.id)
        .join(Person, Person.id == StallHello.person_id)
        .join(Event, Event.id == Stall.event_id)
        .where(Stall.event_id == _event(subject), Stall.holder_id == holder_id, Event.cancelled_at.is_(None))
        .where(Person.left_at.is_(None), Person.erased_at.is_(None))
        .options(joinedload(Person.organisation), joinedload(Stall.event))
        .order_by(Stall.id, StallHello.at, Person.id)
    )


def _event(subject: str) -> int:
    return int(subject.partition(":")[2])


async def _shown(db: AsyncSession, stalls: Sequence[Stall], person: Person) -> list[Shown]:
    ids = [one.id for one in stalls]
    own = select(StallHello.stall_id).where(StallHello.stall_id.in_(ids), StallHello.person_id == person.id)
    said = set(await db.scalars(own))
    faces = await named(db, [one.holder for one in stalls])
    return [
        Shown(one, face, one.holder_id == person.id, one.id in said) for one, face in zip(stalls, faces, strict=True)
    ]


def _open(event_id: int) -> Select[Stall]:
    here = select(Person.id).where(Person.left_at.is_(None), Person.erased_at.is_(None))
    return _whole().where(Stall.event_id == event_id, Stall.closed_at.is_(None), Stall.holder_id.in_(here))


def _whole() -> Select[Stall]:
    return select(Stall).options(joinedload(Stall.event), joinedload(Stall.holder).joinedload(Person.organisation))
