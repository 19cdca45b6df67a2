"""A story, and the topics it is about.

One that is told without a name must not lead to anybody, as with reflections at events: no person and no organisation
on its row, a day and no time, and an id that does not say after which other it came.
"""

import secrets
from datetime import date

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base

WORKED, PARTLY, DID_NOT = "worked", "partly", "did not"
OUTCOMES = (WORKED, PARTLY, DID_NOT)


def random_id() -> int:
    """Six digits, so that it can be typed; whoever inserts tries another when it is taken."""
    return 100_000 + secrets.randbelow(900_000)


class Story(Base):
    """What somebody tried. `in_the_way` is about things and never about people; `who_else` is who else should know.

    `author_id` and `organisation_id` are None when the name was left out. `project_id`: the project whose story it is;
    one has one. `shared_on` None: a draft that only its author sees. `words` is all of it without case and punctuation:
    what searches look in.
    """

    __tablename__ = "stories"
    __table_args__ = (Index("ix_stories_shared_on", "shared_on"), Index("ix_stories_author_id", "author_id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, default=random_id)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), unique=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    title: Mapped[str] = mapped_column(String(120))
    outcome: Mapped[str] = mapped_column(String(10))
    hoped: Mapped[str] = mapped_column(String(800), default="")
    tried: Mapped[str] = mapped_column(String(1500), default="")
    in_the_way: Mapped[str] = mapped_column(String(800), default="")
    got_past: Mapped[str] = mapped_column(String(800), default="")
    learned: Mapped[str] = mapped_column(String(1500), default="")
    who_else: Mapped[str] = mapped_column(String(150), default="")
    words: Mapped[str] = mapped_column(Text)
    shared_on: Mapped[date | None]


class StoryTopic(Base):
    """A topic that a story is about."""

    __tablename__ = "story_topics"
    __table_args__ = (Index("ix_story_topics_topic_id", "topic_id", "story_id"),)

    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
