"""Somebody moves while what they know about is written down: neither waits for ever, the new place is kept."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding import index
from qibot.champions.finding.index import Piece
from qibot.champions.finding.models import OFFER, Knows
from qibot.database import Database
from qibot.people.models import Organisation, Person, Topic
from tests.conftest import EVENT_MORNING

two_at_once = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
Work = Callable[[AsyncSession], Awaitable[object]]


async def moves(db: AsyncSession) -> None:
    await db.execute(update(Person).where(Person.id == 1).values(place="Bedford"))


async def offers(db: AsyncSession) -> None:
    topics = (await db.scalars(select(Topic.id).order_by(Topic.id))).all()
    await index.put(db, Piece(1, OFFER, EVENT_MORNING.date(), topics=tuple(topics)))


async def is_asked_and_offers(db: AsyncSession) -> None:
    await index.asked(db, 1, EVENT_MORNING)
    await offers(db)


async def merges(db: AsyncSession) -> None:
    one, other = (await db.scalars(select(Topic.id).order_by(Topic.id).limit(2))).all()
    await index.move_topic(db, one, other)


async def begins_anew(db: AsyncSession) -> None:
    await index.rebuild(db, ())


@two_at_once
@pytest.mark.parametrize("work", [offers, is_asked_and_offers, merges, begins_anew])
@pytest.mark.parametrize("moves_first", [True, False], ids=["moves first", "moves last"])
async def test_whoever_moves_meanwhile_is_where_they_moved(database: Database, work: Work, moves_first: bool) -> None:
    async with database.transaction() as db:
        home = (await db.scalars(select(Organisation.id).limit(1))).one()
        db.add(Person(id=1, name="Ruth Bell", organisation_id=home, place="Luton", joined_at=EVENT_MORNING))
        await db.flush()
        topic = (await db.scalars(select(Topic.id).order_by(Topic.id).limit(1))).one()
        await index.put(db, Piece(1, OFFER, EVENT_MORNING.date(), topics=(topic,)))
    begun, done = asyncio.Event(), asyncio.Event()
    first, second = (moves, work) if moves_first else (work, moves)

    async def early() -> None:
        async with database.transaction() as db:
            await first(db)
            begun.set()
            # Whatever the other can do without us, it does.
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(done.wait(), 0.3)

    async def late() -> None:
        await begun.wait()
        async with database.transaction() as db:
            await second(db)
        done.set()

    await asyncio.wait_for(asyncio.gather(early(), late()), 20)
    async with database.transaction(reading=True) as db:
        assert {*await db.scalars(select(Knows.place))} <= {"Bedford"}
