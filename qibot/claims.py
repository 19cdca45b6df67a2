"""What a press or a form claims to be about: words, which give nobody the right to anything."""

_LONGEST = 9
"""Digits: what fits into a column of whole numbers on every database."""


def row_id(claimed: str) -> int:
    """The id that `claimed` spells in plain digits; 0, which no row has, for anything else."""
    return int(claimed) if claimed.isascii() and claimed.isdecimal() and len(claimed) <= _LONGEST else 0
