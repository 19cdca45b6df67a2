"""Projects from a file: looked at first, taken in whole, once, and with everything that is wrong said by its line."""

import asyncio
import json
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from qibot.chat.incoming import FileSent, Sender
from qibot.chat.message import Document, Message
from qibot.clock import SetClock
from qibot.database import Database
from qibot.documents import tables
from qibot.people.models import Organisation
from qibot.projects.models import FINISHED, LEAD, Handover, Project, ProjectMember, ProjectTopic
from qibot.projects.papers import reading, waiting
from qibot.projects.papers.models import ProjectFile, ProjectImport
from tests.cast import AMINA, JONAS, OWEN, STRANGER, TOMASZ, Character
from tests.talk import PLATFORM, Network, Talk

NHS_NUMBER = "patient 943 476 5919"
LIFE_QI = """\
Project title,Organisation,Aim,Status,Progress score,Project lead,Team,Topics,Start date,End date,ID,URL,Budget code
Fewer falls at night,RD8,Fewer by March,Active,2.5 - Changes tested,Amina Okafor,Ward 7,Falls,01/02/2019,,LQ-1,https://improve.example/1,B1
Sepsis six,rc9,,Completed,4,tomasz.nowak@rc9.example,,sepsis; huddles,2018-05-01,2019-06-30,LQ-2,,B2
Quiet nights,CNWL,Sleep,Draft,,Sam Elsewhere,,,,,LQ-3,,B3
"""


async def sends(talk: Network, who: Character, data: bytes, *, fetched: list[bool] | None = None) -> Talk:
    """A file, in the conversation with the bot."""
    t = talk(who)

    async def fetch() -> bytes:
        if fetched is not None:
            fetched.append(True)
        return data

    incoming = FileSent(t._id(), Sender(PLATFORM, who.workspace, who.account), fetch)
    t.last = await talk.bot.handle(incoming, t.paper)
    return t


async def ready(talk: Network) -> Talk:
    await talk.join(AMINA, TOMASZ, OWEN)
    return talk(OWEN)


async def rows_of(database: Database, kind: type[Any]) -> list[Any]:
    async with database.transaction() as db:
        return list(await db.scalars(select(kind).order_by(*kind.__table__.primary_key)))


async def count(database: Database) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(Project)) or 0


async def test_a_file_is_looked_at_first_and_taken_in_with_a_yes(talk: Network, database: Database) -> None:
    owen = await ready(talk)
    await sends(talk, OWEN, LIFE_QI.encode())
    assert "3 projects to import" in owen.sees
    assert "Title: your “Project title”" in owen.sees
    assert "Progress score: your “Progress score”" in owen.sees
    assert "Not read: “Budget code”." in owen.sees
    assert "2 have a lead in the network and 2 a topic" in owen.sees
    assert "“Active” is read as under way (1)." in owen.sees
    assert await count(database) == 0
    await owen.presses("Yes, import 3")
    assert "3 projects imported" in owen.sees
    falls, sepsis, quiet = await rows_of(database, Project)
    assert (falls.title, falls.stage, falls.progress, falls.helpers) == (
        "Fewer falls at night",
        "under way",
        5,
        "Ward 7",
    )
    assert (sepsis.stage, sepsis.progress, sepsis.updated_at.date()) == (FINISHED, 8, date(2019, 6, 30))
    assert (falls.lead_id, sepsis.lead_id, quiet.lead_id) == (1, 2, None)
    members = await rows_of(database, ProjectMember)
    assert {(m.project_id, m.person_id, m.role) for m in members} == {(1, 1, LEAD), (2, 2, LEAD)}
    assert len(await rows_of(database, ProjectTopic)) >= 2
    first, _, third = await rows_of(database, ProjectImport)
    assert (first.key, first.lead, first.link) == ("LQ-1", "", "https://improve.example/1")
    assert (first.starts_on, first.ends_on) == (date(2019, 2, 1), None)
    assert third.lead == "Sam Elsewhere"
    assert await rows_of(database, ProjectFile) == []
    await talk(AMINA).says("projects")
    assert "Fewer falls at night (#1) – you" in talk(AMINA).sees


