"""Planning, cancelling, snoozing, and the claim."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from qibot.database import Database
from qibot.outbox import claims, planning, service
from qibot.outbox.service import Due
from qibot.people.models import Person
from tests.outbox.scene import WEDNESDAY, Scene, london

LEASE = timedelta(seconds=120)


async def test_the_same_thing_is_planned_once(scene: Scene) -> None:
    ann = await scene.person("ann")
    for due_at in (WEDNESDAY, WEDNESDAY + timedelta(days=1)):
        await scene.plan(ann, period="2w", due_at=due_at)
    await scene.plan(ann, period="6w")
    rows = await scene.rows()
    assert [(r.period, r.due_at) for r in rows] == [("2w", WEDNESDAY), ("6w", WEDNESDAY)]
    assert len({r.id for r in rows}) == 2


async def test_what_fails_leaves_nothing_planned(scene: Scene, database: Database) -> None:
    ann = await scene.person("ann")
    try:
        async with database.transaction() as db:
            await service.queue(db, kind="tests.news", person_id=ann, subject="x:1", due_at=WEDNESDAY)
            raise RuntimeError("the cause did not come to pass")
    except RuntimeError:
        assert await scene.rows() == []


async def test_many_in_one_statement(scene: Scene, database: Database) -> None:
    ann = await scene.person("ann")
    many = [Due("tests.news", ann, f"broadcast:{n}", WEDNESDAY) for n in range(2000)]
    async with database.transaction() as db:
        await service.queue_many(db, [])
        await service.queue_many(db, many)
        await service.queue_many(db, many)
        assert (await service.backlog(db, WEDNESDAY)).due == 2000


async def test_very_many_is_one_statement_and_each_workspace_takes_them_in_turns(
    scene: Scene, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PACE", 3)
    people = [await scene.person(f"p{n}", "T1" if n < 8 else "T2") for n in range(10)]
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    tonight = WEDNESDAY.replace(hour=22)
    async with database.transaction() as db:
        await service.queue_many(db, [Due("tests.answer", one, "broadcast:1", tonight) for one in people])
    assert len([one for one in statements if one.startswith(("INSERT", "WITH"))]) == 1
    seconds = [(row.try_at - row.due_at).total_seconds() for row in await scene.rows()]
    assert seconds == [0, 0, 0, 1, 1, 1, 2, 2, 0, 0]
    # Nobody is written to at night, and in the morning they do not all come at once.
    await scene.run_until(london(2019, 11, 28, 12))
    assert Counter(t.at for t in scene.postbox.taken) == {
        london(2019, 11, 28, 9): 5,
        london(2019, 11, 28, 9) + timedelta(seconds=1): 3,
        london(2019, 11, 28, 9) + timedelta(seconds=2): 2,
    }


async def test_cancel_all_about_a_subject_or_only_some(scene: Scene, database: Database) -> None:
    ann, bob = await scene.person("ann"), await scene.person("bob")
    for person in (ann, bob):
        await scene.plan(person, subject="event:1")
        await scene.plan(person, kind="tests.news", subject="event:1")
    await scene.plan(ann, subject="event:2")
    async with database.transaction() as db:
        assert await service.cancel(db, subject="event:1", kind="tests.news", person_id=bob) == 1
        assert await service.cancel(db, subject="event:1", reason="The event is off.") == 3
        assert await service.counts(db) == {"cancelled": 4, "pending": 1, "resent": 0}
    await scene.worker().run_until_quiet()
    assert scene.postbox.accounts() == ["ann"]
    assert {r.reason for r in await scene.rows() if r.state == "cancelled"} == {
        "The event is off.",
        "It is no longer needed.",
    }


async def test_snooze_says_it_again_in_a_week_at_the_start_of_a_working_day(scene: Scene, database: Database) -> None:
    ann = await scene.person("ann")
    scene.clock.set(london(2019, 12, 18, 15))
    await scene.plan(ann, period="2w")
    await scene.worker().run_until_quiet()
    for _ in range(2):
        async with database.transaction() as db:
            person = await db.get_one(Person, ann)
            first = await service.own(db, scene.postbox.taken[0].mark, person)
            # Christmas Day and Boxing Day are no days to remind anybody.
            assert await service.snooze(db, first, person, scene.clock.now()) == date(2019, 12, 27)
    _, again = await scene.rows()
    assert (again.period, again.plan, again.due_at) == ("2w~2019-12-27", "2w", london(2019, 12, 27, 9))
    await scene.run_until(london(2020, 1, 10, 12))
    assert [t.at for t in scene.postbox.taken] == [london(2019, 12, 18, 15), london(2019, 12, 27, 9)]


async def test_next_due_sees_what_waits_and_what_is_left_behind(scene: Scene, database: Database) -> None:
    async with database.transaction() as db:
        assert await service.next_due(db) is None
    ann = await scene.person("ann")
    await scene.plan(ann, due_at=WEDNESDAY + timedelta(days=14))
    async with database.transaction() as db:
        assert await service.next_due(db) == WEDNESDAY + timedelta(days=14)
    await scene.plan(ann, kind="tests.news")
    async with database.transaction() as db:
        assert len(await claims.claim(db, WEDNESDAY, 5, LEASE)) == 1
        assert await service.next_due(db) == WEDNESDAY + LEASE


async def test_a_claim_takes_what_is_due_up_to_its_limit_and_nobody_else_gets_it(
    scene: Scene, database: Database
) -> None:
    ann = await scene.person("ann")
    for n in range(5):
        await scene.plan(ann, subject=f"pledge:{n}", due_at=WEDNESDAY - timedelta(minutes=n))
    await scene.plan(ann, subject="pledge:9", due_at=WEDNESDAY + timedelta(minutes=1))
    async with database.transaction() as db:
        first = await claims.claim(db, WEDNESDAY, 3, LEASE)
    async with database.transaction() as db:
        second = await claims.claim(db, WEDNESDAY, 3, LEASE)
        third = await claims.claim(db, WEDNESDAY, 3, LEASE)
    assert [r.subject for r in first] == ["pledge:4", "pledge:3", "pledge:2"]
    assert [r.subject for r in second] == ["pledge:1", "pledge:0"]
    assert third == []
    async with database.transaction() as db:
        left = await claims.claim(db, WEDNESDAY + LEASE, 10, LEASE)
    assert len(left) == 6
    assert len({r.claim for r in left}) == 1


async def test_an_empty_tick_reads_the_small_indexes_only(scene: Scene, database: Database) -> None:
    ann = await scene.person("ann")
    far = [Due("tests.news", ann, f"b:{n}", WEDNESDAY + timedelta(days=n)) for n in range(1, 3000)]
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    async with database.transaction() as db:
        await service.queue_many(db, far)
        if database.dialect == "postgresql":
            await db.execute(text("ANALYZE deliveries"))
        assert await claims.claim(db, WEDNESDAY, 25, LEASE) == []
        words = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
        statement, values = asked[-1]
        plan = str((await (await db.connection()).exec_driver_sql(words + statement, values)).all())
    assert "ix_deliveries_waiting" in plan
    assert "ix_deliveries_out" in plan
    assert "SCAN deliveries" not in plan
    assert "Seq Scan on deliveries" not in plan


async def test_old_lanes_are_forgotten(scene: Scene, database: Database) -> None:
    await scene.plan(await scene.person("ann"))
    await scene.worker().run_until_quiet()
    async with database.transaction() as db:
        await claims.forget_old_lanes(db, WEDNESDAY + timedelta(minutes=30))
        assert await db.scalar(text("SELECT count(*) FROM lanes")) == 1
        await claims.forget_old_lanes(db, WEDNESDAY + timedelta(hours=2))
        assert await db.scalar(text("SELECT count(*) FROM lanes")) == 0


async def test_upcoming_is_what_waits_on_the_person_s_own_days(scene: Scene, database: Database) -> None:
    ann = await scene.person("ann", paused_until=date(2019, 12, 2))
    await scene.plan(ann, period="2w", due_at=london(2019, 12, 14, 9))
    await scene.plan(ann, kind="tests.news")
    await scene.plan(await scene.person("bob"))
    async with database.transaction() as db:
        person = await db.get_one(Person, ann)
        coming = await service.upcoming(db, person, WEDNESDAY)
    assert [(c.kind, c.on) for c in coming] == [
        ("tests.news", date(2019, 12, 2)),
        ("tests.followup", date(2019, 12, 16)),
    ]
