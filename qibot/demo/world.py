"""The bot and a stand-in Slack on loopback, and a stand-in Teams where it is wanted, speaking real HTTP to each other:
for the demo, wire tests and figures.

Nothing is a short cut: workspaces are installed by OAuth, requests are signed, the guards and Bolt stand between.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from qibot.app import House
from qibot.clock import SetClock
from qibot.demo.slack_server import SlackServer, User, serving
from qibot.demo.teams_server import TeamsServer, TeamsUser
from qibot.outbox import service as outbox
from qibot.platforms.teams.cloud import Cloud
from qibot.settings import Settings

SIGNING_SECRET = "a-stand-in-signing-secret"
TEAMS_APP, TEAMS_SECRET = "5f0c0de0-0000-4000-8000-000000000001", "a-stand-in-client-secret"

UNHURRIED = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Account:
    """An invented person's account, in a workspace of Slack or a tenant of Teams."""

    workspace: str
    id: str
    name: str
    email: str
    zone: str = "Europe/London"


@dataclass
class World:
    """Everything of one run. `url` is the bot's own address."""

    slack: SlackServer
    house: House
    clock: SetClock
    http: aiohttp.ClientSession
    url: str
    teams: TeamsServer | None = None

    def user(self, account: Account) -> User:
        """The account in the stand-in, made when it is new."""
        workspace = self.slack.workspaces[account.workspace]
        if account.id not in workspace.users:
            self.slack.add_user(account.workspace, account.id, account.name, email=account.email, tz=account.zone)
        return workspace.users[account.id]

    @property
    def teams_server(self) -> TeamsServer:
        """The stand-in Teams. LookupError in a world without one."""
        if self.teams is None:
            raise LookupError("this world has no Teams")
        return self.teams

    def colleague(self, account: Account) -> TeamsUser:
        """The account in the stand-in Teams, made when it is new. They have not got the app yet."""
        found = self.teams_server.user(account.workspace, account.id)
        return found or self.teams_server.add_user(account.workspace, account.id, account.name, email=account.email)

    def unhurried(self) -> "World":
        """Both sides of both platforms wait for long: a machine that stops for some seconds makes nothing late."""
        self.slack.ack_within = UNHURRIED
        if self.house.slack:
            self.house.slack.adapter.replies.patience = UNHURRIED
        if self.teams:
            self.teams.answer_within = UNHURRIED
        if self.house.teams:
            self.house.teams.adapter.patience = UNHURRIED
        return self

    async def quiet(self) -> None:
        """Until nothing is under way on either platform."""
        await self.slack.wait_idle()
        if self.teams is not None:
            await self.teams.wait_idle()

    async def install(self, team: str) -> None:
        """Install the bot as an administrator does: from the link, over the consent page, back to the bot."""
        self.slack.installing = team
        address, cookie, status = f"{self.url}/slack/install", "", 0
        for _ in range(3):
            # By hand, because a browser would keep the cookie of https only, and this is loopback.
            async with self.http.get(address, headers={"Cookie": cookie}, allow_redirects=False) as answer:
                address = answer.headers.get("Location", "")
                cookie = answer.headers.get("Set-Cookie", cookie).split(";")[0]
                status = answer.status
        if status != 200:
            raise RuntimeError(f"not installed in {team}: {status}")

    async def settle(self) -> None:
        """Wait until the bot has finished what goes on after its answers."""
        slack, teams = self.house.slack, self.house.teams
        while tasks := {
            *(slack.adapter.replies.tasks if slack else ()),
            *(teams.adapter.under_way.tasks if teams else ()),
        }:
            await asyncio.wait(tasks)
        await self.slack.wait_idle()
        if self.teams:
            await self.teams.wait_idle()

    async def tick(self) -> int:
        """Let features look at the time, then send what is due. How many went out."""
        await self.house.plan()
        total = 0
        # A conversation takes one message a second, so whoever gets two needs the clock to go on a little.
        for _ in range(200):
            done = await self.house.worker.run_until_quiet()
            total += done.sent
            due = await self.next_due()
            if due is None or due > self.clock.now() + timedelta(seconds=90):
                return total
            self.clock.set(max(due, self.clock.now() + timedelta(seconds=1)))
        return total

    async def next_due(self) -> Any:
        """When the next thing is to be sent, if ever."""
        async with self.house.database.transaction(reading=True) as db:
            return await outbox.next_due(db)


