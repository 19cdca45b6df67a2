"""What is said unasked about market-place stalls."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.introductions.stalls import service, views
from qibot.outbox.models import EVERYTHING, Delivery
from qibot.outbox.notifications import notification
from qibot.outbox.service import stopped


@notification(
    service.DIGEST,
    label="Who would like to know more about your stall",
    purpose="introductions",
    asked_for=True,
    settled=service.passed_on,
)
async def digest(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Once to a holder, with everybody who asked and has not taken it back."""
    rows = await service.to_pass_on(db, delivery.subject, delivery.person_id)
    return None if not rows or EVERYTHING in await stopped(db, delivery.person_id) else views.digest(rows)


@notification(
    service.NOT_PASSED_ON, label="That a hello at a stall was not passed on", purpose="introductions", asked_for=True
)
async def not_passed_on(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Once to somebody who asked, when the holder could not be told."""
    stall = await service.by_id(db, int(delivery.subject.partition(":")[2]))
    quiet = stall.event.cancelled_at is not None or EVERYTHING in await stopped(db, delivery.person_id)
    return None if quiet else views.not_passed_on(stall)


NOTIFICATIONS = (digest, not_passed_on)
