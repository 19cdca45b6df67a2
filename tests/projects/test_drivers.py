"""Driver diagrams as people type them: with spaces, tabs, bullets or dashes; and what is said beside the field."""

import pytest
from sqlalchemy import select

from qibot.chat.message import Document
from qibot.database import Database
from qibot.errors import WrongFields
from qibot.projects.changes.drivers import Diagram, Driver, read
from qibot.projects.changes.models import DriverDiagram
from tests.cast import AMINA, STRANGER, TOMASZ
from tests.projects.test_registering import register
from tests.talk import Network

WANTED = Diagram(
    "Fewer falls by March", (Driver("Light", ("Lamps at *every* bed", "-5 % glare")), Driver("Call bells"))
)


@pytest.mark.parametrize(
    "text",
    [
        "Fewer falls by March\n  Light\n    Lamps at *every* bed\n    -5 % glare\n  Call bells",
        "Aim: Fewer falls by March\n\tLight\n\t\tLamps at *every* bed\n\t\t-5 % glare\n\n\tCall bells\n",
        "Fewer falls by March\n- Light\n-- Lamps at *every* bed\n-- -5 % glare\n-Call bells",
        "Fewer falls by March\r\n* Light\r\n  * Lamps at *every* bed\r\n  * -5 % glare\r\n* Call bells",
        "  Fewer falls by March\n    • Light\n        • Lamps at *every* bed\n        -5 % glare\n    • Call bells",
    ],
)
def test_however_it_is_typed_it_is_the_same_and_stays_so(text: str) -> None:
    assert read(text) == WANTED
    assert read(read(text).text) == WANTED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \n\t\n", "Please begin with the aim"),
        ("Only an aim", "Please add at least one driver"),
        ("Aim\n  Driver\nAnother aim", "Line 3 stands beside the aim"),
        ("Aim\n\n-- Idea\n- Driver", "Line 3 is an idea without a driver above it"),
        ("Aim\n    Driver\n  Nearly", "Line 3 stands between the aim and the drivers"),
        ("Aim\n  Driver\n    Idea\n      Deeper", "Line 4 is further in than an idea"),
        (f"Aim\n  {'x' * 151}", "Line 2 is longer than 150 characters."),
        ("Aim\n" + "\n".join(f"  Driver {n}" for n in range(9)), "At most 8 drivers and 30 ideas"),
        ("Aim\n  Driver\n" + "\n".join(f"    Idea {n}" for n in range(31)), "At most 8 drivers and 30 ideas"),
    ],
)
def test_what_cannot_be_drawn_says_which_line_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(WrongFields) as wrong:
        read(text)
    assert said in wrong.value.errors["diagram"]


async def test_it_is_drawn_shown_in_words_and_changed_by_those_on_the_project(
    talk: Network, database: Database
) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Falls", aim="Fewer falls by March\nfrom three a week")
    amina = talk(AMINA)
    await amina.says("project show #1")
    await amina.presses("Driver diagram")
    await amina.presses("Draw it")
    assert amina.form.values["diagram"] == "Fewer falls by March"
    await amina.fills(diagram="Fewer falls by March\nLight")
    assert "Line 2 stands beside the aim" in amina.errors["diagram"]
    assert amina.form.values["diagram"] == "Fewer falls by March\nLight"
    await amina.fills(diagram="Fewer falls by March\n- Light\n-- Lamps\n- Bells")
    assert "Driver 1: Light\n\u2003– Lamps\nDriver 2: Bells\n\u2003– no idea yet" in amina.sees
    await talk(TOMASZ).says("project show #1")
    await talk(TOMASZ).presses("Driver diagram")
    assert "[Change it]" not in talk(TOMASZ).sees
    await talk(TOMASZ).submits("projects.drivers", {"diagram": "Mine\n- now", "project": "1"})
    assert "Only those who are on that project" in talk(TOMASZ).sees
    await talk(STRANGER).says("drivers #1")
    assert "Driver 1: Light" in talk(STRANGER).sees
    await amina.says("drivers edit #1")
    assert amina.form.values["diagram"] == "Fewer falls by March\n  Light\n    Lamps\n  Bells"
    await amina.fills(diagram="Patient NHS no 999 000 0018\n- Light")
    assert list(amina.errors) == ["diagram"]
    async with database.transaction() as db:
        assert (await db.scalars(select(DriverDiagram.text))).all() == [
            "Fewer falls by March\n  Light\n    Lamps\n  Bells"
        ]


async def test_it_is_drawn_as_a_picture_with_the_same_in_words(talk: Network) -> None:
    await talk.join(AMINA)
    await register(talk, AMINA, "Falls")
    amina = talk(AMINA)
    await amina.says("drivers picture #1")
    assert "No driver diagram yet" in amina.sees
    await amina.says("drivers edit #1")
    ideas = "".join(f"\n-- idea {n}" for n in range(6))
    await amina.fills(diagram=f"Fewer falls\n- Light{ideas}\n- Bells")
    await amina.presses("As a picture")
    (file,) = [part for part in amina.message.parts if isinstance(part, Document)]
    assert file.name == "driver-diagram-1.png"
    assert file.data.startswith(b"\x89PNG\r\n")
    assert file.text == "Fewer falls\n  Light\n" + "".join(f"    idea {n}\n" for n in range(6)) + "  Bells"
    assert "2 of the ideas are only counted in it." in amina.sees
    await amina.presses("In words")
    assert "Driver 2: Bells" in amina.sees
