"""What an event may say unasked when it is changed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.events import rights
from qibot.events import service as events
from qibot.events.organising import service, views
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification
from qibot.outbox.service import RUNS
from qibot.people import service as people
from qibot.people.models import Person


@notification(service.CHANGED, label="Another day or place of an event you joined", purpose="nudges")
async def changed(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The event as it stands now. None for one that is cancelled or over."""
    event = await events.by_id(db, int(delivery.subject.partition(":")[2]))
    today = local_date(now)
    if event.cancelled_at or event.day < today:
        return None
    return views.changed(event, today, day="d" in delivery.plan, places="p" in delivery.plan)


@notification(service.CALLED_OFF, label="An event you joined that will not take place", purpose="nudges")
async def called_off(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """That it is cancelled, while that is still of use."""
    event = await events.by_id(db, int(delivery.subject.partition(":")[2]))
    today = local_date(now)
    return views.called_off(event, today) if event.cancelled_at and event.day >= today else None


@notification(service.ADDED, label="An event that you organise now", purpose=RUNS, asked_for=True)
async def organiser_added(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """By whom, and what they may do. None once they do no longer, or it was cancelled."""
    event = await events.by_id(db, int(delivery.subject.partition(":")[2]))
    reader = await people.person(db, delivery.person_id)
    if event.cancelled_at or not await rights.may_organise(db, event, reader):
        return None
    by = await db.get(Person, service.added_by(delivery))
    return views.you_organise(event, by.name if by and by.here else "", local_date(now, reader.zone))


NOTIFICATIONS = (changed, called_off, organiser_added)
