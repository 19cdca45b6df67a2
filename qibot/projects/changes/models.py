"""A PDSA cycle, a driver diagram, a small change."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base

AS_PREDICTED, IN_PART, DIFFERENTLY = "as predicted", "in part", "differently"
COMPARED = (AS_PREDICTED, IN_PART, DIFFERENTLY)
ADOPT, ADAPT, ABANDON = "adopt", "adapt", "abandon"
ACTS = (ADOPT, ADAPT, ABANDON)

_OPEN = text("studied_at IS NULL")


class Cycle(Base):
    """One turn of plan, do, study, act. The prediction is there before the result, and stays as it was said.

    A project has one open cycle at a time; `number` counts them, and together they are its ramp.
    """

    __tablename__ = "pdsa_cycles"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        Index("uq_pdsa_cycles_open", "project_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        # The method, kept by the database itself: no result without a comparison, and a decision.
        CheckConstraint(
            "studied_at IS NULL OR (happened <> '' AND compared <> '' AND act <> '')", name="ck_pdsa_cycles_studied"
        ),
        CheckConstraint("prediction <> ''", name="ck_pdsa_cycles_predicted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    number: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    objective: Mapped[str] = mapped_column(String(150))
    prediction: Mapped[str] = mapped_column(String(600))
    plan: Mapped[str] = mapped_column(String(800), default="")
    data: Mapped[str] = mapped_column(String(150), default="")
    planned_at: Mapped[datetime]
    happened: Mapped[str] = mapped_column(String(1000), default="")
    compared: Mapped[str] = mapped_column(String(15), default="")
    learned: Mapped[str] = mapped_column(String(800), default="")
    act: Mapped[str] = mapped_column(String(10), default="")
    next: Mapped[str] = mapped_column(String(150), default="")
    studied_at: Mapped[datetime | None]


class DriverDiagram(Base):
    """A project's driver diagram as indented text: the aim, each driver two spaces in, each idea four."""

    __tablename__ = "driver_diagrams"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(3000))
    changed_at: Mapped[datetime]


class SmallChange(Base):
    """A change of one line, which needs no project. The same words of somebody on one day are one change."""

    __tablename__ = "small_changes"
    __table_args__ = (UniqueConstraint("person_id", "on", "words"), Index("ix_small_changes_on", "on", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    words: Mapped[str] = mapped_column(String(200))
    on: Mapped[date]
