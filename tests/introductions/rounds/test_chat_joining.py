"""Nobody is in a programme without having said so, and everybody stays in it in their own way."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from qibot.clock import SetClock
from qibot.database import Database
from qibot.introductions.rounds.models import Participant
from qibot.people.models import Organisation, Person
from tests.cast import AMINA, JONAS, LENA, NADIA, OWEN, PRIYA, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.rounds.chat_scene import EACH_TIME, NAME, all_of, first_round, met, start, take_part, titles
from tests.introductions.scene import words
from tests.talk import Network


def invited(talk: Network, *people: Character, name: str = NAME) -> list[Character]:
    """Those of `people` who were asked whether they would like to, exactly once."""
    return [who for who in people if titles(talk, who).count(f"Would you like to take part in “{name}”?") == 1]


async def test_everybody_it_is_for_is_invited_once_and_in_only_by_their_own_press(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, JONAS, OWEN)
    await talk.join(TOMASZ, purposes=("findable", "introductions", "nudges"))
    await talk.join(PRIYA, purposes=("findable", "nudges", "broadcasts"))
    await start(talk)
    assert "In a few minutes I begin to invite 3 people" in talk(OWEN).sees
    await days.deliver()
    assert invited(talk, AMINA, JONAS, OWEN, TOMASZ, PRIYA) == []
    await days.forward(1)
    await talk.join(LENA)
    await days.forward(1)
    await days.forward(3)
    # Tomasz wants no news, and Priya no introductions.
    assert invited(talk, AMINA, JONAS, OWEN, LENA, TOMASZ, PRIYA) == [AMINA, JONAS, OWEN, LENA]
    assert await all_of(database, Participant) == []
    await talk(AMINA).reads().presses("Ask me each time")
    assert "I ask you before each round. The first round" in talk(AMINA).sees
    await talk(AMINA).presses("Be in until I pause")
    assert "You are in." in talk(AMINA).sees
    assert [row.person_id for row in await all_of(database, Participant)] == [1]
    await talk(PRIYA).says(f"round join {NAME}")
    await talk(PRIYA).presses("Take part until I pause")
    assert "you need to agree to introductions" in talk(PRIYA).sees


async def test_stopped_within_a_minute_nobody_has_heard_of_it(talk: Network, days: Days) -> None:
    await talk.join(AMINA, OWEN)
    await start(talk)
    await talk(OWEN).presses("Stop it")
    await days.forward(1)
    assert talk(AMINA).inbox == []
    await talk(AMINA).says("rounds")
    assert "There are no rounds at the moment" in talk(AMINA).sees


async def test_a_topic_a_place_or_an_event_decides_who_is_asked_and_who_may(talk: Network, days: Days) -> None:
    cast = (AMINA, JONAS, TOMASZ, PRIYA, OWEN)
    await talk.join(JONAS, TOMASZ, PRIYA, OWEN)
    await talk.join(AMINA, topics=("sepsis",))
    await talk(TOMASZ).says("champion join")
    await talk(TOMASZ).fills(topics=("sepsis",))
    await talk(OWEN).says("event create")
    await talk(OWEN).fills(title="Improving together", day="2019-11-27", code="QI27")
    await talk(JONAS).says("event join QI27")
    await start(talk, name="Sepsis in twos", audience="topic", topic="sepsis")
    await start(talk, name="Luton lunch", audience="place", place="luton")
    await start(talk, name="After the day", audience="event", event="qi27")
    await days.forward(1)
    wanted = {"Sepsis in twos": [AMINA, TOMASZ], "Luton lunch": [PRIYA, OWEN], "After the day": [JONAS]}
    for number, (name, those) in enumerate(wanted.items(), 1):
        assert invited(talk, *cast, name=name) == those
        other = next(who for who in cast if who not in those)
        await talk(other).says(f"round show {name}")
        assert "These rounds are for others." in talk(other).sees
        await talk(other).presses_raw("rounds.join", {"programme": number, "mode": "automatic"})
        assert "Those rounds are for others" in talk(other).sees


MISSING: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"audience": "topic"}, "topic", "Please choose the topic."),
    ({"audience": "place"}, "place", "Please name the place."),
    ({"audience": "event", "event": "NOSUCH"}, "event", "I do not know an event with the code “NOSUCH”."),
    ({"first_on": "2019-11-26"}, "first_on", "Please choose a day within the next year."),
    ({"first_on": "2021-11-26"}, "first_on", "Please choose a day within the next year."),
    ({"name": "COFFEE  across organisations"}, "name", "Other rounds that run have that name."),
    ({"name": "!?"}, "name", "Please give it a name with letters."),
    ({"name": "NHS no 943 476 5919"}, "name", "an NHS or hospital number"),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_missing_is_said_beside_the_field(talk: Network) -> None:
    await talk.join(OWEN)
    await start(talk)
    for said, field, sentence in MISSING:
        await talk(OWEN).says("round create")
        await talk(OWEN).fills(**{"name": "Tea", "first_on": "2019-12-02", **said})
        assert sentence in talk(OWEN).errors[field]


async def test_asked_each_time_is_asked_three_working_days_before_and_only_a_yes_counts(
    talk: Network, days: Days
) -> None:
    await talk.join(AMINA, JONAS, TOMASZ, PRIYA, OWEN)
    await start(talk, first_on="2019-12-09")
    await take_part(talk, AMINA, JONAS, TOMASZ, how=EACH_TIME)
    await take_part(talk, PRIYA)
    await days.until(12, 3)
    question = "Are you in on Mon 9 Dec?"
    assert question not in titles(talk, AMINA)
    await days.until(12, 4)
    await days.until(12, 5)
    assert titles(talk, AMINA).count(question) == titles(talk, TOMASZ).count(question) == 1
    assert question not in titles(talk, PRIYA)
    await talk(AMINA).reads().presses("Yes, I am in")
    assert "You said yes to the round of Mon 9 Dec." in talk(AMINA).sees
    await talk(JONAS).reads().presses("Not this time")
    assert "You leave out the round of Mon 9 Dec" in talk(JONAS).sees
    await talk(OWEN).says(f"round preview {NAME}")
    # One has not answered. Nobody says who, nor who said no.
    assert "People in it: 2" in talk(OWEN).sees
    assert "Have not said yes yet: 1" in talk(OWEN).sees
    assert not any(who.name in talk(OWEN).sees for who in (AMINA, JONAS, TOMASZ, PRIYA))
    await talk(OWEN).presses("Yes, let it go out")
    await days.until(12, 9)
    assert met(talk, AMINA, JONAS, TOMASZ, PRIYA) == {frozenset({"Amina", "Priya"})}
    assert [t for t in titles(talk, TOMASZ) if "sit out" in t] == []
    await talk(TOMASZ).reads().presses("Yes, I am in")
    assert "That round has gone out." in talk(TOMASZ).sees
    await talk(TOMASZ).says("round why")
    assert "You are asked before each round, and had not said yes" in talk(TOMASZ).sees
    await talk(JONAS).says("round why")
    assert "You left out the last round, as you wished." in talk(JONAS).sees


async def test_one_round_left_out_in_one_press_and_back_in_the_next(talk: Network, days: Days) -> None:
    await talk.join(AMINA, JONAS, TOMASZ, OWEN)
    await start(talk, rhythm="weekly", cool_down="4")
    await take_part(talk, AMINA, JONAS, TOMASZ)
    await talk(AMINA).says("round")
    await talk(AMINA).presses("Leave out the next one")
    assert "You leave out the round of Mon 2 Dec, and are in the one after it again." in talk(AMINA).sees
    await talk(AMINA).presses("Be in the next one")
    assert "You are in." in talk(AMINA).sees
    await talk(AMINA).presses("Leave out the next one")
    await talk(OWEN).says(f"round preview {NAME}")
    await talk(OWEN).presses("Yes, let it go out")
    await days.until(12, 2)
    assert met(talk, AMINA, JONAS, TOMASZ) == {frozenset({"Jonas", "Tomasz"})}
    await days.until(12, 9)
    assert len(met(talk, AMINA)) == 1


async def test_a_pause_has_an_end_and_leaving_is_one_press(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, JONAS, TOMASZ, PRIYA, OWEN)
    await start(talk)
    await take_part(talk, AMINA, JONAS, TOMASZ, PRIYA)
    await talk(AMINA).says("round")
    await talk(AMINA).presses("Pause")
    await talk(AMINA).fills(until="2019-11-27")
    assert talk(AMINA).errors["until"] == "A pause needs an end that is still to come."
    await talk(AMINA).says("round pause 1 march 2021")
    assert "A pause can be a year at most." in talk(AMINA).sees
    await talk(AMINA).says("round pause in 4 weeks")
    assert "Your rounds are paused until Wed 25 Dec" in talk(AMINA).sees
    await talk(AMINA).says("round")
    await talk(AMINA).presses("Be in again now")
    await talk(AMINA).presses("Pause")
    await talk(AMINA).fills(until="2019-12-03")
    assert "Paused until Tue 3 Dec; after that you are in again by yourself." in talk(AMINA).sees
    await talk(JONAS).says("round")
    await talk(JONAS).presses("Leave")
    await talk(JONAS).presses_raw("rounds.skip", {"programme": 1, "number": 1})
    assert "You do not take part in" in talk(JONAS).sees
    await talk(TOMASZ).says("nudges pause in 2 weeks")
    await talk(TOMASZ).says("round")
    assert "you are in no round until then either" in talk(TOMASZ).sees
    await talk(OWEN).says(f"round preview {NAME}")
    assert "People in it: 1" in talk(OWEN).sees
    async with database.transaction() as db:
        left = (await db.scalars(select(Participant).where(Participant.left_at.is_not(None)))).all()
    assert len(left) == 1


async def test_who_withdrew_or_left_comes_in_again_only_by_joining_again(talk: Network, days: Days) -> None:
    await talk.join(AMINA, JONAS, TOMASZ, OWEN)
    await start(talk)
    await take_part(talk, AMINA, JONAS, TOMASZ)
    await talk(AMINA).presses_raw("people.withdraw", {"purpose": "introductions"})
    await talk(JONAS).presses_raw("people.leave", {})
    await days.forward(1)
    await talk(AMINA).says("join")
    await talk(AMINA).fills(purposes=("introductions", "broadcasts"))
    await talk.join(JONAS)
    await talk(OWEN).says(f"round preview {NAME}")
    assert "People in it: 1" in talk(OWEN).sees
    await talk(AMINA).says("round")
    assert "You take part in no rounds" in talk(AMINA).sees
    await take_part(talk, AMINA)
    await talk(OWEN).says(f"round preview {NAME}")
    assert "People in it: 2" in talk(OWEN).sees


async def test_people_of_two_platforms_and_who_prefers_three(talk: Network, days: Days) -> None:
    await talk.join(AMINA, JONAS, NADIA, OWEN)
    await start(talk)
    await take_part(talk, AMINA, NADIA, JONAS)
    await talk(NADIA).says("round")
    await talk(NADIA).presses("Three rather than two")
    assert "You would rather meet two people than one." in talk(NADIA).sees
    await talk(OWEN).says(f"round preview {NAME}")
    assert "Matched: 3 (0 pairs, 1 trio)" in talk(OWEN).sees
    await talk(OWEN).presses("Yes, let it go out")
    await days.until(12, 2)
    for who, others in ((AMINA, (JONAS, NADIA)), (NADIA, (AMINA, JONAS)), (JONAS, (AMINA, NADIA))):
        card = words([talk(who).reads().message])
        assert "You are three this time" in card
        assert all(f"Contact: {other.email}" in card and f"[Write to {other.name}]" in card for other in others)


async def test_organisations_that_merged_are_one(talk: Network, clock: SetClock, database: Database) -> None:
    await talk.join(JONAS, OWEN)
    async with database.transaction() as db:
        bedford = await db.scalar(select(Organisation.id).where(Organisation.ods_code == "RC1"))
        await db.execute(update(Person).where(Person.name == JONAS.name).values(organisation_id=bedford))
    await start(talk)
    await take_part(talk, JONAS, OWEN)
    await talk(OWEN).says(f"round preview {NAME}")
    assert "Matched: 2 (1 pair, 0 trios)" in talk(OWEN).sees
    # Bedford Hospital became part of Bedfordshire Hospitals on 1 April 2020.
    clock.set(datetime(2020, 4, 1, 10, tzinfo=UTC))
    await talk(OWEN).says(f"round preview {NAME}")
    assert "2 people cannot be matched under this rule." in talk(OWEN).sees
    assert "Under “anybody” nobody." in talk(OWEN).sees


async def test_a_name_is_found_however_it_is_typed(talk: Network) -> None:
    await talk.join(AMINA, OWEN)
    await talk(AMINA).says("round pause in 2 weeks")
    assert "You take part in no rounds." in talk(AMINA).sees
    await start(talk, name="“Tea” & <more> ﷺ")
    await start(talk, name="Tea and less")
    for typed in ("“tea” & <MORE>", "more", "#1", "Tea more"):
        await talk(AMINA).says(f"round show {typed}")
        assert talk(AMINA).message.title == "“Tea” & <more> ﷺ"
    await talk(AMINA).says("round show tea")
    assert "Which rounds do you mean by “tea”?" in talk(AMINA).sees
    await talk(AMINA).presses("round show Tea and less")
    await talk(AMINA).presses("Ask me each time")
    assert "You take part in “Tea and less”" in talk(AMINA).sees
    for typed in ("#99", "#99999999999"):
        await talk(AMINA).says(f"round show {typed}")
        assert "Those rounds are not running any more." in talk(AMINA).sees


async def test_the_home_tab_and_the_list_lead_to_what_there_is(talk: Network, days: Days) -> None:
    await talk.join(AMINA, JONAS, OWEN)
    await first_round(talk, days, AMINA, JONAS)
    await talk(AMINA).opens_home()
    assert f"{NAME}: You are in. The next round is on Thu 2 Jan 2020." in talk(AMINA).sees
    await talk(JONAS).says("rounds")
    assert f"{NAME}, every month, for everybody who agrees to introductions." in talk(JONAS).sees
    await talk(JONAS).presses("You are in")
    assert "The next round: Thu 2 Jan 2020" in talk(JONAS).sees
