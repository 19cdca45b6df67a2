"""Organisations: added, given a domain or a workspace, so that joining offers the right one first."""

from tests.cast import AMINA, JONAS, OWEN, RUTH
from tests.talk import Network


async def test_an_organiser_adds_a_hospice_and_its_people_are_offered_it_first(talk: Network) -> None:
    await talk.join(OWEN)
    owen = talk(OWEN)
    await owen.says("organisation add St Bride's Hospice")
    await owen.fills(kind="hospice", place="Luton", ods_code="8x 12")
    assert owen.errors == {"ods_code": "An ODS code has one to nine letters and digits."}
    await owen.fills(kind="hospice", place="Luton", ods_code="", domain="rd8.example")
    assert "St Bride's Hospice is in the network now" in owen.sees
    await talk(AMINA).says("join")
    offered = {c.value: c.label for c in talk(AMINA).form.choices["organisation"]}
    assert offered[talk(AMINA).form.values["organisation"]] == "St Bride's Hospice"


async def test_a_domain_has_one_owner_and_shared_ones_have_none(talk: Network) -> None:
    await talk.join(OWEN)
    owen = talk(OWEN)
    await owen.says("organisation domain nhs.net MKUH")
    assert "nhs.net is shared by many organisations." in owen.sees
    await owen.says("organisation domain mkuh.example MKUH")
    assert "mkuh.example belongs to MKUH now" in owen.sees
    await owen.says("organisation domain mkuh.example CNWL")
    assert "belongs to another organisation already" in owen.sees


async def test_a_workspace_of_one_organisation_offers_it_and_follows_a_merger(talk: Network, clock) -> None:  # type: ignore[no-untyped-def]
    await talk.join(OWEN, AMINA)
    await talk(OWEN).says("organiser add Amina Okafor")
    await talk(AMINA).says("organisation workspace RC1")
    assert "This workspace belongs to Bedford Hospital now" in talk(AMINA).sees
    await talk(RUTH).says("join")
    labels = {c.value: c.label for c in talk(RUTH).form.choices["organisation"]}
    assert labels[talk(RUTH).form.values["organisation"]] == "Bedford Hospital NHS Trust"
    clock.set(clock.now().replace(year=2021))
    await talk(JONAS).says("join")
    labels = {c.value: c.label for c in talk(JONAS).form.choices["organisation"]}
    assert labels[talk(JONAS).form.values["organisation"]] == "Bedfordshire Hospitals NHS Foundation Trust"


async def test_adding_is_for_organisers(talk: Network) -> None:
    await talk.join(AMINA)
    for words in ("organisation add X", "organisation domain x.example MKUH", "organisation workspace MKUH"):
        await talk(AMINA).says(words)
        assert "That is for organisers" in talk(AMINA).sees
