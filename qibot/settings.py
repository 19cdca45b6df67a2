"""What the bot is told from outside: environment variables and `.env`. Secrets never show in a log or a traceback."""

import difflib
import os
import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, with its default. Names are those of the environment, without regard to case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True
    )

    # It may hold a password, so it is shown to nobody.
    qibot_database_url: str = Field(default="sqlite+aiosqlite:///qibot.db", repr=False)
    qibot_host: str = "127.0.0.1"
    qibot_port: int = Field(default=3000, ge=1, le=65535)
    qibot_secret_key: SecretStr = SecretStr("")
    qibot_timezone: str = "Europe/London"
    qibot_organisers: Annotated[tuple[str, ...], NoDecode] = ()
    qibot_weekly_cap: int = Field(default=3, ge=1, le=50)
    qibot_broadcast_alone_up_to: int = Field(default=200, ge=0)
    qibot_log_format: Literal["auto", "json", "pretty"] = "auto"
    qibot_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    qibot_slack_api_url: str = "https://slack.com/api/"

    slack_signing_secret: SecretStr = SecretStr("")
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")

    teams_client_id: str = ""
    teams_client_secret: SecretStr = SecretStr("")
    teams_tenant_id: str = ""

    @field_validator("qibot_organisers", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        return tuple(p.strip().lower() for p in value.split(",") if p.strip()) if isinstance(value, str) else value

    @field_validator("qibot_database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite+aiosqlite:///", "postgresql+psycopg://")):
            raise ValueError("begin with sqlite+aiosqlite:/// and a file, or with postgresql+psycopg:// and a host")
        return value

    @field_validator("qibot_secret_key")
    @classmethod
    def _no_empty_key(cls, value: SecretStr) -> SecretStr:
        # A comma too many would make a key of nothing, which anybody could guess.
        return SecretStr(",".join(k.strip() for k in value.get_secret_value().split(",") if k.strip()))

    @field_validator("qibot_timezone")
    @classmethod
    def _real_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value} is not a time zone; the usual one is Europe/London")
        return value

    @field_validator("qibot_slack_api_url")
    @classmethod
    def _ends_with_slash(cls, value: str) -> str:
        return value.rstrip("/") + "/"

    @model_validator(mode="after")
    def _key_when_needed(self) -> "Settings":
        if self.slack_client_id and not self.qibot_secret_key.get_secret_value():
            raise ValueError("QIBOT_SECRET_KEY is needed to keep the tokens of several workspaces encrypted")
        if self.slack_client_id and not self.slack_client_secret.get_secret_value():
            raise ValueError("SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET beside it")
        return self

    @field_validator("teams_client_id", "teams_tenant_id")
    @classmethod
    def _an_id(cls, value: str) -> str:
        # They become part of addresses, and a domain is as good as a tenant's id.
        if value and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}", value):
            raise ValueError("this is the id on the app's Overview page, letters, digits and hyphens")
        return value

    @model_validator(mode="after")
    def _all_of_teams_or_nothing(self) -> "Settings":
        given = {
            "TEAMS_CLIENT_ID": self.teams_client_id,
            "TEAMS_CLIENT_SECRET": self.teams_client_secret.get_secret_value(),
            "TEAMS_TENANT_ID": self.teams_tenant_id,
        }
        missing = [name for name, value in given.items() if not value]
        if missing and len(missing) < len(given):
            raise ValueError(f"{', '.join(given)} go together, and {' and '.join(missing)} is empty")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The network's own time zone."""
        return ZoneInfo(self.qibot_timezone)

    @property
    def slack_on(self) -> bool:
        """Whether anything of Slack is configured."""
        return bool(self.slack_bot_token.get_secret_value() or self.slack_client_id)

    @property
    def teams_on(self) -> bool:
        """Whether Teams is configured."""
        return bool(self.teams_client_id)


class UnknownSetting(ValueError):
    """A `QIBOT_*` name that is none of ours: almost always a slip of the keyboard."""


def load(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment and `env_file`. Raises `UnknownSetting` or pydantic's `ValidationError`."""
    known = {name.upper() for name in Settings.model_fields}
    given = {**(dotenv_values(env_file) if env_file and env_file.is_file() else {}), **os.environ}
    for name in sorted(given):
        # The test suite and the launcher have switches of their own.
        if name.upper().startswith("QIBOT_") and name.upper() not in known and not name.startswith("QIBOT_TEST_"):
            close = difflib.get_close_matches(name.upper(), sorted(known), 1, 0.5)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise UnknownSetting(f"{name} is not a setting of qibot.{hint}")
    return Settings(_env_file=env_file)
