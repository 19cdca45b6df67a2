"""Where news of followed topics comes from. A feature that has something to tell adds its source to `SOURCES`."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions.models import HIDDEN, Champion, ChampionTopic
from qibot.champions.roles import face
from qibot.champions.standing import offered
from qibot.champions.words import who
from qibot.clock import local_date
from qibot.people.models import Person
from qibot.projects.models import LIVE, Project, ProjectTopic
from qibot.projects.stories.service import stories_since
from qibot.projects.visibility import whole


@dataclass(frozen=True, slots=True)
class News:
    """Something new under a topic, in words. `key` is the same for one thing under several topics; `of` is the person
    whose own it is, who is not told; `at` is when it became so.
    """

    key: str
    topic_id: int
    at: datetime
    of: int
    words: str


Source = Callable[[AsyncSession, Collection[int], datetime, datetime, datetime], Awaitable[list[News]]]
"""(db, topic ids, from, until, now) -> what became new from the one moment up to the other, and still is so now; the
oldest first. As many queries however many topics there are."""

_MOST = 500
"""News of one source in one look: no digest shows nearly as many."""


async def champions(
    db: AsyncSession, topics: Collection[int], start: datetime, until: datetime, now: datetime
) -> list[News]:
    """Champions who offer a topic since then, as open as they chose; hidden ones are not told of."""
    query = (
        select(Champion, ChampionTopic.topic_id, ChampionTopic.since)
        .join(ChampionTopic, ChampionTopic.person_id == Champion.person_id)
        .join(Person, Person.id == Champion.person_id)
        .options(joinedload(Champion.person).joinedload(Person.organisation))
        .where(ChampionTopic.topic_id.in_(topics), ChampionTopic.since >= start, ChampionTopic.since < until)
        .where(Champion.visibility != HIDDEN, *offered(local_date(now)))
        .order_by(ChampionTopic.since, Champion.person_id)
        .limit(_MOST)
    )
    return [
        News(f"champion:{one.person_id}", topic_id, since, one.person_id, f"New champion: {who(face(one.person, one))}")
        for one, topic_id, since in await db.execute(query)
        if since is not None
    ]


async def projects(
    db: AsyncSession, topics: Collection[int], start: datetime, until: datetime, now: datetime
) -> list[News]:
    """Projects registered since then that are not over; a topic tells more than the titles that some show only."""
    query = (
        select(Project, ProjectTopic.topic_id)
        .join(ProjectTopic, ProjectTopic.project_id == Project.id)
        .options(joinedload(Project.organisation))
        .where(ProjectTopic.topic_id.in_(topics), Project.created_at >= start, Project.created_at < until)
        .where(Project.stage.in_(LIVE), whole(None))
        .order_by(Project.created_at, Project.id)
        .limit(_MOST)
    )
    return [
        News(
            f"project:{one.id}",
            topic_id,
            one.created_at,
            one.lead_id or 0,
            f"New project: {one.title} (#{one.id}, {one.organisation.short_name})",
        )
        for one, topic_id in await db.execute(query)
    ]


async def stories(
    db: AsyncSession, topics: Collection[int], start: datetime, until: datetime, now: datetime
) -> list[News]:
    """Stories shared on these days that anybody may see. Of a story only the day is known, so it counts as its end: to
    whoever began to follow on that day it is told too.
    """
    told = await stories_since(db, list(topics), start)
    return [
        News(
            f"story:{one.story.id}",
            topic.id,
            datetime.combine(one.story.shared_on, time.max, UTC),
            one.story.author_id or 0,
            f"New story: {one.story.title} (#{one.story.id})",
        )
        for one in told
        for topic in one.topics
        if topic.id in topics and one.story.shared_on is not None and one.story.shared_on < local_date(until)
    ][:_MOST]


SOURCES: tuple[Source, ...] = (champions, projects, stories)
