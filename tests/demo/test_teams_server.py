"""What people do in the stand-in Teams, against a bot made of Microsoft's own SDK with its token validation on."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from microsoft_teams.cards import AdaptiveCard

from tests.demo.teams_world import (
    FORM,
    LUTON,
    Json,
    World,
    asks,
    card,
    execute,
    message_of,
    submit,
    teams_world,
    words,
)

CARD = "application/vnd.microsoft.card.adaptive"
LINK = {"type": "Action.OpenUrl", "title": "Read", "url": "https://qi.example/a"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with teams_world() as made:
        yield made
        assert made.teams.problems == []


@pytest.fixture
async def strict() -> AsyncIterator[World]:
    """For tests about problems: nothing is asserted at the end."""
    async with teams_world() as made:
        yield made


def answers(what: Json | str, *, status: int = 200, kind: str = CARD) -> Any:
    async def answer(context: Any) -> Json:
        return {"statusCode": status, "type": kind, "value": what}

    return answer


def says(what: str | Json) -> Any:
    async def answer(context: Any) -> None:
        await context.send(message_of(what))

    return answer


async def test_words_reach_the_sdk_and_its_answer_the_person(world: World) -> None:
    async def echo(context: Any) -> None:
        await context.send(f"You said {context.activity.text}")

    world.on["message"] = echo
    seen = await world.teams.say(world.ann, "find sepsis & <falls>")
    assert (seen.status, seen.error, seen.shown) == (200, "", "You said find sepsis & <falls>")
    (got,) = world.guard.got
    assert (got["from"]["aadObjectId"], got["conversation"]["conversationType"]) == ("0a", "personal")
    assert got["serviceUrl"] == world.teams.service_url(LUTON)
    mine, yours = world.teams.inbox(world.ann)
    assert (mine.shown, mine.by_bot, yours.by_bot) == ("find sepsis & <falls>", False, True)
    assert world.teams.inbox(world.bob) == []


async def test_a_mention_in_a_channel_opens_a_thread_the_bot_answers_in(world: World) -> None:
    team = world.teams.add_team(LUTON, "19:general@thread.tacv2", "Ward 3", [world.ann, world.bob])
    channel = world.teams.add_channel(team, "19:falls@thread.tacv2", "Falls")
    world.on["message"] = says("Here")
    seen = await world.teams.say(world.ann, "find a < b", channel=channel)
    (got,) = world.guard.got
    assert got["text"] == "<at>qibot</at>&nbsp;find a &lt; b"
    assert [e["text"] for e in got["entities"] if e["type"] == "mention"] == ["<at>qibot</at>"]
    assert got["channelData"]["teamsChannelId"] == channel
    (message,) = seen.messages
    assert message.conversation.startswith(f"{channel};messageid=")
    assert [m.shown for m in world.teams.messages(world.bob, message.conversation)] == ["qibot find a < b", "Here"]


async def test_a_targeted_message_is_between_two_even_in_a_group(world: World) -> None:
    chat = world.teams.add_group_chat(LUTON, "19:abc@thread.v2", "Falls", [world.ann, world.bob])
    await world.teams.say(world.ann, "/find sepsis", channel=chat, targeted=True)
    (got,) = world.guard.got
    assert (got["text"], got["recipient"]["isTargeted"]) == ("/find sepsis", True)
    body = {"type": "message", "text": "Only you", "recipient": {"id": world.ann.id, "isTargeted": True}}
    path = f"conversations/{chat}/activities?isTargetedActivity=true"
    assert (await world.ask("POST", path, body))[0] == 201
    assert [m.shown for m in world.teams.messages(world.ann, chat)] == ["/find sepsis", "Only you"]
    assert world.teams.messages(world.bob, chat) == []
    with pytest.raises(LookupError, match="private already"):
        await world.teams.say(world.ann, "/find", targeted=True)


async def test_execute_carries_verb_data_and_fields_and_is_answered_in_place(world: World) -> None:
    await world.send(world.ann, FORM)
    world.on["execute"] = answers(card(words("Saved.")))
    (form,) = world.teams.inbox(world.ann)
    assert form.fields == ["Title", "Place", "Topics", "Beds", "Starts", "Open to others"]
    assert form.labels == ["Save", "Later"]
    values: Json = {"Title": "Sepsis", "place": "Luton", "Topics": ["Falls", "s"], "Open to others": False}
    seen = await world.teams.fill(world.ann, form, values, "Save")
    value = world.guard.got[-1]["value"]
    assert (value["action"]["verb"], value["trigger"]) == ("project.save", "manual")
    typed = {"title": "Sepsis", "place": "lu", "topics": "f,s", "open": "false"}
    assert value["action"]["data"] == {"action": "project.save", "key": "7", **typed}
    assert world.guard.got[-1]["replyToId"] == form.id
    assert seen.updated is not None
    assert (seen.shown, seen.messages, seen.updated.id) == ("Saved.", [], form.id)
    assert [m.shown for m in world.teams.inbox(world.ann)] == ["Saved."]


async def test_the_window_stops_what_the_card_forbids(world: World) -> None:
    await world.send(world.ann, FORM)
    (form,) = world.teams.inbox(world.ann)
    seen = await world.teams.press(world.ann, form, "Save", values={"Beds": "51"})
    assert seen.errors == {"title": "Please say.", "beds": "1 to 50, please."}
    too_long = await world.teams.press(world.ann, form, "Save", values={"Title": "x" * 21, "Starts": "2019-10-31"})
    assert too_long.errors == {"title": "Please say.", "start": "This field is required."}
    assert world.guard.got == []
    for wrong in ({"Nothing": "x"}, {"Place": "Leeds"}, {"Place": ["Luton", "Bedford"]}):
        with pytest.raises(LookupError):
            await world.teams.press(world.ann, form, "Save", values=wrong)
    with pytest.raises(LookupError, match="Save"):
        await world.teams.press(world.ann, form, "Delete")


async def test_errors_come_back_beside_the_field_with_what_was_typed(world: World) -> None:
    await world.send(world.ann, FORM)
    warning = words("That name is taken.", color="Attention")
    again = card(asks("title", "Title", value="Sepsis"), warning, actions=[execute("Save")])
    world.on["execute"] = answers(again)
    seen = await world.teams.press(world.ann, world.teams.inbox(world.ann)[0], "Save", values={"Title": "Sepsis"})
    assert seen.updated is not None
    assert (seen.errors, seen.updated.values) == ({"title": "That name is taken."}, {"title": "Sepsis"})


async def test_words_and_errors_answer_execute_too(world: World) -> None:
    await world.send(world.ann, FORM)
    (form,) = world.teams.inbox(world.ann)
    world.on["execute"] = answers("Done.", kind="application/vnd.microsoft.activity.message")
    seen = await world.teams.press(world.ann, form, "Save", values={"Title": "x"})
    assert (seen.notice, seen.updated, seen.error) == ("Done.", None, "")
    trouble = {"code": "BadRequest", "message": "No."}
    world.on["execute"] = answers(trouble, status=400, kind="application/vnd.microsoft.error")
    seen = await world.teams.press(world.ann, form, "Save", values={"Title": "x"})
    assert (seen.notice, seen.error) == ("No.", "something_went_wrong")


async def test_a_bad_answer_to_execute_is_a_problem_and_is_not_shown(strict: World) -> None:
    await strict.send(strict.ann, FORM)
    (form,) = strict.teams.inbox(strict.ann)
    for what in (card({"type": "Marquee"}), card(), None):
        strict.on["execute"] = answers(what) if what else says("only words")
        seen = await strict.teams.press(strict.ann, form, "Save", values={"Title": "x"})
        assert seen.error == ("" if what == card() else "something_went_wrong")
    first, second = strict.teams.problems
    assert "unknown element: 'Marquee'" in first
    assert "must have statusCode, type and value" in second


async def test_submit_comes_as_a_message_and_a_link_stays_with_the_person(world: World) -> None:
    await world.send(world.ann, card(asks("why", "Why"), actions=[submit("Send", step="2"), LINK]))
    (message,) = world.teams.inbox(world.ann)
    world.on["message"] = says("Thank you")
    seen = await world.teams.press(world.ann, message, "Send", values={"Why": "Falls"})
    got = world.guard.got[-1]
    assert (got["type"], got["value"], got["replyToId"]) == ("message", {"step": "2", "why": "Falls"}, message.id)
    assert "text" not in got
    assert seen.shown == "Thank you"
    assert (await world.teams.press(world.ann, message, "Read")).link == "https://qi.example/a"
    assert len(world.guard.got) == 1


async def test_a_dialog_opens_complains_and_closes(world: World) -> None:
    opener = {"type": "Action.Submit", "title": "Open", "data": {"msteams": {"type": "task/fetch"}, "form": "f"}}
    await world.send(world.ann, card(words("Press"), actions=[opener]))

    def window(content: Json) -> Json:
        return {
            "task": {"type": "continue", "value": {"title": "Ask", "card": {"contentType": CARD, "content": content}}}
        }

    async def fetch(context: Any) -> Json:
        return window(card(asks("why", "Why"), actions=[submit("Send")]))

    async def check(context: Any) -> Json | None:
        if context.activity.value.data["why"] == "enough":
            return None
        return window(card(asks("why", "Why"), words("More, please.", color="attention"), actions=[submit("Send")]))

    world.on |= {"fetch": fetch, "submit": check}
    dialog = (await world.teams.press(world.ann, world.teams.inbox(world.ann)[0], "Open")).dialog
    assert dialog is not None
    assert (dialog.title, dialog.fields, world.teams.dialog(world.ann)) == ("Ask", ["Why"], dialog)
    assert world.guard.got[-1]["value"]["data"] == {"form": "f", "type": "task/fetch"}
    assert (await world.teams.press(world.ann, dialog, "Send", values={"Why": "x"})).errors == {"why": "More, please."}
    assert dialog.is_open
    seen = await world.teams.press(world.ann, dialog, "Send", values={"Why": "enough"})
    assert (seen.closed, dialog.is_open, world.teams.dialog(world.ann)) == (True, False, None)
    with pytest.raises(LookupError, match="not the window"):
        await world.teams.press(world.ann, dialog, "Send")


async def test_coming_and_going(world: World) -> None:
    with pytest.raises(LookupError, match="install it first"):
        await world.teams.say(world.cat, "hello")
    assert (await world.teams.install(world.cat)).status == 200
    assert [(g["type"], g.get("action")) for g in world.guard.got] == [
        ("installationUpdate", "add"),
        ("conversationUpdate", None),
    ]
    assert world.guard.got[1]["membersAdded"][0]["id"] == world.teams.bot_id
    await world.send(world.cat, "Welcome")
    await world.teams.uninstall(world.cat)
    assert (world.guard.got[-1]["type"], world.guard.got[-1]["action"]) == ("installationUpdate", "remove")
    assert [m.shown for m in world.teams.inbox(world.cat)] == ["Welcome"]


async def test_a_team_brings_the_app_to_its_people(world: World) -> None:
    team = world.teams.add_team(world.cat.tenant_id, "19:t@thread.tacv2", "Ward 9", [world.cat], installed=False)
    assert not world.teams.has_app(world.cat)
    await world.teams.install_team(team, world.cat)
    assert world.guard.got[-1]["channelData"]["eventType"] == "teamMemberAdded"
    await world.send(world.cat, "Hello")
    assert [m.shown for m in world.teams.inbox(world.cat)] == ["Hello"]


async def test_the_same_activity_may_come_twice(world: World) -> None:
    await world.teams.say(world.ann, "once", duplicate=True)
    first, second = world.guard.got
    assert first == second


async def test_a_slow_invoke_is_sent_again_and_its_late_answer_counts(world: World) -> None:
    await world.send(world.ann, FORM)
    world.teams.answer_within = 0.5
    held = asyncio.Event()
    quick = answers(card(words("Saved.")))

    async def slow_at_first(context: Any) -> Any:
        if len(world.guard.got) == 1:
            await held.wait()
        return await quick(context)

    world.on["execute"] = slow_at_first
    seen = await world.teams.press(world.ann, world.teams.inbox(world.ann)[0], "Save", values={"Title": "x"})
    held.set()
    first, second = world.guard.got
    assert (first["id"], seen.shown, seen.error) == (second["id"], "Saved.", "")


async def test_a_bot_in_trouble_is_told_of(world: World) -> None:
    async def breaks(context: Any) -> None:
        raise RuntimeError

    world.on["message"] = breaks
    assert (await world.teams.say(world.ann, "hello")).error == "unable_to_reach_app"
    strange = await world.teams.event(world.ann, {"type": "somethingNew"})
    assert (strange.status, world.guard.got[-1]["type"]) == (500, "somethingNew")


async def test_only_what_teams_signed_is_taken(world: World) -> None:
    taken: list[str] = []

    async def take(context: Any) -> None:
        taken.append(context.activity.text)

    world.on["message"] = take
    assert (await world.teams.forge(world.ann, "genuine")).status == 200
    for name, changes in world.teams.forgeries().items():
        assert (name, (await world.teams.forge(world.ann, **changes)).status) == (name, 401)
    assert taken == ["genuine"]
    assert "discovery" not in " ".join(call.path for call in world.teams.calls)


async def test_ids_are_the_same_in_two_runs() -> None:
    async def run() -> list[Any]:
        async with teams_world() as made:
            made.on["message"] = says("Here")
            seen = await made.teams.say(made.ann, "hello")
            return [made.ann.id, seen.messages, made.guard.got[0]["id"], made.guard.got[0]["conversation"]]

    assert await run() == await run()


async def test_waiting_ends_when_something_comes(world: World) -> None:
    changes: list[int] = []
    world.teams.on_change.append(lambda: changes.append(1))
    later = asyncio.create_task(world.send(world.ann, "Good morning"))
    await world.teams.wait_idle(until=lambda: world.teams.inbox(world.ann))
    assert (await later, changes != []) == (world.teams.inbox(world.ann)[0].id, True)
    with pytest.raises(TimeoutError):
        await world.teams.wait_idle(until=lambda: False, timeout=0.01)


async def test_the_sdks_own_cards_pass(world: World) -> None:
    made = AdaptiveCard.model_validate(FORM)
    await world.app.send(world.teams.personal(world.ann).id, made, service_url=world.teams.service_url(LUTON))
    assert world.teams.inbox(world.ann)[0].card == FORM
