"""Somebody else: suggested by the person asked, or found where an introduction did not come about."""

import pytest
from sqlalchemy import update

from qibot.chat.message import Button, Buttons, Message
from qibot.chat.platform import Unreachable
from qibot.database import Database
from qibot.introductions.models import DECLINED, EXPIRED
from qibot.people.models import Identity
from tests.cast import AMINA, JONAS, LENA, NADIA, PRIYA, RUTH, TOMASZ
from tests.introductions.days import Days
from tests.introductions.scene import WHY, ask, offer, rows, words
from tests.talk import Network

CLOSED, SUGGESTED = "Not available this time", "They suggested asking somebody else"


@pytest.fixture
async def asked(talk: Network, days: Days) -> None:
    """Amina has asked Tomasz, who has the card; there are others."""
    await talk.join(AMINA, TOMASZ, LENA, RUTH)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()


async def suggests(talk: Network, said: str) -> None:
    """Tomasz suggests somebody."""
    await talk(TOMASZ).reads().presses("Suggest somebody else")
    await talk(TOMASZ).fills(words=said)


@pytest.mark.usefixtures("asked")
async def test_a_person_who_lets_the_network_see_their_name_is_suggested_by_name(
    talk: Network, days: Days, database: Database
) -> None:
    amina = talk(AMINA)
    await suggests(talk, "lena fischer")
    assert "hears that you suggested asking Lena Fischer, paramedic at EEAST in Bedford" in talk(TOMASZ).sees
    await days.deliver()
    assert amina.reads().message.title == SUGGESTED
    assert "A consultant nurse at Beds Hospitals in Bedford is not available this time" in amina.sees
    assert "suggested asking Lena Fischer, paramedic at EEAST in Bedford." in amina.sees
    assert TOMASZ.name not in amina.sees
    assert LENA.email not in amina.sees
    await amina.says("introductions")
    await amina.presses("Ask them")
    assert amina.form.values["reason"] == WHY
    assert "I will ask Lena Fischer" in amina.form.intro
    await amina.fills()
    await days.deliver()
    assert "would like to talk with you about Sepsis." in talk(LENA).reads().sees
    assert f"> {WHY}" in talk(LENA).sees
    assert [one.state for one in await rows(database)] == [DECLINED, "asked"]
    for label in ("Suggest somebody else", "Accept"):
        await talk(TOMASZ).reads().presses(label)
        assert "You have answered that one already." in talk(TOMASZ).sees


@pytest.mark.usefixtures("asked")
async def test_words_are_read_as_a_topic_and_never_passed_on(talk: Network, days: Days) -> None:
    await talk.join(PRIYA)
    await talk(PRIYA).says("champion join")
    await talk(PRIYA).fills(topics=("falls",), visibility="ask")
    await suggests(talk, "Dr Elsewhere in the falls team")
    assert "asking somebody about Falls prevention" in talk(TOMASZ).sees
    await days.deliver()
    amina = talk(AMINA).reads()
    assert amina.message.title == SUGGESTED
    assert "Elsewhere" not in words(amina.inbox)
    assert "I ask an occupational therapist at ELFT in Luton about Falls prevention for you." in amina.sees
    await amina.presses("Ask them")
    assert "an occupational therapist at ELFT in Luton about Falls prevention" in amina.form.intro
    await amina.says("introductions")
    assert "They suggested asking somebody else about Falls prevention." in amina.sees
    await amina.presses("Find others")
    assert "People who can help with “Falls prevention”" in amina.sees


@pytest.mark.usefixtures("asked")
async def test_whoever_is_not_to_be_found_sounds_like_nobody(talk: Network, days: Days, database: Database) -> None:
    await talk.join(JONAS)
    await talk.join(PRIYA, purposes=("findable", "nudges"))
    await offer(talk, JONAS, visibility="ask")
    await talk(TOMASZ).reads().presses("Suggest somebody else")
    answers = set()
    for name in (JONAS.name, PRIYA.name, AMINA.name, TOMASZ.name, "Xaver Ypsilon"):
        await talk(TOMASZ).fills(words=name)
        answers.add(talk(TOMASZ).errors["words"])
    assert len(answers) == 1
    await talk(TOMASZ).fills(words="NHS no 999 000 0018")
    assert "patient" in talk(TOMASZ).errors["words"]
    await talk(AMINA).submits("introductions.suggest", {"words": LENA.name, "introduction": "1"})
    assert "I cannot find that introduction among yours." in talk(AMINA).sees
    await talk(LENA).presses_raw("introductions.ask_instead", {"introduction": 1})
    assert "I cannot find that introduction among yours." in talk(LENA).sees
    await talk(AMINA).presses_raw("introductions.ask_instead", {"introduction": 1})
    assert "I cannot find that suggestion." in talk(AMINA).sees
    assert [one.state for one in await rows(database)] == ["asked"]


