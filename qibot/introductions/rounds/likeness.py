"""What two people have in common, as a number and in words."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qibot.introductions.rounds.matching import Taker

Ints = NDArray[np.int64]
_AT_ONCE = 1 << 16
"""Pairs weighed at once: some tens of megabytes."""


@dataclass(frozen=True)
class Likeness:
    """Each person's topics as a vector of length 1 (or 0, without topics), so that a product is a cosine.

    `vectors`: one row for each different set of topics; `of`: the row of each person. People with the same topics share
    one, which at 100,000 people is half of the memory.
    """

    vectors: NDArray[np.float64]
    of: Ints

    def weights(self, one: Ints, two: Ints) -> Ints:
        """round(1000 × idf-weighted cosine) of pairs, from 0 to 1000."""
        found = np.empty(len(one), np.int64)
        for at in range(0, len(one), _AT_ONCE):
            here = slice(at, at + _AT_ONCE)
            product = np.einsum("ij,ij->i", self.vectors[self.of[one[here]]], self.vectors[self.of[two[here]]])
            found[here] = np.rint(1000 * product)
        return found

    def weight(self, one: int, two: int) -> int:
        """The same of one pair."""
        return int(self.weights(np.array([one]), np.array([two]))[0])

    def single(self) -> NDArray[np.float32]:
        """The vectors of all people in single precision, for looking at all pairs."""
        return self.vectors.astype(np.float32)[self.of]


def rarity(people: Sequence[Taker]) -> dict[str, float]:
    """idf of each topic: ln(1 + people / people with the topic)."""
    count = Counter(topic for taker in people for topic in taker.topics)
    return {topic: math.log(1 + len(people) / number) for topic, number in count.items()}


def likeness(people: Sequence[Taker], idf: dict[str, float]) -> Likeness:
    """Of these people, in their order."""
    row: dict[frozenset[str], int] = {}
    of = np.fromiter((row.setdefault(taker.topics, len(row)) for taker in people), np.int64, len(people))
    # A topic that one person holds makes nobody alike; it only counts in the length.
    held = Counter(topic for taker in people for topic in taker.topics)
    column = {topic: at for at, topic in enumerate(sorted(t for t, number in held.items() if number > 1))}
    vectors = np.zeros((len(row), len(column)))
    length = np.ones(len(row))
    for topics, at in row.items():
        # In the order of the names, so that the last bit of a sum is the same in every process.
        ordered = sorted(topics)
        length[at] = math.sqrt(math.fsum(idf[topic] ** 2 for topic in ordered)) or 1.0
        for topic in ordered:
            if topic in column:
                vectors[at, column[topic]] = idf[topic]
    return Likeness(vectors / length[:, None], of)


def reason(group: Sequence[Taker], idf: dict[str, float]) -> str:
    """The topics that all of them share, else those of any two, the rarest first; nothing when they share none."""
    shared = frozenset.intersection(*(taker.topics for taker in group))
    if not shared:
        shared = frozenset().union(*(one.topics & two.topics for one, two in combinations(group, 2)))
    return ", ".join(sorted(shared, key=lambda topic: (-idf[topic], topic)))
