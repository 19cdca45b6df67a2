"""What searches for projects and stories read. Derived, and made again by `qibot champions index`."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base

WORD = String(40).with_variant(String(40, collation="C"), "postgresql")
"""By its letters alone, so that words that begin alike stand beside each other."""


class ProjectWord(Base):
    """A word, without its ending, of a project. `in_title`: also whoever may see no more than the title finds it so.

    The key is the way in: a word leads to its projects, the newest last.
    """

    __tablename__ = "project_words"
    __table_args__ = (Index("ix_project_words_project_id", "project_id"),)

    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    in_title: Mapped[bool]


class StoryWord(Base):
    """A word, without its ending, of a story, shared or a draft."""

    __tablename__ = "story_words"
    __table_args__ = (Index("ix_story_words_story_id", "story_id"),)

    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), primary_key=True)
