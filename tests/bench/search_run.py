"""`python -m tests.bench.search_run URL FILE TIMES SECONDS SEED`: searches in a process of their own, times to FILE.

Each search, one read by primary key and plain full text take turns in one session, so that whatever else the machine
does falls on all three. What is timed is the call, not the transaction around it.
"""

import asyncio
import gc
import json
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding import service
from qibot.champions.models import Champion
from qibot.database import Database
from qibot.people.models import Organisation, Person, Topic, TopicWord
from qibot.projects.models import Project
from tests.bench import machine, plain_text
from tests.bench.crowd import ASKER

T = TypeVar("T")

KINDS = ("topic", "two topics", "in a place", "rare words", "common words", "sentence")
WARM_UP = 30
_TEXTS = 800
"""How many offers, and how many projects, own words are taken from."""

_SENTENCES = (
    "who can help us with {topic}? we have tried {common} and {other} and are stuck",
    "I am looking for somebody in {place} who knows about {topic}, perhaps with {rare}",
    "our team would like to start with {common}, has anybody done that for {topic} before",
    "does anyone know how to get {common} and {rare} going on a busy ward",
)
_READ = select(Person.id, Person.name).where(Person.id == bindparam("id"))


@dataclass(slots=True)
class Times:
    """Seconds of each call and of the processor, by kind of query, and how many found somebody."""

    waits: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    worked: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    found: Counter[str] = field(default_factory=Counter)

    @property
    def spent(self) -> float:
        """Seconds altogether."""
        return sum(map(sum, self.waits.values()))

    async def of(self, kind: str, call: Awaitable[T]) -> T:
        """What the call gives, its time noted."""
        began, worked = time.perf_counter(), time.process_time()
        result = await call
        self.waits[kind].append(time.perf_counter() - began)
        self.worked[kind].append(time.process_time() - worked)
        return result

    def figures(self) -> dict[str, dict[str, float]]:
        """By kind, and of all: how many, milliseconds, the share that found somebody, and the milliseconds in which
        this process worked: the others are waiting for a turn on a busy machine, or for another process's answer.
        """
        # Full text among very many may have had time for one of a kind, and one is no spread.
        rows = {kind: (some, self.worked[kind], self.found[kind]) for kind, some in self.waits.items() if len(some) > 1}
        waits, worked = ([one for some in by.values() for one in some] for by in (self.waits, self.worked))
        rows["all"] = waits, worked, self.found.total()
        return {
            kind: {**spread(some), "work_p50_ms": work["p50_ms"], "work_p99_ms": work["p99_ms"], "found": share}
            for kind, (some, busy, found) in rows.items()
            for work, share in ((spread(busy), round(found / len(some), 3)),)
        }


def spread(waits: Sequence[float]) -> dict[str, float]:
    """Seconds as milliseconds: median, 99th percentile, longest. At least two are needed."""
    return {
        "times": len(waits),
        "p50_ms": round(statistics.median(waits) * 1000, 3),
        "p99_ms": round(statistics.quantiles(waits, n=100, method="inclusive")[98] * 1000, 3),
        "longest_ms": round(max(waits) * 1000, 3),
    }


async def measure(url: str, times: int, seconds: float, seed: int) -> dict[str, Any]:
    """At most `times` searches, and not many more than `seconds` of searching. Needs `plain_text.build` before."""
    database = Database(url)
    try:
        async with database.transaction(reading=True) as db:
            asker = await db.get_one(Person, ASKER)
            people = await db.scalar(select(func.max(Person.id))) or 0
            said = await _said(db, random.Random(seed), people)
        queries = list(_queries(said, random.Random(seed), times + WARM_UP))
        await _ask(database, asker, people, queries[:WARM_UP], seconds)
        # As `qibot serve` does once it has started.
        gc.freeze()
        ways = await _ask(database, asker, people, queries[WARM_UP:], seconds)
        now, peak = machine.memory_of(os.getpid())
        return {
            **{name: way.figures() for name, way in zip(("search", "one read", "full text"), ways, strict=True)},
            "memory_mb": {"after": round(now, 1), "peak": round(peak, 1)},
        }
    finally:
        await database.close()


async def _ask(
    database: Database, asker: Person, people: int, queries: Sequence[tuple[str, str]], seconds: float
) -> tuple[Times, Times, Times]:
    search, read, text = Times(), Times(), Times()
    dice = random.Random(people)
    for i, (kind, words) in enumerate(queries):
        if search.spent > seconds and i >= 2 * len(KINDS):
            break
        number = dice.randint(1, people)
        async with database.transaction(reading=True) as db:
            # The transaction begins with its first statement, and that should be nobody's.
            await _read(db, ASKER)
            now = datetime.now(UTC)
            results = await search.of(kind, service.search(db, words, asker=asker, now=now, today=now.date(), page=1))
            search.found[kind] += bool(results.hits)
            read.found[kind] += bool(await read.of(kind, _read(db, number)))
            if text.spent <= seconds:
                text.found[kind] += bool(await text.of(kind, plain_text.search(db, words)))
    return search, read, text


async def _read(db: AsyncSession, number: int) -> Row[int, str]:
    """One row by its primary key, through SQLAlchemy and the driver as the search goes."""
    return (await db.execute(_READ, {"id": number})).one()


@dataclass(frozen=True, slots=True)
class _Said:
    """What queries are made of: words for each topic, places, and words of people's own with how often they occur."""

    topics: dict[int, list[str]]
    places: list[str]
    texts: list[list[str]]
    often: Counter[str]


async def _said(db: AsyncSession, dice: random.Random, people: int) -> _Said:
    topics = {number: [label] for number, label in await db.execute(select(Topic.id, Topic.label).order_by(Topic.id))}
    for number, word in await db.execute(select(TopicWord.topic_id, TopicWord.word).order_by(TopicWord.word)):
        topics[number].append(word)
    places = sorted({p for row in await db.execute(select(Organisation.place, Organisation.short_name)) for p in row})
    texts: list[str] = []
    for key, column in ((Champion.person_id, Champion.offer), (Project.id, Project.words)):
        last = await db.scalar(select(func.max(key))) or 0
        some = {dice.randint(1, last) for _ in range(_TEXTS)}
        texts += await db.scalars(select(column).where(key.in_(some), column != "").order_by(key))
    words = [text.casefold().split() for text in texts]
    return _Said(topics, places, words, Counter(word for text in words for word in text))


def _queries(said: _Said, dice: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """Kinds take turns: (kind, words)."""
    common = [word for word, _ in said.often.most_common(20)]
    for i in range(count):
        kind = KINDS[i % len(KINDS)]
        first, second = (dice.choice(said.topics[t]) for t in dice.sample(sorted(said.topics), 2))
        place, text = dice.choice(said.places), dice.choice(said.texts)
        rare = sorted(text, key=lambda word: said.often[word])[:2]
        one, other = dice.sample(common, 2)
        sentence = dice.choice(_SENTENCES).format(topic=first, common=one, other=other, rare=rare[0], place=place)
        yield (
            kind,
            {
                "topic": first,
                "two topics": f"{first} and {second}",
                "in a place": f"{first} {place}",
                "rare words": " ".join(rare),
                "common words": f"{one} {other}",
                "sentence": sentence,
            }[kind],
        )


def main(url: str, file: str, times: str, seconds: str, seed: str) -> None:
    """Measure, and leave the figures in a file."""
    figures = asyncio.run(measure(url, int(times), float(seconds), int(seed)))
    Path(file).write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
