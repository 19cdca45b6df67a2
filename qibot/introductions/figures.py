"""What introductions have come to in the network as a whole. Never of a person, and no small number."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.events.models import Attendance
from qibot.events.small import part
from qibot.hours import at_local
from qibot.introductions.models import ACCEPTED, Introduction


@dataclass(frozen=True, slots=True)
class Figures:
    """How many introductions were made, how many of those led to a meeting, and of how many of these something came: an
    idea, a project or a changed practice. 0 for what is not said.
    """

    introduced: int = 0
    met: int = 0
    came: int = 0


async def figures(db: AsyncSession) -> Figures:
    """So far, in the whole network. One query."""
    met = func.sum(case((Introduction.met == "yes", 1), else_=0))
    came = func.sum(case((Introduction.outcome.in_(("idea", "project", "changed practice")), 1), else_=0))
    row = (await db.execute(select(func.count(), met, came).where(Introduction.state == ACCEPTED))).one()
    return said(*(count or 0 for count in row))


async def links(db: AsyncSession, event_id: int, day: date) -> tuple[int, int]:
    """How many introductions were made since its day between two who joined an event, and how many of those met."""
    there = select(Attendance.person_id).where(Attendance.event_id == event_id)
    met = func.sum(case((Introduction.met == "yes", 1), else_=0))
    query = select(func.count(), met).where(
        Introduction.state == ACCEPTED,
        Introduction.asked_at >= at_local(day, time(0), "Europe/London"),
        Introduction.asker_id.in_(there),
        Introduction.champion_id.in_(there),
    )
    introduced, together = (await db.execute(query)).one()
    found = said(introduced or 0, together or 0, 0)
    return found.introduced, found.met


def said(introduced: int, met: int, came: int) -> Figures:
    """Each is a part of the one before it: it is said when neither it nor what is left is a small number."""
    shown, whole = [], 0
    for count in (introduced, met, came):
        may = part(count, whole or count)
        shown.append(count if may else 0)
        whole = count if may else whole
    return Figures(*shown)
