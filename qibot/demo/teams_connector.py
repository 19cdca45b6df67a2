"""The connector: what the bot may ask of Teams, checked as Teams checks it and a little more.

Every address goes through `Route`: it records the call, lets the fault strike, looks at the token, and turns
`TeamsError` into Teams's answer {"error": {"code", "message"}}. What is not modelled is a problem, loudly.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from qibot.demo.slack_api import cut, never
from qibot.demo.slack_faults import Fault
from qibot.demo.teams_checks import check_activity, json_bytes, without_pictures
from qibot.demo.teams_shapes import CARD_BYTES
from qibot.demo.teams_state import TeamsState
from qibot.demo.teams_things import Call, Json, TeamsConversation, TeamsPost, TeamsUser
from qibot.demo.teams_tokens import LIFE, bot_token, key_set, metadata

BOT_SCOPE = "https://api.botframework.com/.default"
PAGE = 50


class TeamsError(Exception):
    """Teams says no: an HTTP status and its code."""

    def __init__(self, status: int, code: str, message: str = "", **headers: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


FAULTS = {
    "429": (429, "TooManyRequests"),
    "412": (412, "PreconditionFailed"),
    "500": (500, "InternalServerError"),
    "502": (502, "BadGateway"),
    "504": (504, "GatewayTimeout"),
    "blocked": (403, "MessageWritesBlocked"),
    "bad_token": (401, "Unauthorized"),
    "timeout": (504, "timeout"),
}


@dataclass(slots=True)
class Asked:
    """One call: where (tenant, path parameters) and what (body, query or form)."""

    server: TeamsState
    operation: str
    tenant: str
    path: dict[str, str]
    args: Json
    bearer: str

    def text(self, name: str) -> str:
        """An argument as text."""
        return str(self.args.get(name) or "")

    def need_app(self, user: TeamsUser) -> None:
        """403 unless the bot may write to this person."""
        if user.id in self.server.blocked:
            raise TeamsError(403, "MessageWritesBlocked", "User blocked the conversation with the bot.")
        if not self.server.has_app(user):
            raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")

    def chat(self) -> TeamsConversation:
        """The conversation of the path, if it is in this tenant and the bot in it."""
        server, chat_id = self.server, self.path["conversation"]
        team = server.team_of(chat_id.partition(";messageid=")[0])
        chat = server.conversations.get(chat_id)
        if chat is None and team is not None and chat_id in team.channels:
            chat = TeamsConversation(chat_id, team.tenant_id, "channel", team.members, team_id=team.id)
            chat.channel_id = chat_id
        if chat is None or chat.tenant_id != self.tenant:
            raise TeamsError(404, "ConversationNotFound", "Conversation not found.")
        if chat.kind == "personal":
            self.need_app(server.tenants[self.tenant].users[next(iter(chat.members))])
        if team is not None and not team.installed:
            raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        return chat

    def post(self, chat: TeamsConversation) -> TeamsPost:
        """The bot's own message of the path."""
        post = chat.posts.get(self.path["activity"])
        if post is None:
            raise TeamsError(404, "ActivityNotFoundInConversation", "Activity not found.")
        if post.user != self.server.bot_id:
            raise TeamsError(403, "Forbidden", "The bot can change its own messages only.")
        return post

    def checked(self, chat: TeamsConversation) -> str | None:
        """Check the message of the body for this conversation; whom it is for, when for one person only."""
        server, body = self.server, self.args
        found = check_activity(body)
        names = {chat.id, chat.channel_id or chat.id}
        if body.get("conversation") and body["conversation"].get("id") not in names:
            found.append("activity.conversation: not the one of the address")
        if body.get("from") and body["from"].get("id") not in (server.bot_id, server.app_id):
            found.append("activity.from: not the bot")
        targeted = self.path.get("isTargetedActivity") == "true"
        only_for = (body.get("recipient") or {}).get("id") if targeted else None
        if targeted and chat.kind == "personal":
            found.append("activity: nothing can be targeted in a personal chat")
        elif targeted and only_for not in chat.members and self.operation == "activities.send":
            found.append("activity.recipient: whom it is for must be in the conversation")
        if too_big := json_bytes(without_pictures(body)) > CARD_BYTES:
            found.append(f"activity: more than {CARD_BYTES} bytes")
        server.note(self.operation, found)
        if too_big:
            raise TeamsError(413, "MessageSizeTooBig", "Message size too large.")
        if found:
            raise TeamsError(400, "BadSyntax", "; ".join(found))
        if server.enforce_pace and body.get("type") == "message" and server.too_fast(chat):
            raise TeamsError(429, "TooManyRequests", "Too many requests.", Retry_After="1")
        return only_for


