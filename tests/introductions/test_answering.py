"""Accept, not this time, later, silence, withdrawing: both sides always learn what they need, and no more."""

import asyncio
from datetime import timedelta

import pytest

from qibot.chat.message import Mention, Message, Text, plain_text
from qibot.clock import SetClock
from qibot.database import Database
from qibot.introductions.models import ACCEPTED, ASKED, WITHDRAWN
from tests.cast import AMINA, BEDS, JONAS, MK, STRANGER, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.scene import ask, ids, offer, rows, words
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
    for line in ("Role: Consultant nurse", "Organisation: Beds Hospitals", "Place: Bedford", "About: Sepsis"):
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
        await talk.register(who, title)
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
    await talk(TOMASZ).says("join")
    await talk(TOMASZ).fills(contact="01234 567")
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


TWIN = Character("Piotr Zielinski", BEDS, "U0PIOTR", TOMASZ.organisation, TOMASZ.role, TOMASZ.place)
"""Nobody could tell him from Tomasz without a name."""


@pytest.mark.usefixtures("asked")
async def test_a_no_is_private_and_sounds_like_silence(talk: Network, days: Days, database: Database) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await talk.join(TWIN, name=TWIN.name)
    await offer(talk, TWIN)
    await ask(talk, AMINA)
    card = tomasz.message
    await tomasz.presses("Not this time")
    assert "and not that you said so" in tomasz.sees
    await days.deliver()
    assert "A consultant nurse at Beds Hospitals in Bedford is not available this time" in amina.reads().sees
    await days.until(12, 12)
    no, silence = amina.inbox
    assert plain_text(no) == plain_text(silence)
    await amina.says("introductions")
    entries = [plain_text(Message("", part)) for part in amina.message.parts if isinstance(part, Text)]
    assert len(entries) == 2
    assert len(set(entries)) == 1
    people = await ids(database)
    answers = []
    for who, introduction in ((TOMASZ, 1), (TWIN, 2)):
        await amina.presses_raw("introductions.withdraw", {"introduction": introduction})
        first = amina.sees
        await amina.presses_raw("introductions.ask", {"champion": people[who.name]})
        answers.append((first, amina.sees))
    assert answers[0] == answers[1]
    assert "I leave it for half a year" in answers[0][1]
    assert not any(name in words([*amina.said, *amina.inbox]) for name in (TOMASZ.name, TWIN.name))
    await tomasz.presses("Accept", on=card)
    assert "You have answered that one already." in tomasz.sees
    await talk(TWIN).reads().presses("Accept")
    assert "That one was closed in the meantime." in talk(TWIN).sees
    await days.until(6, 15, year=2020)
    await ask(talk, AMINA)
    assert "I have passed it on" in amina.sees


@pytest.mark.usefixtures("asked")
async def test_silence_is_reminded_of_once_and_closed_after_ten_working_days(talk: Network, days: Days) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await days.until(12, 3)
    assert len(tomasz.inbox) == 1
    await days.until(12, 4)
    assert "A question that waits for you" in tomasz.reads().sees
    await days.until(12, 10)
    assert amina.inbox == []
    await days.until(12, 11)
    assert "Not available this time" in amina.reads().sees
    assert len(tomasz.inbox) == 2
    await amina.presses("Find others")
    assert "People who can help with “Sepsis”" in amina.sees


@pytest.mark.usefixtures("asked")
async def test_later_asks_again_after_five_working_days_and_only_once(talk: Network, days: Days) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    first = tomasz.message
    await days.until(12, 3)
    for _ in range(2):
        await tomasz.presses("Later", on=first)
        assert "I will ask you again on Tue 10 Dec" in tomasz.sees
    await amina.says("introductions")
    assert "No answer yet; I tell you by Tue 17 Dec." in amina.sees
    await days.until(12, 9)
    assert len(tomasz.inbox) == 1
    await days.until(12, 10)
    assert len(tomasz.inbox) == 2
    assert "[Later]" not in tomasz.reads().sees
    await tomasz.presses("Later", on=first)
    assert "You have put this one off before." in tomasz.sees
    await days.until(12, 16)
    assert (len(tomasz.inbox), len(amina.inbox)) == (2, 0)
    await days.until(12, 17)
    assert "Not available this time" in amina.reads().sees


