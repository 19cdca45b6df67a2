"""What introductions show of those who said yes, for whoever looks for somebody who knows about such things."""

from sqlalchemy import func, literal, select

from qibot.champions.finding import index
from qibot.champions.finding.index import Piece
from qibot.champions.finding.models import INTRODUCED
from qibot.introductions.models import ACCEPTED, Introduction


def piece(found: Introduction) -> Piece:
    """Of one that was accepted. Nothing of it is shown but how many there were, about a topic."""
    at = (found.answered_at or found.asked_at).date()
    return Piece(found.champion_id, INTRODUCED, at, found.id, topics=(found.topic_id,) if found.topic_id else ())


def everything(dialect: str) -> index.Pieces:
    """Every introduction that was accepted."""
    piece = (
        Introduction.champion_id.label("person_id"),
        literal(INTRODUCED).label("kind"),
        Introduction.id.label("subject"),
    )
    at = index.day_of(dialect, func.coalesce(Introduction.answered_at, Introduction.asked_at))
    rows = select(*piece, literal("").label("title"), at.label("at"), literal("").label("words"))
    topics = select(*piece, Introduction.topic_id).where(Introduction.topic_id.is_not(None))
    return index.Pieces(*(query.where(Introduction.state == ACCEPTED) for query in (rows, topics)))
