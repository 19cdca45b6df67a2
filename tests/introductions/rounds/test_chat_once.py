"""A round is made once and whole: whoever presses twice, however many processes look, and whatever breaks off."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from qibot.bot import Bot
from qibot.clock import SetClock
from qibot.database import Base, Database
from qibot.introductions.models import Introduction
from qibot.introductions.rounds import making
from qibot.introductions.rounds.gathering import Gathered
from qibot.introductions.rounds.matching import Plan
from qibot.introductions.rounds.models import Participant, Programme, Round, Seat
from qibot.outbox import service as outbox
from qibot.outbox.models import Delivery
from tests.cast import AMINA, JONAS, OWEN, PRIYA, TOMASZ
from tests.introductions.days import Days
from tests.introductions.rounds.chat_scene import NAME, agree, all_of, pairs, start, take_part, titles
from tests.talk import Network

CAST = (AMINA, JONAS, TOMASZ, PRIYA)
MONDAY = datetime(2019, 12, 2, 10, tzinfo=UTC)
ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
async def due(talk: Network, clock: SetClock) -> None:
    """A round of four people that is due."""
    await talk.join(*CAST, OWEN)
    await start(talk)
    await take_part(talk, *CAST)
    await agree(talk)
    clock.set(MONDAY)


async def count(database: Database, table: type[Base]) -> int:
    async with database.transaction(reading=True) as db:
        return await db.scalar(select(func.count()).select_from(table)) or 0


async def test_two_presses_at_the_same_moment_open_one_round(talk: Network, database: Database) -> None:
    await talk.join(*CAST, OWEN)
    await start(talk)
    await take_part(talk, *CAST)
    press = {"programme": 1, "number": 1, "rule": "another organisation"}
    owen = talk(OWEN)
    await asyncio.gather(*(owen.presses_raw("rounds.confirm", press, id=f"press-{n}") for n in range(5)))
    assert await count(database, Round) == 1
    assert all("goes out on Mon 2 Dec" in message.title for message in owen.said[-5:])
    await owen.presses_raw("rounds.confirm", {**press, "rule": "anybody"})
    assert "By this rule: somebody of another organisation." in owen.sees


@pytest.mark.usefixtures("due")
@ON_POSTGRES
async def test_several_processes_make_one_round(database: Database, database_url: str) -> None:
    processes = [database, Database(database_url), Database(database_url)]
    await asyncio.gather(*(making.make_due(one, MONDAY) for one in processes * 2))
    assert await count(database, Round) == 1
    assert await count(database, Seat) == 4
    assert len(await pairs(database)) == 2
    kinds = [row.kind for row in await all_of(database, Delivery)]
    assert kinds.count("rounds.card") == 4
    assert kinds.count("rounds.figures") == 1
    (programme,) = await all_of(database, Programme)
    assert programme.next_number == 2
    for one in processes[1:]:
        await one.close()


@ON_POSTGRES
async def test_two_programmes_made_at_the_same_moment_share_nobody(
    talk: Network, clock: SetClock, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.join(*CAST, OWEN)
    for name in (NAME, "Tea"):
        await start(talk, name=name)
        await take_part(talk, *CAST, name=name)
        await agree(talk, name=name)
    real, planned = making.plan_of, asyncio.Barrier(2)

    async def both_at_once(gathered: Gathered, programme: Programme, rule: str) -> Plan:
        # Each has read who is there before the other has saved anything.
        await planned.wait()
        return await real(gathered, programme, rule)

    monkeypatch.setattr(making, "plan_of", both_at_once)
    assert await asyncio.gather(*(making.make(database, one, MONDAY) for one in (1, 2))) == [True, True]
    seats = await all_of(database, Seat)
    matched = [seat.person_id for seat in seats if seat.group]
    assert sorted(matched) == [1, 2, 3, 4]
    assert all("nobody is matched twice in a week" in seat.why for seat in seats if not seat.group)


Meanwhile = Callable[[], Coroutine[Any, Any, Any]]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Meanwhile], None]:
    """Have something happen while the next round is being planned."""
    real = making.plan_of

    def put(something: Meanwhile) -> None:
        async def slowly(gathered: Gathered, programme: Programme, rule: str) -> Plan:
            planned = await real(gathered, programme, rule)
            await something()
            return planned

        monkeypatch.setattr(making, "plan_of", slowly)

    return put


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize("press", [("rounds.undo", {"round": 1}), ("rounds.stop", {"programme": 1})])
async def test_what_is_taken_back_while_it_is_planned_is_not_made(
    talk: Network, database: Database, meanwhile: Callable[[Meanwhile], None], press: tuple[str, dict[str, Any]]
) -> None:
    meanwhile(lambda: talk(OWEN).presses_raw(*press))
    await making.make_due(database, MONDAY)
    assert [await count(database, table) for table in (Round, Seat, Introduction)] == [0, 0, 0]


@pytest.mark.usefixtures("due")
async def test_who_goes_while_it_is_planned_is_matched_with_nobody(
    talk: Network, days: Days, database: Database, meanwhile: Callable[[Meanwhile], None]
) -> None:
    meanwhile(lambda: talk(AMINA).presses_raw("people.withdraw", {"purpose": "introductions"}))
    await days.deliver()
    seats = {seat.person_id: seat for seat in await all_of(database, Seat)}
    assert sorted(seats) == [2, 3, 4]
    (left,) = [seat for seat in seats.values() if not seat.group]
    assert left.why == making.CHANGED
    assert len(await pairs(database)) == 1
    assert {row.person_id: row.waited for row in await all_of(database, Participant)}[left.person_id] == 1
    assert titles(talk, CAST[left.person_id - 1])[-1] == f"You sit out “{NAME}” this time"


@pytest.mark.usefixtures("due")
async def test_what_breaks_off_midway_leaves_nothing_and_is_made_the_next_time(
    talk: Network, database: Database, bot: Bot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def breaks(*_: Any) -> None:
        raise LookupError

    with monkeypatch.context() as only_now:
        only_now.setattr(outbox, "queue_many", breaks)
        await making.make_due(database, MONDAY)
    assert [await count(database, table) for table in (Seat, Introduction)] == [0, 0]
    await making.make_due(database, MONDAY)
    assert [await count(database, table) for table in (Seat, Introduction)] == [4, 2]
