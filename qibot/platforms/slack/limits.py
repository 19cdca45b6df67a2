"""What Slack takes, in characters unless said otherwise, and how words are made to fit.

Numbers are from Slack's Block Kit reference. Slack does not say whether it counts code points or UTF-16 units, so
everything here counts the larger of the two.
"""

import re
import unicodedata

BLOCKS_IN_MESSAGE = 50
BLOCKS_IN_VIEW = 100
MESSAGE_WORDS = 9_000
"""All the words of a message's blocks. Undocumented: somewhere past 12,000 Slack answers `msg_blocks_too_long`."""
VIEW_BYTES = 250_000
TITLE = 500
"""Our own choice: a long title must leave room for what is said."""
PARAGRAPH = 3_000
NOTE = 2_000
FALLBACK = 300
"""Our own choice: what a notification shows; Slack takes 40,000."""
ADDRESS = 3_000
ALT_TEXT = 2_000

BUTTONS_IN_ROW = 5
"""Our own choice, for reading; Slack takes 25 elements in an actions block."""
BUTTON_LABEL = 75
BUTTON_VALUE = 2_000
ACTION_ID = 255
CONFIRM_TEXT = 300

MODAL_TITLE = 24
PRIVATE_METADATA = 3_000
FIELD_LABEL = 2_000
FIELD_ERROR = 1_000
"""Our own choice; Slack names no limit."""
PLACEHOLDER = 150
TYPED = 3_000
OPTION_LABEL = 75
OPTION_VALUE = 150
OPTIONS = 100
OPTION_GROUPS = 100
RADIO_BUTTONS = 4
"""Our own choice, for reading; Slack takes 10."""
CHECKBOXES = 10
SHORT_LABEL = 40
"""Our own choice: longer labels wrap beside a radio button or checkbox on a phone."""

MORE = "…"
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
    """Characters as Slack may count them."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, longest: int, *, escaped: bool = False) -> str:
    """Clean, and at most `longest` characters, ending in "…" when something was cut; never within one letter or emoji.

    `escaped` escapes the result, and counts its entities in full.
    """
    text = clean(text)
    whole = escape(text) if escaped else text
    if size(whole) <= longest:
        return whole
    at = room = 0
    for at, letter in enumerate(text):  # noqa: B007 - where it stopped is what matters
        room += (len(_ESCAPES.get(letter, letter)) if escaped else 1) + (letter > "\uffff")
        if room > longest - len(MORE):
            break
    cut = text[: _boundary(text, at)].rstrip() + MORE
    return escape(cut) if escaped else cut


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
