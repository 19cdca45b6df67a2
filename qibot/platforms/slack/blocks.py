"""Messages as Slack blocks. Pure: values in, dicts out, never anything that Slack refuses.

Words go into `rich_text` blocks, where Slack reads no mark-up at all: a project called `<!channel>` or `*x*` is shown
as typed. Where Slack wants a text object it is `plain_text`, escaped, without emoji names.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from qibot.chat import wire
from qibot.chat.message import (
    Bold,
    Button,
    Buttons,
    Calendar,
    Document,
    Facts,
    Message,
    Note,
    Part,
    Picture,
    Plain,
    Quote,
    Run,
    Table,
    Text,
    plain,
    plain_text,
    spelled,
)
from qibot.platforms.fitting import TOO_MUCH, Rendering, Room, fit
from qibot.platforms.slack import limits
from qibot.platforms.slack.rich_text import Block, literal, paragraph
from qibot.platforms.words import MORE, clean, shorten, size, usable

_LINK = "link"


@dataclass(frozen=True, slots=True)
class Rendered:
    """`text` is what a notification shows (escaped); `blocks` is everything."""

    text: str
    blocks: list[Block]


def render(message: Message, *, workspace: str) -> Rendered:
    """A message as `workspace` (where its reader sits) is to see it. `Document`s are only named: the adapter uploads.

    Raises `ValueError` for a button whose payload is too long to travel, as `wire.encode` does.
    """
    blocks = _fit(message, workspace, Room(limits.MESSAGE_WORDS, _words, limits.BLOCKS_IN_MESSAGE))
    return Rendered(shorten(_said(plain_text(message)), limits.FALLBACK, escaped=True), blocks)


def home(message: Message, *, workspace: str) -> Block:
    """A message as the Home tab (a view for `views.publish`)."""
    return {"type": "home", "blocks": view_blocks(message, workspace=workspace)}


def view_blocks(message: Message, *, workspace: str) -> list[Block]:
    """The blocks of a message inside a view, which takes more than a message does."""
    # A fifth is left for the view's own words, above all its private_metadata.
    return _fit(message, workspace, Room(limits.VIEW_BYTES * 4 // 5, size_in_json, limits.BLOCKS_IN_VIEW))


def decode_action(action: Any) -> tuple[str, dict[str, Any]] | None:
    """Wire name and data of a pressed button, from one of `block_actions`' actions. None for links and rubbish."""
    action_id, value = (action.get("action_id"), action.get("value")) if isinstance(action, dict) else (None, None)
    if not isinstance(action_id, str) or not isinstance(value, str):
        return None
    name, _, number = action_id.rpartition("#")
    if not name or name == _LINK or not number.isdecimal():
        return None
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return (name, data) if isinstance(data, dict) else None


def text_object(text: str, longest: int) -> Block:
    """A plain text object, never empty."""
    return {"type": "plain_text", "text": shorten(_said(text), longest, escaped=True), "emoji": False}


def _said(text: str) -> str:
    """What is left of it once it is clean; Slack takes no empty text."""
    return clean(text).strip() or MORE


def small_print(text: str) -> Block:
    """A line of small print."""
    return {"type": "context", "elements": [text_object(text, limits.NOTE)]}


def size_in_json(block: Block) -> int:
    """Bytes that a block takes in a view, at most."""
    return len(json.dumps(block)) + 2


def _fit(message: Message, workspace: str, room: Room) -> list[Block]:
    parts = _parts(message, workspace)
    return fit(parts, room, note=[small_print(TOO_MUCH)]) if parts else paragraph(MORE)


def _parts(message: Message, workspace: str) -> list[Rendering]:
    numbers = count(1)
    message = spelled(message, str)
    found = [Rendering(literal([Bold(shorten(message.title, limits.TITLE))]), title=True)]
    found += [Rendering(_part(p, workspace, numbers), buttons=isinstance(p, Buttons)) for p in message.parts]
    return [part for part in found if part.pieces]


