"""Two of one workspace who both said yes, over the wire: a group message in Slack, a card each in Teams."""

import pytest
from sqlalchemy import select

from qibot.clock import SetClock
from qibot.demo.sides import Card, OnSlack, OnTeams, Side
from qibot.demo.slack_server import SeenMessage
from qibot.demo.world import Account, World
from qibot.outbox.models import FAILED, SENT, Delivery
from qibot.people.models import Identity
from tests.cast import AMINA, JONAS, MK, Character
from tests.platforms.conftest import ON_SQLITE, calls
from tests.platforms.teams_scene import COLIN, NADIA, Scene, scene
from tests.talk import ORGANISATIONS

__all__ = ["scene"]
pytestmark = ON_SQLITE
WHY = "We start a sepsis trolley in March"
TOGETHER = "introductions.together"


def account(c: Character) -> Account:
    return Account(c.workspace, c.account, c.name, c.email, c.zone)


async def accepts(side: Side, made: World, asker: Account, champion: Account) -> None:
    """The champion says yes to the asker; nothing of it has gone out yet."""
    everything = ["findable", "introductions", "nudges"]
    for who, at in ((asker, "RD8"), (champion, "RV3")):
        form = (await side.types(who, "join")).form
        assert form is not None
        about = {"name": who.name, "contact": who.email, "organisation": ORGANISATIONS[at]}
        await side.fills(who, form, {**about, "topics": ["sepsis"], "purposes": everything})
    form = (await side.types(champion, "champion join")).form
    assert form is not None
    await side.fills(champion, form, {"topics": ["sepsis"], "asks_a_month": "12", "visibility": "open"})
    found = (await side.types(asker, "find sepsis")).card
    form = (await side.presses(asker, found, "Ask for an introduction")).form
    assert form is not None
    await side.fills(asker, form, {"reason": WHY})
    await made.tick()
    card = next(one for one in side.inbox(champion) if "Accept" in one.labels)
    answer = await side.presses(champion, card, "Accept")
    assert f"You are introduced to {asker.name}" in answer.card.shown


@pytest.fixture
async def accepted(wire: World) -> World:
    """Jonas has said yes to Amina, who share a workspace of Slack."""
    await accepts(OnSlack(wire), wire, account(AMINA), account(JONAS))
    return wire


def in_company(wire: World, who: Character) -> list[SeenMessage]:
    """What the bot wrote to them and to others at once."""
    user = wire.user(account(who))
    return [m for group in wire.slack.groups(user) for m in wire.slack.messages(user, group.id)]


def alone(wire: World, who: Character) -> list[Card]:
    """The introductions that they got by themselves."""
    return [one for one in OnSlack(wire).inbox(account(who)) if one.shown.startswith("You are introduced to")]


async def deliveries(made: World, kind: str) -> list[Delivery]:
    async with made.house.database.transaction(reading=True) as db:
        return list(await db.scalars(select(Delivery).where(Delivery.kind == kind)))


async def test_slack_s_people_get_a_group_message_of_the_two_and_the_bot(accepted: World) -> None:
    await accepted.tick()
    (message,) = in_company(accepted, AMINA)
    assert in_company(accepted, JONAS) == [message]
    members = accepted.slack.workspaces[MK].channels[message.channel].members
    assert members == {AMINA.account, JONAS.account, f"UBOT{MK}"}
    assert message.shown.startswith("Amina Okafor and Jonas Weber, meet each other")
    assert WHY in message.shown
    mentioned = {run["user_id"] for run in _runs(message) if run["type"] == "user"}
    assert mentioned == {AMINA.account, JONAS.account}
    assert message.labels == []
    (delivery,) = await deliveries(accepted, TOGETHER)
    assert (delivery.state, delivery.message) == (SENT, message.ts)
    assert message.metadata == {"event_type": "qibot_delivery", "event_payload": {"id": delivery.id}}
    # Her own conversation with the bot is still the one that it was.
    async with accepted.house.database.transaction(reading=True) as db:
        own = await db.scalar(select(Identity.conversation).where(Identity.account == AMINA.account))
    assert own in ("", accepted.slack.direct(accepted.slack.workspaces[MK], [AMINA.account]).id)
    assert alone(accepted, AMINA) == []
    assert calls(accepted, "conversations.history") == []


def _runs(message: SeenMessage) -> list[dict[str, object]]:
    return [run for block in message.blocks for part in block.get("elements", []) for run in part.get("elements", [])]


@pytest.mark.parametrize("method", ["conversations.open", "chat.postMessage"])
@pytest.mark.parametrize(
    "error",
    [
        "invalid_user_combination", "user_not_visible", "channel_not_found", "restricted_action", "missing_scope",
        "method_not_supported_for_channel_type", "not_enough_users", "user_disabled",
    ],
)  # fmt: skip
async def test_where_slack_refuses_she_is_told_apart_and_both_stay_reachable(
    accepted: World, method: str, error: str
) -> None:
    accepted.slack.faults.fail(method, "refused", error=error)
    await accepted.tick()
    assert in_company(accepted, AMINA) == []
    (card,) = alone(accepted, AMINA)
    assert "Write to Jonas Weber" in card.labels
    (delivery,) = await deliveries(accepted, TOGETHER)
    assert (delivery.state, delivery.reason) == (FAILED, "Slack does not let me bring them together")
    async with accepted.house.database.transaction(reading=True) as db:
        assert set(await db.scalars(select(Identity.unreachable))) == {""}


async def test_strangers_of_a_shared_channel_are_told_apart(accepted: World) -> None:
    accepted.slack.add_user(MK, JONAS.account, JONAS.name, email=JONAS.email, is_stranger=True)
    await accepted.tick()
    assert in_company(accepted, JONAS) == []
    assert len(alone(accepted, AMINA)) == 1


@pytest.mark.parametrize(("fault", "groups"), [("drop", 1), ("500", 0)])
async def test_what_may_have_arrived_is_not_said_twice_nor_lost(
    accepted: World, clock: SetClock, fault: str, groups: int
) -> None:
    accepted.slack.faults.fail("chat.postMessage", fault)  # type: ignore[arg-type]
    await accepted.tick()
    assert len(in_company(accepted, AMINA)) == groups
    assert len(alone(accepted, AMINA)) == 1
    # Reading it would need permission to read what the two write to each other.
    assert calls(accepted, "conversations.history") == []


async def test_slow_down_is_heeded(accepted: World) -> None:
    accepted.slack.faults.fail("conversations.open", "429", retry_after=45)
    await accepted.tick()
    assert len(in_company(accepted, AMINA)) == 1
    assert alone(accepted, AMINA) == []


async def test_teams_people_of_one_tenant_get_a_card_each(scene: Scene) -> None:
    side = OnTeams(scene.wire)
    await accepts(side, scene.wire, NADIA, COLIN)
    await scene.wire.tick()
    cards = [one for one in side.inbox(NADIA) if one.shown.startswith("You are introduced to")]
    (card,) = cards
    assert "Write to Colin Marsh" in card.labels
    chat = f"https://teams.microsoft.com/l/chat/0/0?users={COLIN.email}"
    assert chat in str(card.of.card)
    (delivery,) = await deliveries(scene.wire, TOGETHER)
    assert (delivery.state, delivery.reason) == (FAILED, "a bot in Teams cannot begin a group chat")
    assert not [call for call in scene.teams.calls if len(call.args.get("members", [])) > 1]
