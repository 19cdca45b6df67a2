"""Messages and forms as Adaptive Cards: shown as typed, of allowed elements only, and what comes back understood."""

import dataclasses
import html
import json
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qibot.champions.forms import SayHello
from qibot.chat import forms, wire
from qibot.chat.forms import Answers, Choice, Form, choice, day, form, hidden, line, many, text, tick
from qibot.chat.message import (
    Button,
    Buttons,
    Facts,
    Link,
    Mention,
    Message,
    Note,
    Picture,
    Quote,
    Table,
    Text,
    plain_text,
)
from qibot.chat.router import Say
from qibot.chat.wire import Action
from qibot.demo import teams_checks
from qibot.events.forms import AnswerPledge
from qibot.features import router
from qibot.platforms.teams import cards, dialogs, limits
from qibot.platforms.words import clean
from qibot.typed import Typed
from tests import golden
from tests.platforms.card_rules import elements, problems, shown
from tests.platforms.test_slack_blocks import TRICKS, Press, everything, long_words, messages, words
from tests.test_views import EXAMPLES

HERE = "11111111-2222-3333-4444-555555555555"
CLOCKS = ["{{DATE(2019-11-27T09:00:00Z, SHORT)}}", "{{TIME(2019-11-27T09:00:00Z)}}"]
MARKED = [*TRICKS, "[a](https://x.example)", "1. one", "# head", "- item", "\\*x\\*", "![a](b)", "${name}", *CLOCKS]


def unseen(words: str) -> str:
    """Without the characters that nobody sees."""
    return words.replace("\u2060", "")


def rendered(example: Message | Form) -> dict[str, Any]:
    if isinstance(example, Form):
        return dialogs.render(example)
    return cards.render(example, workspace=HERE, asks=router.opens_form)


