"""Asking the organisers when nobody fits: answered once, and heard of in any case."""

import asyncio
from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from qibot.champions.gaps.service import fold
from qibot.champions.questions.models import Question
from qibot.champions.questions.service import _answer_by
from qibot.clock import SetClock
from qibot.database import Database
from qibot.hours import WorkingWeek
from qibot.people.models import Person
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.champions.scene import ask_organisers, offer, topic_id
from tests.introductions.days import Days
from tests.introductions.scene import ids, rows, words
from tests.talk import Network

NIGHTS = "Sepsis in care homes, at night"


async def questions(database: Database) -> int:
    async with database.transaction(reading=True) as db:
        return await db.scalar(select(func.count()).select_from(Question)) or 0


async def test_an_organiser_names_somebody_who_is_then_asked_before_anything_passes(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, OWEN, RUTH, TOMASZ)
    await ask_organisers(talk, AMINA, NIGHTS, await topic_id(database, "sepsis"))
    assert "You hear from me by Fri 29 Nov, whatever the answer" in talk(AMINA).sees
    await days.deliver()
    assert talk(RUTH).inbox == []
    card = talk(OWEN).reads()
    assert f"> {NIGHTS}\nFrom a ward sister at MKUH in Milton Keynes, about Sepsis, on Wed 27 Nov." in card.sees
    assert AMINA.name not in card.sees
    await card.presses("Suggest somebody")
    await card.fills(person="Tomasz Nowak", reply="He did this in Bedford.")
    assert "Thank you for answering" in card.sees
    await days.deliver()
    answer = talk(AMINA).reads()
    assert "Owen Hughes (Beds Hospitals) suggests somebody.\n> He did this in Bedford." in answer.sees
    assert "It is a consultant nurse at Beds Hospitals in Bedford." in answer.sees
    # He has made no offer: only who was told of him may ask him, and he is asked.
    await talk(RUTH).presses_raw("introductions.ask", {"champion": (await ids(database))[TOMASZ.name]})
    assert "not taking questions just now" in talk(RUTH).sees
    await answer.presses("Ask for an introduction")
    await answer.fills(reason="We start in March")
    await days.deliver()
    await talk(TOMASZ).reads().presses("Accept")
    assert "You are introduced to Amina Okafor" in talk(TOMASZ).sees
    await days.forward(9)
    assert not [m for m in talk(AMINA).inbox if "still open" in m.title]
    assert len(talk(OWEN).inbox) == 1


async def test_it_is_answered_once_whoever_else_has_it_before_them(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, OWEN, RUTH)
    await talk(OWEN).says("organiser add ruth")
    await ask_organisers(talk, AMINA, NIGHTS)
    await days.deliver()
    await talk(RUTH).reads().presses("Answer in words")
    form = talk(RUTH).form
    await talk(OWEN).reads().presses("Answer in words")
    await talk(OWEN).fills(reply="Born 3/4/1950, NHS no 943 476 5919")
    assert "943" not in talk(OWEN).errors["reply"]
    await talk(OWEN).fills(reply="Try the huddle pack.")
    await talk(RUTH).submits(form.kind.shape.wire, {**form.values, "reply": "Me too"})
    assert "Owen Hughes has answered that one already." in talk(RUTH).sees
    await talk(RUTH).reads().presses("Nobody yet")
    assert "Owen Hughes has answered that one already." in talk(RUTH).sees
    await days.forward(2)
    assert "Owen Hughes (Beds Hospitals) writes:\n> Try the huddle pack." in talk(AMINA).reads().sees
    assert (len(talk(AMINA).inbox), len(talk(RUTH).inbox)) == (1, 1)
    await talk(RUTH).says("questions")
    assert "No question waits" in talk(RUTH).sees
    for wire, values in (("champions.nobody_yet", {"question": 1}), ("champions.open_reply", {"question": 99})):
        await talk(AMINA).presses_raw(wire, values)
        assert "That is for organisers of the network." in talk(AMINA).sees


async def test_the_asker_hears_within_two_working_days_and_at_the_end(
    talk: Network, days: Days, clock: SetClock
) -> None:
    await talk.join(AMINA, OWEN)
    clock.set(datetime(2019, 11, 29, 16, 30, tzinfo=UTC))
    await ask_organisers(talk, AMINA, "night time noise")
    assert "by Tue 3 Dec" in talk(AMINA).sees
    await days.until(12, 2, 9)
    assert [m.title for m in talk(OWEN).inbox] == ["A question that nobody fits", "A question still waits"]
    await days.until(12, 3, 15)
    assert talk(AMINA).inbox == []
    await days.until(12, 3, 16)
    assert "Your question is still open" in talk(AMINA).reads().sees
    assert "on Fri 27 Dec at the latest" in talk(AMINA).sees
    await days.until(12, 27, 17)
    await days.until(12, 30)
    assert "Your question found no answer" in talk(AMINA).reads().sees
    await talk(OWEN).reads(0).presses("Nobody yet")
    assert "That question was closed in the meantime." in talk(OWEN).sees
    await days.until(1, 31, year=2020)
    assert (len(talk(AMINA).inbox), len(talk(OWEN).inbox)) == (2, 2)


