"""Forms as cards with inputs, in the chat or in a dialog, and what comes back. Pure: values in, dicts out.

An input's id is the kind and the name of its field ("many-topics"), so that what comes back can be read without the
form. Hidden fields travel in the button that sends it. What comes back is only a claim: it is authorised again.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from urllib.parse import unquote

from qibot.chat import forms
from qibot.chat.forms import Choice, Field, Form
from qibot.platforms.teams import limits
from qibot.platforms.teams.cards import card, execute, label, opened, submit, weight
from qibot.platforms.teams.rich_text import Json, attention, follows, heading, literal, paragraph, small_print
from qibot.platforms.words import clean, shorten, size

CARD = "application/vnd.microsoft.card.adaptive"
_SENT = "form"
_INTRO = "intro"
_WINDOW = "window"
_KINDS = (forms.LINE, forms.TEXT, forms.CHOICE, forms.MANY, forms.TICK, forms.DAY)


def render(form: Form) -> Json:
    """The form as a card in the chat. Its button sends an `Action.Execute`, whose answer takes the card's place.

    Errors stand under their fields and what was typed is kept. Raises `ValueError` when the hidden fields are too long
    to travel.
    """
    shape = form.kind.shape
    return _card(form, heading(shape.title), _submit(form))


def dialog(form: Form, window: str) -> Json:
    """The answer to a `task/fetch`, or to a `task/submit` that needs another look: the form as a dialog.

    `window` names the opening of it, and comes back with the form however often that is sent.
    """
    shape = form.kind.shape
    # A dialog takes nothing but Action.Submit.
    send = submit(_submit(form))
    send["data"][_WINDOW] = window
    content = _card(form, [], send)
    asked = sum(f.kind != forms.HIDDEN for f in shape.fields)
    value = {
        "title": label(shape.title, limits.DIALOG_TITLE),
        "width": "medium",
        "height": "medium" if asked <= limits.FEW_FIELDS else "large",
        "card": {"contentType": CARD, "content": content},
    }
    return {"task": {"type": "continue", "value": value}}


def read(verb: Any, data: Any) -> tuple[str, dict[str, Any]] | None:
    """Wire name and values by field name (hidden ones too) of a form that was sent, in the chat or from a dialog, where
    there is no `verb`. None for rubbish and for other buttons.

    Values are str or list of str, as `forms.read` takes them; what is no answer to a field is passed over.
    """
    sent = opened(verb, data, _SENT)
    if sent is None:
        return None
    wire, hidden = sent
    values: dict[str, Any] = {}
    for key, value in data.items():
        kind, dash, name = key.partition("-") if isinstance(key, str) else ("", "", "")
        if dash and kind in _KINDS and isinstance(value, str | bool):
            values[name] = _value(kind, str(value).lower() if isinstance(value, bool) else value)
    return wire, values | {name: value for name, value in hidden.items() if isinstance(value, str)}


def window(data: Any) -> str:
    """The window that a form was sent from, as `dialog` named it; "" for one from the chat. A claim, like all of it."""
    found = data.get(_WINDOW) if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""


def intro(data: Any) -> str:
    """What stood above the fields of a form that was sent: it is shown again, to the same person, with the form."""
    try:
        found = json.loads(data[_INTRO])
    except (KeyError, TypeError, ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def _value(kind: str, value: str) -> Any:
    if kind == forms.MANY:
        return [unquote(one) for one in value.split(",") if one]
    if kind == forms.CHOICE:
        return unquote(value)
    # A client may send a day with a time of midnight behind it.
    return value[:10] if kind == forms.DAY else value


def _card(form: Form, top: list[Json], submit: Json) -> Json:
    shape = form.kind.shape
    shown = {f.name for f in shape.fields if f.kind != forms.HIDDEN}
    again = [element for name, words in form.errors.items() if name not in shown for element in _again(words)]
    top = [*top, *paragraph(form.intro, longest=limits.INTRO), *again]
    made = card(top, summary=label(clean(form.intro).strip() or shape.title, limits.SUMMARY))
    made["actions"] = [submit]
    lists = [f for f in shape.fields if f.kind in (forms.CHOICE, forms.MANY)]
    # Measured with one choice each, so that what every list takes by itself is counted.
    parts = {f.name: _field(form, f, tuple(_sendable(form, f)[:1])) for f in shape.fields}
    offered = _offered(form, lists, limits.CARD_BYTES - weight(made) - weight(list(parts.values())))
    parts |= {f.name: _field(form, f, offered[f.name]) for f in lists}
    made["body"] = [*top, *(element for elements in parts.values() for element in elements)]
    made["body"] = made["body"] or paragraph(f"Press “{shape.submit}” to go on.")
    return made


def _submit(form: Form) -> Json:
    shape = form.kind.shape
    given = {f.name: form.values.get(f.name) for f in shape.fields if f.kind == forms.HIDDEN}
    hidden = {name: clean(value) for name, value in given.items() if isinstance(value, str) and value}
    fields = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
    if size(fields) > limits.HIDDEN:
        raise ValueError(f"{shape.wire}: hidden fields are at most {limits.HIDDEN} characters")
    made = execute(label(shape.submit, limits.BUTTON_LABEL), shape.wire, _SENT, fields, style="positive")
    if words := shorten(form.intro, limits.INTRO).strip():
        made["data"][_INTRO] = json.dumps(words, ensure_ascii=False)
    return made


def _again(words: str) -> list[Json]:
    return follows(attention(f"Please look at this again: {words}", limits.FIELD_ERROR))


def _field(form: Form, f: Field, offered: tuple[Choice, ...]) -> list[Json]:
    """The field's input, what helps, and, when it needs another look, why; or why there is nothing to fill in."""
    if f.kind == forms.HIDDEN:
        return []
    error = form.errors.get(f.name, "")
    again = _again(error) if clean(error).strip() else []
    if f.kind in (forms.CHOICE, forms.MANY) and not offered:
        return [*small_print(f"{f.label}: there is nothing to choose from yet."), *again]
    made: Json = {"type": _TYPES[f.kind], "id": f"{f.kind}-{f.name}"}
    made |= {"label": literal(f.label)} if f.kind != forms.TICK else {}
    made |= _INPUTS[f.kind](form, f, offered)
    if not f.optional:
        made |= {"isRequired": True, "errorMessage": _MISSING.get(f.kind, "Please fill this in.")}
    more = offered and len(offered) < len(_sendable(form, f))
    hint = " ".join(part for part in (f.help, "There are more than this list can show." if more else "") if part)
    return [made, *follows(small_print(hint)), *again]


