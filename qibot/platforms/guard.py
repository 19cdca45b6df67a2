"""ASGI guard in front of Slack's SDK: size, signature, window, replay, shape; in that order, cheapest first.

Bolt parses a body before it verifies it and accepts a signed request again and again for five minutes. Nothing gets
past this guard that Slack did not sign, that was seen before, or that Bolt could stumble over; and nothing is changed.
"""

import hashlib
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from qibot.clock import Clock

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

WINDOW_SECONDS = 5 * 60
"""How old a signature may be. Source: Slack, "Verifying requests from Slack"."""
REMEMBER_SECONDS = 10 * 60
"""Both sides of the window: a signature dated five minutes ahead is good for ten."""
LARGEST_BODY = 256 * 1024
MOST_REMEMBERED = 50_000
MOST_FIELDS = 100
DEEPEST = 50

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_SIGNATURE = re.compile(rb"v0=[0-9a-f]{64}")
_LENGTH = re.compile(rb"[0-9]{1,12}")
_SSL_CHECK_BODY = 4096
_OURS = (b"x-slack-request-timestamp", b"x-slack-signature", b"content-type", b"content-length")


class _Refused(Exception):
    """`reason` is one of few words, for counting; `sentence` is for whoever set the connection up."""

    def __init__(self, status: int, reason: str, sentence: str) -> None:
        super().__init__(reason)
        self.status, self.reason, self.sentence = status, reason, sentence


class _Gone(Exception):
    """The client left before its body was complete."""


class SlackGuard:
    """Middleware around `app` for POST requests to `paths`; everything else passes.

    `largest` is in bytes; `remember` is how many signatures at most. `refused` counts refusals by reason.
    Without a signing secret everything to `paths` is refused.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        signing_secret: str,
        clock: Clock,
        paths: Iterable[str] = ("/slack/events",),
        largest: int = LARGEST_BODY,
        remember: int = MOST_REMEMBERED,
    ) -> None:
        self.app = app
        self.refused: dict[str, int] = {}
        self._secret = signing_secret.encode()
        self._clock = clock
        self._paths = frozenset(paths)
        self._largest, self._remember = largest, remember
        self._seen: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or not self._guards(scope):
            await self.app(scope, receive, send)
            return
        try:
            body = await self._checked(scope, receive)
        except _Refused as refused:
            self._count(refused.reason)
            allow = [(b"allow", b"POST")] if refused.status == 405 else []
            await _answer(send, refused.status, refused.sentence, allow)
        except _Gone:
            self._count("gone")
        else:
            if body is None:
                await _answer(send, 200, "")
            else:
                await self.app(scope, _replayed(body, receive), send)

    def _guards(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return path in self._paths or path.removeprefix(scope.get("root_path", "")) in self._paths

    def _count(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1

    async def _checked(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body, when it may pass; None when there is nothing left to do."""
        if scope["method"] != "POST":
            raise _Refused(405, "method", "Only POST is answered here.")
        headers = _headers(scope)
        length = _length(headers, self._largest)
        if _asks_for_certificate_check(headers):
            await _certificate_check(receive, headers)
            return None
        timestamp, signature = _grammar(headers)
        if not self._secret:
            raise _Refused(401, "no secret", "No signing secret is set, so nothing can be trusted.")
        self._window(int(timestamp))
        kind = _content_type(headers)
        body = await _read(receive, self._largest)
        if length is not None and length != len(body):
            raise _Refused(400, "length", "The body is not as long as its header says.")
        mac = hmac.new(self._secret, b"v0:" + timestamp + b":" + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(b"v0=" + mac.encode(), signature):
            raise _Refused(401, "signature", "The signature does not fit the request.")
        if self._seen_before(mac):
            self._count("seen before")
            return None
        _check_shape(kind, body)
        self._seen[mac] = self._clock.now().timestamp() + REMEMBER_SECONDS
        return body

    def _window(self, timestamp: int) -> None:
        if abs(self._clock.now().timestamp() - timestamp) > WINDOW_SECONDS:
            raise _Refused(403, "stale", "The request is too old, or dated in the future.")

    def _seen_before(self, mac: str) -> bool:
        now = self._clock.now().timestamp()
        while self._seen and (len(self._seen) >= self._remember or next(iter(self._seen.values())) < now):
            if mac in self._seen:
                return True
            self._seen.popitem(last=False)
        return mac in self._seen


def _headers(scope: Scope) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, value in scope.get("headers", ()):
        name = name.lower()
        if name in found and name in _OURS:
            raise _Refused(400, "headers", "A header is there twice.")
        found[name] = value.strip()
    return found


def _length(headers: Mapping[bytes, bytes], largest: int) -> int | None:
    length = headers.get(b"content-length")
    if length is None:
        return None
    if not _LENGTH.fullmatch(length):
        raise _Refused(400, "headers", "The content length is not a number.")
    if int(length) > largest:
        raise _too_large()
    return int(length)


def _too_large() -> _Refused:
    return _Refused(413, "size", "The request is too large.")


def _asks_for_certificate_check(headers: Mapping[bytes, bytes]) -> bool:
    return b"x-slack-signature" not in headers and b"x-slack-request-timestamp" not in headers


def _grammar(headers: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
    timestamp = headers.get(b"x-slack-request-timestamp", b"")
    signature = headers.get(b"x-slack-signature", b"")
    if not timestamp or not signature:
        raise _Refused(401, "unsigned", "The request is not signed.")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        raise _Refused(400, "headers", "The signature or its time is not written as Slack writes it.")
    return timestamp, signature


def _content_type(headers: Mapping[bytes, bytes]) -> str:
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if kind not in (_FORM, _JSON):
        raise _Refused(415, "content type", "Only forms and JSON are read here.")
    return kind


async def _read(receive: Receive, largest: int) -> bytes:
    chunks: list[bytes] = []
    room = largest
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise _Gone
        chunk: bytes = event.get("body", b"")
        room -= len(chunk)
        if room < 0:
            raise _too_large()
        if chunk:
            chunks.append(chunk)
        if not event.get("more_body", False):
            return b"".join(chunks)


async def _certificate_check(receive: Receive, headers: Mapping[bytes, bytes]) -> None:
    """Slack asks now and then whether our certificate is good, unsigned: answered here, for it changes nothing."""
    if _content_type(headers) == _FORM and _is_ssl_check(await _read(receive, _SSL_CHECK_BODY)):
        return
    raise _Refused(401, "unsigned", "The request is not signed.")


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _answer(send: Send, status: int, sentence: str, more: Iterable[tuple[bytes, bytes]] = ()) -> None:
    content = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *more]})
    await send({"type": "http.response.body", "body": content})


