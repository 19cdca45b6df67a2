"""The words of people's names, so that searches need not look at everybody. Rules do not speak: no chat here.

Whoever shows what is found by them asks first whether its owner agreed to be found.
"""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.people.models import NameWord, Person
from qibot.vocabulary.text import tokens

_AT_ONCE = 1_000
_HERE = (Person.left_at.is_(None), Person.erased_at.is_(None))


def words_of(name: str) -> list[str]:
    """A name in lower case and without accents, word by word."""
    return list(dict.fromkeys(token.word[:40] for token in tokens(name)))


async def note(db: AsyncSession, person: Person) -> None:
    """After somebody has joined, changed their name, or left: nothing is kept of those who are not here."""
    await db.execute(delete(NameWord).where(NameWord.person_id == person.id))
    await _write(db, [person] if person.here else ())


async def is_missing(db: AsyncSession) -> bool:
    """Whether no name is held, although there are people."""
    nothing = await db.scalar(select(NameWord.person_id).limit(1)) is None
    return nothing and await db.scalar(select(Person.id).where(*_HERE).limit(1)) is not None


async def rebuild(db: AsyncSession) -> int:
    """Make all of them again; of how many people."""
    await db.execute(delete(NameWord))
    count = last = 0
    while True:
        query = select(Person).where(Person.id > last, *_HERE).order_by(Person.id).limit(_AT_ONCE)
        people = (await db.scalars(query)).all()
        if not people:
            return count
        await _write(db, people)
        count, last = count + len(people), people[-1].id
        db.expunge_all()


async def _write(db: AsyncSession, people: Iterable[Person]) -> None:
    rows = [{"word": word, "person_id": person.id} for person in people for word in words_of(person.name)]
    if rows:
        await db.execute(insert(NameWord), rows)
