"""What introductions have come to in the network as a whole. Never of a person, and no small number."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.introductions.models import ACCEPTED, Introduction

FEWEST = 5
"""Smaller numbers are not said, and none can be worked out by taking one from another."""


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


def said(introduced: int, met: int, came: int) -> Figures:
    """Each is a part of the one before it: it is said when neither it nor what is left is a small number."""
    shown, whole = [], 0
    for count in (introduced, met, came):
        small = count < FEWEST or 0 < whole - count < FEWEST
        shown.append(0 if small else count)
        whole = whole if small else count
    return Figures(*shown)
