"""Rows of the outbox. The table is the schedule: rows can be seen, counted, snoozed and cancelled with SQL."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base

PENDING, SENDING, SENT = "pending", "sending", "sent"
FAILED, SKIPPED, CANCELLED = "failed", "skipped", "cancelled"
STATES = (PENDING, SENDING, SENT, FAILED, SKIPPED, CANCELLED)

EVERYTHING = "*"
"""In `StoppedKind`: every kind that can be stopped."""

LONGEST_TURN = timedelta(hours=1)
"""What was put off for longer did not wait for its turn."""

_WAITING = text("state = 'pending'")
_OUT = text("state = 'sending'")
_WAITING_FOR_A_WORKSPACE = text("state = 'pending' AND workspace_id IS NOT NULL")


class Delivery(Base):
    """One notification to one person, from due to settled: `pending -> sending -> sent | failed | skipped | cancelled`.

    There is one row per (subject, kind, person, period), whatever happens. `subject` is what it is about ("pledge:12"),
    `period` which of several it is ("2w"); "2w~2019-12-18" is the same one, snoozed until that day.

    `due_at` is when its cause wants it to go and never changes; `try_at` is when to look at it next.
    `handed_at` is set just before a platform is called and cleared once we know that the platform did not take it: a
    row whose lease has passed is *in doubt* when it is set, and merely unlucky when it is not.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        # Subject first, so that cancelling all that is about one subject needs no scan.
        UniqueConstraint("subject", "kind", "person_id", "period"),
        # Partial: what lies in the future or behind us costs an empty tick nothing.
        Index("ix_deliveries_waiting", "try_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_deliveries_out", "lease_until", sqlite_where=_OUT, postgresql_where=_OUT),
        Index(
            "ix_deliveries_workspace_waiting",
            "workspace_id",
            "try_at",
            sqlite_where=_WAITING_FOR_A_WORKSPACE,
            postgresql_where=_WAITING_FOR_A_WORKSPACE,
        ),
        Index("ix_deliveries_person_id_sent_at", "person_id", "sent_at"),
    )

    # Opaque: it travels in the message's metadata and in its buttons.
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=lambda: uuid4().hex)
    kind: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    subject: Mapped[str] = mapped_column(String(80))
    period: Mapped[str] = mapped_column(String(60), default="")
    due_at: Mapped[datetime]
    try_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=PENDING)
    # Who holds it: a process that wakes up after its lease must not settle what is another's by now.
    claim: Mapped[str] = mapped_column(String(32), default="")
    lease_until: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    resent: Mapped[int] = mapped_column(default=0)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspaces.id"))
    conversation: Mapped[str] = mapped_column(String(200), default="")
    message: Mapped[str] = mapped_column(String(200), default="")
    sent_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")

    @property
    def turn(self) -> timedelta:
        """How long after the first of very many it is to go: they keep their distance when all must wait for a day."""
        after = self.try_at - self.due_at
        return after if timedelta(0) <= after < LONGEST_TURN else timedelta(0)

    @property
    def plan(self) -> str:
        """The period as planned, whether or not it was snoozed since: "2w"."""
        return self.period.partition("~")[0]


class Lane(Base):
    """Nothing goes this way before `free_at`: "w:3" is a workspace, "i:41" the conversation with one identity."""

    __tablename__ = "lanes"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    free_at: Mapped[datetime]


class StoppedKind(Base):
    """A kind of notification that somebody does not want; `EVERYTHING` for all of them."""

    __tablename__ = "stopped_kinds"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
