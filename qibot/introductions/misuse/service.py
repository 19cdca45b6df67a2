"""What may be done with reports of misuse. Rules do not speak: no chat here.

What is kept, and for how long: the reporter's words until an organiser has closed it, at most `KEEP`; who reported whom
and when for `REMEMBER` after that. The two stay apart by the reporter's own list.
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.hours import add_working_days
from qibot.introductions import service as introductions
from qibot.introductions.apart import service as apart
from qibot.introductions.models import ACCEPTED, Introduction, Misuse
from qibot.introductions.relay import service as relay
from qibot.introductions.seen import Reported, reported
from qibot.outbox import service as outbox
from qibot.people import service as people
from qibot.people.models import Person
from qibot.typed import Typed

KEEP, REMEMBER = timedelta(days=90), people.KEEP_RECEIPTS
REMIND_DAYS = 5
"""Working days after which organisers are reminded once of a report that nobody has closed."""
_MOST = 10
_SWEEP = 50

REPORTED_KIND, CLOSED_KIND = "introductions.misuse", "introductions.misuse_closed"


async def report(
    db: AsyncSession, introduction_id: int, person: Person, words: str, now: datetime
) -> tuple[Introduction, int]:
    """Tell the organisers about the other of an introduction, and end all that is between the two at once; and how many
    organisers are told. Twice is once. Raises `NotFound`.
    """
    found = await introductions.of_one(db, introduction_id, person)
    about_id = found.champion_id if person.id == found.asker_id else found.asker_id
    values = {
        "introduction_id": found.id,
        "reporter_id": person.id,
        "about_id": about_id,
        "words": words,
        "reported_at": now,
    }
    made = await db.scalar(insert_or_ignore(db, Misuse).values(**values).returning(Misuse.id))
    await apart.add_other(db, person, found.id, now)
    if found.state == ACCEPTED:
        await relay.stop(db, found.id, person, now)
    told = [one for one in await people.organisers(db) if one.id not in (person.id, about_id)]
    if made is not None:
        await outbox.queue_many(db, [due for one in told for due in _dues(made, one, now)])
    return found, len(told)


def _dues(report_id: int, organiser: Person, now: datetime) -> tuple[outbox.Due, outbox.Due]:
    day = add_working_days(local_date(now, organiser.zone), REMIND_DAYS, organiser.week)
    again = introductions.start_of_day(organiser, day)
    subject = _subject(report_id)
    return (
        outbox.Due(REPORTED_KIND, organiser.id, subject, now),
        outbox.Due(REPORTED_KIND, organiser.id, subject, again, "again"),
    )


async def close(db: AsyncSession, report_id: int, organiser: Person, now: datetime) -> None:
    """An organiser has looked at it: its words go, and the reporter hears so. Raises `NotFound`, and `Refused` for what
    is closed already.
    """
    found = await db.scalar(_whole().where(Misuse.id == report_id).with_for_update(of=Misuse))
    if found is None or organiser.id in (found.reporter_id, found.about_id):
        raise NotFound(
            "I cannot find that report.", ("Type ", Typed("introductions reports"), " to see those that wait.")
        )
    if found.closed_at is not None:
        raise Refused("That report is closed already.", "There is nothing to do.")
    _wipe(found, now)
    found.closed_by_id = organiser.id
    await outbox.cancel(db, subject=_subject(found.id), reason="It was closed.")
    await outbox.queue(db, kind=CLOSED_KIND, person_id=found.reporter_id, subject=_subject(found.id), due_at=now)


async def waiting(db: AsyncSession, organiser: Person) -> list[Reported]:
    """Reports that no organiser has closed, the oldest first, as this one may see them; at most ten."""
    query = _whole().where(Misuse.closed_at.is_(None)).order_by(Misuse.reported_at, Misuse.id)
    shown = (reported(one, organiser) for one in (await db.scalars(query)).all())
    return [one for one in shown if one is not None][:_MOST]


async def about(db: AsyncSession, subject: str) -> Misuse | None:
    """The report that a delivery is about, None once it has gone."""
    found: Misuse | None = await db.scalar(_whole().where(Misuse.id == int(subject.rpartition(":")[2])))
    return found


async def forget(db: AsyncSession, now: datetime) -> None:
    """Close what nobody has closed within `KEEP`, and let go of what was closed `REMEMBER` ago."""
    old = select(Misuse).where(Misuse.closed_at.is_(None), Misuse.reported_at <= now - KEEP).limit(_SWEEP)
    for found in (await db.scalars(old.with_for_update(skip_locked=True))).all():
        _wipe(found, now)
    await db.flush()
    await db.execute(delete(Misuse).where(Misuse.closed_at <= now - REMEMBER))


def _wipe(found: Misuse, now: datetime) -> None:
    found.words, found.closed_at = "", now


def _whole() -> Select[Misuse]:
    return select(Misuse).options(
        joinedload(Misuse.reporter).joinedload(Person.organisation),
        joinedload(Misuse.about).joinedload(Person.organisation),
        joinedload(Misuse.introduction),
    )


def _subject(report_id: int) -> str:
    return f"misuse:{report_id}"
