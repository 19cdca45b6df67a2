"""Filling in a modal as Slack's window does: initial values, choices by their words, and what stops a person early."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from qibot.demo.slack_elements import options_of
from qibot.demo.slack_text import unescape

Json = dict[str, Any]
Typed = str | list[str] | None

# Element type -> the key of its value in a view's state, and the key of its initial value.
_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
}
REQUIRED = "Please complete this required field."


def _elements(block: Json) -> list[Json]:
    if block["type"] == "input":
        return [block["element"]]
    if block["type"] == "actions":
        return list(block["elements"])
    return [block["accessory"]] if "accessory" in block else []


def initial_state(blocks: list[Json]) -> dict[str, Json]:
    """{block_id: {action_id: state}} of everything that holds a value."""
    state: dict[str, Json] = {}
    for block in blocks:
        for element in _elements(block):
            if element["type"] in _KEYS and element["type"] != "overflow":
                key, initial = _KEYS[element["type"]]
                empty: object = [] if key in ("selected_options", "selected_users") else None
                value = element.get(initial, empty)
                state.setdefault(block["block_id"], {})[element["action_id"]] = {
                    "type": element["type"],
                    key: value,
                }
    return state


def filled(element: Mapping[str, Any], typed: Typed) -> Json:
    """The state of an element after a person typed or chose. Choices go by their words or their value.

    Raises LookupError for a choice that is not offered: the script is wrong, no person could do it.
    """
    kind = str(element["type"])
    key = _KEYS[kind][0]
    value: object
    if key == "selected_option":
        value = None if typed is None else _choose(element, str(typed))
    elif key == "selected_options":
        value = [_choose(element, one) for one in _many(typed)]
    elif key == "selected_users":
        value = _many(typed)
    else:
        value = typed or None
    return {"type": kind, key: value}


def _many(typed: Typed) -> list[str]:
    return [typed] if isinstance(typed, str) else list(typed or [])


def _choose(element: Mapping[str, Any], words: str) -> Json:
    options = [dict(option) for option in options_of(element)]
    for option in options:
        if words in (option["value"], unescape(option["text"]["text"])):
            return option
    offered = [unescape(option["text"]["text"]) for option in options]
    raise LookupError(f"{words!r} is not offered; there is {offered}")


def input_for(blocks: list[Json], key: str) -> Json:
    """The block a person means by a block_id, an action_id or a label. LookupError names what there is."""
    named = [b for b in blocks if b["type"] == "input" or _elements(b)]
    for block in named:
        label = unescape(block["label"]["text"]) if "label" in block else ""
        if key in (block["block_id"], label) or key in [e.get("action_id") for e in _elements(block)]:
            return block
    offered = [unescape(b["label"]["text"]) if "label" in b else b["block_id"] for b in named]
    raise LookupError(f"no field {key!r}; there is {offered}")


def fill(blocks: list[Json], state: dict[str, Json], values: Mapping[str, Typed]) -> None:
    """Put `values` (by block_id, action_id or label) into `state`."""
    for key, typed in values.items():
        block = input_for(blocks, key)
        element = next((e for e in _elements(block) if e.get("action_id") == key), _elements(block)[0])
        state.setdefault(block["block_id"], {})[element["action_id"]] = filled(element, typed)


def complaints(blocks: list[Json], state: Mapping[str, Json]) -> dict[str, str]:
    """What Slack's window itself says before anything is sent, by block_id."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            held = state[block["block_id"]][element["action_id"]]
            value = held[_KEYS[element["type"]][0]]
            if value in (None, [], ""):
                words = "" if block.get("optional") else REQUIRED
            else:
                words = _complaint(element, value)
            if words:
                found[block["block_id"]] = words
    return found


def _complaint(element: Mapping[str, Any], value: Any) -> str:
    kind = element["type"]
    if kind == "plain_text_input":
        if len(value) > element.get("max_length", 3000):
            return f"Please use at most {element.get('max_length', 3000)} characters."
        if len(value) < element.get("min_length", 0):
            return f"Please use at least {element['min_length']} characters."
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not re.match(r"https?://\S", value):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _number_complaint(element, value)
    if len(value) > element.get("max_selected_items", len(value)):
        return f"Please choose at most {element['max_selected_items']}."
    return ""


def _number_complaint(element: Mapping[str, Any], value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and number != int(number):
        return "Please enter a whole number."
    if number < Decimal(element.get("min_value", number)) or number > Decimal(element.get("max_value", number)):
        return "Please enter a number within the range."
    return ""
