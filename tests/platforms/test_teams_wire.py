"""Signed activities through the door, and what the person sees: words, buttons, forms."""

from typing import Any

import pytest

from tests.platforms.conftest import ON_SQLITE
from tests.platforms.teams_scene import Scene, held, press_by_hand, scene

__all__ = ["held", "scene"]
pytestmark = ON_SQLITE


async def test_words_in_the_personal_chat_are_a_command(scene: Scene) -> None:
    seen = await scene.says(scene.nadia, "topics sepsis")
    assert "Topics near “sepsis”" in seen.shown
    assert not seen.messages[-1].is_targeted


async def test_a_form_asked_for_in_words_stands_in_the_chat_and_is_answered_in_its_place(scene: Scene) -> None:
    form = (await scene.says(scene.nadia, "join")).messages[-1]
    assert form.labels == ["Join"]
    assert form.values["line-name"] == "Nadia Rahman"
    done = await scene.teams.fill(scene.nadia, form, {"Where you work": "1", "many-topics": ["sepsis"]}, "Join")
    assert done.updated is not None
    assert done.updated.id == form.id
    assert "Welcome, Nadia Rahman" in done.updated.shown
    assert done.updated.fields == []
    await scene.quiet()
    # Also for good, not only as an answer that Teams forgets.
    assert next(m for m in scene.from_bot(scene.nadia) if m.id == form.id).edited
    assert scene.calls("activities.update")


async def test_errors_stand_beside_fields_and_what_was_typed_is_kept(scene: Scene) -> None:
    form = (await scene.says(scene.nadia, "join")).messages[-1]
    typed = {"Your name": "NHS number 999 000 0018", "Your role": "Porter", "Where you work": "1"}
    again = await scene.teams.fill(scene.nadia, form, typed, "Join")
    assert again.updated is not None
    assert set(again.errors) == {"line-name"}
    assert again.updated.values["line-role"] == "Porter"
    assert again.updated.values["choice-organisation"] == "1"
    done = await scene.teams.fill(scene.nadia, again.updated, {"Your name": "Nadia Rahman"}, "Join")
    assert done.updated is not None
    assert "Welcome, Nadia Rahman" in done.updated.shown


async def test_a_button_s_answer_takes_the_place_of_its_card(scene: Scene) -> None:
    await scene.joins(scene.nadia)
    await scene.says(scene.nadia, "me")
    shown = scene.from_bot(scene.nadia)[-1]
    left = await scene.teams.press(scene.nadia, shown, "Leave")
    await scene.quiet()
    assert left.updated is not None
    assert scene.from_bot(scene.nadia)[-1].id == shown.id
    assert scene.from_bot(scene.nadia)[-1].shown == left.updated.shown != shown.shown


async def test_a_button_that_types_a_command_answers_beside(scene: Scene) -> None:
    shown = (await scene.says(scene.nadia, "topics sepsis")).messages[-1]
    pressed = await scene.teams.press(scene.nadia, shown, "Find: Sepsis")
    await scene.quiet()
    assert "Sepsis" in pressed.shown


async def test_whoever_may_not_is_told_so_and_the_card_stays(scene: Scene) -> None:
    await scene.joins(scene.nadia)
    data = {"action": "people.retire_topic", "qibot": "{}"}
    pressed = await press_by_hand(scene, "people.unknown", data)
    assert pressed["value"].startswith("That button is no longer in use.")
    organising = next(
        iter(row for row in scene.wire.house.bot.router.actions.values() if row.needs.label == "organisers")
    )
    pressed = await press_by_hand(scene, organising.kind.wire, {"qibot": "{}"})
    assert pressed["type"] == "application/vnd.microsoft.activity.message"
    assert pressed["value"].startswith("That is for organisers of the network.")


