"""A champion's offer."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.people.models import Person

OPEN, ASK_FIRST, HIDDEN = "open", "ask", "hidden"


class Champion(Base):
    """A person's offer to help: what with, how often a month, how visible.

    `visibility`: "open" shows the name; "ask" shows only role and organisation until they say yes; "hidden" is
    reachable by an organiser only.
    """

    __tablename__ = "champions"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    offer: Mapped[str] = mapped_column(String(600), default="")
    asks_a_month: Mapped[int] = mapped_column(default=2)
    visibility: Mapped[str] = mapped_column(String(10), default=OPEN)
    paused_until: Mapped[date | None]
    since: Mapped[datetime]
    stopped_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")


class ChampionTopic(Base):
    """A topic that a champion helps with."""

    __tablename__ = "champion_topics"
    __table_args__ = (Index("ix_champion_topics_topic_id", "topic_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("champions.person_id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)


class Ask(Base):
    """One time a champion was asked: what counts against the asks a month that they offered."""

    __tablename__ = "champion_asks"
    __table_args__ = (Index("ix_champion_asks_person_id_at", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("champions.person_id"))
    at: Mapped[datetime]
