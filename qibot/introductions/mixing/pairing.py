"""Who sits with whom at an event.

In this order: as many people as possible sit with somebody; as few as possible with somebody they sat with before;
as few groups as possible are of one organisation. What is left is chance, by the seed.
"""

import random
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import combinations, islice

from qibot.introductions.beside import beside

SMALL = 15
"""Up to so many people, every trio is tried where the quick way to a trio seats people together again."""
EASY = 60
"""Above so many people, pairs are first looked for among a few others for each, all of whom would do."""
IN_PROCESS = 120
"""Up to so many people, the best of all pairs is found in a blink."""
_FEW = 12
_CHANCE = 1000


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody to be seated, and the organisation they are of."""

    id: int
    organisation: int


@dataclass(frozen=True, slots=True)
class Seating:
    """Groups of two or three, by ids in order. `alone` sit with nobody, because nobody is there who may. `again` counts
    pairs of people who sat together before, `alike` groups wholly of one organisation.
    """

    groups: tuple[tuple[int, ...], ...]
    alone: tuple[int, ...]
    again: int
    alike: int


Pairs = Set[tuple[int, int]]
"""Of ids, each pair in both orders."""


def seat(sitters: Sequence[Sitter], *, met: Pairs = frozenset(), never: Pairs = frozenset(), seed: int = 0) -> Seating:
    """The groups of these people; the same for the same people and seed, in whatever order they come.

    Exact in each of the three for an even number, and for an odd one up to `SMALL`; beyond that, whoever is over joins
    the pair that suits best, and all others sit as if they were alone in the room.
    """
    room = _room(sitters, met, never, seed)
    return room.easily() or room.exactly()


async def seat_beside(
    sitters: Sequence[Sitter], *, met: Pairs = frozenset(), never: Pairs = frozenset(), seed: int = 0
) -> Seating:
    """What `seat` gives; in a process of its own where many people are hard to seat, so that chat stays quick."""
    room = _room(sitters, met, never, seed)
    if (easy := room.easily()) is not None:
        return easy
    if len(sitters) <= IN_PROCESS:
        return room.exactly()
    return await beside(seat, tuple(sitters), met=frozenset(met), never=frozenset(never), seed=seed)


def _room(sitters: Sequence[Sitter], met: Pairs, never: Pairs, seed: int) -> "_Room":
    order = sorted(sitters, key=lambda one: one.id)
    random.Random(seed).shuffle(order)
    return _Room(order, met, never, seed)


def _worse(seating: Seating) -> tuple[int, int, int]:
    return len(seating.alone), seating.again, seating.alike


class _Room:
    def __init__(self, order: Sequence[Sitter], met: Pairs, never: Pairs, seed: int) -> None:
        self.order, self.met, self.never = order, met, never
        self.organisation = {one.id: one.organisation for one in order}
        chance = random.Random(seed)
        # The distance of two such numbers is the lot of a pair: a sum would be the same for every full matching.
        self.lot = {one.id: chance.randrange(_CHANCE) for one in order}

    def easily(self) -> Seating | None:
        """Of many people, pairs among a few others for each, against whom nothing speaks: if everybody gets one, none
        are better. None where somebody does not, and all pairs have to be looked at.
        """
        many = len(self.order)
        if many <= EASY:
            return None
        edges: set[tuple[int, int]] = set()
        for a, one in enumerate(self.order):
            others = ((a + step) % many for step in range(1, many))
            suit = (b for b in others if self._suit(one, self.order[b]))
            edges |= {(min(a, b), max(a, b)) for b in islice(suit, _FEW)}
        groups = self._matched(self.order, sorted(edges))
        if len(groups) < many // 2:
            return None
        found = self._with_thirds(groups)
        return found if _worse(found) == (0, 0, 0) else None

    def exactly(self) -> Seating:
        """The best of all; for few people who are over, the best trio too."""
        found = self._with_thirds(self._pairs(self.order))
        if len(self.order) % 2 and 3 <= len(self.order) <= SMALL and (found.again or found.alone):
            trios = list(combinations(self.order, 3))
            found = min([found, *(self.with_trio(trio) for trio in trios)], key=_worse)
        return found

    def _suit(self, one: Sitter, other: Sitter) -> bool:
        pair = (one.id, other.id)
        return one.organisation != other.organisation and pair not in self.met and pair not in self.never

    def _with_thirds(self, groups: list[tuple[int, ...]]) -> Seating:
        """Whoever is over joins the pair that suits best."""
        seated = {one for group in groups for one in group}
        alone = []
        for one in (s.id for s in self.order if s.id not in seated):
            pairs = [g for g in groups if len(g) == 2 and not any((one, other) in self.never for other in g)]
            if not pairs:
                alone.append(one)
                continue
            pair = min(pairs, key=lambda g: self._cost_of_third(one, g))
            groups[groups.index(pair)] = (*pair, one)
        return self._seating(groups, alone)

    def with_trio(self, trio: tuple[Sitter, ...]) -> Seating:
        """These three together and the best pairs of all others."""
        three = tuple(one.id for one in trio)
        others = [one for one in self.order if one.id not in three]
        if any(pair in self.never for pair in combinations(three, 2)):
            return self._seating([], [one.id for one in self.order])
        groups = self._pairs(others)
        seated = {one for group in groups for one in group}
        return self._seating([*groups, three], [one.id for one in others if one.id not in seated])

    def _cost_of_third(self, one: int, pair: tuple[int, ...]) -> tuple[int, int, int]:
        again = sum((one, other) in self.met for other in pair)
        alike = sum(self.organisation[one] == self.organisation[other] for other in pair)
        return again, alike, sum(self.lot[other] for other in pair)

    def _pairs(self, sitters: Sequence[Sitter]) -> list[tuple[int, ...]]:
        """A matching of the greatest weight among those of the greatest size: sizes of weights put one aim above all
        of the next together.
        """
        every = combinations(range(len(sitters)), 2)
        may = [(a, b) for a, b in every if (sitters[a].id, sitters[b].id) not in self.never]
        return self._matched(sitters, may)

    def _matched(self, sitters: Sequence[Sitter], edges: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
        import rustworkx as rx  # not needed before pairs are made

        most = len(sitters) // 2 + 1
        unlike = 2 * _CHANCE * most
        anew = 2 * unlike * most
        graph: rx.PyGraph[int, int] = rx.PyGraph(multigraph=False)
        graph.add_nodes_from([one.id for one in sitters])
        graph.add_edges_from([(a, b, self._weight(sitters[a], sitters[b], unlike, anew)) for a, b in edges])
        made = rx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
        return sorted((sitters[min(pair)].id, sitters[max(pair)].id) for pair in made)

    def _weight(self, one: Sitter, other: Sitter, unlike: int, anew: int) -> int:
        worth = abs(self.lot[one.id] - self.lot[other.id])
        worth += unlike * (one.organisation != other.organisation)
        return worth + anew * ((one.id, other.id) not in self.met)

    def _seating(self, groups: Iterable[tuple[int, ...]], alone: Iterable[int]) -> Seating:
        made = tuple(sorted(tuple(sorted(group)) for group in groups))
        again = sum(pair in self.met for group in made for pair in combinations(group, 2))
        alike = sum(len({self.organisation[one] for one in group}) == 1 for group in made)
        return Seating(made, tuple(sorted(alone)), again, alike)
