"""The strict checks: a good payload has no problems, and each rule broken is named."""

import copy
from typing import Any

import pytest

from qibot.demo.slack_checks import check_answer, check_blocks, check_message, check_view
from qibot.demo.slack_text import blocks_text, check_words, escape, keep, unescape
from tests.demo.slack_world import PLACE, TITLE, TOPICS, Json, actions, asks, button, modal, option, section, words


def a_confirm(**more: Any) -> Json:
    return {"title": words("Sure?"), "text": words("It goes."), "confirm": words("Yes"), "deny": words("No"), **more}


def a_message() -> Json:
    return {
        "text": "A project",
        "metadata": {"event_type": "delivery", "event_payload": {"id": "1"}},
        "blocks": [
            {"type": "header", "text": words("A project")},
            section("*Sepsis* &amp; you, <@UANN>, <https://x.example/?a=1|look>, <mailto:a@b.example|write>"),
            section("Fields", fields=[words("one"), words("two")], accessory=button("Show", "show")),
            {"type": "divider"},
            {"type": "context", "elements": [words("small print"), an_image("https://x.example/p.png")]},
            actions(
                button("Yes", "yes", style="primary", confirm=a_confirm(style="danger")),
                button("Open", "open", url="https://x.example"),
                {"type": "overflow", "action_id": "more", "options": [option("Stop", "s")]},
            ),
            {**an_image("https://x.example/p.png"), "title": words("A chart")},
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_quote", "elements": [{"type": "text", "text": "as <typed> & said"}]},
                    {
                        "type": "rich_text_list",
                        "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
                    },
                ],
            },
        ],
    }


def an_image(url: str) -> Json:
    return {"type": "image", "image_url": url, "alt_text": "A line going down"}


def test_good_payloads_have_no_problems() -> None:
    assert check_message(a_message()) == []
    assert check_words(a_message()) == []
    assert check_view(modal(TITLE, PLACE, TOPICS, close=words("Back"), notify_on_close=True)) == []
    assert check_view({"type": "home", "blocks": [section("Hello"), actions(button("Find"))]}) == []
    assert check_answer({"text": "Hi", "response_type": "ephemeral", "replace_original": True}) == []


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "v", **more}


def many(number: int) -> list[Json]:
    return [option(f"n{n}", f"v{n}") for n in range(number)]


