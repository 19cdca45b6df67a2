"""Invented rounds to match, other ways to match them, and what a round is judged by."""

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np

from qibot.introductions.rounds.likeness import Likeness, likeness, rarity
from qibot.introductions.rounds.matching import Taker

ORGANISATIONS, TOPICS, EARLIER = 40, 60, 10
MIXES = ("usual", "one topic of all", "hardly any shared")
Met = Mapping[tuple[str, str], float]
Groups = Iterable[Sequence[str]]


def people(count: int, seed: int, mix: str = "usual", largest: float = 0.0) -> list[Taker]:
    """People of 40 organisations, the largest with some 23 in 100 (or this share), with one to four of 60 topics, some
    of which are much more frequent than others. `mix`: everybody has one topic more, the same; or there are 300 topics,
    none more frequent than others.
    """
    dice = np.random.default_rng(seed)
    share = 1 / np.arange(1, ORGANISATIONS + 1)
    if largest:
        share[1:] *= (1 - largest) / share[1:].sum()
        share[0] = largest
    of = dice.choice(ORGANISATIONS, count, p=share / share.sum())
    topics = 300 if mix == MIXES[2] else TOPICS
    usual = np.zeros(topics) if mix == MIXES[2] else np.log(1 / np.arange(3, topics + 3))
    many = dice.integers(1, 5, count)
    found = []
    for n in range(count):
        # The largest of shaken logarithms: drawn without putting back.
        drawn = np.argsort(-(usual + dice.gumbel(size=topics)))[: many[n]]
        held = {f"topic {one:04}" for one in drawn.tolist()} | ({"of all"} if mix == MIXES[1] else set())
        found.append(Taker(f"p{n:06}", f"o{of[n]:02}", topics=frozenset(held)))
    return found


def earlier(crowd: Sequence[Taker], seed: int) -> dict[tuple[str, str], float]:
    """Ten rounds, one every two weeks, in which people of different organisations met by chance."""
    dice, found = random.Random(seed), dict[tuple[str, str], float]()
    for number in range(EARLIER):
        order = list(crowd)
        dice.shuffle(order)
        for one, two in zip(order[::2], order[1::2], strict=False):
            if one.organisation != two.organisation:
                found[min(one.id, two.id), max(one.id, two.id)] = 2.0 * (number + 1)
    return found


def shuffled(crowd: Sequence[Taker], seed: int) -> list[tuple[str, str]]:
    """What most bots do that are free to use: shuffle, and put neighbours together."""
    order = [one.id for one in crowd]
    # Not the chance that made the earlier rounds.
    random.Random(f"shuffled {seed}").shuffle(order)
    return list(zip(order[::2], order[1::2], strict=False))


def greedy(crowd: Sequence[Taker], met: Met, seed: int) -> list[tuple[str, str]]:
    """One after the other takes the most alike of those who are still free and whom they may meet."""
    alike = likeness(crowd, rarity(crowd))
    vectors = alike.vectors[alike.of].astype(np.float32)
    number = {one.id: at for at, one in enumerate(crowd)}
    apart: dict[int, list[int]] = {}
    for a, b in met:
        apart.setdefault(number[a], []).append(number[b])
        apart.setdefault(number[b], []).append(number[a])
    _, of = np.unique([one.organisation for one in crowd], return_inverse=True)
    free = np.ones(len(crowd), bool)
    order = list(range(len(crowd)))
    random.Random(seed).shuffle(order)
    found = []
    for one in order:
        if not free[one]:
            continue
        free[one] = False
        says = np.where(free & (of != of[one]), vectors @ vectors[one], -1)
        says[apart.get(one, [])] = -1
        best = int(says.argmax())
        if says[best] >= 0:
            free[best] = False
            found.append((crowd[one].id, crowd[best].id))
    return found


def judged(crowd: Sequence[Taker], met: Met, groups: Groups, alike: Likeness) -> dict[str, float]:
    """Shares of people matched and of pairs across organisations; how many had met; the weight of all pairs."""
    number = {one.id: at for at, one in enumerate(crowd)}
    made = list(groups)
    pairs = [(number[a], number[b]) for group in made for a, b in combinations(sorted(group), 2)]
    one, two = np.array(pairs, np.int64).reshape(-1, 2).T
    across = sum(crowd[a].organisation != crowd[b].organisation for a, b in pairs)
    return {
        "matched": sum(len(group) for group in made) / max(len(crowd), 1),
        "across": across / max(len(pairs), 1),
        "same": len(pairs) - across,
        "repeats": sum((crowd[a].id, crowd[b].id) in met for a, b in pairs),
        "weight": int(alike.weights(one, two).sum()),
    }
