"""Every view has an example; each is shown by the real renderer, checked as strictly as Slack does, and frozen.

`QIBOT_TEST_GOLDEN=write` writes the frozen files anew; look at the difference before it is committed.
"""

import ast
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, get_type_hints

import pytest

from qibot.chat.forms import Form
from qibot.chat.message import Buttons, Message, Note, Part, plain_text
from qibot.demo import slack_checks
from qibot.features import views
from qibot.platforms.slack import blocks, modals
from tests import golden, house

READER = "T0BEDS"
"""The workspace in which every example is read: one person of the examples sits there too, and is mentioned live."""


def feature(module: ModuleType) -> str:
    """ "champions" of qibot.champions.views."""
    return module.__name__.split(".")[1]


EXAMPLES = {
    f"{feature(module)}.{name.removeprefix(feature(module) + '.')}": example
    for module in views
    for name, example in module.EXAMPLES.items()
}
MESSAGES = {name: example for name, example in EXAMPLES.items() if isinstance(example, Message)}


def rendered(example: Message | Form) -> dict[str, Any]:
    """As Slack gets it."""
    if isinstance(example, Form):
        return modals.render(example)
    made = blocks.render(example, workspace=READER)
    return {"text": made.text, "blocks": made.blocks}


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_as_it_was(name: str) -> None:
    golden.check(f"slack/{name}", rendered(EXAMPLES[name]))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_platform_takes_it(name: str) -> None:
    made = rendered(EXAMPLES[name])
    form = isinstance(EXAMPLES[name], Form)
    assert (slack_checks.check_view(made) if form else slack_checks.check_message(made)) == []
    assert "There was more than fits here." not in str(made)


def test_no_frozen_file_is_left_over() -> None:
    prefixes = tuple(f"{feature(module)}." for module in views)
    kept = {path.stem for path in (golden.FOLDER / "slack").glob("*.json") if path.stem.startswith(prefixes)}
    assert kept - EXAMPLES.keys() == set()


# ---- Every view has an example


@pytest.mark.parametrize("module", views, ids=feature)
def test_every_view_has_an_example(module: ModuleType) -> None:
    assert view_functions(module) - called_for_examples(Path(str(module.__file__))) == set()


def view_functions(module: ModuleType) -> set[str]:
    """Public functions of a module that say something: a message, a form, or parts of one."""
    functions = inspect.getmembers(module, inspect.isfunction)
    return {
        name
        for name, function in functions
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and get_type_hints(function).get("return") in (Message, Form, tuple[Part, ...])
    }


def called_for_examples(file: Path) -> set[str]:
    """The functions of a file that run while it is imported: its examples are made then, and nothing else is."""
    spec = importlib.util.spec_from_file_location("tests_fresh_views", file)
    assert spec
    assert spec.loader
    fresh = importlib.util.module_from_spec(spec)
    ran: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename == str(file):
            ran.add(frame.f_code.co_name)

    # Dataclasses look their module up while they are made.
    sys.modules[fresh.__name__] = fresh
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        spec.loader.exec_module(fresh)
    finally:
        sys.setprofile(before)
        del sys.modules[fresh.__name__]
    return ran


def test_a_view_without_an_example_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "views.py"
    file.write_text(
        "def shown(): return inner()\ndef inner(): return 1\ndef forgotten(): return 2\nEXAMPLES = {'a': shown()}\n"
    )
    assert called_for_examples(file) - {"<module>"} == {"shown", "inner"}


# ---- Words to people

