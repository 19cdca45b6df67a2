"""Offering to help, and finding the right person."""

from datetime import timedelta
from typing import Any

from qibot.clock import SetClock
from tests.cast import AMINA, BEDS, JONAS, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.talk import Network


async def offer(talk: Network, who: Character, *topics: str, **how: Any) -> None:
    await talk(who).says("champion join")
    await talk(who).fills(topics=topics, **how)
    assert "You are a champion" in talk(who).sees


async def test_a_champion_of_another_organisation_comes_first_with_why(talk: Network) -> None:
    await talk.join(AMINA, RUTH, TOMASZ)
    await offer(talk, RUTH, "sepsis")
    await offer(talk, TOMASZ, "sepsis", offer="Our sepsis trolley, and a visit")
    amina = talk(AMINA)
    await amina.says("find septic shock")
    assert amina.sees.index("Tomasz Nowak") < amina.sees.index("Ruth Bell")
    assert "Champion for Sepsis" in amina.sees
    assert "your own organisation" in amina.sees
    assert "I read this as: Sepsis" in amina.sees


async def test_free_words_are_a_search_and_almost_a_command_offers_it(talk: Network) -> None:
    await talk.join(TOMASZ)
    await offer(talk, TOMASZ, "sepsis")
    stranger = talk(STRANGER)
    await stranger.says("who knows about sepis?")
    assert "Tomasz Nowak" in stranger.sees
    assert "join the network first" in stranger.sees
    await stranger.says("topcs")
    await stranger.presses("topics")
    assert "Topics of the network" in stranger.sees


async def test_ask_me_first_hides_the_name_and_hidden_hides_the_person(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    await offer(talk, TOMASZ, "sepsis", visibility="ask")
    await offer(talk, PRIYA, "sepsis", visibility="hidden")
    await talk(AMINA).says("find sepsis")
    assert "A consultant nurse" in talk(AMINA).sees
    assert "Tomasz" not in talk(AMINA).sees
    assert "Priya" not in talk(AMINA).sees


async def test_paused_stopped_left_and_withdrawn_people_never_appear(talk: Network, clock: SetClock) -> None:
    helpers = (TOMASZ, PRIYA, RUTH, JONAS)
    await talk.join(AMINA, *helpers)
    for who in helpers:
        await offer(talk, who, "sepsis")
    await talk(TOMASZ).says("champion pause in 2 weeks")
    await talk(PRIYA).says("champion")
    await talk(PRIYA).presses("Stop")
    await talk(RUTH).says("leave")
    await talk(RUTH).presses("Yes, leave")
    await talk(JONAS).says("me")
    await talk(JONAS).presses("Withdraw")
    await talk(AMINA).says("find sepsis")
    assert "Nobody has offered to help with Sepsis yet" in talk(AMINA).sees
    clock.forward(timedelta(days=15))
    await talk(AMINA).says("find sepsis")
    assert "Tomasz Nowak" in talk(AMINA).sees


async def test_a_pause_needs_an_end_that_is_still_to_come(talk: Network) -> None:
    await talk.join(TOMASZ)
    await offer(talk, TOMASZ, "sepsis")
    await talk(TOMASZ).says("champion pause 2019-11-01")
    assert "A pause needs an end" in talk(TOMASZ).sees
    await talk(TOMASZ).says("champion pause never")
    assert "I could not read “never” as a day." in talk(TOMASZ).sees


async def test_many_champions_are_paged(talk: Network) -> None:
    crowd = [Character(f"Helper {n:02}", BEDS, f"U0H{n:02}", "RC9", "Nurse", "Bedford") for n in range(7)]
    await talk.join(AMINA)
    for who in crowd:
        await talk(who).says("join")
        first = talk(who).form.choices["organisation"][0].value
        await talk(who).fills(name=who.name, organisation=first, purposes=("findable", "introductions"))
        await offer(talk, who, "sepsis")
    amina = talk(AMINA)
    await amina.says("find sepsis")
    assert sum(f"Helper {n:02}" in amina.sees for n in range(7)) == 5
    seen = amina.sees
    await amina.presses("More people")
    rest = [n for n in range(7) if f"Helper {n:02}" in amina.sees]
    assert len(rest) == 2
    assert not any(f"Helper {n:02}" in seen for n in rest)


async def test_nobody_near_admits_it_and_offers_a_next_step(talk: Network) -> None:
    await talk(AMINA).says("find printer jam")
    assert "I found nobody for “printer jam”" in talk(AMINA).sees
    assert "[All topics]" in talk(AMINA).sees
    await talk(AMINA).says("find MUST")
    assert "help with Nutrition and hydration" in talk(AMINA).sees
    await talk(AMINA).says("find must")
    assert "help with Nutrition" not in talk(AMINA).sees
