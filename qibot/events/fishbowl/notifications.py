"""What is said unasked about questions from the room: an answer to whoever asked, and what was left open."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.events import rights
from qibot.events.fishbowl import service, views
from qibot.events.fishbowl.models import RoomQuestion
from qibot.events.models import Event
from qibot.outbox.models import EVERYTHING, Delivery
from qibot.outbox.notifications import notification
from qibot.outbox.service import RUNS, stopped
from qibot.people import service as people


@notification(
    service.ANSWERED, label="The answer to what you asked at an event", purpose="introductions", asked_for=True
)
async def answered(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Once to whoever asked under their name."""
    found = await db.get(RoomQuestion, service.number_in(delivery.subject))
    if found is None or not found.answer or EVERYTHING in await stopped(db, delivery.person_id):
        return None
    event = await db.get_one(Event, found.event_id)
    if event.cancelled_at is not None:
        return None
    return views.answered(found, event, await service.answered_by(db, found))


@notification(service.UNANSWERED, label="What was left open at your event", purpose=RUNS, asked_for=True)
async def unanswered(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Once to each organiser of an event, after its day; nothing when nothing is open."""
    event = await db.get_one(Event, service.number_in(delivery.subject))
    reader = await people.person(db, delivery.person_id)
    rows = await service.unanswered(db, event.id)
    theirs = await rights.may_organise(db, event, reader)
    quiet = event.cancelled_at is not None or not theirs or EVERYTHING in await stopped(db, reader.id)
    return None if quiet or not rows else views.unanswered(event, rows)


NOTIFICATIONS = (answered, unanswered)
