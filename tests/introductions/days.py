"""Days go by: the clock moves, the sweeps run, and what is due is delivered by the real worker."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from qibot.clock import SetClock
from qibot.database import Database
from qibot.features import beginnings, catalogue, long_sweeps, sweeps
from qibot.outbox.service import next_due
from qibot.outbox.worker import Worker
from tests.talk import Paper


class Days:
    """Moves the clock and delivers."""

    def __init__(self, database: Database, clock: SetClock, papers: Mapping[str, Paper]) -> None:
        self.database, self.clock = database, clock
        self.worker = Worker(database, clock, catalogue, papers)

    async def deliver(self) -> None:
        """Sweep, and deliver what is due about now; a conversation takes one message a second."""
        async with self.database.transaction() as db:
            for sweep in sweeps:
                await sweep(db, self.clock.now())
        for long_sweep in (*long_sweeps, *beginnings):
            await long_sweep(self.database, self.clock.now())
        for _ in range(20):
            await self.worker.run_until_quiet()
            async with self.database.transaction(reading=True) as db:
                due = await next_due(db)
            if due is None or due > self.clock.now() + timedelta(seconds=2):
                return
            self.clock.set(max(due, self.clock.now()))

    async def until(self, month: int, day: int, hour: int = 10, *, year: int = 2019) -> None:
        """Go straight to a moment, in UTC, and deliver."""
        self.clock.set(datetime(year, month, day, hour, tzinfo=self.clock.now().tzinfo))
        await self.deliver()

    async def forward(self, days: int) -> None:
        """Go on by so many days, and deliver."""
        self.clock.forward(timedelta(days=days))
        await self.deliver()
