"""The best round for some hundreds of people, over all pairs that may meet, by Edmonds' algorithm in rustworkx."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from qibot.introductions.rounds.candidates import candidates
from qibot.introductions.rounds.factors import keeping
from qibot.introductions.rounds.field import Field
from qibot.introductions.rounds.likeness import Ints
from qibot.introductions.rounds.prices import priced
from qibot.introductions.rounds.proof import hold

Grid = NDArray[np.int64]
"""The weight of every two, -1 for two who may not meet."""

_HEATS = ((40.0, 15, 0), (10.0, 30, 0), (2.5, 30, 1), (0.6, 30, 1))
_MOST_TRIES, _EFFORT = 400, 20_000_000


@dataclass(frozen=True)
class Solved:
    """Groups of two or three, who is left, and the bound of the weight."""

    groups: list[list[int]]
    left: list[int]
    bound: float


def heaviest(count: int, one: Ints, two: Ints, weight: Ints, turn: Ints | None = None) -> Ints:
    """Pairs (rows of two, the smaller first, in order): as many as can be, then for those early in the queue, then by
    weight. Of an edge that comes twice the last weight holds.

    The sets of people that a largest matching can cover are a matroid, so adding numbers that rise along the queue to
    every pair, each step worth more than all weights together, decides the queue exactly.
    """
    if turn is not None:
        _, rank = np.unique(turn, return_inverse=True)
        weight = weight + (rank[one] + rank[two]) * (1000 * (count // 2) + 1)
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(count))
    graph.add_edges_from(list(zip(one.tolist(), two.tolist(), weight.tolist(), strict=True)))
    # They come as a set, in an order of its own.
    pairs = sorted(
        (min(pair), max(pair)) for pair in rx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    )
    return np.array(pairs, np.int64).reshape(-1, 2)


def exact(field: Field, numbers: np.random.Generator) -> Solved:
    """The best round, everybody's own circle of people who can be linked at all for itself."""
    # Of equal rounds the dice choose: they say in which order people are looked at.
    order = numbers.permutation(field.count)
    mixed = field.part(order)
    everybody = np.arange(field.count)
    grid = np.where(mixed.block(everybody, everybody), _weights(mixed), -1)
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(field.count))
    graph.add_edges_from_no_data([(a, b) for a, b in np.argwhere(np.triu(grid >= 0)).tolist()])
    groups, left, bound = list[list[int]](), list[int](), 0.0
    for circle in sorted(sorted(one) for one in rx.connected_components(graph)):
        here = np.array(circle)
        solved = _circle(mixed.part(here), grid[np.ix_(here, here)], numbers)
        groups += [[int(order[here[one]]) for one in group] for group in solved.groups]
        left += [int(order[here[one]]) for one in solved.left]
        bound += solved.bound
    return Solved(groups, left, bound)


def _weights(field: Field) -> Grid:
    every = np.arange(field.count)
    rows = [field.alike.weights(np.full(field.count, one), every) for one in every.tolist()]
    return np.array(rows, np.int64).reshape(field.count, field.count)


def _edges(grid: Grid) -> tuple[Ints, Ints, Ints]:
    one, two = np.nonzero(np.triu(grid >= 0))
    return one, two, grid[one, two]


def _circle(field: Field, grid: Grid, numbers: np.random.Generator) -> Solved:
    pairs = heaviest(field.count, *_edges(grid))
    alone = field.count - 2 * len(pairs)
    if alone == 1 and field.count > 2 and (threes := _with_three(field, grid, numbers)) is not None:
        return threes
    pairs = heaviest(field.count, *_edges(grid), field.turn) if alone else keeping(grid, pairs, numbers)
    left = sorted(set(range(field.count)) - set(pairs.ravel().tolist()))
    return Solved(pairs.tolist(), left, float(grid[pairs[:, 0], pairs[:, 1]].sum()))


def _with_three(field: Field, grid: Grid, numbers: np.random.Generator) -> Solved | None:
    """Three together and everybody else in twos, of all such rounds the best; None if there is none.

    First those in which most of the three like to be three, then by weight. What the best with certain three can weigh
    at most is known from prices, so only few of them are tried.
    """
    prices = priced(field, candidates(field, numbers), _HEATS)
    for _ in range(3):
        hold(field, prices)
    best: Solved | None = None
    liked, weight = -1, -1
    most_tries = max(2, min(_MOST_TRIES, _EFFORT // field.count**3))
    for tries, (likes, most, three) in enumerate(_threes(field, grid, prices.person, 4 * most_tries)):
        at_most = prices.bound() + most
        if best is not None and (likes < liked or at_most < weight + 1):
            break
        if tries >= most_tries and best is not None:
            return Solved(best.groups, [], max(at_most, best.bound))
        rest = np.array([one for one in range(field.count) if one not in three], np.int64)
        pairs = heaviest(len(rest), *_edges(grid[np.ix_(rest, rest)]))
        found = int(
            sum(grid[a, b] for a, b in combinations(three, 2)) + grid[rest[pairs[:, 0]], rest[pairs[:, 1]]].sum()
        )
        if 2 * len(pairs) == len(rest) and found > weight:
            best = Solved([*rest[pairs].tolist(), list(three)], [], found)
            liked, weight = likes, found
    return best


def _threes(
    field: Field, grid: Grid, price: NDArray[np.float64], most: int
) -> Iterator[tuple[int, float, tuple[int, int, int]]]:
    """Three who may all meet: (how many of them like it, what they weigh more than their prices, who), the best first.
    Of many the first `most` in which each is the smallest; the one after them ends the list.
    """
    likes = field.likes.astype(np.int64)
    found: list[tuple[int, float, tuple[int, int, int]]] = []
    over = grid - price[None, :] / 2 - price[:, None] / 2
    for one in range(field.count - 2):
        others = np.flatnonzero(grid[one] >= 0)
        others = others[others > one]
        sums = over[np.ix_(others, others)] + over[one, others][:, None] + over[one, others][None, :]
        like = likes[one] + likes[others][:, None] + likes[others][None, :]
        rank = np.where(np.triu(grid[np.ix_(others, others)] >= 0, 1), sums + 1e5 * like, -np.inf).ravel()
        top = np.argpartition(-rank, most)[:most] if len(rank) > most else np.arange(len(rank))
        for at in top[np.isfinite(rank[top])].tolist():
            two, three = divmod(at, len(others))
            found.append((int(like[two, three]), float(sums[two, three]), (one, int(others[two]), int(others[three]))))
    found.sort(key=lambda each: (-each[0], -each[1], each[2]))
    yield from found
