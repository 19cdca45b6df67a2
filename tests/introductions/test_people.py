"""Somebody's card, people in the same role elsewhere, and asking from either."""

import pytest

from qibot.database import Database
from qibot.introductions.asking.counterparts import same_role
from tests.cast import AMINA, BEDS, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.scene import WHY, ids, offer, rows, words
from tests.talk import Network


async def test_a_card_shows_what_others_may_see_and_leads_to_an_introduction(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ, topics=("sepsis",))
    await offer(talk, TOMASZ, visibility="open")
    await talk(TOMASZ).says("project register Sepsis trolley")
    await talk(TOMASZ).fills()
    amina = talk(AMINA)
    await amina.says("person tomasz nowak")
    assert amina.message.title == TOMASZ.name
    for line in ("Role: Consultant nurse", "Works on: Sepsis", "Helps with: Sepsis", "Leads: Sepsis trolley (#1)"):
        assert line in amina.sees
    assert TOMASZ.email not in amina.sees
    await amina.presses("Ask for an introduction")
    assert "I will ask Tomasz Nowak, consultant nurse at Beds Hospitals in Bedford about Sepsis." in amina.form.intro
    await amina.fills(reason=WHY)
    await days.deliver()
    await talk(TOMASZ).reads().presses("Accept")
    assert "You are introduced to Amina Okafor" in talk(TOMASZ).sees


async def test_who_is_no_champion_is_asked_once_a_week_on_average(talk: Network, days: Days) -> None:
    crowd = [Character(f"Helper {n}", BEDS, f"U0H{n}", "RC9", "Nurse", "Bedford") for n in range(5)]
    await talk.join(RUTH)
    for who in crowd:
        await talk.join(who, name=who.name)
        await talk(who).says("person ruth")
        await talk(who).presses("Ask for an introduction")
        if who is not crowd[-1]:
            await talk(who).fills(reason=WHY)
            assert "I am asking Ruth Bell, matron at MKUH in Milton Keynes" in talk(who).sees
    assert "They are not taking questions just now." in talk(crowd[-1]).sees
    await days.forward(31)
    await talk(crowd[-1]).presses("Ask for an introduction", on=talk(crowd[-1]).said[-2])
    assert "I will ask Ruth Bell" in talk(crowd[-1]).form.intro


async def test_a_lead_who_was_asked_often_enough_is_not_found_either(talk: Network, days: Days) -> None:
    crowd = [Character(f"Helper {n}", BEDS, f"U0H{n}", "RC9", "Nurse", "Bedford") for n in range(4)]
    await talk.join(AMINA, RUTH)
    await talk(RUTH).says("project register Kingfisher trolley")
    await talk(RUTH).fills(topics=("sepsis",))
    for who in crowd:
        await talk(AMINA).says("find kingfisher")
        assert RUTH.name in talk(AMINA).sees
        await talk.join(who, name=who.name)
        await talk(who).says("find kingfisher")
        await talk(who).presses("Ask for an introduction")
        await talk(who).fills(reason=WHY)
    for asked in ("find kingfisher", "find sepsis"):
        await talk(AMINA).says(asked)
        assert RUTH.name not in talk(AMINA).sees
    await days.forward(31)
    await talk(AMINA).says("find kingfisher")
    assert RUTH.name in talk(AMINA).sees


async def test_whose_name_is_not_shown_is_not_there_except_to_organisers(talk: Network, database: Database) -> None:
    await talk.join(AMINA, OWEN, TOMASZ, PRIYA)
    await talk.join(RUTH, purposes=("introductions",))
    await offer(talk, TOMASZ, visibility="hidden")
    await offer(talk, PRIYA, visibility="ask")
    amina, nobody = talk(AMINA), "I cannot show you anybody called"
    for words_typed in ("tomasz", "Priya Raman", "ruth", f"@{TOMASZ.account}", f"@{RUTH.account}", "nobody", "%", "@"):
        await amina.says(f"person {words_typed}")
        assert f"{nobody} “{words_typed}”" in amina.sees
    await talk(PRIYA).says("champion")
    await talk(PRIYA).presses("Stop")
    await amina.says("person priya")
    assert nobody in amina.sees
    for name in ("tomasz", "priya"):
        await talk(OWEN).says(f"person {name}")
        assert "They chose not to be shown by name" in talk(OWEN).sees
    await talk(OWEN).says("person ruth")
    assert nobody in talk(OWEN).sees
    people = await ids(database)
    for guess in (people[TOMASZ.name], people[RUTH.name], 9999):
        await amina.presses_raw("introductions.ask_person", {"person": guess})
        assert amina.message.title == "They are not taking questions just now."
    await amina.presses_raw("introductions.ask_person", {"person": people[AMINA.name]})
    assert "That is you." in amina.sees
    await talk(STRANGER).says("person amina")
    assert "You have not joined the network yet." in talk(STRANGER).sees
    assert await rows(database) == []


