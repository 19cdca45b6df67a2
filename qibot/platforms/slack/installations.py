"""Where the bot is installed in Slack: one workspace by token, or many by OAuth, org-wide installs included.

Tokens are encrypted at rest. An installation is found by team first, then by the organisation it belongs to, because an
org-wide install may have no team of its own.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from qibot.clock import Clock
from qibot.database import Base, Database

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


class Secrets:
    """Encrypts tokens. `keys`: secrets separated by commas; the first encrypts, all decrypt, so keys can be rotated."""

    def __init__(self, keys: str) -> None:
        made = [Fernet(base64.urlsafe_b64encode(hashlib.sha256(k.strip().encode()).digest())) for k in keys.split(",")]
        self._box = MultiFernet(made)

    def hide(self, text: str) -> bytes:
        """Encrypted bytes."""
        return self._box.encrypt(text.encode())

    def show(self, data: bytes, *, seconds: int | None = None) -> str:
        """The text again. Raises `InvalidToken` for other keys, or when older than `seconds`."""
        return self._box.decrypt(data, ttl=seconds).decode()


class Installations(AsyncInstallationStore):
    """Finds who installed the bot; remembers what it found, so that an event costs no query."""

    def __init__(self, database: Database, secret_key: str, clock: Clock, *, only: Installed | None = None) -> None:
        # Without a key tokens could only be kept in clear, so nothing is kept: one workspace by token needs none.
        self._database, self._clock = database, clock
        self._secrets = Secrets(secret_key or secrets.token_hex(32))
        self._found: dict[str, Installed] = {only.key: only} if only else {}

    async def find(self, team: str | None, enterprise: str | None) -> Installed | None:
        """The installation for a team, else for its organisation."""
        for key in (team, enterprise):
            if key and (found := await self._by_key(key)):
                return found
        return None

    def known(self, key: str) -> Installed | None:
        """What is remembered of a workspace, without asking the database."""
        return self._found.get(key)

    def remember(self, installed: Installed) -> None:
        """The one workspace of a bot token."""
        self._found[installed.key] = installed

    async def forget(self, key: str) -> None:
        """The bot was removed, or its tokens revoked."""
        self._found.pop(key, None)
        async with self._database.transaction() as db:
            row = await db.get(SlackInstallation, key)
            if row is not None:
                await db.delete(row)

    async def _by_key(self, key: str) -> Installed | None:
        if found := self._found.get(key):
            return found
        async with self._database.transaction(reading=True) as db:
            row = await db.scalar(select(SlackInstallation).where(SlackInstallation.key == key))
        if row is None:
            return None
        try:
            token = self._secrets.show(row.token)
        except InvalidToken:
            # Another QIBOT_SECRET_KEY than the one it was installed under: as good as not installed.
            return None
        self._found[key] = Installed(key, row.name, token, row.bot_id, row.bot_user_id)
        return self._found[key]

    async def async_save(self, installation: Installation) -> None:
        """Bolt's OAuth flow hands over a new installation."""
        whole = bool(installation.is_enterprise_install)
        key = key_of(installation.team_id, installation.enterprise_id, whole_org=whole)
        name = (installation.enterprise_name if whole else installation.team_name) or ""
        found = Installed(
            key, name[:120], installation.bot_token or "", installation.bot_id or "", installation.bot_user_id or ""
        )
        async with self._database.transaction() as db:
            row = await db.get(SlackInstallation, key) or SlackInstallation(key=key)
            row.name, row.bot_id, row.bot_user_id = found.name, found.bot_id, found.bot_user_id
            row.token, row.installed_at = self._secrets.hide(found.token), self._clock.now()
            row.scopes = ",".join(installation.bot_scopes or ())[:600]
            db.add(row)
        self._found[key] = found


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
