"""Who is never to be introduced to whom, and who was. For everybody who matches people. Rules do not speak: no chat.

Whoever makes a match asks here, and says nothing of the answer: not to either of the two, and not by a different
sentence, at a different time or in a figure.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.introductions.models import ACCEPTED, Introduction, NotWith
from qibot.introductions.seen import introduced, is_named
from qibot.people.models import Identity, Person
from qibot.projects.words import fold

_ASIDE = re.compile(r"\([^()]*\)")


async def may_pair(db: AsyncSession, a_id: int, b_id: int) -> bool:
    """Whether the two may be introduced, as far as their own lists go: False when either has the other on theirs."""
    return not await _covering(db, a_id, b_id) and not await _covering(db, b_id, a_id)


async def never_pairs(db: AsyncSession, person_ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of these people that may never be introduced: `(a, b)` and `(b, a)` of each, whoever of them said so."""
    wanted, found = set(person_ids), set[tuple[int, int]]()
    by_name: dict[frozenset[str], set[int]] = defaultdict(set)
    for person_id, other_id, label in await db.execute(select(NotWith.person_id, NotWith.other_id, NotWith.label)):
        if person_id not in wanted:
            continue
        if other_id is None:
            by_name[_parts(label)].add(person_id)
        elif other_id in wanted:
            found.add((person_id, other_id))
    if by_name:
        for other_id, name in await db.execute(_names()):
            if other_id in wanted:
                found |= {(person_id, other_id) for person_id in by_name.get(_parts(name), ()) if person_id != other_id}
    return found | {(b, a) for a, b in found}


async def pairs_met(db: AsyncSession, person_ids: Collection[int]) -> dict[tuple[int, int], datetime]:
    """When each pair of these people was introduced last, in UTC: under `(a, b)` and under `(b, a)`."""
    wanted, met = set(person_ids), dict[tuple[int, int], datetime]()
    query = (
        select(Introduction.asker_id, Introduction.champion_id, func.max(Introduction.answered_at))
        .where(Introduction.state == ACCEPTED, Introduction.answered_at.is_not(None))
        .group_by(Introduction.asker_id, Introduction.champion_id)
    )
    for a, b, at in await db.execute(query):
        if at is not None and a in wanted and b in wanted:
            # Each may have asked the other once.
            met[a, b] = met[b, a] = max(at, met.get((a, b), at))
    return met


async def known_apart(db: AsyncSession, person_id: int, other_ids: Collection[int]) -> dict[int, int]:
    """Who of these is on `person_id`'s own list, and by which entry: only where they knew whom they put there, and know
    who this is. Otherwise the answer itself would tell them who somebody without a name is.
    """
    mine = select(NotWith).where(NotWith.person_id == person_id, NotWith.known).order_by(NotWith.id)
    found = dict[int, int]()
    for entry in (await db.scalars(mine)).all():
        found |= {other_id: entry.id for other_id in other_ids if await covers(db, entry, other_id)}
    if not found:
        return found
    named = set(await db.scalars(select(Person.id).where(Person.id.in_(found), is_named(Person.id))))
    return {one: entry for one, entry in found.items() if one in named or await introduced(db, person_id, one)}


async def covers(db: AsyncSession, entry: NotWith, other_id: int) -> bool:
    """Whether an entry means this person, by themselves or by a name they bear."""
    if entry.other_id is not None:
        return entry.other_id == other_id
    return _parts(entry.label) in {_parts(name) for _, name in await db.execute(_names(other_id))}


async def _covering(db: AsyncSession, person_id: int, other_id: int) -> list[NotWith]:
    """Entries of one person's list that mean the other."""
    rows = await db.scalars(select(NotWith).where(NotWith.person_id == person_id).order_by(NotWith.id))
    return [row for row in rows.all() if await covers(db, row, other_id)]


def _names(*person_ids: int) -> CompoundSelect[Any]:
    """(person, name) of what people are called here, and by their own workspaces: changing the one changes nothing."""
    here = select(Person.id, Person.name).where(Person.left_at.is_(None), Person.erased_at.is_(None))
    theirs = select(Identity.person_id, Identity.name).where(Identity.person_id.is_not(None), Identity.name != "")
    if person_ids:
        here, theirs = here.where(Person.id.in_(person_ids)), theirs.where(Identity.person_id.in_(person_ids))
    return union(here, theirs)


def _parts(name: str) -> frozenset[str]:
    return frozenset(fold(_ASIDE.sub(" ", name)).split())
