"""Projects that look alike: precision and recall on pairs, and milliseconds for a registration among up to 100,000.

Pairs: lookalikes.csv, written before anything was tuned; tuning looked at “dev”, and “held” judges. The baseline is the
share of words that two projects have in common, with the threshold that is best on “dev”. In the database the first of
each pair is typed among so many invented projects, and it counts whether the second is shown.
"""

import asyncio
import csv
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import Database
from qibot.people import service as people
from qibot.people.models import Person
from qibot.projects import service as projects
from qibot.projects.finding import alike, queries, service
from qibot.projects.service import Described
from qibot.vocabulary.text import STOP, tokens
from tests import postgres
from tests.bench import machine
from tests.bench.lookalikes_made import build
from tests.bench.search import database

FILE = Path(__file__).with_name("lookalikes.csv")
SIZES = (1_000, 10_000, 100_000)
AIMS = {"recall": 0.85, "precision": 0.80}
SEARCHES = ("who is on sepsis", "falls at night", "discharge letters", "Okafor", "trolley", "physio care homes")
_TIMES = 20
"""How often each search is asked."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two projects as somebody would type them; `same`: they are the same work in other words."""

    id: str
    same: bool
    held: bool
    one: Described
    other: Described


def pairs() -> list[Pair]:
    """All of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Pair(r["id"], r["kind"] == "same", r["split"] == "held", _said(r, "a"), _said(r, "b")) for r in rows]


def _said(row: Mapping[str, str], which: str) -> Described:
    return Described(row[f"title_{which}"], row[f"aim_{which}"], (), row[f"place_{which}"], "")


def main(*, quick: bool, seed: int, as_json: bool = False) -> None:
    """Measure, print (as JSON when asked), write out/bench/lookalikes.json."""
    every = pairs()
    figures: dict[str, Any] = {"bench": "lookalikes", "seed": seed, **machine.facts("psycopg"), "pairs": judged(every)}
    figures["figures"] = measure(every, SIZES[:1] if quick else SIZES, seed)
    file = machine.write("lookalikes", figures)
    print(json.dumps(figures, indent=1) if as_json else said(figures))
    if not as_json:
        print(f"\nWritten to {file.relative_to(machine.ROOT)}")


# ---- Pairs


Share = Callable[[Pair], float]


def ours(pair: Pair) -> float:
    """What the bot goes by."""
    one, other = (alike.work(said.title, said.aim) for said in (pair.one, pair.other))
    return alike.shares(one, [other])[0]


def overlap(pair: Pair) -> float:
    """The words that both have, without endings, of all the words that either has."""
    one, other = (_stems(f"{said.title} {said.aim}") for said in (pair.one, pair.other))
    return len(one & other) / (len(one | other) or 1)


def _stems(words: str) -> set[str]:
    return {token.stem for token in tokens(words, longest=2_000) if token.word not in STOP}


def best_on(some: Sequence[Pair], share: Share) -> float:
    """The threshold at which precision and recall are best together (F1)."""
    return max((share(pair) for pair in some), key=lambda least: score(some, share, least)["f1"])


def score(some: Sequence[Pair], share: Share, least: float) -> dict[str, float]:
    """How right it is to say of these pairs that they look alike when they share at least so much."""
    taken = [pair for pair in some if share(pair) >= least]
    right = sum(pair.same for pair in taken)
    precision, recall = right / (len(taken) or 1), right / (sum(pair.same for pair in some) or 1)
    f1 = 2 * precision * recall / (precision + recall or 1)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3), "at": round(least, 3)}


def judged(every: Sequence[Pair]) -> dict[str, dict[str, dict[str, float]]]:
    """By way, then by half of the pairs."""
    dev, held = ([pair for pair in every if pair.held is is_held] for is_held in (False, True))
    ways: dict[str, tuple[Share, float]] = {
        "qibot": (ours, alike.ENOUGH), "word overlap": (overlap, best_on(dev, overlap)),
    }  # fmt: skip
    return {
        name: {"dev": score(dev, share, least), "held": score(held, share, least)}
        for name, (share, least) in ways.items()
    }


# ---- Among many


def measure(every: Sequence[Pair], sizes: Sequence[int], seed: int) -> list[dict[str, Any]]:
    """Figures for each database that is there and each number of projects."""
    found = []
    for name in ("sqlite", "postgresql"):
        if name == "postgresql" and postgres.binaries() is None:
            continue
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder, database(name, Path(folder)) as url:
                found.append({"database": name, "projects": size, **asyncio.run(asked(url, every, size, seed))})
    return found


async def asked(url: str, every: Sequence[Pair], size: int, seed: int) -> dict[str, Any]:
    """One database of so many projects, the second of each pair among them: what is found, and how long it takes."""
    built, numbers = await build(url, [pair.other for pair in every], size, seed)
    opened = Database(url)
    try:
        async with opened.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("ANALYZE"))
            if opened.dialect == "postgresql":
                # The rows were given their numbers, and PostgreSQL would count from one.
                await connection.execute(text("SELECT setval(pg_get_serial_sequence('projects', 'id'), 10000000)"))
        async with opened.transaction(reading=True) as db:
            asker = await people.person(db, 1)
            # What is made at first use gets made.
            await service.lookalikes(db, asker, every[0].one)
            found = await _found(db, asker, every, numbers)
            searches = await _searches(db, asker)
        return {**built, **found, **await _registered(opened, asker, every), **searches}
    finally:
        await opened.close()


async def _found(db: AsyncSession, asker: Person, every: Sequence[Pair], numbers: Sequence[int]) -> dict[str, Any]:
    """Of the held pairs that are the same work: how many were looked at, and how many shown among the three."""
    looked_at = shown = of = 0
    for pair, number in zip(every, numbers, strict=True):
        if pair.same and pair.held:
            topics, _ = await projects.topics_for(db, pair.one)
            words = queries.sought(f"{pair.one.title} {pair.one.aim}", most=service.LOOKED_FOR)
            rows = await queries.candidates(db, words, [t.id for t in topics], asker, most=service.CANDIDATES)
            looked_at += number in {row.id for row in rows}
            shown += number in {card.project.id for card in await service.lookalikes(db, asker, pair.one)}
            of += 1
    return {"pairs": of, "looked_at": looked_at, "shown": shown}


async def _registered(opened: Database, asker: Person, every: Sequence[Pair]) -> dict[str, Any]:
    """Each is looked at and then registered, in a transaction of its own: milliseconds."""
    looking, saving = [], []
    now = datetime.now(UTC)
    for pair in every:
        mine = replace(pair.one, title=f"{pair.one.title} {pair.id}")
        async with opened.transaction() as db:
            began = time.perf_counter()
            await service.lookalikes(db, asker, pair.one)
            looking.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            await projects.register(db, asker, mine, now)
        saving.append((time.perf_counter() - began) * 1000)
    return {"looking_ms": _spread(looking), "saving_ms": _spread(saving)}


async def _searches(db: AsyncSession, asker: Person) -> dict[str, Any]:
    waits, hits = [], 0
    for _ in range(_TIMES):
        for words in SEARCHES:
            began = time.perf_counter()
            found = await service.search(db, words, viewer=asker)
            waits.append((time.perf_counter() - began) * 1000)
            hits += len(found.hits)
    return {"who_ms": _spread(waits), "who_hits": hits / len(waits)}


def _spread(waits: Sequence[float]) -> dict[str, float]:
    p95 = statistics.quantiles(waits, n=20, method="inclusive")[-1]
    return {"p50": round(statistics.median(waits), 2), "p95": round(p95, 2), "longest": round(max(waits), 2)}


# ---- Said


def said(figures: Mapping[str, Any]) -> str:
    """The figures as tables, then the aims."""
    lines = [f"{'pairs':16}{'half':6}{'precision':>11}{'recall':>9}{'F1':>8}{'at':>8}"]
    for way, halves in figures["pairs"].items():
        for half, s in halves.items():
            lines.append(f"{way:16}{half:6}{s['precision']:>11.3f}{s['recall']:>9.3f}{s['f1']:>8.3f}{s['at']:>8.3f}")
    heads = ("looking p50", "p95", "saving p50", "p95", "who p50", "p95")
    lines += ["", f"{'milliseconds':12}{'projects':>10}" + "".join(f"{h:>12}" for h in heads) + f"{'shown':>12}"]
    for row in figures["figures"]:
        spreads = [row[name][key] for name in ("looking_ms", "saving_ms", "who_ms") for key in ("p50", "p95")]
        shown = f"{row['shown']}/{row['pairs']}"
        lines.append(
            f"{row['database']:12}{row['projects']:>10,}" + "".join(f"{ms:>12.1f}" for ms in spreads) + f"{shown:>12}"
        )
    held = figures["pairs"]["qibot"]["held"]
    lines.append("")
    for name, aim in AIMS.items():
        lines.append(
            f"Aim: {name} of {aim:.2f} on held: {held[name]:.3f} ({'met' if held[name] >= aim else 'not met'})"
        )
    return "\n".join(lines)
