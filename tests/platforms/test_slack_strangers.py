"""Strangers and oddities: whatever is sent, no fault of ours, nothing of the inside shown, and nobody else's words.

`payloads/` are of the shapes that Slack sends, with invented ids. They are also sent with pieces missing and exchanged.
"""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qibot.clock import SetClock
from qibot.demo.slack_wire import Delivered
from qibot.demo.world import World
from tests.cast import AMINA, MK
from tests.logbook import Logbook
from tests.platforms.conftest import ON_SQLITE, Users, calls

RECORDED = sorted(p for p in (Path(__file__).parent / "payloads").glob("*.json") if not p.name.startswith("teams_"))


def recorded(file: Path) -> tuple[str, dict[str, Any]]:
    read = json.loads(file.read_text(encoding="utf-8"))
    return read["sent_as"], read["payload"]


async def send(wire: World, kind: str, payload: dict[str, Any]) -> Delivered:
    if payload.get("response_url") == "https://hooks.slack.example/respond/1":
        payload = {**payload, "response_url": f"{wire.slack.base_url}/respond/1"}
    answer = await wire.slack.deliver(wire.slack.workspaces[MK], kind, payload)
    assert answer.status is not None, answer.error
    return answer


# --- unsigned


PATHS = (
    "/", "/slack/events", "/slack/events/", "/slack/install", "/slack/oauth_redirect", "/healthz", "/readyz",
    "/metrics", "/docs", "/openapi.json", "/slack/%2e%2e/etc/passwd", "/%00", "/healthz?x=%ff%fe",
    "/slack/install?team=%ff", "/slack/oauth_redirect?code=%00&state=%ff", "/é",
    "/slack/oauth_redirect?state=" + "x" * 4000,
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW")
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Cookie": "slack-app-oauth-state=x; " + "y" * 3000},
    {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": "0"},
    {"X-Slack-Signature": "é", "X-Slack-Request-Timestamp": "abc", "Content-Type": "application/json"},
    {"Content-Type": "multipart/form-data"},
    {"Authorization": "Basic %%%", "Host": "elsewhere.example", "X-Forwarded-For": "' OR 1=1"},
)
BODIES = (b"", b"payload=notjson", b"\xff\xfe", b"{}", b"[" * 5000, b'{"type":"event_callback"}')


@ON_SQLITE
async def test_nothing_unsigned_is_a_fault_or_shows_the_inside(wire: World) -> None:
    async with aiohttp.ClientSession() as http:
        for n, path in enumerate(PATHS):
            for m, method in enumerate(METHODS):
                headers, body = HEADERS[(n + m) % len(HEADERS)], BODIES[(n + 2 * m) % len(BODIES)]
                data = body if method in ("POST", "PUT", "PATCH") else None
                request = http.request(method, wire.url + path, headers=headers, data=data, allow_redirects=False)
                async with request as answer:
                    text = await answer.text()
                what = f"{method} {path} {headers}"
                assert answer.status < 500, what
                assert "Traceback" not in text, what
                assert "qibot/" not in text, what
                if path.startswith("/slack/events"):
                    assert answer.status >= 400, what


@ON_SQLITE
async def test_more_headers_than_anybody_needs(wire: World) -> None:
    async with aiohttp.ClientSession() as http:
        for headers in ({"X-Long": "x" * 100_000}, {f"X-{n}": "x" * 100 for n in range(900)}):
            try:
                async with http.get(wire.url + "/healthz", headers=headers) as answer:
                    assert answer.status < 500
            except aiohttp.ClientError:
                continue
        async with http.get(wire.url + "/healthz") as answer:
            assert answer.status == 200


@ON_SQLITE
async def test_without_a_signing_secret_nothing_is_believed(wire: World) -> None:
    body = b"command=%2Fqi&text=help&team_id=T0MK&user_id=U0AMINA"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await wire.slack.send(body, headers)).status == 401
    wire.slack.signing_secret = "another"
    assert (await wire.slack.send(body, {**headers, **wire.slack.sign(body)})).status == 401


# --- signed


@ON_SQLITE
@pytest.mark.parametrize("file", RECORDED, ids=lambda f: f.stem)
async def test_what_slack_sends_is_taken(wire: World, user: Users, file: Path) -> None:
    user(AMINA)
    kind, payload = recorded(file)
    assert (await send(wire, kind, payload)).status == 200


