"""Forms as Slack modals: never refused, filled in and read back, errors beside their fields."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qibot.chat import forms
from qibot.chat.forms import Answers, Choice, Field, Form, Shape, form
from qibot.chat.message import Button, Buttons, Message, Text
from qibot.demo import slack_checks, slack_forms, slack_text
from qibot.demo.slack_elements import options_of
from qibot.platforms import words
from qibot.platforms.slack import blocks, modals
from tests import golden
from tests.platforms import test_slack_blocks as samples

OFTEN = (Choice("1", "Once a month"), Choice("2", "Twice a month"))
PLACES = (Choice("luton", "Luton"), Choice("bedford", "Bedford"))


@form("tests.offer", title="Offer help", submit="Offer")
class Offer(Answers):
    """One field of each kind."""

    title: str = forms.line("Title & <name>", help="As you would say it in the *corridor*", placeholder="Sepsis six")
    aim: str = forms.text("Aim", optional=True)
    often: str = forms.choice("How often?", *OFTEN)
    seen: str = forms.choice("Who may see it?", Choice("open", "Everybody"), Choice("ask", "Ask me"), optional=True)
    topics: tuple[str, ...] = forms.many("Topics", most=3)
    places: tuple[str, ...] = forms.many(
        "Places", Choice("luton", "Luton"), Choice("bedford", "Bedford"), optional=True
    )
    agree: bool = forms.tick("May colleagues elsewhere see this?")
    until: Any = forms.day("Until", optional=True)
    project: str = forms.hidden()


TOPICS = tuple(Choice(f"t{n}", f"Topic {n}", "Safety" if n % 2 else "") for n in range(14))
FILLED = {
    "title": "R&D <now>", "aim": "Two\nlines", "often": "2", "seen": "ask", "topics": ("t3", "t4"), "places": ["luton"],
    "agree": True, "until": "2019-12-11", "project": "p&1",
}  # fmt: skip


def offer(**how: Any) -> Form:
    return Form(Offer, **{"choices": {"topics": TOPICS}, **how})


def problems(view: dict[str, Any]) -> list[str]:
    json.dumps(view, ensure_ascii=False).encode()
    return slack_checks.check_view(view) + slack_text.check_words(view) + samples.empty(view)


def element(view: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (block["element"] for block in view["blocks"] if block.get("block_id") == name)
    assert found["action_id"] == name
    return dict(found)


def sent(view: dict[str, Any]) -> dict[str, Any]:
    """The view as Slack sends it back when nothing was changed."""
    return view | {"state": {"values": slack_forms.initial_state(view["blocks"])}}


def test_one_of_every_field() -> None:
    view = modals.render(offer(values=FILLED, intro="Thank you for <helping>."), metadata="C1|2")
    assert problems(view) == []
    golden.check("slack/offer", view)


def test_kinds_of_elements() -> None:
    view = modals.render(offer())
    assert problems(view) == []
    kinds = {block["block_id"]: block["element"]["type"] for block in view["blocks"]}
    assert kinds == {
        "title": "plain_text_input",
        "aim": "plain_text_input",
        "often": "radio_buttons",
        "seen": "static_select",
        "topics": "multi_static_select",
        "places": "checkboxes",
        "agree": "checkboxes",
        "until": "datepicker",
    }
    assert [element(view, name)["multiline"] for name in ("title", "aim")] == [False, True]
    assert element(view, "topics")["max_selected_items"] == 3
    labels = [group["label"]["text"] for group in element(view, "topics")["option_groups"]]
    assert labels == ["Others", "Safety"]


def test_what_was_typed_comes_back_hidden_fields_and_metadata_too() -> None:
    wire, values, metadata = modals.read(sent(modals.render(offer(values=FILLED), metadata="C1|<2>&")))
    assert (wire, metadata) == ("tests.offer", "C1|<2>&")
    assert forms.read(Offer, values) == forms.read(Offer, FILLED)
    # And once more, as when an error is shown and the form is sent again.
    again = modals.read(sent(modals.render(offer(values=values), metadata=metadata)))
    assert again == (wire, values, metadata)


def test_nothing_filled_in_reads_as_nothing() -> None:
    _, values, metadata = modals.read(sent(modals.render(offer())))
    assert metadata == ""
    assert {name for name, value in values.items() if value} == set()


def test_a_hidden_field_cannot_be_typed() -> None:
    view = sent(modals.render(offer(values={"project": "p1"})))
    view["state"]["values"]["project"] = {"project": {"type": "plain_text_input", "value": "p2"}}
    assert modals.read(view)[1]["project"] == "p1"


@pytest.mark.parametrize(
    "values", [{"often": "9", "topics": ["x"], "until": "soon"}, {"often": 3, "topics": "x", "title": 4}]
)
def test_a_start_that_is_not_offered_is_ignored(values: dict[str, Any]) -> None:
    view = modals.render(offer(values=values))
    assert problems(view) == []
    assert not any("initial" in key for block in view["blocks"] for key in block["element"])


def test_words_longer_than_the_field_stay_whole() -> None:
    view = modals.render(offer(values={"title": "w" * 200}))
    assert element(view, "title") | {"placeholder": None} == {
        "type": "plain_text_input", "action_id": "title", "multiline": False,
        "max_length": 200, "initial_value": "w" * 200, "placeholder": None,
    }  # fmt: skip


def test_a_list_with_nothing_in_it_is_left_out_with_a_sentence() -> None:
    view = modals.render(Form(Offer))
    assert problems(view) == []
    assert "topics" not in [block.get("block_id") for block in view["blocks"]]
    assert "Topics: there is nothing to choose from yet." in samples.shown(view)


@pytest.mark.parametrize("many", [101, 450, 5000])
def test_long_lists_become_alphabetical_groups(many: int) -> None:
    names = [Choice(f"v{n}", f"{chr(97 + n % 26)} name {n}") for n in range(many)]
    view = modals.render(offer(choices={"topics": tuple(names)}, values={"topics": [f"v{many - 1}"]}))
    assert problems(view) == []
    found = element(view, "topics")
    offered = options_of(found)
    assert found["option_groups"][0]["label"]["text"].startswith("a name ")
    assert [option["value"] for option in found["initial_options"]] == [f"v{many - 1}"]
    labels = [option["text"]["text"] for option in offered]
    assert labels == sorted(labels)
    more = "There are more than this list can show." in samples.shown(view)
    assert (len(offered) < many) == more == (many == 5000)


def test_groups_that_are_too_long_or_too_many() -> None:
    long = tuple(Choice(f"v{n}", f"n{n}", "Safety") for n in range(150))
    view = modals.render(offer(choices={"topics": long}))
    assert problems(view) == []
    labels = [group["label"]["text"] for group in element(view, "topics")["option_groups"]]
    assert labels == ["Safety", "Safety (2)"]
    alone = tuple(Choice(f"v{n}", f"n{n}", f"g{n}") for n in range(150))
    view = modals.render(offer(choices={"topics": alone}))
    assert problems(view) == []
    assert len(element(view, "topics")["option_groups"]) == 2


def test_choices_slack_could_not_carry_are_not_offered() -> None:
    odd = (Choice("", "none"), Choice("v" * 151, "long"), Choice("a", "A"), Choice("a", "A again"), Choice("b", ""))
    view = modals.render(offer(choices={"topics": odd}))
    assert problems(view) == []
    options = element(view, "topics")["options"]
    assert [(option["value"], option["text"]["text"]) for option in options] == [("a", "A"), ("b", "b")]


def test_errors_go_beside_their_fields() -> None:
    wrong = {"title": "Please fill this in.", "project": "It is gone.", "nowhere": "Odd."}
    found = modals.errors(offer(errors=wrong))
    assert found == {"response_action": "errors", "errors": {"title": "Please fill this in. It is gone. Odd."}}
    found = modals.errors(Form(Offer, errors={"topics": "Please choose.", "until": "Please give a day."}))
    assert found["errors"] == {"title": "Please choose.", "until": "Please give a day."}


def test_errors_are_shown_in_a_form_that_is_shown_anew() -> None:
    view = modals.render(offer(errors={"often": "Please choose one.", "project": "It is gone."}))
    assert problems(view) == []
    words = samples.shown(view)
    assert words.startswith("Offer help")
    assert "Please look at this again: It is gone." in samples.shown(view["blocks"][0])
    at = [block.get("block_id") for block in view["blocks"]].index("often")
    assert "Please look at this again: Please choose one." in samples.shown(view["blocks"][at + 1])


@form("tests.sure", title="Remove it?", submit="Remove")
class Sure(Answers):
    project: str = forms.hidden()


def test_a_form_without_fields_to_fill_in() -> None:
    view = modals.render(Form(Sure, {"project": "p1"}))
    assert problems(view) == []
    assert "Press “Remove” to go on." in samples.shown(view)
    assert modals.read(sent(view))[1] == {"project": "p1"}
    answer = modals.errors(Form(Sure, {"project": "p1"}, errors={"project": "It is gone."}), metadata="m")
    assert answer["response_action"] == "update"
    assert problems(answer["view"]) == []
    assert "It is gone." in samples.shown(answer["view"])
    assert modals.read(sent(answer["view"])) == ("tests.sure", {"project": "p1"}, "m")


def test_hidden_words_that_cannot_travel_are_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match=r"tests\.sure"):
        modals.render(Form(Sure, {"project": "p" * 3000}))


RUBBISH: list[Any] = [
    None, [], "x", {}, {"state": None}, {"state": {"values": []}}, {"callback_id": 3, "private_metadata": "{"},
    {"private_metadata": "[" * 100_000}, {"private_metadata": '{"kept":1,"hidden":[]}'}, {"private_metadata": "null"},
    {"state": {"values": {"title": None, "aim": {"other": {"value": "x"}}}}},
    {"state": {"values": {"often": {"often": {"selected_option": 3}}, "until": {"until": []}}}},
    {"state": {"values": {"topics": {"topics": {"selected_options": [None, {"value": 1}, "x"]}}}}},
]  # fmt: skip


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda value: str(value)[:60])
def test_rubbish_reads_as_nothing(rubbish: Any) -> None:
    wire, values, metadata = modals.read(rubbish)
    assert (wire, metadata) == ("", "")
    assert not any(values.values())


_KEYS = "state values callback_id private_metadata title value selected_option selected_options selected_date"
NAMES = st.sampled_from(_KEYS.split())
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, json_values, max_size=4) | json_values)
def test_read_never_raises(view: Any) -> None:
    wire, values, metadata = modals.read(view)
    assert isinstance(wire, str)
    assert isinstance(values, dict)
    assert isinstance(metadata, str)


def test_said_is_a_message_in_a_window() -> None:
    view = modals.said(
        Message("Thank you", Text("It is *saved*."), Buttons(Button("See it", samples.Press("p")))), workspace="T"
    )
    assert problems(view) == []
    assert samples.shown(view) == "Thank youCloseIt is *saved*.See it"
    assert blocks.decode_action(view["blocks"][1]["elements"][0]) == ("tests.press", {"words": "p", "number": 0})
    long = modals.said(Message("A title that is too long for a title bar"), workspace="T")
    assert problems(long) == []
    assert samples.shown(long) == "qibotCloseA title that is too long for a title bar"


@settings(max_examples=100, deadline=None)
@given(samples.messages)
def test_no_message_is_refused_in_a_window(message: Message) -> None:
    assert problems(modals.said(message, workspace="T")) == []


texts = samples.words
choices_ = st.lists(st.builds(Choice, texts, samples.long_words, st.sampled_from(["", "A", "B"]) | texts), max_size=30)
few = st.lists(st.builds(Choice, st.sampled_from("abcdefgh"), st.text(max_size=20)), max_size=8)
field_values = st.builds(
    Field,
    name=st.just(""),
    kind=st.sampled_from([forms.LINE, forms.TEXT, forms.CHOICE, forms.MANY, forms.TICK, forms.DAY, forms.HIDDEN]),
    label=samples.long_words,
    help=samples.long_words,
    optional=st.booleans(),
    longest=st.integers(0, 5000),
    most=st.integers(0, 12),
    choices=(choices_ | few).map(tuple),
    placeholder=samples.long_words,
)


@st.composite
def any_form(draw: st.DrawFn) -> Form:
    """A form of any fields, starting from anything."""
    fields = [
        Field(f"f{n}", f.kind, f.label, f.help, f.optional, f.longest, f.most, f.choices, f.placeholder)
        for n, f in enumerate(draw(st.lists(field_values, max_size=8)))
    ]
    title, submit = draw(st.text(max_size=24)), draw(texts)
    shape = Shape("tests.any", title, submit, tuple(fields))
    names = st.sampled_from([f.name for f in fields] + ["other"])
    values = draw(st.dictionaries(names, st.lists(texts, max_size=3) | texts | st.booleans() | st.just("2019-12-11")))
    for f in fields:
        offered = [c.value for c in f.choices]
        if f.kind == forms.MANY and offered and draw(st.booleans()):
            values[f.name] = offered
    errors = draw(st.dictionaries(names, samples.long_words, max_size=3))
    return Form(type("Any", (Answers,), {"shape": shape}), values, draw(samples.long_words), {}, errors)


@settings(max_examples=200, deadline=None)
@given(any_form())
def test_no_form_is_ever_refused(any_: Form) -> None:
    view = modals.render(any_, metadata="m")
    assert problems(view) == []
    answer = modals.errors(any_)
    names = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    assert answer.get("errors", {}).keys() <= names
    assert all(answer.get("errors", {"": "x"}).values())
    wire, values, metadata = modals.read(sent(view))
    assert (wire, metadata) == ("tests.any", "m")
    for f in any_.kind.shape.fields:
        typed = any_.values.get(f.name)
        if f.kind == forms.TEXT and isinstance(typed, str) and len(typed) < 1000:
            assert (values[f.name] or "") == words.clean(typed)
        if f.kind == forms.HIDDEN and isinstance(typed, str):
            assert values.get(f.name, "") == typed
