"""People of different organisations, workspaces and platforms: what each gets, and how they go on."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from qibot.chat.message import Calendar, Link, Mention, Message, Text
from qibot.chat.platform import NotNow, Unreachable
from qibot.clock import SetClock
from qibot.database import Database
from qibot.people.models import Identity, Person
from tests.cast import AMINA, BEDS, JONAS, MK, NADIA, TOMASZ
from tests.introductions.days import Days
from tests.introductions.scene import ask, introduce, offer, words
from tests.talk import Network


def calendars(message: Message) -> list[str]:
    """The calendar files of a message."""
    return [p.file.text for p in message.parts if isinstance(p, Calendar) and p.file.name == "introduction.ics"]


def runs(message: Message, kind: type[Any]) -> list[Any]:
    """All runs of a kind in its paragraphs."""
    return [run for part in message.parts if isinstance(part, Text) for run in part.runs if isinstance(run, kind)]


def starts(file: str) -> list[str]:
    """When its entries start."""
    return re.findall(r"DTSTART:(\S+)", file)


async def test_two_platforms_each_gets_what_the_other_agreed_to_show(talk: Network, days: Days) -> None:
    await talk.join(AMINA, NADIA)
    await introduce(talk, days, AMINA, NADIA)
    amina, nadia = talk(AMINA).message, talk(NADIA).message
    for line in ("You are introduced to Nadia Khan", "Role: Paramedic", "About: Sepsis", "To begin with: ask"):
        assert line in words([amina])
    assert "Contact: nadia.khan@ryc.example" in words([amina])
    assert "Contact: amina.okafor@rd8.example" in words([nadia])
    for message, other in ((amina, NADIA), (nadia, AMINA)):
        assert runs(message, Mention) == [Mention(other.name)]
        (mail,) = runs(message, Link)
        assert mail == Link(
            f"Write an e-mail to {other.name}", f"mailto:{other.email}?subject=Our%20introduction%3A%20Sepsis"
        )
        assert "working hours of both:\nMon 2 Dec at 11:00 or Tue 3 Dec at 15:00\n" in words([message])
        assert f"[Write to {other.name}]" in words([message])
        (file,) = calendars(message)
        assert starts(file) == ["20191202T110000Z", "20191203T150000Z"]
    assert 'ORGANIZER;CN="Amina Okafor":mailto:amina.okafor@rd8.example' in calendars(amina)[0]
    assert "CONTACT:Nadia Khan\\, nadia.khan@ryc.example" in calendars(amina)[0]
    ids = [re.findall("UID:.*", calendars(message)[0]) for message in (amina, nadia)]
    assert ids[0] == ids[1]
    (calendar,) = [part for part in amina.parts if isinstance(part, Calendar)]
    first = calendar.meetings[0]
    assert (first.label, first.title, first.guest) == (
        "Mon 2 Dec at 11:00",
        "Amina Okafor and Nadia Khan",
        "nadia.khan@ryc.example",
    )
    assert first.about == "A first conversation about Sepsis. You have both said yes to an introduction."
    assert (first.starts, first.ends) == (
        datetime(2019, 12, 2, 11, tzinfo=UTC),
        datetime(2019, 12, 2, 11, 30, tzinfo=UTC),
    )


async def test_one_workspace_needs_neither_e_mail_nor_file(talk: Network, days: Days) -> None:
    talk.paper.gathers = False
    await talk.join(AMINA, JONAS)
    await introduce(talk, days, AMINA, JONAS)
    for who, other in ((AMINA, JONAS), (JONAS, AMINA)):
        message = talk(who).message
        assert runs(message, Mention) == [Mention(other.name, MK, other.account, other.email)]
        assert calendars(message) == []
        assert runs(message, Link) == []


@pytest.mark.parametrize(("contact", "address"), [(TOMASZ.email, TOMASZ.email), ("01234 567", ""), ("", "")])
async def test_another_workspace_of_the_same_kind_may_open_a_chat_by_the_address_that_was_agreed(
    talk: Network, days: Days, contact: str, address: str
) -> None:
    await talk.join(AMINA)
    await talk.join(TOMASZ, contact=contact)
    await introduce(talk, days, AMINA, TOMASZ)
    assert runs(talk(AMINA).message, Mention) == [Mention(TOMASZ.name, address=address)]
    assert TOMASZ.email not in words([talk(AMINA).message]) or contact == TOMASZ.email
    assert all(TOMASZ.email not in file or contact == TOMASZ.email for file in calendars(talk(AMINA).message))


@pytest.mark.parametrize("contact", ["a@b", "x y@z.example", "tom@z.example, 01234", "tom@z.example\n", "javascript:1"])
async def test_only_an_e_mail_address_becomes_a_link(talk: Network, days: Days, contact: str) -> None:
    await talk.join(AMINA)
    await talk.join(NADIA, contact=contact)
    await introduce(talk, days, AMINA, NADIA)
    links = runs(talk(AMINA).message, Link)
    assert [link.url.partition("?")[0] for link in links] == (
        ["mailto:tom@z.example"] if contact.strip() == "tom@z.example" else []
    )
    assert "ORGANIZER" in calendars(talk(NADIA).message)[0] or not links


async def test_a_contact_that_is_withheld_is_in_no_file(talk: Network, days: Days) -> None:
    await talk.join(AMINA)
    await talk.join(NADIA, contact="")
    await introduce(talk, days, AMINA, NADIA)
    (file,) = calendars(talk(AMINA).message)
    assert "CONTACT" not in file
    assert "ryc.example" not in file
    assert "They gave no contact, but you can write here and I pass it on." in talk(AMINA).sees
    assert "ORGANIZER" not in calendars(talk(NADIA).message)[0]
    calendar = next(part for part in talk(AMINA).message.parts if isinstance(part, Calendar))
    assert [meeting.guest for meeting in calendar.meetings] == ["", ""]


async def works_only(database: Database, name: str, days: str) -> None:
    """Change somebody's working days."""
    async with database.transaction() as db:
        await db.execute(update(Person).where(Person.name == name).values(working_days=days))


