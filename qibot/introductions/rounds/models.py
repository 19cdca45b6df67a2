"""A programme, who takes part in it, its rounds, and who was in each of them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.events.models import Event
from qibot.people.models import Person, Topic

EVERYBODY, OF_TOPIC, OF_PLACE, OF_EVENT = AUDIENCES = ("everybody", "topic", "place", "event")
ASK_ME, AUTOMATIC = MODES = ("ask", "automatic")

REACHED, LOST, ALONE = "reached", "lost", "alone"
"""What became of somebody's place in a round: they have their card; they could not be told; the others could not."""

_RUNNING = text("stopped_at IS NULL")
_TO_MAKE = text("made_at IS NULL")


class Programme(Base):
    """What an organiser starts: rounds of this rhythm, by this rule, for these people.

    `next_number` and `next_on` are the coming round. Until the first one is made an organiser has to agree to it;
    those after it run by themselves. `folded` is the name without case: two that run cannot share one.
    `rehearse_for_id` is the organiser who waits for a rehearsal too large to be done at once, `rehearsal` what the last
    one came to (JSON).
    """

    __tablename__ = "round_programmes"
    __table_args__ = (
        Index(
            "uq_round_programmes_folded_running",
            "folded",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(180))
    organiser_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    audience: Mapped[str] = mapped_column(String(10), default=EVERYBODY)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    place: Mapped[str] = mapped_column(String(60), default="")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    rhythm: Mapped[str] = mapped_column(String(12))
    rule: Mapped[str] = mapped_column(String(40))
    cool_down: Mapped[int]
    first_on: Mapped[date]
    next_on: Mapped[date]
    next_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    rehearse_for_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    rehearsal: Mapped[str] = mapped_column(Text, default="")

    topic: Mapped[Topic | None] = relationship(lazy="raise")
    event: Mapped[Event | None] = relationship(lazy="raise")

    @property
    def runs_by_itself(self) -> bool:
        """An organiser has agreed to its first round, and it was made."""
        return self.next_number > 1


class Participant(Base):
    """Somebody who takes part in a programme, because they said so.

    `mode`: asked before each round, or in each until they pause. `skip_number` and `yes_number` are the round that they
    leave out and the one that they said yes to; 0 for none. `waited`: rounds of this programme that they sat out, all
    in all; whoever joins begins with the fewest of their organisation, so that nobody has to catch up. An agreement to
    introductions that is younger than `joined_at` does not count: whoever withdrew is out, and comes in again only by
    joining again.
    """

    __tablename__ = "round_participants"
    __table_args__ = (Index("ix_round_participants_person_id", "person_id"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("round_programmes.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(10))
    prefers_trio: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    paused_until: Mapped[date | None]
    skip_number: Mapped[int] = mapped_column(default=0)
    yes_number: Mapped[int] = mapped_column(default=0)
    waited: Mapped[int] = mapped_column(default=0)


class Round(Base):
    """One run of matching: opened, and made once `due_at` has passed. The database itself allows one per programme and
    number, whoever presses how often and however many processes look.

    `rule` is this round's own: an organiser may have relaxed it. `opened_by_id` is None for one that ran by itself.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        Index("ix_rounds_to_make", "due_at", sqlite_where=_TO_MAKE, postgresql_where=_TO_MAKE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("round_programmes.id"))
    number: Mapped[int]
    rule: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    due_at: Mapped[datetime]
    made_at: Mapped[datetime | None]

    programme: Mapped[Programme] = relationship(lazy="raise")


class Seat(Base):
    """Somebody's place in a round: in which group of two or three, or in none (`group` 0), and why.

    `waited` is what they had waited before, for those whose group did not come about. `state` is "" until it is known
    what became of it. Who meets whom is in the introductions of the round.
    """

    __tablename__ = "round_seats"
    __table_args__ = (
        Index("ix_round_seats_person_id", "person_id"),
        Index("ix_round_seats_round_id_group", "round_id", "group"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    group: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(String(300), default="")
    waited: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="")

    person: Mapped[Person] = relationship(lazy="raise")
