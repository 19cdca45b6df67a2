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


topics = typer.Typer(help="The vocabulary: which topics words speak of.", no_args_is_help=True)
champions = typer.Typer(help="Champions: whom words lead to.", no_args_is_help=True)
projects = typer.Typer(help="Projects: their write-ups.", no_args_is_help=True)
rounds = typer.Typer(help="Rounds: who would meet whom.", no_args_is_help=True)
broadcasts = typer.Typer(help="Broadcasts: how one looks, and who got it.", no_args_is_help=True)
events = typer.Typer(help="Events: their reports.", no_args_is_help=True)
app.add_typer(topics, name="topics")
app.add_typer(champions, name="champions")
app.add_typer(projects, name="projects")
app.add_typer(events, name="event")
app.add_typer(rounds, name="rounds")
app.add_typer(broadcasts, name="broadcasts")

_Words = Annotated[list[str] | None, typer.Argument(help="What somebody might type")]
_File = Annotated[Path | None, typer.Option("--file", help="A question on each line instead; - is standard input")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object for each question")]


def main() -> None:
    """Run, with settings that are wrong told in a sentence."""
    from pydantic import ValidationError

    from qibot.database import InUse
    from qibot.errors import Said
    from qibot.settings import UnknownSetting
    from qibot.typed import parts

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
        typer.echo(f"{said.sentence} {''.join(map(str, parts(said.next_step)))}".strip(), err=True)
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
    from qibot.features import derived, evidence
    from qibot.migrate import migrate as run
    from qibot.settings import load

    async def go() -> None:
        database = Database(load().qibot_database_url)
        try:
            await run(database, evidence, derived)
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
    platform: Annotated[str, typer.Argument(help="slack or teams")],
    url: Annotated[str, typer.Option(help="The bot's public https address")] = "https://qibot.example",
    socket_mode: Annotated[bool, typer.Option(help="Slack: no public address, it is reached over a socket")] = False,
    out: Annotated[Path, typer.Option(help="Teams: where to write the app package")] = Path("qibot-teams.zip"),
    schema: Annotated[str, typer.Option(help="Teams: 1.30 has slash triggers, 1.25 is for older tenants")] = "1.30",
    privacy: Annotated[str, typer.Option(help="Teams: the https address of your privacy page")] = "",
    terms: Annotated[str, typer.Option(help="Teams: the https address of your terms of use")] = "",
) -> None:
    """Make the app for a platform: Slack's manifest is printed, Teams' package is written to a file."""
    if not url.startswith("https://"):
        raise typer.BadParameter("The address has to begin with https://.")
    if platform == "slack":
        _slack_manifest(url.rstrip("/"), socket_mode)
    elif platform == "teams":
        _teams_package(out, url=url.rstrip("/"), version=schema, privacy=privacy, terms=terms)
    else:
        raise typer.BadParameter(f"I cannot make one for {platform}. Ask for slack or teams.")


def _slack_manifest(url: str, socket_mode: bool) -> None:
    from qibot.features import router
    from qibot.platforms.slack import manifest as slack

    typer.echo(slack.as_json(slack.manifest(router, url=url, socket_mode=socket_mode)), nl=False)


def _teams_package(out: Path, **about: str) -> None:
    from qibot.errors import Refused
    from qibot.features import router
    from qibot.platforms.teams.manifest import package
    from qibot.settings import load

    app_id = load().teams_client_id
    if not app_id:
        raise Refused("Teams wants to know whose package it is.", "Set TEAMS_CLIENT_ID to the bot's application id.")
    try:
        made = package(router, app_id=app_id, **about)
    except ValueError as wrong:
        raise Refused(str(wrong)) from wrong
    out.write_bytes(made)
    typer.echo(f"Written: {out}. Upload it in the Teams admin centre, or in Teams under Apps > Manage your apps.")


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
def erase(
    email: Annotated[str, typer.Argument(help="The e-mail address of somebody who is, or was, a member")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is done")] = False,
) -> None:
    """Erase what is held about somebody who asked for it and cannot type /qi erase themselves."""
    from qibot import asked
    from qibot.settings import load

    if not yes:
        typer.confirm(f"Erase what is held about {email}? This cannot be undone.", abort=True)
    asyncio.run(asked.erase(load().qibot_database_url, email))
    typer.echo("It is erased. Backups keep it until they are overwritten.")


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="A new file")]) -> None:
    """Copy a SQLite database, whole and consistent, into a new file. (PostgreSQL: use pg_dump.)"""
    import contextlib
    import sqlite3

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
            # Not through the engine, which begins a transaction first; its lock keeps everybody else away.
            with contextlib.closing(sqlite3.connect(f"file:{database.url.database}?mode=ro", uri=True)) as there:
                there.execute("VACUUM INTO ?", (str(to),))
        except sqlite3.OperationalError as error:
            raise Refused(f"It could not be copied ({error}).") from error
        finally:
            await database.close()

    asyncio.run(go())
    typer.echo(f"Copied to {to}.")