@pytest.mark.usefixtures("asked")
async def test_the_asker_withdraws_and_the_card_says_so(talk: Network, days: Days, database: Database) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await tomasz.presses_raw("introductions.withdraw", {"introduction": 1})
    assert "I cannot find that introduction among yours." in tomasz.sees
    await amina.says("introductions")
    everything = amina.message
    for _ in range(2):
        await amina.presses("Withdraw", on=everything)
        assert "I no longer ask a consultant nurse" in amina.sees
    for label in ("Accept", "Not this time", "Later"):
        await tomasz.reads().presses(label)
        assert "They withdrew that one in the meantime." in tomasz.sees
    await tomasz.says("introductions")
    assert "They withdrew it." in tomasz.sees
    await days.until(12, 20)
    assert (len(tomasz.inbox), amina.inbox) == (1, [])
    assert [r.state for r in await rows(database)] == [WITHDRAWN]


async def test_withdrawn_before_the_card_went_out_nobody_hears_of_it(
    talk: Network, days: Days, clock: SetClock
) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    clock.forward(timedelta(hours=10))
    await ask(talk, AMINA)
    await days.deliver()
    assert talk(TOMASZ).inbox == []
    await talk(AMINA).says("introductions")
    await talk(AMINA).presses("Withdraw")
    await days.until(12, 20)
    assert talk(TOMASZ).inbox == []


@pytest.mark.usefixtures("asked")
async def test_only_the_one_who_was_asked_answers(talk: Network, database: Database) -> None:
    await talk.join(JONAS)
    for wire in ("accept", "decline", "later", "withdraw"):
        for who in (JONAS, *((AMINA,) if wire != "withdraw" else ())):
            for introduction in (1, 77):
                await talk(who).presses_raw(f"introductions.{wire}", {"introduction": introduction})
                assert "I cannot find that introduction among yours." in talk(who).sees
    await talk(TOMASZ).presses_raw("introductions.met", {"introduction": 1, "answer": "yes"})
    assert "I cannot find that introduction among yours." in talk(TOMASZ).sees
    await talk(STRANGER).presses_raw("introductions.accept", {"introduction": 1})
    assert "You have not joined the network yet." in talk(STRANGER).sees
    assert [(r.state, r.met) for r in await rows(database)] == [(ASKED, "")]


@pytest.mark.usefixtures("asked")
async def test_an_asked_person_who_leaves_does_not_keep_anybody_waiting(talk: Network, days: Days) -> None:
    await talk(TOMASZ).says("leave")
    await talk(TOMASZ).presses("Yes, leave")
    await days.until(11, 28)
    assert "Not available this time" in talk(AMINA).reads().sees


@pytest.mark.usefixtures("asked")
async def test_an_asker_who_leaves_or_withdraws_is_not_introduced(
    talk: Network, days: Days, database: Database
) -> None:
    await talk(AMINA).says("me")
    await talk(AMINA).presses("Withdraw", nth=1)
    await talk(TOMASZ).presses("Accept")
    assert "They are no longer looking for an introduction." in talk(TOMASZ).sees
    await days.until(12, 4)
    assert (len(talk(TOMASZ).inbox), talk(AMINA).inbox) == (1, [])
    assert [r.state for r in await rows(database)] == [WITHDRAWN]


@pytest.mark.usefixtures("asked")
async def test_a_yes_taken_back_before_it_was_passed_on_passes_nothing(
    talk: Network, days: Days, clock: SetClock
) -> None:
    tomasz, amina = talk(TOMASZ), talk(AMINA)
    card = tomasz.message
    clock.forward(timedelta(hours=10))
    await tomasz.presses("Accept")
    await tomasz.says("me")
    await tomasz.presses("Withdraw", nth=1)
    await days.until(11, 28)
    assert "Not available this time" in amina.reads().sees
    assert TOMASZ.name not in words(amina.inbox)
    await amina.says("introductions")
    assert "one of you no longer takes part in introductions" in amina.sees
    assert TOMASZ.name not in amina.sees
    await tomasz.presses("Accept", on=card)
    assert "You have withdrawn your consent to introductions." in tomasz.sees
    await days.until(3, 20, year=2020)
    assert len(amina.inbox) == 1
    assert len(tomasz.inbox) == 1
