"""What may be done with projects, and which ones words or other projects speak of. Rules do not speak: no chat here."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused, WrongFields
from qibot.people.models import Consent, Organisation, Person, Topic
from qibot.people.topics import by_slug, vocabulary
from qibot.projects import evidence
from qibot.projects.finding import index, queries
from qibot.projects.models import EXPERIENCE, HELPER, IDEA, LEAD, LIVE, STAGES, Project, ProjectMember, ProjectTopic
from qibot.projects.visibility import must_be_whole, title_of, title_only, visible
from qibot.projects.words import fold, fold_title, singular
from qibot.typed import Typed

PAGE = 5
_CANDIDATES = 200
SURE = 0.8
"""A topic is chosen for somebody only when the words name it, or all but name it (a slip of the keyboard)."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a lead says of a project. `topics` are slugs; none = from the words. `deciding`: of `DECIDING`, or "".
    `different`: why it is not the same as others that look like it; kept as it was registered.
    """

    title: str
    aim: str
    topics: tuple[str, ...]
    place: str
    helpers: str
    deciding: str = ""
    different: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A project as saved. `new` is False when the same one was there; `guessed`: its topics come from its words."""

    project: Project
    topics: tuple[Topic, ...]
    new: bool
    guessed: bool


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody of the network on the project. `name` is "" unless they agreed to be findable; of a service user or
    carer organisation is "" too.
    """

    person_id: int
    name: str
    organisation: str
    role: str = HELPER


@dataclass(frozen=True, slots=True)
class Card:
    """A project as others may see it, with its lead and organisation loaded.

    `named`: the lead agreed to be findable, so their name may be shown. `reachable`: they agreed to be asked for
    introductions. `why`: reasons in plain words, when it was searched for. `title_only`: their organisation shows no
    more than that, and there is no more in it. `mine`: the viewer leads it or is on it.
    """

    project: Project
    topics: tuple[Topic, ...]
    named: bool
    reachable: bool
    helpers: tuple[Helper, ...] = ()
    why: tuple[str, ...] = ()
    title_only: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of projects: somebody's own first, then the newest of the network."""

    own: tuple[Card, ...]
    newest: tuple[Card, ...]
    more: bool


async def register(db: AsyncSession, lead: Person, said: Described, now: datetime) -> Saved:
    """A new project; the same one again when the same words are sent again. Raises `WrongFields`."""
    topics, guessed = await topics_for(db, said)
    made = await db.execute(
        insert_or_ignore(db, Project)
        .values(
            title=said.title,
            folded=fold_title(said.title),
            aim=said.aim,
            words=fold(f"{said.title} {said.aim}"),
            place=said.place,
            helpers=said.helpers,
            different=said.different,
            organisation_id=lead.organisation_id,
            lead_id=lead.id,
            stage=IDEA,
            created_at=now,
            updated_at=now,
        )
        .returning(Project.id)
    )
    project_id = made.scalar()
    if project_id is None:
        return await _registered_before(db, lead, said, topics)
    await db.execute(insert(ProjectMember).values(project_id=project_id, person_id=lead.id, role=LEAD, since=now))
    await _set_topics(db, project_id, topics)
    made_now = await project(db, project_id, lead)
    await index.note(db, made_now)
    return Saved(await evidence.note(db, made_now), tuple(topics), True, guessed)


async def change(db: AsyncSession, project_id: int, by: Person, said: Described, stage: str, now: datetime) -> Saved:
    """Say it anew. Raises `Refused` unless `by` leads it or organises, and `WrongFields`."""
    found = await changeable(db, project_id, by)
    if stage not in STAGES:
        raise WrongFields({"stage": "Please choose one of those offered."})
    led = stage in LIVE and found.lead_id is not None
    twin = await live_of(db, found.lead_id or 0, fold_title(said.title)) if led else None
    if twin is not None and twin.id != found.id:
        raise WrongFields({"title": f"There is a live project of that title already (#{twin.id})."})
    topics, guessed = await topics_for(db, said)
    # A topic taken out of use is no longer offered in the form, but what was said under it stays.
    retired = [t for t in await topics_of(db, found.id) if t.retired_at is not None and t not in topics]
    found.title, found.folded, found.aim = said.title, fold_title(said.title), said.aim
    found.words = fold(f"{said.title} {said.aim}")
    found.place, found.helpers, found.deciding = said.place, said.helpers, said.deciding
    found.stage, found.updated_at = stage, now
    await db.flush()
    await _set_topics(db, found.id, topics + retired)
    await index.note(db, found)
    await evidence.note(db, found)
    return Saved(found, tuple(topics + retired), False, guessed)


