"""The poster: every code on it leads where it should, keeps its white edge, and the join code stands below in words."""

import io

import pytest
import segno
from PIL import Image, ImageChops

from qibot.documents.posters import MOST, QUIET, WIDTH, Way, poster

OPEN = "https://chat.example/open?app=A0123456789&team=T0BEDS"
LONG = f"https://meetings.example/l/chat/0/0?users=28:{'3f2504e0-' * 4}&message=event%20join%20IMPROVING123"
WORDS = "Scan, or write to qibot: event join QI27"


def drawn(*ways: Way, title: str = "Improving together", code: str = "QI27", words: str = WORDS) -> Image.Image:
    """The picture, read again in black and white."""
    data = poster(title, ways, code, words)
    assert data.startswith(b"\x89PNG")
    assert len(data) < 60_000
    return Image.open(io.BytesIO(data)).convert("L").point(lambda level: 0 if level < 128 else 255)


def corners(picture: Image.Image) -> list[tuple[int, int, int]]:
    """(left, top, points a square) of every code: a row of seven dark squares, one light, as only its corners have."""
    found: list[tuple[int, int, int]] = []
    data = picture.load()
    assert data is not None
    for y in range(1, picture.height):
        x = 1
        while x < picture.width:
            if data[x, y] == 0 and data[x - 1, y] == 255 and data[x, y - 1] == 255:
                end = x
                while end < picture.width and data[end, y] == 0:
                    end += 1
                size, rest = divmod(end - x, 7)
                # The corner is a square with a light one inside: letters are not.
                if size >= 4 and not rest and _is_corner(picture, x, y, size):
                    found.append((x, y, size))
                x = end
            else:
                x += 1
    return found


def _is_corner(picture: Image.Image, left: int, top: int, size: int) -> bool:
    if top + 7 * size > picture.height:
        return False
    square = [[_dark(picture, left, top, size, column, row) for column in range(7)] for row in range(7)]
    ring = [[max(abs(column - 3), abs(row - 3)) != 2 for column in range(7)] for row in range(7)]
    return square == ring


def _dark(picture: Image.Image, left: int, top: int, size: int, column: int, row: int) -> bool:
    return picture.getpixel((left + column * size + size // 2, top + row * size + size // 2)) == 0


def codes(picture: Image.Image, *addresses: str) -> list[tuple[int, int, int, int]]:
    """(left, top, right, bottom) of each code with its quiet edge, in reading order, once it was found to be square by
    square the code of its address with nothing but white around it.
    """
    at = corners(picture)
    assert len(at) == 3 * len(addresses)
    boxes = []
    # Each code has three corners; the one that has another right of it and another below it is its first.
    firsts = [c for c in at if _has(at, c, right=True) and _has(at, c, right=False)]
    upper = min(top for _, top, _ in firsts)
    firsts.sort(key=lambda c: (c[1] > upper + 150, c[0]))
    for (left, top, size), address in zip(firsts, addresses, strict=True):
        squares = [[bool(dark) for dark in row] for row in segno.make(address, error="m", micro=False).matrix]
        many, quiet = len(squares), QUIET * size
        assert [[_dark(picture, left, top, size, x, y) for x in range(many)] for y in range(many)] == squares
        box = (left - quiet, top - quiet, left + many * size + quiet, top + many * size + quiet)
        around = picture.copy()
        around.paste(255, (left, top, left + many * size, top + many * size))
        assert ink(around, *box) == 0
        boxes.append(box)
    return boxes


def _has(corners: list[tuple[int, int, int]], one: tuple[int, int, int], *, right: bool) -> bool:
    left, top, size = one
    far = range(14 * size, 60 * size)
    return any(
        (other[1] == top and other[0] - left in far) if right else (other[0] == left and other[1] - top in far)
        for other in corners
        if other[2] == size and abs(other[0] - left) < WIDTH // 2 and abs(other[1] - top) < WIDTH // 2
    )


def ink(picture: Image.Image, left: int, top: int, right: int, bottom: int) -> int:
    """How many points of a part are dark."""
    return picture.crop((left, top, right, bottom)).histogram()[0]


@pytest.mark.parametrize("addresses", [(OPEN,), (LONG,), (OPEN, LONG), (OPEN, LONG, OPEN), (OPEN, LONG, LONG, OPEN)])
def test_every_code_reads_as_its_address_and_has_white_around_it(addresses: tuple[str, ...]) -> None:
    picture = drawn(*(Way(f"Chat {n}", address) for n, address in enumerate(addresses)))
    boxes = codes(picture, *addresses)
    assert picture.width == WIDTH
    # Large enough for a slide, and no larger than a chat shows.
    assert picture.height <= 1024
    assert all(right - left >= (400 if len(addresses) == 1 else 240) for left, _, right, _ in boxes)
    for left, top, right, bottom in boxes:
        assert ink(picture, 0, 0, WIDTH, top) > 0
        # The name of the chat stands below its code, and before the next one.
        assert ink(picture, left, bottom, right, bottom + 60) > 0


def test_the_join_code_stands_below_larger_than_any_other_words() -> None:
    picture = drawn(Way("Chat", OPEN))
    other = drawn(Way("Chat", OPEN), code="MK9")
    ((_, _, _, bottom),) = codes(picture, OPEN)
    changed = ImageChops.difference(picture, other).getbbox()
    assert changed is not None
    assert changed[1] > bottom
    assert changed[3] - changed[1] > 45
    # And below that what to type.
    assert ink(picture, 0, changed[3] + 10, WIDTH, picture.height) > 0


def test_nothing_but_the_code_is_lost_where_there_is_no_address_to_show() -> None:
    assert corners(drawn()) == []
    assert ink(drawn(), 0, 0, WIDTH, drawn().height) > 0


def test_more_ways_than_fit_are_left_out() -> None:
    ways = [Way(f"Chat {n}", OPEN) for n in range(MOST + 3)]
    assert poster("A", ways, "QI27", WORDS) == poster("A", ways[:MOST], "QI27", WORDS)


def test_long_words_stay_within_it() -> None:
    picture = drawn(
        *[Way("Chat: Bedfordshire Hospitals NHS Foundation Trust", LONG)] * MOST,
        title="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch " * 4,
        code="IMPROVING123",
    )
    assert picture.height <= 1024
    edges = ((0, 0, 10, picture.height), (WIDTH - 10, 0, WIDTH, picture.height))
    assert [ink(picture, *edge) for edge in edges] == [0, 0]
