"""Where an answer goes: in the place of what was pressed, beside it, into the direct conversation, onto the Home tab.

And what is not answered at all.
"""

from typing import Any

import pytest
from sqlalchemy import func, select

from qibot.demo.slack_things import Seen
from qibot.demo.world import World
from qibot.people.models import Receipt
from tests.cast import AMINA, RUTH
from tests.logbook import Logbook
from tests.platforms.conftest import ON_SQLITE, Users, calls, join, words

pytestmark = ON_SQLITE


async def test_a_press_on_an_ephemeral_answer_takes_its_place(wire: World, user: Users) -> None:
    amina = user(AMINA)
    await join(wire, amina)
    seen = await wire.slack.slash(amina, "leave")
    pressed = await wire.slack.press(amina, seen.messages[0], "Stay")
    await wire.slack.wait_idle(until=lambda: pressed.messages)
    (answer,) = pressed.messages
    assert (answer.ts, answer.is_ephemeral, answer.edited) == (seen.messages[0].ts, True, True)


async def test_a_press_in_the_direct_conversation_takes_its_place_and_stays(wire: World, user: Users) -> None:
    amina = user(AMINA)
    await join(wire, amina)
    seen = await wire.slack.say(amina, "leave")
    await wire.slack.wait_idle(until=lambda: seen.messages)
    pressed = await wire.slack.press(amina, seen.messages[0], "Yes, leave")
    await wire.slack.wait_idle(until=lambda: pressed.messages)
    (answer,) = pressed.messages
    assert (answer.ts, answer.is_ephemeral) == (seen.messages[0].ts, False)


@pytest.mark.parametrize("typed", [True, False])
async def test_a_refusal_stands_beside_what_was_pressed(wire: World, user: Users, typed: bool) -> None:
    """The message keeps its buttons: it may hold something still to be read."""
    amina = user(AMINA)
    await join(wire, amina)
    seen = await (wire.slack.slash if typed else wire.slack.say)(amina, "me")
    await wire.slack.wait_idle(until=lambda: seen.messages)
    original = seen.messages[0]
    left = await wire.slack.slash(amina, "leave")
    left = await wire.slack.press(amina, left.messages[0], "Yes, leave")
    await wire.slack.wait_idle(until=lambda: left.messages)
    pressed = await wire.slack.press(amina, original, "Withdraw")
    await wire.slack.wait_idle(until=lambda: pressed.messages)
    (answer,) = pressed.messages
    assert answer.ts != original.ts
    assert answer.is_ephemeral is typed
    assert "You have not joined" in answer.shown


async def test_a_press_on_the_home_tab_is_answered_in_the_conversation_and_home_is_shown_anew(
    wire: World, user: Users
) -> None:
    amina = user(AMINA)
    await join(wire, amina)
    await wire.slack.open_home(amina)
    await wire.slack.wait_idle(until=lambda: wire.slack.home(amina))
    home = wire.slack.home(amina)
    assert home is not None
    published = len(calls(wire, "views.publish"))
    pressed = await wire.slack.press(amina, home, "What can you do?")
    await wire.slack.wait_idle(until=lambda: len(calls(wire, "views.publish")) > published)
    (answer,) = pressed.messages
    assert not answer.is_ephemeral
    assert answer in wire.slack.inbox(amina)


async def test_a_form_opened_from_the_home_tab_is_answered_in_the_conversation(wire: World, user: Users) -> None:
    amina = user(AMINA)
    await join(wire, amina)
    await wire.slack.open_home(amina)
    await wire.slack.wait_idle(until=lambda: wire.slack.home(amina))
    home = wire.slack.home(amina)
    assert home is not None
    pressed = await wire.slack.press(amina, home, "Register a project")
    assert pressed.opened is not None
    done = await wire.slack.submit(amina, pressed.opened, {"title": "Sepsis trolley", "topics": ["sepsis"]})
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert not done.messages[0].is_ephemeral


async def test_a_form_opened_in_the_direct_conversation_is_answered_there_to_stay(wire: World, user: Users) -> None:
    amina = user(AMINA)
    await join(wire, amina)
    seen = await wire.slack.say(amina, "project register")
    await wire.slack.wait_idle(until=lambda: seen.messages)
    pressed = await wire.slack.press(amina, seen.messages[0], "Open the form")
    assert pressed.opened is not None
    done = await wire.slack.submit(amina, pressed.opened, {"title": "Sepsis trolley", "topics": ["sepsis"]})
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert not done.messages[0].is_ephemeral
    assert done.messages[0] in wire.slack.inbox(amina)


