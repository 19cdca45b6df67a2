"""A modal's fields as HTML form controls, with label, hint, what is filled in and what needs another look.

A control's name is `f:` and the block's id; `typed` reads what a browser sends back into what the stand-in takes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from markupsafe import Markup

from qibot.demo.slack_forms import Typed
from qibot.demo.slack_text import unescape

Json = Mapping[str, Any]
NOTHING = Markup("")
MANY = ("checkboxes", "multi_static_select")


@dataclass(frozen=True, slots=True)
class Filled:
    """A field as it stands: the id of its control, what is filled in (as Slack keeps it), and an error or ""."""

    id: str
    held: Json
    error: str = ""


class Sent(Protocol):
    """The fields a browser sent."""

    def getlist(self, key: Any, /) -> list[Any]:
        """Every value sent under that name."""
        ...


def typed(blocks: Iterable[Json], sent: Sent) -> dict[str, Typed]:
    """What was filled in, by block_id."""
    found: dict[str, Typed] = {}
    for block in blocks:
        if block.get("type") == "input":
            values = [one for one in sent.getlist(f"f:{block['block_id']}") if isinstance(one, str) and one]
            if block["element"]["type"] in MANY:
                found[block["block_id"]] = values
            else:
                # Browsers send line ends as on a typewriter.
                found[block["block_id"]] = values[0].replace("\r\n", "\n") if values else None
    return found


def input_field(block: Json, filled: Filled) -> Markup | None:
    """The whole field; None for a kind of element that is not known here."""
    element = block.get("element", {})
    make = _CONTROLS.get(str(element.get("type")))
    if make is None:
        return None
    label = Markup.escape(unescape(block["label"]["text"]))
    if block.get("optional"):
        label += Markup(' <span class="optional">(optional)</span>')
    hint = unescape(block["hint"]["text"]) if block.get("hint") else ""
    below = Markup('<p class="hint" id="{}-hint">{}</p>').format(filled.id, hint) if hint else NOTHING
    if filled.error:
        below += Markup('<p class="error" id="{}-error">{}</p>').format(filled.id, filled.error)
    control = make(_Field(block, filled, label, _described(filled, bool(hint))))
    return Markup('<div class="field{}">{}{}</div>').format(" wrong" if filled.error else "", control, below)


def _described(filled: Filled, hint: bool) -> Markup:
    ids = [f"{filled.id}-{one}" for one, there in (("hint", hint), ("error", bool(filled.error))) if there]
    return Markup(' aria-describedby="{}"').format(" ".join(ids)) if ids else NOTHING


def _states(block: Json, filled: Filled) -> Markup:
    needed = NOTHING if block.get("optional") else Markup(' aria-required="true"')
    return needed + (Markup(' aria-invalid="true"') if filled.error else NOTHING)


@dataclass(frozen=True, slots=True)
class _Field:
    """What every control needs: the block, how it stands, its label, and the attribute that names hint and error."""

    block: Json
    filled: Filled
    label: Markup
    described: Markup

    @property
    def element(self) -> Json:
        """The Slack element within."""
        found: Json = self.block["element"]
        return found


def _one(f: _Field, start: Markup, end: Markup) -> Markup:
    """A label above one control, whose attributes stand between `start` and `end`."""
    attributes = Markup(' id="{}" name="f:{}"').format(f.filled.id, f.block["block_id"]) + f.described
    control = start + attributes + _states(f.block, f.filled) + end
    return Markup('<label for="{}">{}</label>{}').format(f.filled.id, f.label, control)


def _text(f: _Field) -> Markup:
    value = f.filled.held.get("value") or ""
    more = NOTHING
    if placeholder := f.element.get("placeholder"):
        more = Markup(' placeholder="{}"').format(unescape(placeholder["text"]))
    if f.element.get("multiline"):
        # The first line end of a text area is not part of its text.
        return _one(f, Markup('<textarea rows="4"') + more, Markup(">\n{}</textarea>").format(value))
    return _one(f, Markup('<input type="text" value="{}"').format(value) + more, Markup(">"))


def _date(f: _Field) -> Markup:
    value = f.filled.held.get("selected_date") or ""
    return _one(f, Markup('<input type="date" value="{}"').format(value), Markup(">"))


def _select(f: _Field) -> Markup:
    chosen = _values([f.filled.held.get("selected_option")])
    empty = unescape((f.element.get("placeholder") or {}).get("text", "Choose one"))
    inside = Markup('<option value="">{}</option>').format(empty)
    for name, options in _grouped(f.element):
        made = NOTHING.join(
            Markup('<option value="{}"{}>{}</option>').format(
                one["value"], Markup(" selected") if one["value"] in chosen else NOTHING, _label(one)
            )
            for one in options
        )
        inside += Markup('<optgroup label="{}">{}</optgroup>').format(name, made) if name else made
    return _one(f, Markup("<select"), Markup(">{}</select>").format(inside))


def _choices(f: _Field) -> Markup:
    """Radio buttons, or boxes to tick; long lists scroll within a frame, each group under its name."""
    radio = f.element["type"] == "radio_buttons"
    held = [f.filled.held.get("selected_option")] if radio else f.filled.held.get("selected_options") or []
    chosen = _values(held)
    parts, number = [], 0
    for name, options in _grouped(f.element):
        made = NOTHING
        for one in options:
            made += _tick("radio" if radio else "checkbox", f, one, f"{f.filled.id}-{number}", one["value"] in chosen)
            number += 1
        if name:
            made = Markup('<div role="group" aria-label="{0}"><p class="group">{0}</p>{1}</div>').format(name, made)
        parts.append(made)
    most = f.element.get("max_selected_items")
    legend = f.label + (Markup(' <span class="optional">(at most {})</span>').format(most) if most else NOTHING)
    # A group of boxes has no state of its own that could be wrong or needed.
    role = Markup(' role="radiogroup"') + _states(f.block, f.filled) if radio else NOTHING
    return Markup('<fieldset id="{}"{}{}><legend>{}</legend><div class="{}">{}</div></fieldset>').format(
        f.filled.id, role, f.described, legend, "choices long" if number > 12 else "choices", NOTHING.join(parts)
    )


def _tick(kind: str, f: _Field, option: Json, id: str, checked: bool) -> Markup:
    mark = Markup(" checked") if checked else NOTHING
    control = Markup('<input type="{}" id="{}" name="f:{}" value="{}"{}>').format(
        kind, id, f.block["block_id"], option["value"], mark
    )
    return Markup('<label class="tick" for="{}">{}<span>{}</span></label>').format(id, control, _label(option))


def _grouped(element: Json) -> list[tuple[str, list[Json]]]:
    groups = element.get("option_groups")
    if groups:
        return [(unescape(one["label"]["text"]), list(one["options"])) for one in groups]
    return [("", list(element.get("options", ())))]


def _label(option: Json) -> str:
    return unescape(option["text"]["text"])


def _values(held: Iterable[Json | None]) -> set[str]:
    return {str(one["value"]) for one in held if one}


_CONTROLS: dict[str, Callable[[_Field], Markup]] = {
    "plain_text_input": _text,
    "datepicker": _date,
    "static_select": _select,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "multi_static_select": _choices,
}
