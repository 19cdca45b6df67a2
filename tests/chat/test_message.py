"""What is said, as values; and the same in plain words."""

import pytest

from qibot.chat.message import (
    Bold,
    Button,
    Buttons,
    Document,
    Facts,
    Link,
    Mention,
    Message,
    Note,
    Picture,
    Plain,
    Quote,
    Table,
    Text,
    plain_text,
    spelled,
)
from qibot.chat.router import Say
from qibot.typed import Typed


def test_every_part_has_its_plain_words() -> None:
    message = Message(
        "A title",
        Text("Ask ", Bold("Amina"), " or ", Mention("Tom", "T0", "U0"), " at ", Link("the page", "https://x.example")),
        Quote("<!channel>\n**as typed**"),
        Facts((("Place", "Luton"), ("Aim", ""), ("Lead", "Amina"))),
        Table(("Place", "People"), (("Luton", "12"), ("Bedford", "7"))),
        Picture("https://x.example/1.png", "Falls went from 9 to 4"),
        Document("report.md", "# Report"),
        Buttons(Button("Yes", Say("yes"), "primary"), Button("Open", "https://x.example")),
        Note("Small print with ", Bold("weight")),
    )
    assert plain_text(message) == (
        "A title\n"
        "Ask Amina or Tom at the page\n"
        "> <!channel>\n> **as typed**\n"
        "Place: Luton\nLead: Amina\n"
        "Place | People\nLuton | 12\nBedford | 7\n"
        "[picture: Falls went from 9 to 4]\n"
        "[file: report.md]\n"
        "[Yes] [Open]\n"
        "Small print with weight"
    )


def test_what_is_empty_takes_no_line() -> None:
    assert plain_text(Message("", Text(""), Facts((("Aim", ""),)), Text("x"))) == "x"


def test_words_become_runs_and_runs_stay() -> None:
    assert Text("a", Bold("b")).runs == (Plain("a"), Bold("b"))
    assert Note("a").runs == (Plain("a"),)


def test_what_is_to_be_typed_is_spelled_as_a_platform_has_it_and_nothing_else_is() -> None:
    typed = "Typed /qi find by somebody"
    message = Message(typed, Text(typed, " – or ", Typed("find"), " and ", Bold("words")), Note("x"), Quote(typed))
    shown = spelled(message, lambda one: f"<{one.words}>")
    assert shown == Message(typed, Text(f"{typed} – or <find> and ", Bold("words")), Note("x"), Quote(typed))
    assert plain_text(Message("", Text("With ", Typed("me"), "; begin with ", Typed(), "."))) == (
        "With /qi me; begin with /qi."
    )


def test_a_message_with_more_at_its_end_is_another_one() -> None:
    first = Message("A title", Text("one"), beside=True)
    assert first.plus(Note("two")) == Message("A title", Text("one"), Note("two"), beside=True)
    assert first == Message("A title", Text("one"), beside=True)
    assert first != Message("A title", Text("one"))


def test_a_button_has_one_of_three_styles() -> None:
    with pytest.raises(ValueError, match="no such style"):
        Button("Yes", Say("yes"), "loud")
