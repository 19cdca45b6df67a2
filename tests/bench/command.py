"""`/qi find sepsis` over signed HTTP with 5,000 champions, beside bare Bolt and a bare route with the same HMAC.

Three servers of one process each, this process as their client, keep-alive connections on loopback; rounds take turns
(qibot, Bolt, route, qibot…), so that whatever else the machine does falls on all three. Every answer is looked at.
"""

import asyncio
import contextlib
import json
import statistics
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from qibot.clock import SystemClock
from qibot.demo.slack_server import SlackServer
from qibot.platforms.slack.installations import front_door
from tests.bench import machine, network, spans
from tests.bench.bare import ANSWER
from tests.bench.traffic import APP, SECRET, Driver, Round

TOKEN = "xoxb-stand-in-bench"
CONCURRENCIES = (1, 16)
AIM_RATIO, AIM_P99 = 0.2, 50.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. `seconds` is the length of one round."""

    champions: int
    rounds: int
    seconds: float
    warm_up: float


FULL, QUICK = Plan(5_000, 5, 2.0, 1.0), Plan(5_000, 2, 0.5, 0.3)


def main(*, quick: bool, seed: int) -> None:
    """Measure, print, write out/bench/command.json."""
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(QUICK if quick else FULL, Path(folder), seed))
    print(said(figures))
    print(f"\nWritten to {machine.write('command', figures).relative_to(machine.ROOT)}")


async def measure(plan: Plan, folder: Path, seed: int) -> dict[str, Any]:
    """All figures of one run; servers and database live in `folder`."""
    facts = machine.facts()
    database = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    await network.build(database, plan.champions, seed, opens=front_door(APP, network.WORKSPACE))
    async with stand_in() as api, contextlib.AsyncExitStack() as stack:
        port, qibot = await _qibot(stack, ["-m", "qibot", "serve"], folder, database, api)
        drivers = {"qibot": Driver(port, finds_a_champion, partial(machine.cpu_seconds, qibot))}
        for kind in ("bolt", "route"):
            port = machine.free_port()
            words = ["-m", "tests.bench.bare", kind, str(port)]
            child = await serve(stack, words, folder, port, {"BENCH_SECRET": SECRET})
            drivers[kind] = Driver(port, lambda body: body == ANSWER.encode(), partial(machine.cpu_seconds, child))
        measured = await rounds(plan, drivers)
        resident = machine.memory(qibot)
    async with stand_in() as api:
        where = await _spans(plan, folder, database, api)
    return {
        "bench": "command",
        "seed": seed,
        "plan": {"champions": plan.champions, "rounds": plan.rounds, "seconds": plan.seconds},
        **facts,
        "figures": {str(c): medians({name: m[c] for name, m in measured.items()}, "bolt") for c in CONCURRENCIES},
        "memory_mb": {"after": round(resident[0], 1), "peak": round(resident[1], 1)},
        **where,
    }


async def rounds(plan: Plan, drivers: Mapping[str, Driver]) -> dict[str, dict[int, list[Round]]]:
    """Warm each server up, then measure them in turn: rounds by server and concurrency."""
    for driver in drivers.values():
        await driver.run(max(CONCURRENCIES), plan.warm_up)
    measured: dict[str, dict[int, list[Round]]] = {name: {c: [] for c in CONCURRENCIES} for name in drivers}
    for _ in range(plan.rounds):
        for concurrency in CONCURRENCIES:
            for name, driver in drivers.items():
                measured[name][concurrency].append(await driver.run(concurrency, plan.seconds))
    return measured


def medians(measured: Mapping[str, list[Round]], beside: str) -> dict[str, dict[str, float]]:
    """Medians over the rounds, by server; `worst_p99_ms` is the worst round's, `to_…` the ratio to server `beside`."""
    per_second = {name: statistics.median(r.per_second for r in some) for name, some in measured.items()}
    return {
        name: {
            "requests": sum(len(r.waits) for r in some),
            "per_second": round(per_second[name], 1),
            "p50_ms": round(statistics.median(r.milliseconds(0.5) for r in some), 3),
            "p99_ms": round(statistics.median(r.milliseconds(0.99) for r in some), 3),
            "worst_p99_ms": round(max(r.milliseconds(0.99) for r in some), 3),
            "cpu_ms": round(statistics.median(r.cpu_milliseconds for r in some), 3),
            f"to_{beside}": round(per_second[name] / per_second[beside], 3),
        }
        for name, some in measured.items()
    }


async def _spans(plan: Plan, folder: Path, database: str, api: str) -> dict[str, Any]:
    """One command at a time through the same server with a stopwatch in it."""
    file = folder / "spans.json"
    async with contextlib.AsyncExitStack() as stack:
        port, _ = await _qibot(stack, ["-m", "tests.bench.spans", str(file)], folder, database, api)
        done = await Driver(port, finds_a_champion).run(1, plan.seconds)
    per_request, hops = spans.read(file)
    waited = statistics.fmean(done.waits)
    return {
        "milliseconds": spans.breakdown(per_request, waited),
        "milliseconds_whole": round(waited * 1000, 3),
        "driver_calls": round(hops, 1),
    }


