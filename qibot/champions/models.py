"""A champion's offer."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.people.models import Person

OPEN, ASK_FIRST, HIDDEN = "open", "ask", "hidden"

UNTIL_THEY_SAY = date.max
"""In `Champion.paused_until`: a pause that ends when they say so, after two questions that nobody answered."""


def _as_since(row: DefaultExecutionContext) -> datetime:
    since: datetime = row.get_current_parameters()["since"]  # type: ignore[no-untyped-call]
    return since


class Champion(Base):
    """A person's offer to help: what with, how often a month, how visible.

    `visibility`: "open" shows the name; "ask" shows only role and organisation until they say yes; "hidden" is
    reachable by an organiser only.

    `coach` (`trained`: "2018" or "March 2018", as said; `coaching`: just now), `sponsor` and `partner` are what they
    are besides; a partner has lived experience, and nobody is shown their role or organisation. `confirmed_at`: when
    they last looked after their offer (made it, said yes, changed or paused it); `still_asked_at`: when they were last
    asked whether they are still happy to be asked.
    """

    __tablename__ = "champions"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    offer: Mapped[str] = mapped_column(String(600), default="")
    asks_a_month: Mapped[int] = mapped_column(default=2)
    visibility: Mapped[str] = mapped_column(String(10), default=OPEN)
    paused_until: Mapped[date | None]
    since: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    coach: Mapped[bool] = mapped_column(default=False)
    trained: Mapped[str] = mapped_column(String(20), default="")
    coaching: Mapped[bool] = mapped_column(default=False)
    sponsor: Mapped[bool] = mapped_column(default=False)
    partner: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime] = mapped_column(default=_as_since, index=True)
    still_asked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")


class ChampionTopic(Base):
    """A topic that a champion helps with. `since`: when they first offered it, None for what was offered before that
    was noted.
    """

    __tablename__ = "champion_topics"
    __table_args__ = (Index("ix_champion_topics_topic_id", "topic_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("champions.person_id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    since: Mapped[datetime | None]


class Ask(Base):
    """One time somebody was asked, champion or not: what counts against the asks a month that they take."""

    __tablename__ = "asks"
    __table_args__ = (Index("ix_asks_person_id_at", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
