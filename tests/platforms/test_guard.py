"""The guard in front of Slack's SDK: only what Slack signed gets past, once, and in a shape the SDK can read."""

import hashlib
import hmac
import json
from collections.abc import Iterable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qibot.clock import SetClock
from qibot.platforms import guard
from qibot.platforms.guard import SlackGuard

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = datetime(2019, 11, 27, 10, 0, tzinfo=UTC)
COMMAND = b"command=%2Fqi&text=find+sepsis&team_id=T1&user_id=U1&trigger_id=1.2"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Event = MutableMapping[str, Any]
Headers = dict[str, str | bytes]


class Inner:
    """An app that remembers the bodies it was given and answers "in"."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Event, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event["body"], event.get("more_body", False)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"in"})


class Gate:
    """A guard, what is behind it, and a client in front of it."""

    def __init__(self, *, secret: str = SECRET, app: Any = None, **how: Any) -> None:
        self.inner = Inner()
        self.clock = SetClock(NOW)
        self.guard = SlackGuard(app or self.inner, signing_secret=secret, clock=self.clock, **how)
        self.taken = 0

    def signed(self, body: bytes, kind: str = FORM, *, at: str = "", secret: str = SECRET) -> Headers:
        at = at or str(int(self.clock.now().timestamp()))
        mac = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"content-type": kind, "x-slack-request-timestamp": at, "x-slack-signature": f"v0={mac}"}

    async def posts(self, body: bytes, headers: Headers | None = None, **how: Any) -> tuple[int, bytes]:
        """Send one request whose body comes in one piece; signed properly unless headers are given."""
        return await self.sends([body], self.signed(body) if headers is None else headers, **how)

    async def sends(self, chunks: list[bytes], headers: Headers, **how: Any) -> tuple[int, bytes]:
        pairs = [(_bytes(name), _bytes(value)) for name, value in headers.items()]
        sent = await self.raw(_events(chunks), pairs, **how)
        return sent[0]["status"], b"".join(event["body"] for event in sent[1:])

    async def raw(
        self, events: Iterable[Event], headers: list[tuple[bytes, bytes]], *, method: str = "POST", **scope: Any
    ) -> list[Event]:
        source = iter(events)
        sent: list[Event] = []

        async def receive() -> Event:
            self.taken += 1
            return next(source)

        async def send(event: Event) -> None:
            sent.append(event)

        whole = {"type": "http", "method": method, "path": "/slack/events", "query_string": b"", "root_path": ""}
        await self.guard({**whole, "headers": headers, **scope}, receive, send)
        return sent


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _events(chunks: list[bytes]) -> list[Event]:
    last = len(chunks) - 1
    return [{"type": "http.request", "body": chunk, "more_body": i < last} for i, chunk in enumerate(chunks)]


async def test_a_signed_command_passes_unchanged() -> None:
    gate = Gate()
    assert await gate.posts(COMMAND) == (200, b"in")
    assert gate.inner.bodies == [COMMAND]
    assert gate.guard.refused == {}


async def test_pieces_are_put_together() -> None:
    gate = Gate()
    chunks = [COMMAND[:5], b"", COMMAND[5:9], COMMAND[9:]]
    assert await gate.sends(chunks, gate.signed(COMMAND) | {"content-length": str(len(COMMAND))}) == (200, b"in")
    assert gate.inner.bodies == [COMMAND]


PASSES = [
    ("payload=" + quote('{"type":"block_actions","actions":[{"value":"Lüton 🙂"}]}'), FORM),
    ('{"type":"url_verification","challenge":"x"}', "application/json; charset=utf-8"),
    ('{"type":"event_callback","event":{"type":"app_home_opened"}}', JSON),
    ("ssl_check=1&token=x", FORM),
    ("command=%2Fqi&text=", "Application/X-WWW-Form-Urlencoded"),
]


@pytest.mark.parametrize(("body", "kind"), PASSES)
async def test_everything_slack_sends_passes(body: str, kind: str) -> None:
    gate = Gate()
    assert await gate.posts(body.encode(), gate.signed(body.encode(), kind)) == (200, b"in")


async def test_slacks_own_example_is_verified() -> None:
    """The request, secret and signature printed in Slack's "Verifying requests from Slack"."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    gate = Gate(secret="8f742231b10e8888abcd99yyyzzz85a5")
    gate.clock.set(datetime.fromtimestamp(1531420618, UTC))
    headers: Headers = {
        "content-type": FORM,
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    assert await gate.posts(body, headers) == (200, b"in")


MISSHAPEN = [
    (b"payload=notjson", FORM),
    (b"payload=", FORM),
    (b"payload=%5B%5D", FORM),
    (b"payload=%7B%7D", FORM),
    (b"payload=" + quote('{"type":1}').encode(), FORM),
    (b"payload=" + quote('{"type":"a","type":"b"}').encode(), FORM),
    (b"payload=" + quote('{"type":"a","x":{"y":1,"y":2}}').encode(), FORM),
    (b"payload=" + quote('{"type":"a","n":NaN}').encode(), FORM),
    (b"payload=" + quote('{"type":"\\ud800"}').encode(), FORM),
    (b"payload=" + quote('{"type":"a","x":' + "[" * 60 + "]" * 60 + "}").encode(), FORM),
    (b"payload=" + b"%5B" * 50_000, FORM),
    (b"payload=" + quote('{"type":"a"}').encode() + b"&payload=x", FORM),
    (b"text=a&text=b", FORM),
    (b"&".join(b"f%d=1" % n for n in range(101)), FORM),
    (b"\xff\xfe", FORM),
    (b"text=%ff%fe", FORM),
    (b'{"type":"event_callback"}', FORM),
    (b"", JSON),
    (b"[]", JSON),
    (b'"x"', JSON),
    (b"\xff\xfe", JSON),
    (b"{}", JSON),
    (b'{"type":"event_callback","event":"x"}', JSON),
    (b"[" * 100_000, JSON),
    (b'{"type":"a","n":' + b"9" * 5000 + b"}", JSON),
]


@pytest.mark.parametrize(("body", "kind"), MISSHAPEN, ids=lambda value: str(value)[:40])
async def test_a_signed_body_the_sdk_would_stumble_over_is_refused(body: bytes, kind: str) -> None:
    gate = Gate()
    status, sentence = await gate.posts(body, gate.signed(body, kind))
    assert (status, sentence) == (400, b"The request is not written as Slack writes it.")
    assert gate.inner.bodies == []
    assert gate.guard.refused == {"shape": 1}


@pytest.mark.parametrize("body", [body for body, _ in MISSHAPEN], ids=lambda value: str(value)[:40])
async def test_unsigned_rubbish_is_refused_before_it_is_read(body: bytes) -> None:
    gate = Gate()
    status, _ = await gate.posts(body, gate.signed(body, secret="wrong"))
    assert status == 401
    assert gate.guard.refused == {"signature": 1}


GOOD: Headers = {
    "content-type": FORM,
    "x-slack-request-timestamp": str(int(NOW.timestamp())),
    "x-slack-signature": "v0=" + "0" * 64,
}
HEADERS: list[tuple[Headers, int, str]] = [
    ({"x-slack-request-timestamp": "abc"}, 400, "headers"),
    ({"x-slack-request-timestamp": "1574848800.5"}, 400, "headers"),
    ({"x-slack-request-timestamp": "-1"}, 400, "headers"),
    ({"x-slack-request-timestamp": "1" * 13}, 400, "headers"),
    ({"x-slack-request-timestamp": "١٢٣"}, 400, "headers"),
    ({"x-slack-request-timestamp": ""}, 401, "unsigned"),
    ({"x-slack-signature": "v0=" + "é" * 64}, 400, "headers"),
    ({"x-slack-signature": b"\xff\xfe"}, 400, "headers"),
    ({"x-slack-signature": "v0=" + "0" * 63}, 400, "headers"),
    ({"x-slack-signature": "v0=" + "A" * 64}, 400, "headers"),
    ({"x-slack-signature": "v1=" + "0" * 64}, 400, "headers"),
    ({"x-slack-signature": ""}, 401, "unsigned"),
    ({}, 401, "signature"),
    ({"content-type": "text/plain"}, 415, "content type"),
    ({"content-type": ""}, 415, "content type"),
    ({"content-type": b"\xff"}, 415, "content type"),
    ({"content-length": "x"}, 400, "headers"),
    ({"content-length": "-1"}, 400, "headers"),
    ({"content-length": "3"}, 400, "length"),
    ({"content-length": str(10**9)}, 413, "size"),
    ({"X-Slack-Signature": "v0=" + "1" * 64}, 400, "headers"),
]


@pytest.mark.parametrize(("changed", "status", "reason"), HEADERS, ids=lambda value: str(value)[:50])
async def test_headers_slack_never_sends(changed: Headers, status: int, reason: str) -> None:
    gate = Gate()
    found, sentence = await gate.posts(COMMAND, {**GOOD, **changed})
    assert found == status
    assert sentence.endswith(b".")
    assert gate.guard.refused == {reason: 1}
    assert gate.inner.bodies == []


@pytest.mark.parametrize("missing", ["x-slack-request-timestamp", "x-slack-signature", "content-type"])
async def test_headers_that_are_missing(missing: str) -> None:
    gate = Gate()
    status, _ = await gate.posts(
        COMMAND, {name: value for name, value in gate.signed(COMMAND).items() if name != missing}
    )
    assert status == (415 if missing == "content-type" else 401)
    assert gate.inner.bodies == []


@pytest.mark.parametrize(("seconds", "status"), [(-301, 403), (-300, 200), (0, 200), (300, 200), (301, 403)])
async def test_the_window_is_five_minutes_either_way(seconds: int, status: int) -> None:
    gate = Gate()
    at = str(int(NOW.timestamp()) + seconds)
    assert (await gate.posts(COMMAND, gate.signed(COMMAND, at=at)))[0] == status
    assert gate.guard.refused == ({} if status == 200 else {"stale": 1})


async def test_a_second_copy_does_nothing_as_long_as_it_could_pass() -> None:
    gate = Gate()
    ahead = gate.signed(COMMAND, at=str(int(NOW.timestamp()) + 300))
    assert await gate.posts(COMMAND, ahead) == (200, b"in")
    for _ in range(3):
        assert await gate.posts(COMMAND, ahead) == (200, b"")
        gate.clock.forward(timedelta(seconds=199))
    gate.clock.forward(timedelta(seconds=3))
    assert await gate.posts(COMMAND, ahead) == (200, b"")
    gate.clock.forward(timedelta(seconds=1))
    assert (await gate.posts(COMMAND, ahead))[0] == 403
    assert gate.inner.bodies == [COMMAND]
    assert gate.guard.refused == {"seen before": 4, "stale": 1}
    # The same words a little later are something new.
    assert await gate.posts(COMMAND) == (200, b"in")


async def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    gate = Gate(remember=3)
    bodies = [b"text=%d" % n for n in range(4)]
    for body in bodies:
        assert await gate.posts(body) == (200, b"in")
    assert await gate.posts(bodies[3]) == (200, b"")
    assert await gate.posts(bodies[1]) == (200, b"")
    assert await gate.posts(bodies[0]) == (200, b"in")


@pytest.mark.parametrize("declared", [True, False])
async def test_a_huge_body_is_refused_before_more_of_it_is_read(declared: bool) -> None:
    gate = Gate(largest=1000)
    chunks = [b"x" * 400] * 50
    headers = gate.signed(b"".join(chunks)) | ({"content-length": "20000"} if declared else {})
    assert (await gate.sends(chunks, headers))[0] == 413
    assert gate.taken == (0 if declared else 3)
    assert gate.guard.refused == {"size": 1}


async def test_the_largest_body_still_passes() -> None:
    gate = Gate()
    body = b"text=" + b"w" * (guard.LARGEST_BODY - 5)
    assert await gate.posts(body) == (200, b"in")
    assert (await gate.posts(body + b"w"))[0] == 413


async def test_a_client_that_leaves_gets_no_answer_and_no_fault() -> None:
    gate = Gate()
    headers = [(_bytes(name), _bytes(value)) for name, value in gate.signed(COMMAND).items()]
    events: list[Event] = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
    assert await gate.raw(events, headers) == []
    assert gate.inner.bodies == []
    assert gate.guard.refused == {"gone": 1}


async def test_without_a_secret_everything_is_refused() -> None:
    gate = Gate(secret="")
    assert (await gate.posts(COMMAND, gate.signed(COMMAND, secret="")))[0] == 401
    assert gate.inner.bodies == []


async def test_the_unsigned_certificate_check_is_answered_here() -> None:
    gate = Gate()
    assert await gate.posts(b"ssl_check=1&token=x", {"content-type": FORM}) == (200, b"")
    for other in (COMMAND, b"ssl_check=2", b"\xff", b"ssl_check=%ff"):
        assert (await gate.posts(other, {"content-type": FORM}))[0] == 401
    assert (await gate.posts(b"ssl_check=1&x=" + b"y" * 5000, {"content-type": FORM}))[0] == 413
    assert gate.inner.bodies == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_only_post_is_answered(method: str) -> None:
    gate = Gate()
    assert (await gate.posts(COMMAND, method=method))[0] == 405
    assert gate.inner.bodies == []


async def test_other_paths_and_other_kinds_pass() -> None:
    gate = Gate()
    assert await gate.posts(b"\xff", {}, path="/healthz", method="GET") == (200, b"in")
    assert (await gate.posts(COMMAND, GOOD, path="/app/slack/events", root_path="/app"))[0] == 401
    seen: list[str] = []

    async def app(scope: Event, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    await SlackGuard(app, signing_secret=SECRET, clock=gate.clock)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]


async def test_no_answer_quotes_what_was_sent() -> None:
    gate = Gate()
    body = b"payload=9434765919"
    _, sentence = await gate.posts(body)
    assert b"9434765919" not in sentence


def bolt(gate_of: Any) -> tuple[Gate, list[str]]:
    """The real SDK behind the guard, and what its listener heard."""
    heard: list[str] = []

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-not-a-token", bot_user_id="UBOT"
        )

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    async def listen(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body["text"])
        await ack("heard")

    app.command("/qi")(listen)
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    return gate_of(app=Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])), heard


