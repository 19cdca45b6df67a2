"""What the bot says unasked, over a network and a Slack that misbehave: nothing is lost, and nothing is said twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from qibot.chat.platform import Sent
from qibot.clock import SetClock
from qibot.demo.slack_server import SeenMessage, User
from qibot.demo.world import World
from qibot.outbox.models import FAILED, PENDING, SENT, SKIPPED, Delivery
from qibot.people.models import Identity, Workspace
from qibot.platforms.slack import calls as slack_calls
from tests.cast import AMINA, MK, TOMASZ
from tests.platforms.conftest import ON_SQLITE, Users, attend, calls, join

pytestmark = ON_SQLITE
TWO_WEEKS_ON = datetime(2019, 12, 11, 10, 0, tzinfo=UTC)


@pytest.fixture
async def amina(wire: World, user: Users, clock: SetClock) -> User:
    """She promised something; now it is the morning on which she is asked about it."""
    who = user(AMINA)
    await join(wire, who)
    await attend(wire)
    seen = await wire.slack.slash(who, "pledge Start a sepsis trolley")
    assert seen.messages
    wire.slack.start_seeing(who)
    clock.set(TWO_WEEKS_ON)
    return who


def nudges(wire: World, who: User) -> list[SeenMessage]:
    return [m for m in wire.slack.inbox(who) if m.metadata]


async def first(wire: World) -> Delivery:
    async with wire.house.database.transaction(reading=True) as db:
        return (await db.scalars(select(Delivery).order_by(Delivery.due_at))).all()[0]


async def test_it_arrives_once_and_carries_its_mark(wire: World, amina: User) -> None:
    assert await wire.tick() == 1
    (nudge,) = nudges(wire, amina)
    delivery = await first(wire)
    assert nudge.metadata == {"event_type": "qibot_delivery", "event_payload": {"id": delivery.id}}
    assert (delivery.state, delivery.message) == (SENT, nudge.ts)
    assert "sepsis trolley" not in str(nudge.metadata)


async def test_a_process_that_slept_as_it_was_about_to_send_says_nothing(
    wire: World, amina: User, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen for longer than its lease, between deciding and the bytes: by then another may have said it."""
    post = slack_calls.post

    async def slowly(*given: Any) -> Sent:
        monkeypatch.undo()
        clock.forward(timedelta(minutes=3))
        return await post(*given)

    monkeypatch.setattr(slack_calls, "post", slowly)
    assert (await wire.house.worker.tick()).in_doubt == 1
    assert calls(wire, "chat.postMessage") == []
    clock.forward(timedelta(minutes=3))
    assert await wire.tick() == 1
    assert len(nudges(wire, amina)) == 1


@pytest.mark.parametrize("behind", [0, 90, 30 * 86400], ids=["clocks agree", "ours is ahead", "by a month"])
async def test_a_connection_that_drops_after_slack_took_it_is_asked_about_and_not_sent_again(
    wire: World, amina: User, clock: SetClock, behind: int
) -> None:
    wire.slack.now = lambda: clock.now() - timedelta(seconds=behind)
    wire.slack.faults.fail("chat.postMessage", "drop")
    await wire.tick()
    assert len(nudges(wire, amina)) == 1
    assert len(calls(wire, "chat.postMessage")) == 1
    assert len(calls(wire, "conversations.history")) == 1
    assert (await first(wire)).state == SENT


async def test_a_fault_of_slack_s_own_is_asked_about_and_then_sent_again(wire: World, amina: User) -> None:
    wire.slack.faults.fail("chat.postMessage", "500")
    await wire.tick()
    asked = [c.method for c in wire.slack.calls if c.method in ("chat.postMessage", "conversations.history")]
    assert asked == ["chat.postMessage", "conversations.history", "chat.postMessage"]
    assert len(nudges(wire, amina)) == 1


async def test_an_answer_that_never_comes_is_asked_about(wire: World, amina: User) -> None:
    assert wire.house.slack is not None
    session = wire.house.slack.adapter._session
    assert session is not None
    session._timeout = aiohttp.ClientTimeout(total=0.2)
    wire.slack.faults.fail("chat.postMessage", "timeout")
    await wire.tick()
    assert len(calls(wire, "conversations.history")) == 1
    assert len(nudges(wire, amina)) == 1


async def test_slow_down_is_heeded_to_the_second(wire: World, amina: User) -> None:
    wire.slack.faults.fail("chat.postMessage", "429", retry_after=45)
    await wire.tick()
    refused, taken = calls(wire, "chat.postMessage")
    assert refused.error == "ratelimited"
    assert taken.at - refused.at >= timedelta(seconds=45)
    assert calls(wire, "conversations.history") == []
    assert len(nudges(wire, amina)) == 1


