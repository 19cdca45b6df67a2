"""A database with the outbox in it, a small network, and a platform that keeps what it takes."""

from collections.abc import AsyncIterator

import pytest

from qibot.clock import SetClock
from qibot.database import Base, Database
from tests.outbox.postbox import Postbox
from tests.outbox.scene import Scene


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """One of its own, on SQLite and on PostgreSQL."""
    opened = Database(database_url)
    async with opened.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield opened
    await opened.close()


@pytest.fixture
def postbox(clock: SetClock) -> Postbox:
    """The platform everybody of the scene uses."""
    return Postbox(clock)


@pytest.fixture
async def scene(database: Database, clock: SetClock, postbox: Postbox) -> Scene:
    """Two workspaces and nobody in them yet."""
    made = Scene(database, clock, postbox)
    await made.open()
    return made
