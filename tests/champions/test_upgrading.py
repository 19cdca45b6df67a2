"""A database in which there are champions already is brought up to date, and back."""

from collections.abc import Callable
from datetime import timedelta

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, select, text, update

from qibot import migrate
from qibot.champions.finding.models import Knows
from qibot.champions.models import Ask, Champion, ChampionTopic
from qibot.database import Database
from qibot.introductions.models import ACCEPTED, Introduction
from qibot.people.models import Organisation, Person, Topic
from tests.conftest import EVENT_MORNING


def go(connection: Connection, way: Callable[[Config, str], None], revision: str) -> None:
    made = migrate.config()
    made.attributes["connection"] = connection
    way(made, revision)


async def test_champions_that_were_there_before_looked_after_their_offer_when_they_made_it(database: Database) -> None:
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


async def test_whoever_was_asked_about_a_project_before_was_asked(database: Database) -> None:
    before, later = EVENT_MORNING - timedelta(days=3), EVENT_MORNING - timedelta(days=1)
    async with database.transaction() as db:
        home = (await db.scalars(select(Organisation.id).limit(1))).one()
        for number, name in enumerate(("Ruth Bell", "Priya Shah", "Amina Okafor"), 1):
            await db.execute(insert(Person).values(id=number, name=name, organisation_id=home, joined_at=before))
        await db.execute(insert(Champion).values(person_id=1, since=before))
        await db.execute(insert(Ask).values(person_id=1, at=before))
        asked = {"asker_id": 3, "reason": "", "shows": "role", "state": ACCEPTED, "expires_at": EVENT_MORNING}
        for number, at in ((1, before), (2, later)):
            await db.execute(insert(Introduction).values(champion_id=number, asked_at=at, **asked))
    async with database.engine.begin() as connection:
        await connection.run_sync(go, command.downgrade, "0006")
        assert (await connection.execute(text("SELECT person_id FROM champion_asks"))).all() == [(1,)]
        await connection.run_sync(go, command.upgrade, "head")
    async with database.transaction() as db:
        db.add(Ask(person_id=3, at=EVENT_MORNING))
        await db.flush()
        rows = await db.execute(select(Ask.person_id, Ask.at).order_by(Ask.person_id))
    assert rows.all() == [(1, before), (2, later), (3, EVENT_MORNING)]


async def test_what_people_know_about_is_kept_with_where_they_are_now(database: Database) -> None:
    known = (Knows.topic_id, Knows.person_id, Knows.rank, Knows.turn, Knows.organisation_id, Knows.place)
    async with database.transaction() as db:
        home, other = (await db.scalars(select(Organisation.id).order_by(Organisation.id).limit(2))).all()
        topic = (await db.scalars(select(Topic.id).limit(1))).one()
        ruth = {"id": 1, "name": "Ruth Bell", "organisation_id": home, "place": "Luton", "joined_at": EVENT_MORNING}
        await db.execute(insert(Person).values(**ruth))
        rows = {"topic_id": topic, "person_id": 1, "rank": 2, "turn": 7, "organisation_id": home, "place": "Luton"}
        await db.execute(insert(Knows).values(**rows))
    async with database.engine.begin() as connection:
        await connection.run_sync(go, command.downgrade, "0013")
        assert (await connection.execute(text("SELECT * FROM knows"))).all() == [(topic, 1, 2, 7)]
        await connection.execute(text("UPDATE people SET place = 'Bedford'"))
        await connection.run_sync(go, command.upgrade, "head")
    async with database.transaction() as db:
        assert (await db.execute(select(*known))).all() == [(topic, 1, 2, 7, home, "Bedford")]
        await db.execute(update(Person).values(organisation_id=other, place=""))
        assert (await db.execute(select(*known))).all() == [(topic, 1, 2, 7, other, "")]
