"""Whom a question leads to: read as topics, looked for in people's own words, fused, filtered by who may be asked.

Nobody who is hidden, paused, has left, has withdrawn or was asked as often as they offered is ever found. Reads are
bounded, however many people there are: topics lead to people by an index in the order in which they are shown, and
words that many people use lead to nobody. `docs/finding.md` has the figures, and what is not bounded.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding import queries
from qibot.champions.finding.models import HELPED, INTRODUCED, LED, OFFER
from qibot.champions.finding.queries import Candidate, Clue, Found
from qibot.champions.finding.statements import CANDIDATES, COMMON, SLOTS
from qibot.champions.models import OPEN
from qibot.champions.roles import PARTNER_ROLE
from qibot.clock import local_date
from qibot.people.models import Person, Topic
from qibot.people.places import Where, gazetteer
from qibot.people.topics import vocabulary
from qibot.vocabulary.meaning import seldom
from qibot.vocabulary.text import STOP, tokens
from qibot.vocabulary.vocabulary import Match, Reading, Vocabulary

PAGE = 5
_WEIGHT: Mapping[str, float] = {OFFER: 0.7, LED: 0.5, HELPED: 0.3, INTRODUCED: 0.15}
"""How much each kind of evidence says, when it is new."""
_HALVES: Mapping[str, float] = {OFFER: 4.0, LED: 2.0, HELPED: 2.0, INTRODUCED: 2.0}
"""Years after which it says half as much."""
_TEXT = 0.6
"""How much it counts that somebody's own words hold all of the question's, beside a topic that fits."""
_ENOUGH_OF_WORDS = 0.35
"""The least share of what a question says that somebody's words must hold."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is found. `kind` as of evidence; `about` a topic's label or ""; `title` of a project, or the words
    of an offer, or "" when it would give away a name; `count` of people they helped.
    """

    kind: str
    about: str = ""
    title: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody who can help. `name` is "" when it is shown only after a yes. `topic_id` is what to ask about (0: none);
    `project_id` is the project to ask about, of somebody who has made no offer. `hidden`: organisers only see them.
    Of a service-user partner neither role nor organisation is told, not even by where they stand in the list.
    """

    person_id: int
    name: str
    role: str
    organisation: str
    place: str
    offer: str
    topic_id: int
    same_organisation: bool
    why: tuple[Reason, ...]
    score: float = 0.0
    project_id: int = 0
    hidden: bool = False
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """What a search came to: the topics the words were read as, one page of people, whether there are more, and near
    topics when none fits. `elsewhere`: who may help with what is nothing for this network. `where` was asked for;
    `wider`: nobody is there, so these are from everywhere. `repaired` are words put right.
    """

    topics: tuple[Match, ...]
    hits: tuple[Hit, ...]
    more: bool
    nearest: tuple[Match, ...]
    elsewhere: str = ""
    where: str = ""
    wider: bool = False
    repaired: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when."""

    person_id: int
    organisation_id: int
    organiser: bool
    now: datetime
    today: date


async def search(
    db: AsyncSession, words: str, *, asker: Person | None, now: datetime, today: date, page: int = 1
) -> Results:
    """People of any organisation who can help with `words`: other organisations first, and equal people take turns."""
    asking = Asking(
        asker.id if asker else 0,
        asker.organisation_id if asker else 0,
        asker is not None and asker.here and asker.is_organiser,
        now,
        today,
    )
    held = await vocabulary(db)
    where = (await gazetteer(db)).read(words)
    reading = held.read(where.rest if where else words)
    if where is not None and not reading.topics and held.match(words):
        # The place is part of what is meant: "Luton hospice at home".
        where, reading = None, held.read(words)
    asked = where.rest if where else words
    found = await _found(db, asked, reading, asking, where)
    first = (page - 1) * PAGE
    return Results(
        reading.topics,
        tuple(_hit(one) for one in found.best[first : first + PAGE]),
        len(found.best) > first + PAGE,
        _nearest(held, words, reading, where),
        reading.elsewhere,
        where.said if where else "",
        found.wider,
        reading.repaired,
        reading.unknown,
    )


def _nearest(held: Vocabulary, words: str, reading: Reading, where: Where | None) -> tuple[Match, ...]:
    if reading.topics or reading.elsewhere:
        return ()
    # Of a place, too, something may be near.
    return tuple(held.nearest(words)) if where else reading.nearest


@dataclass(frozen=True, slots=True)
class _Best:
    """Those who may be asked, the best first; `wider`: nobody is where they were asked for."""

    best: Sequence["_Weighed"] = ()
    wider: bool = False


async def _found(db: AsyncSession, words: str, reading: Reading, asking: Asking, where: Where | None) -> _Best:
    if reading.elsewhere:
        return _Best((), where is not None)
    topics = {match.topic_id: match for match in reading.topics}
    shares = await _by_words(db, words, reading)
    sought = queries.Sought(list(topics), list(shares))
    for at in dict.fromkeys((where, None)):
        found = await queries.people(db, sought, asking, at)
        best = _sorted(found.values(), _Question(topics, shares, asking), _may_be_asked)
        if best:
            return _Best(best, at is not where)
    return _Best((), where is not None)


async def for_topics(db: AsyncSession, topics: Sequence[Topic], *, asker: Person, now: datetime) -> list[Hit]:
    """Champions who offer any of these topics and may be asked now, in the order of a search."""
    asking = Asking(asker.id, asker.organisation_id, False, now, local_date(now, asker.zone))
    meant = {topic.id: Match(topic.id, topic.slug, topic.label, 1.0, topic.label) for topic in topics}
    found: dict[int, Found] = {}
    for first in range(0, len(topics), queries.TOPICS_AT_ONCE):
        some = list(meant)[first : first + queries.TOPICS_AT_ONCE]
        found |= await queries.people(db, queries.Sought(some, told=list(meant)), asking, None)
    return [_hit(one) for one in _sorted(found.values(), _Question(meant, {}, asking), _offers)]


@dataclass(frozen=True, slots=True)
class _Question:
    """What people are weighed by: the topics, and how much of what is asked a piece of evidence holds."""

    topics: Mapping[int, Match]
    shares: Mapping[int, float]
    asking: Asking


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Somebody with what speaks for them."""

    found: Found
    by_topic: Mapping[int, Sequence[Clue]]
    score: float
    same: bool
    question: _Question

    @property
    def place(self) -> tuple[Any, ...]:
        """Where they come in the list."""
        # Scores that are nearly the same are the same, so that people take turns.
        person = self.found.person
        return self.same, -len(self.by_topic), -round(self.score, 1), person.turn, person.person_id


