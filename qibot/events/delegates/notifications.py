"""What may be asked of somebody on a list of delegates."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.events import service as events
from qibot.events.delegates import service, views
from qibot.events.models import Attendance
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification


@notification(service.ASKED, label="Whether you come to an event", purpose="nudges")
async def confirm(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The question. None for an event that was cancelled, or that they joined meanwhile."""
    event = await events.by_id(db, int(delivery.subject.partition(":")[2]))
    joined = await db.get(Attendance, (event.id, delivery.person_id))
    return None if event.cancelled_at or joined else views.ask(event, local_date(now))


NOTIFICATIONS = (confirm,)
