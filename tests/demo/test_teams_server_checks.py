"""What the stand-in Teams holds against a card, and how a card reads."""

from collections.abc import Callable

import pytest

from qibot.demo.teams_cards import card_words, complaints, errors_beside, filled, find_action, sent_values
from qibot.demo.teams_checks import check_card
from tests.demo.teams_world import CHOICES, FORM, REQUIRED, Json, asks, card, execute, submit, words

PICTURE = {"type": "Image", "url": "https://qi.example/a.png", "altText": "A run chart"}
EVERYTHING = card(
    words("Find", size="Large", style="heading"),
    {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "Ann", "weight": "bolder"}, " & Bob"]},
    {"type": "Container", "style": "emphasis", "items": [words("Within"), PICTURE]},
    {
        "type": "ColumnSet",
        "columns": [{"type": "Column", "width": "auto", "items": [words("Left")]}, {"items": [words("Right")]}],
    },
    {"type": "FactSet", "facts": [{"title": "Role", "value": "Nurse"}]},
    {
        "type": "Table",
        "columns": [{"width": 1}, {"width": 2}],
        "rows": [
            {
                "type": "TableRow",
                "cells": [{"type": "TableCell", "items": [words("a")]}, {"type": "TableCell", "items": [words("b")]}],
            }
        ],
    },
    words("Hidden", isVisible=False),
    asks("place", "Place", "Input.ChoiceSet", choices=CHOICES),
    {"type": "ActionSet", "actions": [execute("One"), submit("Two")]},
    actions=[{"type": "Action.OpenUrl", "title": "Read", "url": "https://qi.example"}],
    msteams={"width": "Full"},
)


def test_a_good_card_has_no_problems_and_reads_in_order() -> None:
    assert check_card(EVERYTHING) == []
    assert check_card(FORM) == []
    assert card_words(EVERYTHING).splitlines() == [
        "Find",
        "Ann & Bob",
        "Within",
        "A run chart",
        "Left",
        "Right",
        "Role Nurse",
        "a | b",
        "Place",
        "Luton",
        "Bedford",
        "[One] [Two]",
        "[Read]",
    ]


