"""stop: SIGTERM a hundred times while messages go out and people type, by the machine's own clock.

One message in twenty is slow to be taken, so that something is in flight each time. The bot has to end with 0 within
15 seconds, with everything that it acknowledged kept, and nothing left over that anybody would have to ask about.
"""

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.prove.broadcast import Broadcast, broadcast, crowd
from tests.prove.outcome import Outcome
from tests.prove.people import Typing, hold_an_event
from tests.prove.wire import PASS, Fate

STOPS, RECIPIENTS, LIMIT = 100, 6_000, 15.0
SLOW, SLOWEST = 0.05, 3.0
TYPISTS = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """How much."""

    stops: int
    recipients: int


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """Start, work, stop; again and again."""
    plan = Plan(2, 60) if quick else Plan(round(STOPS * outcome.part), round(RECIPIENTS * outcome.part))
    with tempfile.TemporaryDirectory() as folder:
        async with broadcast(crowd("slack", plan.recipients), Path(folder), 0) as made:
            await hold_an_event(made, TYPISTS)
            days = Days(made, random.Random(outcome.seed))
            made.stand.wire.fate = days.fate
            for _ in range(plan.stops):
                await days.one()
            made.stand.wire.fate = lambda _: PASS
            # What was left in flight is taken up after two minutes; of a bot that ended badly we know enough.
            patience = 5 if any(days.codes) else 200
            ended = await made.finish(patience, [made.bot.start()])
            outcome.promise(ended, f"it did not come to an end: {made.ledger.states()} {made.bot.said[-500:]}")
            copies = made.judge(outcome)
            outcome.nothing(twice=sum(count > 1 for count in copies.values()), **days.typing.judged(made.ledger))
    outcome.nothing(
        not_within_15_s=sum(seconds is None or seconds > LIMIT for seconds in days.seconds),
        ended_badly=sum(code != 0 for code in days.codes),
        left_in_doubt=days.in_doubt,
    )
    longest = max(seconds or 99.0 for seconds in days.seconds)
    outcome.figures |= {"stops": len(days.seconds), "longest_seconds": round(longest, 2), "recipients": plan.recipients}
    outcome.figures |= {"acknowledged": len(days.typing.taken), "in_flight_at_a_stop": days.in_flight}
    f = outcome.figures
    outcome.said = (
        f"{len(days.seconds)} times SIGTERM with {days.in_flight:,} in flight: the longest took {longest:.1f} s, "
        f"{f['ended_badly']} ended badly; {plan.recipients:,} announced: {f['lost']} lost, {f['twice']} twice; "
        f"{f['acknowledged']:,} promises: {f['acknowledged_and_lost']} lost, {f['saved_twice']} saved twice"
    )


class Days:
    """A bot's days: each begins with a start and ends with SIGTERM."""

    def __init__(self, made: Broadcast, dice: random.Random) -> None:
        self._made, self._dice = made, dice
        self.typing = Typing(made, dice, TYPISTS)
        self.seconds: list[float | None] = []
        self.codes: list[int | None] = []
        self.in_flight = self.in_doubt = 0

    def fate(self, workspace: str) -> Fate:
        """Some are slow."""
        return Fate("slow", self._dice.uniform(0, SLOWEST)) if self._dice.random() < SLOW else PASS

    async def one(self) -> None:
        """One day."""
        life = self._made.bot.start()
        await life.ready()
        at_work = asyncio.create_task(self.typing.all_day())
        await asyncio.sleep(self._dice.uniform(0.2, 1.5))
        self.in_flight += len(self._made.ledger.in_flight())
        began = time.monotonic()
        code = await life.stop(LIMIT + 5)
        self.seconds.append(time.monotonic() - began)
        self.codes.append(code)
        self.typing.go_home()
        await at_work
        self.in_doubt += len(self._made.ledger.in_flight())
