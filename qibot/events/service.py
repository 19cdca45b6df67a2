"""What may be done with events: create, join, reflect, promise, follow up, gather what was said."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.database import Base, insert_or_ignore
from qibot.errors import NotFound, Refused, WrongFields
from qibot.events import followups as plans
from qibot.events import places
from qibot.events.models import (
    CHANGED,
    DONE,
    GOING,
    LET_GO,
    QUESTIONS,
    STILL_ASKED,
    Attendance,
    Event,
    EventOrganiser,
    Pledge,
    Reflection,
    ReflectionAnswer,
    ReflectionTheme,
)
from qibot.hours import at_local, weeks_later
from qibot.outbox import service as outbox
from qibot.people.models import Person
from qibot.typed import Typed

FOLLOWUP = "events.pledge_followup"
FOLLOWUP_TIME = time(9, 30)
LONGEST_CODE = 12
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_RESERVED = {"PAIRS", "CLOSING"}
"""Codes that /qi reflect would read as its own words."""

R = TypeVar("R", bound=Base)


# ---- Events


async def create(
    db: AsyncSession, organiser: Person, *, title: str, day: date, place: str, code: str, follow_up: str = ""
) -> Event:
    """A new event. Without a code one is made: five letters that make no word. Raises `WrongFields`."""
    plan, where = plans.read(follow_up), places.read(place)
    wanted = code.strip().upper() or "".join(secrets.choice(_LETTERS) for _ in range(5))
    if not (wanted.isascii() and wanted.isalnum() and 3 <= len(wanted) <= LONGEST_CODE) or wanted in _RESERVED:
        raise WrongFields({"code": "Please use 3 to 12 letters and digits, such as QI27."})
    if await db.scalar(select(Event.id).where(Event.code == wanted)):
        raise WrongFields({"code": "Another event has that code. Please choose a different one."})
    event = Event(title=one_line(title), day=day, code=wanted, organiser_id=organiser.id)
    event.follow_up = plan
    places.put(event, where)
    db.add(event)
    await db.flush()
    return event


async def by_code(db: AsyncSession, code: str) -> Event:
    """The event with this code, in any case. Raises `NotFound`."""
    wanted = code.strip().upper()
    found = (
        await db.scalar(select(Event).where(Event.code == wanted)) if wanted.isascii() and wanted.isalnum() else None
    )
    if found is None:
        raise NotFound(f"I do not know an event with the code “{code.strip()[:20]}”.", "Its organiser can tell you.")
    return found


async def by_id(db: AsyncSession, event_id: int) -> Event:
    """The event of a button or a form. Raises `NotFound`."""
    missing = NotFound("I cannot find that event.", ("Type ", Typed("event"), " to see yours."))
    return await _get(db, Event, event_id, missing)


async def join(db: AsyncSession, event: Event, person: Person, now: datetime) -> bool:
    """Be there. False when they had joined before. Raises `Refused` for a cancelled event."""
    standing(event)
    made = await db.execute(
        insert_or_ignore(db, Attendance)
        .values(event_id=event.id, person_id=person.id, joined_at=now)
        .returning(Attendance.person_id)
    )
    return made.first() is not None


async def cancel(db: AsyncSession, event: Event, now: datetime) -> None:
    """Cancel the event, and what would have been asked about its pledges. Cancelling twice is cancelling once."""
    if event.cancelled_at is None:
        event.cancelled_at = now
    starts = await db.scalars(select(Pledge.follow_from).where(Pledge.event_id == event.id).distinct())
    for start in starts:
        about = followup_subject(event, start)
        await outbox.cancel(db, subject=about, kind=FOLLOWUP, reason="The event was cancelled.")


def standing(event: Event) -> None:
    """Raises `Refused` for a cancelled event."""
    if event.cancelled_at is not None:
        raise Refused(f"“{event.title}” was cancelled.", ("Type ", Typed("event"), " to see your events."))


async def mine(db: AsyncSession, person_id: int) -> list[Event]:
    """The events somebody joined, the one joined last first; not the cancelled ones."""
    return list(await db.scalars(_joined(person_id)))


async def newest(db: AsyncSession, person_id: int) -> Event:
    """The event somebody joined last. Raises `NotFound`."""
    found = await db.scalar(_joined(person_id).limit(1))
    if found is None:
        raise NotFound(
            "You have not joined an event yet.", ("Type ", Typed("event join"), " and the code that you were given.")
        )
    return found


async def newest_organised(db: AsyncSession, person_id: int) -> Event:
    """The latest event that somebody organises, else the one they joined last. Raises `NotFound`."""
    shared = select(EventOrganiser.event_id).where(EventOrganiser.person_id == person_id)
    own = select(Event).where(or_(Event.organiser_id == person_id, Event.id.in_(shared)), Event.cancelled_at.is_(None))
    found = await db.scalar(own.order_by(Event.day.desc(), Event.id.desc()).limit(1))
    return found or await newest(db, person_id)


async def attended(db: AsyncSession, event: Event, person_id: int) -> Event:
    """The event again. Raises `Refused` for one that was cancelled or that the person has not joined."""
    standing(event)
    if await db.get(Attendance, (event.id, person_id)) is None:
        raise Refused(f"You have not joined “{event.title}”.", ("Type ", Typed(f"event join {event.code}"), " first."))
    return event


@dataclass(frozen=True, slots=True)
class Counts:
    """How many joined, of how many organisations, how many forms were handed in, how many pledges made; how many are
    at each of several places.
    """

    people: int
    organisations: int
    reflections: int
    pledges: int
    places: Mapping[str, int] = field(default_factory=dict)


async def counts(db: AsyncSession, event: Event) -> Counts:
    """The figures of an event, for its organisers."""
    there = select(Person.organisation_id).join(Attendance, Attendance.person_id == Person.id)
    rows = (await db.scalars(there.where(Attendance.event_id == event.id))).all()
    said = await db.scalar(select(func.count()).where(Reflection.event_id == event.id))
    promised = await db.scalar(select(func.count()).where(Pledge.event_id == event.id))
    return Counts(len(rows), len(set(rows)), said or 0, promised or 0, await places.counts(db, event))


# ---- Reflections


async def reflect(
    db: AsyncSession,
    event: Event,
    person: Person | None,
    *,
    form: str,
    boxes: Mapping[str, str],
    today: date,
    place: str = "",
    energy: str = "",
) -> int:
    """Hand in a form; how many statements it held. `boxes` by question; `person` None leaves no name anywhere.

    Each line of a box is a statement, kept as typed but for white space around it. Raises `WrongFields` when nothing
    was said.
    """
    said = [(question, line) for question, text in boxes.items() for line in statements_in(text)]
    if not said and not energy:
        raise WrongFields({next(iter(boxes)).replace("-", "_"): "Please write something in at least one box."})
    sheet = Reflection(
        event_id=event.id, form=form, place=one_line(place), energy=energy, person_id=person.id if person else None
    )
    sheet.on = today
    db.add(sheet)
    await db.flush()
    db.add_all(ReflectionAnswer(reflection_id=sheet.id, question=question, text=line) for question, line in said)
    return len(said)


def statements_in(text: str) -> list[str]:
    """The lines of a box that say something, each as typed but for white space around it."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Statement:
    """One answer. `theme` is "" while an organiser has not grouped it."""

    id: int
    question: str
    place: str
    energy: str
    text: str
    theme_id: int
    theme: str


