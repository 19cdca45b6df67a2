"""The wire: the whole bot behind its guard and Bolt, and a stand-in Slack, speaking HTTP on loopback."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from qibot.chat.incoming import Incoming
from qibot.chat.platform import Platform
from qibot.chat.router import Reply
from qibot.clock import SetClock
from qibot.demo.slack_server import Seen, User
from qibot.demo.world import Account, World, world
from qibot.events.models import Attendance, Event
from qibot.people.models import Person
from tests.cast import EVERYBODY, OWEN, WORKSPACES, Character
from tests.logbook import Logbook, as_before

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For tests of the wire alone, which another database would only make slower."""


@pytest.fixture
async def wire(database_url: str, clock: SetClock) -> AsyncIterator[World]:
    """Both workspaces installed; nothing wrong may have been sent by the end, and nobody told that the bot is late."""
    async with world(database_url, clock, WORKSPACES.items(), organisers=OWEN.email) as made:
        # What late answers do has tests of its own.
        yield made.unhurried()
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


@pytest.fixture
def logged() -> Iterator[Logbook]:
    """Everything is logged as in earnest, and kept."""
    with as_before():
        yield Logbook()


class Gate:
    """Holds back the bot's answers until it is opened, so that a test decides what "slow" means."""

    def __init__(self, wire: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held = asyncio.Event()
        self._open = asyncio.Event()
        handle = wire.house.bot.handle

        async def held(incoming: Incoming, platform: Platform) -> Reply:
            reply = await handle(incoming, platform)
            self.held.set()
            await self._open.wait()
            return reply

        monkeypatch.setattr(wire.house.bot, "handle", held)
        assert wire.house.slack is not None
        monkeypatch.setattr(wire.house.slack.adapter.replies, "patience", 0.05)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate(wire: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A closed gate in front of every answer."""
    made = Gate(wire, monkeypatch)
    yield made
    made.open()


def words(seen: Seen) -> str:
    """What the person was shown, as text."""
    return "\n".join(m.text for m in seen.messages)


def calls(wire: World, method: str) -> list[Any]:
    """What the bot asked Slack for."""
    return [call for call in wire.slack.calls if call.method == method]


async def join(wire: World, who: User, **answers: Any) -> Seen:
    """Join over the wire; what is seen when all is said."""
    seen = await wire.slack.slash(who, "join")
    assert seen.opened is not None
    said = {"organisation": "1", "topics": ["sepsis"], "purposes": ["findable", "introductions", "nudges"], **answers}
    done = await wire.slack.submit(who, seen.opened, said)
    assert done.errors == {}
    await wire.slack.wait_idle(until=lambda: done.messages)
    return done


async def attend(wire: World) -> None:
    """Whoever has joined the network has also joined an event today, where pledges can be made."""
    async with wire.house.database.transaction() as db:
        people = (await db.scalars(select(Person).order_by(Person.id))).all()
        event = Event(title="QI day", day=wire.clock.now().date(), code="QIDAY", organiser_id=people[0].id)
        db.add(event)
        await db.flush()
        for person in people:
            db.add(Attendance(event_id=event.id, person_id=person.id, joined_at=wire.clock.now()))
