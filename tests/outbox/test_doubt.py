"""Nothing is lost, and nothing is sent twice that can be checked: whatever breaks, and wherever."""

import asyncio
import contextlib
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from qibot.chat.platform import InDoubt, NotNow, NotSent, Throttled, Unreachable
from qibot.database import Database
from qibot.outbox import claims, known, service
from qibot.outbox.tick import Tick
from qibot.outbox.worker import DOUBT, FRESH, HANDED, Worker
from qibot.people.models import Person, Workspace
from tests.outbox.postbox import Crash
from tests.outbox.scene import WEDNESDAY, Scene

LEASE = timedelta(seconds=120)
DROPPED = InDoubt("The connection went.")


class Fate:
    """Kills whoever takes the nth step that anybody outside could notice: a statement, a commit, a call to a platform.

    Between two such steps it makes no difference when a process dies.
    """

    def __init__(self, scene: Scene) -> None:
        self._left = 0
        self.struck = False
        engine = scene.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._step)
        event.listen(engine, "commit", self._step)
        scene.postbox.step = self._step

    def strikes_at(self, nth: int) -> None:
        self._left, self.struck = nth, False

    def rests(self) -> None:
        self._left = 0

    def _step(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            self.struck = True
            raise Crash


async def test_dying_at_every_step_of_a_tick(scene: Scene) -> None:
    """The process dies at its first step, at its second, and so on; each time another one takes over."""
    people = [await scene.person(f"p{n}") for n in range(3)]
    fate, nth = Fate(scene), 0
    while nth == 0 or fate.struck:
        nth += 1
        for person in people:
            await scene.plan(person, "tests.answer", subject=f"ask:{nth}")
        # One is in doubt already, so that asking is among the steps.
        scene.postbox.after["p0"] = [DROPPED]
        await scene.worker().tick()
        scene.clock.forward(DOUBT)
        for person in people:
            await scene.plan(person, "tests.answer", subject=f"ask again:{nth}")
        fate.strikes_at(nth)
        with contextlib.suppress(Crash, BaseExceptionGroup):
            await scene.worker().tick()
        fate.rests()
        scene.clock.forward(LEASE)
        await scene.run_until(scene.clock.now() + timedelta(minutes=2))
        assert len(scene.postbox.taken) == len({t.mark for t in scene.postbox.taken}) == 6 * nth, f"at step {nth}"
        assert set(await scene.states()) == {"sent"}
    assert nth > 25, "there are at least as many steps"


@pytest.mark.parametrize("before", [True, False])
async def test_dying_while_a_platform_has_it(scene: Scene, before: bool) -> None:
    for n in range(4):
        await scene.plan(await scene.person(f"p{n}"))
    faults = scene.postbox.before if before else scene.postbox.after
    faults["p2"] = [Crash()]
    with pytest.raises(BaseExceptionGroup):
        await scene.worker().tick()
    assert await scene.states() == ["sending"] * 4
    assert await scene.worker().tick() == Tick(), "the lease holds"
    scene.clock.forward(LEASE)
    assert await scene.worker().run_until_quiet() == Tick(claimed=4, sent=4)
    assert sorted(scene.postbox.accounts()) == ["p0", "p1", "p2", "p3"]
    assert len(scene.postbox.asked) == 4


async def test_dying_leaves_no_more_in_doubt_than_are_handed_over_together(scene: Scene) -> None:
    for n in range(HANDED + 10):
        await scene.plan(await scene.person(f"p{n:02}"))
    scene.postbox.before["p02"] = [Crash()]
    with pytest.raises(BaseExceptionGroup):
        await scene.worker().tick(limit=100)
    assert sum(row.handed_at is not None for row in await scene.rows()) == HANDED
    scene.clock.forward(LEASE)
    await scene.worker().run_until_quiet()
    assert len(scene.postbox.accounts()) == len(set(scene.postbox.accounts())) == HANDED + 10


async def test_what_was_decided_long_ago_is_decided_again(scene: Scene, database: Database) -> None:
    people = [await scene.person(f"p{n:02}") for n in range(HANDED + 2)]
    for person in people:
        await scene.plan(person)
    scene.postbox.gate.clear()
    slow = asyncio.create_task(scene.worker().tick(limit=100))
    await scene.postbox.called.wait()
    async with database.transaction() as db:
        await service.stop_kind(db, people[-1])
    scene.clock.forward(FRESH + timedelta(seconds=1))
    scene.postbox.gate.set()
    assert await slow == Tick(claimed=HANDED + 2, sent=HANDED, later=2)
    assert await scene.worker().run_until_quiet() == Tick(claimed=2, sent=1, skipped=1)


async def test_dying_before_the_platform_is_called_leaves_no_doubt(scene: Scene, database: Database) -> None:
    await scene.plan(await scene.person("ann"))
    scene.postbox.can_ask = False
    async with database.transaction() as db:
        await claims.claim(db, WEDNESDAY, 5, LEASE)
    scene.clock.forward(LEASE)
    assert await scene.worker().tick() == Tick(claimed=1, sent=1)
    assert (await scene.row()).resent == 0


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_dropped_connection_is_asked_about(scene: Scene, arrived: bool) -> None:
    await scene.plan(await scene.person("ann"))
    (scene.postbox.after if arrived else scene.postbox.before)["ann"] = [DROPPED]
    assert await scene.worker().tick() == Tick(claimed=1, in_doubt=1)
    assert (await scene.row()).reason == "It is not known yet whether it arrived."
    await scene.run_until(WEDNESDAY + timedelta(minutes=5))
    row = await scene.row()
    assert row.sent_at == (WEDNESDAY if arrived else WEDNESDAY + DOUBT)
    assert (row.state, row.message, row.reason) == ("sent", "found" if arrived else "1.0", "")
    assert scene.postbox.accounts() == ["ann"]


@pytest.mark.parametrize("wrong", [TimeoutError(), KeyError("a fault of the adapter")])
async def test_anything_unexpected_from_a_platform_is_a_doubt(scene: Scene, wrong: Exception) -> None:
    await scene.plan(await scene.person("ann"))
    scene.postbox.after["ann"] = [wrong]
    await scene.run_until(WEDNESDAY + timedelta(minutes=5))
    assert scene.postbox.accounts() == ["ann"]
    assert await scene.states() == ["sent"]


async def test_a_platform_that_never_answers_is_left_in_doubt(scene: Scene) -> None:
    await scene.plan(await scene.person("ann"))
    scene.postbox.gate.clear()
    assert await scene.worker(patience=0.01).tick() == Tick(claimed=1, in_doubt=1)
    scene.postbox.gate.set()
    await scene.run_until(WEDNESDAY + timedelta(minutes=5))
    assert scene.postbox.accounts() == ["ann"]


async def test_doubt_waits_until_the_platform_can_be_asked(scene: Scene) -> None:
    await scene.plan(await scene.person("ann"))
    scene.postbox.after["ann"] = [DROPPED]
    scene.postbox.asking = [Throttled(45), NotNow("Away."), KeyError("oops")]
    await scene.run_until(WEDNESDAY + timedelta(hours=2))
    assert scene.postbox.accounts() == ["ann"]
    assert len(scene.postbox.asked) == 4
    assert await scene.states() == ["sent"]


async def test_one_connection_that_breaks_while_it_is_asked_costs_no_wait(scene: Scene) -> None:
    await scene.plan(await scene.person("ann"))
    scene.postbox.after["ann"] = [DROPPED]
    scene.postbox.asking = [NotNow("The connection was cut.")]
    await scene.run_until(WEDNESDAY + timedelta(minutes=2))
    assert scene.postbox.accounts() == ["ann"]
    assert len(scene.postbox.asked) == 2
    assert await scene.states() == ["sent"]


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([NotNow("Away.")] * 20, "I could not find out whether it arrived, so I did not send it again."),
        ([Unreachable("The token is gone.")], "I could not check whether it arrived: The token is gone."),
    ],
)
async def test_doubt_that_nobody_can_end_is_not_sent_again(scene: Scene, faults: list[NotSent], reason: str) -> None:
    await scene.plan(await scene.person("ann"))
    scene.postbox.before["ann"] = [DROPPED]
    scene.postbox.asking = [*faults]
    await scene.run_until(WEDNESDAY + timedelta(days=2))
    row = await scene.row()
    assert (row.state, row.reason) == ("failed", reason)
    assert scene.postbox.taken == []


