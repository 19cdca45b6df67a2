"""What may be done with stories, and which ones words speak of. Rules do not speak: no chat here.

What did not work is found exactly as what did: the outcome has no part in the order of a search. Within a day the order
is that of titles and not of arrival, which could tell whose a story without a name is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.claims import row_id
from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused, WrongFields
from qibot.outbox import service as outbox
from qibot.people.models import Consent, Organisation, Person, Topic
from qibot.people.topics import Match, by_slug, vocabulary
from qibot.projects import visibility
from qibot.projects.finding import index, queries
from qibot.projects.finding.queries import Sought
from qibot.projects.finding.service import saying
from qibot.projects.models import STOPPED, Project, ProjectFollow, ProjectMember
from qibot.projects.service import SURE, changeable, topics_of
from qibot.projects.stories.models import DID_NOT, OUTCOMES, WORKED, Story, StoryTopic, random_id
from qibot.projects.stories.things import person_in
from qibot.projects.words import fold, quoted
from qibot.typed import Typed

PAGE = 5
TOLD_KIND = "stories.told"
_TRIES = 20
"""Ids tried for a new story: with half of the numbers taken, all being taken is one in a million."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What somebody tells. `topics` are slugs; none = from the words."""

    title: str
    outcome: str
    tried: str
    hoped: str = ""
    in_the_way: str = ""
    got_past: str = ""
    learned: str = ""
    who_else: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A story as one reader may see it. `by` in words, "" for a name that was left out; `mine`: theirs to change.

    `project` is the one whose story it is; `reachable`: its lead agreed to be asked for introductions, and is another.
    """

    story: Story
    topics: tuple[Topic, ...]
    by: str
    mine: bool = False
    project: Project | None = None
    reachable: bool = False
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: the topics that the words were read as, one page of stories, whether there are more."""

    topics: tuple[Match, ...]
    stories: tuple[Told, ...]
    more: bool


# ---- Telling


async def tell(db: AsyncSession, author: Person | None, said: Telling, today: date) -> Story:
    """Share a story. Without an author nothing that is kept says whose it is. Raises `WrongFields`."""
    _check(said)
    topics = await _topics(db, said)
    organisation_id = author.organisation_id if author else None
    values = _values(said) | {"author_id": author.id if author else None, "organisation_id": organisation_id}
    return await _insert(db, values | {"shared_on": today}, topics)


async def draft(db: AsyncSession, project_id: int, by: Person, said: Telling) -> Story:
    """The beginnings of a project's story, which only its lead sees. Raises `Refused`, also when there is one."""
    found = await changeable(db, project_id, by)
    if await of_project(db, found.id) is not None:
        raise Refused(
            "That project has its story already.",
            ("Type ", Typed(f"project learned #{found.id}"), " to change it."),
        )
    if not any((said.hoped, said.tried, said.learned)):
        raise WrongFields({"hoped": "Please write something in at least one of the first three."})
    values = _values(said) | {"author_id": by.id, "organisation_id": found.organisation_id, "project_id": found.id}
    return await _insert(db, values | {"shared_on": None}, await topics_of(db, found.id))


async def _insert(db: AsyncSession, values: dict[str, object], topics: Sequence[Topic]) -> Story:
    for _ in range(_TRIES):
        row = insert_or_ignore(db, Story).values(id=random_id(), **values).returning(Story.id)
        story_id = await db.scalar(row)
        if story_id is not None:
            await _set_topics(db, story_id, topics)
            made = await db.get_one(Story, story_id)
            await index.note_story(db, made)
            return made
        project_id = values.get("project_id")
        there = await of_project(db, project_id) if isinstance(project_id, int) else None
        if there is not None:
            return there
    raise RuntimeError("every number that was tried is taken")


def draft_of(project: Project, said: Telling) -> Telling:
    """Four answers as the beginnings of a story: what became of the project says how it went, until its lead does."""
    outcome = DID_NOT if project.stage == STOPPED else WORKED
    return replace(said, title=project.title, outcome=outcome)


