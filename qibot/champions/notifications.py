"""What is said unasked to champions about their own offer."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions import service, views, yearly
from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification
from qibot.people import service as people


@notification(yearly.STILL_HAPPY_KIND, label="Whether you still like to be asked", purpose="introductions")
async def still_happy(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Once a year, and once more when there is no answer."""
    today = local_date(now, (await people.person(db, delivery.person_id)).zone)
    found = await yearly.asked_about(db, delivery, today)
    if found is None:
        return None
    champion, again = found
    return views.still_happy(champion, await service.topics_of(db, champion.person_id), today, again=again)


@notification(yearly.RESTS_KIND, label="A pause of your offer", purpose="introductions", asked_for=True)
async def offer_rests(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Once, after a year and a half without a word."""
    champion = await yearly.resting(db, delivery.person_id)
    return views.offer_rests(await service.topics_of(db, champion.person_id)) if champion else None


NOTIFICATIONS = (still_happy, offer_rests)
