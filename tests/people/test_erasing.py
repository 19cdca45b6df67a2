"""Having what is held erased: what somebody said is gone from every table, and what they did with others counts."""

import re

import pytest
from sqlalchemy import func, select

from qibot.broadcasts.models import Listed
from qibot.clock import SetClock
from qibot.database import Base, Database
from qibot.events.models import Attendance, Pledge, Reflection
from qibot.introductions.models import ACCEPTED, EXPIRED, Introduction, NotWith
from qibot.outbox.models import PENDING, SENDING, Delivery
from qibot.people.erasing.service import NOBODY
from qibot.people.models import Person
from qibot.projects.models import Project
from qibot.projects.papers.models import ProjectImport
from tests.broadcasts.scene import send
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ
from tests.champions.scene import ask_organisers, topic_id
from tests.events.meeting import hold
from tests.events.test_fishbowl import ask as ask_the_room
from tests.events.test_stalls import open_stall
from tests.introductions.days import Days
from tests.introductions.rounds.chat_scene import start, take_part
from tests.introductions.scene import ask, dump, ids, introduce, offer, writes
from tests.projects.test_stories import tell
from tests.talk import Network

WORD = "Zanzibar"
"""Stands in everything that Amina says as herself."""

KEPT = {
    "attendances.person_id": "how many came",
    "broadcast_answers.person_id": "how many pressed which button",
    "broadcast_listed.person_id": "how many it was for",
    "broadcasts.agreed_by_id": "that a second organiser agreed",
    "broadcasts.organiser_id": "the network's own words",
    "consents.person_id": "that they agreed, and that they took it back",
    "deliveries.person_id": "that nothing went twice",
    "events.organiser_id": "the network's own event",
    "introductions.asker_id": "how many there were",
    "introductions.champion_id": "how many there were",
    "introductions.stopped_by_id": "that it was ended",
    "introduction_suggestions.person_id": "what the other was told",
    "misuse_reports.about_id": "for an organiser to look at, for a while",
    "misuse_reports.closed_by_id": "that it was looked at",
    "misuse_reports.reporter_id": "for an organiser to look at, for a while",
    "mix_seats.person_id": "that nobody sat with the same person twice",
    "not_with.other_id": "somebody else's list, without a name",
    "pdsa_cycles.by_id": "the project's own",
    "pledges.person_id": "how many were made and kept",
    "project_calls.by_id": "that champions were asked",
    "project_handovers.from_id": "that it was handed on",
    "project_handovers.to_id": "that it was handed on",
    "project_updates.person_id": "the project's own",
    "questions.answered_by_id": "that it was answered",
    "questions.suggested_id": "what the other was told",
    "receipts.person_id": "that a kind of thing was done, for 400 days",
    "relay_messages.sender_id": "that something was written",
    "round_programmes.organiser_id": "the network's own rounds",
    "round_seats.person_id": "how many were matched",
    "rounds.opened_by_id": "that an organiser let it go out",
}
"""Where a row of somebody who was erased still stands, and for what. Nothing here leads to a name."""


async def a_life(talk: Network, days: Days, database: Database) -> None:
    """Amina says as herself all that can be said."""
    await talk.join(AMINA, RUTH, JONAS, TOMASZ, PRIYA, OWEN)
    amina = talk(AMINA)
    await introduce(talk, days, AMINA, TOMASZ)
    await offer(talk, AMINA)
    await amina.says("champion join")
    await amina.fills(offer=f"Trolleys, as in {WORD}")
    await ask(talk, JONAS)
    await writes(talk, AMINA, f"Shall we meet in {WORD}?")
    await amina.says("introductions not Somebody in Zanzibar")
    await ask_organisers(talk, AMINA, f"Care homes in {WORD}", await topic_id(database, "sepsis"))
    await talk.register(AMINA, "Sepsis six within the hour")
    await tell(talk, AMINA, f"What we did in {WORD}", tried=f"We went to {WORD}")
    await amina.says(f"small Jugs from {WORD} stand on the left")
    await amina.says("topic follow sepsis")
    await start(talk)
    await take_part(talk, AMINA)
    await hold(talk, AMINA, RUTH)
    await amina.says("event pledge QI27")
    await amina.fills(text=f"Go to {WORD}")
    await open_stall(talk, AMINA, f"Boards of {WORD}")
    await ask_the_room(talk, AMINA, "Who pays for this?")
    await send(talk, days, takes_words=True)
    letter = next(message for message in amina.inbox if "Write to the organisers" in str(message))
    await amina.presses("Write to the organisers", on=letter)
    await amina.fills(words=f"I am in {WORD} then")
    await amina.says("nudges stop everything")
    assert WORD in await dump(database)


async def erase(talk: Network) -> None:
    await talk(AMINA).says("me")
    await talk(AMINA).presses("Erase")
    assert "Erase what I hold about you?" in talk(AMINA).sees
    await talk(AMINA).presses("Yes, erase it")
    assert "What I held about you is erased" in talk(AMINA).sees


async def test_of_all_that_somebody_said_nothing_is_left_in_any_table(
    talk: Network, days: Days, database: Database
) -> None:
    await a_life(talk, days, database)
    await erase(talk)
    await days.deliver()
    # Ids of requests are the platforms' own, but here they begin with the account.
    left = re.sub(r"'paper/T0MK/U0AMINA-\d+'", "", await dump(database))
    found = re.findall(rf".{{0,80}}(?:{WORD}|Okafor|okafor|{AMINA.account}).{{0,80}}", left)
    assert not found, "\n".join(found)


