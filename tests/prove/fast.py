"""Time that goes faster than the machine's, for a whole process: its clock, and all that its event loop waits for.

Leases, pauses, patience, timeouts and the ticker keep their proportions, so that what takes two minutes takes two
seconds, and nothing in qibot knows. No setting can do this: a child process says so in code.
"""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class FastClock:
    """`factor` times as fast as the machine's, and the same in every process of this machine that is given it."""

    start: datetime
    began: float
    factor: float

    @classmethod
    def starting(cls, at: datetime, factor: float) -> "FastClock":
        """It shows `at` now."""
        return cls(at, time.monotonic(), factor)

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return self.start + timedelta(seconds=(time.monotonic() - self.began) * self.factor)


class _Selector(selectors.DefaultSelector):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self._factor = factor

    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout / self._factor if timeout else timeout)


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds are `factor` times as short."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        super().__init__(_Selector(factor))

    def time(self) -> float:
        """Seconds, counted from some moment."""
        return super().time() * self._factor


def run(work: Coroutine[Any, Any, Any], factor: float) -> Any:
    """As `asyncio.run`, in a loop that is so much faster."""
    with asyncio.Runner(loop_factory=lambda: FastLoop(factor)) as runner:
        return runner.run(work)
