"""The Adaptive Card elements the bot may use, and what each takes: version 1.5 (adaptivecards.io, schema explorer).

A shorter list than the schema's: what Teams shows on every client. Words of a choice are compared without case, as the
schema has them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CARD_BYTES = 28_000
"""Teams takes about 28 kB of card; beyond it, it answers MessageSizeTooBig."""
PRIMARY_ACTIONS = 6
"""Teams shows six buttons in a row and drops the rest, unless they are `mode: secondary`."""
PICTURE_POINTS, PICTURE_BYTES = 1_024, 1_048_576
"""How wide or high, and how large, a picture in a message may be."""
UNWRAPPED = 40
"""Characters that still fit a phone's line: longer words without `wrap` are cut off."""

SIZES = "default small medium large extralarge"
COLORS = "default dark light accent good warning attention"
WEIGHTS = "default lighter bolder"
FONTS = "default monospace"
ACROSS = "left center right"
DOWN = "top center bottom"
SPACINGS = "none small default medium large extralarge padding"
STYLES = "default emphasis good attention warning accent"


@dataclass(frozen=True, slots=True)
class Shape:
    """Properties that must and may be there, and the kind of each: text, flag, list:…, or the words to choose from."""

    required: Mapping[str, str]
    optional: Mapping[str, str]

    def kind(self, key: str) -> str | None:
        """The kind of a property, or None where it is not known."""
        return self.required.get(key) or self.optional.get(key)


_COMMON = {
    "id": "text",
    "isVisible": "flag",
    "separator": "flag",
    "spacing": SPACINGS,
    "height": "auto stretch",
    "fallback": "any",
    "requires": "any",
}
_WORDS = {"color": COLORS, "fontType": FONTS, "isSubtle": "flag", "size": SIZES, "weight": WEIGHTS}
_BOX = {
    "style": STYLES,
    "bleed": "flag",
    "minHeight": "text",
    "rtl": "flag",
    "selectAction": "action",
    "verticalContentAlignment": DOWN,
}
_INPUT = _COMMON | {"label": "text", "isRequired": "flag", "errorMessage": "text"}


def _element(required: dict[str, str], optional: dict[str, str]) -> Shape:
    return Shape(required, _COMMON | optional)


def _input(required: dict[str, str], optional: dict[str, str]) -> Shape:
    return Shape({"id": "text"} | required, {k: v for k, v in _INPUT.items() if k != "id"} | optional)


ELEMENTS = {
    "TextBlock": _element(
        {"text": "text"},
        _WORDS
        | {
            "wrap": "flag",
            "maxLines": "number",
            "horizontalAlignment": ACROSS,
            "style": "default heading columnheader",
        },
    ),
    "RichTextBlock": _element({"inlines": "list:TextRun"}, {"horizontalAlignment": ACROSS}),
    "Container": _element({"items": "list:element"}, _BOX),
    "ColumnSet": _element({"columns": "list:Column"}, _BOX | {"horizontalAlignment": ACROSS}),
    "FactSet": _element({"facts": "list:fact"}, {}),
    "Image": _element(
        {"url": "https", "altText": "text"},
        {
            "size": "auto stretch small medium large",
            "style": "default person",
            "width": "text",
            "height": "any",
            "horizontalAlignment": ACROSS,
            "backgroundColor": "text",
            "selectAction": "action",
        },
    ),
    "ActionSet": _element({"actions": "list:action"}, {}),
    "Table": _element(
        {"columns": "list:TableColumn", "rows": "list:TableRow"},
        {
            "firstRowAsHeader": "flag",
            "firstRowAsHeaders": "flag",
            "showGridLines": "flag",
            "gridStyle": STYLES,
            "horizontalCellContentAlignment": ACROSS,
            "verticalCellContentAlignment": DOWN,
        },
    ),
    "Input.Text": _input(
        {},
        {
            "value": "text",
            "placeholder": "text",
            "isMultiline": "flag",
            "maxLength": "number",
            "regex": "text",
            "style": "text tel url email password",
            "inlineAction": "action",
        },
    ),
    "Input.Number": _input({}, {"value": "number", "placeholder": "text", "min": "number", "max": "number"}),
    "Input.Date": _input({}, {"value": "date", "placeholder": "text", "min": "date", "max": "date"}),
    "Input.Toggle": _input({"title": "text"}, {"value": "text", "valueOn": "text", "valueOff": "text", "wrap": "flag"}),
    "Input.ChoiceSet": _input(
        {"choices": "list:choice"},
        {
            "value": "text",
            "placeholder": "text",
            "isMultiSelect": "flag",
            "style": "compact expanded filtered",
            "wrap": "flag",
        },
    ),
}

PARTS = {
    "TextRun": Shape(
        {"text": "text"},
        _WORDS
        | dict.fromkeys(("highlight", "italic", "strikethrough", "underline"), "flag")
        | {"selectAction": "action"},
    ),
    "Column": Shape({"items": "list:element"}, _COMMON | _BOX | {"width": "any"}),
    "TableColumn": Shape(
        {}, {"width": "any", "horizontalCellContentAlignment": ACROSS, "verticalCellContentAlignment": DOWN}
    ),
    "TableRow": Shape(
        {"cells": "list:TableCell"},
        _COMMON | {"style": STYLES, "horizontalCellContentAlignment": ACROSS, "verticalCellContentAlignment": DOWN},
    ),
    "TableCell": Shape({"items": "list:element"}, _COMMON | _BOX),
    "fact": Shape({"title": "text", "value": "text"}, {}),
    "choice": Shape({"title": "text", "value": "text"}, {}),
}
TYPED_PARTS = ("TextRun", "Column", "TableColumn", "TableRow", "TableCell")
"""Parts whose `type` may be written; all but these have none."""

_ACTION = {
    "id": "text",
    "iconUrl": "https",
    "style": "default positive destructive",
    "tooltip": "text",
    "isEnabled": "flag",
    "mode": "primary secondary",
    "role": "button link",
    "fallback": "any",
    "requires": "any",
}
ACTIONS = {
    "Action.Execute": Shape(
        {"title": "text", "verb": "text"}, _ACTION | {"data": "object", "associatedInputs": "auto none"}
    ),
    "Action.Submit": Shape({"title": "text"}, _ACTION | {"data": "object", "associatedInputs": "auto none"}),
    "Action.OpenUrl": Shape({"title": "text", "url": "link"}, _ACTION),
    "Action.ShowCard": Shape({"title": "text", "card": "object"}, _ACTION),
}

CARD = Shape(
    {"type": "text", "version": "text", "body": "list:element"},
    {
        "$schema": "text",
        "actions": "list:action",
        "fallbackText": "text",
        "speak": "text",
        "lang": "text",
        "rtl": "flag",
        "minHeight": "text",
        "verticalContentAlignment": DOWN,
        "selectAction": "action",
        "msteams": "object",
    },
)
VERSIONS = ("1.5",)
"""Teams stops showing Action.Execute where a card says it is older."""