async def test_twice_is_once_and_what_people_said_stays(talk: Network, database: Database) -> None:
    owen = await ready(talk)
    await sends(talk, OWEN, LIFE_QI.encode())
    yes = owen.message
    await owen.presses("Yes, import 3")
    await owen.presses("Yes, import 3", on=yes)
    assert "That file does not wait any more." in owen.sees
    await talk(AMINA).says("project edit #1")
    await talk(AMINA).fills(aim="Half as many by June")
    await sends(talk, OWEN, LIFE_QI.encode())
    assert "Nothing new in that file" in owen.sees
    assert "3 projects there already" in owen.sees
    assert (await rows_of(database, Project))[0].aim == "Half as many by June"
    # By the number it came with, in its organisation: a new title is no new project.
    await sends(talk, OWEN, LIFE_QI.replace("Quiet nights,CNWL", "Quieter,CNWL").encode())
    assert "Nothing new" in owen.sees
    await sends(talk, OWEN, LIFE_QI.replace("Quiet nights,CNWL", "Quieter,RYC").encode())
    assert "1 project to import" in owen.sees


async def test_whoever_joins_later_is_recognised_the_next_time(talk: Network, database: Database) -> None:
    owen = await ready(talk)
    await sends(talk, OWEN, LIFE_QI.replace("Sam Elsewhere", "Jonas Weber").encode())
    await owen.presses("Yes, import 3")
    await talk.join(JONAS)
    await sends(talk, OWEN, LIFE_QI.replace("Sam Elsewhere", "Jonas Weber").encode())
    assert "1 project without a lead so far would get theirs." in owen.sees
    await owen.presses("Yes, note their leads")
    assert "Done: no project was new" in owen.sees
    quiet = (await rows_of(database, Project))[2]
    assert quiet.lead_id == 4
    assert (await rows_of(database, ProjectImport))[2].lead == ""
    await talk(JONAS).says("project show #3")
    assert "Lead: you" in talk(JONAS).sees


async def test_every_bad_row_is_told_with_its_line_and_the_others_are_taken_in(
    talk: Network, database: Database
) -> None:
    owen = await ready(talk)
    bad = [
        ("", "RD8", "", "", "", ""),
        ("A", "Nowhere Trust", "", "", "", ""),
        ("B", "RD8", "Asleep", "", "", ""),
        ("C", "RD8", "", "7", "", ""),
        ("D", "RD8", "", "", "soon", ""),
        ("E", "RD8", "", "", "", "javascript:alert(1)"),
        ("F" * 121, "RD8", "", "", "", ""),
        (NHS_NUMBER, "RD8", "", "", "", ""),
        ("Good", "RD8", "", "", "", ""),
        ("Good", "RD8", "", "", "", ""),
    ]
    head = ("title", "organisation", "status", "progress", "start", "link")
    await sends(talk, OWEN, "\n".join(",".join(row) for row in (head, *bad)).encode())
    assert "1 project to import" in owen.sees
    assert "9 rows cannot be taken in:" in owen.sees
    for line, reason in (
        (2, "It has no title."),
        (3, "I know no organisation called “Nowhere Trust”."),
        (4, "Its status is none that I know"),
        (5, "Its progress score is not on the scale from 0.5 to 5."),
        (6, "Its start is no date"),
        (7, "Its link does not begin with https://"),
        (8, "Its title has 121 characters; there is room for 120."),
        (9, "Its title: "),
        (11, "It is the same project as line 10."),
    ):
        assert f"Line {line}: {reason}" in owen.sees
    assert "943" not in owen.sees
    # What was refused is not kept either.
    assert "943" not in (await rows_of(database, ProjectFile))[0].content
    await owen.presses("Yes, import 1")
    assert [p.title for p in await rows_of(database, Project)] == ["Good"]


async def test_a_no_and_a_day_without_an_answer_delete_the_file(
    talk: Network, database: Database, clock: SetClock
) -> None:
    owen = await ready(talk)
    await sends(talk, OWEN, LIFE_QI.encode())
    await owen.presses("No, leave it")
    assert "Nothing was imported" in owen.sees
    assert await rows_of(database, ProjectFile) == []
    await sends(talk, OWEN, LIFE_QI.encode())
    first = owen.message
    await sends(talk, OWEN, b"title,organisation\nAnother,RD8")
    await owen.presses("Yes, import 3", on=first)
    assert "does not wait any more" in owen.sees
    assert await count(database) == 0
    clock.set(datetime.fromisoformat("2019-11-28T10:00:01+00:00"))
    async with database.transaction() as db:
        await waiting.forget(db, clock.now())
    assert await rows_of(database, ProjectFile) == []