@pytest.mark.usefixtures("asked")
async def test_who_was_suggested_and_takes_part_no_more_is_not_named(talk: Network, days: Days) -> None:
    await suggests(talk, LENA.name)
    await talk(LENA).presses_raw("people.withdraw", {"purpose": "introductions"})
    await days.deliver()
    assert talk(AMINA).reads().message.title == SUGGESTED
    assert LENA.name not in talk(AMINA).sees
    await talk(AMINA).says("introductions")
    await talk(AMINA).presses("Ask them")
    assert "They are not taking questions just now." in talk(AMINA).sees


# ---- Nobody is left believing


async def test_an_asked_person_who_cannot_be_reached_ends_it_at_once_and_another_is_offered(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await offer(talk, PRIYA)
    talk.paper.refuse[TOMASZ.account] = Unreachable("The account is gone.")
    await days.deliver()
    amina = talk(AMINA).reads()
    assert amina.message.title == CLOSED
    assert "gone" not in amina.sees
    assert "If you like, I ask an occupational therapist at ELFT in Luton about Sepsis for you." in amina.sees
    await amina.presses("Ask them")
    await amina.fills(reason=WHY)
    assert "I have passed it on" in amina.sees
    await days.until(12, 20)
    assert [m.title for m in amina.inbox] == [CLOSED, CLOSED]
    assert [b.label for b in _buttons(amina.inbox[1])] == ["Find others", "Projects about Sepsis", "My introductions"]
    assert [one.state for one in await rows(database)] == [EXPIRED, EXPIRED]


async def test_who_put_it_off_meanwhile_is_asked_again_all_the_same(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await talk(TOMASZ).says("introductions")
    everything = talk(TOMASZ).message
    talk.paper.refuse[TOMASZ.account] = Unreachable("The account is gone.")
    await talk(TOMASZ).presses("Later", on=everything)
    await days.deliver()
    assert talk(AMINA).inbox == []
    talk.paper.refuse.clear()
    await days.until(12, 4)
    assert "A question that waits for you" in talk(TOMASZ).reads().sees


async def test_a_yes_that_could_not_be_passed_on_offers_another(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, NADIA, PRIYA)
    await offer(talk, NADIA)
    await ask(talk, AMINA)
    await offer(talk, PRIYA)
    await days.deliver()
    await talk(NADIA).reads().presses("Accept")
    async with database.transaction() as db:
        await db.execute(update(Identity).where(Identity.account == AMINA.account).values(unreachable="gone"))
    await days.deliver()
    nadia = talk(NADIA).reads()
    assert nadia.message.title == "Your yes could not be passed on"
    assert "If you like, I ask an occupational therapist at ELFT in Luton about Sepsis for you." in nadia.sees
    await nadia.presses("Ask them")
    assert "an occupational therapist at ELFT" in nadia.form.intro


def _buttons(message: Message) -> list[Button]:
    return [b for part in message.parts if isinstance(part, Buttons) for b in part.buttons]


@pytest.mark.usefixtures("asked")
async def test_who_is_suggested_may_be_written_to_at_the_same_moment(talk: Network, days: Days) -> None:
    """The outbox reads both together, and what it knows of one must not be all that is known when they are named."""
    await offer(talk, LENA, visibility="open")
    await suggests(talk, "lena fischer")
    await ask(talk, RUTH)
    await days.deliver()
    assert "suggested asking Lena Fischer, paramedic at EEAST in Bedford." in talk(AMINA).reads().sees
    assert "would like to talk with you about Sepsis." in talk(LENA).reads().sees