async def project(db: AsyncSession, project_id: int, viewer: Person | None = None) -> Project:
    """A project that `viewer` (None: anybody) may know of, with its lead and organisation. Raises `NotFound`."""
    found = await db.scalar(loaded(select(Project)).where(Project.id == project_id, visible(viewer)))
    if found is None:
        raise NotFound("I cannot find that project.", ("Type ", Typed("projects"), " to see them."))
    return found


def may_change(found: Project, person: Person | None) -> bool:
    """Whether somebody leads the project or organises the network."""
    return person is not None and person.here and (found.lead_id == person.id or person.is_organiser)


async def changeable(db: AsyncSession, project_id: int, by: Person) -> Project:
    """The project, if `by` may change it. Raises `NotFound` or `Refused`."""
    found = await project(db, project_id, by)
    if not may_change(found, by):
        raise Refused("Only its lead or an organiser can change that project.", "You can say hello, or offer to help.")
    await must_be_whole(db, found, by)
    return found


async def topics_of(db: AsyncSession, project_id: int) -> list[Topic]:
    """What a project is about, by label."""
    query = select(Topic).join(ProjectTopic, ProjectTopic.topic_id == Topic.id)
    return list(await db.scalars(query.where(ProjectTopic.project_id == project_id).order_by(Topic.label)))


async def of_person(db: AsyncSession, person_id: int, viewer: Person | None = None) -> list[Project]:
    """Live projects somebody is on and `viewer` may know of, the last updated first, with lead and organisation."""
    query = loaded(select(Project)).where(_member(person_id), Project.stage.in_(LIVE), visible(viewer))
    return list(await db.scalars(query.order_by(Project.updated_at.desc(), Project.id.desc())))


async def find(db: AsyncSession, words: str, viewer: Person | None = None) -> list[Project]:
    """At most 20 that words mean: `#12` or `12`, else the whole title, else titles that hold all of the words."""
    seen = loaded(select(Project)).where(visible(viewer))
    number = re.fullmatch(r"(#?)([0-9]{1,9})", words.strip())
    if number is not None:
        found = await db.scalar(seen.where(Project.id == int(number[2])))
        if found is not None or number[1]:
            return [found] if found is not None else []
    newest = seen.order_by(Project.updated_at.desc(), Project.id.desc()).limit(20)
    exact = list(await db.scalars(newest.where(Project.folded == fold_title(words))))
    terms = queries.sought(words)
    if exact or not terms:
        return exact
    # What says nothing to a search, such as “on ward 7”, still tells one title from another.
    parts = [f" {singular(part)}" for part in fold(words).split()[:12]]
    held = (await db.scalars(loaded(queries.titled(terms, viewer)).limit(_CANDIDATES))).all()
    return [p for p in held if all(part in f" {p.folded}" for part in parts)][:20]


async def listing(db: AsyncSession, viewer: Person | None, *, page: int = 1) -> Listing:
    """Projects that `viewer` is on (live ones first), then everybody's newest."""
    mine = case((_member(viewer.id if viewer else 0), 1), else_=0)
    over = case((Project.stage.in_(LIVE), 0), else_=mine)
    order = (mine.desc(), over, Project.created_at.desc(), Project.id.desc())
    query = select(Project, mine).options(*_LOADED).where(visible(viewer)).order_by(*order)
    rows = (await db.execute(query.offset((page - 1) * PAGE).limit(PAGE + 1))).all()
    found = await cards(db, [row[0] for row in rows[:PAGE]], viewer)
    own = sum(1 for row in rows[:PAGE] if row[1])
    return Listing(tuple(found[:own]), tuple(found[own:]), len(rows) > PAGE)


async def cards(db: AsyncSession, projects: Sequence[Project], viewer: Person | None) -> list[Card]:
    """Projects (with lead and organisation loaded) as `viewer` may see them, in the same order. A few queries."""
    if not projects:
        return []
    topics: dict[int, list[Topic]] = defaultdict(list)
    about = (
        select(ProjectTopic.project_id, Topic)
        .join(Topic, Topic.id == ProjectTopic.topic_id)
        .where(ProjectTopic.project_id.in_([p.id for p in projects]))
        .order_by(Topic.label)
    )
    for project_id, topic in await db.execute(about):
        topics[project_id].append(topic)
    agreed = await _agreed(db, {p.lead_id or 0 for p in projects})
    closed = await title_only(db, projects, viewer)
    on_it = select(ProjectMember.project_id).where(ProjectMember.person_id == (viewer.id if viewer else 0))
    mine = set(await db.scalars(on_it.where(ProjectMember.project_id.in_([p.id for p in projects]))))
    return [
        Card(title_of(p), (), named=False, reachable=(p.lead_id, "introductions") in agreed, title_only=True)
        if p.id in closed
        else Card(
            p,
            tuple(topics[p.id]),
            named=(p.lead_id, "findable") in agreed,
            reachable=(p.lead_id, "introductions") in agreed,
            mine=p.id in mine,
        )
        for p in projects
    ]


