"""What is said unasked about mixed pairs: whom one sits with, once."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.events.today import under_way
from qibot.introductions.mixing import service, views
from qibot.outbox.models import EVERYTHING, Delivery
from qibot.outbox.notifications import notification
from qibot.outbox.service import stopped
from qibot.people import service as people


# Asked for by joining the event: no weekly cap keeps it until the day is over. Who stopped everything is not told.
@notification(service.KIND, label="Whom you sit with at an event", purpose="introductions", asked_for=True)
async def partner(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Whom they sit with: on the day only, while the pairs are the newest, and while they are in them."""
    mix, event = await service.of_subject(db, delivery.subject)
    reader = await people.person(db, delivery.person_id)
    latest = await service.newest(db, event.id)
    old = latest is None or latest.id != mix.id or not under_way(event, local_date(now, reader.zone))
    if old or EVERYTHING in await stopped(db, reader.id) or not await service.takes_part(db, event.id, reader.id):
        return None
    there = await service.sits_with(db, mix, reader.id)
    return views.sits_with(event, there) if there else None


NOTIFICATIONS = (partner,)