@pytest.mark.parametrize("who", [AMINA, STRANGER])
async def test_only_an_organisers_file_is_fetched_at_all(talk: Network, who: Character) -> None:
    await ready(talk)
    fetched: list[bool] = []
    t = await sends(talk, who, LIFE_QI.encode(), fetched=fetched)
    assert "organisers" in t.sees or "You have not joined" in t.sees
    assert fetched == []
    for wire in ("projects.take_in", "projects.leave_out"):
        await t.presses_raw(wire, {"mark": "0123456789abcdef"})
        assert "organisers" in t.sees or "You have not joined" in t.sees
    await sends(talk, OWEN, LIFE_QI.encode(), fetched=fetched)
    assert fetched == [True]


async def test_rows_can_be_pasted_and_belong_to_ones_own_organisation(talk: Network, database: Database) -> None:
    owen = await ready(talk)
    await owen.says("project import")
    await owen.fills(rows="nothing\nof ours")
    assert "I found no column with the titles of projects." in owen.errors["rows"]
    await owen.fills(rows=f"title\tstatus\n{NHS_NUMBER}\t")
    assert "patient details never belong here" in owen.errors["rows"]
    await owen.fills(rows='title\tstatus\n"Two\nlines"\tlive\nA trolley\t\n')
    assert "so they would be projects of Bedfordshire Hospitals NHS Foundation Trust" in owen.sees
    await owen.presses("Yes, import 2")
    assert [(p.title, p.stage) for p in await rows_of(database, Project)] == [
        ("Two lines", "under way"),
        ("A trolley", "idea"),
    ]


async def test_an_imported_project_is_shown_with_where_it_came_from(talk: Network) -> None:
    owen = await ready(talk)
    await sends(talk, OWEN, LIFE_QI.encode())
    await owen.presses("Yes, import 3")
    await owen.says("project show #3")
    assert "Lead: nobody of the network yet" in owen.sees
    assert "Lead, as imported: Sam Elsewhere" in owen.sees
    assert "Number where it came from: LQ-3" in owen.sees
    # Nobody has agreed to be shown by that name.
    for who in (AMINA, STRANGER):
        await talk(who).says("project show #3")
        assert "Lead: nobody of the network yet" in talk(who).sees
        assert "Sam" not in talk(who).sees
    await talk(AMINA).says("project export")
    assert "for organisers" in talk(AMINA).sees


async def test_a_project_without_a_lead_lives_and_can_be_given_one(
    talk: Network, database: Database, clock: SetClock
) -> None:
    owen = await ready(talk)
    await sends(talk, OWEN, LIFE_QI.encode())
    await owen.presses("Yes, import 3")
    for words in ("project call #3", "project pause #3", "update #3 Two wards", "project edit #3", "who quiet"):
        await owen.says(words)
        assert "Something went wrong" not in owen.sees
    await talk(AMINA).presses_raw("introductions.hello", {"project": 3})
    assert "Something went wrong" not in talk(AMINA).sees
    await owen.says("project hand-on #3 Amina Okafor")
    assert "I ask Amina Okafor" in owen.sees
    (offered,) = await rows_of(database, Handover)
    await talk(AMINA).presses_raw("projects.take_lead", {"handover": offered.id})
    assert "You lead “Quiet nights” now" in talk(AMINA).sees
    assert (await rows_of(database, ProjectImport))[2].lead == ""


async def test_two_projects_of_one_title_and_lead_are_not_both_taken_in(talk: Network, database: Database) -> None:
    owen = await ready(talk)
    await talk(AMINA).says("project register Fewer falls at night")
    await talk(AMINA).fills()
    await sends(talk, OWEN, LIFE_QI.encode())
    assert "Line 2: Its lead has a live project of that title (#1)." in owen.sees
    await owen.presses("Yes, import 2")
    assert await count(database) == 3


# ---- Out, and in again


def file_of(message: Message) -> Document:
    """The file of an answer."""
    (found,) = [part for part in message.parts if isinstance(part, Document)]
    return found


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_is_exported_holds_no_formula_and_comes_in_as_nothing_new(
    talk: Network, database: Database, kind: str
) -> None:
    owen = await ready(talk)
    titles = ["=cmd|' /C calc'!A0", "@SUM(1)", "+1 nurse", "-1 fall", "'quoted", 'Plain; "words", all']
    rows = "\n".join(f'"{t.replace(chr(34), chr(34) * 2)}",RD8,Sam Elsewhere' for t in titles)
    await sends(talk, OWEN, f"title,organisation,lead\n{rows}".encode())
    await owen.presses("Yes, import 6")
    assert [p.title for p in await rows_of(database, Project)] == titles
    await owen.says(f"project export {kind}")
    made = file_of(owen.message)
    assert made.name == f"projects.{kind}"
    lines = tables.read(made.data)
    assert [line.cells[0] for line in lines[1:]] == titles
    raw = made.data.decode("utf-8-sig") if kind == "csv" else made.text
    assert "\"'=cmd" in raw or "\n'=cmd" in raw
    assert not any(cell[:1] in ("=", "+", "-", "@") for line in raw.splitlines() for cell in line.split(","))
    await sends(talk, OWEN, made.data)
    assert "Nothing new in that file" in owen.sees
    assert "6 projects there already" in owen.sees


