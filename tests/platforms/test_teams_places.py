"""Channels and group chats, and people who come and go."""

import pytest

from qibot.chat.incoming import Command, Incoming
from qibot.chat.platform import Platform
from qibot.chat.router import Reply
from qibot.platforms.teams.replies import POINTER
from tests.platforms.conftest import ON_SQLITE
from tests.platforms.teams_scene import CHANNEL, GROUP, LUTON, Scene, held, scene

__all__ = ["held", "scene"]
pytestmark = ON_SQLITE


# --- channels and group chats


@pytest.mark.parametrize("place", [CHANNEL, GROUP])
async def test_in_a_channel_the_answer_is_for_the_person_alone(scene: Scene, place: str) -> None:
    scene.team()
    seen = await scene.says(scene.nadia, "topics sepsis", channel=place)
    assert "Topics near" in seen.shown
    assert seen.messages[-1].is_targeted
    (post,) = [p for c in scene.teams.conversations.values() for p in c.posts.values() if p.user == scene.teams.bot_id]
    assert post.only_for == scene.nadia.id


async def test_a_slash_command_in_a_channel_is_answered_like_a_mention(scene: Scene) -> None:
    scene.team()
    seen = await scene.says(scene.nadia, "/topics sepsis", channel=GROUP, targeted=True)
    assert "Topics near" in seen.shown
    assert seen.messages[-1].is_targeted


async def test_a_button_of_a_targeted_card_is_answered_for_the_person_alone(scene: Scene) -> None:
    scene.team()
    await scene.joins(scene.nadia)
    shown = (await scene.says(scene.nadia, "me", channel=GROUP)).messages[-1]
    left = await scene.teams.press(scene.nadia, shown, "Leave")
    await scene.quiet()
    assert left.updated is not None
    assert left.updated.is_targeted
    assert scene.calls("activities.update")[-1].status == 200


async def test_words_that_are_not_for_the_bot_are_let_be(scene: Scene) -> None:
    scene.team()
    chat = scene.teams.conversations[GROUP]
    await scene.teams.deliver(scene.teams.activity(scene.nadia, chat, "message", id="1", text="help"))
    await scene.quiet()
    assert scene.calls("activities.send") == []


async def test_where_nothing_can_be_targeted_the_answer_goes_to_their_own_chat(scene: Scene) -> None:
    scene.team()
    scene.teams.faults.fail("activities.send", "412")
    seen = await scene.teams.say(scene.nadia, "topics sepsis", channel=GROUP)
    await scene.quiet()
    (own,) = scene.from_bot(scene.nadia)
    assert "Topics near" in own.shown
    in_the_chat = [m for m in scene.teams.messages(scene.colin, GROUP) if m.by_bot]
    assert [m.text for m in in_the_chat] == [POINTER]
    assert len(seen.messages) == 2


async def test_a_targeted_answer_that_may_have_arrived_is_not_said_twice(scene: Scene) -> None:
    scene.team()
    scene.teams.faults.fail("activities.send", "drop")
    await scene.teams.say(scene.nadia, "topics sepsis", channel=GROUP)
    await scene.quiet()
    assert len(scene.calls("activities.send")) == 1


async def test_somebody_met_in_a_channel_is_known_by_name_and_address(scene: Scene) -> None:
    scene.team()
    await scene.says(scene.colin, "help", channel=CHANNEL)
    identity = await scene.identity(scene.colin)
    assert identity is not None
    assert (identity.name, identity.email, identity.zone) == (
        "Colin Marsh",
        "colin.marsh@luton.example",
        "Europe/London",
    )


async def test_a_person_who_is_mentioned_is_that_account(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.joins(scene.nadia)
    await scene.teams.install(scene.colin)
    heard: list[Incoming] = []

    async def listening(incoming: Incoming, platform: Platform) -> Reply:
        heard.append(incoming)
        return None

    monkeypatch.setattr(scene.wire.house.bot, "handle", listening)
    mention = {"type": "mention", "text": "<at>Colin</at>", "mentioned": {"id": scene.colin.id, "name": "Colin"}}
    words = {"type": "message", "text": "who <at>Colin</at>", "entities": [mention]}
    await scene.teams.event(scene.nadia, words)
    assert [i.text for i in heard if isinstance(i, Command)] == [f"who @{scene.colin.aad_object_id}"]


# --- coming and going


async def test_whoever_installs_it_is_welcomed_once(scene: Scene) -> None:
    seen = await scene.teams.install(scene.colin)
    await scene.teams.wait_idle(until=lambda: seen.messages)
    await scene.quiet()
    (welcome,) = scene.from_bot(scene.colin)
    assert "I connect people who improve care" in welcome.shown
    assert "Join" in " ".join(welcome.labels)


async def test_home_is_one_word_away(scene: Scene) -> None:
    seen = await scene.says(scene.nadia, "Home")
    assert "I connect people who improve care" in seen.shown


async def test_an_upgrade_is_no_news_and_a_team_is_not_spoken_to(scene: Scene) -> None:
    await scene.teams.install(scene.colin)
    await scene.teams.event(scene.colin, {"type": "installationUpdate", "action": "add-upgrade"})
    await scene.teams.event(scene.colin, {"type": "installationUpdate", "action": "remove-upgrade"})
    scene.team()
    await scene.teams.install_team(next(iter(scene.teams.tenants[LUTON].teams.values())), scene.colin)
    await scene.quiet()
    assert len(scene.from_bot(scene.colin)) == 1
    identity = await scene.identity(scene.colin)
    assert identity is not None
    assert identity.unreachable == ""


async def test_whoever_removes_it_cannot_be_reached_until_it_is_back(scene: Scene) -> None:
    await scene.teams.install(scene.colin)
    await scene.quiet()
    await scene.teams.uninstall(scene.colin)
    identity = await scene.identity(scene.colin)
    assert identity is not None
    assert identity.unreachable == "they have removed the app"
    await scene.teams.install(scene.colin)
    await scene.quiet()
    identity = await scene.identity(scene.colin)
    assert identity is not None
    assert identity.unreachable == ""
    assert len(scene.from_bot(scene.colin)) == 2
