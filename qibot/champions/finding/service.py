"""Whom a question leads to: read as topics, looked for in people's own words, fused, filtered by who may be asked.

Nobody who is hidden, paused, has left, has withdrawn or was asked as often as they offered is ever found. Every read is
bounded, however many people there are: topics lead to people by an index in the order in which they are shown, and
words that many people use lead to nobody. `docs/finding.md` has the figures.
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
from qibot.champions.finding.queries import Candidate, Clue
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
    hits = await _hits(db, asked, reading, asking, where)
    wider = where is not None and not hits
    if wider:
        hits = await _hits(db, asked, reading, asking, None)
    first = (page - 1) * PAGE
    return Results(
        reading.topics,
        tuple(hits[first : first + PAGE]),
        len(hits) > first + PAGE,
        () if reading.topics or reading.elsewhere else tuple(held.nearest(words)),
        reading.elsewhere,
        where.said if where else "",
        wider,
        reading.repaired,
        reading.unknown,
    )


async def _hits(db: AsyncSession, words: str, reading: Reading, asking: Asking, where: Where | None) -> list[Hit]:
    if reading.elsewhere:
        return []
    topics = {match.topic_id: match for match in reading.topics}
    shares = await _by_words(db, words, reading)
    found: dict[int, Candidate] = {}
    for candidate in await queries.by_topics(db, list(topics), asking, where):
        found.setdefault(candidate.person_id, candidate)
    for candidate in await queries.by_evidence(db, list(shares), asking, where):
        found.setdefault(candidate.person_id, candidate)
    return await _ranked(db, found, topics, shares, asking, _may_be_asked)


async def for_topics(db: AsyncSession, topics: Sequence[Topic], *, asker: Person, now: datetime) -> list[Hit]:
    """Champions who offer any of these topics and may be asked now, in the order of a search."""
    asking = Asking(asker.id, asker.organisation_id, False, now, local_date(now, asker.zone))
    meant = {topic.id: Match(topic.id, topic.slug, topic.label, 1.0, topic.label) for topic in topics}
    found: dict[int, Candidate] = {}
    for first in range(0, len(topics), queries.TOPICS_AT_ONCE):
        some = list(meant)[first : first + queries.TOPICS_AT_ONCE]
        for candidate in await queries.by_topics(db, some, asking, None):
            found.setdefault(candidate.person_id, candidate)
    return await _ranked(db, found, meant, {}, asking, _offers)


async def _ranked(
    db: AsyncSession,
    found: Mapping[int, Candidate],
    topics: Mapping[int, Match],
    shares: Mapping[int, float],
    asking: Asking,
    wanted: Callable[[Candidate, Sequence[Clue]], bool],
) -> list[Hit]:
    clues: dict[int, list[Clue]] = defaultdict(list)
    for clue in await queries.clues(db, list(found), list(topics), list(shares)):
        clues[clue.person_id].append(clue)
    told = ((person, clues[person.person_id]) for person in found.values())
    ranked = [_hit(person, some, topics, shares, asking) for person, some in told if wanted(person, some)]
    ranked.sort(key=lambda pair: pair[0])
    return [hit for _, hit in ranked]


def _offers(person: Candidate, clues: Sequence[Clue]) -> bool:
    return person.champion and any(clue.kind == OFFER for clue in clues)


def _may_be_asked(person: Candidate, clues: Sequence[Clue]) -> bool:
    """Champions, and those who lead what was asked for: whoever only helps has not offered to be asked."""
    return any(person.champion or clue.kind == LED for clue in clues)


async def _by_words(db: AsyncSession, words: str, reading: Reading) -> dict[int, float]:
    """Evidence whose words hold enough of the question's, and how much of what it says (0–1)."""
    meant = dict(reading.repaired)
    said: dict[str, float] = {}
    for token in tokens(words):
        if token.word in STOP:
            continue
        said.setdefault(token.stem, seldom(meant.get(token.word, token.word)))
    telling = sorted(said, key=lambda word: -said[word])[: queries.SLOTS]
    places = await queries.postings(db, telling)
    total = sum(said[word] * math.log(1 + queries.COMMON) for word in telling) or 1.0
    shares: dict[int, float] = defaultdict(float)
    for word, evidence in places.items():
        worth = said[word] * math.log(1 + queries.COMMON / len(evidence)) / total
        for evidence_id in evidence:
            shares[evidence_id] += worth
    best = sorted(shares.items(), key=lambda pair: (-pair[1], -pair[0]))[: queries.CANDIDATES]
    return {evidence_id: min(1.0, share) for evidence_id, share in best if share >= _ENOUGH_OF_WORDS}


def _hit(
    person: Candidate,
    clues: Sequence[Clue],
    topics: Mapping[int, Match],
    shares: Mapping[int, float],
    asking: Asking,
) -> tuple[tuple[Any, ...], Hit]:
    """Somebody with their reasons, and where they come in the list."""
    named = person.visibility in ("", OPEN) or asking.organiser
    by_topic: dict[int, list[Clue]] = defaultdict(list)
    for clue in clues:
        if clue.topic_id in topics:
            by_topic[clue.topic_id].append(clue)
    score = sum(topics[topic].score * _strength(some, asking.today) for topic, some in by_topic.items())
    text = max((shares.get(clue.evidence_id, 0.0) for clue in clues), default=0.0)
    score += _TEXT * text
    partner = person.champion and person.partner
    same = bool(asking.organisation_id) and person.organisation_id == asking.organisation_id and not partner
    topic = max(by_topic, key=lambda one: topics[one].score, default=0)
    project = next((clue.subject for clue in clues if clue.kind == LED), 0)
    hit = Hit(
        person.person_id,
        person.name if named else "",
        PARTNER_ROLE if partner else person.role,
        "" if partner else person.organisation,
        person.place,
        person.offer if person.champion else "",
        topic,
        same,
        tuple(_reasons(by_topic, clues, topics, shares, named and not partner)),
        round(score, 3),
        0 if person.champion else project,
        person.hidden,
        tuple(role for role in person.roles if role != PARTNER_ROLE.lower()),
    )
    # Scores that are nearly the same are the same, so that people take turns.
    return (same, -len(by_topic), -round(score, 1), person.turn, person.person_id), hit


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
