"""Rows about market-place stalls: who has one, and who would like to know more."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.events.models import Event
from qibot.people.models import Person


class Stall(Base):
    """Something that somebody shows at an event. A closed one is on no list; its hellos are passed on all the same."""

    __tablename__ = "stalls"
    __table_args__ = (Index("ix_stalls_event_id", "event_id"), Index("ix_stalls_holder_id", "holder_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    title: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(200), default="")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship(lazy="raise")
    holder: Mapped[Person] = relationship(lazy="raise")


class StallHello(Base):
    """Somebody agreed that the holder of a stall hears of them. It is deleted once it was passed on, or cannot be."""

    __tablename__ = "stall_hellos"
    __table_args__ = (Index("ix_stall_hellos_person_id", "person_id"),)

    stall_id: Mapped[int] = mapped_column(ForeignKey("stalls.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    at: Mapped[datetime]
