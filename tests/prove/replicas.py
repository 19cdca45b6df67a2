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
    """How much. `every`: seconds of the bots' clock between two lots of the announcement."""

    recipients: int
    crashes: int
    freezes: int
    factor: float
    steps: tuple[Step, ...] = STEPS
    every: float = 0.0


SMALL = Plan(60, 1, 1, 40, STEPS[:2], 40)
"""One crash and one frozen, each with a message in hand whose answer it cannot have seen: that leaves something to be
asked about in every run, on any machine."""


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """With a PostgreSQL server of its own. Raises `RuntimeError` where that is not installed."""
    part = outcome.part
    plan = SMALL if quick else Plan(round(RECIPIENTS * part), round(CRASHES * part), FREEZES, 20)
    with postgres.server() as address, tempfile.TemporaryDirectory() as folder:
        url = _new_database(address)
        async with broadcast(
            crowd("slack", plan.recipients, 2), Path(folder), plan.factor, url=url, together=20, every=plan.every
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
            replace(made.bot, settings={**made.bot.settings, "qibot_port": str(free_port()), **made.stand.known_as(n)})
            for n in range(2)
        ]
        self.running: list[Life] = []
        self.crashes = self.frozen = self.taken_over = 0

    async def misbehave(self) -> None:
        """Crash and freeze at random messages, as long as there is something to do."""
        plan = self._plan
        todo = [signal.SIGKILL] * plan.crashes + [signal.SIGSTOP] * plan.freezes
        self._dice.shuffle(todo)
        for nth, deed in enumerate(todo, start=1):
            # Spread over the announcement by how much of it has arrived.
            number = round(plan.recipients * nth / (len(todo) + 1)) + self._dice.randrange(20)
            victim = await self._strike(deed, number)
            await (self._start_again(victim) if deed == signal.SIGKILL else self._oversleep(victim))

    async def _strike(self, deed: signal.Signals, number: int) -> int:
        """Send a signal to whoever sends that message or one after it, while it is under way; to either of them once
        everything is done.
        """
        step, struck = self._dice.choice(self._plan.steps), list[int]()

        async def watch(at: Step, arrived: int) -> None:
            if at == step and arrived >= number and not struck:
                # At once: it cannot have heard how its message fared.
                struck.append(self._made.stand.wire.sender(arrived))
                self.running[struck[0]].signal(deed)

        self._made.stand.wire.watch = watch
        self.running = self.running or [bot.start() for bot in self._bots]
        await self._made.until(lambda: bool(struck), 300)
        if not struck:
            struck.append(self._dice.randrange(2))
            self.running[struck[0]].signal(deed)
        return struck[0]

    async def _start_again(self, which: int) -> None:
        await self.running[which].ended(20)
        self.running[which] = self._bots[which].start()
        self.crashes += 1

    async def _oversleep(self, which: int) -> None:
        before = set(self._made.ledger.in_flight())
        await asyncio.sleep((LEASE + 40) / self._plan.factor)
        self.taken_over += len(before - set(self._made.ledger.in_flight()))
        self.running[which].signal(signal.SIGCONT)
        self.frozen += 1
