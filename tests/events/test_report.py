"""The report: the event of 27 November 2019 typed in again, and the rules of what it may say."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from sqlalchemy import select

from qibot.chat.message import Document
from qibot.clock import SetClock
from qibot.database import Database
from qibot.events import service
from qibot.events.models import Event
from qibot.events.reporting.facts import ReportFacts, facts
from qibot.events.reporting.writing import markdown
from qibot.events.service import Statement
from qibot.people.models import Receipt
from tests.cast import AMINA, BEDS, JONAS, MK, OWEN, RUTH, TOMASZ, Character
from tests.events.meeting import hold
from tests.talk import Network

SEED = list(
    csv.DictReader(
        (Path(__file__).parent.parent / "data" / "seed_reflections.csv").read_text(encoding="utf-8").splitlines()
    )
)
BOXES = {"thinking": "thinking", "feeling": "feeling", "do-next": "do_next", "wondering": "wondering"}
CROWD = [
    Character(f"Member {n:02}", (MK, BEDS)[n % 2], f"U0M{n:02}", ("RD8", "RC9", "RWK")[n % 3], "Nurse", "Luton")
    for n in range(17)
]


def said_in(question: str, place: str = "") -> list[str]:
    return [row["text"] for row in SEED if row["question"] == question and row["place"] == place]


async def type_everything(talk: Network) -> None:
    """17 closing forms, three of them low, and the pairs' statements by place, as in 2019."""
    for n, place in enumerate(("Milton Keynes", "Bedfordshire")):
        pair = talk(CROWD[n])
        await pair.says("reflect pairs")
        await pair.fills(
            greatest_opportunities="\n".join(said_in("greatest-opportunities", place)),
            what_will_we_do_next="\n".join(said_in("what-will-we-do-next", place)),
            place=place,
        )
    down = "poor / out of energy / deflated"
    glad = [words for words in said_in("feeling") if words != down]
    for n, who in enumerate(CROWD):
        boxes = {BOXES[q]: said_in(q)[n] for q in ("thinking", "do-next", "wondering") if n < len(said_in(q))}
        low = n >= 14
        boxes["feeling"] = down if n == 14 else glad[n] if n < len(glad) else ""
        await talk(who).says("reflect closing")
        await talk(who).fills(**boxes, energy="low" if low else "good", no_name=n % 2 == 0)
        assert "Thank you" in talk(who).sees, talk(who).last


async def group_as_in_2019(talk: Network) -> None:
    """Owen gives the answers the themes of the original report."""
    owen = talk(OWEN)
    themes = dict.fromkeys((r["question"], r["place"], r["theme_in_seed"]) for r in SEED if r["theme_in_seed"])
    for question, place, theme in themes:
        await owen.presses_raw("events.group", {"event": 1, "question": question, "place": place})
        mine = [r["text"] for r in SEED if (r["question"], r["place"], r["theme_in_seed"]) == (question, place, theme)]
        labels = {words if len(words) <= 75 else f"{words[:74]}…" for words in mine}
        chosen = tuple(c.value for c in owen.form.choices["answers"] if c.label in labels)
        assert len(chosen) == len(mine)
        await owen.fills(theme=theme, answers=chosen)
        assert theme in owen.sees


async def the_report(talk: Network, words: str = "event report") -> str:
    await talk(OWEN).says(words)
    found = [part for part in talk(OWEN).message.parts if isinstance(part, Document)]
    assert [part.name for part in found] == ["report-QI27.md"]
    return found[0].text


