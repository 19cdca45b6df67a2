"""What may be done with mixed pairs at an event: be in or out, look at what they would be, make them, see one's own."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions.roles import Face
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.events.models import Attendance, Event
from qibot.introductions.faces import named
from qibot.introductions.mixing.models import Mix, MixChoice, MixSeat
from qibot.introductions.mixing.pairing import Seating, Sitter, seat_beside
from qibot.introductions.pairs import never_pairs
from qibot.introductions.seen import is_named
from qibot.outbox import service as outbox
from qibot.outbox.service import Due
from qibot.people.models import Consent, Person
from qibot.typed import Typed

KIND = "mixing.partner"


@dataclass(frozen=True, slots=True)
class Plan:
    """Pairs as they would be. `number` counts from 1; `majority`: more than half of these people are of one
    organisation; `asked`: some who joined are in no pairs until they say so.
    """

    number: int
    seed: int
    people: int
    seating: Seating
    majority: bool
    asked: bool

    @property
    def pairs(self) -> int:
        """Groups of two."""
        return sum(len(group) == 2 for group in self.seating.groups)

    @property
    def trios(self) -> int:
        """Groups of three."""
        return len(self.seating.groups) - self.pairs


async def choose(db: AsyncSession, event: Event, person: Person, *, takes_part: bool) -> None:
    """Be in the pairs of this event from now on, or not. The last word counts."""
    values = {"event_id": event.id, "person_id": person.id, "takes_part": takes_part}
    await db.execute(insert_or_ignore(db, MixChoice), [values])
    (await db.get_one(MixChoice, (event.id, person.id))).takes_part = takes_part


async def takes_part(db: AsyncSession, event_id: int, person_id: int) -> bool:
    """Whether somebody is in the pairs of this event as things are now."""
    return person_id in {one.id for one in await _in(db, event_id)}


async def plan(db: AsyncSession, event: Event, seed: int) -> Plan:
    """What pairs would be made now. Raises `Refused` while fewer than two people would be in them."""
    people = await _in(db, event.id)
    if len(people) < 2:
        raise Refused(
            f"There are not two people at “{event.title}” yet who can be paired.",
            (
                "They join with ",
                Typed(f"event join {event.code}"),
                " and see where they stand with ",
                Typed("pairs"),
                ".",
            ),
        )
    sitters = [Sitter(one.id, one.organisation_id) for one in people]
    seating = await seat_beside(
        sitters, met=await _met(db, event.id), never=await never_pairs(db, [s.id for s in sitters]), seed=seed
    )
    largest = max(Counter(one.organisation for one in sitters).values())
    joined = set(await db.scalars(select(Attendance.person_id).where(Attendance.event_id == event.id)))
    out = select(MixChoice.person_id).where(MixChoice.event_id == event.id, MixChoice.takes_part.is_(False))
    asked = bool(joined - {one.id for one in people} - set(await db.scalars(out)))
    latest = await newest(db, event.id)
    number = latest.number + 1 if latest else 1
    return Plan(number, seed, len(people), seating, 2 * largest > len(people), asked)


async def make(db: AsyncSession, event: Event, *, number: int, seed: int, now: datetime) -> Plan | None:
    """Make the pairs and tell everybody; None when pairs of this number were made before. Raises what `plan` raises,
    and `NotFound` for a number whose turn has not come.
    """
    latest = await newest(db, event.id)
    if latest and 1 <= number <= latest.number:
        return None
    made = await plan(db, event, seed)
    # What a button claims may be any number, and a database takes only so many digits.
    if number != made.number or not 0 <= seed < 2**31:
        raise NotFound("I could not read that button.", ("Type ", Typed("pairs"), " to see what pairs there would be."))
    row = {"event_id": event.id, "number": number, "seed": seed, "made_at": now}
    # Two organisers may press at the same moment: one of them makes the pairs.
    mix_id = await db.scalar(insert_or_ignore(db, Mix).values(row).returning(Mix.id))
    if mix_id is None:
        return None
    for at, group in enumerate(made.seating.groups):
        db.add_all(MixSeat(mix_id=mix_id, person_id=one, group=at) for one in group)
    await db.flush()
    seated = [one for group in made.seating.groups for one in group]
    await outbox.queue_many(db, [Due(KIND, one, f"mix:{mix_id}", now) for one in seated])
    return made


async def newest(db: AsyncSession, event_id: int) -> Mix | None:
    """The pairs made last at an event."""
    return await db.scalar(select(Mix).where(Mix.event_id == event_id).order_by(Mix.number.desc()).limit(1))


async def of_subject(db: AsyncSession, subject: str) -> tuple[Mix, Event]:
    """What a delivery is about."""
    mix = await db.get_one(Mix, int(subject.partition(":")[2]))
    return mix, await db.get_one(Event, mix.event_id)


async def sits_with(db: AsyncSession, mix: Mix, person_id: int) -> list[Face]:
    """Those who sit with somebody, by name, as each may be shown; not those who left or want to be out by now."""
    own = select(MixSeat.group).where(MixSeat.mix_id == mix.id, MixSeat.person_id == person_id).scalar_subquery()
    with_them = select(MixSeat.person_id).where(
        MixSeat.mix_id == mix.id, MixSeat.group == own, MixSeat.person_id != person_id
    )
    there = set(await db.scalars(with_them))
    return await named(db, [one for one in await _in(db, mix.event_id) if one.id in there])


async def _in(db: AsyncSession, event_id: int) -> list[Person]:
    """Those who are in the pairs now, with their organisations, by name."""
    yes, no = (
        select(MixChoice.person_id).where(MixChoice.event_id == event_id, MixChoice.takes_part.is_(said))
        for said in (True, False)
    )
    agreed = is_named(Person.id) & Person.id.in_(_agreed("introductions"))
    query = (
        select(Person)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.event_id == event_id, Person.left_at.is_(None), Person.erased_at.is_(None))
        .where(Person.id.not_in(no), agreed | Person.id.in_(yes))
        .options(joinedload(Person.organisation))
        .order_by(Person.name, Person.id)
    )
    return list(await db.scalars(query))


def _agreed(purpose: str) -> Select[int]:
    return select(Consent.person_id).where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None))


async def _met(db: AsyncSession, event_id: int) -> set[tuple[int, int]]:
    """Pairs who sat together at this event before, each in both orders."""
    rows = await db.execute(
        select(MixSeat.mix_id, MixSeat.group, MixSeat.person_id)
        .join(Mix, Mix.id == MixSeat.mix_id)
        .where(Mix.event_id == event_id)
    )
    groups: dict[tuple[int, int], list[int]] = {}
    for mix_id, group, person_id in rows:
        groups.setdefault((mix_id, group), []).append(person_id)
    return {pair for group in groups.values() for pair in permutations(group, 2)}