@pytest.mark.parametrize(
    "value",
    [{}, {"action": None}, {"action": {"verb": 7, "data": []}}, {"action": {"verb": "x", "data": {"qibot": 7}}}, None],
)
async def test_rubbish_from_a_button_gets_a_sentence(scene: Scene, value: Any) -> None:
    seen = await scene.teams.event(scene.nadia, {"type": "invoke", "name": "adaptiveCard/action", "value": value})
    assert isinstance(seen.body, dict)
    assert seen.body["value"].startswith("That button is no longer in use.")


async def test_a_submit_without_a_verb_is_read_too(scene: Scene) -> None:
    """Older clients know only Action.Submit: what it carries comes as a message without words."""
    await scene.says(scene.nadia, "help")
    seen = await scene.teams.event(
        scene.nadia, {"type": "message", "value": {"action": "chat.say", "qibot": '{"text":"topics sepsis"}'}}
    )
    await scene.teams.wait_idle(until=lambda: seen.messages)
    assert "Topics near" in seen.shown


# --- what is none of ours


@pytest.mark.parametrize(
    "kind",
    [
        "typing",
        "messageReaction",
        "messageUpdate",
        "messageDelete",
        "endOfConversation",
        "event",
        "command",
        "trace",
        "no-such-thing",
        "",
    ],
)
async def test_other_activities_are_taken_and_passed_over(scene: Scene, kind: str) -> None:
    seen = await scene.teams.event(scene.nadia, {"type": kind, "text": "help", "name": "x"})
    await scene.quiet()
    assert (seen.status, seen.body) == (200, "")
    assert scene.from_bot(scene.nadia) == []


@pytest.mark.parametrize("name", ["composeExtension/query", "signin/verifyState", "fileConsent/invoke", "", None])
async def test_other_invokes_are_taken_and_passed_over(scene: Scene, name: str | None) -> None:
    seen = await scene.teams.event(scene.nadia, {"type": "invoke", "name": name, "value": {}})
    assert (seen.status, seen.body) == (200, "")


@pytest.mark.parametrize(
    "missing",
    [
        {"from": None},
        {"from": {"id": "29:1x"}},
        {"from": {"id": "28:other-bot", "aadObjectId": "x", "role": "bot"}},
        {"conversation": {"id": 7}},
        {"conversation": "x"},
        {"recipient": None},
        {"id": 7},
        {"entities": "x", "text": 7, "value": None},
    ],
)
async def test_what_lacks_a_sender_or_a_place_is_passed_over(scene: Scene, missing: dict[str, Any]) -> None:
    seen = await scene.teams.event(scene.nadia, {"type": "message", "text": "help", **missing})
    await scene.quiet()
    assert seen.status == 200
    assert scene.calls("activities.send") == []


async def test_a_picture_without_words_is_no_command(scene: Scene) -> None:
    await scene.teams.event(scene.nadia, {"type": "message", "attachments": [{"contentType": "image/png"}]})
    await scene.quiet()
    assert scene.from_bot(scene.nadia) == []


# --- something breaks


async def test_a_fault_on_the_way_gives_a_reference(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = (await scene.says(scene.nadia, "topics sepsis")).messages[-1]

    def broken(reply: object, tenant: str) -> dict[str, Any]:
        raise RuntimeError("broken")

    monkeypatch.setattr(scene.side.adapter, "_begin", broken)
    pressed = await scene.teams.press(scene.nadia, shown, "Find: Sepsis")
    assert pressed.status == 200
    assert "Something went wrong on our side" in pressed.notice
    monkeypatch.setattr(scene.side.adapter, "_words", broken)
    told = await scene.says(scene.nadia, "help")
    assert "Something went wrong on our side" in told.shown


async def test_a_reply_that_teams_does_not_take_is_logged_and_no_fault(scene: Scene) -> None:
    scene.teams.faults.fail("activities.send", "500")
    seen = await scene.teams.say(scene.nadia, "help")
    await scene.quiet()
    assert (seen.status, scene.from_bot(scene.nadia)) == (200, [])
