"""The commands of `qibot`. What one needs is imported when it runs, so that help is quick."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="qibot connects quality-improvement people across organisations, in the chat they already use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run, with settings that are wrong told in a sentence."""
    from pydantic import ValidationError

    from qibot.database import InUse
    from qibot.errors import Said
    from qibot.settings import UnknownSetting

    try:
        app()
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False, include_input=False, include_context=False):
            name = ".".join(str(p) for p in error["loc"]).upper()
            typer.echo(f"{name or 'Settings'}: {error['msg'].removeprefix('Value error, ')}", err=True)
        sys.exit(2)
    except (UnknownSetting, InUse) as wrong:
        typer.echo(str(wrong), err=True)
        sys.exit(2)
    except Said as said:
        typer.echo(f"{said.sentence} {said.next_step}".strip(), err=True)
        sys.exit(1)


@app.command()
def serve() -> None:
    """Run the bot until it is asked to stop."""
    from qibot import logs
    from qibot.app import serve as run
    from qibot.settings import load

    settings = load()
    logs.configure(settings.qibot_log_format, settings.qibot_log_level)
    if not settings.slack_on and not settings.teams_on:
        names = "SLACK_BOT_TOKEN, SLACK_CLIENT_ID or TEAMS_CLIENT_ID"
        typer.echo(f"No chat platform is connected: set {names}. See .env.example.", err=True)
        sys.exit(2)
    run(settings)


@app.command()
def migrate() -> None:
    """Bring the database to the present schema, and read in the shipped lists."""
    from qibot.database import Database
    from qibot.migrate import migrate as run
    from qibot.settings import load

    async def go() -> None:
        database = Database(load().qibot_database_url)
        try:
            await run(database)
        finally:
            await database.close()

    asyncio.run(go())
    typer.echo("The database is up to date.")


@app.command()
def doctor() -> None:
    """Check settings, database, Slack and Teams, and say what to do about what is wrong."""
    from qibot.doctor import examine
    from qibot.settings import load

    findings = asyncio.run(examine(load()))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.well else 'look'}  {finding.sentence}")
    sys.exit(0 if all(f.well for f in findings) else 1)


@app.command()
def manifest(
    platform: Annotated[str, typer.Argument(help="slack")],
    url: Annotated[str, typer.Option(help="The bot's public https address")] = "https://qibot.example",
    socket_mode: Annotated[bool, typer.Option(help="No public address: Slack is reached over a socket")] = False,
) -> None:
    """Print the app manifest to paste into the platform."""
    from qibot.features import router
    from qibot.platforms.slack import manifest as slack

    if platform != "slack":
        typer.echo("I can make a manifest for: slack.", err=True)
        sys.exit(2)
    if not url.startswith("https://"):
        typer.echo("The address has to begin with https://.", err=True)
        sys.exit(2)
    typer.echo(slack.as_json(slack.manifest(router, url=url.rstrip("/"), socket_mode=socket_mode)), nl=False)


@app.command()
def organiser(email: Annotated[str, typer.Argument(help="The e-mail address of a member")]) -> None:
    """Make a member an organiser."""
    from qibot.database import Database
    from qibot.people.service import make_organiser
    from qibot.settings import load

    async def go() -> str:
        database = Database(load().qibot_database_url)
        try:
            async with database.transaction() as db:
                return (await make_organiser(db, email)).name
        finally:
            await database.close()

    typer.echo(f"{asyncio.run(go())} is an organiser now.")


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="A new file")]) -> None:
    """Copy a SQLite database, whole and consistent, into a new file. (PostgreSQL: use pg_dump.)"""
    from qibot.database import Database
    from qibot.errors import Refused
    from qibot.settings import load

    async def go() -> None:
        database = Database(load().qibot_database_url)
        try:
            if database.dialect != "sqlite":
                raise Refused("This database is PostgreSQL.", "Use pg_dump for it.")
            if to.exists():
                raise Refused(f"{to} is there already.", "Name a new file.")
            async with database.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.exec_driver_sql("VACUUM INTO ?", (str(to),))
        finally:
            await database.close()

    asyncio.run(go())
    typer.echo(f"Copied to {to}.")


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where on 127.0.0.1; the next free one when it is taken", min=1)] = 8000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser")] = False,
    script: Annotated[str, typer.Option(help="Play a script instead, without a browser: blmk")] = "",
    out: Annotated[Path, typer.Option(help="Where the script writes what happened")] = Path("demo-out"),
) -> None:
    """Try everything on this machine, with invented people: no account, no internet."""
    from qibot import logs

    logs.configure("pretty", "WARNING")
    if not script:
        from qibot.demo.run import run

        run(port, browser=not no_browser)
        return
    if script != "blmk":
        typer.echo("I know one script: blmk.", err=True)
        sys.exit(2)
    import os

    from qibot.demo.run import refuse_real
    from qibot.demo.script import run as play

    refuse_real(os.environ, Path(".env"))
    asyncio.run(play(out, typer.echo))


@app.command()
def version() -> None:
    """Print the version."""
    from importlib import metadata

    try:
        typer.echo(f"qibot {metadata.version('qibot')}")
    except metadata.PackageNotFoundError:
        typer.echo("qibot, from a checkout")
