"""Blocks as HTML: all that the bot can send, what it never sends, and words that would like to be more than words."""

from typing import Any

import pytest
from starlette.datastructures import MultiDict

from qibot.demo.blocks_html import Setting, render
from qibot.demo.fields_html import typed
from qibot.demo.slack_forms import initial_state
from tests.demo.site import Tag, dict_of, read

HOSTILE = "<script>alert(1)</script>\"'&{0}{{x}}"
KEPT = "&lt;script&gt;alert(1)&lt;/script&gt;\"'&amp;{0}{{x}}"
"""The same as Slack keeps it in a text object."""


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def shown(*blocks: dict[str, Any], **how: Any) -> Tag:
    return read(str(render(blocks, Setting("p", **how))))


def field(element: dict[str, Any], *, block_id: str = "b", **more: Any) -> dict[str, Any]:
    return {
        "type": "input", "block_id": block_id, "label": plain("Label"), "element": {"action_id": "a", **element}, **more
    }  # fmt: skip


def option(value: str, text: str = "") -> dict[str, Any]:
    return {"text": plain(text or value.upper()), "value": value}


RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [
            {"type": "text", "text": HOSTILE, "style": {"bold": True}},
            {"type": "user", "user_id": "U1"},
            {"type": "link", "url": "https://a.example/?a=1&b=2", "text": "there"},
            {"type": "link", "url": "mailto:a@b.example"},
            {"type": "emoji", "name": "tada"},
        ]},
        {"type": "rich_text_list", "style": "bullet", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "two", "style": {"italic": True}}]},
        ]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
    ],
}  # fmt: skip


def test_rich_text_has_its_parts_and_no_mark_up_of_its_own() -> None:
    page = shown(RICH, names={"U1": "Amina <b>"}.__getitem__)
    assert page.one("strong").text == HOSTILE
    assert page.one("span", class_="mention").text == "@Amina <b>"
    assert [a.attrs["href"] for a in page.all("a")] == ["https://a.example/?a=1&b=2", "mailto:a@b.example"]
    assert [li.text for li in page.one("ul").all("li")] == ["one", "two"]
    assert page.one("blockquote").text == "said"
    assert page.one("pre").text == "code"
    assert not page.all("script")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", 7])
def test_a_link_leads_only_to_an_address(url: Any) -> None:
    link = {"type": "link", "url": url, "text": "press me"}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}
    button = {"type": "button", "text": plain("press me"), "url": url, "action_id": "a"}
    page = shown(rich, {"type": "actions", "block_id": "b", "elements": [button]})
    assert not page.all("a")
    assert "[not shown: link" in page.text


def test_the_simple_blocks() -> None:
    image = {
        "type": "image",
        "image_url": "https://pictures.example/a.png",
        "alt_text": HOSTILE,
        "title": plain("A run"),
    }
    page = shown(
        {"type": "header", "text": plain(KEPT)},
        {"type": "section", "text": {"type": "mrkdwn", "text": KEPT}, "fields": [plain("one")], "accessory": image},
        {"type": "divider"},
        {"type": "context", "elements": [plain(KEPT), image]},
        image,
    )
    assert page.one("h4").text == HOSTILE
    assert page.one("p").text == HOSTILE
    assert page.one(class_="context").one("span").text == HOSTILE
    assert len(page.all("hr")) == 1
    assert [one.text for one in page.all("figcaption")] == [f"Picture: A run – {HOSTILE}"] * 3
    # Nothing is fetched from anywhere.
    assert not page.all("img")


