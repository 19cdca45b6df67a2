"""For whom a broadcast is: one query, for the count before sending and for freezing alike. Rules do not speak."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.broadcasts.models import Answer, Broadcast, Listed
from qibot.database import each, insert_or_ignore
from qibot.events.models import Attendance
from qibot.outbox.choosing import why_not
from qibot.outbox.models import SENT, Delivery
from qibot.people.models import Identity, Interest, Person

MESSAGE_KIND = "broadcasts.message"
PURPOSE = "broadcasts"
FEW = 10
"""So many names are shown before sending."""


def chosen(broadcast: Broadcast, today: date) -> Select[int, str]:
    """Everybody whom it is for, and why they cannot be written to ("" where they can)."""
    query = select(Person.id, why_not(MESSAGE_KIND, PURPOSE, today)).where(Person.erased_at.is_(None))
    if broadcast.organisation_id is not None:
        query = query.where(Person.organisation_id == broadcast.organisation_id)
    if broadcast.place:
        query = query.where(func.lower(Person.place) == broadcast.place.lower())
    if broadcast.role:
        query = query.where(func.lower(Person.role).contains(broadcast.role.lower(), autoescape=True))
    if broadcast.topic_id is not None:
        query = query.where(exists().where(Interest.person_id == Person.id, Interest.topic_id == broadcast.topic_id))
    if broadcast.event_id is not None:
        there = Attendance.person_id == Person.id, Attendance.event_id == broadcast.event_id
        query = query.where(exists().where(*there))
    if broadcast.by_list:
        named = Listed.person_id == Person.id, Listed.broadcast_id == broadcast.id
        query = query.where(exists().where(*named))
    if broadcast.after_id is None:
        return query if broadcast.by_list else query.where(Person.left_at.is_(None))
    # Who has left since is told of as skipped, and not left out in silence.
    theirs = Delivery.person_id == Person.id, Delivery.subject == f"broadcast:{broadcast.after_id}"
    got = *theirs, Delivery.kind == MESSAGE_KIND, Delivery.period == "", Delivery.state == SENT
    said = Answer.person_id == Person.id, Answer.broadcast_id == broadcast.after_id
    return query.where(exists().where(*got), ~exists().where(*said))


@dataclass(frozen=True, slots=True)
class Look:
    """A look at an audience: how many, the first names by the alphabet, and how many cannot be written to and why."""

    size: int
    names: tuple[str, ...]
    skipped: tuple[tuple[str, int], ...]


async def look(db: AsyncSession, broadcast: Broadcast, today: date) -> Look:
    """The audience as it is now."""
    who = chosen(broadcast, today).subquery("who")
    counted = await db.execute(select(who.c[1], func.count()).group_by(who.c[1]))
    reasons: dict[str, int] = dict(counted.all())
    size = sum(reasons.values())
    named = select(Person.name).join(who, who.c[0] == Person.id).order_by(Person.name, Person.id).limit(FEW)
    names = tuple(await db.scalars(named))
    skipped = sorted(((why, count) for why, count in reasons.items() if why), key=lambda one: (-one[1], one[0]))
    return Look(size, names, tuple(skipped))


# ---- A list that somebody pasted


def entries(pasted: str) -> list[str]:
    """What stands in a pasted list, by lines, commas and semicolons, each once: “Ann Lee <ann@x.example>” is an
    address.
    """
    parts = (part.strip() for line in pasted.splitlines() for part in line.replace(";", ",").split(","))
    plain = (part.rpartition("<")[2].rstrip("> ").strip() if "@" in part else part for part in parts)
    return list(dict.fromkeys(" ".join(part.split()) for part in plain if part))


async def find(db: AsyncSession, wanted: Iterable[str]) -> tuple[list[int], list[str]]:
    """Ids of the members that addresses and names mean, and those entries that mean nobody, or more than one."""
    wanted = list(wanted)
    folded = [one.lower() for one in wanted]
    found: dict[str, set[int]] = defaultdict(set)
    keys = each(db, folded)
    by_mail = select(func.lower(Person.email), Person.id).where(func.lower(Person.email).in_(select(keys)))
    by_account = (
        select(Identity.email, Person.id)
        .join(Person, Person.id == Identity.person_id)
        .where(Identity.email.in_(select(each(db, folded))))
    )
    by_name = select(func.lower(Person.name), Person.id).where(func.lower(Person.name).in_(select(each(db, folded))))
    for query in (by_mail, by_account, by_name):
        for key, person_id in await db.execute(query.where(Person.erased_at.is_(None))):
            found[key].add(person_id)
    return _one_each(wanted, found)


def _one_each(wanted: Sequence[str], found: Mapping[str, set[int]]) -> tuple[list[int], list[str]]:
    ids: list[int] = []
    missing: list[str] = []
    for one in wanted:
        meant = found.get(one.lower(), set())
        if len(meant) == 1:
            ids += meant
        else:
            missing.append(f"{one} (more than one)" if meant else one)
    return list(dict.fromkeys(ids)), missing


async def keep_list(db: AsyncSession, broadcast: Broadcast, pasted: str) -> list[str]:
    """The list becomes this one; entries that were not found. An empty one is no list."""
    await db.execute(delete(Listed).where(Listed.broadcast_id == broadcast.id))
    wanted = entries(pasted)
    broadcast.by_list = bool(wanted)
    ids, missing = await find(db, wanted)
    if ids:
        rows = [{"broadcast_id": broadcast.id, "person_id": one} for one in ids]
        await db.execute(insert_or_ignore(db, Listed), rows)
    return missing