def _part(part: Part, workspace: str, numbers: Iterable[int]) -> list[Block]:
    match part:
        case Text(runs=words):
            return paragraph(*words, workspace=workspace)
        case Note(runs=words):
            if all(isinstance(run, Plain) for run in words):
                return [small_print(plain(words))] if clean(plain(words)).strip() else []
            return paragraph(*words, workspace=workspace)
        case Quote(text=text):
            return literal([Plain(text)], kind="rich_text_quote")
        case Facts(pairs=pairs):
            return _facts(pairs)
        case Table():
            return _table(part)
        case Picture(url=url, alt=alt):
            if not usable(url, "http", "https"):
                return [small_print(f"Picture: {alt}")]
            return [{"type": "image", "image_url": url, "alt_text": shorten(_said(alt), limits.ALT_TEXT)}]
        case Document(name=name):
            return [small_print(f"File: {name}")]
        case Calendar(file=file):
            return [*literal(part.times(lambda meeting: Bold(meeting.label))), small_print(f"File: {file.name}")]
        case Buttons():
            return _rows(part, numbers)


def _facts(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    shown = [(label, value) for label, value in pairs if value.strip()]
    words: list[Run] = []
    for i, (label, value) in enumerate(shown, 1):
        words += [Bold(f"{label}: "), Plain(value if i == len(shown) else f"{value}\n")]
    return literal(words)


def _table(table: Table) -> list[Block]:
    """A line a row, and how many did not fit."""
    head, *rows = (" | ".join(" ".join(clean(cell).split()) for cell in row) for row in (table.columns, *table.rows))
    room = limits.PARAGRAPH - size(head) - 40
    shown: list[str] = []
    for row in rows:
        room -= size(row) + 1
        if room < 0:
            shown.append(f"{MORE} and {len(rows) - len(shown)} more")
            break
        shown.append(row)
    below = "\n".join(shown)
    return literal([Bold(head), Plain(f"\n{below}" if head and shown else below)])


def _rows(part: Buttons, numbers: Iterable[int]) -> list[Block]:
    """Buttons, a few in a row. One that leads to an address Slack would refuse becomes words."""
    made, words = [], []
    for button, number in zip(part.buttons, numbers, strict=False):
        if isinstance(button.does, str) and not usable(button.does, "http", "https"):
            words += paragraph(f"{button.label}: {button.does}")
        else:
            made.append(_button(button, number))
    step = limits.BUTTONS_IN_ROW
    return [{"type": "actions", "elements": made[i : i + step]} for i in range(0, len(made), step)] + words


def _button(button: Button, number: int) -> Block:
    made: Block = {"type": "button", "text": text_object(button.label, limits.BUTTON_LABEL)}
    if isinstance(button.does, str):
        made |= {"action_id": f"{_LINK}#{number}", "url": button.does}
    else:
        made |= {"action_id": f"{button.does.wire}#{number}", "value": _value(button.does)}
    if button.style:
        made["style"] = button.style
    if button.confirm:
        made["confirm"] = _confirm(button)
    return made


def _value(action: wire.Action) -> str:
    """The payload, with nothing in it that Slack could escape on the way there and back."""
    value = clean(wire.encode(action))
    safe = value.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return safe if size(safe) <= limits.BUTTON_VALUE else value


def _confirm(button: Button) -> Block:
    made: Block = {
        "title": text_object("Are you sure?", limits.CONFIRM_TEXT),
        "text": text_object(button.confirm, limits.CONFIRM_TEXT),
        "confirm": text_object("Yes", limits.CONFIRM_TEXT),
        "deny": text_object("No, go back", limits.CONFIRM_TEXT),
    }
    return made | ({"style": "danger"} if button.style == "danger" else {})


def _words(value: Any) -> int:
    """Characters that people read in a block. An address behind a button is not counted, one in running text is."""
    if isinstance(value, list):
        return sum(map(_words, value))
    own = 0
    for key, inner in value.items():
        if isinstance(inner, dict | list):
            own += _words(inner)
        elif key in ("text", "alt_text") or (key == "url" and value.get("type") != "button"):
            own += size(inner)
    return own
