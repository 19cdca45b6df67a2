"""What a broadcast costs: queueing it, keeping its pace, sending flat out, and ticking while nothing is due.

Everything is the real thing: a broadcast that is started, `qibot serve` or its house in a process of its own, and a
stand-in Slack in another, with as little of HTTP as is needed. PostgreSQL runs without fsync, as in the tests.
"""

import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import text, update

from qibot.broadcasts import sending
from qibot.broadcasts.models import READY, Broadcast
from qibot.clock import SystemClock
from qibot.database import Database
from qibot.features import catalogue
from qibot.outbox.models import Delivery
from qibot.outbox.planning import PACE
from qibot.outbox.worker import Worker
from tests import postgres
from tests.bench import machine
from tests.prove import crowd as crowds
from tests.prove.crowd import KEY, Crowd
from tests.prove.ledger import Ledger

AIM_SHARE, AIM_CPU, AIM_FLOOR, AIM_QUEUE, AIM_TICK = 0.99, 0.10, 0.6, 1.0, 1.6
TOGETHER = 50
"""Messages under way at a time in the floor: two lots of 25, as the house has them."""
FUTURE = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much: people of the one statement, seconds of a paced run, messages flat out, rows that lie in the future."""

    queued: int = 100_000
    seconds: int = 30
    flat: int = 5_000
    rows: tuple[int, ...] = (100, 10_000, 1_000_000)
    ticks: int = 300
    workspaces: tuple[int, ...] = (1, 10)


QUICK = Plan(2_000, 4, 300, (100, 1_000), 30)


def main(*, quick: bool) -> None:
    """Measure, print, write out/bench/delivery.json."""
    figures = asyncio.run(measure(QUICK if quick else Plan()))
    print(said(figures))
    print(f"\nWritten to {machine.write('delivery', figures).relative_to(machine.ROOT)}")


async def measure(plan: Plan) -> dict[str, Any]:
    """All figures of one run."""
    figures: dict[str, Any] = {"bench": "delivery", **machine.facts("aiohttp", "apscheduler", "psycopg")}
    with tempfile.TemporaryDirectory() as place, _postgres() as server:
        folder = Path(place)
        figures["queue"] = {kind: await _queue(url, plan.queued) for kind, url in _databases(folder, server, "queue")}
        figures["queue"]["apscheduler_jobs_seconds"] = await _jobs(plan.queued)
        figures["tick"] = {kind: await _ticks(url, plan) for kind, url in _databases(folder, server, "tick")}
        with _stand_in(folder) as api:
            figures["paced"] = [await _paced(folder, api, count, plan.seconds) for count in plan.workspaces]
            figures["flat"] = await _flat_out(folder, server, api, plan.flat)
    return figures


# ---- Queueing, and ticking while nothing is due


async def _queue(url: str, size: int) -> float:
    """Seconds in which a broadcast to so many people is started, to its commit."""
    async with _ready(url, Crowd("slack", ("T0BENCH",), size)) as database:
        began = time.perf_counter()
        await sending.start_due(database, SystemClock().now())
        took = time.perf_counter() - began
        (found,) = Ledger(url).ask("SELECT count(*) FROM deliveries WHERE state = 'pending' AND kind LIKE '%.message'")
        if found[0] != size:
            raise RuntimeError(f"{found[0]} were queued, not {size}")
    return round(took, 3)


async def _jobs(size: int) -> float:
    """Seconds to add a job for each to APScheduler, in memory."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.start(paused=True)
    began = time.perf_counter()
    for number in range(size):
        scheduler.add_job(print, "date", run_date=FUTURE, id=f"job-{number}", args=[number])
    took = time.perf_counter() - began
    scheduler.shutdown(wait=False)
    return round(took, 3)


async def _ticks(url: str, plan: Plan) -> dict[str, float]:
    """Milliseconds of a tick (median) with so many rows that lie in the future, and nothing due."""
    found: dict[str, float] = {}
    async with _ready(url, Crowd("slack", ("T0BENCH",), 1), state="draft") as database:
        worker, before = Worker(database, SystemClock(), catalogue, {}), 0
        for rows in plan.rows:
            await _future(database, before, rows)
            before = rows
            for _ in range(5):
                await worker.tick()
            waits = []
            for _ in range(plan.ticks):
                began = time.perf_counter()
                await worker.tick()
                waits.append(time.perf_counter() - began)
            found[str(rows)] = round(statistics.median(waits) * 1000, 3)
    found["times"] = round(found[str(plan.rows[-1])] / found[str(plan.rows[0])], 2)
    return found