@pytest.mark.parametrize("can_ask", [True, False])
async def test_doubt_is_settled_where_it_arose_and_nowhere_else(scene: Scene, can_ask: bool) -> None:
    ann = await scene.person("ann")
    await scene.plan(ann)
    scene.postbox.can_ask = can_ask
    scene.postbox.after["ann"] = [DROPPED]
    await scene.worker().tick()
    await scene.another_account(ann, "ann2", "T2")
    await scene.run_until(WEDNESDAY + timedelta(minutes=5))
    assert await scene.states() == ["sent"]
    assert scene.postbox.accounts() == (["ann"] if can_ask else ["ann", "ann"])


async def test_doubt_is_settled_even_after_the_bot_was_removed(scene: Scene) -> None:
    await scene.plan(await scene.person("ann"))
    scene.postbox.after["ann"] = [DROPPED]
    await scene.worker().tick()
    await scene.change(Workspace, removed_at=WEDNESDAY)
    await scene.run_until(WEDNESDAY + timedelta(minutes=5))
    assert await scene.states() == ["sent"], "the bot may ask there with what it has"
    assert scene.postbox.accounts() == ["ann"]


async def test_where_nobody_can_be_asked_it_is_sent_once_more_and_counted(scene: Scene, database: Database) -> None:
    scene.postbox.can_ask = False
    await scene.plan(await scene.person("ann"))
    await scene.plan(await scene.person("bob"))
    scene.postbox.after["ann"] = [DROPPED]
    scene.postbox.after["bob"] = [DROPPED] * 5
    await scene.run_until(WEDNESDAY + timedelta(days=1))
    ann, bob = await scene.rows()
    assert (ann.state, ann.resent) == ("sent", 1)
    assert (bob.state, bob.resent) == ("failed", 1)
    assert bob.reason == "The connection broke twice and nobody can say whether it arrived, so I stopped."
    assert sorted(scene.postbox.accounts()) == ["ann", "ann", "bob", "bob"]
    async with database.transaction() as db:
        assert await service.counts(db) == {"sent": 1, "failed": 1, "resent": 2}


