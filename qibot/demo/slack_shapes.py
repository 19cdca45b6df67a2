"""The shapes Slack takes: which keys each block and element has, and how long each may be.

Numbers are Slack's documented limits (docs.slack.dev, Block Kit reference), in characters unless said otherwise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
SECTION_TEXT = 3000
FIELDS = 10
FIELD_TEXT = 2000
HEADER_TEXT = 150
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
URL = 3000
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
OPTION_GROUPS = 100
FEW_OPTIONS = 10
OVERFLOW_OPTIONS = 5
ACTIONS = 25
CONTEXT = 10
MODAL_TITLE = 24
PRIVATE_METADATA = 3000
VIEW_BYTES = 250_000
IDENTIFIER = 255
LABEL = 2000
PLACEHOLDER = 150
ALT_TEXT = 2000
INPUT_TEXT = 3000
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
MESSAGE_TEXT = 40_000
MESSAGE_BLOCK_TEXT = 12_000
"""Undocumented: all the text of a message's blocks together; beyond it Slack answers `msg_blocks_too_long`."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Keys that must and may be there, and the blocks an element may sit in."""

    required: frozenset[str]
    optional: frozenset[str]
    places: frozenset[str]


def _shape(required: str, optional: str, places: str = "") -> Shape:
    return Shape(frozenset(required.split()), frozenset(optional.split()), frozenset(places.split()))


BLOCKS = {
    "section": _shape("", "text fields accessory expand"),
    "header": _shape("text", ""),
    "divider": _shape("", ""),
    "context": _shape("elements", ""),
    "actions": _shape("elements", ""),
    "input": _shape("label element", "hint optional dispatch_action"),
    "image": _shape("alt_text", "image_url slack_file title"),
    "rich_text": _shape("elements", ""),
}

_ANY = "section actions input"
_CHOICE = "action_id confirm focus_on_load"
_TYPED = "action_id initial_value placeholder dispatch_action_config focus_on_load"

ELEMENTS = {
    "button": _shape("text", "action_id url value style confirm accessibility_label", "section actions"),
    "overflow": _shape("options", "action_id confirm", "section actions"),
    "checkboxes": _shape("options", f"{_CHOICE} initial_options", _ANY),
    "radio_buttons": _shape("options", f"{_CHOICE} initial_option", _ANY),
    "static_select": _shape("", f"{_CHOICE} placeholder options option_groups initial_option", _ANY),
    "multi_static_select": _shape(
        "", f"{_CHOICE} placeholder options option_groups initial_options max_selected_items", "section input"
    ),
    "users_select": _shape("", f"{_CHOICE} placeholder initial_user", _ANY),
    "multi_users_select": _shape("", f"{_CHOICE} placeholder initial_users max_selected_items", "section input"),
    "datepicker": _shape("", f"{_CHOICE} placeholder initial_date", _ANY),
    "timepicker": _shape("", f"{_CHOICE} placeholder initial_time timezone", _ANY),
    "plain_text_input": _shape("", f"{_TYPED} multiline min_length max_length", "input"),
    "email_text_input": _shape("", _TYPED, "input"),
    "url_text_input": _shape("", _TYPED, "input"),
    "number_input": _shape("is_decimal_allowed", f"{_TYPED} min_value max_value", "input"),
    "image": _shape("alt_text", "image_url slack_file", "section context"),
}

MODAL = _shape(
    "type title blocks",
    "submit close private_metadata callback_id external_id clear_on_close notify_on_close submit_disabled",
)
HOME = _shape("type blocks", "private_metadata callback_id external_id")

OPTION = _shape("text value", "description url")


def check_keys(at: str, value: Mapping[str, object], shape: Shape, *also: str) -> Iterator[str]:
    """Keys missing and keys Slack does not know; `also` are further keys allowed."""
    for key in sorted(shape.required - value.keys()):
        yield f"{at}: missing required field: {key}"
    for key in sorted(value.keys() - shape.required - shape.optional - set(also)):
        yield f"{at}: unknown field: {key}"


def check_length(at: str, value: object, limit: int, *, least: int = 1) -> Iterator[str]:
    """A string of `least` to `limit` characters."""
    if not isinstance(value, str):
        yield f"{at}: must be a string"
    elif len(value) < least:
        yield f"{at}: must be at least {least} characters"
    elif len(value) > limit:
        yield f"{at}: must be at most {limit} characters, has {len(value)}"


def check_address(at: str, value: object) -> Iterator[str]:
    """An http(s) address."""
    yield from check_length(at, value, URL)
    if isinstance(value, str) and not value.startswith(("http://", "https://")):
        yield f"{at}: must be an http(s) address"


def check_text(at: str, value: object, limit: int, *, plain: bool = False) -> Iterator[str]:
    """A text object of 1 to `limit` characters; `plain` if mark-up is not taken there."""
    if not isinstance(value, Mapping):
        yield f"{at}: must be a text object"
        return
    kind = value.get("type")
    if kind == "plain_text":
        allowed = {"type", "text", "emoji"}
    elif kind == "mrkdwn" and not plain:
        allowed = {"type", "text", "verbatim"}
    else:
        yield f"{at}: a text of type {kind!r} is not taken here"
        return
    for key in sorted(value.keys() - allowed):
        yield f"{at}: unknown field: {key}"
    yield from check_length(f"{at}.text", value.get("text"), limit)


def check_list(at: str, value: object, least: int, most: int) -> Iterator[str]:
    """A list of `least` to `most` things."""
    if not isinstance(value, list):
        yield f"{at}: must be a list"
    elif not least <= len(value) <= most:
        yield f"{at}: must have {least} to {most} items, has {len(value)}"