async def test_the_sdk_never_sees_what_makes_it_stumble() -> None:
    gate, heard = bolt(Gate)
    # The SDK asks the machine for the time, so the clock is brought to it.
    gate.clock.set(datetime.now(UTC))
    headers = gate.signed(COMMAND)
    assert await gate.posts(COMMAND, headers) == (200, b"heard")
    assert await gate.posts(COMMAND, headers) == (200, b"")
    assert heard == ["find sepsis"]
    for body, kind in MISSHAPEN:
        assert (await gate.posts(body, gate.signed(body, kind)))[0] == 400
        assert (await gate.posts(body, gate.signed(body, kind, secret="wrong")))[0] == 401
    for changed, status, _ in HEADERS:
        fresh = {**GOOD, "x-slack-request-timestamp": str(int(gate.clock.now().timestamp()))}
        assert (await gate.posts(COMMAND, {**fresh, **changed}))[0] == status


NAMES = st.sampled_from(
    [b"content-type", b"content-length", b"x-slack-signature", b"x-slack-request-timestamp", b"X-Slack-Signature"]
)
VALUES = st.binary(max_size=80) | st.sampled_from(
    [b"v0=" + b"0" * 64, str(int(NOW.timestamp())).encode(), FORM.encode(), JSON.encode(), b"5", b"999999999"]
)
BODIES = st.binary(max_size=300) | st.sampled_from([COMMAND, b"ssl_check=1", *(body for body, _ in MISSHAPEN)])


