"""What is said unasked about the network."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.network import service, views
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification


@notification(
    service.DIGEST_KIND, label="What is new in topics you follow", purpose=service.PURPOSE, settled=service.ended
)
async def digest(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Once a week, if there is anything."""
    told = await service.digest(db, delivery, now)
    return views.digest(told) if told else None


NOTIFICATIONS = (digest,)
