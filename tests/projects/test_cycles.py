"""PDSA cycles: the prediction before the result, the comparison after, and the ramp of them; and small changes."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from qibot.clock import SetClock
from qibot.database import Database
from qibot.projects.changes.models import Cycle, SmallChange
from tests.cast import AMINA, OWEN, RUTH, STRANGER, TOMASZ
from tests.introductions.days import Days
from tests.projects.test_registering import register
from tests.talk import Network

DONE = {"happened": "Two falls", "compared": "in part", "act": "adapt"}


async def cycles(database: Database) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(Cycle)) or 0


async def test_a_cycle_is_predicted_done_compared_and_decided(talk: Network, database: Database) -> None:
    await talk.join(AMINA, RUTH, TOMASZ)
    await register(talk, AMINA, "Falls")
    await talk(RUTH).says("project help #1")
    amina, ruth = talk(AMINA), talk(RUTH)
    await amina.says("project show #1")
    await amina.presses("Plan a PDSA cycle")
    await amina.fills(objective="Lamps at every bed", prediction="")
    assert list(amina.errors) == ["prediction"]
    await amina.fills(prediction="One fall instead of three", data="The log")
    assert "Cycle 1 of “Falls” is planned" in amina.sees
    # A helper says what happened; what was predicted stands above the question, and is not asked again.
    await ruth.says("pdsa #1")
    await ruth.presses("Say what happened")
    assert "You predicted: One fall instead of three" in ruth.form.intro
    assert "prediction" not in [f.name for f in ruth.form.kind.shape.fields]
    form = ruth.form
    await ruth.fills(**DONE, learned="Plugs are for cleaners too", next="Batteries")
    assert "We predicted: One fall instead of three" in ruth.sees
    assert "Compared: As we predicted in part" in ruth.sees
    assert "So: Adapt: we change it and try again" in ruth.sees
    await ruth.submits(form.kind.shape.wire, {**form.values, **DONE})
    assert "What happened in cycle 1 is there already." in ruth.sees
    await ruth.says("pdsa plan #1")
    await ruth.fills(objective="Batteries", prediction="No fall")
    await talk(TOMASZ).says("project show #1")
    assert (
        "PDSA cycles\n1. Lamps at every bed – as we predicted in part; adapted\n2. Batteries – under way"
        in talk(TOMASZ).sees
    )
    await talk(TOMASZ).presses("PDSA cycles")
    assert "Say what happened" not in talk(TOMASZ).sees
    assert await cycles(database) == 2


async def test_one_cycle_is_open_at_a_time_and_sent_again_it_is_the_same(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Falls")
    said = {"objective": "Lamps", "prediction": "Fewer", "project": "1"}
    amina = talk(AMINA)
    await asyncio.gather(*(amina.submits("pdsa.plan", said) for _ in range(3)))
    assert await cycles(database) == 1
    await amina.submits("pdsa.plan", said | {"objective": "Socks"})
    assert "Cycle 1 is still open" in amina.errors["objective"]
    for command in ("pdsa plan #1", "pdsa result #1"):
        await amina.says(command)
        assert amina.form.kind.shape.wire == "pdsa.study"
    for values in ({"cycle": "99"}, {"cycle": "x"}, {"cycle": "9" * 20}):
        await amina.submits("pdsa.study", DONE | values)
        assert "I cannot find that cycle." in amina.sees
    for wrong in ({"compared": "badly"}, {"act": "hope"}):
        await amina.submits("pdsa.study", DONE | wrong | {"cycle": "1"})
        assert amina.errors
    for send in (
        talk(TOMASZ).submits("pdsa.plan", said),
        talk(TOMASZ).submits("pdsa.study", DONE | {"cycle": "1"}),
        talk(TOMASZ).says("pdsa plan #1"),
    ):
        await send
        assert "Only those who are on that project" in talk(TOMASZ).sees


async def test_the_database_itself_keeps_the_method(talk: Network, database: Database, clock: SetClock) -> None:
    await talk.join(AMINA)
    await register(talk, AMINA, "Falls")
    values = {"project_id": 1, "number": 1, "by_id": 1, "objective": "x", "planned_at": clock.now()}
    with pytest.raises(IntegrityError):
        async with database.transaction() as db:
            await db.execute(insert(Cycle).values(**values, prediction=""))
    async with database.transaction() as db:
        await db.execute(insert(Cycle).values(**values, prediction="Fewer"))
    with pytest.raises(IntegrityError):
        async with database.transaction() as db:
            await db.execute(update(Cycle).values(studied_at=clock.now(), happened="y", act="adopt"))


async def test_a_cycle_is_a_sign_of_life(talk: Network, days: Days) -> None:
    await talk.join(AMINA)
    await register(talk, AMINA, "Falls")
    await days.forward(60)
    await talk(AMINA).submits("pdsa.plan", {"objective": "Lamps", "prediction": "Fewer", "project": "1"})
    await days.forward(60)
    assert talk(AMINA).inbox == []


# ---- Small changes


async def test_a_small_change_needs_no_project_and_no_name(talk: Network, database: Database, clock: SetClock) -> None:
    await talk.join(AMINA, TOMASZ, OWEN)
    amina = talk(AMINA)
    for _ in range(2):
        await amina.says("small Water jugs stand\n on the  left")
        assert "Noted. Small changes add up" in amina.sees
    clock.forward(timedelta(days=1))
    await talk(TOMASZ).says("small The huddle stands")
    for who in (STRANGER, AMINA):
        await talk(who).says("projects")
        assert "Small changes\n“The huddle stands” – Beds Hospitals, Thu 28 Nov\n“Water jugs stand on the left”" in (
            talk(who).sees
        )
        assert "Tomasz" not in talk(who).sees
    await amina.says("small")
    assert amina.sees.count("[Take it back]") == 1
    # Somebody else's stays, whatever is pressed; and one's own is asked for no name either.
    async with database.transaction() as db:
        ids = dict((await db.execute(select(SmallChange.words, SmallChange.id))).all())
    await amina.presses_raw("small.take_back", {"small": ids["The huddle stands"]})
    await amina.says("small")
    await amina.presses("Take it back")
    async with database.transaction() as db:
        assert (await db.scalars(select(SmallChange.words))).all() == ["The huddle stands"]
    await amina.says(f"small {'x' * 201}")
    assert "A small change fits in 200 characters; this has 201." in amina.sees
    await amina.says("small The patient is 943 476 5919")
    assert "Nothing was saved or sent." in amina.sees
    await talk(OWEN).says("organisation projects hidden")
    for words in ("small", "projects"):
        await amina.says(words)
        assert "huddle" not in amina.sees
    for n in range(11):
        await amina.says(f"small Change {n}")
    await amina.says("small")
    await amina.presses("More small changes")
    assert amina.sees.count("“Change") == 1