@settings(max_examples=300, deadline=None)
@given(
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=6),
    chunks=st.lists(BODIES, min_size=1, max_size=3),
    leaves=st.booleans(),
)
async def test_nothing_unsigned_gets_in_or_brings_it_down(
    headers: list[tuple[bytes, bytes]], chunks: list[bytes], leaves: bool
) -> None:
    gate = Gate()
    events = _events(chunks)
    if leaves:
        events[-1]["more_body"] = True
        events.append({"type": "http.disconnect"})
    sent = await gate.raw(events, headers)
    assert gate.inner.bodies == []
    if sent:
        assert sent[0]["status"] in (200, 400, 401, 403, 413, 415)
        assert (sent[0]["status"] == 200) == (gate.guard.refused == {})
    else:
        assert leaves


@settings(max_examples=200, deadline=None)
@given(body=BODIES, kind=st.sampled_from([FORM, JSON]))
async def test_what_is_signed_passes_unchanged_or_is_refused(body: bytes, kind: str) -> None:
    gate = Gate()
    status, _ = await gate.posts(body, gate.signed(body, kind))
    assert (status, gate.inner.bodies) in [(200, [body]), (400, [])]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(payload=st.dictionaries(st.text(), json_values, max_size=4))
async def test_every_object_with_a_type_passes(payload: dict[str, Any]) -> None:
    gate = Gate()
    payload = {name: value for name, value in payload.items() if name != "event"} | {"type": "view_submission"}
    text = json.dumps(payload, ensure_ascii=False)
    for body, kind in ((text.encode(), JSON), (b"payload=" + quote(text).encode(), FORM)):
        assert (await gate.posts(body, gate.signed(body, kind)))[0] == 200
