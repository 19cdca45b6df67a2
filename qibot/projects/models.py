"""A project, what it is about, who is on it, and how it goes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.people.models import Organisation, Person

IDEA, UNDER_WAY, FINISHED, STOPPED = "idea", "under way", "finished", "stopped with thanks"
STAGES = (IDEA, UNDER_WAY, FINISHED, STOPPED)
LIVE = (IDEA, UNDER_WAY)
LEAD, HELPER, SPONSOR, COACH, EXPERIENCE = "lead", "helper", "sponsor", "coach", "experience"
"""Roles on a project. `EXPERIENCE`: a service user or carer, of whom nothing is shown but that they take part."""
TOLD, ASKED, INVOLVED, LEADING = "told", "asked", "involved", "leading"
DECIDING = (TOLD, ASKED, INVOLVED, LEADING)
"""How service users and carers share in the decisions, from the least to the most; "" is "not said"."""

# A bound parameter would keep SQLite from its partial indexes.
IS_LIVE = text("stage IN ('idea', 'under way')")
IS_STUCK = text("progress = 5 AND stage IN ('idea', 'under way')")
TO_ASK_FOR_STORY = text("story_asked_at IS NULL AND improving_since IS NOT NULL")


class Project(Base):
    """A piece of improvement work, led by one person; an imported one may wait for somebody to lead it.

    `folded` is the title and `words` title and aim, without case and punctuation: what searches look
    in. One lead has one live project of a title, so sending the form again makes no second one. `helpers` are words
    as typed; people of the network who help are `ProjectMember`s.

    `progress` is twice the score of the scale in `qibot/projects/progress.py`, so 1 to 10; 0 is "not said". It has
    stood there since `progress_at`, and at improvement or better since `improving_since`. `updated_at` is when somebody
    on it last said anything of it. `different` is why its lead registered it although others looked like it, "" when
    none did. It rests until `paused_until`; `stall_asked_at` is when its lead was last asked
    whether it goes on, `story_asked_at` when they were asked for the story of its improvement.
    """

    __tablename__ = "projects"
    __table_args__ = (
        Index(
            "uq_projects_lead_id_folded_live",
            "lead_id",
            "folded",
            unique=True,
            sqlite_where=IS_LIVE,
            postgresql_where=IS_LIVE,
        ),
        # For the sweeps that look for projects that have stalled, or got better to stay so; and for what is under way.
        Index("ix_projects_live_updated_at", "updated_at", sqlite_where=IS_LIVE, postgresql_where=IS_LIVE),
        Index("ix_projects_live_place", "organisation_id", "place", sqlite_where=IS_LIVE, postgresql_where=IS_LIVE),
        Index("ix_projects_stuck_progress_at", "progress_at", sqlite_where=IS_STUCK, postgresql_where=IS_STUCK),
        Index(
            "ix_projects_improving_since",
            "improving_since",
            sqlite_where=TO_ASK_FOR_STORY,
            postgresql_where=TO_ASK_FOR_STORY,
        ),
        Index("ix_projects_folded", "folded"),
        Index("ix_projects_created_at", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(String(300))
    aim: Mapped[str] = mapped_column(String(1000), default="")
    words: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(60), default="")
    helpers: Mapped[str] = mapped_column(String(150), default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    stage: Mapped[str] = mapped_column(String(20), default=IDEA)
    progress: Mapped[int] = mapped_column(default=0)
    progress_at: Mapped[datetime | None]
    improving_since: Mapped[datetime | None]
    deciding: Mapped[str] = mapped_column(String(10), default="")
    different: Mapped[str] = mapped_column(String(300), default="")
    paused_until: Mapped[date | None]
    stall_asked_at: Mapped[datetime | None]
    story_asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    lead: Mapped[Person | None] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")

    @property
    def live(self) -> bool:
        """Neither finished nor stopped."""
        return self.stage in LIVE


class ProjectTopic(Base):
    """A topic that a project is about."""

    __tablename__ = "project_topics"
    __table_args__ = (Index("ix_project_topics_topic_id", "topic_id", "project_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)


class ProjectMember(Base):
    """Somebody of the network on a project, in one of its roles."""

    __tablename__ = "project_members"
    __table_args__ = (Index("ix_project_members_person_id", "person_id", "project_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]


class ProjectFollow(Base):
    """Somebody who is not on a project and would like to hear what came of it."""

    __tablename__ = "project_follows"
    __table_args__ = (Index("ix_project_follows_person_id", "person_id", "project_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    since: Mapped[datetime]


class ProjectUpdate(Base):
    """How a project goes, in a line or two. `progress` as in `Project`, when it was said with it; else 0."""

    __tablename__ = "project_updates"
    __table_args__ = (Index("ix_project_updates_project_id_at", "project_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(String(600))
    progress: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]


_OPEN = text("state = 'open'")


class Handover(Base):
    """The lead of a project offered to somebody: `open -> taken | declined | expired | withdrawn`.

    Nothing changes before they say yes. Several may be asked about one project; the first yes ends the others.
    """

    __tablename__ = "project_handovers"
    __table_args__ = (
        Index(
            "uq_project_handovers_open",
            "project_id",
            "to_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_project_handovers_open_expires_at", "expires_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("from_id <> to_id", name="ck_project_handovers_two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="open")
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    project: Mapped[Project] = relationship(lazy="raise")


class ProjectCall(Base):
    """One precise call for help of a project."""

    __tablename__ = "project_calls"
    __table_args__ = (Index("ix_project_calls_project_id_asked_at", "project_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(String(300))
    asked_at: Mapped[datetime]


class Showing(Base):
    """What others see of an organisation's projects: "title only" or "hidden". No row: they are listed."""

    __tablename__ = "project_showings"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    shown: Mapped[str] = mapped_column(String(10))
