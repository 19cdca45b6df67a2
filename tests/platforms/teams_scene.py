"""A tenant of Teams beside the Slack of the other tests, its people, and what a test asks of both."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select

from qibot.chat.incoming import Incoming
from qibot.chat.platform import Platform
from qibot.chat.router import Reply
from qibot.clock import SetClock
from qibot.demo.teams_cards import Typed
from qibot.demo.teams_server import Call, Seen, SeenMessage, TeamsServer, TeamsUser
from qibot.demo.world import Account, World, world
from qibot.people.models import Identity
from qibot.platforms.teams.app import TeamsSide
from tests.cast import MK, WORKSPACES

LUTON = "0b1e55ed-0000-4000-8000-0000000000a1"
"""An invented tenant."""
NADIA = Account(LUTON, "aad00000-0000-4000-8000-0000000000a1", "Nadia Rahman", "nadia.rahman@luton.example")
COLIN = Account(LUTON, "aad00000-0000-4000-8000-0000000000a2", "Colin Marsh", "colin.marsh@luton.example")
TEAM, CHANNEL, GROUP = "19:teamgeneral@thread.tacv2", "19:improvers@thread.tacv2", "19:planning@thread.v2"


class Scene:
    """`scene.teams` is the stand-in; `scene.nadia` has the app, `scene.colin` only when a test installs it."""

    def __init__(self, wire: World) -> None:
        assert wire.teams is not None
        assert wire.house.teams is not None
        self.wire, self.teams = wire, wire.teams
        self.side: TeamsSide = wire.house.teams
        self.nadia = wire.teams.add_user(LUTON, NADIA.id, NADIA.name, email=NADIA.email, installed=True)
        self.colin = wire.teams.add_user(LUTON, COLIN.id, COLIN.name, email=COLIN.email)

    async def says(self, who: TeamsUser, text: str, *, channel: str | None = None, targeted: bool = False) -> Seen:
        """Say it, and wait for an answer."""
        seen = await self.teams.say(who, text, channel=channel, targeted=targeted)
        assert seen.status == 200
        await self.teams.wait_idle(until=lambda: seen.messages)
        return seen

    async def quiet(self) -> None:
        """Until nothing is under way on either side."""
        while self.side.adapter.under_way.tasks:
            await asyncio.wait(self.side.adapter.under_way.tasks)
        await self.teams.wait_idle()

    async def joins(self, who: TeamsUser) -> Seen:
        """Join by the card in the chat; what was seen when all was said."""
        form = (await self.says(who, "join")).messages[-1]
        answers: dict[str, Typed] = {
            "Where you work": "1",
            "many-topics": ["sepsis"],
            "many-purposes": ["findable", "nudges"],
        }
        done = await self.teams.fill(who, form, answers, "Join")
        await self.quiet()
        return done

    def from_bot(self, who: TeamsUser) -> list[SeenMessage]:
        """What the bot has said in somebody's own chat, as it stands now."""
        return [m for m in self.teams.inbox(who) if m.by_bot]

    def calls(self, *operations: str) -> list[Call]:
        """What the bot asked of Teams, of these kinds."""
        return [call for call in self.teams.calls if call.operation in operations]

    def team(self) -> None:
        """A team with the app in it, and a group chat; both people are in both."""
        people = [self.nadia, self.colin]
        self.teams.add_channel(self.teams.add_team(LUTON, TEAM, "Improvers", people), CHANNEL, "Sepsis")
        self.teams.add_group_chat(LUTON, GROUP, "Planning", people)

    async def identity(self, who: TeamsUser) -> Identity | None:
        """How the bot knows somebody."""
        async with self.wire.house.database.transaction(reading=True) as db:
            found: Identity | None = await db.scalar(select(Identity).where(Identity.account == who.aad_object_id))
            return found


@asynccontextmanager
async def a_scene(database_url: str, clock: SetClock, **options: object) -> AsyncIterator[Scene]:
    """One workspace and one tenant; by the end nothing wrong may have been sent to either."""
    pairs = ((MK, WORKSPACES[MK]),)
    async with world(database_url, clock, pairs, tenants=((LUTON, "Luton Care"),), **options) as wire:  # type: ignore[arg-type]
        scene = Scene(wire.unhurried())
        yield scene
        await scene.quiet()
        assert scene.teams.problems == []
        assert wire.slack.problems == []


class Held:
    """Holds back the bot's answers until it is let go, so that a test decides what "slow" means."""

    def __init__(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        self._go = asyncio.Event()
        self.handled = 0
        handle = scene.wire.house.bot.handle

        async def held(incoming: Incoming, platform: Platform) -> Reply:
            reply = await handle(incoming, platform)
            self.handled += 1
            await self._go.wait()
            return reply

        monkeypatch.setattr(scene.wire.house.bot, "handle", held)
        assert scene.wire.house.teams is not None
        monkeypatch.setattr(scene.wire.house.teams.adapter, "patience", 0.05)

    def go(self) -> None:
        self._go.set()


def tenant(teams: TeamsServer) -> str:
    """The service address of the tenant, as activities carry it."""
    return teams.service_url(LUTON)


async def press_by_hand(scene: Scene, verb: str, data: Any, **more: Any) -> Any:
    """The body of the answer to a button that no card has."""
    value = {"action": {"type": "Action.Execute", "verb": verb, "data": data}, "trigger": "manual"}
    seen = await scene.teams.event(
        scene.nadia, {"type": "invoke", "name": "adaptiveCard/action", "value": value, **more}
    )
    assert seen.status == 200
    return seen.body


async def task(scene: Scene, name: str, data: dict[str, Any]) -> Any:
    """The body of the answer to something done in, or for, a dialog."""
    seen = await scene.teams.event(scene.nadia, {"type": "invoke", "name": name, "value": {"data": data}})
    assert seen.status == 200
    return seen.body


@pytest.fixture
async def scene(database_url: str, clock: SetClock) -> AsyncIterator[Scene]:
    """The bot between a Slack and a Teams."""
    async with a_scene(database_url, clock) as made:
        yield made


@pytest.fixture
def held(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Every answer is held back."""
    made = Held(scene, monkeypatch)
    yield made
    made.go()