AMERICAN = re.compile(
    r"\b(\w+(?<!pr)(?<!s)iz(e|es|ed|ing|ation|ations|er|ers)|\w*(color|favor|behavior|neighbor|honor|labor)(s|ed|ful|ite)?"
    r"|centers?|programs?|canceled|canceling|labeled|modeling|traveled|enrollments?|fulfill|gray|catalogs?|dialogs?"
    r"|analyz\w+|defense|offense|licensed? to|gotten|skillful|pediatric\w*|anesthe\w+|orthoped\w+)\b",
    re.IGNORECASE,
)
BLAME = re.compile(r"\bfail\w*|\bforgot\w*|\bmust\b|\binvalid\b|\bwrong\b(?! on our side)|\billegal\b", re.IGNORECASE)
SHOUTING = re.compile(r"[\w)”’]!|!!|\b(?:ERROR|WARNING|OOPS)\b")
NOTHING = re.compile(r"\b(?:no|not|nobody|none|nothing|cannot)\b", re.IGNORECASE)
SIZES = {"size", "sized", "prize", "seize", "capsize", "maize"}


def misspelt(words: str) -> list[str]:
    """What is not written as in Britain."""
    return [found.group() for found in AMERICAN.finditer(words) if found.group().lower() not in SIZES]


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_plain_and_kind(name: str) -> None:
    example = EXAMPLES[name]
    said = plain_text(example) if isinstance(example, Message) else "\n".join(_words_of_form(example))
    assert misspelt(said) == []
    assert BLAME.findall(said) == []
    assert SHOUTING.findall(said) == []


def _words_of_form(form: Form) -> Iterator[str]:
    shape = form.kind.shape
    yield from (shape.title, shape.submit, form.intro)
    for f in shape.fields:
        yield from (f.label, f.help, f.placeholder, *(c.label for c in f.choices))


@pytest.mark.parametrize("name", MESSAGES)
def test_it_offers_what_to_do_next(name: str) -> None:
    assert offers_a_next_step(MESSAGES[name])


def offers_a_next_step(message: Message) -> bool:
    """Buttons, small print that says what happens, or a command named in the words."""
    return any(isinstance(part, Buttons | Note) for part in message.parts) or "/qi " in plain_text(message)


@pytest.mark.parametrize("name", [name for name, message in MESSAGES.items() if NOTHING.search(message.title)])
def test_where_there_is_nothing_a_button_or_small_print_leads_on(name: str) -> None:
    assert any(isinstance(part, Buttons | Note) for part in MESSAGES[name].parts)


def test_some_views_say_that_there_is_nothing() -> None:
    assert {"champions.nobody", "people.not_joined", "events.mine_none"} <= {
        name for name, message in MESSAGES.items() if NOTHING.search(message.title)
    }


@pytest.mark.parametrize("name", MESSAGES)
def test_no_title_ends_like_a_sentence_and_no_picture_is_mute(name: str) -> None:
    assert not MESSAGES[name].title.endswith((".", "!", ":"))
    assert MESSAGES[name].title.strip()


def sentences() -> Iterator[tuple[str, str]]:
    """(where, words) of every text with a space in it that the program itself holds, docstrings aside."""
    for source in house.read().values():
        if source.room in ("demo", "logs", "cli", "__main__", "migrate", "database"):
            continue
        quiet = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet:
                words = node.value
                # "  SELECT …" and lists of short words are no sentences.
                if " " in words.strip() and not words.isupper():
                    yield f"{source.module}:{node.lineno}", words


def test_every_sentence_of_the_program_is_spelt_as_in_britain() -> None:
    assert [(where, found) for where, words in sentences() for found in misspelt(words)] == []


def test_nobody_is_told_that_they_did_something_badly() -> None:
    told = [
        (where, words)
        for where, words in sentences()
        if where.split(":")[0].endswith(("views", "service", "forms", "commands"))
    ]
    assert len(told) > 300
    assert [(where, words) for where, words in told if BLAME.search(words) or SHOUTING.search(words)] == []


@pytest.mark.parametrize("words", ["organize", "Colors", "canceled", "the center", "programs", "behavior", "analyzed"])
def test_the_spelling_check_can_say_no(words: str) -> None:
    assert misspelt(f"We {words} it")


@pytest.mark.parametrize("words", ["organise", "colours", "cancelled", "the size of a prize", "programme", "centre"])
def test_the_spelling_check_can_say_yes(words: str) -> None:
    assert misspelt(f"We {words} it") == []
