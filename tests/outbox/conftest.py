"""A small network, and a platform that keeps what it takes."""

from collections.abc import Iterator

import pytest

from qibot.clock import SetClock
from qibot.database import Database
from tests.outbox.postbox import Postbox
from tests.outbox.scene import Scene


@pytest.fixture
def postbox(clock: SetClock) -> Iterator[Postbox]:
    """The platform everybody of the scene uses; it has nothing to complain of at the end."""
    made = Postbox(clock)
    yield made
    assert made.complaints == []


@pytest.fixture
async def scene(database: Database, clock: SetClock, postbox: Postbox) -> Scene:
    """Two workspaces and nobody in them yet."""
    made = Scene(database, clock, postbox)
    await made.open()
    return made
