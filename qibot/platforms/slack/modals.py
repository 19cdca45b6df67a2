"""Forms as Slack modals, and what comes back from them. Pure: values in, dicts out, never anything that Slack refuses.

A field's name is both its block_id and its action_id. Hidden fields travel in private_metadata, as JSON, together with
what the adapter wants to remember. What comes back is only a claim: the handler authorises it again.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from qibot.chat import forms
from qibot.chat.forms import Choice, Field, Form
from qibot.chat.message import Message
from qibot.platforms.slack import limits
from qibot.platforms.slack.blocks import size_in_json, small_print, text_object, view_blocks
from qibot.platforms.slack.rich_text import Block, paragraph
from qibot.platforms.words import MORE, clean, shorten, size

Json = dict[str, Any]

_TICKED = "yes"
_NAME = "qibot"


def render(form: Form, *, metadata: str = "") -> Json:
    """The form as a modal. Errors are shown under their fields; `errors` is the shorter way while the modal is open.

    `metadata` comes back from `read`. Raises `ValueError` when it and the hidden fields are too long to travel.
    """
    shape = form.kind.shape
    fields = _fields(form)
    shown = _shown(fields)
    elsewhere = [small_print(_again(words)) for name, words in form.errors.items() if name not in shown]
    blocks = [*paragraph(form.intro), *elsewhere, *fields]
    return {
        "type": "modal",
        "callback_id": shape.wire,
        "title": text_object(shape.title, limits.MODAL_TITLE),
        "submit": text_object(shape.submit, limits.MODAL_TITLE),
        "close": text_object("Cancel", limits.MODAL_TITLE),
        "private_metadata": _metadata(form, metadata),
        "blocks": blocks or paragraph(f"Press “{shape.submit}” to go on."),
    }


def read(view: Any) -> tuple[str, dict[str, Any], str]:
    """Wire name, values by field name (hidden ones too), and the metadata given to `render`.

    Values are str, list of str or None, as `forms.read` takes them. Rubbish reads as nothing filled in.
    """
    view = _object(view)
    values: dict[str, Any] = {}
    for name, block in _object(_object(view.get("state")).get("values")).items():
        values[name] = _value(_object(_object(block).get(name)))
    wire = view.get("callback_id")
    hidden, metadata = _read_metadata(view.get("private_metadata"))
    return wire if isinstance(wire, str) else "", values | hidden, metadata


def errors(form: Form, *, metadata: str = "") -> Json:
    """The answer to a submission that needs another look: sentences beside their fields, what was typed kept.

    A sentence about a field that is not shown goes beside the first one; a form that shows no field is shown anew.
    """
    shown = _shown(_fields(form))
    if not shown:
        return {"response_action": "update", "view": render(form, metadata=metadata)}
    found: dict[str, list[str]] = {}
    for name, words in form.errors.items():
        found.setdefault(name if name in shown else shown[0], []).append(words)
    beside = {
        name: shorten(clean(" ".join(words)).strip() or MORE, limits.FIELD_ERROR) for name, words in found.items()
    }
    return {"response_action": "errors", "errors": beside}


def said(message: Message, *, workspace: str) -> Json:
    """A modal that shows a message, in the place of one that was filled in or was loading."""
    # A title that fits the window's own title bar is not said twice.
    fits = 0 < size(clean(message.title).strip()) <= limits.MODAL_TITLE
    below = Message("", *message.parts) if fits and message.parts else message
    return {
        "type": "modal",
        "title": text_object(message.title if fits else _NAME, limits.MODAL_TITLE),
        "close": text_object("Close", limits.MODAL_TITLE),
        "blocks": view_blocks(below, workspace=workspace),
    }


def _metadata(form: Form, metadata: str) -> str:
    hidden = {f.name: form.values.get(f.name) for f in form.kind.shape.fields if f.kind == forms.HIDDEN}
    kept = {name: value for name, value in hidden.items() if isinstance(value, str) and value}
    if not kept and not metadata:
        return ""
    # Nothing in it that Slack could escape on the way there and back.
    text = json.dumps({"kept": metadata, "hidden": kept}, separators=(",", ":"))
    text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    if len(text) > limits.PRIVATE_METADATA:
        raise ValueError(f"{form.kind.shape.wire}: hidden fields are at most {limits.PRIVATE_METADATA} characters")
    return text


def _read_metadata(text: Any) -> tuple[dict[str, str], str]:
    try:
        read = _object(json.loads(text)) if isinstance(text, str) and text else {}
    except (ValueError, RecursionError):
        read = {}
    hidden = {name: value for name, value in _object(read.get("hidden")).items() if isinstance(value, str)}
    kept = read.get("kept")
    return hidden, kept if isinstance(kept, str) else ""


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _value(state: Json) -> Any:
    if "selected_options" in state:
        chosen = state["selected_options"]
        values = [_object(option).get("value") for option in (chosen if isinstance(chosen, list) else [])]
        return [value for value in values if isinstance(value, str)]
    found = _object(state.get("selected_option")).get("value")
    for key in ("selected_date", "value"):
        found = state.get(key) if found is None else found
    return found if isinstance(found, str) else None


def _fields(form: Form) -> list[Block]:
    room = _room(form)
    return [block for f in form.kind.shape.fields for block in _field(form, f, room)]


def _shown(blocks: Iterable[Block]) -> list[str]:
    """The names of the fields that have an input."""
    return [block["block_id"] for block in blocks if block["type"] == "input"]


def _again(words: str) -> str:
    return f"Please look at this again: {words}"


def _field(form: Form, f: Field, room: int) -> list[Block]:
    """The field's blocks: an input and, when it needs another look, why; or why there is nothing to fill in."""
    if f.kind == forms.HIDDEN:
        return []
    element, hint = _ELEMENTS[f.kind](form, f, room)
    if element is None:
        return [small_print(f"{f.label}: there is nothing to choose from yet.")]
    block: Block = {
        "type": "input",
        "block_id": f.name,
        "label": text_object(f.label, limits.FIELD_LABEL),
        "element": {"action_id": f.name, **element},
        "optional": f.optional,
    }
    words = " ".join(part for part in (f.help, hint) if part)
    if clean(words).strip():
        block["hint"] = text_object(words, limits.FIELD_LABEL)
    error = form.errors.get(f.name, "")
    return [block, *([small_print(_again(error))] if error else [])]


