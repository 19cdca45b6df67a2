"""A small network to write to: who is where, what is planned, and how the rows ended."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message, Text
from qibot.clock import LONDON, SetClock
from qibot.database import Database
from qibot.outbox import service
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import Catalogue, notification
from qibot.outbox.worker import Worker
from qibot.people.models import Consent, Identity, Organisation, Person, Workspace
from tests.outbox.postbox import Postbox

WEDNESDAY = datetime(2019, 11, 27, 10, tzinfo=UTC)
"""Ten in the morning, as the shared clock starts."""

UNTRUE = "nothing:0"
BROKEN = "broken:0"


@notification("tests.followup", label="Follow-ups of your pledges", purpose="nudges")
async def followup(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    person = await db.get(Person, delivery.person_id)
    if delivery.subject == UNTRUE or person is None:
        return None
    if delivery.subject == BROKEN:
        raise RuntimeError(f"the secret of {person.name}")
    return Message("How is it going?", Text(f"{person.name}, you pledged something: {delivery.plan}"))


@notification("tests.news", label="News of the network", purpose="broadcasts")
async def news(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    return Message("News")


@notification("tests.answer", label="Answers to what you asked", purpose="introductions", asked_for=True)
async def answer(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    return Message("They said yes")


CATALOGUE = Catalogue((followup, news, answer))


class Scene:
    """`await scene.person("ann")` has account "ann" in the first workspace and agreed to everything."""

    def __init__(self, database: Database, clock: SetClock, postbox: Postbox) -> None:
        self.database, self.clock, self.postbox = database, clock, postbox
        self.workspaces: dict[str, int] = {}

    async def open(self) -> None:
        async with self.database.transaction() as db:
            db.add(Organisation(id=900, name="Invented Trust", short_name="Invented"))
        for key in ("T1", "T2"):
            await self.workspace(key)

    async def workspace(self, key: str) -> None:
        """One more, unless it is there."""
        if key not in self.workspaces:
            async with self.database.transaction() as db:
                workspace = Workspace(platform="paper", key=key)
                db.add(workspace)
                await db.flush()
                self.workspaces[key] = workspace.id

    async def person(self, name: str, workspace: str = "T1", agreed: str = "all", **fields: Any) -> int:
        """The id of somebody new."""
        purposes = ("nudges", "introductions", "broadcasts") if agreed == "all" else agreed.split()
        async with self.database.transaction() as db:
            person = Person(name=name.title(), organisation_id=900, joined_at=WEDNESDAY, **fields)
            db.add(person)
            await db.flush()
            db.add(Identity(workspace_id=self.workspaces[workspace], account=name, person_id=person.id))
            for purpose in purposes:
                db.add(Consent(person_id=person.id, purpose=purpose, wording="1", given_at=WEDNESDAY))
        return person.id

    async def another_account(self, person_id: int, name: str, workspace: str) -> None:
        """One that is known better, so that it comes first."""
        async with self.database.transaction() as db:
            where = {"workspace_id": self.workspaces[workspace], "conversation": f"D{name}"}
            db.add(Identity(account=name, person_id=person_id, **where))

    async def plan(self, person_id: int, kind: str = "tests.followup", **how: Any) -> None:
        """Queue one, due now unless told otherwise."""
        given = {"subject": "pledge:1", "due_at": self.clock.now(), **how}
        async with self.database.transaction() as db:
            await service.queue(db, kind=kind, person_id=person_id, **given)

    async def rows(self) -> list[Delivery]:
        async with self.database.transaction(reading=True) as db:
            order = (Delivery.due_at, Delivery.person_id, Delivery.kind, Delivery.period)
            return list(await db.scalars(select(Delivery).order_by(*order)))

    async def row(self) -> Delivery:
        """The only one."""
        (found,) = await self.rows()
        return found

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def change(self, model: Any, **values: Any) -> None:
        """Every row of `model`."""
        async with self.database.transaction() as db:
            await db.execute(update(model).values(**values))

    def worker(self, **how: Any) -> Worker:
        return Worker(self.database, self.clock, CATALOGUE, {"paper": self.postbox}, **how)

    async def run_until(self, end: datetime, worker: Worker | None = None) -> None:
        """Go from one due moment to the next, as the demo does, and deliver at each."""
        worker = worker or self.worker()
        while True:
            await worker.run_until_quiet()
            async with self.database.transaction(reading=True) as db:
                due = await service.next_due(db)
            if due is None or due > end:
                self.clock.set(end)
                return
            self.clock.set(max(due, self.clock.now()))


def london(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment by London's clocks."""
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


def in_hours(at: datetime) -> bool:
    """Nine to five by London's clocks on a weekday."""
    local = at.astimezone(LONDON)
    return local.weekday() < 5 and 9 <= local.hour < 17
