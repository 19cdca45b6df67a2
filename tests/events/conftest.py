"""The real deliverer beside the conversations: what is sent lands in `talk(AMINA).inbox`."""

import pytest

from qibot.clock import SetClock
from qibot.database import Database
from qibot.features import catalogue
from qibot.outbox.worker import Worker
from tests.talk import PLATFORM, Network


@pytest.fixture
def worker(database: Database, clock: SetClock, talk: Network) -> Worker:
    """Delivers what is due when it is told to."""
    return Worker(database, clock, catalogue, {PLATFORM: talk.paper})
