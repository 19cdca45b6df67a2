"""Projects are an organisation's work and stay; what is held of somebody beside them is taken out."""

from datetime import datetime

from sqlalchemy import delete, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.people.models import Person
from qibot.projects.changes.models import SmallChange
from qibot.projects.models import Handover, Project, ProjectCall, ProjectFollow, ProjectMember
from qibot.projects.papers.models import ProjectFile, ProjectImport
from qibot.projects.stories import service as stories


async def erase(db: AsyncSession, person: Person, now: datetime) -> None:
    """Nobody leads what they led. Their stories and small changes go; that of a project stays with it, without them."""
    await db.execute(update(Project).where(Project.lead_id == person.id).values(lead_id=None))
    ends = Handover.state == "open", or_(Handover.from_id == person.id, Handover.to_id == person.id)
    await db.execute(delete(Handover).where(*ends))
    for owner in (ProjectMember.person_id, ProjectFollow.person_id, ProjectFile.person_id, SmallChange.person_id):
        await db.execute(delete(owner.class_).where(owner == person.id))
    await db.execute(update(ProjectCall).where(ProjectCall.by_id == person.id).values(words=""))
    await stories.erase(db, person.id)
    await _forget_words_of_files(db, person)


async def _forget_words_of_files(db: AsyncSession, person: Person) -> None:
    """Who leads what, as a file said that was imported: their whole name, their address, or both."""
    whole = [words for words in (person.name, person.email, f"{person.name} {person.email}") if words.strip()]
    said = func.lower(ProjectImport.lead)
    # In their own letters too: SQLite knows small letters of ASCII only.
    theirs = or_(ProjectImport.lead.in_(whole), said.in_([words.lower() for words in whole]))
    await db.execute(update(ProjectImport).where(theirs).values(lead=""))