def test_buttons_are_forms_or_parts_of_one_or_only_shown() -> None:
    made: dict[str, Any] = {"type": "button", "text": plain(KEPT), "action_id": "x.y#1", "style": "danger"}
    row = {"type": "actions", "block_id": "b1", "elements": [made, {"type": "overflow", "options": []}]}
    alone = shown(row)
    assert "disabled" in alone.one("button").attrs
    inside = shown(row, formaction="/press").one("button")
    assert (inside.attrs["formaction"], inside.attrs["name"], inside.attrs["value"]) == ("/press", "press", "b1/x.y#1")
    assert "[not shown: overflow]" in alone.text
    made["confirm"] = plain("sure")
    assert shown(row).one("button", class_="danger").text == f"{HOSTILE}…"
    link = shown({"type": "actions", "elements": [{**made, "url": "https://a.example/"}]}).one("a", class_="button")
    assert link.attrs["rel"] == "noopener noreferrer"


def test_what_nobody_knows_is_named() -> None:
    odd = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "hologram"}]}]}
    page = shown(
        {"type": "<b>video"}, odd, field({"type": "number_input"}), {"type": "context", "elements": [{"type": "z"}]}
    )
    found = ("<b>video", "hologram", "number_input", "z")
    assert page.text == "".join(f"[not shown: {one}]" for one in found)


FIELDS = [
    field({"type": "plain_text_input", "initial_value": HOSTILE, "placeholder": plain(KEPT)}, block_id="line"),
    field({"type": "plain_text_input", "multiline": True, "initial_value": f"\n{HOSTILE}\nx"}, block_id="text"),
    field({"type": "datepicker", "initial_date": "2019-11-27"}, block_id="day"),
    field(
        {"type": "static_select", "options": [option("a"), option("b", KEPT)], "initial_option": option("b", KEPT)},
        block_id="select",
        optional=True,
    ),
    field(
        {"type": "radio_buttons", "options": [option("a"), option("b")], "initial_option": option("a")},
        block_id="radio",
    ),
    field(
        {"type": "checkboxes", "options": [option("a"), option("b")], "initial_options": [option("b")]},
        block_id="ticks",
    ),
    field(
        {
            "type": "multi_static_select",
            "option_groups": [
                {"label": plain("One"), "options": [option("a"), option("b")]},
                {"label": plain(KEPT), "options": [option("c")]},
            ],
            "initial_options": [option("b"), option("c")],
            "max_selected_items": 2,
        },
        block_id="many",
        hint=plain("A hint"),
    ),
]


def test_a_form_sends_back_what_it_shows() -> None:
    page = shown(*FIELDS, state=initial_state(FIELDS))
    sent = MultiDict([(name, one) for name, some in dict_of(page).items() for one in some])
    assert typed(FIELDS, sent) == {
        "line": HOSTILE,
        "text": f"\n{HOSTILE}\nx",
        "day": "2019-11-27",
        "select": "b",
        "radio": "a",
        "ticks": ["b"],
        "many": ["b", "c"],
    }
    assert not page.all("script")


def test_every_control_has_its_label_hint_and_error() -> None:
    ids = [one["block_id"] for one in FIELDS]
    page = shown(*FIELDS, state=initial_state(FIELDS), errors=dict.fromkeys(ids, KEPT))
    labelled = {label.attrs["for"] for label in page.all("label")}
    for control in (*page.all("input"), *page.all("select"), *page.all("textarea")):
        assert control.attrs["id"] in labelled
    assert [page.one(id=f"p-{one}-error").text for one in ids] == [KEPT] * len(ids)
    assert page.one("input", name="f:line").attrs["aria-describedby"] == "p-line-error"
    assert page.one("fieldset", id="p-many").attrs["aria-describedby"] == "p-many-hint p-many-error"
    assert "(optional)" in page.all("label")[3].text
    assert "(at most 2)" in page.one("fieldset", id="p-many").one("legend").text
    assert [group.attrs["aria-label"] for group in page.all(role="group")] == ["One", HOSTILE]


def test_line_ends_of_a_browser_become_ours_and_nothing_is_none() -> None:
    assert typed(FIELDS[:2], MultiDict([("f:text", "a\r\nb"), ("f:line", "")])) == {"line": None, "text": "a\nb"}