Handler = Callable[[Asked], Json | list[Json] | None]


class Route:
    """The ASGI endpoint of one operation. `bearer`: only for a bot with a token that still works."""

    def __init__(self, server: TeamsState, operation: str, handler: Handler, *, bearer: bool = True) -> None:
        self.server, self.operation, self.handler, self.bearer = server, operation, handler, bearer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or do not, as the faults say."""
        request = Request(scope, receive)
        path = {**request.query_params, **request.path_params}
        tenant = path.get("tenant")
        call = Call(self.operation, tenant, request.url.path, {}, self.server.now())
        self.server.calls.append(call)
        fault = self.server.faults.take(self.operation, tenant)
        call.fault = fault.kind if fault else ""
        with self.server.working():
            response = await self._respond(request, call, path, fault)
            call.status = response.status_code
        if fault is not None and fault.kind in ("timeout", "drop"):
            await (never if fault.kind == "timeout" else cut)(receive)
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request, call: Call, path: dict[str, str], fault: Fault | None) -> Response:
        try:
            call.args = await _read(request)
            if fault is not None and fault.kind in FAULTS:
                status, code = FAULTS[fault.kind]
                more = {"Retry_After": str(fault.retry_after)} if fault.kind == "429" else {}
                raise TeamsError(status, code, "", **more)
            if fault is not None and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
            asked = Asked(self.server, self.operation, call.tenant or "", path, call.args, bearer)
            if self.bearer:
                self._admit(asked)
            answer = self.handler(asked)
        except TeamsError as trouble:
            call.error = trouble.code
            if self.operation == "token":
                return JSONResponse({"error": trouble.code, "error_description": trouble.message}, trouble.status)
            error = {"error": {"code": trouble.code, "message": trouble.message}}
            return JSONResponse(error, trouble.status, trouble.headers)
        status = 201 if self.operation in ("activities.send", "conversations.create") else 200
        return Response(status_code=200) if answer is None else JSONResponse(answer, status)

    def _admit(self, asked: Asked) -> None:
        until = self.server.tokens.get(asked.bearer)
        if until is None or until <= self.server.now():
            raise TeamsError(401, "Unauthorized", "Authorization has been denied for this request.")
        if asked.tenant not in self.server.tenants:
            self.server.note(self.operation, [f"no such tenant in the service address: {asked.tenant}"])
            raise TeamsError(403, "Forbidden", "Unknown tenant.")


async def _read(request: Request) -> Json:
    if request.method == "GET" or not (raw := await request.body()):
        return {}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        async with request.form() as form:
            return {key: value for key, value in form.items() if isinstance(value, str)}
    try:
        body = json.loads(raw)
    except ValueError:
        raise TeamsError(400, "BadSyntax", "not JSON") from None
    if not isinstance(body, dict):
        raise TeamsError(400, "BadSyntax", "not an object")
    return body


# Keys and tokens


def keys(asked: Asked) -> Json:
    """GET /v1/.well-known/keys."""
    return key_set()


def openid(asked: Asked) -> Json:
    """GET /v1/.well-known/openidconfiguration."""
    return metadata(asked.server.base_url)


def token(asked: Asked) -> Json:
    """POST /{tenant}/oauth2/v2.0/token: client credentials."""
    server = asked.server
    if asked.text("grant_type") != "client_credentials" or asked.text("scope") != BOT_SCOPE:
        server.note("token", [f"grant {asked.text('grant_type')!r} for {asked.text('scope')!r} is not modelled"])
        raise TeamsError(400, "unsupported_grant_type")
    if (asked.text("client_id"), asked.text("client_secret")) != (server.app_id, server.app_secret):
        raise TeamsError(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
    if asked.tenant not in server.tenants and asked.tenant != "botframework.com":
        raise TeamsError(400, "invalid_request", "AADSTS90002: Tenant not found.")
    value = bot_token(server.app_id, asked.tenant, str(server.next_number("token")))
    server.tokens[value] = server.now() + timedelta(seconds=LIFE)
    return {"token_type": "Bearer", "expires_in": LIFE - 1, "ext_expires_in": LIFE - 1, "access_token": value}


# Conversations and messages


def create(asked: Asked) -> Json:
    """POST /v3/conversations: the personal chat with one person, or a new thread in a channel."""
    body, server = asked.args, asked.server
    members = body.get("members") or []
    tenant = body.get("tenantId") or ((body.get("channelData") or {}).get("tenant") or {}).get("id")
    if len(members) != 1 or body.get("isGroup"):
        server.note(asked.operation, ["exactly one member: bots cannot make group chats"])
        raise TeamsError(400, "BadSyntax", "Bot supports only one-to-one conversations.")
    if tenant != asked.tenant:
        server.note(asked.operation, [f"tenant {tenant!r}, but the service address is of {asked.tenant!r}"])
        raise TeamsError(400, "BadArgument", "Missing or wrong tenant.")
    user = server.user(asked.tenant, str(members[0].get("id", "")))
    if user is None:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    asked.need_app(user)
    chat = server.personal(user)
    answer: Json = {"id": chat.id, "serviceUrl": server.service_url(asked.tenant)}
    if body.get("activity"):
        asked.args = body["activity"]
        answer["activityId"] = _put(asked, chat)["id"]
    return answer


def send(asked: Asked) -> Json:
    """POST /v3/conversations/{id}/activities, with or without /{activity to reply to}."""
    return _put(asked, asked.chat())


def _put(asked: Asked, chat: TeamsConversation) -> Json:
    server = asked.server
    only_for = asked.checked(chat)
    if asked.args["type"] == "typing":
        return {"id": server.next_message_id()}
    if reply_to := asked.path.get("activity"):
        asked.args["replyToId"] = reply_to
    if chat.id == chat.channel_id and (team := server.team_of(chat.channel_id)) is not None:
        root = server.next_message_id()
        thread = server.thread(team, chat.channel_id, root)
        return {"id": server.post(thread, server.bot_id, asked.args, message_id=root, sent_by=asked.operation).id}
    return {"id": server.post(chat, server.bot_id, asked.args, only_for=only_for, sent_by=asked.operation).id}


def update(asked: Asked) -> Json:
    """PUT /v3/conversations/{id}/activities/{activity}."""
    chat = asked.chat()
    post = asked.post(chat)
    asked.checked(chat)
    asked.server.edit(post, asked.args, sent_by=asked.operation)
    return {"id": post.id}


def delete(asked: Asked) -> None:
    """DELETE /v3/conversations/{id}/activities/{activity}."""
    chat = asked.chat()
    del chat.posts[asked.post(chat).id]
    asked.server.changed()


# People and teams


def _account(user: TeamsUser) -> Json:
    given, _, surname = user.name.partition(" ")
    return {
        "id": user.id,
        "name": user.name,
        "objectId": user.aad_object_id,
        "aadObjectId": user.aad_object_id,
        "givenName": given,
        "surname": surname,
        "email": user.email,
        "userPrincipalName": user.upn,
        "tenantId": user.tenant_id,
        "userRole": "user",
    }


def _accounts(asked: Asked) -> list[Json]:
    users = asked.server.tenants[asked.tenant].users
    return [_account(user) for user in users.values() if user.id in asked.chat().members]


def members(asked: Asked) -> list[Json]:
    """GET /v3/conversations/{id}/members."""
    return _accounts(asked)


def paged_members(asked: Asked) -> Json:
    """GET /v3/conversations/{id}/pagedmembers?pageSize=&continuationToken=."""
    size = min(max(int(asked.path.get("pageSize", PAGE)), 1), 500)
    start = int(asked.path.get("continuationToken", 0))
    found = _accounts(asked)
    more = {"continuationToken": str(start + size)} if start + size < len(found) else {}
    return {"members": found[start : start + size], **more}


def member(asked: Asked) -> Json:
    """GET /v3/conversations/{id}/members/{member}, by either id."""
    user = asked.server.user(asked.tenant, asked.path["member"])
    if user is None or user.id not in asked.chat().members:
        raise TeamsError(404, "MemberNotFoundInConversation", "Member not found.")
    return _account(user)


def team(asked: Asked) -> Json:
    """GET /v3/teams/{team}."""
    found = asked.server.tenants[asked.tenant].teams.get(asked.path["team"])
    if found is None or not found.installed:
        raise TeamsError(404, "NotFound", "Team not found.")
    counts = {"channelCount": len(found.channels), "memberCount": len(found.members)}
    return {"id": found.id, "name": found.name, "tenantId": found.tenant_id, **counts}


def channels(asked: Asked) -> Json:
    """GET /v3/teams/{team}/conversations. The General channel comes without a name, as Teams has it."""
    team(asked)
    found = asked.server.tenants[asked.tenant].teams[asked.path["team"]]
    named = [{"id": key, "name": None if key == found.id else name} for key, name in found.channels.items()]
    return {"conversations": named}


def not_modelled(server: TeamsState) -> Callable[[Request], Awaitable[Response]]:
    """Every other address: recorded, and refused."""

    async def answer(request: Request) -> Response:
        server.note(f"{request.method} {request.url.path}", ["unknown address: the stand-in does not model it"])
        return PlainTextResponse("the stand-in does not model this address", 404)

    return answer


OPERATIONS: tuple[tuple[str, str, str, Callable[[Asked], Any]], ...] = (
    ("GET", "/v1/.well-known/openidconfiguration", "openid", openid),
    ("GET", "/v1/.well-known/keys", "keys", keys),
    ("POST", "/{tenant}/oauth2/v2.0/token", "token", token),
    ("POST", "/uk/{tenant}/v3/conversations", "conversations.create", create),
    ("POST", "/uk/{tenant}/v3/conversations/{conversation}/activities", "activities.send", send),
    ("POST", "/uk/{tenant}/v3/conversations/{conversation}/activities/{activity}", "activities.send", send),
    ("PUT", "/uk/{tenant}/v3/conversations/{conversation}/activities/{activity}", "activities.update", update),
    ("DELETE", "/uk/{tenant}/v3/conversations/{conversation}/activities/{activity}", "activities.delete", delete),
    ("GET", "/uk/{tenant}/v3/conversations/{conversation}/members", "members.list", members),
    ("GET", "/uk/{tenant}/v3/conversations/{conversation}/pagedMembers", "members.paged", paged_members),
    ("GET", "/uk/{tenant}/v3/conversations/{conversation}/pagedmembers", "members.paged", paged_members),
    ("GET", "/uk/{tenant}/v3/conversations/{conversation}/members/{member}", "members.get", member),
    ("GET", "/uk/{tenant}/v3/teams/{team}", "teams.get", team),
    ("GET", "/uk/{tenant}/v3/teams/{team}/conversations", "teams.channels", channels),
)
"""Method, address, the name faults and calls go by, and what answers."""
