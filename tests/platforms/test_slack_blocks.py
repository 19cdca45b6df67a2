"""Messages as Slack blocks: shown as typed, never refused, and pressed buttons understood again."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Part,
    Picture,
    Plain,
    Quote,
    Table,
    Text,
    plain_text,
)
from qibot.chat.wire import Action, action
from qibot.demo import slack_checks, slack_text
from qibot.platforms.slack import blocks, limits
from qibot.platforms.slack.rich_text import paragraph
from qibot.platforms.words import clean, escape, shorten
from qibot.typed import Typed
from tests import golden

HERE = "T0LUTON"


@action("tests.press")
class Press(Action):
    words: str = ""
    number: int = 0


def everything() -> Message:
    """One of each part, with words that would be mark-up elsewhere."""
    return Message(
        "*Sepsis six* & <!channel>",
        Text(
            "Ask ", Bold("Amina_B"), " or ", Mention("Tom Reed", HERE, "U0TOM"), ", ", Mention("Jo", "T0OTHER", "U0JO")
        ),
        Text("Next:\n• read ", Link("the plan", "https://plans.example/1?a=b&c=d"), "\n• ~measure~\n\nThen `rest`."),
        Quote("We wait :smile: too long\n> for everything"),
        Facts((("Place", "Luton"), ("Aim", ""), ("Topic", "<b>Sepsis</b>"))),
        Table(("Place", "People"), (("Luton", "12"), ("Bedford | town", "7"))),
        Picture("https://charts.example/1.png", "Falls went from 9 to 4 a month"),
        Picture("not an address", "A run chart"),
        Document("report & more.md", "# Report"),
        Buttons(
            Button("Ask & meet", Press("R&D <now>", 3), style="primary", confirm="Shall I ask Amina?"),
            Button("Stop", Press("stop"), style="danger", confirm="It stops for good."),
            Button("Read more", "https://plans.example/2"),
            Button("Odd", "javascript:alert(1)"),
        ),
        Note("You asked for *this* on Wed 11 Dec."),
        Note("Write to ", Link("us", "mailto:qi@example.org")),
    )


def problems(rendered: blocks.Rendered) -> list[str]:
    """What Slack would refuse, show wrongly, or choke on."""
    message = {"text": rendered.text, "blocks": rendered.blocks}
    json.dumps(message, ensure_ascii=False).encode()
    found = slack_checks.check_message(message) + slack_text.check_words(message)
    total = len(shown(rendered.blocks))
    return found + ([f"{total} characters in all"] if total > limits.MESSAGE_WORDS else []) + empty(rendered.blocks)


def empty(value: Any) -> list[str]:
    """Texts without a letter, which Slack refuses in text objects and shows as holes elsewhere."""
    if isinstance(value, list):
        return [found for one in value for found in empty(one)]
    if not isinstance(value, dict):
        return []
    blank = value.get("type") == "plain_text" and not value["text"].strip()
    blank = blank or (value.get("type") == "text" and not value["text"])
    return (["an empty text"] if blank else []) + [found for one in value.values() for found in empty(one)]


def shown(value: Any) -> str:
    """All the words in blocks, rich text as it is and text objects as Slack unescapes them."""
    if isinstance(value, list):
        return "".join(map(shown, value))
    if not isinstance(value, dict):
        return ""
    own = value["text"] if isinstance(value.get("text"), str) else ""
    own = slack_text.unescape(own) if value.get("type") == "plain_text" else own
    return own + "".join(map(shown, value.values()))


def buttons(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [element for block in found if block["type"] == "actions" for element in block["elements"]]


def test_one_of_everything() -> None:
    rendered = blocks.render(everything(), workspace=HERE)
    assert problems(rendered) == []
    golden.check("slack/one_of_everything", dataclasses.asdict(rendered))


def test_home_takes_the_same_parts() -> None:
    view = blocks.home(everything(), workspace=HERE)
    assert slack_checks.check_view(view) == []
    assert view["blocks"] == blocks.render(everything(), workspace=HERE).blocks


@pytest.mark.parametrize(
    "message", [Message(""), Message(" \n"), Message("", Text("  "), Note(""), Quote(""), Facts(()))]
)
def test_nothing_to_say_is_still_a_message(message: Message) -> None:
    rendered = blocks.render(message, workspace=HERE)
    assert problems(rendered) == []
    assert rendered.blocks


TRICKS = [
    "<!channel>",
    "**x**",
    "*x* _y_ ~z~ `w`",
    ":smile:",
    "<script>",
    "&lt;b&gt; &amp;",
    "> quote",
    "<@U0TOM>",
    "a • b",
]


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("part", [Text, Note, Quote, lambda t: Facts((("Title", t),)), lambda t: Table((t,), ((t,),))])
def test_what_people_type_is_shown_as_typed(part: Any, trick: str) -> None:
    rendered = blocks.render(Message(trick, part(f"so {trick} it is")), workspace=HERE)
    assert problems(rendered) == []
    assert shown(rendered.blocks).count(trick) >= 2
    assert slack_text.unescape(rendered.text).startswith(f"{trick}\n")


@pytest.mark.parametrize("trick", TRICKS)
def test_labels_and_confirmations_are_shown_as_typed(trick: str) -> None:
    found = blocks.render(Message("a", Buttons(Button(trick, Press(), confirm=trick))), workspace=HERE).blocks
    assert slack_text.check_words({"blocks": found}) == []
    assert shown(buttons(found)).count(trick) == 2


def test_a_command_is_shown_with_its_slash() -> None:
    found = blocks.render(Message("a", Text("See ", Typed("me"), "."), Note("After ", Typed(), ".")), workspace=HERE)
    assert shown(found.blocks) == "aSee /qi me.After /qi."
    assert [block["type"] for block in found.blocks] == ["rich_text", "rich_text", "context"]


def test_no_part_is_mrkdwn() -> None:
    assert "mrkdwn" not in json.dumps(blocks.render(everything(), workspace=HERE).blocks)


@pytest.mark.parametrize(
    ("mention", "live"),
    [
        (Mention("Tom", HERE, "U0TOM"), True),
        (Mention("Tom", "T0OTHER", "U0TOM"), False),
        (Mention("Tom", "", ""), False),
        (Mention("Tom", HERE, ""), False),
        (Mention("Tom", HERE, "U0TOM>"), False),
    ],
)
def test_a_person_is_live_only_in_their_own_workspace(mention: Mention, live: bool) -> None:
    (element,) = paragraph(mention, workspace=HERE)[0]["elements"][0]["elements"]
    bold = {"type": "text", "text": "Tom", "style": {"bold": True}}
    assert element == ({"type": "user", "user_id": "U0TOM"} if live else bold)


def test_nobody_is_live_without_a_workspace() -> None:
    assert "user_id" not in json.dumps(
        blocks.render(Message("", Text(Mention("Tom", "", "U0TOM"))), workspace="").blocks
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://",
        "https://a b",
        "https://[x",
        "HTTPS://a.example",
        "",
        "//a",
        "mailto:",
        "ftp://a",
    ],
)
def test_an_address_that_slack_would_refuse_leads_nowhere(url: str) -> None:
    message = Message("", Text(Link("there", url)), Picture(url, "a chart"), Buttons(Button("Go", url)))
    rendered = blocks.render(message, workspace=HERE)
    assert problems(rendered) == []
    assert {block["type"] for block in rendered.blocks} == {"rich_text", "context"}
    assert "there" in shown(rendered.blocks)
    assert "a chart" in shown(rendered.blocks)
    assert "Go: " in shown(rendered.blocks)


def test_lines_with_bullets_become_a_list_and_lose_nothing() -> None:
    (block,) = paragraph("Three:\n\n• one\n• ", Bold("two"), "\n• \nafter\n\n• ", Link("x", "https://x.example"))
    kinds = [element["type"] for element in block["elements"]]
    assert kinds == ["rich_text_section", "rich_text_list", "rich_text_section", "rich_text_list"]
    assert shown(block) == "Three:onetwo• \nafterx"
    assert slack_checks.check_blocks([block], 1) == []


def test_empty_values_of_facts_are_left_out() -> None:
    assert "Aim" not in shown(blocks.render(everything(), workspace=HERE).blocks)


def test_buttons_come_five_in_a_row_with_ids_that_differ_and_come_back() -> None:
    given_ = [Press(f"R&D <b> “{n}”", n) for n in range(12)]
    message = Message("a", Buttons(*(Button(str(n), one) for n, one in enumerate(given_[:7]))), Text("b"),
                      Buttons(*(Button(str(n), one) for n, one in enumerate(given_[7:]))))  # fmt: skip
    found = blocks.render(message, workspace=HERE).blocks
    assert [len(block["elements"]) for block in found if block["type"] == "actions"] == [5, 2, 5]
    made = buttons(found)
    assert len({one["action_id"] for one in made}) == 12
    assert not set("&<>") & set("".join(one["value"] for one in made))
    assert [blocks.decode_action(one) for one in made] == [("tests.press", dataclasses.asdict(one)) for one in given_]


RUBBISH: list[Any] = [
    None, [], "x", 3, {}, {"action_id": 1, "value": "{}"}, {"action_id": "tests.press#1"},
    {"action_id": "tests.press#1", "value": None}, {"action_id": "tests.press#1", "value": "{"},
    {"action_id": "tests.press#1", "value": "[]"}, {"action_id": "tests.press#1", "value": "[" * 100_000},
    {"action_id": "tests.press", "value": "{}"}, {"action_id": "#1", "value": "{}"},
    {"action_id": "link#1", "url": "https://a.example"}, {"action_id": "link#1", "value": "{}"},
]  # fmt: skip


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda value: str(value)[:60])
def test_links_and_rubbish_are_not_presses(rubbish: Any) -> None:
    assert blocks.decode_action(rubbish) is None


@pytest.mark.parametrize(
    "many",
    [
        Message("Title", *[Text(f"Paragraph {n} " + "w" * 500) for n in range(80)]),
        Message("Title", *[Text(f"{n}") for n in range(80)]),
        Message("Title " * 2000, *[Quote("q" * 5000) for _ in range(5)]),
        Message("Title", *[p for n in range(60) for p in (Text(f"{n}"), Buttons(Button(f"b{n}", Press())))]),
    ],
)
def test_what_does_not_fit_goes_from_the_middle_and_is_said(many: Message) -> None:
    message = many.plus(Buttons(Button("Next page", Press("next"))), Note("Small print."))
    rendered = blocks.render(message, workspace=HERE)
    assert problems(rendered) == []
    said = shown(rendered.blocks)
    assert said.count("There was more than fits here.") == 1
    assert said.startswith("Title")
    assert said.endswith("There was more than fits here.Next pageSmall print.")
    assert len(rendered.text) <= limits.FALLBACK


def test_a_home_tab_takes_more_than_a_message() -> None:
    message = Message("Title", *[Text(f"Paragraph {n} " + "w" * 150) for n in range(90)])
    assert "There was more" in shown(blocks.render(message, workspace=HERE).blocks)
    assert "There was more" not in shown(blocks.home(message, workspace=HERE))
    long = Message("Title", *[Text("é" * 3000) for _ in range(99)], Buttons(Button("Next page", Press())))
    view = blocks.home(long, workspace=HERE)
    assert slack_checks.check_view(view) == []
    assert shown(view).endswith("There was more than fits here.Next page")


def test_a_long_table_says_how_many_rows_are_left() -> None:
    table = Table(("Project", "Place"), tuple((f"Project {n:03}", "Milton Keynes") for n in range(500)))
    lines = shown(blocks.render(Message("", table), workspace=HERE).blocks).splitlines()
    assert lines[0] == "Project | Place"
    assert lines[-1] == f"… and {500 - (len(lines) - 2)} more"


FAMILY = "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "longest", "want"),
    [
        ("short", 5, "short"),
        ("longer words", 8, "longer…"),
        ("a" + FAMILY, 6, "a…"),
        ("ab🇬🇧🇮🇪", 8, "ab🇬🇧…"),
        ("👍🏽👍🏽", 7, "👍🏽…"),
        ("cafe\u0301s ouverts", 5, "caf…"),
        ("नमस्ते", 4, "नम…"),
        ("a\x00b\ud800c", 9, "ab\ufffdc"),
        ("a\r\nb\rc", 9, "a\nb\nc"),
        (FAMILY, 1, "…"),
    ],
)
def test_shortening_never_parts_what_belongs_together(text: str, longest: int, want: str) -> None:
    assert shorten(text, longest) == want


def test_shortening_counts_entities_and_never_cuts_one() -> None:
    assert shorten("a&b<c>", 7, escaped=True) == "a&amp;…"
    assert shorten("a&b<c>", 6, escaped=True) == "a…"
    for longest in range(1, 40):
        short = shorten("a&b<c>&&&&", longest, escaped=True)
        assert len(short) <= longest
        whole = slack_text.unescape(short).removesuffix("…")
        assert "a&b<c>&&&&".startswith(whole)
        assert escape(whole) == short.removesuffix("…")


words = st.text(alphabet=st.characters(exclude_categories=()), max_size=60) | st.sampled_from(TRICKS)
long_words = words | st.builds(lambda text, n: text * n, words, st.integers(1, 400))
urls = st.sampled_from(["https://a.example/x?y=1&z=2", "http://b.example", "mailto:a@b.example"]) | words
run_values = st.one_of(
    st.builds(Plain, long_words),
    st.builds(Bold, long_words),
    st.builds(Link, long_words, urls),
    st.builds(Mention, words, st.sampled_from([HERE, ""]), st.sampled_from(["U0TOM", ""]) | words),
)
presses = st.builds(Press, st.text(max_size=40) | words, st.integers())
button_values = st.builds(Button, long_words, presses | urls, st.sampled_from(["", "primary", "danger"]), long_words)
cells = st.lists(words, max_size=4).map(tuple)
part_values: st.SearchStrategy[Part] = st.one_of(
    st.lists(run_values, max_size=6).map(lambda r: Text(*r)),
    st.lists(run_values, max_size=3).map(lambda r: Note(*r)),
    st.builds(Quote, long_words),
    st.builds(Facts, st.lists(st.tuples(words, long_words), max_size=8).map(tuple)),
    st.builds(Table, cells, st.lists(cells, max_size=30).map(tuple)),
    st.builds(Picture, urls, long_words),
    st.builds(Document, long_words, words),
    st.lists(button_values, max_size=14).map(lambda b: Buttons(*b)),
)
messages = st.builds(lambda title, parts: Message(title, *parts), long_words, st.lists(part_values, max_size=60))


def test_the_last_buttons_are_there_whatever_is_in_the_place_of_a_title() -> None:
    odd = Buttons(*[Button(f"{n}", "no address " + "x" * 2_900) for n in range(3)])
    last = Buttons(*[Button(f"Label {n}", Press("x", n), confirm="y" * 300) for n in range(10)])
    made = buttons(blocks.render(Message("", odd, last), workspace=HERE).blocks)
    assert [button["text"]["text"] for button in made] == [f"Label {n}" for n in range(10)]


@settings(max_examples=150, deadline=None)
@given(messages)
def test_no_message_is_ever_refused(message: Message) -> None:
    rendered = blocks.render(message, workspace=HERE)
    assert problems(rendered) == []
    assert slack_checks.check_view(blocks.home(message, workspace=HERE)) == []
    last = [part for part in message.parts if isinstance(part, Buttons) and part.buttons][-1:]
    for one in last[0].buttons if last else ():
        label = shorten(clean(one.label).strip() or "…", limits.BUTTON_LABEL, escaped=True)
        if isinstance(one.does, Action):
            assert label in [made["text"]["text"] for made in buttons(rendered.blocks)]


@settings(deadline=None)
@given(st.lists(st.text(max_size=100), min_size=1, max_size=5))
def test_short_words_are_shown_whatever_they_are(given_: list[str]) -> None:
    message = Message("Title", *[Quote(text) for text in given_])
    want = "".join(clean(text) for text in given_ if clean(text).strip())
    assert shown(blocks.render(message, workspace=HERE).blocks) == "Title" + want
    assert plain_text(message)