_TYPES = {
    forms.LINE: "Input.Text",
    forms.TEXT: "Input.Text",
    forms.CHOICE: "Input.ChoiceSet",
    forms.MANY: "Input.ChoiceSet",
    forms.TICK: "Input.Toggle",
    forms.DAY: "Input.Date",
}
_MISSING = {
    forms.CHOICE: "Please choose one.",
    forms.MANY: "Please choose at least one.",
    forms.DAY: "Please give a day.",
}


def _typed(form: Form, f: Field, _: tuple[Choice, ...]) -> Json:
    text = _texts_typed(form)[f.name]
    # Words kept from before may be too long: then they must still be shown, and `forms.read` says so.
    made: Json = {"maxLength": max(f.longest or limits.TYPED, size(text))}
    if f.kind == forms.TEXT:
        made["isMultiline"] = True
    if text:
        made["value"] = text
    if clean(f.placeholder).strip():
        made["placeholder"] = shorten(f.placeholder, limits.PLACEHOLDER)
    return made


def _texts_typed(form: Form) -> dict[str, str]:
    """What was typed into each field; only where all of it is more than a card holds is the longest cut."""
    typed: dict[str, str] = {}
    for f in form.kind.shape.fields:
        if f.kind in (forms.LINE, forms.TEXT):
            value = form.values.get(f.name)
            text = clean(value) if isinstance(value, str) else ""
            typed[f.name] = shorten(" ".join(text.splitlines()) if f.kind == forms.LINE else text, limits.TYPED)
    shares = _shares([weight(text) for text in typed.values()], limits.TYPED_BYTES)
    # A character may take four bytes.
    return {
        name: text if weight(text) <= share else shorten(text, share // 4)
        for (name, text), share in zip(typed.items(), shares, strict=True)
    }


def _day(form: Form, f: Field, _: tuple[Choice, ...]) -> Json:
    value = form.values.get(f.name)
    try:
        at = value if isinstance(value, date) else date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return {}
    return {"value": at.isoformat()[:10]}


def _tick(form: Form, f: Field, _: tuple[Choice, ...]) -> Json:
    ticked = form.values.get(f.name) in (True, "true", "on", "yes", ["yes"], ("yes",))
    # The words beside the box are its label: given as both, they would be read out twice.
    return {"title": unmarked(f.label), "value": str(ticked).lower(), "wrap": True}


def _choice(form: Form, f: Field, offered: tuple[Choice, ...]) -> Json:
    many = f.kind == forms.MANY
    chosen = [_encoded(c.value) for c in offered if c.value in _chosen(form.values.get(f.name))]
    # Once a radio button is chosen it can only be exchanged, so an optional choice is a list.
    few = len(offered) <= limits.FEW_CHOICES and not any(c.group for c in offered) and (many or not f.optional)
    made: Json = {"style": "expanded" if few else "compact", "choices": [_option(c) for c in offered], "wrap": True}
    if many:
        made |= {"isMultiSelect": True}
    if not few:
        made["placeholder"] = shorten(f.placeholder, limits.PLACEHOLDER) or ("Choose any" if many else "Choose one")
    if chosen:
        made["value"] = ",".join(chosen) if many else chosen[0]
    return made


_INPUTS: dict[str, Callable[[Form, Field, tuple[Choice, ...]], Json]] = {
    forms.LINE: _typed,
    forms.TEXT: _typed,
    forms.CHOICE: _choice,
    forms.MANY: _choice,
    forms.TICK: _tick,
    forms.DAY: _day,
}


def _option(c: Choice) -> Json:
    words = " ".join((clean(c.label).strip() or c.value).split())
    whole = f"{' '.join(clean(c.group).split())}: {words}" if c.group.strip() else words
    return {"title": unmarked(label(whole, limits.OPTION_LABEL)), "value": _encoded(c.value)}


def _encoded(value: str) -> str:
    """A value in which there is no comma: Teams joins several with commas."""
    return value.replace("%", "%25").replace(",", "%2C")


def _chosen(values: Any) -> frozenset[str]:
    given = [values] if isinstance(values, str) else values if isinstance(values, list | tuple) else []
    return frozenset(v for v in given if isinstance(v, str))


def _sendable(form: Form, f: Field) -> list[Choice]:
    """The choices that a card can carry, each value once, group by group."""
    found: dict[str, Choice] = {}
    for c in form.choices_of(f):
        if 0 < size(c.value) <= limits.OPTION_VALUE and clean(c.value) == c.value:
            found.setdefault(c.value, c)
    order = {group: i for i, group in enumerate(dict.fromkeys(c.group for c in found.values()))}
    return sorted(found.values(), key=lambda c: order[c.group])


def _offered(form: Form, lists: Iterable[Field], room: int) -> dict[str, tuple[Choice, ...]]:
    """What each list offers, as far as there is room; what is chosen already comes first."""
    all_of = {f.name: _sendable(form, f) for f in lists}
    shares = _shares([sum(_bytes(c) for c in given) for given in all_of.values()], room)
    found = {}
    for (name, given), share in zip(all_of.items(), shares, strict=True):
        kept: set[str] = set()
        chosen = _chosen(form.values.get(name))
        for c in sorted(given, key=lambda c: c.value not in chosen):
            share -= _bytes(c)
            if share < 0:
                break
            kept.add(c.value)
        found[name] = tuple(c for c in given if c.value in kept)
    return found


def _bytes(c: Choice) -> int:
    # Its value twice, as it may be chosen too.
    return weight(_option(c)) + weight(_encoded(c.value))


def _shares(needs: list[int], room: int) -> list[int]:
    """Small needs are met in full, large ones get equal parts of the rest."""
    shares = [0] * len(needs)
    for done, i in enumerate(sorted(range(len(needs)), key=needs.__getitem__)):
        shares[i] = min(needs[i], max(room, 0) // (len(needs) - done))
        room -= shares[i]
    return shares


_UNSEEN = "\u2060"
_LOOKALIKES = {"*": "\u2217", "`": "\u02cb", "~": "\u223c"}
_MARKED = re.compile(r"[*`~_\\]|&(?=[#\w])|<(?=[!?/\w])|\](?=[(\[])|^(?:[#>+-]|\d+(?=[.)]))")


def unmarked(text: str) -> str:
    """One line for a place that some clients read as Markdown and others do not, looking the same in both.

    A character nobody sees goes between what would be a mark, and what that does not stop has a lookalike.
    """

    def instead(found: re.Match[str]) -> str:
        mark = found[0]
        return _LOOKALIKES.get(mark) or f"{_UNSEEN}{mark}{_UNSEEN}"

    return _MARKED.sub(instead, literal(text))
