"""What the worker does with the rows: claim, hand over, settle. Several processes may do so at once.

Locks are always taken in one order (lanes by key, then deliveries by id, then identities), so that two processes never
wait for each other in a circle.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Integer, Table, bindparam, delete, literal, select, true, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import each, looked_up
from qibot.outbox.known import Way, busy_lanes
from qibot.outbox.models import SENDING, Delivery, Lane
from qibot.outbox.service import OUT, WAITING
from qibot.people.models import Identity

SPACING = timedelta(seconds=1)
"""Between two messages to one conversation (Slack: about one a second)."""

_deliveries = cast(Table, Delivery.__table__)
_identities = cast(Table, Identity.__table__)


# ---- Claim


LEFT = 25
"""At most so many that somebody left behind are taken up at a time: each may have to be asked about."""


@cache
def claiming() -> Any:
    """The one statement: at most `most` rows that are due `now`, and at most `left` whose lease has passed, are claimed
    as `mine` until `lease` is over. Made once, for an empty tick does little else.
    """
    now = bindparam("now", type_=Delivery.try_at.type)
    due = select(Delivery.id).where(WAITING, Delivery.try_at <= now).order_by(Delivery.try_at)
    left = select(Delivery.id).where(OUT, Delivery.lease_until <= now).order_by(Delivery.lease_until)
    # In a common table expression with row locks, which PostgreSQL runs exactly once; an IN (… LIMIT) it may run again.
    chosen = union_all(
        *(
            select(rows.limit(bindparam(most, type_=Integer)).with_for_update(skip_locked=True).subquery(name).c.id)
            for most, name, rows in (("most", "due", due), ("left", "left_behind", left))
        )
    ).cte("chosen")
    return (
        update(Delivery)
        .where(Delivery.id.in_(select(chosen.c.id)))
        .values(state=SENDING, claim=bindparam("mine"), lease_until=bindparam("lease"))
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    )


async def claim(db: AsyncSession, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
    """Rows that are nobody else's until their lease passes, in the order in which they are due."""
    values = {"now": now, "most": limit, "left": min(limit, LEFT), "mine": uuid4().hex, "lease": now + lease}
    rows = await db.scalars(claiming(), values)
    return sorted(rows, key=lambda row: (row.due_at, row.person_id, row.kind, row.subject, row.period))


# ---- Hand over


async def hand_over(
    db: AsyncSession, letters: Mapping[str, tuple[Delivery, Way]], *, since: datetime, now: datetime
) -> tuple[set[str], dict[str, datetime]]:
    """Take the lanes and note that the platform is about to be called, for letters by delivery id.

    `since` is when we began to decide: a lane taken by anybody after that is busy, which is also what keeps the
    weekly cap exact between processes. Returns the ids that may go, and until when the others' ways are busy; an id
    in neither is no longer ours.
    """
    keys = sorted({key for _, way in letters.values() for key in way.lanes})
    busy = await busy_lanes(db, keys, now)
    free: dict[str, str] = {}
    for mark, (_, way) in letters.items():
        if way.lanes[0] not in busy:
            free.setdefault(way.lanes[1], mark)
    ours = await _take(db, sorted(free), since, now + SPACING)
    going = {mark for key, mark in free.items() if key in ours}
    waiting = {
        mark: max((busy[key] for key in way.lanes if key in busy), default=now + SPACING)
        for mark, (_, way) in letters.items()
        if mark not in going
    }
    return await _note_handed([letters[mark] for mark in sorted(going)], db, now), waiting


async def _take(db: AsyncSession, keys: Sequence[str], since: datetime, free_at: datetime) -> set[str]:
    if not keys:
        return set()
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    # From a SELECT, so that the statement is the same for any number of keys, and is compiled once.
    chosen = select(each(db, keys), literal(free_at, Lane.free_at.type)).where(true())
    rows = insert(Lane).from_select(["key", "free_at"], chosen)
    taken = rows.on_conflict_do_update(
        index_elements=["key"], set_={"free_at": rows.excluded.free_at}, where=Lane.free_at <= since
    ).returning(Lane.key)
    return set(await db.scalars(taken, execution_options={"populate_existing": True}))


