"""What a search asks of the database. Statements are made once: making one takes longer than answering it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding.models import Evidence, EvidenceTopic, EvidenceWord, Knows
from qibot.champions.models import HIDDEN, Champion
from qibot.champions.roles import roles_of
from qibot.champions.standing import MONTH, has_time, here, stands
from qibot.people.models import Organisation, Person
from qibot.people.places import Where

if TYPE_CHECKING:
    from qibot.champions.finding.service import Asking

CANDIDATES = 40
"""People taken for one topic, and pieces of evidence for words: enough for some pages, never the whole network."""
COMMON = 200
"""A word that more pieces of evidence hold says too little about each."""
SLOTS = 8
"""Words of a question that are looked for."""
ENOUGH = 5
"""People of other organisations who make a page."""
_TOPICS = ("topic1", "topic2", "topic3")
TOPICS_AT_ONCE = len(_TOPICS)
"""Topics that one look takes people of."""
_SCANNED = 3_000
"""People of one topic, or of one place, who are looked at when a place or organisation is asked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be shown. `champion`: their offer stands; `turn`: when they were last asked."""

    person_id: int
    name: str
    role: str
    place: str
    organisation_id: int
    organisation: str
    offer: str
    visibility: str
    champion: bool
    coach: bool
    trained: str
    coaching: bool
    sponsor: bool
    partner: bool
    turn: int

    @property
    def roles(self) -> tuple[str, ...]:
        """What they are besides, as others are shown it; only while their offer stands."""
        said = Champion(
            coach=self.coach, trained=self.trained, coaching=self.coaching, sponsor=self.sponsor, partner=self.partner
        )
        return roles_of(said) if self.champion else ()

    @property
    def hidden(self) -> bool:
        """Whether only organisers see them."""
        return self.visibility == HIDDEN


@dataclass(frozen=True, slots=True)
class Clue:
    """A piece of somebody's evidence, for one topic that was asked for (0: found by its words)."""

    evidence_id: int
    person_id: int
    kind: str
    subject: int
    title: str
    at: date
    topic_id: int


async def by_topics(db: AsyncSession, topics: Sequence[int], asking: "Asking", where: Where | None) -> list[Candidate]:
    """People known for any of at most three topics; those for the first two of them first."""
    if not topics:
        return []
    values = _values(asking, where)
    if where is None:
        rows = (await db.execute(_first(), values | dict(zip(_TOPICS, [*topics, 0, 0], strict=False)))).all()
        found = [Candidate(*row[:-1]) for row in rows]
        others = sum(person.organisation_id != asking.organisation_id for person in found)
        if others >= ENOUGH or (rows and rows[0][-1] < CANDIDATES):
            return found
    # The first of them were mostly people who cannot be shown, or of the asker's own organisation.
    found = []
    if len(topics) > 1:
        both = values | {"topic": topics[0], "other": topics[1]}
        found += await _people(db, _of_topic(True, _kind(where), ""), both)
    for topic in topics:
        mine = values | {"topic": topic}
        found += await _people(db, _of_topic(False, _kind(where), "others"), mine)
        found += await _people(db, _of_topic(False, _kind(where), "own"), mine)
        if where is not None and len(found) < CANDIDATES:
            found += await _people(db, _people_there(_kind(where)), mine)
    return found


async def by_evidence(
    db: AsyncSession, evidence_ids: Sequence[int], asking: "Asking", where: Where | None
) -> list[Candidate]:
    """Whose these pieces are, of those who may be shown."""
    if not evidence_ids:
        return []
    return await _people(db, _owners(_kind(where)), _values(asking, where) | {"ids": list(evidence_ids)})


async def postings(db: AsyncSession, words: Sequence[str]) -> dict[str, list[int]]:
    """For each of at most `SLOTS` words the evidence that holds it; common words are left out."""
    if not words:
        return {}
    padded = [*words, *[""] * SLOTS][:SLOTS]
    found: dict[str, list[int]] = defaultdict(list)
    for word, evidence_id in await db.execute(_postings(), {f"word{n}": word for n, word in enumerate(padded)}):
        found[word].append(evidence_id)
    return {word: some for word, some in found.items() if len(some) <= COMMON}


async def clues(
    db: AsyncSession, person_ids: Sequence[int], topics: Sequence[int], evidence_ids: Sequence[int]
) -> list[Clue]:
    """Why these people are found: their evidence for the topics, and that which was found by its words."""
    if not person_ids:
        return []
    values = {"people": list(person_ids), "topics": list(topics) or [0], "evidence": list(evidence_ids) or [0]}
    return [Clue(*row) for row in await db.execute(_clues(), values)]


def _values(asking: "Asking", where: Where | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "asker": asking.person_id,
        "home": asking.organisation_id,
        "today": asking.today,
        "since": asking.now - MONTH,
        "organiser": asking.organiser,
    }
    if where is not None:
        values["places"] = [
            v for place in where.places for v in dict.fromkeys((place, place.lower(), place.upper()))
        ] or [""]
        values["organisations"] = list(where.organisations) or [0]
    return values


def _kind(where: Where | None) -> str:
    if where is None:
        return ""
    return "both" if where.places and where.organisations else "place" if where.places else "organisation"


async def _people(db: AsyncSession, query: Select[*tuple[Any, ...]], values: dict[str, Any]) -> list[Candidate]:
    return [Candidate(*row) for row in await db.execute(query, values)]


# ---- Statements


_ROLES: tuple[tuple[Any, Any], ...] = (
    (Champion.coach, false()),
    (Champion.trained, ""),
    (Champion.coaching, false()),
    (Champion.sponsor, false()),
    (Champion.partner, false()),
)


