"""Answers that are late: nobody ever sees Slack's own "operation_timeout", and nobody loses what they typed."""

import asyncio
from datetime import timedelta

import pytest

from qibot.clock import SetClock
from qibot.demo.slack_server import User
from qibot.demo.world import World
from tests.cast import AMINA, EVERYBODY, TOMASZ
from tests.platforms.conftest import ON_SQLITE, Gate, Users, calls, join, words

pytestmark = ON_SQLITE


async def test_an_answer_in_time_rides_in_the_acknowledgement(wire: World, user: Users) -> None:
    seen = await wire.slack.slash(user(AMINA), "topics sepsis")
    assert isinstance(seen.body, dict)
    assert seen.body["response_type"] == "ephemeral"
    assert len(seen.messages) == 1


async def test_a_late_answer_follows_by_the_response_url(wire: World, user: Users, gate: Gate) -> None:
    seen = await wire.slack.slash(user(AMINA), "topics sepsis")
    assert (seen.status, seen.error, seen.body) == (200, "", "")
    assert seen.messages == []
    gate.open()
    await wire.slack.wait_idle(until=lambda: seen.messages)
    assert "Topics near" in words(seen)
    assert all(m.is_ephemeral for m in seen.messages)


async def test_a_late_form_is_offered_by_a_button(wire: World, user: Users, gate: Gate, clock: SetClock) -> None:
    amina = user(AMINA)
    seen = await wire.slack.slash(amina, "join")
    assert (seen.status, seen.error, seen.opened) == (200, "", None)
    clock.forward(timedelta(seconds=4))
    gate.open()
    await wire.slack.wait_idle(until=lambda: seen.messages)
    pressed = await wire.slack.press(amina, seen.messages[0], "Open the form")
    await wire.slack.wait_idle(until=lambda: pressed.opened)


