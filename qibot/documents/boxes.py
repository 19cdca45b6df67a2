"""A tree of words in boxes, from left to right, as a picture. What it says is said by boxes and lines, not by colour.

Narrow on purpose: a chat shows a picture about 360 points wide, and at half its size the words can still be read.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qibot.documents import letters

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

MOST_LEAVES = 4
"""Leaves drawn of one branch; how many more there are stands in a box of its own."""
_SIZE, _LINE, _PAD, _GAP, _EDGE = 20, 26, 10, 14, 20
_COLUMNS = ((20, 190), (240, 440), (490, 740))
_WIDTH, _TOP = 760, 64
_BLACK, _GREY, _FILLS = "#111111", "#5f6b73", ("#eef2f4", "#ffffff", "#ffffff")


@dataclass(frozen=True, slots=True)
class Branch:
    """Words in the middle column, and those that hang on them."""

    words: str
    leaves: tuple[str, ...] = ()


def tree(headings: tuple[str, str, str], root: str, branches: Sequence[Branch]) -> bytes:
    """The picture as PNG: the same bytes for the same words."""
    from PIL import Image, ImageDraw

    font = letters.font(_SIZE)
    boxes: list[_Box] = []
    lines: list[tuple[_Box, _Box]] = []
    down = _TOP
    middles: list[_Box] = []
    for branch in branches:
        leaves = [_box(2, words, font) for words in _drawn(branch.leaves)]
        middle = _box(1, branch.words, font)
        height = sum(leaf.height for leaf in leaves) + _GAP * max(0, len(leaves) - 1)
        at = down + max(0, middle.height - height) // 2
        for leaf in leaves:
            leaf.top, at = at, at + leaf.height + _GAP
        middle.top = down + max(0, height - middle.height) // 2
        lines += [(middle, leaf) for leaf in leaves]
        boxes += [middle, *leaves]
        middles.append(middle)
        down += max(height, middle.height) + 2 * _GAP
    first = _box(0, root, font)
    first.top = max(_TOP, (_TOP + down - 2 * _GAP - first.height) // 2)
    lines += [(first, middle) for middle in middles]
    bottom = max(box.top + box.height for box in (first, *boxes))
    picture = Image.new("RGB", (_WIDTH, bottom + _EDGE), "#ffffff")
    draw = ImageDraw.Draw(picture)
    for (left, _), words in zip(_COLUMNS, headings, strict=True):
        draw.text((left, _EDGE), words, font=font, fill=_GREY)
    for one, other in lines:
        _join(draw, one, other)
    for box in (first, *boxes):
        _fill(draw, box, font)
    out = io.BytesIO()
    picture.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


@dataclass(slots=True)
class _Box:
    column: int
    lines: list[str]
    top: int = 0

    @property
    def height(self) -> int:
        return _LINE * len(self.lines) + 2 * _PAD

    @property
    def middle(self) -> int:
        return self.top + self.height // 2


def _drawn(leaves: tuple[str, ...]) -> tuple[str, ...]:
    more = len(leaves) - MOST_LEAVES
    return leaves if more <= 0 else (*leaves[:MOST_LEAVES], f"… and {more} more")


def _box(column: int, words: str, font: "FreeTypeFont") -> _Box:
    left, right = _COLUMNS[column]
    return _Box(column, letters.wrapped(words, right - left - 2 * _PAD, font))


def _join(draw: "ImageDraw", one: _Box, other: _Box) -> None:
    left, right = _COLUMNS[one.column][1], _COLUMNS[other.column][0]
    half = (left + right) // 2
    path = [(left, one.middle), (half, one.middle), (half, other.middle), (right, other.middle)]
    draw.line(path, fill=_GREY, width=2)


def _fill(draw: "ImageDraw", box: _Box, font: "FreeTypeFont") -> None:
    left, right = _COLUMNS[box.column]
    corners = (left, box.top, right, box.top + box.height)
    draw.rounded_rectangle(corners, radius=6, fill=_FILLS[box.column], outline=_GREY, width=2)
    for n, line in enumerate(box.lines):
        draw.text((left + _PAD, box.top + _PAD + n * _LINE), line, font=font, fill=_BLACK)
