"""One message to several: when it may go, that it goes once, and that nobody is left without a word."""

import contextlib
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.chat.platform import NotNow, Throttled, Unreachable
from qibot.hours import USUAL, WorkingWeek
from qibot.outbox import service
from qibot.outbox.jobs import FEW_ATTEMPTS
from qibot.outbox.models import SENT, Delivery
from qibot.outbox.notifications import Catalogue, notification
from qibot.outbox.service import Later, Send, Skip, Standing
from qibot.outbox.together import may_we_all
from qibot.outbox.worker import Worker
from qibot.people.models import Identity
from tests.outbox.postbox import Crash
from tests.outbox.scene import CATALOGUE, WEDNESDAY, Scene, london
from tests.outbox.test_doubt import DROPPED, LEASE, Fate
from tests.outbox.test_may_we import WELL

# ---- When


def ask(now: datetime, *weeks: WorkingWeek) -> Send | Later | Skip:
    standings = [replace(WELL, week=week) for week in weeks]
    return may_we_all(now, standings, purpose="introductions", asked_for=True, weekly_cap=3)


AFTERNOONS = WorkingWeek(start=time(13))
THURSDAYS, MONDAYS = WorkingWeek(days=frozenset({3})), WorkingWeek(days=frozenset({0}))


@pytest.mark.parametrize(
    ("now", "weeks", "answer"),
    [
        (WEDNESDAY, (USUAL, USUAL), Send()),
        (WEDNESDAY, (USUAL, AFTERNOONS), london(2019, 11, 27, 13)),
        (london(2019, 11, 27, 18), (USUAL, AFTERNOONS), london(2019, 11, 28, 13)),
        (london(2019, 11, 30, 12), (USUAL, USUAL), london(2019, 12, 2, 9)),
        (WEDNESDAY, (USUAL, THURSDAYS), london(2019, 11, 28, 9)),
        # From Wednesday until Monday is too long; nobody says why.
        (WEDNESDAY, (USUAL, MONDAYS), Skip("They do not work at the same time these days.")),
        (WEDNESDAY, (THURSDAYS, MONDAYS), Skip("They do not work at the same time these days.")),
        (WEDNESDAY, (WorkingWeek(end=time(12)), AFTERNOONS), Skip("They do not work at the same time these days.")),
        # The first one's own hours may be as far off as they are.
        (WEDNESDAY, (MONDAYS, USUAL), london(2019, 12, 2, 9)),
    ],
)
def test_it_goes_when_all_are_at_work(
    now: datetime, weeks: tuple[WorkingWeek, ...], answer: Send | Skip | datetime
) -> None:
    found = ask(now, *weeks)
    assert (found.moment if isinstance(found, Later) else found) == answer


@pytest.mark.parametrize("whose", [0, 1])
@pytest.mark.parametrize("change", ["here", "agreed", "reachable"])
def test_never_when_it_may_not_go_to_one_of_them(whose: int, change: str) -> None:
    standings: list[Standing] = [WELL, WELL]
    standings[whose] = replace(WELL, **{change: False})  # type: ignore[arg-type]
    given = may_we_all(WEDNESDAY, standings, purpose="introductions", asked_for=True, weekly_cap=3)
    assert isinstance(given, Skip)


# ---- Once


