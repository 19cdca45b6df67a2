"""Handing on the lead: asked, and taken only with a yes."""

import asyncio

import pytest
from sqlalchemy import select

from qibot.database import Database
from qibot.projects.models import Handover, Project, ProjectFollow, ProjectMember
from tests.cast import AMINA, JONAS, RUTH, TOMASZ
from tests.introductions.days import Days
from tests.projects.test_registering import register
from tests.talk import Network


@pytest.fixture
async def falls(talk: Network) -> None:
    """Amina leads Falls."""
    await talk.join(AMINA, RUTH, TOMASZ)
    await register(talk, AMINA, "Falls", aim="Fewer at night")


async def lead(database: Database) -> tuple[int | None, list[int], list[int]]:
    """Who leads it, who is on it, who follows it."""
    async with database.transaction() as db:
        project = (await db.scalars(select(Project))).one()
        return (
            project.lead_id,
            sorted(await db.scalars(select(ProjectMember.person_id))),
            sorted(await db.scalars(select(ProjectFollow.person_id))),
        )


@pytest.mark.usefixtures("falls")
async def test_nothing_changes_before_a_yes_and_everything_with_it(
    talk: Network, days: Days, database: Database
) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await amina.says("project hand-on #1")
    assert "Type /qi project hand-on #1 and their name." in amina.sees
    for _ in range(2):
        await amina.says("project hand-on #1 Tomasz Nowak")
        assert "I ask Tomasz Nowak about “Falls”" in amina.sees
    await days.deliver()
    assert len(tomasz.inbox) == 1
    assert await lead(database) == (1, [1], [])
    assert "Amina Okafor looks for somebody to carry it on.\n> Fewer at night" in tomasz.reads().sees
    offer = tomasz.message
    for _ in range(2):
        await tomasz.presses("Yes, I lead it", on=offer)
        assert "You lead “Falls” now" in tomasz.sees
    assert await lead(database) == (3, [3], [1])
    await days.deliver()
    assert "It is led by Tomasz Nowak now." in amina.reads().sees
    assert len(amina.inbox) == 1
    await tomasz.says("project show #1")
    assert "Lead: you\nOrganisation: Bedfordshire Hospitals" in tomasz.sees
    await amina.says("project edit #1")
    assert "Only its lead or an organiser" in amina.sees


@pytest.mark.usefixtures("falls")
@pytest.mark.parametrize("answer", ["Not this time", ""])
async def test_a_no_and_silence_sound_the_same(talk: Network, days: Days, database: Database, answer: str) -> None:
    amina, ruth = talk(AMINA), talk(RUTH)
    await amina.says("project hand-on #1 Ruth Bell")
    await amina.says("project hand-on #1 Tomasz Nowak")
    await days.deliver()
    if answer:
        await ruth.reads().presses(answer)
        await days.deliver()
        # While another is still asked there is nothing to say.
        assert amina.inbox == []
        await talk(TOMASZ).reads().presses(answer)
    await days.until(12, 12)
    said = amina.reads().sees
    assert "Nobody could take on “Falls” this time" in said
    assert not any(name in said for name in ("Ruth", "Tomasz", "2", "two"))
    assert len(amina.inbox) == 1
    assert await lead(database) == (1, [1], [])
    await amina.says("project hand-on #1 Ruth Bell")
    assert "They were not available last time" in amina.sees
    await ruth.presses("Yes, I lead it", on=ruth.inbox[0])
    assert "has found its way in the meantime" in ruth.sees


@pytest.mark.usefixtures("falls")
async def test_the_first_yes_ends_the_other_offers(talk: Network, days: Days, database: Database) -> None:
    for name in ("Ruth Bell", "Tomasz Nowak"):
        await talk(AMINA).says(f"project hand-on #1 {name}")
    await days.deliver()
    ruth, tomasz = talk(RUTH).reads(), talk(TOMASZ).reads()
    await asyncio.gather(ruth.presses("Yes, I lead it"), tomasz.presses("Yes, I lead it"))
    said = sorted(("You lead “Falls” now" in t.sees) for t in (ruth, tomasz))
    assert said == [False, True]
    async with database.transaction() as db:
        assert sorted(await db.scalars(select(Handover.state))) == ["taken", "withdrawn"]
    leads, on_it, _ = await lead(database)
    assert on_it == [leads]


@pytest.mark.usefixtures("falls")
async def test_who_may_ask_whom(talk: Network, days: Days, database: Database) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await tomasz.says("project hand-on #1 Ruth Bell")
    assert "Only its lead or an organiser" in tomasz.sees
    await amina.says("project hand-on #1 Amina Okafor")
    assert "They lead that project already." in amina.sees
    await talk.join(JONAS, purposes=("findable",))
    await amina.says("project hand-on #1 Jonas Weber")
    assert "I cannot ask them about that." in amina.sees
    await amina.says("project hand-on #1 Nobody Known")
    assert "I cannot find “Nobody Known”" in amina.sees
    await amina.says("project hand-on #1 Tomasz Nowak")
    await talk(RUTH).presses_raw("projects.take_lead", {"handover": 1})
    assert "I cannot find that offer among yours." in talk(RUTH).sees
    for number in (0, 99, -1, 2**40):
        await tomasz.presses_raw("projects.take_lead", {"handover": number})
        assert "I cannot find that offer among yours." in tomasz.sees
    await register(talk, TOMASZ, "Falls")
    await tomasz.presses_raw("projects.take_lead", {"handover": 1})
    assert "You lead a live project of the same title (#2)." in tomasz.sees
    # Stopped meanwhile: nobody is asked about it any more.
    await amina.says("project stop #1")
    await amina.presses("Stop with thanks")
    await days.deliver()
    assert tomasz.inbox == []
    await tomasz.presses_raw("projects.not_lead", {"handover": 1})
    assert "Thank you for answering" in tomasz.sees
    async with database.transaction() as db:
        assert await db.scalar(select(Handover.state)) == "withdrawn"
