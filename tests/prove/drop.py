"""drop: one connection in five is cut after the platform took the message, answers late, or with half a sentence.

Calls that only read are cut as often. In Slack the bot asks what became of a message before it sends it again. Teams
cannot be asked: there it is sent once more and never a third time.
"""

import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.prove.broadcast import broadcast, crowd
from tests.prove.outcome import Outcome
from tests.prove.wire import PASS, Fate

RECIPIENTS, WORKSPACES, SHARE = 5_000, 5, 0.2
SLOWEST = 14.0
"""Seconds of the bot's clock: up to half as long again as it has patience."""
PATIENCE = 40_000
"""Seconds of the bot's clock, at most: who is cut off again and again waits four times as long each time. One in a
thousand is, five times, which is three hours; six times is seven."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much, in each of the platforms."""

    recipients: int
    factor: float
    reading: float
    """The share of calls that only read which are cut. In small none: who cannot ask waits longer each time."""


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """Both platforms, one after the other."""
    plan = Plan(20, 20, 0.0) if quick else Plan(round(RECIPIENTS * outcome.part), 20, SHARE)
    outcome.figures |= {"recipients": plan.recipients, "clock_factor": plan.factor}
    for platform in ("slack", "teams"):
        with tempfile.TemporaryDirectory() as folder:
            await _on(platform, plan, Path(folder), _Network(f"{outcome.seed} {platform}", plan), outcome)
    f = outcome.figures
    outcome.said = (
        f"{plan.recipients:,} recipients, {f['slack_broken']:,} of {f['slack_messages']:,} broken in Slack: "
        f"{f['slack_lost']} lost, {f['slack_twice']} twice; {f['teams_broken']:,} of {f['teams_messages']:,} in Teams: "
        f"{f['teams_lost']} lost, {f['teams_twice']:,} twice, {f['teams_a_third_time']} a third time"
    )


async def _on(platform: str, plan: Plan, folder: Path, network: "_Network", outcome: Outcome) -> None:
    who = crowd(platform, plan.recipients, WORKSPACES)
    async with broadcast(who, folder, plan.factor) as made:
        made.stand.wire.fate, made.stand.wire.reading = network.fate, network.reading
        ended = await made.finish(90 + plan.recipients / 20 + PATIENCE / plan.factor, [made.bot.start()])
        outcome.promise(ended, f"{platform}: it did not come to an end: {made.ledger.states()} {made.bot.said[-500:]}")
        # Where nobody can be asked, some end with the words that nobody can say.
        ends = ("sent",) if platform == "slack" else ("sent", "failed")
        copies = made.judge(outcome, f"{platform}_", ends=ends)
        outcome.figures[f"{platform}_messages"] = made.stand.wire.arrived
        outcome.figures[f"{platform}_broken"] = network.broken
    twice, third = (sum(count >= n for count in copies.values()) for n in (2, 3))
    if platform == "slack":
        outcome.nothing(slack_twice=twice)
    else:
        outcome.figures["teams_twice"] = twice
        outcome.nothing(teams_a_third_time=third)


class _Network:
    """Breaks one connection in five. What it breaks while somebody only asks is cut or halved, and not counted."""

    def __init__(self, seed: str, plan: Plan) -> None:
        # The messages' own, so that what becomes of the n-th does not hang on who asked meanwhile.
        self._dice, self._reading, self._factor = random.Random(seed), random.Random(f"{seed} reading"), plan.factor
        self._share = plan.reading
        self.broken = 0

    def fate(self, workspace: str) -> Fate:
        if self._dice.random() >= SHARE:
            return PASS
        self.broken += 1
        kind = self._dice.choice(("cut", "half", "slow"))
        return Fate(kind, self._dice.uniform(0, SLOWEST) / self._factor)  # type: ignore[arg-type]

    def reading(self) -> Fate:
        return PASS if self._reading.random() >= self._share else Fate(self._reading.choice(("cut", "half")))
