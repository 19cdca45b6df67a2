"""Did you meet, what came of it, and the list of one's own."""

import pytest

from qibot.database import Database
from tests.cast import AMINA, BEDS, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.scene import ask, offer, rows
from tests.talk import Network


@pytest.fixture
async def introduced(talk: Network, days: Days) -> None:
    """Amina and Tomasz have been introduced on Wed 27 November."""
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()
    await talk(TOMASZ).reads().presses("Accept")
    await days.deliver()


@pytest.mark.usefixtures("introduced")
async def test_both_are_asked_after_two_weeks_and_after_three_months(
    talk: Network, days: Days, database: Database
) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await days.until(12, 10)
    assert (len(amina.inbox), len(tomasz.inbox)) == (1, 1)
    await days.until(12, 11)
    assert "On Wed 27 Nov you asked for Tomasz Nowak" in amina.reads().sees
    assert "On Wed 27 Nov Amina Okafor (MKUH) asked for you about Sepsis" in tomasz.reads().sees
    await tomasz.presses("Not yet")
    assert "A short message is often enough" in tomasz.sees
    assert "Contact: amina.okafor@rd8.example" in tomasz.sees
    await amina.presses("Yes, we met")
    assert "You met" in amina.sees
    assert (await rows(database))[0].met == "yes"
    await days.until(2, 25, year=2020)
    assert (len(amina.inbox), len(tomasz.inbox)) == (2, 2)
    await days.until(2, 26, year=2020)
    assert "What came of it?" in amina.reads().sees
    await amina.presses("A project")
    assert "[Register a project]" in amina.sees
    await tomasz.reads().presses("Nothing yet")
    assert "Noted" in tomasz.sees
    assert [(r.met, r.outcome) for r in await rows(database)] == [("yes", "project")]
    await days.until(11, 26, year=2020)
    # Who said that it led to a project is asked once whether they would tell it.
    assert (len(amina.inbox), len(tomasz.inbox)) == (4, 3)
    assert "Something came of an introduction of yours" in amina.reads().sees


@pytest.mark.usefixtures("introduced")
async def test_planned_can_become_met_later_and_no_thanks_ends_the_questions(talk: Network, days: Days) -> None:
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await days.until(12, 11)
    await tomasz.reads().presses("No, thanks")
    assert "I will not ask you about this one again." in tomasz.sees
    await amina.reads().presses("It is planned")
    await amina.presses("We have met")
    await days.until(2, 26, year=2020)
    assert "What came of it?" in amina.reads().sees
    assert len(tomasz.inbox) == 2


@pytest.mark.usefixtures("introduced")
@pytest.mark.parametrize("answers", [(), ("Not yet", "No, thanks")])
async def test_who_has_not_met_is_not_asked_what_came(talk: Network, days: Days, answers: tuple[str, ...]) -> None:
    await days.until(12, 11)
    for who, label in zip((AMINA, TOMASZ), answers, strict=False):
        await talk(who).reads().presses(label)
    await days.until(4, 1, year=2020)
    assert (len(talk(AMINA).inbox), len(talk(TOMASZ).inbox)) == (2, 2)


@pytest.mark.usefixtures("introduced")
async def test_nothing_is_asked_once_one_has_left(talk: Network, days: Days) -> None:
    await talk(TOMASZ).says("leave")
    await talk(TOMASZ).presses("Yes, leave")
    await days.until(4, 1, year=2020)
    assert len(talk(AMINA).inbox) == 1
    await talk(AMINA).says("introductions")
    assert "one of you no longer takes part in introductions" in talk(AMINA).sees
    assert TOMASZ.name not in talk(AMINA).sees


@pytest.mark.usefixtures("introduced")
async def test_follow_ups_are_stopped_like_any_reminder(talk: Network, days: Days) -> None:
    await days.until(12, 11)
    await talk(AMINA).reads().presses("Stop these")
    await talk(TOMASZ).reads().presses("Remind me in a week")
    await days.until(12, 18)
    assert "Did you meet?" in talk(TOMASZ).reads().sees
    assert (len(talk(AMINA).inbox), len(talk(TOMASZ).inbox)) == (2, 3)


@pytest.mark.usefixtures("introduced")
async def test_a_button_of_long_ago_still_gets_an_answer(talk: Network, days: Days, database: Database) -> None:
    await days.until(12, 11)
    await days.until(12, 14, year=2020)
    for label in ("Yes, we met", "It is planned"):
        await talk(AMINA).presses(label, on=talk(AMINA).inbox[1])
    assert (await rows(database))[0].met == "yes"
    await talk(TOMASZ).presses("Accept", on=talk(TOMASZ).inbox[0])
    assert "You are introduced to Amina Okafor" in talk(TOMASZ).sees
    await talk(AMINA).presses_raw("introductions.came", {"introduction": 1, "outcome": "world peace"})
    assert "I do not know that answer." in talk(AMINA).sees


async def test_the_list_holds_both_ways_open_ones_first_in_pages(talk: Network, days: Days) -> None:
    crowd = [Character(f"Helper {n}", BEDS, f"U0H{n}", "RC9", f"Nurse {n}", "Bedford") for n in range(7)]
    await talk.join(AMINA)
    await talk(AMINA).says("introductions")
    assert "You have no introductions yet" in talk(AMINA).sees
    await offer(talk, AMINA)
    for who in crowd:
        await talk.join(who, name=who.name)
        await ask(talk, who)
    await days.deliver()
    await talk(AMINA).reads(0).presses("Not this time")
    await talk(AMINA).says("introductions")
    assert talk(AMINA).sees.count("Your answer is open until Wed 11 Dec.") == 5
    await talk(AMINA).presses("More introductions")
    assert talk(AMINA).sees.count("Your answer is open") == 1
    assert talk(AMINA).sees.count("You said: not this time.") == 1
    await talk(AMINA).says("introductions page:9")
    assert "There are no more introductions" in talk(AMINA).sees
    await talk(AMINA).opens_home()
    assert talk(AMINA).sees.count("Your answer is open") == 3
    await talk(AMINA).presses("Accept")
    assert "You are introduced to Helper" in talk(AMINA).sees
    await talk(AMINA).opens_home()
    assert "[All my introductions]" in talk(AMINA).sees
    await talk(crowd[0]).opens_home()
    assert "My introductions" in talk(crowd[0]).sees
