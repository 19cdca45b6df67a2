"""How often the lists that everybody reads have changed: until then, what is held of them in memory is good."""

from collections.abc import Mapping
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.people.models import Shipped

ORGANISATIONS = "organisations.csv"
"""The list's name."""
_READ = select(Shipped.name, Shipped.version)
_KEPT = "versions of the lists"


async def versions(db: AsyncSession) -> Mapping[str, int]:
    """By the list's name; read once in a transaction."""
    info = db.sync_session.info
    if _KEPT not in info:
        info[_KEPT] = dict((await db.execute(_READ)).all())
    return cast(Mapping[str, int], info[_KEPT])


async def has_changed(db: AsyncSession, name: str) -> None:
    """Whoever holds the list has to read it again."""
    await db.execute(update(Shipped).where(Shipped.name == name).values(version=Shipped.version + 1))
    db.sync_session.info.pop(_KEPT, None)
