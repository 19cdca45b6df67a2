"""Papers as Markdown and .docx: the same words in both, as they were typed, and the same bytes each time."""

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qibot.documents.docx import docx
from qibot.documents.paper import Grid, Heading, Items, Paper, Paragraph, as_typed, markdown, sections
from tests.documents.reader import Docx

ODD = "<b>&amp; **x** | `y` # [z](https://x.example) \x07\ud800é"
PAPER = Paper(
    f"Falls {ODD}",
    (
        Heading(2, "Results"),
        Paragraph("Two falls.\nThen none.", "Ward 7"),
        Paragraph("Said by us.", ours=True),
        Items(((0, "Light"), (1, "Lamps"), (2, ODD))),
        Grid(("Day", "Words"), (("Mon", ODD), ("Tue", "a\nb"))),
    ),
)


def test_a_docx_is_whole_and_holds_the_words_as_typed() -> None:
    read = Docx(docx(PAPER))
    odd = ODD.replace("\x07\ud800", "")
    assert read.paragraphs[0] == ("Heading1", f"Falls {odd}")
    assert read.paragraphs[1:4] == [
        ("Heading2", "Results"),
        ("Normal", "Ward 7: Two falls.\nThen none."),
        ("Normal", "Said by us."),
    ]
    assert read.paragraphs[4:7] == [("ListParagraph", "Light"), ("ListParagraph", "Lamps"), ("ListParagraph", odd)]
    assert read.tables == [[["Day", "Words"], ["Mon", odd], ["Tue", "a\nb"]]]
    assert read.headed == [True]
    assert read.levels == 3
    assert read.title == f"Falls {odd}en-GB"


def test_the_same_paper_is_the_same_bytes() -> None:
    assert docx(PAPER) == docx(PAPER)
    assert docx(PAPER) != docx(Paper("Another", ()))


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_words_break_a_docx(title: str, words: str) -> None:
    Docx(docx(Paper(title, (Paragraph(words), Items(((1, words),)), Grid((words,), ((title,),))))))


def test_markdown_shows_what_it_could_misread_as_code_and_alters_nothing() -> None:
    made = markdown(PAPER)
    html = MarkdownIt().enable("table").render(made.encode("utf-8", "replace").decode())
    assert "<strong>x</strong>" not in html
    assert "<a href" not in html
    assert html.count("<tr>") == 3
    assert "<strong>Ward 7:</strong> Two falls.<br />\nThen none." in html
    assert html.count("<h1>") == html.count("<h2>") == 1
    assert as_typed("plain words, 5 % – “x”") == "plain words, 5 % – “x”"
    assert as_typed("`a`") == "`` `a` ``"


def test_a_heading_without_anything_below_it_says_so() -> None:
    made = sections([("One", []), ("Two", [Paragraph("x")])], empty="Nothing.")
    assert made == [Heading(3, "One"), Paragraph("Nothing.", ours=True), Heading(3, "Two"), Paragraph("x")]
