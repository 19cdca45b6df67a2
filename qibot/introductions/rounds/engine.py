"""The best round for these people, exactly while that is quick, and nearly beyond: docs/matching.md says how near.

Imported when a round is planned: numpy and rustworkx are not needed before.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from qibot.introductions.rounds.likeness import Likeness, likeness, rarity, reason
from qibot.introductions.rounds.matching import (
    ANOTHER_ORGANISATION_AND_PLACE,
    ANYBODY,
    SAME_ROLE,
    Group,
    Left,
    Plan,
    Taker,
)

EXACT = 600
"""So many people are matched over all allowed pairs; beyond, over the most alike and some others of each."""
_ALIKE, _OTHERS = 14, 6
_BLOCK = 500


@dataclass(frozen=True)
class Question:
    """What a round is asked: as the arguments of `plan`."""

    people: tuple[Taker, ...]
    met: Mapping[tuple[str, str], float]
    never: tuple[tuple[str, str], ...]
    rule: str
    cool_down: float
    seed: int


class _Field:
    """People in the order of their ids, and who of them may meet."""

    def __init__(self, asked: Question) -> None:
        self.people = sorted(asked.people, key=lambda taker: taker.id)
        number = {taker.id: at for at, taker in enumerate(self.people)}
        cold = [pair for pair, weeks in asked.met.items() if weeks < asked.cool_down]
        self.apart = {
            (min(number[a], number[b]), max(number[a], number[b]))
            for a, b in (*cold, *asked.never)
            if a in number and b in number and a != b
        }
        self.rule = asked.rule
        columns = [] if asked.rule == ANYBODY else [[taker.organisation for taker in self.people]]
        if asked.rule == ANOTHER_ORGANISATION_AND_PLACE:
            columns.append([taker.place for taker in self.people])
        self.differ = [_numbered(column) for column in columns]
        self.same = _numbered([taker.role for taker in self.people]) if asked.rule == SAME_ROLE else None
        self.near: dict[int, list[int]] = {}
        for a, b in self.apart:
            self.near.setdefault(a, []).append(b)
            self.near.setdefault(b, []).append(a)

    def may(self, one: int, two: int) -> bool:
        """Whether two may meet."""
        if one == two or (min(one, two), max(one, two)) in self.apart:
            return False
        if self.same is not None and self.same[one] != self.same[two]:
            return False
        return all(column[one] != column[two] for column in self.differ)

    def rows(self, start: int, end: int) -> NDArray[np.bool_]:
        """Whom each of these people may meet, of all."""
        allowed = np.ones((end - start, len(self.people)), dtype=bool)
        for column in self.differ:
            allowed &= column[start:end, None] != column[None, :]
        if self.same is not None:
            allowed &= self.same[start:end, None] == self.same[None, :]
        for at in range(start, end):
            allowed[at - start, at] = False
            allowed[at - start, self.near.get(at, [])] = False
        return allowed


def answer(asked: Question) -> Plan:
    """The round: largest number of people, then the queue, then what the pairs have in common."""
    field = _Field(asked)
    if not field.people:
        return Plan((), (), (), 0, 0)
    idf = rarity(field.people)
    alike = likeness(field.people, idf)
    dice = random.Random(asked.seed)
    edges, bound = _edges(field, alike, dice)
    pairs = _matched(field, edges, [0] * len(field.people))
    if len(field.people) - 2 * len(pairs) > 1:
        # Some must sit out, and the queue says who. It takes longer, and otherwise changes nothing.
        pairs = _matched(field, edges, _queue(field.people, dice))
    if len(field.people) > EXACT:
        pairs = _repaired(field, pairs)
    else:
        weights = {(a, b): weight for a, b, weight in edges}
        bound = sum(weights[min(a, b), max(a, b)] for a, b in pairs)
    groups = [[a, b] for a, b in sorted((min(p), max(p)) for p in pairs)]
    left, added = _third(field, alike, groups)
    weight = sum(alike.weight(a, b) for group in groups for a, b in combinations(group, 2))
    # What a third adds is not part of what was bounded.
    bound = max(bound + added, weight)
    return _told(field, alike, idf, groups, left, weight, bound)


def _queue(people: Sequence[Taker], dice: random.Random) -> list[int]:
    """How much each counts: the longer somebody has waited the more, and of equal ones as the dice fall.

    The sets of people that a largest matching can cover are a matroid, so the order alone decides who is covered, and
    any falling numbers do.
    """
    tie = list(range(len(people)))
    dice.shuffle(tie)
    order = sorted(range(len(people)), key=lambda at: (people[at].waited, tie[at]))
    worth = [0] * len(people)
    for place, at in enumerate(order, 1):
        worth[at] = place
    return worth


def _edges(field: _Field, alike: Likeness, dice: random.Random) -> tuple[list[tuple[int, int, int]], int]:
    """Pairs that may meet with their weights, and a bound: half of what each could have at best."""
    count = len(field.people)
    vectors = alike.single()
    found: dict[tuple[int, int], int] = {}
    best_sum = 0
    numbers = np.random.default_rng(dice.getrandbits(63))
    for start in range(0, count, _BLOCK):
        end = min(start + _BLOCK, count)
        allowed = field.rows(start, end)
        says = np.where(allowed, vectors[start:end] @ vectors.T, -1.0)
        best_sum += int(np.ceil(np.clip(says.max(axis=1), 0, None) * 1000).sum())
        if count <= EXACT:
            chosen = allowed
            chosen &= np.arange(count)[None, :] > np.arange(start, end)[:, None]
        else:
            chosen = _some(says, allowed, numbers)
        rows, columns = chosen.nonzero()
        for one, two, weight in zip(
            (rows + start).tolist(), columns.tolist(), alike.weights(rows + start, columns).tolist(), strict=True
        ):
            found[min(one, two), max(one, two)] = weight
    return [(a, b, weight) for (a, b), weight in sorted(found.items())], best_sum // 2


def _some(says: NDArray[np.floating], allowed: NDArray[np.bool_], numbers: np.random.Generator) -> NDArray[np.bool_]:
    """Of each row the most alike, and some others, without whom the last people would find nobody."""
    chosen = np.zeros_like(allowed)
    rows = np.arange(len(says))[:, None]
    # Equal ones are not always the same ones.
    shaken = says + numbers.random(says.shape, dtype=np.float32) * 1e-4
    most = min(_ALIKE, says.shape[1])
    chosen[rows, np.argpartition(-shaken, most - 1, axis=1)[:, :most]] = True
    chosen[rows, numbers.integers(0, says.shape[1], (len(says), _OTHERS))] = True
    return chosen & allowed


def _matched(field: _Field, edges: Sequence[tuple[int, int, int]], worth: Sequence[int]) -> list[tuple[int, int]]:
    count = len(field.people)
    above = 1000 * (count // 2 + 1)
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(count))
    graph.add_edges_from([(a, b, (worth[a] + worth[b]) * above + weight) for a, b, weight in edges])
    return list(rx.max_weight_matching(graph, max_cardinality=True, weight_fn=int))


def _repaired(field: _Field, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Two who were left find each other, or each one half of a pair that is taken apart for them."""
    made = list(pairs)
    alone = sorted(set(range(len(field.people))) - {one for pair in made for one in pair})
    while len(alone) > 1:
        one = alone.pop(0)
        other = next((two for two in alone if field.may(one, two)), None)
        if other is not None:
            alone.remove(other)
            made.append((one, other))
            continue
        change = _change(field, one, alone, made)
        if change is not None:
            other, at, first, second = change
            made[at] = first
            made.append(second)
            alone.remove(other)
    return made


