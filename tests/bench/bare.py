"""What qibot is compared with: `python -m tests.bench.bare bolt|route PORT`.

bolt: Bolt alone, as lean as it is to be had, verifying the signature and answering a constant.
route: the same HMAC over the same bytes, and a constant; below that nothing can go.
"""

import hashlib
import hmac
import os
import sys
import time
from typing import Any

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

ANSWER = "a constant answer"


def bolt(secret: str) -> Starlette:
    """Bolt's own way: its verification, its Starlette adapter, one listener."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_id="B0", bot_user_id="UBOT", bot_token="xoxb-0"
        )

    app = AsyncApp(signing_secret=secret, authorize=authorize, process_before_response=True)

    @app.command("/qi")
    async def answer(ack: Any) -> None:
        await ack(text=ANSWER)

    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"]), ready()])


def route(secret: str) -> Starlette:
    """A route that checks the signature and answers."""
    key = secret.encode()

    async def events(request: Request) -> Response:
        at, body = request.headers["x-slack-request-timestamp"], await request.body()
        mac = hmac.new(key, b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
        fresh = abs(time.time() - int(at)) < 300
        if not fresh or not hmac.compare_digest(f"v0={mac}", request.headers["x-slack-signature"]):
            return PlainTextResponse("no", 401)
        return PlainTextResponse(ANSWER)

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"]), ready()])


def ready() -> Route:
    """What tells that the server is there."""

    async def answer(_: Request) -> Response:
        return PlainTextResponse("ready\n")

    return Route("/readyz", answer)


def main(kind: str, port: int, secret: str) -> None:
    """Serve with the settings that `qibot serve` has."""
    app = {"bolt": bolt, "route": route}[kind](secret)
    uvicorn.run(app, port=port, log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), os.environ["BENCH_SECRET"])
