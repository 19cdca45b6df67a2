"""What each of the two may know of the other, and the only place where names and contacts pass. Rules do not speak."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, exists, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from qibot.champions.models import OPEN as SHOWS_NAME
from qibot.champions.models import Champion
from qibot.champions.roles import face
from qibot.clock import local_date
from qibot.hours import next_working_day
from qibot.introductions import calendar
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, EXPIRED, KIND, NAME, Introduction, Misuse, Suggestion
from qibot.introductions.rounds.models import Round
from qibot.people import service as people
from qibot.people.models import Consent, Person
from qibot.projects import service as projects
from qibot.projects import visibility
from qibot.projects.models import Project

PAGE = 5

CLOSED = "closed"
"""What the asker sees of a no and of silence alike."""

# A bound parameter would keep SQLite from its partial indexes.
IS_OPEN = Introduction.state == literal_column(f"'{ASKED}'")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one side may know of the other. Until both have agreed all but role, organisation and place are "", and the
    name of somebody who lets the network see it. An asker who shows less is only a `kind` of organisation, else "".
    `workspace` and `account` are the platform's own ids, where the two share a workspace; `address` is the e-mail
    address of a chat of the same kind, if it is the contact they agreed to show.
    """

    role: str
    organisation: str
    place: str
    name: str = ""
    contact: str = ""
    workspace: str = ""
    account: str = ""
    address: str = ""
    kind: str = ""

    @property
    def email(self) -> str:
        """The contact if it is an e-mail address, else ""."""
        return email(self.contact)


_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def email(contact: str) -> str:
    """`contact` if it is an e-mail address and nothing more, else ""."""
    return contact if len(contact) <= 254 and _EMAIL.fullmatch(contact) else ""


