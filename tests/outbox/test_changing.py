"""What was said is changed where it stands, and what is no news any more is not said."""

import contextlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message, plain_text
from qibot.chat.platform import InDoubt, Throttled, Unreachable
from qibot.clock import SetClock
from qibot.database import Database
from qibot.outbox import choosing, planning
from qibot.outbox.models import EVERYTHING, FAILED, PENDING, SENT, SKIPPED, Delivery, StoppedKind
from qibot.outbox.notifications import Catalogue, notification
from qibot.outbox.service import NO_ACCOUNT, PAUSED, Skip, Standing, may_we
from qibot.outbox.worker import Worker
from qibot.people.models import Consent, Identity, Person
from tests.outbox.postbox import Crash, Postbox
from tests.outbox.scene import CATALOGUE, WEDNESDAY, Scene

TONIGHT = WEDNESDAY.replace(hour=22)


async def _first(db: AsyncSession, delivery: Delivery) -> Delivery | None:
    mine = Delivery.kind == "tests.news", Delivery.person_id == delivery.person_id
    return await db.scalar(select(Delivery).where(*mine))


@notification("tests.change", label="Changes", purpose="broadcasts", asked_for=True, replaces=_first)
async def change(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    return Message(f"Other news {delivery.period}")


@notification("tests.fleeting", label="Fleeting", purpose="broadcasts", latest=timedelta(days=2))
async def fleeting(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    return Message("Only now")


@pytest.fixture
def worker(scene: Scene) -> Worker:
    catalogue = Catalogue((*CATALOGUE.values(), change, fleeting))
    return Worker(scene.database, scene.clock, catalogue, {"paper": scene.postbox})


@pytest.fixture
async def ann(scene: Scene, worker: Worker) -> int:
    """She got the news in the morning; it is night now, and they change."""
    found = await scene.person("ann")
    await scene.plan(found, kind="tests.news")
    await worker.run_until_quiet()
    scene.clock.set(TONIGHT)
    await scene.plan(found, kind="tests.change")
    return found


@pytest.mark.usefixtures("ann")
async def test_it_takes_the_place_of_the_other_whatever_the_hour(
    scene: Scene, postbox: Postbox, worker: Worker
) -> None:
    await scene.change(Consent, withdrawn_at=WEDNESDAY)
    await worker.run_until_quiet()
    assert [t.message.title for t in postbox.taken] == ["Other news "]
    first, second = await scene.rows()
    assert (first.state, second.state) == (SENT, SENT)
    assert (first.conversation, first.message) == (second.conversation, second.message)
    # The ways out are those of the message that arrived.
    assert "[Stop these]" in plain_text(postbox.taken[0].message)
    assert f"delivery='{first.id}'" in repr(postbox.taken[0].message)


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("fault", [InDoubt("the line broke"), Throttled(5), Crash()])
async def test_after_a_fault_it_is_put_there_again(
    scene: Scene, postbox: Postbox, worker: Worker, fault: BaseException
) -> None:
    postbox.after["ann"].append(fault)
    crashed = isinstance(fault, Crash)
    with pytest.raises(BaseExceptionGroup) if crashed else contextlib.nullcontext():
        await worker.run_until_quiet()
    scene.clock.forward(timedelta(minutes=3))
    await scene.run_until(scene.clock.now() + timedelta(minutes=5), worker)
    assert postbox.edits == ["ann", "ann"]
    assert postbox.asked == []
    assert await scene.states() == [SENT, SENT]
    assert len(postbox.taken) == 1


@pytest.mark.usefixtures("ann")
async def test_what_cannot_be_changed_says_so_and_nobody_is_lost(
    scene: Scene, postbox: Postbox, worker: Worker
) -> None:
    postbox.before["ann"].append(Unreachable("it is too old to change"))
    await worker.run_until_quiet()
    _, second = await scene.rows()
    assert (second.state, second.reason) == (FAILED, "it is too old to change")
    async with scene.database.transaction(reading=True) as db:
        assert await db.scalar(select(Identity.unreachable)) == ""


async def test_nothing_is_changed_that_never_arrived(scene: Scene, postbox: Postbox, worker: Worker) -> None:
    await scene.plan(await scene.person("ben"), kind="tests.change")
    await worker.run_until_quiet()
    assert (await scene.row()).state == SKIPPED
    assert postbox.calls == []


async def test_what_is_no_news_any_more_is_not_said(scene: Scene, worker: Worker) -> None:
    soon = await scene.person("soon", paused_until=(WEDNESDAY + timedelta(days=1)).date())
    late = await scene.person("late", paused_until=(WEDNESDAY + timedelta(days=5)).date())
    for who in (soon, late):
        await scene.plan(who, kind="tests.fleeting")
    await worker.run_until_quiet()
    assert [(r.person_id, r.state, r.reason) for r in await scene.rows()] == [
        (soon, PENDING, "Reminders are paused."),
        (late, SKIPPED, "Reminders are paused."),
    ]


# ---- Chosen by a query


async def test_a_query_chooses_and_each_workspace_takes_turns(
    scene: Scene, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "PACE", 3)
    assert planning.PACE == 50
    for n in range(8):
        await scene.person(f"p{n}")
    for n in range(2):
        await scene.person(f"q{n}", "T2")
    await scene.person("away", paused_until=TONIGHT.date() + timedelta(days=9))
    chosen = select(Person.id, choosing.why_not("tests.news", "broadcasts", TONIGHT.date()))
    about: Any = {"kind": "tests.news", "subject": "broadcast:1", "due_at": TONIGHT}
    async with database.transaction() as db:
        assert await choosing.plan_chosen(db, chosen, **about) == 11
        assert await choosing.plan_chosen(db, chosen, **about) == 11
    rows = await scene.rows()
    assert [(r.try_at - r.due_at).total_seconds() for r in rows] == [0, 0, 0, 1, 1, 1, 2, 2, 0, 0, 0]
    assert [(r.state, r.reason) for r in rows] == [*[(PENDING, "")] * 10, (SKIPPED, PAUSED)]
    assert len({r.id for r in rows}) == 11
    assert all(len(r.id) == 32 and r.attempts == 0 and r.due_at == TONIGHT for r in rows)


async def test_why_not_is_what_the_worker_would_say(scene: Scene, database: Database, clock: SetClock) -> None:
    """The rule in SQL and the rule in Python are one."""
    people = {
        "well": {},
        "left": {"left_at": WEDNESDAY},
        "unasked": {"agreed": "nudges"},
        "stopped": {},
        "everything": {},
        "gone": {},
    }
    ids = {name: await scene.person(name, **how) for name, how in people.items()}  # type: ignore[arg-type]
    async with database.transaction() as db:
        db.add(StoppedKind(person_id=ids["stopped"], kind="tests.news"))
        db.add(StoppedKind(person_id=ids["everything"], kind=EVERYTHING))
        (await db.scalars(select(Identity).where(Identity.account == "gone"))).one().unreachable = "blocked"
    async with database.transaction(reading=True) as db:
        query = select(Person, choosing.why_not("tests.news", "broadcasts", WEDNESDAY.date()))
        found = {person.name.lower(): (person, reason) for person, reason in await db.execute(query)}
    for name, (person, reason) in found.items():
        standing = Standing(
            person.here, name != "gone", name != "unasked", name in ("stopped", "everything"), None, person.week
        )
        says = may_we(WEDNESDAY, standing, purpose="broadcasts", asked_for=False, weekly_cap=3)
        assert reason == (says.reason if isinstance(says, Skip) else ""), name
    assert found["gone"][1] == NO_ACCOUNT
