"""Whether somebody, a team or a place has many live projects already. A hint and never a limit; rules do not speak.

People asked for it: “not running too many projects”. It counts no further than it needs to, so that registering stays
quick however many projects there are.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.projects.models import IS_LIVE, Project

MANY_MINE, MANY_TEAM, MANY_PLACE = 4, 4, 12
"""From how many on it is said, the new one among them. Of a place no figure is shown: twelve are no small number."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many live projects the lead has (0 when they are not many); whether the team or the place has many."""

    mine: int = 0
    team: bool = False
    place: bool = False

    @property
    def much(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.mine or self.team or self.place)


async def under_way(db: AsyncSession, project: Project) -> UnderWay:
    """What is under way around a project that was just registered. A team is the words under “who helps”."""
    here = (Project.organisation_id == project.organisation_id, Project.place == project.place)
    mine = await _count(db, MANY_MINE * 3, Project.lead_id == project.lead_id) if project.lead_id else 0
    team = project.helpers and await _count(db, MANY_TEAM, *here, Project.helpers == project.helpers) >= MANY_TEAM
    place = project.place and await _count(db, MANY_PLACE, *here) >= MANY_PLACE
    return UnderWay(mine if mine >= MANY_MINE else 0, bool(team), bool(place))


async def _count(db: AsyncSession, most: int, *of_these: ColumnElement[bool]) -> int:
    some = select(Project.id).where(IS_LIVE, *of_these).limit(most).subquery()
    return await db.scalar(select(func.count()).select_from(some)) or 0
