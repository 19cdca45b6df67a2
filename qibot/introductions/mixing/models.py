"""Rows about mixed pairs at an event: who wants to be in them, each making of them, and who sat where."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base


class MixChoice(Base):
    """What somebody said about being in the pairs of one event. Who said nothing is in if the network may see their
    name and they agreed to be introduced.
    """

    __tablename__ = "mix_choices"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    takes_part: Mapped[bool]


class Mix(Base):
    """Pairs made once at an event. The same people and `seed` give the same pairs; `number` counts from 1."""

    __tablename__ = "mixes"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]


class MixSeat(Base):
    """Where somebody sits: with all who have the same `group` in the same mix."""

    __tablename__ = "mix_seats"
    __table_args__ = (Index("ix_mix_seats_person_id", "person_id"),)

    mix_id: Mapped[int] = mapped_column(ForeignKey("mixes.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    group: Mapped[int]
