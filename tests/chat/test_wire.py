"""What a button carries, and what comes back of it, perhaps a year later."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qibot.chat.wire import LONGEST_WIRE, Action, BadWire, action, decode, encode


@action("tests.carry")
class Carry(Action):
    words: str
    number: int = 0
    sure: bool = False


@action("tests.nothing")
class Nothing(Action):
    pass


def back(act: Action) -> Action:
    """Over the wire and back."""
    return decode(type(act), json.loads(encode(act)))


@given(st.builds(Carry, st.text(max_size=60), st.integers(-(2**31), 2**31 - 1), st.booleans()))
def test_what_goes_out_comes_back(carried: Carry) -> None:
    assert back(carried) == carried


def test_a_button_may_carry_nothing() -> None:
    assert encode(Nothing()) == "{}"
    assert back(Nothing()) == Nothing()


def test_it_is_compact_and_readable() -> None:
    assert encode(Carry("Müller", 3)) == '{"words":"Müller","number":3,"sure":false}'


def test_buttons_of_another_time_are_understood() -> None:
    assert decode(Carry, {"words": "x"}) == Carry("x", 0, False)
    assert decode(Carry, {"words": "x", "from_the_future": [1, 2]}) == Carry("x")
    assert decode(Nothing, {"words": "x"}) == Nothing()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"number": 3},
        {"words": 3},
        {"words": None},
        {"words": ["x"]},
        {"words": "x", "number": "3"},
        {"words": "x", "number": 3.0},
        {"words": "x", "number": True},
        {"words": "x", "sure": 1},
        {"words": "x", "sure": "true"},
    ],
)
def test_anything_else_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadWire) as bad:
        decode(Carry, data)
    assert str(bad.value).startswith("tests.carry")


@given(st.dictionaries(st.sampled_from(["words", "number", "sure", "more"]), st.from_type(object)))
def test_no_rubbish_gets_through(data: dict[str, Any]) -> None:
    try:
        found = decode(Carry, data)
    except BadWire:
        return
    assert (type(found.words), type(found.number), type(found.sure)) == (str, int, bool)


def test_too_long_is_refused_when_it_is_made_and_an_emoji_is_two() -> None:
    room = LONGEST_WIRE - len(encode(Carry("")))
    assert len(encode(Carry("x" * room))) == LONGEST_WIRE
    for words in ("x" * (room + 1), "🙂" * (room // 2 + 1)):
        with pytest.raises(ValueError, match=r"tests\.carry"):
            encode(Carry(words))


def test_a_field_of_another_type_is_refused_at_import() -> None:
    class Wrong(Action):
        places: list[str]

    Wrong.__annotations__ = {"places": list}
    with pytest.raises(TypeError, match="str, int and bool only"):
        action("tests.wrong")(Wrong)


def test_the_name_is_fixed_and_the_value_cannot_be_changed() -> None:
    assert (Carry.wire, Nothing.wire) == ("tests.carry", "tests.nothing")
    with pytest.raises(AttributeError):
        Carry("x").words = "y"  # type: ignore[misc]
