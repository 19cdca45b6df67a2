"""Who meets whom, held against every possibility for a few people."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qibot.introductions.rounds.likeness import likeness, rarity
from qibot.introductions.rounds.matching import ANOTHER_ORGANISATION, ANYBODY, RULES, Taker, plan, plan_apart

Pairs = tuple[frozenset[str], ...]


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[Taker], dict[tuple[str, str], float], str]:
    """Up to eight people, who met whom, and a rule."""
    count = draw(st.integers(0, 8))
    people = [
        Taker(
            f"p{n}", draw(st.sampled_from("abc")), draw(st.sampled_from("xy")), draw(st.sampled_from("rs")),
            draw(st.frozensets(st.sampled_from("tuv"), max_size=2)), draw(st.integers(0, 2)),
        )
        for n in range(count)
    ]  # fmt: skip
    both = list(combinations([p.id for p in people], 2))
    met = {pair: draw(st.sampled_from([1.0, 40.0])) for pair in both if draw(st.integers(0, 3)) == 0}
    return people, met, draw(st.sampled_from(RULES))


def may(one: Taker, two: Taker, met: dict[tuple[str, str], float], rule: str) -> bool:
    if any(met.get(pair, 99.0) < 26 for pair in ((one.id, two.id), (two.id, one.id))):
        return False
    if rule == ANYBODY:
        return True
    apart = one.organisation != two.organisation
    return (
        apart
        and {
            ANOTHER_ORGANISATION: True,
            "another organisation and place": one.place != two.place,
            "same role": one.role == two.role,
        }[rule]
    )


def every(people: list[Taker], met: dict[tuple[str, str], float], rule: str) -> list[Pairs]:
    """Every way to pair them, with somebody left out or not."""
    if not people:
        return [()]
    first, rest = people[0], people[1:]
    found = every(rest, met, rule)
    for other in rest:
        if may(first, other, met, rule):
            left = [one for one in rest if one is not other]
            found += [(frozenset((first.id, other.id)), *more) for more in every(left, met, rule)]
    return found


@settings(max_examples=120, deadline=None)
@given(rounds())
def test_the_number_of_pairs_and_what_they_share_are_the_best_there_are(
    made: tuple[list[Taker], dict[tuple[str, str], float], str],
) -> None:
    people, met, rule = made
    done = plan(people, met, rule=rule)
    by_id = {taker.id: taker for taker in people}
    named = [one for group in (*done.pairs, *done.trios) for one in group.people] + [one.person for one in done.left]
    assert sorted(named) == sorted(by_id)
    for group in (*done.pairs, *done.trios):
        assert all(may(by_id[a], by_id[b], met, rule) for a, b in combinations(group.people, 2))
    ways = every(people, met, rule)
    most = max(len(way) for way in ways)
    assert len(done.pairs) + len(done.trios) == most
    if len(people) - 2 * most > 1:
        return
    alike = likeness(people, rarity(people))
    at = {taker.id: n for n, taker in enumerate(people)}
    best = max(sum(alike.weight(*(at[one] for one in pair)) for pair in way) for way in ways if len(way) == most)
    added = sum(group.weight for group in done.trios)
    assert done.weight >= best if done.trios else done.weight == best, added


@settings(max_examples=120, deadline=None)
@given(rounds())
def test_whoever_waited_longest_does_not_sit_out_again(
    made: tuple[list[Taker], dict[tuple[str, str], float], str],
) -> None:
    people, met, rule = made
    done = plan(people, met, rule=rule)
    ways = every(people, met, rule)
    most = max(len(way) for way in ways)
    if len(people) - 2 * most < 2 or done.trios:
        return
    waited = {taker.id: taker.waited for taker in people}
    out = [
        sorted((waited[one] for one in set(waited) - set().union(*way)), reverse=True)
        for way in ways
        if len(way) == most
    ]
    assert sorted((waited[one.person] for one in done.left), reverse=True) == min(out)


def test_one_large_organisation_sits_out_in_turns() -> None:
    waited = {f"a{n}": 0 for n in range(6)} | {f"b{n}": 0 for n in range(4)}
    sat: dict[str, int] = dict.fromkeys(waited, 0)
    for number in range(12):
        takers = [Taker(one, one[0], waited=waited[one]) for one in waited]
        done = plan(takers, rule=ANOTHER_ORGANISATION, seed=number)
        left = {one.person for one in done.left}
        assert len(left) == 2
        for one in waited:
            waited[one] += one in left
            sat[one] += one in left
    large = [sat[one] for one in sat if one.startswith("a")]
    assert max(large) - min(large) <= 1
    assert all(sat[one] == 0 for one in sat if one.startswith("b"))


def test_many_people_are_all_matched_and_nobody_of_their_own_organisation() -> None:
    people = [Taker(f"p{n}", f"o{n % 7}", topics=frozenset((f"t{n % 11}", f"t{n % 5}"))) for n in range(900)]
    met = {(f"p{n}", f"p{n + 1}"): 3.0 for n in range(898)}
    done = plan(people, met)
    organisation = {taker.id: taker.organisation for taker in people}
    assert len(done.pairs) == 450
    assert all(organisation[a] != organisation[b] for a, b in (group.people for group in done.pairs))
    assert not {tuple(sorted(group.people)) for group in done.pairs} & {tuple(sorted(pair)) for pair in met}
    assert done.weight <= done.bound


def test_the_same_seed_makes_the_same_round_and_an_odd_one_makes_three() -> None:
    people = [Taker(f"p{n}", f"o{n}", topics=frozenset("ab"[n % 2])) for n in range(7)]
    assert plan(people, seed=3) == plan(people[::-1], seed=3)
    done = plan(people)
    assert (len(done.pairs), len(done.trios), done.left) == (2, 1, ())


@pytest.mark.parametrize(("people", "rule"), [([Taker("a", "x"), Taker("a", "y")], ANYBODY), ([], "nonsense")])
def test_what_cannot_be_is_told(people: list[Taker], rule: str) -> None:
    with pytest.raises(ValueError, match=r"rule|twice"):
        plan(people, rule=rule)


async def test_in_a_process_of_its_own_it_is_the_same_round() -> None:
    people = [Taker(f"p{n}", f"o{n % 9}", topics=frozenset((f"t{n % 13}",))) for n in range(230)]
    assert await plan_apart(people, seed=5) == plan(people, seed=5)
