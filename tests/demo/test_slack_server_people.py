"""What people do in the stand-in Slack, and what a bot receives of it."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.responses import PlainTextResponse

from tests.demo.slack_world import (
    PLACE,
    SECRET,
    TITLE,
    TOPICS,
    Got,
    Json,
    World,
    actions,
    asks,
    button,
    error_of,
    modal,
    option,
    section,
    slack_world,
    words,
)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as made:
        yield made
        assert made.slack.problems == []


@pytest.fixture
async def strict() -> AsyncIterator[World]:
    """For tests about problems: nothing is asserted at the end."""
    async with slack_world() as made:
        yield made


async def open_modal(world: World, view: Json, person: str = "UANN") -> None:
    """Let the bot open `view` at everything it receives that can."""

    async def answer(got: Got) -> None:
        if "trigger_id" in got.data and got.data.get("type") != "view_submission":
            await world.client().views_open(trigger_id=got.data["trigger_id"], view=view)

    world.bot.answer = answer


async def test_a_slash_command_is_signed_and_answered_in_the_acknowledgement(world: World) -> None:
    world.bot.answer = {"text": "Hello", "blocks": [section("Hello *you*")]}
    seen = await world.slack.slash(world.ann, "find @bob.birch & <sepsis> https://x.example/a?b=1&c nobody@x.example")
    (got,) = world.bot.got
    assert got.data["text"] == (
        "find <@UBOB|bob.birch> &amp; &lt;sepsis&gt; <https://x.example/a?b=1&amp;c> nobody@x.example"
    )
    assert (got.data["command"], got.data["team_id"], got.data["user_id"]) == ("/qi", "T1", "UANN")
    base = b"v0:" + got.headers["x-slack-request-timestamp"].encode() + b":" + got.raw
    signature = hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()
    assert got.headers["x-slack-signature"] == f"v0={signature}"
    assert got.headers["x-slack-request-timestamp"] == str(int(world.clock.now().timestamp()))
    (message,) = seen.messages
    assert (seen.status, message.shown, message.is_ephemeral) == (200, "Hello *you*", True)
    assert world.slack.inbox(world.ann) == [message]


async def test_answers_go_to_one_person_or_to_all(world: World) -> None:
    world.slack.add_channel("T1", "C1", "falls", ["UANN", "UBOB"])
    world.bot.answer = PlainTextResponse("Only you")
    await world.slack.slash(world.ann, "x", channel="C1")
    world.bot.answer = {"text": "All of you", "response_type": "in_channel"}
    await world.slack.slash(world.ann, "x", channel="C1")
    assert [m.text for m in world.slack.messages(world.ann, "C1")] == ["Only you", "All of you"]
    assert [m.text for m in world.slack.messages(world.bob, "C1")] == ["All of you"]


async def test_late_and_broken_answers_are_told_to_the_person(world: World) -> None:
    gone = asyncio.Event()

    async def slow(got: Got) -> None:
        await gone.wait()

    world.slack.ack_within = 0.05
    world.bot.answer = slow
    assert (await world.slack.slash(world.ann, "x")).error == "operation_timeout"
    gone.set()
    world.slack.ack_within = 3.0
    world.bot.answer = PlainTextResponse("no", 500)
    seen = await world.slack.slash(world.ann, "x")
    assert (seen.status, seen.error, seen.messages) == (500, "dispatch_failed", [])
    world.slack.bot_url = "http://127.0.0.1:1/slack/events"
    assert (await world.slack.slash(world.ann, "x")).error == "dispatch_failed"


async def test_a_response_url_is_good_five_times_in_thirty_minutes(world: World) -> None:
    seen = await world.slack.slash(world.ann, "x")
    statuses = [await world.respond(world.bot.got[0], {"text": str(n)}) for n in range(6)]
    assert statuses == [200] * 5 + [404]
    assert seen.shown == "0\n1\n2\n3\n4"
    await world.slack.slash(world.ann, "x")
    world.clock.forward(timedelta(minutes=30))
    assert await world.respond(world.bot.got[1], {"text": "late"}) == 404


async def test_waiting_for_an_answer_that_comes_later(world: World) -> None:
    tasks: set[asyncio.Task[None]] = set()

    async def later(got: Got) -> None:
        async def respond() -> None:
            await world.respond(got, {"text": "Found three"})

        tasks.add(asyncio.create_task(respond()))

    world.bot.answer = later
    seen = await world.slack.slash(world.ann, "find sepsis")
    await world.slack.wait_idle(lambda: seen.messages)
    assert seen.shown == "Found three"
    with pytest.raises(TimeoutError):
        await world.slack.wait_idle(lambda: len(seen.messages) == 2, timeout=0.01)
    await asyncio.gather(*tasks)


async def test_pressing_a_button_replaces_or_deletes_its_message(world: World) -> None:
    steps = [section("Tom & Jerry"), actions(button("Yes & no"), button("Go", "go", url="https://x.example"))]
    world.slack.note = lambda where, found: None  # type: ignore[method-assign]  # the stray & is on purpose
    await world.client().chat_postMessage(channel="UANN", text="Ask", blocks=steps)
    (message,) = world.slack.inbox(world.ann)
    seen = await world.slack.press(world.ann, message, "Yes & no")
    data = world.bot.got[0].data
    assert seen.status == 200
    assert data["actions"][0] == {
        "action_id": "press",
        "block_id": "steps",
        "action_ts": data["actions"][0]["action_ts"],
        "type": "button",
        "text": {"type": "plain_text", "text": "Yes &amp; no"},
        "value": "1",
    }
    assert (data["message"]["ts"], data["container"]["is_ephemeral"]) == (message.ts, False)
    await world.respond(world.bot.got[-1], {"text": "Done", "replace_original": True})
    (replaced,) = world.slack.inbox(world.ann)
    assert (replaced.ts, replaced.shown) == (message.ts, "Done")
    assert seen.messages == [replaced]
    # The window may still show the old message: its button can be pressed, and a link says where it leads.
    again = await world.slack.press(world.ann, message, "go")
    assert again.link == "https://x.example"
    await world.respond(world.bot.got[-1], {"delete_original": True})
    assert world.slack.inbox(world.ann) == []


async def test_an_ephemeral_message_is_pressed_without_being_sent_back(world: World) -> None:
    world.bot.answer = {"text": "Choose", "blocks": [actions(button("One", "one"), button("One", "two"))]}
    seen = await world.slack.slash(world.ann, "x")
    world.bot.answer = None
    await world.slack.press(world.ann, seen.messages[0], "One", nth=1)
    data = world.bot.got[1].data
    assert data["actions"][0]["action_id"] == "two"
    assert data["container"]["is_ephemeral"]
    assert "message" not in data
    await world.respond(world.bot.got[-1], {"text": "Two it is", "replace_original": True})
    assert [m.shown for m in world.slack.inbox(world.ann)] == ["Two it is"]
    with pytest.raises(LookupError, match="there is \\['One', 'One'\\]"):
        await world.slack.press(world.ann, seen.messages[0], "Three")


async def test_choosing_in_a_select(world: World) -> None:
    chooser = {"type": "static_select", "action_id": "place", "options": [option("Luton", "lu")]}
    await world.client().chat_postMessage(channel="UANN", text="Where?", blocks=[section("?", accessory=chooser)])
    (message,) = world.slack.inbox(world.ann)
    await world.slack.press(world.ann, message, "place", choice="Luton")
    assert world.bot.got[0].data["actions"][0]["selected_option"]["value"] == "lu"
    with pytest.raises(LookupError, match="not offered"):
        await world.slack.press(world.ann, message, "place", choice="Paris")


async def test_choosing_within_a_modal_is_kept_for_its_submission(world: World) -> None:
    place = {**PLACE, "dispatch_action": True}
    await open_modal(world, modal(TITLE, place))
    view = (await world.slack.shortcut(world.ann, "x")).opened
    assert view is not None
    world.bot.answer = None
    await world.slack.press(world.ann, view, "v", choice="Bedford")
    assert world.bot.got[1].data["view"]["state"]["values"]["place"]["v"]["selected_option"]["value"] == "be"
    await world.slack.submit(world.ann, view, {"Title": "x"})
    values = world.bot.got[2].data["view"]["state"]["values"]
    assert (values["title"]["v"]["value"], values["place"]["v"]["selected_option"]["value"]) == ("x", "be")
    with pytest.raises(LookupError, match="not the modal in front"):
        await world.slack.press(world.ann, view, "v", choice="Bedford")


async def test_a_modal_is_opened_filled_and_sent(world: World) -> None:
    await open_modal(world, modal(TITLE, PLACE, TOPICS, private_metadata="p1"))
    seen = await world.slack.shortcut(world.ann, "project.register")
    view = seen.opened
    assert view is not None
    assert world.slack.modal(world.ann) is view
    assert (view.title, view.fields) == ("Register a project", ["Title", "Place", "Topics"])
    seen = await world.slack.submit(
        world.ann, view, {"Title": "Less <sepsis> & co", "place": "Luton & Dunstable", "Topics": ["Falls", "s"]}
    )
    data = world.bot.got[1].data
    values = data["view"]["state"]["values"]
    assert (data["type"], data["view"]["callback_id"], data["view"]["private_metadata"]) == (
        "view_submission",
        "project.register",
        "p1",
    )
    assert values["title"]["v"] == {"type": "plain_text_input", "value": "Less <sepsis> & co"}
    assert values["place"]["v"]["selected_option"]["value"] == "lu"
    assert [o["value"] for o in values["topics"]["v"]["selected_options"]] == ["f", "s"]
    assert seen.closed
    assert not view.is_open
    assert world.slack.modal(world.ann) is None


async def test_the_window_stops_what_the_modal_does_not_take(world: World) -> None:
    link = asks("Link", {"type": "url_text_input", "action_id": "v"}, optional=True)
    number = asks("Number", {"type": "number_input", "action_id": "v", "is_decimal_allowed": False, "max_value": "9"})
    mail = asks("Mail", {"type": "email_text_input", "action_id": "v"})
    await open_modal(world, modal(TITLE, PLACE, TOPICS, link, number, mail))
    view = (await world.slack.shortcut(world.ann, "x")).opened
    assert view is not None
    seen = await world.slack.submit(
        world.ann, view, {"Title": "t" * 21, "Link": "x.example", "Number": "10", "Mail": "me"}
    )
    assert seen.errors == {
        "title": "Please use at most 20 characters.",
        "place": "Please complete this required field.",
        "link": "Please enter a valid URL.",
        "number": "Please enter a number within the range.",
        "mail": "Please enter a valid email address.",
    }
    assert len(world.bot.got) == 1, "nothing was sent"
    with pytest.raises(LookupError, match="no field 'Colour'"):
        await world.slack.submit(world.ann, view, {"Colour": "red"})
    right = {"Title": "Falls", "Place": "be", "Link": None, "Number": "3", "Mail": "me@x.example"}
    assert (await world.slack.submit(world.ann, view, right)).closed


async def test_errors_stand_beside_fields_and_what_was_typed_stays(world: World) -> None:
    await open_modal(world, modal(TITLE, PLACE))
    view = (await world.slack.shortcut(world.ann, "x")).opened
    assert view is not None
    world.bot.answer = {"response_action": "errors", "errors": {"title": "Please leave out the name."}}
    seen = await world.slack.submit(world.ann, view, {"Title": "Mrs Smith", "Place": "Bedford"})
    assert seen.errors == view.errors == {"title": "Please leave out the name."}
    assert view.state["title"]["v"]["value"] == "Mrs Smith"
    assert view.is_open
    world.bot.answer = {"response_action": "update", "view": modal(TITLE, section("Nearly"), submit=words("Go"))}
    seen = await world.slack.submit(world.ann, view, {})
    assert seen.updated is view
    assert (view.shown, view.state["title"]["v"]["value"], view.errors) == ("Title\nNearly", "Mrs Smith", {})
    world.bot.answer = {"response_action": "clear"}
    assert (await world.slack.submit(world.ann, view, {})).closed
    with pytest.raises(LookupError, match="not the modal in front"):
        await world.slack.submit(world.ann, view, {})


async def test_answers_to_a_modal_that_slack_would_not_take(strict: World) -> None:
    await open_modal(strict, modal(TITLE))
    view = (await strict.slack.shortcut(strict.ann, "x")).opened
    assert view is not None
    strict.bot.answer = {"response_action": "errors", "errors": {"colour": "Red?"}}
    await strict.slack.submit(strict.ann, view, {"Title": "x"})
    strict.bot.answer = {"response_action": "push", "view": modal(TITLE)}
    await strict.slack.submit(strict.ann, view, {})
    strict.bot.answer = {"response_action": "update", "view": {"type": "modal"}}
    seen = await strict.slack.submit(strict.ann, view, {})
    assert seen.error == "dispatch_failed"
    assert strict.slack.problems[0] == ("acknowledgement of view_submission: an error for 'colour', which is no field")
    assert "not understood" in strict.slack.problems[1]
    assert "missing required field" in strict.slack.problems[2]


async def test_a_trigger_is_good_once_for_three_seconds_and_its_own_workspace(world: World) -> None:
    for _ in range(2):
        await world.slack.slash(world.ann, "x")
    first, second = (got.data["trigger_id"] for got in world.bot.got)
    view = modal(TITLE)
    assert await error_of(world.client().views_open(trigger_id="1.2.x", view=view)) == "invalid_trigger_id"
    other = world.client("xoxb-luton")
    assert await error_of(other.views_open(trigger_id=first, view=view)) == "invalid_trigger_id"
    opened = await world.client().views_open(trigger_id=first, view=view)
    assert await error_of(world.client().views_open(trigger_id=first, view=view)) == "exchanged_trigger_id"
    world.clock.forward(timedelta(seconds=3))
    assert await error_of(world.client().views_open(trigger_id=second, view=view)) == "expired_trigger_id"
    changed = {"view_id": opened["view"]["id"], "view": modal(TITLE, section("More"))}
    updated = await world.client().views_update(**changed, hash=opened["view"]["hash"])
    assert updated["view"]["blocks"][1]["text"]["text"] == "More"
    assert await error_of(world.client().views_update(**changed, hash=opened["view"]["hash"])) == "hash_conflict"
    assert await error_of(other.views_update(**changed)) == "not_found"


async def test_at_most_three_modals_lie_on_each_other(world: World) -> None:
    await open_modal(world, modal(TITLE))
    for _ in range(3):
        await world.slack.shortcut(world.ann, "x")
    world.bot.answer = None
    await world.slack.shortcut(world.ann, "x")
    trigger_id = world.bot.got[-1].data["trigger_id"]
    assert await error_of(world.client().views_open(trigger_id=trigger_id, view=modal(TITLE))) == "push_limit_reached"


@pytest.mark.parametrize("notify", [True, False])
async def test_closing_is_told_only_when_asked_for(world: World, notify: bool) -> None:
    await open_modal(world, modal(TITLE, notify_on_close=notify))
    view = (await world.slack.slash(world.ann, "x")).opened
    assert view is not None
    world.bot.answer = None
    await world.slack.close(world.ann, view)
    assert [got.data["type"] for got in world.bot.got[1:]] == (["view_closed"] if notify else [])
    assert world.slack.modal(world.ann) is None


async def test_the_home_tab_is_opened_and_pressed(world: World) -> None:
    home: Json = {"type": "home", "blocks": [section("Hello"), actions(button("Find help", "find"))]}

    async def publish(got: Got) -> None:
        if got.data["type"] == "event_callback":
            await world.client().views_publish(user_id=got.data["event"]["user"], view=home)

    world.bot.answer = publish
    seen = await world.slack.open_home(world.ann)
    view = world.slack.home(world.ann)
    assert view is not None
    assert seen.updated is view
    assert view.labels == ["Find help"]
    await world.slack.press(world.ann, view, "Find help")
    data = world.bot.got[1].data
    assert (data["container"], data["view"]["type"]) == ({"type": "view", "view_id": view.id}, "home")
    assert "response_url" not in data
    await world.slack.open_home(world.ann)
    assert world.bot.got[2].data["event"]["view"]["id"] == view.id


async def test_writing_to_the_bot(world: World) -> None:
    async def answer(got: Got) -> None:
        await world.client().chat_postMessage(channel=got.data["event"]["channel"], text="Found one")

    world.bot.answer = answer
    seen = await world.slack.say(world.ann, "who knows <sepsis> @bob.birch")
    assert world.bot.got[0].data["event"]["text"] == "who knows &lt;sepsis&gt; <@UBOB>"
    assert [m.user for m in world.slack.inbox(world.ann)] == ["UANN", "UBOT1"]
    assert (seen.status, seen.shown) == (200, "Found one")
    world.slack.workspaces["T1"].messages_tab = False
    with pytest.raises(LookupError, match="messages tab"):
        await world.slack.say(world.ann, "x")


async def test_what_comes_later_belongs_to_what_was_done_last(world: World) -> None:
    first = await world.slack.slash(world.ann, "one")
    second = await world.slack.slash(world.ann, "two")
    other = await world.slack.slash(world.bob, "three")
    await world.client().chat_postMessage(channel="UANN", text="News")
    assert (first.messages, other.messages) == ([], [])
    assert second.shown == "News"


async def test_a_message_shortcut_brings_the_message(world: World) -> None:
    await world.client().chat_postMessage(channel="UANN", text="A story")
    (message,) = world.slack.inbox(world.ann)
    await world.slack.message_shortcut(world.ann, message, "story.save")
    data = world.bot.got[0].data
    assert (data["type"], data["callback_id"], data["message"]["text"]) == (
        "message_action",
        "story.save",
        "A story",
    )


async def test_an_organisation_wide_installation_has_no_team(world: World) -> None:
    org = {"domain": "org", "enterprise_id": "E1", "org_wide": True, "bot_token": "xoxb-org"}
    world.slack.add_workspace("T9", "Trust", bot_user_id="UBOTE", **org)  # type: ignore[arg-type]
    dan = world.slack.add_user("T9", "UDAN", "Dan", email="")
    await world.slack.shortcut(dan, "x")
    data = world.bot.got[0].data
    assert (data["team"], data["enterprise"]["id"], data["is_enterprise_install"]) == (None, "E1", True)
    assert data["user"]["team_id"] == "T9"
    await world.slack.slash(dan, "x")
    assert world.bot.got[1].data["is_enterprise_install"] == "true"
    await world.slack.open_home(dan)
    assert world.bot.got[2].data["authorizations"][0]["team_id"] is None


async def test_problems_of_answers(strict: World) -> None:
    strict.bot.answer = {"text": "x", "blocks": [{"type": "carousel"}]}
    seen = await strict.slack.slash(strict.ann, "x")
    assert seen.messages == []
    assert await strict.respond(strict.bot.got[0], {"blocks": [section("x")]}) == 400
    await strict.respond(strict.bot.got[0], {"text": "<!here>", "replace_original": True})
    strict.bot.answer = {"text": "ignored"}
    await strict.slack.shortcut(strict.ann, "x")
    assert [problem.split(":")[0] for problem in strict.slack.problems] == [
        "acknowledgement of /qi",
        "response_url",
        "response_url",
        "response_url",
        "acknowledgement of shortcut",
    ]
    assert strict.slack.problems[3] == "response_url: there is no original message to replace or delete"