@notification("tests.both", label="The two of you", purpose="introductions", asked_for=True)
async def _plain(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    return Message("Meet each other")


async def _the_other(db: AsyncSession, delivery: Delivery) -> tuple[int, ...]:
    return (int(delivery.subject.partition(":")[2]),)


async def _apart(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
    if state != SENT:
        due = {"subject": delivery.subject, "period": delivery.period, "due_at": now}
        await service.queue(db, kind="tests.answer", person_id=delivery.person_id, **due)  # type: ignore[arg-type]


BOTH = Catalogue((*CATALOGUE.values(), replace(_plain, others=_the_other, settled=_apart)))


class Pair:
    """Ann and Bob, who are to be brought together."""

    def __init__(self, scene: Scene, ann: int, bob: int) -> None:
        self.scene, self.ann, self.bob = scene, ann, bob

    async def plan(self, period: str = "") -> None:
        await self.scene.plan(self.ann, "tests.both", subject=f"pair:{self.bob}", period=period)

    def worker(self) -> Worker:
        return Worker(self.scene.database, self.scene.clock, BOTH, {"paper": self.scene.postbox})

    async def run(self, minutes: int = 20) -> None:
        await self.scene.run_until(self.scene.clock.now() + timedelta(minutes=minutes), self.worker())

    def went(self) -> list[tuple[str, tuple[str, ...]]]:
        """To whom, in order."""
        return [(one.account, one.others) for one in self.scene.postbox.taken]


@pytest.fixture
async def pair(scene: Scene) -> Pair:
    return Pair(scene, await scene.person("ann"), await scene.person("bob"))


async def test_both_get_it_in_one_conversation_which_is_nobodys_own(pair: Pair) -> None:
    await pair.plan()
    await pair.run()
    assert pair.went() == [("ann", ("bob",))]
    assert (await pair.scene.row()).conversation == "Gann"
    async with pair.scene.database.transaction(reading=True) as db:
        assert (await db.scalars(select(Identity.conversation))).all() == ["", ""]


async def test_it_goes_where_both_are(pair: Pair) -> None:
    await pair.scene.another_account(pair.ann, "ann-elsewhere", "T2")
    await pair.plan()
    await pair.run()
    assert pair.went() == [("ann", ("bob",))]


@pytest.mark.parametrize(
    "problems", [[Unreachable("not these two")], [NotNow("busy") for _ in range(FEW_ATTEMPTS)]], ids=["never", "busy"]
)
async def test_where_it_cannot_go_they_are_told_apart_soon(pair: Pair, problems: list[BaseException]) -> None:
    await pair.plan()
    pair.scene.postbox.before["ann"] = list(problems)
    await pair.run()
    assert pair.went() == [("ann", ())]
    async with pair.scene.database.transaction(reading=True) as db:
        assert (await db.scalars(select(Identity.unreachable))).all() == ["", ""]


async def test_slowing_down_is_no_reason_to_tell_them_apart(pair: Pair) -> None:
    await pair.plan()
    pair.scene.postbox.before["ann"] = [Throttled(90)] * 4
    await pair.run()
    assert pair.went() == [("ann", ("bob",))]


async def test_who_shares_no_workspace_any_more_is_told_apart(pair: Pair) -> None:
    await pair.scene.change(Identity, unreachable="")
    carl = await pair.scene.person("carl", "T2")
    await pair.scene.plan(pair.ann, "tests.both", subject=f"pair:{carl}")
    await pair.run()
    assert pair.went() == [("ann", ())]


@pytest.mark.parametrize("arrived", [True, False])
async def test_in_doubt_it_is_not_said_again_and_nobody_is_asked(pair: Pair, arrived: bool) -> None:
    await pair.plan()
    (pair.scene.postbox.after if arrived else pair.scene.postbox.before)["ann"] = [DROPPED]
    await pair.run()
    assert pair.went() == [*([("ann", ("bob",))] if arrived else []), ("ann", ())]
    assert pair.scene.postbox.asked == []


async def test_dying_at_every_step_neither_loses_nor_doubles_it(pair: Pair) -> None:
    fate, nth = Fate(pair.scene), 0
    while nth == 0 or fate.struck:
        nth += 1
        pair.scene.postbox.taken.clear()
        await pair.plan(str(nth))
        fate.strikes_at(nth)
        with contextlib.suppress(Crash, BaseExceptionGroup):
            await pair.worker().run_until_quiet()
        fate.rests()
        pair.scene.clock.forward(LEASE)
        await pair.run(minutes=5)
        went = pair.went()
        assert went.count(("ann", ("bob",))) <= 1, f"at step {nth}"
        assert went.count(("ann", ())) <= 1, f"at step {nth}"
        assert went, f"at step {nth}"
        # Both only where it had gone and nobody could know.
        assert len(went) == 1 or fate.struck
    assert nth > 12, "there are at least as many steps"
