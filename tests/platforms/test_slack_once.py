"""The same thing said twice takes effect once: retries, replays, double clicks."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from qibot.clock import SetClock
from qibot.demo.slack_server import Seen, User
from qibot.demo.world import World
from qibot.events.models import Pledge
from qibot.people.models import Receipt
from qibot.projects.models import Project
from tests.cast import AMINA
from tests.platforms.conftest import ON_SQLITE, Users, attend, join, words

pytestmark = ON_SQLITE
PLEDGE = "pledge Start a sepsis trolley on our ward"


@pytest.fixture
async def amina(wire: World, user: Users) -> User:
    """She has joined the network and an event, where pledges are made."""
    who = user(AMINA)
    await join(wire, who)
    await attend(wire)
    return who


async def count(wire: World, model: Any) -> int:
    async with wire.house.database.transaction(reading=True) as db:
        return await db.scalar(select(func.count()).select_from(model)) or 0


def sent(wire: World) -> list[tuple[str, Any]]:
    """Everything that goes to the bot from here on."""
    found: list[tuple[str, Any]] = []
    wire.slack.on_deliver.append(lambda kind, payload: found.append((kind, payload)))
    return found


async def say(wire: World, who: User, text: str) -> tuple[Seen, Any]:
    """Words in the direct conversation, and the event that they became."""
    kept = sent(wire)
    seen = await wire.slack.say(who, text)
    await wire.slack.wait_idle(until=lambda: seen.messages)
    return seen, kept[-1][1]


@pytest.mark.parametrize("text", [PLEDGE, "topics sepsis"])
async def test_slack_sending_an_event_again_has_no_effect_and_no_second_answer(
    wire: World, amina: User, clock: SetClock, text: str
) -> None:
    seen, event = await say(wire, amina, text)
    pledges, shown = await count(wire, Pledge), len(wire.slack.inbox(amina))
    for number, minutes in ((1, 0), (2, 1), (3, 5)):
        clock.forward(timedelta(minutes=minutes, seconds=1))
        headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        answer = await wire.slack.deliver(wire.slack.workspaces[amina.team_id], "events_api", event, headers)
        assert answer.status == 200
    # What comes afterwards is answered, so nothing is still on its way.
    await say(wire, amina, "topics falls")
    assert await count(wire, Pledge) == pledges
    assert len(wire.slack.inbox(amina)) == shown + 2
    assert len(seen.messages) == 1


async def test_an_event_whose_header_alone_says_that_it_is_a_retry_is_answered(wire: World, amina: User) -> None:
    """The first may never have arrived: only its name says that it was heard."""
    kept = sent(wire)
    wire.slack.bot_url, address = "http://127.0.0.1:1/", wire.slack.bot_url
    seen = await wire.slack.say(amina, "topics sepsis")
    wire.slack.bot_url = address
    event = kept[-1][1]
    headers = {"X-Slack-Retry-Num": "2", "X-Slack-Retry-Reason": "connection_failed"}
    await wire.slack.deliver(wire.slack.workspaces[amina.team_id], "events_api", event, headers)
    await wire.slack.wait_idle(until=lambda: seen.messages)
    assert "Topics near" in words(seen)


async def test_a_signed_request_sent_again_byte_for_byte_does_nothing(wire: World, amina: User) -> None:
    kept = sent(wire)
    await wire.slack.slash(amina, PLEDGE)
    body = urlencode(kept[-1][1]).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", **wire.slack.sign(body)}
    again = await wire.slack.send(body, headers)
    assert (again.status, again.body) == (200, "")
    assert await count(wire, Pledge) == 1


async def test_a_command_signed_anew_with_the_same_trigger_takes_effect_once(
    wire: World, amina: User, clock: SetClock
) -> None:
    kept = sent(wire)
    await wire.slack.slash(amina, PLEDGE)
    command = kept[-1][1]
    clock.forward(timedelta(seconds=2))
    workspace = wire.slack.workspaces[amina.team_id]
    again = await asyncio.gather(*(wire.slack.deliver(workspace, "slash_commands", command) for _ in range(3)))
    assert [(a.status, a.body) for a in again] == [(200, "")] * 3
    assert await count(wire, Pledge) == 1


async def test_a_button_pressed_twice_by_a_shaking_hand_is_two_presses_and_resent_one(
    wire: World, amina: User, clock: SetClock
) -> None:
    seen = await wire.slack.slash(amina, "me")
    kept = sent(wire)
    first = await wire.slack.press(amina, seen.messages[0], "Withdraw")
    await wire.slack.wait_idle(until=lambda: first.messages)
    receipts = await count(wire, Receipt)
    clock.forward(timedelta(seconds=2))
    workspace = wire.slack.workspaces[amina.team_id]
    assert (await wire.slack.deliver(workspace, "interactive", kept[0][1])).status == 200
    assert await count(wire, Receipt) == receipts
    second = await wire.slack.press(amina, seen.messages[0], "Withdraw", nth=1)
    await wire.slack.wait_idle(until=lambda: second.messages)
    assert await count(wire, Receipt) == receipts + 1


async def test_a_modal_sent_twice_at_once_takes_effect_once(wire: World, amina: User, clock: SetClock) -> None:
    seen = await wire.slack.slash(amina, "pledge")
    assert seen.opened is not None
    kept = sent(wire)
    done = await wire.slack.submit(amina, seen.opened, {"text": "start a sepsis trolley"})
    assert done.errors == {}
    (submission,) = [payload for _, payload in kept]
    clock.forward(timedelta(seconds=1))
    workspace = wire.slack.workspaces[amina.team_id]
    copies = [{**submission, "trigger_id": f"another-{n}"} for n in range(3)]
    again = await asyncio.gather(*(wire.slack.deliver(workspace, "interactive", copy) for copy in copies))
    assert [(a.status, a.body) for a in again] == [(200, "")] * 3
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert await count(wire, Pledge) == 1


async def test_a_modal_corrected_after_an_error_takes_effect(wire: World, amina: User) -> None:
    seen = await wire.slack.slash(amina, "project register")
    assert seen.opened is not None
    refused = await wire.slack.submit(
        amina, seen.opened, {"title": "For NHS number 999 000 0018", "topics": ["sepsis"]}
    )
    assert set(refused.errors) == {"title"}
    assert await count(wire, Project) == 0
    done = await wire.slack.submit(amina, seen.opened, {"title": "Sepsis trolley"})
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert "Sepsis trolley" in words(done)
    assert await count(wire, Project) == 1


async def test_what_has_no_name_cannot_have_happened_before(wire: World, amina: User, clock: SetClock) -> None:
    kept = sent(wire)
    await wire.slack.slash(amina, PLEDGE)
    nameless = {key: value for key, value in kept[-1][1].items() if key != "trigger_id"}
    workspace = wire.slack.workspaces[amina.team_id]
    for _ in range(2):
        clock.forward(timedelta(seconds=1))
        await wire.slack.deliver(workspace, "slash_commands", nameless)
    assert await count(wire, Pledge) == 3