async def _future(database: Database, first: int, last: int) -> None:
    numbers = f"WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last - 1})"
    numbers = f"{numbers} SELECT n FROM s"
    columns = "id, kind, person_id, subject, period, due_at, try_at, state, claim, attempts, resent, conversation"
    values = "'f' || n, 'tests.future', 1, 'future:' || n, '', :at, :at, 'pending', '', 0, 0, ''"
    at: Any = FUTURE if database.dialect == "postgresql" else "2099-01-01 00:00:00.000000"
    async with database.transaction() as db:
        insert = f"INSERT INTO deliveries ({columns}, message, reason) SELECT {values}, '', '' FROM ({numbers}) AS s"
        await db.execute(text(insert), {"at": at})
    async with database.transaction() as db:
        await db.execute(text("ANALYZE"))


# ---- Sending


async def _paced(folder: Path, api: str, workspaces: int, seconds: int) -> dict[str, float]:
    """`qibot serve` with a broadcast to as many as their workspaces take in so many seconds."""
    url, size = f"sqlite+aiosqlite:///{folder}/paced-{workspaces}.db", PACE * workspaces * seconds
    who = Crowd("slack", tuple(f"T0BENCH{n}" for n in range(workspaces)), size)
    async with _ready(url, who, api=api):
        pass
    port = machine.free_port()
    with machine.process(["-m", "qibot", "serve"], folder=folder, settings=_settings(url, api, port)) as child:
        await asyncio.to_thread(machine.wait_for, port, "/readyz", child, folder)
        began, cpu = time.perf_counter(), machine.cpu_seconds(child)
        left = "SELECT count(*) FROM deliveries WHERE kind = 'broadcasts.message' AND state <> 'sent'"
        for _ in range(seconds * 20):
            await asyncio.sleep(0.5)
            rows = Ledger(url).ask("SELECT count(*) FROM deliveries WHERE kind = 'broadcasts.message'")
            if rows[0][0] and not Ledger(url).ask(left)[0][0]:
                break
        cpu, took = machine.cpu_seconds(child) - cpu, time.perf_counter() - began
    query = "SELECT min(sent_at), max(sent_at), count(*) FROM deliveries WHERE kind = 'broadcasts.message'"
    first, last, sent = Ledger(url).ask(query)[0]
    lasted = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
    # The last turn begins when all others are over.
    share = sent / (PACE * workspaces) / max(lasted, seconds - 1 or 1) * (seconds - 1) / seconds if seconds > 1 else 0.0
    return {
        "workspaces": workspaces,
        "sent": sent,
        "seconds": round(lasted, 2),
        "per_second": round(sent / took, 1),
        "share_of_cap": round(share, 3),
        "cpu_of_a_core": round(cpu / took, 3),
        "cpu_per_50_a_second": round(cpu / sent * PACE, 4),
    }


async def _flat_out(folder: Path, server: str, api: str, size: int) -> dict[str, Any]:
    """Claimed, sent and settled a second, beside the client alone."""
    found: dict[str, Any] = {}
    words = ["-m", "tests.bench.delivery_child", "floor", api, str(size), str(TOGETHER)]
    found["floor"] = round(size / float(await asyncio.to_thread(_python, words)), 1)
    runs = [("sqlite", f"sqlite+aiosqlite:///{folder}/flat.db", 1)]
    runs += [("postgresql", _new(server, f"flat{n}"), n) for n in (1, 2)] if server else []
    for kind, url, processes in runs:
        who = Crowd("slack", tuple(f"T0BENCH{n}" for n in range(10)), size)
        async with _ready(url, who, api=api) as database:
            await sending.start_due(database, SystemClock().now())
            async with database.transaction() as db:
                await db.execute(update(Delivery).values(try_at=Delivery.due_at))
        took = await asyncio.to_thread(_flat, folder, _settings(url, api, 1), processes)
        states = dict(
            Ledger(url).ask("SELECT state, count(*) FROM deliveries WHERE kind LIKE '%.message' GROUP BY state")
        )
        if states != {"sent": size}:
            raise RuntimeError(f"not all was sent: {states}")
        found[f"{kind} {processes}"] = {"per_second": round(size / took, 1), "of_floor": 0.0}
        found[f"{kind} {processes}"]["of_floor"] = round(size / took / found["floor"], 3)
    return found