def test_there_is_one_of_each_kind() -> None:
    assert {f.stem for f in RECORDED} == {
        "slash_command", "block_actions", "view_submission", "shortcut", "message_im", "app_home_opened",
        "app_uninstalled", "tokens_revoked",
    }  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in items:
        yield (*path, key)
        yield from places(inside, (*path, key))


ODD: tuple[Any, ...] = (
    None,
    "",
    0,
    -1,
    True,
    [],
    {},
    [[]],
    {"id": None},
    ["x"],
    "x" * 5000,
    "<!channel>",
    "\x00",
    1e308,
)


def changed(payload: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy with `value` at the place, or without the place when `value` is `...`."""
    copied = copy.deepcopy(payload)
    inside: Any = copied
    for key in path[:-1]:
        inside = inside[key]
    if value is ...:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return copied


def form_of(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A form holds text only."""
    if kind != "slash_commands":
        return payload
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in payload.items()}


@ON_SQLITE
@pytest.mark.parametrize("file", RECORDED, ids=lambda f: f.stem)
async def test_every_piece_missing_or_of_another_kind(
    wire: World, user: Users, clock: SetClock, file: Path, logged: Logbook
) -> None:
    """Every place once gone and once something else; which something goes round, and is the same in every run."""
    user(AMINA)
    kind, payload = recorded(file)
    wire.slack.faults.fail("*", "500", None)
    for n, path in enumerate(places(payload)):
        for value in (..., ODD[n % len(ODD)]):
            odd = changed(payload, path, value)
            # A name of its own, so that it is not taken for the one before.
            odd |= {"trigger_id": f"t-{n}-{value is ...}"} if "trigger_id" in odd and path != ("trigger_id",) else {}
            odd |= {"event_id": f"e-{n}-{value is ...}"} if "event_id" in odd and path != ("event_id",) else {}
            answer = await send(wire, kind, form_of(kind, odd))
            assert answer.status is not None
            assert answer.status < 500, (path, value)
            assert "Traceback" not in str(answer.body), (path, value)
    kept = [json.loads(line) for line in logged().splitlines()]
    assert [one for one in kept if one["event"] in ("fault", "not finished")] == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_many_pieces_exchanged(data: st.DataObject) -> None:
    """What `test_every_piece…` does not reach: several oddities at once. Shapes only: no network."""
    from qibot.platforms.slack import blocks, modals
    from qibot.platforms.slack.adapter import _key, _words

    _, payload = recorded(data.draw(st.sampled_from(RECORDED)))
    for _ in range(data.draw(st.integers(1, 5))):
        ways = list(places(payload))
        payload = changed(payload, data.draw(st.sampled_from(ways)), data.draw(st.sampled_from((..., *ODD))))
    wire_name, values, metadata = modals.read(payload.get("view"))
    assert isinstance(wire_name, str)
    assert isinstance(values, dict)
    assert isinstance(metadata, str)
    actions = payload.get("actions")
    for action in actions if isinstance(actions, list) else []:
        pressed = blocks.decode_action(action)
        assert pressed is None or isinstance(pressed[1], dict)
    assert _key(payload)
    assert "\x00" not in _words(payload.get("text"))


@ON_SQLITE
async def test_several_oddities_at_once_over_the_wire(wire: World, user: Users) -> None:
    user(AMINA)
    wire.slack.faults.fail("*", "500", None)
    dice = random.Random(27)
    for _ in range(150):
        kind, payload = recorded(dice.choice(RECORDED))
        for _ in range(dice.randint(2, 6)):
            payload = changed(payload, dice.choice(list(places(payload))), dice.choice((..., *ODD)))
        answer = await send(wire, kind, form_of(kind, payload))
        assert answer.status is not None
        assert answer.status < 500, payload


@ON_SQLITE
async def test_who_is_nobody_leaves_no_trace(wire: World, user: Users) -> None:
    before = len(calls(wire, "users.info"))
    for file in RECORDED:
        kind, payload = recorded(file)
        for path in (("user_id",), ("user", "id"), ("event", "user")):
            if path in set(places(payload)):
                await send(wire, kind, changed(payload, path, ""))
    assert len(calls(wire, "users.info")) == before
