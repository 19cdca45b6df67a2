"""What is said unasked about questions to the organisers. Each reads the truth again."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.questions import service, views
from qibot.champions.questions.models import OPEN
from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification
from qibot.outbox.service import RUNS
from qibot.people import service as people


@notification(service.QUESTION_KIND, label="Questions that wait for an organiser", purpose=RUNS, asked_for=True)
async def question(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For every organiser, at once and once more, while it is open."""
    found = await service.about(db, delivery.subject)
    reader = await people.person(db, delivery.person_id)
    if found.state != OPEN or not found.asker.here or not reader.is_organiser:
        return None
    waiting = service.Waiting(found, await service.asker_face(db, found))
    return views.card(waiting, local_date(now, reader.zone), again=delivery.plan == "again")


@notification(
    service.WAITS_KIND, label="Where your question to the organisers stands", purpose="introductions", asked_for=True
)
async def waits(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For whoever asks, after two working days, if nobody has answered."""
    found = await service.about(db, delivery.subject)
    return views.waits(found, local_date(now, found.asker.zone)) if found.state == OPEN else None


@notification(service.ANSWERED_KIND, label="The answer to your question", purpose="introductions", asked_for=True)
async def answered(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For whoever asked: the answer, or that there was none."""
    found = await service.about(db, delivery.subject)
    return views.answered(found, await service.suggestion(db, found, now)) if found.state != OPEN else None


NOTIFICATIONS = (question, waits, answered)
