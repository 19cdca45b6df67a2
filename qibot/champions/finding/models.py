"""What a search reads. All of it is derived from what features hold, and made again by `qibot champions index`."""

from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qibot.database import Base

OFFER, LED, HELPED, INTRODUCED = "offer", "led", "helped", "introduced"

BOTH, OFFERS, HAS_DONE = 0, 1, 2
"""Ranks: offers help and has done something; offers help; has done something."""


class Evidence(Base):
    """One thing that shows that somebody knows about something: their offer, a project, people they helped.

    `subject` is the id of what it comes from (0 for an offer), `title` the words shown for it, `at` the day from which
    it fades.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "subject"),
        Index("ix_evidence_kind_subject", "kind", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[date]


class EvidenceTopic(Base):
    """A topic that a piece of evidence is about."""

    __tablename__ = "evidence_topics"

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)


class EvidenceWord(Base):
    """A word, without its ending, of a piece of evidence. The key is the way in: a word leads to its evidence."""

    __tablename__ = "evidence_words"
    __table_args__ = (Index("ix_evidence_words_evidence_id", "evidence_id"),)

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)


class Knows(Base):
    """Somebody who knows about a topic. `rank` as above, the lowest first; of equal people the one whose `turn` (when
    they were last asked, in seconds since 1970) is longest ago. Where they are is a copy of what `people` says, which
    the database itself keeps true, so that those of a topic in one place stand beside each other.
    """

    __tablename__ = "knows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "organisation_id", "place"],
            ["people.id", "people.organisation_id", "people.place"],
            onupdate="CASCADE",
        ),
        # Each ends with what is asked of its rows besides.
        Index("ix_knows_topic_id_rank", "topic_id", "rank", "turn", "person_id", "organisation_id"),
        Index("ix_knows_topic_id_place", "topic_id", "place", "rank", "turn", "person_id", "organisation_id"),
        Index("ix_knows_topic_id_organisation_id", "topic_id", "organisation_id", "rank", "turn", "person_id", "place"),
        Index("ix_knows_person_id", "person_id"),
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[int]
    turn: Mapped[int] = mapped_column(default=0)
    organisation_id: Mapped[int]
    place: Mapped[str] = mapped_column(String(60))
