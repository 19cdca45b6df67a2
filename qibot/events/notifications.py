"""What events may say unasked."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.events import service, views
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification


@notification(service.FOLLOWUP, label="Follow-ups of your promises", purpose="nudges")
async def pledge_followup(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """One message for all that somebody promised together and has not done or let go."""
    rows = await service.to_follow_up(db, delivery.person_id, delivery.subject)
    return views.followup(rows, local_date(now)) if rows else None


NOTIFICATIONS = (pledge_followup,)
