"""Keeps what searches for projects and stories read true, in the transaction that changes a project or a story."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding.index import words_of
from qibot.projects.finding.models import ProjectWord, StoryWord
from qibot.projects.models import Project
from qibot.projects.stories.models import Story

_AT_ONCE = 1_000
_OF_A_PROJECT, _OF_A_STORY = 200, 600
"""Words that are held: all of what the forms take, but for those that say nothing."""


async def note(db: AsyncSession, project: Project) -> None:
    """After a project has been registered, or said anew."""
    await db.execute(delete(ProjectWord).where(ProjectWord.project_id == project.id))
    await _write_projects(db, [project])


async def note_story(db: AsyncSession, story: Story) -> None:
    """After a story has been told, or told anew."""
    await drop_story(db, story.id)
    await _write_stories(db, [story])


async def drop_story(db: AsyncSession, story_id: int) -> None:
    """Before a story is deleted."""
    await db.execute(delete(StoryWord).where(StoryWord.story_id == story_id))


async def is_missing(db: AsyncSession) -> bool:
    """Whether no word is held, although there is something to find."""
    for held, there in ((ProjectWord.project_id, Project.id), (StoryWord.story_id, Story.id)):
        nothing = await db.scalar(select(held).limit(1)) is None
        if nothing and await db.scalar(select(there).limit(1)) is not None:
            return True
    return False


async def rebuild(db: AsyncSession) -> int:
    """Make all of it again; of how many projects and stories."""
    await db.execute(delete(ProjectWord))
    await db.execute(delete(StoryWord))
    count = last = 0
    while True:
        query = select(Project).where(Project.id > last).order_by(Project.id).limit(_AT_ONCE)
        projects = (await db.scalars(query)).all()
        if not projects:
            break
        await _write_projects(db, projects)
        count, last = count + len(projects), projects[-1].id
        db.expunge_all()
    last = 0
    while True:
        stories = (await db.scalars(select(Story).where(Story.id > last).order_by(Story.id).limit(_AT_ONCE))).all()
        if not stories:
            return count
        await _write_stories(db, stories)
        count, last = count + len(stories), stories[-1].id
        db.expunge_all()


async def _write_projects(db: AsyncSession, projects: Iterable[Project]) -> None:
    rows = []
    for project in projects:
        title = set(words_of(project.title))
        said = words_of(f"{project.title} {project.aim} {project.place} {project.helpers}", _OF_A_PROJECT)
        rows += [{"word": word, "project_id": project.id, "in_title": word in title} for word in said]
    if rows:
        await db.execute(insert(ProjectWord), rows)


async def _write_stories(db: AsyncSession, stories: Iterable[Story]) -> None:
    rows = []
    for story in stories:
        parts = (
            story.title, story.hoped, story.tried, story.in_the_way, story.got_past, story.learned, story.who_else,
        )  # fmt: skip
        rows += [{"word": word, "story_id": story.id} for word in words_of(" ".join(parts), _OF_A_STORY)]
    if rows:
        await db.execute(insert(StoryWord), rows)
