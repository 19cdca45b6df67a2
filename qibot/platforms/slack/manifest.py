"""The app's manifest, made from the router, so that what Slack offers is what the bot answers."""

import json
from typing import Any

from qibot.chat.router import Router

SCOPES = (
    "commands",
    "chat:write",
    "im:write",
    "im:history",  # to ask whether a delivery in doubt arrived
    "mpim:write",  # to bring two together who were introduced; without mpim:history the bot cannot read them
    "users:read",
    "users:read.email",
    "files:write",
    "files:read",  # to read the file of projects that an organiser sends it; no other file is fetched
)
SHORTCUT = "qibot:"
"""What the callback ids of our shortcuts begin with; the command follows."""
EVENTS = ("app_home_opened", "app_uninstalled", "message.im", "tokens_revoked")


def manifest(router: Router[Any], *, url: str, socket_mode: bool = False) -> dict[str, Any]:
    """The manifest as Slack reads it. `url` is the bot's public https address, without a slash at its end.

    With `socket_mode` Slack needs no address of ours, and none is given.
    """
    events = "" if socket_mode else f"{url}/slack/events"
    shortcuts = [
        {
            "name": name[:24],
            "type": kind,
            "callback_id": f"{SHORTCUT}{row.name}",
            "description": row.help[:150],
        }
        for row in router.commands.values()
        for kind, name in (("global", row.shortcut), ("message", row.from_message))
        if name
    ]
    command = {
        "command": "/qi",
        "description": "Find QI people, projects and events across the network",
        "usage_hint": "find sepsis | project register | help",
        "should_escape": True,
    }
    request = {"request_url": events} if events else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "qibot",
            "description": "Connects people who improve care, across organisations",
            "long_description": _ABOUT,
            "background_color": "#21475c",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "qibot", "always_online": True},
            "shortcuts": shortcuts,
            "slash_commands": [command | ({"url": events} if events else {})],
        },
        "oauth_config": {
            "scopes": {"bot": list(SCOPES)},
            **({} if socket_mode else {"redirect_urls": [f"{url}/slack/oauth_redirect"]}),
        },
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": True,
            "socket_mode_enabled": socket_mode,
            # Bolt rotates only when an event comes in, so a Monday nudge would hold a dead token.
            "token_rotation_enabled": False,
        },
    }


def as_json(made: dict[str, Any]) -> str:
    """What is pasted into Slack's "Create an app from a manifest"."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


_ABOUT = (
    "qibot connects quality-improvement people of an integrated care system inside the chat they already use. "
    "Type /qi find and what you are working on, and meet the right champion in another organisation. People are "
    "introduced only when both say yes. Register projects, join events, keep the promises you made there. "
    "qibot reads only what is said to it, and patient details never belong in it."
)
