"""The two icons of the Teams app, drawn here: a speech bubble in which a run chart rises.

Shapes are signed distances (below 0 is inside), in parts of the picture's side, so that edges are smooth at any size.
"""

import struct
import zlib
from collections.abc import Callable
from itertools import pairwise
from math import hypot

Colour = tuple[int, int, int]

_GROUND: Colour = (0x21, 0x47, 0x5C)
_WHITE: Colour = (255, 255, 255)
_WARM: Colour = (0xC2, 0x4E, 0x1B)

_CHART = ((0.30, 0.545), (0.42, 0.475), (0.54, 0.50), (0.70, 0.33))
_TAIL = ((0.28, 0.60), (0.50, 0.60), (0.28, 0.83))


def color() -> bytes:
    """192 × 192 pixels in full colour, as a PNG."""

    def paint(x: float, y: float) -> tuple[Colour, float]:
        chart = min(_line(x, y) - 0.021, *(hypot(x - a, y - b) - 0.038 for a, b in _CHART))
        within = _mix(_GROUND, _WHITE, _covered(_bubble(x, y), 192))
        return _mix(within, _WARM, _covered(chart, 192)), 1.0

    return _png(192, paint)


def outline() -> bytes:
    """32 × 32 pixels, white lines on nothing, as a PNG."""

    def paint(x: float, y: float) -> tuple[Colour, float]:
        # Enlarged: so small a picture needs no margin.
        x, y = 0.5 + (x - 0.5) * 0.78, 0.5 + (y - 0.5) * 0.78
        shape = min(abs(_bubble(x, y)) - 0.026, _line(x, y) - 0.028)
        return _WHITE, _covered(shape / 0.78, 32)

    return _png(32, paint)


def _bubble(x: float, y: float) -> float:
    """A rounded box with a tail."""
    dx, dy = abs(x - 0.5) - 0.24, abs(y - 0.43) - 0.15
    box = hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - 0.09
    edges = pairwise((*_TAIL, _TAIL[0]))
    tail = max(((by - ay) * (x - ax) - (bx - ax) * (y - ay)) / hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in edges)
    return min(box, tail)


def _line(x: float, y: float) -> float:
    """How far it is to the chart's line."""
    return min(_segment(x, y, a, b) for a, b in pairwise(_CHART))


def _segment(x: float, y: float, a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = min(1.0, max(0.0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)))
    return hypot(x - a[0] - along * dx, y - a[1] - along * dy)


def _covered(distance: float, side: int) -> float:
    return min(1.0, max(0.0, 0.5 - distance * side))


def _mix(below: Colour, above: Colour, part: float) -> Colour:
    r, g, b = (round(one + (two - one) * part) for one, two in zip(below, above, strict=True))
    return r, g, b


def _png(side: int, paint: Callable[[float, float], tuple[Colour, float]]) -> bytes:
    rows = bytearray()
    for row in range(side):
        rows.append(0)
        for column in range(side):
            colour, alpha = paint((column + 0.5) / side, (row + 0.5) / side)
            rows += bytes((*colour, round(alpha * 255)))
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
