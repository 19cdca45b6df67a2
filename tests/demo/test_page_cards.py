"""Adaptive Cards as HTML: every element the bot can send, what it never sends, and words that pretend to be more."""

from typing import Any

import pytest
from markupsafe import Markup
from starlette.datastructures import MultiDict

from qibot.demo.card_fields_html import typed
from qibot.demo.cards_html import CardSetting, for_the_renderer, meant, presses, render
from tests.demo.site import Tag, dict_of, read

HOSTILE = "<script>alert(1)</script>\"'&{0}{{x}} **x**"
Json = dict[str, Any]


def card(*body: Json, **more: Any) -> Json:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body), **more}


def shown(*body: Json, actions: list[Json] | None = None, **how: Any) -> Tag:
    made = card(*body, **({"actions": actions} if actions else {}))
    return read(str(render(made, CardSetting("p", **{"form": Markup(""), **how}))))


def rich(*runs: Json, **more: Any) -> Json:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **run} for run in runs], **more}


def execute(title: str, **more: Any) -> Json:
    return {"type": "Action.Execute", "title": title, "verb": "x.y", "data": {}, **more}


def asks(name: str, kind: str = "Input.Text", **more: Any) -> Json:
    return {"type": kind, "id": name, "label": name.capitalize(), **more}


def test_text_has_its_looks_and_no_mark_up_of_its_own() -> None:
    leads = {"type": "Action.OpenUrl", "url": "https://a.example/?a=1&b=2"}
    page = shown(
        rich({"text": HOSTILE, "weight": "Bolder", "size": "Medium"}),
        rich(
            {"text": "slanted", "italic": True},
            {"text": "gone", "strikethrough": True},
            {"text": "lined", "underline": True},
            {"text": "there", "underline": True, "selectAction": leads},
            {"text": "code", "fontType": "Monospace"},
            {"text": "quiet", "size": "Small", "isSubtle": True},
            {"text": "loud", "color": "Attention"},
            spacing="None",
        ),
        {"type": "TextBlock", "text": HOSTILE, "wrap": True},
    )
    assert page.one("h3").text == HOSTILE
    tags = [page.one(tag).text for tag in ("em", "s", "u", "code", "a")]
    assert tags == ["slanted", "gone", "lined", "code", "there"]
    assert page.one("a").attrs["href"] == "https://a.example/?a=1&b=2"
    assert page.one("span", class_="subtle").text == "quiet"
    assert page.one("span", class_="attention").text == "loud"
    assert page.all("p")[-1].text == HOSTILE
    assert not page.all("script")


def test_boxes_facts_tables_and_pictures() -> None:
    rows = [
        {"type": "TableRow", "cells": [{"type": "TableCell", "items": [rich({"text": one})]} for one in row]}
        for row in (("Day", "Falls"), ("Monday", HOSTILE))
    ]
    page = shown(
        {"type": "Container", "style": "emphasis", "items": [rich({"text": "said"})]},
        {"type": "ColumnSet", "columns": [{"type": "Column", "items": [rich({"text": "beside"})]}]},
        {"type": "FactSet", "facts": [{"title": "Ward", "value": HOSTILE}]},
        {"type": "Table", "columns": [{"width": 1}] * 2, "firstRowAsHeaders": True, "rows": rows},
        {"type": "Image", "url": "https://pictures.example/a.png", "altText": HOSTILE},
    )
    assert page.one("div", class_="emphasis").text == "said"
    assert page.one("div", class_="columns").text == "beside"
    assert (page.one("dt").text, page.one("dd").text) == ("Ward", HOSTILE)
    assert [one.text for one in page.all("th")] == ["Day", "Falls"]
    assert [one.text for one in page.all("td")] == ["Monday", HOSTILE]
    assert page.one("figcaption").text == f"Picture: {HOSTILE}"
    # Nothing is fetched from anywhere, by the renderer neither.
    assert not page.all("img")
    image = {"type": "Image", "url": "https://pictures.example/a.png", "altText": "A run chart"}
    assert "https://" not in str(for_the_renderer(card({"type": "Container", "items": [image]})))


