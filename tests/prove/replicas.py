"""replicas: two bots on one PostgreSQL share an announcement; they crash twenty times, and one freezes past its lease.

A frozen process (SIGSTOP, as a machine that is moved or sleeps) wakes up in the middle of what it did, when another has
long taken over what it held.
"""

import asyncio
import random
import signal
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import psycopg

from tests import postgres
from tests.bench.machine import free_port
from tests.prove.broadcast import Broadcast, broadcast, crowd
from tests.prove.child import Bot, Life
from tests.prove.outcome import Outcome
from tests.prove.wire import STEPS, Step

RECIPIENTS, CRASHES, FREEZES = 4_000, 20, 5
LEASE = 120
"""Seconds of the bots' clock."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much."""

    recipients: int
    crashes: int
    freezes: int
    factor: float


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """With a PostgreSQL server of its own. Raises `RuntimeError` where that is not installed."""
    part = outcome.part
    plan = Plan(60, 1, 1, 40) if quick else Plan(round(RECIPIENTS * part), round(CRASHES * part), FREEZES, 20)
    with postgres.server() as address, tempfile.TemporaryDirectory() as folder:
        url = _new_database(address)
        async with broadcast(
            crowd("slack", plan.recipients, 2), Path(folder), plan.factor, url=url, together=40
        ) as made:
            pair = Pair(made, plan, random.Random(outcome.seed))
            await pair.misbehave()
            ended = await made.finish(90 + plan.recipients / 20, pair.running)
            outcome.promise(ended, f"it did not come to an end: {made.ledger.states()} {made.bot.said[-500:]}")
            copies = made.judge(outcome)
    outcome.nothing(twice=sum(count > 1 for count in copies.values()))
    outcome.figures |= {"recipients": plan.recipients, "crashes": pair.crashes, "frozen": pair.frozen}
    outcome.figures |= {"taken_over_from_the_frozen": pair.taken_over, "clock_factor": plan.factor}
    outcome.said = (
        f"2 processes on PostgreSQL, {plan.recipients:,} recipients, {pair.crashes} crashes, {pair.frozen} frozen past "
        f"the lease with {pair.taken_over} deliveries in hand: {outcome.figures['lost']} lost, "
        f"{outcome.figures['twice']} twice"
    )


def new_name() -> str:
    """Of a database that nobody has used: the server may be one that others use too."""
    return f"proof_{uuid4().hex}"


def _new_database(address: str) -> str:
    (host, port), name = address.split(":"), new_name()
    with psycopg.connect(host=host, port=int(port), user=postgres.USER, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql+psycopg://{postgres.USER}@{address}/{name}"


class Pair:
    """Two bots, and what happens to them."""

    def __init__(self, made: Broadcast, plan: Plan, dice: random.Random) -> None:
        self._made, self._plan, self._dice = made, plan, dice
        self._bots: list[Bot] = [
            replace(made.bot, settings={**made.bot.settings, "qibot_port": str(free_port())}) for _ in range(2)
        ]
        self._step: Step = "arrived"
        self.running: list[Life] = []
        self.crashes = self.frozen = self.taken_over = 0

    async def misbehave(self) -> None:
        """Crash and freeze at random moments, as long as there is something to do."""
        self.running = [bot.start() for bot in self._bots]
        plan = self._plan
        todo = [self._crash] * plan.crashes + [self._freeze] * plan.freezes
        self._dice.shuffle(todo)
        for number, deed in enumerate(todo, start=1):
            # Spread over the announcement by how much of it has arrived.
            await self._arrival(round(plan.recipients * number / (len(todo) + 1)) + self._dice.randrange(20))
            await deed(self._dice.randrange(2))

    async def _arrival(self, number: int) -> None:
        """Wait for a message, so that something is in hand; or until everything is done."""
        here = asyncio.Event()

        async def watch(step: Step, arrived: int) -> None:
            if step == self._step and arrived >= number:
                here.set()

        self._step = self._dice.choice(STEPS)
        self._made.stand.wire.watch = watch
        done = asyncio.create_task(self._made.until(here.is_set, 300))
        await asyncio.wait({done, asyncio.create_task(here.wait())}, return_when=asyncio.FIRST_COMPLETED)
        here.set()
        await done

    async def _crash(self, which: int) -> None:
        await self.running[which].kill()
        self.running[which] = self._bots[which].start()
        self.crashes += 1

    async def _freeze(self, which: int) -> None:
        self.running[which].signal(signal.SIGSTOP)
        before = set(self._made.ledger.in_flight())
        await asyncio.sleep((LEASE + 40) / self._plan.factor)
        self.taken_over += len(before - set(self._made.ledger.in_flight()))
        self.running[which].signal(signal.SIGCONT)
        self.frozen += 1
