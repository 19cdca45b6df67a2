"""What becomes of somebody who has what is held about them erased. Rules do not speak: no chat here.

What they said goes; that something was done stays for the counts, under a row that leads to nobody. Source: UK GDPR,
article 17. What is kept all the same, and why, stands in docs/privacy.md.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.people import names, service
from qibot.people.models import Follow, Identity, Interest, Person

NOBODY = "Somebody no longer here"
"""What stands where their name stood."""

Erase = Callable[[AsyncSession, Person, datetime], Awaitable[None]]
"""Takes out what a feature holds of somebody, while their row still says who they are."""


async def erase(db: AsyncSession, person: Person, now: datetime, features: Iterable[Erase]) -> None:
    """Leave the network and be forgotten, at once and for good. Their account is a stranger's again."""
    for feature in features:
        await feature(db, person, now)
    await service.leave(db, person, now)
    for table in (Follow, Interest, Identity):
        gone = delete(table).where(table.person_id == person.id)
        await db.execute(gone, execution_options={"synchronize_session": False})
    tombstone = {"name": NOBODY, "role": "", "place": "", "email": "", "contact": "", "is_organiser": False}
    hours = {
        name: Person.__table__.c[name].default.arg for name in ("zone", "working_days", "works_from", "works_until")
    }
    values = {**tombstone, **hours, "paused_until": None, "erased_at": now}
    await db.execute(update(Person).where(Person.id == person.id).values(**values))
    await names.note(db, person)
