"""The bot for Microsoft's Agents Playground, which has no tokens to send: they are made here, on its behalf.

The bot is the real one with its authentication on. Keys and tokens are the stand-in Teams's; a small proxy in front of
the bot signs what the playground posts, and the bot answers to the playground's own connector.

By hand: `python -m tests.browser.playground.bridge` from the root of the project, until Ctrl+C. Only ever on loopback:
whoever reaches the proxy is whoever they say they are.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qibot.app import House
from qibot.clock import SystemClock
from qibot.demo.slack_server import serving
from qibot.demo.teams_server import TeamsServer
from qibot.demo.teams_tokens import activity_claims, sign
from qibot.demo.world import TEAMS_APP, TEAMS_SECRET
from qibot.platforms.teams.cloud import Cloud
from qibot.settings import Settings

PORT, PLAYGROUND_PORT = 3978, 56150
PLAYGROUND = f"http://localhost:{PLAYGROUND_PORT}"
"""The origin that the playground gives as its service address; nothing else may be answered."""
HOME = "00000000-0000-0000-0000-0000000000001"
"""The tenant of the playground's people, as it writes it."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """`url` is for the playground, `bot_url` is the bot's own, which wants a token; `house` is the bot."""

    url: str
    bot_url: str
    house: House


@contextlib.asynccontextmanager
async def bridge(folder: str, port: int = PORT) -> AsyncIterator[Bridge]:
    """Start the bot with its database in `folder`, and the proxy on 127.0.0.1; stop both at the end."""
    async with aiohttp.ClientSession() as http:
        clock = SystemClock()
        stand_in = TeamsServer(now=clock.now, bot_url="", app_id=TEAMS_APP, app_secret=TEAMS_SECRET, http=http)
        stand_in.add_tenant(HOME, "The playground")
        async with stand_in.running() as base:
            house = House(_settings(folder), clock=clock, teams_cloud=Cloud.stand_in(base, PLAYGROUND))
            try:
                await house.start()
                async with serving(house.web()) as bot, serving(_proxy(http, f"{bot}/api/messages"), port) as url:
                    yield Bridge(f"{url}/api/messages", f"{bot}/api/messages", house)
            finally:
                await house.stop()


def _proxy(http: aiohttp.ClientSession, bot_url: str) -> Starlette:
    """Passes on what is posted, signed for the service address that it names, as the Bot Framework would."""

    async def passed_on(request: Request) -> Response:
        body = await request.body()
        token = sign(activity_claims(TEAMS_APP, str(json.loads(body).get("serviceUrl"))))
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        async with http.post(bot_url, data=body, headers=headers) as answer:
            return Response(await answer.read(), answer.status, media_type=answer.content_type)

    return Starlette(routes=[Route("/api/messages", passed_on, methods=["POST"])])


def _settings(folder: str) -> Settings:
    # Every secret is named, so that none of the machine's own can slip in.
    return Settings(
        _env_file=None,
        qibot_database_url=f"sqlite+aiosqlite:///{folder}/playground.sqlite",
        qibot_secret_key="a-stand-in-key",
        qibot_organisers="",
        slack_bot_token="",
        slack_app_token="",
        slack_signing_secret="",
        slack_client_id="",
        slack_client_secret="",
        teams_client_id=TEAMS_APP,
        teams_client_secret=TEAMS_SECRET,
        teams_tenant_id=HOME,
    )


async def _by_hand() -> None:
    with tempfile.TemporaryDirectory(prefix="qibot-playground-") as folder:
        async with bridge(folder) as made:
            print(f"The bot waits for the playground at {made.url}. Ctrl+C ends it; nothing is kept.", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_by_hand())
