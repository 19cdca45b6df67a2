"""What comes back: a press, or words for the organisers, from those who have the broadcast. Rules do not speak."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.broadcasts.models import Answer, Broadcast, Reply
from qibot.broadcasts.sending import of
from qibot.broadcasts.service import by_id
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.outbox import service as outbox
from qibot.outbox.models import CANCELLED, SKIPPED, Delivery
from qibot.outbox.service import Due
from qibot.people import service as people
from qibot.people.models import Person

REPLY_KIND = "broadcasts.reply"
MOST_REPLIES = 5
"""Of one person to one broadcast."""
KEEP = timedelta(days=180)
"""How long words for the organisers are kept."""


async def received(db: AsyncSession, broadcast_id: int, person: Person) -> Broadcast:
    """The broadcast of a button that somebody presses who was sent it. Raises `NotFound` for anybody else, and
    `Refused` for one that was taken back.
    """
    found = await by_id(db, broadcast_id)
    theirs = select(Delivery.id).where(*of(found), Delivery.person_id == person.id)
    if await db.scalar(theirs.where(Delivery.state.not_in((SKIPPED, CANCELLED)))) is None:
        raise NotFound("I cannot find that message among yours.", "If it was a test, nothing was counted.")
    if found.withdrawn_at is not None:
        raise Refused("The organisers have taken that message back.", "There is nothing more to do.")
    return found


async def answer(db: AsyncSession, broadcast_id: int, person: Person, choice: int, now: datetime) -> Broadcast:
    """Press one of its buttons; the last press counts. Raises `NotFound` and `Refused` as `received` does."""
    found = await received(db, broadcast_id, person)
    if not 0 <= choice < len(found.labels):
        raise NotFound("I do not know that answer.")
    row = insert_or_ignore(db, Answer).values(broadcast_id=found.id, person_id=person.id, choice=choice, at=now)
    await db.execute(row)
    mine = await db.get_one(Answer, (found.id, person.id), populate_existing=True, with_for_update=True)
    mine.choice, mine.at = choice, now
    return found


async def may_write(db: AsyncSession, broadcast_id: int, person: Person) -> Broadcast:
    """The broadcast, if this person may write back. Raises `Refused` where it takes no words or they wrote often."""
    found = await received(db, broadcast_id, person)
    if not found.takes_words:
        raise Refused("That message takes no words.", "Its buttons are all it asks for.")
    mine = select(func.count()).where(Reply.broadcast_id == found.id, Reply.person_id == person.id)
    if (await db.scalar(mine) or 0) >= MOST_REPLIES:
        raise Refused(f"You have written {MOST_REPLIES} times to this.", "The organisers have all of it.")
    return found


async def write(db: AsyncSession, broadcast_id: int, person: Person, words: str, now: datetime) -> Broadcast:
    """Words for the organisers: kept for `KEEP`, and each organiser hears of them in the same transaction."""
    await db.execute(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    found = await may_write(db, broadcast_id, person)
    made = Reply(broadcast_id=found.id, person_id=person.id, words=words, at=now)
    db.add(made)
    await db.flush()
    # Whoever sent it; all of them, where that one is here no more: what people write does not vanish.
    every = await people.organisers(db)
    sender = [one for one in every if one.id == found.organiser_id]
    dues = [Due(REPLY_KIND, one.id, f"reply:{made.id}", now) for one in sender or every]
    await outbox.queue_many(db, dues)
    return found


async def reply(db: AsyncSession, reply_id: int) -> tuple[Reply, Broadcast] | None:
    """Words, who wrote them, and to which broadcast; None once they are gone."""
    whole = joinedload(Reply.person).joinedload(Person.organisation)
    found = await db.get(Reply, reply_id, options=[whole])
    return (found, await by_id(db, found.broadcast_id)) if found else None


async def replies(db: AsyncSession, broadcast: Broadcast, *, most: int = 10) -> Sequence[Reply]:
    """What people wrote, the newest first."""
    whole = joinedload(Reply.person).joinedload(Person.organisation)
    query = select(Reply).where(Reply.broadcast_id == broadcast.id).options(whole).order_by(Reply.id.desc())
    return (await db.scalars(query.limit(most))).all()


async def forget_old(db: AsyncSession, now: datetime) -> None:
    """Words older than `KEEP` go."""
    await db.execute(delete(Reply).where(Reply.at < now - KEEP), execution_options={"synchronize_session": False})


async def erase(db: AsyncSession, person: Person, now: datetime) -> None:
    """What somebody wrote back goes; that they pressed a button counts."""
    await db.execute(delete(Reply).where(Reply.person_id == person.id))
