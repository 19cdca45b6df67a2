"""What most conversations about rounds begin with: an organiser's programme, and people who joined it."""

from typing import Any

from sqlalchemy import select

from qibot.database import Base, Database
from qibot.introductions.models import Introduction
from tests.cast import OWEN, Character
from tests.introductions.days import Days
from tests.talk import Network

NAME = "Coffee across organisations"
MONDAY = "2019-12-02"
UNTIL_PAUSE, EACH_TIME = "Take part until I pause", "Ask me each time"


async def start(talk: Network, **said: Any) -> None:
    """Owen starts a programme, for everybody on Monday 2 December unless `said` otherwise."""
    await talk(OWEN).says("round create")
    await talk(OWEN).fills(**{"name": NAME, "first_on": MONDAY, **said})
    assert "has started" in talk(OWEN).sees, talk(OWEN).sees or talk(OWEN).errors


async def take_part(talk: Network, *people: Character, name: str = NAME, how: str = UNTIL_PAUSE) -> None:
    """Join, as the button of an invitation does."""
    for who in people:
        await talk(who).says(f"round join {name}")
        await talk(who).presses(how)
        assert f"You take part in “{name}”" in talk(who).sees, talk(who).sees


async def agree(talk: Network, *, name: str = NAME, label: str = "Yes, let it go out") -> None:
    """Owen looks at the rehearsal and lets it go out."""
    await talk(OWEN).says(f"round preview {name}")
    await talk(OWEN).presses(label)
    assert f"The round of “{name}” goes out" in talk(OWEN).sees, talk(OWEN).sees


async def first_round(talk: Network, days: Days, *people: Character, **said: Any) -> None:
    """A programme whose first round goes out on Monday 2 December, to these people."""
    await start(talk, **said)
    await take_part(talk, *people, name=said.get("name", NAME))
    await agree(talk, name=said.get("name", NAME))
    await days.until(12, 2)


def met(talk: Network, *people: Character) -> set[frozenset[str]]:
    """Who was matched with whom by the newest card of each of these people, by first name."""
    found = set()
    for who in people:
        titles = [m.title for m in talk(who).inbox if m.title.startswith("Your match in ")]
        if titles:
            names = titles[-1].rpartition("”: ")[2].split(" and ")
            found.add(frozenset(name.split()[0] for name in (*names, who.name)))
    return found


def titles(talk: Network, who: Character) -> list[str]:
    """What somebody got unasked."""
    return [message.title for message in talk(who).inbox]


async def all_of(database: Database, table: type[Base]) -> list[Any]:
    """Every row of a table."""
    async with database.transaction(reading=True) as db:
        return list(await db.scalars(select(table)))


async def pairs(database: Database) -> list[tuple[int, int]]:
    """Every two people who were put in touch, as often as they were."""
    return sorted(
        (min(i.asker_id, i.champion_id), max(i.asker_id, i.champion_id)) for i in await all_of(database, Introduction)
    )
