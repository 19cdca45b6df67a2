"""What conversations about questions, gaps and roles begin with."""

from typing import Any

from sqlalchemy import select

from qibot.database import Database
from qibot.people.models import Topic
from tests.cast import BEDS, Character
from tests.talk import Network

CROWD = tuple(
    Character(f"{name} Crowd", BEDS, f"U0CROWD{n}", "RC9", "Nurse", "Bedford")
    for n, name in enumerate(("Ada", "Ben", "Cora", "Dev", "Elin"))
)
"""As many as may be counted out loud."""


async def offer(talk: Network, who: Character, *topics: str, **how: Any) -> None:
    """Become a champion."""
    await talk(who).says("champion join")
    await talk(who).fills(topics=topics, **how)
    assert "You are a champion" in talk(who).sees


async def topic_id(database: Database, slug: str) -> int:
    """The topic's id."""
    async with database.transaction(reading=True) as db:
        return (await db.scalars(select(Topic.id).where(Topic.slug == slug))).one()


async def ask_organisers(talk: Network, who: Character, words: str, topic: int = 0) -> None:
    """Press what a search that found nobody offers."""
    await talk(who).presses_raw("champions.ask_organisers", {"words": words, "topic": topic})


async def join_crowd(talk: Network, *people: Character) -> None:
    """They join under their own names."""
    for who in people:
        await talk.join(who, name=who.name)
