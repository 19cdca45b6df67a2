"""What our cards may hold, said once more and more strictly than Microsoft's card models, which let anything pass."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from microsoft_teams.cards import core

from qibot.platforms.teams import limits

REQUIRED = {
    "AdaptiveCard": {"body"},
    "RichTextBlock": {"inlines"},
    "TextRun": {"text"},
    "Container": {"style", "items"},
    "Table": {"columns", "rows", "firstRowAsHeaders"},
    "TableRow": {"cells"},
    "TableCell": {"items"},
    "Image": {"url", "altText", "size"},
    "ActionSet": {"actions"},
    "Action.Execute": {"title", "verb", "data"},
    "Action.Submit": {"title", "data"},
    "Action.OpenUrl": {"url"},
    "Action.ShowCard": {"title", "card"},
    "Input.Text": {"id", "label", "maxLength"},
    "Input.ChoiceSet": {"id", "label", "choices", "style", "wrap"},
    "Input.Toggle": {"id", "title", "value", "wrap"},
    "Input.Date": {"id", "label"},
}
"""Every type that we use, and the properties that it always has. No TextBlock and no FactSet: they read Markdown."""
_INPUT = {"isRequired", "errorMessage", "value"}
ALLOWED = {
    "AdaptiveCard": {"$schema", "version", "fallbackText", "msteams", "actions"},
    "RichTextBlock": {"spacing"},
    "TextRun": {"weight", "size", "color", "isSubtle", "underline", "selectAction"},
    "ActionSet": {"spacing"},
    "Action.Execute": {"style"},
    "Action.Submit": {"style"},
    "Action.OpenUrl": {"title", "style"},
    "Action.ShowCard": {"style"},
    "Input.Text": {*_INPUT, "isMultiline", "placeholder"},
    "Input.ChoiceSet": {*_INPUT, "isMultiSelect", "placeholder"},
    "Input.Date": _INPUT,
}
"""The properties that they may also have."""
INSIDE = {
    "body": "RichTextBlock Container Table Image ActionSet Input.Text Input.ChoiceSet Input.Toggle Input.Date",
    "items": "RichTextBlock",
    "inlines": "TextRun",
    "rows": "TableRow",
    "cells": "TableCell",
    "actions": "Action.Execute Action.Submit Action.OpenUrl Action.ShowCard",
}
"""What may stand in a list of that name."""
SCHEMES = {"selectAction": {"http", "https", "mailto"}, "Image": {"https"}, "actions": {"http", "https"}}
MODELS = {
    model.model_fields["type"].default: model
    for model in vars(core).values()
    if isinstance(model, type) and issubclass(model, core.SerializableObject) and "type" in model.model_fields
}


def problems(card: dict[str, Any]) -> list[str]:
    """What Teams would refuse, show wrongly, or what we do not want in a card."""
    found = [problem for where, element in elements(card) for problem in _of_element(where, element)]
    size = len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())
    found += [f"{size} bytes"] if size > limits.CARD_BYTES else []
    ids = [element["id"] for _, element in elements(card) if "id" in element]
    return found + ([f"ids twice: {ids}"] if len(set(ids)) < len(ids) else [])


def elements(value: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """(the name it is found under, the element) of everything in a card that has a type, but the data of buttons."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            if "type" in one:
                yield where, one
            for key, inner in one.items():
                if key != "data" and isinstance(inner, list | dict):
                    yield from elements(inner, key)


def shown(card: dict[str, Any]) -> str:
    """The words of a card, a line an element, labels of buttons included."""
    lines = []
    for where, element in elements(card):
        if element["type"] == "RichTextBlock":
            lines.append("".join(run["text"] for run in element["inlines"]))
        elif where == "actions":
            lines.append(element["title"])
    return "\n".join(lines)


def _of_element(where: str, element: dict[str, Any]) -> Iterator[str]:
    kind = element["type"]
    if kind not in REQUIRED:
        yield f"{kind} is not one of ours"
        return
    has = element.keys() - {"type"}
    if not REQUIRED[kind] <= has or not has <= REQUIRED[kind] | ALLOWED.get(kind, set()):
        yield f"{kind} with {sorted(has)}"
        return
    if where in INSIDE and kind not in INSIDE[where].split():
        yield f"{kind} in {where}"
    yield from _of_microsoft(element)
    yield from _of_words(element)
    yield from _of_actions(where, element)
    yield from _of_inputs(element)


def _of_microsoft(element: dict[str, Any]) -> Iterator[str]:
    read = MODELS[element["type"]].model_validate(element)
    if unknown := set(read.model_extra or ()) - {"$schema"}:
        yield f"Microsoft knows no {sorted(unknown)} of {element['type']}"
    if read.model_dump(by_alias=True, exclude_none=True) != element:
        yield f"Microsoft reads another {element['type']}"


def _of_words(element: dict[str, Any]) -> Iterator[str]:
    for key in ("text", "title", "label", "altText", "placeholder", "errorMessage", "fallbackText"):
        if key in element and not element[key]:
            yield f"empty {key}"
    for key in ("body", "inlines", "actions", "rows"):
        if key in element and not element[key]:
            yield f"nothing in {key}"
    if element["type"] == "RichTextBlock" and not any(run["text"].strip() for run in element["inlines"]):
        yield "nothing to read in a line"
    if element["type"] == "TextRun" and re.search(r"\n|\{\{(DATE|TIME)\(", element["text"]):
        yield "a line break or a date in a run"


def _of_actions(where: str, element: dict[str, Any]) -> Iterator[str]:
    kind = element["type"]
    if kind == "ActionSet" and len(element["actions"]) > limits.ACTIONS_IN_SET:
        yield "too many buttons in a row"
    if kind == "Action.Execute" and element["verb"] != element["data"].get("action"):
        yield "verb and action differ"
    if "url" in element:
        parts = urlsplit(element["url"])
        if parts.scheme not in SCHEMES.get(where, SCHEMES["Image"]) or not parts.netloc + parts.path:
            yield f"leads to {element['url']}"


def _of_inputs(element: dict[str, Any]) -> Iterator[str]:
    for choice in element.get("choices", ()):
        if set(choice) != {"title", "value"} or not choice["title"].strip() or not choice["value"]:
            yield f"choice {choice}"
        if "," in choice["value"]:
            yield "a comma in a value"
    if element["type"] == "Input.ChoiceSet":
        values = [choice["value"] for choice in element["choices"]]
        chosen = element.get("value", "").split(",") if element.get("value") else []
        if len(set(values)) < len(values) or not set(chosen) <= set(values):
            yield "values twice, or chosen and not offered"
    if element["type"] == "Input.Text" and len(element.get("value", "")) > element["maxLength"]:
        yield "more words than may be typed"
