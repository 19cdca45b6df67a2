"""An announcement to a crowd, through bots that come and go: what several proofs share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from qibot.clock import Clock, SystemClock
from qibot.database import Database
from tests.bench.machine import free_port
from tests.prove import crowd as crowds
from tests.prove.child import Bot, Life
from tests.prove.crowd import Crowd
from tests.prove.fast import FastClock
from tests.prove.ledger import ANNOUNCED, Ledger
from tests.prove.outcome import Outcome
from tests.prove.stand import Stand, standing

MORNING = datetime(2019, 11, 27, 10, tzinfo=UTC)
"""Wednesday, the day of the event that started it all."""
WORKSPACES = tuple(f"T0PROOF{n}" for n in range(1, 11))
TENANTS = tuple(f"7e7a0000-0000-4000-8000-{n:012}" for n in range(1, 11))


@dataclass
class Broadcast:
    """Everything of one run. `bot` starts a process, as often as is wanted."""

    stand: Stand
    bot: Bot
    ledger: Ledger
    clock: Clock

    async def finish(self, seconds: float, lives: list[Life]) -> bool:
        """Wait until every delivery has come to an end, then ask the bots to stop; whether both happened."""
        await asyncio.gather(*(life.ready() for life in lives))
        ended = await self.until(lambda: False, seconds)
        ends = await asyncio.gather(*(life.stop() for life in lives))
        return ended and all(end == 0 for end in ends)

    async def until(self, so_far: Callable[[], bool], seconds: float) -> bool:
        """Wait until it is so far, or every delivery has come to an end; whether either happened within `seconds`."""
        for _ in range(round(seconds * 10)):
            # In a thread, for the platform answers in this loop.
            if so_far() or not await asyncio.to_thread(self.ledger.open):
                return True
            await asyncio.sleep(0.1)
        return False

    def judge(self, outcome: Outcome, prefix: str = "", *, ends: tuple[str, ...] = ("sent",)) -> dict[int, int]:
        """Nobody lost, nobody told that something arrived which did not; copies by person, for more. `ends`: the states
        in which a delivery may end.
        """
        copies = self.stand.copies()
        rows = self.ledger.ask(f"SELECT person_id, state, message FROM deliveries WHERE {ANNOUNCED}")
        everybody = range(1, self.stand.crowd.size + 1)
        outcome.nothing(**{f"{prefix}lost": sum(not copies.get(n) for n in everybody)})
        ended = all(state in ends for _, state, _ in rows)
        outcome.promise(ended, f"{prefix}not sent by the end: {self.ledger.states()}")
        untrue = sum(state == "sent" and message not in copies.get(n, ()) for n, state, message in rows)
        outcome.promise(not untrue, f"{prefix}sent by its row, and not there: {untrue}")
        outcome.promise(not self.stand.problems(), f"{prefix}refused by the platform: {self.stand.problems()[:3]}")
        return {n: len(some) for n, some in copies.items()}


def crowd(platform: str, size: int, workspaces: int = 1) -> Crowd:
    """So many people in so many workspaces of a platform."""
    return Crowd(platform, (WORKSPACES if platform == "slack" else TENANTS)[:workspaces], size)


@contextlib.asynccontextmanager
async def broadcast(
    who: Crowd,
    folder: Path,
    factor: float,
    *,
    url: str = "",
    hurry: bool = True,
    trace: bool = False,
    enforce_pace: bool = False,
    together: int = 0,
    every: float = 0.0,
    real: bool = False,
) -> AsyncIterator[Broadcast]:
    """Everybody of a crowd is to get one announcement. Nothing runs yet.

    `factor`: how fast the clock goes; 0 is the machine's own. `url` of an empty database (default: a SQLite file
    in `folder`). `together`: queued in lots of so many, for those who want no turns, each due so many seconds
    (`every`) after the one before. `real`: a broadcast, which the first bot that runs has to start.
    """
    url = url or f"sqlite+aiosqlite:///{folder / 'proof.db'}"
    await crowds.prepare(url)
    clock = FastClock.starting(MORNING, factor) if factor else None
    watch: Clock = clock or SystemClock()
    async with standing(who, watch, enforce_pace=enforce_pace) as stand:
        database = Database(url)
        try:
            now = watch.now()
            await crowds.build(database, who, now, service_url=stand.service_url, conversations=dict(stand.known))
            step = together or who.size
            if real:
                await crowds.broadcast(database, now)
            for nth, first in enumerate(() if real else range(1, who.size + 1, step)):
                due = now + timedelta(seconds=every * nth)
                await crowds.announce(database, range(first, min(first + step, who.size + 1)), due)
        finally:
            await database.close()
        teams = stand.url if who.platform == "teams" else ""
        bot = Bot(folder, stand.settings(url, free_port()), clock, teams, trace=trace, hurry=hurry)
        try:
            yield Broadcast(stand, bot, Ledger(url), watch)
        finally:
            for life in bot.lives:
                await life.kill()