async def test_the_global_shortcut_opens_its_form_and_is_answered_in_the_conversation(wire: World, user: Users) -> None:
    amina = user(AMINA)
    await join(wire, amina)
    seen = await wire.slack.shortcut(amina, "qibot:project register")
    assert seen.opened is not None
    done = await wire.slack.submit(amina, seen.opened, {"title": "Sepsis trolley", "topics": ["sepsis"]})
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert not done.messages[0].is_ephemeral


async def test_the_shortcut_of_a_message_opens_a_form_with_its_words(wire: World, user: Users) -> None:
    amina, ruth = user(AMINA), user(RUTH)
    channel = wire.slack.add_channel(amina.team_id, "C0QI", "qi", [amina.id, ruth.id])
    await join(wire, amina)

    async def takes(words: str) -> Seen:
        wire.slack.post(channel, ruth.id, {"text": words})
        return await wire.slack.message_shortcut(amina, wire.slack.messages(amina, "C0QI")[-1], "qibot:story add")

    seen = await takes(f"<@{amina.id}> tried a trolley &amp; <https://x.example|a list>")
    assert seen.opened is not None
    tried = next(b for b in seen.opened.blocks if b["block_id"] == "tried")
    assert tried["element"]["initial_value"] == "somebody tried a trolley & a list"
    done = await wire.slack.submit(amina, seen.opened, {"title": "A trolley", "outcome": "worked"})
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert "is told" in str(done.messages[0].blocks)
    refused = await takes("The patient is 943 476 5919")
    await wire.slack.wait_idle(until=lambda: refused.messages)
    assert refused.opened is None
    assert "Nothing was saved or sent." in str(refused.messages[-1].blocks)
    # Nobody else in the channel has seen any of it.
    assert all(message.user == ruth.id for message in wire.slack.messages(ruth, "C0QI"))


async def test_a_form_from_a_command_in_a_channel_is_answered_there_for_one_person(wire: World, user: Users) -> None:
    amina, ruth = user(AMINA), user(RUTH)
    wire.slack.add_channel(amina.team_id, "C0QI", "qi", [amina.id, ruth.id])
    await join(wire, amina)
    seen = await wire.slack.slash(amina, "project register", channel="C0QI")
    assert seen.opened is not None
    done = await wire.slack.submit(amina, seen.opened, {"title": "Sepsis trolley", "topics": ["sepsis"]})
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert (done.messages[0].channel, done.messages[0].is_ephemeral) == ("C0QI", True)
    assert wire.slack.messages(ruth, "C0QI") == []


# --- what is not answered


async def receipts(wire: World) -> int:
    async with wire.house.database.transaction(reading=True) as db:
        return await db.scalar(select(func.count()).select_from(Receipt)) or 0


SECRET = "something private that was typed"

ODD_EVENTS: list[dict[str, Any]] = [
    {"type": "message", "channel_type": "im", "subtype": "message_changed", "message": {"text": SECRET}},
    {"type": "message", "channel_type": "im", "subtype": "message_deleted", "user": "U0AMINA", "text": SECRET},
    {"type": "message", "channel_type": "im", "subtype": "bot_message", "bot_id": "B0OTHER", "text": SECRET},
    {"type": "message", "channel_type": "im", "bot_id": "B0OTHER", "user": "U0AMINA", "text": SECRET},
    {"type": "message", "channel_type": "im", "user": "UBOTT0MK", "text": SECRET},
    {"type": "message", "channel_type": "channel", "user": "U0AMINA", "text": SECRET},
    {"type": "message", "channel_type": "channel", "user": "U0AMINA", "text": SECRET, "thread_ts": "1.2"},
    {"type": "message", "channel_type": "mpim", "user": "U0AMINA", "text": SECRET},
    {"type": "message", "channel_type": "im", "text": SECRET},
    {"type": "message", "channel_type": "im", "user": "U0AMINA", "text": "   "},
    {"type": "app_home_opened", "user": "U0AMINA", "tab": "messages", "channel": "D0"},
    {"type": "reaction_added", "user": "U0AMINA", "reaction": SECRET},
    {"type": "something_new", "text": SECRET},
    {"type": "tokens_revoked", "tokens": {"oauth": ["U0AMINA"], "bot": []}},
]


