"""Both sides or neither: when one cannot be told, the others hear so and come first the next time."""

import pytest
from sqlalchemy import update

from qibot.chat.platform import Unreachable
from qibot.database import Database
from qibot.introductions.models import ACCEPTED, WITHDRAWN, Introduction
from qibot.introductions.rounds.models import Participant
from qibot.outbox.models import Delivery
from qibot.people.models import Identity, Person
from tests.cast import AMINA, JONAS, NADIA, OWEN, TOMASZ
from tests.introductions.days import Days
from tests.introductions.rounds.chat_scene import NAME, agree, all_of, first_round, met, start, take_part, titles
from tests.introductions.scene import words
from tests.talk import Network

NOT_TOLD = f"Your match in “{NAME}” could not be told"


async def works_only(database: Database, name: str, days: str) -> None:
    """Somebody works on these weekdays, Monday being 0, and hears of things on them."""
    async with database.transaction() as db:
        await db.execute(update(Person).where(Person.name == name).values(working_days=days))


@pytest.mark.parametrize("how", ["gone", "withdraws", "leaves the rounds"])
async def test_the_other_hears_and_comes_first_next_time(
    talk: Network, days: Days, database: Database, how: str
) -> None:
    await talk.join(AMINA, NADIA, OWEN)
    # Amina has her card on Monday; Nadia would have hers on Thursday.
    await works_only(database, NADIA.name, "3")
    await first_round(talk, days, AMINA, NADIA)
    assert met(talk, AMINA) == {frozenset({"Amina", "Nadia"})}
    if how == "gone":
        talk.papers["paper2"].refuse[NADIA.account] = Unreachable("The account is gone.")
    elif how == "withdraws":
        await talk(NADIA).presses_raw("people.withdraw", {"purpose": "introductions"})
    else:
        await talk(NADIA).presses_raw("rounds.leave", {"programme": 1})
    await days.until(12, 5)
    await days.until(12, 6)
    assert titles(talk, AMINA).count(NOT_TOLD) == 1
    assert "You come first in the next round, on Thu 2 Jan" in talk(AMINA).reads().sees
    assert NADIA.name not in talk(AMINA).sees
    assert [t for t in titles(talk, NADIA) if t.startswith("Your match")] == []
    (introduction,) = await all_of(database, Introduction)
    assert introduction.state == WITHDRAWN
    await talk(AMINA).says("introductions")
    assert "Nothing came of it, as one of you could not be told." in talk(AMINA).sees
    assert NADIA.email not in talk(AMINA).sees
    assert {row.person_id: row.waited for row in await all_of(database, Participant)}[1] == 1
    await talk(OWEN).says("rounds")
    await days.until(12, 20)
    assert "Did you meet?" not in titles(talk, AMINA)
    await talk(AMINA).says("round why")
    assert "You were matched, but not everybody could be told." in talk(AMINA).sees


async def test_neither_is_told_when_one_is_gone_before_the_first_message(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, NADIA, OWEN)
    await works_only(database, AMINA.name, "3")
    await works_only(database, NADIA.name, "4")
    await first_round(talk, days, AMINA, NADIA)
    await talk(NADIA).presses_raw("people.leave", {})
    await days.until(12, 5)
    await days.until(12, 12)
    assert [t for t in titles(talk, AMINA) if t.startswith("Your match")] == [NOT_TOLD]
    assert titles(talk, NADIA) == [t for t in titles(talk, NADIA) if "match" not in t]


async def test_of_three_the_two_who_are_left_have_each_other(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, JONAS, NADIA, OWEN)
    await works_only(database, NADIA.name, "3")
    await works_only(database, JONAS.name, "4")
    await first_round(talk, days, AMINA, JONAS, NADIA)
    assert met(talk, AMINA) == {frozenset({"Amina", "Jonas", "Nadia"})}
    talk.papers["paper2"].refuse[NADIA.account] = Unreachable("The account is gone.")
    await days.until(12, 5)
    await days.until(12, 6)
    assert f"One of your three in “{NAME}” could not be told" in titles(talk, AMINA)
    assert "It is the two of you now: you and Jonas Weber." in talk(AMINA).reads().sees
    jonas = words([talk(JONAS).reads().message])
    assert f"Your match in “{NAME}”: Amina Okafor" in jonas
    assert "You would have been three, but the third could not be told" in jonas
    states = {(i.asker_id, i.champion_id): i.state for i in await all_of(database, Introduction)}
    assert sorted(states.values()) == [ACCEPTED, WITHDRAWN, WITHDRAWN]
    waited = {row.person_id: row.waited for row in await all_of(database, Participant)}
    assert waited == {1: 0, 2: 0, 3: 1}


async def test_who_cannot_be_written_to_is_matched_with_nobody(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, JONAS, TOMASZ, OWEN)
    await start(talk)
    await take_part(talk, AMINA, JONAS, TOMASZ)
    async with database.transaction() as db:
        gone = update(Identity).where(Identity.account == TOMASZ.account)
        await db.execute(gone.values(unreachable="The account is gone."))
    await agree(talk)
    await days.until(12, 2)
    assert met(talk, AMINA, JONAS) == {frozenset({"Amina", "Jonas"})}
    assert [d for d in await all_of(database, Delivery) if d.kind == "rounds.card" and d.person_id == 3] == []
