"""Waiting without polling: what both stand-ins share."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Waiting:
    """Knows whether anything is under way, and wakes those who wait for something. `on_change` is told each time."""

    def __init__(self) -> None:
        self.on_change: list[Callable[[], None]] = []
        self._busy = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def changed(self) -> None:
        """Something a person or a test may be waiting for has happened."""
        waiting, self._waiting = self._waiting, set()
        for one in waiting:
            if not one.done():
                one.set_result(None)
        for tell in self.on_change:
            tell()

    @contextmanager
    def working(self) -> Iterator[None]:
        """While something is under way between the bot and its platform."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self.changed()

    async def wait_idle(self, until: Callable[[], object] | None = None, *, timeout: float = 60.0) -> None:  # noqa: ASYNC109
        """Wait until nothing is under way and, when given, `until()` is true. TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            await asyncio.sleep(0)
            while self._busy or (until is not None and not until()):
                one = asyncio.get_running_loop().create_future()
                self._waiting.add(one)
                await one
