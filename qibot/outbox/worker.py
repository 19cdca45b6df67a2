"""Delivers what is due: claim, ask, decide, build, hand over, send, settle.

The promise: nothing is lost, and nothing is sent twice that can be checked. Every step may be the last one before the
process dies. What was claimed is taken up after its lease, and what was handed to a platform is asked about first.

The lease (120 s) is never renewed: asking and sending end after `patience` (10 s) each, no send begins that could not
end within the lease, and a process that overslept it changes nothing, because its claim is no longer in the row.
Clocks of several processes must agree to within a lease.
"""

import asyncio
import contextlib
import functools
import itertools
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.chat.platform import (
    Address,
    Doubt,
    InDoubt,
    NotNow,
    NotSent,
    Platform,
    Sent,
    Throttled,
    Unreachable,
    last_look,
)
from qibot.clock import Clock
from qibot.database import Database
from qibot.outbox import claims, views
from qibot.outbox.claims import Settlement
from qibot.outbox.jobs import Job, wait
from qibot.outbox.known import Known, Way, look_up, look_up_ways
from qibot.outbox.models import FAILED, PENDING, SENDING, SENT, SKIPPED, Delivery
from qibot.outbox.notifications import Catalogue, Notification
from qibot.outbox.service import NO_ACCOUNT, Later, Send, Skip
from qibot.outbox.settling import say_wrong, settle
from qibot.outbox.tick import Tick, together
from qibot.outbox.together import may_we_all

DOUBT = timedelta(seconds=30)
"""How long a platform gets to finish what it may have taken, before it is asked."""
HANDED = 25
"""So many of a lot are handed over at a time: what a process that dies then leaves in doubt."""
FRESH = timedelta(seconds=5)
"""What was decided longer ago is decided again: somebody may have said stop since."""


class _Broke(Exception):
    """A feature could not build its message; the transaction it was read in may be useless now."""


