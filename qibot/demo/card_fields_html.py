"""The inputs of a card as HTML form controls, with label, hint, what is filled in and what needs another look.

A control's name is `f:` and the input's id; `typed` reads what a browser sends back into what the stand-in takes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from qibot.demo.fields_html import Sent
from qibot.demo.teams_cards import Typed, kind_of, questions

Json = Mapping[str, Any]
NOTHING = Markup("")


def typed(card: Json, sent: Sent) -> dict[str, Typed]:
    """What was filled in, by input id."""
    found: dict[str, Typed] = {}
    for question in questions(card):
        values = [one for one in sent.getlist(f"f:{question.id}") if isinstance(one, str) and one]
        kind = kind_of(question.element)
        if kind == "Input.Toggle":
            found[question.id] = bool(values)
        elif question.element.get("isMultiSelect"):
            found[question.id] = values
        else:
            # Browsers send line ends as on a typewriter.
            found[question.id] = values[0].replace("\r\n", "\n") if values else None
    return found


def card_field(element: Json, id: str, held: Any, hints: Iterable[str], errors: Iterable[str]) -> Markup | None:
    """The whole field; None for a kind of input that is not known here. `held` (None: as the card has it) is what was
    typed, as a browser sent it.
    """
    make = _CONTROLS.get(kind_of(element))
    if make is None:
        return None
    lines = [("hint", one) for one in hints] + [("error", one) for one in errors]
    ids = [f"{id}-{what}-{number}" for number, (what, _) in enumerate(lines)]
    below = NOTHING.join(
        Markup('<p class="{}" id="{}">{}</p>').format(what, one, words)
        for one, (what, words) in zip(ids, lines, strict=True)
    )
    described = Markup(' aria-describedby="{}"').format(" ".join(ids)) if ids else NOTHING
    wrong = any(what == "error" for what, _ in lines)
    control = make(_Field(element, id, held, described, wrong))
    return Markup('<div class="field{}">{}{}</div>').format(" wrong" if wrong else "", control, below)


@dataclass(frozen=True, slots=True)
class _Field:
    """An input, the id of its control, what was typed into it, what describes it, and whether it is wrong."""

    element: Json
    id: str
    held: Any
    described: Markup
    wrong: bool

    @property
    def label(self) -> Markup:
        """What it asks for."""
        words = Markup.escape(str(self.element.get("label") or self.element.get("title") or ""))
        return words if self.element.get("isRequired") else words + Markup(' <span class="optional">(optional)</span>')

    @property
    def name(self) -> Markup:
        """The attributes that every control has."""
        return Markup(' id="{}" name="f:{}"').format(self.id, self.element.get("id", "")) + self.described

    @property
    def states(self) -> Markup:
        """Whether it is needed, and wrong."""
        needed = Markup(' aria-required="true"') if self.element.get("isRequired") else NOTHING
        return needed + (Markup(' aria-invalid="true"') if self.wrong else NOTHING)

    @property
    def value(self) -> str:
        """What stands in it, several values joined by commas."""
        if isinstance(self.held, list):
            return ",".join(map(str, self.held))
        return str(self.element.get("value", "") if self.held is None else self.held)


def _one(f: _Field, start: Markup, end: Markup) -> Markup:
    control = start + f.name + f.states + end
    return Markup('<label for="{}">{}</label>{}').format(f.id, f.label, control)


def _text(f: _Field) -> Markup:
    more = NOTHING
    if f.element.get("placeholder"):
        more = Markup(' placeholder="{}"').format(f.element["placeholder"])
    if f.element.get("isMultiline"):
        # The first line end of a text area is not part of its text.
        return _one(f, Markup('<textarea rows="4"') + more, Markup(">\n{}</textarea>").format(f.value))
    return _one(f, Markup('<input type="text" value="{}"').format(f.value) + more, Markup(">"))


def _number(f: _Field) -> Markup:
    return _one(f, Markup('<input type="text" inputmode="decimal" value="{}"').format(f.value), Markup(">"))


def _date(f: _Field) -> Markup:
    return _one(f, Markup('<input type="date" value="{}"').format(f.value), Markup(">"))


def _toggle(f: _Field) -> Markup:
    on = str(f.element.get("valueOn", "true"))
    ticked = f.value == on or f.held is True
    box = Markup('<input type="checkbox" value="{}"{}').format(on, Markup(" checked") if ticked else NOTHING)
    made = Markup('<label class="tick" for="{}">{}{}><span>{}</span></label>')
    return made.format(f.id, box, f.name + f.states, f.element.get("title", ""))


def _choices(f: _Field) -> Markup:
    many, chosen = bool(f.element.get("isMultiSelect")), set(f.value.split(","))
    choices = f.element.get("choices") or ()
    if not many and f.element.get("style") != "expanded":
        empty = Markup('<option value="">{}</option>').format(f.element.get("placeholder") or "Choose one")
        made = NOTHING.join(
            Markup('<option value="{}"{}>{}</option>').format(
                one["value"], Markup(" selected") if one["value"] in chosen else NOTHING, one["title"]
            )
            for one in choices
        )
        return _one(f, Markup("<select"), Markup(">{}</select>").format(empty + made))
    kind = "checkbox" if many else "radio"
    boxes = NOTHING.join(
        Markup(
            '<label class="tick" for="{0}-{1}"><input type="{2}" id="{0}-{1}" name="f:{3}" value="{4}"{5}>'
            "<span>{6}</span></label>"
        ).format(
            f.id, number, kind, f.element.get("id", ""), one["value"],
            Markup(" checked") if one["value"] in chosen else NOTHING, one["title"],
        )
        for number, one in enumerate(choices)
    )  # fmt: skip
    # A group of boxes has no state of its own that could be wrong or needed.
    role = NOTHING if many else Markup(' role="radiogroup"') + f.states
    made = Markup('<fieldset id="{}"{}{}><legend>{}</legend><div class="{}">{}</div></fieldset>')
    return made.format(f.id, role, f.described, f.label, "choices long" if len(choices) > 12 else "choices", boxes)


_CONTROLS: dict[str, Callable[[_Field], Markup]] = {
    "Input.Text": _text,
    "Input.Number": _number,
    "Input.Date": _date,
    "Input.Toggle": _toggle,
    "Input.ChoiceSet": _choices,
}
