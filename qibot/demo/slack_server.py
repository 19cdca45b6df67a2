"""A stand-in Slack: an app with the Web API, several workspaces, and people who can be told what to do.

It signs, times and retries as Slack does, refuses what Slack refuses, records everything (`calls`) and everything wrong
(`problems`: tests assert that it is empty). It never needs the internet, and counts instead of rolling dice: two runs
give the same ids.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Any

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

# Importing the method modules fills METHODS.
from qibot.demo import slack_api_chat, slack_api_team, slack_api_views  # noqa: F401
from qibot.demo.slack_api import METHODS, Api
from qibot.demo.slack_faults import Faults
from qibot.demo.slack_people import SlackPeople
from qibot.demo.slack_things import Call, EventSent, Seen, SeenMessage, User, View, Workspace

__all__ = [
    "METHODS",
    "Call",
    "EventSent",
    "Faults",
    "Seen",
    "SeenMessage",
    "SlackServer",
    "User",
    "View",
    "Workspace",
    "serving",
]


class SlackServer(SlackPeople):
    """The whole of it. `now` is the clock; `bot_url` the address of the bot's POST /slack/events."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        signing_secret: str,
        bot_url: str,
        http: aiohttp.ClientSession | None = None,
        enforce_pace: bool = False,
    ) -> None:
        super().__init__(now=now, signing_secret=signing_secret, bot_url=bot_url, http=http, enforce_pace=enforce_pace)
        self.codes = {}
        self.app = Starlette(
            routes=[
                Route("/api/{method}", Api(self), methods=["GET", "POST"]),
                Route("/oauth/v2/authorize", self.authorize_endpoint),
                Route("/respond/{key}", self.respond_endpoint, methods=["POST"]),
                Route("/upload/{file_id}", self._upload, methods=["POST", "PUT"]),
                Route("/files/{file_id}", self._download),
                WebSocketRoute("/socket", self.socket_endpoint),
            ]
        )

    @contextlib.asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[str]:
        """Serve on 127.0.0.1 (any free port unless one is named) and give the address, without a slash at its end.

        The SDK's `base_url` is this and "/api/".
        """
        async with serving(self.app, port) as self.base_url:
            try:
                yield self.base_url
            finally:
                await self.aclose()

    async def _upload(self, request: Request) -> Response:
        with self.working():
            return await slack_api_team.upload(self, request)

    async def _download(self, request: Request) -> Response:
        """A file's bytes, for a bot with a working token of its workspace."""
        value = request.headers.get("authorization", "").removeprefix("Bearer ")
        file, token = self.files.get(request.path_params["file_id"]), self.tokens.get(value)
        if file is None or file.content is None:
            return PlainTextResponse("not found", 404)
        if token is None or token.trouble or file.team_id not in token.teams or "files:read" not in token.scopes:
            # Slack leads whoever may not read it to a page to sign in.
            return RedirectResponse(f"{self.base_url}/oauth/v2/authorize", 302)
        self.fetched.append(file.id)
        return Response(file.content, media_type="application/octet-stream")


class _Quiet(uvicorn.Server):
    """Leaves the process's signals to its owner, and stops at once where uvicorn's own loops nap for 0.1 s."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing to capture."""
        yield

    async def main_loop(self) -> None:
        """Until told to stop."""
        await self.on_tick(0)
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, give what is being answered a second, close the rest."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if tasks := list(self.server_state.tasks):
            _, late = await asyncio.wait(tasks, timeout=1)
            for task in late:
                task.cancel()
        while self.server_state.connections:
            for connection in list(self.server_state.connections):
                if (transport := getattr(connection, "transport", None)) is not None:
                    transport.abort()
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def serving(app: Any, port: int = 0) -> AsyncIterator[str]:
    """Serve an ASGI app on 127.0.0.1 within this event loop, and give its address."""
    # With the protocol named: asyncio sets TCP_NODELAY only then, and without it every answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    quiet: dict[str, Any] = {"log_config": None, "log_level": "critical", "access_log": False, "lifespan": "off"}
    # Longer than a client keeps a connection, or on a slow machine it uses one that was let go just now.
    server = _Quiet(uvicorn.Config(app, timeout_keep_alive=60, **quiet))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.stopping.set()
        await task
        listener.close()
