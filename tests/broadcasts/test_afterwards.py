"""A broadcast that has gone out: stopped, put right, taken back, answered, and written back to."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from qibot.broadcasts.models import Reply
from qibot.chat.message import plain_text
from qibot.chat.platform import NotNow, Unreachable
from qibot.database import Database
from tests.broadcasts.scene import BODY, TITLE, check, send, titles
from tests.cast import AMINA, JONAS, NADIA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.introductions.days import Days
from tests.talk import Network

CAST = (AMINA, RUTH, JONAS, TOMASZ)


@pytest.fixture
async def everybody(talk: Network) -> None:
    await talk.join(*CAST, NADIA, OWEN)


@pytest.fixture
async def half(everybody: None, talk: Network, days: Days) -> None:
    """Everybody has it but Tomasz and Jonas, whose chat is busy."""
    for who in (TOMASZ, JONAS):
        talk.paper.refuse[who.account] = NotNow("busy")
    await send(talk, days)
    assert titles(talk, *CAST) == {"Amina": [TITLE], "Ruth": [TITLE], "Jonas": [], "Tomasz": []}


@pytest.mark.usefixtures("half")
async def test_stopped_while_it_goes_nobody_else_gets_it(talk: Network, days: Days, database: Database) -> None:
    await talk(OWEN).says("broadcast show #1")
    await talk(OWEN).presses("Stop it")
    assert "is stopped" in talk(OWEN).sees
    await talk(OWEN).presses_raw("broadcasts.stop", {"broadcast": 1})
    talk.paper.refuse.clear()
    await days.forward(1)
    await days.forward(9)
    assert titles(talk, JONAS, TOMASZ) == {"Jonas": [], "Tomasz": []}
    assert await check(database) == {"sent": 4, "failed": 0, "skipped": 2, "waiting": 0}
    await talk(OWEN).says("broadcast show #1")
    assert "2: An organiser stopped it before it went." in talk(OWEN).sees
    # What the organiser was shown as it started says so too.
    assert any(m.title == f"“{TITLE}”: stopped" for m in talk(OWEN).inbox)


@pytest.mark.usefixtures("half")
async def test_put_right_where_it_stands_and_from_the_beginning_for_whoever_waits(
    talk: Network, days: Days, database: Database
) -> None:
    talk.paper.refuse_edit[RUTH.account] = Unreachable("it cannot be changed any more")
    await talk(OWEN).says("broadcast show #1")
    await talk(OWEN).presses("Put it right")
    assert talk(OWEN).form.values["body"] == BODY
    await talk(OWEN).fills(title=TITLE, body="We meet in room 5, for patient 943 476 5919.")
    assert "body" in talk(OWEN).errors
    await talk(OWEN).fills(body="We meet in room 5.")
    assert "is being put right" in talk(OWEN).sees
    await days.deliver()
    talk.paper.refuse.clear()
    days.clock.forward(timedelta(minutes=3))
    await days.deliver()
    for who in (AMINA, NADIA, JONAS, TOMASZ):
        (message,) = talk(who).inbox
        assert "We meet in room 5." in plain_text(message)
        assert "Put right since it was first sent." in plain_text(message)
        assert "[Stop these]" in plain_text(message)
    assert BODY in plain_text(talk(RUTH).inbox[0])
    await talk(OWEN).says("broadcast show #1")
    for line in (
        "Sent: 6",
        "Put right where it stood: 3",
        "Put right, not possible any more: 1",
        "Still have the words of before: Ruth Bell. Please tell them yourself.",
    ):
        assert line in talk(OWEN).sees, talk(OWEN).sees
    await talk(OWEN).says("broadcast export #1")
    assert await check(database) == {"sent": 6, "failed": 0, "skipped": 0, "waiting": 0}


@pytest.mark.usefixtures("half")
async def test_taken_back_from_everybody(talk: Network, days: Days, database: Database) -> None:
    talk.paper.refuse_edit[AMINA.account] = Unreachable("it cannot be changed any more")
    await talk(OWEN).says("broadcast show #1")
    await talk(OWEN).presses("Take it back")
    await talk(OWEN).presses_raw("broadcasts.withdraw", {"broadcast": 1})
    talk.paper.refuse.clear()
    await days.deliver()
    await days.forward(1)
    assert titles(talk, RUTH, NADIA, TOMASZ) == {
        "Ruth": ["This message was taken back"],
        "Nadia": ["This message was taken back"],
        "Tomasz": [],
    }
    await talk(OWEN).says("broadcast show #1")
    assert "Taken back, not possible any more: 1" in talk(OWEN).sees
    assert "Still have the words of before: Amina Okafor." in talk(OWEN).sees
    assert await check(database) == {"sent": 4, "failed": 0, "skipped": 2, "waiting": 0}
    for wire, data in (("open_correct", {"broadcast": 1}), ("stop", {"broadcast": 1})):
        await talk(OWEN).presses_raw(f"broadcasts.{wire}", data)
        assert "It was taken back." in talk(OWEN).sees


@pytest.mark.usefixtures("everybody")
async def test_the_last_change_is_what_everybody_sees(talk: Network, days: Days) -> None:
    await send(talk, days)
    for body in ("First.", "Second."):
        await talk(OWEN).presses_raw("broadcasts.open_correct", {"broadcast": 1})
        await talk(OWEN).fills(body=body)
    await days.deliver()
    days.clock.forward(timedelta(minutes=1))
    await days.deliver()
    assert all("Second." in plain_text(talk(who).inbox[0]) for who in (*CAST, NADIA))
    await talk(OWEN).says("broadcast show #1")
    assert "Put right where it stood: 6" in talk(OWEN).sees


# ---- Answers and words


@pytest.mark.usefixtures("everybody")
async def test_the_last_press_counts_and_only_of_those_who_have_it(talk: Network, days: Days) -> None:
    await talk.join(PRIYA)
    await send(talk, days, answers="I am coming, I cannot come", organisation="", place="Milton Keynes")
    await talk(AMINA).reads().presses("I am coming")
    assert "You answered “I am coming”" in talk(AMINA).sees
    assert talk(AMINA).message.beside
    await talk(AMINA).reads().presses("I cannot come")
    await talk(RUTH).reads().presses("I am coming")
    for who in (PRIYA, STRANGER):
        await talk(who).presses_raw("broadcasts.answer", {"broadcast": 1, "choice": 0})
    assert "I cannot find that message among yours." in talk(PRIYA).sees
    await talk(AMINA).presses_raw("broadcasts.answer", {"broadcast": 1, "choice": 7})
    assert "I do not know that answer." in talk(AMINA).sees
    await talk(OWEN).says("broadcast show #1")
    assert "Answered “I am coming”: 1\nAnswered “I cannot come”: 1" in talk(OWEN).sees


@pytest.mark.usefixtures("everybody")
async def test_words_reach_the_organiser_and_do_not_vanish(talk: Network, days: Days, database: Database) -> None:
    await send(talk, days, takes_words=True)
    await talk(AMINA).reads().presses("Write to the organisers")
    intro = talk(AMINA).form.intro
    assert "Owen Hughes" in intro
    assert "the other organisers of the network will see your words and your name. Nobody else will." in intro
    await talk(AMINA).fills(words="The patient is 943 476 5919")
    assert "patient details never belong here" in talk(AMINA).errors["words"]
    await talk(AMINA).fills(words="Could we meet at *two*?")
    assert "The organisers have your words" in talk(AMINA).sees
    await days.deliver()
    assert "Could we meet at *two*?" in talk(OWEN).reads().sees
    assert "Amina Okafor wrote back" in talk(OWEN).sees
    await talk(OWEN).presses("All that was written")
    assert "Amina Okafor (MKUH)" in talk(OWEN).sees
    assert "> Could we meet at *two*?" in talk(OWEN).sees
    await talk(OWEN).says("broadcast show #1")
    assert "Wrote back: 1" in talk(OWEN).sees
    for n in range(4):
        await talk(AMINA).submits("broadcasts.reply", {"words": f"More {n}", "broadcast": "1"})
    await talk(AMINA).submits("broadcasts.reply", {"words": "Too much", "broadcast": "1"})
    assert "You have written 5 times to this." in talk(AMINA).sees
    days.clock.forward(timedelta(days=181))
    await days.deliver()
    async with database.transaction(reading=True) as db:
        assert (await db.scalars(select(Reply))).all() == []


@pytest.mark.usefixtures("everybody")
async def test_where_no_words_are_asked_for_none_are_taken(talk: Network, days: Days, database: Database) -> None:
    await send(talk, days)
    await talk(AMINA).submits("broadcasts.reply", {"words": "Hello", "broadcast": "1"})
    assert "That message takes no words." in talk(AMINA).sees
    await talk(STRANGER).submits("broadcasts.reply", {"words": "Hello", "broadcast": "1"})
    async with database.transaction(reading=True) as db:
        assert (await db.scalars(select(Reply))).all() == []


@pytest.mark.usefixtures("everybody")
async def test_when_the_organiser_has_gone_the_others_get_the_words(talk: Network, days: Days) -> None:
    await talk.join(PRIYA)
    await talk(OWEN).says("organiser add priya")
    await send(talk, days, takes_words=True)
    await talk(OWEN).says("leave")
    await talk(OWEN).presses("Yes, leave")
    await talk(AMINA).reads().presses("Write to the organisers")
    await talk(AMINA).fills(words="Who has the key?")
    await days.deliver()
    assert "Who has the key?" in talk(PRIYA).reads().sees
