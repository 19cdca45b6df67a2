"""What becomes of somebody who has what is held about them erased. Rules do not speak: no chat here.

What they said goes; that something was done stays for the counts, under a row that leads to nobody. Source: UK GDPR,
article 17. What is kept all the same, and why, stands in docs/privacy.md.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, time

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.errors import NotFound, Refused
from qibot.people import names, service
from qibot.people.models import Follow, Identity, Interest, Person
from qibot.typed import Typed

NOBODY = "Somebody no longer here"
"""What stands where their name stood."""

HOURS = ("Europe/London", "01234", time(9), time(17))
"""Zone, working days and hours of nobody in particular."""

Erase = Callable[[AsyncSession, Person, datetime], Awaitable[None]]
"""Takes out what a feature holds of somebody, while their row still says who they are."""


async def erase_address(db: AsyncSession, email: str, now: datetime, features: Iterable[Erase]) -> None:
    """Whoever has this address, had it before they left, or only ever looked around with it. Raises `NotFound`, or
    `Refused` when several people have it.
    """
    address = email.strip().lower()
    theirs = select(Person).where(Person.email == address, Person.erased_at.is_(None))
    accounts = select(Identity.id).where(Identity.email == address, Identity.person_id.is_(None))
    found = (await db.scalars(theirs)).all() if address else ()
    looked_around = (await db.scalars(accounts)).all() if address else ()
    if len(found) > 1:
        raise Refused(f"{len(found)} people have the address {email}.", ("Each of them can type ", Typed("erase"), "."))
    if not found and not looked_around:
        raise NotFound(f"Nobody with the address {email} is held here.")
    for identity_id in looked_around:
        await forget_account(db, identity_id)
    for person in found:
        await erase(db, person, now, features)


async def forget_account(db: AsyncSession, identity_id: int) -> None:
    """Of somebody who only looked around there is nothing else."""
    gone = delete(Identity).where(Identity.id == identity_id)
    await db.execute(gone, execution_options={"synchronize_session": False})


async def erase(db: AsyncSession, person: Person, now: datetime, features: Iterable[Erase]) -> None:
    """Leave the network and be forgotten, at once and for good. Their account is a stranger's again."""
    for feature in features:
        await feature(db, person, now)
    await service.leave(db, person, now)
    for table in (Follow, Interest, Identity):
        gone = delete(table).where(table.person_id == person.id)
        await db.execute(gone, execution_options={"synchronize_session": False})
    person.name, person.role, person.place, person.email, person.contact = NOBODY, "", "", "", ""
    person.is_organiser, person.paused_until, person.erased_at = False, None, now
    person.zone, person.working_days, person.works_from, person.works_until = HOURS
    await names.note(db, person)