async def test_doubt_outlives_a_wait_where_nobody_can_be_asked(scene: Scene) -> None:
    """Throttled, or outside hours, between the two tries: the second is still a resend, and the only one."""
    scene.postbox.can_ask = False
    await scene.plan(await scene.person("ann"))
    scene.postbox.before["ann"] = [DROPPED, NotNow("Away."), Throttled(9)]
    await scene.run_until(WEDNESDAY + timedelta(days=1))
    row = await scene.row()
    assert (row.state, row.resent) == ("sent", 1)
    assert scene.postbox.accounts() == ["ann"]


async def test_doubt_that_is_over_is_over(scene: Scene) -> None:
    await scene.plan(await scene.person("ann"))
    scene.postbox.before["ann"] = [DROPPED]
    await scene.worker().tick()
    await scene.change(Person, paused_until=date(2019, 12, 2))
    scene.clock.forward(DOUBT)
    assert await scene.worker().tick() == Tick(claimed=1, later=1)
    assert (await scene.row()).handed_at is None


async def test_what_may_have_arrived_counts_to_the_cap(scene: Scene) -> None:
    ann = await scene.person("ann")
    await scene.plan(ann)
    scene.postbox.after["ann"] = [DROPPED]
    worker = scene.worker(weekly_cap=1)
    await worker.tick()
    scene.clock.forward(timedelta(seconds=5))
    await scene.plan(ann, subject="pledge:2")
    assert await worker.tick() == Tick(claimed=1, later=1)
    assert scene.postbox.accounts() == ["ann"]


async def test_nothing_is_begun_that_could_outlast_the_lease(scene: Scene) -> None:
    for n in range(2):
        await scene.plan(await scene.person(f"p{n}"))
    scene.postbox.gate.clear()
    slow = asyncio.create_task(scene.worker(at_once=1, patience=10).tick())
    await scene.postbox.called.wait()
    scene.clock.forward(LEASE - timedelta(seconds=10))
    scene.postbox.gate.set()
    assert await slow == Tick(claimed=2, sent=1, later=1)
    assert len(scene.postbox.taken) == 1


