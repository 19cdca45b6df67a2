"""A form that comes back on a card says again what it is about, though the bot remembers nothing of it."""

import json
from typing import Any

import pytest

from qibot.chat.forms import Form
from qibot.events import views as events
from qibot.introductions.asking import views
from qibot.platforms.teams import dialogs, limits

ASK = next(one for one in views.EXAMPLES.values() if isinstance(one, Form))


def sent(form: Form) -> Any:
    """The data of its button."""
    (action,) = dialogs.render(form)["actions"]
    return action["data"]


def test_its_first_words_travel_with_it_in_the_chat_and_in_a_dialog() -> None:
    assert ASK.intro
    assert dialogs.intro(sent(ASK)) == ASK.intro
    (action,) = dialogs.dialog(ASK, "w")["task"]["value"]["card"]["content"]["actions"]
    assert dialogs.intro(action["data"]) == ASK.intro
    assert "intro" not in dialogs.read("", sent(ASK))[1]  # type: ignore[index]


def test_a_form_without_any_carries_none() -> None:
    form = events.EXAMPLES["change_pledge_form"]
    assert isinstance(form, Form)
    assert "intro" not in sent(form)
    assert dialogs.intro(sent(form)) == ""


@pytest.mark.parametrize("claimed", [None, [], "words", {}, {"intro": 7}, {"intro": "{"}, {"intro": "[" * 9000}])
def test_rubbish_is_no_words(claimed: object) -> None:
    assert dialogs.intro(claimed) == ""


def test_what_is_claimed_is_shown_as_typed_and_within_limits() -> None:
    claimed = "**x** [y](https://z.example) " * 500
    form = Form(
        ASK.kind, ASK.values, intro=dialogs.intro({"intro": json.dumps(claimed)}), errors={"reason": "Shorter."}
    )
    card = dialogs.render(form)
    (words,) = [e for e in card["body"] if "**x**" in json.dumps(e)]
    assert words["type"] == "RichTextBlock"
    assert len(words["inlines"][0]["text"]) <= limits.INTRO
    assert len(json.dumps(card, ensure_ascii=False).encode()) <= limits.CARD_BYTES
