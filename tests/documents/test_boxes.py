"""The picture of a tree: a PNG of the same bytes each time, as wide as a chat shows it, whatever the words are."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from qibot.documents import boxes, letters
from qibot.documents.boxes import Branch, tree

HEADINGS = ("Aim", "Drivers", "Ideas")


def drawn(root: str, *branches: Branch) -> Image.Image:
    """The picture, read again."""
    return Image.open(io.BytesIO(tree(HEADINGS, root, branches)))


def ink(picture: Image.Image, left: int, right: int) -> int:
    """How much of a column is not white."""
    grey = picture.convert("L").crop((left, 60, right, picture.height))
    return sum(count for count, level in grey.getcolors(256 * 256) or [] if isinstance(level, int) and level < 120)


def test_it_is_the_same_for_the_same_words_and_another_for_others() -> None:
    one = (Branch("Light", ("Lamps",)), Branch("Bells"))
    assert tree(HEADINGS, "Fewer falls", one) == tree(HEADINGS, "Fewer falls", one)
    assert tree(HEADINGS, "Fewer falls", one) != tree(HEADINGS, "No falls", one)


def test_it_has_a_box_for_each_and_grows_with_them() -> None:
    few, many = drawn("Aim", Branch("Light")), drawn("Aim", Branch("Light", ("a", "b", "c")), Branch("Bells", ("d",)))
    assert few.format == many.format == "PNG"
    assert few.width == many.width == 760
    assert many.height > few.height
    assert ink(few, 490, 740) == 0
    assert ink(many, 490, 740) > 0


def test_of_many_leaves_some_are_drawn_and_the_rest_counted() -> None:
    leaves = tuple(f"idea {n}" for n in range(9))
    assert boxes._drawn(leaves) == (*leaves[:4], "… and 5 more")
    assert boxes._drawn(leaves[:4]) == leaves[:4]
    assert drawn("Aim", Branch("Light", leaves)).height == drawn("Aim", Branch("Light", leaves[:5])).height


def test_long_words_are_wrapped_into_their_box() -> None:
    words = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and more of it " * 2
    picture = drawn(words, Branch(words, (words,)))
    # Between the columns there is a line, and no letter.
    assert ink(picture, 191, 213) + ink(picture, 219, 239) < picture.height
    assert ink(picture, 743, 760) == 0
    lines = letters.wrapped(words, 150, letters.font(20))
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


@pytest.mark.parametrize(
    ("letter", "shown"), [("é", "e"), ("Ł", "L"), ("–", "-"), ("£", "GBP "), ("≥", ">="), ("日", "□"), ("’", "’")]
)
def test_letters_that_the_font_does_not_have_are_plain(letter: str, shown: str) -> None:
    assert letters.drawable(letter) == shown


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=5))
@settings(max_examples=40, deadline=None)
def test_no_words_are_more_than_a_picture(root: str, leaves: list[str]) -> None:
    assert drawn(root, Branch(root, tuple(leaves))).width == 760
