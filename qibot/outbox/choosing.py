"""Very many deliveries, to people whom a query chooses: frozen in one statement, however many they are.

Who cannot be written to at that moment is skipped there and then, with the reason; for the others `may_we` decides as
their turn comes.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.outbox import service
from qibot.outbox.models import EVERYTHING, PENDING, SKIPPED, Delivery, StoppedKind
from qibot.outbox.planning import PACE, written
from qibot.people.models import Consent, Identity, Person, Workspace


def why_not(kind: str, purpose: str, today: date) -> ColumnElement[str]:
    """Why nobody may write to a `Person` today, in words; "" where somebody may. As `may_we` has it, except that a
    pause counts as a reason as well: what is news today is none at its end.
    """
    theirs = Consent.person_id == Person.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    stops = StoppedKind.person_id == Person.id, StoppedKind.kind.in_((kind, EVERYTHING))
    # NOT IN, and no join: without fresh statistics PostgreSQL would read the whole workspace for each person.
    removed = select(Workspace.id).where(Workspace.removed_at.is_not(None))
    open_ones = exists().where(
        Identity.person_id == Person.id, Identity.unreachable == "", Identity.workspace_id.not_in(removed)
    )
    return case(
        (or_(Person.left_at.is_not(None), Person.erased_at.is_not(None)), service.LEFT),
        (~exists().where(*theirs), service.not_agreed(purpose)),
        (exists().where(*stops), service.STOPPED),
        (~open_ones, service.NO_ACCOUNT),
        (and_(Person.paused_until.is_not(None), Person.paused_until > today), service.PAUSED),
        else_="",
    )


async def plan_chosen(
    db: AsyncSession,
    chosen: Select[int, str],
    *,
    kind: str,
    subject: str,
    due_at: datetime,
    period: str = "",
    paced: bool = True,
) -> int:
    """Insert one for each person of `chosen` (person id, why not) in one statement; how many there are then in all.

    With a reason it is skipped at once. The others get turns, `PACE` a second for each workspace, unless not `paced`.
    Planned already: nothing happens. `due_at` in whole seconds.
    """
    first = chosen.subquery("first")
    # Looked up for each: without fresh statistics a join of two large halves may be made row by row.
    place = select(func.min(Identity.workspace_id)).where(Identity.person_id == first.c[0]).scalar_subquery()
    # Materialised, or the reason is found out anew wherever it is named.
    who = select(first.c[0], first.c[1], place.label("place")).cte("who").prefix_with("MATERIALIZED")
    person, reason = who.c[0], who.c[1]
    goes = reason == ""
    nth = func.row_number().over(partition_by=(who.c.place, goes), order_by=person) - 1
    turn = nth // PACE if paced else literal(0)
    rows = select(
        _mark(db),
        literal(kind),
        person,
        literal(subject),
        literal(period),
        literal(due_at, Delivery.due_at.type),
        _later(db, due_at, turn),
        case((goes, PENDING), else_=SKIPPED),
        reason,
    )
    columns = ["id", "kind", "person_id", "subject", "period", "due_at", "try_at", "state", "reason"]
    # WHERE, for without one SQLite takes ON CONFLICT for a join's ON.
    await db.execute(insert_or_ignore(db, Delivery).from_select(columns, rows.where(true())))
    mine = Delivery.subject == subject, Delivery.kind == kind, Delivery.period == period
    return await db.scalar(select(func.count()).select_from(Delivery).where(*mine)) or 0


def _mark(db: AsyncSession) -> Any:
    if db.get_bind().dialect.name == "postgresql":
        return func.replace(sql_cast(func.gen_random_uuid(), String), "-", "")
    return func.lower(func.hex(func.randomblob(16)))


def _later(db: AsyncSession, moment: datetime, seconds: Any) -> Any:
    turn: Any
    if db.get_bind().dialect.name == "postgresql":
        turn = func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        return sql_cast(literal(written(moment) + "+00"), DateTime(timezone=True)) + turn
    turn = sql_cast(sql_cast(seconds, Integer), String) + " seconds"
    # With fractions, as every other moment is kept: they are compared as text.
    return func.strftime("%Y-%m-%d %H:%M:%S", written(moment), turn) + ".000000"