async def statements(db: AsyncSession, event: Event) -> list[Statement]:
    """Everything said at an event, by question, place, theme (the first made first, those without one last) and words.

    By words and not as they came in: the order of arrival could tell whose they are.
    """
    rows = await db.execute(
        select(ReflectionAnswer, Reflection.place, Reflection.energy, ReflectionTheme.name)
        .join(Reflection, ReflectionAnswer.reflection_id == Reflection.id)
        .outerjoin(ReflectionTheme, ReflectionAnswer.theme_id == ReflectionTheme.id)
        .where(Reflection.event_id == event.id)
    )
    found = [
        Statement(a.id, a.question, place, energy, a.text, a.theme_id or 0, theme or "")
        for a, place, energy, theme in rows
    ]
    asked = [slug for questions in QUESTIONS.values() for slug in questions]
    shown = {place.casefold(): place for place in sorted((s.place for s in found), reverse=True)}
    found = [replace(s, place=shown[s.place.casefold()]) for s in found]
    return sorted(
        found,
        key=lambda s: (
            asked.index(s.question), not s.place, s.place, not s.theme_id, s.theme_id, s.text.casefold(), s.text, s.id
        ),
    )  # fmt: skip


async def group(
    db: AsyncSession, event: Event, *, question: str, theme: str, answers: Sequence[str]
) -> list[Statement]:
    """Put answers (ids, as text) to one question under a theme, or under none when it is ""; those that were moved.

    Raises `WrongFields` for an answer that was not given to that question at that event.
    """
    there = {str(s.id): s for s in await statements(db, event) if s.question == question}
    chosen = [there[a] for a in answers if a in there]
    if len(chosen) != len(answers) or not chosen:
        raise WrongFields({"answers": "Please choose from those offered."})
    theme_id = await _theme(db, event, question, one_line(theme)) if one_line(theme) else None
    for s in chosen:
        row = await db.get_one(ReflectionAnswer, s.id)
        row.theme_id = theme_id
    return chosen


# ---- Pledges


async def pledge(db: AsyncSession, event: Event, person: Person, words: str, now: datetime, today: date) -> Pledge:
    """Promise something, and plan when to ask about it. Raises `Refused` for no words or more than 300 characters."""
    text = _promise(words)
    start = await _follow_from(db, event, person, today)
    made = Pledge(
        event_id=event.id, person_id=person.id, text=text, made_at=now, follow_from=start, changed_text="", event=event
    )
    db.add(made)
    await db.flush()
    await outbox.queue_many(db, asking(event, start, person))
    return made


