"""Asking: who may, how often, and what either side learns by it."""

import asyncio
from datetime import timedelta

from qibot.chat.forms import Form
from qibot.chat.message import Buttons
from qibot.clock import SetClock
from qibot.database import Database
from qibot.introductions.asking.views import EXAMPLES as ASKING
from qibot.introductions.views import EXAMPLES
from tests.cast import AMINA, BEDS, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.scene import WHY, ask, ids, offer, rows, words
from tests.talk import Network


async def test_the_champion_sees_role_place_and_reason_but_not_who_asks(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    amina = talk(AMINA)
    await amina.says("find sepsis")
    await amina.presses("Ask for an introduction")
    assert "a consultant nurse at Beds Hospitals in Bedford about Sepsis" in amina.form.intro
    assert TOMASZ.name not in amina.form.intro
    await amina.fills(reason=WHY)
    assert "I have passed it on" in amina.sees
    assert "by Wed 11 Dec" in amina.sees
    assert TOMASZ.name not in amina.sees
    await days.deliver()
    tomasz = talk(TOMASZ).reads()
    assert "A ward sister at MKUH in Milton Keynes would like to talk with you about Sepsis." in tomasz.sees
    assert f"> {WHY}" in tomasz.sees
    answers, more = (part for part in tomasz.message.parts if isinstance(part, Buttons))
    assert [b.label for b in answers.buttons] == ["Accept", "Not this time", "Later", "Suggest somebody else"]
    assert [b.label for b in more.buttons] == ["Never introduce us", "Report misuse"]
    assert AMINA.name not in tomasz.sees
    assert AMINA.email not in tomasz.sees


async def test_an_open_champions_name_is_shown_as_in_the_search_and_their_contact_is_not(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ, visibility="open")
    await talk(AMINA).says("find sepsis")
    await talk(AMINA).presses("Ask for an introduction")
    assert "Tomasz Nowak, consultant nurse at" in talk(AMINA).form.intro
    await talk(AMINA).fills(reason=WHY)
    await talk(AMINA).says("introductions")
    assert "You asked Tomasz Nowak" in talk(AMINA).sees
    assert TOMASZ.email not in talk(AMINA).sees


async def test_sent_twice_makes_one(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    amina = talk(AMINA)
    await amina.says("find sepsis")
    await amina.presses("Ask for an introduction")
    values = {**amina.form.values, "reason": WHY}
    await asyncio.gather(*(amina.submits("introductions.reason", values) for _ in range(3)))
    assert sum("I have passed it on" in words([m]) for m in amina.said) == 1
    assert sum("You have asked them already" in words([m]) for m in amina.said) == 2
    assert len(await rows(database)) == 1
    await amina.presses_raw("introductions.ask", {"champion": (await ids(database))[TOMASZ.name], "topic": 1})
    assert "You have asked them already" in amina.sees


async def test_asking_needs_joining_agreeing_and_somebody_else(talk: Network, database: Database) -> None:
    await talk.join(TOMASZ)
    await offer(talk, TOMASZ)
    tomasz_id = (await ids(database))[TOMASZ.name]
    ask_tomasz = ("introductions.ask", {"champion": tomasz_id})
    await talk(STRANGER).presses_raw(*ask_tomasz)
    assert "You have not joined the network yet." in talk(STRANGER).sees
    await talk(TOMASZ).presses_raw(*ask_tomasz)
    assert "That is you." in talk(TOMASZ).sees
    await talk.join(AMINA, purposes=("findable", "nudges"))
    await talk(AMINA).presses_raw(*ask_tomasz)
    assert "you need to agree to introductions yourself" in talk(AMINA).sees
    await talk(AMINA).submits("introductions.reason", {"champion": str(tomasz_id), "reason": WHY})
    assert "you need to agree to introductions yourself" in talk(AMINA).sees
    assert await rows(database) == []


async def test_what_changed_while_the_form_was_open_counts(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await talk(AMINA).says("find sepsis")
    await talk(AMINA).presses("Ask for an introduction")
    await talk(TOMASZ).says("champion pause in 2 weeks")
    await talk(AMINA).fills(reason=WHY)
    assert "That champion is not taking questions just now." in talk(AMINA).sees
    assert await rows(database) == []


async def test_hidden_champions_cannot_be_guessed(talk: Network, database: Database) -> None:
    await talk.join(AMINA, OWEN, TOMASZ)
    await offer(talk, TOMASZ, visibility="hidden")
    people = await ids(database)
    for guess in (people[TOMASZ.name], people[OWEN.name], 999999, 0):
        await talk(AMINA).presses_raw("introductions.ask", {"champion": guess})
        assert "That champion is not taking questions just now." in talk(AMINA).sees
    await talk(OWEN).presses_raw("introductions.ask", {"champion": people[TOMASZ.name]})
    assert "a consultant nurse" in talk(OWEN).form.intro
    await talk(AMINA).submits("introductions.reason", {"champion": "x'; --", "topic": "²", "reason": WHY})
    assert "That champion is not taking questions just now." in talk(AMINA).sees


async def test_five_asks_in_seven_days(talk: Network, clock: SetClock, days: Days) -> None:
    crowd = [Character(f"Helper {n}", BEDS, f"U0H{n}", "RC9", "Nurse", "Bedford") for n in range(6)]
    await talk.join(AMINA)
    for who in crowd:
        await talk.join(who, name=who.name)
        await offer(talk, who)
    for _ in range(5):
        # Whoever was asked goes to the end of the queue, so the first is always somebody new.
        clock.forward(timedelta(minutes=1))
        await ask(talk, AMINA)
        assert "I have passed it on" in talk(AMINA).sees
    await talk(AMINA).says("find sepsis")
    await talk(AMINA).presses("Ask for an introduction")
    assert "You have asked 5 people in the last seven days" in talk(AMINA).sees
    await days.forward(8)
    await ask(talk, AMINA)
    assert "I have passed it on" in talk(AMINA).sees


async def test_asks_count_against_the_champions_month(talk: Network) -> None:
    await talk.join(AMINA, JONAS, TOMASZ)
    await offer(talk, TOMASZ, asks="1")
    await talk(JONAS).says("find sepsis")
    await talk(JONAS).presses("Ask for an introduction")
    await ask(talk, AMINA)
    await talk(JONAS).fills(reason=WHY)
    assert "They have been asked as often as they offered this month." in talk(JONAS).sees


async def test_hello_to_the_lead_of_a_project(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await talk(TOMASZ).says("project register Sepsis trolley")
    await talk(TOMASZ).fills(topics=("sepsis",))
    await talk(TOMASZ).presses_raw("introductions.hello", {"project": 1})
    assert "That is your own project." in talk(TOMASZ).sees
    await talk(AMINA).presses_raw("introductions.hello", {"project": 99})
    assert "I cannot find that project." in talk(AMINA).sees
    await talk(AMINA).says("project show Sepsis trolley")
    await talk(AMINA).presses("Say hello")
    assert "about the project “Sepsis trolley”" in talk(AMINA).form.intro
    await talk(AMINA).fills(reason=WHY)
    await days.deliver()
    assert "would like to talk with you about your project “Sepsis trolley”." in talk(TOMASZ).reads().sees
    await talk(TOMASZ).presses("Accept")
    assert "You are introduced to Amina Okafor" in talk(TOMASZ).sees


async def test_a_lead_who_does_not_want_to_be_asked_is_not(talk: Network, database: Database) -> None:
    await talk.join(AMINA, PRIYA)
    await talk.join(TOMASZ, RUTH)
    for who in (TOMASZ, PRIYA):
        await talk.register(who, f"Trolley of {who.account}", topics=("sepsis",))
    await offer(talk, PRIYA)
    await talk(PRIYA).says("champion pause in 2 weeks")
    await talk(TOMASZ).says("me")
    await talk(TOMASZ).presses("Withdraw", nth=1)
    for project in (1, 2):
        await talk(AMINA).presses_raw("introductions.hello", {"project": project})
        assert "The lead of that project is not taking questions just now." in talk(AMINA).sees
    assert await rows(database) == []


async def test_patient_details_are_refused_beside_the_field(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA, reason="About patient NHS no 999 000 0018")
    assert "999" not in talk(AMINA).errors["reason"]
    await talk(AMINA).fills(reason="")
    assert talk(AMINA).errors["reason"] == "Please fill this in."
    assert await rows(database) == []


async def test_the_words_of_every_card_name_nobody_before_both_agreed() -> None:
    before = {"ask_form", "asked", "card", "card_again", "withdrawn", "closed", "closed_no_topic", "mine_over"}
    examples = EXAMPLES | ASKING
    for name in before | {"card_of_somebody", "closed_new_match", "closed_suggested_topic", "suggest_form"}:
        shown = examples[name]
        text = shown.intro if isinstance(shown, Form) else words([shown])
        assert not any(secret in text for secret in ("Tomasz", "Amina", ".example")), name
