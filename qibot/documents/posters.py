"""A poster with codes to scan, for a slide or a wall: what it is, a code for each way in, and the words for whoever
cannot scan.

At most 1024 points wide and high, which is as large as every chat shows a picture. Each square of a code is a whole
number of points, so it stays sharp however large it is printed.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qibot.documents import letters

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

MOST = 4
"""Codes on one poster."""
WIDTH = 1000
QUIET = 4
"""Squares of white around a code, without which some cameras do not find it."""
_EDGE, _GAP = 40, 20
_TITLE, _LABEL, _CODE, _WORDS = 46, 28, 76, 26
_ROOMS = {1: 560, 2: 440, 3: 280, 4: 280}
"""How wide and high one code may be, by how many there are: with all the words it stays within the height."""
_BLACK, _GREY, _WHITE = "#000000", "#444444", "#ffffff"


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: what it is called, and the address that its code leads to."""

    label: str
    address: str


def poster(title: str, ways: Sequence[Way], code: str, words: str) -> bytes:
    """The picture as PNG, the same bytes for the same words: `title` on top, up to `MOST` codes, below them `code`,
    large, and `words` that say what to do with it.
    """
    from PIL import Image, ImageDraw

    ways = ways[:MOST]
    picture = Image.new("L", (WIDTH, 2 * WIDTH), _WHITE)
    draw = ImageDraw.Draw(picture)
    down = _lines(draw, title, _TITLE, _EDGE, most=2)
    for row in range(0, len(ways), 2):
        down = _row(draw, ways[row : row + 2], _ROOMS[len(ways)], down + _GAP)
    down = _lines(draw, code, _CODE, down + _GAP, most=1)
    down = _lines(draw, words, _WORDS, down + _GAP // 2, most=2, fill=_GREY)
    out = io.BytesIO()
    picture.crop((0, 0, WIDTH, down + _EDGE)).save(out, "PNG", optimize=True)
    return out.getvalue()


def _row(draw: "ImageDraw", ways: Sequence[Way], room: int, top: int) -> int:
    """Codes beside each other, each with its label; where they end."""
    bottom = top + room
    for n, way in enumerate(ways):
        middle = WIDTH * (2 * n + 1) // (2 * len(ways))
        _squares(draw, way.address, room, middle, top + room // 2)
        width = WIDTH // len(ways)
        most = 2 if room > _ROOMS[MOST] else 1
        bottom = max(bottom, _lines(draw, way.label, _LABEL, top + room, most=most, middle=middle, width=width))
    return bottom


def _squares(draw: "ImageDraw", address: str, room: int, middle: int, centre: int) -> None:
    """The code of an address, as large as fits into a square of `room` points with white around it."""
    import segno

    # A quarter of it may be dirty or torn, where there is room for that; and no code is a smaller one of another kind.
    found = segno.make(address, error="m", micro=False)
    rows = [list(row) for row in found.matrix_iter(border=QUIET)]
    size = room // len(rows)
    left, top = middle - size * len(rows) // 2, centre - size * len(rows) // 2
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                at = (left + x * size, top + y * size)
                draw.rectangle((*at, at[0] + size - 1, at[1] + size - 1), fill=_BLACK)


def _lines(
    draw: "ImageDraw",
    words: str,
    size: int,
    top: int,
    *,
    most: int,
    middle: int = WIDTH // 2,
    width: int = WIDTH,
    fill: str = _BLACK,
) -> int:
    """Words in at most so many lines, each in the middle; where they end."""
    font = letters.font(size)
    lines = letters.wrapped(words, width - 2 * _EDGE, font)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-2] + "..."]
    for line in lines:
        draw.text((middle, top), line, font=font, fill=fill, anchor="ma")
        top += size * 5 // 4
    return top
