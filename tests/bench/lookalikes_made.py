"""Invented projects in bulk, in the words that people use for the topics of the vocabulary."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from qibot.champions.finding.index import words_of
from qibot.database import Base, Database
from qibot.migrate import migrate
from qibot.people.models import Consent, NameWord, Organisation, Person, Topic
from qibot.people.names import words_of as words_of_name
from qibot.people.service import WORDING
from qibot.people.topics import vocabulary
from qibot.projects.finding.models import ProjectWord
from qibot.projects.models import FINISHED, LEAD, STOPPED, Project, ProjectMember, ProjectTopic
from qibot.projects.service import SURE, Described
from qibot.projects.words import fold, fold_title
from qibot.vocabulary.phrases import everyday
from tests.bench import bulk, network

LEADS = 400
_AT_ONCE = 5_000
COLUMNS: dict[type[Base], tuple[str, ...]] = {
    Person: ("id", "name", "role", "place", "organisation_id", "joined_at"),
    NameWord: ("word", "person_id"),
    Consent: ("person_id", "purpose", "wording", "given_at"),
    Project: (
        "id", "title", "folded", "aim", "words", "place", "organisation_id", "lead_id", "stage", "created_at",
        "updated_at",
    ),
    ProjectWord: ("word", "project_id", "in_title"),
    ProjectTopic: ("project_id", "topic_id"),
    ProjectMember: ("project_id", "person_id", "role", "since"),
}  # fmt: skip
_TITLES = ("{0}", "{0}: a first step", "Fewer delays with {0}", "{0} on ward {2}", "Better {0}", "{0} and {1}")
_AIMS = (
    "Improve {1} by {2} per cent before March", "Everybody on the ward knows about {1}", "{0}, so that {1} is safer",
    "Reduce {1} from {2} a month to half", "Try {1} with two teams first", "",
)  # fmt: skip

Row = tuple[Any, ...]
Rows = dict[type[Base], list[Row]]


async def build(url: str, given: Sequence[Described], size: int, seed: int) -> tuple[dict[str, float], list[int]]:
    """A new database of so many projects, those `given` spread among them; what it took, and the numbers of those."""
    opened = Database(url)
    try:
        await migrate(opened)
        async with opened.transaction(reading=True) as db:
            topics = {t.slug: t.id for t in await db.scalars(select(Topic))}
            places = [tuple(row) for row in await db.execute(select(Organisation.id, Organisation.place))]
            held = await vocabulary(db)
            of_given = [
                tuple(m.topic_id for m in held.match(f"{said.title}\n{said.aim}") if m.score >= SURE) for said in given
            ]
    finally:
        # SQLite is open once at a time.
        await opened.close()
    dice = random.Random(seed)
    numbers = dice.sample(range(1, size + 1), len(given))
    fixed = {number: (said, about) for number, said, about in zip(numbers, given, of_given, strict=True)}
    made = _batches(dice, size, fixed, topics, places)
    return await asyncio.to_thread(bulk.load, url, made, COLUMNS), numbers


def _batches(
    dice: random.Random,
    size: int,
    fixed: dict[int, tuple[Described, tuple[int, ...]]],
    topics: dict[str, int],
    places: Sequence[Row],
) -> Iterator[tuple[type[Base], list[Row]]]:
    now = datetime.now(UTC).replace(microsecond=0)
    yield from _people(dice, places, now)
    said = [(topics[slug], phrases) for slug, phrases in everyday().items() if slug in topics]
    dice.shuffle(said)
    # Popular topics are far more so than others, as they are anywhere.
    weights = [1 / (rank + 3) for rank in range(len(said))]
    for first in range(1, size + 1, _AT_ONCE):
        rows: Rows = {model: [] for model in COLUMNS}
        for number in range(first, min(first + _AT_ONCE, size + 1)):
            if number in fixed:
                what, about = fixed[number]
            else:
                topic, phrases = dice.choices(said, weights=weights)[0]
                what, about = _invented(dice, phrases), (topic,)
            _project(dice, rows, number, what, about, places, now)
        yield from ((model, some) for model, some in rows.items() if some)


def _people(dice: random.Random, places: Sequence[Row], now: datetime) -> Iterator[tuple[type[Base], list[Row]]]:
    """Number 1 only asks; the others lead."""
    names = [dice.choice(network.names()) for _ in range(LEADS + 1)]
    at = [places[n % len(places)] for n in range(LEADS + 1)]
    yield Person, [(n + 1, name, "Matron", at[n][1], at[n][0], now) for n, name in enumerate(names)]
    yield NameWord, [(word, n + 1) for n, name in enumerate(names) for word in words_of_name(name)]
    purposes = ("findable", "introductions")
    yield Consent, [(n + 1, purpose, WORDING, now) for n in range(LEADS + 1) for purpose in purposes]


def _invented(dice: random.Random, phrases: Sequence[str]) -> Described:
    one, two, figure = dice.choice(phrases), dice.choice(phrases), dice.randint(2, 60)
    title, aim = (dice.choice(some).format(one, two, figure) for some in (_TITLES, _AIMS))
    return Described(title[:120].capitalize(), aim.capitalize(), (), "", "")


def _project(
    dice: random.Random,
    rows: Rows,
    number: int,
    said: Described,
    about: Sequence[int],
    places: Sequence[Row],
    now: datetime,
) -> None:
    organisation, place = places[number % len(places)]
    lead, at = dice.randint(2, LEADS + 1), now - timedelta(days=dice.randint(0, 900))
    # One lead has one live project of a title.
    folded = fold_title(said.title)
    stage = FINISHED if number % 4 else STOPPED
    words = fold(f"{said.title} {said.aim}")
    place = said.place or place
    rows[Project].append((number, said.title, folded, said.aim, words, place, organisation, lead, stage, at, at))
    title = set(words_of(said.title))
    rows[ProjectWord].extend((w, number, w in title) for w in words_of(f"{said.title} {said.aim} {place}"))
    rows[ProjectTopic].extend((number, topic) for topic in about)
    rows[ProjectMember].append((number, lead, LEAD, at))
