"""Who may organise an event: organisers of the network, and members whom one of its organisers added to it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.errors import Refused
from qibot.events.models import Event, EventOrganiser
from qibot.people.models import Person


async def may_organise(db: AsyncSession, event: Event, person: Person) -> bool:
    """Whether somebody may change the event, and see what only its organisers see."""
    return person.is_organiser or await db.get(EventOrganiser, (event.id, person.id)) is not None


async def must(db: AsyncSession, event: Event, person: Person) -> Event:
    """The event again. Raises `Refused` for somebody who does not organise it."""
    if not await may_organise(db, event, person):
        raise Refused(f"That is for those who organise “{event.title}”.", "One of them can add you.")
    return event


async def added(db: AsyncSession, event: Event) -> list[Person]:
    """The members who were added to it and are still here, with their organisations, by name."""
    query = select(Person).join(EventOrganiser, EventOrganiser.person_id == Person.id)
    query = query.where(EventOrganiser.event_id == event.id).options(joinedload(Person.organisation))
    return [one for one in await db.scalars(query.order_by(Person.name, Person.id)) if one.here]


async def all_of(db: AsyncSession, event: Event) -> list[Person]:
    """Whoever made the event, and the members who were added to it: those who are still here."""
    maker = await db.get_one(Person, event.organiser_id)
    others = await added(db, event)
    return [*([maker] if maker.here else []), *(one for one in others if one.id != maker.id)]


async def add(db: AsyncSession, event: Event, person: Person) -> bool:
    """Let a member organise the event too. False when they may already."""
    if await may_organise(db, event, person):
        return False
    db.add(EventOrganiser(event_id=event.id, person_id=person.id))
    return True


async def take_back(db: AsyncSession, event: Event, person_id: int) -> None:
    """They organise the event no longer. Taking back twice is taking back once."""
    row = await db.get(EventOrganiser, (event.id, person_id)) if 0 < person_id < 2**31 else None
    if row is not None:
        await db.delete(row)
