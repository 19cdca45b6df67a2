"""The house as a whole: is it alive, is it ready, what does it count; and a real process, started and asked to stop."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from qibot.app import House
from qibot.clock import SetClock, SystemClock
from qibot.demo.slack_server import SlackServer, User, serving
from qibot.settings import Settings
from tests.cast import AMINA, MK
from tests.postgres import USER

ROOT = Path(__file__).resolve().parent.parent
TOKEN, SIGNING = "xoxb-of-the-stand-in", "a signing secret"


@pytest.fixture
async def house(database_url: str, clock: SetClock) -> AsyncIterator[House]:
    """A house without a chat platform, not started yet."""
    made = House(Settings(_env_file=None, qibot_database_url=database_url), clock=clock, ticking=False)
    yield made
    await made.stop()


async def get(house: House, path: str) -> tuple[int, str]:
    async with serving(house.web()) as url, aiohttp.ClientSession() as http, http.get(url + path) as answer:
        return answer.status, await answer.text()


# --- alive, ready, counted


async def test_it_is_ready_from_the_end_of_its_start_to_the_beginning_of_its_stop(house: House) -> None:
    assert await get(house, "/healthz") == (200, "alive\n")
    assert await get(house, "/readyz") == (503, "starting or stopping\n")
    await house.start()
    assert await get(house, "/readyz") == (200, "ready\n")
    await house.stop()
    assert await get(house, "/readyz") == (503, "starting or stopping\n")
    assert await get(house, "/healthz") == (200, "alive\n")


@contextlib.contextmanager
def gone(house: House, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database is away: renamed on the server, or no longer to be opened."""

    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("SELECT", None, OSError("the disk went away"))

    if house.database.dialect == "sqlite":
        with monkeypatch.context() as only_now:
            only_now.setattr(house.database, "_sessions", away)
            yield
        return
    name, server = house.database.url.database, request.getfixturevalue("postgres_server").split(":")
    with psycopg.connect(host=server[0], port=server[1], user=USER, dbname="postgres", autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        other.execute(f"ALTER DATABASE {name} RENAME TO {name}_gone")
        try:
            yield
        finally:
            other.execute(f"ALTER DATABASE {name}_gone RENAME TO {name}")


async def test_it_is_not_ready_without_its_database(
    house: House, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.start()
    with gone(house, request, monkeypatch):
        assert await get(house, "/readyz") == (503, "the database does not answer\n")
        assert await get(house, "/metrics") == (503, "the database does not answer\n")
        assert await get(house, "/healthz") == (200, "alive\n")
    assert await get(house, "/readyz") == (200, "ready\n")


async def test_a_stop_after_a_start_that_never_was_is_quiet(house: House) -> None:
    await house.stop()
    await house.stop()


async def test_what_is_counted_can_be_read_and_is_right(house: House) -> None:
    await house.start()
    house.bot.answered["slack", "champions.ask", "answered"] += 2
    house.bot.answered["slack", "help", "told"] += 1
    house.delivered["sent"] += 3
    status, shown = await get(house, "/metrics")
    assert status == 200
    families = {f.name: f for f in text_string_to_metric_families(shown)}
    incoming = {tuple(sorted(s.labels.items())): s.value for s in families["qibot_incoming"].samples}
    assert incoming == {
        (("end", "answered"), ("platform", "slack"), ("what", "champions.ask")): 2.0,
        (("end", "told"), ("platform", "slack"), ("what", "help")): 1.0,
    }
    assert [(s.labels, s.value) for s in families["qibot_delivered"].samples] == [({"end": "sent"}, 3.0)]
    for name in ("due", "in_flight", "in_doubt", "oldest_due_seconds"):
        assert [s.value for s in families[f"qibot_deliveries_{name}"].samples] == [0.0]


async def test_there_is_no_page_about_the_inside(house: House) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/slack/events"):
        assert (await get(house, path))[0] == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_tick_under_way_is_finished_before_the_database_closes(database_url: str, clock: SetClock) -> None:
    """Shutting the ticker down cancels its jobs: a delivery that a platform has in hand would be left in doubt."""
    house = House(Settings(_env_file=None, qibot_database_url=database_url), clock=clock, ticking=True)
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    tick = house.worker._tick

    async def slow(limit: int) -> Any:
        begun.set()
        await go_on.wait()
        done = await tick(limit)
        ended.set()
        return done

    house.worker._tick = slow  # type: ignore[method-assign]
    await house.start()
    await begun.wait()
    stopping = asyncio.create_task(house.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert ended.is_set()


# --- a real process


class Process:
    """`python -m qibot …` in a folder of its own, with the stand-in as its Slack."""

    def __init__(self, folder: Path, slack: SlackServer, database_url: str) -> None:
        self.folder, self.slack = folder, slack
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        own = {k: v for k, v in os.environ.items() if not k.startswith(("QIBOT_", "SLACK_", "TEAMS_"))}
        self.env = {
            **own, "PYTHONPATH": str(ROOT), "QIBOT_DATABASE_URL": database_url, "QIBOT_PORT": str(self.port),
            "QIBOT_SLACK_API_URL": f"{slack.base_url}/api/", "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SIGNING,
            "QIBOT_LOG_FORMAT": "json",
        }  # fmt: skip

    async def run(self, *words: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "qibot", *words, cwd=self.folder, env=self.env, stdout=pipe, stderr=pipe
        )

    async def ready(self, http: aiohttp.ClientSession) -> None:
        """Wait until it says so itself."""
        async with asyncio.timeout(20):
            while True:
                try:
                    async with http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def slack(http: aiohttp.ClientSession) -> AsyncIterator[SlackServer]:
    made = SlackServer(now=SystemClock().now, signing_secret=SIGNING, bot_url="", http=http)
    async with made.running():
        made.add_workspace(MK, "Milton Keynes", domain="mk", bot_token=TOKEN, bot_user_id="U0BOT")
        yield made
        assert made.problems == []


def member(slack: SlackServer) -> User:
    return slack.add_user(MK, AMINA.account, AMINA.name, email=AMINA.email)


async def test_asked_to_stop_it_finishes_what_is_under_way_and_ends_well(
    slack: SlackServer, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    process = Process(tmp_path, slack, "sqlite+aiosqlite:///qibot.db")
    child = await process.run("serve")
    try:
        await process.ready(http)
        slack.bot_url = f"{process.url}/slack/events"
        # A second one on the same file is told so, whatever it wants to do.
        others = await asyncio.gather(process.run("serve"), process.run("migrate"))
        for other in others:
            _, said = await other.communicate()
            assert other.returncode == 2
            assert said.decode().strip().splitlines() == [
                "qibot.db is open in another process. Stop that one first, or use PostgreSQL for several."
            ]
        # Who this is takes Slack longer to say than an acknowledgement may wait.
        slack.faults.fail("users.info", "slow", seconds=2.6)
        seen = await slack.slash(member(slack), "topics sepsis")
        assert (seen.status, seen.error, seen.messages) == (200, "", [])
        began = asyncio.get_running_loop().time()
        child.send_signal(signal.SIGTERM)
        await slack.wait_idle(until=lambda: seen.messages)
        assert "Topics near" in seen.messages[0].text
        _, logged = await asyncio.wait_for(child.communicate(), 15)
        assert asyncio.get_running_loop().time() - began < 15
    finally:
        if child.returncode is None:
            child.kill()
            await child.communicate()
    assert child.returncode == 0
    lines = logged.decode()
    assert '"event": "stopped"' in lines
    assert "Traceback" not in lines
    assert TOKEN not in lines
    assert "sepsis" not in lines


async def test_a_start_that_slack_refuses_ends_with_a_sentence(slack: SlackServer, tmp_path: Path) -> None:
    process = Process(tmp_path, slack, "sqlite+aiosqlite:///qibot.db")
    process.env["SLACK_BOT_TOKEN"] = "xoxb-of-nobody"
    child = await process.run("serve")
    out, said = await child.communicate()
    assert child.returncode == 1
    assert "Slack does not take SLACK_BOT_TOKEN (invalid_auth)." in said.decode().splitlines()[-1]
    assert "Traceback" not in (out + said).decode()


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_that_start_at_once_on_one_postgresql(
    slack: SlackServer, http: aiohttp.ClientSession, tmp_path: Path, database_url: str
) -> None:
    from qibot.database import Database

    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await database.close()
    processes = [Process(tmp_path, slack, database_url) for _ in range(2)]
    children = await asyncio.gather(*(p.run("serve") for p in processes))
    try:
        await asyncio.gather(*(p.ready(http) for p in processes))
        for process in processes:
            slack.bot_url = f"{process.url}/slack/events"
            assert "Topics near" in (await slack.slash(member(slack), "topics sepsis")).shown
    finally:
        for child in children:
            if child.returncode is None:
                child.send_signal(signal.SIGTERM)
        ends = await asyncio.gather(*(child.communicate() for child in children))
    assert [child.returncode for child in children] == [0, 0], ends
