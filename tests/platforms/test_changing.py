"""A message is changed where it stands, over the wire of either platform; what cannot be changed says so."""

from typing import Any

import pytest

from qibot.chat.message import Message, Text
from qibot.chat.platform import Address, Sent, Unreachable
from qibot.demo.slack_server import User
from qibot.demo.world import World
from tests.cast import AMINA, MK
from tests.platforms.conftest import ON_SQLITE, Users, calls, join
from tests.platforms.teams_scene import LUTON, NADIA, Scene, scene

__all__ = ["scene"]
pytestmark = ON_SQLITE
MARK = "0123456789abcdef0123456789abcdef"
FIRST, SECOND = Message("A new room", Text("Room 4.")), Message("A new room", Text("Room *5* & <b>"))


@pytest.fixture
async def amina(wire: World, user: Users) -> User:
    who = user(AMINA)
    await join(wire, who)
    return who


async def test_in_slack_it_takes_the_place_and_keeps_its_mark(wire: World, amina: User) -> None:
    slack, to = slack_of(wire), Address("slack", MK, amina.id)
    sent = await slack.send(to, FIRST, MARK)
    for _ in range(2):
        await slack.edit(to, sent, SECOND)
    said = [m for m in wire.slack.inbox(amina) if m.metadata]
    assert len(said) == 1
    assert said[0].edited
    assert "Room *5* & <b>" in str(said[0].blocks)
    assert await slack.find_sent(to, MARK, wire.clock.now()) == sent
    assert len(calls(wire, "chat.update")) == 2
    assert len(calls(wire, "chat.postMessage")) == 1
    assert wire.slack.problems == []


async def test_in_slack_what_is_gone_cannot_be_changed(wire: World, amina: User) -> None:
    slack, to = slack_of(wire), Address("slack", MK, amina.id)
    sent = await slack.send(to, FIRST, MARK)
    with pytest.raises(Unreachable, match="does not let me change that message"):
        await slack.edit(to, Sent(sent.conversation, "1574848800.999999"), SECOND)
    with pytest.raises(Unreachable, match="no longer installed"):
        await slack.edit(Address("slack", "T0NOWHERE", amina.id), sent, SECOND)


async def test_in_teams_it_takes_the_place(scene: Scene) -> None:
    teams, to = teams_of(scene), Address("teams", LUTON, NADIA.id)
    await scene.joins(scene.nadia)
    sent = await teams.send(to, FIRST, MARK)
    before, updates = len(scene.from_bot(scene.nadia)), len(scene.calls("activities.update"))
    for _ in range(2):
        await teams.edit(to, sent, SECOND)
    said = scene.from_bot(scene.nadia)
    assert len(said) == before
    assert "Room *5* & <b>" in said[-1].shown
    assert len(scene.calls("activities.update")) == updates + 2


async def test_in_teams_what_is_gone_cannot_be_changed(scene: Scene) -> None:
    teams, to = teams_of(scene), Address("teams", LUTON, NADIA.id)
    await scene.joins(scene.nadia)
    sent = await teams.send(to, FIRST, MARK)
    with pytest.raises(Unreachable):
        await teams.edit(to, Sent(sent.conversation, "9999"), SECOND)
    with pytest.raises(Unreachable, match="not installed for them"):
        await teams.edit(Address("teams", LUTON, "nobody"), sent, SECOND)


def slack_of(wire: World) -> Any:
    assert wire.house.slack is not None
    return wire.house.slack.adapter


def teams_of(scene: Scene) -> Any:
    assert scene.wire.house.teams is not None
    return scene.wire.house.teams.adapter
