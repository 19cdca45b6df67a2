"""What an asker lets the other see before they answer, and that it is no more than that."""

import pytest

from qibot.database import Database
from qibot.introductions.seen import Seen
from qibot.introductions.words import who
from tests.cast import AMINA, TOMASZ
from tests.introductions.days import Days
from tests.introductions.scene import WHY, ask, offer, rows, words
from tests.talk import Network

SEEN = {
    "name": "Amina Okafor, ward sister at MKUH in Milton Keynes would like to talk with you about Sepsis.",
    "role": "A ward sister at MKUH in Milton Keynes would like to talk with you about Sepsis.",
    "kind": "Somebody at an acute trust would like to talk with you about Sepsis.",
}


@pytest.mark.parametrize("shows", SEEN)
async def test_the_card_and_the_list_show_what_the_asker_chose_and_no_contact(
    talk: Network, days: Days, shows: str
) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA, shows=shows)
    await days.deliver()
    await talk(TOMASZ).says("introductions")
    seen = words([*talk(TOMASZ).inbox, talk(TOMASZ).message])
    assert SEEN[shows] in seen
    assert (AMINA.name in seen) is (shows == "name")
    assert ("MKUH" in seen) is (shows != "kind")
    assert AMINA.email not in seen
    await talk(TOMASZ).reads().presses("Accept")
    assert "You are introduced to Amina Okafor" in talk(TOMASZ).sees
    assert AMINA.email in talk(TOMASZ).sees


async def test_a_name_that_was_shown_is_shown_only_while_the_question_is_open(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA, shows="name")
    await days.deliver()
    await talk(AMINA).says("introductions")
    await talk(AMINA).presses("Withdraw")
    for label in ("Accept", "Suggest somebody else"):
        await talk(TOMASZ).reads().presses(label)
        assert "They withdrew that one in the meantime." in talk(TOMASZ).sees
    await talk(TOMASZ).says("introductions")
    assert "A ward sister at MKUH in Milton Keynes asked you about Sepsis" in talk(TOMASZ).sees
    assert AMINA.name not in talk(TOMASZ).sees


async def test_nothing_chosen_is_role_and_organisation_and_nonsense_is_refused(
    talk: Network, database: Database
) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await talk(AMINA).says("find sepsis")
    await talk(AMINA).presses("Ask for an introduction")
    values = {**talk(AMINA).form.values, "reason": WHY}
    await talk(AMINA).submits("introductions.reason", {**values, "shows": "everything"})
    assert "shows" in talk(AMINA).errors
    del values["shows"]
    await talk(AMINA).submits("introductions.reason", values)
    assert "They see your role and organisation." in talk(AMINA).sees
    assert [one.shows for one in await rows(database)] == ["role"]


async def test_an_asker_of_no_known_kind_of_organisation_is_somebody_in_the_network() -> None:
    assert who(Seen("", "", "")) == "somebody in the network"
    assert who(Seen("", "", "", kind="GP practice"), start=True) == "Somebody at a GP practice"
