"""How the stand-in reaches the bot: events and their retries, Socket Mode, and a real Bolt app at the other end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qibot.clock import SystemClock
from qibot.demo.slack_server import SlackServer, serving
from tests.demo.slack_world import SECRET, TITLE, Got, World, actions, button, modal, section, slack_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as made:
        yield made
        assert made.slack.problems == []


def retries(world: World) -> list[tuple[str, str]]:
    """Number and reason in the headers of each event the bot got."""
    names = ("x-slack-retry-num", "x-slack-retry-reason")
    return [(got.headers.get(names[0], ""), got.headers.get(names[1], "")) for got in world.bot.got]


async def test_an_event_is_sent_again_at_once_after_one_and_after_five_minutes(world: World) -> None:
    world.bot.answer = PlainTextResponse("no", 500)
    sent = await world.slack.event("T1", {"type": "team_rename", "name": "x"})
    assert retries(world) == [("", ""), ("1", "http_error")]
    world.clock.forward(timedelta(seconds=59))
    await world.slack.retry_due()
    assert len(world.bot.got) == 2
    world.clock.forward(timedelta(seconds=1))
    await world.slack.retry_due()
    world.clock.forward(timedelta(minutes=5))
    await world.slack.retry_due()
    world.clock.forward(timedelta(hours=1))
    await world.slack.retry_due()
    assert retries(world)[2:] == [("2", "http_error"), ("3", "http_error")]
    assert {got.data["event_id"] for got in world.bot.got} == {sent.event_id}
    assert not sent.delivered
    assert [attempt.status for attempt in sent.attempts] == [500] * 4


async def test_an_event_taken_is_not_sent_again_but_may_arrive_twice(world: World) -> None:
    await world.slack.event("T1", {"type": "team_rename"})
    assert len(world.bot.got) == 1
    twice = await world.slack.event("T1", {"type": "team_rename"}, duplicate=True)
    assert retries(world)[1:] == [("", ""), ("1", "http_timeout")]
    assert [got.data["event_id"] for got in world.bot.got[1:]] == [twice.event_id] * 2


async def test_a_slow_bot_hears_why_and_one_that_says_so_is_left_alone(world: World) -> None:
    gate = asyncio.Event()

    async def slow(got: Got) -> None:
        await gate.wait()

    world.slack.ack_within, world.bot.answer = 0.05, slow
    sent = await world.slack.event("T1", {"type": "team_rename"})
    gate.set()
    assert [(a.retry, a.reason, a.status) for a in sent.attempts] == [
        (0, "http_timeout", None),
        (1, "http_timeout", None),
    ]
    world.slack.ack_within = 3.0
    world.bot.answer = PlainTextResponse("no", 500, {"X-Slack-No-Retry": "1"})
    assert len((await world.slack.event("T1", {"type": "team_rename"})).attempts) == 1


async def test_an_address_is_verified_by_its_echo(world: World) -> None:
    async def echo(got: Got) -> Response:
        return PlainTextResponse(got.data["challenge"])

    world.bot.answer = echo
    assert await world.slack.verify_url()
    world.bot.answer = PlainTextResponse("something else")
    assert not await world.slack.verify_url()


async def test_a_socket_needs_a_fresh_ticket(world: World) -> None:
    opened = await world.client().apps_connections_open(app_token=world.slack.app_token)
    async with world.http.ws_connect(opened["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        assert world.slack.connections == 1
    await world.slack.wait_idle(lambda: world.slack.connections == 0)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await world.http.ws_connect(opened["url"])


async def test_without_a_socket_nothing_arrives(world: World) -> None:
    world.slack.workspaces["T1"].socket_mode = True
    world.slack.ack_within = 0.05
    assert (await world.slack.slash(world.ann, "x")).error == "dispatch_failed"
    opened = await world.client().apps_connections_open(app_token=world.slack.app_token)
    async with world.http.ws_connect(opened["url"]) as socket:
        await world.slack.wait_idle(lambda: world.slack.connections)
        assert (await world.slack.slash(world.ann, "x")).error == "operation_timeout"
        assert (await socket.receive_json())["type"] == "hello"
        envelope = await socket.receive_json()
    assert (envelope["type"], envelope["payload"]["command"]) == ("slash_commands", "/qi")
    assert world.bot.got == []


def bolt_app(slack: SlackServer, http: aiohttp.ClientSession) -> AsyncApp:
    """A small real Bolt app with one of everything."""
    client = AsyncWebClient("xoxb-bedford", base_url=f"{slack.base_url}/api/", session=http, retry_handlers=[])

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-bedford", bot_user_id="UBOT1")

    app = AsyncApp(client=client, signing_secret=SECRET, authorize=authorize, process_before_response=True)

    @app.command("/qi")
    async def qi(ack: Any, body: dict[str, Any]) -> None:
        blocks = [section(f"You said {body['text']}"), actions(button("Register", "register"))]
        await ack(text="Hello", blocks=blocks)

    @app.action("register")
    async def register(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(TITLE))

    @app.view("project.register")
    async def save(ack: Any, view: dict[str, Any], body: dict[str, Any]) -> None:
        title = view["state"]["values"]["title"]["v"]["value"]
        if title == "No":
            await ack(response_action="errors", errors={"title": "Another, please."})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=f"Saved {title}")

    @app.event("app_home_opened")
    async def home(event: dict[str, Any]) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Home")]})

    return app


async def one_of_everything(slack: SlackServer) -> None:
    ann = slack.workspaces["T1"].users["UANN"]
    seen = await slack.slash(ann, "hello")
    assert (seen.error, seen.shown) == ("", "You said hello\n[Register]")
    view = (await slack.press(ann, seen.messages[0], "Register")).opened
    assert view is not None
    assert (await slack.submit(ann, view, {"Title": "No"})).errors == {"title": "Another, please."}
    seen = await slack.submit(ann, view, {"Title": "Falls"})
    assert seen.closed
    assert seen.shown == "Saved Falls"
    seen = await slack.open_home(ann)
    assert seen.updated is not None
    assert seen.updated.shown == "Home"
    assert slack.problems == []


@contextlib.asynccontextmanager
async def bolt_world() -> AsyncIterator[tuple[SlackServer, AsyncApp]]:
    """A real Bolt app behind real HTTP. On the machine's own clock, since Bolt asks nothing else."""
    handler: list[AsyncSlackRequestHandler] = []

    async def events(request: Request) -> Response:
        return await handler[0].handle(request)

    starlette = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    async with serving(starlette) as address, aiohttp.ClientSession() as http:
        bot_url = f"{address}/slack/events"
        slack = SlackServer(now=SystemClock().now, signing_secret=SECRET, bot_url=bot_url, http=http)
        slack.add_workspace("T1", "Bedford", domain="b", bot_token="xoxb-bedford", bot_user_id="UBOT1")
        slack.add_user("T1", "UANN", "Ann Ash", email="ann@bedford.example")
        async with slack.running():
            app = bolt_app(slack, http)
            handler.append(AsyncSlackRequestHandler(app))
            yield slack, app


async def test_a_real_bolt_app_over_http() -> None:
    async with bolt_world() as (slack, _):
        await one_of_everything(slack)
        slack.signing_secret = "another"
        ann = slack.workspaces["T1"].users["UANN"]
        assert (await slack.slash(ann, "hello")).status == 401


async def test_a_real_bolt_app_over_socket_mode() -> None:
    async with bolt_world() as (slack, app):
        slack.workspaces["T1"].socket_mode = True
        handler = AsyncSocketModeHandler(app, slack.app_token, web_client=app.client)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            await slack.wait_idle(lambda: slack.connections == 1)
            await one_of_everything(slack)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]
