"""A search asks little, however much there is to find."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from qibot.champions.finding import queries, statements
from qibot.champions.finding.service import search
from qibot.clock import SetClock
from qibot.database import Database
from tests.cast import AMINA, LENA, PRIYA, RUTH, TOMASZ
from tests.champions.test_finding import offer
from tests.talk import Network


@pytest.fixture
def one_is_taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of each topic, and of each topic in a place, one person is taken."""
    for module in (statements, queries):
        monkeypatch.setattr(module, "CANDIDATES", 1)
    statements.people.cache_clear()
    yield
    statements.people.cache_clear()


async def test_a_search_is_three_questions_to_the_database(talk: Network, database: Database, clock: SetClock) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    for who in (TOMASZ, PRIYA):
        await offer(talk, who, "sepsis", "falls", offer="Our kingfisher trolley")
    asked: list[str] = []

    async def names() -> list[str]:
        async with database.transaction(reading=True) as db:
            words = "kingfisher trolley for sepsis and falls"
            found = await search(db, words, asker=None, now=clock.now(), today=clock.now().date())
        return [hit.name for hit in found.hits]

    # The first reads the lists that are held from then on.
    await names()
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert await names() == ["Tomasz Nowak", "Priya Raman"]
    # Which lists are held, whose words these are, who they are.
    questions = [one for one in asked if one.startswith(("SELECT", "WITH")) and "set_config" not in one]
    assert len(questions) == 3


@pytest.mark.usefixtures("one_is_taken")
async def test_whoever_is_behind_those_taken_is_found_by_their_place(talk: Network) -> None:
    await talk.join(AMINA, RUTH, TOMASZ, PRIYA)
    for who in (RUTH, TOMASZ, PRIYA):
        await offer(talk, who, "sepsis")
    await talk(AMINA).says("find sepsis luton")
    assert "Priya Raman" in talk(AMINA).sees
    assert "Tomasz" not in talk(AMINA).sees


@pytest.mark.usefixtures("one_is_taken")
async def test_whoever_is_behind_in_each_of_two_topics_is_found_for_both(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, LENA, PRIYA)
    await offer(talk, TOMASZ, "sepsis")
    await offer(talk, LENA, "falls")
    await offer(talk, PRIYA, "sepsis", "falls")
    await talk(AMINA).says("find sepsis and falls")
    assert "Priya Raman" in talk(AMINA).sees


async def test_whoever_moves_is_found_where_they_are_now(talk: Network) -> None:
    await talk.join(AMINA, PRIYA)
    await offer(talk, PRIYA, "sepsis")
    await talk(PRIYA).says("join")
    await talk(PRIYA).fills(place="Bedford")
    await talk(AMINA).says("find sepsis bedford")
    assert "Priya Raman" in talk(AMINA).sees
    assert "Nobody" not in talk(AMINA).sees
    await talk(AMINA).says("find sepsis luton")
    assert "Nobody" in talk(AMINA).sees


async def test_whoever_is_nowhere_is_not_in_a_place_in_capitals(talk: Network) -> None:
    await talk.join(AMINA, PRIYA)
    await offer(talk, PRIYA, "sepsis")
    await talk(PRIYA).says("join")
    await talk(PRIYA).fills(place="")
    await talk(AMINA).says("find sepsis BLMK")
    assert "Nobody" in talk(AMINA).sees
