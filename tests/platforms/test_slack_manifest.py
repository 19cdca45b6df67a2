"""Slack's manifest, held against the rules of its public schema (slackapi/manifest-schema, version 2) and the router's.

The rules are written out here for the parts that we use: names, types, lengths and counts; anything else is refused.
"""

from typing import Any

import jsonschema
import pytest

from qibot.features import router
from qibot.platforms.slack.manifest import EVENTS, SCOPES, manifest

URL = "https://bot.example"


def _text(longest: int, shortest: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": shortest, "maxLength": longest, **more}


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return shape | ({"required": required.split()} if required else {})


def _list(of: dict[str, Any], most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": least, "maxItems": most, "uniqueItems": True}


_FLAG, _ADDRESS = {"type": "boolean"}, _text(3000, pattern="^https?://")
RULES = _object(
    "display_information",
    _metadata=_object(major_version={"type": "integer"}, minor_version={"type": "integer"}),
    display_information=_object(
        "name",
        name=_text(35),
        description=_text(140),
        long_description=_text(4000, 175),
        background_color=_text(7, 4, pattern="^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$"),
    ),
    features=_object(
        app_home=_object(home_tab_enabled=_FLAG, messages_tab_enabled=_FLAG, messages_tab_read_only_enabled=_FLAG),
        bot_user=_object("display_name", display_name=_text(80), always_online=_FLAG),
        shortcuts=_list(
            _object(
                "name type callback_id description",
                name=_text(24),
                type={"enum": ["message", "global"]},
                callback_id=_text(255),
                description=_text(150),
            ),
            10,
            1,
        ),
        slash_commands=_list(
            _object(
                "command description",
                command=_text(32, 2, pattern="^/"),
                url=_ADDRESS,
                description=_text(2000),
                usage_hint=_text(1000),
                should_escape=_FLAG,
            ),
            50,
            1,
        ),
    ),
    oauth_config=_object(redirect_urls=_list(_text(2500), 1000), scopes=_object(bot=_list(_text(50), 255))),
    settings=_object(
        event_subscriptions=_object(request_url=_ADDRESS, bot_events=_list(_text(50), 100)),
        interactivity=_object("is_enabled", is_enabled=_FLAG, request_url=_ADDRESS),
        org_deploy_enabled=_FLAG,
        socket_mode_enabled=_FLAG,
        token_rotation_enabled=_FLAG,
    ),
)


@pytest.mark.parametrize("socket_mode", [False, True])
def test_the_manifest_keeps_to_slacks_rules(socket_mode: bool) -> None:
    jsonschema.validate(manifest(router, url=URL, socket_mode=socket_mode), RULES)


def test_the_rules_can_say_no() -> None:
    made = manifest(router, url=URL)
    made["features"]["shortcuts"][0]["name"] = "A name that is longer than Slack has room for"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, RULES)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest(router, url="ftp://bot.example"), RULES)


def test_it_asks_for_what_is_used_and_nothing_more() -> None:
    made = manifest(router, url=URL)
    assert made["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    assert set(made["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)
    home = made["features"]["app_home"]
    # Off, nobody could answer the bot.
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)
    # A token rotated only when an event comes in would be dead on a quiet Monday.
    assert made["settings"]["token_rotation_enabled"] is False
    assert made["settings"]["org_deploy_enabled"] is True
    assert made["features"]["slash_commands"][0]["should_escape"] is True


def test_every_shortcut_is_a_command_of_the_router() -> None:
    shortcuts = manifest(router, url=URL)["features"]["shortcuts"]
    rows = router.commands.values()
    offered = {("global", row.shortcut): f"qibot:{row.name}" for row in rows if row.shortcut}
    offered |= {("message", row.from_message): f"qibot:{row.name}" for row in rows if row.from_message}
    assert {(s["type"], s["name"]): s["callback_id"] for s in shortcuts} == offered
    assert {("global", "Register a project"), ("message", "Save as a story")} <= offered.keys()


def test_with_a_socket_slack_needs_no_address_of_ours() -> None:
    made = manifest(router, url=URL, socket_mode=True)
    assert URL not in str(made)
    assert made["settings"]["socket_mode_enabled"] is True
