"""The same thing twice, and what is late: once is once, and nothing is lost."""

import asyncio
from typing import Any

from sqlalchemy import func, select

from qibot.people.models import Person
from qibot.platforms.teams.replies import DONE_ALREADY, WORKING
from tests.platforms.conftest import ON_SQLITE
from tests.platforms.teams_scene import GROUP, Held, Scene, held, press_by_hand, scene

__all__ = ["held", "scene"]
pytestmark = ON_SQLITE


# --- the same thing twice


async def test_words_sent_again_are_answered_once(scene: Scene) -> None:
    await scene.teams.say(scene.nadia, "topics sepsis", duplicate=True)
    await scene.quiet()
    assert len(scene.from_bot(scene.nadia)) == 1


async def test_a_form_sent_again_takes_effect_once_and_gets_the_same_answer(scene: Scene) -> None:
    form = (await scene.says(scene.nadia, "join")).messages[-1]
    done = await scene.teams.press(scene.nadia, form, "Join", values={"Where you work": "1"}, duplicate=True)
    assert done.updated is not None
    assert "Welcome" in done.updated.shown
    async with scene.wire.house.database.transaction(reading=True) as db:
        assert await db.scalar(select(func.count()).select_from(Person)) == 1


async def test_a_form_pressed_twice_is_done_already(scene: Scene) -> None:
    form = (await scene.says(scene.nadia, "join")).messages[-1]
    first = await scene.teams.fill(scene.nadia, form, {"Where you work": "1"}, "Join")
    second = await scene.teams.fill(scene.nadia, form, {"Where you work": "1", "Your role": "Porter"}, "Join")
    assert first.updated is not None
    assert second.updated is None
    assert second.notice == DONE_ALREADY.title
    async with scene.wire.house.database.transaction(reading=True) as db:
        assert (await db.scalars(select(Person.role))).all() == [""]


async def test_another_process_that_gets_it_again_does_nothing(scene: Scene) -> None:
    form = (await scene.says(scene.nadia, "join")).messages[-1]
    seen: list[dict[str, Any]] = []
    scene.teams.on_deliver.append(seen.append)
    await scene.teams.fill(scene.nadia, form, {"Where you work": "1"}, "Join")
    scene.side.adapter._answers.clear()
    again = await scene.teams.deliver(seen[0])
    assert isinstance(again.body, dict)
    assert again.body["value"] == DONE_ALREADY.title


async def test_one_id_in_two_conversations_is_two_things(scene: Scene) -> None:
    scene.team()
    one, other = (
        scene.teams.activity(
            scene.nadia, chat, "message", id="1", text="help", recipient={"id": scene.teams.bot_id, "isTargeted": True}
        )
        for chat in (scene.teams.personal(scene.nadia), scene.teams.conversations[GROUP])
    )
    await scene.teams.deliver(one)
    await scene.teams.deliver(other)
    await scene.quiet()
    assert len(scene.calls("activities.send")) == 2


# --- late


async def test_an_answer_that_is_late_follows(scene: Scene, held: Held) -> None:
    seen = await scene.teams.say(scene.nadia, "topics sepsis")
    assert (seen.status, seen.messages) == (200, [])
    held.go()
    await scene.teams.wait_idle(until=lambda: seen.messages)
    assert "Topics near" in seen.shown


async def test_a_late_answer_to_a_form_takes_its_place_when_it_comes(scene: Scene, held: Held) -> None:
    held.go()
    form = (await scene.says(scene.nadia, "join")).messages[-1]
    held._go.clear()
    sent = await scene.teams.fill(scene.nadia, form, {"Where you work": "1"}, "Join")
    assert (sent.notice, sent.updated) == (WORKING, None)
    held.go()
    await scene.quiet()
    assert "Welcome" in scene.from_bot(scene.nadia)[-1].shown
    assert scene.from_bot(scene.nadia)[-1].id == form.id


async def test_a_slow_invoke_that_is_sent_again_meanwhile_is_handled_once(scene: Scene, held: Held) -> None:
    press = {"action": "chat.say", "qibot": '{"text":"topics sepsis"}'}
    body = await asyncio.gather(*(press_by_hand(scene, "chat.say", press, id="f:same") for _ in range(2)))
    assert [b["value"] for b in body] == [WORKING, WORKING]
    held.go()
    await scene.quiet()
    assert held.handled == 1


async def test_stopping_waits_for_what_is_still_to_be_said(scene: Scene, held: Held) -> None:
    seen = await scene.teams.say(scene.nadia, "topics sepsis")
    drained = asyncio.create_task(scene.side.drain(5))
    await asyncio.sleep(0)
    assert not drained.done()
    held.go()
    await drained
    assert "Topics near" in seen.shown
