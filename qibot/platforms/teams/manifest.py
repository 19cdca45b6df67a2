"""The Teams app: its manifest, made from the router, and the package that is uploaded to Teams."""

import io
import json
import re
import zipfile
from typing import Any
from urllib.parse import urlsplit

from qibot.chat.router import Router
from qibot.platforms.teams import icons

APP_VERSION = "1.0.0"
"""Of what is uploaded. Teams takes a changed manifest as an update only under a higher number."""
SLASH, PLAIN = "1.30", "1.25"
"""Versions of the manifest: with commands in the “/” menu, and without, for Teams that do not know them yet."""
OFFERED = (
    "find", "help", "home", "join", "me", "projects", "project register", "introductions", "event join", "reflect",
    "pledge", "nudges",
)  # fmt: skip
"""The commands of the menus, at most 12. They are those of a member's ordinary weeks, in the order in which people come
to need them; what is rare, for organisers or a next step of another is a button, or a word of “help”.
"""
_ACCENT = "#21475C"
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def manifest(
    router: Router[Any], *, app_id: str, url: str, version: str = SLASH, privacy: str = "", terms: str = ""
) -> dict[str, Any]:
    """The manifest as Teams reads it.

    `app_id` is the bot's id in Entra; `url` the bot's public https address, without a slash at its end; `privacy` and
    `terms` are pages that Teams shows a link to (else `url`). No permissions are asked for. Raises `ValueError` for
    anything that Teams would not take.
    """
    host = urlsplit(url).hostname
    if version not in (SLASH, PLAIN):
        raise ValueError(f"the manifest has versions {SLASH} and {PLAIN}")
    if not _GUID.fullmatch(app_id):
        raise ValueError("the app id is five groups of hexadecimal digits, as Entra shows it")
    if not url.startswith("https://") or not host:
        raise ValueError("the address has to begin with https://")
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{version}/MicrosoftTeams.schema.json",
        "manifestVersion": version,
        "version": APP_VERSION,
        "id": app_id,
        "localizationInfo": {"defaultLanguageTag": "en-gb"},
        "developer": {
            "name": "qibot",
            "websiteUrl": url,
            "privacyUrl": privacy or url,
            "termsOfUseUrl": terms or url,
        },
        "name": {"short": "qibot", "full": "qibot: quality-improvement people across organisations"},
        "description": {"short": "Connects people who improve care, across organisations", "full": _ABOUT},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": _ACCENT,
        "bots": [_bot(router, app_id, version)],
        "validDomains": [host],
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
    }


def package(
    router: Router[Any], *, app_id: str, url: str, version: str = SLASH, privacy: str = "", terms: str = ""
) -> bytes:
    """The zip that is uploaded to Teams: the manifest and two icons, the same bytes each time. Raises `ValueError` as
    `manifest` does.
    """
    made = manifest(router, app_id=app_id, url=url, version=version, privacy=privacy, terms=terms)
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    files = {"manifest.json": text.encode(), "color.png": icons.color(), "outline.png": icons.outline()}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # The zip format's own first day, and the same rights and system wherever it is made.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, content)
    return held.getvalue()


def _bot(router: Router[Any], app_id: str, version: str) -> dict[str, Any]:
    # A KeyError here means that a command was renamed and the menu was not.
    rows = [router.commands[tuple(name.split())] for name in OFFERED]
    scopes = ["personal", "team", "groupChat"]
    menu: dict[str, Any] = {
        "scopes": scopes,
        "commands": [{"title": row.name, "description": row.help} for row in rows],
    }
    bot: dict[str, Any] = {"botId": app_id, "scopes": scopes, "isNotificationOnly": False, "supportsFiles": False}
    if version == SLASH:
        menu = {"triggers": ["mention", "slash"], **menu}
        bot["supportsTargetedMessages"] = True
    return {**bot, "commandLists": [menu]}


_ABOUT = (
    "qibot connects quality-improvement people of an integrated care system inside the chat they already use. "
    "Write “find” and what you are working on, and meet the right champion in another organisation. People are "
    "introduced only when both say yes. Register projects, join events, keep the promises you made there. "
    "In a channel or a group chat, mention @qibot first. qibot reads only what is said to it, asks for no permission "
    "to read anything of your organisation, and patient details never belong in it."
)
