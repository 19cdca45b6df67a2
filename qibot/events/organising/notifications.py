"""What an event may say unasked when it is changed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.events import service as events
from qibot.events.organising import service, views
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification


@notification(service.CHANGED, label="Another day or place of an event you joined", purpose="nudges")
async def changed(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The event as it stands now. None for one that is cancelled or over."""
    event = await events.by_id(db, int(delivery.subject.partition(":")[2]))
    today = local_date(now)
    return None if event.cancelled_at or event.day < today else views.changed(event, today)


NOTIFICATIONS = (changed,)
