"""Joining, seeing what is held, withdrawing, leaving."""

from tests.cast import AMINA, JONAS, OWEN, RUTH, TOMASZ
from tests.talk import Network


async def test_a_stranger_asks_what_is_held_and_joins(talk: Network) -> None:
    amina = talk(AMINA)
    await amina.says("me")
    assert "You have not joined yet" in amina.sees
    await amina.presses("Join the network")
    assert amina.form.values["name"] == "Amina Okafor"
    mkuh = next(c.value for c in amina.form.choices["organisation"] if "Milton Keynes University" in c.label)
    await amina.fills(organisation=mkuh, role="Ward sister", topics=("sepsis",), purposes=("findable", "nudges"))
    assert "Welcome, Amina Okafor" in amina.sees
    await amina.says("me")
    assert "Topics: Sepsis" in amina.sees
    assert "Yes: The bot may remind me" in amina.sees
    assert "No: Organisers may send me news" in amina.sees


async def test_an_organisation_that_has_merged_is_offered_only_before_it_did(talk: Network, clock) -> None:  # type: ignore[no-untyped-def]
    await talk(AMINA).says("join")
    assert any(c.label == "Bedford Hospital NHS Trust" for c in talk(AMINA).form.choices["organisation"])
    clock.set(clock.now().replace(year=2021, month=6))
    await talk(AMINA).says("join")
    assert not any(c.label == "Bedford Hospital NHS Trust" for c in talk(AMINA).form.choices["organisation"])
    await talk(AMINA).says("organisation RC1")
    assert "Became part of: Bedfordshire Hospitals" in talk(AMINA).sees


async def test_an_answer_that_was_not_offered_is_refused_beside_its_field(talk: Network) -> None:
    amina = talk(AMINA)
    await amina.says("join")
    await amina.submits("people.join", {"name": "Amina", "organisation": "99999", "topics": ["no-such"]})
    assert amina.errors == {"organisation": "Please choose one of those offered."}
    assert amina.form.values["name"] == "Amina"
    await amina.says("me")
    assert "You have not joined yet" in amina.sees


async def test_withdrawing_one_consent_is_one_press_and_leaves_the_others(talk: Network) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("me")
    await amina.presses("Withdraw", nth=2)
    assert "The bot may remind me of what I promised" in amina.sees
    await amina.says("me")
    assert "No: The bot may remind me" in amina.sees
    assert "Yes: Others in the network may find me" in amina.sees


async def test_leaving_asks_once_and_can_be_undone_by_joining_again(talk: Network) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("leave")
    assert "Leave the network?" in amina.sees
    await amina.presses("Yes, leave")
    await amina.says("champion")
    assert "You have not joined the network yet." in amina.sees
    await talk.join(AMINA)
    await amina.says("me")
    assert "What I hold about you" in amina.sees


async def test_the_organiser_of_the_settings_is_one_and_can_make_another(talk: Network) -> None:
    await talk.join(OWEN, AMINA)
    await talk(AMINA).says("organiser add Owen Hughes")
    assert "That is for organisers" in talk(AMINA).sees
    await talk(OWEN).says("organiser add Amina Okafor")
    assert "Amina Okafor is an organiser now" in talk(OWEN).sees
    await talk(AMINA).says("topic add Virtual wards")
    group = talk(AMINA).form.choices["group"][0].value
    await talk(AMINA).fills(group=group, words="hospital at home, virtual beds")
    await talk(AMINA).says("topics virtual beds")
    assert "Virtual wards" in talk(AMINA).sees


async def test_people_are_named_by_mention_or_name_and_two_of_a_name_are_asked_about(talk: Network) -> None:
    await talk.join(OWEN, AMINA, RUTH, JONAS, TOMASZ)
    owen = talk(OWEN)
    await owen.says("organiser add @U0TOMASZ")
    assert "Tomasz Nowak is an organiser now" in owen.sees
    await owen.says("organiser add a")
    assert "people like “a”" in owen.sees
    await owen.says("organiser add nobody of that name")
    assert "I cannot find" in owen.sees


async def test_patient_details_go_nowhere(talk: Network, capsys) -> None:  # type: ignore[no-untyped-def]
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("join")
    await amina.fills(role="looks after patient NHS no 999 000 0018")
    assert "999" not in amina.errors["role"]
    assert amina.form.values["role"] == "looks after patient NHS no 999 000 0018"
    await amina.says("find patient NHS no 999 000 0018")
    assert "Nothing was saved or sent." in amina.sees
    assert "999" not in amina.sees
    await amina.says("me")
    assert "Ward sister" in amina.sees
    out = capsys.readouterr()
    assert "999" not in out.out + out.err
