"""What people looked for and nobody could be offered for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base


class Sought(Base):
    """Somebody said that they look for help with a topic: what the gap map counts, a person once."""

    __tablename__ = "sought"
    __table_args__ = (Index("ix_sought_topic_id", "topic_id", "at"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    at: Mapped[datetime]


class SoughtWords(Base):
    """Words, folded, in which somebody looked for help and no topic was read. `asked`: sent to the organisers."""

    __tablename__ = "sought_words"
    __table_args__ = (Index("ix_sought_words_words", "words"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    words: Mapped[str] = mapped_column(String(200), primary_key=True)
    asked: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
