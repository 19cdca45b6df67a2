"""What became of an event, told to all who were part of it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.events import answers, service
from qibot.events.reporting import views
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification


@notification(answers.TOLD, label="What became of an event you joined", purpose="broadcasts")
async def told(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The lines as they were sent off."""
    event = await service.by_id(db, int(delivery.subject.partition(":")[2]))
    lines = await answers.told(db, event)
    return views.told(event, lines, local_date(now)) if lines else None


NOTIFICATIONS = (told,)
