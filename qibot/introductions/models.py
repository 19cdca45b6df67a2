"""An introduction, and the messages that the two write to each other through the bot."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.introductions.rounds.models import Round
from qibot.people.models import Person, Topic
from qibot.projects.models import Project

ASKED, ACCEPTED, DECLINED, EXPIRED, WITHDRAWN = "asked", "accepted", "declined", "expired", "withdrawn"

_OPEN = text("state = 'asked'")


class Introduction(Base):
    """One person asks to be introduced to another: `asked -> accepted | declined | expired | withdrawn`.

    `champion_id` is who was asked, also as the lead of a project. `expires_at` is when it ends without an answer;
    `later_until` is when they wanted to be asked again. `met` and `outcome` are one answer for the two of them, the
    furthest that either gave: they count for the network, never for a person. `stopped_at` ends the messages between
    them for good.

    One that a round made (`round_id`) is accepted from the start: by taking part both have said yes. Nobody asked, and
    so there is no reason; it is withdrawn if one of the two cannot be told.
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
    stopped_at: Mapped[datetime | None]
    stopped_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"))

    asker: Mapped[Person] = relationship(foreign_keys=[asker_id], lazy="raise")
    champion: Mapped[Person] = relationship(foreign_keys=[champion_id], lazy="raise")
    topic: Mapped[Topic | None] = relationship(lazy="raise")
    project: Mapped[Project | None] = relationship(lazy="raise")
    round: Mapped[Round | None] = relationship(lazy="raise")


_WAITING = text("ended_at IS NULL")


class RelayMessage(Base):
    """A message from one of the two to the other, until it has ended: delivered or not, its words go at that moment.

    Who and when stay, never the content.
    """

    __tablename__ = "relay_messages"
    __table_args__ = (
        Index("ix_relay_messages_introduction_id_sender_id_written_at", "introduction_id", "sender_id", "written_at"),
        Index("ix_relay_messages_waiting", "written_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        # The promise, kept by the database itself.
        CheckConstraint("ended_at IS NULL OR body = ''", name="ck_relay_messages_wiped"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    introduction_id: Mapped[int] = mapped_column(ForeignKey("introductions.id"))
    sender_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(String(1000))
    written_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    delivered: Mapped[bool] = mapped_column(default=False)
