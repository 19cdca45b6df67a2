"""kill: SIGKILL a thousand times during a broadcast to 10,000, in Slack and in Teams.

Each life of the bot ends at a random moment: while it starts, between two statements, or exactly as a message arrives
at the platform, has been taken, or has been answered. Slack can be asked, so nobody may get it twice. Teams cannot, so
there each kill may cost one copy more for each conversation that was in flight, and no more.
"""

import asyncio
import contextlib
import random
import signal
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.prove.broadcast import Broadcast, broadcast, crowd
from tests.prove.outcome import Outcome
from tests.prove.wire import STEPS, Step

RECIPIENTS, KILLS = 10_000, 1_000
LONGEST_LIFE = 4.0
"""Seconds after which a life that came to nothing is ended all the same."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much. `factor`: how fast the clock goes, so that a lease of two minutes does not take two minutes."""

    recipients: int
    kills: int
    factor: float


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """Both platforms, one after the other."""
    part = outcome.part
    plan = Plan(40, 4, 60) if quick else Plan(round(RECIPIENTS * part), round(KILLS * part), 20)
    outcome.figures |= {"recipients": plan.recipients, "kills": 0, "clock_factor": plan.factor}
    for platform in ("slack", "teams"):
        with tempfile.TemporaryDirectory() as folder:
            await _on(platform, plan, Path(folder), random.Random(f"{outcome.seed} {platform}"), outcome)
    f = outcome.figures
    f["in_flight"] = f["slack_in_flight"] + f["teams_in_flight"]
    outcome.said = (
        f"{f['slack_kills']:,} kills in Slack, {plan.recipients:,} recipients: {f['slack_lost']} lost, "
        f"{f['slack_twice']} sent twice; {f['teams_kills']:,} kills in Teams: {f['teams_lost']} lost, "
        f"{f['teams_copies_too_many']} copies too many for {f['teams_in_flight']:,} in flight"
    )


async def _on(platform: str, plan: Plan, folder: Path, dice: random.Random, outcome: Outcome) -> None:
    async with broadcast(crowd(platform, plan.recipients), folder, plan.factor, hurry=False, real=True) as made:
        killer = Killer(made, dice)
        while killer.kills < plan.kills:
            await killer.life(plan.kills - killer.kills)
        ended = await made.finish(60 + plan.recipients / 50, [made.bot.start()])
        outcome.promise(ended, f"{platform}: it did not come to an end: {made.ledger.states()} {made.bot.said[-500:]}")
        copies = made.judge(outcome, f"{platform}_")
    too_many = {n: count - 1 for n, count in copies.items() if count > 1}
    outcome.figures[f"{platform}_kills"] = killer.kills
    outcome.figures[f"{platform}_killed_with_some_in_flight"] = sum(1 for lanes in killer.lanes if lanes)
    outcome.figures[f"{platform}_in_flight"] = sum(killer.lanes)
    outcome.figures[f"{platform}_most_in_flight"] = max(killer.lanes, default=0)
    if platform == "slack":
        outcome.nothing(slack_twice=len(too_many))
        return
    outcome.figures["teams_copies_too_many"] = sum(too_many.values())
    unexplained = sum(extra > killer.hits[n] for n, extra in too_many.items())
    outcome.promise(not unexplained, f"more copies than kills found them in flight: {unexplained} people")


class Killer:
    """Starts a bot and kills it, again and again. `hits`: how often somebody's message was in flight at a kill."""

    def __init__(self, made: Broadcast, dice: random.Random) -> None:
        self._made, self._dice = made, dice
        self.kills = 0
        self.hits: Counter[int] = Counter()
        self.lanes: list[int] = []
        self._known: set[tuple[str, str]] = set()

    async def life(self, lives_left: int) -> None:
        """One life. Half of them end with a message whose number is drawn so that all lives together send about all."""
        dice, wire = self._dice, self._made.stand.wire
        left = self._made.stand.crowd.size - wire.arrived
        number = wire.arrived + dice.randint(1, max(2, round(4 * left / lives_left)))
        step, dead = dice.choice(STEPS), asyncio.Event()
        life = self._made.bot.start()

        async def watch(at: Step, arrived: int) -> None:
            if at == step and arrived >= number and not dead.is_set():
                life.signal(signal.SIGKILL)
                dead.set()

        on_message = dice.random() < 0.5
        if on_message:
            wire.watch = watch
        with contextlib.suppress(TimeoutError):
            # The other half end by the clock, most of them while there is something to do.
            await asyncio.wait_for(dead.wait(), LONGEST_LIFE if on_message else dice.uniform(0, LONGEST_LIFE / 4))
        dead.set()
        await life.kill()
        self.kills += 1
        await asyncio.to_thread(self._count)

    def _count(self) -> None:
        query = "SELECT id, handed_at, person_id FROM deliveries WHERE state = 'sending' AND handed_at IS NOT NULL"
        found = {(row[0], str(row[1])): row[2] for row in self._made.ledger.ask(query)}
        new = found.keys() - self._known
        self._known |= new
        self.lanes.append(len(new))
        self.hits.update(found[key] for key in new)
