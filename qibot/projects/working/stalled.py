"""When a project has stalled, and the one question to its lead. Rules do not speak: no chat here.

Stalled is a project of which nothing was said for 90 days, or that has stood at 2.5 (changes tested, no improvement)
for three months, which East London NHS Foundation Trust sees in almost three of ten. Its lead is asked once, and nobody
else is told. Whatever is said of it ends the stall; when it stalls again, it is a new one.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.clock import local_date
from qibot.errors import Refused, WrongFields
from qibot.hours import at_local
from qibot.outbox import service as outbox
from qibot.people.models import Person
from qibot.projects.calendar import long_ago
from qibot.projects.models import IS_LIVE, IS_STUCK, Project
from qibot.projects.progress import TESTED
from qibot.projects.service import changeable
from qibot.typed import Typed

STALLED_KIND = "projects.stalled"
QUIET_DAYS, STUCK_MONTHS = 90, 3
LONGEST_PAUSE = timedelta(days=366)
_PAUSE = "pause:"
_SWEEP = 200


async def ask_due(db: AsyncSession, now: datetime) -> None:
    """Queue the question for every project that has stalled and was not asked about since."""
    quiet = (IS_LIVE, Project.updated_at < long_ago(now, days=QUIET_DAYS))
    stuck = (IS_STUCK, Project.progress_at < long_ago(now, months=STUCK_MONTHS))
    # One after the other: each has an index of its own, and looks at nothing that is not due.
    for stalled, since in ((quiet, Project.updated_at), (stuck, Project.progress_at)):
        not_asked = or_(Project.stall_asked_at.is_(None), Project.stall_asked_at <= since)
        query = (
            select(Project)
            .where(*stalled, not_asked, Project.paused_until.is_(None), Project.lead_id.is_not(None))
            .order_by(since, Project.id)
            .limit(_SWEEP)
            # Two processes may sweep at once.
            .with_for_update(skip_locked=True)
        )
        for found in (await db.scalars(query)).all():
            await _ask(db, found, now)


async def _ask(db: AsyncSession, found: Project, now: datetime) -> None:
    found.stall_asked_at = now
    subject, period = subject_of(found), local_date(now).isoformat()
    lead_id = found.lead_id or 0
    await outbox.queue(db, kind=STALLED_KIND, person_id=lead_id, subject=subject, period=period, due_at=now)
    await db.flush()


def is_quiet(project: Project, now: datetime) -> bool:
    """Whether nothing was said of it for so long; else it is one that stands where it stood."""
    return project.updated_at < long_ago(now, days=QUIET_DAYS)


def is_stuck(project: Project, now: datetime) -> bool:
    """Whether it has stood at 2.5 for so long."""
    at = project.progress_at
    return project.progress == TESTED and at is not None and at < long_ago(now, months=STUCK_MONTHS)


async def still_true(db: AsyncSession, subject: str, plan: str, reader: Person, now: datetime) -> Project | None:
    """The project to ask its lead about, if nothing was said of it since the question was planned."""
    found = await db.get(Project, int(subject.rpartition(":")[2]))
    if found is None or not found.live or found.lead_id != reader.id:
        return None
    if plan.startswith(_PAUSE):
        return found if found.paused_until == date.fromisoformat(plan.removeprefix(_PAUSE)) else None
    if found.paused_until is not None:
        return None
    return found if is_quiet(found, now) or is_stuck(found, now) else None


# ---- What its lead answers


async def carry_on(db: AsyncSession, project_id: int, by: Person, now: datetime) -> Project:
    """It goes on: the stall is over. Raises `NotFound` or `Refused`."""
    found = await changeable(db, project_id, by)
    if not found.live:
        raise Refused("That project is over.", ("Type ", Typed(f"project edit #{found.id}"), " to take it up again."))
    await alive(db, found, now)
    return found


async def pause(db: AsyncSession, project_id: int, by: Person, until: date, now: datetime) -> Project:
    """Rest it until a day, on which its lead is asked again. Raises `NotFound`, `Refused`, or `WrongFields`."""
    found = await carry_on(db, project_id, by, now)
    today = local_date(now, by.zone)
    if not today < until <= today + LONGEST_PAUSE:
        raise WrongFields({"until": "Please give a day that is still to come, at most a year away."})
    found.paused_until = until
    lead = found.lead
    if lead is None:
        return found
    await outbox.queue(
        db,
        kind=STALLED_KIND,
        person_id=lead.id,
        subject=subject_of(found),
        period=f"{_PAUSE}{until.isoformat()}",
        due_at=at_local(until, lead.works_from, lead.zone),
    )
    return found


async def alive(db: AsyncSession, found: Project, now: datetime) -> None:
    """Something was said of it: no stall, no pause, and no question that still waits."""
    found.updated_at, found.paused_until = now, None
    await over(db, found)


async def over(db: AsyncSession, found: Project) -> None:
    """No question is needed any more."""
    await outbox.cancel(db, subject=subject_of(found), kind=STALLED_KIND, reason="Something was said of it.")


def subject_of(found: Project) -> str:
    """What deliveries about the project itself are about."""
    return f"project:{found.id}"
