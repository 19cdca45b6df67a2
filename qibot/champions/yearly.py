"""Once a year: still happy to be asked? An offer that nobody looks after for longer is paused, kindly and once."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.models import UNTIL_THEY_SAY, Champion
from qibot.champions.standing import offered
from qibot.clock import local_date
from qibot.outbox import service as outbox
from qibot.outbox.models import Delivery
from qibot.people.models import Person

STILL_HAPPY_KIND, RESTS_KIND = "champions.still_happy", "champions.offer_rests"
ASK_AFTER, REMIND_AFTER = timedelta(days=366), timedelta(days=35)
REST_AFTER = timedelta(days=548)
"""Eighteen months without a word from the champion."""
TIME_TO_ANSWER = timedelta(days=90)
"""At least so long after the question: a bot that was off for a year asks before it pauses anybody."""
_AGAIN = "again"
_SWEEP = 200


async def answered(db: AsyncSession, champion: Champion, now: datetime) -> None:
    """Whatever a champion does about their offer answers the question."""
    champion.confirmed_at = now
    await outbox.cancel(db, subject=_subject(champion.person_id), reason="They have looked after their offer.")


async def ask_due(db: AsyncSession, now: datetime) -> None:
    """Ask those who have not looked after their offer for a year, and once more some weeks later."""
    not_asked = or_(Champion.still_asked_at.is_(None), Champion.still_asked_at <= Champion.confirmed_at)
    for champion in await _standing(db, now, Champion.confirmed_at <= now - ASK_AFTER, not_asked):
        champion.still_asked_at = now
        subject, year = _subject(champion.person_id), local_date(now).isoformat()
        again = f"{year} {_AGAIN}"
        await outbox.queue_many(
            db,
            [
                outbox.Due(STILL_HAPPY_KIND, champion.person_id, subject, now, year),
                outbox.Due(STILL_HAPPY_KIND, champion.person_id, subject, now + REMIND_AFTER, again),
            ],
        )


async def rest_due(db: AsyncSession, now: datetime) -> None:
    """Pause the offers of those who were asked and said nothing for half a year; they are told once."""
    asked = Champion.still_asked_at > Champion.confirmed_at, Champion.still_asked_at <= now - TIME_TO_ANSWER
    for champion in await _standing(db, now, Champion.confirmed_at <= now - REST_AFTER, *asked):
        champion.paused_until = UNTIL_THEY_SAY
        subject, day = _subject(champion.person_id), local_date(now).isoformat()
        await outbox.cancel(db, subject=subject, reason="Their offer is paused now.")
        await outbox.queue(db, kind=RESTS_KIND, person_id=champion.person_id, subject=subject, period=day, due_at=now)


async def asked_about(db: AsyncSession, delivery: Delivery, today: date) -> tuple[Champion, bool] | None:
    """The offer that a question is about, and whether it is asked again; None once it needs no answer."""
    champion = await db.get(Champion, delivery.person_id)
    if champion is None or champion.stopped_at is not None or champion.still_asked_at is None:
        return None
    paused = champion.paused_until is not None and champion.paused_until > today
    if paused or champion.still_asked_at <= champion.confirmed_at:
        return None
    return champion, delivery.plan.endswith(_AGAIN)


async def resting(db: AsyncSession, person_id: int) -> Champion | None:
    """The offer of somebody, if it is paused for want of an answer."""
    champion = await db.get(Champion, person_id)
    found = champion is not None and champion.stopped_at is None and champion.paused_until == UNTIL_THEY_SAY
    return champion if found else None


async def _standing(db: AsyncSession, now: datetime, *conditions: ColumnElement[bool]) -> list[Champion]:
    """Offers that stand, of people who could be asked today."""
    query = (
        select(Champion)
        .join(Person, Person.id == Champion.person_id)
        .where(*offered(local_date(now)), *conditions)
        .order_by(Champion.confirmed_at, Champion.person_id)
        .limit(_SWEEP)
        # Two processes may sweep at once.
        .with_for_update(of=Champion, skip_locked=True)
    )
    return list(await db.scalars(query))


def _subject(person_id: int) -> str:
    return f"champion:{person_id}"
