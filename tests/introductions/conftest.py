"""Days that go by."""

import pytest

from qibot.clock import SetClock
from qibot.database import Database
from tests.introductions.days import Days
from tests.talk import Network


@pytest.fixture
def days(database: Database, clock: SetClock, talk: Network) -> Days:
    """The clock and the worker of the conversation."""
    return Days(database, clock, talk.papers)
