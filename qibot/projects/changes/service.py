"""What may be done with PDSA cycles, driver diagrams and small changes. Rules do not speak: no chat here."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused, WrongFields
from qibot.people.models import Organisation, Person
from qibot.projects import visibility
from qibot.projects.changes import drivers
from qibot.projects.changes.drivers import Diagram
from qibot.projects.changes.models import ACTS, COMPARED, Cycle, DriverDiagram, SmallChange
from qibot.projects.models import Project
from qibot.projects.working import stalled
from qibot.projects.working.service import may_update
from qibot.typed import Typed

PAGE = 10
LONGEST_SMALL = 200


# ---- Cycles


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried, what is predicted of it, and how it is done and looked at."""

    objective: str
    prediction: str
    plan: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """What happened, how that compares with the prediction, and what is done about it."""

    happened: str
    compared: str
    learned: str
    act: str
    next: str = ""


async def plan(db: AsyncSession, project_id: int, by: Person, said: Plan, now: datetime) -> Cycle:
    """Begin the next cycle; the same one again when the same is sent again. Raises `Refused` or `WrongFields`."""
    found = await may_plan(db, project_id, by)
    if not said.prediction:
        raise WrongFields({"prediction": "Please say what you expect before you try it: that is what you learn from."})
    numbers = select(func.coalesce(func.max(Cycle.number), 0)).where(Cycle.project_id == found.id)
    last = await db.scalar(numbers) or 0
    row = insert_or_ignore(db, Cycle).values(
        project_id=found.id, number=last + 1, by_id=by.id, objective=said.objective, prediction=said.prediction,
        plan=said.plan, data=said.data, planned_at=now, happened="", compared="", learned="", act="", next="",
    )  # fmt: skip
    await db.execute(row)
    made = await open_cycle(db, found.id)
    if made is None:
        raise RuntimeError("a cycle was planned and is not there")
    if (made.objective, made.prediction, made.plan, made.data) != (
        said.objective,
        said.prediction,
        said.plan,
        said.data,
    ):
        raise WrongFields({"objective": f"Cycle {made.number} is still open: say what happened there first."})
    await stalled.alive(db, found, now)
    return made


async def may_plan(db: AsyncSession, project_id: int, by: Person) -> Project:
    """The project, if `by` may plan cycles of it. Raises `NotFound` or `Refused`."""
    return await may_update(db, project_id, by)


async def study(db: AsyncSession, cycle_id: int, by: Person, said: Study, now: datetime) -> Cycle:
    """Say what happened. The prediction stays as it was. Raises `NotFound`, or `Refused` when that was said already."""
    found = await may_study(db, cycle_id, by)
    if said.compared not in COMPARED or said.act not in ACTS:
        raise WrongFields({"compared": "Please choose one of those offered, here and for what you do about it."})
    found.happened, found.compared, found.learned = said.happened, said.compared, said.learned
    found.act, found.next, found.studied_at = said.act, said.next, now
    await stalled.alive(db, await db.get_one(Project, found.project_id), now)
    await db.flush()
    return found


async def may_study(db: AsyncSession, cycle_id: int, by: Person) -> Cycle:
    """An open cycle of a project that `by` is on. Raises `NotFound` or `Refused`."""
    found = await db.get(Cycle, cycle_id) if 0 < cycle_id < 2**31 else None
    if found is None:
        raise NotFound("I cannot find that cycle.", ("Type ", Typed("projects"), " to see your projects."))
    await may_update(db, found.project_id, by)
    if found.studied_at is not None:
        raise Refused(
            f"What happened in cycle {found.number} is there already.",
            ("Type ", Typed(f"pdsa plan #{found.project_id}"), " for the next one."),
        )
    return found


async def open_cycle(db: AsyncSession, project_id: int) -> Cycle | None:
    """The cycle that has no result yet."""
    found: Cycle | None = await db.scalar(
        select(Cycle).where(Cycle.project_id == project_id, Cycle.studied_at.is_(None))
    )
    return found


async def ramp(db: AsyncSession, project_id: int) -> list[Cycle]:
    """A project's cycles in the order in which they were planned."""
    return list(await db.scalars(select(Cycle).where(Cycle.project_id == project_id).order_by(Cycle.number)))


# ---- The driver diagram


async def draw(db: AsyncSession, project_id: int, by: Person, text: str, now: datetime) -> Diagram:
    """Draw it, or draw it anew. Raises `NotFound`, `Refused`, or `WrongFields` that says which line and why."""
    found = await may_update(db, project_id, by)
    diagram = drivers.read(text)
    row = await db.get(DriverDiagram, found.id)
    if row is None:
        db.add(DriverDiagram(project_id=found.id, text=diagram.text, changed_at=now))
    else:
        row.text, row.changed_at = diagram.text, now
    await stalled.alive(db, found, now)
    await db.flush()
    return diagram


async def diagram_of(db: AsyncSession, project_id: int) -> Diagram | None:
    """A project's driver diagram."""
    row = await db.get(DriverDiagram, project_id)
    return drivers.read(row.text) if row is not None else None


# ---- Small changes


@dataclass(frozen=True, slots=True)
class Small:
    """A small change as others see it: never by whom, only of which organisation. `mine`: the reader's own."""

    id: int
    words: str
    organisation: str
    on: date
    mine: bool


async def change_something(db: AsyncSession, person: Person, words: str, today: date) -> Small:
    """Note a small change; the same words twice in a day are one. Raises `Refused` for more than a line."""
    line = " ".join(words.split())
    if len(line) > LONGEST_SMALL:
        raise Refused(
            f"A small change fits in {LONGEST_SMALL} characters; this has {len(line)}.",
            ("If it needs more, it may be a project: ", Typed("project register")),
        )
    values = {"person_id": person.id, "on": today, "words": line}
    await db.execute(insert_or_ignore(db, SmallChange).values(**values, organisation_id=person.organisation_id))
    made = await db.scalar(select(SmallChange.id).filter_by(**values))
    if made is None:
        raise RuntimeError("a small change was noted and is not there")
    return Small(made, line, person.organisation.short_name, today, True)


async def take_back(db: AsyncSession, small_id: int, person: Person) -> None:
    """Delete one's own. Raises `NotFound`: somebody else's stays."""
    found = await db.get(SmallChange, small_id) if 0 < small_id < 2**31 else None
    if found is None or found.person_id != person.id:
        raise NotFound("I cannot find that small change among yours.", ("Type ", Typed("small"), " to see them."))
    await db.delete(found)


async def small_changes(
    db: AsyncSession, viewer: Person | None, *, page: int = 1, size: int = PAGE
) -> tuple[list[Small], bool]:
    """One page of small changes, the newest first; and whether there are more."""
    query = (
        select(SmallChange, Organisation.short_name)
        .join(Organisation, Organisation.id == SmallChange.organisation_id)
        .where(visibility.not_hidden(SmallChange.organisation_id, viewer))
        .order_by(SmallChange.on.desc(), SmallChange.id.desc())
    )
    rows = (await db.execute(query.offset((page - 1) * size).limit(size + 1))).all()
    me = viewer.id if viewer and viewer.here else 0
    return [Small(s.id, s.words, name, s.on, s.person_id == me) for s, name in rows[:size]], len(rows) > size
