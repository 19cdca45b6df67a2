"""What an imported project has that others have not, and a file that waits for its sender's yes."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base


class ProjectImport(Base):
    """Where a project came from. `key` is its id there, or its folded title where it had none: once an organisation.

    `lead` is who leads it in the words of the file, while nobody of the network was recognised in them; else "".
    """

    __tablename__ = "project_imports"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    key: Mapped[str] = mapped_column(String(300))
    lead: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(String(500))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    at: Mapped[datetime]


class ProjectFile(Base):
    """The table that somebody sent last and has not said yes to. `content` is its rows and their topics as JSON;
    `mark` names it in the button, so that an old button does not take in a newer file.
    """

    __tablename__ = "project_files"
    __table_args__ = (Index("ix_project_files_at", "at"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
