"""A stand-in Microsoft Teams: tenants and people who can be told what to do, the connector, keys and tokens.

Authentication is on both ways. Activities carry a token signed by a key that /v1/.well-known/keys publishes; the bot's
own calls need a token from /{tenant}/oauth2/v2.0/token. Everything is recorded (`calls`), and everything wrong
(`problems`: tests assert that it is empty). It never needs the internet; ids are counted or derived, never random.

How microsoft-teams-apps 2.1.1 is pointed at it, with validation on (`base` is what `running()` gives):

    cloud = with_overrides(PUBLIC, login_endpoint=base, token_service_url=base,
                           openid_metadata_url=f"{base}/v1/.well-known/openidconfiguration")
    App(client_id=app_id, tenant_id=tenant, token=provider, cloud=cloud, service_url=teams.service_url(tenant),
        dangerously_allow_unauthenticated_requests=False, client=ClientOptions(timeout=10), …)

The SDK never reads the metadata: it takes the keys' address by turning `/openidconfiguration` into `/keys`. `provider`
is our own `async (scope, tenant_id) -> str` that asks {login_endpoint}/{tenant}/oauth2/v2.0/token: with
`client_secret=` the SDK would use MSAL, which takes https addresses only. Nothing caches what the provider gives. The
environment's CLIENT_SECRET beats `token=`, so whoever builds the App looks at `app.credentials` afterwards. The keys
are fetched by a blocking call inside the event loop: where bot and stand-in share one loop that is a deadlock, so the
keys must have been fetched in a thread before the SDK looks at a token.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import aiohttp
from starlette.applications import Starlette
from starlette.routing import Route as StarletteRoute

from qibot.demo.slack_server import serving
from qibot.demo.teams_connector import OPERATIONS, Route, not_modelled
from qibot.demo.teams_people import TeamsPeople
from qibot.demo.teams_things import (
    Call,
    Delivered,
    Dialog,
    Seen,
    SeenMessage,
    Team,
    TeamsConversation,
    TeamsUser,
    Tenant,
)

__all__ = [
    "Call",
    "Delivered",
    "Dialog",
    "Seen",
    "SeenMessage",
    "Team",
    "TeamsConversation",
    "TeamsServer",
    "TeamsUser",
    "Tenant",
]

_ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_OPEN = ("openid", "keys", "token")


class TeamsServer(TeamsPeople):
    """The whole of it. `now` is the clock; `bot_url` the address of the bot's POST /api/messages."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        bot_url: str,
        app_id: str,
        app_secret: str,
        http: aiohttp.ClientSession | None = None,
        enforce_pace: bool = False,
    ) -> None:
        super().__init__(now=now, bot_url=bot_url, app_id=app_id, app_secret=app_secret, http=http)
        self.enforce_pace = enforce_pace
        routes = [
            StarletteRoute(path, Route(self, name, handler, bearer=name not in _OPEN), methods=[method])
            for method, path, name, handler in OPERATIONS
        ]
        everything_else = StarletteRoute("/{path:path}", not_modelled(self), methods=_ANY)
        self.app = Starlette(routes=[*routes, everything_else])

    @contextlib.asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[str]:
        """Serve on 127.0.0.1 (any free port unless one is named) and give the address, without a slash at its end."""
        async with serving(self.app, port) as self.base_url:
            try:
                yield self.base_url
            finally:
                await self.aclose()
