"""The door of the stand-in Web API: arguments, tokens, scopes, faults, and the record of every call.

A method is a plain async function `(asked) -> dict` under its name in `METHODS`; `@method` puts it there.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from qibot.demo.slack_faults import Fault
from qibot.demo.slack_state import SlackError
from qibot.demo.slack_things import Call, Channel, Json, Token, User, Workspace

if TYPE_CHECKING:
    from qibot.demo.slack_people import SlackPeople

LONGEST_TIMEOUT = 60.0
"""Seconds after which even a call that is never answered is let go, so that a forgotten one cannot hang a run."""


@dataclass(slots=True)
class Asked:
    """One call: who asks (token and workspace) and for what."""

    server: "SlackPeople"
    method: str
    args: Json
    token: Token
    workspace: Workspace

    def need(self, name: str, error: str = "invalid_arguments") -> str:
        """An argument that must be there, as text."""
        value = self.args.get(name)
        if value in (None, ""):
            raise SlackError(error, response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
        return str(value)

    def text(self, name: str, default: str = "") -> str:
        """An argument as text."""
        return str(self.args.get(name, default))

    def flag(self, name: str) -> bool:
        """An argument that is on or off; forms write 1 or true."""
        return str(self.args.get(name, "")).lower() in ("1", "true")

    def json(self, name: str) -> Any:
        """A structured argument: JSON already, or JSON in a string as forms have it. None when missing."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError("invalid_arguments") from None

    def refuse(self, error: str, found: list[str]) -> None:
        """Record problems and answer `error` if there are any."""
        if found:
            self.server.note(self.method, found)
            raise SlackError(error, response_metadata={"messages": [f"[ERROR] {one}" for one in found]})

    def user(self, user_id: str) -> User:
        """A person of this workspace."""
        if user_id not in self.workspace.users:
            raise SlackError("user_not_found")
        return self.workspace.users[user_id]

    def channel(self, channel_id: str) -> Channel:
        """A conversation the bot is in."""
        channel = self.workspace.channels.get(channel_id)
        if channel is None:
            raise SlackError("channel_not_found")
        if self.workspace.bot_user_id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def scope(self, needed: str) -> None:
        """Answer missing_scope unless the token has it."""
        if needed not in self.token.scopes:
            raise SlackError("missing_scope", needed=needed, provided=",".join(self.token.scopes))


