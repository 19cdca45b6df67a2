"""What a person sees on either platform, brought to one shape so that it can be compared.

Everything that a platform shows in its own way is named in `ways` as it is met; test_parity.py has the list of those
that are meant, with a reason each, and takes no others.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from qibot.demo.slack_forms import REQUIRED
from qibot.demo.slack_server import SeenMessage as SlackMessage
from qibot.demo.slack_server import View
from qibot.demo.slack_text import unescape
from qibot.demo.slack_things import pressable
from qibot.demo.teams_cards import attention_words, is_small_print, kind_of
from qibot.demo.teams_things import Dialog
from qibot.demo.teams_things import SeenMessage as TeamsMessage
from qibot.features import router

Json = Mapping[str, Any]
Ways = set[tuple[str, str]]

_UNSEEN = "\u2060"
_LOOKALIKES = str.maketrans({_UNSEEN: "", "\u2217": "*", "\u02cb": "`", "\u223c": "~"})
_AGAIN = "Please look at this again: "
_CHAT, _MEETING = "https://teams.microsoft.com/l/chat/", "https://teams.microsoft.com/l/meeting/new?"
_LABEL = 60
"""Characters of a choice that are compared: Slack cuts its label after 75, without its group, Teams after 200, with."""
STOPPED = "stopped by the window"
_NAMED = "a command named in a sentence"
_SLASH = re.compile(r"/qi\b( (?=\w))?")
_QUOTED, _QUOTES = re.compile("“([^”]*)”"), re.compile("[“”]")
_RANDOM = re.compile(r"\d{10,}")
_STYLES = {"primary": "primary", "danger": "danger", "positive": "primary", "destructive": "danger"}


@dataclass(frozen=True, slots=True)
class Press:
    """A button. `confirm` is what it asks first, `leads` the address it opens."""

    label: str
    style: str = ""
    confirm: str = ""
    leads: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of a form, and what stands in it. `choices` are (value, label)."""

    name: str
    kind: str
    label: str
    help: str = ""
    optional: bool = False
    longest: int = 0
    placeholder: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    value: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message, a form or a file. `lines` has the title first, "~ " before small print and "> " before a quote.

    `instead`: it stands where the message was whose button was pressed. `passing`: words that Teams shows for a moment,
    in which nothing is bold or small.
    """

    what: str
    lines: tuple[str, ...]
    bold: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Press, ...] = ()
    fields: tuple[Asked, ...] = ()
    submit: str = ""
    instead: bool = False
    passing: bool = False
    of: Any = field(default=None, compare=False, repr=False)

    @property
    def words(self) -> str:
        """All of its words."""
        return "\n".join(self.lines)


def _without_slash(words: str, ways: Ways) -> str:
    """The words, with commands as they are, whichever way a platform shows them to be typed."""
    if _SLASH.search(words):
        ways.add((_NAMED, "after /qi"))
    return _QUOTES.sub("", _SLASH.sub(lambda found: "" if found[1] else "@qibot", words))


def _without_quotes(words: str, ways: Ways) -> str:
    """The same of words in which commands stand in quotes, as other words of people do too."""
    if any(router.find(quoted) for quoted in _QUOTED.findall(words)):
        ways.add((_NAMED, "in quotes"))
    if _SLASH.search(words):
        ways.add((_NAMED, "with a slash that means nothing here"))
    return _QUOTES.sub("", words)


class _Page:
    """Collects what is on it, line by line."""

    def __init__(self, names: Mapping[str, str], ways: Ways, plainly: Callable[[str, Ways], str]) -> None:
        self.names, self.ways, self.plainly = names, ways, plainly
        self.lines: list[str] = []
        self.bold: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.buttons: list[Press] = []

    def say(self, words: str, before: str = "") -> None:
        lines = self.plainly(words, self.ways).split("\n")
        self.lines += [before + line.strip() for line in lines if line.strip()]

    def emphasise(self, words: str) -> None:
        # A name may be bold because it is a person's, which is a live mention to Slack's readers of one workspace.
        lines = self.plainly(words, self.ways).split("\n")
        self.bold += [b for line in lines if (b := line.strip()) and b not in self.names.values()]

    def press(self, one: Press) -> None:
        self.lines.append(f"[{one.label}]")
        self.buttons.append(one)

    def shown(self, what: str, of: Any, **more: Any) -> Shown:
        found = tuple(self.lines), tuple(self.bold), tuple(self.links), tuple(self.buttons)
        return Shown(what, *found, of=of, **more)


class SlackEyes:
    """Reads Slack's blocks. `names` has people's names by account."""

    def __init__(self, names: Mapping[str, str], ways: Ways) -> None:
        self.names, self.ways = names, ways

    def message(self, seen: SlackMessage | View, *, instead: bool = False) -> Shown:
        """A message, or the Home tab."""
        page = _Page(self.names, self.ways, _without_slash)
        for block in seen.blocks:
            self._block(page, block)
        return page.shown("message", seen, instead=instead)

    def form(self, view: View, *, sent: bool = True) -> Shown:
        """The modal in front of somebody; `sent`: its errors are the bot's, not the window's own."""
        self.ways.add(("a form that was asked for by typing", "a window"))
        page = _Page(self.names, self.ways, _without_slash)
        page.say(view.title)
        fields = []
        for block in view.blocks:
            if block["type"] == "input":
                error = unescape(view.errors.get(block["block_id"], ""))
                fields.append(self._field(block, view, error if sent or not error else self._window(error)))
            else:
                self._block(page, block)
        submit = unescape(view.data["submit"]["text"])
        return page.shown("form", view, fields=tuple(fields), submit=submit)

    def _window(self, words: str) -> str:
        assert words == REQUIRED
        self.ways.add(("a field left empty", "Slack’s own words beside it"))
        return STOPPED

    def _block(self, page: _Page, block: Json) -> None:
        if block["type"] == "rich_text":
            for part in block["elements"]:
                self._rich(page, part)
        elif block["type"] == "context":
            for one in block["elements"]:
                # How times get into a calendar is each platform's own.
                if not unescape(one["text"]).endswith(".ics"):
                    page.say(unescape(one["text"]), "~ ")
        elif block["type"] == "actions":
            for _, element in pressable([dict(block)]):
                page.press(self._button(element))
        else:
            raise LookupError(f"nobody has said how {block['type']} looks")

    def _rich(self, page: _Page, part: Json, before: str = "") -> None:
        if part["type"] == "rich_text_list":
            for line in part["elements"]:
                self._rich(page, line, "• ")
            return
        words = ""
        for run in part["elements"]:
            if run["type"] == "user":
                self.ways.add(("a person", "a live mention"))
                words += self.names[run["user_id"]]
                continue
            text = str(run.get("text") or run.get("url") or "")
            words += text
            if run["type"] == "link":
                page.links.append((text, run["url"]))
            elif (run.get("style") or {}).get("bold"):
                page.emphasise(text)
        page.say(words, "> " if part["type"] == "rich_text_quote" else before)

    def _button(self, element: Json) -> Press:
        confirm = element.get("confirm")
        if confirm:
            self.ways.add(("are you sure", f"a window: {confirm['confirm']['text']}, {confirm['deny']['text']}"))
        asks = unescape(confirm["text"]["text"]) if confirm else ""
        style = _STYLES.get(element.get("style", ""), "")
        return Press(unescape(element["text"]["text"]), style, asks, str(element.get("url", "")))

    def _field(self, block: Json, view: View, error: str) -> Asked:
        element = block["element"]
        options = list(_slack_options(element))
        kind = _SLACK_KINDS[element["type"]]
        if kind == "line" and element.get("multiline"):
            kind = "text"
        if [label for _, label in options] == ["Yes"]:
            kind, options = "tick", []
            self.ways.add(("a tick", "a box called Yes under its words"))
        if "option_groups" in element:
            self.ways.add(("choices in groups", "under headings"))
        state = view.state[block["block_id"]][element["action_id"]]
        value = chosen(_slack_value(state), options)
        placeholder = unescape((element.get("placeholder") or {}).get("text", "")) if kind in ("line", "text") else ""
        return Asked(
            name=block["block_id"],
            kind=kind,
            label=unescape(block["label"]["text"]),
            help=unescape((block.get("hint") or {}).get("text", "")),
            optional=bool(block.get("optional")),
            longest=int(element.get("max_length", 0)),
            placeholder=placeholder,
            choices=choices(options),
            value=value,
            error=error,
        )


_SLACK_KINDS = {
    "plain_text_input": "line",
    "static_select": "choice",
    "radio_buttons": "choice",
    "multi_static_select": "many",
    "checkboxes": "many",
    "datepicker": "day",
}


def _slack_options(element: Json) -> Iterator[tuple[str, str]]:
    for group in element.get("option_groups") or [{"options": element.get("options", [])}]:
        heading = f"{unescape(group['label']['text'])}: " if "label" in group else ""
        for option in group["options"]:
            yield str(option["value"]), heading + unescape(option["text"]["text"])


def _slack_value(state: Json) -> tuple[str, ...]:
    if "selected_options" in state:
        return tuple(sorted(str(o["value"]) for o in state["selected_options"]))
    chosen = (state.get("selected_option") or {}).get("value")
    found = chosen or state.get("selected_date") or state.get("value")
    return (str(found),) if found else ()


def choices(given: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Values and labels to compare. Values drawn at random, and the order that comes of them, are nobody's concern."""
    found = [(value, label[:_LABEL]) for value, label in given]
    if found and all(_RANDOM.fullmatch(value) for value, _ in found):
        return tuple(("", label) for label in sorted(label for _, label in found))
    return tuple(found)


