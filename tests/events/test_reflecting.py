"""Reflecting with a name and without, and grouping what was said."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, select, text

from qibot.database import Base, Database
from qibot.events.models import Reflection, ReflectionAnswer
from tests.cast import AMINA, JONAS, OWEN, RUTH, STRANGER, TOMASZ
from tests.events.meeting import hold
from tests.talk import Network


async def rows(database: Database) -> tuple[list[Reflection], list[str]]:
    async with database.transaction(reading=True) as db:
        sheets = list(await db.scalars(select(Reflection)))
        return sheets, sorted(await db.scalars(select(ReflectionAnswer.text)))


async def dump(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    async with database.transaction(reading=True) as db:
        tables = Base.metadata.sorted_tables
        return {t.name: [dict(row) for row in (await db.execute(select(t))).mappings()] for t in tables}


async def test_each_line_is_a_statement_kept_as_typed(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.says("reflect")
    await amina.presses("The two questions in pairs")
    assert amina.form.values["place"] == "Milton Keynes"
    await amina.fills(
        greatest_opportunities="  ‘stick’ to a  method \r\n\n\t- <b>A&E</b> | 50%\n",
        what_will_we_do_next="You tell us?",
    )
    assert "I kept 3 thoughts" in amina.sees
    sheets, texts = await rows(database)
    assert texts == sorted(["‘stick’ to a  method", "- <b>A&E</b> | 50%", "You tell us?"])
    assert [(s.form, s.place, s.energy, s.on) for s in sheets] == [("pairs", "Milton Keynes", "", date(2019, 11, 27))]
    assert sheets[0].person_id is not None
    await amina.presses("Make a pledge")
    assert amina.form.kind.shape.wire == "events.pledge"


async def test_not_every_box_may_be_empty_but_energy_alone_is_an_answer(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.says("reflect pairs")
    await amina.fills(greatest_opportunities=" \n ", place="Luton")
    assert amina.errors == {"greatest_opportunities": "Please write something in at least one box."}
    assert amina.form.values["place"] == "Luton"
    await amina.says("reflect closing")
    await amina.fills()
    assert list(amina.errors) == ["thinking"]
    await amina.submits("events.reflect_closing", {"event": "1", "energy": "splendid"})
    assert amina.errors == {"energy": "Please choose one of those offered."}
    await amina.fills(energy="mixed")
    assert "I kept how your energy is" in amina.sees
    sheets, texts = await rows(database)
    assert [s.energy for s in sheets] == ["mixed"]
    assert texts == []


async def test_two_thousand_characters_and_no_more(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.says("reflect closing")
    await amina.fills(thinking="x" * 2001)
    assert "2000 characters" in amina.errors["thinking"]
    await amina.fills(thinking="x" * 2000)
    assert (await rows(database))[1] == ["x" * 2000]


async def test_patient_details_are_refused_beside_the_box_and_kept_nowhere(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.says("reflect closing")
    await amina.fills(wondering="about patient NHS no 999 000 0018", feeling="Hopeful", no_name=True)
    assert list(amina.errors) == ["wondering"]
    assert not [line for line in str(await dump(database)).splitlines() if "999 000" in line or "Hopeful" in line]


async def test_the_event_is_the_given_one_or_the_one_joined_last_and_always_a_joined_one(talk: Network) -> None:
    await hold(talk, AMINA, RUTH)
    await hold(talk, AMINA, code="LATER", title="The later one")
    amina = talk(AMINA)
    await amina.says("reflect")
    assert "“The later one”" in amina.sees
    await amina.says("reflect qi27")
    assert "“Improving together”" in amina.sees
    await amina.says("reflect closing QI27")
    assert amina.form.intro == "Improving together"
    await talk(RUTH).says("reflect pairs LATER")
    assert "You have not joined “The later one”." in talk(RUTH).sees
    await talk(RUTH).submits("events.reflect_closing", {"event": "2", "thinking": "Let me in"})
    assert "You have not joined “The later one”." in talk(RUTH).sees
    await talk.join(JONAS)
    await talk(JONAS).says("reflect")
    assert "You have not joined an event yet." in talk(JONAS).sees
    await talk(STRANGER).submits("events.reflect_closing", {"event": "1", "thinking": "Let me in"})
    assert "You have not joined the network yet." in talk(STRANGER).sees


async def test_a_form_that_arrives_twice_counts_once(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.says("reflect closing")
    form = amina.form
    for _ in range(2):
        amina.last = form
        await amina.fills(id="view-7", thinking="Once", no_name=True)
    assert (await rows(database))[1] == ["Once"]


async def test_an_answer_without_a_name_leads_to_nobody_in_any_table(talk: Network, database: Database) -> None:
    await hold(talk, RUTH, TOMASZ, JONAS, AMINA)
    amina = talk(AMINA)
    await amina.says("pledge Visit the sepsis team")
    before = await dump(database)
    person = next(p["id"] for p in before["people"] if p["name"] == AMINA.name)
    assert person > 1, "an id that cannot be mistaken for the event's"
    await amina.says("reflect closing")
    await amina.fills(
        id="view-1", thinking="Who pays for this?\nWho decides?", feeling="tired", energy="low", no_name=True
    )
    assert "and nothing that says they are yours" in amina.sees
    await amina.says("reflect pairs")
    await amina.fills(id="view-2", greatest_opportunities="Share learning", place="Luton", no_name=True)

    after = await dump(database)
    new = {name: [row for row in after[name] if row not in before[name]] for name in after}
    gone = [row for name in before for row in before[name] if row not in after[name]]
    assert gone == [], "nothing that was there before was touched"
    made = {name: len(some) for name, some in new.items() if some}
    assert made == {"reflections": 2, "reflection_answers": 4, "receipts": 2}
    for name, some in new.items():
        for row in some:
            found = {key: value for key, value in row.items() if value == person and type(value) is int}
            assert not found, f"{name} leads to the person"
            words = " ".join(str(value) for value in row.values())
            for secret in (AMINA.name, AMINA.account, AMINA.email, AMINA.role):
                assert secret not in words, f"{name} holds {secret}"
    assert {row["person_id"] for row in (*new["reflections"], *new["receipts"])} == {None}


async def test_neither_order_nor_time_tells_whose_an_answer_is(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, RUTH)
    for n in range(12):
        who = talk((AMINA, RUTH)[n % 2])
        await who.says("reflect closing")
        await who.fills(thinking=f"Thought {n:02}", no_name=True)
    async with database.transaction(reading=True) as db:
        typed = select(ReflectionAnswer.text)
        by_answer = list(await db.scalars(typed.order_by(ReflectionAnswer.id)))
        by_form = list(await db.scalars(typed.join(Reflection).order_by(Reflection.id)))
        if database.dialect == "sqlite":
            in_file = list(await db.scalars(text("SELECT text FROM reflection_answers ORDER BY rowid")))
            assert in_file == by_answer
    # One chance in 12! each that this is an accident.
    assert by_answer != sorted(by_answer)
    assert by_form != sorted(by_form)
    timed = [c for t in ("reflections", "reflection_answers") for c in Base.metadata.tables[t].columns]
    moments = [c.name for c in timed if c.type.python_type in (date, datetime) and not isinstance(c.type, Date)]
    assert moments == []


async def test_an_organiser_groups_answers_and_can_change_their_mind(talk: Network) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("reflect closing")
    await talk(AMINA).fills(thinking=f"Where to start?\nWhat first?\n{'Long ' * 30}\nWho helps?", feeling="Hopeful")
    owen = talk(OWEN)
    await owen.says("event themes qi27")
    assert "What are you thinking?\n4 answers, 4 not grouped" in owen.sees
    await owen.presses("Group them")
    offered = {c.label: c.value for c in owen.form.choices["answers"]}
    assert all(len(label) <= 75 for label in offered)
    await owen.fills(theme="How do we get  started?", answers=(offered["Where to start?"], offered["What first?"]))
    assert "4 answers, 2 not grouped\nThemes: How do we get started?" in owen.sees
    await owen.presses("Group them")
    assert owen.form.intro.endswith("Themes so far: How do we get started?")
    assert [c.group for c in owen.form.choices["answers"]][:2] == ["Not grouped yet"] * 2
    await owen.fills(theme="how do we get STARTED?", answers=(offered["Who helps?"],))
    assert "4 answers, 1 not grouped\nThemes: How do we get started?" in owen.sees
    await owen.presses("Group them")
    await owen.fills(theme="", answers=(offered["What first?"],))
    assert "4 answers, 2 not grouped" in owen.sees


async def test_answers_of_another_question_or_event_cannot_be_grouped(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    await hold(talk, AMINA, code="OTHER")
    for code in ("QI27", "OTHER"):
        await talk(AMINA).says(f"reflect closing {code}")
        await talk(AMINA).fills(thinking=f"Thinking {code}", feeling=f"Feeling {code}")
    async with database.transaction(reading=True) as db:
        ids = {a.text: str(a.id) for a in await db.scalars(select(ReflectionAnswer))}
    owen = talk(OWEN)
    for answers in ([ids["Thinking OTHER"]], [ids["Feeling QI27"]], ["7"], ["x"], []):
        await owen.submits("events.theme", {"event": "1", "question": "thinking", "theme": "T", "answers": answers})
        assert list(owen.errors) == ["answers"]
    async with database.transaction(reading=True) as db:
        assert set(await db.scalars(select(ReflectionAnswer.theme_id))) == {None}
    await owen.presses_raw("events.group", {"event": 1, "question": "no-such"})
    assert "There are no such answers any more." in owen.sees
