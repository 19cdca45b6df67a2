"""The file that an organiser sent and has not said yes to: kept for a day, one of each person. Rules do not speak."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.clock import local_date
from qibot.documents import tables
from qibot.documents.tables import Line
from qibot.errors import NotFound, Refused
from qibot.people.models import Person
from qibot.people.topics import by_id
from qibot.projects.papers import reading, service
from qibot.projects.papers.models import ProjectFile
from qibot.projects.papers.service import Plan, Topics
from qibot.typed import Typed

MOST_ROWS = 200
"""Rows that a chat takes in. To read the topics of one takes some milliseconds, and where there is one connection to
the database, others wait for it.
"""
KEPT = timedelta(days=1)


async def look(db: AsyncSession, sender: Person, data: bytes, now: datetime) -> tuple[Plan, str]:
    """What taking it in would do, and the mark under which it waits for a yes; "" when there is nothing to wait for.

    Another file of theirs takes its place. Raises `Refused`, and then nothing is kept.
    """
    lines = await asyncio.to_thread(tables.read, data)
    if len(lines) > MOST_ROWS + 1:
        raise Refused(
            f"That file has more than {MOST_ROWS} rows, which is more than a chat takes.",
            "Whoever runs me can take it in at the command line.",
        )
    made = await _plan(db, sender, lines, now)
    await db.execute(delete(ProjectFile).where(ProjectFile.person_id == sender.id))
    if not made.coming and not made.found:
        return made, ""
    kept = {
        "lines": [astuple(line) for line in reading.kept(lines, made.table)],
        "topics": [(one.entry.line, one.topics) for one in made.coming],
    }
    mark, content = secrets.token_hex(8), json.dumps(kept)
    db.add(ProjectFile(person_id=sender.id, mark=mark, content=content, at=now))
    await db.flush()
    return made, mark


async def take_in(db: AsyncSession, sender: Person, mark: str, now: datetime) -> int:
    """Take in what waits under this mark: all of it, as things are now. How many are new. Raises `NotFound`."""
    found = await _waiting(db, sender, mark, now)
    kept = json.loads(found.content)
    lines = [Line(number, tuple(cells)) for number, cells in kept["lines"]]
    # A topic may have become part of another since, or gone out of use.
    now_is = {topic: await by_id(db, topic) for _, some in kept["topics"] for topic in some}
    about = {line: tuple(dict.fromkeys(t.id for one in some if (t := now_is[one]))) for line, some in kept["topics"]}
    many = await service.take_in(db, await _plan(db, sender, lines, now, about), now)
    await db.delete(found)
    return many


async def leave_out(db: AsyncSession, sender: Person, mark: str, now: datetime) -> None:
    """Keep nothing of it. Raises `NotFound`."""
    await db.delete(await _waiting(db, sender, mark, now))


async def forget(db: AsyncSession, now: datetime) -> None:
    """Files that nobody said yes to within a day."""
    await db.execute(delete(ProjectFile).where(ProjectFile.at < now - KEPT))


async def _waiting(db: AsyncSession, sender: Person, mark: str, now: datetime) -> ProjectFile:
    found = await db.get(ProjectFile, sender.id, with_for_update=True)
    if found is None or found.mark != mark or found.at < now - KEPT:
        raise NotFound(
            "That file does not wait any more.",
            ("It may have been taken in already: ", Typed("projects"), ". Else send it again."),
        )
    return found


async def _plan(
    db: AsyncSession, sender: Person, lines: list[Line], now: datetime, about: Mapping[int, Topics] | None = None
) -> Plan:
    mine = sender.organisation
    return await service.plan(db, lines, local_date(now, sender.zone), instead=mine, about=about)