async def test_the_same_words_are_one_question_and_three_a_week_are_enough(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, OWEN)
    press = "champions.ask_organisers", {"words": NIGHTS}
    await asyncio.gather(*(talk(AMINA).presses_raw(*press) for _ in range(3)))
    assert sum("I am asking" in words([m]) for m in talk(AMINA).said) == 1
    assert await questions(database) == 1
    await ask_organisers(talk, AMINA, "sepsis in care homes – at NIGHT!")
    assert "You have asked that already" in talk(AMINA).sees
    await days.deliver()
    await talk(OWEN).reads().presses("Nobody yet")
    await ask_organisers(talk, AMINA, NIGHTS)
    assert "there is nobody in the network for this yet" in talk(AMINA).sees
    for one in ("tea", "cake"):
        await ask_organisers(talk, AMINA, one)
        assert "I am asking the organisers" in talk(AMINA).sees
    await ask_organisers(talk, AMINA, "biscuits")
    assert "You have asked the organisers 3 times in seven days" in talk(AMINA).sees
    await days.forward(15)
    await ask_organisers(talk, AMINA, NIGHTS)
    assert "I am asking the organisers" in talk(AMINA).sees


async def test_what_a_button_brings_back_is_only_a_claim(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, OWEN)
    await talk.join(PRIYA, purposes=("findable",))
    refused = (
        (STRANGER, "sepsis", "You have not joined the network yet."),
        (AMINA, "the patient is 943 476 5919", "This looks like an NHS or hospital number"),
        (AMINA, " …! ", "I could not read what you are looking for."),
        (PRIYA, "sepsis", "you need to agree to introductions"),
    )
    for who, typed, said in refused:
        await ask_organisers(talk, who, typed, 999_999)
        assert said in talk(who).sees
    assert await questions(database) == 0
    await ask_organisers(talk, AMINA, "x" * 500, 999_999)
    assert await questions(database) == 1
    await talk(OWEN).presses_raw("champions.withdraw_question", {"question": 1})
    assert "I cannot find that question." in talk(OWEN).sees
    await talk(AMINA).says("questions")
    await talk(AMINA).presses("I need no answer any more")
    assert "I no longer ask" in talk(AMINA).sees
    await days.forward(7)
    assert (talk(AMINA).inbox, talk(OWEN).inbox) == ([], [])


async def test_nobody_is_named_who_does_not_want_to_be_asked(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, OWEN, TOMASZ, JONAS, RUTH)
    await talk.join(PRIYA, purposes=("findable", "nudges"))
    await offer(talk, TOMASZ, "falls", visibility="hidden")
    await offer(talk, JONAS, "falls")
    await talk(JONAS).says("champion pause in 2 weeks")
    await ask_organisers(talk, AMINA, NIGHTS)
    await days.deliver()
    await talk(OWEN).reads().presses("Suggest somebody")
    cannot = "They cannot be asked for introductions just now."
    for name, said in (
        ("Tomasz Nowak", cannot), ("Jonas Weber", cannot), ("Priya Raman", cannot), ("Amina Okafor", "who asks"),
        ("Nobody Such", "I cannot find them"), ("a", "There are"),
    ):  # fmt: skip
        await talk(OWEN).fills(person=name)
        assert said in talk(OWEN).errors["person"], name
    await talk(OWEN).fills(person="Ruth Bell")
    await talk(RUTH).says("leave")
    await talk(RUTH).presses("Yes, leave")
    await days.deliver()
    assert "They cannot be asked any more just now." in talk(AMINA).reads().sees
    await talk(AMINA).presses_raw("introductions.ask", {"champion": (await ids(database))[RUTH.name]})
    assert "I cannot find that person" in talk(AMINA).sees
    await ask_organisers(talk, AMINA, NIGHTS)
    assert "I am asking the organisers" in talk(AMINA).sees
    assert await rows(database) == []


@pytest.mark.parametrize(
    ("asked", "heard"),
    [
        ("2019-11-27 10:00", "2019-11-29 10:00"),
        ("2019-11-27 05:00", "2019-11-29 09:00"),
        ("2019-11-27 16:59", "2019-11-29 16:00"),
        ("2019-11-30 12:00", "2019-12-03 12:00"),
        ("2019-12-24 10:00", "2019-12-30 10:00"),
        ("2020-03-27 10:00", "2020-03-31 09:00"),
    ],
)
def test_two_working_days_of_the_asker(asked: str, heard: str) -> None:
    """Christmas, weekends and the change of the clocks included; in UTC."""
    asker: Any = SimpleNamespace(zone="Europe/London", week=WorkingWeek(), works_from=time(9), works_until=time(17))
    at = datetime.fromisoformat(f"{asked}+00:00")
    assert _answer_by(cast(Person, asker), at) == datetime.fromisoformat(f"{heard}+00:00")


def test_words_are_the_same_without_case_and_punctuation() -> None:
    assert fold("  Sepsis—in *Care* homes’ ") == "sepsis in care homes"
    assert fold("A&E") == "a&e"
    assert fold("…!") == ""
    assert len(fold("ß" * 200)) == 200
