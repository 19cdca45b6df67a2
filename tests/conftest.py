"""What every test stands on: a migrated database of both kinds, a clock that is ours, and the cast."""

import asyncio
import gc
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from qibot.bot import Bot
from qibot.clock import SetClock
from qibot.database import Database
from qibot.features import router
from qibot.migrate import migrate
from tests import engines, postgres
from tests.cast import OWEN
from tests.talk import Network

pytest_plugins = ["tests.required"]
# How long something takes is for the benches to say: a machine may be busy.
hypothesis.settings.register_profile("qibot", deadline=None)
hypothesis.settings.load_profile("qibot")

EVENT_MORNING = datetime(2019, 11, 27, 10, 0, tzinfo=UTC)
"""Wednesday 27 November 2019, ten in the morning: the day of the event that started it all."""


def pytest_configure(config: pytest.Config) -> None:
    """Before anything of a test is made."""
    patch = pytest.MonkeyPatch()
    engines.share(patch)
    _in_memory(patch)
    config.add_cleanup(patch.undo)


MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3
"""Where files lie in memory, and how many bytes must be free there (a container may have next to nothing)."""


def _in_memory(patch: pytest.MonkeyPatch) -> None:
    """Databases of tests wait for no disk. Making one on PostgreSQL takes an eighth of the processor, too."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        patch.setenv("TMPDIR", str(MEMORY))
        patch.setattr(tempfile, "tempdir", None)


LONGEST = (
    "demo/test_script.py",
    "platforms/test_parity.py",
    "prove/test_small.py",
    "bench/test_small.py",
    "browser/test_demo_teams.py",
    "browser/test_demo.py",
    "test_app.py",
    "test_ground.py",
    "introductions/test_model.py",
    "demo/test_page.py",
    "browser/test_playground.py",
)
"""Files that take longest, the longest first: begun last, one of them would keep one core busy alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All else in the order in which it was found."""
    order = {Path(__file__).parent / name: nth for nth, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_collection_finish() -> None:
    """What was imported stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test speaks to the outside."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer has in their environment is not part of a test."""
    for name in list(os.environ):
        if name.startswith(("QIBOT_", "SLACK_", "TEAMS_")) and not name.startswith("QIBOT_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL for the whole run."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "qibot.db"
    asyncio.run(_migrated(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated PostgreSQL database to copy; its name."""
    with _admin(postgres_server) as c:
        c.execute("CREATE DATABASE template_qibot")
    asyncio.run(_migrated(_postgres_url(postgres_server, "template_qibot")))
    return "template_qibot"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database of its own, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "qibot.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    name = f"t{abs(hash(request.node.nodeid))}"
    with _admin(server) as c:
        # Copying files is half the work of writing every page to the log, which newer servers do unless told.
        how = " STRATEGY file_copy" if c.info.server_version >= 150_000 else ""
        c.execute(f"CREATE DATABASE {name} TEMPLATE {template}{how}")
    yield _postgres_url(server, name)
    with _admin(server) as c:
        c.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database of its own."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands still until the test moves it."""
    return SetClock(EVENT_MORNING)


@pytest.fixture
def bot(database: Database, clock: SetClock) -> Bot:
    """The whole bot; Owen's address makes him an organiser when he joins."""
    return Bot(database, router, clock, organisers=(OWEN.email,))


@pytest.fixture
def talk(bot: Bot) -> Network:
    """`talk(AMINA)` is Amina's side of the conversation."""
    return Network(bot)


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


def _postgres_url(server: str, name: str) -> str:
    return f"postgresql+psycopg://{postgres.USER}@{server}/{name}"


def _admin(server: str) -> psycopg.Connection:
    host, port = server.split(":")
    return psycopg.connect(host=host, port=int(port), user=postgres.USER, dbname="postgres", autocommit=True)
