"""A database in which there are champions already is brought up to date, and back."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, select, text

from qibot import migrate
from qibot.champions.models import Champion, ChampionTopic
from qibot.database import Database
from qibot.people.models import Organisation, Person, Topic
from tests.conftest import EVENT_MORNING


async def test_champions_that_were_there_before_looked_after_their_offer_when_they_made_it(database: Database) -> None:
    def go(connection: Connection, way: Callable[[Config, str], None], revision: str) -> None:
        made = migrate.config()
        made.attributes["connection"] = connection
        way(made, revision)

    async with database.transaction() as db:
        home = (await db.scalars(select(Organisation.id).limit(1))).one()
        await db.execute(insert(Person).values(id=1, name="Ruth Bell", organisation_id=home, joined_at=EVENT_MORNING))
        await db.execute(insert(Champion).values(person_id=1, since=EVENT_MORNING, coach=True))
        topic = (await db.scalars(select(Topic.id).limit(1))).one()
        await db.execute(insert(ChampionTopic).values(person_id=1, topic_id=topic, since=EVENT_MORNING))
    async with database.engine.begin() as connection:
        await connection.run_sync(go, command.downgrade, "0001")
        assert (await connection.execute(text("SELECT offer FROM champions"))).all() == [("",)]
        await connection.run_sync(go, command.upgrade, "head")
    async with database.transaction(reading=True) as db:
        kept = (await db.scalars(select(Champion))).one()
        offered = (await db.scalars(select(ChampionTopic))).one()
    assert (kept.confirmed_at, kept.still_asked_at) == (EVENT_MORNING, None)
    assert (kept.coach, kept.trained, kept.coaching, kept.sponsor, kept.partner) == (False, "", False, False, False)
    assert offered.since is None
