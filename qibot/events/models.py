"""Rows about events: who was there, what was said, what was promised.

An answer given without a name must not lead to anybody, not even by its place in a list: reflections and their answers
have random ids and know the day only, so that neither order nor time can be laid beside another table.
"""

import secrets
from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base

PAIRS, CLOSING = "pairs", "closing"
QUESTIONS = {
    PAIRS: {
        "greatest-opportunities": "What are the greatest opportunities?",
        "what-will-we-do-next": "What will we do next?",
    },
    CLOSING: {
        "thinking": "What are you thinking?",
        "feeling": "What are you feeling?",
        "do-next": "What will you do next?",
        "wondering": "What are you wondering?",
    },
}
"""The questions of the event of 27 November 2019 by form, in the order of its report."""

ENERGIES = {"good": "Good", "mixed": "Mixed", "low": "Low"}
LOW = "low"

OPEN, DONE, GOING, CHANGED, LET_GO = "open", "done", "going", "changed", "let go"
STATES = (OPEN, DONE, GOING, CHANGED, LET_GO)
STILL_ASKED = (OPEN, GOING, CHANGED)
"""A pledge in one of these is asked about again; one that is done or let go is not."""

# On SQLite only INTEGER keys are the place in the file too; any other would keep the order of arrival beside it.
_Random = BigInteger().with_variant(Integer, "sqlite")


def _random_id() -> int:
    return secrets.randbelow(2**62) + 1


FOLLOW_UP = "2, 6, 12"
"""After how many weeks promises are asked about, where the organiser says nothing else."""


class Event(Base):
    """A meeting of people. `code` is what they type to join: capitals and digits.

    `other_places` are those it is at besides `place`, a line each. `follow_up` holds weeks, `weeks` reads them.
    `changes` counts those of day, places and plan: what is planned after one is told by it from what was before.
    """

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    day: Mapped[date]
    place: Mapped[str] = mapped_column(String(60), default="")
    code: Mapped[str] = mapped_column(String(12), unique=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    cancelled_at: Mapped[datetime | None]
    other_places: Mapped[str] = mapped_column(String(700), default="", server_default="")
    follow_up: Mapped[str] = mapped_column(String(40), default=FOLLOW_UP, server_default=FOLLOW_UP)
    changes: Mapped[int] = mapped_column(default=0, server_default="0")

    @property
    def places(self) -> tuple[str, ...]:
        """Everywhere it is, the first one first."""
        return tuple(p for p in (self.place, *(self.other_places or "").splitlines()) if p)

    @property
    def where(self) -> str:
        """Its places in a line: "Luton; Bedford"."""
        return "; ".join(self.places)

    @property
    def weeks(self) -> tuple[int, ...]:
        """After how many weeks its promises are asked about; none at all where the organiser chose so."""
        return tuple(int(week) for week in (self.follow_up or "").split(", ") if week)


class EventOrganiser(Base):
    """A member who may do at one event what an organiser of the network may."""

    __tablename__ = "event_organisers"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class EventAnswer(Base):
    """What became of what was said at an event, a line each, and when everybody was told; None: not yet."""

    __tablename__ = "event_answers"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    words: Mapped[str] = mapped_column(String(2000))
    sent_at: Mapped[datetime | None]


class Attendance(Base):
    """Somebody who joined an event by its code. `place` is where they are, of those that the event is at."""

    __tablename__ = "attendances"
    __table_args__ = (Index("ix_attendances_person_id_joined_at", "person_id", "joined_at"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    joined_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(60), default="", server_default="")


class Reflection(Base):
    """One form handed in. `person_id` is None when the name was left out; `on` is a day and never a time of day."""

    __tablename__ = "reflections"

    id: Mapped[int] = mapped_column(_Random, primary_key=True, autoincrement=False, default=_random_id)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    form: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(60), default="")
    energy: Mapped[str] = mapped_column(String(10), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    on: Mapped[date]


class ReflectionTheme(Base):
    """A heading under which an organiser gathers answers to one question. Their order is that of their making."""

    __tablename__ = "reflection_themes"
    __table_args__ = (UniqueConstraint("event_id", "question", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    question: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(80))


class ReflectionAnswer(Base):
    """One statement, as it was typed. A box with several lines holds several."""

    __tablename__ = "reflection_answers"

    id: Mapped[int] = mapped_column(_Random, primary_key=True, autoincrement=False, default=_random_id)
    reflection_id: Mapped[int] = mapped_column(_Random, ForeignKey("reflections.id"), index=True)
    question: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(String(2000))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("reflection_themes.id"))


class Pledge(Base):
    """What somebody promised at an event. `text` stays as first said; `changed_text` is what it became.

    `follow_from` is the day from which the weeks to its follow-ups are counted; pledges that share it are asked about
    together.
    """

    __tablename__ = "pledges"
    __table_args__ = (Index("ix_pledges_person_id_event_id", "person_id", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    made_at: Mapped[datetime]
    follow_from: Mapped[date]
    answered_at: Mapped[datetime | None]
    changed_text: Mapped[str] = mapped_column(String(300), default="")

    event: Mapped[Event] = relationship(lazy="raise")

    @property
    def words(self) -> str:
        """The promise as it stands now."""
        return self.changed_text or self.text
