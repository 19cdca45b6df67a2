"""Who sits with whom, against everybody's groups tried one by one."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, permutations

import pytest

from qibot.introductions.beside import beside as real
from qibot.introductions.mixing import pairing
from qibot.introductions.mixing.pairing import Pairs, Seating, Sitter, seat, seat_beside


def both(*pairs: tuple[int, int]) -> Pairs:
    """Each pair in both orders."""
    return {order for pair in pairs for order in permutations(pair, 2)}


def crowd(*sizes: int) -> list[Sitter]:
    """People of organisations of these sizes."""
    organisations = [at for at, size in enumerate(sizes) for _ in range(size)]
    return [Sitter(number + 1, organisation) for number, organisation in enumerate(organisations)]


def groupings(ids: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Every way to make pairs of them, with one trio for an odd number."""
    if not ids:
        yield ()
        return
    sizes = (2, 3) if len(ids) % 2 else (2,)
    for size in sizes:
        for others in combinations(ids[1:], size - 1):
            rest = tuple(one for one in ids[1:] if one not in others)
            for more in groupings(rest):
                yield ((ids[0], *others), *more)


def best(people: list[Sitter], met: Pairs, never: Pairs) -> tuple[int, int] | None:
    """The smallest (together again, of one organisation) when everybody sits; None when not all can."""
    of = {one.id: one.organisation for one in people}
    found = [
        (
            sum(pair in met for group in groups for pair in combinations(group, 2)),
            sum(len({of[one] for one in group}) == 1 for group in groups),
        )
        for groups in groupings(tuple(of))
        if not any(pair in never for group in groups for pair in combinations(group, 2))
    ]
    return min(found, default=None)


def everybody_once(seating: Seating, people: list[Sitter]) -> bool:
    """Nobody sits twice, or nowhere unsaid."""
    there = Counter(one for group in (*seating.groups, seating.alone) for one in group)
    return there == Counter(one.id for one in people)


@pytest.mark.parametrize("number", range(60))
def test_no_other_groups_are_better(number: int) -> None:
    chance = random.Random(number)
    people = [Sitter(at + 1, chance.randrange(3)) for at in range(chance.randrange(2, 9))]
    pairs = list(combinations([one.id for one in people], 2))
    met = both(*(pair for pair in pairs if chance.random() < 0.3))
    never = both(*(pair for pair in pairs if chance.random() < 0.1))
    made = seat(people, met=met, never=never, seed=number)
    assert everybody_once(made, people)
    assert not [pair for group in made.groups for pair in combinations(group, 2) if pair in never]
    if (wanted := best(people, met, never)) is not None:
        assert (made.alone, made.again, made.alike) == ((), *wanted)


@pytest.mark.parametrize(
    ("sizes", "alike"), [((2, 2), 0), ((6, 2), 2), ((7, 2), 2), ((3, 3, 3), 0), ((60, 30, 11), 9), ((1, 1, 1), 0)]
)
def test_as_few_as_possible_are_of_one_organisation(sizes: tuple[int, ...], alike: int) -> None:
    made = seat(crowd(*sizes), seed=3)
    assert made.alike == alike
    assert sorted(len(group) for group in made.groups)[:-1] == [2] * (sum(sizes) // 2 - 1)


def test_the_seed_decides_and_not_the_order() -> None:
    people = crowd(5, 5, 3)
    made = seat(people, seed=5)
    assert made == seat(people[::-1], seed=5)
    assert len({seat(people, seed=seed).groups for seed in range(10)}) > 5


def test_nobody_sits_with_the_same_person_twice_while_that_is_possible() -> None:
    people, met = crowd(2, 2, 2, 2), set[tuple[int, int]]()
    again = []
    for seed in range(8):
        made = seat(people, met=met, seed=seed)
        again.append(made.again)
        met |= both(*(pair for group in made.groups for pair in combinations(group, 2)))
    assert again[0] == again[1] == 0
    assert again[7] == 4, "after seven rounds of eight people, everybody has met at least somebody twice"


def test_who_may_sit_with_nobody_sits_alone() -> None:
    assert seat(crowd(1, 1), never=both((1, 2))) == Seating((), (1, 2), 0, 0)
    made = seat(crowd(1, 1, 1), never=both((1, 2), (1, 3)))
    assert (made.groups, made.alone) == (((2, 3),), (1,))


@pytest.mark.parametrize("sizes", [(40, 30, 20, 10), (101, 60, 50, 90), (30,) * 10])
def test_many_people_sit_with_nobody_they_should_not_round_after_round(sizes: tuple[int, ...]) -> None:
    people, met = crowd(*sizes), set[tuple[int, int]]()
    never = both(*((n, n + 100) for n in range(1, 40)))
    for seed in range(3):
        made = seat(people, met=met, never=never, seed=seed)
        assert everybody_once(made, people)
        assert (made.alone, made.again, made.alike) == ((), 0, 0)
        pairs = {pair for group in made.groups for pair in combinations(group, 2)}
        assert not pairs & (met | never)
        met |= both(*pairs)


def test_where_one_organisation_is_most_of_many_people_no_more_of_it_sit_together_than_must() -> None:
    people = crowd(70, 20, 10)
    made = seat(people, seed=1)
    assert everybody_once(made, people)
    assert (made.alone, made.again, made.alike) == ((), 0, 20)


async def test_what_is_hard_is_worked_out_beside_and_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    people = crowd(40, 15, 10)
    never = both((1, 41), (2, 42))
    here = seat(people, never=never, seed=7)
    asked: list[object] = []

    async def beside(work: object, *given: object, **more: object) -> object:
        asked.append(work)
        return await real(work, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(pairing, "beside", beside)
    assert await seat_beside(people, never=never, seed=7) == here
    assert asked == []
    monkeypatch.setattr(pairing, "IN_PROCESS", 10)
    assert await seat_beside(people, never=never, seed=7) == here
    # The easy ones stay: that is quicker than to begin a process.
    assert (await seat_beside(crowd(*[10] * 7), seed=7)).alike == 0
    assert asked == [seat]
