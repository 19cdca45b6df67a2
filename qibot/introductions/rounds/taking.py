"""Taking part in rounds: each by their own choice, each in the way they like. Rules do not speak: no chat here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.introductions.rounds import service
from qibot.introductions.rounds.gathering import agreed_ever_since, is_for, sat_out
from qibot.introductions.rounds.models import MODES, Participant, Programme
from qibot.introductions.rounds.service import is_running
from qibot.introductions.rounds.telling import Told, told
from qibot.people import service as people
from qibot.people.models import Person
from qibot.typed import Typed

LONGEST_PAUSE = timedelta(days=366)


async def join(db: AsyncSession, person: Person, programme: Programme, mode: str, now: datetime) -> Participant:
    """Take part, or change how. Raises `NotFound` or `Refused`."""
    if mode not in MODES:
        raise NotFound("I could not read that button.", ("Type ", Typed("rounds"), " to see what there is."))
    if not await people.agrees(db, person.id, "introductions"):
        raise Refused(
            "To meet somebody in rounds, you need to agree to introductions.",
            ("Type ", Typed("join"), " and tick it, then come back."),
        )
    if not await may_join(db, person, programme):
        raise Refused(
            "Those rounds are for others: a topic, a place or an event decides.",
            (
                "Type ",
                Typed("rounds"),
                " for those that are for you, or ",
                Typed("join"),
                " to change your topics and place.",
            ),
        )
    key = {"programme_id": programme.id, "person_id": person.id}
    fewest = await _fewest(db, person, programme)
    new = {"mode": mode, "joined_at": now, "waited": fewest}
    await db.execute(insert_or_ignore(db, Participant).values(**key, **new))
    mine = await _held(db, programme.id, person.id)
    if not await _takes_part(db, mine):
        # Joined once, left or withdrew, and back: what was before is over.
        mine.joined_at, mine.left_at, mine.paused_until = now, None, None
        mine.skip_number = mine.yes_number = 0
        mine.waited = max(mine.waited, fewest)
    mine.mode = mode
    return mine


async def may_join(db: AsyncSession, person: Person, programme: Programme) -> bool:
    """Whether the programme is for this person."""
    return await db.scalar(select(Person.id).where(Person.id == person.id, *is_for(programme))) is not None


async def own(db: AsyncSession, person: Person, programme_id: int) -> tuple[Programme, Participant]:
    """What somebody takes part in, held until the end. Raises `NotFound` for what they do not."""
    programme = await service.by_id(db, programme_id)
    mine = await _held(db, programme.id, person.id)
    if not await _takes_part(db, mine):
        raise NotFound(
            f"You do not take part in “{programme.name}”.", ("Type ", Typed("rounds"), " to see what there is.")
        )
    return programme, mine


async def leave(db: AsyncSession, person: Person, programme_id: int, now: datetime) -> Programme:
    """Take part no more, at once. Twice is once."""
    programme = await service.by_id(db, programme_id, ended=True)
    mine = await db.get(Participant, (programme.id, person.id))
    if mine is not None and mine.left_at is None:
        mine.left_at = now
    return programme


def say_yes(programme: Programme, mine: Participant, number: int) -> None:
    """Be in the coming round, when asked or after all. Raises `Refused` when it is over."""
    _is_coming(programme, number)
    mine.yes_number = number
    if mine.skip_number == number:
        mine.skip_number = 0


def skip(programme: Programme, mine: Participant, number: int) -> None:
    """Leave the coming round out, and be in the next again. Raises `Refused` when it is over."""
    _is_coming(programme, number)
    mine.skip_number = number
    if mine.yes_number == number:
        mine.yes_number = 0


def _is_coming(programme: Programme, number: int) -> None:
    if number != programme.next_number:
        raise Refused("That round has gone out.", ("Type ", Typed("round"), " to see the coming one."))


def pause(mine: Participant, until: date, today: date) -> None:
    """Be in no round before `until`. A pause has an end: raises `Refused` for a day past or over a year away."""
    if until <= today:
        raise Refused(
            "A pause needs an end that is still to come.", ("For example: ", Typed("round pause"), " in 4 weeks")
        )
    if until - today > LONGEST_PAUSE:
        raise Refused("A pause can be a year at most.", ("To leave instead, press Leave under ", Typed("round"), "."))
    mine.paused_until = until


@dataclass(frozen=True, slots=True)
class Mine:
    """What somebody takes part in, and whether they sat out its last round."""

    programme: Programme
    me: Participant
    sat_out_last: bool = False


async def of_person(db: AsyncSession, person: Person) -> list[Mine]:
    """What somebody takes part in, the next round first."""
    query = (
        select(Programme, Participant, sat_out(Programme.next_number - 1))
        .join(Participant, Participant.programme_id == Programme.id)
        .where(is_running(), Participant.person_id == person.id, Participant.left_at.is_(None), agreed_ever_since())
        .options(joinedload(Programme.topic), joinedload(Programme.event))
        .order_by(Programme.next_on, Programme.id)
    )
    return [Mine(*row) for row in await db.execute(query)]


async def why(db: AsyncSession, person: Person, now: datetime) -> list[Told | Mine]:
    """The last round of each programme that somebody is or was in: their place in it; `Mine` where they had none."""
    found: list[Told | Mine] = []
    query = select(Programme, Participant).join(Participant, Participant.programme_id == Programme.id)
    query = query.where(Participant.person_id == person.id, Programme.next_number > 1)
    for programme, me in (await db.execute(query.order_by(Programme.next_on.desc()).limit(5))).all():
        made = await service.last(db, programme)
        place = await told(db, made.id, person, now) if made else None
        found.append(place or Mine(programme, me))
    return found


async def _held(db: AsyncSession, programme_id: int, person_id: int) -> Participant:
    query = select(Participant).where(Participant.programme_id == programme_id, Participant.person_id == person_id)
    found = await db.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("You do not take part in that.", ("Type ", Typed("rounds"), " to see what there is."))
    return found


async def _fewest(db: AsyncSession, person: Person, programme: Programme) -> int:
    """How often those of their organisation who take part have sat out, who did least often. A newcomer who began with
    nothing would sit out until they had caught up.
    """
    query = select(func.min(Participant.waited)).join(Person, Person.id == Participant.person_id)
    theirs = Person.organisation_id == person.organisation_id, Person.id != person.id
    here = Participant.programme_id == programme.id, Participant.left_at.is_(None)
    return await db.scalar(query.where(*theirs, *here)) or 0


async def _takes_part(db: AsyncSession, mine: Participant) -> bool:
    query = select(Participant.person_id).where(
        Participant.programme_id == mine.programme_id,
        Participant.person_id == mine.person_id,
        Participant.left_at.is_(None),
        agreed_ever_since(),
    )
    return await db.scalar(query) is not None
