"""What a search for projects or stories asks of the database: bounded, however many there are.

Each word and each topic leads to the newest that have it; what most of them lead to comes first. Who may see what is
asked once of each that is left.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, case, exists, func, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from qibot.people.models import Consent, NameWord, Person
from qibot.projects.finding.models import ProjectWord, StoryWord
from qibot.projects.models import EXPERIENCE, Project, ProjectMember, ProjectTopic
from qibot.projects.stories.models import Story, StoryTopic
from qibot.projects.visibility import visible, whole
from qibot.projects.words import COMMON
from qibot.vocabulary.meaning import seldom
from qibot.vocabulary.text import STOP, tokens

Rows = Select[*tuple[Any, ...]]
WORDS = 6
"""Words of a search that are looked for: the rarest."""
OF_A_TOPIC = 3
"""What a topic counts, where a word counts one."""
_NEWEST = 1_000
"""Projects or stories that one word or one topic leads to."""
_BEGIN_SO = 200
"""Those that a word leads to which only begins with what was typed."""
LONG_ENOUGH = 5
"""Letters from which on the beginning of a word says something."""
_RAREST = 5
"""What the rarest word of a project counts beside another's, where a topic counts three."""
_LAST = "\U0010ffff"
"""Stands behind every letter."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A word that is looked for: as it was typed or meant, in lower case, and without its ending."""

    word: str
    stem: str


def sought(words: str, repaired: Iterable[tuple[str, str]] = (), *, most: int = WORDS) -> list[Sought]:
    """The words of a search that say something, the rarest; `repaired` are those put right, as (typed, meant)."""
    meant = dict(repaired)
    found: dict[str, Sought] = {}
    for token in tokens(words):
        if token.word in STOP or token.word in COMMON or (len(token.stem) < 3 and not token.raw.isupper()):
            continue
        # A name may look like a slip, so what was typed is looked for as well.
        for one in (token, *tokens(meant.get(token.word, ""))):
            found.setdefault(one.stem, Sought(one.word, one.stem))
    return sorted(found.values(), key=lambda one: -seldom(one.word))[:most]


def projects(words: Sequence[Sought], topics: Sequence[int], viewer: Person | None) -> Select[Project] | None:
    """Projects with any of the words, in what they, their people and their stories say, or about any of the topics
    (ids); those with most first. None when nothing is asked.

    Where only the title may be seen, only the title is searched: what is found must not tell what is not shown.
    """
    ways = [way for slot, one in enumerate(words) for way in _of_word(slot, one)]
    ways += [_about(-1 - n, ProjectTopic.project_id, ProjectTopic.topic_id == one) for n, one in enumerate(topics)]
    if not ways:
        return None
    hits = together(ways)
    score = case((whole(viewer), hits.c.points), else_=hits.c.open)
    query = select(Project).join(hits, hits.c.found == Project.id).where(visible(viewer), score > 0)
    return query.order_by(score.desc(), Project.updated_at.desc(), Project.id.desc())


async def candidates(
    db: AsyncSession, words: Sequence[Sought], topics: Sequence[int], viewer: Person, *, most: int
) -> Sequence[Any]:
    """Rows (id, title, aim, place) of projects of others that have most of the words and topics; of those that
    `viewer` may see by title only, the title alone. Rare words say most.
    """
    ways = [way for slot, one in enumerate(words) for way in _having(slot, one)]
    ways += [_about(-1 - n, ProjectTopic.project_id, ProjectTopic.topic_id == one) for n, one in enumerate(topics)]
    if not ways:
        return ()
    hits, seen = together(ways), whole(viewer)
    score = case((seen, hits.c.points), else_=hits.c.open)
    aim, place = (case((seen, column), else_="").label(column.key) for column in (Project.aim, Project.place))
    query = select(Project.id, Project.title, aim, place).join(hits, hits.c.found == Project.id)
    query = query.where(visible(viewer), score > 0, Project.lead_id.is_distinct_from(viewer.id))
    return (await db.execute(query.order_by(score.desc(), Project.updated_at.desc()).limit(most))).all()