async def test_a_command_too_long_for_a_button_still_gets_a_sentence(
    wire: World, user: Users, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    await join(wire, user(AMINA))
    gate = Gate(wire, monkeypatch)
    seen = await wire.slack.slash(user(AMINA), "project register " + "sepsis " * 300)
    clock.forward(timedelta(seconds=4))
    gate.open()
    await wire.slack.wait_idle(until=lambda: seen.messages)
    assert "too long to open" in words(seen)
    assert seen.messages[0].labels == []


async def test_slack_being_slow_to_open_a_form_does_not_delay_the_acknowledgement(
    wire: World, user: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wire.house.slack is not None
    monkeypatch.setattr(wire.house.slack.adapter.replies, "patience", 0.1)
    wire.slack.ack_within = 1.0
    wire.slack.faults.fail("views.open", "slow", seconds=1.5)
    seen = await wire.slack.slash(user(AMINA), "join")
    assert (seen.status, seen.error) == (200, "")
    await wire.slack.wait_idle(until=lambda: seen.opened)


async def test_a_form_that_slack_does_not_open_is_offered_by_a_button(wire: World, user: Users) -> None:
    amina = user(AMINA)
    wire.slack.faults.fail("views.open", "500")
    seen = await wire.slack.slash(amina, "join")
    await wire.slack.wait_idle(until=lambda: seen.messages)
    pressed = await wire.slack.press(amina, seen.messages[0], "Open the form")
    assert pressed.opened is not None


async def test_a_late_submission_shows_that_it_is_worked_on_and_then_the_answer(
    wire: World, user: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina = user(AMINA)
    seen = await wire.slack.slash(amina, "join")
    assert seen.opened is not None
    gate = Gate(wire, monkeypatch)
    done = await wire.slack.submit(amina, seen.opened, {"organisation": "1"})
    assert (done.error, done.closed, done.updated) == ("", False, seen.opened)
    window = seen.opened
    assert "I am working on it" in f"{window.title} {window.shown}"
    gate.open()
    await wire.slack.wait_idle(until=lambda: "Welcome" in f"{window.title} {window.shown}")
    assert wire.slack.inbox(amina) == []


async def test_a_late_correction_comes_back_with_everything_typed(
    wire: World, user: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina = user(AMINA)
    seen = await wire.slack.slash(amina, "join")
    assert seen.opened is not None
    with monkeypatch.context() as only_here:
        gate = Gate(wire, only_here)
        typed = {"name": "patient NHS no 999 000 0018", "organisation": "1", "role": "Ward sister"}
        window = seen.opened
        await wire.slack.submit(amina, window, typed)
        gate.open()
        await wire.slack.wait_idle(until=lambda: "Please look at this again" in window.shown)
    assert window.state["name"]["name"]["value"] == "patient NHS no 999 000 0018"
    assert window.state["role"]["role"]["value"] == "Ward sister"
    # Nothing of the first was kept, so the same modal sent again takes effect.
    done = await wire.slack.submit(amina, window, {"name": "Amina Okafor"})
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert "Welcome, Amina Okafor" in words(done)


async def test_who_closed_the_window_meanwhile_is_told_all_the_same(
    wire: World, user: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina = user(AMINA)
    seen = await wire.slack.slash(amina, "join")
    assert seen.opened is not None
    gate = Gate(wire, monkeypatch)
    await wire.slack.submit(amina, seen.opened, {"organisation": "1"})
    closed = await wire.slack.close(amina, seen.opened)
    gate.open()
    await wire.slack.wait_idle(until=lambda: closed.messages)
    assert "Welcome" in words(closed)


async def test_a_late_press_is_acknowledged_first(wire: World, user: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    amina = user(AMINA)
    await join(wire, amina)
    seen = await wire.slack.slash(amina, "me")
    gate = Gate(wire, monkeypatch)
    pressed = await wire.slack.press(amina, seen.messages[0], seen.messages[0].labels[0])
    assert (pressed.status, pressed.error, pressed.messages) == (200, "", [])
    gate.open()
    await wire.slack.wait_idle(until=lambda: pressed.messages or pressed.opened)


async def test_a_used_up_response_url_is_followed_by_a_direct_message(wire: World, user: Users, gate: Gate) -> None:
    amina = user(AMINA)
    seen = await wire.slack.slash(amina, "topics sepsis")
    for where in wire.slack.responses.values():
        where.uses = 5
    gate.open()
    await wire.slack.wait_idle(until=lambda: wire.slack.inbox(amina))
    assert "Topics near" in words(seen)
    assert not wire.slack.inbox(amina)[0].is_ephemeral


async def test_fifty_commands_at_once_are_all_answered_in_their_acknowledgement(wire: World, user: Users) -> None:
    users = [user(c) for c in EVERYBODY]
    asked = []
    for n in range(50):
        who = users[n % len(users)]
        asked.append(wire.slack.deliver(wire.slack.workspaces[who.team_id], "slash_commands", _command(wire, who, n)))
    answers = await asyncio.gather(*asked)
    assert [a.status for a in answers] == [200] * 50
    assert all(isinstance(a.body, dict) and a.body["blocks"] for a in answers)
    assert len(calls(wire, "users.info")) <= 50


def _command(wire: World, who: User, n: int) -> dict[str, object]:
    return {
        "command": "/qi", "text": f"find sepsis {n}", "team_id": who.team_id, "user_id": who.id, "channel_id": "D0",
        "response_url": f"{wire.slack.base_url}/respond/none", "trigger_id": f"burst-{n}", "api_app_id": "A00000001",
    }  # fmt: skip


async def test_nothing_is_asked_of_slack_that_it_need_not_be(wire: World, user: Users) -> None:
    """The stock authorisation asks Slack whose token it is for every event: eight requests a second at most."""
    tomasz = user(TOMASZ)
    before = len(wire.slack.calls)
    for _ in range(3):
        await wire.slack.slash(tomasz, "topics sepsis")
        await wire.slack.open_home(tomasz)
    await wire.slack.wait_idle(until=lambda: len(calls(wire, "views.publish")) == 3)
    asked = [call.method for call in wire.slack.calls[before:]]
    assert asked.count("auth.test") == 0
    assert asked.count("users.info") == 1
    assert set(asked) <= {"users.info", "views.publish"}


async def test_every_call_goes_by_one_session(wire: World) -> None:
    adapter = wire.house.slack.adapter if wire.house.slack else None
    assert adapter is not None
    client = await adapter._client_of("T0MK")
    assert client.session is not None
    assert client.session is adapter.app.client.session
    assert client.retry_handlers == []
    assert adapter.app.client.retry_handlers == []
