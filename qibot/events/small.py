"""Counts without small numbers: none is shown, and none can be worked out from what is."""

from collections.abc import Mapping

FEWEST = 5
"""Fewer people than this are not counted where it would tell who they are."""


def apart(counts: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """The names whose counts may be shown, the largest first, and by name those whose counts may not.

    One hidden alone is the total less the rest, and several of one person each add up to their own number, so in both
    cases the next smallest is hidden too.
    """
    by_size = sorted(counts, key=lambda name: (counts[name], name))
    hidden = sum(n < FEWEST for n in counts.values())
    while 0 < hidden < len(by_size) and (hidden == 1 or sum(counts[name] for name in by_size[:hidden]) == hidden):
        hidden += 1
    return by_size[hidden:][::-1], sorted(by_size[:hidden])


def part(count: int, whole: int) -> bool:
    """Whether a count may be said beside the whole it is a part of: neither it nor what is left is a small number."""
    return count >= FEWEST and (whole == count or whole - count >= FEWEST)
