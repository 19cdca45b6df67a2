"""Slack in this process: HTTP with its guard, installation by OAuth, Socket Mode beside it."""

import asyncio
import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import structlog
from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import (
    to_async_bolt_request,
    to_starlette_response,
)
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest as _Request
from slack_bolt.response import BoltResponse

from qibot.chat.platform import Answering
from qibot.clock import Clock
from qibot.database import Database
from qibot.errors import Refused
from qibot.platforms.guard import SlackGuard
from qibot.platforms.slack.adapter import SlackAdapter
from qibot.platforms.slack.installations import Installations, States, front_door, key_of
from qibot.platforms.slack.manifest import SCOPES
from qibot.settings import Settings

log = structlog.get_logger()
SECONDS_TO_CONNECT = 15
_START_AGAIN = ("qibot was not installed", "Please start again from the install link.")
_TEAM = re.compile(r"[A-Z0-9]{1,20}")
_REASON = re.compile(r"[a-z_]{1,40}")


class SlackSide:
    """Everything of Slack that the house starts, mounts and stops."""

    def __init__(self, settings: Settings, bot: Answering, database: Database, clock: Clock) -> None:
        self._settings, self._bot, self._clock = settings, bot, clock
        secret = settings.qibot_secret_key.get_secret_value()
        self.installations = Installations(database, secret, clock)
        self.adapter = SlackAdapter(
            bot,
            self.installations,
            api_url=settings.qibot_slack_api_url,
            token=settings.slack_bot_token.get_secret_value(),
        )
        self.refused: Mapping[str, int] = {}
        self._states = States(secret)
        self._socket: AsyncSocketModeHandler | None = None

    async def start(self) -> None:
        """Make what belongs to the running loop; connect Socket Mode when it has a token."""
        await self.adapter.start()
        app_token = self._settings.slack_app_token.get_secret_value()
        if app_token:
            self._socket = AsyncSocketModeHandler(
                self.adapter.app,
                app_token,
                web_client=self.adapter.web_client(app_token),
                logger=self.adapter.app.logger,
            )
            # Left alone it would try for ever, and the process could not even be asked to stop.
            try:
                async with asyncio.timeout(SECONDS_TO_CONNECT):
                    await self._socket.connect_async()  # type: ignore[no-untyped-call]
            except TimeoutError:
                raise Refused("Slack did not open a socket.", "Check SLACK_APP_TOKEN, and the network.") from None

    async def drain(self, seconds: float) -> None:
        """Finish the replies under way. The socket stays open meanwhile, for what came by it is acknowledged on it."""
        await self.adapter.drain(seconds)

    async def stop(self) -> None:
        """Let go."""
        if self._socket:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._socket.close_async()  # type: ignore[no-untyped-call]
        await self.adapter.stop()

    def mount(self, app: FastAPI) -> None:
        """Add Slack's addresses, and the guard in front of them."""
        app.add_route("/slack/events", self._events, methods=["POST"])
        if self._settings.slack_client_id:
            app.get("/slack/install")(self._install)
            app.get("/slack/oauth_redirect")(self._redirected)
        app.add_middleware(_Guard, side=self, secret=self._settings.slack_signing_secret.get_secret_value())

    async def _events(self, request: Request) -> Response:
        # Bolt's own reading loses a form whose words hold "payload", so it is handed the object, as a socket would.
        body = _read(await request.body(), request.headers.get("content-type", ""))
        try:
            made = _Request(body=body, mode="socket_mode")
            return to_starlette_response(await self.adapter.app.async_dispatch(made))
        except (AttributeError, LookupError, TypeError, ValueError) as odd:
            # Bolt trusts what it looks for, such as a team's id, to be there and to be text.
            log.warning("slack sent something odd", exc_info=odd)
            # Anything but 200 and Slack would send it again.
            return Response()

    async def _install(self, request: Request) -> Response:
        # Bolt writes the team into Slack's address as it came, other arguments and all.
        team = request.query_params.get("team", "")
        asked = _Request(body="", query={"team": team} if _TEAM.fullmatch(team) else {})
        return to_starlette_response(await self._flow().handle_installation(asked))

    async def _redirected(self, request: Request) -> Response:
        bolt_request = to_async_bolt_request(request, await request.body())
        try:
            return to_starlette_response(await self._flow().handle_callback(bolt_request))
        except (TimeoutError, aiohttp.ClientError) as error:
            log.warning("installation not finished", reason="slack was out of reach", error=type(error).__name__)
            return to_starlette_response(_page(400, *_START_AGAIN))

    def _flow(self) -> AsyncOAuthFlow:
        api = self._settings.qibot_slack_api_url
        made = AsyncOAuthSettings(
            client_id=self._settings.slack_client_id,
            client_secret=self._settings.slack_client_secret.get_secret_value(),
            scopes=list(SCOPES),
            installation_store=self.installations,
            state_store=self._states,
            # Straight to Slack: a page of ours with one link would only be one press more.
            install_page_rendering_enabled=False,
            authorization_url=f"{api.removesuffix('api/')}oauth/v2/authorize",
            callback_options=AsyncCallbackOptions(success=self._installed, failure=_not_installed),
        )
        return AsyncOAuthFlow(client=self.adapter.web_client(None), logger=self.adapter.app.logger, settings=made)

    async def _installed(self, args: AsyncSuccessArgs) -> BoltResponse:
        found = args.installation
        whole = bool(found.is_enterprise_install)
        key = key_of(found.team_id, found.enterprise_id, whole_org=whole)
        name = (found.enterprise_name if whole else found.team_name) or ""
        await self._bot.installed("slack", key, name, front_door(found.app_id or "", key))
        log.info("installed in a workspace", workspace=key, whole_org=whole)
        return _page(200, "qibot is installed", "Go back to Slack and type /qi help.")


async def _not_installed(args: AsyncFailureArgs) -> BoltResponse:
    # Anybody can write into the address that Slack sends people back to.
    log.warning("installation not finished", reason=args.reason if _REASON.fullmatch(args.reason) else "unreadable")
    status = args.suggested_status_code
    return _page(status if status < 500 else 400, *_START_AGAIN)


def _read(body: bytes, kind: str) -> dict[str, Any]:
    """What the guard has let through: a JSON object, or a form that may carry one as its payload."""
    text = body.decode()
    if kind.startswith("application/json"):
        return dict(json.loads(text))
    form = dict(parse_qsl(text, keep_blank_values=True))
    return dict(json.loads(form["payload"])) if "payload" in form else dict(form)


def _page(status: int, title: str, sentence: str) -> BoltResponse:
    body = (
        f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>{sentence}</p></html>"
    )
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'",
        "Cache-Control": "no-store",
    }
    return BoltResponse(status=status, headers=headers, body=body)


class _Guard(SlackGuard):
    """The guard as FastAPI adds middleware; its refusals can be counted from outside."""

    def __init__(self, app: Any, *, side: SlackSide, secret: str) -> None:
        super().__init__(app, signing_secret=secret, clock=side._clock)
        side.refused = self.refused
