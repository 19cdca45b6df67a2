"""A broadcast on its way: started once, stopped, put right or taken back, and told of while it goes."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.broadcasts import audience
from qibot.broadcasts.audience import MESSAGE_KIND
from qibot.broadcasts.models import READY, STARTED, Broadcast
from qibot.broadcasts.service import by_id, hold, put_back
from qibot.clock import local_date
from qibot.database import Database
from qibot.errors import Refused
from qibot.outbox import service as outbox
from qibot.outbox.choosing import plan_chosen
from qibot.outbox.models import PENDING, SENDING, SENT, Delivery
from qibot.people.models import Person
from qibot.typed import Typed

EDIT_KIND, PROGRESS_KIND, PROGRESS_EDIT_KIND = (
    "broadcasts.edit",
    "broadcasts.progress",
    "broadcasts.progress_edit",
)
log: structlog.stdlib.BoundLogger = structlog.get_logger()
LATEST = timedelta(days=14)
"""How long after it started it is still worth saying."""
SOONEST = timedelta(seconds=15)
"""Between two looks at how it goes; later looks are a tenth of the time apart that it has taken by then."""
_LAST = "last"
_AT_ONCE = 10


# ---- Starting


class Grown(Exception):
    """It would go to more people than anybody agreed to."""


async def start_due(database: Database, now: datetime) -> None:
    """Start what is due, each in a transaction of its own; a press twice and several processes start it once."""
    due = select(Broadcast.id).where(Broadcast.state == READY, Broadcast.send_at <= now).order_by(Broadcast.send_at)
    async with database.transaction(reading=True) as db:
        ids = (await db.scalars(due.limit(_AT_ONCE))).all()
    for broadcast_id in ids:
        try:
            async with database.transaction() as db:
                await start(db, broadcast_id, now)
        except Grown:
            async with database.transaction() as db:
                await put_back(db, broadcast_id, now)
        except Exception as wrong:
            # The next look tries again, and others do not wait for this one.
            log.error("broadcast not started", broadcast=broadcast_id, error=type(wrong).__name__)


async def start(db: AsyncSession, broadcast_id: int, now: datetime) -> bool:
    """Freeze the audience: one statement, one row each. False when it is not due, or somebody else has started it.

    Raises `Grown`, for the transaction to break off, when there are more than were agreed to.
    """
    due = select(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.state == READY, Broadcast.send_at <= now)
    held = await db.scalar(due.with_for_update().execution_options(populate_existing=True))
    if held is None:
        return False
    chosen = audience.chosen(held, local_date(now))
    moment = now.replace(microsecond=0)
    size = await plan_chosen(db, chosen, kind=MESSAGE_KIND, subject=held.subject, due_at=moment)
    if size > held.size:
        raise Grown
    held.size = size
    held.state, held.started_at = STARTED, now
    await outbox.queue(db, kind=PROGRESS_KIND, person_id=held.organiser_id, subject=held.subject, due_at=now)
    return True


# ---- Afterwards


async def stop(db: AsyncSession, broadcast_id: int, now: datetime) -> Broadcast:
    """Nobody else gets it. Who has it keeps it. Twice is once. Raises `Refused` for what has not started."""
    held = await _started(db, broadcast_id)
    if held.cancelled_at is None:
        held.cancelled_at = now
        await outbox.cancel(db, subject=held.subject, kind=MESSAGE_KIND, reason=STOPPED)
        await _look_again(db, held, now)
    return await by_id(db, held.id)


STOPPED, TAKEN_BACK = "An organiser stopped it before it went.", "An organiser took it back before it went."


async def correct(
    db: AsyncSession, organiser: Person, broadcast_id: int, title: str, body: str, now: datetime
) -> Broadcast:
    """Other words: for whoever has it, in their place; for whoever waits, from the beginning. Raises `Refused`."""
    held = await _started(db, broadcast_id)
    held.title, held.body = " ".join(title.split()), body
    held.corrected_at, held.organiser_id = now, organiser.id
    held.revision += 1
    await _change_all(db, held, now)
    return await by_id(db, held.id)


async def withdraw(db: AsyncSession, broadcast_id: int, now: datetime) -> Broadcast:
    """Nobody else gets it, and who has it sees that it was taken back. Twice is once. Raises `Refused`."""
    held = await hold(db, broadcast_id)
    if held.state == STARTED and held.withdrawn_at is not None:
        return held
    held = await _started(db, broadcast_id)
    held.withdrawn_at = now
    held.revision += 1
    await outbox.cancel(db, subject=held.subject, kind=MESSAGE_KIND, reason=TAKEN_BACK)
    await _change_all(db, held, now)
    await _look_again(db, held, now)
    return await by_id(db, held.id)


async def correctable(db: AsyncSession, broadcast_id: int) -> Broadcast:
    """The broadcast, if its words can still be put right. Raises `Refused`."""
    return _gone_out(await by_id(db, broadcast_id))


async def _started(db: AsyncSession, broadcast_id: int) -> Broadcast:
    return _gone_out(await hold(db, broadcast_id))


def _gone_out(held: Broadcast) -> Broadcast:
    if held.state != STARTED:
        raise Refused("It has not started.", ("Type ", Typed(f"broadcast show #{held.id}"), " to change or undo it."))
    if held.withdrawn_at is not None:
        raise Refused("It was taken back.", ("Type ", Typed("broadcast"), " to write another."))
    return held


async def _change_all(db: AsyncSession, held: Broadcast, now: datetime) -> None:
    """Who has it, and who is just getting it, sees the words as they are by then."""
    await outbox.cancel(db, subject=held.subject, kind=EDIT_KIND, reason="A later change took its place.")
    await db.flush()
    have = select(Delivery.person_id, literal("")).where(*of(held), Delivery.state.in_((SENT, SENDING)))
    moment = now.replace(microsecond=0)
    await plan_chosen(db, have, kind=EDIT_KIND, subject=held.subject, due_at=moment, period=str(held.revision))


def of(broadcast: Broadcast) -> tuple[ColumnElement[bool], ...]:
    """That a `Delivery` is the broadcast for one of those for whom it was frozen, as a condition of a query: a copy
    that somebody asked for by “remind me in a week” is not counted again.
    """
    return Delivery.subject == broadcast.subject, Delivery.kind == MESSAGE_KIND, Delivery.period == ""


async def message_of(db: AsyncSession, delivery: Delivery, kind: str = MESSAGE_KIND) -> Delivery | None:
    """The delivery about the same broadcast, of that kind, to the same person."""
    mine = Delivery.subject == delivery.subject, Delivery.kind == kind, Delivery.period == ""
    return await db.scalar(select(Delivery).where(*mine, Delivery.person_id == delivery.person_id))


def id_in(subject: str) -> int:
    """The broadcast that a delivery is about."""
    return int(subject.partition(":")[2])


# ---- How it goes, while it goes


async def progress_of(db: AsyncSession, delivery: Delivery) -> Delivery | None:
    """The message in which the organiser sees how it goes."""
    return await message_of(db, delivery, PROGRESS_KIND)


async def look_again(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
    """After the organiser was shown how it goes: the next look, and the last one once nobody waits any more."""
    held = await db.get(Broadcast, id_in(delivery.subject))
    if state != SENT or held is None or held.started_at is None or delivery.period.startswith(_LAST):
        return
    waiting = select(func.count(), func.min(Delivery.try_at))
    count, soonest = (await db.execute(waiting.where(*of(held), Delivery.state.in_((PENDING, SENDING))))).one()
    if not count:
        await _look_again(db, held, now, delivery.person_id)
        return
    pace = max(SOONEST, (now - held.started_at) / 10)
    period = str(int(delivery.period or 0) + 1)
    due = max(now + pace, soonest + SOONEST)
    who = delivery.person_id
    await outbox.queue(db, kind=PROGRESS_EDIT_KIND, person_id=who, subject=held.subject, due_at=due, period=period)


async def _look_again(db: AsyncSession, held: Broadcast, now: datetime, person_id: int = 0) -> None:
    if not person_id:
        shown = select(Delivery.person_id).where(Delivery.subject == held.subject, Delivery.kind == PROGRESS_KIND)
        person_id = await db.scalar(shown) or held.organiser_id
    due = now + SOONEST
    await outbox.queue(
        db,
        kind=PROGRESS_EDIT_KIND,
        person_id=person_id,
        subject=held.subject,
        due_at=due,
        period=f"{_LAST} {held.revision}",
    )
