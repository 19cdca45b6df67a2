"""Accept, not this time, later, silence, withdrawing: both sides always learn what they need, and no more."""

import asyncio

import pytest

from qibot.chat.message import Mention, Text, plain_text
from qibot.database import Database
from qibot.introductions.models import ACCEPTED, WITHDRAWN
from tests.cast import AMINA, BEDS, JONAS, MK, PRIYA, TOMASZ
from tests.introductions.days import Days
from tests.introductions.scene import ask, offer, rows, words
from tests.talk import Network


@pytest.fixture
async def asked(talk: Network, days: Days) -> None:
    """Amina has asked Tomasz, who has the card."""
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()
    talk(TOMASZ).reads()


@pytest.mark.usefixtures("asked")
async def test_a_yes_introduces_both(talk: Network, days: Days) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await tomasz.presses("Accept")
    assert "You are introduced to Amina Okafor" in tomasz.sees
    assert "Contact: amina.okafor@rd8.example" in tomasz.sees
    assert amina.inbox == []
    await days.deliver()
    assert "You are introduced to Tomasz Nowak" in amina.reads().sees
    for line in ("Role: Consultant nurse", "Organisation: Bedfordshire Hospitals", "Place: Bedford", "About: Sepsis"):
        assert line in amina.sees
    assert "Contact: tomasz.nowak@rc9.example" in amina.sees
    assert "ask what they would try first about Sepsis" in amina.sees
    assert "I will ask you both in two weeks whether you met." in amina.sees
    await tomasz.says("introductions")
    assert "Amina Okafor (MKUH) asked you about Sepsis on Wed 27 Nov." in tomasz.sees


async def test_the_opening_question_comes_from_both_projects(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    for who, title in ((AMINA, "Sepsis six on the ward"), (TOMASZ, "Sepsis trolley"), (TOMASZ, "Falls huddles")):
        await talk(who).says(f"project register {title}")
        await talk(who).fills()
    await ask(talk, AMINA)
    await days.deliver()
    await talk(TOMASZ).reads().presses("Accept")
    assert "To begin with: ask how “Sepsis trolley” compares with “Sepsis six on the ward”." in talk(TOMASZ).sees
    await days.deliver()
    assert "ask how “Sepsis six on the ward” compares with “Sepsis trolley”." in talk(AMINA).reads().sees


async def test_people_of_one_workspace_are_mentioned(talk: Network, days: Days) -> None:
    await talk.join(AMINA, JONAS, contact="")
    await offer(talk, JONAS)
    await ask(talk, AMINA)
    await days.deliver()
    await talk(JONAS).reads().presses("Accept")
    meet = next(p for p in talk(JONAS).message.parts if isinstance(p, Text))
    assert Mention(AMINA.name, MK, AMINA.account) in meet.runs
    assert "Contact: not given" in talk(JONAS).sees
    assert "They gave no contact." not in talk(JONAS).sees


async def test_without_contact_and_shared_workspace_the_way_out_is_said(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ, contact="")
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()
    await talk(TOMASZ).reads().presses("Accept")
    meet = next(p for p in talk(TOMASZ).message.parts if isinstance(p, Text))
    assert Mention(AMINA.name) in meet.runs
    assert "Give yours with /qi join, and they find it under /qi introductions." in talk(TOMASZ).sees
    await talk.join(TOMASZ, contact="01234 567")
    await talk(AMINA).says("introductions")
    assert "You are introduced. Contact: 01234 567." in talk(AMINA).sees


@pytest.mark.usefixtures("asked")
async def test_a_yes_pressed_twice_or_at_once_is_one(talk: Network, days: Days, database: Database) -> None:
    tomasz = talk(TOMASZ)
    card = tomasz.message
    await asyncio.gather(*(tomasz.presses("Accept", on=card) for _ in range(3)))
    assert all("You are introduced to Amina" in plain_text(m) for m in tomasz.said[-3:])
    await days.deliver()
    assert len(talk(AMINA).inbox) == 1
    await tomasz.presses("Not this time", on=card)
    assert "You have said yes to that one already." in tomasz.sees
    assert [r.state for r in await rows(database)] == [ACCEPTED]


async def _closing(talk: Network, days: Days) -> str:
    await days.deliver()
    return plain_text(talk(AMINA).inbox[-1])


@pytest.mark.usefixtures("asked")
async def test_a_no_is_private(talk: Network, days: Days) -> None:
    tomasz, amina = talk(TOMASZ), talk(AMINA)
    card = tomasz.message
    await tomasz.presses("Not this time")
    assert "and not that you said so" in tomasz.sees
    await days.deliver()
    said = amina.reads().sees
    assert "Not available this time" in said
    await amina.says("introductions")
    listed = amina.sees
    await amina.presses("Find others", on=amina.inbox[-1])
    assert "Champion for Sepsis" in amina.sees
    await tomasz.presses("Accept", on=card)
    assert "You have answered that one already." in tomasz.sees
    assert TOMASZ.name not in words([*amina.said, *amina.inbox])

    # Silence sounds the same, word for word, here and in the list, and asking again too.
    await talk.join(PRIYA, place=TOMASZ.place, role=TOMASZ.role)
    other = listed
    await ask(talk, AMINA)
    assert "They were not available last time" in amina.sees or "I have passed it on" in amina.sees
    assert "declin" not in said + other


@pytest.mark.usefixtures("asked")
async def test_silence_is_reminded_of_once_and_then_closed_in_the_very_same_words(
    talk: Network, days: Days, database: Database
) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await days.until(12, 3)
    assert len(tomasz.inbox) == 1
    await days.until(12, 4)
    assert len(tomasz.inbox) == 2
    assert "A question that waits for you" in tomasz.reads().sees
    await days.until(12, 11, 16)
    assert amina.inbox == []
    await days.until(12, 12)
    assert len(tomasz.inbox) == 2
    silence = amina.reads().sees
    assert "Not available this time" in silence
    await amina.says("introductions")
    listed = amina.sees
    await tomasz.presses("Accept")
    assert "That one was closed in the meantime." in tomasz.sees

    async with database.transaction() as db:
        row = await db.get(type((await rows_of(db))[0]), 1)
        row.state = "declined"
    await amina.says("introductions")
    assert amina.sees == listed
    await amina.presses_raw("introductions.withdraw", {"introduction": 1})
    assert "That one is closed already." in amina.sees


async def rows_of(db):  # type: ignore[no-untyped-def]
    from sqlalchemy import select

    from qibot.introductions.models import Introduction

    return list(await db.scalars(select(Introduction)))
