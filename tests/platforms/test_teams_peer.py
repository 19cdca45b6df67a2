"""Microsoft's own SDK as a peer: it agrees with our door about tokens, with our calls about addresses and shapes, and
with the stand-in about what an activity is.

It is used here only, where what it does beside that can do no harm: it reads `.env` files on import, warns, and blocks.
"""

import asyncio
import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qibot.demo.teams_server import Call
from qibot.demo.teams_tokens import activity_claims, sign
from qibot.platforms.teams.conversations import Reference
from tests.platforms.conftest import ON_SQLITE
from tests.platforms.teams_scene import CHANNEL, GROUP, LUTON, Scene, scene, tenant

__all__ = ["scene"]
pytestmark = ON_SQLITE


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Its pieces, imported where no `.env` is above it, and everything it does to the process undone."""
    monkeypatch.chdir(tmp_path)
    levels = {name: logging.getLogger(name).level for name in ("", "httpx", "microsoft_teams")}
    before = dict(os.environ)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from microsoft_teams import api
        from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides
        from microsoft_teams.api.clients.conversation.params import CreateConversationParams
        from microsoft_teams.apps.auth.token_validator import InboundActivityTokenValidator
        from microsoft_teams.common.http import Client, ClientOptions

        assert dict(os.environ) == before
        yield SimpleNamespace(
            api=api, PUBLIC=PUBLIC, with_overrides=with_overrides, Create=CreateConversationParams,
            Validator=InboundActivityTokenValidator, Client=Client, ClientOptions=ClientOptions,
        )  # fmt: skip
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


async def test_it_lets_in_and_refuses_the_same_tokens(scene: Scene, sdk: Any) -> None:
    base, address = scene.teams.base_url, tenant(scene.teams)
    metadata = f"{base}/v1/.well-known/openidconfiguration"
    cloud = sdk.with_overrides(sdk.PUBLIC, login_endpoint=base, openid_metadata_url=metadata)
    good = activity_claims(scene.teams.app_id, address)

    async def theirs(token: str, service: str | None) -> bool:
        def ask() -> bool:
            try:
                asyncio.run(sdk.Validator(scene.teams.app_id, cloud=cloud).validate_token(token, service))
            except Exception:
                return False
            return True

        return await asyncio.to_thread(ask)

    apart = set()
    for name, how in {"good": {}, **scene.teams.forgeries()}.items():
        claims = {k: v for k, v in {**good, **how.get("claims", {})}.items() if v is not None}
        token = how.get("token", sign(claims, key=how.get("key", "good")))
        service = how.get("body", {}).get("serviceUrl", address)
        ours = (await scene.teams.forge(scene.nadia, **how)).status == 200
        if await theirs(token, service) != ours:
            apart.add(name)
    # Theirs takes a token without an end, and passes over an address that is not there; the bot's own token goes there.
    assert apart == {"never expires", "no service address in the body"}
    # It asked a stranger's tenant for keys, where we ask nobody.
    assert scene.teams.problems
    assert all("/discovery/v2.0/keys" in problem for problem in scene.teams.problems)
    scene.teams.problems.clear()


def about(call: Call) -> tuple[str, str, Any]:
    """What a request is, without the words in it."""
    args = call.args
    card = [(a.get("contentType"), a.get("content")) for a in args.get("attachments") or ()]
    people = [m.get("id") for m in args.get("members") or ()]
    return call.operation, call.path, (args.get("type"), args.get("text"), card, people, args.get("tenantId"))


async def test_it_makes_the_same_requests(scene: Scene, sdk: Any) -> None:
    scene.team()
    thread = scene.teams.thread(scene.teams.tenants[LUTON].teams["19:teamgeneral@thread.tacv2"], CHANNEL, "1").id
    chat, us = scene.teams.personal(scene.nadia).id, scene.side.connector
    person = Reference(tenant(scene.teams), scene.teams.bot_id, scene.nadia.id)
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Hello", "wrap": True}]}
    kind = "application/vnd.microsoft.card.adaptive"
    ours = {"type": "message", "attachments": [{"contentType": kind, "content": card}]}
    attachment = sdk.api.Attachment(content_type=kind, content=card)

    def said() -> Any:
        return sdk.api.MessageActivityInput(attachments=[attachment])

    options = sdk.ClientOptions(timeout=5, token=await us.token())
    them = sdk.api.ConversationClient(tenant(scene.teams), sdk.Client(options))

    scene.teams.calls.clear()
    await us.open(person, LUTON)
    first = await us.post(person, chat, ours)
    await us.post(person, thread, ours)
    await us.update(person, chat, first, ours)
    targeted = await us.post(person, GROUP, ours, targeted=True)
    await us.update(person, GROUP, targeted, ours, targeted=True)
    await us.member(person, chat)
    asked = [about(call) for call in scene.teams.calls]

    scene.teams.calls.clear()
    account = sdk.api.Account(id=scene.nadia.id, name="Nadia")
    await them.create(sdk.Create(members=[account], tenant_id=LUTON, channel_data={"tenant": {"id": LUTON}}))
    await them.create_activity(chat, said())
    await them.create_activity(thread, said())
    await them.update_activity(chat, first, said())
    await them.create_targeted_activity(GROUP, said().with_recipient(account, True))
    await them.update_targeted_activity(GROUP, targeted, said())
    await them.get_member_by_id(chat, scene.nadia.id)
    assert [about(call) for call in scene.teams.calls] == asked
    await them.http.http.aclose()


async def test_it_reads_our_answers(scene: Scene, sdk: Any) -> None:
    """The bodies we answer invokes with are ones that its models know."""
    form = (await scene.says(scene.nadia, "join")).messages[-1]
    done = await scene.teams.fill(scene.nadia, form, {"Where you work": "1"}, "Join")
    again = await scene.teams.fill(scene.nadia, form, {"Where you work": "1"}, "Join")
    models = sdk.api.models.adaptive_card.adaptive_card_action_response
    assert isinstance(done.body, dict)
    assert isinstance(again.body, dict)
    models.AdaptiveCardActionCardResponse.model_validate(done.body)
    models.AdaptiveCardActionMessageResponse.model_validate(again.body)