@contextlib.asynccontextmanager
async def world(
    database_url: str,
    clock: SetClock,
    workspaces: Iterable[tuple[str, str]],
    *,
    organisers: str = "",
    port: int = 0,
    settings: Mapping[str, Any] | None = None,
    tenants: Iterable[tuple[str, str]] = (),
    **stand_in: Any,
) -> AsyncIterator[World]:
    """Start both, install the bot in `workspaces` ((team id, name) each), stop both at the end.

    `settings` replaces some of the bot's. With a bot token among them it is the first workspace's, as in an app of one.
    With `tenants` ((tenant id, name) each) there is a Teams too; the bot is registered in the first.
    """
    async with aiohttp.ClientSession() as http:
        slack = SlackServer(now=clock.now, signing_secret=SIGNING_SECRET, bot_url="", http=http, **stand_in)
        async with slack.running() as slack_url, _teams(clock, http, tuple(tenants)) as teams:
            both = _slack_settings(slack, slack_url) | _teams_settings(teams)
            given = _settings(database_url, organisers, {**both, **(settings or {})})
            one = given.slack_bot_token.get_secret_value()
            for team, name in workspaces:
                token = one or f"xoxb-stand-in-{team.lower()}"
                slack.add_workspace(team, name, domain=team.lower(), bot_token=token, bot_user_id=f"UBOT{team}")
            house = _house(given, clock, teams)
            try:
                await house.start()
                async with serving(house.web(), port) as url:
                    slack.bot_url = f"{url}/slack/events"
                    made = World(slack, house, clock, http, url, teams)
                    if teams:
                        teams.bot_url = f"{url}/api/messages"
                    for team in [] if one else list(slack.workspaces):
                        await made.install(team)
                    yield made
                    await made.quiet()
            finally:
                await house.stop()


@contextlib.asynccontextmanager
async def _teams(
    clock: SetClock, http: aiohttp.ClientSession, tenants: tuple[tuple[str, str], ...]
) -> AsyncIterator[TeamsServer | None]:
    if not tenants:
        yield None
        return
    teams = TeamsServer(now=clock.now, bot_url="", app_id=TEAMS_APP, app_secret=TEAMS_SECRET, http=http)
    for tenant, name in tenants:
        teams.add_tenant(tenant, name)
    async with teams.running():
        yield teams


def _teams_settings(teams: TeamsServer | None) -> dict[str, str]:
    if teams is None:
        return {"teams_client_id": "", "teams_client_secret": "", "teams_tenant_id": ""}
    home = next(iter(teams.tenants))
    return {"teams_client_id": teams.app_id, "teams_client_secret": teams.app_secret, "teams_tenant_id": home}


def _house(settings: Settings, clock: SetClock, teams: TeamsServer | None) -> House:
    cloud = Cloud.stand_in(teams.base_url) if teams else None
    return House(settings, clock=clock, ticking=False, teams_cloud=cloud)


def _slack_settings(slack: SlackServer, slack_url: str) -> dict[str, str]:
    return {
        "qibot_slack_api_url": f"{slack_url}/api/",
        "slack_signing_secret": SIGNING_SECRET,
        "slack_bot_token": "",
        "slack_app_token": "",
        "slack_client_id": slack.client_id,
        "slack_client_secret": slack.client_secret,
    }


def _settings(database_url: str, organisers: str, changes: Mapping[str, Any]) -> Settings:
    # Every secret is named, so that none of the machine's own can slip in.
    given: dict[str, Any] = {
        "qibot_database_url": database_url,
        "qibot_secret_key": "a-stand-in-key",
        "qibot_organisers": organisers,
    }
    return Settings(_env_file=None, **{**given, **changes})
