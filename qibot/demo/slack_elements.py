"""Checks of the things inside blocks: buttons, choices, inputs, rich text."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from qibot.demo import slack_shapes as s

Found = Iterator[str]


def check_element(at: str, element: object, place: str) -> Found:
    """An element in a block of type `place`."""
    if not isinstance(element, Mapping):
        yield f"{at}: must be an element"
        return
    kind = element.get("type")
    shape = s.ELEMENTS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        yield f"{at}: unknown element type: {kind!r}"
        return
    if place not in shape.places:
        yield f"{at}: a {kind} is not taken in a block of type {place}"
    yield from s.check_keys(at, element, shape, "type")
    yield from _check_common(at, element)
    yield from _CHECKS.get(str(kind), _check_nothing)(at, element)


def _check_common(at: str, element: Mapping[str, Any]) -> Found:
    if "action_id" in element:
        yield from s.check_length(f"{at}.action_id", element["action_id"], s.IDENTIFIER)
    if "placeholder" in element:
        yield from s.check_text(f"{at}.placeholder", element["placeholder"], s.PLACEHOLDER, plain=True)
    if "confirm" in element:
        yield from _check_confirm(f"{at}.confirm", element["confirm"])


def _check_nothing(at: str, element: Mapping[str, Any]) -> Found:
    yield from ()


def _check_confirm(at: str, confirm: object) -> Found:
    if not isinstance(confirm, Mapping):
        yield f"{at}: must be an object"
        return
    yield from s.check_keys(at, confirm, s.Shape(frozenset({"title", "text", "confirm", "deny"}), _STYLE, _STYLE))
    yield from s.check_text(f"{at}.title", confirm.get("title"), s.CONFIRM_TITLE, plain=True)
    yield from s.check_text(f"{at}.text", confirm.get("text"), s.CONFIRM_TEXT)
    for key in ("confirm", "deny"):
        yield from s.check_text(f"{at}.{key}", confirm.get(key), s.CONFIRM_BUTTON, plain=True)
    yield from _check_style(at, confirm)


_STYLE = frozenset({"style"})


def _check_style(at: str, value: Mapping[str, Any]) -> Found:
    if value.get("style", "primary") not in ("primary", "danger"):
        yield f"{at}.style: must be primary or danger"


def _check_button(at: str, button: Mapping[str, Any]) -> Found:
    yield from s.check_text(f"{at}.text", button.get("text"), s.BUTTON_TEXT, plain=True)
    if "value" in button:
        yield from s.check_length(f"{at}.value", button["value"], s.BUTTON_VALUE)
    if "url" in button:
        yield from s.check_address(f"{at}.url", button["url"])
    if "accessibility_label" in button:
        yield from s.check_length(f"{at}.accessibility_label", button["accessibility_label"], s.BUTTON_TEXT)
    yield from _check_style(at, button)


def check_image(at: str, image: Mapping[str, Any]) -> Found:
    """An image, as a block or as an element: its words and its address."""
    yield from s.check_length(f"{at}.alt_text", image.get("alt_text"), s.ALT_TEXT)
    if ("image_url" in image) == ("slack_file" in image):
        yield f"{at}: needs image_url or slack_file, and not both"
    if "image_url" in image:
        yield from s.check_address(f"{at}.image_url", image["image_url"])


def _check_option(at: str, option: object, *, plain: bool, url: bool = False) -> Found:
    if not isinstance(option, Mapping):
        yield f"{at}: must be an option"
        return
    yield from s.check_keys(at, option, s.OPTION)
    yield from s.check_text(f"{at}.text", option.get("text"), s.OPTION_TEXT, plain=plain)
    yield from s.check_length(f"{at}.value", option.get("value"), s.OPTION_VALUE)
    if "description" in option:
        yield from s.check_text(f"{at}.description", option["description"], s.OPTION_TEXT, plain=plain)
    if "url" in option:
        yield from s.check_address(f"{at}.url", option["url"]) if url else [f"{at}: unknown field: url"]


def _check_options(at: str, options: object, most: int, *, plain: bool, url: bool = False) -> Found:
    yield from s.check_list(at, options, 1, most)
    if isinstance(options, list):
        for index, option in enumerate(options):
            yield from _check_option(f"{at}[{index}]", option, plain=plain, url=url)


def _check_choice(most: int, *, plain: bool) -> Callable[[str, Mapping[str, Any]], Found]:
    """Radio buttons, checkboxes and static selects: their options, and that the initial ones are among them."""

    def check(at: str, element: Mapping[str, Any]) -> Found:
        if "option_groups" in element:
            yield from _check_groups(f"{at}.option_groups", element)
        else:
            yield from _check_options(f"{at}.options", element.get("options"), most, plain=plain)
        options = options_of(element)
        values = [option.get("value") for option in options]
        if len(set(map(str, values))) != len(values):
            yield f"{at}.options: two options have the same value"
        initial = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else [])
        if "initial_options" in element:
            yield from s.check_list(f"{at}.initial_options", initial, 1, most)
        for option in initial if isinstance(initial, list) else []:
            if option not in options:
                yield f"{at}: the initial option is not among the options"

    return check


def _check_groups(at: str, element: Mapping[str, Any]) -> Found:
    groups = element["option_groups"]
    if "options" in element:
        yield f"{at}: options and option_groups exclude each other"
    yield from s.check_list(at, groups, 1, s.OPTION_GROUPS)
    for index, group in enumerate(groups if isinstance(groups, list) else []):
        here = f"{at}[{index}]"
        if not isinstance(group, Mapping):
            yield f"{here}: must be a group of options"
            continue
        yield from s.check_keys(here, group, s.Shape(frozenset({"label", "options"}), frozenset(), frozenset()))
        yield from s.check_text(f"{here}.label", group.get("label"), s.OPTION_TEXT, plain=True)
        yield from _check_options(f"{here}.options", group.get("options"), s.OPTIONS, plain=True)


def options_of(element: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All options of an element, those in groups too."""
    lists = [element.get("options")]
    groups = element.get("option_groups")
    if isinstance(groups, list):
        lists += [group.get("options") for group in groups if isinstance(group, Mapping)]
    return [option for one in lists if isinstance(one, list) for option in one if isinstance(option, Mapping)]


