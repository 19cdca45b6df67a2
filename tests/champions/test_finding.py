"""Offering to help, and finding the right person."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from qibot.champions.finding import index
from qibot.champions.finding.models import Evidence, EvidenceTopic, EvidenceWord, Knows
from qibot.champions.finding.service import search
from qibot.clock import SetClock
from qibot.database import Database
from qibot.features import evidence as evidence_of_all
from tests.cast import AMINA, BEDS, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.conftest import EVENT_MORNING
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
    await talk(AMINA).says("find zebra crossings")
    assert "I found nobody for “zebra crossings”" in talk(AMINA).sees
    assert "[All topics]" in talk(AMINA).sees
    await talk(AMINA).says("find MUST")
    assert "help with Nutrition and hydration" in talk(AMINA).sees
    await talk(AMINA).says("find must")
    assert "help with Nutrition" not in talk(AMINA).sees


async def test_what_is_nothing_for_this_network_gets_a_kind_pointer_and_no_names(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ, "shared-records", offer="I once mended a printer jam in the office")
    await talk(AMINA).says("find printer jam")
    assert "That sounds like one for the IT service desk" in talk(AMINA).sees
    assert "Tomasz" not in talk(AMINA).sees


async def test_what_was_typed_is_put_right_and_said_back(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ, "dementia")
    await talk(AMINA).says("find demensia")
    assert "Tomasz Nowak" in talk(AMINA).sees
    assert "I took “demensia” as “dementia”" in talk(AMINA).sees


async def test_people_are_found_by_what_they_wrote_themselves(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    await offer(talk, TOMASZ, "sepsis", offer="We painted the kingfisher corridor yellow")
    await talk(PRIYA).says("project register")
    await talk(PRIYA).fills(title="Kingfisher garden", aim="A place to sit outside")
    await talk(AMINA).says("find kingfisher")
    assert "Offers: “We painted the kingfisher corridor yellow”" in talk(AMINA).sees
    assert "Led “Kingfisher garden” at ELFT" in talk(AMINA).sees
    await talk(AMINA).presses("Ask for an introduction", nth=1)
    assert talk(AMINA).form.kind.shape.wire == "introductions.reason"


async def test_why_says_what_somebody_led_and_whom_they_were_introduced_to(talk: Network, clock: SetClock) -> None:
    await talk.join(AMINA, RUTH, TOMASZ)
    await offer(talk, TOMASZ, "sepsis")
    await talk(TOMASZ).says("project register")
    await talk(TOMASZ).fills(title="Sepsis six in 60 minutes", topics=("sepsis",))
    await talk(RUTH).says("find sepsis")
    await talk(RUTH).presses("Ask for an introduction")
    await talk(RUTH).fills(reason="We start a trolley")
    await talk(TOMASZ).says("introductions")
    await talk(TOMASZ).presses("Accept")
    await talk(AMINA).says("find sepsis")
    assert "Champion for Sepsis; led “Sepsis six in 60 minutes” at Beds Hospitals" in talk(AMINA).sees
    assert "was introduced to one person about this" in talk(AMINA).sees


async def test_whoever_wants_to_be_asked_first_is_not_given_away_by_a_project(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ, "sepsis", visibility="ask")
    await talk(TOMASZ).says("project register")
    await talk(TOMASZ).fills(title="Sepsis six at Cauldwell ward", topics=("sepsis",))
    for words in ("find sepsis", "find cauldwell"):
        await talk(AMINA).says(words)
        assert "A consultant nurse" in talk(AMINA).sees
        assert "Tomasz" not in talk(AMINA).sees
        assert "Sepsis six at" not in talk(AMINA).sees


async def test_a_place_or_an_organisation_narrows_and_says_when_nobody_is_there(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    for who in (TOMASZ, PRIYA):
        await offer(talk, who, "pressure-ulcers")
    await talk(AMINA).says("find wound dressings luton")
    assert "I read this as: Pressure ulcers and wound care, in Luton" in talk(AMINA).sees
    assert "Priya Raman" in talk(AMINA).sees
    assert "Tomasz" not in talk(AMINA).sees
    await talk(AMINA).says("find wound dressings at Beds Hospitals")
    assert "Tomasz Nowak" in talk(AMINA).sees
    assert "Priya" not in talk(AMINA).sees
    await talk(AMINA).says("find wound dressings in Milton Keynes")
    assert "Nobody in Milton Keynes just now; these are from elsewhere" in talk(AMINA).sees
    assert "Priya Raman" in talk(AMINA).sees


async def test_people_for_both_topics_come_first(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA, JONAS)
    await offer(talk, TOMASZ, "sepsis")
    await offer(talk, JONAS, "falls", "sepsis")
    await offer(talk, PRIYA, "falls")
    await talk(AMINA).says("find sepsis and falls")
    said = talk(AMINA).sees
    assert said.index("Jonas Weber") < min(said.index("Tomasz Nowak"), said.index("Priya Raman"))
    assert "I read this as: Sepsis and Falls prevention" in said or "Falls prevention and Sepsis" in said
    await talk(AMINA).presses("Only Falls prevention")
    assert "Tomasz" not in talk(AMINA).sees


async def test_the_asked_take_turns_and_the_full_month_is_out(talk: Network, clock: SetClock) -> None:
    await talk.join(AMINA, RUTH, TOMASZ, PRIYA)
    await offer(talk, TOMASZ, "sepsis", asks_a_month="1")
    await offer(talk, PRIYA, "sepsis", asks_a_month="3")
    for who, seen_first, reason in ((AMINA, "Tomasz Nowak", "first"), (RUTH, "Priya Raman", "second")):
        await talk(who).says("find sepsis")
        names = [n for n in ("Tomasz Nowak", "Priya Raman") if n in talk(who).sees]
        assert min(names, key=talk(who).sees.index) == seen_first
        await talk(who).presses("Ask for an introduction")
        await talk(who).fills(reason=reason)
    await talk(STRANGER).says("find sepsis")
    assert "Tomasz" not in talk(STRANGER).sees
    clock.forward(timedelta(days=31))
    await talk(STRANGER).says("find sepsis")
    assert "Tomasz Nowak" in talk(STRANGER).sees


async def test_organisers_see_the_hidden_and_hear_that_only_they_do(talk: Network) -> None:
    await talk.join(AMINA, OWEN, PRIYA)
    await offer(talk, PRIYA, "sepsis", visibility="hidden")
    await talk(OWEN).says("find sepsis")
    assert "Priya Raman" in talk(OWEN).sees
    assert "Hidden: only organisers see this" in talk(OWEN).sees
    await talk(AMINA).says("find sepsis")
    assert "Priya" not in talk(AMINA).sees


async def test_a_form_narrows_a_search(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    for who in (TOMASZ, PRIYA):
        await offer(talk, who, "sepsis")
    await talk(AMINA).says("find")
    await talk(AMINA).fills()
    assert talk(AMINA).errors["words"].startswith("Please say what")
    await talk(AMINA).fills(topic="sepsis", place="Luton")
    assert "Priya Raman" in talk(AMINA).sees
    assert "Tomasz" not in talk(AMINA).sees
    await talk(AMINA).says("find sepsis")
    await talk(AMINA).presses("Narrow it")
    assert talk(AMINA).form.values["words"] == "sepsis"
    beds = next(c.value for c in talk(AMINA).form.choices["organisation"] if c.label.startswith("Bedfordshire Hosp"))
    await talk(AMINA).fills(organisation=beds)
    assert "Tomasz Nowak" in talk(AMINA).sees
    assert "Priya" not in talk(AMINA).sees


async def test_evidence_fades_with_age(database: Database, clock: SetClock, talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    for who, years in ((TOMASZ, 0), (PRIYA, 6)):
        clock.set(EVENT_MORNING - timedelta(days=365 * years))
        await talk.register(who, f"Sepsis trolley of {who.place}", topics=("sepsis",))
    clock.set(EVENT_MORNING)
    async with database.transaction(reading=True) as db:
        found = (await search(db, "sepsis", asker=None, now=clock.now(), today=clock.now().date())).hits
    assert [hit.name for hit in found] == ["Tomasz Nowak", "Priya Raman"]
    assert found[0].score > 1.5 * found[1].score


async def test_making_the_index_again_changes_nothing(database: Database, talk: Network, clock: SetClock) -> None:
    await talk.join(AMINA, RUTH, TOMASZ, PRIYA, JONAS)
    await offer(talk, TOMASZ, "sepsis", "falls", offer="Our yellow trolley")
    await offer(talk, PRIYA, "sepsis")
    await talk(RUTH).says("project register")
    await talk(RUTH).fills(title="Sepsis trolley", topics=("sepsis",))
    await talk(JONAS).says("project help sepsis trolley")
    await talk(AMINA).says("find sepsis")
    await talk(AMINA).presses("Ask for an introduction")
    await talk(AMINA).fills(reason="We start")
    await talk(PRIYA).says("champion")
    await talk(PRIYA).presses("Stop")

    async def held() -> list[object]:
        async with database.transaction(reading=True) as db:
            evidence = select(Evidence.person_id, Evidence.kind, Evidence.subject, Evidence.title, Evidence.at)
            words = select(EvidenceWord.word, Evidence.person_id).join(Evidence)
            about = select(EvidenceTopic.topic_id, Evidence.person_id, Evidence.kind).join(Evidence)
            knows = select(Knows.topic_id, Knows.person_id, Knows.rank, Knows.turn)
            return [sorted(tuple(row) for row in await db.execute(q)) for q in (evidence, words, about, knows)]

    before = await held()
    async with database.transaction() as db:
        await index.rebuild(db, evidence_of_all)
    assert await held() == before
    await talk(JONAS).says("project register")
    await talk(JONAS).fills(title="One more after the numbers were given")
    assert "One more" in talk(JONAS).sees
