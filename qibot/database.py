"""The database: one door, `transaction()`, the only place that commits.

SQLite is the embedded default and has exactly one connection, because SQLite before 3.51.3 may corrupt a WAL that is
written from several. PostgreSQL is for more than one process. Same schema, same tests.
"""

import contextlib
import contextvars
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import aiosqlite
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    any_,
    bindparam,
    cast,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.pool import AsyncAdaptedQueuePool

T = TypeVar("T")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as UTC. A naive one is refused: nobody would know what it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware in any zone -> UTC (naive on SQLite, which has no zones)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every model's base. Constraint names are fixed so that migrations read the same on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy's own class attribute


class InUse(RuntimeError):
    """Another process has this SQLite database open."""


class WroteWhileReading(RuntimeError):
    """A handler that promised only to read has written."""


_inside: contextvars.ContextVar[str] = contextvars.ContextVar("inside_a_transaction", default="")
"""What the transaction under way may do: "read", "write", or "" when there is none."""


class Database:
    """An engine and its sessions. `url` is SQLAlchemy's: `sqlite+aiosqlite:///file.db` or `postgresql+psycopg://…`."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self._lock = _lock_file(self.url.database) if self.dialect == "sqlite" else None
        self.engine = _engine(url, self.dialect)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @contextlib.asynccontextmanager
    async def transaction(self, *, reading: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction: commits at the end, rolls back on any exception. `reading` refuses to write.

        Never await anything but the database inside: on SQLite everybody else waits meanwhile.
        """
        if _inside.get():
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        token = _inside.set("read" if reading else "write")
        try:
            async with self._sessions() as session:
                session.sync_session.info["reading"] = reading
                try:
                    yield session
                    await session.commit()
                except BaseException:
                    await session.rollback()
                    raise
        finally:
            _inside.reset(token)

    async def close(self) -> None:
        """Give back the connections and the lock file."""
        await self.engine.dispose()
        if self._lock is not None:
            self._lock.close()


@event.listens_for(Session, "before_flush")
def _no_flush_while_reading(session: Session, *_: Any) -> None:
    if session.info.get("reading") and (session.new or session.dirty or session.deleted):
        raise WroteWhileReading


@event.listens_for(Session, "do_orm_execute")
def _no_write_while_reading(state: ORMExecuteState) -> None:
    if state.session.info.get("reading") and (state.is_insert or state.is_update or state.is_delete):
        raise WroteWhileReading


def _engine(url: str, dialect: str) -> AsyncEngine:
    if dialect != "sqlite":
        # Planned once by whoever comes again, not at the sixth time: planning a search takes longer than answering it.
        planned = {"prepare_threshold": 1}
        return create_async_engine(
            url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True, connect_args=planned
        )
    return _sqlite_engine(url)


def _sqlite_engine(url: str) -> AsyncEngine:
    file = make_url(url).database or ":memory:"
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=30,
        async_creator=lambda: _Connection(file),
        # An error quotes its statement, and would quote what people typed beside it.
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # The driver's own BEGIN comes too late for our reads; we say BEGIN ourselves, below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "secure_delete=ON",
            # 16 MB, not 2: a broadcast to very many writes the same pages again and again, and a search reads pages
            # that lie far from each other.
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        # Nobody else can write between two reads of the only connection; a backup is refused inside a transaction.
        if _inside.get() != "read" and connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(_BEGIN)

    return engine


_BEGIN = "BEGIN"


