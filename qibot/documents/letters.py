"""Words in pictures: Pillow's own font, what it lacks drawn plain, lines that fit. Pillow is imported when needed."""

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_PLAIN = {"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "đ": "d", "Đ": "D"}
_PLAIN |= {
    "–": "-",
    "—": "-",
    "•": "-",
    "×": "x",
    "½": "1/2",
    "≥": ">=",
    "≤": "<=",
    "→": "->",
    "£": "GBP ",
    "€": "EUR ",
}
"""What stands for signs that the font does not have, and that are no letter with an accent."""


def wrapped(words: str, width: int, font: "FreeTypeFont") -> list[str]:
    """The words in lines that fit; a word that is wider than that is broken."""
    lines = [""]
    for word in drawable(words).split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def drawable(words: str) -> str:
    """The words in signs that the font has."""
    return "".join(map(_drawn, words))


@lru_cache(maxsize=8)
def font(size: int) -> "FreeTypeFont":
    """Pillow's own, so that every machine draws the same."""
    from PIL import ImageFont
    from PIL.ImageFont import FreeTypeFont

    found = ImageFont.load_default(size)
    if not isinstance(found, FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType")
    return found


@lru_cache(maxsize=2_000)
def _drawn(letter: str) -> str:
    """The letter, if the font has it; else the plain letters that it is made of; else an empty box."""
    if letter.isspace() or letter.isascii() or _has(letter):
        return letter
    plain = _PLAIN.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or ("" if unicodedata.combining(letter) else "\u25a1")


def _has(letter: str) -> bool:
    def mask(words: str) -> bytes:
        return bytes(font(20).getmask(words))

    # What a font does not have, it draws as one and the same sign.
    return mask(letter) != mask("\ufffe")