@cache
def _shown() -> Select[*tuple[Any, ...]]:
    """People who may be shown, with the values left open: asker, today, since, organiser."""
    # Whoever has made no offer, or took it back, is asked about their projects.
    seen = or_(~stands(), Champion.visibility != HIDDEN, bindparam("organiser", type_=Boolean))
    return (
        select(
            Person.id, Person.name, Person.role, Person.place, Person.organisation_id, Organisation.short_name,
            func.coalesce(Champion.offer, ""), func.coalesce(Champion.visibility, ""), stands(),
            *(func.coalesce(column, empty) for column, empty in _ROLES),
        )
        .select_from(Person)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Champion, Champion.person_id == Person.id)
        .where(*here(), Person.id != bindparam("asker"), seen, has_time(bindparam("today"), bindparam("since")))
    )  # fmt: skip


def _narrowed(kind: str) -> tuple[ColumnElement[bool], ...]:
    place = Person.place.in_(bindparam("places", expanding=True))
    organisation = Person.organisation_id.in_(bindparam("organisations", expanding=True))
    return {"": (), "place": (place,), "organisation": (organisation,), "both": (place, organisation)}[kind]


def _known(topic: str, other: str = "") -> Select[*tuple[Any, ...]]:
    """People known for the topic in one parameter (and in another), in the order in which they are shown."""
    known = select(Knows.person_id, Knows.rank, Knows.turn).where(Knows.topic_id == bindparam(topic))
    if other:
        second = Knows.__table__.alias("second")
        known = known.where(
            exists().where(second.c.topic_id == bindparam(other), second.c.person_id == Knows.person_id)
        )
    return known.order_by(Knows.rank, Knows.turn, Knows.person_id)


@cache
def _first() -> Select[*tuple[Any, ...]]:
    """The first people of three topics, and of the first two together, then who of them may be shown; in one question.
    The last column says how many were looked at.
    """
    # Many may be known for one of two topics, and only so many are looked at whether they are for both.
    looked_at = _known(_TOPICS[0]).limit(_SCANNED).subquery("looked_at")
    second = Knows.__table__.alias("second")
    too = exists().where(second.c.topic_id == bindparam(_TOPICS[1]), second.c.person_id == looked_at.c.person_id)
    both = select(looked_at).where(too).order_by(looked_at.c.rank, looked_at.c.turn).limit(CANDIDATES).subquery("both")
    each = [_known(topic).limit(CANDIDATES).subquery(f"of_{topic}") for topic in _TOPICS]
    some = union_all(*(select(one) for one in (both, *each))).subquery("some")
    known = (
        select(some.c.person_id, func.max(some.c.turn).label("turn"), func.count().over().label("in_all"))
        .group_by(some.c.person_id)
        .subquery("known")
    )
    return _shown().add_columns(known.c.turn, known.c.in_all).join(known, known.c.person_id == Person.id)


@cache
def _of_topic(both: bool, where: str, whose: str) -> Select[*tuple[Any, ...]]:
    """People known for `topic` (and `other`) who may be shown, in order: of `others` than the asker's organisation, of
    their `own`, or of any.
    """
    known = _known("topic", "other" if both else "")
    # A place or another topic may be rare among them: then only so many are looked at.
    inner = (known.limit(_SCANNED) if where or both else known).subquery("known")
    home = Person.organisation_id == bindparam("home")
    at = {"others": (~home,), "own": (home,), "": ()}[whose]
    return (
        _shown()
        .add_columns(inner.c.turn)
        .join(inner, inner.c.person_id == Person.id)
        .where(*at, *_narrowed(where))
        .order_by(inner.c.rank, inner.c.turn, inner.c.person_id)
        .limit(CANDIDATES)
    )


@cache
def _people_there(where: str) -> Select[*tuple[Any, ...]]:
    """People of a place or organisation who are known for `topic`, from the other side: for where there are few."""
    there = select(Person.id).where(*_narrowed(where)).limit(_SCANNED).subquery("there")
    return (
        _shown()
        .add_columns(Knows.turn)
        .join(there, there.c.id == Person.id)
        .join(Knows, and_(Knows.person_id == Person.id, Knows.topic_id == bindparam("topic")))
        .order_by(Knows.rank, Knows.turn, Knows.person_id)
        .limit(CANDIDATES)
    )


@cache
def _postings() -> Any:
    slots = (
        select(EvidenceWord.word, EvidenceWord.evidence_id)
        .where(EvidenceWord.word == bindparam(f"word{n}"))
        .limit(COMMON + 1)
        .subquery(f"slot{n}")
        for n in range(SLOTS)
    )
    return union_all(*(select(slot.c.word, slot.c.evidence_id) for slot in slots))


@cache
def _owners(where: str) -> Select[*tuple[Any, ...]]:
    turn = select(func.coalesce(func.max(Knows.turn), 0)).where(Knows.person_id == Person.id).scalar_subquery()
    whose = select(Evidence.person_id).where(Evidence.id.in_(bindparam("ids", expanding=True)))
    return _shown().add_columns(turn).where(Person.id.in_(whose), *_narrowed(where))


@cache
def _clues() -> Select[*tuple[Any, ...]]:
    about = and_(
        EvidenceTopic.evidence_id == Evidence.id, EvidenceTopic.topic_id.in_(bindparam("topics", expanding=True))
    )
    return (
        select(
            Evidence.id, Evidence.person_id, Evidence.kind, Evidence.subject, Evidence.title, Evidence.at,
            func.coalesce(EvidenceTopic.topic_id, 0),
        )
        .outerjoin(EvidenceTopic, about)
        .where(
            Evidence.person_id.in_(bindparam("people", expanding=True)),
            or_(EvidenceTopic.topic_id.is_not(None), Evidence.id.in_(bindparam("evidence", expanding=True))),
        )
    )  # fmt: skip
