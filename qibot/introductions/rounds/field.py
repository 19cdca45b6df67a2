"""People by number, and who of them may meet: what every way of matching them looks at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qibot.introductions.rounds.likeness import Ints, Likeness
from qibot.introductions.rounds.matching import ANOTHER_ORGANISATION_AND_PLACE, ANYBODY, SAME_ROLE, Taker

Yes = NDArray[np.bool_]


@dataclass(frozen=True)
class Question:
    """What a round is asked: as the arguments of `plan`."""

    people: tuple[Taker, ...]
    met: Mapping[tuple[str, str], float]
    never: tuple[tuple[str, str], ...]
    rule: str
    cool_down: float
    seed: int


@dataclass(frozen=True)
class Field:
    """Some people. Two may meet if they differ in every one of `columns` and are not kept `apart`.

    `apart`: `one * count + two` of pairs with one < two, sorted. `turn`: everybody's place in the queue; the higher,
    the sooner they are matched, and equal ones are equal. `likes`: who would rather be three.
    """

    alike: Likeness
    columns: tuple[Ints, ...]
    apart: Ints
    turn: Ints
    likes: Yes

    @property
    def count(self) -> int:
        """How many people."""
        return len(self.turn)

    @cached_property
    def _around(self) -> tuple[Ints, Ints]:
        """Everybody's beginning in a list of those they are kept apart from, and the list."""
        one, two = self.apart // max(self.count, 1), self.apart % max(self.count, 1)
        both, others = np.concatenate([one, two]), np.concatenate([two, one])
        order = np.argsort(both, kind="stable")
        return np.searchsorted(both[order], np.arange(self.count + 1)), others[order]

    def may(self, one: Ints, two: Ints) -> Yes:
        """Whether these may meet those, pair by pair."""
        allowed: Yes = one != two
        for column in self.columns:
            allowed &= column[one] != column[two]
        if len(self.apart):
            key = np.minimum(one, two) * self.count + np.maximum(one, two)
            at = np.minimum(np.searchsorted(self.apart, key), len(self.apart) - 1)
            allowed &= self.apart[at] != key
        return allowed

    def block(self, rows: Ints, columns: Ints) -> Yes:
        """Whether each of these may meet each of those."""
        allowed: Yes = rows[:, None] != columns[None, :]
        for column in self.columns:
            allowed &= column[rows][:, None] != column[columns][None, :]
        if len(self.apart):
            start, others = self._around
            at = np.full(self.count, -1)
            at[columns] = np.arange(len(columns))
            row, place = spread(start, rows)
            column_at = at[others[place]]
            here = column_at >= 0
            allowed[row[here], column_at[here]] = False
        return allowed

    def part(self, chosen: Ints, *, split: Yes | None = None) -> "Field":
        """Only the chosen ones. `split`: no two of those for whom it is true may meet, and no two of the others."""
        at = np.full(self.count, -1)
        at[chosen] = np.arange(len(chosen))
        one, two = at[self.apart // max(self.count, 1)], at[self.apart % max(self.count, 1)]
        here = (one >= 0) & (two >= 0)
        one, two = one[here], two[here]
        apart = np.sort(np.minimum(one, two) * len(chosen) + np.maximum(one, two))
        columns = self.columns if split is None else (split.astype(np.int64), *self.columns)
        return replace(
            self,
            alike=Likeness(self.alike.vectors, self.alike.of[chosen]),
            columns=tuple(column[chosen] for column in columns),
            apart=apart,
            turn=self.turn[chosen],
            likes=self.likes[chosen],
        )


def spread(start: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """For the stretches of these rows in a list: (which of the rows, place in the list) of every entry."""
    sizes = start[rows + 1] - start[rows]
    row = np.repeat(np.arange(len(rows)), sizes)
    before = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return row, np.arange(len(row)) - before + np.repeat(start[rows], sizes)


def field_of(people: Sequence[Taker], asked: Question, alike: Likeness) -> tuple[Field, list[Ints]]:
    """The field of these people, and the parts of it that cannot meet each other anyway: those of one role each."""
    number = {taker.id: at for at, taker in enumerate(people)}
    cold = [pair for pair, weeks in asked.met.items() if weeks < asked.cool_down]
    pairs = {
        (min(number[a], number[b]), max(number[a], number[b]))
        for a, b in (*cold, *asked.never)
        if a in number and b in number and a != b
    }
    apart = np.fromiter((a * len(people) + b for a, b in sorted(pairs)), np.int64, len(pairs))
    columns = [] if asked.rule == ANYBODY else [_numbered([taker.organisation for taker in people])]
    if asked.rule == ANOTHER_ORGANISATION_AND_PLACE:
        columns.append(_numbered([taker.place for taker in people]))
    turns = sorted({_turn(taker) for taker in people})
    ranks = {turn: rank for rank, turn in enumerate(turns)}
    turn = np.fromiter((ranks[_turn(taker)] for taker in people), np.int64, len(people))
    likes = np.fromiter((taker.prefers_trio for taker in people), bool, len(people))
    field = Field(alike, tuple(columns), apart, turn, likes)
    if asked.rule != SAME_ROLE:
        return field, [np.arange(len(people))]
    roles = _numbered([taker.role for taker in people])
    return field, [np.flatnonzero(roles == role) for role in range(int(roles.max(initial=-1)) + 1)]


def _turn(taker: Taker) -> tuple[int, bool]:
    return taker.waited, taker.sat_out_last


def _numbered(values: Sequence[str]) -> Ints:
    number = {value: at for at, value in enumerate(sorted(set(values)))}
    return np.fromiter((number[value] for value in values), np.int64, len(values))
