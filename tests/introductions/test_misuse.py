"""Reports of misuse: what ends at once, who reads what, and what is kept of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from qibot.clock import SetClock
from qibot.database import Database
from qibot.introductions.misuse.service import KEEP, REMEMBER
from qibot.introductions.models import Misuse
from qibot.people.models import Person, Receipt
from tests.cast import AMINA, NADIA, OWEN, RUTH, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.scene import WHY, ask, dump, introduce, offer, writes
from tests.introductions.scene import words as words_of
from tests.talk import Network

WORDS = "Three times a day about a blue door"
REPORT = "A report of misuse"


async def reports(talk: Network, who: Character, words: str = WORDS) -> None:
    """Press the button on what they read, and say what happened."""
    await talk(who).presses("Report misuse")
    assert "never how to reach either of you" in talk(who).form.intro
    await talk(who).fills(words=words)


def titles(talk: Network, who: Character) -> list[str]:
    """What came unasked."""
    return [message.title for message in talk(who).inbox]


async def test_from_a_message_it_goes_to_the_organisers_and_the_two_are_kept_apart(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, NADIA, OWEN)
    await introduce(talk, days, AMINA, NADIA)
    await writes(talk, AMINA, "Hello")
    await days.deliver()
    message = talk(NADIA).reads().message
    await writes(talk, AMINA, "Hello again")
    await reports(talk, NADIA)
    assert "Your report is on its way to the organisers" in talk(NADIA).sees
    await days.deliver()
    owen = talk(OWEN).reads()
    assert owen.message.title == REPORT
    assert "Nadia Khan (EEAST) says of Amina Okafor (MKUH), who were introduced, on Wed 27 Nov:" in owen.sees
    assert f"> {WORDS}" in owen.sees
    assert not {AMINA.email, NADIA.email} & set(words_of(owen.inbox).split())
    assert titles(talk, AMINA)[-1] == "The messages have ended"
    assert WORDS not in words_of(talk(AMINA).inbox)
    assert titles(talk, NADIA).count("Amina Okafor writes") == 1
    # Again, by a button that is still there, is the same report.
    await talk(NADIA).presses("Report misuse", on=message)
    await talk(NADIA).fills(words="Once more")
    await days.deliver()
    assert titles(talk, OWEN) == [REPORT]
    await talk(NADIA).says("introductions not")
    assert "Amina Okafor, ward sister at MKUH in Milton Keynes" in talk(NADIA).sees
    await owen.presses("Close it")
    assert "The report is closed" in owen.sees
    await owen.presses_raw("introductions.close_report", {"report": 1})
    assert "That report is closed already." in owen.sees
    await days.deliver()
    assert "An organiser has looked at your report" in talk(NADIA).reads().sees
    assert WORDS not in await dump(database)
    await days.forward(14)
    assert titles(talk, OWEN) == [REPORT]


async def test_from_the_card_it_is_a_no_like_any_other_and_the_asker_stays_unnamed(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ, OWEN)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()
    talk(TOMASZ).reads()
    await reports(talk, TOMASZ)
    assert "between you and a ward sister at MKUH in Milton Keynes" in talk(TOMASZ).sees
    await days.deliver()
    assert titles(talk, AMINA) == ["Not available this time"]
    assert "who were not introduced" in talk(OWEN).reads().sees
    assert "Amina Okafor (MKUH)" in talk(OWEN).sees
    assert AMINA.name not in words_of([*talk(TOMASZ).said, *talk(TOMASZ).inbox])
    await days.until(6, 15, year=2020)
    await ask(talk, AMINA)
    assert "I have passed it on" in talk(AMINA).sees
    await days.deliver()
    assert len(talk(TOMASZ).inbox) == 1


async def test_a_yes_that_was_not_passed_on_yet_is_taken_back_with_the_report(
    talk: Network, days: Days, clock: SetClock
) -> None:
    await talk.join(AMINA, TOMASZ, OWEN)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()
    clock.forward(timedelta(hours=9))
    await talk(TOMASZ).reads().presses("Accept")
    assert "You are introduced to Amina Okafor" in talk(TOMASZ).sees
    await talk(TOMASZ).says("introductions")
    await reports(talk, TOMASZ)
    await days.until(11, 28)
    assert titles(talk, AMINA) == ["Not available this time"]
    await talk(AMINA).says("introductions")
    assert not [m for m in (*talk(AMINA).said, *talk(AMINA).inbox) if TOMASZ.name in words_of([m])]
    assert titles(talk, OWEN) == [REPORT]


async def test_organisers_who_are_meant_get_nothing_and_others_may_not_look(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, OWEN, RUTH)
    await introduce(talk, days, AMINA, OWEN)
    await talk(AMINA).says("introductions")
    await reports(talk, AMINA)
    assert "There is no other organiser who could read your report" in talk(AMINA).sees
    async with database.transaction() as db:
        await db.execute(update(Person).where(Person.name == RUTH.name).values(is_organiser=True))
    await talk(OWEN).says("introductions reports")
    assert "No report waits for you" in talk(OWEN).sees
    await talk(OWEN).presses_raw("introductions.close_report", {"report": 1})
    assert "I cannot find that report." in talk(OWEN).sees
    await talk(RUTH).opens_home()
    assert "One report of misuse waits for an organiser." in talk(RUTH).sees
    await talk(RUTH).presses("Reports that wait")
    assert "Amina Okafor (MKUH) says of Owen Hughes (Beds Hospitals)" in talk(RUTH).sees
    await talk(AMINA).says("introductions reports")
    assert "That is for organisers of the network." in talk(AMINA).sees
    await talk(AMINA).presses_raw("introductions.close_report", {"report": 1})
    assert "That is for organisers of the network." in talk(AMINA).sees


async def test_only_the_two_may_report_and_patients_stay_out_of_it(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, TOMASZ, RUTH, OWEN)
    await introduce(talk, days, AMINA, TOMASZ)
    for introduction in (1, 77):
        await talk(RUTH).presses_raw("introductions.open_report", {"introduction": introduction})
        assert "I cannot find that introduction among yours." in talk(RUTH).sees
    await talk(RUTH).submits("introductions.report", {"words": WHY, "introduction": "1"})
    assert "I cannot find that introduction among yours." in talk(RUTH).sees
    await talk(AMINA).says("introductions")
    await reports(talk, AMINA, "The patient NHS no 999 000 0018")
    assert "patient" in talk(AMINA).errors["words"]
    async with database.transaction(reading=True) as db:
        assert list(await db.scalars(select(Misuse))) == []


async def test_what_is_kept_and_for_how_long(talk: Network, days: Days, database: Database, clock: SetClock) -> None:
    await talk.join(AMINA, TOMASZ, OWEN)
    await introduce(talk, days, AMINA, TOMASZ)
    await talk(AMINA).says("introductions")
    await reports(talk, AMINA)
    await days.until(12, 4)
    assert titles(talk, OWEN) == [REPORT, "A report of misuse that waits for you"]
    async with database.transaction(reading=True) as db:
        audit = select(Receipt.person_id).where(Receipt.what == "introductions.report")
        assert list(await db.scalars(audit)) == [1]
    with pytest.raises(IntegrityError):
        async with database.transaction() as db:
            await db.execute(update(Misuse).values(closed_at=clock.now()))
    start = clock.now()
    clock.set(start + KEEP - timedelta(days=8))
    await days.deliver()
    assert WORDS in await dump(database)
    clock.set(start + KEEP)
    await days.deliver()
    assert WORDS not in await dump(database)
    await talk(OWEN).says("introductions reports")
    assert "No report waits for you" in talk(OWEN).sees
    async with database.transaction(reading=True) as db:
        assert len(list(await db.scalars(select(Misuse)))) == 1
    clock.set(start + KEEP + REMEMBER + timedelta(days=1))
    await days.deliver()
    async with database.transaction(reading=True) as db:
        assert list(await db.scalars(select(Misuse))) == []
    # Deliveries about it that somebody still looks at find nothing, and nothing breaks.
    await talk(AMINA).says("introductions not")
    assert "Tomasz Nowak" in talk(AMINA).sees
