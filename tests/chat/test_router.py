"""One table, one door: what comes in finds its row, is allowed or not, and is answered."""

from typing import Any

import pytest

from qibot.chat.forms import Form
from qibot.chat.incoming import HomeOpened, Incoming
from qibot.chat.message import Message, plain_text
from qibot.chat.router import Reply, Router, Table, TryAgain
from qibot.errors import NotFound, Refused
from qibot.typed import Typed
from tests.chat import small
from tests.chat.small import SAM, Turn, anybody, command, press, shortcut, submission

NHS_NUMBER = "Her NHS number is 943 476 5919"


@pytest.fixture
def router() -> Router[Turn]:
    return small.router()


async def says(router: Router[Turn], incoming: Incoming, turn: Turn | None = None) -> str:
    """The answer in plain words."""
    reply = await router.answer(turn or Turn(), incoming)
    assert isinstance(reply, Message), reply
    return plain_text(reply)


async def opens(router: Router[Turn], incoming: Incoming, turn: Turn | None = None) -> Form:
    """The form that is opened."""
    reply = await router.answer(turn or Turn(), incoming)
    assert isinstance(reply, Form), reply
    return reply


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("find wound dressings", "found 'wound dressings' page 1"),
        ("find", "found '' page 1"),
        ("FIND Sepsis", "found 'Sepsis' page 1"),
        ("/qi find sepsis", "found 'sepsis' page 1"),
        ("/QI  find sepsis", "found 'sepsis' page 1"),
        ("/find sepsis", "found 'sepsis' page 1"),
        ("note", "noted"),
        ("note pause 12 march", "until 2020-03-12"),
        ("Note Pause next tuesday", "until 2019-12-03"),
        ("ward birch", "ward birch"),
        ("wound dressings", "free 'wound dressings' near ''"),
        ("/qi wound dressings", "free 'wound dressings' near ''"),
        ("/qi", "free '' near ''"),
        ("/qip", "free 'qip' near ''"),
        ("fnd sepsis", "free 'fnd sepsis' near 'find'"),
        ("“find sepsis”", "found 'sepsis' page 1"),
        ("finding a bed", "free 'finding a bed' near ''"),
    ],
)
async def test_words_find_their_command(router: Router[Turn], typed: str, answer: str) -> None:
    assert await says(router, command(typed)) == answer


async def test_words_that_only_begin_like_a_command_are_free_words(router: Router[Turn]) -> None:
    turn = Turn()
    assert await says(router, command("note puase"), turn) == "free 'note puase' near 'note pause'"
    assert await says(router, command("note the date"), turn) == "free 'note the date' near 'note'"
    assert turn.did == []
    assert router.reads(command("note the date"))


async def test_options_alone_are_not_free_words(router: Router[Turn]) -> None:
    assert await says(router, command("list page:2")) == "page 2"
    assert await says(router, command("list PAGE:2")) == "page 2"
    assert await says(router, command("list of wards")) == "free 'list of wards' near 'list'"


async def test_the_longest_command_wins(router: Router[Turn]) -> None:
    found = router.find("note pause 12 march")
    assert found is not None
    assert (found.row.name, found.rest) == ("note pause", "12 march")


@pytest.mark.parametrize(("typed", "near"), [("fnid", "find"), ("notes", "note"), ("tel", "tell"), ("xyzzy", "")])
def test_the_nearest_command_is_offered(router: Router[Turn], typed: str, near: str) -> None:
    assert router.nearest(typed) == near


async def test_a_button_that_types_a_command_is_as_good_as_typing(router: Router[Turn]) -> None:
    assert await says(router, press("chat.say", text="find sepsis")) == "found 'sepsis' page 1"
    with pytest.raises(Refused):
        await says(router, press("chat.say", text="lock"))
    assert await says(router, press("chat.say", text=7)) == "free '' near ''"


async def test_a_button_is_read_and_answered(router: Router[Turn]) -> None:
    assert await says(router, press("small.wave", times=3)) == "waved 3"
    assert await says(router, press("small.wave", unknown="x")) == "waved 1"


@pytest.mark.parametrize("data", [{"times": "3"}, {"times": True}, {"times": None}])
async def test_a_button_that_cannot_be_read_is_told_kindly(router: Router[Turn], data: dict[str, Any]) -> None:
    turn = Turn()
    with pytest.raises(NotFound) as said:
        await says(router, press("small.wave", **data), turn)
    assert said.value.next_step
    assert turn.did == []


async def test_buttons_and_forms_of_another_time_are_told_kindly(router: Router[Turn]) -> None:
    for incoming in (press("small.gone"), submission("small.gone")):
        with pytest.raises(NotFound, match="no longer in use") as said:
            await says(router, incoming)
        assert said.value.next_step == ("Type ", Typed("help"), " to see what I can do.")


# ---- Who may


@pytest.mark.parametrize(
    "incoming",
    [
        command("count"),
        command("lock"),
        command("leak"),
        press("small.lock"),
        press("chat.say", text="count"),
        submission("small.keys", word="x"),
        shortcut("count"),
    ],
    ids=lambda i: type(i).__name__,
)
async def test_who_may_not_is_refused_at_every_door(router: Router[Turn], incoming: Incoming) -> None:
    """`leak` may be used by anybody and opens a form that may not: the form's own row decides."""
    turn = Turn()
    with pytest.raises(Refused, match="organisers"):
        await says(router, incoming, turn)
    assert turn.did == []
    assert isinstance(await router.answer(Turn(organises=True), incoming), Message | Form)