BAD_BLOCKS: list[tuple[str, Json, str]] = [
    ("block type", {"type": "carousel"}, "unknown block type: 'carousel'"),
    ("unknown key", {"type": "divider", "text": "x"}, "unknown field: text"),
    ("missing key", {"type": "header"}, "missing required field: text"),
    ("section of nothing", {"type": "section"}, "missing required field: text or fields"),
    ("section too long", section("x" * 3001), "at most 3000 characters, has 3001"),
    ("empty text", section(""), "at least 1 characters"),
    ("emoji in mrkdwn", {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}, "field: emoji"),
    ("11 fields", section("x", fields=[words("f")] * 11), "1 to 10 items, has 11"),
    ("long field", section("x", fields=[words("f" * 2001)]), "at most 2000"),
    ("long header", {"type": "header", "text": words("x" * 151)}, "at most 150"),
    ("header in mrkdwn", {"type": "header", "text": section("x")["text"]}, "'mrkdwn' is not taken here"),
    ("26 actions", actions(*[button("x", f"a{n}") for n in range(26)]), "1 to 25 items, has 26"),
    ("11 in context", {"type": "context", "elements": [words("x")] * 11}, "1 to 10 items, has 11"),
    ("long button", actions(button("x" * 76)), "at most 75"),
    ("long value", actions(button("x", value="v" * 2001)), "at most 2000"),
    ("action_id", actions(button("x", "a" * 256)), "at most 255"),
    ("same action_id", actions(button("x"), button("y")), "action_ids of a block must differ"),
    ("block_id", section("x", block_id="b" * 256), "at most 255"),
    ("style", actions(button("x", style="green")), "primary or danger"),
    ("url", actions(button("x", url="javascript:alert(1)")), "http(s) address"),
    ("confirm", actions(button("x", confirm={"title": words("Sure?")})), "missing required field: text"),
    ("confirm style", actions(button("x", confirm=a_confirm(style="x"))), "primary or danger"),
    ("long confirm", actions(button("x", confirm=a_confirm(deny=words("n" * 31)))), "at most 30"),
    ("image without words", {"type": "image", "image_url": "https://x.example/p.png"}, "field: alt_text"),
    ("image without picture", {"type": "image", "alt_text": "x"}, "image_url or slack_file"),
    ("element in wrong place", actions(TITLE["element"]), "plain_text_input is not taken in a block of type actions"),
    ("button as input", asks("x", button("x")), "button is not taken in a block of type input"),
    ("element type", actions({"type": "slider"}), "unknown element type: 'slider'"),
    ("no options", asks("x", select(options=[])), "1 to 100 items, has 0"),
    ("101 options", asks("x", select(options=many(101))), "1 to 100 items, has 101"),
    ("11 radios", asks("x", {"type": "radio_buttons", "options": many(11)}), "1 to 10 items, has 11"),
    ("long option", asks("x", select(options=[option("o" * 76, "v")])), "at most 75"),
    ("long option value", asks("x", select(options=[option("o", "v" * 151)])), "at most 150"),
    ("same values", asks("x", select(options=[option("a", "v"), option("b", "v")])), "same value"),
    ("initial option", asks("x", select(options=many(2), initial_option=option("n9", "v9"))), "not among the options"),
    ("101 groups", asks("x", select(option_groups=[{"label": words("g"), "options": many(1)}] * 101)), "has 101"),
    ("options and groups", asks("x", select(options=many(1), option_groups=[])), "exclude each other"),
    ("long placeholder", asks("x", select(options=many(1), placeholder=words("p" * 151))), "at most 150"),
    ("max_length", asks("x", {"type": "plain_text_input", "max_length": 3001}), "max_length at most 3000"),
    ("initial text", asks("x", {**TITLE["element"], "initial_value": "x" * 21}), "at most 20 characters"),
    ("date", asks("x", {"type": "datepicker", "initial_date": "27/11/2019"}), "must look like"),
    ("rich text", {"type": "rich_text", "elements": [{"type": "marquee"}]}, "unknown rich text: 'marquee'"),
    (
        "rich broadcast",
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast"}]}]},
        "unknown rich text: 'broadcast'",
    ),
]


@pytest.mark.parametrize(("block", "problem"), [case[1:] for case in BAD_BLOCKS], ids=[c[0] for c in BAD_BLOCKS])
def test_a_bad_block_is_named(block: Json, problem: str) -> None:
    found = check_blocks([block], 50)
    assert any(problem in one for one in found), found
    assert all(one.startswith("blocks[0]") for one in found)


def test_numbers_of_blocks_and_their_ids() -> None:
    assert check_message({"text": "x", "blocks": [section("x")] * 51}) == ["blocks: must have 0 to 50 items, has 51"]
    assert check_blocks([section("x", block_id="b"), section("y", block_id="b")], 50) == [
        "blocks[1]: block_id 'b' is already in use"
    ]
    assert check_view(modal(*[section("x")] * 101)) == ["blocks: must have 0 to 100 items, has 101"]


def test_all_the_text_of_a_message_together() -> None:
    long = [section("x" * 3000)] * 4
    assert check_message({"text": "x", "blocks": long}) == []
    assert check_message({"text": "x", "blocks": [*long, section("x")]}) == [
        "blocks: msg_blocks_too_long, 12001 characters of text in all"
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": words("A title that is far too long")}, "view.title.text: must be at most 24"),
        ({"submit": words("Save this and go on now..")}, "view.submit.text: must be at most 24"),
        ({"close": words("Close this and go on now.")}, "view.close.text: must be at most 24"),
        ({"private_metadata": "x" * 3001}, "view.private_metadata: must be at most 3000"),
        ({"callback_id": "x" * 256}, "view.callback_id: must be at most 255"),
        ({"colour": "red"}, "view: unknown field: colour"),
        ({"notify_on_close": "yes"}, "view.notify_on_close: must be true or false"),
        ({"type": "dialog"}, "view: unknown type: 'dialog'"),
    ],
)
def test_a_bad_view_is_named(changes: Json, problem: str) -> None:
    (found,) = check_view(modal(TITLE, **changes))
    assert problem in found


