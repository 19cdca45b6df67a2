"""Where the time of one message in Teams goes: the stopwatch of `spans`, at Teams' own places."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from qibot.bot import Bot
from qibot.platforms.teams import cards
from qibot.platforms.teams.adapter import TeamsAdapter
from qibot.platforms.teams.app import TeamsSide
from qibot.platforms.teams.calls import Connector
from qibot.platforms.teams.guard import TeamsGuard
from tests.bench import spans


def install() -> None:
    """Put the stopwatch in."""
    _begin_at_messages()
    spans.watch(TeamsGuard, "admit", "guard")
    spans.watch(TeamsAdapter, "receive", "listener")
    spans.watch(Bot, "handle", "bot")
    spans.watch(Connector, "post", "connector")
    spans.watch_database()
    spans.watch_rendering(cards, "render")


def _begin_at_messages() -> None:
    messages = TeamsSide._messages

    async def called(self: TeamsSide, request: Any) -> Any:
        with spans.under_way():
            return await messages(self, request)

    TeamsSide._messages = called  # type: ignore[method-assign]


def breakdown(given: Mapping[str, float], waited: float) -> dict[str, float]:
    """Milliseconds of one message by place, from spans and what the client waited (both in seconds a request)."""
    s = defaultdict(float, given)
    places = {
        "sockets, uvicorn, web app, client": waited - s["guard"] - s["listener"],
        "guard (token, shape)": s["guard"],
        "Teams adapter": s["listener"] - s["bot"] - s["render"] - s["connector"],
        "bot, router, service, view": s["bot"] - s["session"],
        "SQLAlchemy": s["session"] - s["driver"],
        "SQLite and its thread": s["driver"],
        "rendering as a card": s["render"],
        "posting it, until answered": s["connector"],
    }
    return {name: round(seconds * 1000, 3) for name, seconds in places.items()}