@topics.command("match")
def topics_match(words: _Words = None, file: _File = None, as_json: _Json = False) -> None:
    """Which topics words speak of, and why. Reads the vocabulary that comes with qibot, and no database."""
    from qibot import asked

    asked.topics(asked.questions(words or [], file), as_json=as_json)


@champions.command("find")
def champions_find(words: _Words = None, file: _File = None, as_json: _Json = False) -> None:
    """Whom words lead to in this database, and why, as somebody sees it who has not joined."""
    from qibot import asked
    from qibot.settings import load

    asyncio.run(asked.champions(load().qibot_database_url, asked.questions(words or [], file), as_json=as_json))


@champions.command("index")
def champions_index() -> None:
    """Make again what searches read, from what people offered and did. Nothing but the searches notices."""
    from qibot import asked
    from qibot.settings import load

    typer.echo(f"{asyncio.run(asked.index(load().qibot_database_url)):,} pieces of evidence.")


@projects.command("write-up")
def write_up(
    number: Annotated[int, typer.Argument(help="The project's number")],
    out: Annotated[Path, typer.Option(help="A new file that ends in .docx or .md")] = Path("write-up.docx"),
    reader: Annotated[
        str, typer.Option("--for", help="The address of who may change it; else as anybody sees it")
    ] = "",
) -> None:
    """Write a project up under the headings of SQUIRE 2.0, with what was logged of it."""
    from qibot import filed
    from qibot.settings import load

    title = asyncio.run(filed.write_up(load().qibot_database_url, number, out, reader))
    typer.echo(f"Written: {out}, “{title}”.")


@app.command("import")
def take_in(
    what: Annotated[str, typer.Argument(help="projects")],
    file: Annotated[Path, typer.Argument(help="A CSV file or an .xlsx")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is done")] = False,
    organisation: Annotated[str, typer.Option(help="Whose they are where no row says: code or name")] = "",
) -> None:
    """Take in projects from a file: what would be done is shown first, and is done whole or not at all."""
    from qibot import filed
    from qibot.settings import load

    _only_projects(what)
    ask = (lambda question: True) if yes else typer.confirm
    ended = asyncio.run(filed.take_in(load().qibot_database_url, file, organisation, ask=None if dry_run else ask))
    sys.exit(0 if ended else 1)


@app.command("export")
def give_out(
    what: Annotated[str, typer.Argument(help="projects")],
    out: Annotated[Path, typer.Option(help="A new file that ends in .csv or .xlsx")] = Path("projects.csv"),
) -> None:
    """Write all projects to a file, as anybody may see them."""
    from qibot import filed
    from qibot.settings import load

    _only_projects(what)
    many = asyncio.run(filed.give_out(load().qibot_database_url, out))
    typer.echo(f"Written: {out}, {many:,} project{'' if many == 1 else 's'} as anybody may see them.")


def _only_projects(what: str) -> None:
    if what != "projects":
        raise typer.BadParameter(f"I know projects, and not {what}.")


@rounds.command("plan")
def rounds_plan(
    people: Annotated[
        Path, typer.Option(help="CSV: id, organisation, place, role, topics (a|b), waited, prefers_trio")
    ],
    met: Annotated[Path | None, typer.Option(help="CSV of who met whom: a, b, weeks_ago")] = None,
    rule: Annotated[
        str, typer.Option(help="anybody, another organisation, another organisation and place, or same role")
    ] = "another organisation",
    cool_down: Annotated[float, typer.Option(help="Weeks for which two who met are not matched again", min=0)] = 26,
    seed: Annotated[int, typer.Option(help="Another one chooses otherwise among equals", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Who of the people in a file would meet whom, and why. Nothing is sent, and no database is opened."""
    from qibot import asked

    asyncio.run(asked.round_of(people, met, rule=rule, cool_down=cool_down, seed=seed, as_json=as_json))


_Number = Annotated[int, typer.Argument(help="Its number, as the bot shows it: 3 for #3", min=1)]
_Out = Annotated[Path | None, typer.Option("--out", help="A file to write it to; else it is printed")]


@broadcasts.command("export")
def broadcasts_export(number: _Number, out: _Out = None) -> None:
    """Who got it, and who not and why: a line for each, as CSV."""
    from qibot import asked
    from qibot.settings import load

    _give(asyncio.run(asked.broadcast_list(load().qibot_database_url, number)), out)


@broadcasts.command("preview")
def broadcasts_preview(number: _Number, out: _Out = None) -> None:
    """How it looks on each platform, as a page (HTML)."""
    from qibot import asked
    from qibot.settings import load

    _give(asyncio.run(asked.broadcast_preview(load().qibot_database_url, number)), out)


def _give(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(text.encode())
        return
    out.write_bytes(text.encode())
    typer.echo(f"Written to {out}.")


@events.command("report")
def event_report(
    code: Annotated[str, typer.Argument(help="The event's join code")],
    out: Annotated[Path, typer.Option(help="A new file that ends in .md, .html or .docx")] = Path("report.md"),
) -> None:
    """Write the report of an event, as its organisers get it."""
    from qibot import asked
    from qibot.settings import load

    title = asyncio.run(asked.report(load().qibot_database_url, code, out))
    typer.echo(f"Written: {out}, “{title}”.")


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
