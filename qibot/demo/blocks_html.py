"""Slack's blocks as HTML. Everything that came from somebody is escaped; what is not known is named, never guessed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from qibot.demo.fields_html import Filled, input_field
from qibot.demo.slack_text import unescape

Json = Mapping[str, Any]
NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where blocks are shown. `prefix` begins every id; `names` gives the name behind an account's id.

    Buttons work inside `form` (its hidden fields; a form of their own is made around each row), by `formaction` when
    the blocks stand inside a form already, or not at all when neither is given.
    """

    prefix: str
    names: Callable[[str], str] = str
    form: Markup | None = None
    formaction: str = ""
    level: int = 4
    state: Mapping[str, Json] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def render(blocks: Iterable[Json], setting: Setting) -> Markup:
    """All the blocks, in order."""
    return NOTHING.join(_block(block, setting) for block in blocks)


def not_shown(kind: object) -> Markup:
    """In the place of something this page does not know."""
    return Markup('<p class="not-shown">[not shown: {}]</p>').format(kind)


def words(text: object) -> str:
    """What a person reads of a text object."""
    found = text.get("text") if isinstance(text, Mapping) else text
    return unescape(found) if isinstance(found, str) else ""


def press_value(block: Json, element: Json) -> str:
    """What a button sends when it is pressed: which one it is."""
    return f"{block.get('block_id', '')}/{element.get('action_id', '')}"


def usable_address(url: object) -> bool:
    """Whether a link may lead there."""
    try:
        return isinstance(url, str) and urlsplit(url).scheme in ("http", "https", "mailto")
    except ValueError:
        return False


def _block(block: Json, setting: Setting) -> Markup:
    make = _BLOCKS.get(str(block.get("type")))
    return make(block, setting) if make else not_shown(block.get("type"))


def _section(block: Json, setting: Setting) -> Markup:
    parts = [_paragraph(block["text"])] if "text" in block else []
    if "fields" in block:
        items = NOTHING.join(Markup("<li>{}</li>").format(words(one)) for one in block["fields"])
        parts.append(Markup('<ul class="facts">{}</ul>').format(items))
    if (accessory := block.get("accessory")) is not None:
        if accessory.get("type") == "image":
            parts.append(_image(accessory, setting))
        else:
            parts.append(_row(block, [accessory], setting))
    return Markup('<div class="section">{}</div>').format(NOTHING.join(parts))


def _paragraph(text: Json) -> Markup:
    return Markup("<p>{}</p>").format(words(text))


def _header(block: Json, setting: Setting) -> Markup:
    return Markup("<h{0}>{1}</h{0}>").format(setting.level, words(block.get("text")))


def _divider(_: Json, __: Setting) -> Markup:
    return Markup("<hr>")


def _context(block: Json, setting: Setting) -> Markup:
    parts = []
    for one in block.get("elements", ()):
        if one.get("type") == "image":
            parts.append(_image(one, setting))
        elif one.get("type") in ("plain_text", "mrkdwn"):
            parts.append(Markup("<span>{}</span>").format(words(one)))
        else:
            parts.append(not_shown(one.get("type")))
    return Markup('<div class="context">{}</div>').format(Markup(" ").join(parts))


def _image(block: Json, _: Setting) -> Markup:
    # Nothing is fetched from elsewhere: the page runs without the internet and tells nobody that it was opened.
    alt, title = str(block.get("alt_text", "")), words(block.get("title"))
    shown = Markup("<figcaption>Picture: {}</figcaption>").format(" – ".join(one for one in (title, alt) if one))
    return Markup('<figure class="picture">{}</figure>').format(shown)


def _actions(block: Json, setting: Setting) -> Markup:
    return _row(block, block.get("elements", ()), setting)


def _row(block: Json, elements: Iterable[Json], setting: Setting) -> Markup:
    made = NOTHING.join(
        _button(block, one, setting) if one.get("type") == "button" else not_shown(one.get("type")) for one in elements
    )
    if setting.form is None:
        return Markup('<div class="buttons">{}</div>').format(made)
    return Markup('<form class="buttons" method="post" action="/press">{}{}</form>').format(setting.form, made)


def _button(block: Json, button: Json, setting: Setting) -> Markup:
    style = button.get("style") if button.get("style") in ("primary", "danger") else "plain"
    label = words(button.get("text"))
    if "url" in button:
        if not usable_address(button["url"]):
            return not_shown("link button")
        link = '<a class="button {}" href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
        return Markup(link).format(style, button["url"], label)
    does = Markup(' type="button" disabled')
    if setting.form is not None or setting.formaction:
        value = Markup(' name="press" value="{}"').format(press_value(block, button))
        away = Markup(' formaction="{}" formnovalidate').format(setting.formaction) if setting.formaction else NOTHING
        does = Markup(' type="submit" id="{}-{}"').format(setting.prefix, press_value(block, button)) + value + away
    if button.get("confirm"):
        label = f"{label}…"
    spoken = button.get("accessibility_label")
    does += Markup(' aria-label="{}"').format(unescape(spoken)) if isinstance(spoken, str) else NOTHING
    return Markup('<button class="button {}"{}>{}</button>').format(style, does, label)


def _input(block: Json, setting: Setting) -> Markup:
    element = block.get("element", {})
    block_id = str(block.get("block_id", ""))
    held = setting.state.get(block_id, {}).get(element.get("action_id"), {})
    filled = Filled(f"{setting.prefix}-{block_id}", held, setting.errors.get(block_id, ""))
    return input_field(block, filled) or not_shown(element.get("type"))


def _rich_text(block: Json, setting: Setting) -> Markup:
    return Markup('<div class="rich">{}</div>').format(_groups(block.get("elements", ()), setting))


def _groups(groups: Iterable[Json], setting: Setting) -> Markup:
    return NOTHING.join(_group(group, setting) for group in groups)


_AROUND = {"rich_text_section": "p", "rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}


def _group(group: Json, setting: Setting) -> Markup:
    kind, elements = str(group.get("type")), group.get("elements", ())
    if kind == "rich_text_list":
        items = NOTHING.join(Markup("<li>{}</li>").format(_runs(one.get("elements", ()), setting)) for one in elements)
        return Markup("<{0}>{1}</{0}>").format("ol" if group.get("style") == "ordered" else "ul", items)
    if kind not in _AROUND:
        return not_shown(kind)
    return Markup("<{0}>{1}</{0}>").format(_AROUND[kind], _runs(elements, setting))


def _runs(runs: Iterable[Json], setting: Setting) -> Markup:
    return NOTHING.join(_run(run, setting) for run in runs)


_STYLES = {"bold": "strong", "italic": "em", "strike": "s", "code": "code"}


def _run(run: Json, setting: Setting) -> Markup:
    match run.get("type"):
        case "text":
            made = Markup.escape(str(run.get("text", "")))
        case "user":
            made = Markup('<span class="mention">@{}</span>').format(setting.names(str(run.get("user_id", ""))))
        case "link" if usable_address(run.get("url")):
            link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
            made = link.format(run["url"], run.get("text") or run["url"])
        case "emoji":
            made = Markup.escape(f":{run.get('name', '')}:")
        case "date":
            made = Markup.escape(str(run.get("fallback", "")))
        case kind:
            made = Markup('<span class="not-shown">[not shown: {}]</span>').format(kind)
    for style, tag in _STYLES.items():
        if run.get("style", {}).get(style):
            made = Markup("<{0}>{1}</{0}>").format(tag, made)
    return made


_BLOCKS: dict[str, Callable[[Json, Setting], Markup]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "image": _image,
    "actions": _actions,
    "input": _input,
    "rich_text": _rich_text,
}