async def share(db: AsyncSession, story_id: int, by: Person, now: datetime) -> Story:
    """Show it to everybody, and tell those who follow or are on its project, once. Twice is once."""
    found = await own(db, story_id, by)
    if found.shared_on is None:
        found.shared_on = local_date(now)
        await db.flush()
        await _tell_followers(db, found, by, now)
    return found


async def _tell_followers(db: AsyncSession, found: Story, by: Person, now: datetime) -> None:
    follow = select(ProjectFollow.person_id).where(ProjectFollow.project_id == found.project_id)
    on_it = select(ProjectMember.person_id).where(ProjectMember.project_id == found.project_id)
    people = sorted({*(await db.scalars(follow)), *(await db.scalars(on_it))} - {by.id})
    subject = subject_of(found.id)
    await outbox.queue_many(db, [outbox.Due(TOLD_KIND, person_id, subject, now) for person_id in people])


async def change(db: AsyncSession, story_id: int, by: Person, said: Telling) -> Story:
    """Tell it anew. Raises `NotFound` unless `by` wrote it, and `WrongFields`."""
    found = await own(db, story_id, by)
    _check(said)
    topics = await _topics(db, said)
    for name, value in _values(said).items():
        setattr(found, name, value)
    await db.flush()
    await _set_topics(db, found.id, topics)
    await index.note_story(db, found)
    return found


async def remove(db: AsyncSession, story_id: int, by: Person) -> str:
    """Take it back, or throw a draft away; its title. Raises `NotFound` unless `by` wrote it."""
    found = await own(db, story_id, by)
    await _remove(db, found)
    return found.title


async def erase(db: AsyncSession, person_id: int) -> None:
    """Their stories go; that of a project stays with it, without them."""
    theirs = Story.author_id == person_id
    await db.execute(update(Story).where(theirs, Story.project_id.is_not(None)).values(author_id=None))
    for found in (await db.scalars(select(Story).where(theirs))).all():
        await _remove(db, found)


async def _remove(db: AsyncSession, found: Story) -> None:
    await outbox.cancel(db, subject=subject_of(found.id), reason="The story was taken back.")
    await db.execute(delete(StoryTopic).where(StoryTopic.story_id == found.id))
    await index.drop_story(db, found.id)
    await db.delete(found)
    await db.flush()


async def own(db: AsyncSession, story_id: int, by: Person) -> Story:
    """A story that `by` wrote, or of a project that they lead. Raises `NotFound`; one without a name is nobody's."""
    query = select(Story).where(Story.id == story_id, _own(by))
    found: Story | None = await db.scalar(query) if 0 < story_id < 2**31 else None
    if found is None:
        raise NotFound("I cannot find that story among yours.", ("Type ", Typed("story find"), " to see the newest."))
    return found


def _check(said: Telling) -> None:
    errors = {}
    if said.outcome not in OUTCOMES:
        errors["outcome"] = "Please choose one of those offered."
    if who := person_in(said.in_the_way):
        errors["in_the_way"] = (
            f"“{who}” reads as somebody. Please say it as a thing, such as “no time in the rota”: things can change."
        )
    if errors:
        raise WrongFields(errors)


def _values(said: Telling) -> dict[str, object]:
    text = {
        "title": said.title, "hoped": said.hoped, "tried": said.tried, "in_the_way": said.in_the_way,
        "got_past": said.got_past, "learned": said.learned, "who_else": said.who_else,
    }  # fmt: skip
    return {**text, "outcome": said.outcome, "words": fold(" ".join(text.values()))}


async def _topics(db: AsyncSession, said: Telling) -> list[Topic]:
    if said.topics:
        chosen = await by_slug(db, said.topics)
        if len(chosen) != len(set(said.topics)):
            raise WrongFields({"topics": "Please choose from those offered."})
        return chosen
    matches = (await vocabulary(db)).match(f"{said.title}\n{said.hoped}\n{said.tried}")
    return await by_slug(db, [m.slug for m in matches if m.score >= SURE])


