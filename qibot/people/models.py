"""Rows about people, organisations, workspaces, topics and consent."""

from datetime import date, datetime, time
from functools import lru_cache

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qibot.database import Base
from qibot.hours import WorkingWeek


class Organisation(Base):
    """Where people work. Organisations merge and close and keep their history (ODS codes where there is one)."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    ods_code: Mapped[str | None] = mapped_column(String(9), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    short_name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(60), default="")
    place: Mapped[str] = mapped_column(String(60), default="")
    closed_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))

    def closed_by(self, day: date) -> bool:
        """Whether it had closed or merged by `day`."""
        return self.closed_on is not None and self.closed_on <= day


class OrganisationDomain(Base):
    """An e-mail domain that belongs to one organisation (shared ones, such as nhs.net, are nobody's)."""

    __tablename__ = "organisation_domains"

    domain: Mapped[str] = mapped_column(String(120), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))


class Workspace(Base):
    """One Slack workspace or Teams tenant where the bot is, or was, installed.

    `opens` is the address that opens the bot's chat there, for whoever follows it; `{words}` in it stands for what is
    to be typed already. "" while nobody there was heard of.
    """

    __tablename__ = "workspaces"
    __table_args__ = (UniqueConstraint("platform", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    removed_at: Mapped[datetime | None]
    opens: Mapped[str] = mapped_column(String(300), default="", server_default="")


class Person(Base):
    """Somebody in the network. `erased_at` leaves a tombstone: a row for the counts, with nothing of the person."""

    __tablename__ = "people"
    __table_args__ = (
        # Unique only so that others may keep a copy of where somebody is.
        Index("ix_people_where", "id", "organisation_id", "place", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(120), default="")
    place: Mapped[str] = mapped_column(String(60), default="", index=True)
    email: Mapped[str] = mapped_column(String(200), default="", index=True)
    contact: Mapped[str] = mapped_column(String(200), default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    is_organiser: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str] = mapped_column(String(60), default="Europe/London")
    working_days: Mapped[str] = mapped_column(String(7), default="01234")
    works_from: Mapped[time] = mapped_column(default=time(9))
    works_until: Mapped[time] = mapped_column(default=time(17))
    paused_until: Mapped[date | None]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    @property
    def week(self) -> WorkingWeek:
        """When this person may be written to unasked."""
        return working_week(self.working_days, self.works_from, self.works_until, self.zone)

    @property
    def here(self) -> bool:
        """Still in the network."""
        return self.left_at is None and self.erased_at is None


@lru_cache(1024)
def working_week(days: str, start: time, end: time, zone: str) -> WorkingWeek:
    """A `Person`'s, of its columns; most people's are alike."""
    return WorkingWeek(days=frozenset(int(d) for d in days), start=start, end=end, zone=zone)


class Identity(Base):
    """One account in one workspace. It has no person until its owner joins."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("workspace_id", "account"),
        Index("ix_identities_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    account: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    zone: Mapped[str] = mapped_column(String(60), default="Europe/London")
    guest: Mapped[bool] = mapped_column(default=False)
    conversation: Mapped[str] = mapped_column(String(200), default="")
    unreachable: Mapped[str] = mapped_column(String(200), default="")

    workspace: Mapped[Workspace] = relationship(lazy="raise")


class Consent(Base):
    """A yes to one purpose, in one version of its wording. Withdrawing closes the row; another yes opens another."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_person_id_purpose", "person_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str] = mapped_column(String(30))
    wording: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class NameWord(Base):
    """A word of the name of somebody in the network: how projects are found by who is on them."""

    __tablename__ = "name_words"
    __table_args__ = (Index("ix_name_words_person_id", "person_id"),)

    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)


class Topic(Base):
    """One entry of the QI vocabulary."""

    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    group: Mapped[str] = mapped_column(String(60))
    retired_at: Mapped[datetime | None]


class TopicWord(Base):
    """A synonym: other words people use for the topic, as they write them (capitals matter for some)."""

    __tablename__ = "topic_words"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(80), primary_key=True)


class TopicMerge(Base):
    """A topic that has become part of another. Its row stays, out of use, so that its slug and id keep leading on."""

    __tablename__ = "topic_merges"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    at: Mapped[datetime]


class Interest(Base):
    """A topic that a person works on or cares about."""

    __tablename__ = "interests"
    __table_args__ = (Index("ix_interests_topic_id", "topic_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)


class Follow(Base):
    """A topic of which a person wants to hear what is new, from `since` on."""

    __tablename__ = "follows"
    __table_args__ = (Index("ix_follows_topic_id", "topic_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    since: Mapped[datetime]


class Receipt(Base):
    """Something that came in and took effect: the same `key` never takes effect twice.

    It is the audit too: who did what kind of thing when, never the content. Anonymous things leave no person here.
    """

    __tablename__ = "receipts"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    what: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(index=True)


class Shipped(Base):
    """A shipped list (topics, organisations): the hash of the file last read in, and how often its rows changed."""

    __tablename__ = "shipped"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=0)
