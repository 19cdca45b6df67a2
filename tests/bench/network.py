"""An invented network of any size, written in bulk: people, consents, interests, champions."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from qibot.champions.models import OPEN, Ask, Champion, ChampionTopic
from qibot.database import Base, Database
from qibot.migrate import migrate
from qibot.people.models import Consent, Identity, Interest, Organisation, Person, Topic, Workspace
from qibot.people.service import WORDING

WORKSPACE, ACCOUNT = "T0BENCH", "U0ASKER"
ORGANISATIONS = 13
_FIRST = "Amina Ruth Jonas Tomasz Priya Owen Lena Farah Idris Mei Kofi Sian Pavel Nadia Luca Grace Yusuf Elin".split()
_LAST = "Okafor Bell Weber Nowak Raman Hughes Fischer Haddad Mensah Lin Price Novak Rossi Khan Evans Dube".split()
ROLES = ("Ward sister", "Matron", "Consultant nurse", "Improvement lead", "Occupational therapist", "Paramedic")
_OFFERS = ("A chat over tea about how we began", "Copy our pathway and our mistakes", "I can show you our huddle", "")
_ROWS_AT_ONCE = 2_000


async def build(url: str, champions: int, seed: int, platform: str = "slack", opens: str = "") -> None:
    """A new database with so many champions, in 13 organisations, three topics each, and one member who asks."""
    database = Database(url)
    try:
        await migrate(database)
        async with database.transaction() as db:
            query = select(Organisation.id, Organisation.place).order_by(Organisation.id).limit(ORGANISATIONS)
            places = [(number, place) for number, place in await db.execute(query)]
            topics = list(await db.scalars(select(Topic.id).order_by(Topic.id)))
            db.add(
                Workspace(
                    id=1, platform=platform, key=WORKSPACE, name="Bench", organisation_id=places[0][0], opens=opens
                )
            )
            await db.flush()
            rows = _rows(random.Random(seed), champions, places, topics)
            for model, some in rows:
                if some:
                    await db.execute(insert(model), some)
        async with database.engine.connect() as connection:
            # As any database has that has lived for a while.
            await connection.exec_driver_sql("ANALYZE")
            await connection.commit()
    finally:
        await database.close()


def _rows(
    dice: random.Random, champions: int, places: Sequence[tuple[int, str]], topics: Sequence[int]
) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    """Rows by table, in an order that foreign keys allow; person 1 only asks."""
    now = datetime.now(UTC)
    since, recently = now - timedelta(days=200), now - timedelta(days=3)
    for first in range(1, champions + 2, _ROWS_AT_ONCE):
        ids = range(first, min(first + _ROWS_AT_ONCE, champions + 2))
        helping = [i for i in ids if i > 1]
        chosen = {i: dice.sample(topics, 3) for i in helping}
        yield Person, [_person(dice, i, places[i % len(places)], since) for i in ids]
        yield Identity, [{"workspace_id": 1, "account": account(i), "person_id": i} for i in ids]
        purposes = ("findable", "introductions", "nudges")
        yield (
            Consent,
            [{"person_id": i, "purpose": p, "wording": WORDING, "given_at": since} for i in ids for p in purposes],
        )
        yield Champion, [_champion(dice, i, since) for i in helping]
        yield ChampionTopic, [{"person_id": i, "topic_id": t} for i in helping for t in chosen[i]]
        yield Interest, [{"person_id": i, "topic_id": t} for i in helping for t in chosen[i][:2]]
        yield Ask, [{"person_id": i, "at": recently} for i in helping if i % 5 == 0]


def account(number: int) -> str:
    """How the platform calls a person of this network, counted from 1, the one who only asks."""
    return ACCOUNT if number == 1 else f"U{number:08}"


def _person(dice: random.Random, number: int, place: tuple[int, str], since: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"{dice.choice(_FIRST)} {dice.choice(_LAST)}",
        "role": dice.choice(ROLES),
        "place": place[1],
        "organisation_id": place[0],
        "joined_at": since,
    }


def _champion(dice: random.Random, number: int, since: datetime) -> dict[str, Any]:
    return {
        "person_id": number,
        "offer": dice.choice(_OFFERS),
        "asks_a_month": dice.randint(1, 4),
        "visibility": OPEN,
        "since": since,
    }


def names() -> tuple[str, ...]:
    """Every name that a champion of this network may have."""
    return tuple(f"{first} {last}" for first in _FIRST for last in _LAST)