async def test_ones_own_card_and_names_that_several_share(talk: Network) -> None:
    twin = Character("Amina Okonkwo", BEDS, "U0AMINA2", "RC9", "Nurse", "Bedford")
    await talk.join(AMINA, TOMASZ)
    await talk.join(twin, name=twin.name)
    for words_typed in ("person", f"person @{AMINA.account}"):
        await talk(AMINA).says(words_typed)
        assert talk(AMINA).message.title == AMINA.name
        assert "Members can look you up like this, if you agreed to be found." in talk(AMINA).sees
    await talk(TOMASZ).says("person amina")
    assert "There are 2 people like “amina”: Amina Okafor (MKUH), Amina Okonkwo (Beds Hospitals)." in talk(TOMASZ).sees
    await talk(TOMASZ).presses("person Amina Okonkwo")
    assert talk(TOMASZ).message.title == twin.name
    await talk(TOMASZ).says(f"person {'x' * 3000}")
    assert "I cannot show you anybody" in talk(TOMASZ).sees


async def test_people_in_the_same_role_elsewhere(talk: Network, days: Days) -> None:
    near = Character("Ward Manager One", BEDS, "U0W1", "RC9", "Ward manager", "Bedford")
    same = Character("Ward Sister Two", BEDS, "U0W2", "RWK", "Ward sister", "Luton")
    own = Character("Ward Sister Three", BEDS, "U0W3", "RD8", "Ward sister", "Milton Keynes")
    shy = Character("Ward Sister Four", BEDS, "U0W4", "RYC", "ward sister", "Luton")
    await talk.join(AMINA, topics=("sepsis", "falls"))
    for who in (near, same, own, shy):
        await talk.join(who, name=who.name, topics=("sepsis",) if who is near else ())
    await offer(talk, shy, visibility="ask")
    amina = talk(AMINA)
    await amina.says("intro counterpart")
    lines = [line for line in amina.sees.splitlines() if " at " in line]
    assert lines == [
        "Ward Sister Two, ward sister at ELFT in Luton",
        "A ward sister at EEAST in Luton",
        "Ward Manager One, ward manager at Beds Hospitals in Bedford",
    ]
    assert "It counts as the same role as “Ward sister”. You both work on one of the same topics." in amina.sees
    await amina.presses("Ask for an introduction", nth=1)
    assert "a ward sister at EEAST in Luton" in amina.form.intro
    await amina.fills(reason=WHY)
    await days.deliver()
    assert "Somebody would like to be introduced to you" in words(talk(shy).inbox)
    await amina.says("intro counterpart matron")
    assert "Nobody in another organisation" in amina.sees
    await talk.join(RUTH, role="")
    await talk(RUTH).says("intro counterpart")
    assert "I do not know your role yet." in talk(RUTH).sees
    await talk(RUTH).says("intro counterpart ward sister")
    assert "Ward Sister Two" in talk(RUTH).sees


async def test_more_counterparts_than_a_page_and_nobody_who_is_not_taking_questions(talk: Network) -> None:
    crowd = [Character(f"Lead {n}", BEDS, f"U0L{n}", "RC9", "Improvement lead", "Bedford") for n in range(8)]
    await talk.join(JONAS)
    for who in crowd:
        await talk.join(who, name=who.name)
    await offer(talk, crowd[0], visibility="hidden")
    await offer(talk, crowd[1], visibility="open")
    await talk(crowd[1]).says("champion pause in 2 weeks")
    await talk(JONAS).says("intro counterpart")
    assert talk(JONAS).sees.count("The same role.") == 5
    await talk(JONAS).presses("More people")
    assert talk(JONAS).sees.count("The same role.") == 1
    assert not {crowd[0].name, crowd[1].name} & set(words(talk(JONAS).said).replace(",", "\n").splitlines())
    await talk(JONAS).says("intro counterpart page:99")
    assert "Those were all" in talk(JONAS).sees


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("Ward sister", "ward SISTERS", 2),
        ("Ward sister", "Charge nurse", 1),
        ("ward manager on 7B", "Ward sister", 1),
        ("GP", "General Practitioner, partner", 1),
        ("Quality improvement lead", "QI lead", 1),
        ("Nurse", "Consultant nurse", 1),
        ("Charge nurse", "Nurse", 0),
        ("Matron", "Ward sister", 0),
        ("Manager", "Ward manager", 0),
        ("", "GP", 0),
        ("–", "–", 0),
    ],
)
def test_which_titles_are_one_role(one: str, other: str, how: int) -> None:
    assert same_role(one, other) == same_role(other, one) == how
