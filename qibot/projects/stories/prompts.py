"""When somebody is asked for a story: after an end, after six months of improvement, after an introduction that led to
something. Each once, a week later, and not when the story is told already. Rules do not speak: no chat here.
"""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.clock import local_date
from qibot.hours import at_local, weeks_later
from qibot.outbox import service as outbox
from qibot.people.models import Person
from qibot.projects.calendar import long_ago
from qibot.projects.models import STOPPED, TO_ASK_FOR_STORY, Project
from qibot.projects.stories.models import Story

PROMPT_KIND = "stories.prompt"
ENDED, IMPROVED, INTRODUCED = "ended", "improved", "introduced"
IMPROVED_MONTHS = 6
_SWEEP = 200


async def after_end(db: AsyncSession, project: Project, now: datetime) -> None:
    """A project has ended: its lead, if it has one, is asked in a week, unless its story is told by then."""
    if project.lead is not None:
        await _queue(db, project.lead, f"project:{project.id}", ENDED, now)


async def after_introduction(db: AsyncSession, person: Person, introduction_id: int, now: datetime) -> None:
    """Something came of an introduction, as this one of the two says."""
    await _queue(db, person, f"story-of-introduction:{introduction_id}", INTRODUCED, now)


async def _queue(db: AsyncSession, person: Person, subject: str, period: str, now: datetime) -> None:
    day = weeks_later(local_date(now, person.zone), 1, person.week)
    due_at = at_local(day, person.works_from, person.zone)
    await outbox.queue(db, kind=PROMPT_KIND, person_id=person.id, subject=subject, period=period, due_at=due_at)


async def ask_due(db: AsyncSession, now: datetime) -> None:
    """Ask the leads of projects that have been at improvement or better for six months."""
    since = long_ago(now, months=IMPROVED_MONTHS)
    query = (
        select(Project)
        .where(
            TO_ASK_FOR_STORY, Project.improving_since < since, Project.stage != STOPPED, Project.lead_id.is_not(None)
        )
        .order_by(Project.improving_since, Project.id)
        .limit(_SWEEP)
        # Two processes may sweep at once.
        .with_for_update(skip_locked=True)
    )
    for found in (await db.scalars(query)).all():
        found.story_asked_at = now
        subject = f"project:{found.id}"
        lead_id = found.lead_id or 0
        await outbox.queue(db, kind=PROMPT_KIND, person_id=lead_id, subject=subject, period=IMPROVED, due_at=now)


async def still_true(db: AsyncSession, subject: str, plan: str, reader: Person) -> Project | None:
    """The project to ask its lead about, if its story is not told and not begun."""
    found = await db.get(Project, int(subject.rpartition(":")[2]))
    if found is None or found.lead_id != reader.id:
        return None
    if found.live if plan == ENDED else found.improving_since is None:
        return None
    told = await db.scalar(select(exists().where(Story.project_id == found.id)))
    return None if told else found
