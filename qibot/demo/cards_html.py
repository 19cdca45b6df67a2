"""Adaptive Cards as HTML, without script. Everything that came from somebody is escaped, and nothing is fetched.

A card is one form: its buttons send its fields. Where script runs, Microsoft's own renderer draws the same card in the
place of this one (`static/cards.js`) and sends the same form.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from qibot.demo.blocks_html import not_shown, usable_address
from qibot.demo.card_fields_html import card_field
from qibot.demo.teams_cards import action_label, actions_of, attention_words, is_small_print, kind_of

Json = Mapping[str, Any]
NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class CardSetting:
    """Where a card is shown. `prefix` begins every id; `form` holds the hidden fields of its form, and without it
    nothing can be pressed. `held` and `errors` (by input id) are what was typed and what is wrong with it.
    """

    prefix: str
    form: Markup | None = None
    level: int = 3
    held: Json = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def render(card: Json, setting: CardSetting) -> Markup:
    """The card as a form, or as a group of switched-off fields where there is none to send."""
    drawing = _Drawing(setting, {id(action): value for action, value in presses(card)})
    inside = drawing.all(card.get("body"))
    if card.get("actions"):
        inside += drawing.buttons(card["actions"])
    if setting.form is None:
        return Markup('<fieldset class="card-form" disabled>{}</fieldset>').format(inside)
    made = Markup('<form class="card-form" method="post" action="/press" novalidate id="{}-form">{}{}</form>')
    return made.format(setting.prefix, setting.form, inside)


def presses(card: Json) -> Iterator[tuple[dict[str, Any], str]]:
    """Everything on a card that can be pressed, and what pressing it sends: its number and its label."""
    for number, action in enumerate(actions_of(card)):
        yield action, f"{number}/{action_label(action)}"


def meant(card: Json, press: str) -> tuple[str, int] | None:
    """The label of the button that sends `press`, and how many before it a person would call the same; None when there
    is none.
    """
    before: list[dict[str, Any]] = []
    for action, value in presses(card):
        name = action_label(action)
        if value == press:
            return name, sum(name in (action_label(one), one.get("id"), one.get("verb")) for one in before)
        before.append(action)
    return None


def for_the_renderer(card: Json) -> dict[str, Any]:
    """The card as Microsoft's renderer gets it: each button knows what it sends, and pictures are words, because
    nothing is fetched from elsewhere.
    """
    made = copy.deepcopy(dict(card))
    for action, value in list(presses(made)):
        action["id"] = value
    _without_pictures(made)
    return made


def _without_pictures(value: Any) -> None:
    if isinstance(value, list):
        for one in value:
            _without_pictures(one)
    elif isinstance(value, dict):
        if kind_of(value) == "Image":
            words = f"Picture: {value.get('altText', '')}"
            value.clear()
            value |= {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words, "isSubtle": True}]}
        for one in value.values():
            _without_pictures(one)


class _Drawing:
    """One card being made. `presses` is what each button sends, by its identity."""

    def __init__(self, setting: CardSetting, presses: Mapping[int, str]) -> None:
        self._setting, self._presses = setting, presses
        self._headed = False

    def all(self, elements: Any) -> Markup:
        """Elements in order; what stands after a field and belongs to it becomes part of it."""
        given = [one for one in elements or () if isinstance(one, Mapping) and one.get("isVisible", True)]
        made, at = NOTHING, 0
        while at < len(given):
            element, at = given[at], at + 1
            if kind_of(element).startswith("Input."):
                start = at
                while at < len(given) and (is_small_print(given[at]) or attention_words(given[at])):
                    at += 1
                made += self._field(element, given[start:at])
            else:
                made += self._element(element)
        return made

    def _field(self, element: Json, below: list[Json]) -> Markup:
        errors = [words for one in below if (words := attention_words(one))]
        own = self._setting.errors.get(str(element.get("id")))
        hints = [_plain(one) for one in below if not attention_words(one)]
        drawn = card_field(
            element,
            f"{self._setting.prefix}-{element.get('id')}",
            self._setting.held.get(str(element.get("id"))),
            hints,
            [own] if own else errors,
        )
        return drawn or not_shown(kind_of(element))

    def _element(self, element: Json) -> Markup:
        make = _ELEMENTS.get(kind_of(element))
        return make(self, element) if make else not_shown(kind_of(element))

    def text(self, element: Json) -> Markup:
        """A TextBlock. Its Markdown is left as typed: the bot sends none."""
        return self._paragraph(element, [element])

    def rich_text(self, element: Json) -> Markup:
        """A RichTextBlock."""
        runs = [one if isinstance(one, Mapping) else {"text": str(one)} for one in element.get("inlines") or ()]
        return self._paragraph(element, runs)

    def _paragraph(self, element: Json, runs: list[Json]) -> Markup:
        inside = NOTHING.join(map(_run, runs))
        loud = all(_is(one, "weight", "bolder") and _is(one, "size", "medium", "large", "extralarge") for one in runs)
        if (loud and runs and not self._headed) or _is(element, "style", "heading"):
            self._headed = True
            return Markup("<h{0}>{1}</h{0}>").format(self._setting.level, inside)
        close = _is(element, "spacing", "none", "small")
        return Markup('<p class="words{}">{}</p>').format(" close" if close else "", inside)

    def container(self, element: Json) -> Markup:
        """A Container."""
        box = " emphasis" if _is(element, "style", "emphasis") else ""
        return Markup('<div class="container{}">{}</div>').format(box, self.all(element.get("items")))

    def columns(self, element: Json) -> Markup:
        """A ColumnSet."""
        made = (Markup("<div>{}</div>").format(self.all(one.get("items"))) for one in element.get("columns") or ())
        return Markup('<div class="columns">{}</div>').format(NOTHING.join(made))

    def facts(self, element: Json) -> Markup:
        """A FactSet."""
        rows = (
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(one.get("title", ""), one.get("value", ""))
            for one in element.get("facts") or ()
        )
        return Markup('<dl class="fact-set">{}</dl>').format(NOTHING.join(rows))

    def table(self, element: Json) -> Markup:
        """A Table."""
        rows = list(element.get("rows") or ())
        headed = bool(element.get("firstRowAsHeaders", element.get("firstRowAsHeader", True)))
        top = Markup("<thead>{}</thead>").format(self._row(rows.pop(0), "th")) if headed and rows else NOTHING
        body = NOTHING.join(self._row(row, "td") for row in rows)
        return Markup('<table class="card-table">{}<tbody>{}</tbody></table>').format(top, body)

    def _row(self, row: Json, tag: str) -> Markup:
        scope = Markup(' scope="col"') if tag == "th" else NOTHING
        cells = NOTHING.join(
            Markup("<{0}{1}>{2}</{0}>").format(tag, scope, self.all(cell.get("items")))
            for cell in row.get("cells") or ()
        )
        return Markup("<tr>{}</tr>").format(cells)

    def image(self, element: Json) -> Markup:
        """An Image, in words: nothing is fetched from elsewhere."""
        made = '<figure class="picture"><figcaption>Picture: {}</figcaption></figure>'
        return Markup(made).format(element.get("altText", ""))

    def action_set(self, element: Json) -> Markup:
        """An ActionSet."""
        return self.buttons(element.get("actions") or ())

    def buttons(self, actions: Any) -> Markup:
        """A row of buttons."""
        return Markup('<div class="buttons">{}</div>').format(NOTHING.join(map(self._button, actions)))

    def _button(self, action: Json) -> Markup:
        kind, label = kind_of(action), action_label(action)
        style = {"positive": "primary", "destructive": "danger"}.get(str(action.get("style", "")).lower(), "plain")
        if kind == "Action.OpenUrl":
            if not usable_address(action.get("url")):
                return not_shown("link button")
            link = '<a class="button {}" href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
            return Markup(link).format(style, action["url"], label)
        if kind == "Action.ShowCard":
            # What it opens stands below it, as in Teams.
            opened = action.get("card") or {}
            inside = self.all(opened.get("body")) + self.buttons(opened.get("actions") or ())
            made = '<details class="opens"><summary class="button {}">{}</summary><div>{}</div></details>'
            return Markup(made).format(style, label, inside)
        if kind not in ("Action.Execute", "Action.Submit"):
            return not_shown(kind)
        value = self._presses.get(id(action), "")
        off = NOTHING if action.get("isEnabled", True) else Markup(" disabled")
        made = '<button class="button {}" type="submit" name="press" value="{}" id="{}-{}"{}>{}</button>'
        return Markup(made).format(style, value, self._setting.prefix, value.replace(" ", "-"), off, label)


_ELEMENTS: dict[str, Callable[[_Drawing, Json], Markup]] = {
    "TextBlock": _Drawing.text,
    "RichTextBlock": _Drawing.rich_text,
    "Container": _Drawing.container,
    "ColumnSet": _Drawing.columns,
    "FactSet": _Drawing.facts,
    "Table": _Drawing.table,
    "Image": _Drawing.image,
    "ActionSet": _Drawing.action_set,
}


def _is(value: Json, key: str, *words: str) -> bool:
    return str(value.get(key, "")).lower() in words


def _plain(element: Json) -> str:
    runs = element.get("inlines") or [element]
    return "".join(str(one.get("text", "")) if isinstance(one, Mapping) else str(one) for one in runs)


def _run(run: Json) -> Markup:
    made = Markup.escape(str(run.get("text", "")))
    leads = run.get("selectAction")
    if isinstance(leads, Mapping) and kind_of(leads) == "Action.OpenUrl" and usable_address(leads.get("url")):
        made = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(leads["url"], made)
    for wanted, tag in (("italic", "em"), ("strikethrough", "s"), ("underline", "u")):
        # A link is underlined already.
        if run.get(wanted) and not (tag == "u" and leads):
            made = Markup("<{0}>{1}</{0}>").format(tag, made)
    if _is(run, "weight", "bolder"):
        made = Markup("<strong>{}</strong>").format(made)
    if _is(run, "fontType", "monospace"):
        made = Markup("<code>{}</code>").format(made)
    looks = [
        name
        for name, there in (
            ("subtle", run.get("isSubtle")),
            ("small", _is(run, "size", "small")),
            ("attention", _is(run, "color", "attention")),
        )
        if there
    ]
    return Markup('<span class="{}">{}</span>').format(" ".join(looks), made) if looks else made
