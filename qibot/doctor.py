"""`qibot doctor`: what an engineer would look at first, said in sentences."""

from dataclasses import dataclass

from qibot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    well: bool
    sentence: str


async def examine(settings: Settings) -> list[Finding]:
    """Look at settings, database and Slack. Changes nothing."""
    return [*_settings(settings), await _database(settings), *(await _slack(settings))]


def _settings(settings: Settings) -> list[Finding]:
    found = []
    if not settings.slack_on:
        found.append(Finding(False, "Slack is not connected: set SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and its secret."))
    elif not settings.slack_signing_secret.get_secret_value() and not settings.slack_app_token.get_secret_value():
        found.append(
            Finding(False, "Slack cannot reach us: set SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (socket).")
        )
    if not settings.qibot_organisers:
        found.append(Finding(False, "Nobody can organise yet: put e-mail addresses into QIBOT_ORGANISERS."))
    return found or [Finding(True, "The settings are complete.")]


async def _database(settings: Settings) -> Finding:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from qibot.database import Database, InUse

    try:
        database = Database(settings.qibot_database_url)
    except InUse as busy:
        return Finding(True, f"The database is in use: {busy}")
    try:
        async with database.transaction(reading=True) as db:
            version = await db.scalar(text("SELECT version_num FROM alembic_version"))
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
