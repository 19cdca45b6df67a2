"""What a report says, from rows and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.events import answers, places, service
from qibot.events.fishbowl import service as fishbowl
from qibot.events.models import CLOSING, ENERGIES, QUESTIONS, Attendance, Event, Pledge, Reflection
from qibot.events.service import Statement
from qibot.hours import at_local
from qibot.people.models import Organisation, Person

ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """All that a report says. `statements` in the order of `service.statements`; `energies` counts closing forms by
    answer; `people` counts those who joined by organisation; `pledges` are (state, words, words at first), without
    names; `more` are sentences about what came of it that other features know; `at` counts people by place where there
    are several; `on_the_day` joined on its day; `links`: introductions since then between two who joined, and how many
    of those met, 0 for small numbers; `answers` say what was done about what was said, once everybody was told;
    `asked` are questions from the room as (words, how many more would like to know, answer or "").
    """

    title: str
    place: str
    day: date
    people: Mapping[str, int]
    forms: Mapping[str, int]
    energies: Mapping[str, int]
    statements: Sequence[Statement]
    pledges: Sequence[tuple[str, str, str]]
    more: Sequence[str] = ()
    at: Mapping[str, int] = field(default_factory=dict)
    on_the_day: int = 0
    links: tuple[int, int] = (0, 0)
    answers: Sequence[tuple[str, str]] = ()
    asked: Sequence[tuple[str, int, str]] = ()


async def facts(
    db: AsyncSession, event: Event, more: Sequence[str] = (), *, links: tuple[int, int] = (0, 0)
) -> ReportFacts:
    """Gather what is known of an event now."""
    here = (
        select(Organisation.name, func.count().label("n"))
        .join(Person, Person.organisation_id == Organisation.id)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.event_id == event.id)
        .group_by(Organisation.name)
    )
    forms = (
        select(Reflection.form, Reflection.energy, func.count())
        .where(Reflection.event_id == event.id)
        .group_by(Reflection.form, Reflection.energy)
    )
    handed_in = (await db.execute(forms)).all()
    promised = await db.scalars(select(Pledge).where(Pledge.event_id == event.id))
    return ReportFacts(
        title=event.title,
        place=event.where,
        day=event.day,
        people={row.name: row.n for row in await db.execute(here)},
        forms={form: sum(n for f, _, n in handed_in if f == form) for form in QUESTIONS},
        energies={energy: sum(n for f, e, n in handed_in if f == CLOSING and e == energy) for energy in ENERGIES},
        statements=await service.statements(db, event),
        # By words: nobody's promises stand together.
        pledges=sorted((p.state, p.words, p.text) for p in promised),
        more=more,
        at=await places.counts(db, event),
        on_the_day=await _on_the_day(db, event),
        links=links,
        answers=await answers.told(db, event),
        asked=await fishbowl.everything(db, event.id),
    )


async def _on_the_day(db: AsyncSession, event: Event) -> int:
    """How many joined on the event's day, with the code on a slide: by the clock of the network."""
    start, end = (at_local(event.day + timedelta(days=n), time(0), ZONE) for n in (0, 1))
    query = select(func.count()).where(Attendance.event_id == event.id)
    return await db.scalar(query.where(Attendance.joined_at >= start, Attendance.joined_at < end)) or 0
