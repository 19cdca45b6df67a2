"""The end of a tick: how each row ended is written, and the features that want to know hear of it, all in one go."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import Database
from qibot.outbox import claims
from qibot.outbox.claims import Settlement
from qibot.outbox.models import FAILED, SENT, SKIPPED, Delivery

log: structlog.stdlib.BoundLogger = structlog.get_logger()

Settled = Callable[[AsyncSession, Delivery, str, datetime], Awaitable[None]]
"""What a feature does as a delivery ends, given the state it ends in (`SENT`, `FAILED` or `SKIPPED`), in the
transaction that settles it; to be written so that twice is once. Not for what is cancelled: whoever cancels knows.
"""

_ENDS = (SENT, FAILED, SKIPPED)
_AGAIN_AFTER = (0.2, 1.0, 3.0)


class _Broke(Exception):
    """A feature could not do what it wanted to at the end of a delivery."""


async def settle(
    database: Database, done: Iterable[Settlement], features: Mapping[str, Settled], now: datetime
) -> None:
    """Write how it ended; `features` by kind hear of ends. What is known only here must not be lost to a passing fault
    of the database, nor to a fault of a feature: such a one is logged and hears nothing.
    """
    done, pauses = list(done), list(_AGAIN_AFTER)
    # In one order, so that features that lock what a delivery is about never wait for each other in a circle.
    ends = sorted((one for one in done if one.state in _ENDS and one.row.kind in features), key=_subject)
    while True:
        try:
            async with database.transaction() as db:
                ours = await claims.settle(db, done, {one.row.id for one in ends})
                for one in [end for end in ends if end.row.id in ours]:
                    await _tell(db, one, features[one.row.kind], now, ends)
            return
        except _Broke:
            continue
        except SQLAlchemyError as wrong:
            if not pauses:
                raise
            log.warning("could not settle yet", deliveries=len(done), error=type(wrong).__name__)
            await asyncio.sleep(pauses.pop(0))
            if not pauses:
                # What a platform took is settled, whatever a feature's own statements do.
                ends.clear()


def _subject(one: Settlement) -> tuple[str, str]:
    return one.row.subject, one.row.period


async def _tell(db: AsyncSession, one: Settlement, feature: Settled, now: datetime, ends: list[Settlement]) -> None:
    try:
        await feature(db, one.row, one.state, now)
        await db.flush()
    except SQLAlchemyError:
        raise
    except Exception as wrong:
        say_wrong("could not follow up", one.row, wrong)
        ends.remove(one)
        raise _Broke from wrong


def say_wrong(what: str, row: Delivery, wrong: Exception) -> None:
    """Log where it went wrong, without the exception's own words: they may hold what people wrote."""
    last = traceback.extract_tb(wrong.__traceback__)[-1]
    where = f"{last.filename.rpartition('/qibot/')[2]}:{last.lineno}"
    log.error(what, kind=row.kind, delivery=row.id, error=type(wrong).__name__, where=where)
