"""Two tenants of the stand-in Teams, and a tiny bot made of Microsoft's own SDK with its token validation on."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import httpx
import jwt
from microsoft_teams.api.activities.invoke import (
    AdaptiveCardInvokeActivity,
    TaskFetchInvokeActivity,
    TaskSubmitInvokeActivity,
)
from microsoft_teams.api.activities.message import MessageActivity, MessageActivityInput
from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides
from microsoft_teams.api.auth.credentials import TokenCredentials
from microsoft_teams.apps import ActivityContext, App
from microsoft_teams.apps.http.adapter import HttpMethod, HttpRequest, HttpRouteHandler
from microsoft_teams.cards import AdaptiveCard
from microsoft_teams.common import ClientOptions
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qibot.clock import SetClock
from qibot.demo.slack_server import serving
from qibot.demo.teams_server import TeamsServer, TeamsUser
from qibot.demo.teams_tokens import ISSUER

APP_ID = "11111111-2222-4333-8444-555555555555"
SECRET = "stand-in-secret"
LUTON = "aaaaaaaa-0000-4000-8000-000000000001"
BEDFORD = "bbbbbbbb-0000-4000-8000-000000000002"
NOVEMBER = datetime(2019, 11, 27, 9, 0, tzinfo=UTC)
Json = dict[str, Any]
Answer = Callable[[Any], Awaitable[Any]]


class Guard:
    """The SDK's door to the web, with what it forgets: keys fetched in a thread, one issuer, an expiry, an address."""

    def __init__(self) -> None:
        self.app = Starlette()
        self.sdk: App | None = None
        self.got: list[Json] = []

    def register_route(self, method: HttpMethod, path: str, handler: HttpRouteHandler) -> None:
        async def endpoint(request: Request) -> Response:
            body = await request.json()
            if not await self.good(request.headers.get("authorization", "").removeprefix("Bearer "), body):
                return JSONResponse({"error": "Unauthorized"}, 401)
            self.got.append(body)
            answer = await handler(HttpRequest(body=body, headers=dict(request.headers)))
            if answer["body"] is None:
                return Response(status_code=answer["status"])
            return JSONResponse(answer["body"], answer["status"])

        self.app.router.routes.append(Route(path, endpoint, methods=[method]))

    async def good(self, token: str, body: Json) -> bool:
        assert self.sdk is not None
        validator: Any = self.sdk.server._token_validator
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
            if claims.get("iss") != ISSUER or "exp" not in claims or not body.get("serviceUrl"):
                return False
            await asyncio.to_thread(validator._service_validator._jwks_client.get_signing_key_from_jwt, token)
        except jwt.PyJWTError:
            return False
        return True

    # The SDK's interface asks for these three; a bot served by FastAPI never uses them.

    def serve_static(self, path: str, directory: str) -> None:
        raise NotImplementedError

    async def start(self, port: int) -> None:
        raise NotImplementedError

    async def stop(self) -> None:
        raise NotImplementedError


@dataclass
class World:
    """Everything a test needs. `on` holds what the bot does: "message", "execute", "fetch", "submit"."""

    teams: TeamsServer
    clock: SetClock
    guard: Guard
    http: aiohttp.ClientSession
    ann: TeamsUser
    bob: TeamsUser
    cat: TeamsUser
    secret: str = SECRET
    on: dict[str, Answer] = field(default_factory=dict)
    app: App = field(init=False)

    async def token(self, scope: object, tenant_id: str | None) -> str:
        """The bot's token, asked for anew every time."""
        form = {"grant_type": "client_credentials", "client_id": APP_ID, "client_secret": self.secret, "scope": scope}
        async with self.http.post(f"{self.teams.base_url}/{tenant_id}/oauth2/v2.0/token", data=form) as answer:
            return str((await answer.json()).get("access_token") or NO_TOKEN)

    def build(self, guard: Guard) -> App:
        base = self.teams.base_url
        metadata = f"{base}/v1/.well-known/openidconfiguration"
        cloud = with_overrides(PUBLIC, login_endpoint=base, token_service_url=base, openid_metadata_url=metadata)
        app = App(
            client_id=APP_ID,
            tenant_id=LUTON,
            token=self.token,
            cloud=cloud,
            service_url=self.teams.service_url(LUTON),
            dangerously_allow_unauthenticated_requests=False,
            fetch_user_token=False,
            state=False,
            client=ClientOptions(timeout=2),
            http_server_adapter=guard,
            telemetry={"agent365": False},
        )
        assert isinstance(app.credentials, TokenCredentials)

        @app.on_message
        async def message(context: ActivityContext[MessageActivity]) -> None:
            if "message" in self.on:
                await self.on["message"](context)

        @app.on_card_action
        async def execute(context: ActivityContext[AdaptiveCardInvokeActivity]) -> Any:
            return await self.on["execute"](context)

        @app.on_dialog_open
        async def fetch(context: ActivityContext[TaskFetchInvokeActivity]) -> Any:
            return await self.on["fetch"](context)

        @app.on_dialog_submit
        async def submit(context: ActivityContext[TaskSubmitInvokeActivity]) -> Any:
            return await self.on["submit"](context)

        return app

    async def send(self, user: TeamsUser, what: str | Json, *, tenant: str | None = None) -> str:
        """Write to a person unasked, by the SDK; the message's id."""
        service_url = self.teams.service_url(tenant or user.tenant_id)
        sent = await self.app.send(self.teams.personal(user).id, message_of(what), service_url=service_url)
        return sent.id

    async def ask(self, method: str, path: str, body: Json | None = None, *, tenant: str = LUTON) -> tuple[int, Any]:
        """Ask the connector by hand, with a good token: the status and the answer."""
        headers = {"Authorization": f"Bearer {await self.token('https://api.botframework.com/.default', LUTON)}"}
        url = f"{self.teams.service_url(tenant)}v3/{path}"
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None


