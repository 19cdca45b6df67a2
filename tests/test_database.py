"""One door to the database, the same on SQLite and on PostgreSQL; and the migrations that build it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from qibot import features, migrate  # noqa: F401 - every feature's tables are part of the comparison
from qibot.database import Base, Database, InUse, UtcDateTime, WroteWhileReading
from qibot.people.models import Organisation, Receipt, Shipped, Topic, TopicWord
from qibot.platforms.slack import installations  # noqa: F401 - these tables too

NOON = datetime(2019, 11, 27, 12, tzinfo=UTC)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def receipt(key: str = "k", at: datetime = NOON) -> Receipt:
    return Receipt(key=key, what="test", at=at)


async def keys(database: Database) -> list[str]:
    async with database.transaction(reading=True) as db:
        return list(await db.scalars(select(Receipt.key).order_by(Receipt.key)))


# --- transactions


async def test_an_exception_takes_everything_back(database: Database) -> None:
    async def work() -> None:
        async with database.transaction() as db:
            db.add(receipt())
            await db.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await work()
    assert await keys(database) == []


async def test_being_cancelled_takes_everything_back_and_the_next_one_goes_on(database: Database) -> None:
    written = asyncio.Event()

    async def work() -> None:
        async with database.transaction() as db:
            db.add(receipt())
            await db.flush()
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transaction() as db:
        db.add(receipt("another"))
    assert await keys(database) == ["another"]


@ON_SQLITE
async def test_a_commit_that_is_refused_takes_everything_back_and_the_next_one_goes_on(database: Database) -> None:
    async def work() -> None:
        async with database.transaction() as db:
            await db.execute(text("PRAGMA defer_foreign_keys = ON"))
            db.add(receipt())
            db.add(Receipt(key="of nobody", what="test", at=NOON, person_id=12345))
            await db.flush()

    with pytest.raises(IntegrityError):
        await work()
    assert await keys(database) == []
    async with database.transaction() as db:
        db.add(receipt("another"))
    assert await keys(database) == ["another"]


async def test_a_transaction_inside_a_transaction_is_refused(database: Database) -> None:
    async with database.transaction():
        with pytest.raises(RuntimeError, match="inside"):
            async with database.transaction():
                raise AssertionError("two at once")
    # Refusing has spoilt nothing.
    assert await keys(database) == []


_table = cast(Table, Receipt.__table__)
WRITES: dict[str, Any] = {
    "a new row": lambda db: db.add(receipt()),
    "an insert": lambda db: db.execute(insert(Receipt).values(key="k", what="x", at=NOON)),
    "many inserts": lambda db: db.execute(insert(Receipt), [{"key": "k", "what": "x", "at": NOON}]),
    "an update": lambda db: db.execute(update(Receipt).values(what="changed")),
    "a delete": lambda db: db.execute(delete(Receipt)),
    "an insert without the model": lambda db: db.execute(insert(_table).values(key="k", what="x", at=NOON)),
    "an update without the model": lambda db: db.execute(update(_table).values(what="changed")),
}


@pytest.mark.parametrize("how", WRITES)
async def test_who_promised_to_read_cannot_write(database: Database, how: str) -> None:
    async with database.transaction() as db:
        db.add(receipt("there"))

    async def work() -> None:
        async with database.transaction(reading=True) as db:
            made = WRITES[how](db)
            if made is not None:
                await made

    with pytest.raises(WroteWhileReading):
        await work()
    async with database.transaction(reading=True) as db:
        assert (await db.execute(select(Receipt.key, Receipt.what))).all() == [("there", "test")]


async def test_who_promised_to_read_cannot_change_or_delete_what_they_read(database: Database) -> None:
    async with database.transaction() as db:
        db.add(receipt("there"))
    with pytest.raises(WroteWhileReading):
        async with database.transaction(reading=True) as db:
            (await db.scalars(select(Receipt))).one().what = "changed"
    with pytest.raises(WroteWhileReading):
        async with database.transaction(reading=True) as db:
            await db.delete((await db.scalars(select(Receipt))).one())
    assert await keys(database) == ["there"]


# --- moments


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "Pacific/Auckland"])
async def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database, zone: str) -> None:
    at = datetime(2019, 7, 1, 9, 30, 15, 123456, tzinfo=ZoneInfo(zone))
    async with database.transaction() as db:
        db.add(receipt(at=at))
    async with database.transaction(reading=True) as db:
        found = (await db.scalars(select(Receipt.at))).one()
        before = await db.scalar(select(func.count()).where(Receipt.at < at + timedelta(microseconds=1)))
        after = await db.scalar(select(func.count()).where(Receipt.at > at))
    assert found == at
    assert found.utcoffset() == timedelta(0)
    assert (before, after) == (1, 0)


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        async with database.transaction() as db:
            db.add(receipt(at=datetime(2019, 11, 27, 12)))  # noqa: DTZ001


async def test_every_moment_of_every_table_is_of_that_type() -> None:
    from sqlalchemy import DateTime

    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            assert not isinstance(column.type, DateTime) or isinstance(column.type, UtcDateTime), column


# --- SQLite


@ON_SQLITE
async def test_sqlite_is_set_up_to_survive_a_power_cut(database: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    async with database.engine.connect() as connection:
        found = {name: await connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
    assert found == wanted


@ON_SQLITE
async def test_a_second_one_is_refused_by_whatever_name_it_calls_the_file(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "qibot.db")
    monkeypatch.chdir(tmp_path)
    for name in (f"{tmp_path}/qibot.db", "qibot.db", "link.db", f"{tmp_path}/../{tmp_path.name}/qibot.db"):
        with pytest.raises(InUse, match=r"qibot\.db is open in another process"):
            Database(f"sqlite+aiosqlite:///{name}")
    await database.close()
    again = Database(f"sqlite+aiosqlite:///{tmp_path}/qibot.db")
    assert await keys(again) == []
    await again.close()


# --- migrations


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_the_migrations_build_what_the_models_say(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_down_to_nothing_and_up_again(database: Database) -> None:
    def down(connection: Connection) -> list[str]:
        made = migrate.config()
        made.attributes["connection"] = connection
        command.downgrade(made, "base")
        return inspect(connection).get_table_names()

    async with database.engine.begin() as connection:
        assert await connection.run_sync(down) == ["alembic_version"]
    await migrate.migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    async with database.transaction(reading=True) as db:
        assert (await db.scalar(select(func.count()).select_from(Topic)) or 0) > 50


async def test_shipped_lists_are_read_once_and_what_organisers_changed_stays(database: Database) -> None:
    async with database.transaction() as db:
        topic = (await db.scalars(select(Topic).where(Topic.slug == "sepsis"))).one()
        topic.label, topic.retired_at = "Sepsis, as we call it", NOON
        db.add(Topic(slug="ours", label="Ours", group="Clinical safety"))
        db.add(TopicWord(topic_id=topic.id, word="our word"))
        (await db.scalars(select(Organisation).where(Organisation.ods_code == "RC9"))).one().short_name = "Ours"
        versions = dict((await db.execute(select(Shipped.name, Shipped.version))).all())
    assert set(versions.values()) == {1}
    for _ in range(2):
        await migrate.migrate(database)
    async with database.transaction() as db:
        # As after an upgrade whose lists have changed.
        for shipped in await db.scalars(select(Shipped)):
            shipped.digest = "of an older file"
    await migrate.migrate(database)
    async with database.transaction(reading=True) as db:
        topic = (await db.scalars(select(Topic).where(Topic.slug == "sepsis"))).one()
        assert (topic.label, topic.retired_at) == ("Sepsis, as we call it", NOON)
        assert await db.scalar(select(Topic.label).where(Topic.slug == "ours")) == "Ours"
        assert await db.scalar(select(func.count()).where(TopicWord.word == "our word")) == 1
        assert await db.scalar(select(Organisation.short_name).where(Organisation.ods_code == "RC9")) == "Ours"
        assert set(await db.scalars(select(Shipped.version))) == {2}


@ON_POSTGRES
async def test_several_that_start_at_once_migrate_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(3)]
    async with databases[0].engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await asyncio.gather(*(migrate.migrate(one) for one in databases))
    async with databases[0].transaction(reading=True) as db:
        assert set(await db.scalars(select(Shipped.version))) == {1}
        assert await db.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0
    for one in databases:
        await one.close()


@ON_POSTGRES
async def test_a_migration_that_breaks_lets_go_of_the_lock_and_says_what_broke(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(connection: Connection) -> None:
        connection.execute(text("SELECT * FROM there_is_no_such_table"))

    with monkeypatch.context() as only_now:
        only_now.setattr(migrate, "_upgrade", breaks)
        with pytest.raises(Exception, match="there_is_no_such_table"):
            await migrate.migrate(database)
    await migrate.migrate(database)


async def test_a_transaction_that_breaks_off_midway_leaves_the_schema_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both databases take back a CREATE TABLE."""

    def breaks(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half_done (id INTEGER)"))
        raise LookupError

    monkeypatch.setattr(migrate, "_upgrade", breaks)
    with pytest.raises(LookupError):
        await migrate.migrate(database)
    async with database.engine.connect() as connection:
        assert "half_done" not in await connection.run_sync(lambda c: inspect(c).get_table_names())
