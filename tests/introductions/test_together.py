"""Two of one workspace: brought together in one conversation, once, and told apart where that is not possible."""

from datetime import time, timedelta

import pytest
from sqlalchemy import update

from qibot.chat.message import Buttons, Mention, Message, Text, plain_text
from qibot.chat.platform import InDoubt, Unreachable
from qibot.clock import SetClock
from qibot.database import Database
from qibot.people.models import Identity, Person
from tests.cast import AMINA, JONAS, MK
from tests.introductions.days import Days
from tests.introductions.scene import WHY, ask, offer
from tests.talk import Network

BOTH = (AMINA.account, JONAS.account)


@pytest.fixture
async def asked(talk: Network, days: Days) -> None:
    """Amina has asked Jonas of her own workspace, who has the card."""
    await talk.join(AMINA, JONAS)
    await offer(talk, JONAS)
    await ask(talk, AMINA)
    await days.deliver()
    talk(JONAS).reads()


def together(talk: Network) -> Message:
    """The one message that went to both."""
    ((accounts, message),) = talk.paper.together
    assert accounts == BOTH
    return message


@pytest.mark.usefixtures("asked")
async def test_a_yes_brings_both_into_one_conversation(talk: Network, days: Days) -> None:
    await talk(JONAS).presses("Accept")
    assert "You are introduced to Amina Okafor" in talk(JONAS).sees
    assert talk.paper.together == []
    await days.deliver()
    message = together(talk)
    said = plain_text(message)
    for words in (
        "Amina Okafor and Jonas Weber, meet each other",
        "Amina Okafor\nWard sister, MKUH, Milton Keynes\nContact: amina.okafor@rd8.example",
        "Jonas Weber\nImprovement lead, CNWL, Milton Keynes\nContact: jonas.weber@rv3.example",
        "Amina Okafor asked about Sepsis:",
        f"> {WHY}",
        "what would Jonas Weber try first about Sepsis, and what has Amina Okafor tried?",
        "cannot read what you write here",
    ):
        assert words in said
    named = [run for part in message.parts if isinstance(part, Text) for run in part.runs if isinstance(run, Mention)]
    assert {(run.name, run.workspace, run.account) for run in named} == {
        (AMINA.name, MK, AMINA.account),
        (JONAS.name, MK, JONAS.account),
    }
    # What one of them would press is not for the eyes of the other.
    assert not [part for part in message.parts if isinstance(part, Buttons)]
    await days.forward(1)
    assert talk(AMINA).inbox == []
    together(talk)
    # Each still has it among their own, with all that goes with it.
    await talk(AMINA).says("introductions")
    assert "You are introduced. Contact: jonas.weber@rv3.example." in talk(AMINA).sees
    assert "[Write to Jonas Weber]" in talk(AMINA).sees


@pytest.mark.usefixtures("asked")
async def test_the_first_question_comes_from_both_projects(talk: Network, days: Days) -> None:
    for who, title in ((AMINA, "Sepsis six on the ward"), (JONAS, "Sepsis trolley")):
        await talk.register(who, title)
    await talk(JONAS).reads().presses("Accept")
    await days.deliver()
    assert (
        "how does “Sepsis six on the ward” (Amina Okafor) compare with “Sepsis trolley” (Jonas Weber)?"
        in plain_text(together(talk))
    )


@pytest.mark.usefixtures("asked")
async def test_where_nobody_is_brought_together_both_are_told_apart(talk: Network, days: Days) -> None:
    talk.paper.gathers = False
    await talk(JONAS).presses("Accept")
    assert "You are introduced to Amina Okafor" in talk(JONAS).sees
    await days.deliver()
    amina = talk(AMINA).reads()
    assert "You are introduced to Jonas Weber" in amina.sees
    assert "[Write to Jonas Weber]" in amina.sees
    await days.forward(1)
    assert len(amina.inbox) == 1
    # Nothing of it says that either of them cannot be reached.
    assert "You are introduced" in (await amina.says("introductions")).sees
    await amina.presses("Write to Jonas Weber")
    await amina.fills(words="Shall we talk?")
    await days.deliver()
    assert "> Shall we talk?" in talk(JONAS).reads().sees


@pytest.mark.usefixtures("asked")
async def test_nobody_knows_whether_it_arrived_so_it_is_not_said_twice_and_she_is_told_apart(
    talk: Network, days: Days
) -> None:
    await talk(JONAS).presses("Accept")
    talk.paper.refuse[AMINA.account] = InDoubt("The connection went.")
    await days.deliver()
    talk.paper.refuse.clear()
    await days.forward(1)
    assert talk.paper.together == []
    assert [message.title for message in talk(AMINA).inbox] == ["You are introduced to Jonas Weber"]


@pytest.mark.usefixtures("asked")
async def test_it_waits_for_the_hours_of_both_but_never_long(
    talk: Network, days: Days, clock: SetClock, database: Database
) -> None:
    async with database.transaction() as db:
        await db.execute(update(Person).where(Person.name == JONAS.name).values(works_from=time(13)))
    await talk(JONAS).presses("Accept")
    await days.deliver()
    assert (talk.paper.together, talk(AMINA).inbox) == ([], [])
    clock.forward(timedelta(hours=3))
    await days.deliver()
    together(talk)


@pytest.mark.usefixtures("asked")
async def test_who_never_works_when_the_other_does_is_not_kept_waiting(
    talk: Network, days: Days, database: Database
) -> None:
    async with database.transaction() as db:
        await db.execute(update(Person).where(Person.name == JONAS.name).values(working_days="5"))
    await talk(JONAS).presses("Accept")
    await days.deliver()
    assert talk.paper.together == []
    assert "You are introduced to Jonas Weber" in talk(AMINA).reads().sees


@pytest.mark.usefixtures("asked")
async def test_a_yes_taken_back_before_it_went_out_passes_nothing(talk: Network, days: Days, clock: SetClock) -> None:
    clock.forward(timedelta(hours=10))
    await talk(JONAS).presses("Accept")
    await talk(JONAS).says("me")
    await talk(JONAS).presses("Withdraw", nth=1)
    await days.until(11, 28)
    assert talk.paper.together == []
    assert "Not available this time" in talk(AMINA).reads().sees
    assert JONAS.name not in talk(AMINA).sees


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("how", ["left", "gone"])
async def test_whoever_said_yes_hears_when_the_asker_is_not_there_any_more(
    talk: Network, days: Days, database: Database, how: str
) -> None:
    await talk(JONAS).presses("Accept")
    if how == "left":
        await talk(AMINA).says("leave")
        await talk(AMINA).presses("Yes, leave")
    else:
        talk.paper.refuse[AMINA.account] = Unreachable("The account is gone.")
    await days.deliver()
    assert talk.paper.together == []
    assert "Your yes could not be passed on" in talk(JONAS).reads().sees
    async with database.transaction(reading=True) as db:
        jonas = await db.get(Identity, 2)
        assert jonas is not None
        assert jonas.unreachable == ""
