"""What engines of a run share, because each test has one of its own: every statement is compiled once, not once a test.

A quarter of what a test with a database costs would be the same statements, compiled again. SQLAlchemy keeps them by
dialect, and each engine has one of its own; here those of one kind are equal.
"""

from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from qibot import database

_COMPILED: Any = LRUCache(5_000)


def share(patch: pytest.MonkeyPatch) -> None:
    """From now on, and in this process only."""
    for kind in (SQLiteDialect_aiosqlite, PGDialectAsync_psycopg):
        patch.setattr(kind, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(kind, "__hash__", lambda self: hash(type(self)))
    patch.setattr(database, "create_async_engine", _made)


def _made(url: str, **given: Any) -> AsyncEngine:
    return create_async_engine(url, execution_options={"compiled_cache": _COMPILED}, **given)
