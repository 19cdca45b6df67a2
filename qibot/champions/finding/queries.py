"""What a search asks of the database, and what becomes of the answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from qibot.champions.finding import statements
from qibot.champions.finding.statements import BOTH, CANDIDATES, SLOTS, way
from qibot.champions.models import HIDDEN
from qibot.champions.roles import Roles, roles_of
from qibot.champions.standing import MONTH
from qibot.database import several
from qibot.people.places import Where

if TYPE_CHECKING:
    from qibot.champions.finding.service import Asking

ENOUGH = 5
"""People of other organisations who make a page."""
TOPICS_AT_ONCE = len(statements.TOPICS)
"""Topics that one look takes people of."""


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
        said = Roles(self.coach, self.trained, self.coaching, self.sponsor, self.partner)
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


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be shown, and why they are found."""

    person: Candidate
    clues: list[Clue]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked for: people known for any of at most `TOPICS_AT_ONCE` topics, those for the first two of them
    first, and whose these pieces of evidence are. `told` are the topics that people are told of: these, or more.
    """

    topics: Sequence[int]
    evidence: Sequence[int] = ()
    told: Sequence[int] = ()


async def people(db: AsyncSession, sought: Sought, asking: "Asking", where: Where | None) -> dict[int, Found]:
    """Those who may be shown, by id: some of those who are known for the topics, all whose the evidence is."""
    if not sought.topics and not sought.evidence:
        return {}
    dialect, count = db.get_bind().dialect.name, len(sought.topics)
    values = _values(dialect, sought, asking, where)
    if where is None:
        rows = await _rows(db, statements.first(dialect), values)
        found = _found(rows)
        others = sum(one.person.organisation_id != asking.organisation_id for one, how in found.values() if how)
        # The first of a topic may be mostly people who cannot be shown, or of the asker's own organisation.
        if others >= ENOUGH or not count or (rows and rows[0][-1] < CANDIDATES):
            return _all(found)
    kind = _kind(where)
    rows = await _rows(db, statements.narrowed(dialect, kind), values)
    found = _found(rows)
    if where is None:
        return _all(found)
    # Nobody at all tells nothing of how many there are who were not looked at.
    counts = _Counts([how for _, how in found.values()], rows[0][-1] if rows else way(count) - 1)
    few = counts.few(count, {})
    if not few:
        return _all(found)
    asked = {topic: values[topic] if n in few else 0 for n, topic in enumerate(statements.TOPICS)}
    there = _found(await _rows(db, statements.from_there(dialect, kind), values | asked))
    needed = counts.few(count, {n: sum(bool(how & way(n)) for _, how in there.values()) for n in few})
    wanted = sum(way(n) for n in needed)
    return _all(found) | _all({number: one for number, one in there.items() if one[1] & wanted})


async def postings(db: AsyncSession, words: Sequence[str]) -> dict[str, list[int]]:
    """For each of at most `SLOTS` words the evidence that holds it; common words are left out."""
    if not words:
        return {}
    values = {f"word{n}": word for n, word in enumerate([*words, *[""] * SLOTS][:SLOTS])}
    rows = await _rows(db, statements.postings(db.get_bind().dialect.name), values)
    return {words[slot]: [int(one) for one in held.split(",")] for slot, held in rows}


def _values(dialect: str, sought: Sought, asking: "Asking", where: Where | None) -> dict[str, Any]:
    topics = [*sought.topics, 0, 0, 0]
    values: dict[str, Any] = {
        "asker": asking.person_id,
        "home": asking.organisation_id,
        "today": asking.today,
        "since": asking.now - MONTH,
        "organiser": asking.organiser,
        "topics": several(dialect, sought.told or sought.topics),
        "evidence": several(dialect, sought.evidence),
        **dict(zip(statements.TOPICS, topics, strict=False)),
        "others": 1,
        "own": 1,
    }
    if where is not None:
        places = [spelt for place in where.places for spelt in (place, place.lower(), place.upper())]
        values |= {"places": several(dialect, places), "organisations": several(dialect, where.organisations)}
        # Where an organisation is asked for, its people are either the asker's colleagues or not.
        values["own"] = int(not where.organisations or asking.organisation_id in where.organisations)
        values["others"] = int(where.organisations != (asking.organisation_id,))
    return values


def _kind(where: Where | None) -> str:
    if where is None:
        return ""
    return "both" if where.places and where.organisations else "place" if where.places else "organisation"


_PLANNED = "searches are planned once"


async def _rows(db: AsyncSession, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
    """As the database gives them: making objects of them as a session does takes longer than finding them."""

    def ask(session: Session) -> Sequence[Any]:
        session.flush()
        connection = session.connection()
        if connection.dialect.name == "postgresql" and _PLANNED not in session.info:
            # PostgreSQL would plan a search anew each time, which takes longer than answering it.
            connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
            session.info[_PLANNED] = True
        return connection.execute(statement, values).all()

    return await db.run_sync(ask)


_PERSON, _CLUE = 15, 22
"""Columns of a row up to the end of a candidate, and of a clue."""


def _found(rows: Iterable[Any]) -> dict[int, tuple[Found, int]]:
    """Everybody in the rows, with their clues in an order that is always the same, and by which ways."""
    found: dict[int, tuple[Found, int]] = {}
    for row in rows:
        if row[0] not in found:
            found[row[0]] = Found(Candidate(*row[:_PERSON]), []), row[_CLUE]
        found[row[0]][0].clues.append(Clue(*row[_PERSON:_CLUE]))
    for one, _ in found.values():
        one.clues.sort(key=lambda clue: (clue.kind, clue.subject, clue.topic_id))
    return found


def _all(found: Mapping[int, tuple[Found, int]]) -> dict[int, Found]:
    return {person_id: one for person_id, (one, _) in found.items()}


@dataclass(frozen=True, slots=True)
class _Counts:
    """The ways in which people of a place were found, and of topics with more people than were looked at."""

    ways: Sequence[int]
    many: int

    def few(self, topics: int, there: Mapping[int, int]) -> tuple[int, ...]:
        """The topics, by number, for which people are to be taken from the other side: until there are enough, and
        unless everybody was looked at. `there` says how many that gave, where it is known.
        """
        enough, few = sum(how & BOTH for how in self.ways), list[int]()
        for n in range(topics):
            here = sum(bool(how & way(n)) for how in self.ways)
            enough += here
            if enough < CANDIDATES and self.many & way(n):
                few.append(n)
                enough += there.get(n, 0)
            elif enough < CANDIDATES:
                # The other side would give the same people.
                enough += min(here, CANDIDATES)
        return tuple(few)