async def _set_topics(db: AsyncSession, story_id: int, topics: Sequence[Topic]) -> None:
    await db.execute(delete(StoryTopic).where(StoryTopic.story_id == story_id))
    if topics:
        await db.execute(insert(StoryTopic), [{"story_id": story_id, "topic_id": t.id} for t in topics])


# ---- Reading


def subject_of(story_id: int) -> str:
    """What deliveries about it are about."""
    return f"story:{story_id}"


async def of_project(db: AsyncSession, project_id: int) -> Story | None:
    """A project's story, shared or a draft."""
    found: Story | None = await db.scalar(select(Story).where(Story.project_id == project_id))
    return found


async def seen_of_project(db: AsyncSession, project: Project, viewer: Person | None) -> Told | None:
    """A project's story as `viewer` may see it: shared, or a draft of theirs."""
    query = select(Story).where(Story.project_id == project.id, or_(_shared(viewer), _own(viewer)))
    found = await _told(db, (await db.scalars(query)).all(), viewer)
    return found[0] if found else None


async def slugs_of(db: AsyncSession, story_id: int) -> tuple[str, ...]:
    """The topics in use that a story is about, by slug."""
    query = select(Topic.slug).join(StoryTopic).where(StoryTopic.story_id == story_id, Topic.retired_at.is_(None))
    return tuple(await db.scalars(query.order_by(Topic.label)))


async def show(db: AsyncSession, story_id: int, viewer: Person | None) -> Told:
    """One story: shared, and of no project that `viewer` may not see; or a draft of theirs. Raises `NotFound`."""
    query = select(Story).where(Story.id == story_id, or_(_shared(viewer), _own(viewer)))
    found = await db.scalar(query) if 0 < story_id < 2**31 else None
    if found is None:
        raise NotFound("I cannot find that story.", ("Type ", Typed("story find"), " and your words."))
    return (await _told(db, [found], viewer))[0]


async def named(db: AsyncSession, words: str, viewer: Person | None) -> list[Story]:
    """At most three that `viewer` may see with this number, or this whole title in any case."""
    plain = words.strip().removeprefix("#")
    numbered = Story.id == row_id(plain)
    titled = func.lower(Story.title) == " ".join(words.split()).lower()
    query = select(Story).where(or_(numbered, titled), or_(_shared(viewer), _own(viewer)))
    return list(await db.scalars(query.order_by(Story.shared_on.desc(), Story.id).limit(3)))


async def search(db: AsyncSession, words: str, viewer: Person | None, *, page: int = 1, size: int = PAGE) -> Found:
    """Stories about the topics that `words` name or with words of them; without words the newest."""
    if not words:
        return await _page(db, _newest(viewer), (), (), viewer, page, size)
    reading = (await vocabulary(db)).read(words)
    terms = queries.sought(words, reading.repaired)
    query = queries.stories(terms, [m.topic_id for m in reading.topics], _shared(viewer))
    if query is None:
        return Found((), (), False)
    return await _page(db, query, reading.topics, terms, viewer, page, size)


async def _page(
    db: AsyncSession,
    query: Select[Story],
    topics: tuple[Match, ...],
    terms: Sequence[Sought],
    viewer: Person | None,
    page: int,
    size: int,
) -> Found:
    rows = (await db.scalars(query.offset((page - 1) * size).limit(size + 1))).all()
    labels = {m.topic_id: m.label for m in topics}
    told = [replace(one, why=_why(one, labels, terms)) for one in await _told(db, rows[:size], viewer)]
    return Found(topics, tuple(told), len(rows) > size)


async def stories_since(
    db: AsyncSession, topics: Sequence[int], since: datetime, viewer: Person | None = None
) -> list[Told]:
    """Stories about any of these topics (ids) shared on the day of `since` in London or later, the oldest first.

    A story knows the day it was shared and no time, so whoever asks again and again asks for whole days. `viewer` None:
    those that anybody may see.
    """
    about = exists().where(StoryTopic.story_id == Story.id, StoryTopic.topic_id.in_(topics))
    query = select(Story).where(_shared(viewer), about, Story.shared_on >= local_date(since))
    return await _told(db, (await db.scalars(query.order_by(Story.shared_on, Story.title, Story.id))).all(), viewer)


