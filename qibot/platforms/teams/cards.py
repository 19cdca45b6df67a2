"""Messages as Adaptive Cards. Pure: values in, dicts out, never anything that Teams refuses.

A card's text blocks, facts and the labels of choices read Markdown, so words that people typed are only ever in rich
text: a project called `**x**` is shown as typed. Labels of buttons and pictures are plain everywhere.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from qibot.chat import wire
from qibot.chat.message import (
    Bold,
    Button,
    Buttons,
    Calendar,
    Document,
    Facts,
    Link,
    Message,
    Note,
    Part,
    Picture,
    Plain,
    Quote,
    Table,
    Text,
    plain_text,
    spelled,
)
from qibot.platforms.fitting import TOO_MUCH, Rendering, Room, fit
from qibot.platforms.teams import limits
from qibot.platforms.teams.meetings import new_meeting
from qibot.platforms.teams.rich_text import Json, follows, heading, paragraph, small_print
from qibot.platforms.words import MORE, clean, shorten, size, usable

_SCHEMA = "https://adaptivecards.io/schemas/adaptive-card.json"
_STYLES = {"primary": "positive", "danger": "destructive"}
_PRESSED = "qibot"
_NEW_MEETING = "Each opens a new meeting, filled in. Nothing goes out until you send it."


Asks = Callable[[wire.Action], bool]
"""Whether a button's action opens a form."""


def nothing_asks(_: wire.Action) -> bool:
    """For places in which no window opens: a form is a card there."""
    return False


def render(message: Message, *, workspace: str, asks: Asks = nothing_asks) -> Json:
    """A message as the content of a card attachment. Buttons of which `asks` says yes open a window.

    People are names in bold, which lead to a chat with them where they gave an address: a live mention would need text
    that reads Markdown, so `workspace` (where the reader sits) makes no difference here. `Document`s are only named:
    the adapter sends what is in them. Raises `ValueError` for a button whose payload is too long to travel, as
    `wire.encode` does.
    """
    message = in_our_words(message)
    parts = [Rendering(heading(message.title), title=True)]
    parts += [Rendering(_part(part, asks), buttons=isinstance(part, Buttons)) for part in message.parts]
    made = card([], summary=summary(message))
    if any(isinstance(part, Table) for part in message.parts):
        made["msteams"] = {"width": "full"}
    shown = [part for part in parts if part.pieces]
    room = Room(limits.CARD_BYTES - weight(made), weight)
    made["body"] = fit(shown, room, note=small_print(TOO_MUCH)) if shown else paragraph(MORE)
    return made


def summary(message: Message) -> str:
    """The message in a few plain words: for notifications, and for clients that show no cards."""
    return label(plain_text(in_our_words(message)), limits.SUMMARY)


def in_our_words(message: Message) -> Message:
    """The message with its commands as they are typed in Teams: the words alone; with a mention where others are."""
    return spelled(message, lambda typed: f"“{typed.words}”" if typed.words else "@qibot")


def decode(verb: Any, data: Any) -> tuple[str, dict[str, Any]] | None:
    """Wire name and fields of a pressed button, from the action of an `adaptiveCard/action`. None for rubbish, and for
    a form's button, which `dialogs.read` reads.
    """
    return opened(verb, data, _PRESSED)


def card(body: list[Json], *, summary: str) -> Json:
    """The frame of a card."""
    return {
        "type": "AdaptiveCard",
        "$schema": _SCHEMA,
        "version": limits.VERSION,
        "fallbackText": summary,
        "body": body,
    }


def execute(title: str, wire_name: str, key: str, fields: str, *, style: str = "") -> Json:
    """A button that sends `fields` under `key`.

    The SDK goes by `data["action"]`, the Agents Playground by `verb`. The fields travel as JSON in a string: what
    stands in the data as itself may come back with its dates rewritten and its large numbers rounded.
    """
    data = {"action": wire_name, key: fields}
    made = {"type": "Action.Execute", "title": title, "verb": wire_name, "data": data}
    return made | ({"style": style} if style else {})


def submit(made: Json) -> Json:
    """The same button as Action.Submit, which knows no verb: for windows, and for what opens one."""
    return {key: value for key, value in made.items() if key != "verb"} | {"type": "Action.Submit"}


def opened(verb: Any, data: Any, key: str) -> tuple[str, dict[str, Any]] | None:
    """What `execute` put under `key`, with its wire name; None for anything else."""
    if not isinstance(data, Mapping) or not isinstance(data.get(key), str):
        return None
    name = verb if isinstance(verb, str) and verb else data.get("action")
    try:
        fields = json.loads(data[key])
    except (ValueError, RecursionError):
        return None
    return (name, fields) if isinstance(name, str) and name and isinstance(fields, dict) else None


