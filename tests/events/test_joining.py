"""How people come to an event: links, the picture of them, the code typed or filled in."""

import io

from PIL import Image
from sqlalchemy import update

from qibot.chat.message import Document, Link, Text
from qibot.database import Database
from qibot.events.joining import service
from qibot.people.models import Workspace
from tests.cast import AMINA, JONAS, OWEN, RUTH, STRANGER, TOMASZ
from tests.events.meeting import hold
from tests.talk import Network, Talk

OPENS = "https://chat.example/open?team="


async def opened(database: Database, *, key: str = "", opens: str = "", name: str = "") -> None:
    """Have the bot know an address of its own in a workspace, or in all."""
    change = update(Workspace).values(opens=opens, name=name)
    async with database.transaction() as db:
        await db.execute(change.where(Workspace.key == key) if key else change)


def links(side: Talk) -> dict[str, str]:
    """The address of each way that a message names."""
    runs = [part.runs for part in side.message.parts if isinstance(part, Text)]
    return {r[0].text: r[-1].url for r in runs if isinstance(r[-1], Link)}  # type: ignore[union-attr]


def picture(side: Talk) -> Document:
    (found,) = [part for part in side.message.parts if isinstance(part, Document)]
    return found


async def test_each_workspace_has_its_link_and_the_fullest_comes_first(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    for who, name in ((AMINA, "Milton Keynes"), (TOMASZ, "")):
        await opened(database, key=who.workspace, opens=f"{OPENS}{who.workspace}", name=name)
    owen = talk(OWEN)
    await owen.says("event show QI27")
    await owen.presses("Link and picture")
    assert "How people join “Improving together”" in owen.sees
    assert set(links(owen).values()) == {f"{OPENS}{who.workspace}" for who in (AMINA, TOMASZ)}
    assert list(links(owen)) == ["Paper", "Paper: Milton Keynes"]
    file = picture(owen)
    assert file.name == "join-QI27.png"
    assert Image.open(io.BytesIO(file.data)).width == 1000
    await talk.join(RUTH, JONAS)
    await owen.says("event qr QI27")
    assert list(links(owen)) == ["Paper: Milton Keynes", "Paper"]
    for words in ("Improving together", "Join code: QI27", "event join QI27", f"{OPENS}{AMINA.workspace}"):
        assert words in file.text


async def test_a_link_brings_the_words_where_it_can_and_one_link_is_one_way(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    await opened(database, opens="https://meet.example/chat?message={words}", name="A tenant")
    await talk(OWEN).says("event qr QI27")
    assert links(talk(OWEN)) == {"Paper": "https://meet.example/chat?message=event%20join%20QI27"}


async def test_a_workspace_that_removed_the_bot_is_no_way_to_it(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    await opened(database, key=AMINA.workspace, opens=f"{OPENS}A")
    await opened(database, key=TOMASZ.workspace, opens=f"{OPENS}R")
    await talk.bot.removed("paper", TOMASZ.workspace)
    await talk(OWEN).says("event qr QI27")
    assert f"{OPENS}R" not in links(talk(OWEN)).values()


async def test_where_no_address_is_known_the_code_has_to_do(talk: Network) -> None:
    await hold(talk)
    await talk(OWEN).says("event qr QI27")
    assert "there is no picture" in talk(OWEN).sees
    assert "event join QI27" in talk(OWEN).sees
    assert "[file:" not in talk(OWEN).sees


async def test_it_is_for_those_who_organise_it_while_it_stands(talk: Network) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("event qr QI27")
    assert "That is for those who organise “Improving together”." in talk(AMINA).sees
    await talk(OWEN).says("event cancel QI27")
    await talk(OWEN).presses("Yes, cancel it")
    await talk(OWEN).says("event qr QI27")
    assert "“Improving together” was cancelled." in talk(OWEN).sees


async def test_everybody_s_home_has_a_form_for_the_code(talk: Network) -> None:
    await hold(talk)
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.opens_home()
    await amina.presses("Join an event")
    assert amina.form.kind.shape.wire == "events.join"
    await amina.fills(code=" event join qi27 ")
    assert "You are in: Improving together" in amina.sees
    await amina.says("event join")
    await amina.fills(code="!")
    assert "I do not know an event with the code" in amina.errors["code"]
    sam = talk(STRANGER)
    await sam.opens_home()
    await sam.presses("Join an event")
    await sam.fills(code="QI27")
    assert "Please join the network first" in sam.sees
    assert "[Join the event]" in sam.sees


async def test_a_code_typed_alone_is_searched_for_and_offered(talk: Network) -> None:
    await hold(talk, code="SEPSIS")
    sam = talk(STRANGER)
    await sam.says("sepsis")
    assert "sepsis" in sam.sees.lower()
    assert "SEPSIS is also the join code of “Improving together”." in sam.sees
    await sam.presses("Join the event")
    assert "Please join the network first" in sam.sees
    await talk(OWEN).says("event cancel SEPSIS")
    await talk(OWEN).presses("Yes, cancel it")
    for words in ("sepsis", "sepsis day", "!"):
        await sam.says(words)
        assert "join code" not in sam.sees


def test_the_code_is_the_last_word_of_what_was_filled_in() -> None:
    assert [service.code_in(typed) for typed in ("QI27", " event join QI27 ", "")] == ["QI27", "QI27", ""]
