"""What others see of an organisation's projects: the one place that decides. Rules do not speak: no chat here.

An organisation lists its projects, shows their titles only, or hides them. Its own people, and whoever is on a project
or leads it, see all of it in any case. Everything else that reads projects asks here.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from qibot.errors import Refused
from qibot.people.models import Person
from qibot.projects.models import Project, ProjectMember, Showing

LISTED, TITLE_ONLY, HIDDEN = "listed", "title only", "hidden"
SHOWINGS = (LISTED, TITLE_ONLY, HIDDEN)


def visible(viewer: Person | None) -> ColumnElement[bool]:
    """That `viewer` (None: anybody at all) may know of the project, as a condition of a query."""
    return or_(_not_shown_as(HIDDEN), *_inside(viewer))


def whole(viewer: Person | None) -> ColumnElement[bool]:
    """That `viewer` may see more of it than title and organisation, as a condition of a query."""
    return or_(_not_shown_as(HIDDEN, TITLE_ONLY), *_inside(viewer))


def not_hidden(organisation_id: InstrumentedAttribute[int], viewer: Person | None) -> ColumnElement[bool]:
    """That something of an organisation, which is no project, is not hidden from `viewer` by its choice."""
    hidden = exists().where(Showing.organisation_id == organisation_id, Showing.shown == HIDDEN)
    own = organisation_id == (viewer.organisation_id if viewer and viewer.here else 0)
    return or_(~hidden, own)


async def title_only(db: AsyncSession, projects: Sequence[Project], viewer: Person | None) -> frozenset[int]:
    """The ids of those of which `viewer` may see no more than title and organisation."""
    others = {p.organisation_id for p in projects} - ({viewer.organisation_id} if viewer and viewer.here else set())
    if not others or not await db.scalar(select(exists().where(Showing.organisation_id.in_(others)))):
        return frozenset()
    ids = [p.id for p in projects]
    return frozenset(await db.scalars(select(Project.id).where(Project.id.in_(ids), ~whole(viewer))))


def title_of(project: Project) -> Project:
    """The same project with nothing but title and organisation in it. Whoever leads it is kept to be asked, unnamed."""
    return Project(
        id=project.id,
        title=project.title,
        folded=project.folded,
        aim="",
        words=project.folded,
        place="",
        helpers="",
        organisation_id=project.organisation_id,
        organisation=project.organisation,
        lead_id=project.lead_id,
        lead=project.lead,
        stage=project.stage,
        progress=0,
        deciding="",
        created_at=project.created_at,
        updated_at=project.updated_at,
    )


async def may_know(db: AsyncSession, project: Project, viewer: Person | None) -> bool:
    """Whether `viewer` may know of a project that was reached some other way than through a query of its own."""
    return await db.scalar(select(Project.id).where(Project.id == project.id, visible(viewer))) is not None


async def must_be_whole(db: AsyncSession, project: Project, viewer: Person | None) -> None:
    """Raises `Refused` when `viewer` may see its title only: nobody joins, follows or changes what they cannot see."""
    if await title_only(db, [project], viewer):
        raise Refused(
            f"{project.organisation.short_name} shows others the titles of its projects, and no more.",
            "You can say hello to whoever leads it.",
        )


async def showing_of(db: AsyncSession, organisation_id: int) -> str:
    """What others see of an organisation's projects: one of `SHOWINGS`."""
    return await db.scalar(select(Showing.shown).where(Showing.organisation_id == organisation_id)) or LISTED


def _not_shown_as(*ways: str) -> ColumnElement[bool]:
    # A list that is made once, where EXISTS would be asked again for every project of the network.
    return Project.organisation_id.not_in(select(Showing.organisation_id).where(Showing.shown.in_(ways)))


def _inside(viewer: Person | None) -> Iterable[ColumnElement[bool]]:
    if viewer is None or not viewer.here:
        return ()
    on_it = exists().where(ProjectMember.project_id == Project.id, ProjectMember.person_id == viewer.id)
    return Project.organisation_id == viewer.organisation_id, Project.lead_id == viewer.id, on_it