Handler = Callable[[Asked], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Method:
    """A handler, the arguments it knows, the scope it needs, and the kind of token: bot, app or none."""

    handler: Handler
    args: frozenset[str]
    scope: str
    token: str


METHODS: dict[str, Method] = {}


def method(name: str, args: str = "", *, scope: str = "", token: str = "bot") -> Callable[[Handler], Handler]:
    """Put a handler into `METHODS`; `args` are the arguments it takes, separated by spaces."""

    def keep(handler: Handler) -> Handler:
        METHODS[name] = Method(handler, frozenset(args.split()), scope, token)
        return handler

    return keep


async def read_arguments(request: Request) -> tuple[Json, str]:
    """Arguments from query string, form or JSON body, and the token from its header or from among them."""
    args: Json = dict(request.query_params)
    content = request.headers.get("content-type", "")
    if content.startswith("application/json"):
        body = await request.body()
        args |= json.loads(body) if body else {}
    elif request.method == "POST":
        async with request.form() as form:
            args |= {key: value for key, value in form.items() if isinstance(value, str)}
    bearer = request.headers.get("authorization", "")
    token = bearer.removeprefix("Bearer ") if bearer.startswith("Bearer ") else ""
    return args, token or str(args.pop("token", ""))


class Api:
    """The ASGI endpoint of `/api/{method}`."""

    def __init__(self, server: "SlackPeople") -> None:
        self.server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or do not, as the faults say."""
        request = Request(scope, receive)
        name = request.path_params["method"]
        try:
            args, value = await read_arguments(request)
        except ValueError:
            await JSONResponse({"ok": False, "error": "invalid_json"})(scope, receive, send)
            return
        if request.headers.get("authorization", "").startswith("Basic "):
            args["authorization"] = request.headers["authorization"]
        token = self.server.tokens.get(value)
        team = token.teams[0] if token and len(token.teams) == 1 else args.get("team_id")
        call = Call(name, team, args, self.server.now())
        self.server.calls.append(call)
        fault = self.server.faults.take(name, team)
        call.fault = fault.kind if fault else ""
        with self.server.working():
            response = await self._respond(call, value, fault)
        if fault is not None and fault.kind in ("timeout", "drop"):
            await (never if fault.kind == "timeout" else cut)(receive)
            return
        await response(scope, receive, send)

    async def _respond(self, call: Call, value: str, fault: Fault | None) -> Response:
        kind = fault.kind if fault else ""
        if fault is not None and kind in ("429", "500", "timeout", "revoked", "refused"):
            call.error = {"429": "ratelimited", "revoked": "token_revoked", "refused": fault.error}.get(kind, kind)
            if kind == "429":
                return _too_many(fault.retry_after)
            if kind in ("revoked", "refused"):
                return JSONResponse({"ok": False, "error": call.error})
            return PlainTextResponse("<html>Something went wrong</html>", 500, media_type="text/html")
        if fault is not None and kind == "slow":
            await asyncio.sleep(fault.seconds)
        try:
            answer = await self._answer(call, value)
        except SlackError as trouble:
            call.error = trouble.error
            if trouble.error == "ratelimited":
                return _too_many(trouble.extra["retry_after"])
            return JSONResponse({"ok": False, "error": trouble.error, **trouble.extra})
        call.ok = True
        return JSONResponse({"ok": True, **answer})

    async def _answer(self, call: Call, value: str) -> Json:
        server = self.server
        known = METHODS.get(call.method)
        if known is None:
            server.note(call.method, ["unknown_method: the stand-in does not model it"])
            raise SlackError("unknown_method", req_method=call.method)
        unknown = sorted(call.args.keys() - known.args - {"team_id", "authorization"})
        server.note(call.method, (f"unknown argument: {one}" for one in unknown))
        nowhere = Workspace("", "", "", "", "", ())
        if known.token == "none":
            return await known.handler(Asked(server, call.method, call.args, Token("", ()), nowhere))
        if known.token == "app":
            if value != server.app_token:
                raise SlackError("invalid_auth" if not server.tokens.get(value) else "not_allowed_token_type")
            return await known.handler(Asked(server, call.method, call.args, Token(value, ()), nowhere))
        token = self._token(value)
        workspace = self._workspace(token, call.args)
        call.team = workspace.id
        asked = Asked(server, call.method, call.args, token, workspace)
        if known.scope:
            asked.scope(known.scope)
        return await known.handler(asked)

    def _token(self, value: str) -> Token:
        if not value:
            raise SlackError("not_authed")
        if value == self.server.app_token:
            raise SlackError("not_allowed_token_type")
        token = self.server.tokens.get(value)
        if token is None:
            raise SlackError("invalid_auth")
        if token.trouble:
            raise SlackError(token.trouble)
        return token

    def _workspace(self, token: Token, args: Json) -> Workspace:
        """The workspace a call is about; an organisation's token serves several, so its arguments decide."""
        server = self.server
        mine = [server.workspaces[team] for team in token.teams]
        if len(mine) == 1:
            return mine[0]
        if args.get("team_id"):
            named = [w for w in mine if w.id == args["team_id"]]
            return named[0] if named else _raise("team_access_not_granted")
        trigger = server.triggers.get(str(args.get("trigger_id", "")))
        view = server.views.get(str(args.get("view_id", "")))
        teams = {one.team_id for one in (trigger, view) if one is not None}
        wanted = {str(args.get(key)) for key in ("channel", "channel_id", "user", "user_id")}
        wanted |= set(str(args.get("users", "")).split(","))
        for workspace in mine:
            if workspace.id in teams or wanted & (workspace.channels.keys() | workspace.users.keys()):
                return workspace
        return mine[0]


def _raise(error: str) -> Workspace:
    raise SlackError(error)


def _too_many(retry_after: int) -> Response:
    return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(retry_after)})


async def never(receive: Receive) -> None:
    """Say nothing until the bot gives up."""
    try:
        async with asyncio.timeout(LONGEST_TIMEOUT):
            while (await receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        await cut(receive)


async def cut(receive: Receive) -> None:
    """Cut the connection without a word. ASGI has no word for that, so it is done on the server's own transport."""
    transport = receive.__self__.transport  # type: ignore[attr-defined]
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue
