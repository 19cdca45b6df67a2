"""A round from its rehearsal to what came of it: seen before it goes out, undone in time, never the same two again."""

import pytest

from qibot.database import Database
from qibot.introductions.models import Introduction
from qibot.introductions.rounds import matching
from qibot.introductions.rounds.models import Participant, Round, Seat
from qibot.outbox.models import Delivery
from tests.cast import AMINA, JONAS, LENA, NADIA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.introductions.days import Days
from tests.introductions.rounds.chat_scene import (
    NAME,
    agree,
    all_of,
    first_round,
    met,
    pairs,
    start,
    take_part,
    titles,
)
from tests.introductions.scene import introduce, words, writes
from tests.talk import Network


async def test_seen_before_it_goes_out_and_undone_in_time(talk: Network, days: Days, database: Database) -> None:
    cast = (AMINA, JONAS, TOMASZ, PRIYA)
    await talk.join(*cast, OWEN, topics=("sepsis",))
    await start(talk)
    await take_part(talk, *cast)
    await days.until(11, 28)
    assert f"The first round of “{NAME}” waits for you" not in titles(talk, OWEN)
    await days.until(11, 29)
    await talk(OWEN).reads().presses("Preview it")
    shown = talk(OWEN).sees
    assert "Matched: 4 (2 pairs, 0 trios)" in shown
    assert "The first round is on Mon 2 Dec, and goes out if you agree. Nothing has been sent." in shown
    assert " and an occupational therapist at " in shown or " and a consultant nurse at " in shown
    assert "Sepsis" in shown
    assert not any(who.name in shown for who in cast)
    assert await all_of(database, Round) == []
    await talk(OWEN).presses("Yes, let it go out")
    confirmed = talk(OWEN).message
    assert "goes out on Mon 2 Dec" in confirmed.title
    await talk(OWEN).presses("Undo")
    assert "Nobody has heard anything." in talk(OWEN).sees
    await talk(OWEN).presses("Undo", on=confirmed)
    assert "was taken back before" in talk(OWEN).sees
    for day in (2, 6, 9, 10):
        await days.until(12, day)
    assert await all_of(database, Introduction) == await all_of(database, Round) == []
    assert titles(talk, OWEN).count(f"The first round of “{NAME}” waits for you") == 2

    # Late by now, so it would go out a minute from the yes.
    await agree(talk)
    await days.deliver()
    assert await all_of(database, Introduction) == []
    await talk(OWEN).presses("Undo")
    await days.forward(1)
    assert await all_of(database, Introduction) == []
    await agree(talk)
    await days.forward(1)
    assert len(await pairs(database)) == 2
    await talk(OWEN).presses("Undo")
    assert "That round has gone out" in talk(OWEN).sees


async def test_both_get_a_card_and_all_that_follows_an_introduction(talk: Network, days: Days) -> None:
    await talk.join(AMINA, NADIA, OWEN, topics=("sepsis",))
    await first_round(talk, days, AMINA, NADIA, rhythm="quarterly")
    for who, other in ((AMINA, NADIA), (NADIA, AMINA)):
        card = words([talk(who).reads().message])
        assert f"Your match in “{NAME}”: {other.name}" in card
        for line in (f"Role: {other.role}", "In common: Sepsis", f"Contact: {other.email}", "To begin with: ask"):
            assert line in card
        assert "The rule of this round: somebody of another organisation. The next round is on Mon 2 Mar 2020" in card
        assert "[file: introduction.ics]" in card
    await talk(AMINA).presses("Write to Nadia Khan")
    await talk(AMINA).fills(words="Shall we talk on Thursday?")
    await days.deliver()
    assert "Shall we talk on Thursday?" in talk(NADIA).reads().sees
    await talk(NADIA).says("introductions")
    assert f"You were matched with Amina Okafor (MKUH) in “{NAME}” on Mon 2 Dec." in talk(NADIA).sees
    await days.until(12, 17)
    question = f"On Mon 2 Dec you were matched with Amina Okafor (MKUH) in “{NAME}”."
    assert question in words(talk(NADIA).inbox)
    await talk(NADIA).reads().presses("Yes, we met")
    await talk(OWEN).presses_raw("rounds.stop", {"programme": 1})
    await days.until(3, 3, year=2020)
    await talk(AMINA).reads().presses("An idea")
    assert "Thank you for telling me" in talk(AMINA).sees


