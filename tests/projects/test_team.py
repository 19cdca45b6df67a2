"""Who is on a project, who follows it, and who shares its decisions."""

from sqlalchemy import select

from qibot.database import Database
from qibot.projects.models import ProjectFollow, ProjectMember
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ, Character
from tests.projects.test_registering import register
from tests.talk import Network


async def join(talk: Network, who: Character, role: str) -> None:
    await talk(who).says("project join #1")
    await talk(who).fills(role=role)
    assert "You are on “Falls” as" in talk(who).sees


async def members(database: Database) -> dict[int, str]:
    async with database.transaction() as db:
        return {row.person_id: row.role for row in await db.scalars(select(ProjectMember))}


async def test_roles_are_shown_and_of_service_users_only_that_they_take_part(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA, RUTH, JONAS)
    await register(talk, AMINA, "Falls")
    await join(talk, TOMASZ, "sponsor")
    await join(talk, RUTH, "coach")
    await join(talk, PRIYA, "experience")
    amina = talk(AMINA)
    await amina.says("project show #1")
    assert "Sponsor: Tomasz Nowak (Beds Hospitals)\nCoach: Ruth Bell (MKUH)" in amina.sees
    assert "Service users and carers: take part\n" in amina.sees
    await talk(PRIYA).says("project show #1")
    assert "Service users and carers: take part, you among them" in talk(PRIYA).sees
    for who in (AMINA, JONAS):
        for words in ("project show #1", "project team #1"):
            await talk(who).says(words)
            assert "Priya" not in talk(who).sees
            assert "ELFT" not in talk(who).sees
    assert "Somebody – service user or carer" in talk(JONAS).sees


async def test_one_has_one_role_and_a_helper_who_offers_again_stays_what_they_are(
    talk: Network, database: Database
) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Falls")
    await talk(TOMASZ).says("project help #1")
    await talk(TOMASZ).presses("In another role")
    await talk(TOMASZ).fills(role="coach")
    await talk(TOMASZ).says("project help #1")
    assert await members(database) == {1: "lead", 2: "coach"}
    await talk(AMINA).submits("projects.join", {"role": "helper", "project": "1"})
    assert "You lead that project." in talk(AMINA).sees
    await talk(TOMASZ).submits("projects.join", {"role": "lead", "project": "1"})
    assert list(talk(TOMASZ).errors) == ["role"]
    await talk(AMINA).says("project leave #1")
    assert "You lead that project." in talk(AMINA).sees
    for _ in range(2):
        await talk(TOMASZ).says("project leave #1")
        assert "You are no longer on “Falls”" in talk(TOMASZ).sees
    assert await members(database) == {1: "lead"}


async def test_the_lead_takes_somebody_off_and_nobody_else_can(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ, RUTH)
    await register(talk, AMINA, "Falls")
    await join(talk, TOMASZ, "sponsor")
    await talk(RUTH).says("project team #1")
    assert "[Take off]" not in talk(RUTH).sees
    for person in (1, 2):
        await talk(RUTH).presses_raw("projects.take_off", {"project": 1, "person": person})
        assert "Only its lead or an organiser" in talk(RUTH).sees
    await talk(AMINA).says("project team #1")
    await talk(AMINA).presses("Take off")
    assert "Nobody of the network has joined it yet." in talk(AMINA).sees
    await talk(AMINA).presses_raw("projects.take_off", {"project": 1, "person": 1})
    assert await members(database) == {1: "lead"}


async def test_following_is_not_being_on_it_and_can_be_ended(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Falls")
    tomasz = talk(TOMASZ)
    await tomasz.says("project show #1")
    await tomasz.presses("Follow")
    assert "I write to you once" in tomasz.sees
    await tomasz.opens_home()
    assert "Falls" not in tomasz.sees
    await tomasz.says("projects")
    assert "You follow\nFalls (#1)" in tomasz.sees
    assert "Yours" not in tomasz.sees
    await tomasz.says("project show #1")
    await tomasz.presses("No longer follow")
    await tomasz.says("projects")
    assert "You follow" not in tomasz.sees
    # Who is on it knows; following gives way to joining.
    await tomasz.says("project follow #1")
    await join(talk, TOMASZ, "helper")
    async with database.transaction() as db:
        assert (await db.scalars(select(ProjectFollow))).all() == []
    await tomasz.says("project follow #1")
    assert "You are on that project." in tomasz.sees


async def test_who_shares_the_decisions_is_said_in_words_and_blank_is_not_said(talk: Network) -> None:
    await talk.join(AMINA, OWEN)
    await register(talk, AMINA, "Falls")
    amina = talk(AMINA)
    await amina.says("project show #1")
    assert "Who shares the decisions: not said" in amina.sees
    await amina.presses("Change")
    await amina.fills(deciding="involved")
    assert "Who shares the decisions: They decide with us" in amina.sees
    await amina.presses("Change")
    assert amina.form.values["deciding"] == "involved"
    await amina.fills(deciding="")
    assert "Who shares the decisions: not said" in amina.sees
