"""What qibot is compared with in Teams: `python -m tests.bench.teams_bare sdk|route PORT CONNECTOR`.

sdk: Microsoft's own, mounted in FastAPI as its documents say, validating tokens, one listener that says a constant.
route: the same signature checked with PyJWT, and a constant posted; below that nothing can go.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import aiohttp
import jwt
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qibot.demo.teams_tokens import ISSUER
from tests.bench.bare import ANSWER, ready
from tests.bench.network import WORKSPACE
from tests.bench.teams_traffic import APP


async def sdk(connector: str) -> FastAPI:
    """Microsoft's own way. The import waits until here, for it reads and changes more than its own module."""
    from microsoft_teams.api import TokenCredentials
    from microsoft_teams.api.activities.message import MessageActivity
    from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides
    from microsoft_teams.apps import ActivityContext, App, FastAPIAdapter
    from microsoft_teams.common.http import ClientOptions

    given = _token(connector)

    async def token(scope: str | list[str], tenant: str | None) -> str:
        # It keeps none itself, so every reply asks here.
        return given

    metadata = f"{connector}/v1/.well-known/openidconfiguration"
    cloud = with_overrides(PUBLIC, login_endpoint=connector, token_service_url=connector, openid_metadata_url=metadata)
    web = FastAPI(routes=[ready()])
    app = App(
        client_id=APP,
        tenant_id=WORKSPACE,
        token=token,
        cloud=cloud,
        service_url=connector,
        client=ClientOptions(timeout=10),
        dangerously_allow_unauthenticated_requests=False,
        http_server_adapter=FastAPIAdapter(app=web),
    )

    @app.on_message
    async def answer(context: ActivityContext[MessageActivity]) -> None:
        await context.send(ANSWER)

    await app.initialize()
    if not isinstance(app.credentials, TokenCredentials):
        raise RuntimeError(f"the environment gave it other credentials: {type(app.credentials).__name__}")
    return web


async def route(connector: str) -> Starlette:
    """A route that checks the token, posts the answer, and is done."""
    (key,) = json.loads(_fetched(f"{connector}/v1/.well-known/keys"))["keys"]
    public, headers = jwt.PyJWK(key, "RS256"), {"Authorization": f"Bearer {_token(connector)}"}
    http: list[aiohttp.ClientSession] = []

    async def messages(request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        try:
            jwt.decode(token, public, algorithms=["RS256"], audience=APP, issuer=ISSUER)
        except jwt.PyJWTError:
            return PlainTextResponse("no", 401)
        said = await request.json()
        url = f"{said['serviceUrl']}v3/conversations/{said['conversation']['id']}/activities"
        async with http[0].post(url, json={"type": "message", "text": ANSWER}, headers=headers) as answer:
            await answer.read()
        return Response()

    @contextlib.asynccontextmanager
    async def client(_: Starlette) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            http.append(session)
            yield

    return Starlette(routes=[Route("/api/messages", messages, methods=["POST"]), ready()], lifespan=client)


def _token(connector: str) -> str:
    asked = urlencode({"grant_type": "client_credentials", "client_id": APP}).encode()
    return str(json.loads(_fetched(f"{connector}/{WORKSPACE}/oauth2/v2.0/token", asked))["access_token"])


def _fetched(url: str, data: bytes | None = None) -> bytes:
    with urlopen(url, data, timeout=10) as answer:
        given: bytes = answer.read()
    return given


async def main(kind: str, port: int, connector: str) -> None:
    """Serve with the settings that `qibot serve` has."""
    app: Any = await {"sdk": sdk, "route": route}[kind](connector)
    await uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, server_header=False)).serve()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