def label(text: str, longest: int) -> str:
    """Words for a button, a picture or a notification, never empty."""
    return shorten(clean(text).strip() or MORE, longest)


def weight(value: Any) -> int:
    """Bytes that it takes on the way, at most, a comma behind it included."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) + 1


def _part(part: Part, asks: Asks) -> list[Json]:
    match part:
        case Text(runs=words):
            return paragraph(*words)
        case Note(runs=words):
            return small_print(*words)
        case Quote(text=text):
            items = paragraph(text)
            return [{"type": "Container", "style": "emphasis", "items": items}] if items else []
        case Facts(pairs=pairs):
            return _facts(pairs)
        case Table():
            return _table(part)
        case Picture(url=url, alt=alt):
            if len(url) > limits.ADDRESS or not usable(url, "https"):
                return small_print(f"Picture: {alt}")
            return [{"type": "Image", "url": url, "altText": label(alt, limits.ALT_TEXT), "size": "Stretch"}]
        case Document(name=name):
            return small_print(f"File: {name}")
        case Calendar():
            times = part.times(lambda meeting: Link(meeting.label, new_meeting(meeting)))
            return [*paragraph(*times), *follows(small_print(_NEW_MEETING))]
        case Buttons():
            return _rows(part, asks)


def _facts(pairs: tuple[tuple[str, str], ...]) -> list[Json]:
    shown = [paragraph(Bold(f"{name}: "), Plain(value)) for name, value in pairs if clean(value).strip()]
    return [element for i, lines in enumerate(shown) for element in (follows(lines) if i else lines)]


def _table(table: Table) -> list[Json]:
    """The table, and how many rows did not fit."""
    width = min(max(map(len, (table.columns, *table.rows))), limits.COLUMNS)
    if not width:
        return []
    made: Json = {"type": "Table", "firstRowAsHeaders": True, "columns": [{"width": 1}] * width, "rows": []}
    rows: list[tuple[Bold | Plain, ...]] = [tuple(map(Bold, table.columns))]
    rows += [tuple(map(Plain, row)) for row in table.rows]
    room = limits.TABLE_BYTES
    for i, row in enumerate(rows):
        cells = [_cell(row[column] if column < len(row) else Plain("")) for column in range(width)]
        shown = {"type": "TableRow", "cells": cells}
        room -= weight(shown)
        # The heading always stands; its cells are short enough.
        if room < 0 and i:
            return [made, *follows(small_print(f"{MORE} and {len(rows) - i} more"))]
        made["rows"].append(shown)
    return [made]


def _cell(words: Bold | Plain) -> Json:
    text = " ".join(clean(words.text).split())
    return {"type": "TableCell", "items": paragraph(type(words)(text), longest=limits.CELL)}


def _rows(part: Buttons, asks: Asks) -> list[Json]:
    """Buttons, as many in a row as can be read. One that leads to an address that Teams would refuse becomes words."""
    rows: list[Json] = []
    room, words = 0, []
    for button in part.buttons:
        if isinstance(button.does, str) and not _opens(button.does):
            words += paragraph(f"{button.label}: {button.does}")
            continue
        made = _button(button, asks)
        width = size(made["title"]) + limits.BESIDE_LABEL
        if not rows or width > room or len(rows[-1]["actions"]) == limits.ACTIONS_IN_SET:
            row: Json = {"type": "ActionSet", "actions": []}
            rows += follows([row]) if rows else [row]
            room = limits.ROW_OF_BUTTONS
        rows[-1]["actions"].append(made)
        room -= width
    return rows + words


def _opens(url: str) -> bool:
    return len(url) <= limits.ADDRESS and usable(url, "http", "https")


def _button(button: Button, asks: Asks) -> Json:
    title, style = label(button.label, limits.BUTTON_LABEL), _STYLES.get(button.style, "")
    if not button.confirm:
        return _does(button.does, title, style, asks)
    # Cards have no "Are you sure?": the button opens a card below itself that asks.
    asking = {
        "type": "AdaptiveCard",
        "version": limits.VERSION,
        "body": paragraph(button.confirm, longest=limits.CONFIRM_TEXT) or paragraph("Are you sure?"),
        "actions": [_does(button.does, "Yes", style, asks)],
    }
    made = {"type": "Action.ShowCard", "title": title, "card": asking}
    return made | ({"style": style} if style else {})


def _does(does: wire.Action | str, title: str, style: str, asks: Asks) -> Json:
    if isinstance(does, str):
        made: Json = {"type": "Action.OpenUrl", "title": title, "url": does}
        return made | ({"style": style} if style else {})
    made = execute(title, does.wire, _PRESSED, clean(wire.encode(does)), style=style)
    if not asks(does):
        return made
    return submit(made | {"data": made["data"] | {"msteams": {"type": "task/fetch"}}})
