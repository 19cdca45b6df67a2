"""Who may speak to the bot as Teams: each trap that was found in the SDK, held against our own door over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jwt
import pytest

from qibot.clock import SetClock
from qibot.demo.teams_server import Delivered
from qibot.demo.teams_tokens import activity_claims, key_set, sign
from qibot.demo.world import Account
from qibot.platforms.guard import LARGEST_BODY
from qibot.platforms.teams import guard
from tests.cast import AMINA
from tests.platforms.conftest import ON_SQLITE
from tests.platforms.teams_scene import Scene, a_scene, scene, tenant

__all__ = ["scene"]
pytestmark = ON_SQLITE


def signed(scene: Scene, **claims: Any) -> dict[str, str]:
    good = activity_claims(scene.teams.app_id, tenant(scene.teams))
    return {"Authorization": f"Bearer {sign({**good, **claims})}"}


def words(scene: Scene, text: str = "help", **more: Any) -> dict[str, Any]:
    chat = scene.teams.personal(scene.nadia)
    return scene.teams.activity(
        scene.nadia, chat, "message", **{"id": scene.teams.next_message_id(), "text": text, **more}
    )


async def send(scene: Scene, activity: dict[str, Any], **claims: Any) -> Delivered:
    return await scene.teams.send(json.dumps(activity).encode(), signed(scene, **claims))


async def test_a_good_token_is_let_in(scene: Scene) -> None:
    seen = await scene.says(scene.nadia, "help")
    assert "What I can do" in seen.shown
    assert scene.side.refused == {}


async def test_every_forgery_is_refused_and_nobody_hears_of_it(scene: Scene) -> None:
    forgeries = scene.teams.forgeries()
    assert len(forgeries) > 15
    statuses = {name: (await scene.teams.forge(scene.nadia, **how)).status for name, how in forgeries.items()}
    assert {name: status for name, status in statuses.items() if status not in (401, 403)} == {}
    assert scene.side.refused.total() == len(forgeries)
    assert scene.calls("activities.send", "members.get") == []
    assert not scene.wire.house.bot.answered


async def test_nothing_is_fetched_for_a_stranger(scene: Scene) -> None:
    """Whoever names another issuer, another bot or another algorithm cannot make the bot ask anybody for keys."""
    for name in ("a stranger's tenant", "a stranger's tenant, first version", "another issuer", "another bot's"):
        assert (await scene.teams.forge(scene.nadia, **scene.teams.forgeries()[name])).status == 401
    good = activity_claims(scene.teams.app_id, tenant(scene.teams))
    shared = jwt.encode(good, "a secret that is long enough for HS256, at least", "HS256", {"kid": "stand-in-key"})
    assert (await scene.teams.forge(scene.nadia, token=shared)).status == 401
    assert {call.operation for call in scene.teams.calls} == {"token"}


async def test_the_public_key_is_not_taken_for_a_shared_secret(scene: Scene) -> None:
    await scene.says(scene.nadia, "help")
    header = {"alg": "HS256", "typ": "JWT", "kid": key_set()["keys"][0]["kid"]}
    good = activity_claims(scene.teams.app_id, tenant(scene.teams))
    made = jwt.encode(good, key_set()["keys"][0]["n"], "HS256", header)
    assert (await scene.teams.forge(scene.nadia, token=made)).status == 401


async def test_an_invented_key_is_asked_for_once_a_minute_at_most(scene: Scene) -> None:
    for _ in range(10):
        assert (await scene.teams.forge(scene.nadia, key="unknown")).status == 401
    assert len(scene.calls("keys")) == 1


async def test_only_teams_may_use_this_address(scene: Scene) -> None:
    assert (await scene.teams.forge(scene.nadia, body={"channelId": "webchat"})).status == 403
    assert scene.side.refused == {"channel": 1}


async def test_a_key_vouches_only_for_its_channels(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_endorsed", lambda key: ("webchat",))
    assert (await send(scene, words(scene))).status == 403
    assert scene.side.refused == {"channel": 1}


# --- keys that are slow, gone, or old


async def lag(until: "asyncio.Task[Any]") -> float:
    """The longest that the event loop left anybody waiting, in seconds."""
    loop, longest = asyncio.get_running_loop(), 0.0
    while not until.done():
        before = loop.time()
        await asyncio.sleep(0.005)
        longest = max(longest, loop.time() - before - 0.005)
    return longest


async def test_a_slow_key_server_holds_nobody_else_up(scene: Scene) -> None:
    amina = scene.wire.user(Account(AMINA.workspace, AMINA.account, AMINA.name, AMINA.email))
    await scene.wire.slack.slash(amina, "help")
    scene.teams.faults.fail("keys", "slow", seconds=1.0)
    waiting = asyncio.create_task(scene.teams.say(scene.nadia, "help"))
    longest = asyncio.create_task(lag(waiting))
    seen = await scene.wire.slack.slash(amina, "help")
    assert not waiting.done()
    assert seen.messages
    assert (await waiting).status == 200
    assert await longest < 0.1


async def test_many_wait_for_one_reading_of_the_keys(scene: Scene) -> None:
    scene.teams.faults.fail("keys", "slow", seconds=0.1)
    answers = await asyncio.gather(*(send(scene, words(scene)) for _ in range(8)))
    assert {a.status for a in answers} == {200}
    assert len(scene.calls("keys")) == 1


async def test_without_keys_nobody_is_let_in_and_later_everybody_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.teams.faults.fail("keys", "500", times=None)
    assert (await send(scene, words(scene))).status == 503
    assert (await send(scene, words(scene))).status == 503
    assert len(scene.calls("keys")) == 1
    scene.teams.faults.clear()
    monkeypatch.setattr(guard, "ASK_AGAIN_AFTER_NOTHING", 0)
    assert (await send(scene, words(scene))).status == 200


async def test_a_key_server_that_never_answers_is_not_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 0.1)
    scene.teams.faults.fail("openid", "timeout")
    assert (await send(scene, words(scene))).status == 503


async def test_known_keys_stay_good_while_new_ones_cannot_be_read(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await send(scene, words(scene))).status == 200
    monkeypatch.setattr(guard, "KEEP_KEYS", 0)
    monkeypatch.setattr(guard, "ASK_AGAIN", 0)
    scene.teams.faults.fail("keys", "500", times=None)
    assert (await send(scene, words(scene))).status == 200
    assert len(scene.calls("keys")) == 2


# --- bodies


BROKEN = {
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
    "a text": b'"help"',
    "half": b'{"type":"message"',
    "no type": b"{}",
    "a type that is a number": b'{"type":1}',
    "deep": b'{"type":"message","value":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "deep enough": b'{"type":"message","value":' + b"[" * 60 + b"]" * 60 + b"}",
    "not a number": b'{"type":"message","value":NaN}',
    "a name twice": b'{"type":"message","type":"invoke"}',
    "half a pair": b'{"type":"message","text":"\\ud800"}',
    "not UTF-8": b'{"type":"message","text":"\xff"}',
    "a great number": b'{"type":"message","value":' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=list(BROKEN))
async def test_what_is_not_an_activity_is_refused_and_no_fault(scene: Scene, body: bytes) -> None:
    assert (await scene.teams.send(body, signed(scene))).status == 400
    assert scene.side.refused == {"shape": 1}


async def test_what_is_too_large_is_refused_said_or_unsaid(scene: Scene) -> None:
    large = json.dumps(words(scene, "x" * LARGEST_BODY)).encode()
    assert (await scene.teams.send(large, signed(scene))).status == 413

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 10_000):
            yield large[start : start + 10_000]

    headers = {"Content-Type": "application/json", **signed(scene)}
    async with scene.wire.http.post(scene.teams.bot_url, data=in_pieces(), headers=headers) as answer:
        assert answer.status == 413
    assert scene.side.refused == {"size": 2}


async def test_nothing_is_read_before_the_token(scene: Scene) -> None:
    """A stranger cannot even have a body parsed."""
    assert (await scene.teams.send(b"[", {})).status == 401
    assert scene.side.refused == {"no token": 1}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Authorization": "Basic eDp5"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer a.b"}, 401),
        ({"Authorization": "Bearer " + "x" * 9_000}, 401),
        ({"Authorization": "Bearer ..."}, 401),
        ({"Authorization": "Bearer e30.e30.e30"}, 401),
        ({"Authorization": "Bearer W10.W10.W10"}, 401),
    ],
)
async def test_odd_headers_are_refused(scene: Scene, headers: dict[str, str], status: int) -> None:
    given = {"Content-Type": "application/json", **signed(scene), **headers}
    async with scene.wire.http.post(scene.teams.bot_url, json=words(scene), headers=given) as answer:
        assert answer.status == status
        assert "Traceback" not in await answer.text()


async def test_two_tokens_are_one_too_many(scene: Scene) -> None:
    token = signed(scene)["Authorization"]
    headers = [("Authorization", token), ("Authorization", token), ("Content-Type", "application/json")]
    async with aiohttp.ClientSession() as http:
        answer = await http.post(scene.teams.bot_url, data=json.dumps(words(scene)), headers=headers)
        assert answer.status == 401


async def test_only_post(scene: Scene) -> None:
    async with scene.wire.http.get(scene.teams.bot_url) as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": "never"},
        {"exp": True},
        {"nbf": "always"},
        {"aud": ["another-bot", "5f0c0de0-0000-4000-8000-000000000001"]},
        {"serviceurl": 7},
        {"serviceurl": ["x"]},
        {"iss": ["https://api.botframework.com"]},
    ],
)
async def test_odd_claims_are_refused_and_no_fault(scene: Scene, claims: dict[str, Any]) -> None:
    assert (await send(scene, words(scene), **claims)).status in (401, 403)


# --- the environment


async def test_no_variable_takes_authentication_off(
    database_url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS": "true",
        "SKIP_AUTH": "true",
        "CLIENT_ID": "",
        "CLOUD": "China",
        "SERVICE_URL": "https://evil.example",
        "PORT": "1",
    }.items():
        monkeypatch.setenv(name, value)
    async with a_scene(database_url, clock) as scene:
        statuses = [(await scene.teams.forge(scene.nadia, **how)).status for how in scene.teams.forgeries().values()]
        assert set(statuses) == {401, 403}
        assert (await send(scene, words(scene))).status == 200