NO_TOKEN = jwt.encode({"sub": "nobody"}, "x" * 32, algorithm="HS256")
"""The SDK wants something that reads as a token even when there is none."""


def message_of(what: str | Json) -> MessageActivityInput:
    """Words, or a card, as the SDK sends them."""
    if isinstance(what, str):
        return MessageActivityInput(text=what)
    return MessageActivityInput().add_card(AdaptiveCard.model_validate(what))


@contextlib.asynccontextmanager
async def teams_world(**options: Any) -> AsyncIterator[World]:
    """Luton (Ann, Bob, who have the app) and Bedford (Cat, who has not), on the morning of 27 November 2019."""
    guard, clock = Guard(), SetClock(NOVEMBER)
    async with serving(guard.app) as address, aiohttp.ClientSession() as http:
        teams = TeamsServer(
            now=clock.now, bot_url=f"{address}/api/messages", app_id=APP_ID, app_secret=SECRET, http=http, **options
        )
        teams.add_tenant(LUTON, "Luton")
        teams.add_tenant(BEDFORD, "Bedford")
        ann = teams.add_user(LUTON, "0a", "Ann Ash", email="ann@luton.example", installed=True)
        bob = teams.add_user(LUTON, "0b", "Bob Birch", email="bob@luton.example", installed=True)
        cat = teams.add_user(BEDFORD, "0c", "Cat Cedar", email="cat@bedford.example")
        async with teams.running():
            world = World(teams, clock, guard, http, ann, bob, cat)
            world.app = guard.sdk = world.build(guard)
            await world.app.initialize()
            try:
                yield world
            finally:
                # The SDK closes neither of its two pools of connections.
                await world.app.http_client.http.aclose()
                await world.app.api.http.http.aclose()


async def refusal(call: Awaitable[Any]) -> tuple[int, str]:
    """Status and code of what the connector refused."""
    try:
        await call
    except httpx.HTTPStatusError as trouble:
        return trouble.response.status_code, str(trouble.response.json()["error"]["code"])
    return 200, ""


# Cards


def card(*body: Json, actions: list[Json] | None = None, **more: Any) -> Json:
    made: Json = {"type": "AdaptiveCard", "version": "1.5", "body": list(body), **more}
    return made | ({"actions": actions} if actions else {})


def words(text: str, **more: Any) -> Json:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def execute(title: str, verb: str = "press", **data: Any) -> Json:
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": {"action": verb, **data}}


def submit(title: str, **data: Any) -> Json:
    return {"type": "Action.Submit", "title": title, "data": data}


def asks(name: str, label: str, kind: str = "Input.Text", **more: Any) -> Json:
    return {"type": kind, "id": name, "label": label, **more}


REQUIRED: Json = {"isRequired": True, "errorMessage": "Please say."}
CHOICES = [{"title": "Luton", "value": "lu"}, {"title": "Bedford", "value": "be"}]
FORM = card(
    words("Register a project", weight="Bolder"),
    asks("title", "Title", maxLength=20, **REQUIRED),
    asks("place", "Place", "Input.ChoiceSet", choices=CHOICES, value="be"),
    asks(
        "topics",
        "Topics",
        "Input.ChoiceSet",
        choices=[{"title": "Sepsis", "value": "s"}, {"title": "Falls", "value": "f"}],
        isMultiSelect=True,
    ),
    asks("beds", "Beds", "Input.Number", min=1, max=50, errorMessage="1 to 50, please."),
    asks("start", "Starts", "Input.Date", min="2019-11-01"),
    {"type": "Input.Toggle", "id": "open", "title": "Open to others", "value": "true"},
    actions=[execute("Save", "project.save", key="7"), execute("Later", "project.later")],
)
