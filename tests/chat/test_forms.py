"""What is filled in becomes a dataclass, or sentences beside the fields."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qibot.chat import forms
from qibot.chat.forms import (
    Answers,
    Choice,
    Form,
    choice,
    day,
    form,
    hidden,
    line,
    many,
    read,
    text,
    tick,
)
from qibot.errors import WrongFields


@form("tests.all", title="One of everything", submit="Send")
class All(Answers):
    title: str = line("Title", longest=10)
    story: str = text("Story", optional=True, longest=30)
    colour: str = choice("Colour", Choice("r", "Red"), Choice("g", "Green"))
    shade: str = choice("Shade", optional=True)
    wards: tuple[str, ...] = many("Wards", Choice("a", "A"), Choice("b", "B"), Choice("c", "C"), most=2)
    topics: tuple[str, ...] = many("Topics", optional=True)
    agreed: bool = tick("I agree")
    on: date = day("Day")
    until: date | None = day("Until", optional=True)
    about: str = hidden()


FILLED: dict[str, Any] = {"title": "Sepsis", "colour": "r", "wards": ["a"], "on": "2019-11-27"}


def errors_of(**changes: Any) -> dict[str, str]:
    """What stands beside which field."""
    with pytest.raises(WrongFields) as wrong:
        read(All, {**FILLED, **changes})
    return wrong.value.errors


def test_what_is_optional_may_be_left_out() -> None:
    found = read(All, FILLED)
    assert (found.title, found.colour, found.wards, found.on) == ("Sepsis", "r", ("a",), date(2019, 11, 27))
    assert (found.story, found.shade, found.topics, found.agreed, found.until, found.about) == (
        "", "", (), False, None, "",
    )  # fmt: skip


def test_everything_filled_in() -> None:
    found = read(
        All,
        {
            "title": "  Sepsis ",
            "story": "Line one\nline two",
            "colour": "g",
            "shade": "dark",
            "wards": ["b", "a", "b"],
            "topics": "falls",
            "agreed": ["yes"],
            "on": "2020-02-29",
            "until": "2020-03-01",
            "about": "12",
            "unknown": "ignored",
        },
    )
    assert found == All(
        title="Sepsis", story="Line one\nline two", colour="g", shade="dark", wards=("b", "a"), topics=("falls",),
        agreed=True, on=date(2020, 2, 29), until=date(2020, 3, 1), about="12",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": "   "}, {"title": "Please fill this in."}),
        ({"title": None}, {"title": "Please fill this in."}),
        ({"title": ["x"]}, {"title": "Please fill this in."}),
        ({"title": "\x00"}, {"title": "Please fill this in."}),
        ({"title": "x" * 11}, {"title": "Please keep this to 10 characters; it is 11 now."}),
        ({"story": "x" * 31}, {"story": "Please keep this to 30 characters; it is 31 now."}),
        ({"colour": ""}, {"colour": "Please choose one."}),
        ({"colour": "blue"}, {"colour": "Please choose one of those offered."}),
        ({"colour": ["r"]}, {"colour": "Please choose one."}),
        ({"wards": []}, {"wards": "Please choose at least one."}),
        ({"wards": ["a", "b", "c"]}, {"wards": "Please choose at most 2."}),
        ({"wards": ["a", "z"]}, {"wards": "Please choose from those offered."}),
        ({"on": ""}, {"on": "Please give a day, such as 12 March."}),
        ({"on": "2019-02-30"}, {"on": "Please give a day, such as 12 March."}),
        ({"until": "soon"}, {"until": "Please give a day, such as 12 March."}),
        ({"title": "", "on": 5}, {"title": "Please fill this in.", "on": "Please give a day, such as 12 March."}),
    ],
)
def test_what_needs_another_look_is_said_beside_its_field(changes: dict[str, Any], errors: dict[str, str]) -> None:
    assert errors_of(**changes) == errors


@pytest.mark.parametrize("ticked", [True, "true", "yes", "on", ["yes"]])
def test_a_tick_is_a_tick_on_every_platform(ticked: Any) -> None:
    assert read(All, {**FILLED, "agreed": ticked}).agreed is True


@pytest.mark.parametrize("empty", [False, None, "", [], "no", 1, ["no"]])
def test_anything_else_is_not_a_tick(empty: Any) -> None:
    assert read(All, {**FILLED, "agreed": empty}).agreed is False


def test_no_null_reaches_the_database() -> None:
    found = read(All, {**FILLED, "title": "Sep\x00sis", "topics": ["fa\x00lls"], "about": "1\x002"})
    assert (found.title, found.topics, found.about) == ("Sepsis", ("falls",), "12")


def test_the_definition_is_the_shape() -> None:
    shape = All.shape
    assert (shape.wire, shape.title, shape.submit) == ("tests.all", "One of everything", "Send")
    assert [f.kind for f in shape.fields] == [
        forms.LINE, forms.TEXT, forms.CHOICE, forms.CHOICE, forms.MANY, forms.MANY, forms.TICK, forms.DAY, forms.DAY,
        forms.HIDDEN,
    ]  # fmt: skip
    assert [f.name for f in shape.fields if not f.optional] == ["title", "colour", "wards", "on"]


@form("tests.more", title="And one more", submit="Send")
class More(All):
    extra: str = line("Extra", optional=True)


def test_a_form_may_build_on_another() -> None:
    assert [f.name for f in More.shape.fields] == [*(f.name for f in All.shape.fields), "extra"]
    assert read(More, {**FILLED, "extra": "x"}).extra == "x"
    assert All.shape.wire == "tests.all"


def test_choices_come_from_the_definition_unless_the_form_brings_its_own() -> None:
    colour, shade = (f for f in All.shape.fields if f.name in ("colour", "shade"))
    own = (Choice("d", "Dark"),)
    made = Form(All, choices={"shade": own})
    assert [c.value for c in made.choices_of(colour)] == ["r", "g"]
    assert made.choices_of(shade) == own


@pytest.mark.parametrize(("title", "submit"), [("A title that is far too long", "Send"), ("Title", "x" * 25)])
def test_titles_that_do_not_fit_are_refused_at_import(title: str, submit: str) -> None:
    with pytest.raises(ValueError, match="at most 24"):
        form("tests.long", title=title, submit=submit)


def told_beside_fields(wrong: WrongFields) -> None:
    assert wrong.errors.keys() <= {f.name for f in All.shape.fields}
    assert all(sentence.startswith("Please ") for sentence in wrong.errors.values())


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["a", "r", "2019-11-27", "x" * 40]),
    lambda inner: st.lists(inner, max_size=4),
)


@given(st.dictionaries(st.sampled_from([f.name for f in All.shape.fields]), _ANYTHING))
def test_whatever_comes_back_is_read_or_told(raw: dict[str, Any]) -> None:
    try:
        found = read(All, raw)
    except WrongFields as wrong:
        told_beside_fields(wrong)
        return
    assert 0 < len(found.title) <= 10
    assert found.colour in ("r", "g")
    assert set(found.wards) <= {"a", "b", "c"}
    assert isinstance(found.on, date)
    assert "\x00" not in found.title + found.story + found.about


@given(st.text(max_size=10).filter(lambda words: words.strip() and "\x00" not in words))
def test_words_are_kept_but_for_the_space_around_them(words: str) -> None:
    assert read(All, {**FILLED, "title": words}).title == words.strip()
