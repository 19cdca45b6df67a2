"""model: whatever people do in whatever order, and wherever the process dies, no name passes before both agree, nothing
reaches who has opted out, and nobody waits for ever. What is checked after each step: tests/introductions/model.py.
"""

import asyncio
import os
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests import engines
from tests.introductions.model import machine, prepare
from tests.prove.outcome import Outcome

RUNS, STEPS = 2_000, 50
"""Lives, and at most so many steps in each."""
AT_ONCE = 25
"""Lives that one process lives before it is asked for others: of so many the shortest failing one is looked for."""
_LINES = 4_000


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """So many lives; each of `AT_ONCE` has a seed of its own, counted from the outcome's."""
    runs, steps = (20, 20) if quick else (max(AT_ONCE, round(RUNS * outcome.part)), STEPS)
    came_to, wrong = Counter[str](), []
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder, _processes() as pool:
        joined = Path(folder) / "joined.db"
        await prepare(joined)
        parts = [min(AT_ONCE, runs - first) for first in range(0, runs, AT_ONCE)]
        jobs = [
            loop.run_in_executor(pool, _live, part, steps, joined, outcome.seed + n) for n, part in enumerate(parts)
        ]
        for done in asyncio.as_completed(jobs):
            some, problem = await done
            came_to += Counter(some)
            wrong += [problem] if problem else []
    outcome.figures |= {"lives": runs, "steps": steps, **came_to}
    outcome.nothing(broken_promises=len(wrong))
    outcome.broken += wrong[:1]
    outcome.promise(bool(came_to["died"] and came_to["accepted"]), "hardly anything happened")
    told = ", ".join(f"{came_to[kind]:,} {kind}" for kind in ("accepted", "declined", "expired", "withdrawn", "words"))
    outcome.said = (
        f"{runs:,} lives of at most {steps} steps, the process died {came_to['died']:,} times ({told}): "
        f"{len(wrong)} broken promises"
    )


def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))


@cache
def _once() -> None:
    """In each process: statements compiled for one life are not compiled again for the next."""
    engines.share(pytest.MonkeyPatch())


def _live(runs: int, steps: int, joined: Path, dice: int) -> tuple[dict[str, int], str]:
    """What some lives came to, and the promise that did not hold, if any, with the steps that lead to it."""
    _once()
    try:
        return dict(machine(runs, steps, joined, dice=dice)), ""
    except Exception as wrong:
        steps_to_it = "\n".join(getattr(wrong, "__notes__", ()))
        return {}, f"seed {dice}: {wrong}\n{steps_to_it}"[:_LINES]
