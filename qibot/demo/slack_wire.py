"""How Slack reaches the bot: signed HTTP or a socket, three seconds to acknowledge, events sent again, response_url."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from qibot.demo.slack_checks import check_answer
from qibot.demo.slack_state import SlackState
from qibot.demo.slack_things import Attempt, Channel, EventSent, Json, Post, User, View, Workspace

RESPONSE_USES = 5
RESPONSE_LIFE = timedelta(minutes=30)
TRIGGER_LIFE = timedelta(seconds=3)
RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))


@dataclass(slots=True)
class Delivered:
    """The bot's answer. `status` is None when there was none, and `error` then says why."""

    status: int | None
    body: Json | str
    error: str = ""
    no_retry: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where an answer to one interaction may go. `post` is the message it came from."""

    team_id: str
    channel: Channel
    user: str
    post: Post | None
    made: datetime
    uses: int = 0


@dataclass(slots=True)
class Trigger:
    """A trigger_id: one modal, for this person, soon."""

    team_id: str
    user: str
    made: datetime
    used: bool = False
    view: View | None = None


@dataclass(slots=True)
class _Retry:
    due: datetime
    workspace: Workspace
    payload: Json
    sent: EventSent
    number: int
    reason: str


@dataclass(slots=True)
class _Sockets:
    tickets: set[str] = field(default_factory=set)
    live: list[WebSocket] = field(default_factory=list)
    acks: dict[str, asyncio.Future[Json]] = field(default_factory=dict)


class SlackWire(SlackState):
    """Everything that travels towards the bot."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        signing_secret: str,
        bot_url: str,
        http: aiohttp.ClientSession | None = None,
        enforce_pace: bool = False,
    ) -> None:
        super().__init__(now=now, enforce_pace=enforce_pace)
        self.signing_secret = signing_secret
        self.bot_url = bot_url
        self.ack_within = 3.0
        """Seconds of real time the bot has; tests of slow answers make it shorter."""
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, ResponseUrl] = {}
        self.on_deliver: list[Callable[[str, Json], None]] = []
        """Told the kind and the payload of everything that is about to be sent to the bot."""
        self._http = http
        self._own_http = http is None
        self._sockets = _Sockets()
        self._retries: list[_Retry] = []

    @property
    def http(self) -> aiohttp.ClientSession:
        """The session requests go out by."""
        if self._http is None:
            self._http = aiohttp.ClientSession()
        return self._http

    async def aclose(self) -> None:
        """Close the session and the sockets."""
        for socket in list(self._sockets.live):
            await socket.close()
        if self._own_http and self._http is not None:
            await self._http.close()
            self._http = None

    # Signed HTTP

    def sign(self, body: bytes, *, at: datetime | None = None) -> dict[str, str]:
        """Slack's headers for a body: v0 HMAC-SHA256 over "v0:{timestamp}:{body}"."""
        timestamp = str(int((at or self.now()).timestamp()))
        base = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new(self.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}

    async def deliver(
        self, workspace: Workspace, kind: str, payload: Json, headers: Mapping[str, str] | None = None
    ) -> Delivered:
        """Send a slash_commands, interactive or events_api payload, and wait for the acknowledgement."""
        for tell in self.on_deliver:
            tell(kind, payload)
        with self.working():
            if workspace.socket_mode:
                return await self._deliver_by_socket(kind, payload, headers or {})
            if kind == "events_api":
                body, content = json.dumps(payload).encode(), "application/json"
            else:
                form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
                body, content = urlencode(form).encode(), "application/x-www-form-urlencoded"
            return await self.send(body, {"Content-Type": content, **self.sign(body), **(headers or {})})

    async def send(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """POST raw bytes to the bot. For tests that replay or forge requests, too."""
        agent = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        try:
            async with (
                asyncio.timeout(self.ack_within),
                self.http.post(self.bot_url, data=body, headers={**agent, **headers}) as answer,
            ):
                text = await answer.text()
        except TimeoutError:
            return Delivered(None, "", "operation_timeout")
        except aiohttp.ClientError:
            return Delivered(None, "", "dispatch_failed")
        error = "" if answer.status == 200 else "dispatch_failed"
        no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
        if answer.content_type != "application/json" or not text:
            return Delivered(answer.status, text, error, no_retry)
        decoded = json.loads(text)
        return Delivered(answer.status, decoded if isinstance(decoded, dict) else text, error, no_retry)

    # Socket Mode

    def socket_address(self) -> str:
        """A new address to connect to, good once."""
        ticket = self.next_id("ticket")
        self._sockets.tickets.add(ticket)
        return f"{self.base_url.replace('http', 'ws', 1)}/socket?ticket={ticket}"

    async def socket_endpoint(self, socket: WebSocket) -> None:
        """One connection of the bot: hello, then envelopes out and acknowledgements in."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._sockets.tickets:
            await socket.close(4000)
            return
        self._sockets.tickets.discard(ticket)
        await socket.accept()
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": self.app_id}})
        self._sockets.live.append(socket)
        self.changed()
        try:
            while True:
                answer = await socket.receive_json()
                waiting = self._sockets.acks.pop(answer.get("envelope_id", ""), None)
                if waiting is None:
                    self.note("socket", [f"an acknowledgement of nothing: {sorted(answer)}"])
                elif not waiting.done():
                    waiting.set_result(answer)
        except WebSocketDisconnect:
            self._sockets.live.remove(socket)
            self.changed()

    @property
    def connections(self) -> int:
        """How many sockets the bot has open."""
        return len(self._sockets.live)

    async def refresh_sockets(self) -> None:
        """Ask the bot to connect anew, as Slack does every few hours."""
        for socket in list(self._sockets.live):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def _deliver_by_socket(self, kind: str, payload: Json, headers: Mapping[str, str]) -> Delivered:
        if not self._sockets.live:
            return Delivered(None, "", "dispatch_failed")
        envelope_id = self.next_id("envelope")
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope["retry_attempt"] = int(headers.get("X-Slack-Retry-Num", 0))
            envelope["retry_reason"] = headers.get("X-Slack-Retry-Reason", "")
        waiting = self._sockets.acks[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self.ack_within):
                await self._sockets.live[-1].send_json(envelope)
                answer = await waiting
        except TimeoutError:
            self._sockets.acks.pop(envelope_id, None)
            return Delivered(None, "", "operation_timeout")
        return Delivered(200, answer.get("payload") or "")

    # Events

    async def event(self, team_id: str, event: Json, *, retries: bool = True, duplicate: bool = False) -> EventSent:
        """Send an event. What is not taken is sent again at once; after 1 and 5 minutes by `retry_due`.

        `duplicate` sends a taken event once more, as Slack does when the bot's answer was lost on the way.
        """
        workspace = self.workspaces[team_id]
        payload = self._event_payload(workspace, event)
        sent = EventSent(payload["event_id"])
        await self._attempt(workspace, payload, sent, 0, "")
        if sent.delivered and duplicate:
            await self._attempt(workspace, payload, sent, 1, "http_timeout")
        elif not sent.delivered and retries:
            self._plan_retry(workspace, payload, sent)
            await self.retry_due()
        return sent

    async def retry_due(self) -> None:
        """Send again what is due by now; a test moves the clock and calls this."""
        while due := [one for one in self._retries if one.due <= self.now()]:
            self._retries = [one for one in self._retries if one.due > self.now()]
            for one in due:
                await self._attempt(one.workspace, one.payload, one.sent, one.number, one.reason)
                if not one.sent.delivered:
                    self._plan_retry(one.workspace, one.payload, one.sent)

    def _plan_retry(self, workspace: Workspace, payload: Json, sent: EventSent) -> None:
        number, last = len(sent.attempts), sent.attempts[-1]
        if number <= len(RETRY_AFTER) and last.reason != "no_retry":
            due = self.now() + RETRY_AFTER[number - 1]
            self._retries.append(_Retry(due, workspace, payload, sent, number, last.reason))

    async def _attempt(self, workspace: Workspace, payload: Json, sent: EventSent, number: int, reason: str) -> None:
        headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}
        answer = await self.deliver(workspace, "events_api", payload, headers)
        why = "http_timeout" if answer.error == "operation_timeout" else "http_error"
        why = "connection_failed" if answer.status is None and why == "http_error" else why
        sent.attempts.append(Attempt(number, "no_retry" if answer.no_retry else why, answer.status))

    def _event_payload(self, workspace: Workspace, event: Json) -> Json:
        event_id = self.next_id("Ev")
        authorization = {
            "enterprise_id": workspace.enterprise_id,
            "team_id": None if workspace.org_wide else workspace.id,
            "user_id": workspace.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": workspace.org_wide,
        }
        payload = {
            "token": self.verification_token,
            "team_id": workspace.id,
            "context_team_id": workspace.id,
            "context_enterprise_id": workspace.enterprise_id,
            "api_app_id": self.app_id,
            "event": {"event_ts": self.next_ts(), **event},
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self.now().timestamp()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }
        return {**payload, "enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else payload

    async def verify_url(self) -> bool:
        """The handshake when an address is entered in the app's settings: it must echo the challenge."""
        challenge = self.next_id("challenge")
        body = json.dumps({"type": "url_verification", "token": self.verification_token, "challenge": challenge})
        headers = {"Content-Type": "application/json", **self.sign(body.encode())}
        answer = await self.send(body.encode(), headers)
        return answer.status == 200 and challenge in (
            answer.body if isinstance(answer.body, str) else answer.body.values()
        )

    # trigger_id and response_url

    def new_trigger(self, user: User, view: View | None = None) -> str:
        """A trigger_id for something this person just did (in `view`)."""
        trigger_id = f"{self.next_id('trigger').removeprefix('trigger')}.{user.team_id}.{user.id}".lower()
        self.triggers[trigger_id] = Trigger(user.team_id, user.id, self.now(), view=view)
        return trigger_id

    def new_response_url(self, user: User, channel: Channel, post: Post | None = None) -> str:
        """An address to answer at: 5 uses in 30 minutes."""
        key = self.next_id("r")
        self.responses[key] = ResponseUrl(user.team_id, channel, user.id, post, self.now())
        return f"{self.base_url}/respond/{key}"

    async def respond_endpoint(self, request: Request) -> Response:
        """The bot answers by a response_url."""
        with self.working():
            where = self.responses.get(request.path_params["key"])
            if where is None or self.now() - where.made >= RESPONSE_LIFE:
                return PlainTextResponse("expired_url", 404)
            if where.uses >= RESPONSE_USES:
                return PlainTextResponse("used_url", 404)
            where.uses += 1
            try:
                answer = await request.json()
            except ValueError:
                self.note("response_url", ["not JSON"])
                return PlainTextResponse("invalid_payload", 400)
            if found := check_answer(answer):
                self.note("response_url", found)
                return JSONResponse({"ok": False, "error": "invalid_blocks", "messages": found}, 400)
            self.take_answer("response_url", where, answer)
            return PlainTextResponse("ok")

    def take_answer(self, source: str, where: ResponseUrl, answer: Mapping[str, Any]) -> None:
        """Do what a (checked) answer says: a new message, or the original replaced or deleted."""
        workspace = self.workspaces[where.team_id]
        self.note_words(source, workspace, answer)
        wants_original = answer.get("replace_original") or answer.get("delete_original")
        if wants_original and (where.post is None or where.post.ts not in where.channel.posts):
            self.note(source, ["there is no original message to replace or delete"])
        elif where.post is not None and answer.get("delete_original"):
            del where.channel.posts[where.post.ts]
            self.changed()
        elif where.post is not None and answer.get("replace_original"):
            self.edit(where.post, {"blocks": [], "text": "", **answer}, sent=answer, sent_by=source)
        else:
            only_for = None if answer.get("response_type") == "in_channel" else where.user
            bot = workspace.bot_user_id
            self.post(where.channel, bot, answer, only_for=only_for, sent=answer, sent_by=source)
