"""An introduction, the messages that the two write to each other, and what keeps two people apart."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.introductions.rounds.models import Round
from qibot.people.models import Person, Topic
from qibot.projects.models import Project

ASKED, ACCEPTED, DECLINED, EXPIRED, WITHDRAWN = "asked", "accepted", "declined", "expired", "withdrawn"

NAME, ROLE, KIND = "name", "role", "kind"
"""What an asker lets the other see before they answer: their name as well, their role and organisation, or only what
kind of organisation they work in."""

_OPEN = text("state = 'asked'")


class Introduction(Base):
    """One person asks to be introduced to another: `asked -> accepted | declined | expired | withdrawn`.

    `champion_id` is who was asked, also as the lead of a project. `shows` is how much of the asker they see before they
    answer. `held_back`: one of the two is never to be introduced to the other, so the question goes to nobody and ends
    like one that was not answered. `expires_at` is when it ends without an answer; `later_until` is when they wanted to
    be asked again. `met` and `outcome` are one answer for the two of them, the furthest that either gave: they count
    for the network, never for a person. `stopped_at` ends the messages between them for good.

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
    shows: Mapped[str] = mapped_column(String(10), default=ROLE)
    held_back: Mapped[bool] = mapped_column(default=False)
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
    suggestion: Mapped["Suggestion | None"] = relationship(lazy="raise")


class Suggestion(Base):
    """Whom or what the asked person would ask instead: somebody of the network, or a topic."""

    __tablename__ = "introduction_suggestions"

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introductions.id"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))

    topic: Mapped[Topic | None] = relationship(lazy="raise")


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


_BY_NAME = text("other_id IS NULL")


class NotWith(Base):
    """Somebody whom a person is never to be introduced to; nobody but that person ever learns of it.

    `other_id` is None for whoever bears the name in `label`, in the network now or later. `label` is what the person
    typed, or the words by which the other was shown to them; `known`: those words held the other's name.
    """

    __tablename__ = "not_with"
    __table_args__ = (
        # By label too: that somebody without a name is there already would say who it was.
        Index("uq_not_with_person_id_other_id", "person_id", "other_id", "label", unique=True),
        Index(
            "uq_not_with_person_id_label",
            "person_id",
            "label",
            unique=True,
            sqlite_where=_BY_NAME,
            postgresql_where=_BY_NAME,
        ),
        Index("ix_not_with_other_id", "other_id"),
        CheckConstraint("person_id <> other_id", name="ck_not_with_two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    label: Mapped[str] = mapped_column(String(500))
    known: Mapped[bool]
    since: Mapped[datetime]


_WAITS = text("closed_at IS NULL")


class Misuse(Base):
    """A report of one of the two about the other, for organisers. Its words go as it is closed, and the row later."""

    __tablename__ = "misuse_reports"
    __table_args__ = (
        # Pressed twice is reported once.
        Index(
            "uq_misuse_reports_open",
            "introduction_id",
            "reporter_id",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        Index("ix_misuse_reports_closed_at", "closed_at"),
        # The promise, kept by the database itself.
        CheckConstraint("closed_at IS NULL OR words = ''", name="ck_misuse_reports_wiped"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    introduction_id: Mapped[int] = mapped_column(ForeignKey("introductions.id"))
    reporter_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    about_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(String(1000))
    reported_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    reporter: Mapped[Person] = relationship(foreign_keys=[reporter_id], lazy="raise")
    about: Mapped[Person] = relationship(foreign_keys=[about_id], lazy="raise")
    introduction: Mapped[Introduction] = relationship(lazy="raise")
