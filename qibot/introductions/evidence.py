"""What introductions show of those who said yes, for whoever looks for somebody who knows about such things."""

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding.index import Piece
from qibot.champions.finding.models import INTRODUCED
from qibot.introductions.models import ACCEPTED, Introduction


def piece(found: Introduction) -> Piece:
    """Of one that was accepted. Nothing of it is shown but how many there were, about a topic."""
    at = (found.answered_at or found.asked_at).date()
    return Piece(found.champion_id, INTRODUCED, at, found.id, topics=(found.topic_id,) if found.topic_id else ())


async def everything(db: AsyncSession) -> AsyncIterator[Piece]:
    """Every introduction that was accepted."""
    query = select(Introduction).where(Introduction.state == ACCEPTED).order_by(Introduction.id)
    for found in await db.scalars(query):
        yield piece(found)
