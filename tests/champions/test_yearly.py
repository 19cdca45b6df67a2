"""Once a year: still happy to be asked?"""

from qibot.chat.message import plain_text
from qibot.clock import SetClock
from tests.cast import AMINA, JONAS, PRIYA, RUTH, TOMASZ, Character
from tests.champions.scene import offer
from tests.introductions.days import Days
from tests.talk import Network


def titles(talk: Network, who: Character) -> list[str]:
    return [m.title for m in talk(who).inbox]


async def found(talk: Network, who: Character) -> bool:
    await talk(AMINA).says("find falls")
    return who.name in talk(AMINA).sees


async def test_each_answer_ends_it_for_a_year(talk: Network, days: Days) -> None:
    people = (TOMASZ, RUTH, JONAS, PRIYA)
    await talk.join(AMINA, *people)
    for who in people:
        await offer(talk, who, "falls")
    await days.until(11, 26, year=2020)
    assert not any(titles(talk, who) for who in people)
    await days.until(11, 30, year=2020)
    for who in people:
        assert titles(talk, who) == ["Still happy to be asked?"]
        assert "You last looked at your offer on Wed 27 Nov 2019." in talk(who).reads().sees
    await talk(TOMASZ).presses("Yes, still happy")
    await talk(RUTH).presses("Change my offer")
    await talk(RUTH).fills(offer="A visit")
    await talk(JONAS).presses("Pause for four weeks")
    await talk(PRIYA).presses("Stop, with thanks")
    assert "Thank you for having helped." in talk(PRIYA).sees
    await days.until(11, 29, year=2021)
    assert all(len(titles(talk, who)) == 1 for who in people)
    assert await found(talk, TOMASZ)
    await days.until(12, 3, year=2021)
    assert [len(titles(talk, who)) for who in people] == [2, 2, 2, 1]


async def test_without_an_answer_the_offer_is_paused_once_and_one_word_brings_it_back(
    talk: Network, days: Days
) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ, "falls")
    await days.until(11, 30, year=2020)
    for day in (4, 5, 6):
        await days.until(1, day, year=2021)
    assert titles(talk, TOMASZ) == ["Still happy to be asked?"] * 2
    assert "Without an answer I pause your offer" in talk(TOMASZ).reads().sees
    await days.until(5, 27, year=2021)
    assert await found(talk, TOMASZ)
    for day in (1, 2, 3):
        await days.until(6, day, year=2021)
    assert titles(talk, TOMASZ)[2:] == ["Your offer is paused"]
    assert not await found(talk, TOMASZ)
    await talk(TOMASZ).says("champion")
    assert "Paused: until you say so" in talk(TOMASZ).sees
    await talk(TOMASZ).reads(0).presses("Yes, still happy")
    assert await found(talk, TOMASZ)
    await days.until(6, 1, year=2022)
    assert len(titles(talk, TOMASZ)) == 3


async def test_a_bot_that_was_off_for_two_years_asks_before_it_pauses_anybody(
    talk: Network, days: Days, clock: SetClock
) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ, "falls")
    clock.set(clock.now().replace(year=2021, day=29))
    await days.deliver()
    await days.forward(70)
    assert titles(talk, TOMASZ) == ["Still happy to be asked?"] * 2
    assert await found(talk, TOMASZ)
    await days.forward(30)
    assert titles(talk, TOMASZ)[-1] == "Your offer is paused"
    assert "It is all kept" in plain_text(talk(TOMASZ).inbox[-1])
