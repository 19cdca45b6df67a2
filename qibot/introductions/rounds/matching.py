"""Who meets whom. A plain greedy way, to be replaced by the exact one."""

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

ANYBODY, ANOTHER_ORGANISATION, ANOTHER_ORGANISATION_AND_PLACE, SAME_ROLE = RULES = (
    "anybody",
    "another organisation",
    "another organisation and place",
    "same role",
)


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who takes part."""

    id: str
    organisation: str
    place: str = ""
    role: str = ""
    topics: frozenset[str] = frozenset()
    waited: int = 0
    prefers_trio: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Two or three who meet."""

    people: tuple[str, ...]
    weight: int
    why: str


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who sits out."""

    person: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole round."""

    pairs: tuple[Group, ...]
    trios: tuple[Group, ...]
    left: tuple[Left, ...]
    weight: int
    bound: int


def plan(
    people: Sequence[Taker],
    met: Mapping[tuple[str, str], float] = {},
    *,
    rule: str = ANOTHER_ORGANISATION,
    cool_down: int = 26,
    never: Collection[tuple[str, str]] = (),
    seed: int = 0,
) -> Plan:
    """Greedy."""
    apart = {frozenset(pair) for pair in never} | {frozenset(p) for p, weeks in met.items() if weeks < cool_down}

    def fits(a: Taker, b: Taker) -> bool:
        if rule != ANYBODY and a.organisation == b.organisation:
            return False
        if rule == ANOTHER_ORGANISATION_AND_PLACE and a.place == b.place:
            return False
        return (rule != SAME_ROLE or a.role == b.role) and frozenset((a.id, b.id)) not in apart

    order = list(people)
    random.Random(seed).shuffle(order)
    order.sort(key=lambda one: -one.waited)
    groups: list[list[Taker]] = []
    alone: list[Taker] = []
    while order:
        one = order.pop(0)
        others = [other for other in order if fits(one, other)]
        if not others:
            alone.append(one)
            continue
        best = max(others, key=lambda other: len(one.topics & other.topics))
        order.remove(best)
        groups.append([one, best])
    left = []
    for one in alone:
        room = [g for g in groups if len(g) == 2 and all(fits(one, other) for other in g)]
        if room:
            room[0].append(one)
        else:
            left.append(Left(one.id, "Everybody else who takes part is somebody the rule keeps you from."))
    made = [
        Group(tuple(t.id for t in g), len(s := frozenset.intersection(*(t.topics for t in g))), ", ".join(sorted(s)))
        for g in groups
    ]
    pairs, trios = ([g for g in made if len(g.people) == n] for n in (2, 3))
    weight = sum(g.weight for g in made)
    return Plan(tuple(pairs), tuple(trios), tuple(left), weight, weight)


async def plan_apart(
    people: Sequence[Taker],
    met: Mapping[tuple[str, str], float] = {},
    *,
    rule: str = ANOTHER_ORGANISATION,
    cool_down: int = 26,
    never: Collection[tuple[str, str]] = (),
    seed: int = 0,
) -> Plan:
    """The same, apart."""
    return await asyncio.to_thread(plan, people, met, rule=rule, cool_down=cool_down, never=never, seed=seed)
