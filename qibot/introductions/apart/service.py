"""What may be done with one's list of those one is never to be introduced to. Rules do not speak: no chat here.

Nobody but its owner learns of it. A name is taken as it is typed, whether or not anybody bears it, so that the answer
does not say who is in the network.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Unclear
from qibot.introductions import service as introductions
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, WITHDRAWN, Introduction, NotWith
from qibot.introductions.pairs import covers
from qibot.introductions.seen import IS_OPEN, before, side, visible, whole
from qibot.introductions.words import who
from qibot.people import service as people
from qibot.people.models import Person
from qibot.projects.words import fold
from qibot.typed import Typed

PAGE = 8
_LONGEST = 120


async def add_name(db: AsyncSession, person: Person, name: str, now: datetime) -> NotWith:
    """Whoever bears this name, now or later. Twice is once. Raises `Unclear`."""
    label = " ".join(name.split())
    if not fold(label) or label.startswith("@") or len(label) > _LONGEST:
        raise Unclear(
            "I need their whole name for that, as they go by in the network.",
            ("For example: ", Typed("introductions not"), " Sam Stranger"),
        )
    return await _add(db, NotWith(person_id=person.id, other_id=None, label=label, known=True, since=now), person)


async def add_person(db: AsyncSession, person: Person, other_id: int, now: datetime) -> NotWith:
    """Somebody whom they may look up. Twice is once. Raises `NotFound`."""
    other = await people.person(db, other_id)
    if other.id == person.id or not await visible(db, person, [other.id]):
        raise NotFound("I cannot find that person in the network.")
    # Whoever may look them up knows the name.
    label = who(replace(await before(db, other), name=other.name))
    return await _add(db, NotWith(person_id=person.id, other_id=other.id, label=label, known=True, since=now), person)


async def add_other(db: AsyncSession, person: Person, introduction_id: int, now: datetime) -> NotWith:
    """The other of an introduction of theirs, whoever that is. While it is open it ends, and a yes of theirs is taken
    back if it was not passed on yet. Twice is once. Raises `NotFound`.
    """
    found = await introductions.of_one(db, introduction_id, person)
    seen = await side(db, found, person)
    other_id = found.champion_id if seen.asked_by_me else found.asker_id
    known = bool(seen.other.name)
    entry = NotWith(person_id=person.id, other_id=other_id, label=who(seen.other), known=known, since=now)
    if found.state == ASKED:
        await introductions.end(db, found, WITHDRAWN if seen.asked_by_me else DECLINED, now)
    elif found.state == ACCEPTED and not seen.asked_by_me:
        await introductions.take_back(db, found, now)
    return await _add(db, entry, person)


async def _add(db: AsyncSession, entry: NotWith, person: Person) -> NotWith:
    # Held as by whoever asks them, so that a question of this moment comes before or after, and not between.
    await db.execute(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    columns = {name: getattr(entry, name) for name in ("person_id", "other_id", "label", "known", "since")}
    await db.execute(insert_or_ignore(db, NotWith).values(**columns))
    if entry.known:
        await _end_open(db, person, entry)
    mine = select(NotWith).where(NotWith.person_id == person.id, NotWith.label == entry.label)
    return (await db.scalars(mine.where(NotWith.other_id.is_not_distinct_from(entry.other_id)))).one()


async def _end_open(db: AsyncSession, person: Person, entry: NotWith) -> None:
    """End what is open with them, as if the person had answered or taken it back; but only where the other is named.
    That a question of somebody without a name ended with this would say whose it is: such a one is not put again, and
    a yes to it introduces nobody.
    """
    asked_of_them = (Introduction.champion_id == person.id) & ~Introduction.held_back
    query = whole().where(IS_OPEN, or_(Introduction.asker_id == person.id, asked_of_them))
    for found in (await db.scalars(query.order_by(Introduction.id).with_for_update(of=Introduction))).all():
        seen = await side(db, found, person)
        other_id = found.champion_id if seen.asked_by_me else found.asker_id
        if seen.other.name and await covers(db, entry, other_id):
            await introductions.end(db, found, WITHDRAWN if seen.asked_by_me else DECLINED, entry.since)


async def remove(db: AsyncSession, person: Person, entry_id: int) -> str:
    """Take an entry off the list again; its label. Raises `NotFound`."""
    gone = delete(NotWith).where(NotWith.id == entry_id, NotWith.person_id == person.id).returning(NotWith.label)
    label: str | None = await db.scalar(gone)
    if label is None:
        raise NotFound("That is not on your list, or no longer.", ("Type ", Typed("introductions not"), " to see it."))
    return label


async def listed(db: AsyncSession, person: Person, *, page: int = 1) -> tuple[Sequence[NotWith], bool]:
    """One page of somebody's own list, the newest first; and whether there are more."""
    query = select(NotWith).where(NotWith.person_id == person.id).order_by(NotWith.since.desc(), NotWith.id.desc())
    rows = (await db.scalars(query.limit(PAGE + 1).offset((page - 1) * PAGE))).all()
    return rows[:PAGE], len(rows) > PAGE
