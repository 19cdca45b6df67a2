"""An introduction."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.people.models import Person, Topic
from qibot.projects.models import Project

ASKED, ACCEPTED, DECLINED, EXPIRED, WITHDRAWN = "asked", "accepted", "declined", "expired", "withdrawn"

_OPEN = text("state = 'asked'")


class Introduction(Base):
    """One person asks to be introduced to another: `asked -> accepted | declined | expired | withdrawn`.

    `champion_id` is who was asked, also as the lead of a project. `expires_at` is when it ends without an answer;
    `later_until` is when they wanted to be asked again. `met` and `outcome` are one answer for the two of them, the
    furthest that either gave: they count for the network, never for a person.
    """

    __tablename__ = "introductions"
    __table_args__ = (
        # At most one open one for an asker and an asked: whatever is pressed twice makes one.
        Index(
            "uq_introductions_open", "asker_id", "champion_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        # Partial: what is over costs the sweep nothing.
        Index("ix_introductions_open_expires_at", "expires_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_introductions_asker_id_asked_at", "asker_id", "asked_at"),
        Index("ix_introductions_champion_id_asked_at", "champion_id", "asked_at"),
        CheckConstraint("asker_id <> champion_id", name="ck_introductions_two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asker_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    champion_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    reason: Mapped[str] = mapped_column(String(600))
    state: Mapped[str] = mapped_column(String(10), default=ASKED)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    later_until: Mapped[datetime | None]
    met: Mapped[str] = mapped_column(String(10), default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")

    asker: Mapped[Person] = relationship(foreign_keys=[asker_id], lazy="raise")
    champion: Mapped[Person] = relationship(foreign_keys=[champion_id], lazy="raise")
    topic: Mapped[Topic | None] = relationship(lazy="raise")
    project: Mapped[Project | None] = relationship(lazy="raise")
