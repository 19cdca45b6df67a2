"""An organisation chooses what others see of its projects. Rules do not speak: no chat here."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.people.models import Organisation
from qibot.projects import evidence
from qibot.projects.models import Showing
from qibot.projects.visibility import LISTED


async def show(db: AsyncSession, organisation: Organisation, shown: str) -> None:
    """Choose one of `SHOWINGS`, for all of its projects and at once, also for what searches for people read."""
    await db.execute(delete(Showing).where(Showing.organisation_id == organisation.id))
    if shown != LISTED:
        row = insert_or_ignore(db, Showing)
        await db.execute(row.values(organisation_id=organisation.id, shown=shown))
    await evidence.note_all(db, organisation.id)