# ---- Forms


async def test_a_form_comes_with_what_it_offers(router: Router[Turn]) -> None:
    form = await opens(router, command("tell About us"))
    assert form.values == {"title": "About us", "about": "7"}
    assert [c.value for c in form.choices["wards"]] == ["w1", "w2"]
    assert (await opens(router, shortcut("tell"))).choices.keys() == {"wards"}


async def test_a_form_is_read_and_answered(router: Router[Turn]) -> None:
    turn = Turn()
    assert await says(router, submission("small.tell", title=" Hello ", wards=["w1"]), turn) == "told Hello"
    assert turn.did == ["Hello"]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"title": ""}, {"title": "Please fill this in."}),
        ({"title": "wrong"}, {"title": "Another title, please."}),
        ({"title": "x", "colour": "blue"}, {"colour": "Please choose one of those offered."}),
    ],
)
async def test_errors_stand_beside_their_fields_and_what_was_typed_is_kept(
    router: Router[Turn], typed: dict[str, Any], errors: dict[str, str]
) -> None:
    sent = {"story": "A long story", "wards": ["w2"], "about": "7", **typed}
    with pytest.raises(TryAgain) as again:
        await says(router, submission("small.tell", **sent))
    form = again.value.form
    assert form.errors == errors
    assert form.values == sent
    assert [c.value for c in form.choices["wards"]] == ["w1", "w2"]


async def test_no_form_opens_a_form(router: Router[Turn]) -> None:
    with pytest.raises(TypeError, match="no form opens a form"):
        await router.answer(Turn(), submission("small.tell", title="again"))


# ---- Patient details


@pytest.mark.parametrize(
    "incoming",
    [
        command(f"find {NHS_NUMBER}"),
        command(NHS_NUMBER),
        command(NHS_NUMBER.replace("943", "943\x00")),
        press("chat.say", text=NHS_NUMBER),
    ],
)
async def test_patient_details_in_a_command_go_nowhere(router: Router[Turn], incoming: Incoming) -> None:
    with pytest.raises(Refused) as said:
        await says(router, incoming)
    assert "5919" not in f"{said.value.sentence} {said.value.next_step}"
    assert said.value.next_step == "Nothing was saved or sent."


@pytest.mark.parametrize("field", ["title", "story"])
async def test_patient_details_in_a_form_are_said_beside_the_field(router: Router[Turn], field: str) -> None:
    turn = Turn()
    values = {"title": "x", field: "NHS no 943 476 5919"}
    with pytest.raises(TryAgain) as again:
        await says(router, submission("small.tell", **values), turn)
    assert again.value.form.errors.keys() == {field}
    assert turn.did == []


# ---- What changes nothing


@pytest.mark.parametrize(
    ("incoming", "reads"),
    [
        (command("find sepsis"), True),
        (command("note"), False),
        (command("free words"), True),
        (press("chat.say", text="find sepsis"), True),
        (press("chat.say", text="note"), False),
        (press("small.wave"), False),
        (submission("small.tell"), False),
        (shortcut("tell"), True),
        (HomeOpened("1", SAM), True),
    ],
)
def test_what_changes_nothing_needs_no_remembering(router: Router[Turn], incoming: Incoming, reads: bool) -> None:
    assert router.reads(incoming) is reads


def test_free_words_read_only_when_their_handler_says_so() -> None:
    assert small.router(reads=False).reads(command("free words")) is False


async def test_the_home_tab_is_every_features_section(router: Router[Turn]) -> None:
    assert await says(router, HomeOpened("1", SAM)) == "home\na section"


async def test_an_incoming_of_no_kind_is_a_fault_of_ours(router: Router[Turn]) -> None:
    with pytest.raises(TypeError):
        await router.answer(Turn(), Incoming("1", SAM))


# ---- Mistakes of ours end at import


async def _answer(turn: Turn) -> Reply:
    return Message("x")


async def _odd(turn: Turn, thing: complex) -> Reply:
    return Message("x")


async def _read_twice(words: str, turn: Turn) -> small.Ward:
    return small.Ward(words)


def test_two_rows_for_one_thing_are_refused() -> None:
    words: Table[Turn] = Table("Again")
    words.command("find", needs=anybody, help="Again.")(_answer)
    button: Table[Turn] = Table("Again")
    button.action(small.Wave, needs=anybody)(_answer)
    form: Table[Turn] = Table("Again")
    form.submission(small.Tell, needs=anybody)(_answer)
    reader: Table[Turn] = Table("Again")
    reader.reader(small.Ward, _read_twice)
    for table in (words, button, form, reader):
        with pytest.raises(ValueError, match="two rows answer"):
            small.router(table)


def test_a_parameter_that_nobody_reads_is_refused() -> None:
    table: Table[Turn] = Table("Odd")
    table.command("odd", needs=anybody, help="Odd.")(_odd)
    with pytest.raises(TypeError, match="nothing reads"):
        small.router(table)


def test_a_row_that_does_not_say_who_may_is_refused() -> None:
    table: Any = Table("Careless")
    with pytest.raises(TypeError):
        table.command("open", help="Forgot something.")
    with pytest.raises(TypeError):
        table.action(small.Wave)
    with pytest.raises(TypeError):
        table.submission(small.Tell)


def test_rows_are_shown_with_their_grammar() -> None:
    rows = small.router().commands
    assert rows[("find",)].usage == "find [words] [page:…]"
    assert rows[("note", "pause")].usage == "note pause <until>"
    assert rows[("tell",)].shortcut == "Tell a story"
