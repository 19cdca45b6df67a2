"""Rich text: the only text of a card in which Teams reads no Markdown, so that what people type is shown as typed.

A line break is no more than a space to some of Teams' clients, so each line is an element of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from qibot.chat.message import Bold, Link, Mention, Plain, Run, runs, word
from qibot.platforms.teams import limits
from qibot.platforms.words import MORE, clean, shortened, usable

Json = dict[str, Any]
"""An element, an action or a whole card."""

_SMALL: Json = {"size": "Small", "isSubtle": True}
_LOUD: Json = {"weight": "Bolder", "color": "Attention"}
_HEADING: Json = {"weight": "Bolder", "size": "Medium"}

# Cards read {{DATE(…)}} and {{TIME(…)}} even here. Between the braces goes a character that nobody sees.
_CLOCK = re.compile(r"\{(?=\{(?:DATE|TIME)\()")
_JOINER = "\u2060"
_E_MAIL = re.compile(r"[!-~]+@[!-~]+")


def paragraph(*words: str | Run, longest: int = limits.PARAGRAPH) -> list[Json]:
    """An element a line; an empty line is a gap. None when there are no words."""
    return _lines(words, longest, {})


def heading(text: str) -> list[Json]:
    """What a card is about."""
    return _lines([text], limits.TITLE, _HEADING)


def small_print(*words: str | Run) -> list[Json]:
    """Small print."""
    return _lines(words, limits.PARAGRAPH, _SMALL)


def attention(text: str, longest: int) -> list[Json]:
    """Words that must not be overlooked; they say so themselves, colour is only added."""
    return _lines([text], longest, _LOUD)


def literal(text: str) -> str:
    """Clean, and not read as a date by a card."""
    return _CLOCK.sub("{" + _JOINER, clean(text))


def follows(elements: list[Json]) -> list[Json]:
    """The same, close under what stands before them."""
    return [element | {"spacing": "Small"} if i == 0 else element for i, element in enumerate(elements)]


def _lines(words: Iterable[str | Run], longest: int, look: Json) -> list[Json]:
    found: list[Json] = []
    gap = True
    lines = _split(shortened(runs(*words), longest))
    for i, line in enumerate(lines):
        if i == limits.LINES:
            found.append(_block([Plain(MORE)], look, gap=gap))
            break
        if not any(_words(run).strip() for run in line):
            gap = True
            continue
        found.append(_block(line, look, gap=gap))
        gap = False
    return found


def _block(line: Iterable[Run], look: Json, *, gap: bool) -> Json:
    made: Json = {"type": "RichTextBlock", "inlines": [_run(run, look) for run in line if _words(run)]}
    return made if gap else made | {"spacing": "None"}


def _words(run: Run) -> str:
    """What shows of it: a link without words shows its address."""
    if isinstance(run, Link) and not run.text.strip():
        return run.url
    return word(run)


def _run(run: Run, look: Json) -> Json:
    made = {"type": "TextRun", "text": literal(_words(run)), **look}
    match run:
        case Mention(address=address) if url := chat_with(address):
            return made | {"weight": "Bolder", **_leading_to(url, made)}
        case Bold() | Mention():
            return made | {"weight": "Bolder"}
        case Link(url=url) if len(url) <= limits.ADDRESS and usable(url, "http", "https", "mailto"):
            return made | _leading_to(url, made)
    return made


def _leading_to(url: str, made: Json) -> Json:
    # The title is what a screen reader says of the link.
    return {
        "underline": True,
        "selectAction": {"type": "Action.OpenUrl", "title": made["text"].strip() or url, "url": url},
    }


def chat_with(address: str) -> str:
    """Where Teams begins a chat with whoever has this e-mail address, of any tenant; "" for what is not one."""
    known = len(address) <= limits.E_MAIL and _E_MAIL.fullmatch(address)
    return f"https://teams.microsoft.com/l/chat/0/0?users={quote(address, safe='@')}" if known else ""


def _split(words: Iterable[Run]) -> list[list[Run]]:
    lines: list[list[Run]] = [[]]
    for run in words:
        if isinstance(run, Plain | Bold):
            first, *others = run.text.split("\n")
            lines[-1].append(type(run)(first))
            lines += [[type(run)(other)] for other in others]
        else:
            lines[-1].append(replace(run, name=run.name.replace("\n", " ")) if isinstance(run, Mention) else run)
    return lines
