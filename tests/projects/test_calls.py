"""One precise call for help, to champions of a project's topics, each within their month and once."""

import asyncio

import pytest
from sqlalchemy import func, select

from qibot.chat.message import plain_text
from qibot.database import Database
from qibot.projects.models import ProjectCall
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ, Character
from tests.introductions.days import Days
from tests.projects.test_registering import register
from tests.talk import Network

WORDS = "Somebody who has put call bells on a rota"


async def offer(talk: Network, who: Character, asks: str = "12", **said: str) -> None:
    await talk(who).says("champion join")
    await talk(who).fills(topics=("falls",), asks_a_month=asks, **{"visibility": "open", **said})


@pytest.fixture
async def falls(talk: Network) -> None:
    """Amina leads Falls in Luton."""
    await talk.join(AMINA, RUTH, TOMASZ, PRIYA, JONAS, OWEN)
    await register(talk, AMINA, "Falls", topics=("falls",), place="Luton")


@pytest.mark.usefixtures("falls")
async def test_it_reaches_champions_of_its_topics_once_within_their_month(
    talk: Network, days: Days, database: Database
) -> None:
    await offer(talk, TOMASZ, "1")
    await offer(talk, PRIYA)
    await offer(talk, JONAS, visibility="hidden")
    amina = talk(AMINA)
    await amina.says("project call #1")
    await amina.fills(words="Help us please")
    assert "what exactly, by when" in amina.errors["words"]
    await asyncio.gather(*(amina.submits("projects.call", {"words": WORDS, "project": "1"}) for _ in range(3)))
    said = "\n".join(plain_text(m) for m in amina.said)
    assert said.count("I ask 2 champions for “Falls”") == 1
    async with database.transaction() as db:
        assert await db.scalar(select(func.count()).select_from(ProjectCall)) == 1
    await days.deliver()
    assert [len(talk(who).inbox) for who in (TOMASZ, PRIYA, JONAS, RUTH, OWEN)] == [1, 1, 0, 0, 0]
    tomasz = talk(TOMASZ).reads()
    assert f"“Falls” asks for help\n> {WORDS}" in tomasz.sees
    await talk(RUTH).says("project show #1")
    assert f"Asks for help\n> {WORDS}" in talk(RUTH).sees
    await amina.says("project call #1")
    assert "has called for help within the last month" in amina.sees
    # Tomasz offered to be asked once a month, and was.
    await register(talk, AMINA, "Falls by day", topics=("falls",))
    await amina.submits("projects.call", {"words": WORDS, "project": "2"})
    assert "I ask a champion for “Falls by day”" in amina.sees
    await tomasz.presses("Say hello")
    await tomasz.fills(reason="We did that")
    assert "I have passed it on" in tomasz.sees
    await days.forward(31)
    await talk(RUTH).says("project show #1")
    assert "Asks for help" not in talk(RUTH).sees
    await amina.says("project call #1")
    assert amina.form.kind.shape.wire == "projects.call"


@pytest.mark.usefixtures("falls")
async def test_who_may_call_and_for_what(talk: Network, days: Days, database: Database) -> None:
    amina = talk(AMINA)
    said = {"words": WORDS, "project": "1"}
    await amina.submits("projects.call", said)
    assert "There is no champion of its topics whom I could ask just now." in amina.sees
    await offer(talk, TOMASZ)
    await talk(RUTH).submits("projects.call", said)
    assert "Only its lead or an organiser" in talk(RUTH).sees
    await amina.submits("projects.call", said | {"words": "Our patient NHS no 999 000 0018 needs you"})
    assert list(amina.errors) == ["words"]
    await talk(OWEN).says("organisation projects hidden of:RD8")
    await amina.submits("projects.call", said)
    assert "There is no champion of its topics" in amina.sees
    await talk(OWEN).says("organisation projects listed of:RD8")
    await amina.presses_raw("people.withdraw", {"purpose": "introductions"})
    await amina.submits("projects.call", said)
    assert "has not agreed to introductions" in amina.sees
    await register(talk, RUTH, "Falls too", topics=("falls",))
    await talk(RUTH).submits("projects.call", {"words": WORDS, "project": "2"})
    assert "I ask a champion" in talk(RUTH).sees
    # Stopped before it is delivered: there is nothing left to ask for.
    await talk(RUTH).says("project stop #2")
    await talk(RUTH).presses("Stop with thanks")
    await days.deliver()
    assert talk(TOMASZ).inbox == []
    await talk(RUTH).says("project call #2")
    assert "That project is over." in talk(RUTH).sees
