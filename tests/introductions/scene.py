"""What most conversations about introductions begin with."""

from typing import Any

from sqlalchemy import select

from qibot.chat.message import Message, plain_text
from qibot.database import Base, Database
from qibot.introductions.models import Introduction
from qibot.people.models import Person
from tests.cast import Character
from tests.introductions.days import Days
from tests.talk import Network

WHY = "We start a sepsis trolley in March"


async def offer(talk: Network, who: Character, *, visibility: str = "ask", asks: str = "12") -> None:
    """Become a champion for sepsis."""
    await talk(who).says("champion join")
    await talk(who).fills(topics=("sepsis",), visibility=visibility, asks_a_month=asks)
    assert "You are a champion" in talk(who).sees


async def ask(talk: Network, who: Character, *, nth: int = 0, **said: Any) -> None:
    """Search, press the `nth` result's button, give a reason."""
    await talk(who).says("find sepsis")
    await talk(who).presses("Ask for an introduction", nth=nth)
    await talk(who).fills(**{"reason": WHY, **said})


async def rows(database: Database) -> list[Introduction]:
    """All introductions."""
    async with database.transaction() as db:
        return list(await db.scalars(select(Introduction).order_by(Introduction.id)))


async def ids(database: Database) -> dict[str, int]:
    """People's ids by name."""
    async with database.transaction() as db:
        return {name: one for one, name in await db.execute(select(Person.id, Person.name))}


def words(messages: list[Message]) -> str:
    """All of them in plain words."""
    return "\n\n".join(map(plain_text, messages))


async def introduce(talk: Network, days: Days, asker: Character, champion: Character) -> None:
    """The asker asks, the champion says yes, and both have their card; the champion's is on the screen."""
    await offer(talk, champion)
    await ask(talk, asker)
    await days.deliver()
    await talk(champion).reads().presses("Accept")
    await days.deliver()
    assert champion.name in talk(asker).reads().sees


async def writes(talk: Network, who: Character, words: str, *, introduction: int = 1) -> None:
    """Open the form as the button does, and send it."""
    await talk(who).presses_raw("introductions.open_write", {"introduction": introduction})
    await talk(who).fills(words=words)


async def dump(database: Database) -> str:
    """Everything that any table holds."""
    found = []
    async with database.transaction(reading=True) as db:
        for table in Base.metadata.sorted_tables:
            found += [repr(tuple(row)) for row in await db.execute(select(table))]
    return "\n".join(found)
