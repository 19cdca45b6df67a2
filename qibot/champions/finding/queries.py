"""What a search asks of the database, and what becomes of the answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from qibot.champions.finding import statements
from qibot.champions.finding.statements import CANDIDATES, SLOTS
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


class Candidate(NamedTuple):
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


class Clue(NamedTuple):
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
    dialect = db.get_bind().dialect.name
    values, found = _values(dialect, sought, asking), dict[int, Found]()
    for kind, there in _each_place(dialect, where):
        found |= await _people(db, dialect, kind, values | there)
    return found


async def _people(db: AsyncSession, dialect: str, kind: str, values: Mapping[str, Any]) -> dict[int, Found]:
    rows = await _rows(db, statements.people(dialect, kind, shown=False), values)
    found, known = _found(rows)
    if kind in ("", "place"):
        known = {number for number in known if found[number].person.organisation_id != values["home"]}
    # The first of a topic may be mostly people who cannot be shown, or of the asker's own organisation.
    enough = len(known) >= ENOUGH or not values[statements.TOPICS[0]] or (rows and rows[0][-1] < CANDIDATES)
    return found if enough else _found(await _rows(db, statements.people(dialect, kind, shown=True), values))[0]


def _each_place(dialect: str, where: Where | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """One place, or one organisation, at a time, and what a statement for it asks."""
    if where is None:
        yield "", {}
    elif not where.organisations:
        for place in dict.fromkeys(where.places):
            spelt = _spelt(place)
            named = {f"spelt{n}": written for n, written in enumerate(spelt)}
            yield "place", named | {"places": several(dialect, spelt)}
    else:
        spelt = [written for place in where.places for written in _spelt(place)]
        for organisation in where.organisations:
            there = {"organisation": organisation, "places": several(dialect, spelt)}
            yield "both" if spelt else "organisation", there


def _spelt(place: str) -> list[str]:
    """As people write it."""
    return [place, place.lower(), place.upper()]


async def postings(db: AsyncSession, words: Sequence[str]) -> dict[str, list[int]]:
    """For each of at most `SLOTS` words the evidence that holds it; common words are left out."""
    if not words:
        return {}
    values = {f"word{n}": word for n, word in enumerate([*words, *[""] * SLOTS][:SLOTS])}
    rows = await _rows(db, statements.postings(db.get_bind().dialect.name), values)
    return {words[slot]: [int(one) for one in held.split(",")] for slot, held in rows}


def _values(dialect: str, sought: Sought, asking: "Asking") -> dict[str, Any]:
    return {
        "asker": asking.person_id,
        "home": asking.organisation_id,
        "today": asking.today,
        "since": asking.now - MONTH,
        "organiser": asking.organiser,
        "topics": several(dialect, sought.told or sought.topics),
        "evidence": several(dialect, sought.evidence),
        # 0 asks for none.
        **dict(zip(statements.TOPICS, [*sought.topics, 0, 0, 0], strict=False)),
    }


_PLANNED = "searches are planned once"
_STEADY = "SELECT " + ", ".join(
    f"set_config('{name}', '{value}', true)"
    for name, value in {
        # PostgreSQL would plan a search anew each time, which takes longer than answering it.
        "plan_cache_mode": "force_generic_plan",
        # Few rows are read, one after the other, by their keys. Of a table that is small today all would be read.
        "enable_hashjoin": "off",
        "enable_mergejoin": "off",
        "enable_seqscan": "off",
    }.items()
)
"""For the rest of a transaction."""


async def _rows(db: AsyncSession, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
    """As the database gives them: making objects of them as a session does takes longer than finding them."""

    def ask(session: Session) -> Sequence[Any]:
        session.flush()
        connection = session.connection()
        if connection.dialect.name == "postgresql" and _PLANNED not in session.info:
            connection.exec_driver_sql(_STEADY)
            session.info[_PLANNED] = True
        return connection.execute(statement, values).all()

    return await db.run_sync(ask)


_PERSON, _CLUE = 15, 22
"""Columns of a row up to the end of a candidate, and of a clue."""


def _found(rows: Iterable[Any]) -> tuple[dict[int, Found], set[int]]:
    """Everybody in the rows, with their clues in an order that is always the same; and who was met at a topic."""
    found, known = dict[int, Found](), set[int]()
    for row in rows:
        if row[0] not in found:
            found[row[0]] = Found(Candidate(*row[:_PERSON]), [])
            known.update((row[0],) if row[_CLUE] else ())
        found[row[0]].clues.append(Clue(*row[_PERSON:_CLUE]))
    for one in found.values():
        one.clues.sort(key=lambda clue: (clue.kind, clue.subject, clue.topic_id))
    return found, known