def _is_ssl_check(body: bytes) -> bool:
    try:
        return _form(body.decode()).get("ssl_check") == "1"
    except ValueError:
        return False


def _check_shape(kind: str, body: bytes) -> None:
    """Raises unless the body is something the SDK can read: it looks at the first byte as well as at the type."""
    try:
        text = body.decode()
        if kind == _JSON:
            _check_event(read_object(text))
            return
        if text.startswith("{"):
            raise ValueError("JSON called a form")
        fields = _form(text)
        if "payload" in fields:
            _check_event(read_object(fields["payload"]))
    except (ValueError, RecursionError):
        # The cause would quote what was sent.
        raise _Refused(400, "shape", "The request is not written as Slack writes it.") from None


def _form(text: str) -> dict[str, str]:
    pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    return _unique(pairs)


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError("a name is there twice")
        found[name] = value
    return found


def _not_a_number(_: str) -> Any:
    raise ValueError("not a number of JSON")


def read_object(text: str) -> dict[str, Any]:
    """A JSON object with a type, no name twice, not too deep. Raises `ValueError` or `RecursionError`."""
    read = json.loads(text, object_pairs_hook=_unique, parse_constant=_not_a_number)
    if not isinstance(read, dict) or not isinstance(read.get("type"), str):
        raise ValueError("not an object with a type")
    _check_within(read)
    return read


def _check_event(read: Mapping[str, Any]) -> None:
    if "event" in read and not isinstance(read["event"], dict):
        raise ValueError("an event is an object")


def _check_within(read: Any) -> None:
    """Not too deep, and no half of a surrogate pair, which no database and no log could take."""
    level, depth = [read], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError("too deep")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value.keys()
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and not value.isascii():
                value.encode()
        level = below