async def test_the_day_of_2019_is_reported_in_its_own_words(talk: Network, clock: SetClock) -> None:
    assert len(SEED) == 69
    await hold(talk, *CROWD)
    await type_everything(talk)
    await group_as_in_2019(talk)
    await talk(CROWD[0]).says("pledge Join the network of QI Champions")
    await talk(CROWD[1]).says("pledge Start a huddle")
    await talk(CROWD[1]).says("pledges")
    await talk(CROWD[1]).presses("Done")
    text = await the_report(talk)

    for row in SEED:
        assert row["text"] in text
    assert "3 of 17 closing forms felt low: “poor / out of energy / deflated”." in text
    assert "- 17 people of 3 organisations joined." in text
    order = [
        "# Improving together", "Milton Keynes, Wed 27 Nov 2019", "## What happened", "## By place",
        "### What are the greatest opportunities?", "| Bedfordshire | Milton Keynes |", "## The four boxes",
        "### What are you thinking?", "#### How do we get started?", "### What are you feeling?", "#### Positive",
        "### What will you do next?", "### What are you wondering?", "## Direct quotes", "## Low feelings",
        "## What happened next", "### Done: 1", "- Start a huddle", "### Not answered yet: 1",
    ]  # fmt: skip
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.index("**Resources**") < text.index("involve front line staff")
    assert not any(who.name in text or who.account in text for who in (*CROWD, OWEN))
    assert text == await the_report(talk, "event report qi27"), "the same rows give the same report"
    assert leftovers(text) == []


OWN_WORDS = {
    "Improving together", "Milton Keynes, Wed 27 Nov 2019", "What happened", "By place", "The four boxes",
    "Direct quotes", "The longest answer to each question.", "Low feelings", "What happened next", "Not grouped",
    "17 people of 3 organisations joined.", "17 of them joined on the day.",
    "2 forms with the two questions in pairs.", "2 pledges made.",
    "17 forms with the four closing questions.", "69 statements, as they were typed, below.",
    "Energy on the closing forms: 14 good, 0 mixed, 3 low.", "Done: 1", "Not answered yet: 1",
    "3 of 17 closing forms felt low: “poor / out of energy / deflated”.", "---", "Start a huddle",
    "Join the network of QI Champions", "Milton Keynes University Hospital NHS Foundation Trust: 6",
    "Bedfordshire Hospitals NHS Foundation Trust: 6", "East London NHS Foundation Trust: 5",
    "What are the greatest opportunities?", "What will we do next?", "What are you thinking?",
    "What are you feeling?", "What will you do next?", "What are you wondering?",
}  # fmt: skip


def leftovers(text: str) -> list[str]:
    """Whatever is neither a statement, a theme or a place of the seed nor one of the report's own few sentences."""
    typed = {row[key] for row in SEED for key in ("text", "theme_in_seed", "place")}
    found = []
    for line in text.splitlines():
        for piece in line.strip("| ").split(" | "):
            words = re.sub(r"^(#+ |- |> – |> |\*\*)|\*\*$", "", piece.strip())
            words = words.removeprefix("“").removesuffix("”") if piece.startswith("> “") else words
            words = re.sub(r"(\?), (Milton Keynes|Bedfordshire)$", r"\1", words)
            if words not in typed | OWN_WORDS | {"", ">"}:
                found.append(words)
    return found


async def test_who_saw_the_report_leaves_a_receipt(talk: Network, database: Database) -> None:
    await hold(talk)
    async with database.transaction(reading=True) as db:
        before = set(await db.scalars(select(Receipt.key)))
    await the_report(talk)
    async with database.transaction(reading=True) as db:
        made = [r for r in await db.scalars(select(Receipt)) if r.key not in before]
    assert [(r.what, r.person_id is None) for r in made] == [("event report", False)]


async def test_what_other_features_know_is_told_under_what_happened_next(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, RUTH, JONAS, TOMASZ)
    await talk(AMINA).says("pledge Try huddles")
    await talk(AMINA).says("pledges")
    await talk(AMINA).presses("Changed")
    await talk(AMINA).fills(text="Try one huddle")
    async with database.transaction(reading=True) as db:
        event = await service.by_code(db, "QI27")
        text = markdown(await facts(db, event, ["30 introductions were asked for."]))
    assert "- Fewer than 5 people joined." in text
    assert "- 1 pledge made.\n- 30 introductions were asked for.\n" in text
    assert "### Changed: 1\n\n- Try one huddle (at first: Try huddles)\n" in text
    assert "Low feelings" not in text


