"""The best round for these people: exactly while that is quick, and nearly beyond. docs/matching.md says how near.

Imported when a round is planned: numpy and rustworkx are not needed before.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from qibot.introductions.rounds.exact import Solved, exact
from qibot.introductions.rounds.field import Field, Question, Yes, field_of
from qibot.introductions.rounds.likeness import Ints, likeness, rarity, reason
from qibot.introductions.rounds.matching import ANYBODY, SAME_ROLE, Group, Left, Plan, Taker
from qibot.introductions.rounds.nearly import near

EXACT = 300
"""So many people are matched over all pairs that may meet; of more, the best is found nearly."""


def answer(asked: Question) -> Plan:
    """The round: largest number of people, then the queue, then what the pairs have in common."""
    people = sorted(asked.people, key=lambda taker: taker.id)
    if not people:
        return Plan((), (), (), 0, 0)
    idf = rarity(people)
    field, parts = field_of(people, asked, likeness(people, idf))
    groups, left, bound = list[list[int]](), list[int](), 0.0
    for part in parts:
        solved = _solved(field.part(part), np.random.default_rng(asked.seed))
        groups += [[int(part[one]) for one in group] for group in solved.groups]
        left += [int(part[one]) for one in solved.left]
        bound += solved.bound
    made = []
    for members in sorted(sorted(group) for group in groups):
        own = sum(field.alike.weight(a, b) for a, b in combinations(members, 2))
        takers = [people[one] for one in members]
        made.append(Group(tuple(t.id for t in takers), own, reason(takers, idf)))
    weight = sum(group.weight for group in made)
    return Plan(
        tuple(group for group in made if len(group.people) == 2),
        tuple(group for group in made if len(group.people) == 3),
        tuple(Left(people[one].id, _why(field, people, asked.rule, one)) for one in left),
        weight,
        # Weights are whole numbers.
        max(weight, int(bound + 1e-6)),
    )


def _solved(field: Field, numbers: np.random.Generator) -> Solved:
    if field.count <= EXACT:
        solved = exact(field, numbers)
    else:
        large, too_many = _too_large(field)
        chosen, split = np.arange(field.count), None
        if large is not None:
            # Each of the others meets one of them, so only some of them come into question.
            dropped = _last(field, np.flatnonzero(large), too_many)
            chosen = np.setdiff1d(chosen, dropped)
            split = large
        used = field.part(chosen, split=split)
        inside = 0 if split is None else int(2 * split[chosen].sum()) - used.count
        odd = split is None and field.count % 2 == 1
        found = near(used, numbers, inside if split is not None else used.count % 2, odd=odd)
        first = np.flatnonzero(found.mate > np.arange(used.count))
        groups = [[int(chosen[a]), int(chosen[b])] for a, b in zip(first, found.mate[first], strict=True)]
        if found.three:
            groups.append([int(chosen[one]) for one in found.three])
        out = set(range(field.count)) - {one for group in groups for one in group}
        solved = Solved(groups, sorted(out), found.bound)
    return _third(field, solved)


def _too_large(field: Field) -> tuple[Yes | None, int]:
    """Those of an organisation or place of whom half or more are, and how many of them must sit out."""
    for column in field.columns:
        size = np.bincount(column)
        largest = int(size.argmax())
        if 2 * int(size[largest]) >= field.count:
            return column == largest, 2 * int(size[largest]) - field.count
    return None, 0


def _last(field: Field, people: Ints, too_many: int) -> Ints:
    """Those who sit out whatever the weights: of the last in the queue, but for equals at the border."""
    border = np.sort(field.turn[people])[max(too_many - 1, 0)]
    last: Ints = people[field.turn[people] < border]
    return last


def _third(field: Field, solved: Solved) -> Solved:
    """Who is left joins the pair where it adds most, of those that like to be three first, if all three may meet."""
    left, bound = list[int](), solved.bound
    pairs = np.array([group for group in solved.groups if len(group) == 2], np.int64).reshape(-1, 2)
    groups = [list(group) for group in solved.groups if len(group) > 2]
    for one in sorted(solved.left, key=lambda one: (-field.turn[one], one)):
        both = [(np.full(len(pairs), one), pairs[:, side]) for side in (0, 1)]
        room = np.flatnonzero(field.may(*both[0]) & field.may(*both[1]))
        if not len(room):
            left.append(one)
            continue
        likes = field.likes[pairs[room]].sum(axis=1)
        adds = sum(field.alike.weights(mine[room], theirs[room]) for mine, theirs in both)
        best = room[np.lexsort([-adds, -likes])[0]]
        groups.append([*pairs[best].tolist(), one])
        pairs = np.delete(pairs, best, axis=0)
        # Two pairs more, and no pair weighs more than 1000.
        bound += 2000
    return Solved([*groups, *pairs.tolist()], left, bound)


def _why(field: Field, people: Sequence[Taker], rule: str, one: int) -> str:
    """Why somebody sits out, in a sentence; a pair that is kept apart for other reasons is not given away."""
    every = np.arange(field.count)
    may = field.may(np.full(field.count, one), every)
    if rule == SAME_ROLE:
        may &= np.array([taker.role == people[one].role for taker in people])
    if may.any():
        return "The number was odd, or everybody whom you may meet was matched already."
    if rule != ANYBODY and all((column == column[one]).all() for column in field.columns):
        return "Everybody who takes part is of your organisation or place."
    return "There is nobody whom you have not met lately and may meet by the rule of this round."
