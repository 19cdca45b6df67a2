"""What a project shows of the people on it, for whoever looks for somebody who knows about such things.

Whoever searches reads this without asking who may see the project, so it holds only what anybody may: nothing of the
projects of an organisation that does not list them, since even a title beside a name would say who leads it, and
nothing of service users and carers.
"""

from collections.abc import Sequence

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding import index
from qibot.champions.finding.models import HELPED, LED
from qibot.projects.models import EXPERIENCE, LEAD, Project, ProjectMember, ProjectTopic
from qibot.projects.visibility import title_only, whole

_TOLD_OF = ProjectMember.role != EXPERIENCE


async def note(db: AsyncSession, project: Project) -> Project:
    """After anything about a project has changed: its words, its topics, who is on it. The same project."""
    told = not await title_only(db, [project], None)
    topics = (await db.scalars(select(ProjectTopic.topic_id).where(ProjectTopic.project_id == project.id))).all()
    on_it = select(ProjectMember).where(ProjectMember.project_id == project.id, _TOLD_OF)
    members = (await db.scalars(on_it)).all() if told else []
    for kind in (LED, HELPED):
        await index.only(db, kind, project.id, [m.person_id for m in members if _kind(m) == kind])
    for member in members:
        await index.put(db, _piece(project, member, topics))
    return project


async def note_all(db: AsyncSession, organisation_id: int) -> None:
    """After an organisation has chosen anew what others see of its projects."""
    for project in (await db.scalars(select(Project).where(Project.organisation_id == organisation_id))).all():
        await note(db, project)


def everything(dialect: str) -> index.Pieces:
    """Everybody on every project."""
    kind = case((ProjectMember.role == LEAD, LED), else_=HELPED).label("kind")
    piece = (ProjectMember.person_id, kind, ProjectMember.project_id.label("subject"))
    title, at = func.substr(Project.title, 1, index.LONGEST_TITLE), index.day_of(dialect, Project.updated_at)
    rows = select(*piece, title.label("title"), at.label("at"), (Project.title + " " + Project.aim).label("words"))
    topics = select(*piece, ProjectTopic.topic_id).join(
        ProjectTopic, ProjectTopic.project_id == ProjectMember.project_id
    )
    return index.Pieces(
        rows.join(Project, Project.id == ProjectMember.project_id).where(_TOLD_OF, whole(None)),
        topics.where(_TOLD_OF),
    )


def _piece(project: Project, member: ProjectMember, topics: Sequence[int]) -> index.Piece:
    at = project.updated_at.date()
    words = f"{project.title} {project.aim}"
    return index.Piece(member.person_id, _kind(member), at, project.id, project.title, words, tuple(topics))


def _kind(member: ProjectMember) -> str:
    return LED if member.role == LEAD else HELPED
