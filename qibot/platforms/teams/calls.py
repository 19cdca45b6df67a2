"""Calls to the Bot Framework's connector, and what their answers mean. Nothing here retries: the outbox alone does.

Five calls of plain JSON, so Microsoft's client is not used: it has no timeout of its own, brings a second HTTP library,
and would cost every start a second. That both make the same requests is a test.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from qibot.chat.platform import InDoubt, NotNow, NotSent, Throttled, Unreachable
from qibot.clock import Clock
from qibot.platforms.leaving import looking
from qibot.platforms.teams.cloud import Cloud
from qibot.platforms.teams.conversations import Reference

log = structlog.get_logger()
Json = dict[str, Any]

PATIENCE = 8
"""Seconds for one call: less than a delivery's lease, more than Teams takes on a bad day."""
RENEW_BEFORE = timedelta(minutes=5)
"""So long before its end a token is not used any more."""
CARD = "application/vnd.microsoft.card.adaptive"
_FORBIDDEN = {
    "MessageWritesBlocked": "they have blocked the bot",
    "BotNotInConversationRoster": "the app is not installed for them",
    "ForbiddenOperationException": "the app is not installed for them",
    "BotDisabledByAdmin": "their administrator has blocked the app",
    "BotsDisabledByAdmin": "their administrator has blocked the app",
}
"""Why Teams refuses to let a bot write. Source: Microsoft, "Status code responses" for proactive messages."""


class NoToken(NotNow):
    """Microsoft gave the bot no token. `refused`: it does not take the secret, and will not tomorrow."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class Connector:
    """The bot's side of the connector. `start` before the first call, `stop` after the last."""

    def __init__(self, cloud: Cloud, clock: Clock, *, client_id: str, client_secret: str, tenant: str) -> None:
        self._cloud, self._clock = cloud, clock
        self._client_id, self._secret, self._tenant = client_id, client_secret, tenant
        self._token, self._good_until = "", clock.now()
        self._session: aiohttp.ClientSession | None = None
        self._asking = asyncio.Lock()

    async def start(self) -> None:
        """Make what belongs to the running loop."""
        patience = aiohttp.ClientTimeout(total=PATIENCE)
        self._session = aiohttp.ClientSession(timeout=patience, trace_configs=[looking()])

    async def stop(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The one HTTP client, with a timeout."""
        if self._session is None:
            raise RuntimeError("not started")
        return self._session

    async def post(self, to: Reference, conversation: str, activity: Json, *, targeted: bool = False) -> str:
        """Say something there, once; its id. `targeted`: only `to` sees it."""
        if targeted:
            activity = {**activity, "recipient": {"id": to.user, "isTargeted": True}}
        answer = await self._call("POST", to, f"{_at(conversation)}/activities", activity, targeted=targeted)
        return str(answer.get("id") or "")

    async def update(
        self, to: Reference, conversation: str, message: str, activity: Json, *, targeted: bool = False
    ) -> None:
        """Say something else in the place of what was said. Doing it twice is doing it once."""
        path = f"{_at(conversation)}/activities/{_id(message)}"
        await self._call("PUT", to, path, {**activity, "id": message}, targeted=targeted, writes=False)

    async def open(self, to: Reference, tenant: str) -> str:
        """The bot's own conversation with somebody. Opening it twice is opening it once."""
        made = {
            "bot": {"id": to.bot},
            "members": [{"id": to.user}],
            "isGroup": False,
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        answer = await self._call("POST", to, "v3/conversations", made, writes=False)
        if not isinstance(answer.get("id"), str):
            raise NotNow("Teams gave no conversation")
        return str(answer["id"])

    async def member(self, to: Reference, conversation: str) -> Json:
        """What Teams says of somebody in a conversation."""
        # A thread has no members, its channel has.
        return await self._call(
            "GET", to, f"{_at(conversation.partition(';')[0])}/members/{_id(to.user)}", writes=False
        )

    async def token(self) -> str:
        """The bot's own token, asked for when the last is at its end; by one at a time. Raises `NoToken`."""
        async with self._asking:
            if not self._token or self._clock.now() >= self._good_until:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        said = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret,
            "scope": self._cloud.scope,
        }
        try:
            async with self.session.post(
                self._cloud.token_url(self._tenant), data=said, allow_redirects=False
            ) as answer:
                given = await _read(answer)
                if answer.status in (400, 401):
                    log.error("microsoft does not take the bot's secret", error=str(given.get("error", ""))[:40])
                    raise NoToken("Microsoft did not give the bot a token", refused=True)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NoToken("Microsoft could not be reached for a token") from error
        token, seconds = given.get("access_token"), given.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int | float):
            raise NoToken("Microsoft did not give the bot a token")
        self._token, self._good_until = token, self._clock.now() + timedelta(seconds=seconds) - RENEW_BEFORE

    async def _call(
        self,
        method: str,
        to: Reference,
        path: str,
        body: Json | None = None,
        *,
        targeted: bool = False,
        writes: bool = True,
    ) -> Json:
        if not self._cloud.trusts(to.service_url):
            # Never with a token to an address that no activity of this cloud has named.
            raise NotSent("the service they were met at is not known")
        url = f"{to.service_url.rstrip('/')}/{path}{'?isTargetedActivity=true' if targeted else ''}"
        headers = {"Authorization": f"Bearer {await self.token()}"}
        async with (
            _understood(writes=writes),
            self.session.request(
                method, URL(url, encoded=True), json=body, headers=headers, allow_redirects=False
            ) as answer,
        ):
            given = await _read(answer)
            if answer.status < 300:
                return given
            if answer.status == 401:
                self._token = ""
            raise _meaning(answer, given, InDoubt if writes else NotNow)


@asynccontextmanager
async def _understood(*, writes: bool) -> AsyncIterator[None]:
    """Turns a connection's end into a `NotSent`. `writes`: whether Teams may have acted although no answer came."""
    lost: type[NotSent] = InDoubt if writes else NotNow
    try:
        yield
    except aiohttp.ClientConnectorError as error:
        raise NotNow("Teams could not be reached") from error
    except (TimeoutError, aiohttp.ClientError, asyncio.IncompleteReadError) as error:
        raise lost("the connection to Teams broke off") from error


def _meaning(answer: aiohttp.ClientResponse, given: Json, lost: type[NotSent]) -> NotSent:
    status, error = answer.status, given.get("error")
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    if status == 429:
        return Throttled(_wait(answer.headers.get("Retry-After")))
    if status == 412:
        # Two wrote there at once; Teams took the other.
        return NotNow("Teams was busy with that conversation")
    if status == 401:
        return NotNow("Teams did not take the bot's token")
    if status == 403:
        return Unreachable(_FORBIDDEN.get(code, "Teams does not let the bot write to them"))
    if status == 404:
        return Unreachable("their conversation with the bot is gone")
    if status >= 500 or status in (408, 425):
        return lost("Teams had a fault of its own")
    return NotSent(f"Teams did not take it ({code[:40] or status})")


async def _read(answer: aiohttp.ClientResponse) -> Json:
    try:
        given = await answer.json(content_type=None)
    except (ValueError, aiohttp.ContentTypeError):
        # A 5xx may carry a page instead of JSON.
        return {}
    return given if isinstance(given, dict) else {}


def _wait(value: str | None) -> float:
    try:
        return max(1.0, float(value or ""))
    except ValueError:
        return 30.0


def _at(conversation: str) -> str:
    return f"v3/conversations/{_id(conversation)}"


def _id(given: str) -> str:
    # As Teams writes them, with nothing that could lead to another address.
    return quote(given, safe=":@;=")