_Made = tuple[Block | None, str]
"""An element (None when there would be nothing in it) and a sentence to add to the hint."""


def _typed(form: Form, f: Field, _: int) -> _Made:
    value = form.values.get(f.name)
    text = clean(value) if isinstance(value, str) else ""
    if f.kind == forms.LINE:
        text = " ".join(text.splitlines())
    text = shorten(text, limits.TYPED)
    # Words kept from before may be too long: then Slack must still show them, and `forms.read` says so.
    longest = max(min(f.longest or limits.TYPED, limits.TYPED), size(text))
    made: Block = {"type": "plain_text_input", "multiline": f.kind == forms.TEXT, "max_length": longest}
    if text:
        made["initial_value"] = text
    if clean(f.placeholder).strip():
        made["placeholder"] = text_object(f.placeholder, limits.PLACEHOLDER)
    return made, ""


def _day(form: Form, f: Field, _: int) -> _Made:
    value = form.values.get(f.name)
    try:
        at = value if isinstance(value, date) else date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return {"type": "datepicker"}, ""
    return {"type": "datepicker", "initial_date": at.isoformat()[:10]}, ""


def _tick(form: Form, f: Field, _: int) -> _Made:
    option = _option(_TICKED, "Yes")
    made: Block = {"type": "checkboxes", "options": [option]}
    if form.values.get(f.name) in (True, "true", "on", _TICKED, [_TICKED], (_TICKED,)):
        made["initial_options"] = [option]
    return made, ""


def _choice(form: Form, f: Field, room: int) -> _Made:
    choices, hint = _offered(form, f, room)
    if not choices:
        return None, ""
    value = form.values.get(f.name)
    initial = [_option(c.value, c.label) for c in choices if c.value == value]
    # Once a radio button is chosen it can only be exchanged, so an optional choice is a list.
    if not f.optional and _few(choices, limits.RADIO_BUTTONS):
        made: Block = {"type": "radio_buttons", "options": _options(choices)}
    else:
        made = {"type": "static_select", **_listed(choices), "placeholder": _placeholder(f, "Choose one")}
    return made | ({"initial_option": initial[0]} if initial else {}), hint


def _many(form: Form, f: Field, room: int) -> _Made:
    choices, hint = _offered(form, f, room)
    if not choices:
        return None, ""
    wanted = _texts(form.values.get(f.name))
    initial = [_option(c.value, c.label) for c in choices if c.value in wanted]
    if _few(choices, limits.CHECKBOXES):
        made: Block = {"type": "checkboxes", "options": _options(choices)}
    else:
        made = {"type": "multi_static_select", **_listed(choices), "placeholder": _placeholder(f, "Choose any")}
        # Slack has no list of more initial options than this, nor more of them than may be chosen.
        initial = initial[: min(f.most or limits.OPTIONS, limits.OPTIONS)]
        made |= {"max_selected_items": f.most} if f.most > 0 else {}
    return made | ({"initial_options": initial} if initial else {}), hint