async def test_the_odd_one_joins_two_others_and_is_told_so(talk: Network, days: Days, database: Database) -> None:
    cast = (AMINA, JONAS, TOMASZ)
    await talk.join(*cast, OWEN)
    await first_round(talk, days, *cast)
    assert met(talk, *cast) == {frozenset({"Amina", "Jonas", "Tomasz"})}
    assert await pairs(database) == [(1, 2), (1, 3), (2, 3)]
    assert all("You are three this time" in talk(who).reads().sees for who in cast)
    # Every two can write to each other.
    for between in await all_of(database, Introduction):
        one, two = cast[between.asker_id - 1], cast[between.champion_id - 1]
        await writes(talk, one, f"For {two.name}", introduction=between.id)
    await days.deliver()
    assert all(words(talk(who).inbox).count(f"For {who.name}") == 1 for who in cast)
    await days.until(12, 17)
    # Each is asked about one of the two, and so about every two somebody is.
    asked = [t for who in cast for t in titles(talk, who) if t == "Did you meet?"]
    assert len(asked) == 3
    assert all(titles(talk, who).count("Did you meet?") == 1 for who in cast)


async def test_who_sits_out_hears_why_and_comes_first_next_time(talk: Network, days: Days, database: Database) -> None:
    """Two of one organisation and one of another: one of the two sits out, and not the same one twice."""
    await talk.join(AMINA, RUTH, TOMASZ, OWEN)
    await start(talk, rhythm="weekly", cool_down="4")
    await take_part(talk, AMINA, RUTH, TOMASZ)
    await talk(OWEN).says(f"round preview {NAME}")
    assert "1 person cannot be matched under this rule. Under “anybody” nobody." in talk(OWEN).sees
    await talk(OWEN).presses("Yes, let it go out")
    await days.until(12, 2)
    (left,) = [who for who in (AMINA, RUTH) if f"You sit out “{NAME}” this time" in titles(talk, who)]
    (other,) = [who for who in (AMINA, RUTH) if who is not left]
    assert "You come first in the next round, on Mon 9 Dec." in talk(left).reads().sees
    await talk(left).says("round why")
    assert "You sat out. " in talk(left).sees
    await talk(other).says("round why")
    assert "You were matched with Tomasz Nowak." in talk(other).sees
    await talk(left).says("round")
    assert "You come first, as you sat out the last time." in talk(left).sees
    await days.until(12, 9)
    assert len(met(talk, left)) == 1
    # And the other has met the only one they may meet.
    assert f"You sit out “{NAME}” this time" in titles(talk, other)
    waited = {row.person_id: row.waited for row in await all_of(database, Participant)}
    assert waited == {1: 1, 2: 1, 3: 0}
    # Once each by now, and the last time counts among equals.
    await talk(left).says("round")
    assert "You come first" not in talk(left).sees
    await talk(other).says("round")
    assert "You come first, as you sat out the last time." in talk(other).sees


async def test_who_joins_late_need_not_catch_up_in_sitting_out(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, RUTH, TOMASZ, OWEN, STRANGER)
    await start(talk, rhythm="weekly", cool_down="4")
    await take_part(talk, AMINA, RUTH, TOMASZ)
    await agree(talk)
    await days.until(12, 2)
    await days.until(12, 9)
    await take_part(talk, STRANGER)
    await talk(AMINA).says("round")
    await talk(AMINA).presses("Leave")
    await take_part(talk, AMINA)
    assert sorted(row.waited for row in await all_of(database, Participant)) == [0, 1, 1, 1]


async def test_relaxing_the_rule_is_the_organisers_decision_and_said_openly(talk: Network, days: Days) -> None:
    await talk.join(AMINA, RUTH, OWEN)
    await start(talk)
    await take_part(talk, AMINA, RUTH)
    await talk(OWEN).says(f"round preview {NAME}")
    assert "2 people cannot be matched under this rule. Under “anybody” nobody." in talk(OWEN).sees
    await talk(OWEN).presses_raw("rounds.confirm", {"programme": 1, "number": 1, "rule": "my friends"})
    assert "I do not know that rule." in talk(OWEN).sees
    await talk(OWEN).presses_raw("rounds.confirm", {"programme": 1, "number": 1, "rule": "anybody"})
    await days.until(12, 2)
    assert met(talk, AMINA, RUTH) == {frozenset({"Amina", "Ruth"})}
    assert "The rule of this round: anybody." in talk(AMINA).reads().sees
    # For this round only.
    await talk(OWEN).says(f"round show {NAME}")
    assert "Who meets whom: Somebody of another organisation" in talk(OWEN).sees


async def test_later_rounds_run_by_themselves_and_the_organiser_hears_how_they_went(
    talk: Network, days: Days, database: Database
) -> None:
    cast = (AMINA, JONAS, TOMASZ, PRIYA)
    await talk.join(*cast, OWEN)
    await first_round(talk, days, *cast, rhythm="weekly")
    await days.until(12, 3)
    report = words([talk(OWEN).reads().message])
    assert "Matched: 4, 0 trios among them" in report
    assert "Told so far: 4 of 4" in report
    assert not any(who.name in report for who in cast)
    await days.until(12, 9)
    await days.until(12, 16)
    # Three rounds of four people: everybody has met everybody once, and nobody twice.
    assert await pairs(database) == [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]
    await days.until(12, 23)
    assert len(await pairs(database)) == 6
    assert all(f"You sit out “{NAME}” this time" in titles(talk, who) for who in cast)
    await days.until(12, 24)
    await talk(OWEN).reads().presses("Stop these rounds")
    await talk(OWEN).presses_raw("rounds.stop", {"programme": 1})
    await days.forward(14)
    assert [row.number for row in await all_of(database, Round)] == [1, 2, 3, 4]
    assert all(titles(talk, who).count(f"“{NAME}” has ended") == 1 for who in cast)


