"""Rows into a migrated database as fast as it takes them: no service, no foreign key looked at, indexes made after."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from typing import Any, Protocol

import psycopg
from sqlalchemy import Dialect, make_url
from sqlalchemy.dialects import postgresql, sqlite

from qibot.database import Base

Row = tuple[Any, ...]
Batches = Iterable[tuple[type[Base], list[Row]]]


class _Target(Protocol):
    """What differs between the two databases."""

    dialect: Dialect

    def run(self, statement: str) -> list[Row]:
        """One statement and the rows it gives."""

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Rows of driver values into a table."""

    def indexes(self) -> list[tuple[str, str]]:
        """Name and statement of every index that no constraint needs."""


def load(url: str, batches: Batches, columns: Mapping[type[Base], Sequence[str]]) -> dict[str, float]:
    """Write them all. Seconds that rows and indexes took, and MB that tables and indexes have on disk."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(parts.database or "", isolation_level=None)) as connection:
            return _load(_SQLite(connection), batches, columns)
    where = {"host": parts.host, "port": parts.port, "user": parts.username, "dbname": parts.database}
    with psycopg.connect(**where, autocommit=True) as server:  # type: ignore[arg-type]
        return _load(_PostgreSQL(server), batches, columns)


def _load(target: _Target, batches: Batches, columns: Mapping[type[Base], Sequence[str]]) -> dict[str, float]:
    began = time.perf_counter()
    # A unique one keeps its place: foreign keys may lead to it.
    indexes = [(name, sql) for name, sql in target.indexes() if not sql.startswith("CREATE UNIQUE")]
    for name, _ in indexes:
        target.run(f'DROP INDEX "{name}"')
    target.run("BEGIN")
    for model, rows in batches:
        names, ready = _driver_values(model, columns[model], rows, target.dialect)
        target.write(model.__tablename__, names, ready)
    target.run("COMMIT")
    written = time.perf_counter()
    for _, statement in indexes:
        target.run(statement)
    # As any database has that has lived for a while.
    target.run("ANALYZE")
    size = target.run(_SIZE[target.dialect.name])[0][0]
    return {
        "rows_seconds": round(written - began, 2),
        "index_seconds": round(time.perf_counter() - written, 2),
        "disk_mb": round(size / 1e6, 1),
    }


_SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_database_size(current_database())",
}


def _driver_values(
    model: type[Base], given: Sequence[str], rows: Sequence[Row], dialect: Dialect
) -> tuple[list[str], Iterator[Row]]:
    """Column names and rows as the driver wants them, those columns included that the model fills in itself."""
    if unknown := set(given) - set(model.__table__.columns.keys()):
        raise KeyError(f"{model.__tablename__} has no column {unknown}")
    names, values = [], []
    by_name = dict(zip(given, zip(*rows, strict=True), strict=True))
    for column in model.__table__.columns:
        ready = _bound(model, column.name, dialect)
        if column.name in by_name:
            names.append(column.name)
            values.append([ready(v) for v in by_name[column.name]] if ready else by_name[column.name])
        elif (default := getattr(column.default, "arg", None)) is not None:
            names.append(column.name)
            values.append([ready(default) if ready else default] * len(rows))
    return names, zip(*values, strict=True)


@cache
def _bound(model: type[Base], name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes a driver's value of ours; None when they are the same. It remembers: there are few different days."""
    bind = model.__table__.columns[name].type.dialect_impl(dialect).bind_processor(dialect)
    return cache(bind) if bind else None


class _SQLite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.dialect: Dialect = sqlite.dialect()
        self._connection = connection
        for pragma in ("journal_mode=DELETE", "journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            self.run(f"PRAGMA {pragma}")

    def run(self, statement: str) -> list[Row]:
        return self._connection.execute(statement).fetchall()

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        self._connection.executemany(f'INSERT INTO "{table}" ({_quoted(columns)}) VALUES ({marks})', rows)

    def indexes(self) -> list[tuple[str, str]]:
        return [
            (name, sql)
            for name, sql in self.run("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
            if sql is not None
        ]


class _PostgreSQL:
    def __init__(self, connection: "psycopg.Connection[Row]") -> None:
        self.dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        self._connection = connection
        # Foreign keys are triggers there, and millions of them would take most of the time.
        self.run("SET session_replication_role = replica")
        self.run("SET maintenance_work_mem = '512MB'")

    def run(self, statement: str) -> list[Row]:
        cursor = self._connection.execute(statement)
        return cursor.fetchall() if cursor.description else []

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        # Our invented words hold no tab, no backslash and no "None", so the line needs no escaping.
        line = "\t".join(["%s"] * len(columns)) + "\n"
        copy_in = f"COPY \"{table}\" ({_quoted(columns)}) FROM STDIN WITH (NULL 'None')"
        with self._connection.cursor() as cursor, cursor.copy(copy_in) as copy:
            copy.write("".join(line % row for row in rows))

    def indexes(self) -> list[tuple[str, str]]:
        found = self.run(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
        return [(name, definition) for name, definition in found]


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
