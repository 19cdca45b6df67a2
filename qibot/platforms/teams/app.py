"""Teams in this process: one address, the guard, the connector, installations by what Teams says of them.

None of it is Microsoft's SDK. Mounted as its documents say, it parses before it authenticates, fetches keys inside the
event loop and for whichever tenant a stranger names, takes authentication off when an environment variable says so,
reads a `.env` of any folder above, answers what it does not know with a 500, and takes two seconds to import. Closing
that from outside took more lines than the few calls that remain. Its models, its client and its token check are used
where they can do no harm: the tests hold ours against them.
"""

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from qibot.chat.platform import Answering
from qibot.clock import Clock
from qibot.database import Database
from qibot.errors import Refused
from qibot.platforms.teams.adapter import TeamsAdapter
from qibot.platforms.teams.calls import Connector, NoToken
from qibot.platforms.teams.cloud import Cloud
from qibot.platforms.teams.conversations import Conversations
from qibot.platforms.teams.guard import TeamsGuard, Turned
from qibot.settings import Settings

log = structlog.get_logger()


class TeamsSide:
    """Everything of Teams that the house starts, mounts and stops. `cloud` is another one only for stand-ins."""

    def __init__(
        self, settings: Settings, bot: Answering, database: Database, clock: Clock, *, cloud: Cloud | None = None
    ) -> None:
        cloud = cloud or Cloud()
        self.connector = Connector(
            cloud,
            clock,
            client_id=settings.teams_client_id,
            client_secret=settings.teams_client_secret.get_secret_value(),
            tenant=settings.teams_tenant_id,
        )
        self.adapter = TeamsAdapter(bot, Conversations(database, clock), self.connector)
        self._guard = TeamsGuard(client_id=settings.teams_client_id, cloud=cloud)
        self.refused = self._guard.refused

    async def start(self) -> None:
        """Make what belongs to the running loop, and ask Microsoft for a token. Raises `Refused` when it gives none."""
        await self.connector.start()
        try:
            await self.connector.token()
        except NoToken as none:
            if none.refused:
                raise Refused(
                    "Microsoft does not take TEAMS_CLIENT_ID with TEAMS_CLIENT_SECRET in TEAMS_TENANT_ID.",
                    "Make a new secret on the app's page Certificates & secrets, and check both ids.",
                ) from none
            # It may be back before anybody says anything.
            log.warning("microsoft could not be reached for a token")

    async def drain(self, seconds: float) -> None:
        """Finish the replies under way."""
        await self.adapter.under_way.finish(seconds)

    async def stop(self) -> None:
        """Let go."""
        await self.adapter.under_way.finish(0)
        await self.connector.stop()

    def mount(self, app: FastAPI) -> None:
        """Add Teams' address."""
        app.add_route("/api/messages", self._messages, methods=["POST"])

    async def _messages(self, request: Request) -> Response:
        try:
            activity = await self._guard.admit(request, self.connector.session)
        except Turned as turned:
            return Response(turned.sentence, turned.status, media_type="text/plain")
        answer = await self.adapter.receive(activity)
        return Response() if answer is None else JSONResponse(answer)
