"""The bot and a stand-in Slack on loopback, speaking real HTTP to each other: for the demo, wire tests and figures.

Nothing is a short cut: workspaces are installed by OAuth, requests are signed, the guard and Bolt stand between.
"""

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from qibot.app import House
from qibot.clock import SetClock
from qibot.demo.slack_server import SlackServer, User, serving
from qibot.outbox import service as outbox
from qibot.settings import Settings

SIGNING_SECRET = "a-stand-in-signing-secret"


@dataclass(frozen=True, slots=True)
class Account:
    """An invented person's account."""

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

    def user(self, account: Account) -> User:
        """The account in the stand-in, made when it is new."""
        workspace = self.slack.workspaces[account.workspace]
        if account.id not in workspace.users:
            self.slack.add_user(account.workspace, account.id, account.name, email=account.email, tz=account.zone)
        return workspace.users[account.id]

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
    **stand_in: Any,
) -> AsyncIterator[World]:
    """Start both, install the bot in `workspaces` ((team id, name) each), stop both at the end.

    `settings` replaces some of the bot's. With a bot token among them it is the first workspace's, as in an app of one.
    """
    async with aiohttp.ClientSession() as http:
        slack = SlackServer(now=clock.now, signing_secret=SIGNING_SECRET, bot_url="", http=http, **stand_in)
        async with slack.running() as slack_url:
            given = _settings(database_url, slack, slack_url, organisers, settings or {})
            one = given.slack_bot_token.get_secret_value()
            for team, name in workspaces:
                token = one or f"xoxb-stand-in-{team.lower()}"
                slack.add_workspace(team, name, domain=team.lower(), bot_token=token, bot_user_id=f"UBOT{team}")
            house = House(given, clock=clock, ticking=False)
            try:
                await house.start()
                async with serving(house.web(), port) as url:
                    slack.bot_url = f"{url}/slack/events"
                    made = World(slack, house, clock, http, url)
                    for team in [] if one else list(slack.workspaces):
                        await made.install(team)
                    yield made
                    await slack.wait_idle()
            finally:
                await house.stop()


def _settings(
    database_url: str, slack: SlackServer, slack_url: str, organisers: str, changes: Mapping[str, Any]
) -> Settings:
    # Every secret is named, so that none of the machine's own can slip in.
    given: dict[str, Any] = {
        "qibot_database_url": database_url,
        "qibot_secret_key": "a-stand-in-key",
        "qibot_organisers": organisers,
        "qibot_slack_api_url": f"{slack_url}/api/",
        "slack_signing_secret": SIGNING_SECRET,
        "slack_bot_token": "",
        "slack_app_token": "",
        "slack_client_id": slack.client_id,
        "slack_client_secret": slack.client_secret,
    }
    return Settings(_env_file=None, **{**given, **changes})
