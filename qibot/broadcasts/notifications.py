"""What is said unasked about broadcasts: the broadcast itself, and how it goes. Each reads the truth again."""

from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.broadcasts import answering, audience, report, sending, service, views
from qibot.broadcasts.letting_go import views as letting_go
from qibot.broadcasts.models import ASKING, DRAFT, STARTED, Broadcast
from qibot.broadcasts.outcome import views as outcome
from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification
from qibot.outbox.service import RUNS
from qibot.people import service as people


@notification(audience.MESSAGE_KIND, label="News from the organisers", purpose=audience.PURPOSE, latest=sending.LATEST)
async def message(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The broadcast, in the words that it has by now. Read once for all that go in the same transaction: it is the same
    for everybody.
    """
    held = cast("dict[str, Message | None]", db.sync_session.info.setdefault("broadcasts", {}))
    if delivery.subject not in held:
        found = await _broadcast(db, delivery)
        over = found.cancelled_at is not None or found.withdrawn_at is not None
        held[delivery.subject] = views.broadcast(found) if found.state == STARTED and not over else None
    return held[delivery.subject]


@notification(
    sending.EDIT_KIND,
    label="Corrections of what the organisers wrote",
    purpose=audience.PURPOSE,
    asked_for=True,
    replaces=sending.message_of,
)
async def edit(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The broadcast in other words, or that it was taken back, in the place of what somebody has."""
    found = await _broadcast(db, delivery)
    return views.broadcast(found) if found.withdrawn_at is None else views.taken_back(found)


# ---- For organisers


@notification(service.SECOND_KIND, label="Broadcasts that wait for a second yes", purpose=RUNS, asked_for=True)
async def second(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For every other organiser, until one of them decides."""
    found = await _broadcast(db, delivery)
    reader = await people.person(db, delivery.person_id)
    if found.state != ASKING or delivery.plan != str(found.revision) or not reader.is_organiser:
        return None
    today = local_date(now, reader.zone)
    return letting_go.second(found, await audience.look(db, found, today), today)


@notification(service.DECIDED_KIND, label="What was decided about your broadcasts", purpose=RUNS, asked_for=True)
async def decided(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For whoever wanted to send it."""
    found = await _broadcast(db, delivery)
    reader = await people.person(db, delivery.person_id)
    how, today = delivery.plan.partition(" ")[0], local_date(now, reader.zone)
    if how != service.YES and found.state != DRAFT:
        return None
    if how == service.GROWN:
        return letting_go.grown(found, await audience.look(db, found, today), today)
    return letting_go.decided(found, how == service.YES, today)


@notification(
    sending.PROGRESS_KIND,
    label="How your broadcasts go",
    purpose=RUNS,
    asked_for=True,
    settled=sending.look_again,
)
async def progress(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """As it starts; then it is kept up to date where it stands."""
    found = await _broadcast(db, delivery)
    reader = await people.person(db, delivery.person_id)
    return outcome.report(found, await report.figures(db, found, now), now, reader.zone)


@notification(
    sending.PROGRESS_EDIT_KIND,
    label="How your broadcasts go, brought up to date",
    purpose=RUNS,
    asked_for=True,
    replaces=sending.progress_of,
    settled=sending.look_again,
)
async def progress_edit(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """How it goes by now."""
    found = await _broadcast(db, delivery)
    reader = await people.person(db, delivery.person_id)
    return outcome.report(found, await report.figures(db, found, now), now, reader.zone)


@notification(answering.REPLY_KIND, label="Words that people write back to you", purpose=RUNS, asked_for=True)
async def reply(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For whoever sent the broadcast."""
    found = await answering.reply(db, sending.id_in(delivery.subject))
    return outcome.reply_came(*found) if found else None


NOTIFICATIONS = (message, edit, second, decided, progress, progress_edit, reply)


async def _broadcast(db: AsyncSession, delivery: Delivery) -> Broadcast:
    return await service.by_id(db, sending.id_in(delivery.subject))
