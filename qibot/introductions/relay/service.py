"""What may be done with messages between two who were introduced. Rules do not speak: no chat here.

The bot carries the words and keeps no copy. In each direction one message is on its way at a time, and the next is
queued as it ends: so they arrive in the order in which they were written, whatever is tried again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.dates import say_date
from qibot.errors import Refused, WrongFields
from qibot.introductions import service as introductions
from qibot.introductions.models import Introduction, RelayMessage
from qibot.introductions.seen import willing
from qibot.outbox import service as outbox
from qibot.outbox.models import SENT, Delivery
from qibot.people.models import Person
from qibot.typed import Typed

MOST = 10
"""Messages of one person to another in 24 hours: enough to find a time to talk, too few to be a burden. A longer
conversation belongs where the two can see it whole."""
_SPAN = timedelta(hours=24)
KEEP = timedelta(days=30)
"""How long words may wait for their delivery; nothing that the outbox does takes nearly as long."""
_SWEEP = 50

RELAYED_KIND, STOPPED_KIND = "introductions.relayed", "introductions.writing_stopped"
NOT_DELIVERED_KIND = "introductions.not_delivered"


async def may_write(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> Introduction:
    """The introduction, if `person` may write to the other now. Raises `NotFound` or `Refused`."""
    found = await _open(db, introduction_id, person)
    full = await _too_many(db, found, person, now)
    if full:
        raise Refused(full, ("Type ", Typed("introductions"), " to see their contact."))
    return found


async def write(db: AsyncSession, introduction_id: int, person: Person, words: str, now: datetime) -> Introduction:
    """Send `words` to the other. Raises `NotFound` or `Refused`, and `WrongFields` when there were too many today."""
    found = await _open(db, introduction_id, person)
    full = await _too_many(db, found, person, now)
    if full:
        # Beside the field, so that what was written is not lost.
        raise WrongFields({"words": full})
    db.add(RelayMessage(introduction_id=found.id, sender_id=person.id, body=words, written_at=now))
    await db.flush()
    await _queue_next(db, found, person.id, now)
    return found


async def _open(db: AsyncSession, introduction_id: int, person: Person) -> Introduction:
    found = await introductions.between(db, introduction_id, person)
    if found.stopped_at is not None:
        raise Refused(
            "The messages between you have ended.",
            ("If they gave you a contact, it is under ", Typed("introductions"), "."),
        )
    if not await willing(db, found.asker_id, found.champion_id):
        raise Refused(
            "One of you no longer takes part in introductions, so I pass nothing on.",
            ("Type ", Typed("introductions"), " to see where each of yours stands."),
        )
    return found


async def _too_many(db: AsyncSession, found: Introduction, person: Person, now: datetime) -> str:
    lately = (
        select(RelayMessage.written_at)
        .where(*_way(found, person.id), RelayMessage.written_at > now - _SPAN)
        .order_by(RelayMessage.written_at)
    )
    moments = (await db.scalars(lately)).all()
    if len(moments) < MOST:
        return ""
    again = (moments[-MOST] + _SPAN).astimezone(ZoneInfo(person.zone))
    return (
        f"You have sent {MOST} messages within a day, and that is as many as I carry. "
        f"You can write again on {say_date(again.date(), again.date())} from {again:%H:%M}."
    )


async def stop(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> Introduction:
    """End the messages for both, and delete what is still on its way. Twice is once. Raises `NotFound`."""
    found = await introductions.between(db, introduction_id, person)
    if found.stopped_at is None:
        found.stopped_at, found.stopped_by_id = now, person.id
        for sender_id in (found.asker_id, found.champion_id):
            _end(await _waiting(db, found, sender_id), now, delivered=False)
        await outbox.queue(
            db, kind=STOPPED_KIND, person_id=_other(found, person.id), subject=_subject(found), due_at=now
        )
    return found


async def words_of(db: AsyncSession, delivery: Delivery) -> str:
    """What a delivery is to carry; "" once it has ended."""
    one = await db.get(RelayMessage, int(delivery.plan))
    return "" if one is None or one.ended_at is not None else one.body


async def carried(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
    """As the delivery of a message ends: its words go, and the next one's turn comes. If it did not arrive, nor will
    those behind it, and the sender hears so once.
    """
    found = await introductions.hold(db, delivery.subject)
    one = await db.get(RelayMessage, int(delivery.plan), populate_existing=True)
    if one is None or one.ended_at is not None:
        return
    if state == SENT:
        _end([one], now, delivered=True)
        await db.flush()
        await _queue_next(db, found, one.sender_id, now)
    else:
        await _give_up(db, found, await _waiting(db, found, one.sender_id), now)


async def wipe_old(db: AsyncSession, now: datetime) -> None:
    """End what has waited for longer than `KEEP`, whatever kept it; the sender hears so."""
    query = (
        select(RelayMessage.introduction_id, RelayMessage.sender_id)
        .where(RelayMessage.ended_at.is_(None), RelayMessage.written_at <= now - KEEP)
        .distinct()
        .order_by(RelayMessage.introduction_id, RelayMessage.sender_id)
        .limit(_SWEEP)
    )
    for introduction_id, sender_id in (await db.execute(query)).all():
        found = await introductions.hold(db, f"relay:{introduction_id}")
        waiting = await _waiting(db, found, sender_id)
        await _give_up(db, found, [one for one in waiting if one.written_at <= now - KEEP], now)
        await db.flush()
        # What was written since then still has its turn.
        await _queue_next(db, found, sender_id, now)


async def _give_up(db: AsyncSession, found: Introduction, ended: Sequence[RelayMessage], now: datetime) -> None:
    _end(ended, now, delivered=False)
    if ended:
        sender_id, period = ended[0].sender_id, str(ended[0].id)
        await outbox.queue(
            db, kind=NOT_DELIVERED_KIND, person_id=sender_id, subject=_subject(found), period=period, due_at=now
        )


async def _queue_next(db: AsyncSession, found: Introduction, sender_id: int, now: datetime) -> None:
    """The first that waits, unless it is on its way already."""
    first = await db.scalar(
        select(func.min(RelayMessage.id)).where(*_way(found, sender_id), RelayMessage.ended_at.is_(None))
    )
    if first is not None:
        other_id, period = _other(found, sender_id), str(first)
        await outbox.queue(
            db, kind=RELAYED_KIND, person_id=other_id, subject=_subject(found), period=period, due_at=now
        )


async def _waiting(db: AsyncSession, found: Introduction, sender_id: int) -> Sequence[RelayMessage]:
    query = select(RelayMessage).where(*_way(found, sender_id), RelayMessage.ended_at.is_(None))
    rows = await db.scalars(query.order_by(RelayMessage.id), execution_options={"populate_existing": True})
    return rows.all()


def _end(messages: Sequence[RelayMessage], now: datetime, *, delivered: bool) -> None:
    for one in messages:
        one.body, one.ended_at, one.delivered = "", now, delivered


def _way(found: Introduction, sender_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return RelayMessage.introduction_id == found.id, RelayMessage.sender_id == sender_id


def _other(found: Introduction, person_id: int) -> int:
    return found.champion_id if person_id == found.asker_id else found.asker_id


def _subject(found: Introduction) -> str:
    # Not the introduction's own: what cancels its questions has nothing to do with these.
    return f"relay:{found.id}"
