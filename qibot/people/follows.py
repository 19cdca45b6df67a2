"""Topics that people follow, to hear what is new in them. Rules do not speak."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.errors import Refused
from qibot.people.models import Follow, Person, Topic
from qibot.typed import Typed

MOST = 20
"""Topics of one person: more than that and a digest is no longer read."""


async def follow(db: AsyncSession, person: Person, topic: Topic, now: datetime) -> bool:
    """Hear what is new in a topic from now on. False when they follow it already. Raises `Refused` past `MOST`."""
    # Held, so that two presses at the same moment count each other.
    await db.execute(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    mine = set(await db.scalars(select(Follow.topic_id).where(Follow.person_id == person.id)))
    if topic.id not in mine and len(mine) >= MOST:
        raise Refused(f"You follow {MOST} topics, and that is as many as I can keep an eye on for you.", SEE)
    made = insert_or_ignore(db, Follow).values(person_id=person.id, topic_id=topic.id, since=now)
    return await db.scalar(made.returning(Follow.topic_id)) is not None


SEE = ("Type ", Typed("topics followed"), " to see them, and to stop following one.")


async def unfollow(db: AsyncSession, person_id: int, topic_id: int) -> bool:
    """No longer. False when they did not follow it."""
    gone = delete(Follow).where(Follow.person_id == person_id, Follow.topic_id == topic_id)
    return await db.scalar(gone.returning(Follow.topic_id)) is not None


async def followed(db: AsyncSession, person_id: int) -> list[Topic]:
    """What somebody follows, by label, topics out of use included."""
    query = select(Topic).join(Follow, Follow.topic_id == Topic.id).where(Follow.person_id == person_id)
    return list(await db.scalars(query.order_by(Topic.label)))


async def any_left(db: AsyncSession, person_id: int) -> bool:
    """Whether somebody follows anything."""
    return bool(await db.scalar(select(func.count()).where(Follow.person_id == person_id)))
