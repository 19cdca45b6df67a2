"""People as those may see them who learn their name. Rules do not speak."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.models import Champion
from qibot.champions.roles import Face, face
from qibot.people.models import Person


async def named(db: AsyncSession, people: Sequence[Person]) -> list[Face]:
    """In the same order, by name; their organisations are loaded. Whoever calls this knows that the name may be shown.

    Of a service-user partner neither role nor organisation.
    """
    ids = [one.id for one in people]
    offers = {one.person_id: one for one in await db.scalars(select(Champion).where(Champion.person_id.in_(ids)))}
    return [replace(face(one, offers.get(one.id)), name=one.name) for one in people]
