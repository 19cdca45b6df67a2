"""The report as a web page and as .docx, at the command line too: the same words as in Markdown, and nothing else."""

import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import update

from qibot.asked import report as write_report
from qibot.chat.message import Document
from qibot.database import Database
from qibot.errors import NotFound, Refused
from qibot.events.reporting.facts import ReportFacts
from qibot.events.reporting.writing import docx, html, markdown
from qibot.introductions import figures
from qibot.introductions.models import Introduction
from tests.cast import AMINA, JONAS, LENA, OWEN, PRIYA, RUTH, TOMASZ
from tests.documents.reader import Docx
from tests.events.meeting import hold
from tests.events.test_report import NOTHING, WILD, told
from tests.talk import Network

_VOID = {"meta"}


class Page(HTMLParser):
    """What a browser makes of it: tags in order, and the words. Fails for a tag that is not closed in its place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self.open:
            self.words.append(data)


@pytest.mark.parametrize("words", WILD)
def test_words_stay_as_typed_on_a_page_that_needs_nothing_beside_it(words: str) -> None:
    made, calm = Page(html(told(words))), Page(html(told("calm")))
    assert [tag for tag, _ in made.tags if tag != "blockquote"] != []
    kinds = [tag for tag, _ in made.tags]
    # A statement with a bar is quoted once more, in Markdown's favour.
    if "|" not in words:
        assert kinds == [tag for tag, _ in calm.tags]
    assert set(kinds) <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "h4", "p", "ul", "li", "table",
        "thead", "tbody", "tr", "th", "td", "strong", "blockquote", "footer", "div",
    }  # fmt: skip
    assert made.words.count(words) >= 5
    assert not any(name in ("src", "href") or name.startswith("on") for _, attrs in made.tags for name in attrs)


def test_a_screen_reader_knows_its_way_round_the_page() -> None:
    page = Page(html(told("calm")))
    assert dict(page.tags)["html"] == {"lang": "en-GB"}
    assert [tag for tag, _ in page.tags].count("h1") == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert {attrs.get("scope") for tag, attrs in page.tags if tag == "th"} == {"col"}


@pytest.mark.parametrize("words", WILD)
def test_a_docx_holds_the_words_as_typed_in_the_order_of_the_page(words: str) -> None:
    read = Docx(docx(told(words)))
    assert read.title.startswith(words)
    page = Page(html(told(words)))
    heads = [label for label in page.words if label in ("What happened", "By place", "The four boxes", "Low feelings")]
    assert [label for label in read.headings() if label in heads] == heads
    assert read.words.count(words) >= 8


def test_lists_within_lists_stay_within() -> None:
    made = html(replace(NOTHING, people={"A": 20, "B": 6, "C": 4}))
    assert "<li>30 people of 3 organisations joined.<ul><li>A: 20</li><li>fewer than 5" in made


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (replace(NOTHING, people={"A": 30}, at={"Luton": 20, "": 10}), "  - no place said: 10"),
        (replace(NOTHING, people={"A": 30}, on_the_day=20), "- 20 of them joined on the day."),
        (replace(NOTHING, people={"A": 30}, on_the_day=30), "- 30 of them joined on the day."),
        (
            replace(NOTHING, links=(12, 6)),
            "- 12 introductions made since between people who joined; 6 of them have met.",
        ),
        (replace(NOTHING, links=(12, 0)), "- 12 introductions made since between people who joined."),
        (replace(NOTHING, answers=(("Emails?", "This one"), ("", "Tea"))), "- Emails? – This one\n- Tea"),
    ],
)
def test_what_else_it_says_comes_from_rows(facts: ReportFacts, line: str) -> None:
    assert f"{line}\n" in markdown(facts)


@pytest.mark.parametrize(("on_the_day", "people"), [(4, 30), (26, 30), (0, 30), (3, 3)])
def test_a_small_number_of_walk_ins_is_not_said(on_the_day: int, people: int) -> None:
    assert "on the day" not in markdown(replace(NOTHING, people={"A": people}, on_the_day=on_the_day))


async def test_links_are_introductions_since_then_between_two_who_joined(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, RUTH, JONAS, TOMASZ, PRIYA, LENA, day="2019-11-26")
    for who in (TOMASZ, PRIYA, LENA):
        await talk(who).says("champion join")
        await talk(who).fills(topics=("sepsis",), asks_a_month="12", visibility="open")
    for asker in (AMINA, RUTH, JONAS):
        for champion in (TOMASZ, PRIYA):
            await talk(asker).says("find sepsis")
            cards = [line for line in talk(asker).sees.splitlines() if " – " in line]
            nth = next(n for n, line in enumerate(cards) if line.startswith(champion.name))
            await talk(asker).presses("Ask for an introduction", nth=nth)
            await talk(asker).fills(reason="We start a trolley in March")
    async with database.transaction() as db:
        assert await figures.links(db, 1, (await db.get_one(Introduction, 1)).asked_at.date()) == (0, 0)
        await db.execute(update(Introduction).values(state="accepted", met="yes"))
    async with database.transaction(reading=True) as db:
        day = (await db.get_one(Introduction, 1)).asked_at.date()
        assert await figures.links(db, 1, day) == (6, 6)
        assert await figures.links(db, 1, day.replace(year=2020)) == (0, 0)
        assert await figures.links(db, 2, day) == (0, 0)


async def test_an_organiser_gets_each_kind_of_file(talk: Network) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("reflect closing")
    await talk(AMINA).fills(thinking="It can be <b>done</b>")
    owen = talk(OWEN)
    await owen.says("event report QI27")
    await owen.presses("As a web page")
    (page,) = [part for part in owen.message.parts if isinstance(part, Document)]
    assert page.name == "report-QI27.html"
    assert "It can be &lt;b&gt;done&lt;/b&gt;" in page.data.decode()
    await owen.presses("As a Word file")
    (file,) = [part for part in owen.message.parts if isinstance(part, Document)]
    assert file.name == "report-QI27.docx"
    assert "It can be <b>done</b>" in Docx(file.data).words
    assert file.text.startswith("# Improving together"), "where there are no files, its lines"
    await owen.says("event report QI27 pdf")
    assert "I can make a report as md, html or docx." in owen.sees


async def test_the_command_line_writes_it_once(talk: Network, database: Database, tmp_path: Path) -> None:
    if database.dialect == "sqlite":
        await hold(talk, AMINA)
        await database.close()
    else:
        await hold(talk, AMINA)
    url = database.url.render_as_string(hide_password=False)
    for kind, begins in (("md", b"# Improving together"), ("html", b"<!DOCTYPE html>"), ("docx", b"PK")):
        out = tmp_path / f"report.{kind}"
        assert await write_report(url, "qi27", out) == "Improving together"
        assert out.read_bytes().startswith(begins)
        with pytest.raises(Refused, match="is there already"):
            await write_report(url, "qi27", out)
    with pytest.raises(Refused, match=r"\.md, \.html or \.docx"):
        await write_report(url, "qi27", tmp_path / "report.pdf")
    with pytest.raises(NotFound):
        await write_report(url, "nope", tmp_path / "other.md")
    with pytest.raises(Refused, match="cannot be written"):
        await write_report(url, "qi27", tmp_path / "nowhere" / "report.md")