async def called(db: AsyncSession, project_ids: Sequence[int], words: Sequence[Sought]) -> dict[int, list[str]]:
    """Of these projects the names, as far as their owners agreed to be found, in which any of the words are."""
    query = (
        select(ProjectMember.project_id, Person.name)
        .join(Person, Person.id == ProjectMember.person_id)
        .where(ProjectMember.project_id.in_(project_ids), ProjectMember.role != EXPERIENCE, _findable(Person.id))
        .where(exists().where(NameWord.person_id == Person.id, NameWord.word.in_([one.word for one in words])))
        .order_by(Person.name)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for project_id, name in await db.execute(query):
        found[project_id].append(name)
    return found


async def told(db: AsyncSession, project_ids: Sequence[int], words: Sequence[Sought]) -> set[int]:
    """Those of these projects whose stories, as shared, hold any of the words."""
    query = select(Story.project_id).where(Story.project_id.in_(project_ids), Story.shared_on.is_not(None))
    held = exists().where(StoryWord.story_id == Story.id, StoryWord.word.in_([one.stem for one in words]))
    return {project_id for project_id in await db.scalars(query.where(held)) if project_id is not None}


def titled(words: Sequence[Sought], viewer: Person | None) -> Select[Project]:
    """Projects that have all of the words in their titles, the last updated first."""
    hits = together([way for slot, one in enumerate(words) for way in _said(slot, one, ProjectWord.in_title.is_(True))])
    query = select(Project).join(hits, hits.c.found == Project.id).where(visible(viewer), hits.c.points >= len(words))
    return query.order_by(Project.updated_at.desc(), Project.id.desc())


def stories(words: Sequence[Sought], topics: Sequence[int], may: ColumnElement[bool]) -> Select[Story] | None:
    """Stories that `may` be seen with any of the words or about any of the topics (ids), those with most first."""
    ways = [
        way for slot, one in enumerate(words) for way in _words(slot, one, StoryWord.word, StoryWord.story_id, _CLOSED)
    ]
    ways += [_about(-1 - n, StoryTopic.story_id, StoryTopic.topic_id == one) for n, one in enumerate(topics)]
    if not ways:
        return None
    hits = together(ways)
    query = select(Story).join(hits, hits.c.found == Story.id).where(may)
    return query.order_by(hits.c.points.desc(), Story.shared_on.desc(), Story.title, Story.id)


def together(ways: Sequence[Rows]) -> Subquery:
    """What all the ways lead to, once each: `found`, its `points`, and those of them that are `open` to everybody.

    Two ways of one slot, which is a word or a topic, count once.
    """
    every = union_all(*ways).subquery()
    once = (
        select(every.c.found, func.max(every.c.points).label("points"), func.max(every.c.open).label("open"))
        .group_by(every.c.found, every.c.slot)
        .subquery()
    )
    points, shown = func.sum(once.c.points).label("points"), func.sum(once.c.open).label("open")
    return select(once.c.found, points, shown).group_by(once.c.found).subquery("hits")


def way(slot: int, points: int, rows: Rows, most: int = _NEWEST) -> Rows:
    """The first `most` of `rows`, which are (found, 1 where a title tells it), for `together`."""
    some = rows.limit(most).subquery()
    found, shown = some.c
    worth, number = literal_column(str(points), Integer), literal_column(str(slot), Integer)
    return select(found.label("found"), number.label("slot"), worth.label("points"), (shown * worth).label("open"))


_CLOSED = literal_column("0", Integer).label("shown")
_IN_TITLE = case((ProjectWord.in_title, 1), else_=0).label("shown")


def _of_word(slot: int, one: Sought) -> Iterator[Rows]:
    """The projects that one word leads to: by what they say, by who is on them, by their stories."""
    yield from _said(slot, one)
    called = select(NameWord.person_id).where(NameWord.word == one.word).limit(_NEWEST).subquery()
    on_it = select(ProjectMember.project_id, _CLOSED).join(called, called.c.person_id == ProjectMember.person_id)
    # Of service users and carers nothing is told, so nothing is found by their names.
    yield way(slot, 1, on_it.where(ProjectMember.role != EXPERIENCE, _findable(called.c.person_id)))
    told = select(Story.project_id, _CLOSED).join(StoryWord, StoryWord.story_id == Story.id)
    shared = (Story.project_id.is_not(None), Story.shared_on.is_not(None))
    yield way(slot, 1, told.where(StoryWord.word == one.stem, *shared))


def _findable(person_id: Any) -> ColumnElement[bool]:
    given = (Consent.purpose == "findable", Consent.withdrawn_at.is_(None))
    return exists().where(Consent.person_id == person_id, *given)


def _having(slot: int, one: Sought) -> Iterator[Rows]:
    """The projects that say exactly this word, which counts by how rare it is."""
    rows = select(ProjectWord.project_id, _IN_TITLE).where(ProjectWord.word == one.stem)
    yield way(slot, max(1, round(_RAREST * seldom(one.word))), rows.order_by(ProjectWord.project_id.desc()))


def _said(slot: int, one: Sought, *where: ColumnElement[bool]) -> Iterator[Rows]:
    return _words(slot, one, ProjectWord.word, ProjectWord.project_id, _IN_TITLE, *where)


def _words(
    slot: int,
    one: Sought,
    word: InstrumentedAttribute[str],
    found: InstrumentedAttribute[int],
    shown: ColumnElement[int],
    *where: ColumnElement[bool],
) -> Iterator[Rows]:
    """What has the word, and some of what has a word that begins like it: “physio”."""
    rows = select(found, shown).where(*where)
    yield way(slot, 1, rows.where(word == one.stem).order_by(found.desc()))
    if len(one.stem) >= LONG_ENOUGH:
        yield way(slot, 1, rows.where(word > one.stem, word < one.stem + _LAST), _BEGIN_SO)


def _about(slot: int, found: InstrumentedAttribute[int], topic: ColumnElement[bool]) -> Rows:
    return way(slot, OF_A_TOPIC, select(found, _CLOSED).where(topic).order_by(found.desc()))