@dataclass(frozen=True, slots=True)
class Side:
    """An introduction as one of its two people may see it. Views get nothing else.

    `state` as in `Introduction`, but an asker sees `CLOSED` after a no and after silence. `agreed`: both said yes, and
    both still do. `until` is the day it ends without an answer; `may_wait`: the person asked has not put it off yet,
    which the asker never sees. `stopped`: one of them has ended the messages between them. `suggested`: the person
    asked would ask somebody else, whoever that is about `suggested_topic` unless that is "". `round` is the name of the
    rounds in which the two were matched, "" where one asked for the other.
    """

    id: int
    state: str
    asked_by_me: bool
    agreed: bool
    other: Seen
    reason: str
    asked_on: date
    until: date
    topic: str = ""
    project: str = ""
    may_wait: bool = True
    met: str = ""
    outcome: str = ""
    stopped: bool = False
    suggested: bool = False
    suggested_topic: str = ""
    round: str = ""

    @property
    def can_write(self) -> bool:
        """The two can write to each other through the bot."""
        return self.agreed and not self.stopped


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first conversation may start from: a project of each, "" for none; and when, for two who share no
    workspace: `times` in the viewer's zone, `title` of such a meeting and `file` for their calendar. `never`: they do
    not work at the same time.
    """

    mine: str = ""
    theirs: str = ""
    times: tuple[datetime, ...] = ()
    title: str = ""
    file: str = ""
    never: bool = False


async def side(db: AsyncSession, introduction: Introduction, viewer: Person) -> Side:
    """What `viewer`, one of the two, may see of it now. This is the only place where names and contacts pass."""
    asking = viewer.id == introduction.asker_id
    agreed = introduction.state == ACCEPTED and await willing(db, introduction.asker_id, introduction.champion_id)
    private = asking and introduction.state in (DECLINED, EXPIRED)
    project = introduction.project
    if project is not None and asking and not await visibility.may_know(db, project, viewer):
        # Hidden since it was asked about.
        project = None
    until = local_date(introduction.expires_at, viewer.zone)
    suggestion = introduction.suggestion
    return Side(
        introduction.id,
        CLOSED if private else introduction.state,
        asking,
        agreed,
        await _before_or_after(db, introduction, viewer, agreed=agreed),
        introduction.reason,
        local_date(introduction.asked_at, viewer.zone),
        # The asker hears of it on a day on which they work.
        next_working_day(until, viewer.week) if asking else until,
        introduction.topic.label if introduction.topic else "",
        project.title if project else "",
        asking or introduction.later_until is None,
        introduction.met,
        introduction.outcome,
        introduction.stopped_at is not None,
        suggestion is not None,
        suggestion.topic.label if suggestion is not None and suggestion.topic else "",
        introduction.round.programme.name if introduction.round else "",
    )


async def _before_or_after(db: AsyncSession, introduction: Introduction, viewer: Person, *, agreed: bool) -> Seen:
    asking = viewer.id == introduction.asker_id
    if agreed:
        return await _known(db, introduction.champion if asking else introduction.asker, viewer)
    if asking:
        return await asked(db, introduction.champion, introduction.project, viewer)
    return await _asker(db, introduction)


async def asked(db: AsyncSession, other: Person, about: Project | None, asker: Person) -> Seen:
    """Before both agreed, of somebody asked: without a name as the lead of a project that shows its title only."""
    seen = await before(db, other)
    unnamed = about is not None and await visibility.title_only(db, [about], asker)
    return replace(seen, name="") if unnamed else seen


async def before(db: AsyncSession, other: Person) -> Seen:
    """Before both agreed, of anybody but an asker: the name only of those who let the network see it."""
    named = await db.scalar(select(func.count()).where(Person.id == other.id, is_named(Person.id)))
    seen = face(other, await db.get(Champion, other.id))
    return Seen(seen.role, seen.organisation, seen.place, other.name if named else "")


async def _asker(db: AsyncSession, introduction: Introduction) -> Seen:
    """Before both agreed, of an asker: what they chose to show while the question is open, and their name not after."""
    asker = introduction.asker
    if introduction.shows == KIND:
        offer = await db.get(Champion, asker.id)
        # Where a service-user partner works is told to nobody.
        partner = offer is not None and offer.stopped_at is None and offer.partner
        return Seen("", "", "", kind="" if partner else asker.organisation.kind)
    named = introduction.shows == NAME and introduction.state == ASKED and await willing(db, asker.id)
    return replace(await before(db, asker), name=asker.name if named else "")


async def visible(db: AsyncSession, viewer: Person, others: Sequence[int]) -> set[int]:
    """Whom of these `viewer` may look up by name: organisers whoever agreed to be found, members those who are named,
    and everybody themselves and those to whom they are introduced.
    """
    allowed = is_found(Person.id) if viewer.is_organiser else is_named(Person.id)
    found = set(await db.scalars(select(Person.id).where(Person.id.in_(others), allowed)))
    if viewer.here:
        found.add(viewer.id)
    rest = [one for one in others if one not in found]
    return {one for one in others if one in found} | {one for one in rest if await introduced(db, viewer.id, one)}


async def introduced(db: AsyncSession, one_id: int, other_id: int) -> bool:
    """Whether both said yes to each other at some time, and both still do."""
    both = (one_id, other_id)
    query = select(func.count()).where(
        Introduction.state == ACCEPTED, Introduction.asker_id.in_(both), Introduction.champion_id.in_(both)
    )
    return bool(await db.scalar(query)) and await willing(db, *both)


async def _known(db: AsyncSession, other: Person, viewer: Person) -> Seen:
    chat = await people.together(db, viewer.id, other.id)
    # The account's own address, and only where they agreed to show that very one.
    address = chat.address if chat.address and chat.address == other.contact.lower() else ""
    seen = face(other, await db.get(Champion, other.id))
    return Seen(
        seen.role, seen.organisation, seen.place, other.name, other.contact, chat.workspace, chat.account, address
    )


async def willing(db: AsyncSession, *person_ids: int) -> bool:
    """Whether all of them are here and agree to introductions now: what is withdrawn is withdrawn at once."""
    query = select(func.count()).where(Person.id.in_(person_ids), is_willing(Person.id))
    return await db.scalar(query) == len(person_ids)


def is_willing(person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """That this person is here and agrees to introductions now, as a condition of a query."""
    return _agrees(person_id, "introductions")


def is_found(person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """That this person is here and agrees to be found now, as a condition of a query."""
    return _agrees(person_id, "findable")


def is_named(person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """That the network may see this person's name: they agree to be found, and are no champion who said otherwise. That
    outlives the offer, for whoever asked them meanwhile was never to learn their name.
    """
    said_otherwise = exists().where(Champion.person_id == person_id, Champion.visibility != SHOWS_NAME)
    return is_found(person_id) & ~said_otherwise


def _agrees(person_id: InstrumentedAttribute[int], purpose: str) -> ColumnElement[bool]:
    somebody = aliased(Person)
    return exists().where(
        somebody.id == person_id,
        somebody.left_at.is_(None),
        somebody.erased_at.is_(None),
        Consent.person_id == somebody.id,
        Consent.purpose == purpose,
        Consent.withdrawn_at.is_(None),
    )


async def opening(db: AsyncSession, introduction: Introduction, viewer: Person, seen: Side, now: datetime) -> Opening:
    """A project of each, those about the shared topic first; and a first time to talk. `seen` is the viewer's side."""
    asking = viewer.id == introduction.asker_id
    other = introduction.champion if asking else introduction.asker
    theirs = seen.project if asking else ""
    mine = introduction.project.title if not asking and introduction.project else ""
    mine = mine or await _project_of(db, viewer, introduction.topic_id, seen_by=viewer)
    theirs = theirs or await _project_of(db, other, introduction.topic_id, seen_by=viewer)
    if seen.other.account or introduction.answered_at is None:
        return Opening(mine, theirs)
    # From the moment of the yes, so that both get the same two, whenever each is told.
    times = calendar.proposals(introduction.answered_at, viewer.week, other.week)
    if times and times[0] <= now:
        return Opening(mine, theirs)
    file = _file(introduction, viewer, seen, times, now) if times else ""
    local = tuple(at.astimezone(ZoneInfo(viewer.zone)) for at in times)
    return Opening(mine, theirs, local, f"{viewer.name} and {seen.other.name}", file, never=not times)


