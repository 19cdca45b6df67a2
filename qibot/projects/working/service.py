"""Who is on a project, and what becomes of it. Rules do not speak: no chat here."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.errors import Refused
from qibot.people.models import Person
from qibot.projects.models import HELPER, STOPPED, Project, ProjectMember
from qibot.projects.service import changeable, project
from qibot.projects.visibility import must_be_whole


async def stop(db: AsyncSession, project_id: int, by: Person, now: datetime) -> Project:
    """Stop with thanks; twice is once. Raises `Refused` unless `by` leads it or organises, and when it is finished."""
    found = await changeable(db, project_id, by)
    if found.live:
        found.stage, found.updated_at = STOPPED, now
    elif found.stage != STOPPED:
        raise Refused("That project is finished, so there is nothing to stop.", "Well done to everybody on it.")
    return found


async def offer_help(db: AsyncSession, project_id: int, person: Person, now: datetime) -> Project:
    """Be a helper; twice is once. Raises `Refused` for the lead and when the project is over."""
    found = await project(db, project_id, person)
    if found.lead_id == person.id:
        raise Refused("You lead that project.", "Others can offer to help; you see them on its card.")
    await must_be_whole(db, found, person)
    if not found.live:
        raise Refused("That project is over, so it needs no helpers now.", "Type /qi projects for others.")
    row = insert_or_ignore(db, ProjectMember)
    await db.execute(row.values(project_id=found.id, person_id=person.id, role=HELPER, since=now))
    return found


async def stop_helping(db: AsyncSession, project_id: int, person: Person) -> Project:
    """No longer be a helper."""
    found = await project(db, project_id, person)
    mine = (ProjectMember.project_id == found.id, ProjectMember.person_id == person.id)
    await db.execute(delete(ProjectMember).where(*mine, ProjectMember.role == HELPER))
    return found