def actions(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [element for where, element in elements(card) if where == "actions"]


def pressed(action: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """What a button sends, read again after a journey as JSON."""
    data = json.loads(json.dumps(action.get("data")))
    return cards.decode(action.get("verb"), data)


# ---- Every view


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_as_it_was(name: str) -> None:
    golden.check(f"teams/{name}", rendered(EXAMPLES[name]))


@pytest.mark.parametrize("name", EXAMPLES)
def test_teams_takes_it_whole(name: str) -> None:
    card = rendered(EXAMPLES[name])
    assert problems(card) == []
    assert teams_checks.check_card(card) == []
    assert "more than fits" not in str(card)
    assert "more than this list" not in str(card)


def test_no_frozen_file_is_left_over() -> None:
    kept = {path.stem for path in (golden.FOLDER / "teams").glob("*.json")}
    assert kept - EXAMPLES.keys() == {"one_of_everything", "form_to_look_at_again"}


# ---- Messages


def test_one_of_everything() -> None:
    card = rendered(everything())
    assert problems(card) == []
    assert teams_checks.check_card(card) == []
    golden.check("teams/one_of_everything", card)


@pytest.mark.parametrize(
    "message",
    [Message(""), Message(" \n"), Message("", Text("  "), Note(""), Quote("\n"), Facts(()), Table((), ()), Buttons())],
)
def test_nothing_to_say_is_still_a_card(message: Message) -> None:
    assert problems(rendered(message)) == []


@pytest.mark.parametrize("trick", MARKED)
@pytest.mark.parametrize("part", [Text, Note, Quote, lambda t: Facts(((t, t),)), lambda t: Table((t,), ((t,),))])
def test_what_people_type_is_shown_as_typed(part: Any, trick: str) -> None:
    card = rendered(Message(trick, part(f"so {trick} it is")))
    assert problems(card) == []
    assert unseen(shown(card)).count(trick) >= 2
    assert card["fallbackText"].startswith(f"{trick}\n")


@pytest.mark.parametrize("trick", MARKED)
def test_labels_and_questions_are_shown_as_typed(trick: str) -> None:
    card = rendered(Message("a", Buttons(Button(trick, Press(), confirm=trick), Button("Go", "javascript:" + trick))))
    assert problems(card) == []
    assert unseen(shown(card)).count(trick) == 3


def test_a_command_is_shown_as_it_is_typed_in_teams_and_what_people_typed_as_they_did() -> None:
    typed = "Why /qi find works"
    message = Message(
        typed, Text(f"{typed}: type ", Typed("find sepsis"), ", or ", Typed(), " and words."), Quote(typed)
    )
    card = cards.render(message, workspace=HERE)
    assert shown(card).splitlines() == [typed, f"{typed}: type “find sepsis”, or @qibot and words.", typed]
    assert card["fallbackText"] == cards.summary(message)
    assert "“find sepsis”" in cards.summary(message)


def test_line_breaks_are_lines_and_an_empty_line_is_a_gap() -> None:
    (first, *others) = rendered(Message("", Text("one\ntwo ", Link("li\nnk", "https://a.example"), "\n\n", "three")))[
        "body"
    ]
    assert shown({"type": "AdaptiveCard", "body": [first, *others]}) == "one\ntwo li nk\nthree"
    assert [element.get("spacing") for element in (first, *others)] == [None, "None", None]


def test_lines_without_end_are_cut() -> None:
    body = rendered(Message("", Text("x\n" * 1000)))["body"]
    assert len(body) == limits.LINES + 1
    assert body[-1]["inlines"][0]["text"] == "…"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://", "https://a b", "", "//a", "data:x", "ftp://a.example"]
)
def test_an_address_of_another_kind_leads_nowhere(url: str) -> None:
    card = rendered(Message("", Text(Link("there", url)), Picture(url, "a chart"), Buttons(Button("Go", url))))
    assert problems(card) == []
    assert {element["type"] for element in card["body"]} == {"RichTextBlock"}
    assert "selectAction" not in str(card)
    assert shown(card) == f"there\nPicture: a chart\nGo: {url}"


@pytest.mark.parametrize(
    ("address", "leads"),
    [("tom+r&d@a.example", "tom%2Br%26d@a.example"), ("", ""), ("Tom", ""), ("a b@c", ""), ("x" * 300 + "@a", "")],
)
def test_a_name_leads_to_a_chat_where_there_is_an_address(address: str, leads: str) -> None:
    card = rendered(Message("", Text("Ask ", Mention("Tom", "T", "U", address), ".")))
    assert problems(card) == []
    assert shown(card) == "Ask Tom."
    name = card["body"][0]["inlines"][1]
    assert name["weight"] == "Bolder"
    found = name.get("selectAction", {}).get("url", "")
    assert found == (f"https://teams.microsoft.com/l/chat/0/0?users={leads}" if leads else "")


def test_a_picture_needs_https() -> None:
    assert "Picture: a" in shown(rendered(Message("", Picture("http://charts.example/1.png", "a"))))


def test_empty_values_of_facts_are_left_out() -> None:
    assert "Aim" not in shown(rendered(everything()))


def test_buttons_come_six_in_a_row_and_come_back() -> None:
    sent = [Press(f"R&D <b> “{n}” 2019-11-27T00:00:00Z", 2**60 + n) for n in range(13)]
    card = rendered(Message("a", Buttons(*(Button(str(n), one) for n, one in enumerate(sent)))))
    assert [len(e["actions"]) for _, e in elements(card) if e["type"] == "ActionSet"] == [6, 6, 1]
    assert [pressed(one) for one in actions(card)] == [("tests.press", dataclasses.asdict(one)) for one in sent]
    # The Playground goes by the verb, the SDK by the data.
    assert {(one["verb"], one["data"]["action"]) for one in actions(card)} == {("tests.press", "tests.press")}
    assert cards.decode(None, actions(card)[0]["data"]) == pressed(actions(card)[0])


def test_labels_that_would_be_cut_beside_each_other_go_below() -> None:
    labels = ["Write to Tomasz Nowak", "Another opening question", "Not this time", "w" * 75, "Stop"]
    card = rendered(Message("a", Buttons(*(Button(one, Press()) for one in labels))))
    rows = [[one["title"] for one in e["actions"]] for _, e in elements(card) if e["type"] == "ActionSet"]
    assert rows == [labels[:1], labels[1:3], labels[3:4], labels[4:]]


def test_a_button_that_asks_once_more_does_nothing_by_itself() -> None:
    button = Button("Stop", Press("stop"), style="danger", confirm="It stops for good.")
    outer, inner = actions(rendered(Message("a", Buttons(button))))
    assert (outer["type"], outer["style"], inner["title"], inner["style"]) == (
        "Action.ShowCard", "destructive", "Yes", "destructive",
    )  # fmt: skip
    assert pressed(outer) is None
    assert pressed(inner) == ("tests.press", {"words": "stop", "number": 0})


RUBBISH: list[Any] = [
    None, [], "x", 3, {}, {"qibot": {}}, {"qibot": "{}"}, {"action": 1, "qibot": "{}"}, {"action": "a.b"},
    {"action": "a.b", "qibot": None}, {"action": "a.b", "qibot": "{"}, {"action": "a.b", "qibot": "[]"},
    {"action": "a.b", "qibot": "[" * 100_000}, {"action": "", "qibot": "{}"}, {"action": "a.b", "form": 1},
    {"action": "a.b", "form": "1"}, {"form": "{}"},
]  # fmt: skip


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("verb", [None, 1, [], ""])
def test_rubbish_is_neither_a_press_nor_a_form(rubbish: Any, verb: Any) -> None:
    assert cards.decode(verb, rubbish) is None
    assert dialogs.read(verb, rubbish) is None


@pytest.mark.parametrize(
    "crowded",
    [
        Message("Title", *[Text(f"Paragraph {n} " + "w" * 500) for n in range(80)]),
        Message("Title", *[Text(f"{n}\n" * 50) for n in range(80)]),
        Message("Title " * 2000, *[Quote("q" * 2000 + "\n" + "é" * 2000) for _ in range(9)]),
        Message("Title", *[p for n in range(150) for p in (Text(f"{n}"), Buttons(Button(f"b{n}", Press())))]),
    ],
)
def test_what_does_not_fit_goes_from_the_middle_and_is_said(crowded: Message) -> None:
    card = rendered(crowded.plus(Buttons(Button("Next page", Press("next"))), Note("Small print.")))
    assert problems(card) == []
    said = shown(card)
    assert said.count("There was more than fits here.") == 1
    assert said.startswith("Title")
    assert said.endswith("There was more than fits here.\nNext page\nSmall print.")


def test_a_long_table_says_how_many_rows_are_left() -> None:
    table = Table(("Project", "Place"), tuple((f"Project {n:03}", "Milton Keynes") for n in range(500)))
    card = rendered(Message("", table))
    assert problems(card) == []
    assert shown(card).endswith(f"… and {501 - len(card['body'][0]['rows'])} more")
    assert len(card["body"][0]["rows"]) > 30


def test_the_summary_is_plain_and_short() -> None:
    assert cards.summary(everything()).startswith("*Sepsis six* & <!channel>\nAsk Amina_B or Tom Reed, Jo\n")
    assert len(cards.summary(Message("w" * 1000))) == limits.SUMMARY
    assert cards.summary(Message(" ")) == "…"


@settings(max_examples=150, deadline=None)
@given(messages)
def test_no_message_is_ever_refused(message: Message) -> None:
    card = rendered(message)
    assert problems(card) == []
    assert teams_checks.check_card(card) == []
    last = [part for part in message.parts if isinstance(part, Buttons) and part.buttons][-1:]
    titles = [one["title"] for one in actions(card)]
    for one in last[0].buttons if last else ():
        if isinstance(one.does, Action):
            assert cards.label(one.label, limits.BUTTON_LABEL) in titles


@settings(deadline=None)
@given(st.lists(st.text(max_size=100), min_size=1, max_size=5))
def test_short_words_are_shown_whatever_they_are(given_: list[str]) -> None:
    message = Message("Title", *[Quote(one) for one in given_])
    want = [line for one in given_ for line in clean(one).split("\n") if line.strip()]
    assert unseen(shown(rendered(message))).split("\n") == ["Title", *map(unseen, want)]
    assert plain_text(message)


# ---- Forms


@form("tests.all", title="All kinds", submit="Send it")
class All(Answers):
    """One field of each kind."""

    name: str = line("Name", help="As you like", placeholder="Amina", longest=50)
    story: str = text("Story", optional=True)
    place: str = choice("Place")
    mood: str = choice("Mood", optional=True)
    topics: tuple[str, ...] = many("Topics", optional=True)
    on: Any = day("On", optional=True)
    quiet: bool = tick("Leave my name out", help="Then nobody knows.")
    about: str = hidden()


PLACES = (Choice("l", "Luton"), Choice("a,b%2C", "Bedford, town"), Choice("*", "**Milton Keynes**"))
TOPICS = (Choice("x", "Sepsis", "Safety"), Choice("y", "Flow", "Access"), Choice("z", "Falls", "Safety"))
FILLED = Form(
    All,
    {
        "name": "Amina *O*", "story": "one\n\ntwo", "place": "a,b%2C", "mood": "l", "topics": ["z", "y"],
        "on": "2019-12-12", "quiet": "true", "about": "p-1,<&>",
    },
    intro="About **this**:\nplease fill it in.",
    choices={"place": PLACES, "mood": PLACES, "topics": TOPICS},
)  # fmt: skip


def sent(card: dict[str, Any]) -> dict[str, Any]:
    """The data that Teams sends when nothing was changed: the button's own, and each input's value."""
    (button,) = card["actions"]
    inputs = {element["id"]: element.get("value", "") for _, element in elements(card) if "id" in element}
    return json.loads(json.dumps(button["data"] | inputs))  # type: ignore[no-any-return]


def test_a_form_to_look_at_again() -> None:
    errors = {"name": "Please keep this *short*.", "topics": "Please choose at most 2.", "gone": "That one has closed."}
    card = dialogs.render(replace(FILLED, errors=errors))
    assert problems(card) == []
    golden.check("teams/form_to_look_at_again", card)
    after = {element.get("id"): card["body"][i + 1 : i + 3] for i, element in enumerate(card["body"])}
    assert ["attention" in str(e).lower() for e in after["line-name"]] == [False, True]
    assert "Please look at this again: Please keep this *short*." in shown(card)
    assert "Please look at this again: That one has closed." in shown(card)


def test_what_was_typed_is_kept_and_comes_back() -> None:
    card = dialogs.render(FILLED)
    assert dialogs.read("tests.all", sent(card)) == (
        "tests.all", dict(FILLED.values) | {"topics": ["z", "y"]},
    )  # fmt: skip
    wire, values = dialogs.read(None, sent(card)) or ("", {})
    assert wire == "tests.all"
    answers = forms.read(All, values)
    assert (answers.place, answers.topics, answers.quiet, answers.about) == ("a,b%2C", ("z", "y"), True, "p-1,<&>")
    again = dialogs.render(Form(All, values, intro=FILLED.intro, choices=FILLED.choices))
    assert again == card


def test_a_form_is_not_a_press_and_a_press_is_not_a_form() -> None:
    assert cards.decode("tests.all", sent(dialogs.render(FILLED))) is None
    button = actions(rendered(Message("", Buttons(Button("a", Press())))))[0]
    assert dialogs.read(button["verb"], button["data"]) is None


def test_answers_of_other_shapes_are_passed_over() -> None:
    data = {
        "action": "tests.all", "form": '{"about": "p", "n": 1}', "line-name": 3, "line": "x", "odd-name": "y",
        "tick-quiet": True, "day-on": "2019-12-12T00:00:00Z", "many-topics": ",x,,a%2Cb,", "msteams": {"a": 1},
        "line-about": "forged",
    }  # fmt: skip
    assert dialogs.read(None, data) == (
        "tests.all", {"quiet": "true", "on": "2019-12-12", "topics": ["x", "a,b"], "about": "p"},
    )  # fmt: skip


def test_a_dialog_holds_the_same_form_and_submits() -> None:
    made = dialogs.dialog(FILLED, "w")["task"]
    card = made["value"]["card"]["content"]
    assert (made["type"], made["value"]["title"]) == ("continue", "All kinds")
    assert problems(card) == []
    assert [one["type"] for one in actions(card)] == ["Action.Submit"]
    assert dialogs.read(None, sent(card)) == dialogs.read("tests.all", sent(dialogs.render(FILLED)))
    assert "All kinds" not in shown(card)


def test_where_there_is_nothing_to_choose_it_is_said() -> None:
    card = dialogs.render(Form(All))
    assert problems(card) == []
    assert "Topics: there is nothing to choose from yet." in shown(card)


def test_lists_come_group_by_group_and_few_choices_stand_open() -> None:
    found = {element["id"]: element for _, element in elements(dialogs.render(FILLED)) if "id" in element}
    titles = [one["title"] for one in found["many-topics"]["choices"]]
    assert titles == ["Safety: Sepsis", "Safety: Falls", "Access: Flow"]
    styles = {key: one["style"] for key, one in found.items() if "style" in one}
    assert styles == {"choice-place": "expanded", "choice-mood": "compact", "many-topics": "compact"}


def test_a_list_longer_than_a_card_keeps_what_is_chosen_and_says_so() -> None:
    lots = tuple(Choice(f"value-{n}", f"A project about number {n}") for n in range(900))
    some = tuple(Choice(str(n), f"Place {n}") for n in range(150))
    given_ = Form(All, {"topics": ["value-899"]}, choices={"place": some, "mood": PLACES, "topics": lots})
    card = dialogs.render(given_)
    assert problems(card) == []
    found = {element["id"]: element for _, element in elements(card) if "id" in element}
    assert len(found["choice-place"]["choices"]) == 150
    assert 100 < len(found["many-topics"]["choices"]) < 900
    assert found["many-topics"]["value"] == "value-899"
    assert shown(card).count("There are more than this list can show.") == 1


def test_more_than_a_card_holds_is_cut_where_it_is_longest() -> None:
    card = dialogs.render(Form(All, {"name": "Amina", "story": "😀" * 3000}, choices={"place": PLACES}))
    assert problems(card) == []
    found = {element["id"]: element for _, element in elements(card) if "id" in element}
    assert found["line-name"]["value"] == "Amina"
    assert found["text-story"]["value"].endswith("…")


def test_hidden_fields_that_cannot_travel_are_noticed_by_whoever_made_them() -> None:
    with pytest.raises(ValueError, match="at most"):
        dialogs.render(Form(All, {"about": "x" * 3000}))


plain_markdown = MarkdownIt("commonmark").enable(["strikethrough", "table"])
marks = st.text(alphabet="*_`~[]()<>&#\\!-+1.2) axé:/|{}=;\u2060", max_size=30)


@settings(max_examples=400, deadline=None)
@given(marks | words | st.sampled_from(MARKED))
def test_labels_of_choices_look_the_same_with_and_without_markdown(label: str) -> None:
    one_line = " ".join(clean(label).split())
    safe = dialogs.unmarked(one_line)
    shown_ = html.unescape(plain_markdown.render(safe).removeprefix("<p>").removesuffix("</p>\n"))
    assert unseen(shown_).strip() == unseen(safe).strip()
    assert unseen(safe).translate({0x2217: "*", 0x2CB: "`", 0x223C: "~"}) == unseen(one_line).translate(
        {0x2217: "*", 0x2CB: "`", 0x223C: "~"}
    )


choices = st.lists(st.builds(Choice, words, words, words), max_size=20).map(tuple)
values = st.fixed_dictionaries(
    {},
    optional={
        "name": long_words, "story": long_words, "place": words, "mood": words, "topics": st.lists(words, max_size=5),
        "on": words | st.just("2019-12-12"), "quiet": st.booleans() | words, "about": words,
    },
)  # fmt: skip
errors = st.dictionaries(st.sampled_from(["name", "story", "topics", "quiet", "about", "gone"]), long_words)


@settings(max_examples=150, deadline=None)
@given(values, choices, choices, errors, long_words)
def test_no_form_is_ever_refused(typed: Any, places: Any, topics: Any, wrong: Any, intro: str) -> None:
    made = Form(All, typed, intro=intro, choices={"place": places, "topics": topics}, errors=wrong)
    in_chat, in_dialog = dialogs.render(made), dialogs.dialog(made, "w")["task"]["value"]["card"]["content"]
    assert problems(in_chat) + problems(in_dialog) == []
    assert teams_checks.check_card(in_chat) + teams_checks.check_card(in_dialog, dialog=True) == []


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=8, unique=True), st.data())
def test_choices_come_back_as_they_were_given(offered: list[str], data: st.DataObject) -> None:
    offered = [one for one in offered if clean(one) == one]
    chosen = data.draw(st.lists(st.sampled_from(offered), unique=True)) if offered else []
    given_ = tuple(Choice(one, "Label") for one in offered)
    first = chosen[0] if chosen else ""
    made = Form(All, {"topics": chosen, "place": first}, choices={"topics": given_, "place": given_})
    _, back = dialogs.read(None, sent(dialogs.render(made))) or ("", {})
    assert sorted(back.get("topics", [])) == sorted(chosen)
    assert back.get("place", "") == first