def _check_typed(at: str, element: Mapping[str, Any]) -> Found:
    low, high = element.get("min_length", 0), element.get("max_length", s.INPUT_TEXT)
    if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high and 1 <= high <= s.INPUT_TEXT):
        yield f"{at}: min_length and max_length must be whole numbers in order, max_length at most {s.INPUT_TEXT}"
    elif "initial_value" in element:
        yield from s.check_length(f"{at}.initial_value", element["initial_value"], high, least=0)


def _check_number(at: str, element: Mapping[str, Any]) -> Found:
    for key in ("min_value", "max_value", "initial_value"):
        if key in element and not isinstance(element[key], str):
            yield f"{at}.{key}: must be a string"


def _check_pattern(key: str, pattern: str) -> Callable[[str, Mapping[str, Any]], Found]:
    def check(at: str, element: Mapping[str, Any]) -> Found:
        if key in element and not re.fullmatch(pattern, str(element[key])):
            yield f"{at}.{key}: must look like {pattern}"

    return check


def _check_overflow(at: str, element: Mapping[str, Any]) -> Found:
    yield from _check_options(f"{at}.options", element.get("options"), s.OVERFLOW_OPTIONS, plain=True, url=True)


_CHECKS: dict[str, Callable[[str, Mapping[str, Any]], Found]] = {
    "button": _check_button,
    "overflow": _check_overflow,
    "image": check_image,
    "radio_buttons": _check_choice(s.FEW_OPTIONS, plain=False),
    "checkboxes": _check_choice(s.FEW_OPTIONS, plain=False),
    "static_select": _check_choice(s.OPTIONS, plain=True),
    "multi_static_select": _check_choice(s.OPTIONS, plain=True),
    "plain_text_input": _check_typed,
    "number_input": _check_number,
    "datepicker": _check_pattern("initial_date", r"\d{4}-\d\d-\d\d"),
    "timepicker": _check_pattern("initial_time", r"\d\d:\d\d"),
}

_RICH_GROUPS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list"}
_RICH_RUNS = {"text": "text", "link": "url", "user": "user_id", "emoji": "name", "date": "timestamp"}


def check_rich_text(at: str, elements: object) -> Found:
    """Rich text: groups of runs. Its text is never parsed, so nothing in it needs escaping."""
    yield from s.check_list(at, elements, 1, s.VIEW_BLOCKS)
    for index, group in enumerate(elements if isinstance(elements, list) else []):
        here = f"{at}[{index}]"
        kind = group.get("type") if isinstance(group, Mapping) else None
        if kind not in _RICH_GROUPS:
            yield f"{here}: unknown rich text: {kind!r}"
        elif kind == "rich_text_list":
            yield from check_rich_text(f"{here}.elements", group.get("elements"))
        else:
            yield from _check_runs(f"{here}.elements", group.get("elements"))


def _check_runs(at: str, runs: object) -> Found:
    yield from s.check_list(at, runs, 1, s.INPUT_TEXT)
    for index, run in enumerate(runs if isinstance(runs, list) else []):
        kind = run.get("type") if isinstance(run, Mapping) else None
        if kind not in _RICH_RUNS:
            yield f"{at}[{index}]: unknown rich text: {kind!r}"
        elif not run.get(_RICH_RUNS[kind]):
            yield f"{at}[{index}]: missing required field: {_RICH_RUNS[kind]}"
