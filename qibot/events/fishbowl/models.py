"""Rows about questions from the room. One without a name leads to nobody: its id is random and it knows no time.

Of a vote only a mark is kept, so that nobody votes twice, and only while the event is on: it is made of the person and
a secret of the event, and as the day is over both go.
"""

import secrets

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base

# As reflections have it: on SQLite only INTEGER keys are the place in the file too, and hide the order of arrival.
_Random = BigInteger().with_variant(Integer, "sqlite")


def _random_id() -> int:
    return secrets.randbelow(2**62) + 1


class RoomQuestion(Base):
    """What somebody asked. `person_id` is None when the name was left out; `answer` is "" until there is one."""

    __tablename__ = "room_questions"
    __table_args__ = (Index("ix_room_questions_event_id", "event_id"),)

    id: Mapped[int] = mapped_column(_Random, primary_key=True, autoincrement=False, default=_random_id)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(String(300))
    votes: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(String(1000), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class RoomVote(Base):
    """Somebody would like to know that too; `mark` is not who."""

    __tablename__ = "room_votes"

    question_id: Mapped[int] = mapped_column(_Random, ForeignKey("room_questions.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)


class RoomSecret(Base):
    """What marks of an event are made with, while it is on."""

    __tablename__ = "room_secrets"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))


class RoomSeat(Base):
    """Somebody sits in the fishbowl and may answer, on the day."""

    __tablename__ = "room_seats"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
