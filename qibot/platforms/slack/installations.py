"""Where the bot is installed in Slack: one workspace by token, or many by OAuth, org-wide installs included.

Tokens are encrypted at rest. An installation is found by team first, then by the organisation it belongs to, because an
org-wide install may have no team of its own.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from qibot.clock import Clock
from qibot.database import Base, Database

log = structlog.get_logger()
REMEMBER = timedelta(minutes=1)
"""How long a token is good without asking the database: another process may have installed the bot anew."""
_ID = re.compile(r"[A-Z0-9]{1,20}")
STATE_SECONDS = 600
"""How long somebody may take between "Add to Slack" and Slack's answer."""


class SlackInstallation(Base):
    """The bot in one workspace (`key` = team id) or in a whole organisation (`key` = enterprise id)."""

    __tablename__ = "slack_installations"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    token: Mapped[bytes] = mapped_column(LargeBinary)
    bot_id: Mapped[str] = mapped_column(String(40), default="")
    bot_user_id: Mapped[str] = mapped_column(String(40), default="")
    scopes: Mapped[str] = mapped_column(String(600), default="")
    installed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Installed:
    """What a call to Slack needs. `key` is the workspace's key everywhere else in the bot."""

    key: str
    name: str
    token: str
    bot_id: str
    bot_user_id: str


def key_of(team: str | None, enterprise: str | None, *, whole_org: bool) -> str:
    """The workspace's key: the organisation's id for an org-wide install, else the team's."""
    return (enterprise if whole_org else team) or team or enterprise or ""


def front_door(app: str, key: str) -> str:
    """The address that opens the app's messages in a workspace, or in whichever of its organisation somebody uses; ""
    where either id is none. Slack lets such an address carry no words.
    """
    if not (_ID.fullmatch(app) and _ID.fullmatch(key)):
        return ""
    return f"https://slack.com/app_redirect?app={app}" + ("" if key.startswith("E") else f"&team={key}")


class Secrets:
    """Encrypts tokens. `keys`: secrets separated by commas; the first encrypts, all decrypt, so keys can be rotated."""

    def __init__(self, keys: str) -> None:
        each = [k.strip().encode() for k in keys.split(",") if k.strip()]
        self._box = MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(k).digest())) for k in each])

    def hide(self, text: str) -> bytes:
        """Encrypted bytes."""
        return self._box.encrypt(text.encode())

    def show(self, data: bytes, *, seconds: int | None = None) -> str:
        """The text again. Raises `InvalidToken` for other keys, or when older than `seconds`."""
        return self._box.decrypt(data, ttl=seconds).decode()


class Installations(AsyncInstallationStore):
    """Finds who installed the bot; remembers what it found, so that an event costs no query."""

    def __init__(self, database: Database, secret_key: str, clock: Clock) -> None:
        # Without a key tokens could only be kept in clear, so nothing is kept: one workspace by token needs none.
        self._database, self._clock = database, clock
        self._secrets = Secrets(secret_key or secrets.token_hex(32))
        self._only: Installed | None = None
        self._found: dict[tuple[str | None, str | None], tuple[datetime, Installed]] = {}

    async def find(self, team: str | None, enterprise: str | None) -> Installed | None:
        """The installation for a team, else for its organisation."""
        if self._only and self._only.key in (team, enterprise):
            return self._only
        now = self._clock.now()
        until, found = self._found.get((team, enterprise), (now, None))
        if found and now < until:
            return found
        found = await self._look_up([key for key in (team, enterprise) if key])
        if found:
            self._found[team, enterprise] = now + REMEMBER, found
        return found

    def remember(self, installed: Installed) -> None:
        """The one workspace of a bot token."""
        self._only = installed

    async def forget(self, installed: Installed, at: int | None = None) -> bool:
        """The bot was removed, or its token revoked, `at` a second of Slack's (None: now).

        False when it was installed anew after that: Slack sends old news again for some minutes.
        """
        async with self._database.transaction() as db:
            row = await db.get(SlackInstallation, installed.key)
            if row is not None and at is not None and at < int(row.installed_at.timestamp()):
                return False
            if row is not None:
                await db.delete(row)
        self._found.clear()
        if self._only == installed:
            self._only = None
        return True

    async def _look_up(self, keys: list[str]) -> Installed | None:
        async with self._database.transaction(reading=True) as db:
            query = select(SlackInstallation).where(SlackInstallation.key.in_(keys))
            rows = {row.key: row for row in await db.scalars(query)}
        for row in (rows[key] for key in keys if key in rows):
            try:
                return Installed(row.key, row.name, self._secrets.show(row.token), row.bot_id, row.bot_user_id)
            except InvalidToken:
                # Another QIBOT_SECRET_KEY than the one it was installed under: as good as not installed.
                log.warning("the token of a workspace cannot be read with this QIBOT_SECRET_KEY", workspace=row.key)
        return None

    async def async_save(self, installation: Installation) -> None:
        """Bolt's OAuth flow hands over a new installation."""
        whole = bool(installation.is_enterprise_install)
        key = key_of(installation.team_id, installation.enterprise_id, whole_org=whole)
        name = (installation.enterprise_name if whole else installation.team_name) or ""
        async with self._database.transaction() as db:
            row = await db.get(SlackInstallation, key) or SlackInstallation(key=key)
            row.name = name[:120]
            row.bot_id, row.bot_user_id = installation.bot_id or "", installation.bot_user_id or ""
            row.token, row.installed_at = self._secrets.hide(installation.bot_token or ""), self._clock.now()
            row.scopes = ",".join(installation.bot_scopes or ())[:600]
            db.add(row)
        self._found.clear()


class States(AsyncOAuthStateStore):
    """OAuth's `state`: made by us, good once, for ten minutes. It needs no table: it carries its own date, sealed."""

    def __init__(self, secret_key: str) -> None:
        self._secrets = Secrets(secret_key or secrets.token_hex(32))
        self._used: dict[str, None] = {}

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """A new state."""
        return self._secrets.hide(secrets.token_hex(8)).decode()

    async def async_consume(self, state: str) -> bool:
        """Whether it is one of ours, recent, and not used before."""
        try:
            self._secrets.show(state.encode(), seconds=STATE_SECONDS)
        except (InvalidToken, UnicodeError):
            return False
        if state in self._used:
            return False
        self._used[state] = None
        while len(self._used) > 10_000:
            self._used.pop(next(iter(self._used)))
        return True
