"""Two workspaces of the stand-in Slack, a tiny bot on a real loopback port, and the SDK's own client."""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qibot.clock import SetClock
from qibot.demo.slack_server import SlackServer, User, serving

SECRET = "stand-in-signing-secret"
NOVEMBER = datetime(2019, 11, 27, 9, 0, tzinfo=UTC)
Json = dict[str, Any]


@dataclass
class Got:
    """One request the bot received: its headers, raw body and decoded content."""

    headers: dict[str, str]
    raw: bytes
    data: Json


@dataclass
class TinyBot:
    """Keeps what it got, and answers with `answer` (a value, or a function of what it got)."""

    answer: Json | Response | Callable[[Got], Awaitable[Json | Response | None]] | None = None
    got: list[Got] = field(default_factory=list)

    async def events(self, request: Request) -> Response:
        raw = await request.body()
        if request.headers["content-type"] == "application/json":
            data = json.loads(raw)
        else:
            form = dict(await request.form())
            data = json.loads(str(form["payload"])) if "payload" in form else form
        self.got.append(Got(dict(request.headers), raw, data))
        answer = self.answer
        if callable(answer) and not isinstance(answer, Response):
            answer = await answer(self.got[-1])
        if isinstance(answer, Response):
            return answer
        return Response() if answer is None else JSONResponse(answer)


@dataclass
class World:
    """Everything a test needs."""

    slack: SlackServer
    clock: SetClock
    bot: TinyBot
    http: aiohttp.ClientSession
    ann: User
    bob: User
    cat: User

    def client(self, token: str = "xoxb-bedford", *, timeout: int = 5) -> AsyncWebClient:
        base_url = f"{self.slack.base_url}/api/"
        return AsyncWebClient(token, base_url=base_url, timeout=timeout, session=self.http, retry_handlers=[])

    async def respond(self, got: Got, answer: Json) -> int:
        """Answer by the response_url of what the bot got; the status."""
        async with self.http.post(got.data["response_url"], json=answer) as response:
            return response.status


@contextlib.asynccontextmanager
async def slack_world(**options: Any) -> AsyncIterator[World]:
    """Bedford (Ann, Bob) and Luton (Cat), on the morning of 27 November 2019."""
    bot, clock = TinyBot(), SetClock(NOVEMBER)
    app = Starlette(routes=[Route("/slack/events", bot.events, methods=["POST"])])
    async with serving(app) as address, aiohttp.ClientSession() as http:
        slack = SlackServer(
            now=clock.now, signing_secret=SECRET, bot_url=f"{address}/slack/events", http=http, **options
        )
        slack.add_workspace("T1", "Bedford", domain="bedford", bot_token="xoxb-bedford", bot_user_id="UBOT1")
        slack.add_workspace("T2", "Luton", domain="luton", bot_token="xoxb-luton", bot_user_id="UBOT2")
        ann = slack.add_user("T1", "UANN", "Ann Ash", email="ann@bedford.example", is_admin=True)
        bob = slack.add_user("T1", "UBOB", "Bob Birch", email="bob@bedford.example", tz="Europe/Paris")
        cat = slack.add_user("T2", "UCAT", "Cat Cedar", email="cat@luton.example")
        async with slack.running():
            yield World(slack, clock, bot, http, ann, bob, cat)


async def error_of(call: Awaitable[Any]) -> str:
    """The business error a call ends in ("" when it is well)."""
    try:
        await call
    except SlackApiError as trouble:
        return str(trouble.response["error"])
    return ""


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(label: str, action_id: str = "press", **more: Any) -> Json:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action_id,
        "value": "1",
        **more,
    }


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "steps", "elements": list(elements)}


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str) -> Json:
    return {"text": words(text), "value": value}


def asks(label: str, element: Json, **more: Any) -> Json:
    block_id = label.lower().replace(" ", "_")
    return {"type": "input", "block_id": block_id, "label": words(label), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "project.register",
        "title": words("Register a project"),
        "submit": words("Save"),
        "blocks": list(blocks),
        **more,
    }


TITLE = asks("Title", {"type": "plain_text_input", "action_id": "v", "max_length": 20})
PLACE = asks(
    "Place",
    {
        "type": "static_select",
        "action_id": "v",
        "options": [option("Luton & Dunstable", "lu"), option("Bedford", "be")],
    },
)
TOPICS = asks(
    "Topics",
    {"type": "checkboxes", "action_id": "v", "options": [option("Sepsis", "s"), option("Falls", "f")]},
    optional=True,
)
