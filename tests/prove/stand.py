"""Stand-in Slack and Teams with a crowd in them, the bot's settings for them, and who got how much in the end."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from qibot.clock import Clock
from qibot.demo.slack_server import SlackServer
from qibot.demo.slack_things import Channel
from qibot.demo.teams_server import TeamsServer
from tests.prove import wire
from tests.prove.crowd import KEY, TEAMS_APP, Crowd
from tests.prove.wire import Wire

SIGNING_SECRET, TEAMS_SECRET = "a-signing-secret-of-the-proofs", "a-client-secret-of-the-proofs"


@dataclass
class Stand:
    """One platform with its crowd. `known` are conversations that the bot knows from the beginning, by person."""

    crowd: Crowd
    server: Any
    wire: Wire
    url: str
    known: Mapping[int, str]
    numbers: Mapping[str, int]

    @property
    def service_url(self) -> str:
        """Where Teams says that it is, {} for the tenant."""
        return f"{self.url}/uk/{{}}/"

    def settings(self, database_url: str, port: int) -> dict[str, str]:
        """What a bot on this platform is told."""
        mine = {"qibot_database_url": database_url, "qibot_port": str(port), "qibot_secret_key": KEY}
        if self.crowd.platform == "slack":
            return mine | {
                "qibot_slack_api_url": f"{self.url}/api/",
                "slack_signing_secret": SIGNING_SECRET,
                "slack_client_id": self.server.client_id,
                "slack_client_secret": self.server.client_secret,
            }
        tenant = self.crowd.workspaces[0]
        return mine | {
            "teams_client_id": TEAMS_APP,
            "teams_client_secret": TEAMS_SECRET,
            "teams_tenant_id": tenant,
        }

    def known_as(self, sender: int) -> dict[str, str]:
        """Settings by which the wire of Slack can tell one of several bots from the others."""
        return {"qibot_slack_api_url": f"{wire.via(self.url, sender)}/api/"}

    def copies(self) -> dict[int, list[str]]:
        """The ids of all that reached each person, by number."""
        found: dict[int, list[str]] = defaultdict(list)
        for who, message in _slack_posts(self.server) if self.crowd.platform == "slack" else _teams_posts(self.server):
            found[self.numbers[who]].append(message)
        return found

    def problems(self) -> list[str]:
        """What the platform would have refused."""
        return list(self.server.problems)


def _slack_posts(server: SlackServer) -> list[tuple[str, str]]:
    found = []
    for workspace in server.workspaces.values():
        for channel in workspace.channels.values():
            who = next(iter(channel.members - {workspace.bot_user_id}))
            # What is said unasked carries a mark; answers do not.
            found += [(who, post.ts) for post in channel.posts.values() if post.metadata]
    return found


def _teams_posts(server: TeamsServer) -> list[tuple[str, str]]:
    return [
        (next(iter(chat.members)), post.id)
        for chat in server.conversations.values()
        for post in chat.posts.values()
        if post.user == server.bot_id
    ]


@contextlib.asynccontextmanager
async def standing(crowd: Crowd, clock: Clock, *, enforce_pace: bool = False) -> AsyncIterator[Stand]:
    """Serve on loopback in this process. Every second person has spoken with the bot before."""
    made = _slack(crowd, clock, enforce_pace) if crowd.platform == "slack" else _teams(crowd, clock, enforce_pace)
    async with made.server.running() as made.url:
        yield made
        # What a killed bot asked for may still be under way.
        await asyncio.sleep(0)


def _slack(crowd: Crowd, clock: Clock, enforce_pace: bool) -> Stand:
    server = SlackServer(now=clock.now, signing_secret=SIGNING_SECRET, bot_url="", enforce_pace=enforce_pace)
    tokens = {crowd.token(key): key for key in crowd.workspaces}
    for token, key in tokens.items():
        server.add_workspace(key, key, domain=key.lower(), bot_token=token, bot_user_id=f"UBOT{key}")
    known = {}
    for number in crowd.numbers:
        workspace, account = server.workspaces[crowd.workspace(number)], crowd.account(number)
        server.add_user(workspace.id, account, crowd.name(number), email=f"{account.lower()}@trust.example")
        if number % 2:
            channel = Channel(f"D{number:08}K", workspace.id, "im", {account, workspace.bot_user_id})
            workspace.channels[channel.id] = channel
            known[number] = channel.id
    server.app = made = Wire(server.app, wire.slack_workspace(tokens))  # type: ignore[assignment]
    return Stand(crowd, server, made, "", known, {crowd.account(n): n for n in crowd.numbers})


def _teams(crowd: Crowd, clock: Clock, enforce_pace: bool) -> Stand:
    server = TeamsServer(
        now=clock.now, bot_url="", app_id=TEAMS_APP, app_secret=TEAMS_SECRET, enforce_pace=enforce_pace
    )
    for key in crowd.workspaces:
        server.add_tenant(key, key)
    known, numbers = {}, {}
    for number in crowd.numbers:
        tenant, account = crowd.workspace(number), crowd.account(number)
        user = server.add_user(tenant, account, crowd.name(number), email=f"{number}@trust.example", installed=True)
        numbers[user.id] = number
        if number % 2:
            known[number] = server.personal(user).id
    server.app = made = Wire(server.app, wire.teams_tenant)  # type: ignore[assignment]
    return Stand(crowd, server, made, "", known, numbers)
