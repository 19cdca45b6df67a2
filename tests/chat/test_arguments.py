"""How words become arguments: the signature of a handler is the grammar of its command."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qibot.chat.arguments import Parameter, Rest, parameters, read, split, straighten
from qibot.errors import Said, Unclear
from qibot.typed import Typed
from tests.chat.small import Turn, Ward, read_ward

READERS = {Ward: read_ward}


async def one_word(turn: Turn, code: str) -> None: ...
async def maybe(turn: Turn, code: str = "") -> None: ...
async def two(turn: Turn, first: str, second: str) -> None: ...
async def rest(turn: Turn, words: Rest) -> None: ...
async def word_and_rest(turn: Turn, code: str, words: Rest) -> None: ...
async def day(turn: Turn, until: date) -> None: ...
async def number(turn: Turn, how_many: int) -> None: ...
async def ward(turn: Turn, ward: Ward) -> None: ...
async def options(turn: Turn, words: Rest, *, page: int = 1, place: str = "") -> None: ...
async def nothing(turn: Turn) -> None: ...


HANDLERS = (one_word, maybe, two, rest, word_and_rest, day, number, ward, options, nothing)


async def reads(handler: Any, text: str) -> dict[str, Any]:
    return await read(straighten(text), parameters(handler), READERS, Turn(), "usage <here>")


@pytest.mark.parametrize(
    ("handler", "text", "expected"),
    [
        (one_word, "QI27", {"code": "QI27"}),
        (one_word, '"blood poisoning"', {"code": "blood poisoning"}),
        (one_word, "“blood poisoning”", {"code": "blood poisoning"}),
        (one_word, "„blood poisoning“", {"code": "blood poisoning"}),
        (one_word, "all that remains", {"code": "all that remains"}),
        (maybe, "", {}),
        (two, "one two", {"first": "one", "second": "two"}),
        (two, '"one two" three', {"first": "one two", "second": "three"}),
        (two, "one two three  four", {"first": "one", "second": "two three  four"}),
        (rest, "", {"words": ""}),
        (rest, "it’s  “urgent” now", {"words": 'it\'s  "urgent" now'}),
        (rest, 'a 6" nail', {"words": 'a 6" nail'}),
        (rest, "line one\nline two", {"words": "line one\nline two"}),
        (word_and_rest, "QI27 the rest of it", {"code": "QI27", "words": "the rest of it"}),
        (word_and_rest, "QI27", {"code": "QI27", "words": ""}),
        (day, "12 march", {"until": date(2020, 3, 12)}),
        (day, "next tuesday", {"until": date(2019, 12, 3)}),
        (day, '"12 march"', {"until": date(2020, 3, 12)}),
        (day, "12/03/2020", {"until": date(2020, 3, 12)}),
        (day, "in 4 weeks", {"until": date(2019, 12, 25)}),
        (number, "12", {"how_many": 12}),
        (ward, "Acorn", {"ward": "acorn"}),
        (options, "sepsis page:2", {"words": "sepsis", "page": 2}),
        (options, "page:2 sepsis place:Luton six", {"words": "sepsis six", "page": 2, "place": "Luton"}),
        (options, "sepsis PAGE:3", {"words": "sepsis", "page": 3}),
        (options, "ratio 3:1 today", {"words": "ratio 3:1 today"}),
        (nothing, "", {}),
    ],
)
async def test_words_are_read(handler: Any, text: str, expected: dict[str, Any]) -> None:
    assert await reads(handler, text) == expected


@pytest.mark.parametrize(
    ("handler", "text", "sentence"),
    [
        (one_word, "", "I need a code for that."),
        (two, "one", "I need a second for that."),
        (day, "", "I need an until for that."),
        (day, "soonish", "I could not read “soonish” as a day."),
        (number, "twelve", "I expected a number instead of “twelve”."),
        (number, "-1", "I expected a number instead of “-1”."),
        (number, "1234567890", "I expected a number instead of “1234567890”."),
        (number, "٣", "I expected a number instead of “٣”."),
        (ward, "oak", "I do not know a ward called “oak”."),
        (options, "sepsis page:two", "I expected a number instead of “two”."),
        (nothing, "and more", "There were more words than I can use there."),
    ],
)
async def test_what_cannot_be_read_is_said_with_a_way_on(handler: Any, text: str, sentence: str) -> None:
    with pytest.raises(Unclear) as said:
        await reads(handler, text)
    assert said.value.sentence == sentence


async def test_a_missing_word_shows_how_to_type_it() -> None:
    with pytest.raises(Unclear) as said:
        await reads(one_word, "")
    assert said.value.next_step == ("Type it like this: ", Typed("usage <here>"))


async def test_a_reader_may_suggest_commands() -> None:
    with pytest.raises(Unclear) as said:
        await reads(ward, "oak")
    assert said.value.suggestions == ("ward acorn",)


def test_usage_is_written_from_the_signature() -> None:
    shown = [p.shown for p in (*parameters(options), *parameters(maybe), *parameters(number))]
    assert shown == ["[words]", "[page:…]", "[place:…]", "[code]", "<how many>"]


async def untyped(turn, code): ...  # type: ignore[no-untyped-def]
async def option_without_default(turn: Turn, *, page: int) -> None: ...
async def rest_in_the_middle(turn: Turn, words: Rest, code: str = "") -> None: ...
async def rest_as_an_option(turn: Turn, *, words: Rest = Rest("")) -> None: ...  # noqa: B008 - a str


@pytest.mark.parametrize("handler", [untyped, option_without_default, rest_in_the_middle, rest_as_an_option])
def test_a_grammar_that_nobody_could_type_is_refused_at_import(handler: Any) -> None:
    with pytest.raises(TypeError):
        parameters(handler)


def test_hard_spaces_and_nulls_are_made_plain() -> None:
    assert straighten(" sepsis\u00a0six\x00 ") == "sepsis six"


@given(st.text(alphabet=st.characters(exclude_characters='"')))
def test_every_word_is_found_where_it_stands(text: str) -> None:
    assert [word for word, _ in split(text)] == text.split()
    assert all(text[at:].startswith(word) for word, at in split(text))


@given(st.text())
def test_quotes_lose_no_letter(text: str) -> None:
    assert letters(" ".join(word for word, _ in split(text))) == letters(text)


def letters(text: str) -> str:
    return "".join(text.replace('"', "").split())


@given(st.text(alphabet=st.characters(exclude_characters='"“”„')))
async def test_the_words_that_remain_are_as_typed(text: str) -> None:
    assert (await reads(rest, text))["words"] == straighten(text)


def told_to_the_person(told: Said) -> None:
    assert told.sentence.endswith(".")


_WORDS = st.lists(
    st.one_of(st.text(max_size=12), st.sampled_from(['"', "page:1", "page:", "place:x", "12", "march", "acorn", "\n"]))
).map(" ".join)


@given(st.sampled_from(HANDLERS), _WORDS)
async def test_whatever_is_typed_ends_in_arguments_or_a_sentence(handler: Any, text: str) -> None:
    wanted: dict[str, Parameter] = {p.name: p for p in parameters(handler)}
    try:
        found = await reads(handler, text)
    except Said as told:
        told_to_the_person(told)
        return
    assert {name for name, p in wanted.items() if p.required} <= found.keys() <= wanted.keys()
    for name, value in found.items():
        assert isinstance(value, str if wanted[name].kind in (Rest, Ward) else wanted[name].kind)
