"""What became of a broadcast: for how many it was, and for each of them one of four ends. Rules do not speak.

The four always add up, because they are one count of the same rows, and the rows are those that were frozen. Nothing
here says that anybody has read anything: no platform tells.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.broadcasts.audience import MESSAGE_KIND
from qibot.broadcasts.models import Answer, Broadcast, Reply
from qibot.broadcasts.sending import EDIT_KIND, of
from qibot.documents.tables import as_csv
from qibot.outbox.models import CANCELLED, FAILED, PENDING, SENDING, SENT, SKIPPED, Delivery
from qibot.outbox.planning import PACE
from qibot.people.models import Organisation, Person

WAITING = "waiting"
OUTCOMES = {
    SENT: SENT, FAILED: FAILED, SKIPPED: SKIPPED, CANCELLED: SKIPPED, PENDING: WAITING, SENDING: WAITING,
}  # fmt: skip
"""How a report calls the states of a delivery."""
_SOON = timedelta(minutes=10)
_MOST_NAMES = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """`size` people, each of whom is one of the four that follow. `reasons` are (end, reason, how many) of all that was
    not sent; `answered` by label. `seconds` until those who wait for no other day have it, as far as can be told now;
    `later` of those who wait have to wait until working hours, or for a week with fewer messages, the last until
    `later_until`. `changed` had the latest change put in its place, `to_change` wait for it, `unchanged` cannot: the
    first names of them.
    """

    size: int
    sent: int
    failed: int
    skipped: int
    waiting: int
    reasons: tuple[tuple[str, str, int], ...] = ()
    answered: tuple[tuple[str, int], ...] = ()
    replies: int = 0
    seconds: int = 0
    later: int = 0
    later_until: datetime | None = None
    changed: int = 0
    to_change: int = 0
    cannot_change: int = 0
    unchanged: tuple[str, ...] = ()


async def figures(db: AsyncSession, broadcast: Broadcast, now: datetime) -> Figures:
    """How it stands now. Everything about ends comes of one question, so that it cannot contradict itself."""
    counted = select(Delivery.state, Delivery.reason, func.count()).where(*of(broadcast))
    rows = (await db.execute(counted.group_by(Delivery.state, Delivery.reason))).all()
    ends: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for state, reason, count in rows:
        ends[OUTCOMES[state]] += count
        if OUTCOMES[state] != SENT and reason:
            reasons[OUTCOMES[state], reason] += count
    listed = sorted(((end, why, n) for (end, why), n in reasons.items()), key=lambda one: (one[0], -one[2], one[1]))
    seconds, later, until = await _finish(db, broadcast, now) if ends[WAITING] else (0, 0, None)
    changed, to_change, cannot = await _changes(db, broadcast)
    return Figures(
        sum(ends.values()), ends[SENT], ends[FAILED], ends[SKIPPED], ends[WAITING], tuple(listed),
        await _answered(db, broadcast), await _replies(db, broadcast), seconds, later, until,
        changed, to_change, cannot, await _unchanged(db, broadcast) if cannot else (),
    )  # fmt: skip


async def _finish(db: AsyncSession, broadcast: Broadcast, now: datetime) -> tuple[int, int, datetime | None]:
    """Seconds for those whose turn is soon, at the pace that a workspace takes; how many come later, and until when."""
    waits = *of(broadcast), Delivery.state == PENDING
    last_turn = (broadcast.started_at or now) + timedelta(seconds=broadcast.size // PACE) + _SOON
    soon = max(last_turn, now + _SOON)
    later, until = (
        await db.execute(select(func.count(), func.max(Delivery.try_at)).where(*waits, Delivery.try_at > soon))
    ).one()
    count, turn = (
        await db.execute(select(func.count(), func.max(Delivery.try_at)).where(*waits, Delivery.try_at <= soon))
    ).one()
    # Turns say when the last may go; where they have passed, what is left goes at the pace of one workspace.
    by_turn = max(0, round((turn - now).total_seconds())) if count else 0
    return max(by_turn, count // PACE), later, until


async def _answered(db: AsyncSession, broadcast: Broadcast) -> tuple[tuple[str, int], ...]:
    counted = select(Answer.choice, func.count()).where(Answer.broadcast_id == broadcast.id).group_by(Answer.choice)
    found = dict((await db.execute(counted)).all())
    return tuple((label, found.get(nth, 0)) for nth, label in enumerate(broadcast.labels))


async def _replies(db: AsyncSession, broadcast: Broadcast) -> int:
    return await db.scalar(select(func.count()).where(Reply.broadcast_id == broadcast.id)) or 0


def _latest(broadcast: Broadcast) -> tuple[ColumnElement[bool], ...]:
    """The deliveries that put the latest change in the place of what people have."""
    about = Delivery.subject == broadcast.subject, Delivery.kind == EDIT_KIND
    return *about, Delivery.period == str(broadcast.revision)


async def _changes(db: AsyncSession, broadcast: Broadcast) -> tuple[int, int, int]:
    if broadcast.corrected_at is None and broadcast.withdrawn_at is None:
        return 0, 0, 0
    counted = select(Delivery.state, func.count()).where(*_latest(broadcast)).group_by(Delivery.state)
    found = Counter(dict((await db.execute(counted)).all()))
    # Skipped are those whose message had not arrived after all: there is nothing to change.
    return found[SENT], found[PENDING] + found[SENDING], found[FAILED]


async def _unchanged(db: AsyncSession, broadcast: Broadcast) -> tuple[str, ...]:
    query = select(Person.name).join(Delivery, Delivery.person_id == Person.id)
    query = query.where(*_latest(broadcast), Delivery.state == FAILED)
    return tuple(await db.scalars(query.order_by(Person.name, Person.id).limit(_MOST_NAMES)))


# ---- One line for each


COLUMNS = ("Name", "Organisation", "Outcome", "Reason", "When", "Answer", "Latest change")
_AS_WORDS = {SENT: "put in place", FAILED: "could not be put in place", PENDING: "waits", SENDING: "waits"}


async def export(db: AsyncSession, broadcast: Broadcast, *, most: int = 0) -> tuple[str, int]:
    """A CSV file (RFC 4180) with a line for each of those it was for, by name, and how many lines; all of them, or the
    first `most`. Moments are by London's clocks.
    """
    edit = Delivery.__table__.alias("edit")
    changed = and_(
        edit.c.subject == Delivery.subject,
        edit.c.kind == EDIT_KIND,
        edit.c.person_id == Delivery.person_id,
        edit.c.period == str(broadcast.revision),
    )
    said = and_(Answer.broadcast_id == broadcast.id, Answer.person_id == Delivery.person_id)
    query = (
        select(
            Person.name, Organisation.short_name, Delivery.state, Delivery.reason, Delivery.sent_at, Answer.choice,
            edit.c.state,
        )
        .select_from(Delivery)
        .join(Person, Person.id == Delivery.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Answer, said)
        .outerjoin(edit, changed)
        .where(*of(broadcast))
        .order_by(Person.name, Person.id)
    )  # fmt: skip
    rows = (await db.execute(query.limit(most) if most else query)).all()
    lines = [
        (name, where, OUTCOMES[state], "" if state == SENT else why, _when(at), _label(broadcast, choice),
         _AS_WORDS.get(change or "", ""))
        for name, where, state, why, at, choice, change in rows
    ]  # fmt: skip
    return as_csv(COLUMNS, lines), len(lines)


def _when(at: datetime | None) -> str:
    return f"{at.astimezone(ZoneInfo('Europe/London')):%Y-%m-%d %H:%M}" if at else ""


def _label(broadcast: Broadcast, choice: int | None) -> str:
    return broadcast.labels[choice] if choice is not None and choice < len(broadcast.labels) else ""


__all__ = ["MESSAGE_KIND", "Figures", "export", "figures"]