def asking(event: Event, start: date, person: Person) -> list[outbox.Due]:
    """What asks about the pledges of `start`. After a change of the plan it is another message than before."""
    subject, again = followup_subject(event, start), f".{event.changes}" if event.changes else ""
    return [
        outbox.Due(FOLLOWUP, person.id, subject, at_local(day, FOLLOWUP_TIME, person.zone), f"{weeks}w{again}")
        for weeks, day in followups(event, start, person)
    ]


def followups(event: Event, start: date, person: Person) -> list[tuple[int, date]]:
    """When a pledge is asked about: after the event's weeks, on a working day of the person."""
    return [(weeks, weeks_later(start, weeks, person.week)) for weeks in event.weeks]


async def pledges(db: AsyncSession, person_id: int) -> list[Pledge]:
    """What somebody promised and has not done or let go, oldest first."""
    return list(await db.scalars(_open(person_id).order_by(Pledge.id)))


async def unanswered(db: AsyncSession, person_id: int, now: datetime) -> list[Pledge]:
    """Those of `pledges` about which nothing was said in the last twelve hours."""
    recently = now - timedelta(hours=12)
    return [p for p in await pledges(db, person_id) if p.answered_at is None or p.answered_at < recently]


async def own_pledge(db: AsyncSession, pledge_id: int, person_id: int) -> Pledge:
    """Somebody's own pledge with its event. Raises `NotFound`, for another's too."""
    missing = NotFound("I cannot find that promise among yours.", ("Type ", Typed("pledges"), " to see them."))
    found = await _get(db, Pledge, pledge_id, missing)
    if found.person_id != person_id:
        raise missing
    found.event = await db.get_one(Event, found.event_id)
    return found


def answer(pledge: Pledge, state: str, now: datetime) -> None:
    """Say what became of it. The last word counts, so a slip can be put right. Raises `NotFound` for no such state."""
    if state not in (DONE, GOING, LET_GO):
        raise NotFound("I could not read that button.", ("Type ", Typed("pledges"), " to see your promises."))
    pledge.state, pledge.answered_at = state, now


def change(pledge: Pledge, words: str, now: datetime) -> None:
    """It became something else: the new words stand beside the first ones."""
    pledge.changed_text, pledge.state, pledge.answered_at = _promise(words), CHANGED, now


async def to_follow_up(db: AsyncSession, person_id: int, subject: str) -> list[Pledge]:
    """The pledges that a follow-up's subject speaks of and that are still open; none for a cancelled event."""
    _, event_id, start = (*subject.split(":", 2), "")[:3]
    event = await db.get(Event, int(event_id))
    if event is None or event.cancelled_at is not None:
        return []
    since = date.fromisoformat(start) if start else event.day
    query = _open(person_id).where(Pledge.event_id == event.id, Pledge.follow_from == since)
    return list(await db.scalars(query.order_by(Pledge.id)))


def one_line(words: str) -> str:
    """The words with single spaces between them, and without nulls, which PostgreSQL cannot keep."""
    return " ".join(words.replace("\x00", "").split())


def _promise(words: str) -> str:
    text = one_line(words)
    if not text or len(text) > 300:
        raise Refused("A promise is a sentence of at most 300 characters.", "Try it a little shorter.")
    return text


async def _follow_from(db: AsyncSession, event: Event, person: Person, today: date) -> date:
    """The event's day for what was promised by then; later promises go with those that were not asked about yet."""
    if today <= event.day:
        return event.day
    earlier = select(func.max(Pledge.follow_from)).where(Pledge.event_id == event.id, Pledge.person_id == person.id)
    latest = await db.scalar(earlier)
    first = event.weeks[0] if event.weeks else 0
    if latest is not None and today < weeks_later(latest, first, person.week) - timedelta(weeks=1):
        return latest
    return today


def followup_subject(event: Event, start: date) -> str:
    """What the follow-ups are about: the pledges of an event that share a day."""
    return f"event:{event.id}" if start == event.day else f"event:{event.id}:{start.isoformat()}"


def _joined(person_id: int) -> Select[Event]:
    joined = select(Event).join(Attendance, Attendance.event_id == Event.id)
    here = joined.where(Attendance.person_id == person_id, Event.cancelled_at.is_(None))
    return here.order_by(Attendance.joined_at.desc(), Event.id.desc())


def _open(person_id: int) -> Select[Pledge]:
    query = select(Pledge).options(joinedload(Pledge.event))
    return query.where(Pledge.person_id == person_id, Pledge.state.in_(STILL_ASKED))


async def _theme(db: AsyncSession, event: Event, question: str, name: str) -> int:
    themes = select(ReflectionTheme).where(ReflectionTheme.event_id == event.id, ReflectionTheme.question == question)
    known = {t.name.casefold(): t.id for t in await db.scalars(themes)}
    if name.casefold() not in known:
        made = ReflectionTheme(event_id=event.id, question=question, name=name)
        db.add(made)
        await db.flush()
        return made.id
    return known[name.casefold()]


async def _get(db: AsyncSession, model: type[R], row_id: int, missing: NotFound) -> R:
    # What a button claims may be any number, and a database takes only so many digits.
    found = await db.get(model, row_id) if 0 < row_id < 2**31 else None
    if found is None:
        raise missing
    return found
