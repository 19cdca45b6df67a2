"""Socket Mode, for a bot that Slack cannot reach: the same answers over a websocket, beside HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from qibot.clock import SetClock
from qibot.demo.slack_server import SlackServer, User
from qibot.demo.world import Account, World, world
from qibot.errors import Refused
from tests.cast import AMINA, BEDS, MK, OWEN, TOMASZ, WORKSPACES, Character
from tests.platforms.conftest import ON_SQLITE, Gate, words

pytestmark = ON_SQLITE
SETTINGS = {"slack_app_token": SlackServer.app_token}


@pytest.fixture
async def socket(database_url: str, clock: SetClock) -> AsyncIterator[World]:
    """Milton Keynes speaks over a socket, Bedfordshire over HTTP."""
    async with world(database_url, clock, WORKSPACES.items(), organisers=OWEN.email, settings=SETTINGS) as made:
        await made.slack.wait_idle(until=lambda: made.slack.connections)
        made.slack.workspaces[MK].socket_mode = True
        yield made.unhurried()
        assert made.slack.problems == []


def account(made: World, c: Character) -> User:
    return made.user(Account(c.workspace, c.account, c.name, c.email))


async def test_a_command_a_form_a_button_words_and_the_home_tab(socket: World) -> None:
    amina = account(socket, AMINA)
    seen = await socket.slack.slash(amina, "join")
    assert seen.opened is not None
    refused = await socket.slack.submit(amina, seen.opened, {"name": "NHS number 999 000 0018", "organisation": "1"})
    assert set(refused.errors) == {"name"}
    done = await socket.slack.submit(amina, seen.opened, {"name": "Amina Okafor"})
    await socket.slack.wait_idle(until=lambda: done.messages)
    assert "Welcome, Amina Okafor" in words(done)
    asked = await socket.slack.slash(amina, "leave")
    pressed = await socket.slack.press(amina, asked.messages[0], "Stay")
    await socket.slack.wait_idle(until=lambda: pressed.messages)
    said = await socket.slack.say(amina, "topics sepsis")
    await socket.slack.wait_idle(until=lambda: said.messages)
    await socket.slack.open_home(amina)
    await socket.slack.wait_idle(until=lambda: socket.slack.home(amina))


async def test_http_goes_on_beside_it(socket: World) -> None:
    tomasz = account(socket, TOMASZ)
    assert not socket.slack.workspaces[BEDS].socket_mode
    assert "Topics near" in words(await socket.slack.slash(tomasz, "topics sepsis"))


async def test_a_late_answer_follows(socket: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(socket, monkeypatch)
    seen = await socket.slack.slash(account(socket, AMINA), "topics sepsis")
    assert (seen.error, seen.messages) == ("", [])
    gate.open()
    await socket.slack.wait_idle(until=lambda: seen.messages)
    assert "Topics near" in words(seen)


async def test_slack_asking_to_connect_anew_loses_nothing(socket: World) -> None:
    """Slack does so every few hours."""
    live = socket.slack._sockets.live[:]
    await socket.slack.refresh_sockets()
    await socket.slack.wait_idle(until=lambda: [s for s in socket.slack._sockets.live if s not in live])
    assert "Topics near" in words(await socket.slack.slash(account(socket, AMINA), "topics sepsis"))


async def test_it_closes_cleanly(database_url: str, clock: SetClock) -> None:
    async with world(database_url, clock, WORKSPACES.items(), settings=SETTINGS) as made:
        await made.slack.wait_idle(until=lambda: made.slack.connections)
        await made.house.stop()
        await made.slack.wait_idle(until=lambda: not made.slack.connections)
    left = [t.get_name() for t in asyncio.all_tasks() if t is not asyncio.current_task() and not t.done()]
    assert [name for name in left if "socket" in name.lower()] == []


async def test_a_token_that_opens_no_socket_ends_the_start_with_a_sentence(
    database_url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qibot.platforms.slack.app.SECONDS_TO_CONNECT", 0.2)
    with pytest.raises(Refused, match="socket"):
        async with world(database_url, clock, [], settings={"slack_app_token": "xapp-of-nobody"}):
            raise AssertionError("started")