def test_a_view_needs_submit_when_something_is_asked() -> None:
    view = modal(TITLE)
    del view["submit"]
    assert check_view(view) == ["view: missing required field: submit (there is an input)"]
    assert check_view({**view, "blocks": [section("Only words")]}) == []


def test_a_view_has_at_most_250_kilobytes() -> None:
    groups = [{"label": words("g"), "options": [option("é" * 75, f"{g}-{n}") for n in range(100)]} for g in range(12)]
    assert check_view(modal(asks("x", select(option_groups=groups)))) == ["view: view_too_large"]


def test_metadata_and_text_are_needed_in_their_shape() -> None:
    message = a_message()
    message["metadata"] = {"event_type": "delivery"}
    assert check_message(message) == ["metadata: must be {event_type, event_payload}"]
    message = a_message()
    del message["text"]
    assert check_message(message) == ["text: missing; notifications and screen readers say it in place of the blocks"]
    assert check_answer({"replace_original": True}) == ["answer: no_text"]
    assert check_answer({"text": "x", "to": "all"}) == ["answer: unknown field: to"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Tom & Jerry", "an unescaped &"),
        ("&nbsp;", "an unescaped &"),
        ("a < b", "an unescaped <"),
        ("<script>", "an unescaped <"),
        ("<ftp://x.example|x>", "an unescaped <"),
        ("<https://x.example|Tom & Jerry>", "an unescaped &"),
        ("<!channel>", "a broadcast (<!channel)"),
        ("<!here|here>", "a broadcast (<!here)"),
        ("hello <!everyone>", "a broadcast (<!everyone)"),
        ("<!subteam^S1>", "a broadcast (<!subteam)"),
    ],
)
def test_words_that_would_show_wrongly(text: str, problem: str) -> None:
    assert check_words({"text": text}) == [f"text: {problem}"]
    assert check_words({"blocks": [section(text)]}) == [f"blocks[0].text: {problem}"]


@pytest.mark.parametrize(
    "text",
    [
        "Tom &amp; Jerry &lt;3",
        "<@UANN> and <@UANN|ann>",
        "<#C1|general>",
        "<!date^1574845200^{date_short}^https://x.example/|27 Nov>",
        "<https://x.example/?a=1&b=2|look>",
        "<https://x.example>",
        "<mailto:a@b.example>",
        "> a quote",
    ],
)
def test_words_slack_knows(text: str) -> None:
    assert check_words({"text": text, "blocks": [section(text)]}) == []


def test_a_broadcast_is_a_problem_in_plain_text_too_but_other_signs_are_not() -> None:
    assert check_words({"blocks": [{"type": "header", "text": words("Tom & <b>")}]}) == []
    assert check_words({"blocks": [{"type": "header", "text": words("<!channel>")}]}) == [
        "blocks[0].text: a broadcast (<!channel)"
    ]


def test_escaping_goes_there_and_back() -> None:
    for text in ("a & b", "&lt;", "<!channel>", "&amp;amp;", "x > y"):
        assert unescape(escape(text)) == text
    assert keep("Tom & Jerry &amp; <b>") == "Tom &amp; Jerry &amp; &lt;b&gt;"
    assert blocks_text([section("Tom &amp; Jerry"), actions(button("Yes"))]) == "Tom & Jerry\n[Yes]"


def test_checking_changes_nothing() -> None:
    message, view = a_message(), modal(TITLE, PLACE)
    before = copy.deepcopy((message, view))
    check_message(message)
    check_words(message)
    check_view(view)
    assert (message, view) == before
