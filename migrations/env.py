"""Alembic's way in: `qibot.migrate` hands its connection over; `alembic revision --autogenerate` makes one."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from qibot import features  # noqa: F401 - every feature's tables are known once the list of features is
from qibot.database import Base, Database, UtcDateTime
from qibot.platforms.slack import installations  # noqa: F401 - tables of their own
from qibot.platforms.teams import conversations  # noqa: F401 - likewise
from qibot.settings import load


def _plain(kind: str, item: Any, _: Any) -> str | Literal[False]:
    # A migration must still run when our own column types have moved on.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _run(connection: Connection) -> None:
    # SQLite cannot alter most things in place; batch mode makes the table anew and copies the rows.
    batch = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=batch,
        render_item=_plain,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _alone() -> None:
    database = Database(load().qibot_database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(_run)
    await database.close()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    asyncio.run(_alone())
