"""The word that nobody needs to hear: it stands in no sentence of the bot and in no view."""

import re

import pytest

from qibot.chat.forms import Form
from qibot.chat.message import Message, plain_text
from qibot.features import router
from tests.test_views import EXAMPLES, _words_of_form, sentences

UNWANTED = re.compile(r"fail", re.IGNORECASE)


def test_no_sentence_of_the_program_speaks_of_it() -> None:
    # Patterns with which illnesses are recognised are no sentences.
    said = [(where, words) for where, words in sentences() if words.count("|") < 2]
    assert {where.split(":")[0] for where, _ in said} >= {"projects.stories.views", "projects.working.stalled", "bot"}
    assert [(where, words) for where, words in said if UNWANTED.search(words)] == []


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith("projects.")])
def test_no_view_speaks_of_it(name: str) -> None:
    example: Message | Form = EXAMPLES[name]
    said = plain_text(example) if isinstance(example, Message) else "\n".join(_words_of_form(example))
    assert not UNWANTED.search(said)


def test_no_command_and_no_form_speaks_of_it() -> None:
    said = [f"{row.name} {row.help} {row.shortcut} {row.from_message}" for row in router.commands.values()]
    said += ["\n".join(_words_of_form(Form(row.kind))) for row in router.submissions.values()]
    assert not UNWANTED.search("\n".join(said))
