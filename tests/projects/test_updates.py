"""Saying how a project goes: in a line, without quotes, and without a word to anybody."""

from datetime import timedelta

from sqlalchemy import select

from qibot.clock import SetClock
from qibot.database import Database
from qibot.projects.models import Project, ProjectUpdate
from tests.cast import AMINA, OWEN, RUTH, STRANGER, TOMASZ
from tests.introductions.days import Days
from tests.projects.test_registering import register
from tests.talk import Network


async def rows(database: Database) -> list[tuple[int, str, int]]:
    async with database.transaction() as db:
        found = await db.scalars(select(ProjectUpdate).order_by(ProjectUpdate.id))
        return [(row.project_id, row.words, row.progress) for row in found]


async def test_an_update_in_a_line_is_shown_and_nobody_is_written_to(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, RUTH, TOMASZ)
    await register(talk, AMINA, "Sepsis six within the hour")
    await talk(RUTH).says("project help #1")
    await talk(TOMASZ).says("project follow #1")
    await days.until(12, 11)
    amina = talk(AMINA)
    # The same words about it, however it is called.
    for called in ("#1", "1", "Sepsis six within the hour", "sepsis SIX, within the hour:", '"sepsis six"'):
        await amina.says(f"update {called} Two nurses tried  the trolley\nat night")
        assert "> Two nurses tried  the trolley\n> at night" in amina.sees, called
    assert {row[1] for row in await rows(database)} == {"Two nurses tried  the trolley\nat night"}
    await talk(RUTH).says("update #1 And I on Tuesday")
    for who in (TOMASZ, STRANGER):
        await talk(who).says("project show #1")
        assert "Last update, Wed 11 Dec\n> And I on Tuesday" in talk(who).sees
    await talk(TOMASZ).presses_raw("chat.say", {"text": "project updates #1"})
    assert talk(TOMASZ).sees.count("Two nurses") == 4
    await talk(TOMASZ).presses("Older ones")
    assert talk(TOMASZ).sees.count("Two nurses") == 1
    await days.forward(100)
    assert [len(talk(who).inbox) for who in (RUTH, TOMASZ)] == [0, 0]


async def test_the_longest_title_is_meant_and_of_twins_my_own(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ)
    for who, title in ((AMINA, "Falls"), (AMINA, "Falls at night"), (TOMASZ, "Falls"), (TOMASZ, "2020")):
        await register(talk, who, title)
    await talk(AMINA).says("update falls at night we began")
    await talk(AMINA).says("update falls at last")
    await talk(TOMASZ).says("update falls Ours began too")
    await talk(TOMASZ).says("update 2020 we began")
    assert [row[:2] for row in await rows(database)] == [
        (2, "we began"), (1, "at last"), (3, "Ours began too"), (4, "we began"),
    ]  # fmt: skip


async def test_words_that_name_no_project_are_kept_on_the_button(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("update we began")
    assert "Type /qi projects to see them." in amina.sees
    await register(talk, AMINA, "Falls")
    await amina.says("update we began")
    assert "Which project is that about?" in amina.sees
    await amina.presses("update #1 we began")
    assert await rows(database) == [(1, "we began", 0)]
    await amina.says("update")
    assert "I need a project for that." in amina.sees


async def test_the_form_says_how_far_it_has_come(talk: Network, clock: SetClock, database: Database) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await register(talk, AMINA, "Falls")
    await amina.says("project show #1")
    await amina.presses("Say how it goes")
    await amina.fills(words="Two wards try it", progress="5")
    assert "Progress: 2.5 of 5, changes tested, no improvement yet" in amina.sees
    clock.forward(timedelta(days=1))
    await amina.says("update #1 Still trying")
    await amina.says("project show #1")
    assert "Progress: 2.5 of 5" in amina.sees
    await amina.says(f"update #1 {'x' * 601}")
    assert amina.form.values["words"] == "x" * 601
    await amina.fills()
    assert "Please keep this to 600 characters" in amina.errors["words"]
    await amina.submits("projects.update", {"words": "x", "progress": "11", "project": "1"})
    assert list(amina.errors) == ["progress"]
    assert [row[2] for row in await rows(database)] == [5, 0]
    async with database.transaction() as db:
        found = (await db.scalars(select(Project))).one()
        assert (found.progress, found.progress_at) == (5, clock.now() - timedelta(days=1))


async def test_patient_details_are_refused_and_nothing_is_kept(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    await register(talk, AMINA, "Falls")
    await talk(AMINA).says("update #1 Our patient NHS no 999 000 0018 fell")
    assert "Nothing was saved" in talk(AMINA).sees
    await talk(AMINA).submits("projects.update", {"words": "NHS no 999 000 0018", "project": "1"})
    assert list(talk(AMINA).errors) == ["words"]
    assert await rows(database) == []


async def test_only_those_on_it_say_how_it_goes_and_not_once_it_is_stopped(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ, OWEN)
    await register(talk, AMINA, "Falls")
    for send in (
        talk(TOMASZ).says("update #1 Hello"),
        talk(TOMASZ).submits("projects.update", {"words": "Hello", "project": "1"}),
    ):
        await send
        assert "Only those who are on that project" in talk(TOMASZ).sees
    await talk(OWEN).says("update #1 Seen at the meeting")
    assert "Noted" in talk(OWEN).sees
    await talk(AMINA).says("project stop #1")
    await talk(AMINA).presses("Stop with thanks")
    await talk(AMINA).says("update #1 Hello")
    assert "That project is stopped, with thanks." in talk(AMINA).sees
    assert len(await rows(database)) == 1