_ELEMENTS: dict[str, Callable[[Form, Field, int], _Made]] = {
    forms.LINE: _typed,
    forms.TEXT: _typed,
    forms.CHOICE: _choice,
    forms.MANY: _many,
    forms.TICK: _tick,
    forms.DAY: _day,
}


def _placeholder(f: Field, words: str) -> Block:
    return text_object(f.placeholder or words, limits.PLACEHOLDER)


def _few(choices: list[Choice], most: int) -> bool:
    return len(choices) <= most and all(not c.group and size(c.label) <= limits.SHORT_LABEL for c in choices)


def _option(value: str, label: str) -> Block:
    return {"text": text_object(clean(label).strip() or value, limits.OPTION_LABEL), "value": value}


def _options(choices: Iterable[Choice]) -> list[Block]:
    return [_option(c.value, c.label) for c in choices]


def _room(form: Form) -> int:
    """Bytes that each list may take: short lists what they need, long ones the rest of half a view in equal shares."""
    lists = [f for f in form.kind.shape.fields if f.kind in (forms.CHOICE, forms.MANY)]
    room = share = limits.VIEW_BYTES // 2
    needs = sorted(sum(_bytes(form, f, c) for c in _sendable(form, f)) for f in lists)
    for done, need in enumerate(needs):
        share = room // (len(needs) - done)
        if need > share:
            break
        room -= need
    return share if needs and needs[-1] > share else limits.VIEW_BYTES


def _bytes(form: Form, f: Field, c: Choice) -> int:
    # Twice, when it may be among the initial ones too.
    return size_in_json(_option(c.value, c.label)) * (2 if c.value in _texts(form.values.get(f.name)) else 1)


def _sendable(form: Form, f: Field) -> list[Choice]:
    """The choices that Slack can carry, each value once. A shortened value would come back as something else."""
    found: dict[str, Choice] = {}
    for c in form.choices_of(f):
        if 0 < size(c.value) <= limits.OPTION_VALUE and clean(c.value) == c.value:
            found.setdefault(c.value, c)
    return list(found.values())


def _offered(form: Form, f: Field, room: int) -> tuple[list[Choice], str]:
    """What the field offers, as far as there is room for it, and a sentence when that is not all."""
    given = _sendable(form, f)
    already = _texts(form.values.get(f.name))
    kept: set[str] = set()
    for c in sorted(given, key=lambda c: c.value not in already):
        room -= _bytes(form, f, c)
        if room < 0:
            break
        kept.add(c.value)
    hint = "" if len(kept) == len(given) else "There are more than this list can show."
    return [c for c in given if c.value in kept], hint


def _texts(values: Any) -> frozenset[str]:
    """What is chosen already, one or many."""
    given = [values] if isinstance(values, str) else values if isinstance(values, list | tuple) else []
    return frozenset(v for v in given if isinstance(v, str))


def _listed(choices: list[Choice]) -> Mapping[str, Any]:
    """`options`, or `option_groups` where there are groups (not too many) or more choices than one list takes."""
    groups = _grouped(choices) if any(c.group for c in choices) else []
    if not groups and len(choices) <= limits.OPTIONS:
        return {"options": _options(choices)}
    if not 0 < len(groups) <= limits.OPTION_GROUPS:
        groups = _alphabetical(choices)
    made = [{"label": text_object(label, limits.OPTION_LABEL), "options": _options(some)} for label, some in groups]
    return {"option_groups": made}


def _grouped(choices: list[Choice]) -> list[tuple[str, list[Choice]]]:
    """By group, in the order in which groups come first; a group too long for one list goes on in another."""
    order = {group: i for i, group in enumerate(dict.fromkeys(c.group for c in choices))}
    found = []
    for group, some in groupby(sorted(choices, key=lambda c: order[c.group]), key=lambda c: c.group):
        for i, part in enumerate(_batches(list(some))):
            label = group or "Others"
            found.append((f"{label} ({i + 1})" if i else label, part))
    return found


def _alphabetical(choices: list[Choice]) -> list[tuple[str, list[Choice]]]:
    batches = _batches(sorted(choices, key=lambda c: (c.label.casefold(), c.value)))
    return [(f"{_start(some[0])} – {_start(some[-1])}", some) for some in batches]


def _start(c: Choice) -> str:
    """The first letters of what is read, for the label of a group."""
    return shorten((c.label.strip() or c.value), 12)


def _batches(choices: list[Choice]) -> list[list[Choice]]:
    return [choices[i : i + limits.OPTIONS] for i in range(0, len(choices), limits.OPTIONS)]
