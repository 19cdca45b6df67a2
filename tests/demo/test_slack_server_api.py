"""The stand-in's Web API, driven by the SDK's own client on a real loopback port."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.demo.slack_world import TITLE, World, actions, button, error_of, modal, section, slack_world, words


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as made:
        yield made


async def test_who_am_i(world: World) -> None:
    answer = await world.client().auth_test()
    assert (answer["team_id"], answer["user_id"], answer["is_enterprise_install"]) == ("T1", "UBOT1", False)
    assert [(c.method, c.team, c.ok, c.at) for c in world.slack.calls] == [("auth.test", "T1", True, world.clock.now())]


@pytest.mark.parametrize("how", ["query", "form", "json", "token in form"])
async def test_arguments_come_in_every_way_slack_takes(world: World, how: str) -> None:
    address, bearer = f"{world.slack.base_url}/api/users.info", {"Authorization": "Bearer xoxb-bedford"}
    asked: dict[str, dict[str, Any]] = {
        "query": {"params": {"user": "UANN"}, "headers": bearer},
        "form": {"data": {"user": "UANN"}, "headers": bearer},
        "json": {"json": {"user": "UANN"}, "headers": bearer},
        "token in form": {"data": {"user": "UANN", "token": "xoxb-bedford"}},
    }
    verb = "GET" if how == "query" else "POST"
    async with world.http.request(verb, address, **asked[how]) as answer:
        assert (await answer.json())["user"]["real_name"] == "Ann Ash"
    assert world.slack.calls[-1].args == {"user": "UANN"}


async def test_structures_come_as_strings_in_forms(world: World) -> None:
    form = {"channel": "UANN", "text": "x", "blocks": json.dumps([section("From a form")])}
    await world.client().api_call("chat.postMessage", data=form)
    assert [m.shown for m in world.slack.inbox(world.ann)] == ["From a form"]
    assert await error_of(world.client().api_call("chat.postMessage", data={**form, "blocks": "["})) == (
        "invalid_arguments"
    )


async def test_a_message_is_posted_changed_and_deleted(world: World) -> None:
    client = world.client()
    channel = (await client.conversations_open(users="UANN"))["channel"]["id"]
    blocks = [section("Hello *Ann*"), actions(button("Yes"))]
    metadata = {"event_type": "delivery", "event_payload": {"id": "d1"}}
    posted = await client.chat_postMessage(channel=channel, text="Hello", blocks=blocks, metadata=metadata)
    (message,) = world.slack.inbox(world.ann)
    assert (message.ts, message.shown, message.labels) == (posted["ts"], "Hello *Ann*\n[Yes]", ["Yes"])
    assert message.metadata == metadata
    assert not message.is_ephemeral

    await client.chat_update(channel=channel, ts=posted["ts"], text="Changed")
    assert world.slack.inbox(world.ann)[0].blocks == message.blocks, "blocks that are not named stay"
    await client.chat_update(channel=channel, ts=posted["ts"], text="Changed", blocks=[])
    (message,) = world.slack.inbox(world.ann)
    assert (message.shown, message.edited) == ("Changed", True)

    await client.chat_delete(channel=channel, ts=posted["ts"])
    assert world.slack.inbox(world.ann) == []
    assert world.slack.problems == []


async def test_posting_to_a_person_opens_their_conversation(world: World) -> None:
    first = await world.client().chat_postMessage(channel="UANN", text="One")
    opened = await world.client().conversations_open(users=["UANN"])
    assert opened["channel"]["id"] == first["channel"]
    assert opened["already_open"]


async def test_an_ephemeral_message_is_for_one_person_and_not_in_the_history(world: World) -> None:
    world.slack.add_channel("T1", "C1", "falls", ["UANN", "UBOB"])
    await world.client().chat_postEphemeral(channel="C1", user="UANN", text="Just you")
    assert [m.is_ephemeral for m in world.slack.messages(world.ann, "C1")] == [True]
    assert world.slack.messages(world.bob, "C1") == []
    world.slack.tokens["xoxb-bedford"].scopes += ("channels:history",)
    assert (await world.client().conversations_history(channel="C1"))["messages"] == []
    ts = world.slack.messages(world.ann, "C1")[0].ts
    assert await error_of(world.client().chat_update(channel="C1", ts=ts, text="x")) == "message_not_found"


async def test_the_history_settles_doubt(world: World) -> None:
    client = world.client()
    channel = (await client.conversations_open(users="UANN"))["channel"]["id"]
    for number in range(3):
        metadata = {"event_type": "delivery", "event_payload": {"id": f"d{number}"}}
        await client.chat_postMessage(channel=channel, text=f"Number {number}", metadata=metadata)
        world.clock.forward(timedelta(seconds=10))
    history = await client.conversations_history(channel=channel, include_all_metadata=True, limit=2)
    assert [m["metadata"]["event_payload"]["id"] for m in history["messages"]] == ["d2", "d1"]
    assert history["has_more"]
    cursor = history["response_metadata"]["next_cursor"]
    rest = await client.conversations_history(channel=channel, limit=2, cursor=cursor)
    assert [m["text"] for m in rest["messages"]] == ["Number 0"]
    assert "metadata" not in rest["messages"][0]
    since = history["messages"][1]["ts"]
    newer = await client.conversations_history(channel=channel, oldest=since)
    assert [m["text"] for m in newer["messages"]] == ["Number 2"]
    also = await client.conversations_history(channel=channel, oldest=since, inclusive=True)
    assert [m["text"] for m in also["messages"]] == ["Number 2", "Number 1"]


async def test_conversations_of_several_and_who_cannot_be_in_them(world: World) -> None:
    client, slack = world.client(), world.slack
    group = (await client.conversations_open(users="UANN,UBOB"))["channel"]["id"]
    assert (await client.conversations_open(users=["UBOB", "UANN"]))["channel"]["id"] == group
    slack.tokens["xoxb-bedford"].scopes += ("mpim:read",)
    assert (await client.conversations_info(channel=group))["channel"]["is_mpim"]
    assert (await client.conversations_members(channel=group))["members"] == ["UANN", "UBOB", "UBOT1"]
    slack.add_user("T1", "USTR", "Stranger", email="", is_stranger=True)
    slack.add_user("T1", "UGONE", "Gone", email="", deleted=True)
    for users, error in {
        "UANN,USTR": "invalid_user_combination",
        "UGONE": "user_disabled",
        "UBOT1": "cannot_dm_bot",
        "UCAT": "user_not_found",
        "U1,U2,U3,U4,U5,U6,U7,U8,U9": "too_many_users",
    }.items():
        assert await error_of(client.conversations_open(users=users)) == error


async def test_where_a_message_cannot_go(world: World) -> None:
    client, slack = world.client(), world.slack
    slack.add_channel("T1", "C1", "private", ["UANN"], bot_in=False)
    slack.add_channel("T2", "C2", "elsewhere", [])
    assert await error_of(client.chat_postMessage(channel="C1", text="x")) == "not_in_channel"
    assert await error_of(client.chat_postMessage(channel="C2", text="x")) == "channel_not_found"
    assert await error_of(client.api_call("chat.postMessage", json={"channel": "UANN"})) == "no_text"
    assert await error_of(client.chat_postEphemeral(channel="UANN", user="UBOB", text="x")) == "user_not_in_channel"
    slack.workspaces["T1"].messages_tab = False
    assert await error_of(client.chat_postMessage(channel="UANN", text="x")) == "messages_tab_disabled"


async def test_people_are_described_as_the_scopes_allow(world: World) -> None:
    world.slack.add_user("T1", "UGONE", "Gone", email="gone@bedford.example", deleted=True)
    client = world.client()
    bob = (await client.users_info(user="UBOB"))["user"]
    assert (bob["tz"], bob["tz_offset"], bob["profile"]["email"]) == ("Europe/Paris", 3600, "bob@bedford.example")
    gone = (await client.users_info(user="UGONE"))["user"]
    assert gone["deleted"]
    assert "tz" not in gone
    assert (await client.users_lookupByEmail(email="BOB@bedford.example"))["user"]["id"] == "UBOB"
    assert await error_of(client.users_lookupByEmail(email="gone@bedford.example")) == "users_not_found"
    first = await client.users_list(limit=2)
    rest = await client.users_list(limit=2, cursor=first["response_metadata"]["next_cursor"])
    ids = [m["id"] for page in (first, rest) for m in page["members"]]
    assert ids == ["UBOT1", "UANN", "UBOB", "UGONE"]
    world.slack.tokens["xoxb-bedford"].scopes = ("users:read",)
    assert "email" not in (await client.users_info(user="UBOB"))["user"]["profile"]
    assert await error_of(client.users_lookupByEmail(email="bob@bedford.example")) == "missing_scope"


async def test_tokens_are_looked_at(world: World) -> None:
    assert await error_of(world.client("").auth_test()) == "not_authed"
    assert await error_of(world.client("xoxb-nobody").auth_test()) == "invalid_auth"
    with pytest.raises(SlackApiError) as missing:
        await world.client().team_info()
    assert missing.value.response["error"] == "missing_scope"
    assert missing.value.response["needed"] == "team:read"
    assert await error_of(world.client().apps_connections_open(app_token="xoxb-bedford")) == "not_allowed_token_type"
    await world.slack.revoke("xoxb-bedford")
    assert await error_of(world.client().auth_test()) == "token_revoked"
    await world.slack.uninstall("T2")
    assert await error_of(world.client("xoxb-luton").auth_test()) == "account_inactive"
    assert [got.data["event"]["type"] for got in world.bot.got] == [
        "tokens_revoked",
        "tokens_revoked",
        "app_uninstalled",
    ]


async def test_what_is_not_modelled_is_said_loudly(world: World) -> None:
    assert await error_of(world.client().chat_scheduleMessage(channel="C1", post_at=1, text="x")) == "unknown_method"
    assert world.slack.problems == ["chat.scheduleMessage: unknown_method: the stand-in does not model it"]
    world.slack.problems.clear()
    await world.client().api_call("auth.test", json={"colour": "red"})
    assert world.slack.problems == ["auth.test: unknown argument: colour"]


async def test_refused_and_doubtful_messages_are_recorded(world: World) -> None:
    client = world.client()
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="UANN", text="x", blocks=[{"type": "carousel"}])
    assert refused.value.response["error"] == "invalid_blocks"
    assert "carousel" in refused.value.response["response_metadata"]["messages"][0]
    long = [section("x" * 3000) for _ in range(5)]
    assert await error_of(client.chat_postMessage(channel="UANN", text="x", blocks=long)) == "msg_blocks_too_long"
    world.slack.problems.clear()
    await client.chat_postMessage(channel="UANN", text="Hello <!channel>, Tom & <@UCAT>")
    await client.chat_postMessage(channel="UANN", text="Hello @channel", link_names=True)
    assert world.slack.problems == [
        "chat.postMessage: text: a broadcast (<!channel)",
        "chat.postMessage: text: an unescaped &",
        "chat.postMessage: a mention of UCAT, who is not in Bedford",
        "chat.postMessage: link_names or parse=full turns an @ in the text into a notification",
    ]


async def test_a_busy_conversation_is_paced() -> None:
    async with slack_world(enforce_pace=True) as world:
        client = world.client()
        await client.chat_postMessage(channel="UANN", text="One")
        await client.chat_postMessage(channel="UBOB", text="One")
        with pytest.raises(SlackApiError) as busy:
            await client.chat_postMessage(channel="UANN", text="Two")
        assert (busy.value.response.status_code, busy.value.response.headers["Retry-After"]) == (429, "1")
        world.clock.forward(timedelta(seconds=1))
        await client.chat_postMessage(channel="UANN", text="Two")
        assert [m.text for m in world.slack.inbox(world.ann)] == ["One", "Two"]


async def test_faults_strike_once_and_only_where_told(world: World) -> None:
    faults, client = world.slack.faults, world.client()
    faults.fail("chat.postMessage", "429", retry_after=7, team="T1")
    await world.client("xoxb-luton").chat_postMessage(channel="UCAT", text="x")
    with pytest.raises(SlackApiError) as busy:
        await client.chat_postMessage(channel="UANN", text="x")
    assert (busy.value.response.status_code, busy.value.response.headers["Retry-After"]) == (429, "7")
    faults.fail("*", "500")
    with pytest.raises(SlackApiError) as broken:
        await client.auth_test()
    assert broken.value.response.status_code == 500
    faults.fail("users.info", "revoked")
    assert await error_of(client.users_info(user="UANN")) == "token_revoked"
    faults.fail("conversations.open", "refused", error="user_not_visible")
    assert await error_of(client.conversations_open(users="UANN,UBOB")) == "user_not_visible"
    faults.fail("auth.test", "slow", seconds=0.01)
    assert (await client.auth_test())["ok"]
    assert [c.fault for c in world.slack.calls] == ["", "429", "500", "revoked", "refused", "slow"]
    assert world.slack.inbox(world.ann) == []


async def test_a_share_of_calls_is_spread_evenly(world: World) -> None:
    world.slack.faults.fail("auth.test", "revoked", None, share=0.25)
    errors = [await error_of(world.client().auth_test()) for _ in range(8)]
    assert errors == ["", "", "", "token_revoked"] * 2
    world.slack.faults.clear()
    assert [await error_of(world.client().auth_test()) for _ in range(4)] == [""] * 4


async def test_a_dropped_connection_has_applied_and_a_timeout_has_not(world: World) -> None:
    world.slack.faults.fail("chat.postMessage", "drop")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await world.client().chat_postMessage(channel="UANN", text="Applied")
    world.slack.faults.fail("chat.postMessage", "timeout")
    short = aiohttp.ClientTimeout(total=0.3)
    address = f"{world.slack.base_url}/api/chat.postMessage"
    headers = {"Authorization": "Bearer xoxb-bedford"}
    with pytest.raises(TimeoutError):
        await world.http.post(address, json={"channel": "UANN", "text": "No"}, headers=headers, timeout=short)
    assert [m.text for m in world.slack.inbox(world.ann)] == ["Applied"]
    assert [(c.ok, c.fault) for c in world.slack.calls] == [(True, "drop"), (False, "timeout")]


async def test_a_file_is_uploaded_shared_and_fetched(world: World) -> None:
    channel = (await world.client().conversations_open(users="UANN"))["channel"]["id"]
    done = await world.client().files_upload_v2(
        channel=channel, content="# Report\n", filename="report.md", title="The report", initial_comment="Here it is"
    )
    (message,) = world.slack.inbox(world.ann)
    file = world.slack.files[message.files[0]]
    assert (file.name, file.title, file.content, file.channels) == (
        "report.md",
        "The report",
        b"# Report\n",
        [channel],
    )
    assert done["files"][0]["id"] == file.id
    address = f"{world.slack.base_url}/files/{file.id}"
    for token, status in {"xoxb-bedford": 200, "xoxb-luton": 302}.items():
        async with world.http.get(
            address, headers={"Authorization": f"Bearer {token}"}, allow_redirects=False
        ) as answer:
            assert answer.status == status
    assert world.slack.problems == []


# slack_sdk 3.47 still hands aiohttp a BasicAuth object, which aiohttp 3.14 deprecates.
sdk_basic_auth = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


@sdk_basic_auth
async def test_installing_by_oauth(world: World) -> None:
    slack, client = world.slack, world.client("")
    slack.add_workspace("T3", "Milton Keynes", domain="mk", bot_token="", bot_user_id="UBOT3")
    slack.installing = "T3"
    query = {"client_id": slack.client_id, "scope": "commands,chat:write", "state": "s1", "redirect_uri": "http://b/r"}
    address = f"{slack.base_url}/oauth/v2/authorize"
    async with world.http.get(address, params=query, allow_redirects=False) as answer:
        back = answer.headers["Location"]
    assert back == "http://b/r?state=s1&code=code00000001"
    keys = {"client_id": slack.client_id, "client_secret": slack.client_secret, "redirect_uri": "http://b/r"}
    wrong = {**keys, "client_secret": "x"}
    assert await error_of(client.oauth_v2_access(**wrong, code="code00000001")) == "bad_client_secret"
    wrong = {**keys, "redirect_uri": "http://elsewhere/r"}
    assert await error_of(client.oauth_v2_access(**wrong, code="code00000001")) == "bad_redirect_uri"
    granted = await client.oauth_v2_access(**keys, code="code00000001")
    assert (granted["team"]["id"], granted["scope"], granted["enterprise"]) == ("T3", "commands,chat:write", None)
    assert (await world.client(granted["access_token"]).auth_test())["team_id"] == "T3"
    assert await error_of(client.oauth_v2_access(**keys, code="code00000001")) == "code_already_used"
    late = slack.consent("T3", redirect_uri="http://b/r")
    world.clock.forward(timedelta(minutes=10))
    assert await error_of(client.oauth_v2_access(**keys, code=late)) == "invalid_code"
    slack.installing = None
    async with world.http.get(address, params=query, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "http://b/r?state=s1&error=access_denied"


async def test_a_workspace_that_comes_back_gets_a_new_token(world: World) -> None:
    slack = world.slack
    await slack.uninstall("T1")
    token = slack.install(slack.workspaces["T1"])
    assert token.value != "xoxb-bedford"
    assert slack.install(slack.workspaces["T1"]) is token
    assert (await world.client(token.value).auth_test())["team_id"] == "T1"


@sdk_basic_auth
async def test_one_token_for_a_whole_organisation(world: World) -> None:
    slack = world.slack
    for team in ("T8", "T9"):
        slack.add_workspace(
            team, team, domain=team, enterprise_id="E1", org_wide=True, bot_token="xoxb-org", bot_user_id="UBOTE"
        )
        slack.add_user(team, f"U{team}", f"Person of {team}", email="")
    code = slack.consent("T9")
    keys = {"client_id": slack.client_id, "client_secret": slack.client_secret}
    granted = await world.client("").oauth_v2_access(**keys, code=code)
    assert (granted["team"], granted["enterprise"]["id"], granted["is_enterprise_install"]) == (None, "E1", True)
    assert granted["access_token"] == "xoxb-org"
    client = world.client("xoxb-org")
    await client.chat_postMessage(channel="UT9", text="Hello")
    assert [m.text for m in slack.inbox(slack.workspaces["T9"].users["UT9"])] == ["Hello"]
    assert (await client.users_list(team_id="T8"))["members"][1]["id"] == "UT8"
    assert await error_of(client.users_list(team_id="T1")) == "team_access_not_granted"


async def test_home_tabs_and_their_hash(world: World) -> None:
    client = world.client()
    view = {"type": "home", "blocks": [section("Hello")]}
    published = await client.views_publish(user_id="UANN", view=view)
    home = world.slack.home(world.ann)
    assert home is not None
    assert home.shown == "Hello"
    old = published["view"]["hash"]
    await client.views_publish(user_id="UANN", view=view, hash=old)
    assert await error_of(client.views_publish(user_id="UANN", view=view, hash=old)) == "hash_conflict"
    assert world.slack.home(world.bob) is None
    wrong = modal(TITLE, title=words("A title that is far too long"))
    assert await error_of(client.views_publish(user_id="UANN", view=wrong)) == "invalid_arguments"


async def test_two_runs_give_the_same_ids() -> None:
    runs = []
    for _ in range(2):
        async with slack_world() as world:
            await world.client().chat_postMessage(channel="UANN", text="x", blocks=[section("x")])
            await world.slack.slash(world.bob, "help")
            runs.append((world.slack.inbox(world.ann), world.bot.got[0].data["trigger_id"]))
    assert runs[0] == runs[1]
