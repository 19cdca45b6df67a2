"""A broadcast, whom it names one by one, and what came back. Who got it is in the deliveries of the outbox."""

import json
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.events.models import Event
from qibot.people.models import Organisation, Person, Topic

DRAFT, ASKING, READY, STARTED, DISCARDED = "draft", "asking", "ready", "started", "discarded"
"""Being written; waits for a second organiser's yes; goes out at `send_at`; its audience is frozen; thrown away."""

_READY = text("state = 'ready'")


class Broadcast(Base):
    """One message to an audience: everybody who fits all of what is filled in. `draft -> asking -> ready -> started`,
    and back to `draft` until it has started.

    The words are kept here once. `answers` are the labels of its buttons (JSON). `revision` counts changes and presses
    of send, so that a button of before changes nothing. `wanted_at` is when it is to go at the soonest. `size` is how
    many it may be for, once it was let go; as it starts, how many it is for. `organiser_id` is who wrote, changed or
    sent it last: the second yes is never theirs.
    """

    __tablename__ = "broadcasts"
    # Partial, so that looking every second costs nothing.
    __table_args__ = (Index("ix_broadcasts_ready", "send_at", sqlite_where=_READY, postgresql_where=_READY),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(String(2000))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    after_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"))
    place: Mapped[str] = mapped_column(String(60), default="")
    role: Mapped[str] = mapped_column(String(60), default="")
    by_list: Mapped[bool] = mapped_column(default=False)
    answers: Mapped[str] = mapped_column(Text, default="[]")
    takes_words: Mapped[bool] = mapped_column(default=False)
    wanted_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    send_at: Mapped[datetime | None]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(default=0)
    cancelled_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    organiser: Mapped[Person] = relationship(foreign_keys=[organiser_id], lazy="raise")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")
    topic: Mapped[Topic | None] = relationship(lazy="raise")
    event: Mapped[Event | None] = relationship(lazy="raise")
    after: Mapped["Broadcast | None"] = relationship(remote_side=[id], lazy="raise")

    @property
    def labels(self) -> tuple[str, ...]:
        """What its buttons say."""
        return tuple(json.loads(self.answers))

    @property
    def subject(self) -> str:
        """What its deliveries are about."""
        return f"broadcast:{self.id}"


class Listed(Base):
    """Somebody whom the organiser named one by one."""

    __tablename__ = "broadcast_listed"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)


class Answer(Base):
    """The button that somebody pressed last: `choice` is its place among the labels, from 0."""

    __tablename__ = "broadcast_answers"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    choice: Mapped[int]
    at: Mapped[datetime]


class Reply(Base):
    """Words that somebody wrote back, for the organisers."""

    __tablename__ = "broadcast_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise")
