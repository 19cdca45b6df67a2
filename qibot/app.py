"""Puts the house together: settings -> database -> platforms -> web app -> scheduler."""

import asyncio
import gc
import signal
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from qibot import features, metrics
from qibot.bot import Bot
from qibot.chat.platform import Platform
from qibot.clock import Clock, SystemClock
from qibot.database import Database
from qibot.migrate import migrate
from qibot.outbox import claims
from qibot.outbox import service as outbox
from qibot.outbox.worker import Worker
from qibot.people import service as people
from qibot.people import topics
from qibot.platforms.slack.app import SlackSide
from qibot.settings import Settings

if TYPE_CHECKING:
    from qibot.platforms.teams.app import TeamsSide
    from qibot.platforms.teams.cloud import Cloud

log = structlog.get_logger()
DELIVER_EVERY, PLAN_EVERY, TIDY_EVERY = timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=1)
CLAIMED, BESIDE = 100, 2
"""Deliveries that are claimed together, and how many such lots are under way at a time."""
SECONDS_TO_ANSWER, SECONDS_TO_DRAIN = 4, 7.0
"""When asked to stop: for requests, then for deliveries and replies. With letting go, well within fifteen."""


class House:
    """Everything that runs. `ticking=False` leaves the ticking to the caller, who moves the clock (demo, tests), and
    `teams_cloud` is where a stand-in Teams is: no setting can say so.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        ticking: bool = True,
        teams_cloud: "Cloud | None" = None,
    ) -> None:
        self.settings, self.clock = settings, clock or SystemClock()
        self.database = Database(settings.qibot_database_url)
        self.bot = Bot(
            self.database,
            features.router,
            self.clock,
            organisers=settings.qibot_organisers,
            alone_up_to=settings.qibot_broadcast_alone_up_to,
        )
        self.slack = SlackSide(settings, self.bot, self.database, self.clock) if settings.slack_on else None
        self.teams = self._teams_side(teams_cloud) if settings.teams_on else None
        self.sides = [side for side in (self.slack, self.teams) if side is not None]
        self.platforms: Mapping[str, Platform] = {side.adapter.name: side.adapter for side in self.sides}
        self.worker = Worker(
            self.database, self.clock, features.catalogue, self.platforms, weekly_cap=settings.qibot_weekly_cap
        )
        self.ready = False
        self.delivered: Counter[str] = Counter()
        self._scheduler = AsyncIOScheduler(timezone="UTC") if ticking else None
        self._ticks: set[asyncio.Task[Any]] = set()

    def _teams_side(self, cloud: "Cloud | None") -> "TeamsSide":
        # Whoever has only Slack does not load it.
        from qibot.platforms.teams.app import TeamsSide

        return TeamsSide(self.settings, self.bot, self.database, self.clock, cloud=cloud)

    async def start(self) -> None:
        """Migrate, connect, begin to tick. Raises `Refused` when Slack or Microsoft does not take its secret."""
        await migrate(self.database, features.evidence, features.derived)
        async with self.database.transaction(reading=True) as db:
            # The first question would have to wait for it, and a chat waits two seconds.
            await topics.vocabulary(db)
        for side in self.sides:
            await side.start()
        if self._scheduler:
            jobs = (
                (self.begin, DELIVER_EVERY),
                (self.deliver, DELIVER_EVERY),
                (self.plan, PLAN_EVERY),
                (self.tidy, TIDY_EVERY),
            )
            for job, every in jobs:
                # A tick that is late is one tick, and never two at once in this process.
                self._scheduler.add_job(
                    self._tick(job),
                    "interval",
                    name=job.__name__,
                    seconds=every.total_seconds(),
                    max_instances=1,
                    coalesce=True,
                    misfire_grace_time=None,
                )
            self._scheduler.start()
        self.ready = True
        log.info("ready", slack=bool(self.slack), teams=bool(self.teams), database=self.database.dialect)

    async def stop(self) -> None:
        """Take in nothing more, finish what is in flight, let go. Safe after a start that broke off."""
        self.ready = False
        ticking = self._scheduler if self._scheduler and self._scheduler.running else None
        if ticking:
            # Paused, for shutting it down would cancel a delivery that a platform has in hand.
            ticking.pause()
        under_way = (side.drain(SECONDS_TO_DRAIN) for side in self.sides)
        await asyncio.gather(self.worker.drain(SECONDS_TO_DRAIN), *under_way)
        if ticking:
            ticking.shutdown(wait=False)
            # What it has cancelled still has something to roll back.
            await asyncio.gather(*self._ticks, return_exceptions=True)
        for side in self.sides:
            await side.stop()
        await self.database.close()
        log.info("stopped")

    async def begin(self) -> None:
        """Begin what somebody wanted to begin now."""
        for beginning in features.beginnings:
            await beginning(self.database, self.clock.now())

    async def deliver(self) -> None:
        """Send what is due."""
        while (done := await self.worker.run_until_quiet(max_ticks=20, limit=CLAIMED, beside=BESIDE)).claimed:
            self.delivered.update(sent=done.sent, later=done.later, skipped=done.skipped, failed=done.failed)

    async def plan(self) -> None:
        """Let features look at what time has changed, such as introductions nobody answered."""
        for sweep in features.sweeps:
            async with self.database.transaction() as db:
                await sweep(db, self.clock.now())
        for long_sweep in (*features.long_sweeps, *features.beginnings):
            await long_sweep(self.database, self.clock.now())

    async def tidy(self) -> None:
        """Forget what is only needed for a while."""
        async with self.database.transaction() as db:
            await people.forget_old_receipts(db, self.clock.now())
            await claims.forget_old_lanes(db, self.clock.now())
            await outbox.forget_erased(db)

    def web(self) -> FastAPI:
        """The web app: the platforms' addresses, health, metrics."""

        app = FastAPI(title="qibot", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
        app.get("/healthz")(_alive)
        app.get("/readyz")(self._readiness)
        app.get("/metrics")(self._metrics)
        for side in self.sides:
            side.mount(app)
        app.exception_handler(Exception)(_fault)
        return app

    def _tick(self, job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def tick() -> None:
            if (task := asyncio.current_task()) is not None:
                self._ticks.add(task)
                task.add_done_callback(self._ticks.discard)
            try:
                await job()
            except Exception:
                # The next tick tries again.
                log.exception("tick", job=job.__name__)

        return tick

    async def _readiness(self) -> PlainTextResponse:
        if not self.ready:
            return PlainTextResponse("starting or stopping\n", 503)
        try:
            async with asyncio.timeout(2), self.database.transaction(reading=True) as db:
                await db.execute(text("SELECT 1"))
        except Exception:
            return _no_database()
        return PlainTextResponse("ready\n")

    async def _metrics(self) -> Response:
        try:
            async with asyncio.timeout(5), self.database.transaction(reading=True) as db:
                backlog = await outbox.backlog(db, self.clock.now())
        except (SQLAlchemyError, TimeoutError):
            return _no_database()
        refused = sum((Counter(side.refused) for side in self.sides), Counter[str]())
        figures = metrics.Figures(self.clock.now(), backlog, self.bot.answered, refused, self.delivered)
        return Response(metrics.exposition(figures), media_type=metrics.CONTENT_TYPE)


def _no_database() -> PlainTextResponse:
    return PlainTextResponse("the database does not answer\n", 503)


async def _alive() -> PlainTextResponse:
    return PlainTextResponse("alive\n")


async def _fault(_: Request, error: Exception) -> PlainTextResponse:
    log.error("request not handled", error=type(error).__name__)
    return PlainTextResponse("Something went wrong on our side.\n", 500)


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; then drain and return. Raises what `House.start` raises."""
    import uvicorn

    house = House(settings)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await house.start()
            await super().startup(sockets)
            # What is there now stays. Looking for garbage in it would hold everybody up, a tenth of a second each time.
            gc.freeze()

        def handle_exit(self, sig: int, frame: object) -> None:
            # The stock one raises the signal again once it is done, so that a clean stop looks like a killing.
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True

    config: dict[str, Any] = {
        "host": settings.qibot_host,
        "port": settings.qibot_port,
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": SECONDS_TO_ANSWER,
    }
    server = Server(uvicorn.Config(house.web(), **config))

    async def run() -> None:
        try:
            await server.serve()
        finally:
            await house.stop()

    asyncio.run(run())
