"""The wire: the whole bot behind its guard and Bolt, and a stand-in Slack, speaking HTTP on loopback."""

from collections.abc import AsyncIterator

import pytest

from qibot.clock import SetClock
from qibot.demo.slack_server import User
from qibot.demo.world import Account, World, world
from tests.cast import EVERYBODY, OWEN, WORKSPACES, Character


@pytest.fixture
async def wire(database_url: str, clock: SetClock) -> AsyncIterator[World]:
    """Both workspaces installed; nothing wrong may have been sent by the end."""
    async with world(database_url, clock, WORKSPACES.items(), organisers=OWEN.email) as made:
        yield made
        assert made.slack.problems == []


@pytest.fixture
def user(wire: World) -> "Users":
    """`user(AMINA)` is her account."""
    return Users(wire)


class Users:
    def __init__(self, wire: World) -> None:
        for c in EVERYBODY:
            wire.user(Account(c.workspace, c.account, c.name, c.email, c.zone))
        self._wire = wire

    def __call__(self, c: Character) -> User:
        return self._wire.user(Account(c.workspace, c.account, c.name, c.email, c.zone))
