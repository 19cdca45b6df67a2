"""Introductions count and are never repeated; what somebody said in them is taken out."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.introductions import service
from qibot.introductions.mixing.models import MixChoice
from qibot.introductions.models import EXPIRED, WITHDRAWN, Introduction, NotWith, RelayMessage
from qibot.introductions.rounds.models import Participant, Programme
from qibot.introductions.seen import IS_OPEN, whole
from qibot.introductions.stalls.models import Stall, StallHello
from qibot.people.models import Person


async def erase(db: AsyncSession, person: Person, now: datetime) -> None:
    """What is open ends, and who asked hears so. Their words go, sent or not, and so does whom they keep away from.

    Who keeps away from them keeps their name on a list that nobody else sees: it holds if they are ever back.
    """
    either = or_(Introduction.asker_id == person.id, Introduction.champion_id == person.id)
    for found in (await db.scalars(whole().where(IS_OPEN, either).with_for_update(of=Introduction))).all():
        await service.end(db, found, WITHDRAWN if found.asker_id == person.id else EXPIRED, now)
    await db.execute(update(Introduction).where(Introduction.asker_id == person.id).values(reason=""))
    unsent = RelayMessage.sender_id == person.id, RelayMessage.ended_at.is_(None)
    await db.execute(update(RelayMessage).where(*unsent).values(body="", ended_at=now))
    await db.execute(delete(NotWith).where(NotWith.person_id == person.id))
    await _stays_on_lists(db, person)
    await _rounds_and_days(db, person, now)


async def _stays_on_lists(db: AsyncSession, person: Person) -> None:
    listed = (NotWith.other_id == person.id, NotWith.known)
    rows = (await db.execute(select(NotWith.person_id, NotWith.since).where(*listed))).all()
    await db.execute(delete(NotWith).where(*listed))
    for owner_id, since in rows:
        by_name = {"person_id": owner_id, "other_id": None, "label": person.name, "known": True, "since": since}
        await db.execute(insert_or_ignore(db, NotWith).values(**by_name))


async def _rounds_and_days(db: AsyncSession, person: Person, now: datetime) -> None:
    theirs = select(Stall.id).where(Stall.holder_id == person.id)
    await db.execute(delete(StallHello).where(or_(StallHello.person_id == person.id, StallHello.stall_id.in_(theirs))))
    for owner in (Stall.holder_id, MixChoice.person_id, Participant.person_id):
        await db.execute(delete(owner.class_).where(owner == person.id))
    await db.execute(update(Programme).where(Programme.rehearse_for_id == person.id).values(rehearse_for_id=None))