def finds_a_champion(body: bytes) -> bool:
    """Whether an answer holds blocks with the name of a champion of the network."""
    blocks = json.dumps(json.loads(body).get("blocks", []))
    return any(f'"{name}"' in blocks for name in network.names())


@contextlib.asynccontextmanager
async def stand_in(starts: int = 1) -> AsyncIterator[str]:
    """A stand-in Slack in this process, asked once at each start of the bot whose token it has. Its API's address."""
    async with aiohttp.ClientSession() as http:
        slack = SlackServer(now=SystemClock().now, signing_secret=SECRET, bot_url="", http=http)
        slack.add_workspace(network.WORKSPACE, "Bench", domain="bench", bot_token=TOKEN, bot_user_id="UBOT")
        async with slack.running() as url:
            yield f"{url}/api/"
        if slack.problems or len(slack.calls) > starts:
            raise RuntimeError(f"the stand-in was in the way: {slack.problems} {[c.method for c in slack.calls]}")


async def _qibot(
    stack: contextlib.AsyncExitStack, words: list[str], folder: Path, database: str, api: str
) -> tuple[int, Any]:
    port = machine.free_port()
    return port, await serve(stack, words, folder, port, serving(database, port, api))


def serving(database: str, port: int, api: str) -> dict[str, str]:
    """The settings of a bot in one workspace."""
    return {
        "QIBOT_DATABASE_URL": database,
        "QIBOT_PORT": str(port),
        "QIBOT_SLACK_API_URL": api,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_BOT_TOKEN": TOKEN,
    }


async def serve(
    stack: contextlib.AsyncExitStack, words: list[str], folder: Path, port: int, settings: Mapping[str, str]
) -> Any:
    """A child that serves at `port`, once it says that it is ready. Raises `RuntimeError` when it does not."""
    child = stack.enter_context(machine.process(words, folder=folder, settings=settings))
    # In a thread: the stand-in answers in this loop meanwhile.
    await asyncio.to_thread(machine.wait_for, port, "/readyz", child, folder)
    return child


def said(figures: Mapping[str, Any]) -> str:
    """The figures as a small table."""
    lines = [table(figures, "/qi find sepsis", "Bolt"), where_it_goes(figures)]
    at_most = figures["figures"]["16"]["qibot"]
    for concurrency, servers in figures["figures"].items():
        ratio = servers["qibot"]["to_bolt"]
        lines.append(f"Aim: {AIM_RATIO} of bare Bolt at {concurrency}: {ratio} ({_met(ratio >= AIM_RATIO)})")
    met = _met(at_most["p99_ms"] < AIM_P99)
    lines.append(f"Aim: p99 under {AIM_P99:.0f} ms at 16: {at_most['p99_ms']:.1f} ms ({met})")
    return "\n".join(lines)


def table(figures: Mapping[str, Any], what: str, beside: str) -> str:
    """A line for each server and concurrency. `beside` is whom the last column compares with."""
    plan = figures["plan"]
    lines = [
        f"{what}, {plan['champions']:,} champions, SQLite; medians of {plan['rounds']} rounds of "
        f"{plan['seconds']} s in turn; {figures['cores']} cores, Python {figures['python']}",
        f"\n{'at once':>7} {'server':10}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}"
        f"{'worst p99':>11}{'CPU ms':>8}{'to ' + beside:>9}",
    ]
    for concurrency, servers in figures["figures"].items():
        for name, f in servers.items():
            lines.append(
                f"{concurrency:>7} {name:10}{f['per_second']:>11.0f}{f['p50_ms']:>9.2f}{f['p99_ms']:>9.2f}"
                f"{f['worst_p99_ms']:>11.2f}{f['cpu_ms']:>8.3f}{f[f'to_{beside.lower()}']:>9.3f}"
            )
    return "\n".join(lines)


def where_it_goes(figures: Mapping[str, Any]) -> str:
    """Milliseconds by place, and the memory."""
    memory = figures["memory_mb"]
    return "\n".join(
        [
            f"\nWhere one command's {figures['milliseconds_whole']:.2f} ms go (one at a time, stopwatch included):",
            *(f"  {name:34}{ms:>7.2f} ms" for name, ms in figures["milliseconds"].items()),
            f"  ({figures['driver_calls']:.0f} calls of SQLite's thread a command)",
            f"Memory of qibot after it all: {memory['after']:.0f} MB, at most {memory['peak']:.0f} MB",
        ]
    )


def _met(met: bool) -> str:
    return "met" if met else "not met"
