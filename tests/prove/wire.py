"""The network between a bot and a stand-in: it sees each message that is posted, and decides what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qibot.demo.slack_api import cut

Kind = Literal["pass", "throttle", "lost", "cut", "half", "slow"]
Step = Literal["arrived", "taken", "answered"]
STEPS: tuple[Step, ...] = ("arrived", "taken", "answered")


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one message. throttle: 429, wait `seconds`; lost: cut before it is taken; cut: taken, then cut
    without a word; half: taken, and half of the answer; slow: taken, answered after `seconds` of real time.
    """

    kind: Kind
    seconds: float = 0


PASS = Fate("pass")


class Wire:
    """An ASGI app in front of a stand-in's. `fate` is asked for each message by its workspace, `reading` for each other
    call, and `watch` told of each message's steps, which go on when it returns. Numbers count the messages that
    arrived, from 1; `sender` tells which of several bots sends one.
    """

    def __init__(self, app: ASGIApp, workspace_of: Callable[[Scope], str | None]) -> None:
        self._app, self._workspace_of = app, workspace_of
        self.arrived = 0
        self._senders: dict[int, int] = {}
        self.fate: Callable[[str], Fate] = lambda _: PASS
        self.reading: Callable[[], Fate] = lambda: PASS
        self.watch: Callable[[Step, int], Awaitable[None]] = _nothing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        sender, scope = _sender(scope)
        workspace = self._workspace_of(scope) if scope["type"] == "http" else None
        if workspace is None:
            await self._follow(self.reading(), 0, scope, receive, send)
            return
        self.arrived += 1
        number = self.arrived
        self._senders[number] = sender
        await self.watch("arrived", number)
        await self._follow(self.fate(workspace), number, scope, receive, send)

    def sender(self, number: int) -> int:
        """Which bot a message came from, 0 for one that calls the platform by its plain address."""
        return self._senders[number]

    async def _follow(self, fate: Fate, number: int, scope: Scope, receive: Receive, send: Send) -> None:
        if fate.kind == "throttle":
            body = {"ok": False, "error": {"code": "TooManyRequests"} if "/v3/" in scope["path"] else "ratelimited"}
            await JSONResponse(body, 429, {"Retry-After": f"{fate.seconds:.0f}"})(scope, receive, send)
            return
        if fate.kind == "lost":
            await cut(receive)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self._app(scope, receive, hold)
        if number:
            await self.watch("taken", number)
        if fate.kind == "slow":
            await asyncio.sleep(fate.seconds)
        if fate.kind == "cut":
            await cut(receive)
            return
        if fate.kind == "half":
            whole = b"".join(message.get("body", b"") for message in held)
            await send(held[0])
            await send({"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True})
            await cut(receive)
            return
        for message in held:
            await send(message)
        if number:
            await self.watch("answered", number)


def via(url: str, sender: int) -> str:
    """The address of a platform by which a bot is known as this one."""
    return f"{url}/from/{sender}"


def _sender(scope: Scope) -> tuple[int, Scope]:
    parts = scope["path"].split("/", 3) if scope["type"] == "http" else []
    return (int(parts[2]), {**scope, "path": f"/{parts[3]}"}) if parts[1:2] == ["from"] else (0, scope)


async def _nothing(step: Step, number: int) -> None:
    return None


def slack_workspace(tokens: dict[str, str]) -> Callable[[Scope], str | None]:
    """Of a chat.postMessage, by its token."""

    def find(scope: Scope) -> str | None:
        if not scope["path"].endswith("/chat.postMessage"):
            return None
        return tokens.get(_header(scope, b"authorization").removeprefix("Bearer "))

    return find


def teams_tenant(scope: Scope) -> str | None:
    """Of a message to a conversation, by its address."""
    parts = scope["path"].split("/")
    return parts[2] if scope["method"] == "POST" and parts[-1] == "activities" else None


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
