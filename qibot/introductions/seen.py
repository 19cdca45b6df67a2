"""What each of the two may know of the other, and the only place where names and contacts pass. Rules do not speak."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, exists, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from qibot.champions.models import OPEN as SHOWS_NAME
from qibot.champions.models import Champion
from qibot.clock import local_date
from qibot.hours import next_working_day
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, EXPIRED, Introduction
from qibot.people import service as people
from qibot.people.models import Consent, Identity, Person, Workspace
from qibot.projects import service as projects

PAGE = 5

CLOSED = "closed"
"""What the asker sees of a no and of silence alike."""

# A bound parameter would keep SQLite from its partial indexes.
IS_OPEN = Introduction.state == literal_column(f"'{ASKED}'")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one side may know of the other. All but role, organisation and place are "" until both have agreed; only a
    champion whose name the search shows anyway is named before. `workspace` and `account` are the platform's own ids,
    where the two share a workspace.
    """

    role: str
    organisation: str
    place: str
    name: str = ""
    contact: str = ""
    workspace: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """An introduction as one of its two people may see it. Views get nothing else.

    `state` as in `Introduction`, but an asker sees `CLOSED` after a no and after silence. `agreed`: both said yes, and
    both still do. `until` is the day it ends without an answer; `may_wait`: the person asked has not put it off yet,
    which the asker never sees.
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


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first conversation may start from: a project of each, "" for none."""

    mine: str = ""
    theirs: str = ""


async def side(db: AsyncSession, introduction: Introduction, viewer: Person) -> Side:
    """What `viewer`, one of the two, may see of it now. This is the only place where names and contacts pass."""
    asking = viewer.id == introduction.asker_id
    other = introduction.champion if asking else introduction.asker
    agreed = introduction.state == ACCEPTED and await willing(db, introduction.asker_id, introduction.champion_id)
    private = asking and introduction.state in (DECLINED, EXPIRED)
    until = local_date(introduction.expires_at, viewer.zone)
    return Side(
        introduction.id,
        CLOSED if private else introduction.state,
        asking,
        agreed,
        await _known(db, other, viewer) if agreed else await before(db, other, named=asking),
        introduction.reason,
        local_date(introduction.asked_at, viewer.zone),
        # The asker hears of it on a day on which they work.
        next_working_day(until, viewer.week) if asking else until,
        introduction.topic.label if introduction.topic else "",
        introduction.project.title if introduction.project else "",
        asking or introduction.later_until is None,
        introduction.met,
        introduction.outcome,
    )


async def before(db: AsyncSession, other: Person, *, named: bool) -> Seen:
    """Before both agreed: the name only of a champion who shows it in every search."""
    shown = False
    if named and other.here:
        query = select(Champion.visibility).where(Champion.person_id == other.id, Champion.stopped_at.is_(None))
        shown = await db.scalar(query) == SHOWS_NAME and await people.agrees(db, other.id, "findable")
    return Seen(other.role, other.organisation.short_name, other.place, other.name if shown else "")


async def _known(db: AsyncSession, other: Person, viewer: Person) -> Seen:
    mine, theirs = aliased(Identity), aliased(Identity)
    shared = (
        select(Workspace.key, theirs.account)
        .select_from(Workspace)
        .join(mine, (mine.workspace_id == Workspace.id) & (mine.person_id == viewer.id))
        .join(theirs, (theirs.workspace_id == Workspace.id) & (theirs.person_id == other.id))
        .where(Workspace.removed_at.is_(None))
        .order_by(Workspace.id)
        .limit(1)
    )
    workspace, account = (await db.execute(shared)).first() or ("", "")
    where = other.organisation.short_name
    return Seen(other.role, where, other.place, other.name, other.contact, workspace, account)


async def willing(db: AsyncSession, *person_ids: int) -> bool:
    """Whether all of them are here and agree to introductions now: what is withdrawn is withdrawn at once."""
    query = select(func.count()).where(Person.id.in_(person_ids), is_willing(Person.id))
    return await db.scalar(query) == len(person_ids)


def is_willing(person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """That this person is here and agrees to introductions now, as a condition of a query."""
    somebody = aliased(Person)
    return exists().where(
        somebody.id == person_id,
        somebody.left_at.is_(None),
        somebody.erased_at.is_(None),
        Consent.person_id == somebody.id,
        Consent.purpose == "introductions",
        Consent.withdrawn_at.is_(None),
    )


async def opening(db: AsyncSession, introduction: Introduction, viewer: Person) -> Opening:
    """A project of each, those about the shared topic first."""
    asking = viewer.id == introduction.asker_id
    other_id = introduction.champion_id if asking else introduction.asker_id
    theirs = introduction.project.title if asking and introduction.project else ""
    mine = introduction.project.title if not asking and introduction.project else ""
    return Opening(
        mine or await _project_of(db, viewer.id, introduction.topic_id),
        theirs or await _project_of(db, other_id, introduction.topic_id),
    )


async def _project_of(db: AsyncSession, person_id: int, topic_id: int | None) -> str:
    found = await projects.of_person(db, person_id)
    for one in found if topic_id else ():
        if topic_id in {t.id for t in await projects.topics_of(db, one.id)}:
            return one.title
    return found[0].title if found else ""


async def of_person(db: AsyncSession, person: Person, *, page: int = 1, size: int = PAGE) -> tuple[list[Side], bool]:
    """One page of somebody's, both ways: open ones first, then the newest; and whether there are more."""
    query = (
        whole()
        .where(or_(Introduction.asker_id == person.id, Introduction.champion_id == person.id))
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
    )
