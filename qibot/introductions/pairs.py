"""Who is never to be introduced to whom, and who was. For everybody who matches people. Rules do not speak: no chat.

Whoever makes a match asks here, and says nothing of the answer: not to either of the two, and not by a different
sentence, at a different time or in a figure.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.introductions.models import ACCEPTED, Introduction, NotWith
from qibot.introductions.seen import introduced, is_named
from qibot.people.models import Identity, Person
from qibot.projects.words import fold

_ASIDE = re.compile(r"\([^()]*\)")
_FEW = 500


async def may_pair(db: AsyncSession, a_id: int, b_id: int) -> bool:
    """Whether the two may be introduced, as far as their own lists go: False when either has the other on theirs."""
    return not await never_pairs(db, (a_id, b_id))


async def never_pairs(db: AsyncSession, person_ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of these people that may never be introduced: `(a, b)` and `(b, a)` of each, whoever of them said so."""
    # All rows, and not an IN of everybody: the lists are short, and those who are matched may be very many.
    query = select(NotWith) if len(person_ids) > _FEW else select(NotWith).where(NotWith.person_id.in_(person_ids))
    mine = set(person_ids)
    entries = [one for one in await db.scalars(query) if one.person_id in mine]
    found = {(one.person_id, other) for one, other in await _meant(db, entries, mine)}
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
    meant = await _meant(db, (await db.scalars(mine)).all(), other_ids)
    found = {other_id: one.id for one, other_id in meant}
    if not found:
        return found
    named = set(await db.scalars(select(Person.id).where(Person.id.in_(found), is_named(Person.id))))
    return {one: entry for one, entry in found.items() if one in named or await introduced(db, person_id, one)}


async def covers(db: AsyncSession, entry: NotWith, other_id: int) -> bool:
    """Whether an entry means this person, by themselves or by a name they bear."""
    return bool(await _meant(db, [entry], [other_id]))


async def _meant(db: AsyncSession, entries: Iterable[NotWith], other_ids: Collection[int]) -> list[tuple[NotWith, int]]:
    """Each entry with whom of these it means; nobody is kept from themselves."""
    wanted, found = set(other_ids), list[tuple[NotWith, int]]()
    by_name: dict[frozenset[str], list[NotWith]] = defaultdict(list)
    for entry in entries:
        if entry.other_id is None:
            by_name[_parts(entry.label)].append(entry)
        elif entry.other_id in wanted:
            found.append((entry, entry.other_id))
    if by_name:
        for other_id, name in await db.execute(_names(wanted)):
            if other_id in wanted:
                found += [(one, other_id) for one in by_name.get(_parts(name), ()) if one.person_id != other_id]
    return found


def _names(person_ids: Collection[int]) -> CompoundSelect[Any]:
    """(person, name) of what people are called here, and by their own workspaces: changing the one changes nothing."""
    here = select(Person.id, Person.name).where(Person.left_at.is_(None), Person.erased_at.is_(None))
    theirs = select(Identity.person_id, Identity.name).where(Identity.person_id.is_not(None), Identity.name != "")
    if len(person_ids) <= _FEW:
        here, theirs = here.where(Person.id.in_(person_ids)), theirs.where(Identity.person_id.in_(person_ids))
    return union(here, theirs)


def _parts(name: str) -> frozenset[str]:
    return frozenset(fold(_ASIDE.sub(" ", name)).split())