async def test_a_lane_taken_since_we_decided_is_busy(scene: Scene, database: Database) -> None:
    """However long one process takes between deciding and sending: another one may have filled the week meanwhile."""
    ann = await scene.person("ann")
    for n in range(2):
        await scene.plan(ann, subject=f"pledge:{n}")
    async with database.transaction() as db:
        one, two = await claims.claim(db, WEDNESDAY, 5, LEASE)
        (way,) = (await known.look_up_ways(db, [ann]))[ann]
        later = WEDNESDAY + timedelta(seconds=5)
        assert await claims.hand_over(db, {one.id: (one, way)}, since=WEDNESDAY, now=WEDNESDAY) == ({one.id}, {})
        going, waiting = await claims.hand_over(db, {two.id: (two, way)}, since=WEDNESDAY, now=later)
        assert (going, waiting) == (set(), {two.id: later + claims.SPACING})
        assert await claims.hand_over(db, {two.id: (two, way)}, since=later, now=later) == ({two.id}, {})


async def test_what_another_took_over_cannot_be_handed_over(scene: Scene, database: Database) -> None:
    ann = await scene.person("ann")
    await scene.plan(ann)
    async with database.transaction() as db:
        (mine,) = await claims.claim(db, WEDNESDAY, 5, LEASE)
    later = WEDNESDAY + LEASE
    async with database.transaction() as db:
        (theirs,) = await claims.claim(db, later, 5, LEASE)
        (way,) = (await known.look_up_ways(db, [ann]))[ann]
        assert await claims.hand_over(db, {mine.id: (mine, way)}, since=WEDNESDAY, now=later) == (set(), {})
        later += claims.SPACING
        assert await claims.hand_over(db, {mine.id: (theirs, way)}, since=later, now=later) == ({mine.id}, {})


async def test_a_process_that_overslept_its_lease_sends_and_settles_nothing(scene: Scene) -> None:
    for n in range(2):
        await scene.plan(await scene.person(f"p{n}"))
    scene.postbox.gate.clear()
    sleeper = asyncio.create_task(scene.worker(at_once=1).tick())
    await scene.postbox.called.wait()
    scene.clock.forward(LEASE)
    scene.postbox.called.clear()
    # p0's call is frozen half-way and will not arrive; p1's had not begun.
    scene.postbox.before["p0"] = [NotNow("The connection was cut long ago.")]
    other = asyncio.create_task(scene.worker(at_once=1).tick())
    await scene.postbox.called.wait()
    scene.postbox.gate.set()
    await sleeper
    await other
    await scene.run_until(scene.clock.now() + timedelta(minutes=5))
    assert sorted(scene.postbox.accounts()) == ["p0", "p1"]
    assert await scene.states() == ["sent"] * 2


async def test_a_jump_of_the_clock_does_not_take_from_itself(scene: Scene) -> None:
    await scene.plan(await scene.person("ann"))
    worker = scene.worker()
    scene.postbox.gate.clear()
    first = asyncio.create_task(worker.tick())
    await scene.postbox.called.wait()
    scene.clock.forward(timedelta(hours=1))
    assert await worker.tick() == Tick()
    scene.postbox.gate.set()
    await first
    await scene.run_until(scene.clock.now() + timedelta(minutes=5))
    assert scene.postbox.accounts() == ["ann"]
    assert await scene.states() == ["sent"]


async def test_many_workers_on_one_database_send_each_once(scene: Scene) -> None:
    for n in range(40):
        await scene.plan(await scene.person(f"p{n}", "T1" if n % 2 else "T2"))
    for n in range(0, 40, 7):
        scene.postbox.after[f"p{n}"] = [DROPPED]
    workers: list[Worker] = [scene.worker() for _ in range(4)]
    for _ in range(4):
        await asyncio.gather(*(w.run_until_quiet(limit=3) for w in workers))
        scene.clock.forward(DOUBT)
    assert sorted(scene.postbox.accounts()) == sorted(f"p{n}" for n in range(40))
    assert set(await scene.states()) == {"sent"}
