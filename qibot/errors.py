"""Errors that speak for themselves.

Anything a person may be told is one of these; `bot.Bot.handle` shows its sentences and nothing is saved.
Every other exception is a fault of ours: the person gets a short reference and the log gets the rest.
"""

from collections.abc import Mapping

from qibot.typed import Words


class Said(Exception):
    """A sentence for the person, and what they might do next.

    `sentence` says what happened; `next_step` (may be empty) says what to do about it:
    `("Type ", Typed("join"), "; it takes a minute.")` where that is something to type.
    """

    def __init__(self, sentence: str, next_step: Words = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


class Refused(Said):
    """The person may not do this, or the rules of the field say no."""


class NotFound(Said):
    """What they named is not there, or is not theirs to see (the two look alike on purpose)."""


class Unclear(Said):
    """The words could not be read. `suggestions` are commands without the slash, offered as buttons."""

    def __init__(self, sentence: str, next_step: Words = "", suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(sentence, next_step)
        self.suggestions = suggestions


class WrongFields(Said):
    """Some answers of a form need another look. `errors` maps field name to a sentence shown beside it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)
