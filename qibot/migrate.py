"""Brings a database to the present schema and reads in the shipped lists. Safe to run twice, and by several at once."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from qibot.champions.finding import index
from qibot.database import Database
from qibot.people import shipped

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 7_461_102
"""PostgreSQL's advisory lock of ours: replicas that start together migrate once. SQLite has its file lock."""


def folder() -> Path:
    """Where the migrations are: beside the package in a checkout, inside it in the wheel."""
    beside = Path(__file__).resolve().parent.parent / "migrations"
    return beside if beside.is_dir() else Path(str(files("qibot"))) / "_migrations"


async def migrate(
    database: Database, sources: Sequence[index.Source] = (), derived: Sequence[index.Derived] = ()
) -> None:
    """Upgrade to the newest schema, then read in the shipped lists that are new. `sources` and `derived` say what
    searches read: of a database that is older than that, it is made.
    """
    async with _alone(database):
        async with database.engine.begin() as connection:
            await connection.run_sync(_upgrade)
        async with database.transaction() as db:
            await shipped.load(db)
            if sources and await index.is_missing(db):
                await index.rebuild(db, sources)
            for one in derived:
                if await one.is_missing(db):
                    await one.rebuild(db)


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """Others wait until we are done. The lock has a connection of its own, which no fault of a migration can spoil."""
    if database.dialect != "postgresql":
        yield
        return
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
        try:
            yield
        finally:
            await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))


def newest() -> str:
    """The newest revision: the one that the last of the files says it is. They are numbered in order."""
    last = max((folder() / "versions").glob("[0-9]*.py"), key=lambda file: file.name)
    found = re.search(r'^revision = "(\w+)"$', last.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{last.name} does not say which revision it is")
    return found[1]


def config() -> "Config":
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(folder()))
    made.set_main_option("path_separator", "os")
    return made


def _upgrade(connection: Connection) -> None:
    known = inspect(connection).has_table("alembic_version")
    if known and list(connection.scalars(text("SELECT version_num FROM alembic_version"))) == [newest()]:
        # Most starts: without Alembic, which takes ten megabytes and a tenth of the start.
        return
    from alembic import command

    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, "head")
