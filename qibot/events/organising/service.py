"""Changing an event, with everything that moves with its day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.events import followups, places, rights, service
from qibot.events.fishbowl import service as room
from qibot.events.models import STILL_ASKED, Attendance, Event, Pledge
from qibot.outbox import service as outbox
from qibot.outbox.models import SENDING, SENT, Delivery
from qibot.people.models import Person

CHANGED, CALLED_OFF, ADDED = "events.changed", "events.called_off", "events.organiser_added"
AFTER = timedelta(minutes=5)
"""How long people hear nothing of a change, so that a slip can be put right before they do."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What was changed, and how many people will be told of it."""

    title: bool = False
    day: bool = False
    places: bool = False
    plan: bool = False
    told: int = 0

    @property
    def anything(self) -> bool:
        """Whether it was worth saving."""
        return self.title or self.day or self.places or self.plan


async def edit(
    db: AsyncSession,
    event: Event,
    by: Person,
    *,
    title: str,
    day: date,
    place: str,
    follow_up: str,
    now: datetime,
    today: date,
) -> Edited:
    """Change an event. What is planned moves with it, and who joined hears of another day or place.

    Raises `WrongFields` and `Refused`.
    """
    service.standing(event)
    plan, where, old = followups.read(follow_up), places.read(place), event.day
    words = service.one_line(title)
    done = Edited(words != event.title, day != old, where != event.places, plan != event.follow_up)
    event.title, event.day = words, day
    places.put(event, where)
    event.changes += done.day or done.places or done.plan
    if done.places:
        await places.forget_others(db, event)
    if done.day or done.plan:
        await _plan_again(db, event, old, plan, now)
    # Whoever was there needs no word of a slip in the calendar put right afterwards.
    told = await _tell(db, event, by, now, done) if (done.day or done.places) and day >= today else 0
    return Edited(done.title, done.day, done.places, done.plan, told)


async def _plan_again(db: AsyncSession, event: Event, old: date, plan: str, now: datetime) -> None:
    """What waits is planned anew. What somebody put off stays, and nobody is asked twice after as many weeks."""
    starts = set(await db.scalars(select(Pledge.follow_from).where(Pledge.event_id == event.id).distinct()))
    asked: set[tuple[int, str, str]] = set()
    # What they are about is named by the day, so as it was.
    day, event.day = event.day, old
    for subject in sorted(service.followup_subject(event, start) for start in starts):
        await outbox.cancel(
            db, subject=subject, kind=service.FOLLOWUP, reason="The event was changed.", put_off_too=False
        )
        asked |= await _asked(db, subject)
    event.day, event.follow_up = day, plan
    moved = update(Pledge).where(Pledge.event_id == event.id, Pledge.follow_from == old).values(follow_from=day)
    await db.execute(moved)
    query = select(Pledge.follow_from, Person).join(Person, Pledge.person_id == Person.id)
    query = query.where(Pledge.event_id == event.id, Pledge.state.in_(STILL_ASKED)).distinct()
    rows = (await db.execute(query)).all()
    dues = (due for start, person in rows for due in service.asking(event, start, person))
    await outbox.queue_many(
        db, [d for d in dues if d.due_at > now and (d.person_id, d.subject, _weeks(d.period)) not in asked]
    )


async def _asked(db: AsyncSession, subject: str) -> set[tuple[int, str, str]]:
    """(person, subject, weeks) of what was asked."""
    query = select(Delivery.person_id, Delivery.period).where(
        Delivery.subject == subject, Delivery.kind == service.FOLLOWUP, Delivery.state.in_((SENT, SENDING))
    )
    return {(person, subject, _weeks(period)) for person, period in await db.execute(query)}


def _weeks(period: str) -> str:
    """ "6w" of "6w", "6w.1" and "6w~2019-12-18"."""
    return period.partition("~")[0].partition(".")[0]


async def _tell(db: AsyncSession, event: Event, by: Person, now: datetime, done: Edited) -> int:
    """Plan one message to everybody else who joined, instead of any that has not gone yet, which it says too; how many.

    Its period says what is new: "3d" the day, "3p" the places, "3dp" both.
    """
    subject = subject_of(event)
    query = select(Delivery.period).where(Delivery.subject == subject, Delivery.kind == CHANGED, outbox.WAITING)
    before = "".join(await db.scalars(query.distinct()))
    await outbox.cancel(db, subject=subject, kind=CHANGED, reason="The event was changed again.")
    people = await _others(db, event, by)
    new = "".join(sign for sign, now_too in (("d", done.day), ("p", done.places)) if now_too or sign in before)
    dues = (outbox.Due(CHANGED, one, subject, now + AFTER, f"{event.changes}{new}") for one in people)
    await outbox.queue_many(db, dues)
    return len(people)


async def _others(db: AsyncSession, event: Event, by: Person) -> list[int]:
    """Everybody else who joined."""
    query = select(Attendance.person_id).where(Attendance.event_id == event.id, Attendance.person_id != by.id)
    return list(await db.scalars(query.order_by(Attendance.person_id)))


def subject_of(event: Event) -> str:
    """What a delivery about an event is about."""
    return f"event:{event.id}"


# ---- Cancelling


async def cancel(db: AsyncSession, event: Event, by: Person, now: datetime, today: date) -> int:
    """Cancel an event; everybody else who joined one that is still to come hears so, once. How many hear.

    Cancelling twice is cancelling once.
    """
    if event.cancelled_at is not None:
        return 0
    await service.cancel(db, event, now)
    await outbox.cancel(db, subject=subject_of(event), kind=CHANGED, reason="The event was cancelled.")
    people = await _others(db, event, by) if event.day >= today else []
    await outbox.queue_many(db, (outbox.Due(CALLED_OFF, one, subject_of(event), now) for one in people))
    return len(people)


# ---- Its organisers


async def add(db: AsyncSession, event: Event, person: Person, by: Person, now: datetime) -> bool:
    """Let a member organise the event too, and tell them by whom; False when they may already. They hear of what is
    left open in the room as the others do.
    """
    if not await rights.add(db, event, person):
        return False
    await db.flush()
    # The moment: who was taken back and is added again hears so again.
    period = f"{by.id}.{int(now.timestamp())}"
    await outbox.queue(db, kind=ADDED, person_id=person.id, subject=subject_of(event), due_at=now, period=period)
    await room.plan_left_open(db, event)
    return True


async def take_back(db: AsyncSession, event: Event, person_id: int) -> None:
    """They organise the event no longer, and are not told of it if they had not heard yet."""
    await rights.take_back(db, event, person_id)
    await db.flush()
    reason = "They no longer organise it."
    await outbox.cancel(db, subject=subject_of(event), kind=ADDED, person_id=person_id, reason=reason)


def added_by(delivery: Delivery) -> int:
    """Who added its reader."""
    return int(delivery.plan.partition(".")[0])