SAME_CHOICE = [{"title": "A", "value": "a"}, {"title": "B", "value": "a"}]
COMMA = [{"title": "A", "value": "a,b"}]
BAD: dict[str, tuple[Json, str]] = {
    "kind": ({"type": "Card", "version": "1.5", "body": []}, "card.type: must be AdaptiveCard"),
    "version": (card(words("x"), version="1.4"), "card.version: must be one of"),
    "no body": ({"type": "AdaptiveCard", "version": "1.5"}, "missing required property: body"),
    "element": (card({"type": "Marquee"}), "unknown element: 'Marquee'"),
    "element in a column": (
        card({"type": "ColumnSet", "columns": [{"items": [{"type": "Media"}]}]}),
        "unknown element: 'Media'",
    ),
    "property": (card(words("x", colour="red")), "unknown property: colour"),
    "choice of words": (card(words("x", size="Huge")), "size: must be one of"),
    "not a flag": (card({"type": "TextBlock", "text": "x", "wrap": "yes"}), "wrap: must be true or false"),
    "no words": (card(words(" ")), "no words"),
    "cut off": (card({"type": "TextBlock", "text": "x" * 41}), "without wrap are cut off"),
    "no alt text": (card({"type": "Image", "url": "https://x.example"}), "missing required property: altText"),
    "empty alt text": (card({**PICTURE, "altText": " "}), "altText says nothing"),
    "picture not public": (card({**PICTURE, "url": "http://x.example"}), "url: must be an https address"),
    "no verb": (card(actions=[{"type": "Action.Execute", "title": "Go"}]), "missing required property: verb"),
    "empty verb": (card(actions=[execute("Go", "")]), "verb says nothing"),
    "action": (card(actions=[{"type": "Action.Popover", "title": "Go"}]), "unknown action: 'Action.Popover'"),
    "too many buttons": (card(actions=[execute(str(n)) for n in range(7)]), "more than 6 buttons"),
    "two of one id": (card(asks("a", "A"), asks("a", "B")), "the id 'a' is used 2 times"),
    "input over data": (card(asks("action", "A"), actions=[execute("Go")]), "overwrites the data"),
    "input without id": (card({"type": "Input.Text", "label": "A"}), "missing required property: id"),
    "no error words": (card(asks("a", "A", isRequired=True)), "isRequired without errorMessage"),
    "required without label": (card({"type": "Input.Text", "id": "a", **REQUIRED}), "isRequired without label"),
    "nothing says": (card({"type": "Input.Text", "id": "a"}), "nothing says what it is for"),
    "no choices": (card(asks("a", "A", "Input.ChoiceSet", choices=[])), "choices: is empty"),
    "same choice": (card(asks("a", "A", "Input.ChoiceSet", choices=SAME_CHOICE)), "the choice 'a' is there 2 times"),
    "comma": (card(asks("a", "A", "Input.ChoiceSet", choices=COMMA, isMultiSelect=True)), "has a comma"),
    "value not offered": (card(asks("a", "A", "Input.ChoiceSet", choices=CHOICES, value="x")), "not among the choices"),
    "value too long": (card(asks("a", "A", value="abc", maxLength=2)), "longer than maxLength"),
    "not a date": (card(asks("a", "A", "Input.Date", value="27/11/2019")), "value: must be a date"),
    "mention": (card(words("<at>Ann</at>")), "a mention without an entity: <at>Ann</at>"),
    "size": (card(words("x" * 28_000)), "more than 28000"),
    "no facts": (card({"type": "FactSet", "facts": []}), "facts: is empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_card_is_told_so(name: str) -> None:
    bad, problem = BAD[name]
    found = check_card(bad)
    assert any(problem in one for one in found), found


@pytest.mark.parametrize("bad", [None, [], "card", {"type": "AdaptiveCard", "version": "1.5", "body": [None, 3]}])
def test_what_is_no_card_at_all(bad: object) -> None:
    assert check_card(bad) != []


def test_only_submit_answers_in_a_dialog() -> None:
    assert check_card(card(actions=[submit("Go")]), dialog=True) == []
    assert "in a dialog" in check_card(card(actions=[execute("Go")]), dialog=True)[0]


def test_a_mention_with_its_entity_is_good() -> None:
    entity = {"type": "mention", "text": "<at>Ann</at>", "mentioned": {"id": "29:1", "name": "Ann"}}
    assert check_card(card(words("<at>Ann</at>"), msteams={"entities": [entity]})) == []


INVALID: list[tuple[Callable[..., Json], Json, str, bool]] = [
    (asks, {"regex": "^[a-z]+$"}, "abc", True),
    (asks, {"regex": "^[a-z]+$"}, "ABC", False),
    (asks, {"kind": "Input.Number"}, "three", False),
    (asks, {"kind": "Input.Number", "min": 2}, "1", False),
    (asks, {"kind": "Input.Date", "max": "2019-11-30"}, "2019-12-01", False),
    (asks, {"kind": "Input.Date"}, "tomorrow", False),
    (asks, REQUIRED, " ", False),
    (asks, {}, "", True),
]


@pytest.mark.parametrize(("make", "options", "value", "good"), INVALID)
def test_what_the_window_lets_through(make: Callable[..., Json], options: Json, value: str, good: bool) -> None:
    form = card(make("a", "A", **options))
    assert (complaints(form, filled(form, {"A": value})) == {}) is good


def test_a_required_toggle_must_be_on() -> None:
    form = card({"type": "Input.Toggle", "id": "yes", "title": "I agree", **REQUIRED, "label": "Agreement"})
    assert complaints(form, filled(form, {})) == {"yes": "Please say."}
    assert complaints(form, filled(form, {"yes": True})) == {}


def test_only_an_empty_text_travels_empty() -> None:
    form = card(asks("a", "A"), asks("b", "B", "Input.Number"), asks("c", "C", "Input.ChoiceSet", choices=CHOICES))
    assert sent_values(form, filled(form, {})) == {"a": ""}


def test_errors_stand_directly_behind_their_field() -> None:
    red = words("Wrong.", color="attention")
    boxed = {"type": "Container", "items": [asks("a", "A"), red, words("again", color="Attention")]}
    assert errors_beside(card(red, boxed, asks("b", "B"), words("Help"), red)) == {
        "": "Wrong.\nWrong.",
        "a": "Wrong.\nagain",
    }


def test_buttons_are_found_by_label_id_or_verb_and_number() -> None:
    made = card(actions=[execute("Ask", "ask", n="1"), execute("Ask", "ask", n="2") | {"id": "second"}])
    assert [find_action(made, "Ask", nth)["data"]["n"] for nth in (0, 1)] == ["1", "2"]
    assert find_action(made, "second")["data"]["n"] == "2"
    assert find_action(made, "ask", 1)["data"]["n"] == "2"
    off = card(actions=[execute("Ask") | {"isEnabled": False}])
    with pytest.raises(LookupError, match="switched off"):
        find_action(off, "Ask")
