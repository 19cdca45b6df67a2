"""Where the time of one command goes: `python -m tests.bench.spans FILE` is `qibot serve` with a stopwatch in it.

Spans are wall-clock time and hold what they call, so they are for one request at a time. Written to FILE at the end.
"""

import contextlib
import contextvars
import functools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qibot import app, database
from qibot.bot import Bot
from qibot.platforms.guard import SlackGuard
from qibot.platforms.slack import adapter, replies
from qibot.platforms.slack.app import SlackSide
from qibot.settings import load

_under_way: contextvars.ContextVar[bool] = contextvars.ContextVar("a_command_is_under_way", default=False)
_spent: dict[str, float] = defaultdict(float)
_times: dict[str, int] = defaultdict(int)


def _timed(name: str, function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def timed(*args: Any, **kwargs: Any) -> Any:
        if not _under_way.get() and name != "guard":
            # Another's: the ticking in the background, the question whether we are ready.
            return await function(*args, **kwargs)
        began = time.perf_counter()
        try:
            return await function(*args, **kwargs)
        finally:
            _spent[name] += time.perf_counter() - began
            _times[name] += 1

    return timed


def watch(owner: Any, method: str, name: str) -> None:
    """Count time in a coroutine function of `owner` as `name`."""
    setattr(owner, method, _timed(name, getattr(owner, method)))


def install() -> None:
    """Put the stopwatch in."""
    _watch_guard()
    watch(SlackSide, "_events", "events")
    watch(adapter.SlackAdapter, "_on_command", "listener")
    watch(Bot, "handle", "bot")
    watch_database()
    # The adapter has its own name for it.
    watch_rendering(adapter, replies.in_acknowledgement.__name__)


def watch_database() -> None:
    """Count time in sessions, and of that in the driver."""
    for method in ("execute", "scalar", "scalars", "commit", "rollback", "close"):
        watch(AsyncSession, method, "session")
    watch(database._Connection, "visit", "driver")


def watch_rendering(module: Any, function: str) -> None:
    """Count time in a plain function, under the name that its caller's module has for it."""
    render = getattr(module, function)

    def rendered(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        said = render(*args, **kwargs)
        _spent["render"] += time.perf_counter() - began
        return said

    setattr(module, function, rendered)


@contextlib.contextmanager
def under_way(ours: bool = True) -> Iterator[None]:
    """What is called inside is counted, and what it starts in tasks."""
    token = _under_way.set(ours)
    try:
        yield
    finally:
        _under_way.reset(token)


def _watch_guard() -> None:
    make, call = SlackGuard.__init__, _timed("guard", SlackGuard.__call__)
    plain = SlackGuard.__call__

    def made(self: SlackGuard, inner: Any, **options: Any) -> None:
        make(self, _timed("inside the guard", inner), **options)

    async def called(self: SlackGuard, scope: Any, receive: Any, send: Any) -> None:
        ours = scope["type"] == "http" and scope["method"] == "POST"
        with under_way(ours):
            await (call if ours else plain)(self, scope, receive, send)

    SlackGuard.__init__ = made  # type: ignore[method-assign,assignment]
    SlackGuard.__call__ = called  # type: ignore[method-assign]


def breakdown(spans: Mapping[str, float], waited: float) -> dict[str, float]:
    """Milliseconds of one command by place, from spans and what the client waited (both in seconds a request)."""
    s = defaultdict(float, spans)
    places = {
        "sockets, uvicorn, the client": waited - s["guard"],
        "guard": s["guard"] - s["inside the guard"],
        "web app": s["inside the guard"] - s["events"],
        "Bolt": s["events"] - s["listener"],
        "Slack adapter": s["listener"] - s["bot"] - s["render"],
        "bot, router, service, view": s["bot"] - s["session"],
        "SQLAlchemy": s["session"] - s["driver"],
        "SQLite and its thread": s["driver"],
        "rendering as blocks": s["render"],
    }
    return {name: round(seconds * 1000, 3) for name, seconds in places.items()}


def read(file: Path) -> tuple[dict[str, float], float]:
    """Seconds a request by span, and calls of the driver a request."""
    kept = json.loads(file.read_text())
    requests = kept["times"]["listener"]
    return {k: v / requests for k, v in kept["spent"].items()}, kept["times"]["driver"] / requests


def write(file: Path) -> None:
    """Keep what was counted, for `read`."""
    file.write_text(json.dumps({"spent": _spent, "times": _times}))


def main(file: Path) -> None:
    """Serve until told to stop, then write."""
    install()
    try:
        app.serve(load())
    finally:
        write(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
