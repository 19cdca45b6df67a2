"""An Adaptive Card as a person meets it: its words in reading order, what can be pressed, and filling it in.

The rules of filling in are the client's (Adaptive Cards 1.5, input validation): nothing is sent while a required field
is empty or a value is out of bounds, and every value travels as a string (several choices joined by commas).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

Json = dict[str, Any]
Typed = str | list[str] | bool | None

REQUIRED = "This field is required."
_INSIDE = ("body", "items", "columns", "rows", "cells")
_SENT_EMPTY = ("Input.Text",)


@dataclass(frozen=True, slots=True)
class Question:
    """One input of a card."""

    id: str
    label: str
    element: Json


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def elements(element: Mapping[str, Any]) -> Iterator[Json]:
    """Everything visible within a card or element, in reading order, containers before what they hold."""
    for key in _INSIDE:
        for child in _listed(element.get(key)):
            if isinstance(child, Mapping) and child.get("isVisible", True):
                yield dict(child)
                yield from elements(child)


def kind_of(element: Mapping[str, Any]) -> str:
    """Its type, as text."""
    return str(element.get("type", ""))


def _style(element: Mapping[str, Any], key: str) -> str:
    return str(element.get(key, "")).lower()


# Words


def card_words(card: Mapping[str, Any]) -> str:
    """The words of a card, one paragraph a line, buttons of one row in brackets on one line. Values are not words."""
    lines = [*_words(card), _buttons(card)]
    return "\n".join(line for line in lines if line.strip())


def _words(element: Mapping[str, Any]) -> Iterator[str]:
    for key in _INSIDE:
        for child in _listed(element.get(key)):
            if isinstance(child, Mapping) and child.get("isVisible", True):
                yield from _words_of(child)


def _words_of(element: Mapping[str, Any]) -> Iterator[str]:
    kind = kind_of(element)
    if kind == "TextBlock":
        yield str(element.get("text", ""))
    elif kind == "RichTextBlock":
        runs = _listed(element.get("inlines"))
        yield "".join(run if isinstance(run, str) else str(run.get("text", "")) for run in runs)
    elif kind == "FactSet":
        for fact in _listed(element.get("facts")):
            yield f"{fact.get('title', '')} {fact.get('value', '')}"
    elif kind == "Image":
        yield str(element.get("altText", ""))
    elif kind == "ActionSet":
        yield _buttons(element)
    elif kind == "TableRow":
        yield " | ".join(" ".join(_words(cell)) for cell in _listed(element.get("cells")))
    elif kind.startswith("Input."):
        yield from _input_words(element)
    else:
        yield from _words(element)


def _input_words(element: Mapping[str, Any]) -> Iterator[str]:
    yield str(element.get("label", ""))
    if kind_of(element) == "Input.Toggle":
        yield str(element.get("title", ""))
    yield from (str(choice.get("title", "")) for choice in _listed(element.get("choices")))
    inline = element.get("inlineAction")
    if isinstance(inline, Mapping):
        yield f"[{action_label(inline)}]"


def _buttons(element: Mapping[str, Any]) -> str:
    return " ".join(f"[{action_label(action)}]" for action in _listed(element.get("actions")))


# Pressing


def action_label(action: Mapping[str, Any]) -> str:
    """What a person would call it: its title, else its id or verb."""
    return str(action.get("title") or action.get("id") or action.get("verb") or "")


def actions_of(card: Mapping[str, Any]) -> list[Json]:
    """Everything that can be pressed, in reading order; the card's own row comes last.

    What an Action.ShowCard opens below itself follows it.
    """
    found: list[Json] = []
    for element in [dict(card), *elements(card)]:
        found += [one for key in ("selectAction", "inlineAction") if isinstance(one := element.get(key), dict)]
        if kind_of(element) == "ActionSet":
            found += _listed(element.get("actions"))
    found += _listed(card.get("actions"))
    return [one for action in found for one in (action, *_opened_by(action))]


def _opened_by(action: Mapping[str, Any]) -> list[Json]:
    opened = action.get("card")
    return actions_of(opened) if kind_of(action) == "Action.ShowCard" and isinstance(opened, Mapping) else []


def labels_of(card: Mapping[str, Any]) -> list[str]:
    """The labels of `actions_of`."""
    return [action_label(action) for action in actions_of(card)]


def find_action(card: Mapping[str, Any], wanted: str, nth: int = 0) -> Json:
    """The button a person means by its label (or id, or verb). LookupError names what there is."""
    found = [a for a in actions_of(card) if wanted in (action_label(a), a.get("id"), a.get("verb"))]
    if len(found) <= nth:
        raise LookupError(f"nothing called {wanted!r} to press (number {nth}); there is {labels_of(card)}")
    if not found[nth].get("isEnabled", True):
        raise LookupError(f"{wanted!r} cannot be pressed: it is switched off")
    return found[nth]


# Filling in


def questions(card: Mapping[str, Any]) -> list[Question]:
    """The inputs of a card, in reading order."""
    return [
        Question(str(e.get("id", "")), str(e.get("label") or e.get("title") or e.get("id", "")), e)
        for e in elements(card)
        if kind_of(e).startswith("Input.")
    ]


def prefilled(card: Mapping[str, Any]) -> dict[str, str]:
    """What stands in every field before anybody types, by input id."""
    return {q.id: _initial(q.element) for q in questions(card)}


def _initial(element: Mapping[str, Any]) -> str:
    value = element.get("value")
    if value is None and kind_of(element) == "Input.Toggle":
        value = element.get("valueOff", "false")
    return "" if value is None else str(value)


def filled(card: Mapping[str, Any], typed: Mapping[str, Typed]) -> dict[str, str]:
    """`prefilled`, with what a person typed or chose (by input id or label) over it.

    LookupError for a field or choice that is not there: the script is wrong, no person could do it.
    """
    held, asked = prefilled(card), questions(card)
    for key, value in typed.items():
        question = next((q for q in asked if key in (q.id, q.label)), None)
        if question is None:
            raise LookupError(f"no field {key!r}; there is {[q.label for q in asked]}")
        held[question.id] = _entered(question.element, value)
    return held


def _entered(element: Mapping[str, Any], value: Typed) -> str:
    kind = kind_of(element)
    if kind == "Input.ChoiceSet":
        several = value if isinstance(value, list) else [str(value)] if value not in (None, "") else []
        if len(several) > 1 and not element.get("isMultiSelect"):
            raise LookupError("only one can be chosen here")
        return ",".join(_choose(element, one) for one in several)
    if kind == "Input.Toggle":
        return str(element.get("valueOn", "true") if value in (True, "true") else element.get("valueOff", "false"))
    return "" if value is None else str(value)


def _choose(element: Mapping[str, Any], words: str) -> str:
    choices = _listed(element.get("choices"))
    for choice in choices:
        if words in (choice.get("value"), choice.get("title")):
            return str(choice["value"])
    raise LookupError(f"{words!r} is not offered; there is {[choice.get('title') for choice in choices]}")


def complaints(card: Mapping[str, Any], held: Mapping[str, str]) -> dict[str, str]:
    """What the window itself says before anything is sent, by input id."""
    found: dict[str, str] = {}
    for question in questions(card):
        value, element = held[question.id], question.element
        wrong = _is_empty(element, value) if element.get("isRequired") else False
        if wrong or (value and not _is_valid(element, value)):
            found[question.id] = str(element.get("errorMessage") or REQUIRED)
    return found


def _is_empty(element: Mapping[str, Any], value: str) -> bool:
    if kind_of(element) == "Input.Toggle":
        return value != str(element.get("valueOn", "true"))
    return not value.strip()


def _is_valid(element: Mapping[str, Any], value: str) -> bool:
    kind = kind_of(element)
    if kind == "Input.Text":
        fits = len(value) <= int(element.get("maxLength", len(value)))
        return fits and ("regex" not in element or re.search(str(element["regex"]), value) is not None)
    try:
        if kind == "Input.Number":
            number = Decimal(value)
            return Decimal(element.get("min", number)) <= number <= Decimal(element.get("max", number))
        if kind == "Input.Date":
            day = date.fromisoformat(value)
            return date.fromisoformat(element.get("min", value)) <= day <= date.fromisoformat(element.get("max", value))
    except (InvalidOperation, ValueError):
        return False
    return True


def sent_values(card: Mapping[str, Any], held: Mapping[str, str]) -> dict[str, str]:
    """What travels: an empty text goes as "", any other field left empty does not go at all."""
    kinds = {q.id: kind_of(q.element) for q in questions(card)}
    return {key: value for key, value in held.items() if value or kinds[key] in _SENT_EMPTY}


def errors_beside(card: Mapping[str, Any]) -> dict[str, str]:
    """The bot's own warnings: attention-coloured words that follow an input, by its id; others under "".

    Between an input and its warning there may be small print, which helps to fill it in.
    """
    found: dict[str, str] = {}
    beside = ""
    for element in elements(card):
        kind = kind_of(element)
        if kind.startswith("Input."):
            beside = str(element.get("id", ""))
        elif words := attention_words(element):
            found[beside] = "\n".join(part for part in (found.get(beside, ""), words) if part)
        elif not is_small_print(element) and kind not in ("Container", "Column", "ColumnSet"):
            beside = ""
    return found


def attention_words(element: Mapping[str, Any]) -> str:
    """The words of a text that is attention-coloured from end to end; else ""."""
    return "".join(_runs_with(element, lambda run: _style(run, "color") == "attention"))


def is_small_print(element: Mapping[str, Any]) -> bool:
    """Whether it is rich text that is subtle from end to end."""
    return kind_of(element) == "RichTextBlock" and bool(_runs_with(element, lambda run: bool(run.get("isSubtle"))))


def _runs_with(element: Mapping[str, Any], good: Callable[[Mapping[str, Any]], bool]) -> list[str]:
    """The words of each run, when every one is good."""
    runs = _listed(element.get("inlines")) if kind_of(element) == "RichTextBlock" else [element]
    if kind_of(element) not in ("RichTextBlock", "TextBlock"):
        return []
    read = [run for run in runs if isinstance(run, Mapping)]
    return [str(run.get("text", "")) for run in read] if len(read) == len(runs) and all(map(good, read)) else []
