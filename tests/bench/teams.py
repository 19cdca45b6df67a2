"""`find sepsis` in Teams with 5,000 champions, beside Microsoft's SDK and a bare route that checks the same token.

As `command` is for Slack: three servers of one process each, in turn, every reply looked at. Here a reply is a POST to
the connector, for all three to the same stand-in in this process, and a request is done when that has arrived.
"""

import asyncio
import contextlib
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from qibot.platforms.teams.activities import front_door
from tests.bench import command, machine, network, spans, teams_spans
from tests.bench.bare import ANSWER
from tests.bench.command import CONCURRENCIES, FULL, QUICK, Plan
from tests.bench.teams_traffic import APP, Connector, TeamsDriver


def main(*, quick: bool, seed: int) -> None:
    """Measure, print, write out/bench/command-teams.json."""
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(QUICK if quick else FULL, Path(folder), seed))
    print(said(figures))
    print(f"\nWritten to {machine.write('command-teams', figures).relative_to(machine.ROOT)}")


async def measure(plan: Plan, folder: Path, seed: int) -> dict[str, Any]:
    """All figures of one run; servers and database live in `folder`."""
    facts = machine.facts("microsoft-teams-apps", "pyjwt", "aiohttp", "httpx")
    database = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    await network.build(database, plan.champions, seed, platform="teams", opens=front_door(f"28:{APP}"))
    async with Connector().running() as connector, contextlib.AsyncExitStack() as stack:
        port, qibot = await _qibot(stack, [connector.url], folder, database)
        drivers = {"qibot": TeamsDriver(port, finds_a_champion, connector, partial(machine.cpu_seconds, qibot))}
        for kind in ("sdk", "route"):
            port = machine.free_port()
            words = ["-m", "tests.bench.teams_bare", kind, str(port), connector.url]
            child = await command.serve(stack, words, folder, port, {})
            drivers[kind] = TeamsDriver(port, is_the_constant, connector, partial(machine.cpu_seconds, child))
        for driver in drivers.values():
            await driver.must_refuse()
        measured = await command.rounds(plan, drivers)
        resident = machine.memory(qibot)
    async with Connector().running() as connector:
        where = await _spans(plan, folder, database, connector)
    servers = {str(c): {name: m[c] for name, m in measured.items()} for c in CONCURRENCIES}
    return {
        "bench": "command-teams",
        "seed": seed,
        "plan": {"champions": plan.champions, "rounds": plan.rounds, "seconds": plan.seconds},
        **facts,
        "figures": {at_once: command.medians(rounds, "sdk") for at_once, rounds in servers.items()},
        "memory_mb": {"after": round(resident[0], 1), "peak": round(resident[1], 1)},
        **where,
    }


async def _spans(plan: Plan, folder: Path, database: str, connector: Connector) -> dict[str, Any]:
    """One message at a time through the same server with a stopwatch in it, until the request itself is answered."""
    file = folder / "spans.json"
    async with contextlib.AsyncExitStack() as stack:
        port, _ = await _qibot(stack, [connector.url, str(file)], folder, database)
        done = await TeamsDriver(port, finds_a_champion, connector).run(1, plan.seconds)
    per_request, hops = spans.read(file)
    waited = done.seconds / len(done.waits)
    return {
        "milliseconds": teams_spans.breakdown(per_request, waited),
        "milliseconds_whole": round(waited * 1000, 3),
        "driver_calls": round(hops, 1),
    }


async def _qibot(stack: contextlib.AsyncExitStack, words: list[str], folder: Path, database: str) -> tuple[int, Any]:
    port = machine.free_port()
    settings = {
        "QIBOT_DATABASE_URL": database,
        "QIBOT_PORT": str(port),
        "TEAMS_CLIENT_ID": APP,
        "TEAMS_CLIENT_SECRET": "a-bench-secret",
        "TEAMS_TENANT_ID": network.WORKSPACE,
    }
    return port, await command.serve(stack, ["-m", "tests.bench.teams_child", *words], folder, port, settings)


def finds_a_champion(body: bytes) -> bool:
    """Whether a reply is a card with the name of a champion of the network."""
    cards = [attachment["content"] for attachment in json.loads(body).get("attachments") or ()]
    shown = json.dumps(cards)
    return any(name in shown for name in network.names())


def is_the_constant(body: bytes) -> bool:
    """Whether a reply says what the others say to everything."""
    return bool(json.loads(body).get("text") == ANSWER)


def said(figures: dict[str, Any]) -> str:
    """The figures as a small table."""
    return command.table(figures, "find sepsis in Teams", "SDK") + "\n" + command.where_it_goes(figures)