async def for_reader(db: AsyncSession, subject: str, reader: Person) -> Told | None:
    """The story that a delivery is about, if it is still shared and this reader may see it."""
    query = select(Story).where(Story.id == int(subject.rpartition(":")[2]), _shared(reader))
    found = await _told(db, (await db.scalars(query)).all(), reader)
    return found[0] if found else None


def _own(person: Person | None) -> ColumnElement[bool]:
    """That they wrote it, or lead its project: who takes a project on takes on its story."""
    me = person.id if person and person.here else 0
    return or_(Story.author_id == me, exists().where(Project.id == Story.project_id, Project.lead_id == me))


def _shared(viewer: Person | None) -> ColumnElement[bool]:
    """Shared, and where it is a project's, of one that `viewer` may see whole: a story tells more than a title."""
    of_one = exists().where(Project.id == Story.project_id, visibility.whole(viewer))
    return Story.shared_on.is_not(None) & or_(Story.project_id.is_(None), of_one)


def _newest(viewer: Person | None) -> Select[Story]:
    return select(Story).where(_shared(viewer)).order_by(Story.shared_on.desc(), Story.title, Story.id)


def _why(told: Told, labels: dict[int, str], terms: Sequence[Sought]) -> tuple[str, ...]:
    about = [f"about {t.label}" for t in told.topics if t.id in labels]
    said = saying(told.story.words, terms)
    return (*about, f"says {quoted(said)}") if said else tuple(about)


async def _told(db: AsyncSession, stories: Sequence[Story], viewer: Person | None) -> list[Told]:
    """Stories as `viewer` may see them, in the same order. A few queries, however many there are."""
    if not stories:
        return []
    topics: dict[int, list[Topic]] = defaultdict(list)
    about = select(StoryTopic.story_id, Topic).join(Topic, Topic.id == StoryTopic.topic_id)
    for story_id, topic in await db.execute(
        about.where(StoryTopic.story_id.in_([s.id for s in stories])).order_by(Topic.label)
    ):
        topics[story_id].append(topic)
    loaded = joinedload(Project.lead), joinedload(Project.organisation)
    of_them = select(Project).options(*loaded).where(Project.id.in_({s.project_id for s in stories} - {None}))
    projects = {p.id: p for p in await db.scalars(of_them)}
    authors = await _authors(db, {s.author_id for s in stories} - {None})
    asked = await _agreeing(db, {p.lead_id for p in projects.values()}, "introductions")
    me = viewer.id if viewer and viewer.here else 0
    found = []
    for s in stories:
        project = projects.get(s.project_id or 0)
        wrote = s.author_id is not None and s.author_id == me
        mine = wrote or (project is not None and project.lead_id == me)
        by = "you" if wrote else authors.get(s.author_id or 0, "")
        reachable = project is not None and project.lead_id in asked and project.lead_id != me
        found.append(Told(s, tuple(topics[s.id]), by, mine, project, reachable))
    return found


async def _authors(db: AsyncSession, ids: set[int | None]) -> dict[int, str]:
    """How authors are spoken of: by name if they agreed to be found, else by organisation."""
    named = await _agreeing(db, ids, "findable")
    query = select(Person, Organisation.short_name).join(Organisation, Organisation.id == Person.organisation_id)
    return {
        person.id: "somebody who has left the network"
        if not person.here
        else f"{person.name} ({organisation})"
        if person.id in named
        else f"a member of {organisation}"
        for person, organisation in await db.execute(query.where(Person.id.in_(ids)))
    }


async def _agreeing(db: AsyncSession, ids: set[int] | set[int | None], purpose: str) -> set[int]:
    query = select(Consent.person_id).where(Consent.person_id.in_(ids), Consent.purpose == purpose)
    return set(await db.scalars(query.where(Consent.withdrawn_at.is_(None))))