async def test_every_table_says_what_becomes_of_somebody(talk: Network, days: Days, database: Database) -> None:
    await a_life(talk, days, database)
    me = (await ids(database))[AMINA.name]
    await erase(talk)
    stays = set()
    async with database.transaction(reading=True) as db:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if any(str(key.column) == "people.id" for key in column.foreign_keys):
                    rows = await db.scalar(select(func.count()).select_from(table).where(column == me))
                    stays |= {str(column)} if rows else set()
    assert stays <= KEPT.keys()
    columns = {str(c) for t in Base.metadata.sorted_tables for c in t.columns for _ in c.foreign_keys}
    assert KEPT.keys() <= columns


async def test_what_was_done_still_counts(talk: Network, days: Days, database: Database) -> None:
    await a_life(talk, days, database)
    me = (await ids(database))[AMINA.name]
    await erase(talk)
    async with database.transaction(reading=True) as db:
        person = await db.get_one(Person, me)
        assert (person.name, person.email, person.contact, person.here) == (NOBODY, "", "", False)
        assert person.erased_at is not None
        states = {(i.asker_id == me, i.state, i.reason != "") for i in await db.scalars(select(Introduction))}
        assert states == {(True, ACCEPTED, False), (False, EXPIRED, True)}
        assert await db.scalar(select(func.count()).select_from(Attendance)) == 2
        assert (await db.scalars(select(Pledge.text))).all() == ["A promise of somebody no longer here"]
        assert (await db.scalars(select(Project.lead_id))).all() == [None]
        assert await db.scalar(select(func.count()).select_from(Listed)) == 0
    await days.until(6, 1, year=2020)
    async with database.transaction(reading=True) as db:
        still = select(func.count()).where(Delivery.person_id == me, Delivery.state.in_((PENDING, SENDING)))
        assert await db.scalar(still) == 0
        at = select(func.count()).where(Delivery.person_id == me, Delivery.conversation != "")
        assert await db.scalar(at) == 0
    await talk(TOMASZ).says("introductions")
    assert "You were introduced; one of you no longer takes part in introductions." in talk(TOMASZ).sees
    await talk(RUTH).says("projects")
    assert "Sepsis six within the hour" in talk(RUTH).sees


async def test_who_had_asked_them_is_not_left_waiting(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, JONAS, OWEN)
    await offer(talk, AMINA)
    await ask(talk, JONAS)
    await days.deliver()
    card = talk(AMINA).inbox[-1]
    await erase(talk)
    await days.deliver()
    assert "Not available this time" in talk(JONAS).reads().sees
    # What is still in their chat leads to nothing.
    await talk(AMINA).presses("Accept", on=card)
    assert "You have not joined the network yet." in talk(AMINA).sees


async def test_whoever_comes_back_is_somebody_new_and_who_keeps_away_from_them_still_does(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, RUTH, OWEN)
    await offer(talk, RUTH)
    await talk(RUTH).says("person Amina Okafor")
    await talk(RUTH).presses("Never introduce us")
    assert "That stays between us" in talk(RUTH).sees
    me = (await ids(database))[AMINA.name]
    await erase(talk)
    await talk(AMINA).says("me")
    assert "You have not joined yet" in talk(AMINA).sees
    await talk.join(AMINA)
    assert (await ids(database))[AMINA.name] != me
    async with database.transaction(reading=True) as db:
        rows = [(one.other_id, one.label) for one in await db.scalars(select(NotWith))]
    assert rows == [(None, AMINA.name)]
    await talk(AMINA).says("find sepsis")
    assert RUTH.role not in talk(AMINA).sees


async def test_who_has_left_and_who_only_looked_around_are_erased_too(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    await tell(talk, AMINA, "What we did")
    await talk(AMINA).presses_raw("people.leave", {})
    await talk(RUTH).says("topics")
    assert AMINA.email in await dump(database)
    for who in (AMINA, RUTH):
        await talk(who).says("erase")
        await talk(who).presses("Yes, erase it")
        assert "is erased" in talk(who).sees
        assert who.email not in await dump(database)
    assert list(await ids(database)) == [NOBODY]


async def test_one_press_after_another_erases_nobody_else(talk: Network, database: Database) -> None:
    await talk.join(AMINA, RUTH)
    await talk(AMINA).says("erase")
    asking = talk(AMINA).message
    await erase(talk)
    await talk(AMINA).presses("Yes, erase it", on=asking)
    await talk(RUTH).says("erase")
    await talk(RUTH).presses("Stay")
    assert set(await ids(database)) == {NOBODY, RUTH.name}


@pytest.mark.parametrize("no_name", [True, False])
async def test_words_about_an_event_stay_as_they_were_shown_without_a_name(
    talk: Network, database: Database, no_name: bool
) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("reflect pairs QI27")
    await talk(AMINA).fills(greatest_opportunities="Learning from each other", no_name=no_name)
    await erase(talk)
    async with database.transaction(reading=True) as db:
        assert (await db.scalars(select(Reflection.person_id))).all() == [None]
    assert "Learning from each other" in await dump(database)


async def test_of_who_leads_what_elsewhere_only_their_own_name_goes(
    talk: Network, clock: SetClock, database: Database
) -> None:
    await talk.join(AMINA)
    said = ["AMINA okafor", AMINA.email, f"{AMINA.name} {AMINA.email}", "Amina Okafor-Bell", "Sam Stranger"]
    for nth, lead in enumerate(said, start=1):
        await talk.register(AMINA, f"Piece of work number {nth}")
        async with database.transaction() as db:
            made = {"project_id": nth, "organisation_id": 1, "key": f"{nth}", "lead": lead, "link": ""}
            db.add(ProjectImport(**made, at=clock.now()))
    await erase(talk)
    async with database.transaction(reading=True) as db:
        left = (await db.scalars(select(ProjectImport.lead).order_by(ProjectImport.project_id))).all()
    assert left == ["", "", "", *said[3:]]
