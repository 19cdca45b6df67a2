"""The event that is under way: what is done on the day is done while it stands, on its day, by those who are there."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.errors import NotFound, Refused
from qibot.events import service
from qibot.events.models import Attendance, Event
from qibot.people.models import Person
from qibot.typed import Typed


async def find(db: AsyncSession, person: Person, code: str, today: date) -> Event:
    """The event of this code; without one the event of today that they joined last, for an organiser else any of
    today. Raises `NotFound` and what `there` raises.
    """
    if code:
        return await there(db, await service.by_code(db, code), person, today)
    standing = select(Event).where(Event.day == today, Event.cancelled_at.is_(None))
    joined = standing.join(Attendance, Attendance.event_id == Event.id).where(Attendance.person_id == person.id)
    found = await db.scalar(joined.order_by(Attendance.joined_at.desc(), Event.id.desc()).limit(1))
    if found is None and person.is_organiser:
        mine = (Event.organiser_id == person.id).desc()
        found = await db.scalar(standing.order_by(mine, Event.id.desc()).limit(1))
    if found is None:
        raise NotFound(
            "You are at no event today.", ("Type ", Typed("event join"), " and the code that its organiser gives you.")
        )
    return found


async def of_button(db: AsyncSession, event_id: int, person: Person, today: date) -> Event:
    """The event of a button or a form. Raises `NotFound` and what `there` raises."""
    return await there(db, await service.by_id(db, event_id), person, today)


async def there(db: AsyncSession, event: Event, person: Person, today: date) -> Event:
    """The event again. Raises `Refused` when it was cancelled, is not today, or they have not joined it; organisers
    need not join.
    """
    service.standing(event)
    if not person.is_organiser:
        await service.attended(db, event, person.id)
    if event.day != today:
        when = "has not begun yet" if event.day > today else "is over"
        raise Refused(f"“{event.title}” {when}.", ("That works on its day. Type ", Typed("event"), " to see yours."))
    return event


async def joined(db: AsyncSession, event: Event, person: Person) -> Event:
    """The event again, for what needs somebody who joined it, organiser or not. Raises `Refused`."""
    return await service.attended(db, event, person.id)


def under_way(event: Event | None, today: date) -> bool:
    """Whether there is such an event, it stands, and this is its day."""
    return event is not None and event.cancelled_at is None and event.day == today
