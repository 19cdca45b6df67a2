"""The signature of a handler is the grammar of its command.

    async def pause(turn: Turn, until: date) -> Message            # champion pause 12 march
    async def show(turn: Turn, project: Project) -> Message        # project show sepsis six
    async def find(turn: Turn, words: Rest, *, place: str = "")    # find wound dressings place:luton

Words in order, one each; "quoted words" are one; the last takes all that remains. Parameters after `*` are
`name:value` options. A type is read by its reader, which answers `Unclear` with a sentence and suggestions.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NewType, Protocol, get_type_hints

from qibot.dates import read_date
from qibot.errors import Unclear
from qibot.typed import Typed

Rest = NewType("Rest", str)
"""All the words that remain, as typed; may be empty."""


class Asking(Protocol):
    """What readers may know of the moment: the person's own calendar day."""

    @property
    def today(self) -> date:
        """The day it is, where the person is."""
        ...


Reader = Callable[[str, Any], Awaitable[Any]]
"""(words, turn) -> the value. Raises `Unclear` or `NotFound`."""

# A null cannot be stored by PostgreSQL and is never something a person typed.
_PLAINER = str.maketrans({"\x00": None, "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command, in the words that help shows."""

    name: str
    kind: Any
    required: bool
    option: bool

    @property
    def shown(self) -> str:
        """How usage writes it: `<words>`, `[words]` or `[place:…]`."""
        word = self.name.replace("_", " ")
        return f"[{self.name}:…]" if self.option else f"<{word}>" if self.required else f"[{word}]"


def parameters(handler: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The handler's parameters after the turn. Raises `TypeError` for a grammar that nobody could type."""
    hints = get_type_hints(handler)
    found = []
    for p in list(inspect.signature(handler).parameters.values())[1:]:
        if p.name not in hints:
            raise TypeError(f"{handler.__qualname__}: {p.name} needs a type")
        kind = hints[p.name]
        required = p.default is inspect.Parameter.empty and kind is not Rest
        option = p.kind is inspect.Parameter.KEYWORD_ONLY
        if option and p.default is inspect.Parameter.empty:
            raise TypeError(f"{handler.__qualname__}: an option may be left out, so {p.name} needs a default")
        found.append(Parameter(p.name, kind, required, option))
    in_order = [p for p in found if not p.option]
    if any(p.kind is Rest for p in found if p not in in_order[-1:]):
        raise TypeError(f"{handler.__qualname__}: the words that remain come last")
    return tuple(found)


def straighten(text: str) -> str:
    """Phone quotes and hard spaces made plain, outer spaces dropped."""
    return text.translate(_PLAINER).strip()


def split(text: str) -> list[tuple[str, int]]:
    """Words and where each starts; "quoted words" are one word. A lone quote is a character like any other."""
    words, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] == '"' and (end := text.find('"', at + 1)) > at:
            words.append((text[at + 1 : end], at))
            at = end + 1
        else:
            end = at
            while end < len(text) and not text[end].isspace():
                end += 1
            words.append((text[at:end], at))
            at = end
    return words


async def read(
    text: str, params: tuple[Parameter, ...], readers: Mapping[Any, Reader], turn: Asking, usage: str
) -> dict[str, Any]:
    """Arguments by name, typed. Raises `Unclear` when one is missing or cannot be read."""
    text, values = _take_options(text, params)
    positional = [p for p in params if not p.option]
    words = split(text)
    for i, p in enumerate(positional):
        last = i == len(positional) - 1
        if i < len(words):
            whole = text[words[i][1] :] if last and len(words) > i + 1 else words[i][0]
            values[p.name] = whole
        elif p.required:
            raise Unclear(f"I need {_a(p.name)} for that.", ("Type it like this: ", Typed(usage)))
    if not positional and words:
        raise Unclear("There were more words than I can use there.", ("Type it like this: ", Typed(usage)))
    kinds = {p.name: p.kind for p in params}
    return {name: await _read_one(word, kinds[name], readers, turn) for name, word in values.items()} | {
        p.name: Rest("") for p in positional if p.kind is Rest and p.name not in values
    }


def _take_options(text: str, params: tuple[Parameter, ...]) -> tuple[str, dict[str, str]]:
    options = {p.name for p in params if p.option}
    values: dict[str, str] = {}
    if not options:
        return text, values
    kept = []
    for word, _ in split(text):
        name, colon, value = word.partition(":")
        if colon and name.lower() in options:
            values[name.lower()] = value
        else:
            kept.append(word)
    return " ".join(kept), values


async def _read_one(word: str, kind: Any, readers: Mapping[Any, Reader], turn: Asking) -> Any:
    if kind in (str, Rest):
        return word
    if kind is date:
        found = read_date(word, turn.today)
        if found is None:
            raise Unclear(f"I could not read “{word}” as a day.", "Try 12 march, 12/03/2020 or next tuesday.")
        return found
    if kind is int:
        if not word.isascii() or not word.isdigit() or len(word) > 9:
            raise Unclear(f"I expected a number instead of “{word}”.")
        return int(word)
    return await readers[kind](word, turn)


def _a(name: str) -> str:
    word = name.replace("_", " ")
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}" if not word.endswith("s") else f"some {word}"