def _flat(folder: Path, settings: Mapping[str, str], processes: int) -> float:
    words = [sys.executable, "-m", "tests.bench.delivery_child", "flat"]
    how: dict[str, Any] = {"cwd": folder, "env": machine.environment(settings), "text": True}
    with contextlib.ExitStack() as stack:
        children = [
            stack.enter_context(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how))
            for _ in range(processes)
        ]
        for child in children:
            if child.stdout is None or child.stdout.readline().strip() != "ready":
                raise RuntimeError("a house did not start")
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.close()
        # Whoever ends last; one that finds nothing left ends sooner.
        return max(float((child.stdout.read() if child.stdout else "0").split()[-1]) for child in children)


def _python(words: list[str]) -> str:
    how: dict[str, Any] = {"env": machine.environment({}), "cwd": machine.ROOT, "text": True, "check": True}
    return str(subprocess.run([sys.executable, *words], capture_output=True, **how).stdout)


# ---- What all of them stand on


@contextlib.asynccontextmanager
async def _ready(url: str, who: Crowd, *, api: str = "", state: str = READY) -> AsyncIterator[Database]:
    """A new database with a crowd and a broadcast to everybody that is due now."""
    await crowds.prepare(url)
    database, now = Database(url), SystemClock().now()
    try:
        await crowds.build(database, who, now, conversations={n: f"D{n}" for n in who.numbers})
        async with database.transaction() as db:
            made = Broadcast(organiser_id=1, title="A new room for Friday", body="We meet in room 4.", created_at=now)
            made.state, made.send_at, made.size = state, now - timedelta(seconds=1), crowds.ANY_SIZE
            db.add(made)
        yield database
    finally:
        await database.close()


def _settings(url: str, api: str, port: int) -> dict[str, str]:
    return {
        "QIBOT_DATABASE_URL": url,
        "QIBOT_SLACK_API_URL": api,
        "QIBOT_SECRET_KEY": KEY,
        "QIBOT_PORT": str(port),
        "SLACK_SIGNING_SECRET": "s",
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "s",
        "QIBOT_LOG_LEVEL": "ERROR",
    }


@contextlib.contextmanager
def _stand_in(folder: Path) -> Iterator[str]:
    port = machine.free_port()
    with machine.process(["-m", "tests.bench.delivery_child", "platform", str(port)], folder=folder) as child:
        machine.wait_for(port, "/", child, folder)
        yield f"http://127.0.0.1:{port}/api/"


@contextlib.contextmanager
def _postgres() -> Iterator[str]:
    if postgres.binaries() is None:
        yield ""
        return
    with postgres.server() as server:
        yield server


def _databases(folder: Path, server: str, name: str) -> Iterator[tuple[str, str]]:
    yield "sqlite", f"sqlite+aiosqlite:///{folder}/{name}.db"
    if server:
        yield "postgresql", _new(server, name)


def _new(server: str, name: str) -> str:
    host, port = server.split(":")
    with psycopg.connect(host=host, port=port, user=postgres.USER, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql+psycopg://{postgres.USER}@{server}/{name}"


# ---- In words


def said(figures: Mapping[str, Any]) -> str:
    """A few lines, each with its aim."""
    queue, lines = figures["queue"], []
    for kind in ("sqlite", "postgresql"):
        if kind in queue:
            jobs = f"one APScheduler job each: {queue['apscheduler_jobs_seconds']} s"
            lines.append(f"queueing, {kind}: {queue[kind]} s (aim < {AIM_QUEUE}); {jobs}")
            ticks = ", ".join(f"{int(n):,} rows {ms} ms" for n, ms in figures["tick"][kind].items() if n != "times")
            lines.append(f"empty tick, {kind}: {ticks}; {figures['tick'][kind]['times']} times (aim ≤ {AIM_TICK})")
    for one in figures["paced"]:
        lines.append(
            f"paced, {one['workspaces']} workspace(s): {one['share_of_cap']:.1%} of the cap (aim {AIM_SHARE:.0%}), "
            f"{one['cpu_per_50_a_second']:.1%} of a core per 50/s (aim ≤ {AIM_CPU:.0%})"
        )
    flat = figures["flat"]
    lines.append(f"flat out, the client alone: {flat['floor']}/s")
    for name, one in flat.items():
        if name != "floor":
            lines.append(f"flat out, {name} process(es): {one['per_second']}/s, {one['of_floor']} (aim ≥ {AIM_FLOOR})")
    return "\n".join(lines)
