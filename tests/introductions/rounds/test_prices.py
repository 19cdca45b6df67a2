"""That a bound is a bound: after a look at all pairs, two people and the odd sets they are in pay for every one."""

import random
from itertools import combinations

import numpy as np
import pytest

from qibot.introductions.rounds.candidates import candidates
from qibot.introductions.rounds.exact import exact
from qibot.introductions.rounds.field import Question, field_of
from qibot.introductions.rounds.likeness import likeness, rarity
from qibot.introductions.rounds.matching import RULES, SAME_ROLE, Taker
from qibot.introductions.rounds.prices import priced
from qibot.introductions.rounds.proof import hold

HEATS = ((20.0, 20, 0), (5.0, 20, 2), (1.0, 30, 3))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != SAME_ROLE])
@pytest.mark.parametrize("seed", range(6))
def test_prices_hold_for_every_pair_that_may_meet(rule: str, seed: int) -> None:
    dice = random.Random(seed)
    count, topics = dice.randrange(3, 90), dice.choice([2, 8, 30])
    people = [
        Taker(
            f"p{n:03}",
            f"o{dice.randrange(5)}",
            f"at {dice.randrange(4)}",
            topics=frozenset(f"t{dice.randrange(topics)}" for _ in range(dice.randrange(4))),
        )
        for n in range(count)
    ]
    met = {(f"p{dice.randrange(count):03}", f"p{dice.randrange(count):03}"): 1.0 for _ in range(count)}
    asked = Question(tuple(people), met, (), rule, 26.0, seed)
    field, _ = field_of(people, asked, likeness(people, rarity(people)))
    prices = priced(field, candidates(field, np.random.default_rng(seed)), HEATS)
    best = exact(field, np.random.default_rng(seed))
    weight = sum(field.alike.weight(*pair) for pair in best.groups if len(pair) == 2)
    one, two = np.array(list(combinations(range(count), 2))).T
    may = field.may(one, two)
    one, two = one[may], two[may]
    weights = field.alike.weights(one, two)
    for _ in range(3):
        hold(field, prices)
        inside = np.zeros(len(one))
        for odd, paid in zip(prices.odd, prices.paid, strict=True):
            inside += paid * (np.isin(one, odd) & np.isin(two, odd))
        assert (prices.person[one] + prices.person[two] + inside >= weights - 1e-6).all()
        assert prices.person.min() >= 0
        assert prices.bound() >= weight - 1e-6