async def test_never_two_who_met_elsewhere_or_ended_their_messages(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, JONAS, TOMASZ, PRIYA, OWEN)
    await introduce(talk, days, AMINA, TOMASZ)
    await introduce(talk, days, JONAS, PRIYA)
    await talk(JONAS).says("introductions")
    await talk(JONAS).presses("Stop messages")
    await first_round(talk, days, AMINA, JONAS, TOMASZ, PRIYA, rhythm="quarterly", cool_down="4")
    apart = [frozenset({"Amina", "Tomasz"}), frozenset({"Jonas", "Priya"})]
    first = met(talk, AMINA, JONAS, TOMASZ, PRIYA)
    assert len(first) == 2
    assert not first.intersection(apart)
    await days.until(3, 2, year=2020)
    second = met(talk, AMINA, JONAS, TOMASZ, PRIYA)
    await days.until(6, 2, year=2020)
    third = met(talk, AMINA, JONAS, TOMASZ, PRIYA)
    # After four weeks Amina and Tomasz may meet again; Jonas and Priya never.
    assert apart[1] not in first | second | third


async def test_two_programmes_never_match_one_person_twice_in_a_week(talk: Network, days: Days) -> None:
    cast = (AMINA, JONAS, TOMASZ, PRIYA)
    await talk.join(*cast, OWEN)
    await start(talk)
    await start(talk, name="Tea", first_on="2019-12-05")
    await start(talk, name="Cake", first_on="2019-12-09")
    for name in (NAME, "Tea", "Cake"):
        await take_part(talk, AMINA, JONAS, *((TOMASZ, PRIYA) if name != NAME else ()), name=name)
        await agree(talk, name=name)
    await days.until(12, 2)
    await days.until(12, 5)
    assert met(talk, TOMASZ, PRIYA) == {frozenset({"Tomasz", "Priya"})}
    assert met(talk, AMINA) == {frozenset({"Amina", "Jonas"})}
    why = f"“{NAME}” has matched you within the last seven days, and nobody is matched twice in a week."
    assert why in talk(AMINA).reads().sees
    await days.until(12, 9)
    # A week later Amina and Jonas are free again, and have met each other; Tomasz and Priya were matched on Thursday.
    assert "You sit out “Cake” this time" in titles(talk, AMINA)
    assert "“Tea” has matched you within the last seven days" in talk(TOMASZ).reads().sees


async def test_once_is_once(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, JONAS, OWEN)
    await first_round(talk, days, AMINA, JONAS, rhythm="once")
    assert "The next round" not in talk(AMINA).reads().sees
    await days.forward(60)
    assert len(await all_of(database, Round)) == 1
    await talk(AMINA).says("rounds")
    assert "There are no rounds at the moment" in talk(AMINA).sees
    await talk(AMINA).says("round why")
    assert "You were matched with Jonas Weber." in talk(AMINA).sees


async def test_many_people_are_rehearsed_and_matched_apart(
    talk: Network, days: Days, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "IN_PROCESS", 1)
    cast = (AMINA, JONAS, LENA)
    await talk.join(*cast, OWEN)
    await start(talk)
    await take_part(talk, *cast)
    await talk(OWEN).says(f"round preview {NAME}")
    assert f"I am rehearsing “{NAME}”" in talk(OWEN).sees
    await days.deliver()
    talk(OWEN).reads()
    assert "Matched: 3 (0 pairs, 1 trio)" in talk(OWEN).sees
    await talk(OWEN).presses("Yes, let it go out")
    await days.until(12, 2)
    assert len(await all_of(database, Seat)) == 3
    assert met(talk, *cast) == {frozenset({"Amina", "Jonas", "Lena"})}


async def test_nothing_of_a_round_says_who_said_no(talk: Network, days: Days, database: Database) -> None:
    """What organisers are told holds no name, and the database keeps no list of those who said no to an invitation."""
    cast = (AMINA, JONAS, TOMASZ, PRIYA)
    await talk.join(*cast, OWEN)
    await start(talk)
    await days.forward(1)
    await take_part(talk, AMINA, JONAS)
    await agree(talk)
    await days.until(12, 2)
    await days.until(12, 3)
    await talk(OWEN).says(f"round show {NAME}")
    told = words([*talk(OWEN).said, *talk(OWEN).inbox])
    assert not any(who.name in told for who in cast)
    assert {row.person_id for row in await all_of(database, Participant)} == {1, 2}
    kinds = {row.kind for row in await all_of(database, Delivery) if row.person_id == 3}
    assert kinds == {"rounds.invited"}
