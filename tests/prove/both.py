"""One bot on both platforms, a few members on each, and what the platforms send to it, signed as they sign."""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from qibot.clock import SystemClock
from qibot.database import Database
from qibot.demo.teams_tokens import activity_claims, sign
from qibot.events.models import Attendance, Event
from tests.bench.machine import free_port
from tests.prove import crowd as crowds
from tests.prove.broadcast import TENANTS, WORKSPACES
from tests.prove.child import Bot
from tests.prove.crowd import TEAMS_APP, Crowd
from tests.prove.ledger import Ledger
from tests.prove.stand import Stand, standing

PEOPLE = 4
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Request:
    """A whole HTTP request to the bot."""

    path: str
    body: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Status 0: nothing, the connection was closed."""

    status: int
    body: str = ""


@dataclass
class Both:
    """Everything of one run."""

    slack: Stand
    teams: Stand
    bot: Bot
    ledger: Ledger
    http: aiohttp.ClientSession
    token: str = field(default="")
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(time.time_ns()))

    def next_id(self) -> str:
        """What nothing was called before."""
        return str(next(self._numbers))

    def command(self, words: str) -> dict[str, str]:
        """The form of a slash command of a member."""
        crowd, number = self.slack.crowd, next(self._numbers)
        who = crowd.numbers[number % len(crowd.numbers)]
        return {
            "token": "legacy",
            "team_id": crowd.workspace(who),
            "team_domain": "proof",
            "channel_id": self.slack.known.get(who, "D00000001K"),
            "channel_name": "directmessage",
            "user_id": crowd.account(who),
            "user_name": "somebody",
            "command": "/qi",
            "text": words,
            "api_app_id": "A00000001",
            "is_enterprise_install": "false",
            "response_url": f"{self.slack.url}/respond/1",
            "trigger_id": f"{number}.1.{number:x}",
        }

    def by_slack(self, kind: str, payload: dict[str, Any]) -> Request:
        """A payload as Slack posts it, signed now."""
        if kind == "events_api":
            return self.signed(json.dumps(payload).encode(), "application/json")
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        return self.signed(urlencode(form).encode(), "application/x-www-form-urlencoded")

    def signed(self, body: bytes, kind: str) -> Request:
        """Any body, signed by Slack now."""
        headers = {"Content-Type": kind, **self.slack.server.sign(body)}
        return Request("/slack/events", body, tuple(headers.items()))

    def activity(self, words: str) -> dict[str, Any]:
        """A message of a member in Teams."""
        server, crowd = self.teams.server, self.teams.crowd
        who = crowd.numbers[next(self._numbers) % len(crowd.numbers)]
        tenant = crowd.workspace(who)
        user = server.user(tenant, crowd.account(who))
        said: dict[str, Any] = server.activity(user, server.personal(user), "message", id=self.next_id(), text=words)
        return said

    def by_teams(self, activity: dict[str, Any]) -> Request:
        """An activity as the Bot Framework posts it. One token serves all of a tenant for an hour, as its do."""
        service = self.teams.server.service_url(self.teams.crowd.workspaces[0])
        self.token = self.token or sign(activity_claims(TEAMS_APP, service))
        return self.borne(json.dumps(activity).encode(), self.token)

    def borne(self, body: bytes, token: str) -> Request:
        """Any body, with any token."""
        headers = (("Content-Type", "application/json; charset=utf-8"), ("Authorization", f"Bearer {token}"))
        return Request("/api/messages", body, headers)

    async def send(self, request: Request) -> Answer:
        """Post it to the bot."""
        try:
            url = f"http://127.0.0.1:{self.bot.port}{request.path}"
            async with self.http.post(url, data=request.body, headers=request.headers) as answer:
                return Answer(answer.status, (await answer.read()).decode("utf-8", "replace"))
        except (aiohttp.ClientError, ValueError):
            # A header that no client may send is no request.
            return Answer(0)

    async def send_all(self, requests: list[Request]) -> list[Answer]:
        """Many, so many at once; answers in the order of the requests."""
        answers: dict[int, Answer] = {}
        todo = iter(enumerate(requests))

        async def some() -> None:
            for number, request in todo:
                answers[number] = await self.send(request)

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        return [answers[number] for number in range(len(requests))]

    def promises(self) -> list[str]:
        """Every promise that is kept in the database."""
        return [words for (words,) in self.ledger.ask("SELECT text FROM pledges")]


@contextlib.asynccontextmanager
async def both(folder: Path) -> AsyncIterator[Both]:
    """Members of an event on both platforms. The bot is not started yet."""
    slack_crowd = Crowd("slack", WORKSPACES[:2], PEOPLE)
    teams_crowd = Crowd("teams", TENANTS[:1], PEOPLE, first=PEOPLE + 1)
    url, clock = f"sqlite+aiosqlite:///{folder / 'proof.db'}", SystemClock()
    await crowds.prepare(url)
    async with (
        standing(slack_crowd, clock) as slack,
        standing(teams_crowd, clock) as teams,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http,
    ):
        await _members(url, slack, teams)
        port = free_port()
        settings = slack.settings(url, port) | teams.settings(url, port)
        bot = Bot(folder, settings, None, teams.url)
        try:
            yield Both(slack, teams, bot, Ledger(url), http)
        finally:
            for life in bot.lives:
                await life.kill()


async def _members(url: str, slack: Stand, teams: Stand) -> None:
    now = SystemClock().now()
    database = Database(url)
    try:
        for stand in (slack, teams):
            more = {"service_url": stand.service_url, "conversations": dict(stand.known)}
            await crowds.build(database, stand.crowd, now, **more)  # type: ignore[arg-type]
        async with database.transaction() as db:
            event = Event(title="QI day", day=now.date(), code="QIDAY", organiser_id=1)
            db.add(event)
            await db.flush()
            for number in (*slack.crowd.numbers, *teams.crowd.numbers):
                db.add(Attendance(event_id=event.id, person_id=number, joined_at=now - timedelta(hours=1)))
    finally:
        await database.close()
