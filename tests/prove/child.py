"""A bot to put to the proof: `qibot serve` as a process of its own, with a clock and a stand-in only code can give.

Processes are forked from one that has imported qibot and opened nothing, because a thousand of them would spend most of
an hour importing. What runs in them is the whole of `qibot serve`, from reading its settings to its exit code.
"""

import asyncio
import contextlib
import functools
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

# What a server imports only as it starts.
import uvicorn.lifespan.off
import uvicorn.loops.auto
import uvicorn.protocols.http.auto
import uvicorn.protocols.websockets.auto  # noqa: F401
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from qibot import app, features, logs
from qibot.chat.message import Message
from qibot.chat.platform import Address, Sent, Throttled
from qibot.clock import Clock, SystemClock
from qibot.outbox.notifications import Catalogue
from qibot.platforms.slack.adapter import SlackAdapter
from qibot.platforms.teams.cloud import Cloud
from qibot.settings import Settings
from tests.prove import crowd, fast
from tests.prove.fast import FastClock

_NOT_OURS = ("QIBOT_", "SLACK_", "TEAMS_")
SPOIL: Callable[[], None] | None = None
"""What bots that are made from now on do before they serve: one of tests/prove/spoilt.py, to see a proof say no."""
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True)
class Bot:
    """What to start. `folder` keeps what it says (said.txt); `teams` is where a stand-in Teams is."""

    folder: Path
    settings: dict[str, str]
    clock: FastClock | None = None
    teams: str = ""
    log_level: str = "WARNING"
    trace: bool = False
    """Whether each call that sends is noted as it begins, and each that must wait as it ends (trace.jsonl)."""
    hurry: bool = True
    """Whether what its event loop waits for is as fast as its clock: timeouts above all. Where one process is alive
    at a time nothing depends on that, and a busy machine is not taken for a slow platform."""

    spoil: Callable[[], None] | None = field(default_factory=lambda: SPOIL)
    lives: "list[Life]" = field(default_factory=list, compare=False)
    """Every one that was started, those that have ended too."""

    def start(self) -> "Life":
        """Start it; does not wait for anything."""
        process = forks.Process(target=_serve, args=(replace(self, lives=[]),))
        process.start()
        self.lives.append(Life(self, process))
        return self.lives[-1]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.settings["qibot_port"])

    @property
    def said(self) -> str:
        """All that it and those before it have logged."""
        file = self.folder / "said.txt"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def _serve(bot: Bot) -> None:
    os.chdir(bot.folder)
    with open("said.txt", "ab", 0) as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    for name in [name for name in os.environ if name.startswith(_NOT_OURS)]:
        del os.environ[name]
    logs.configure("json", bot.log_level)
    house = functools.partial(app.House, clock=bot.clock, teams_cloud=Cloud.stand_in(bot.teams) if bot.teams else None)
    setattr(app, app.House.__name__, house)
    features.catalogue = Catalogue((*features.catalogue.values(), *crowd.CATALOGUE.values()))
    if bot.clock is not None:
        app.DELIVER_EVERY = app.DELIVER_EVERY / bot.clock.factor
    if bot.clock is not None and bot.hurry:
        _hurry(bot.clock.factor)
    if bot.trace:
        _trace(bot.clock or SystemClock())
    if bot.spoil is not None:
        bot.spoil()
    app.serve(Settings(_env_file=None, **bot.settings))  # type: ignore[arg-type]


def _with_announcements(catalogue: Catalogue) -> Catalogue:
    return Catalogue((*catalogue.values(), *crowd.CATALOGUE.values()))


@contextlib.contextmanager
def with_announcements() -> Iterator[None]:
    """Bots that are made in this process meanwhile know the messages that are put to the proof."""
    before = features.catalogue
    features.catalogue = _with_announcements(before)
    try:
        yield
    finally:
        features.catalogue = before


def _hurry(factor: float) -> None:
    """The loop and the ticker go as fast as the clock."""

    class Ticker(AsyncIOScheduler):  # type: ignore[misc]
        def _start_timer(self, wait_seconds: float | None) -> None:
            # It counts by the machine's clock, in a loop that does not.
            super()._start_timer(None if wait_seconds is None else wait_seconds * factor)

    setattr(app, AsyncIOScheduler.__name__, Ticker)
    asyncio.run = functools.partial(fast.run, factor=factor)


def _trace(clock: Clock) -> None:
    """A line for each begin [workspace, when, null] and for each refusal [workspace, when, seconds to wait]."""
    send = SlackAdapter.send
    file = open("trace.jsonl", "a", buffering=1)  # noqa: SIM115 - as long as the process

    async def traced(self: SlackAdapter, to: Address, message: Message, mark: str) -> Sent:
        file.write(json.dumps([to.workspace, clock.now().isoformat(), None]) + "\n")
        try:
            return await send(self, to, message, mark)
        except Throttled as slow:
            file.write(json.dumps([to.workspace, clock.now().isoformat(), slow.seconds]) + "\n")
            raise

    SlackAdapter.send = traced  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class Life:
    """One process of a bot."""

    bot: Bot
    process: BaseProcess

    def signal(self, what: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.process.pid and self.process.exitcode is None:
            # It may be gone, and how it ended not told yet.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, what)

    async def ended(self, seconds: float) -> int | None:
        """Its exit code, once it has ended; None when it has not within so many seconds."""
        await asyncio.to_thread(self.process.join, seconds)
        return self.process.exitcode

    async def kill(self) -> None:
        """SIGKILL."""
        self.signal(signal.SIGKILL)
        await self.ended(20)

    async def stop(self, seconds: float = 20) -> int | None:
        """SIGTERM; its exit code, None when it has not ended within so many seconds (then it is killed)."""
        self.signal(signal.SIGTERM)
        code = await self.ended(seconds)
        if code is None:
            await self.kill()
        return code

    async def ready(self) -> None:
        """Wait until it says that it is there. Raises `RuntimeError` when it does not."""
        for _ in range(600):
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.bot.port)
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                told = await reader.read()
                writer.close()
                if told.startswith(b"HTTP/1.1 200"):
                    return
            if self.process.exitcode is not None:
                break
            await asyncio.sleep(0.05)
        raise RuntimeError(f"a bot did not start ({self.process.exitcode}): {self.bot.said[-2000:]}")
