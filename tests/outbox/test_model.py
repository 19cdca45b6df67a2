"""Anything people, clocks, platforms and crashes may do, in any order: the promises hold."""

import asyncio
import contextlib
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import delete

from qibot.chat.platform import InDoubt, NotNow, Throttled
from qibot.clock import SetClock
from qibot.database import Base, Database
from qibot.outbox import service
from qibot.people.models import Consent
from tests.outbox.postbox import Crash, Postbox
from tests.outbox.scene import WEDNESDAY, Scene, in_hours

PEOPLE = ("ann", "bob", "cyn")
CAP = 2

people = st.sampled_from(PEOPLE)
kinds = st.sampled_from(["tests.followup", "tests.news", "tests.answer"])


class Outbox(RuleBasedStateMachine):
    """`planned` is what was queued; `unwilling` who said no and since when nothing capped may come."""

    @initialize()
    def start(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.unwilling: set[str] = set()
        self.planned: set[tuple[str, str, int]] = set()
        self.checked = 0
        self.run(self._open())

    async def _open(self) -> None:
        self.database = Database(f"sqlite+aiosqlite:///{Path(self.folder.name) / 'model.db'}")
        async with self.database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        clock = SetClock(WEDNESDAY)
        self.scene = Scene(self.database, clock, Postbox(clock))
        await self.scene.open()
        self.ids = {name: await self.scene.person(name) for name in PEOPLE}

    def run(self, coroutine: Any) -> Any:
        return self.loop.run_until_complete(coroutine)

    @rule(who=people, kind=kinds, subject=st.integers(1, 4), hours=st.integers(0, 60))
    def plan(self, who: str, kind: str, subject: int, hours: int) -> None:
        due_at = self.scene.clock.now() + timedelta(hours=hours)
        self.run(self.scene.plan(self.ids[who], kind, subject=f"s:{subject}", due_at=due_at))
        self.planned.add((who, kind, subject))

    @rule(who=people)
    def withdraws(self, who: str) -> None:
        async def do() -> None:
            async with self.database.transaction() as db:
                await db.execute(delete(Consent).where(Consent.person_id == self.ids[who]))

        self.run(do())
        self.unwilling.add(who)

    @rule(who=people)
    def stops_everything(self, who: str) -> None:
        async def do() -> None:
            async with self.database.transaction() as db:
                await service.stop_kind(db, self.ids[who])

        self.run(do())
        self.unwilling.add(who)

    @rule(who=people, fault=st.sampled_from(["throttle", "slow", "away", "dropped", "lost", "crash", "crash after"]))
    def breaks(self, who: str, fault: str) -> None:
        box = self.scene.postbox
        where, what = {
            "throttle": (box.before, Throttled(40)),
            "slow": (box.before, Throttled(5, whole_workspace=False)),
            "away": (box.before, NotNow("Away.")),
            "dropped": (box.after, InDoubt("Dropped.")),
            "lost": (box.before, InDoubt("Dropped.")),
            "crash": (box.before, Crash()),
            "crash after": (box.after, Crash()),
        }[fault]
        where[who].append(what)

    @rule(minutes=st.sampled_from([0, 1, 3, 60, 60 * 24, 60 * 24 * 5]))
    def ticks(self, minutes: int) -> None:
        self.scene.clock.forward(timedelta(minutes=minutes))
        with contextlib.suppress(Crash, BaseExceptionGroup):
            self.run(self.scene.worker(weekly_cap=CAP).tick())

    @invariant()
    def each_once_in_hours_and_to_the_willing(self) -> None:
        taken = self.scene.postbox.taken
        assert max(Counter(t.mark for t in taken).values(), default=1) == 1
        assert all(in_hours(t.at) for t in taken)
        assert self.scene.postbox.complaints == []
        capped = [t for t in taken[self.checked :] if t.message.title != "They said yes"]
        assert not self.unwilling & {t.account for t in capped}
        for one in capped:
            week = [
                t
                for t in taken
                if t.account == one.account
                and t.message.title != "They said yes"
                and one.at - timedelta(days=7) < t.at <= one.at
            ]
            assert len(week) <= CAP
        self.checked = len(taken)

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        box = self.scene.postbox
        box.before.clear()
        box.after.clear()
        end = self.scene.clock.now() + timedelta(days=90)
        self.run(self.scene.run_until(end, self.scene.worker(weekly_cap=CAP)))
        self.each_once_in_hours_and_to_the_willing()
        rows = self.run(self.scene.rows())
        assert len(rows) == len(self.planned)
        arrived = {t.mark for t in box.taken}
        for row in rows:
            assert (row.id in arrived) == (row.state == "sent"), f"{row.kind}: {row.state} {row.reason}"
            assert row.state in ("sent", "skipped")
        self.run(self.database.close())
        self.loop.close()
        self.folder.cleanup()


Outbox.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestOutbox = Outbox.TestCase