def _file(introduction: Introduction, viewer: Person, seen: Side, times: tuple[datetime, ...], now: datetime) -> str:
    mark = uuid5(NAMESPACE_OID, f"introduction {introduction.id} {introduction.asked_at.isoformat()}")
    me, other = calendar.Guest(viewer.name, viewer.contact, email(viewer.contact)), seen.other
    return calendar.calendar_file(
        str(mark), times, me, calendar.Guest(other.name, other.contact, other.email), seen.project or seen.topic, now
    )


async def _project_of(db: AsyncSession, person: Person, topic_id: int | None, *, seen_by: Person) -> str:
    found = await projects.of_person(db, person.id, seen_by)
    for one in found if topic_id else ():
        if topic_id in {t.id for t in await projects.topics_of(db, one.id)}:
            return one.title
    return found[0].title if found else ""


async def of_person(db: AsyncSession, person: Person, *, page: int = 1, size: int = PAGE) -> tuple[list[Side], bool]:
    """One page of somebody's, both ways: open ones first, then the newest; and whether there are more."""
    asked_of_me = (Introduction.champion_id == person.id) & ~Introduction.held_back
    query = (
        whole()
        .where(or_(Introduction.asker_id == person.id, asked_of_me))
        .order_by(case((IS_OPEN, 0), else_=1), Introduction.asked_at.desc(), Introduction.id.desc())
        .limit(size + 1)
        .offset((page - 1) * size)
    )
    rows = (await db.scalars(query)).all()
    return [await side(db, one, person) for one in rows[:size]], len(rows) > size


def whole() -> Select[Introduction]:
    """Introductions with everything that `side` reads of them."""
    return select(Introduction).options(
        joinedload(Introduction.asker).joinedload(Person.organisation),
        joinedload(Introduction.champion).joinedload(Person.organisation),
        joinedload(Introduction.topic),
        joinedload(Introduction.project),
        joinedload(Introduction.suggestion).joinedload(Suggestion.topic),
        joinedload(Introduction.round).joinedload(Round.programme),
    )


# ---- For organisers


@dataclass(frozen=True, slots=True)
class Reported:
    """A report of misuse as an organiser may see it: who says what of whom, and never how to reach either.
    `introduced`: both had said yes.
    """

    id: int
    reporter: str
    about: str
    introduced: bool
    words: str
    on: date


def reported(report: Misuse, organiser: Person) -> Reported | None:
    """The report, for an organiser who is neither of the two; None for anybody else, and once it is closed."""
    if not organiser.is_organiser or not organiser.here or organiser.id in (report.reporter_id, report.about_id):
        return None
    if report.closed_at is not None:
        return None
    reporter, about = (f"{one.name} ({one.organisation.short_name})" for one in (report.reporter, report.about))
    day = local_date(report.reported_at, organiser.zone)
    return Reported(report.id, reporter, about, report.introduction.state == ACCEPTED, report.words, day)
