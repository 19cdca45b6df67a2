"""A project, what it is about, and who is on it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.people.models import Organisation, Person

IDEA, UNDER_WAY, FINISHED, STOPPED = "idea", "under way", "finished", "stopped with thanks"
STAGES = (IDEA, UNDER_WAY, FINISHED, STOPPED)
LIVE = (IDEA, UNDER_WAY)
LEAD, HELPER = "lead", "helper"

_LIVE = text("stage IN ('idea', 'under way')")


class Project(Base):
    """A piece of improvement work, led by one person.

    `folded` is the title and `words` title and aim, without case and punctuation: what searches look
    in. One lead has one live project of a title, so sending the form again makes no second one. `helpers` are words
    as typed; people of the network who help are `ProjectMember`s.
    """

    __tablename__ = "projects"
    __table_args__ = (
        Index(
            "uq_projects_lead_id_folded_live",
            "lead_id",
            "folded",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
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
    lead_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    stage: Mapped[str] = mapped_column(String(20), default=IDEA)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    lead: Mapped[Person] = relationship(lazy="raise")
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
    """Somebody of the network on a project. `role`: "lead" or "helper"."""

    __tablename__ = "project_members"
    __table_args__ = (Index("ix_project_members_person_id", "person_id", "project_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]


class Showing(Base):
    """What others see of an organisation's projects: "title only" or "hidden". No row: they are listed."""

    __tablename__ = "project_showings"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    shown: Mapped[str] = mapped_column(String(10))
