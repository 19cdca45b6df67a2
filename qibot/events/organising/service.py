"""Changing an event, with everything that moves with its day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.events import followups, places, service
from qibot.events.models import STILL_ASKED, Attendance, Event, Pledge
from qibot.outbox import service as outbox
from qibot.outbox.models import SENDING, SENT, Delivery
from qibot.people.models import Person

CHANGED = "events.changed"
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
    told = await _tell(db, event, by, now) if (done.day or done.places) and day >= today else 0
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


async def _tell(db: AsyncSession, event: Event, by: Person, now: datetime) -> int:
    """Plan one message to everybody else who joined, instead of any that has not gone yet; how many."""
    subject = f"event:{event.id}"
    await outbox.cancel(db, subject=subject, kind=CHANGED, reason="The event was changed again.")
    query = select(Attendance.person_id).where(Attendance.event_id == event.id, Attendance.person_id != by.id)
    people = list(await db.scalars(query.order_by(Attendance.person_id)))
    dues = (outbox.Due(CHANGED, one, subject, now + AFTER, str(event.changes)) for one in people)
    await outbox.queue_many(db, dues)
    return len(people)
