"""A project's write-up: what was logged under the headings of SQUIRE 2.0, and nothing that was not."""

import re

import pytest

from qibot.chat.message import Document
from qibot.clock import SetClock
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.documents.reader import Docx
from tests.projects.test_registering import register
from tests.talk import Network

HEADINGS = (
    "Title", "Abstract", "Problem description", "Available knowledge", "Rationale", "Specific aims", "Context",
    "Interventions", "Study of the interventions", "Measures", "Analysis", "Ethical considerations", "Results",
    "Summary", "Interpretation", "Limitations", "Conclusions", "Funding",
)  # fmt: skip
"""The 18 of SQUIRE 2.0, in its order (BMJ Quality & Safety 2016;25:986-992, table 1)."""


@pytest.fixture
async def falls(talk: Network) -> None:
    """Amina leads Falls; Tomasz helps by name, Ruth without hers, and Priya is a service user."""
    await talk.join(AMINA, TOMASZ, PRIYA, OWEN)
    await talk.join(RUTH, purposes=("introductions", "nudges"))
    await register(talk, AMINA, "Fewer falls at night", aim="From 12 a week to 6 by March for patients of ward 7")
    for who, role in ((TOMASZ, "helper"), (RUTH, "sponsor"), (PRIYA, "experience")):
        await talk(who).says("project join #1")
        await talk(who).fills(role=role)


def written(talk: Network) -> tuple[str, Docx]:
    """The file of Amina's answer: as Markdown, and read as .docx."""
    (file,) = [part for part in talk(AMINA).message.parts if isinstance(part, Document)]
    assert file.name == "write-up-1.docx"
    return file.text, Docx(file.data)


def below(markdown: str, heading: str) -> str:
    """What stands under a heading."""
    found = re.search(rf"^### \d+\. {heading}\n\n(.*?)(?=\n\n##|\Z)", markdown, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1].strip()


@pytest.mark.usefixtures("falls")
async def test_it_has_all_headings_and_says_what_was_not_recorded(talk: Network) -> None:
    await talk(AMINA).says("project write-up #1")
    markdown, read = written(talk)
    assert tuple(re.findall(r"^### \d+\. (.+)$", markdown, re.MULTILINE)) == HEADINGS
    numbered = [words for words in read.headings() if re.match(r"\d+\. ", words)]
    assert numbered == [f"{n}. {words}" for n, words in enumerate(HEADINGS, 1)]
    empty = {heading for heading in HEADINGS if below(markdown, heading) == "Not recorded yet."}
    assert empty == set(HEADINGS) - {"Title", "Problem description", "Specific aims", "Context"}
    assert read.words.count("Not recorded yet.") == len(empty)
    assert "From 12 a week to 6 by March" in below(markdown, "Specific aims")
    assert below(markdown, "Problem description").endswith("From 12 a week")


@pytest.mark.usefixtures("falls")
async def test_what_was_logged_stands_where_it_belongs(talk: Network, clock: SetClock) -> None:
    amina = talk(AMINA)
    for objective, happened, compared in (("Lamps", "Two falls | *two*", "in part"), ("Soft doors", "", "")):
        await amina.says("pdsa plan #1")
        await amina.fills(objective=objective, prediction=f"{objective}: one fall", data="Falls in the log")
        if happened:
            await amina.says("pdsa result #1")
            await amina.fills(happened=happened, compared=compared, learned="Plugs", act="adapt", next="Batteries")
    await amina.says("drivers edit #1")
    await amina.fills(diagram="Fewer falls\n- Light\n-- Lamps\n- Bells")
    await amina.says("update #1")
    await amina.fills(words="Two wards <try> it", progress="5")
    await amina.says("project learned #1")
    await amina.fills(hoped="Quiet nights", tried="Lamps at beds", learned="Light is not all", who_else="Ward 9")
    await amina.says("project write-up #1")
    markdown, read = written(talk)
    assert "- Fewer falls\n  - Light\n    - Lamps\n  - Bells" in below(markdown, "Rationale")
    assert "**We hoped:** Quiet nights" in below(markdown, "Specific aims")
    assert "**Cycle 2:** Soft doors" in below(markdown, "Interventions")
    assert "- Cycle 2: Soft doors: one fall" in below(markdown, "Study of the interventions")
    assert "- Cycle 1: Falls in the log" in below(markdown, "Measures")
    results = below(markdown, "Results")
    assert "| 1 | Lamps: one fall | `Two falls \\| *two*` | in part | adapt |" in results
    assert "Soft doors" not in results
    assert "| Wed 27 Nov 2019 | `Two wards <try> it` | 2.5 of 5, changes tested, no improvement yet |" in results
    assert "**We learned:** Light is not all" in below(markdown, "Summary")
    assert "- Cycle 1: Plugs" in below(markdown, "Summary")
    assert "1 in part" in below(markdown, "Interpretation")
    assert "**Next:** Batteries" in below(markdown, "Conclusions")
    assert "**Who else should know:** Ward 9" in below(markdown, "Conclusions")
    for words in ("Two falls | *two*", "Two wards <try> it", "Soft doors: one fall", "We learned: Light is not all"):
        assert words in read.words
    assert len(read.tables) == 2


@pytest.mark.usefixtures("falls")
async def test_whoever_stays_unnamed_stays_so_in_it(talk: Network) -> None:
    await talk(AMINA).says("project write-up #1")
    markdown, read = written(talk)
    context = below(markdown, "Context")
    assert "**Lead:** Amina Okafor" in context
    assert "**Helpers:** Tomasz Nowak" in context
    assert "**Sponsor:** a member of MKUH" in context
    assert "**Service users and carers:** take part" in context
    for name in ("Ruth", "Priya"):
        assert name not in markdown
        assert name not in read.words
    await talk(AMINA).presses_raw("people.withdraw", {"purpose": "findable"})
    await talk(AMINA).says("project write-up #1")
    markdown, read = written(talk)
    assert "Amina" not in markdown + read.words


@pytest.mark.usefixtures("falls")
async def test_only_its_lead_and_organisers_get_it(talk: Network) -> None:
    await talk.join(JONAS)
    for who in (TOMASZ, RUTH, PRIYA, JONAS, STRANGER):
        await talk(who).says("project write-up #1")
        assert "Only its lead or an organiser" in talk(who).sees or "You have not joined" in talk(who).sees
    await talk(OWEN).says("project write-up #1")
    assert "The write-up of “Fewer falls at night”" in talk(OWEN).sees
    # A draft of a story is its lead's alone.
    await talk(AMINA).says("project learned #1")
    await talk(AMINA).fills(hoped="A draft of hopes")
    await talk(OWEN).says("project write-up #1")
    (file,) = [part for part in talk(OWEN).message.parts if isinstance(part, Document)]
    assert "A draft of hopes" not in file.text
