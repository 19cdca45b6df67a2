"""The commands of `qibot`, as somebody types them: what went wrong is a sentence, and nothing is done by half."""

import io
import json
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from qibot import cli
from qibot.clock import SystemClock
from qibot.database import Database
from qibot.demo.slack_server import SlackServer
from qibot.doctor import examine
from qibot.settings import Settings
from tests.documents.reader import Docx
from tests.logbook import as_before


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """`run("migrate")` in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def go(*words: str, **environment: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["qibot", *words])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(code, out, err)

    with as_before():
        yield go


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated database where the commands look for one."""
    shutil.copy(sqlite_template, tmp_path / "qibot.db")
    return tmp_path / "qibot.db"


def test_help_names_every_command(run: Run) -> None:
    shown = run("--help").out
    for word in ("serve", "migrate", "doctor", "manifest", "organiser", "backup", "import", "export", "demo"):
        assert word in shown, word


def test_migrate_makes_a_database_and_may_be_run_again(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        ran = run("migrate")
        assert (ran.code, ran.out) == (0, "The database is up to date.\n")
    with sqlite3.connect(tmp_path / "qibot.db") as there:
        assert there.execute("SELECT count(*) FROM topics").fetchone()[0] > 50
    there.close()


def test_settings_that_are_wrong_are_told_in_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("QIBOT_PROT", "1")
        ran = run("migrate")
    assert (ran.code, ran.err) == (2, "QIBOT_PROT is not a setting of qibot. Did you mean QIBOT_PORT?\n")
    with monkeypatch.context() as patched:
        patched.setenv("QIBOT_PORT", "many")
        patched.setenv("QIBOT_DATABASE_URL", "mysql://root:secret@db")
        ran = run("migrate")
    assert ran.code == 2
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["QIBOT_DATABASE_URL", "QIBOT_PORT"]
    assert "secret" not in ran.err


def test_serve_without_a_platform_says_what_to_set(run: Run) -> None:
    ran = run("serve")
    assert ran.code == 2
    assert "SLACK_BOT_TOKEN" in ran.err


def test_the_manifest_is_json_for_the_address_given(run: Run) -> None:
    made = json.loads(run("manifest", "slack", "--url", "https://bot.example/").out)
    assert made["settings"]["event_subscriptions"]["request_url"] == "https://bot.example/slack/events"
    assert run("manifest", "slack", "--url", "http://bot.example").code == 2
    assert run("manifest", "carrier-pigeon").code == 2


def test_the_teams_package_is_a_zip_that_needs_the_bots_id(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "made.zip"
    refused = run("manifest", "teams", "--out", str(out))
    assert refused.code == 1
    assert "TEAMS_CLIENT_ID" in refused.err
    ids = dict.fromkeys(("TEAMS_CLIENT_ID", "TEAMS_TENANT_ID"), "11111111-2222-3333-4444-555555555555")
    assert run("manifest", "teams", "--out", str(out), TEAMS_CLIENT_SECRET="x", **ids).code == 0
    assert zipfile.ZipFile(out).namelist() == ["manifest.json", "color.png", "outline.png"]


def test_an_organiser_has_to_have_joined(run: Run, database: Path) -> None:
    ran = run("organiser", "owen@rc9.example")
    assert (ran.code, ran.err) == (1, "Nobody with the address owen@rc9.example has joined yet.\n")
    with sqlite3.connect(database) as there:
        there.execute(
            "INSERT INTO people (name, role, place, email, contact, organisation_id, is_organiser, zone, working_days,"
            " works_from, works_until, joined_at) VALUES ('Owen Hughes', '', '', 'owen@rc9.example', '', 1, 0,"
            " 'Europe/London', '01234', '09:00:00', '17:00:00', '2019-11-27 10:00:00')"
        )
    there.close()
    assert run("organiser", "Owen@RC9.example").out == "Owen Hughes is an organiser now.\n"
    assert run("erase", "owen@rc9.example", "--yes").out.startswith("It is erased.")
    again = run("erase", "owen@rc9.example", "--yes")
    assert (again.code, again.err) == (1, "Nobody with the address owen@rc9.example is held here.\n")
    with sqlite3.connect(database) as there:
        assert there.execute("SELECT name, email FROM people").fetchall() == [("Somebody no longer here", "")]
    there.close()


def test_a_backup_is_whole_and_overwrites_nothing(run: Run, database: Path, tmp_path: Path) -> None:
    ran = run("backup", "copy.db")
    assert (ran.code, ran.out) == (0, "Copied to copy.db.\n")
    with sqlite3.connect(tmp_path / "copy.db") as there:
        assert there.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert there.execute("SELECT count(*) FROM topics").fetchone()[0] > 50
    there.close()
    again = run("backup", "copy.db")
    assert (again.code, again.err) == (1, "copy.db is there already. Name a new file.\n")


@pytest.mark.parametrize("to", ["copy.db", "no/such/folder/copy.db"])
def test_a_backup_of_nothing_or_to_nowhere_is_a_sentence(run: Run, tmp_path: Path, to: str) -> None:
    if "/" in to:
        assert run("migrate").code == 0
    ran = run("backup", to)
    assert (ran.code, ran.err.startswith("It could not be copied")) == (1, True)
    assert not (tmp_path / "copy.db").exists()


def test_version(run: Run) -> None:
    assert run("version").out.startswith("qibot")


# --- doctor


def test_the_doctor_says_what_is_missing_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    ran = run("doctor")
    assert ran.code == 1
    assert "No chat platform is connected" in ran.out
    assert "There is no database yet: run qibot migrate." in ran.out
    assert list(tmp_path.iterdir()) == []


async def sentences(**given: str) -> list[tuple[bool, str]]:
    return [(f.well, f.sentence) for f in await examine(Settings(_env_file=None, **given))]  # type: ignore[arg-type]


async def test_the_doctor_looks_at_the_database(database: Path) -> None:
    url = f"sqlite+aiosqlite:///{database}"
    assert any(well and "The database answers" in said for well, said in await sentences(qibot_database_url=url))
    opened = Database(url)
    try:
        assert any("in use" in said for _, said in await sentences(qibot_database_url=url))
    finally:
        await opened.close()
    with sqlite3.connect(database) as there:
        there.execute("UPDATE alembic_version SET version_num = '0000'")
    there.close()
    assert any(not well and "run qibot migrate" in said for well, said in await sentences(qibot_database_url=url))
    nowhere = "postgresql+psycopg://qibot@127.0.0.1:1/qibot"
    assert any(not well and "not ready" in said for well, said in await sentences(qibot_database_url=nowhere))


async def test_the_doctor_asks_slack(database: Path) -> None:
    url = f"sqlite+aiosqlite:///{database}"
    async with aiohttp.ClientSession() as http:
        slack = SlackServer(now=SystemClock().now, signing_secret="s", bot_url="", http=http)
        async with slack.running() as address:
            slack.add_workspace("T1", "Milton Keynes", domain="mk", bot_token="xoxb-1", bot_user_id="U1")
            given = {"qibot_database_url": url, "qibot_slack_api_url": f"{address}/api/", "slack_signing_secret": "s"}
            well = await sentences(**given, slack_bot_token="xoxb-1", qibot_organisers="owen@rc9.example")
            assert all(one for one, _ in well)
            assert any("“Milton Keynes”" in said for _, said in well)
            unknown = await sentences(**given, slack_bot_token="xoxb-2")
            assert (False, "Slack does not know the bot token (invalid_auth).") in unknown
        away = await sentences(**given, slack_bot_token="xoxb-1")
        assert any(not ok and "could not be reached" in said for ok, said in away)


# --- files


PROJECTS = "title,organisation,status,id\nFewer falls,RD8,Live,1\nSepsis six,RC9,Asleep,2\nQuiet nights,RV3,,3\n"


def titles(database: Path) -> list[str]:
    with sqlite3.connect(database) as there:
        found = [row[0] for row in there.execute("SELECT title FROM projects ORDER BY id")]
    there.close()
    return found


def test_projects_are_shown_first_and_taken_in_once(run: Run, database: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(PROJECTS, encoding="utf-8")
    ran = run("import", "projects", "list.csv", "--dry-run")
    assert ran.code == 1
    for words in (
        "title            from “title”",
        "status “Live” is read as under way (1)",
        "2 are new: 0 with a lead in the network",
        "line 3: Its status is none that I know",
        "Nothing was changed.",
    ):
        assert words in ran.out
    assert titles(database) == []
    assert "2 projects imported." in run("import", "projects", "list.csv", "--yes").out
    assert titles(database) == ["Fewer falls", "Quiet nights"]
    again = run("import", "projects", "list.csv", "--yes")
    assert "2 are there already" in again.out
    assert "There is nothing to do." in again.out
    assert titles(database) == ["Fewer falls", "Quiet nights"]


def test_without_a_yes_nothing_is_taken_in(
    run: Run, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    (tmp_path / "list.csv").write_text("title\nFewer falls\n", encoding="utf-8")
    ran = run("import", "projects", "list.csv")
    assert (ran.code, ran.err) == (
        1, "That file does not say whose projects it has. Add a column “organisation”, or name one.\n",
    )  # fmt: skip
    assert run("import", "projects", "list.csv", "--organisation", "Nowhere").code == 1
    assert "Nothing was changed." in run("import", "projects", "list.csv", "--organisation", "RD8").out
    # Now nobody is there to answer.
    assert run("import", "projects", "list.csv", "--organisation", "RD8").code == 1
    assert titles(database) == []
    assert run("import", "projects", "no.csv").err == "no.csv cannot be read (No such file or directory).\n"
    assert run("import", "people", "list.csv").code == 2
    assert run("import", "projects", "list.csv", "--organisation", "RD8", "--yes").code == 0
    assert titles(database) == ["Fewer falls"]


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_is_written_can_be_taken_in_and_overwrites_nothing(
    run: Run, database: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "list.csv").write_text(PROJECTS, encoding="utf-8")
    run("import", "projects", "list.csv", "--yes")
    assert run("export", "projects", "--out", name).out == f"Written: {name}, 2 projects as anybody may see them.\n"
    again = run("export", "projects", "--out", name)
    assert (again.code, again.err) == (1, f"{name} is there already. Name a new file.\n")
    assert "There is nothing to do." in run("import", "projects", name, "--yes").out
    assert len(titles(database)) == 2
    assert run("export", "projects", "--out", "out.pdf").code == 1
    assert run("export", "projects", "--out", "no/out.csv").err.startswith("no/out.csv cannot be written")


def test_a_project_is_written_up_for_anybody_or_for_who_may_change_it(run: Run, database: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(PROJECTS, encoding="utf-8")
    run("import", "projects", "list.csv", "--yes")
    assert run("projects", "write-up", "1", "--out", "a.docx").out == "Written: a.docx, “Fewer falls”.\n"
    assert "1. Title" in Docx((tmp_path / "a.docx").read_bytes()).headings()
    assert run("projects", "write-up", "1", "--out", "a.md").code == 0
    assert (tmp_path / "a.md").read_text(encoding="utf-8").startswith("# Fewer falls\n")
    again = run("projects", "write-up", "1", "--out", "a.md")
    assert (again.code, again.err) == (1, "a.md is there already. Name a new file.\n")
    assert "I cannot find that project." in run("projects", "write-up", "99", "--out", "b.md").err
    assert "I cannot write b.pdf." in run("projects", "write-up", "1", "--out", "b.pdf").err
    nobody = run("projects", "write-up", "1", "--for", "amina@rd8.example", "--out", "b.md")
    assert nobody.err == "Nobody with the address amina@rd8.example has joined yet.\n"
    with sqlite3.connect(database) as there:
        there.execute(
            "INSERT INTO project_showings (organisation_id, shown) SELECT organisation_id, 'hidden' FROM projects"
        )
    there.close()
    assert "I cannot find that project." in run("projects", "write-up", "1", "--out", "b.md").err
    assert not (tmp_path / "b.md").exists()
