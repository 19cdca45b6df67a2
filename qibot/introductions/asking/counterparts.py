"""People in the same role in other organisations. Rules do not speak: no chat here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions.models import HIDDEN, Champion
from qibot.champions.standing import MONTH, has_time, stands
from qibot.introductions.models import Introduction
from qibot.introductions.pairs import known_apart
from qibot.introductions.seen import Seen, before, is_found, is_willing
from qibot.people.models import Interest, Person
from qibot.projects.words import fold, singular

PAGE = 5
_CANDIDATES = 200
_SAME = (
    ("ward sister", "ward manager", "charge nurse"),
    ("gp", "general practitioner"),
    ("ot", "occupational therapist"),
    ("physio", "physiotherapist"),
    ("qi lead", "quality improvement lead", "improvement lead"),
)
"""Titles of one and the same job, the longer before those it holds. Of the first: "a Sister (or Charge Nurse if a man).
Sisters are now sometimes called Ward Managers" (NHS, Healthy A to Z, 1998); the others are short forms. Any other two
are the same role only when the words of one are all in the other."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Somebody in the same role elsewhere, as far as the viewer may know them. `same`: the title itself is the same;
    `shared`: how many topics both work on.
    """

    person_id: int
    seen: Seen
    same: bool
    shared: int


async def counterparts(
    db: AsyncSession, viewer: Person, role: str, now: datetime, today: date, *, page: int = 1
) -> tuple[list[Counterpart], bool]:
    """One page of people in `role` in other organisations who may be asked, and whether there are more: the very same
    title first, then those who work on most of the same, then whoever was asked longest ago.
    """
    found = [(one, same_role(role, one.role)) for one in await _candidates(db, viewer, role, now, today)]
    apart = await known_apart(db, viewer.id, [one.id for one, _ in found])
    near = [(one, how) for one, how in found if how and one.id not in apart]
    ids = [one.id for one, _ in near]
    shared, asked = await _shared(db, viewer.id, ids), await _last_asked(db, ids)
    near.sort(key=lambda row: (-row[1], -shared.get(row[0].id, 0), asked.get(row[0].id, 0.0), row[0].id))
    first = (page - 1) * PAGE
    shown = near[first : first + PAGE]
    hits = [Counterpart(one.id, await before(db, one), how == _EQUAL, shared.get(one.id, 0)) for one, how in shown]
    return hits, len(near) > first + PAGE


_EQUAL, _NEAR = 2, 1


def same_role(one: str, other: str) -> int:
    """2 for the same title, 1 for one that counts as the same role, 0 for another or none."""
    mine, theirs = _parts(one), _parts(other)
    if not mine or not theirs:
        return 0
    if mine == theirs:
        return _EQUAL
    mine, theirs = _known_as(mine), _known_as(theirs)
    return _NEAR if mine <= theirs or theirs <= mine else 0


def _parts(role: str) -> frozenset[str]:
    return frozenset(singular(word) for word in fold(role).split())


def _known_as(parts: frozenset[str]) -> frozenset[str]:
    """With the first of the titles that mean one job in the place of any of them."""
    for titles in _SAME:
        for title in titles:
            if (said := _parts(title)) <= parts:
                return (parts - said) | _parts(titles[0])
    return parts


async def _candidates(db: AsyncSession, viewer: Person, role: str, now: datetime, today: date) -> Sequence[Person]:
    """People of other organisations with one of these words in their role, who may be asked now."""
    held = _known_as(_parts(role))
    titles = [role, *(title for same in _SAME if _parts(same[0]) <= held for title in same)]
    words = {word for title in titles for word in _parts(title) if len(word) > 1}
    if not words:
        return ()
    folded = func.lower(Person.role)
    query: Select[Person] = (
        select(Person)
        .options(joinedload(Person.organisation))
        .outerjoin(Champion, Champion.person_id == Person.id)
        .where(
            Person.organisation_id != viewer.organisation_id,
            or_(*(folded.contains(word, autoescape=True) for word in sorted(words))),
            is_found(Person.id),
            is_willing(Person.id),
            # Being found by their role would tell it, and that of a service-user partner is shown to nobody.
            or_(~stands(), Champion.partner.is_(False)),
            has_time(today, now - MONTH),
            *(() if viewer.is_organiser else (_not_hidden(),)),
        )
        .order_by(case((folded == role.lower(), 0), else_=1), Person.id)
        .limit(_CANDIDATES)
    )
    return (await db.scalars(query)).all()


def _not_hidden() -> ColumnElement[bool]:
    """Of `Champion`, outer joined. Whoever is hidden stays so when they take their offer back."""
    return or_(Champion.person_id.is_(None), Champion.visibility != HIDDEN)


async def _shared(db: AsyncSession, viewer_id: int, person_ids: Sequence[int]) -> dict[int, int]:
    mine = select(Interest.topic_id).where(Interest.person_id == viewer_id)
    query = select(Interest.person_id, func.count()).where(Interest.person_id.in_(person_ids))
    rows = await db.execute(query.where(Interest.topic_id.in_(mine)).group_by(Interest.person_id))
    return dict(rows.all())


async def _last_asked(db: AsyncSession, person_ids: Sequence[int]) -> dict[int, float]:
    query = select(Introduction.champion_id, func.max(Introduction.asked_at))
    rows = await db.execute(query.where(Introduction.champion_id.in_(person_ids)).group_by(Introduction.champion_id))
    return {person_id: at.timestamp() for person_id, at in rows}
