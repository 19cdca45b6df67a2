"""storm: nearly a third of all messages is refused with 429 and a Retry-After of 1 to 30 s, in five workspaces at once.

A conversation takes one message a second, and the stand-in is strict; a tenth of the people get three messages.
A sixth workspace is calm, and a run without the storm says how soon its people have everything: they must not wait for
the others. Whether the bot asked too early is noted in its own process, between one call's answer and the next call.
"""

import json
import random
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from qibot.database import Database
from tests.prove import crowd as crowds
from tests.prove.broadcast import WORKSPACES, Broadcast, broadcast
from tests.prove.crowd import Crowd
from tests.prove.outcome import Outcome
from tests.prove.wire import PASS, Fate

RECIPIENTS, STORMY, CALM = 5_000, WORKSPACES[:5], WORKSPACES[5]
SHARE, SHORTEST, LONGEST = 0.3, 1, 30
DELAY = 1.5
"""How much longer the calm workspace may take beside a storm than without one; and seconds of the clock on top."""
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """`recipients` in the five stormy workspaces; a fifth as many in the calm one."""

    recipients: int
    factor: float


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """Without the storm, then with it."""
    plan = Plan(50, 40) if quick else Plan(round(RECIPIENTS * outcome.part), 20)
    dice = random.Random(outcome.seed)
    calm = await _run(plan, None, Outcome("", 0, 0))
    storm = await _run(plan, dice, outcome)
    outcome.figures |= {"recipients": plan.recipients, "clock_factor": plan.factor, **storm}
    outcome.figures |= {"calm_seconds_without_storm": calm["calm_seconds"]}
    # In small, a machine that stops for some seconds must not look like a calm workspace that waits.
    limit = DELAY * calm["calm_seconds"] + SECONDS + (3 * plan.factor if quick else 0)
    outcome.promise(storm["calm_seconds"] <= limit, f"the calm workspace waited {storm['calm_seconds']} s")
    f = outcome.figures
    outcome.said = (
        f"{f['recipients']:,} recipients in 5 workspaces, {f['throttled']:,} of {f['asked']:,} requests refused: "
        f"{f['lost']} lost, {f['twice']} twice, {f['too_early']} too early, {f['too_fast']} too fast; a calm workspace "
        f"had all in {f['calm_seconds']:.0f} s (without the storm {calm['calm_seconds']:.0f} s)"
    )


async def _run(plan: Plan, dice: random.Random | None, outcome: Outcome) -> dict[str, Any]:
    # Numbers deal people out in turn, so that every sixth is in the calm workspace.
    who = Crowd("slack", (*STORMY, CALM), plan.recipients * 6 // 5)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        async with broadcast(who, folder, plan.factor, hurry=False, enforce_pace=True, trace=True, real=True) as made:
            often = await _more(made)
            weather = _Weather(dice)
            made.stand.wire.fate = weather.fate
            ended = await made.finish(120 + plan.recipients * 300 / plan.factor / 50, [made.bot.start()])
            outcome.promise(ended, f"it did not come to an end: {made.ledger.states()} {made.bot.said[-500:]}")
            copies = made.judge(outcome)
            outcome.nothing(
                twice=sum(count > (3 if n in often else 1) for n, count in copies.items()),
                too_early=_too_early(folder),
                too_fast=_too_fast(made),
            )
            asked = made.stand.wire.arrived
            return {"asked": asked, "throttled": weather.given, "calm_seconds": _calm_seconds(made)}


async def _more(made: Broadcast) -> set[int]:
    """Two announcements more for a tenth of the people, at the same time."""
    often = set(range(1, made.stand.crowd.size + 1, 10))
    database = Database(made.bot.settings["qibot_database_url"])
    try:
        for subject in ("13", "14"):
            await crowds.announce(database, sorted(often), made.clock.now(), subject=subject)
    finally:
        await database.close()
    return often


class _Weather:
    def __init__(self, dice: random.Random | None) -> None:
        self._dice, self.given = dice, 0

    def fate(self, workspace: str) -> Fate:
        if self._dice is None or workspace == CALM or self._dice.random() >= SHARE:
            return PASS
        self.given += 1
        return Fate("throttle", self._dice.randint(SHORTEST, LONGEST))


def _too_fast(made: Broadcast) -> int:
    """Refused because a conversation had one less than a second ago."""
    return sum(call.error == "ratelimited" for call in made.stand.server.calls)


def _too_early(folder: Path) -> int:
    """Calls that began after the bot had been told to wait, and before it was allowed to go on."""
    until: dict[str, datetime] = {}
    early = 0
    for line in (folder / "trace.jsonl").read_text().splitlines():
        workspace, at, wait = json.loads(line)
        moment = datetime.fromisoformat(at)
        if wait is None:
            early += moment < until.get(workspace, moment)
        else:
            until[workspace] = max(until.get(workspace, moment), moment + timedelta(seconds=wait))
    return early


def _calm_seconds(made: Broadcast) -> float:
    """From the first message of all to the last of the calm workspace, by the clock."""
    calm = f"SELECT id FROM workspaces WHERE key = '{CALM}'"
    query = f"SELECT min(sent_at), max(CASE WHEN workspace_id = ({calm}) THEN sent_at END) FROM deliveries"
    first, last = (datetime.fromisoformat(str(moment)) for moment in made.ledger.ask(query)[0])
    return round((last - first).total_seconds(), 1)