@pytest.mark.parametrize("event", ODD_EVENTS, ids=lambda e: "-".join(str(e.get(k, "")) for k in ("type", "subtype")))
async def test_events_that_are_nobody_s_words_to_the_bot_are_let_go(
    wire: World, user: Users, event: dict[str, Any], logged: Logbook
) -> None:
    amina = user(AMINA)
    before, asked = await receipts(wire), len(wire.slack.calls)
    sent = await wire.slack.event(amina.team_id, event)
    # Something that is answered, so that whatever came before would have shown by now.
    await wire.slack.slash(amina, "help")
    assert [a.status for a in sent.attempts] == [200]
    assert await receipts(wire) == before
    assert {call.method for call in wire.slack.calls[asked:]} <= {"users.info"}
    assert wire.slack.inbox(amina) == [m for m in wire.slack.inbox(amina) if m.is_ephemeral]
    assert SECRET not in logged()


ODD_PAYLOADS: list[dict[str, Any]] = [
    {"type": "block_actions", "actions": [{"action_id": "link#1", "type": "button", "url": "https://x.example"}]},
    {"type": "block_actions", "actions": [{"action_id": SECRET, "type": "button", "value": SECRET}]},
    {"type": "block_actions", "actions": [{"action_id": "x#1", "type": "users_select", "selected_user": SECRET}]},
    {"type": "shortcut", "callback_id": SECRET},
    {
        "type": "message_action",
        "callback_id": SECRET,
        "message": {"text": SECRET, "ts": "1.2"},
        "channel": {"id": "C1"},
    },
    {"type": "view_closed", "view": {"id": "V1", "type": "modal", "callback_id": "people.join", "notes": SECRET}},
    {"type": "block_suggestion", "action_id": "a", "block_id": "b", "value": SECRET},
    {"type": "dialog_submission", "callback_id": SECRET, "submission": {}},
    {"type": "workflow_step_edit", "callback_id": SECRET},
    {"type": "something_new", "text": SECRET},
]


@pytest.mark.parametrize("payload", ODD_PAYLOADS, ids=lambda p: p["type"])
async def test_interactions_that_mean_nothing_to_the_bot_are_acknowledged_and_let_go(
    wire: World,
    user: Users,
    payload: dict[str, Any],
    logged: Logbook,
) -> None:
    amina = user(AMINA)
    before = await receipts(wire)
    workspace = wire.slack.workspaces[amina.team_id]
    common = wire.slack._interaction(workspace, amina, payload["type"])
    answer = await wire.slack.deliver(workspace, "interactive", {**common, **payload})
    await wire.slack.slash(amina, "help")
    assert (answer.status, answer.body) == (200, "")
    assert await receipts(wire) == before
    assert [m for m in wire.slack.inbox(amina) if not m.is_ephemeral] == []
    assert SECRET not in logged()


async def test_buttons_and_forms_that_are_no_longer_in_use_get_a_sentence(wire: World, user: Users) -> None:
    amina = user(AMINA)
    workspace = wire.slack.workspaces[amina.team_id]
    place = wire.slack.direct(workspace, [amina.id])
    url = wire.slack.new_response_url(amina, place)
    old: list[dict[str, Any]] = [
        {
            "type": "block_actions",
            "actions": [{"action_id": "long.gone#1", "value": "{}", "type": "button", "action_ts": "1.2"}],
            "container": {"type": "message", "is_ephemeral": True, "channel_id": place.id},
            "response_url": url,
        },
        {"type": "view_submission", "view": {"id": "V9", "type": "modal", "callback_id": "long.gone", "state": {}}},
    ]
    for payload in old:
        seen = wire.slack.start_seeing(amina)
        common = wire.slack._interaction(workspace, amina, payload["type"])
        answer = await wire.slack.deliver(workspace, "interactive", {**common, **payload})
        await wire.slack.wait_idle(until=lambda seen=seen: seen.messages)  # type: ignore[misc]
        assert (answer.status, answer.body) == (200, "")
        assert "no longer in use" in words(seen)