class _Connection(aiosqlite.Connection):
    """aiosqlite's, with one visit to its thread a statement where it makes four.

    A visit costs more than SQLite takes for most answers, and far more while the event loop is busy. BEGIN travels with
    the first statement; COMMIT and ROLLBACK of nothing stay at home.
    """

    def __init__(self, file: str) -> None:
        super().__init__(lambda: sqlite3.connect(file, timeout=10, check_same_thread=False), iter_chunk_size=64)
        # As SQLAlchemy does: a thread that waits for work must not keep a process from ending.
        self._thread.daemon = True
        self._to_begin = self._begun = False

    def cursor(self, *_: Any) -> Any:
        """What SQLAlchemy asks for before each statement."""
        return _Cursor(self)

    async def visit(self, statement: str, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Have `work` done in the thread, after the BEGIN that may be due."""
        if statement == _BEGIN:
            self._to_begin = True
            return None
        first, self._to_begin = self._to_begin, False
        # Noted before anything is done: who is cancelled meanwhile rolls back what the thread is only coming to.
        self._begun |= first
        done: T = await self._execute(*((_begin_and, self._conn, work) if first else (work, self._conn)))  # type: ignore[no-untyped-call]
        return done

    async def commit(self) -> None:
        """Commit what was begun."""
        if self._begun:
            # Should it fail, there is still something to take back.
            await super().commit()
        self._end()

    async def rollback(self) -> None:
        """Take back what was begun."""
        if self._end():
            await super().rollback()

    def _end(self) -> bool:
        begun, self._to_begin, self._begun = self._begun, False, False
        return begun


def _begin_and(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute(_BEGIN)
    return work(connection)


class _Cursor:
    """As much of a driver's cursor as SQLAlchemy uses: a statement and all its rows in one visit."""

    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount, self.lastrowid = -1, 0

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        """Run, and fetch what it gives."""
        await self._connection.visit(statement, lambda raw: self._keep(raw.execute(statement, parameters)))

    async def executemany(self, statement: str, parameters: Any) -> None:
        """Run for each of `parameters`."""
        await self._connection.visit(statement, lambda raw: self._keep(raw.executemany(statement, parameters)))

    async def fetchall(self) -> list[Any]:
        """Every row."""
        return self._rows

    async def close(self) -> None:
        """Nothing is open."""

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self._rows = cursor.description, cursor.fetchall()
        # SQLite knows how many rows were changed only once the last one is fetched.
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid or 0
        cursor.close()


def _lock_file(path: str | None) -> IO[str] | None:
    """Hold `<path>.lock` for as long as the database is open, so that no second process opens it. Raises `InUse`."""
    if not path or path == ":memory:":
        return None
    import fcntl

    # By whatever name or link it is called, one file has one lock.
    path = os.path.realpath(path)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handle = open(f"{path}.lock", "a+")  # noqa: SIM115 - held until close()
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise InUse(
            f"{os.path.basename(path)} is open in another process. Stop that one first, or use PostgreSQL for several."
        ) from None
    return handle


def each(session: AsyncSession, values: Iterable[str | int]) -> Any:
    """A column with these values, for a statement that stays the same however many there are."""
    text: Any = bindparam(None, json.dumps(list(values)), type_=String, unique=True)
    return _each(session.get_bind().dialect.name, text)


def among(dialect: str, column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column is one of the values in the parameter `name`, which `several` makes; for a statement that is
    made once.
    """
    if dialect == "postgresql":
        is_one: ColumnElement[bool] = column == any_(bindparam(name, type_=ARRAY(column.type)))
        return is_one
    held: ColumnElement[bool] = column.in_(select(_each(dialect, bindparam(name, type_=String))))
    return held


def several(dialect: str, values: Iterable[str | int]) -> Any:
    """Values for `among`."""
    return list(values) if dialect == "postgresql" else json.dumps(list(values))


def _each(dialect: str, text: Any) -> Any:
    if dialect == "postgresql":
        return func.json_array_elements_text(cast(text, JSON)).table_valued("value").c.value
    return func.json_each(text).table_valued("value").c.value


def looked_up(session: AsyncSession, values: Mapping[str, int], key: Any) -> Any:
    """What `values` has for the column `key`, for a statement that stays the same however many there are."""
    text: Any = bindparam(None, json.dumps(values), type_=String, unique=True)
    if session.get_bind().dialect.name == "postgresql":
        return cast(cast(text, JSON).op("->>")(key), Integer)
    return func.json_extract(text, '$."' + key + '"')


def insert_or_ignore(session: AsyncSession, model: type[Base]) -> Any:
    """An INSERT for `model` to which `.values(…)` or a list is given and that leaves rows already there alone."""
    if session.get_bind().dialect.name == "postgresql":
        # Imported with every driver it has, so only where it is used.
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(model).on_conflict_do_nothing()
    return sqlite.insert(model).on_conflict_do_nothing()


__all__ = [
    "Base",
    "Database",
    "InUse",
    "PoolTimeout",
    "UtcDateTime",
    "WroteWhileReading",
    "among",
    "each",
    "insert_or_ignore",
    "looked_up",
    "several",
]
