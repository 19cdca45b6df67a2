"""A list of delegates is read, members on it are asked, and nothing of it is kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.errors import NotFound, WrongFields
from qibot.events import service
from qibot.events.models import Attendance, Event
from qibot.outbox import service as outbox
from qibot.outbox.models import Delivery
from qibot.people.models import Identity, Person
from qibot.typed import Typed

ASKED = "events.confirm"
_ADDRESS = re.compile(r"[^\s<>,;\"'()]+@[^\s<>,;\"'()]+\.[^\s<>,;\"'()]+")
_HEADING = re.compile(r"e-?mail", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Looked:
    """How many members are asked, and how many had joined; the lines of those who are not in the network, and those
    without an address, as they were pasted.
    """

    asked: int
    joined: int
    unknown: Sequence[str]
    unread: Sequence[str]


def read(rows: str) -> tuple[dict[str, str], list[str]]:
    """Lines by their address, in small letters, and the lines without one; a heading is no line.

    Raises `WrongFields` when there is no address at all.
    """
    found: dict[str, str] = {}
    without: list[str] = []
    for line in filter(None, (" ".join(one.split()) for one in rows.splitlines())):
        address = _ADDRESS.search(line)
        if address:
            found.setdefault(address[0].casefold(), line)
        elif found or without or not _HEADING.search(line):
            without.append(line)
    if not found:
        raise WrongFields(
            {"rows": "I found no e-mail address. Please give one on each line; names alone are not enough."}
        )
    return found, without


async def look(db: AsyncSession, event: Event, rows: str, now: datetime) -> Looked:
    """Ask the members on the list, each once however often they are on one. Raises `WrongFields` and `Refused`."""
    service.standing(event)
    lines, unread = read(rows)
    members = await _members(db, lines)
    people = set(members.values())
    query = select(Attendance.person_id).where(Attendance.event_id == event.id, Attendance.person_id.in_(people))
    joined = set(await db.scalars(query))
    asked = sorted(people - joined)
    await outbox.queue_many(db, (outbox.Due(ASKED, one, f"event:{event.id}", now) for one in asked))
    unknown = [line for address, line in lines.items() if address not in members]
    return Looked(len(asked), len(joined), unknown, unread)


async def _members(db: AsyncSession, lines: Mapping[str, str]) -> dict[str, int]:
    """People of the network by an address of theirs: the one they gave, or one of an account of theirs."""
    of_person, of_account = func.lower(Person.email), func.lower(Identity.email)
    query = (
        select(of_person, of_account, Person)
        .outerjoin(Identity, Identity.person_id == Person.id)
        .where(or_(of_person.in_(lines), of_account.in_(lines)))
    )
    rows = (await db.execute(query)).all()
    return {address: one.id for *addresses, one in rows for address in addresses if address in lines and one.here}


async def answer(db: AsyncSession, event: Event, person: Person, there: bool, now: datetime) -> bool:
    """Join where they say yes; whether that is new. Raises `NotFound` for somebody who was not asked, and `Refused`."""
    asked = select(Delivery.id).where(
        Delivery.subject == f"event:{event.id}", Delivery.kind == ASKED, Delivery.person_id == person.id
    )
    if await db.scalar(asked.limit(1)) is None:
        raise NotFound(
            "I did not ask you about that event.", ("Type ", Typed("event join"), " and its code to join it.")
        )
    service.standing(event)
    return there and await service.join(db, event, person, now)
