"""What everybody is worth in the best round, and with it a bound that no round can pass.

If for every pair that may meet price + price ≥ weight, no matching weighs more than the sum of all prices. Of an odd
set of people one is always without a partner inside it, so a set may pay for the pairs inside it as well,
`(size - 1) / 2` times (Edmonds). Near prices are found by entropic matching: shares of pairs that add up to one for
everybody, ever more decided as the heat falls (Sinkhorn's scaling, with odd sets as further sums). They become a proof
by a look at all pairs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from functools import cached_property

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from qibot.introductions.rounds.candidates import Edges
from qibot.introductions.rounds.field import Field
from qibot.introductions.rounds.likeness import Ints

Floats = NDArray[np.float64]

_LARGEST_SET = 101
_SHARES = (0.5, 0.3, 0.1, 0.03)
_TINY = 1e-300


@dataclass
class Prices:
    """`person`: what each is worth; `odd`: sets of people, and `paid` what each set pays for a pair inside it.

    `inside`, `of`: (place of an edge, number of a set) for every edge inside a set. `share`: of every edge, how sure it
    is that the best round has it.
    """

    person: Floats
    odd: list[Ints] = made(default_factory=list)
    paid: Floats = made(default_factory=lambda: np.zeros(0))
    inside: Ints = made(default_factory=lambda: np.zeros(0, np.int64))
    of: Ints = made(default_factory=lambda: np.zeros(0, np.int64))
    share: Floats = made(default_factory=lambda: np.zeros(0))

    def bound(self) -> float:
        """What no round can pass, once the prices hold for all pairs."""
        return float(self.person.sum() + (self.paid * self._room).sum())

    @cached_property
    def _room(self) -> Floats:
        return np.array([(len(one) - 1) / 2 for one in self.odd])

    def add(self, sets: Sequence[Ints], places: Sequence[Ints]) -> None:
        """More odd sets, each with the places of the edges inside it; they pay nothing yet."""
        if not sets:
            return
        numbers = np.arange(len(self.odd), len(self.odd) + len(sets))
        self.odd += sets
        self.__dict__.pop("_room", None)
        self.paid = np.concatenate([self.paid, np.zeros(len(self.odd) - len(self.paid))])
        self.inside = np.concatenate([self.inside, *places])
        self.of = np.concatenate([self.of, np.repeat(numbers, [len(one) for one in places])])

    def lack(self, edges: Edges) -> Floats:
        """How much each of these pairs weighs less than it would have to in the best round."""
        found = self.person[edges.one] + self.person[edges.two] - edges.weight
        np.add.at(found, self.inside, self.paid[self.of])
        return found

    def step(self, edges: Edges, heat: float) -> None:
        """One turn: sets, then people, come nearer to sums of one."""
        lack = self.lack(edges)
        if self.odd:
            share = np.exp(np.minimum(-lack[self.inside] / heat, 50))
            sums = np.bincount(self.of, share, len(self.odd))
            paid = np.maximum(0, self.paid + heat / 2 * np.log(sums / self._room + _TINY))
            np.add.at(lack, self.inside, (paid - self.paid)[self.of])
            self.paid = paid
        self.share = np.exp(np.minimum(-lack / heat, 50))
        count = len(self.person)
        sums = np.bincount(edges.one, self.share, count) + np.bincount(edges.two, self.share, count)
        # Half, because both sides of a pair move.
        self.person = np.maximum(0, self.person + heat / 2 * np.log(sums + _TINY))


def priced(field: Field, edges: Edges, heats: Sequence[tuple[float, int, int]], before: Prices | None = None) -> Prices:
    """Near prices. `heats`: (heat, turns, how often odd sets are looked for after so many turns), falling."""
    prices = Prices(np.full(field.count, 500.0)) if before is None else moved(before, edges)
    known = {tuple(one.tolist()) for one in prices.odd}
    around = _Around(field.count, edges)
    for heat, turns, looks in heats:
        for _ in range(max(looks, 1)):
            for _ in range(turns):
                prices.step(edges, heat)
            if looks:
                _look(prices, around, known)
    return prices


def moved(before: Prices, edges: Edges) -> Prices:
    """The same prices and sets, for other edges."""
    prices = Prices(before.person)
    around = _Around(len(before.person), edges)
    prices.add(before.odd, [around.inside(one) for one in before.odd])
    prices.paid = before.paid
    return prices


class _Around:
    """The edges of each person in whom they begin."""

    def __init__(self, count: int, edges: Edges) -> None:
        self.edges, self.count = edges, count
        self.start = np.searchsorted(edges.one, np.arange(count + 1)).tolist()
        self._mine = np.zeros(count, bool)

    def inside(self, people: Ints) -> Ints:
        """Places of the edges between these people."""
        self._mine[people] = True
        places: Ints = np.concatenate([np.arange(self.start[one], self.start[one + 1]) for one in people.tolist()])
        places = places[self._mine[self.edges.two[places]]]
        self._mine[people] = False
        return places


def _look(prices: Prices, around: _Around, known: set[tuple[int, ...]]) -> None:
    """Add sets of an odd number of people who share more pairs among them than so many people can have."""
    sets, inside = list[Ints](), list[Ints]()
    for least in _SHARES:
        for people in _clusters(prices.share > least, around):
            if tuple(people.tolist()) in known:
                continue
            places = around.inside(people)
            if prices.share[places].sum() > (len(people) - 1) / 2 + 1e-3:
                known.add(tuple(people.tolist()))
                inside.append(places)
                sets.append(people)
    prices.add(sets, inside)


def _clusters(chosen: NDArray[np.bool_], around: _Around) -> Iterator[Ints]:
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(around.count))
    one, two = around.edges.one[chosen].tolist(), around.edges.two[chosen].tolist()
    graph.add_edges_from_no_data(list(zip(one, two, strict=True)))
    for people in rx.connected_components(graph):
        if len(people) > 2 and len(people) % 2 and len(people) <= _LARGEST_SET:
            yield np.array(sorted(people))
