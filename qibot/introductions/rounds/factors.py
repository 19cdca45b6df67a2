"""So that everybody meets everybody: what is left after a round can be met in rounds in which nobody sits out.

Matching by weight alone paints itself into a corner: among those who have not met yet there may be no full round any
more. While everybody may still meet equally many, which is so as long as everybody takes part each time, a round is
taken only if what remains was seen to split into full rounds (a 1-factorisation of a regular graph).
"""

from collections.abc import Iterator

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from qibot.introductions.rounds.likeness import Ints

MOST = 64
"""Among more people it is not looked at: by then a round a week takes longer than a year."""
_LAST, _TRIES, _STARTS = 5, 120, 12
_OTHER_ROUNDS = 6
Links = NDArray[np.bool_]


def keeping(grid: NDArray[np.int64], pairs: Ints, numbers: np.random.Generator) -> Ints:
    """These pairs, or the heaviest found after which the rest still splits into full rounds.

    `grid`: the weight of every two, -1 for those who may not meet. Where people may not meet equally many others, the
    pairs as they are.
    """
    links = grid >= 0
    degrees = links.sum(axis=1)
    degree = int(degrees[0])
    if len(grid) > MOST or degree < 3 or (degrees != degree).any():
        return pairs
    for tried in _near(grid, pairs, numbers):
        if rounds_of(_without(links, tried), degree - 1, numbers, 2) is not None:
            return tried
    found = rounds_of(links, degree, numbers, _STARTS)
    return pairs if found is None else max(found, key=lambda one: _weight(grid, one))


def _near(grid: NDArray[np.int64], pairs: Ints, numbers: np.random.Generator) -> Iterator[Ints]:
    """The heaviest round, and others that are nearly as heavy."""
    yield pairs
    for more in range(1, _OTHER_ROUNDS + 1):
        yield _full(grid >= 0, grid + numbers.integers(0, 40 * more, grid.shape))


def rounds_of(links: Links, degree: int, numbers: np.random.Generator, starts: int) -> list[Ints] | None:
    """Full rounds in which everybody meets everybody they may, each pair once; None if none were found."""
    for _ in range(starts):
        rest, first = links, list[Ints]()
        while degree - len(first) > _LAST:
            drawn = _full(rest, numbers.integers(1, 1000, links.shape))
            if 2 * len(drawn) < len(links):
                break
            first.append(drawn)
            rest = _without(rest, drawn)
        else:
            for _ in range(_TRIES):
                last = _drawn(rest, degree - len(first), numbers)
                if last is not None:
                    return first + last
    return None


def _drawn(links: Links, degree: int, numbers: np.random.Generator) -> list[Ints] | None:
    found = list[Ints]()
    while len(found) < degree:
        drawn = _full(links, numbers.integers(1, 1000, links.shape))
        if 2 * len(drawn) < len(links):
            return None
        found.append(drawn)
        links = _without(links, drawn)
    return found


def _full(links: Links, weight: NDArray[np.int64]) -> Ints:
    """A largest matching, the heaviest by these weights."""
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(links)))
    one, two = np.nonzero(np.triu(links))
    graph.add_edges_from(list(zip(one.tolist(), two.tolist(), weight[one, two].tolist(), strict=True)))
    pairs = sorted(
        (min(pair), max(pair)) for pair in rx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    )
    return np.array(pairs, np.int64).reshape(-1, 2)


def _without(links: Links, pairs: Ints) -> Links:
    rest = links.copy()
    rest[pairs[:, 0], pairs[:, 1]] = rest[pairs[:, 1], pairs[:, 0]] = False
    return rest


def _weight(grid: NDArray[np.int64], pairs: Ints) -> int:
    return int(grid[pairs[:, 0], pairs[:, 1]].sum())