async def _note_handed(letters: Sequence[tuple[Delivery, Way]], db: AsyncSession, now: datetime) -> set[str]:
    if not letters:
        return set()
    noted = (
        update(Delivery)
        .where(
            Delivery.id.in_([row.id for row, _ in letters]),
            Delivery.claim == letters[0][0].claim,
            Delivery.state == SENDING,
            Delivery.lease_until > now,
        )
        .values(
            handed_at=now, workspace_id=looked_up(db, {row.id: way.workspace_id for row, way in letters}, Delivery.id)
        )
        .returning(Delivery.id)
    )
    return set(await db.scalars(noted, execution_options={"synchronize_session": False}))


# ---- Settle


@dataclass(frozen=True, slots=True)
class Settlement:
    """How it ended for one row, for now. Fields as in `Delivery`; `pause` is a lane's key and when it is free again."""

    row: Delivery
    state: str
    reason: str = ""
    try_at: datetime | None = None
    lease_until: datetime | None = None
    handed_at: datetime | None = None
    attempts: int = 0
    resent: int = 0
    workspace_id: int | None = None
    conversation: str = ""
    message: str = ""
    sent_at: datetime | None = None
    pause: tuple[str, datetime] | None = None
    identity: dict[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """For the UPDATE."""
        mine = {f"new_{name}": getattr(self, name) for name in _COLUMNS}
        mine |= {"new_try_at": self.try_at or self.row.try_at, "new_reason": self.reason[:300]}
        return {"its_id": self.row.id, "its_claim": self.row.claim, **mine}


_COLUMNS = (
    "state", "lease_until", "handed_at", "attempts", "resent", "workspace_id", "conversation", "message",
    "sent_at", "try_at", "reason",
)  # fmt: skip

_SETTLE = (
    update(_deliveries)
    .where(
        _deliveries.c.id == bindparam("its_id"),
        # Whoever overslept the lease finds another claim here and changes nothing.
        _deliveries.c.claim == bindparam("its_claim"),
        _deliveries.c.state == SENDING,
    )
    .values({name: bindparam(f"new_{name}") for name in _COLUMNS})
)


async def settle(db: AsyncSession, settlements: Iterable[Settlement], telling: Collection[str] = ()) -> set[str]:
    """Write how it ended, for those that are still ours; which of the ids in `telling` were."""
    done = sorted(settlements, key=lambda one: one.row.id)
    pauses: dict[str, datetime] = {}
    for one in done:
        if one.pause is not None:
            key, until = one.pause
            pauses[key] = max(until, pauses.get(key, until))
    for key, until in sorted(pauses.items()):
        await _pause(db, key, until)
    ours = await _still_ours(db, [one.row for one in done if one.row.id in telling])
    if done:
        await db.execute(_SETTLE, [one.values for one in done])
    for key, until in sorted(pauses.items()):
        await _push_back(db, key, until)
    for name in ("conversation", "unreachable"):
        changes = [one.identity for one in done if name in one.identity]
        if changes:
            change = update(_identities).where(_identities.c.id == bindparam("its_id"))
            await db.execute(change.values({name: bindparam(name)}), sorted(changes, key=lambda c: c["its_id"]))
    return ours


async def _still_ours(db: AsyncSession, rows: Sequence[Delivery]) -> set[str]:
    if not rows:
        return set()
    held = select(Delivery.id, Delivery.claim).where(Delivery.id.in_([row.id for row in rows]), OUT)
    found = dict((await db.execute(held.order_by(Delivery.id).with_for_update())).all())
    return {row.id for row in rows if found.get(row.id) == row.claim}


async def _pause(db: AsyncSession, key: str, until: datetime) -> None:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Lane).values(key=key, free_at=until)
    await db.execute(
        row.on_conflict_do_update(
            index_elements=["key"], set_={"free_at": row.excluded.free_at}, where=Lane.free_at < until
        )
    )


async def _push_back(db: AsyncSession, key: str, until: datetime) -> None:
    """Those known to wait for a paused workspace need not be claimed just to learn that it is still paused."""
    if not key.startswith("w:"):
        return
    waiting = update(_deliveries).where(
        WAITING, _deliveries.c.workspace_id == int(key[2:]), _deliveries.c.try_at < until
    )
    await db.execute(waiting.values(try_at=until))


async def forget_old_lanes(db: AsyncSession, now: datetime) -> None:
    """Lanes that have been free for an hour say nothing any more."""
    await db.execute(
        delete(Lane).where(Lane.free_at < now - timedelta(hours=1)),
        execution_options={"synchronize_session": False},
    )
