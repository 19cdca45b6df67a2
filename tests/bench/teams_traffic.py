"""What drives a server that answers Teams, and where its replies arrive.

A reply does not come in the answer to the request: the bot posts it to the connector. The stand-in connector is in this
process, so one clock sees the request leave and the reply arrive; like the client, it is as little of HTTP as is
needed. One token serves a whole run, as the Bot Framework's does for many activities; every server checks it each time.
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import unquote

from qibot.demo.teams_tokens import LIFE, activity_claims, bot_token, key_set, metadata, sign
from tests.bench.network import WORKSPACE, account
from tests.bench.traffic import Check, Connection, Driver, WrongAnswer, length

APP = "00000000-0000-4000-8000-00000000b07e"
PATIENCE = 20
"""Seconds for one request: long past any figure, so that a reply that never comes ends the bench."""
MOST_AT_ONCE = 16
"""People who ask. Each has one conversation, by which their reply is known."""
_numbers = itertools.count(int(time.time() * 1000) * 1000)

Reply = tuple[float, bytes]


class Connector:
    """The stand-in: keys, tokens, and replies that are noted when they arrive (`time.perf_counter`)."""

    def __init__(self) -> None:
        self.url, self.token, self.forged = "", "", ""
        self.problems: list[str] = []
        self._ours = bot_token(APP, WORKSPACE, "1")
        self._expected: dict[str, asyncio.Future[Reply]] = {}
        self._replies = itertools.count(1)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Connector"]:
        """Serve on loopback. Raises `RuntimeError` at the end when anything came that nobody waited for."""
        server = await asyncio.get_running_loop().create_server(lambda: _Served(self.answer), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        claims = activity_claims(APP, f"{self.url}/")
        self.token, self.forged = sign(claims), sign(claims, key="stranger")
        try:
            yield self
        finally:
            server.close()
        if self.problems:
            raise RuntimeError(f"the stand-in connector was asked for something else: {self.problems[:5]}")

    def expect(self, chat: str) -> "asyncio.Future[Reply]":
        """The next reply in a conversation: when it arrived, and its body."""
        future = self._expected[chat] = asyncio.get_running_loop().create_future()
        return future

    def answer(self, head: bytes, body: bytes) -> tuple[int, object]:
        """Status and JSON."""
        method, _, rest = head.decode("latin-1").partition(" ")
        path = unquote(rest.partition(" ")[0])
        if method == "GET" and path == "/v1/.well-known/openidconfiguration":
            return 200, metadata(self.url)
        if method == "GET" and path == "/v1/.well-known/keys":
            return 200, key_set()
        if method == "POST" and path == f"/{WORKSPACE}/oauth2/v2.0/token":
            return 200, {"token_type": "Bearer", "expires_in": LIFE, "access_token": self._ours}
        chat = path.removeprefix("/v3/conversations/").removesuffix("/activities")
        reply = self._expected.pop(chat, None) if method == "POST" else None
        if reply is None or reply.done() or f"Bearer {self._ours}" not in rest:
            self.problems.append(f"{method} {path}")
            return 404, {"error": {"code": "NotFound"}}
        reply.set_result((time.perf_counter(), body))
        return 200, {"id": str(next(self._replies))}


class _Served(asyncio.Protocol):
    def __init__(self, answer: Callable[[bytes, bytes], tuple[int, object]]) -> None:
        self._answer, self._heard = answer, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, gap, body = self._heard.partition(b"\r\n\r\n")
        if not gap or len(body) < length(head):
            return
        self._heard = b""
        status, said = self._answer(head, body)
        given = json.dumps(said).encode()
        kind = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(given)}\r\n\r\n"
        self._transport.write(kind.encode() + given)


class TeamsDriver(Driver):
    """Drives one server; `check` looks at the reply. A wait ends when the reply has arrived at `connector`."""

    def __init__(self, port: int, check: Check, connector: Connector, cpu: Callable[[], float] = lambda: 0.0) -> None:
        super().__init__(port, check, cpu)
        self._connector, self._turns = connector, itertools.count()

    async def must_refuse(self) -> None:
        """Raises `WrongAnswer` when the server takes a token that a stranger signed: then it is no comparison."""
        connection = await self._connect()
        status, _ = await connection.ask(activity(self._connector, 1, self._connector.forged))
        connection.close()
        if status != b"401":
            raise WrongAnswer(f"a forged token was answered with {status!r}")

    async def _drive(self, connection: Connection, until: float, waits: list[float]) -> None:
        person = next(self._turns) % MOST_AT_ONCE + 1
        now = time.perf_counter()
        while now < until:
            request, reply = (
                activity(self._connector, person, self._connector.token),
                self._connector.expect(chat(person)),
            )
            began = time.perf_counter()
            try:
                async with asyncio.timeout(PATIENCE):
                    status, body = await connection.ask(request)
                    if status != b"200":
                        raise WrongAnswer(f"{status!r}: {body[:300]!r}")
                    arrived, said = await reply
            except TimeoutError:
                raise WrongAnswer("no reply arrived at the connector") from None
            waits.append(arrived - began)
            if not self._right(said):
                raise WrongAnswer(f"reply: {said[:300]!r}")
            now = time.perf_counter()


def chat(person: int) -> str:
    """The id of somebody's own conversation with the bot."""
    return f"a:1bench{person}"


def activity(connector: Connector, person: int, token: str) -> bytes:
    """A whole HTTP request: the message `find sepsis`, as Teams posts it, that no other is equal to."""
    number = next(_numbers)
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(number // 1_000_000))
    said = {
        "type": "message",
        "id": str(number),
        "timestamp": at,
        "localTimestamp": at,
        "channelId": "msteams",
        "serviceUrl": f"{connector.url}/",
        "from": {"id": f"29:bench{person}", "name": "Bench", "aadObjectId": account(person)},
        "conversation": {"id": chat(person), "tenantId": WORKSPACE, "conversationType": "personal"},
        "recipient": {"id": f"28:{APP}", "name": "qibot"},
        "entities": [
            {"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Windows",
             "timezone": "Europe/London"},
        ],
        "channelData": {"tenant": {"id": WORKSPACE}},
        "locale": "en-GB",
        "localTimezone": "Europe/London",
        "textFormat": "plain",
        "text": "find sepsis",
    }  # fmt: skip
    body = json.dumps(said).encode()
    head = (
        "POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: Microsoft-SkypeBotApi\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    return head.encode() + body
