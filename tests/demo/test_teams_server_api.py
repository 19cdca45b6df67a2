"""The stand-in connector: what it gives, what it refuses, and every fault, asked by Microsoft's own SDK."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import httpx
import jwt
import pytest
from microsoft_teams.api.clients.conversation.params import CreateConversationParams
from microsoft_teams.api.models import Account

from qibot.demo.teams_faults import Kind
from tests.demo.teams_world import BEDFORD, LUTON, Json, World, card, execute, message_of, refusal, teams_world, words


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


async def test_send_update_and_delete(world: World) -> None:
    chat = world.teams.personal(world.ann).id
    sent = await world.send(world.ann, card(words("One"), actions=[execute("Go"), execute("Stop")]))
    assert world.teams.inbox(world.ann)[0].shown == "One\n[Go] [Stop]"
    await world.app.api.conversations.update_activity(chat, sent, message_of("Two"))
    (message,) = world.teams.inbox(world.ann)
    assert (message.id, message.shown, message.edited, message.card) == (sent, "Two", True, None)
    await world.app.api.conversations.delete_activity(chat, sent)
    assert world.teams.inbox(world.ann) == []
    operations = [call.operation for call in world.teams.calls if call.operation.startswith("activities")]
    assert operations == ["activities.send", "activities.update", "activities.delete"]
    assert all(call.status in (200, 201) for call in world.teams.calls)


async def test_a_reply_in_either_form(world: World) -> None:
    chat, sent = world.teams.personal(world.ann).id, await world.send(world.ann, "One")
    await world.app.api.conversations.reply_to_activity(chat, sent, message_of("Two"))
    status, _ = await world.ask("POST", f"conversations/{chat}/activities/{sent}", {"type": "message", "text": "3"})
    assert status == 201
    assert [m.reply_to for m in world.teams.inbox(world.ann)] == [None, sent, sent]


async def test_a_chat_is_made_for_somebody_who_has_the_app(world: World) -> None:
    params = CreateConversationParams(members=[Account(id=world.ann.id)], tenant_id=LUTON)
    made = await world.app.api.conversations.create(params)
    assert made.id == world.teams.personal(world.ann).id
    by_object_id = {"members": [{"id": "0b"}], "tenantId": LUTON, "activity": {"type": "message", "text": "Hello"}}
    status, answer = await world.ask("POST", "conversations", by_object_id)
    assert (status, answer["activityId"]) == (201, world.teams.inbox(world.bob)[0].id)


async def test_nobody_without_the_app_can_be_written_to(world: World) -> None:
    body = {"members": [{"id": world.cat.id}], "tenantId": BEDFORD}
    status, answer = await world.ask("POST", "conversations", body, tenant=BEDFORD)
    assert (status, answer["error"]["code"]) == (403, "BotNotInConversationRoster")
    assert await refusal(world.send(world.cat, "Hello")) == (403, "BotNotInConversationRoster")
    world.teams.block(world.ann)
    assert await refusal(world.send(world.ann, "Hello")) == (403, "MessageWritesBlocked")
    world.teams.unblock(world.ann)
    assert await refusal(world.send(world.ann, "Hello")) == (200, "")


async def test_another_tenants_conversation_is_not_there(world: World) -> None:
    assert await refusal(world.send(world.ann, "Hello", tenant=BEDFORD)) == (404, "ConversationNotFound")


async def test_the_wrong_tenant_and_groups_are_problems(strict: World) -> None:
    for body in (
        {"members": [{"id": strict.ann.id}], "tenantId": BEDFORD},
        {"members": [{"id": strict.ann.id}]},
        {"members": [{"id": strict.ann.id}, {"id": strict.bob.id}], "tenantId": LUTON},
    ):
        assert (await strict.ask("POST", "conversations", body))[0] == 400
    assert (await strict.ask("GET", "teams/x", tenant="nowhere"))[0] == 403
    assert len(strict.teams.problems) == 4


async def test_people_and_teams(world: World) -> None:
    people = [world.ann, world.bob]
    team = world.teams.add_team(LUTON, "19:general@thread.tacv2", "Ward 3", people)
    channel = world.teams.add_channel(team, "19:falls@thread.tacv2", "Falls")
    members = await world.app.api.conversations.get_members(channel)
    assert [(m.name, m.email, m.aad_object_id, m.tenant_id) for m in members] == [
        ("Ann Ash", "ann@luton.example", "0a", LUTON),
        ("Bob Birch", "bob@luton.example", "0b", LUTON),
    ]
    page = await world.app.api.conversations.get_paged_members(channel, page_size=1)
    assert ([m.name for m in page.members], page.continuation_token) == (["Ann Ash"], "1")
    page = await world.app.api.conversations.get_paged_members(channel, 1, page.continuation_token)
    assert ([m.name for m in page.members], page.continuation_token) == (["Bob Birch"], None)
    chat = world.teams.personal(world.ann).id
    assert (await world.app.api.conversations.get_member_by_id(chat, world.ann.id)).user_principal_name == members[
        0
    ].email
    assert await refusal(world.app.api.conversations.get_member_by_id(chat, world.bob.id)) == (
        404,
        "MemberNotFoundInConversation",
    )
    details = await world.app.api.teams.get_by_id(team.id)
    assert (details.name, details.member_count, details.channel_count) == ("Ward 3", 2, 2)
    channels = await world.app.api.teams.get_conversations(team.id)
    assert [(c.id, c.name) for c in channels] == [(team.id, None), (channel, "Falls")]


async def test_a_message_to_a_channel_begins_a_thread(world: World) -> None:
    team = world.teams.add_team(LUTON, "19:general@thread.tacv2", "Ward 3", [world.ann])
    status, answer = await world.ask("POST", f"conversations/{team.id}/activities", {"type": "message", "text": "Hi"})
    assert status == 201
    assert [m.shown for m in world.teams.messages(world.ann, f"{team.id};messageid={answer['id']}")] == ["Hi"]
    team.installed = False
    status, answer = await world.ask("POST", f"conversations/{team.id}/activities", {"type": "message", "text": "Hi"})
    assert (status, answer["error"]["code"]) == (403, "BotNotInConversationRoster")


async def test_typing_is_taken_and_not_shown(world: World) -> None:
    chat = world.teams.personal(world.ann).id
    assert (await world.ask("POST", f"conversations/{chat}/activities", {"type": "typing"}))[0] == 201
    assert world.teams.inbox(world.ann) == []


BAD: list[Json] = [
    {"type": "event"},
    {"type": "message"},
    {"type": "message", "text": "x", "colour": "red"},
    {"type": "message", "text": "<at>Ann</at> hello"},
    {"type": "message", "text": "x", "from": {"id": "29:somebody"}},
    {"type": "message", "text": "x", "conversation": {"id": "a:other"}},
    {"type": "message", "attachments": [{"contentType": "text/html", "content": "x"}]},
    {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": {}}]},
]


@pytest.mark.parametrize("body", BAD)
async def test_a_bad_message_is_refused_and_recorded(strict: World, body: Json) -> None:
    chat = strict.teams.personal(strict.ann).id
    status, answer = await strict.ask("POST", f"conversations/{chat}/activities", body)
    assert (status, answer["error"]["code"]) == (400, "BadSyntax")
    assert strict.teams.problems != []
    assert strict.teams.inbox(strict.ann) == []


async def test_too_long_a_message_is_refused(strict: World) -> None:
    assert await refusal(strict.send(strict.ann, "x" * 28_000)) == (413, "MessageSizeTooBig")
    assert strict.teams.problems == ["activities.send: activity: more than 28000 bytes"]


async def test_an_unknown_address_is_loud(strict: World) -> None:
    assert (await strict.http.get(f"{strict.teams.base_url}/{LUTON}/discovery/v2.0/keys")).status == 404
    assert (await strict.http.put(f"{strict.teams.base_url}/v1/.well-known/keys")).status == 404
    assert [problem.split(": ")[1] for problem in strict.teams.problems] == ["unknown address"] * 2


# Tokens


async def test_keys_are_published_and_the_token_is_a_jwt(world: World) -> None:
    async with world.http.get(f"{world.teams.base_url}/v1/.well-known/openidconfiguration") as answer:
        metadata = await answer.json()
    assert (metadata["issuer"], metadata["jwks_uri"]) == (
        "https://api.botframework.com",
        f"{world.teams.base_url}/v1/.well-known/keys",
    )
    async with world.http.get(metadata["jwks_uri"]) as answer:
        (key,) = jwt.PyJWKSet.from_dict(await answer.json()).keys
    token = await world.token("https://api.botframework.com/.default", LUTON)
    claims = jwt.decode(token, key.key, algorithms=["RS256"], audience="https://api.botframework.com")
    assert claims["tid"] == LUTON


async def test_without_a_good_token_nothing_is_sent(world: World) -> None:
    world.secret = "wrong"
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        await world.send(world.ann, "Hello")
    assert [(c.operation, c.error) for c in world.teams.calls] == [
        ("token", "invalid_client"),
        ("activities.send", "Unauthorized"),
    ]


async def test_a_token_runs_out_by_the_stand_ins_clock(world: World) -> None:
    token = await world.token("https://api.botframework.com/.default", LUTON)
    url = f"{world.teams.service_url(LUTON)}v3/conversations/{world.teams.personal(world.ann).id}/members"
    for forward, status in ((3599, 200), (1, 401)):
        world.clock.forward(timedelta(seconds=forward))
        async with world.http.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
            assert answer.status == status


async def test_other_scopes_and_grants_are_not_modelled(strict: World) -> None:
    url = f"{strict.teams.base_url}/{LUTON}/oauth2/v2.0/token"
    async with strict.http.post(url, data={"grant_type": "client_credentials", "scope": "graph"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "unsupported_grant_type")
    assert len(strict.teams.problems) == 1


# Faults


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("429", 429, "TooManyRequests"),
        ("412", 412, "PreconditionFailed"),
        ("500", 500, "InternalServerError"),
        ("502", 502, "BadGateway"),
        ("504", 504, "GatewayTimeout"),
        ("blocked", 403, "MessageWritesBlocked"),
        ("bad_token", 401, "Unauthorized"),
    ],
)
async def test_a_fault_strikes_once_and_nothing_is_applied(world: World, kind: Kind, status: int, code: str) -> None:
    world.teams.faults.fail("activities.send", kind, retry_after=7)
    with pytest.raises(httpx.HTTPStatusError) as trouble:
        await world.send(world.ann, "One")
    response = trouble.value.response
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.headers.get("Retry-After") == ("7" if kind == "429" else None)
    await world.send(world.ann, "Two")
    assert [m.shown for m in world.teams.inbox(world.ann)] == ["Two"]
    assert [c.fault for c in world.teams.calls if c.operation == "activities.send"] == [kind, ""]


async def test_a_drop_is_applied_and_a_timeout_is_not(world: World) -> None:
    world.teams.faults.fail("activities.send", "drop")
    with pytest.raises(httpx.TransportError):
        await world.send(world.ann, "Dropped")
    assert [m.shown for m in world.teams.inbox(world.ann)] == ["Dropped"]
    world.teams.faults.fail("activities.send", "timeout")
    with pytest.raises(httpx.ReadTimeout):
        await world.send(world.ann, "Lost")
    assert [m.shown for m in world.teams.inbox(world.ann)] == ["Dropped"]


async def test_a_fault_can_be_of_one_tenant_and_can_be_cleared(world: World) -> None:
    world.teams.faults.fail("*", "502", None, tenant=BEDFORD)
    await world.send(world.ann, "Luton is well")
    await world.teams.install(world.cat)
    assert await refusal(world.send(world.cat, "Bedford is not")) == (502, "BadGateway")
    world.teams.faults.clear()
    await world.send(world.cat, "Bedford is well")


async def test_slow_keys_are_late_and_come(world: World) -> None:
    world.teams.faults.fail("keys", "slow", seconds=30)
    impatient = aiohttp.ClientTimeout(total=0.05)
    with pytest.raises(TimeoutError):
        await world.http.get(f"{world.teams.base_url}/v1/.well-known/keys", timeout=impatient)
    assert (await world.http.get(f"{world.teams.base_url}/v1/.well-known/keys")).status == 200


async def test_a_refused_app_gets_no_token(world: World) -> None:
    world.teams.faults.fail("token", "bad_token")
    url = f"{world.teams.base_url}/{LUTON}/oauth2/v2.0/token"
    async with world.http.post(url, data={}) as answer:
        assert (answer.status, await answer.json()) == (
            401,
            {"error": "Unauthorized", "error_description": "Unauthorized"},
        )


async def test_the_pace_of_one_conversation_is_kept_when_asked() -> None:
    async with teams_world(enforce_pace=True) as world:
        for number in range(7):
            await world.send(world.ann, str(number))
        assert await refusal(world.send(world.ann, "8")) == (429, "TooManyRequests")
        assert await refusal(world.send(world.bob, "1")) == (200, "")
        world.clock.forward(timedelta(seconds=2))
        assert await refusal(world.send(world.ann, "8")) == (200, "")
        assert world.teams.problems == []
