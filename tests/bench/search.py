"""The search for champions among 100 to 1,000,000 people on both databases, beside one indexed read and full text.

An invented network is written in bulk, and a process of its own searches it. PostgreSQL is one of the machine's own
binaries, started for the run; without them, SQLite alone is measured.
"""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select, text

from qibot.champions.finding.index import rebuild
from qibot.database import Database
from qibot.features import evidence
from qibot.migrate import migrate
from qibot.people.models import Organisation, Topic
from tests import postgres
from tests.bench import bulk, machine, plain_text
from tests.bench.crowd import COLUMNS, Crowd

PEOPLE = (100, 10_000, 100_000, 1_000_000)
AIM_PEOPLE, AIM_P99, AIM_GROWTH = 100_000, 10.0, 2.0
DATABASES = ("sqlite", "postgresql")
_WAYS = ("search", "one read", "full text")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure: at most so many searches, and no longer than about so many seconds of them."""

    times: int
    seconds: float


FULL, QUICK = Plan(1_200, 40.0), Plan(240, 8.0)


def main(*, quick: bool, seed: int, people: Sequence[int] = PEOPLE, as_json: bool = False) -> None:
    """Measure, print (as JSON when asked), write out/bench/search.json."""
    plan = QUICK if quick else FULL
    figures = {"bench": "search", "seed": seed, **machine.facts("psycopg"), "figures": measure(plan, people, seed)}
    file = machine.write("search", figures)
    print(json.dumps(figures, indent=1) if as_json else said(figures))
    if not as_json:
        print(f"\nWritten to {file.relative_to(machine.ROOT)}")


def measure(plan: Plan, people: Sequence[int], seed: int) -> list[dict[str, Any]]:
    """Figures for each database and number of people."""
    found = []
    for name in DATABASES:
        if name == "postgresql" and postgres.binaries() is None:
            continue
        for count in people:
            with tempfile.TemporaryDirectory() as folder, database(name, Path(folder)) as url:
                built = asyncio.run(build(url, count, seed))
                found.append({"database": name, "people": count, **built, **_asked(url, Path(folder), plan, seed)})
    return found


@contextlib.contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    if name == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'bench.db'}"
        return
    with postgres.server() as server:
        host, port = server.split(":")
        with psycopg.connect(
            host=host, port=int(port), user=postgres.USER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute("CREATE DATABASE bench")
        yield f"postgresql+psycopg://{postgres.USER}@{server}/bench"


async def build(url: str, people: int, seed: int) -> dict[str, float]:
    """A network and what is derived from it. Seconds for each, and MB on disk before plain full text is added."""
    opened = Database(url)
    await migrate(opened)
    async with opened.transaction(reading=True) as db:
        topics = list(await db.scalars(select(Topic.id).order_by(Topic.id)))
        query = select(Organisation.id, Organisation.place).order_by(Organisation.id)
        places = [(number, place) for number, place in await db.execute(query)]
    # SQLite is open once at a time.
    await opened.close()
    crowd = Crowd(people, seed, topics, places, datetime.now(UTC).replace(microsecond=0))
    loaded = await asyncio.to_thread(bulk.load, url, crowd.batches(), COLUMNS)
    opened = Database(url)
    try:
        began = time.perf_counter()
        async with opened.transaction() as db:
            pieces = await rebuild(db, evidence)
        # Statistics of what has just been written, as any database has that has lived for a while.
        async with opened.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("ANALYZE"))
        finding = {"evidence": pieces, "evidence_seconds": round(time.perf_counter() - began, 2)}
        return {**loaded, **finding, "text_seconds": await plain_text.build(opened)}
    finally:
        await opened.close()


def _asked(url: str, folder: Path, plan: Plan, seed: int) -> dict[str, Any]:
    file = folder / "figures.json"
    words = ["-m", "tests.bench.search_run", url, str(file), str(plan.times), str(plan.seconds), str(seed)]
    with machine.process(words, folder=folder) as child:
        child.wait()
    if not file.exists():
        raise RuntimeError(f"the searches did not end: {(folder / 'said.txt').read_text(errors='replace')[-2000:]}")
    figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return figures


def said(figures: Mapping[str, Any]) -> str:
    """The figures as tables: by database and size, then by kind of query, then the aims."""
    rows = figures["figures"]
    lines = [
        f"Search for champions, one at a time, {figures['cores']} cores, Python {figures['python']}; milliseconds\n",
        f"{'database':11}{'people':>10}{'times':>7}{'own work p50':>14}{'p99':>9}"
        + "".join(f"{way + ' p50':>15}{'p99':>9}" for way in _WAYS)
        + f"{'longest':>10}",
    ]
    for row in rows:
        spreads = [row[way]["all"] for way in _WAYS]
        lines.append(
            f"{row['database']:11}{row['people']:>10,}{spreads[0]['times']:>7}"
            f"{spreads[0]['work_p50_ms']:>14.2f}{spreads[0]['work_p99_ms']:>9.2f}"
            + "".join(f"{s['p50_ms']:>15.2f}{s['p99_ms']:>9.2f}" for s in spreads)
            + f"{spreads[0]['longest_ms']:>10.1f}"
        )
    return "\n".join([*lines, *_sizes(rows), *_kinds(rows), "", *_aims(rows)])


def _sizes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [
        f"\n{'database':11}{'people':>10}{'rows s':>9}{'indexes s':>11}{'finding s':>11}{'full text s':>13}"
        f"{'disk MB':>10}{'memory MB':>11}{'at most':>9}"
    ]
    for row in rows:
        memory = row["memory_mb"]
        lines.append(
            f"{row['database']:11}{row['people']:>10,}{row['rows_seconds']:>9.1f}{row['index_seconds']:>11.1f}"
            f"{row['evidence_seconds']:>11.1f}{row['text_seconds']:>13.1f}{row['disk_mb']:>10.0f}{memory['after']:>11.0f}{memory['peak']:>9.0f}"
        )
    return lines


def _kinds(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [
        f"\n{'database':11}{'people':>10}  {'kind of query':14}{'search p50':>12}{'p99':>9}{'found':>7}"
        f"{'full text p50':>15}{'p99':>9}{'found':>7}"
    ]
    for row in rows:
        for kind, s in row["search"].items():
            line = f"{row['database']:11}{row['people']:>10,}  {kind:14}{s['p50_ms']:>12.2f}{s['p99_ms']:>9.2f}"
            text = row["full text"].get(kind)
            beside = f"{text['p50_ms']:>15.2f}{text['p99_ms']:>9.2f}{text['found']:>7.2f}" if text else ""
            lines.append(f"{line}{s['found']:>7.2f}{beside}")
    return lines


def _aims(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    for name in DATABASES:
        by_size = {row["people"]: row["search"]["all"] for row in rows if row["database"] == name}
        if AIM_PEOPLE in by_size:
            p99 = by_size[AIM_PEOPLE]["p99_ms"]
            lines.append(
                f"Aim: {name}, p99 under {AIM_P99:.0f} ms at {AIM_PEOPLE:,}: {p99:.1f} ms ({_met(p99 < AIM_P99)})"
            )
        if len(by_size) > 1:
            least, most = min(by_size), max(by_size)
            grown = by_size[most]["p50_ms"] / by_size[least]["p50_ms"]
            lines.append(
                f"Aim: {name}, median under {AIM_GROWTH:.0f} times from {least:,} to {most:,}: {grown:.1f} "
                f"({_met(grown < AIM_GROWTH)})"
            )
    return lines


def _met(met: bool) -> str:
    return "met" if met else "not met"