def test_every_button_says_which_it_is() -> None:
    asking = card(rich({"text": "Sure?"}), actions=[execute("Yes", style="destructive")])
    first = {"type": "ActionSet", "actions": [execute("Ask"), execute("Ask", style="positive")]}
    rest: list[Json] = [
        {"type": "Action.ShowCard", "title": "Stop", "card": asking},
        {"type": "Action.OpenUrl", "title": "Read", "url": "https://a.example/"},
        {"type": "Action.Submit", "title": HOSTILE, "data": {}},
        execute("Off", isEnabled=False),
    ]
    page = shown(first, actions=rest)
    pressed = {one.attrs["value"]: one for one in page.all("button")}
    assert list(pressed) == ["0/Ask", "1/Ask", "3/Yes", f"5/{HOSTILE}", "6/Off"]
    assert "primary" in pressed["1/Ask"].attrs["class"]
    assert "danger" in pressed["3/Yes"].attrs["class"]
    assert "disabled" in pressed["6/Off"].attrs
    assert page.one("details").one("summary").text == "Stop"
    assert page.one("a").attrs["rel"] == "noopener noreferrer"
    # The renderer's buttons carry the same words.
    drawn = for_the_renderer(card(first, actions=rest))
    assert [action["id"] for action, _ in presses(drawn)] == [value for _, value in presses(card(first, actions=rest))]
    assert meant(card(first, actions=rest), "1/Ask") == ("Ask", 1)
    assert meant(card(first, actions=rest), "1/Asked") is None
    still = shown(first, form=None)
    assert "disabled" in still.one("fieldset").attrs
    assert not still.all("form")


CHOICES = [{"title": one.upper(), "value": one} for one in ("a", "b", "c")]
FIELDS = [
    asks("line", value=HOSTILE),
    asks("text", isMultiline=True, value=f"\n{HOSTILE}\nx"),
    asks("many", "Input.ChoiceSet", isMultiSelect=True, choices=CHOICES, value="a,c"),
    asks("one", "Input.ChoiceSet", choices=CHOICES, value="b", isRequired=True),
    asks("radio", "Input.ChoiceSet", style="expanded", choices=CHOICES, value="c"),
    asks("day", "Input.Date", value="2019-11-27"),
    asks("beds", "Input.Number", value=7),
    {"type": "Input.Toggle", "id": "yes", "title": "Yes, please", "value": "true"},
    {"type": "Input.Toggle", "id": "no", "title": "No", "value": "false"},
]


def test_a_form_sends_back_what_it_shows() -> None:
    page = shown(*FIELDS)
    sent = MultiDict([(name, one) for name, some in dict_of(page).items() for one in some])
    assert typed(card(*FIELDS), sent) == {
        "line": HOSTILE,
        "text": f"\n{HOSTILE}\nx",
        "many": ["a", "c"],
        "one": "b",
        "radio": "c",
        "day": "2019-11-27",
        "beds": "7",
        "yes": True,
        "no": False,
    }


def test_what_was_typed_stands_before_what_the_card_has() -> None:
    held = {"line": "", "text": "mine", "many": ["b"], "one": "c", "radio": "", "yes": "", "no": True}
    page = shown(*FIELDS, held=held)
    sent = MultiDict([(name, one) for name, some in dict_of(page).items() for one in some])
    found = typed(card(*FIELDS), sent)
    assert (found["line"], found["text"], found["many"], found["one"]) == (None, "mine", ["b"], "c")
    assert (found["radio"], found["yes"], found["no"]) == (None, False, True)


def test_hints_and_warnings_belong_to_the_field_above_them() -> None:
    hint = rich({"text": "As you say it", "isSubtle": True, "size": "Small"})
    wrong = rich({"text": "Please look again", "color": "Attention", "weight": "Bolder"})
    page = shown(asks("name"), hint, wrong, asks("role"), rich({"text": "Words"}), errors={"role": "Too long"})
    name, role = page.all("input")
    said = [page.one(id=one).text for one in name.attrs["aria-describedby"].split()]
    assert said == ["As you say it", "Please look again"]
    assert name.attrs["aria-invalid"] == "true"
    assert page.one(id=role.attrs["aria-describedby"]).text == "Too long"
    labelled = {one.attrs["for"] for one in page.all("label")}
    assert {name.attrs["id"], role.attrs["id"]} <= labelled


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", 7])
def test_a_link_leads_only_to_an_address(url: Any) -> None:
    leads = {"type": "Action.OpenUrl", "title": "press me", "url": url}
    page = shown(rich({"text": "press me", "selectAction": leads}), actions=[leads])
    assert not page.all("a")
    assert "[not shown: link button]" in page.text


def test_what_nobody_knows_is_named() -> None:
    page = shown({"type": "<b>Video"}, asks("x", "Input.Time"), actions=[{"type": "Action.Fly", "title": "Up"}])
    assert page.text == "".join(f"[not shown: {one}]" for one in ("<b>Video", "Input.Time", "Action.Fly"))