async def test_working_days_that_never_meet_give_a_sentence_and_no_file(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, NADIA)
    await works_only(database, AMINA.name, "0")
    await works_only(database, NADIA.name, "1234")
    await offer(talk, NADIA)
    await ask(talk, AMINA)
    await days.deliver()
    await talk(NADIA).reads().presses("Accept")
    assert calendars(talk(NADIA).message) == []
    assert "Your working hours never overlap in the coming weeks" in talk(NADIA).sees
    await days.until(12, 2)
    assert "Your working hours never overlap in the coming weeks" in talk(AMINA).reads().sees


async def test_both_get_the_same_times_though_one_hears_of_it_days_later(
    talk: Network, days: Days, clock: SetClock
) -> None:
    await talk.join(AMINA, NADIA)
    await offer(talk, NADIA)
    await ask(talk, AMINA)
    await days.deliver()
    clock.forward(timedelta(days=2, hours=8))
    await talk(NADIA).reads().presses("Accept")
    await days.until(12, 2)
    asker, champion = talk(AMINA).reads().message, talk(NADIA).message
    assert starts(calendars(asker)[0]) == starts(calendars(champion)[0]) == ["20191204T110000Z", "20191205T150000Z"]
    await days.until(12, 4, 12)
    await talk(NADIA).presses("Accept", on=talk(NADIA).inbox[0])
    assert "You are introduced to Amina Okafor" in talk(NADIA).sees
    assert calendars(talk(NADIA).message) == []
    assert "never overlap" not in talk(NADIA).sees


async def test_the_times_are_said_by_the_readers_own_clock(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, NADIA)
    async with database.transaction() as db:
        await db.execute(update(Person).where(Person.name == NADIA.name).values(zone="Europe/Athens"))
    await introduce(talk, days, AMINA, NADIA)
    assert "at 10:30 or " in talk(AMINA).sees
    assert "at 12:30 or " in talk(NADIA).sees


# ---- When one cannot be reached


async def accepted(talk: Network, days: Days) -> None:
    """Nadia says yes; nobody has been told yet."""
    await talk.join(AMINA, NADIA)
    await offer(talk, NADIA)
    await ask(talk, AMINA)
    await days.deliver()
    await talk(NADIA).reads().presses("Accept")


async def test_whoever_said_yes_hears_when_the_asker_cannot_be_told(talk: Network, days: Days) -> None:
    await accepted(talk, days)
    talk.paper.refuse[AMINA.account] = Unreachable("The account is gone.")
    await days.deliver()
    nadia = talk(NADIA).reads()
    assert nadia.message.title == "Your yes could not be passed on"
    assert "Amina Okafor, ward sister at MKUH in Milton Keynes asked for you about Sepsis" in nadia.sees
    assert "You have done your part." in nadia.sees
    assert "Contact: amina.okafor@rd8.example" in nadia.sees
    assert "gone" not in nadia.sees
    await days.forward(1)
    assert [m.title for m in nadia.inbox].count("Your yes could not be passed on") == 1
    await nadia.presses("Find others")
    assert "Sepsis" in nadia.sees


async def test_and_also_when_nobody_can_be_reached_from_the_start(
    talk: Network, days: Days, database: Database
) -> None:
    await accepted(talk, days)
    async with database.transaction() as db:
        await db.execute(update(Identity).where(Identity.account == AMINA.account).values(unreachable="gone"))
    await days.deliver()
    assert talk(NADIA).reads().message.title == "Your yes could not be passed on"


async def test_an_asker_who_left_meanwhile_is_not_named(talk: Network, days: Days) -> None:
    await accepted(talk, days)
    await talk(AMINA).says("leave")
    await talk(AMINA).presses("Yes, leave")
    await days.deliver()
    nadia = talk(NADIA).reads()
    assert nadia.message.title == "Your yes could not be passed on"
    assert "A ward sister at MKUH" in nadia.sees
    assert AMINA.name not in nadia.sees
    assert AMINA.email not in nadia.sees


async def test_a_passing_fault_is_not_told(talk: Network, days: Days) -> None:
    await accepted(talk, days)
    talk.paper.refuse[AMINA.account] = NotNow("busy")
    await days.deliver()
    assert len(talk(NADIA).inbox) == 1
    talk.paper.refuse.clear()
    await days.forward(1)
    assert "You are introduced to Nadia Khan" in talk(AMINA).reads().sees
    assert len(talk(NADIA).inbox) == 1


def test_the_cast_of_this_page_sits_where_it_is_said() -> None:
    assert (AMINA.workspace, TOMASZ.workspace) == (MK, BEDS)
    assert AMINA.platform == TOMASZ.platform != NADIA.platform
