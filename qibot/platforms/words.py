"""How words are made to fit, for every renderer: cleaned, counted, shortened, and addresses looked at.

Slack does not say whether it counts code points or UTF-16 units, so everything here counts the larger of the two.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from qibot.chat.message import Link, Mention, Plain, Run, word
from qibot.typed import Typed

MORE = "…"
LONGEST_ADDRESS = 3_000
_ODD_IN_ADDRESS = re.compile(r"[^!-~]|[<>|\"]")
_UNSENDABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile("[&<>]")
_JOINER = "\u200d"
_LONGEST_CLUSTER = 40


def clean(text: str) -> str:
    """Without what cannot travel: control characters go, half of a surrogate pair becomes `\\ufffd`."""
    if not _UNSENDABLE.search(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSENDABLE.sub(lambda bad: "\ufffd" if bad[0] >= "\ud800" else "", text)


def escape(text: str) -> str:
    """Slack's three control characters as entities: needed in text objects, plain ones too, and in fallback text."""
    return _CONTROL.sub(lambda found: _ESCAPES[found[0]], text)


def size(text: str) -> int:
    """Characters as a platform may count them: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, longest: int, *, escaped: bool = False) -> str:
    """Clean, and at most `longest` characters, ending in "…" when something was cut; never within one letter or emoji.

    `escaped` escapes the result, and counts its entities in full.
    """
    text = clean(text)
    whole = escape(text) if escaped else text
    if size(whole) <= longest:
        return whole
    at = _room_for(text, longest - len(MORE), escaped)
    cut = text[: _boundary(text, at)].rstrip() + MORE
    return escape(cut) if escaped else cut


def _room_for(text: str, room: int, escaped: bool) -> int:
    """How many characters of `text`, which is too long, there is room for."""
    head = text[: room + 1]
    if max(head) <= "\uffff" and not (escaped and _CONTROL.search(head)):
        return room
    taken = 0
    for at, letter in enumerate(text):
        taken += (len(_ESCAPES.get(letter, letter)) if escaped else 1) + (letter > "\uffff")
        if taken > room:
            return at
    return len(text)


def _boundary(text: str, at: int) -> int:
    """The nearest place at or before `at` that does not part a letter from its marks or an emoji from its rest."""
    for back in range(at, max(0, at - _LONGEST_CLUSTER), -1):
        if not _goes_with_previous(text, back):
            return back
    return at


def _goes_with_previous(text: str, at: int) -> bool:
    here, before = text[at], text[at - 1]
    if here == _JOINER or before == _JOINER or unicodedata.category(here) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    # A flag is two letters: an odd number of them before the cut means that the cut parts one.
    flags = 0
    while at - flags > 0 and "\U0001f1e6" <= text[at - flags - 1] <= "\U0001f1ff":
        flags += 1
    return flags % 2 == 1 and "\U0001f1e6" <= here <= "\U0001f1ff"


def usable(url: str, *schemes: str) -> bool:
    """Is it an address that every platform would take, with one of these schemes?"""
    if not 0 < len(url) <= LONGEST_ADDRESS or _ODD_IN_ADDRESS.search(url):
        return False
    try:
        parts = urlsplit(url)
        # Slack wants the scheme in small letters, which urlsplit makes of any.
        known = parts.scheme in schemes and url.startswith(parts.scheme)
        return known and bool(parts.path if parts.scheme == "mailto" else parts.hostname)
    except ValueError:
        return False


def shortened(words: Iterable[Run], longest: int) -> list[Run]:
    """The runs, clean and together at most `longest` characters; the address of a link counts too."""
    kept: list[Run] = []
    room = longest - len(MORE)
    for run in words:
        if room <= 0:
            kept.append(Plain(MORE))
            break
        short, taken = _short(run, room)
        kept.append(short)
        room -= taken
    return kept


def _short(run: Run, longest: int) -> tuple[Run, int]:
    """The run within `longest` characters, and how many it takes."""
    text = shorten(word(run), longest)
    if isinstance(run, Mention):
        return replace(run, name=text), size(text)
    if isinstance(run, Typed):
        return Plain(text), size(text)
    if isinstance(run, Link):
        text = text.replace("\n", " ")
        whole = size(text) + size(run.url)
        # An address is never cut: without the room for it, the words stay and lead nowhere.
        return (Link(text, run.url), whole) if whole <= longest else (Plain(text), size(text))
    return type(run)(text), size(text)