def _sorted(
    found: Iterable[Found], question: _Question, wanted: Callable[[Candidate, Sequence[Clue]], bool]
) -> list[_Weighed]:
    weighed = [_weighed(one, question) for one in found if wanted(one.person, one.clues)]
    return sorted(weighed, key=lambda one: one.place)


def _offers(person: Candidate, clues: Sequence[Clue]) -> bool:
    return person.champion and any(clue.kind == OFFER for clue in clues)


def _may_be_asked(person: Candidate, clues: Sequence[Clue]) -> bool:
    """Champions, and those who lead what was asked for: whoever only helps has not offered to be asked."""
    return person.champion or any(clue.kind == LED for clue in clues)


async def _by_words(db: AsyncSession, words: str, reading: Reading) -> dict[int, float]:
    """Evidence whose words hold enough of the question's, and how much of what it says (0–1)."""
    meant = dict(reading.repaired)
    said: dict[str, float] = {}
    for token in tokens(words):
        if token.word in STOP:
            continue
        said.setdefault(token.stem, seldom(meant.get(token.word, token.word)))
    telling = sorted(said, key=lambda word: -said[word])[:SLOTS]
    places = await queries.postings(db, telling)
    total = sum(said[word] * math.log(1 + COMMON) for word in telling) or 1.0
    shares: dict[int, float] = defaultdict(float)
    for word, evidence in places.items():
        worth = said[word] * math.log(1 + COMMON / len(evidence)) / total
        for evidence_id in evidence:
            shares[evidence_id] += worth
    best = sorted(shares.items(), key=lambda pair: (-pair[1], -pair[0]))[:CANDIDATES]
    return {evidence_id: min(1.0, share) for evidence_id, share in best if share >= _ENOUGH_OF_WORDS}