def chosen(values: tuple[str, ...], given: list[tuple[str, str]]) -> tuple[str, ...]:
    """What is chosen, to compare: by label, where the values were drawn at random."""
    labels = {value: label[:_LABEL] for value, label in given if _RANDOM.fullmatch(value)}
    return tuple(sorted(labels.get(value, value) for value in values))


class TeamsEyes:
    """Reads Adaptive Cards."""

    def __init__(self, names: Mapping[str, str], ways: Ways) -> None:
        self.names, self.ways = names, ways

    def message(self, seen: TeamsMessage, *, instead: bool = False) -> Shown:
        """A message, or the form or file that a card shows."""
        card = seen.card or {}
        body = list(card["body"])
        if any(kind_of(element).startswith("Input.") for element in body):
            self.ways.add(("a form that was asked for by typing", "a card in the chat"))
            return self._form(card, seen)
        page = _Page(self.names, self.ways, _without_quotes)
        for element in body:
            self._element(page, element)
        return page.shown("message", seen, instead=instead)

    def passing(self, words: str) -> Shown:
        """Words that pass by."""
        page = _Page(self.names, self.ways, _without_quotes)
        page.say(words)
        return page.shown("message", None, passing=True)

    def stopped(self, form: Shown, errors: Mapping[str, str]) -> tuple[Asked, ...]:
        """The fields of a form that the window did not let go."""
        self.ways.add(("a field left empty", "our words beside it"))
        beside = {key.partition("-")[2] for key in errors}
        return tuple(replace(f, error=STOPPED if f.name in beside else "") for f in form.fields)

    def window(self, dialog: Dialog) -> Shown:
        """The form in a window in front of somebody."""
        return self._form(dialog.card or {}, dialog, dialog.title)

    def _form(self, card: Json, seen: TeamsMessage | Dialog, title: str = "") -> Shown:
        page = _Page(self.names, self.ways, _without_quotes)
        page.say(title)
        fields: list[Asked] = []
        for element in card["body"]:
            words = attention_words(element)
            if kind_of(element).startswith("Input."):
                fields.append(self._field(element))
            elif fields and words.startswith(_AGAIN):
                fields[-1] = replace(fields[-1], error=words.removeprefix(_AGAIN))
            elif fields and is_small_print(element):
                more = " ".join(part for part in (fields[-1].help, _text(element)) if part)
                fields[-1] = replace(fields[-1], help=more)
            else:
                self._element(page, element)
        (submit,) = card["actions"]
        # The title of a card in the chat is bold; a window's own has no looks of ours.
        page.bold = page.bold if title else page.bold[1:]
        return page.shown("form", seen, fields=tuple(fields), submit=submit["title"])

    def _element(self, page: _Page, element: Json, before: str = "") -> None:
        kind = kind_of(element)
        if kind == "RichTextBlock":
            before = before or ("~ " if is_small_print(element) else "")
            for run in element["inlines"]:
                self._run(page, run)
            if not _text(element).startswith("Each opens a new meeting, filled in."):
                page.say(_text(element), before)
        elif kind == "Container" and element.get("style") == "emphasis":
            for inner in element["items"]:
                self._element(page, inner, "> ")
        elif kind == "ActionSet":
            for action in element["actions"]:
                page.press(self._button(action))
        else:
            raise LookupError(f"nobody has said how {kind} looks")

    def _run(self, page: _Page, run: Json) -> None:
        url = (run.get("selectAction") or {}).get("url", "")
        if url.startswith(_CHAT):
            self.ways.add(("a person", "a name that leads to a chat"))
        elif url and not url.startswith(_MEETING):
            page.links.append((_plain(run["text"]), url))
        if run.get("weight") == "Bolder" or url.startswith(_MEETING):
            page.emphasise(_plain(run["text"]))

    def _button(self, action: Json) -> Press:
        title, style = _plain(action["title"]), _STYLES.get(action.get("style", ""), "")
        if action["type"] != "Action.ShowCard":
            return Press(title, style, leads=str(action.get("url", "")))
        (yes,) = action["card"]["actions"]
        self.ways.add(("are you sure", f"a card below the button: {yes['title']}"))
        return Press(title, style, " ".join(_text(element) for element in action["card"]["body"]))

    def _field(self, element: Json) -> Asked:
        kind, _, name = str(element["id"]).partition("-")
        options = [(unquote(str(c["value"])), _plain(c["title"])) for c in element.get("choices", [])]
        if kind == "tick":
            self.ways.add(("a tick", "a box beside its words"))
        if kind in ("choice", "many") and any(": " in label.removeprefix("Open: ") for _, label in options):
            self.ways.add(("choices in groups", "the group before each"))
        placeholder = str(element.get("placeholder", "")) if kind in ("line", "text") else ""
        return Asked(
            name=name,
            kind=kind,
            label=_plain(element.get("label") or element["title"]),
            optional=not element.get("isRequired", False),
            longest=int(element.get("maxLength", 0)),
            placeholder=placeholder,
            choices=choices(options),
            value=chosen(_teams_value(kind, element), options),
        )


def _teams_value(kind: str, element: Json) -> tuple[str, ...]:
    value = str(element.get("value") or "")
    if kind == "many":
        return tuple(sorted(unquote(one) for one in value.split(",") if one))
    if kind == "tick":
        return ("yes",) if value == "true" else ()
    return (unquote(value) if kind == "choice" else value,) if value else ()


def _text(element: Json) -> str:
    return _plain("".join(str(run["text"]) for run in element["inlines"]))


def _plain(text: str) -> str:
    return str(text).translate(_LOOKALIKES)


def file_on_card(seen: TeamsMessage) -> tuple[str, str] | None:
    """The name and content of a file that a card shows line by line; None for another card."""
    body = (seen.card or {}).get("body") or []
    runs = [run for element in body for run in element.get("inlines", [])]
    words = [run["text"] for run in runs if run.get("fontType") == "Monospace"]
    return (str(runs[0]["text"]), str(words[0])) if words else None