NOTHING = ReportFacts("Title", "", date(2019, 11, 27), {}, {"pairs": 0, "closing": 0}, {}, (), ())


@pytest.mark.parametrize(
    ("people", "shown", "kept"),
    [
        ({"A": 20, "B": 5}, ["A: 20", "B: 5"], ""),
        ({"A": 20, "B": 6, "C": 4}, ["A: 20"], "B; C"),
        ({"A": 20, "B": 4, "C": 3}, ["A: 20"], "B; C"),
        ({"A": 20, "B": 7, "C": 1, "D": 1}, ["A: 20"], "B; C; D"),
        ({"A": 9, "B": 2}, [], "A; B"),
        ({"A": 1, "B": 1, "C": 1, "D": 1, "E": 1}, [], ""),
    ],
)
def test_no_small_number_is_shown_or_can_be_worked_out(people: dict[str, int], shown: list[str], kept: str) -> None:
    text = markdown(replace(NOTHING, people=people))
    assert f"- {sum(people.values())} people of {len(people)} organisations joined." in text
    lines = [line.removeprefix("  - ") for line in text.splitlines() if line.startswith("  - ")]
    said = f"fewer than 5, or not counted here so that nobody can work that out: {kept}"
    assert lines == [*shown, *([said] if kept else [])]


WILD = [
    "<script>alert(1)</script>", "# not a heading", "- not a list", "1. not a list", "a | b", "*x* _y_ `z` ``zz``",
    "`", "![x](http://evil.example)", "&lt; &amp;", "> not a quote", "C:\\temp\\", "---", "| --- |", "$5 and $6",
]  # fmt: skip


def told(words: str) -> ReportFacts:
    """A report in which everything that people type is `words`."""
    said = (
        Statement(1, "greatest-opportunities", words, "", words, 1, words),
        Statement(2, "greatest-opportunities", "Luton", "", words, 0, ""),
        Statement(3, "feeling", "", "low", words, 2, words),
    )
    energies = {"good": 0, "mixed": 0, "low": 1}
    forms, pledges = {"pairs": 2, "closing": 1}, [("done", words, words), ("changed", words, "first words")]
    return ReportFacts(words, words, date(2019, 11, 27), {words: 5}, forms, energies, said, pledges)


def structure(tokens: Sequence[Token]) -> Counter[str]:
    """What a Markdown reader makes of it, but for quotes: words with a bar are quoted once more."""
    kinds = [t.type for t in tokens if (t.nesting >= 0 and t.level == 0) or t.type in ("tr_open", "th_open", "td_open")]
    kinds += [child.type for t in tokens for child in t.children or ()]
    return Counter(kind for kind in kinds if kind not in ("blockquote_open", "text", "code_inline", "softbreak"))


@pytest.mark.parametrize("words", WILD)
def test_words_stay_as_typed_and_never_become_structure(words: str) -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    text = markdown(told(words))
    tokens = reader.parse(text)
    assert structure(tokens) == structure(reader.parse(markdown(told("calm"))))
    code = [child.content for t in tokens for child in t.children or () if child.type == "code_inline"]
    assert set(code) == {words}
    assert len(re.findall(rf"^> (`+) ?{re.escape(words)} ?\1$", text, re.MULTILINE)) >= 2, "as typed, bars too"


async def test_a_report_of_nothing_says_so(talk: Network, database: Database) -> None:
    await hold(talk)
    text = await the_report(talk)
    assert "- No statements were handed in." in text
    assert "- No pledges were made." in text
    await talk(OWEN).says("event themes QI27")
    assert "Nothing was said at “Improving together” yet" in talk(OWEN).sees
    async with database.transaction(reading=True) as db:
        assert (await service.statements(db, await db.get_one(Event, 1))) == []