def _weighed(found: Found, question: _Question) -> _Weighed:
    person, topics, shares, asking = found.person, question.topics, question.shares, question.asking
    by_topic: dict[int, list[Clue]] = defaultdict(list)
    for clue in found.clues:
        if clue.topic_id in topics:
            by_topic[clue.topic_id].append(clue)
    score = sum(topics[topic].score * _strength(some, asking.today) for topic, some in by_topic.items())
    score += _TEXT * max((shares.get(clue.evidence_id, 0.0) for clue in found.clues), default=0.0)
    same = bool(asking.organisation_id) and person.organisation_id == asking.organisation_id
    return _Weighed(found, by_topic, score, same and not _is_partner(person), question)


def _is_partner(person: Candidate) -> bool:
    return person.champion and person.partner


def _hit(one: _Weighed) -> Hit:
    """Somebody as they are shown, with their reasons."""
    person, clues, topics = one.found.person, one.found.clues, one.question.topics
    named = person.visibility in ("", OPEN) or one.question.asking.organiser
    partner = _is_partner(person)
    project = next((clue.subject for clue in clues if clue.kind == LED), 0)
    return Hit(
        person.person_id,
        person.name if named else "",
        PARTNER_ROLE if partner else person.role,
        "" if partner else person.organisation,
        person.place,
        person.offer if person.champion else "",
        max(one.by_topic, key=lambda about: topics[about].score, default=0),
        one.same,
        tuple(_reasons(one.by_topic, clues, topics, one.question.shares, named and not partner)),
        round(one.score, 3),
        0 if person.champion else project,
        person.hidden,
        tuple(role for role in person.roles if role != PARTNER_ROLE.lower()),
    )


def _strength(clues: Iterable[Clue], today: date) -> float:
    left = 1.0
    for clue in clues:
        years = max(0.0, (today - clue.at).days / 365)
        left *= 1 - _WEIGHT[clue.kind] * 0.5 ** (years / _HALVES[clue.kind])
    return 1 - left


def _reasons(
    by_topic: Mapping[int, Sequence[Clue]],
    clues: Sequence[Clue],
    topics: Mapping[int, Match],
    shares: Mapping[int, float],
    telling: bool,
) -> Iterable[Reason]:
    """An offer for each topic, then one project, then how many they were introduced to; what their words say else."""
    said = False
    for topic, some in sorted(by_topic.items(), key=lambda pair: -topics[pair[0]].score):
        if any(clue.kind == OFFER for clue in some):
            said = True
            yield Reason(OFFER, topics[topic].label)
    for kind in (LED, HELPED):
        works = [
            clue for clue in clues if clue.kind == kind and (clue.topic_id in topics or clue.evidence_id in shares)
        ]
        if works:
            said = True
            best = max(works, key=lambda clue: (shares.get(clue.evidence_id, 0.0), clue.at, clue.evidence_id))
            about = topics[best.topic_id].label if best.topic_id in topics else ""
            # Whoever wants to be asked first is not given away by the title of a project.
            yield Reason(kind, about, best.title if telling else "")
            break
    helped = {clue.evidence_id for some in by_topic.values() for clue in some if clue.kind == INTRODUCED}
    if helped:
        said = True
        yield Reason(INTRODUCED, count=len(helped))
    if not said:
        best = max(clues, key=lambda clue: shares.get(clue.evidence_id, 0.0))
        yield Reason(best.kind, title=best.title if telling or best.kind == OFFER else "")


__all__ = ["PAGE", "Hit", "Reason", "Results", "Vocabulary", "for_topics", "search"]
