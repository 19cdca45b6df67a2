"""Which pairs are looked at when there are too many people for all of them: the most alike, from several sides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qibot.introductions.rounds.field import Field
from qibot.introductions.rounds.likeness import Ints

SIDES = 4
_BLOCK, _MOST = 600, 12


@dataclass(frozen=True)
class Edges:
    """Pairs that may meet, each once, one < two, in order, with their weights."""

    one: Ints
    two: Ints
    weight: NDArray[np.float64]

    def only(self, chosen: NDArray[np.bool_]) -> "Edges":
        """Some of them."""
        return Edges(self.one[chosen], self.two[chosen], self.weight[chosen])

    def more(self, field: Field, one: Ints, two: Ints) -> "Edges":
        """These and more, those that may not meet left out."""
        may = field.may(one, two)
        one, two = one[may], two[may]
        before, more = self.one * field.count + self.two, np.minimum(one, two) * field.count + np.maximum(one, two)
        key = np.sort(np.concatenate([before, more]))
        key = key[np.diff(key, prepend=-1) > 0]
        one, two = key // field.count, key % field.count
        return Edges(one, two, field.alike.weights(one, two).astype(np.float64))


NONE = Edges(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def candidates(field: Field, numbers: np.random.Generator) -> Edges:
    """For everybody the most alike of those who lie near them when people are sorted by their topics.

    By the rarest topic first, by the second rarest, and so on, so that whoever shares any of them lies near once.
    """
    found_one, found_two = [], []
    for side in range(SIDES):
        order = sorted_by_topics(field, side, numbers)
        for start in range(0, field.count, _BLOCK):
            # The last block reaches back, so that none is tiny.
            here = order[max(0, min(start, field.count - _BLOCK)) : start + _BLOCK]
            one, two = _nearest(field, here, numbers)
            found_one.append(one)
            found_two.append(two)
    return NONE.more(field, np.concatenate(found_one), np.concatenate(found_two))


def sorted_by_topics(field: Field, side: int, numbers: np.random.Generator) -> Ints:
    """Everybody, so that those lie near each other who share their rarest topics; the rarest but `side` first."""
    vectors = field.alike.vectors
    # Those of nobody else are not in it, and the largest parts of a vector are the rarest topics.
    ranks = np.argsort(-vectors, axis=1, kind="stable")[:, :SIDES]
    ranks = np.where(np.take_along_axis(vectors, ranks, 1) > 0, ranks, vectors.shape[1])[field.alike.of]
    width = ranks.shape[1]
    turned = [ranks[:, (side + more) % width] for more in range(width)]
    return np.lexsort([numbers.random(field.count), *turned[::-1]])


def _nearest(field: Field, here: Ints, numbers: np.random.Generator) -> tuple[Ints, Ints]:
    vectors = field.alike.vectors[field.alike.of[here]].astype(np.float32)
    # Equal ones are not always the same ones.
    says = vectors @ vectors.T + numbers.random((len(here), len(here)), dtype=np.float32) * 1e-3
    says[~field.block(here, here)] = -1
    most = min(_MOST, len(here) - 1)
    nearest = np.argpartition(-says, most, axis=1)[:, :most]
    return np.repeat(here, most), here[nearest.ravel()]
