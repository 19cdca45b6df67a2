"""`qibot doctor`: what an engineer would look at first, said in sentences."""

from dataclasses import dataclass
from pathlib import Path

from qibot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    well: bool
    sentence: str


async def examine(settings: Settings) -> list[Finding]:
    """Look at settings, database, Slack and Teams. Changes nothing."""
    return [*_settings(settings), await _database(settings), *(await _slack(settings)), *(await _teams(settings))]


def _settings(settings: Settings) -> list[Finding]:
    found = []
    if not settings.slack_on and not settings.teams_on:
        names = "SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and its secret, or the three of TEAMS"
        found.append(Finding(False, f"No chat platform is connected: set {names}."))
    elif (
        settings.slack_on
        and not settings.slack_signing_secret.get_secret_value()
        and not settings.slack_app_token.get_secret_value()
    ):
        found.append(
            Finding(False, "Slack cannot reach us: set SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (socket).")
        )
    if not settings.qibot_organisers:
        found.append(Finding(False, "Nobody can organise yet: put e-mail addresses into QIBOT_ORGANISERS."))
    return found or [Finding(True, "The settings are complete.")]


def _there(address: str) -> bool:
    """Whether there is a file to open, for opening one that is not there would make it."""
    from sqlalchemy import make_url

    url = make_url(address)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


async def _database(settings: Settings) -> Finding:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from qibot.database import Database, InUse
    from qibot.migrate import newest

    if not _there(settings.qibot_database_url):
        return Finding(False, "There is no database yet: run qibot migrate.")
    try:
        database = Database(settings.qibot_database_url)
    except InUse as busy:
        return Finding(True, f"The database is in use: {busy}")
    try:
        async with database.transaction(reading=True) as db:
            version = await db.scalar(text("SELECT version_num FROM alembic_version"))
        if version != newest():
            return Finding(False, f"The database's schema is {version}, the newest is {newest()}: run qibot migrate.")
        return Finding(True, f"The database answers; its schema is {version}.")
    except SQLAlchemyError as error:
        return Finding(False, f"The database is not ready ({type(error).__name__}): run qibot migrate.")
    finally:
        await database.close()


async def _slack(settings: Settings) -> list[Finding]:
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        return []
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web.async_client import AsyncWebClient

    from qibot.platforms.slack.manifest import SCOPES

    client = AsyncWebClient(token=token, base_url=settings.qibot_slack_api_url, timeout=8, retry_handlers=[])
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        return [Finding(False, f"Slack does not know the bot token ({error.response.get('error')}).")]
    except Exception as error:
        return [Finding(False, f"Slack could not be reached ({type(error).__name__}).")]
    found = [Finding(True, f"Slack knows the bot in “{answer.get('team')}”.")]
    granted = {s for s in str(answer.headers.get("x-oauth-scopes", "")).split(",") if s}
    missing = [s for s in SCOPES if granted and s not in granted]
    if missing:
        found.append(
            Finding(False, f"The app lacks permissions: {', '.join(missing)}. Reinstall it from the manifest.")
        )
    return found


async def _teams(settings: Settings) -> list[Finding]:
    if not settings.teams_on:
        return []
    from qibot.clock import SystemClock
    from qibot.platforms.teams.calls import Connector, NoToken
    from qibot.platforms.teams.cloud import Cloud

    connector = Connector(
        Cloud(),
        SystemClock(),
        client_id=settings.teams_client_id,
        client_secret=settings.teams_client_secret.get_secret_value(),
        tenant=settings.teams_tenant_id,
    )
    await connector.start()
    try:
        await connector.token()
    except NoToken as none:
        why = "does not take TEAMS_CLIENT_SECRET" if none.refused else "could not be reached"
        return [Finding(False, f"Teams: Microsoft {why}.")]
    finally:
        await connector.stop()
    return [Finding(True, "Microsoft gives the bot a token for Teams.")]