async def test_an_export_shows_what_each_organisation_lets_its_reader_see(talk: Network) -> None:
    owen = await ready(talk)
    await sends(talk, OWEN, LIFE_QI.encode())
    await owen.presses("Yes, import 3")
    await owen.says("organisation projects title only of:RD8")
    await owen.says("organisation projects hidden of:RV3")
    await owen.says("project export")
    words = file_of(owen.message).text
    assert "Fewer falls at night,Milton Keynes University Hospital" in words
    assert "Fewer by March" not in words
    assert "Amina" not in words
    assert "Quiet nights" not in words
    assert "Tomasz Nowak" in words
    assert "tomasz.nowak@" not in words
    await talk(TOMASZ).says("me")
    await talk(TOMASZ).presses_raw("people.withdraw", {"purpose": "findable"})
    await owen.says("project export")
    assert "Tomasz" not in file_of(owen.message).text
    await owen.says("project export docx")
    assert "I can make a .csv or an .xlsx of them." in owen.sees


async def test_an_organisation_that_merged_is_what_it_became(talk: Network, database: Database) -> None:
    owen = await ready(talk)
    async with database.transaction() as db:
        (old,) = await db.scalars(select(Organisation).where(Organisation.ods_code == "RC1"))
        old.closed_on = date(2019, 4, 1)
    await sends(talk, OWEN, b"title,organisation\nA bed less,RC1")
    await owen.presses("Yes, import 1")
    (made,) = await rows_of(database, Project)
    async with database.transaction() as db:
        assert (await db.get_one(Organisation, made.organisation_id)).ods_code == "RC9"


def test_the_rows_that_wait_are_the_ones_of_the_columns_that_are_read() -> None:
    lines = tables.read(b"secret,title\nx,Falls\ny,\n")
    kept = reading.kept(lines, reading.read(lines, date(2019, 11, 27)))
    assert json.dumps([line.cells for line in kept]) == '[["title"], ["Falls"]]'


async def test_a_topic_that_became_another_before_the_yes_is_that_other(talk: Network, database: Database) -> None:
    owen = await ready(talk)
    await sends(talk, OWEN, b"title,organisation,topics\nA trolley,RD8,sepsis\nStairs,RD8,falls")
    look = owen.message
    await owen.says("topic retire falls")
    await owen.says("topic merge sepsis dementia")
    await owen.presses("Yes, make them one")
    await owen.presses("Yes, import 2", on=look)
    await owen.says("project show a trolley")
    assert "Topics: Dementia" in owen.sees
    await owen.says("project show stairs")
    assert "Topics" not in owen.sees


async def test_more_rows_than_a_chat_takes_are_for_the_command_line(talk: Network, database: Database) -> None:
    owen = await ready(talk)
    rows = "".join(f"Project {n},RD8\n" for n in range(waiting.MOST_ROWS + 1))
    await sends(talk, OWEN, f"title,organisation\n{rows}".encode())
    assert "That file has more than 200 rows" in owen.sees
    await sends(talk, OWEN, f"title,organisation\n{rows[: rows.rindex('Project')]}".encode())
    await owen.presses("Yes, import 200")
    assert await count(database) == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
async def test_two_organisers_with_the_same_file_at_the_same_moment_take_it_in_once(
    talk: Network, database: Database
) -> None:
    owen = await ready(talk)
    await owen.says("organiser add Amina Okafor")
    for who in (OWEN, AMINA):
        await sends(talk, who, LIFE_QI.encode())
    await asyncio.gather(*(talk(who).presses("Yes, import 3") for who in (OWEN, AMINA)))
    assert await count(database) == 3
    assert {talk(who).sees.splitlines()[0] for who in (OWEN, AMINA)} == {
        "3 projects imported",
        "Done: no project was new",
    }
