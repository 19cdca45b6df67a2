"""What a hidden field may hold is anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qibot.claims import row_id


@pytest.mark.parametrize(("claimed", "number"), [("7", 7), ("007", 7), ("999999999", 999999999), ("0", 0)])
def test_plain_digits_are_an_id(claimed: str, number: int) -> None:
    assert row_id(claimed) == number


@pytest.mark.parametrize("claimed", ["", " 7", "-7", "+7", "7.0", "7_0", "²", "٧", "1234567890", "seven", "7\n"])
def test_anything_else_is_no_row(claimed: str) -> None:
    assert row_id(claimed) == 0


@given(st.text())
def test_no_text_is_more_than_a_database_takes(claimed: str) -> None:
    assert 0 <= row_id(claimed) < 2**31