def _change(
    field: _Field, one: int, alone: Sequence[int], made: Sequence[tuple[int, int]]
) -> tuple[int, int, tuple[int, int], tuple[int, int]] | None:
    for other in alone:
        for at, (a, b) in enumerate(made):
            if field.may(one, a) and field.may(other, b):
                return other, at, (one, a), (other, b)
            if field.may(one, b) and field.may(other, a):
                return other, at, (one, b), (other, a)
    return None


def _third(field: _Field, alike: Likeness, groups: list[list[int]]) -> tuple[list[int], int]:
    """Who is left joins the pair where it adds most, of those that like to be three first; who is left even so."""
    left, added = [], 0
    covered = {one for group in groups for one in group}
    people = field.people
    waiting = sorted(set(range(len(people))) - covered, key=lambda one: (-people[one].waited, people[one].id))
    for one in waiting:
        room = [group for group in groups if len(group) == 2 and all(field.may(one, other) for other in group)]
        if not room:
            left.append(one)
            continue
        likes = [sum(people[other].prefers_trio for other in group) for group in room]
        adds = [sum(alike.weight(one, other) for other in group) for group in room]
        best = max(range(len(room)), key=lambda at: (likes[at], adds[at], -room[at][0]))
        room[best].append(one)
        added += adds[best]
    return left, added


def _told(
    field: _Field,
    alike: Likeness,
    idf: dict[str, float],
    groups: Sequence[Sequence[int]],
    left: Sequence[int],
    weight: int,
    bound: int,
) -> Plan:
    people, made = field.people, []
    for group in groups:
        members = sorted(group)
        own = sum(alike.weight(a, b) for a, b in combinations(members, 2))
        takers = [people[one] for one in members]
        made.append(Group(tuple(t.id for t in takers), own, reason(takers, idf)))
    pairs = tuple(group for group in made if len(group.people) == 2)
    trios = tuple(group for group in made if len(group.people) == 3)
    return Plan(pairs, trios, tuple(Left(people[one].id, _why(field, one)) for one in left), weight, bound)


def _why(field: _Field, one: int) -> str:
    """Why somebody sits out, in a sentence; a pair that is kept apart for other reasons is not given away."""
    if not any(field.may(one, other) for other in range(len(field.people))):
        if field.rule != ANYBODY and all(
            column[one] == column[two] for column in field.differ for two in range(len(column))
        ):
            return "Everybody who takes part is of your organisation or place."
        return "There is nobody whom you have not met lately and may meet by the rule of this round."
    return "The number was odd, or everybody whom you may meet was matched already."


def _numbered(values: Sequence[str]) -> NDArray[np.int64]:
    number = {value: at for at, value in enumerate(sorted(set(values)))}
    return np.fromiter((number[value] for value in values), np.int64, len(values))