async def test_an_unreachable_slack_is_tried_again_without_a_question(
    wire: World, amina: User, clock: SetClock
) -> None:
    assert wire.house.slack is not None
    client = await wire.house.slack.adapter._client_of(MK)
    address, client.base_url = client.base_url, "http://127.0.0.1:1/"
    await wire.house.worker.run_until_quiet()
    assert (await first(wire)).state == PENDING
    client.base_url = address
    clock.forward(timedelta(minutes=1))
    await wire.tick()
    assert len(nudges(wire, amina)) == 1
    assert calls(wire, "conversations.history") == []


async def test_a_deactivated_account_is_noted_with_a_reason_in_words(wire: World, amina: User) -> None:
    wire.slack.add_user(MK, amina.id, amina.name, email=amina.email, deleted=True)
    await wire.tick()
    delivery = await first(wire)
    assert (delivery.state, delivery.reason) == (FAILED, "their account cannot be written to")
    assert calls(wire, "chat.postMessage") == []


async def test_slack_takes_what_is_written_to_a_deactivated_account_it_knows(
    wire: World, amina: User, clock: SetClock
) -> None:
    """Sent means taken, and never read: this is how Slack is, and asking before each message would cost a call."""
    await wire.tick()
    wire.slack.add_user(MK, amina.id, amina.name, email=amina.email, deleted=True)
    clock.forward(timedelta(weeks=4, days=1))
    assert await wire.tick() == 1


async def test_a_revoked_token_ends_it_with_a_reason_and_installing_anew_opens_the_way(
    wire: World, amina: User, clock: SetClock
) -> None:
    """Revoked on Slack's side, and the event about it lost on its way."""
    wire.slack.tokens[wire.slack.workspaces[MK].bot_token].trouble = "token_revoked"
    await wire.tick()
    delivery = await first(wire)
    assert (delivery.state, delivery.reason) == (FAILED, "the app is no longer installed in their workspace")
    await wire.install(MK)
    clock.forward(timedelta(weeks=4, days=1))
    await wire.tick()
    assert len(nudges(wire, amina)) == 1


async def test_uninstalled_and_installed_again(wire: World, amina: User, clock: SetClock) -> None:
    await wire.slack.uninstall(MK)
    async with wire.house.database.transaction(reading=True) as db:
        workspace = (await db.scalars(select(Workspace).where(Workspace.key == MK))).one()
    assert workspace.removed_at == clock.now()
    await wire.tick()
    delivery = await first(wire)
    assert (delivery.state, delivery.reason) == (SKIPPED, "There is no chat account where I can reach them.")
    assert calls(wire, "chat.postMessage") == []
    await wire.install(MK)
    async with wire.house.database.transaction(reading=True) as db:
        workspace = (await db.scalars(select(Workspace).where(Workspace.key == MK))).one()
        identity = (await db.scalars(select(Identity).where(Identity.account == amina.id))).one()
    assert (workspace.removed_at, identity.unreachable) == (None, "")
    seen = await wire.slack.slash(amina, "me")
    assert "Amina Okafor" in seen.shown
    clock.forward(timedelta(weeks=4, days=1))
    await wire.tick()
    assert len(nudges(wire, amina)) == 1


async def test_old_news_of_a_removal_does_not_remove_what_was_installed_after_it(
    wire: World, amina: User, clock: SetClock
) -> None:
    """Slack sends an event again after one and after five minutes; meanwhile an administrator has put it right."""
    workspace = wire.slack.workspaces[MK]
    payload = wire.slack._event_payload(workspace, {"type": "app_uninstalled"})
    clock.forward(timedelta(seconds=30))
    await wire.install(MK)
    clock.forward(timedelta(seconds=30))
    headers = {"X-Slack-Retry-Num": "2"}
    assert (await wire.slack.deliver(workspace, "events_api", payload, headers)).status == 200
    assert "Amina Okafor" in (await wire.slack.slash(amina, "me")).shown


async def test_after_a_removal_people_are_told_that_the_app_is_not_installed(wire: World, amina: User) -> None:
    await wire.slack.uninstall(MK)
    asked = len(wire.slack.calls)
    seen = await wire.slack.slash(amina, "me")
    assert seen.status == 200
    assert "Amina Okafor" not in seen.shown
    assert wire.slack.calls[asked:] == []


async def test_one_workspace_s_trouble_is_not_another_s(wire: World, amina: User, user: Users) -> None:
    tomasz = user(TOMASZ)
    await wire.slack.uninstall(MK)
    assert "Topics near" in (await wire.slack.slash(tomasz, "topics sepsis")).shown
