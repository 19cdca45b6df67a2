"""What a project shows of the people on it, for whoever looks for somebody who knows about such things."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding import index
from qibot.champions.finding.models import HELPED, LED
from qibot.projects.models import LEAD, Project, ProjectMember, ProjectTopic

_AT_ONCE = 1_000


async def note(db: AsyncSession, project: Project) -> Project:
    """After anything about a project has changed: its words, its topics, who is on it. The same project."""
    topics = (await db.scalars(select(ProjectTopic.topic_id).where(ProjectTopic.project_id == project.id))).all()
    members = (await db.scalars(select(ProjectMember).where(ProjectMember.project_id == project.id))).all()
    for kind in (LED, HELPED):
        await index.only(db, kind, project.id, [m.person_id for m in members if _kind(m) == kind])
    for member in members:
        await index.put(db, _piece(project, member, topics))
    return project


async def everything(db: AsyncSession) -> AsyncIterator[index.Piece]:
    """Everybody on every project, some at a time."""
    last = 0
    while True:
        query = select(Project).where(Project.id > last).order_by(Project.id).limit(_AT_ONCE)
        projects = {project.id: project for project in await db.scalars(query)}
        if not projects:
            return
        last = max(projects)
        topics: dict[int, list[int]] = defaultdict(list)
        about = select(ProjectTopic).where(ProjectTopic.project_id.in_(projects))
        for row in await db.scalars(about):
            topics[row.project_id].append(row.topic_id)
        on_them = select(ProjectMember).where(ProjectMember.project_id.in_(projects))
        for member in await db.scalars(on_them.order_by(ProjectMember.project_id, ProjectMember.person_id)):
            yield _piece(projects[member.project_id], member, topics[member.project_id])
        # What has been passed on need not be remembered.
        db.expunge_all()


def _piece(project: Project, member: ProjectMember, topics: Sequence[int]) -> index.Piece:
    at = project.updated_at.date()
    words = f"{project.title} {project.aim}"
    return index.Piece(member.person_id, _kind(member), at, project.id, project.title, words, tuple(topics))


def _kind(member: ProjectMember) -> str:
    return LED if member.role == LEAD else HELPED
