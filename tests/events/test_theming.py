"""Themes that are suggested by topic and by shared words, and edited before they are used."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from qibot.database import Database
from qibot.errors import WrongFields
from qibot.events import theming
from qibot.events.models import ReflectionAnswer, ReflectionTheme
from tests.cast import AMINA, OWEN, RUTH
from tests.events.meeting import hold
from tests.talk import Network

SAID = """Sepsis six on every ward
Screening for septic shock
A kettle each morning
Kettles at night too
Parking"""


async def test_topics_and_shared_words_are_suggested_edited_and_used(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("reflect closing")
    await talk(AMINA).fills(thinking=SAID)
    owen = talk(OWEN)
    await owen.says("event themes QI27")
    await owen.presses("Suggest themes")
    lines = owen.form.values["themes"].splitlines()
    assert "Sepsis: Sepsis" in lines
    assert any(line.lower().startswith("kettle") for line in lines)
    assert not any("parking" in line.lower() for line in lines), "nobody shares it"
    async with database.transaction(reading=True) as db:
        assert list(await db.scalars(select(ReflectionTheme))) == [], "nothing is grouped before it was looked at"
    await owen.fills(themes="Infection: sepsis\nMeeting briefly: kettle")
    assert "5 answers, 1 not grouped\nThemes: Infection, Meeting briefly" in owen.sees
    async with database.transaction(reading=True) as db:
        rows = await db.execute(
            select(ReflectionAnswer.text, ReflectionTheme.name).outerjoin(
                ReflectionTheme, ReflectionAnswer.theme_id == ReflectionTheme.id
            )
        )
        assert dict(rows.all()) == {
            "Sepsis six on every ward": "Infection",
            "Screening for septic shock": "Infection",
            "A kettle each morning": "Meeting briefly",
            "Kettles at night too": "Meeting briefly",
            "Parking": None,
        }


async def test_what_cannot_be_used_is_told_and_what_was_grouped_stays(talk: Network) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("reflect closing")
    await talk(AMINA).fills(thinking="A huddle\nHuddles")
    owen, amina = talk(OWEN), talk(AMINA)
    pressed = {"event": 1, "question": "thinking", "place": ""}
    await owen.presses_raw("events.suggest", pressed)
    for words, told in (("Huddles", "a colon"), (": x", "a colon"), ("A:", "a colon"), ("Tea: biscuits", "None of")):
        await owen.fills(themes=words)
        assert told in owen.errors["themes"], words
        assert owen.form.values["themes"] == words
    await owen.fills(themes="Huddles: huddle")
    assert "2 answers, all grouped" in owen.sees
    await owen.presses_raw("events.suggest", pressed)
    assert "There is nothing left to group there." in owen.sees
    refused = "That is for those who organise “Improving together”."
    await amina.presses_raw("events.suggest", pressed)
    assert refused in amina.sees
    await amina.submits("events.themes", {**pressed, "event": "1", "themes": "Mine: huddle"})
    assert refused in amina.sees


def test_lines_are_read_as_they_are_written() -> None:
    themes = [("Food: hot", ("meals", "the kitchen")), ("Time", ("hours",))]
    assert theming.read(theming.typed(themes)) == themes
    with pytest.raises(WrongFields):
        theming.read(" \n ")


async def test_the_file_of_the_database_says_no_more_of_the_author_of_an_anonymous_answer(
    talk: Network, database: Database, tmp_path: Path
) -> None:
    await hold(talk, RUTH, AMINA)
    if database.dialect != "sqlite":
        # One file is what SQLite has; that no row leads to the person is looked at on both, in test_reflecting.py.
        assert database.dialect == "postgresql"
        return

    def written(name: str) -> bytes:
        """Every byte that the database holds, without pages that it has let go of."""
        with contextlib.closing(sqlite3.connect(f"file:{database.url.database}?mode=ro", uri=True)) as there:
            there.execute("VACUUM INTO ?", (str(tmp_path / name),))
        return (tmp_path / name).read_bytes()

    await talk(AMINA).says("reflect closing")
    before = written("before.db")
    await talk(AMINA).fills(id="view-77", thinking="Who pays for zephyrs?", no_name=True)
    after = written("after.db")
    assert after.count(b"Who pays for zephyrs?") == 1
    for word in (AMINA.name, AMINA.account, AMINA.email, AMINA.role):
        assert after.count(word.encode()) == before.count(word.encode()) >= 1, word