# ---- Which buttons open a window


@pytest.mark.parametrize(
    ("does", "opens_one"),
    [
        (Say("join"), True),
        (Say("project register Sepsis trolley"), True),
        (Say("pledge"), True),
        (Say("pledge visit the team"), False),
        (Say("find sepsis"), False),
        (Say("no such command"), False),
        (SayHello(1), True),
        (AnswerPledge(1, "changed"), True),
        (AnswerPledge(1, "done"), False),
    ],
)
def test_a_button_opens_a_window_when_its_answer_is_a_form(does: Action, opens_one: bool) -> None:
    assert router.opens_form(does) is opens_one
    card = cards.render(Message("a", Buttons(Button("b", does))), workspace="", asks=router.opens_form)
    (button,) = actions(card)
    assert button["type"] == ("Action.Submit" if opens_one else "Action.Execute")
    assert (button["data"].get("msteams") == {"type": "task/fetch"}) is opens_one
    assert pressed(button) == (does.wire, json.loads(wire.encode(does)))


def test_every_handler_says_which_it_is() -> None:
    """Where both are possible only the row can say, or the button would never open a window."""
    rows = [(row.handler, row.asks) for row in router.commands.values()]
    rows += [(row.handler, row.asks) for row in router.actions.values()]
    unsure = [asks for handler, asks in rows if Form in get_args(get_type_hints(handler)["return"])]
    assert unsure
    assert not [asks for asks in unsure if "_promise" in asks.__qualname__]