async def card(db: AsyncSession, found: Project, viewer: Person | None) -> Card:
    """One project with the people of the network who are on it; those who left are left out."""
    alone = (await cards(db, [found], viewer))[0]
    if alone.title_only:
        return alone
    query = (
        select(Person.id, Person.name, Organisation.short_name, ProjectMember.role)
        .join(ProjectMember, ProjectMember.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(ProjectMember.project_id == found.id, ProjectMember.role != LEAD)
        .where(Person.left_at.is_(None), Person.erased_at.is_(None))
        .order_by(ProjectMember.since, Person.id)
    )
    rows = (await db.execute(query)).all()
    agreed = await _agreed(db, {row.id for row in rows})
    named = {id_ for id_, purpose in agreed if purpose == "findable"}
    people = (
        Helper(r.id, "", "", r.role)
        if r.role == EXPERIENCE
        else Helper(r.id, r.name if r.id in named else "", r.short_name, r.role)
        for r in rows
    )
    return replace(alone, helpers=tuple(people))


_LOADED = (joinedload(Project.lead), joinedload(Project.organisation))


def loaded(query: Select[Project]) -> Select[Project]:
    """The same projects, with lead and organisation."""
    return query.options(*_LOADED)


def _member(person_id: int) -> ColumnElement[bool]:
    return exists().where(ProjectMember.project_id == Project.id, ProjectMember.person_id == person_id)


async def _agreed(db: AsyncSession, people: Iterable[int]) -> set[tuple[int, str]]:
    """Who of these people agrees to what, now."""
    query = select(Consent.person_id, Consent.purpose).where(Consent.person_id.in_(people))
    return {(person, purpose) for person, purpose in await db.execute(query.where(Consent.withdrawn_at.is_(None)))}


async def topics_for(db: AsyncSession, said: Described) -> tuple[list[Topic], bool]:
    """The topics chosen; when none was, those that title and aim speak of, and True. Raises `WrongFields`."""
    if said.topics:
        chosen = await by_slug(db, said.topics)
        if len(chosen) != len(set(said.topics)):
            raise WrongFields({"topics": "Please choose from those offered."})
        return chosen, False
    matches = (await vocabulary(db)).match(f"{said.title}\n{said.aim}")
    guessed = await by_slug(db, [m.slug for m in matches if m.score >= SURE])
    return guessed, bool(guessed)


async def _set_topics(db: AsyncSession, project_id: int, topics: Sequence[Topic]) -> None:
    await db.execute(delete(ProjectTopic).where(ProjectTopic.project_id == project_id))
    if topics:
        await db.execute(insert(ProjectTopic), [{"project_id": project_id, "topic_id": t.id} for t in topics])


async def live_of(db: AsyncSession, lead_id: int, folded: str) -> Project | None:
    """Somebody's live project of a title, folded as `fold_title` does."""
    query = loaded(select(Project)).where(Project.lead_id == lead_id, Project.folded == folded)
    found: Project | None = await db.scalar(query.where(Project.stage.in_(LIVE)))
    return found


async def _registered_before(db: AsyncSession, lead: Person, said: Described, topics: Sequence[Topic]) -> Saved:
    """The live project of that title, when everything else was said of it too. Raises `WrongFields`."""
    old = await live_of(db, lead.id, fold_title(said.title))
    if old is None:
        raise RuntimeError("a project was there and is not")
    had = await topics_of(db, old.id)
    same = (old.aim, old.place, old.helpers) == (said.aim, said.place, said.helpers)
    # The form from before others were looked at does not ask for a reason.
    same &= said.different in ("", old.different)
    if not same or {t.id for t in had} != {t.id for t in topics}:
        sentence = f"You have a project of that title already (#{old.id}): change that one, or give this another title."
        raise WrongFields({"title": sentence})
    return Saved(old, tuple(had), False, False)
