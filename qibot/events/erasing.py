"""What somebody promised, said and asked at events leads to them no longer; that they were there counts."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.events.fishbowl.models import RoomQuestion, RoomSeat
from qibot.events.models import EventOrganiser, Pledge, Reflection
from qibot.people.models import Person

PLEDGE = "A promise of somebody no longer here"
"""What a report says in the place of the words of a promise."""


async def erase(db: AsyncSession, person: Person, now: datetime) -> None:
    """Words that were shown without their name stay so; promises count, without their words."""
    pledges = update(Pledge).where(Pledge.person_id == person.id)
    await db.execute(pledges.values(text=PLEDGE, changed_text=""))
    for owner in (Reflection.person_id, RoomQuestion.person_id, RoomQuestion.answered_by_id):
        await db.execute(update(owner.class_).where(owner == person.id).values({owner: None}))
    for owner in (EventOrganiser.person_id, RoomSeat.person_id):
        await db.execute(delete(owner.class_).where(owner == person.id))
