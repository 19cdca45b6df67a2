"""Prices held against every pair that may meet, whether it was looked at before or not: what makes a bound a proof."""

import numpy as np
from numpy.typing import NDArray

from qibot.introductions.rounds.field import Field, spread
from qibot.introductions.rounds.likeness import Ints
from qibot.introductions.rounds.prices import Floats, Prices

_CELLS = 1 << 23
"""So many pairs at once: some tens of megabytes."""
_NOBODY = 1e6
_SURE = 0.01
"""Above what single precision can be wrong by, in thousandths."""


def hold(field: Field, prices: Prices) -> tuple[Ints, Ints]:
    """Move everybody's price half of the way to the least that the prices of others leave them, which makes them hold:
    of two whose pair is not paid for, either half is at least half of what lacks. Gives (people, for each the one with
    whom most lacked), of those with whom something did.
    """
    need, with_whom = _needs(field, prices)
    lacking = np.flatnonzero(need > prices.person + 0.5)
    prices.person = np.maximum(0, (prices.person + need) / 2)
    return lacking, with_whom[lacking]


def _needs(field: Field, prices: Prices) -> tuple[Floats, Ints]:
    """What each would have to be worth if nobody else's price moved, and because of whom."""
    inner = _Inner(field, prices)
    need, with_whom = inner.needs(field, prices)
    vectors = (field.alike.vectors * 1000).astype(np.float32)
    # One number more, so that rounding to the next whole number never falls short.
    left = np.column_stack([vectors, np.full(len(vectors), _SURE, np.float32)])
    right = np.column_stack([field.alike.vectors.astype(np.float32), np.ones(len(vectors), np.float32)]).T
    for group in _groups(field):
        cheapest, second, whose = _cheapest(field, prices.person, group[0], len(vectors))
        rows = max(1, _CELLS // max(len(vectors), 1))
        for start in range(0, len(group), rows):
            here = group[start : start + rows]
            says = np.rint(left[field.alike.of[here]] @ right)
            says -= cheapest
            # Nobody meets themselves.
            mine = np.flatnonzero(whose[field.alike.of[here]] == here)
            own = field.alike.of[here[mine]]
            says[mine, own] += cheapest[own] - second[own]
            row, column = inner.columns(here)
            says[row, column] = -_NOBODY
            best = says.argmax(axis=1)
            most = says[np.arange(len(here)), best]
            better = most > need[here]
            need[here[better]], with_whom[here[better]] = most[better], whose[best[better]]
    return need, with_whom


def _groups(field: Field) -> list[Ints]:
    """People who may meet the same others, but for those they are kept apart from."""
    if not field.columns:
        return [np.arange(field.count)]
    _, group = np.unique(np.column_stack(field.columns), axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group.ravel()[order])) + 1)


def _cheapest(
    field: Field, person: Floats, one: int, sets: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], Ints]:
    """Of those whom `one` may meet by the columns, for each set of topics: the least price, the next, and whose."""
    may = np.ones(field.count, bool)
    for column in field.columns:
        may &= column != column[one]
    here = np.flatnonzero(may)
    order = here[np.lexsort([person[here], field.alike.of[here]])]
    of = field.alike.of[order]
    first = np.flatnonzero(np.diff(of, prepend=-1))
    next_one = np.minimum(first + 1, len(order) - 1)
    has_next = of[next_one] == of[first]
    least, second = np.full(sets, _NOBODY, np.float32), np.full(sets, _NOBODY, np.float32)
    whose = np.full(sets, -1)
    # Rounded down, so that what is needed never falls short.
    least[of[first]] = np.floor(person[order[first]] * 128) / 128
    second[of[first]] = np.where(has_next, np.floor(person[order[next_one]] * 128) / 128, _NOBODY)
    second[of[first][next_one == first]] = _NOBODY
    whose[of[first]] = order[first]
    return least, second, whose


class _Inner:
    """Who is in an odd set with somebody: with all who have the topics of one of them it is looked at person by person,
    for a set pays for some of these pairs.
    """

    def __init__(self, field: Field, prices: Prices) -> None:
        self.count = field.count
        used = [(people, paid) for people, paid in zip(prices.odd, prices.paid, strict=True) if paid > 0]
        one = [np.repeat(people, len(people)) for people, _ in used]
        two = [np.tile(people, len(people)) for people, _ in used]
        paid = [np.full(len(people) ** 2, pays) for people, pays in used]
        keys = np.concatenate([a * field.count + b for a, b in zip(one, two, strict=True)] or [np.zeros(0, np.int64)])
        self.keys, place = np.unique(keys, return_inverse=True)
        self.paid = np.bincount(place, np.concatenate(paid or [np.zeros(0)]), len(self.keys))
        sets = len(field.alike.vectors)
        cells = np.unique(self.keys // max(field.count, 1) * sets + field.alike.of[self.keys % max(field.count, 1)])
        self._person, self._set = cells // max(sets, 1), cells % max(sets, 1)
        self._start = np.searchsorted(self._person, np.arange(field.count + 1))

    def columns(self, here: Ints) -> tuple[Ints, Ints]:
        """(row, set of topics) of what is looked at person by person, for these people."""
        row, place = spread(self._start, here)
        return row, self._set[place]

    def needs(self, field: Field, prices: Prices) -> tuple[Floats, Ints]:
        """What each needs because of these pairs, and because of whom; nothing where there are none."""
        need, with_whom = np.zeros(field.count), np.full(field.count, -1)
        members = np.argsort(field.alike.of, kind="stable")
        start = np.searchsorted(field.alike.of[members], np.arange(len(field.alike.vectors) + 1))
        for first in range(0, len(self._person), 1 << 14):
            cells = slice(first, first + (1 << 14))
            row, place = spread(start, self._set[cells])
            one, two = self._person[cells][row], members[place]
            may = field.may(one, two)
            one, two = one[may], two[may]
            lacks = field.alike.weights(one, two) - prices.person[two] - self._paid(one, two)
            order = np.lexsort([lacks, one])
            last = order[np.flatnonzero(np.diff(one[order], append=-1))]
            better = last[lacks[last] > need[one[last]]]
            need[one[better]], with_whom[one[better]] = lacks[better], two[better]
        return need, with_whom

    def _paid(self, one: Ints, two: Ints) -> Floats:
        key = one * self.count + two
        at = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        return np.where(self.keys[at] == key, self.paid[at], 0.0)
