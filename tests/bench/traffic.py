"""What drives a server: signed slash commands over keep-alive connections, as fast as they are answered."""

import asyncio
import hashlib
import hmac
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.bench.network import ACCOUNT, WORKSPACE

SECRET, APP = "a-bench-signing-secret", "A0BENCH"
_FORM = {
    "token": "legacy", "team_id": WORKSPACE, "team_domain": "bench", "channel_id": "D0BENCH", "channel_name":
    "directmessage", "user_id": ACCOUNT, "user_name": "asker", "command": "/qi", "text": "find sepsis", "api_app_id":
    APP, "is_enterprise_install": "false", "response_url": "http://127.0.0.1:9/commands/T0BENCH/1/x",
}  # fmt: skip
_numbers = itertools.count(int(time.time() * 1000) * 1000)

Check = Callable[[bytes], bool]


class WrongAnswer(Exception):
    """A server under measurement answered something else than it should."""


@dataclass(frozen=True, slots=True)
class Round:
    """`waits` in seconds, one a request, in rising order; `cpu` is what the server had of the processor, in seconds."""

    seconds: float
    waits: list[float]
    cpu: float

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return len(self.waits) / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        """Processor time of the server for one request: what a busy machine leaves comparable."""
        return self.cpu / len(self.waits) * 1000

    def milliseconds(self, share: float) -> float:
        """How long `share` (0-1) of the requests took at most."""
        return self.waits[min(len(self.waits) - 1, int(len(self.waits) * share))] * 1000


class Driver:
    """Drives one server. `check` says whether a body is right (equal bodies are looked at once), `cpu` what it used."""

    def __init__(self, port: int, check: Check, cpu: Callable[[], float] = lambda: 0.0) -> None:
        self._port, self._check, self._cpu = port, check, cpu
        self._seen: set[bytes] = set()

    async def run(self, concurrency: int, seconds: float) -> Round:
        """Keep `concurrency` connections busy for so long. Raises `WrongAnswer`."""
        connections = [await self._connect() for _ in range(concurrency)]
        waits: list[float] = []
        used, began = self._cpu(), time.perf_counter()
        try:
            await asyncio.gather(*(self._drive(c, began + seconds, waits) for c in connections))
            took = time.perf_counter() - began
        finally:
            for c in connections:
                c.close()
        return Round(took, sorted(waits), self._cpu() - used)

    async def _connect(self) -> "Connection":
        _, made = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", self._port)
        return made

    async def _drive(self, connection: "Connection", until: float, waits: list[float]) -> None:
        now = time.perf_counter()
        while now < until:
            request = signed()
            began = time.perf_counter()
            status, body = await connection.ask(request)
            now = time.perf_counter()
            waits.append(now - began)
            if status != b"200" or not self._right(body):
                raise WrongAnswer(f"{status!r}: {body[:300]!r}")

    def _right(self, body: bytes) -> bool:
        if body not in self._seen and self._check(body):
            self._seen.add(body)
        return body in self._seen


def signed() -> bytes:
    """A whole HTTP request that no other is equal to, signed as Slack signs."""
    number = next(_numbers)
    body = urlencode({**_FORM, "trigger_id": f"{number}.1.{number:x}"}).encode()
    at = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: Slackbot 1.0\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {at}\r\nX-Slack-Signature: v0={mac}\r\n\r\n"
    )
    return head.encode() + body


def length(head: bytes) -> int:
    """How many bytes follow the head of an HTTP message, as it says itself."""
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)


class Connection(asyncio.Protocol):
    """As little of HTTP/1.1 as is needed, so that the client is never what is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._heard = transport, b""
        self._answer: asyncio.Future[tuple[bytes, bytes]] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WrongAnswer("the connection was closed"))

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, gap, body = self._heard.partition(b"\r\n\r\n")
        if not gap or self._answer is None:
            return
        if len(body) >= length(head):
            self._heard = b""
            self._answer.set_result((head[9:12], body))

    def ask(self, request: bytes) -> "asyncio.Future[tuple[bytes, bytes]]":
        """Send; the answer is (status, body)."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Hang up."""
        self._transport.close()
