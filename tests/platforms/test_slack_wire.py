"""Signed HTTP through the guard and Bolt, and what the person sees."""

from qibot.demo.slack_server import Seen
from qibot.demo.world import World
from tests.cast import AMINA, TOMASZ
from tests.platforms.conftest import Users


def words(seen: Seen) -> str:
    return "\n".join(m.text for m in seen.messages)


async def test_a_command_is_answered_in_its_acknowledgement(wire: World, user: Users) -> None:
    seen = await wire.slack.slash(user(AMINA), "help")
    assert seen.status == 200
    assert "What I can do" in words(seen)
    assert all(m.is_ephemeral for m in seen.messages)


async def test_join_opens_a_modal_keeps_errors_beside_fields_and_answers(wire: World, user: Users) -> None:
    amina = user(AMINA)
    seen = await wire.slack.slash(amina, "join")
    assert seen.opened is not None
    refused = await wire.slack.submit(amina, seen.opened, {"name": "patient NHS no 999 000 0018", "organisation": "1"})
    assert set(refused.errors) == {"name"}
    done = await wire.slack.submit(
        amina, seen.opened, {"name": "Amina Okafor", "organisation": "1", "topics": ["sepsis"]}
    )
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert "Welcome, Amina Okafor" in words(done)


async def test_words_in_the_direct_conversation_are_a_command_without_the_slash(wire: World, user: Users) -> None:
    tomasz = user(TOMASZ)
    seen = await wire.slack.say(tomasz, "topics sepsis")
    await wire.slack.wait_idle(until=lambda: seen.messages)
    assert "Topics near" in words(seen)


async def test_a_form_asked_for_in_words_is_one_press_away(wire: World, user: Users) -> None:
    tomasz = user(TOMASZ)
    seen = await wire.slack.say(tomasz, "join")
    await wire.slack.wait_idle(until=lambda: seen.messages)
    pressed = await wire.slack.press(tomasz, seen.messages[-1], "Open the form")
    assert pressed.opened is not None


async def test_a_command_with_the_word_payload_is_a_command(wire: World, user: Users) -> None:
    seen = await wire.slack.slash(user(AMINA), "find payload")
    assert "payload" in words(seen)


async def test_the_home_tab_is_shown(wire: World, user: Users) -> None:
    amina = user(AMINA)
    await wire.slack.open_home(amina)
    await wire.slack.wait_idle(until=lambda: wire.slack.home(amina))
    assert wire.slack.home(amina) is not None