class Worker:
    """One process's deliverer. Ticks may overlap, in one process or in many.

    `platforms` by name. `weekly_cap`: nudges per person in seven days. `at_once`: messages under way to one workspace
    at a time. `patience`: seconds that a platform gets to answer.
    """

    def __init__(
        self, database: Database, clock: Clock, catalogue: Catalogue, platforms: Mapping[str, Platform],
        *, weekly_cap: int = 3, at_once: int = 16, patience: float = 10.0, lease: timedelta = timedelta(seconds=120),
    ) -> None:  # fmt: skip
        self._database, self._clock, self._catalogue, self._platforms = database, clock, catalogue, platforms
        self._weekly_cap, self._patience, self._lease = weekly_cap, patience, lease
        self._nudges = [one.kind for one in catalogue.nudges]
        self._rooms: dict[int, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))
        self._paused: dict[str, datetime] = {}
        self._held: set[str] = set()
        self._stopping, self._running = False, 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def tick(self, *, limit: int = 25) -> Tick:
        """Deliver at most `limit` due rows, and as many that somebody left behind. Nothing at all once draining."""
        if self._stopping:
            return Tick()
        self._running += 1
        self._idle.clear()
        try:
            return await self._tick(limit)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def run_until_quiet(self, max_ticks: int = 1000, *, limit: int = 25, beside: int = 1) -> Tick:
        """Tick until nothing is due now; what they did together. When more is due than one tick takes, so many go
        `beside` each other: one is with the database while another waits for a platform.
        """
        first = await self.tick(limit=limit)
        left = itertools.repeat(None, max_ticks - 1)
        loops = 0 if not first.claimed else beside if first.claimed >= limit else 1
        return first + await together([self._while_due(left, limit) for _ in range(loops)])

    async def _while_due(self, left: Iterable[None], limit: int) -> Tick:
        total = Tick()
        for _ in left:
            one = await self.tick(limit=limit)
            total += one
            if not one.claimed:
                break
        return total

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109 - the caller's seconds, not a cancellation
        """Claim nothing more, send what is with a platform already, settle. False when `timeout` seconds were too few:
        nothing is lost then either, it is asked about after its lease.
        """
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout)
        return not self._running

    async def _tick(self, limit: int) -> Tick:
        now = self._clock.now()
        async with self._database.transaction() as db:
            rows = await claims.claim(db, now, limit, self._lease)
        # After a jump of the clock our own rows may look left behind while they are still under way here.
        rows = [row for row in rows if row.id not in self._held]
        mine = {row.id for row in rows}
        self._held |= mine
        try:
            fresh = [Job(row, unsure=False) for row in rows if row.handed_at is None]
            doubtful = [Job(row, unsure=True) for row in rows if row.handed_at is not None]
            # A platform that is slow to say what became of the old ones must not hold up the new ones.
            both = [self._deliver(some, now) for some in (fresh, doubtful) if some]
            return await together(both)
        finally:
            self._held -= mine

    async def _deliver(self, jobs: Sequence[Job], now: datetime) -> Tick:
        await self._ask([job for job in jobs if job.unsure], now)
        now = self._clock.now()
        await self._write(_open(jobs), now)
        for first in range(0, len(jobs), HANDED):
            await self._deliver_some(jobs[first : first + HANDED], now)
        ends = [job.done.state for job in jobs if job.done is not None]
        return Tick(len(jobs), *(ends.count(state) for state in (SENT, PENDING, SKIPPED, FAILED, SENDING)))

    async def _deliver_some(self, jobs: Sequence[Job], decided_at: datetime) -> None:
        if (now := self._clock.now()) - decided_at > FRESH:
            for job in _open(jobs):
                job.later(now, "It waits for its turn.")
        await self._hand_over(_open(jobs), since=decided_at)
        async with asyncio.TaskGroup() as group:
            for job in _open(jobs):
                group.create_task(self._send(job))
        await self._settle(job.done for job in jobs if job.done is not None)

    # ---- Ask what became of those in doubt

    async def _ask(self, jobs: Sequence[Job], now: datetime) -> None:
        if not jobs:
            return
        async with self._database.transaction(reading=True) as db:
            ways = await look_up_ways(db, sorted({job.row.person_id for job in jobs}))
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                # Only where it was handed over: anywhere else the answer would be about something else.
                there = [way for way in ways.get(job.row.person_id, ()) if way.workspace_id == job.row.workspace_id]
                job.way = there[0] if there else None
                group.create_task(self._ask_one(job, now))

    async def _ask_one(self, job: Job, now: datetime) -> None:
        row, way = job.row, job.way
        kind = self._catalogue.get(row.kind)
        if kind is not None and kind.replaces is not None:
            job.unsure = False
            return
        if kind is not None and kind.others is not None:
            job.settle(FAILED, "Nobody can say whether it arrived, and it is not said twice.")
            return
        platform = self._platforms.get(way.platform) if way else None
        if way is None or platform is None or row.handed_at is None:
            job.settle(FAILED, "The chat account went away before I could check whether it arrived.")
            return
        try:
            async with asyncio.timeout(self._patience):
                answer = await _find(platform, _address(job, way), row)
        except Throttled as slow:
            job.doubt(now + timedelta(seconds=slow.seconds), slow.reason, row.attempts)
        except Unreachable as gone:
            job.settle(FAILED, f"I could not check whether it arrived: {gone.reason}")
        except Exception as wrong:
            if not isinstance(wrong, NotSent | TimeoutError):
                say_wrong("could not ask", row, wrong)
            attempts = row.attempts + 1
            job.doubt(now + wait(attempts), "It is not known yet whether it arrived.", attempts)
        else:
            self._answered(job, answer, row.handed_at)

    def _answered(self, job: Job, answer: Sent | Doubt, handed_at: datetime) -> None:
        if isinstance(answer, Sent):
            job.sent(answer, handed_at)
        elif answer is Doubt.NOT_SENT:
            job.unsure = False
        elif job.row.resent:
            reason = "The connection broke twice and nobody can say whether it arrived, so I stopped."
            job.settle(FAILED, reason)

    # ---- May we, and what do we say?

    async def _write(self, jobs: Sequence[Job], now: datetime) -> None:
        todo = deque(jobs)
        while todo:
            with contextlib.suppress(_Broke):
                async with self._database.transaction(reading=True) as db:
                    known = await look_up(db, [job.row for job in todo], now, self._nudges)
                    while todo:
                        await self._write_one(db, todo.popleft(), known, now)

    async def _write_one(self, db: AsyncSession, job: Job, known: Known, now: datetime) -> None:
        try:
            notification = self._catalogue.get(job.row.kind)
            if notification is None:
                # Another version of the bot may know it.
                job.again(now, "Nothing here knows how to say this.")
            elif await self._goes(db, job, notification, known, now):
                message = await notification.build(db, job.row, now)
                # A feature that changed something is found out here, on its own, and not at the end for everybody.
                await db.flush()
                job.message = self._with_ways_out(message, job)
                if message is None:
                    job.settle(SKIPPED, "It was no longer true.")
        except Exception as wrong:
            say_wrong("could not build", job.row, wrong)
            job.again(now, "Something went wrong on my side.")
            raise _Broke from wrong

    async def _goes(self, db: AsyncSession, job: Job, what: Notification, known: Known, now: datetime) -> bool:
        if what.replaces is None:
            return self._may(job, what, await self._among(db, job, what, known, now), now)
        job.before = await what.replaces(db, job.row)
        if job.before is None or job.before.state not in (SENDING, SENT):
            job.settle(SKIPPED, "There is no message to change.")
        elif job.before.state == SENDING:
            job.later(now + DOUBT, "It waits for the message that it changes.")
        else:
            ways = [way for way in known.ways.get(job.row.person_id, ()) if way.workspace_id == job.before.workspace_id]
            job.way = ways[0] if ways and ways[0].open and ways[0].platform in self._platforms else None
            if job.way is None:
                job.settle(FAILED, NO_ACCOUNT)
            elif (until := known.busy_until(job.way)) is not None:
                job.later(until, "It waits for its turn.")
        return job.done is None

    def _with_ways_out(self, message: Message | None, job: Job) -> Message | None:
        """What stands in the place of another has the ways out of that one."""
        row = job.before or job.row
        notification = self._catalogue.get(row.kind)
        if message is None or notification is None or notification.asked_for:
            return message
        return views.with_ways_out(message, row.id, notification.label)

    async def _among(self, db: AsyncSession, job: Job, what: Notification, known: Known, now: datetime) -> Known:
        """What may decide about a message to several: what is known of each of them."""
        if what.others is None:
            return known
        job.others = tuple(await what.others(db, job.row))
        return await look_up(db, [job.row], now, self._nudges, job.others)

    def _may(self, job: Job, notification: Notification, known: Known, now: datetime) -> bool:
        self._find_way(job, known)
        purpose, asked = notification.purpose, notification.asked_for
        people, reachable = (job.row.person_id, *job.others), job.way is not None
        standings = [known.standing(job.row, purpose, person_id=one, reachable=reachable) for one in people]
        match may_we_all(now, standings, purpose=purpose, asked_for=asked, weekly_cap=self._weekly_cap):
            case Skip(reason=reason):
                job.settle(SKIPPED, reason)
            case Later(moment=moment, reason=reason) if notification.too_late(job.row, moment):
                job.settle(SKIPPED, reason)
            case Later(moment=moment, reason=reason):
                job.later(moment + job.row.turn, reason)
            case Send():
                until = known.busy_until(job.way) if job.way else None
                if until is not None:
                    job.later(until, "It waits for its turn.")
        return job.done is None

    def _find_way(self, job: Job, known: Known) -> None:
        ways = [
            (way, beside)
            for way in known.ways.get(job.row.person_id, ())
            # What may have arrived in one place is not said in another.
            if not job.unsure or way.workspace_id == job.row.workspace_id
            if way.open and way.platform in self._platforms
            if all(beside := tuple(known.account(one, way.workspace_id) for one in job.others))
        ]
        job.another_way = len(ways) > 1
        job.way, job.beside = ways[0] if ways else (None, ())

    # ---- Hand over and send

    async def _hand_over(self, jobs: Sequence[Job], since: datetime) -> None:
        letters = {job.row.id: (job.row, job.way) for job in jobs if job.way is not None}
        if not letters:
            return
        now = self._clock.now()
        async with self._database.transaction() as db:
            going, waiting = await claims.hand_over(db, letters, since=since, now=now)
        for job in jobs:
            if job.row.id in waiting:
                job.later(waiting[job.row.id], "It waits for its turn.")
            elif job.row.id not in going:
                # Taken up by somebody else: whatever we settle finds another claim and changes nothing.
                job.later(now, "")

    async def _send(self, job: Job) -> None:
        way, row, message = job.way, job.row, job.message
        if way is None or message is None or row.lease_until is None:
            raise TypeError("a letter without address, words or lease")
        async with self._rooms[way.workspace_id]:
            now = self._clock.now()
            paused = self._paused.get(way.lanes[0], now)
            if self._stopping or self._too_late(row.lease_until):
                job.later(now, "It waits for its turn.")
            elif paused > now:
                job.later(paused, "The platform asked us to slow down.")
            else:
                last_look.set(functools.partial(self._look, row.lease_until))
                await self._call(job, way, message, now)

    def _too_late(self, lease_until: datetime) -> bool:
        """Whether a call that begins now could outlast the lease."""
        return self._clock.now() + timedelta(seconds=self._patience) >= lease_until

    def _look(self, lease_until: datetime) -> None:
        if self._too_late(lease_until):
            raise NotNow("It took too long to send.")

    async def _call(self, job: Job, way: Way, message: Message, started: datetime) -> None:
        row = job.row
        resent = row.resent + job.unsure
        try:
            async with asyncio.timeout(self._patience):
                sent = await self._carry(job, way, message)
        except Throttled as slow:
            until = self._clock.now() + timedelta(seconds=slow.seconds)
            lane = way.lanes[0] if slow.whole_workspace else way.lanes[1]
            if slow.whole_workspace:
                self._paused[lane] = max(until, self._paused.get(lane, until))
            job.later(until, "The platform asked us to slow down.", pause=(lane, until))
        except Unreachable as gone:
            # Of several it is not known whom it is about, and of a change it may be about the message.
            identity = {} if job.others or job.before else {"its_id": way.identity_id, "unreachable": gone.reason[:200]}
            if job.another_way and identity:
                job.later(self._clock.now(), gone.reason, identity=identity)
            else:
                job.settle(FAILED, gone.reason, identity=identity)
        except NotNow as passing:
            job.again(self._clock.now(), passing.reason)
        except Exception as wrong:
            if not isinstance(wrong, InDoubt | TimeoutError):
                say_wrong("could not send", row, wrong)
            until = self._clock.now() + DOUBT
            attempts = row.attempts + 1
            job.doubt(until, "It is not known yet whether it arrived.", attempts, handed_at=started, resent=resent)
        else:
            job.sent(sent, self._clock.now(), resent=resent)

    async def _carry(self, job: Job, way: Way, message: Message) -> Sent:
        platform, address = self._platforms[way.platform], _address(job, way)
        if job.before is None:
            return await platform.send(address, message, job.row.id)
        sent = Sent(job.before.conversation, job.before.message)
        await platform.edit(address, sent, message)
        return sent

    async def _settle(self, done: Iterable[Settlement]) -> None:
        features = {kind: one.settled for kind, one in self._catalogue.items() if one.settled}
        await settle(self._database, done, features, self._clock.now())


def _open(jobs: Iterable[Job]) -> list[Job]:
    return [job for job in jobs if job.done is None]


async def _find(platform: Platform, to: Address, row: Delivery) -> Sent | Doubt:
    """What became of it. To ask changes nothing, so a connection that breaks is tried once more before it waits."""
    since = row.handed_at or row.due_at
    try:
        return await platform.find_sent(to, row.id, since)
    except (InDoubt, NotNow):
        return await platform.find_sent(to, row.id, since)


def _address(job: Job, way: Way) -> Address:
    return Address(way.platform, way.workspace, way.account, "" if job.others else way.conversation, job.beside)
