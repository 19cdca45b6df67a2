"""Many deliveries planned in one statement, however many there are; and turns, where one workspace gets very many."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, DateTime, Integer, String, bindparam, column, func, literal_column, select, true
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import each, insert_or_ignore
from qibot.outbox.models import Delivery
from qibot.people.models import Identity

PACE = 50
"""Messages a second to one workspace, when more than that are queued together. Source: Microsoft, "Optimize your bot
with rate limiting in Teams": 50 requests a second per app and tenant. Slack names no number; it says when to wait.
"""


@dataclass(frozen=True, slots=True)
class Due:
    """Something to tell one person. The same (subject, kind, person, period) is one thing, queued often or once."""

    kind: str
    person_id: int
    subject: str
    due_at: datetime
    period: str = ""


async def plan(db: AsyncSession, dues: Iterable[Due]) -> None:
    """Insert what is not planned already, in one statement: nobody waits while a hundred thousand are queued.

    Who is one of more than `PACE` that are told the same gets a turn, so that no workspace is sent more in a second
    than it takes, by however many processes: the table is the schedule.
    """
    alike: dict[tuple[str, str, str, datetime], list[int]] = defaultdict(list)
    for due in dues:
        alike[due.kind, due.subject, due.period, due.due_at].append(due.person_id)
    rows: list[list[Any]] = []
    for (kind, subject, period, due_at), people in alike.items():
        turns = await _turns(db, people) if len(people) > PACE else {0: people}
        for second, some in turns.items():
            try_at = due_at + timedelta(seconds=second)
            rows.append([kind, subject, period, written(due_at), written(try_at), some])
    if rows:
        await db.execute(_insert(db, json.dumps(rows)))


async def _turns(db: AsyncSession, people: Sequence[int]) -> Mapping[int, list[int]]:
    """People by the second, counted from the first, in which their workspace gets to them."""
    wanted = select(sql_cast(each(db, people), Integer))
    query = select(Identity.person_id, func.min(Identity.workspace_id)).where(Identity.person_id.in_(wanted))
    places = dict((await db.execute(query.group_by(Identity.person_id))).all())
    before: dict[int | None, int] = defaultdict(int)
    turns: dict[int, list[int]] = defaultdict(list)
    for person in people:
        place = places.get(person)
        turns[before[place] // PACE].append(person)
        before[place] += 1
    return turns


def written(moment: datetime) -> str:
    """As both databases read it, in UTC."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _insert(db: AsyncSession, given: str) -> Any:
    """The statement. `given` is JSON: rows of kind, subject, period, due_at, try_at and people."""
    rows: Any = bindparam(None, given, type_=String, unique=True)
    postgres = db.get_bind().dialect.name == "postgresql"
    if postgres:
        row = func.json_array_elements(sql_cast(rows, JSON)).table_valued(column("value", JSON)).c.value
        part: list[Any] = [row.op("->>", return_type=String())(literal_column(str(n))) for n in range(6)]
        part[3:5] = [sql_cast(moment + "+00", DateTime(timezone=True)) for moment in part[3:5]]
    else:
        row = func.json_each(rows).table_valued("value").c.value
        part = [func.json_extract(row, f"$[{n}]") for n in range(6)]
    named = [one.label(name) for one, name in zip(part, (*_COLUMNS, "people"), strict=True)]
    # Materialised, or SQLite reads the JSON of a row again for each of its people.
    alike = select(*named).cte("alike").prefix_with("MATERIALIZED")
    if postgres:
        people = func.json_array_elements_text(sql_cast(alike.c.people, JSON))
        mark = func.replace(sql_cast(func.gen_random_uuid(), String), "-", "")
    else:
        people = func.json_each(alike.c.people)
        mark = func.lower(func.hex(func.randomblob(16)))
    person = people.table_valued("value", name="person", joins_implicitly=True)
    chosen = select(mark, *(alike.c[name] for name in _COLUMNS), sql_cast(person.c.value, Integer))
    # WHERE, for without one SQLite takes ON CONFLICT for a join's ON.
    return insert_or_ignore(db, Delivery).from_select(["id", *_COLUMNS, "person_id"], chosen.where(true()))


_COLUMNS = ("kind", "subject", "period", "due_at", "try_at")
