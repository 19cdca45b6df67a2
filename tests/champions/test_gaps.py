"""The gap map, and the words in which no topic was read: what is shown of it, and what is not."""

from datetime import timedelta

from qibot.champions.gaps.service import STEPS, at_least
from qibot.clock import SetClock
from qibot.database import Database
from tests.cast import AMINA, OWEN, RUTH, STRANGER, TOMASZ
from tests.champions.scene import CROWD, ask_organisers, join_crowd, offer, topic_id
from tests.introductions.days import Days
from tests.talk import Network


async def look_for(talk: Network, *people: object, topic: int = 0, words: str = "") -> None:
    for who in people:
        await talk(who).presses_raw("champions.look_for", {"topic": topic, "words": words})  # type: ignore[arg-type]


async def test_people_are_counted_once_and_small_numbers_are_a_few(
    talk: Network, database: Database, clock: SetClock, days: Days
) -> None:
    sepsis, falls = [await topic_id(database, slug) for slug in ("sepsis", "falls")]
    await join_crowd(talk, *CROWD, AMINA)
    await talk(STRANGER).says("gaps")
    assert "The gap map is empty" in talk(STRANGER).sees
    await look_for(talk, *CROWD[:4], *CROWD[:4], topic=sepsis)
    assert "Sepsis is on the gap map" in talk(CROWD[0]).sees
    await look_for(talk, AMINA, topic=falls)
    await talk(STRANGER).says("gaps")
    # Four and one look the same, in the order of the labels.
    assert talk(STRANGER).sees.index("Falls prevention: a few people") < talk(STRANGER).sees.index("Sepsis: a few")
    await ask_organisers(talk, CROWD[4], "septic shock", sepsis)
    await talk(STRANGER).says("gaps")
    assert talk(STRANGER).sees.index("Sepsis: 5 people or more") < talk(STRANGER).sees.index("Falls prevention")
    await talk(CROWD[0]).says("leave")
    await talk(CROWD[0]).presses("Yes, leave")
    await talk(STRANGER).says("gaps")
    assert "Sepsis: a few people" in talk(STRANGER).sees
    clock.forward(timedelta(days=364))
    await look_for(talk, RUTH, topic=falls)
    await days.forward(2)
    await talk(STRANGER).says("gaps")
    assert "The gap map is empty" in talk(STRANGER).sees


async def test_a_gap_is_there_as_long_as_nobody_can_be_offered(talk: Network, database: Database) -> None:
    sepsis = await topic_id(database, "sepsis")
    await talk.join(AMINA, TOMASZ, OWEN)
    await talk(AMINA).says("gaps")
    await look_for(talk, AMINA, topic=sepsis)
    # That a hidden champion is there is theirs to tell.
    await offer(talk, OWEN, "sepsis", visibility="hidden")
    for command, there in (("champion pause in 2 weeks", True), ("champion resume", False)):
        await talk(TOMASZ).says("champion join")
        await talk(TOMASZ).fills(topics=("sepsis",), visibility="ask")
        await talk(AMINA).says("gaps")
        assert "Sepsis" not in talk(AMINA).sees
        await talk(TOMASZ).says(command)
        await talk(AMINA).says("gaps")
        assert ("Sepsis" in talk(AMINA).sees) == there
    await look_for(talk, AMINA, topic=999_999)
    assert "I do not know that topic any more." in talk(AMINA).sees
    await look_for(talk, STRANGER, topic=sepsis)
    assert "You have not joined the network yet." in talk(STRANGER).sees
    await look_for(talk, AMINA, words="patient NHS no 943 476 5919")
    assert "NHS or hospital number" in talk(AMINA).sees


async def test_organisers_see_words_of_several_or_of_a_question_and_teach_them(
    talk: Network, database: Database
) -> None:
    await talk.join(AMINA, OWEN, RUTH)
    await join_crowd(talk, *CROWD[:3])
    await look_for(talk, *CROWD[:2], words="Lone working!")
    await look_for(talk, CROWD[0], words="a colleague of mine")
    await ask_organisers(talk, AMINA, "Night-time noise")
    owen = talk(OWEN)
    await owen.says("topic words")
    assert "night time noise: sent with a question" in owen.sees
    assert "lone working" not in owen.sees
    # Whether one person looked for something is not to be found out by trying.
    for wire in ("champions.open_teach", "champions.leave_out"):
        await owen.presses_raw(wire, {"words": "a colleague of mine"})
        assert "Those words are no longer on the list." in owen.sees
    await look_for(talk, CROWD[2], words="lone  working")
    await owen.says("topic words")
    assert "lone working: put on the gap map by several people" in owen.sees
    assert not any(one.name in owen.sees for one in (AMINA, *CROWD))
    await owen.presses("Leave them out", nth=1)
    await owen.says("topic words")
    assert "lone working" not in owen.sees
    await owen.presses("They mean a topic")
    await owen.fills(word="dementia", topic="sepsis")
    assert "“dementia” already leads to" in owen.sees
    await owen.presses_raw("champions.open_teach", {"words": "night time noise"})
    await owen.fills(word="night time noise on wards", topic="sepsis")
    assert "“night time noise on wards” leads to Sepsis now" in owen.sees
    await owen.says("topic words")
    assert "No words wait" in owen.sees
    await owen.says("questions")
    assert "about Sepsis" in owen.sees
    await talk(RUTH).says("gaps")
    assert "Sepsis: a few people" in talk(RUTH).sees
    await talk(RUTH).says("topic words")
    assert "That is for organisers of the network." in talk(RUTH).sees


def test_no_number_under_five_is_ever_said() -> None:
    assert [at_least(n) for n in (0, 1, 4, 5, 9, 10, 19, 49, 99, 5000)] == [0, 0, 0, 5, 5, 10, 10, 20, 50, 100]
    assert min(STEPS) == 5
