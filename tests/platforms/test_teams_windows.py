"""Buttons that open a form in a window: opened, sent, sent again, late, and where none opens."""

from typing import Any

import pytest
from sqlalchemy import func, select

from qibot.demo.teams_things import Dialog, SeenMessage
from qibot.platforms.teams.replies import DONE_ALREADY, ELSEWHERE, WORKING
from qibot.projects.models import Project
from tests.platforms.conftest import ON_SQLITE
from tests.platforms.teams_scene import GROUP, Held, Scene, held, scene, task

__all__ = ["held", "scene"]
pytestmark = ON_SQLITE
TITLES = ("Sepsis trolley", "Quiet nights")


async def opens(scene: Scene, command: str, label: str) -> Dialog:
    """The window that a button of the answer to a command opens."""
    return await opened_by(scene, (await scene.says(scene.nadia, command)).messages[-1], label)


async def opened_by(scene: Scene, shown: SeenMessage, label: str) -> Dialog:
    """The window that a button opens."""
    pressed = await scene.teams.press(scene.nadia, shown, label)
    assert pressed.dialog is not None, pressed
    return pressed.dialog


async def projects(scene: Scene) -> int:
    async with scene.wire.house.database.transaction(reading=True) as db:
        return await db.scalar(select(func.count()).select_from(Project)) or 0


async def test_a_form_opens_in_a_window_and_its_answer_is_said_in_the_chat(scene: Scene) -> None:
    await scene.joins(scene.nadia)
    window = await opens(scene, "me", "Change")
    before = scene.from_bot(scene.nadia)[-1]
    assert (window.title, window.values["line-name"]) == ("Join the network", "Nadia Rahman")
    done = await scene.teams.fill(scene.nadia, window, {"Your role": "Porter"}, "Join")
    await scene.quiet()
    assert (done.closed, done.notice, done.updated) == (True, "", None)
    assert "Your details are up to date" in scene.from_bot(scene.nadia)[-1].shown
    # The card whose button it was says what it said.
    assert scene.from_bot(scene.nadia)[-2] == before


async def test_errors_stand_beside_fields_and_what_was_typed_is_kept(scene: Scene) -> None:
    await scene.joins(scene.nadia)
    window = await opens(scene, "me", "Change")
    typed = {"Your name": "NHS number 999 000 0018", "Your role": "Porter"}
    again = await scene.teams.fill(scene.nadia, window, typed, "Join")
    assert again.dialog is window
    assert list(again.errors) == ["line-name"]
    assert (window.values["line-name"], window.values["line-role"]) == ("NHS number 999 000 0018", "Porter")
    done = await scene.teams.fill(scene.nadia, window, {"Your name": "Nadia Rahman"}, "Join")
    await scene.quiet()
    assert done.closed
    assert "Porter" in scene.from_bot(scene.nadia)[-1].shown


async def test_one_window_is_sent_once_and_one_card_opens_many(scene: Scene) -> None:
    await scene.joins(scene.nadia)
    shown = (await scene.says(scene.nadia, "projects")).messages[-1]
    windows = []
    for title in TITLES:
        windows.append(await opened_by(scene, shown, "Register a project"))
        await scene.teams.fill(scene.nadia, windows[-1], {"Title": title}, "Register")
    await scene.quiet()
    assert await projects(scene) == 2
    # Pressed twice before the window had closed: another activity, from the same window.
    (action,) = (windows[-1].card or {})["actions"]
    again = await task(scene, "task/submit", {**action["data"], "line-title": "Quieter nights"})
    assert again["task"] == {"type": "message", "value": DONE_ALREADY.title}
    assert await projects(scene) == 2


async def test_whoever_may_not_is_told_so_where_the_form_would_be(scene: Scene) -> None:
    data = {"action": "introductions.hello", "qibot": '{"project":1}'}
    assert "You have not joined the network yet." in (await task(scene, "task/fetch", data))["task"]["value"]
    await scene.joins(scene.nadia)
    window = await opens(scene, "projects", "Register a project")
    await scene.says(scene.nadia, "leave")
    await scene.teams.press(scene.nadia, scene.from_bot(scene.nadia)[-1], "Yes, leave")
    told = await scene.teams.fill(scene.nadia, window, {"Title": TITLES[0]}, "Register")
    assert told.closed
    assert told.notice.startswith("You have not joined the network yet.")


async def test_what_has_more_to_say_than_words_says_it_in_the_chat(scene: Scene) -> None:
    body = await task(scene, "task/fetch", {"action": "chat.say", "qibot": '{"text":"topics sepsis"}'})
    await scene.quiet()
    assert body["task"]["value"] == ELSEWHERE
    assert "Topics near" in scene.from_bot(scene.nadia)[-1].shown


async def test_a_form_that_is_late_stands_in_the_chat(scene: Scene, held: Held) -> None:
    body = await task(scene, "task/fetch", {"action": "chat.say", "qibot": '{"text":"join"}'})
    assert body["task"]["value"] == WORKING
    held.go()
    await scene.quiet()
    assert "Your role" in scene.from_bot(scene.nadia)[-1].fields


async def test_a_late_answer_to_a_window_leaves_the_card_it_came_from(scene: Scene, held: Held) -> None:
    held.go()
    await scene.joins(scene.nadia)
    window = await opens(scene, "me", "Change")
    before = [m.shown for m in scene.from_bot(scene.nadia)]
    held._go.clear()
    sent = await scene.teams.fill(scene.nadia, window, {"Your role": "Porter"}, "Join")
    assert (sent.notice, sent.closed) == (WORKING, True)
    held.go()
    await scene.quiet()
    after = [m.shown for m in scene.from_bot(scene.nadia)]
    assert after[:-1] == before
    assert "Porter" in after[-1]


async def test_in_a_targeted_message_the_form_is_a_card(scene: Scene) -> None:
    scene.team()
    await scene.joins(scene.nadia)
    shown = (await scene.says(scene.nadia, "me", channel=GROUP)).messages[-1]
    pressed = await scene.teams.press(scene.nadia, shown, "Change")
    await scene.teams.wait_idle(until=lambda: pressed.messages)
    assert pressed.dialog is None
    assert pressed.messages[-1].is_targeted
    assert "Your role" in pressed.messages[-1].fields


@pytest.mark.parametrize("window", ["", "\x00", "é" * 9_000, 7, None])
async def test_no_name_of_a_window_breaks_anything(scene: Scene, window: Any) -> None:
    data = {"action": "people.join", "form": "{}", "line-name": "Nadia", "choice-organisation": "1", "window": window}
    assert await task(scene, "task/submit", data) == ""
    await scene.quiet()
    assert "Welcome, Nadia" in scene.from_bot(scene.nadia)[-1].shown
