"""A bot to put to the proof: `qibot serve` as a process of its own, with a clock and a stand-in that only code can give.

Processes are forked from one that has imported qibot and opened nothing, because a thousand of them would spend most of
an hour importing. What runs in them is the whole of `qibot serve`, from reading its settings to its exit code.
"""

import asyncio
import functools
import multiprocessing
import os
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

# What a server imports only as it starts.
import uvicorn.lifespan.off
import uvicorn.loops.auto
import uvicorn.protocols.http.auto
import uvicorn.protocols.websockets.auto  # noqa: F401

from qibot import app, features, logs
from qibot.outbox.notifications import Catalogue
from qibot.platforms.teams.cloud import Cloud
from qibot.settings import Settings
from tests.prove import crowd, fast
from tests.prove.fast import FastClock

_NOT_OURS = ("QIBOT_", "SLACK_", "TEAMS_")
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True)
class Bot:
    """What to start. `folder` keeps what it says (said.txt); `teams` is where a stand-in Teams is."""

    folder: Path
    settings: dict[str, str]
    clock: FastClock | None = None
    teams: str = ""
    log_level: str = "WARNING"
    hurry: bool = True
    """Whether what its event loop waits for is as fast as its clock, too: timeouts above all. Where one process is alive
    at a time nothing depends on that, and a busy machine is not taken for a slow platform."""

    def start(self) -> BaseProcess:
        """Start it; does not wait for anything."""
        process = _forks.Process(target=_serve, args=(self,))
        process.start()
        return process

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
    setattr(features, "catalogue", Catalogue((*features.catalogue.values(), *crowd.CATALOGUE.values())))
    if bot.clock is not None:
        setattr(app, "DELIVER_EVERY", app.DELIVER_EVERY / bot.clock.factor)
    if bot.clock is not None and bot.hurry:
        _hurry(bot.clock.factor)
    app.serve(Settings(_env_file=None, **bot.settings))  # type: ignore[arg-type]


def _hurry(factor: float) -> None:
    """The loop and the ticker go as fast as the clock."""

    class Ticker(app.AsyncIOScheduler):  # type: ignore[misc]
        def _start_timer(self, wait_seconds: float | None) -> None:
            # It counts by the machine's clock, in a loop that does not.
            super()._start_timer(None if wait_seconds is None else wait_seconds * factor)

    setattr(app, app.AsyncIOScheduler.__name__, Ticker)
    setattr(asyncio, "run", functools.partial(fast.run, factor=factor))


async def gone(process: BaseProcess, seconds: float) -> int | None:
    """Its exit code, once it has ended; None when it has not within so many seconds."""
    await asyncio.to_thread(process.join, seconds)
    return process.exitcode
