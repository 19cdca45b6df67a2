"""Questions to the organisers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.people.models import Person, Topic

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
SOMEBODY, IN_WORDS, NOBODY = "person", "words", "nobody"
"""How a question was answered."""

_OPEN = text("state = 'open'")


class Question(Base):
    """What somebody asks the organisers: `open -> answered | closed`, once.

    `folded` is `words` without case and punctuation: whoever sends the same again has one question. By `answer_by` the
    asker hears where it stands. `how` it was answered; `reply` is what the organiser wrote, `suggested_id` whom they
    named.
    """

    __tablename__ = "questions"
    __table_args__ = (
        # At most one open one of these words for a person: whatever is pressed twice makes one.
        Index("uq_questions_open", "asker_id", "folded", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        # Partial: what is over costs neither the list nor the sweep anything.
        Index("ix_questions_open_asked_at", "asked_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_questions_asker_id_asked_at", "asker_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asker_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    how: Mapped[str] = mapped_column(String(10), default="")
    reply: Mapped[str] = mapped_column(String(1000), default="")
    suggested_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    asker: Mapped[Person] = relationship(foreign_keys=[asker_id], lazy="raise")
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id], lazy="raise")
    topic: Mapped[Topic | None] = relationship(lazy="raise")
