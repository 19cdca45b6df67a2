"""A round: who meets whom. What goes in, what comes out, and the two ways to ask. How it works: docs/matching.md.

In this order, over pairs that may meet: the largest number of people; then the queue, so that nobody sits out twice
before everybody who could has once; then what the pairs have in common.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from qibot.introductions.beside import beside

ANYBODY = "anybody"
ANOTHER_ORGANISATION = "another organisation"
ANOTHER_ORGANISATION_AND_PLACE = "another organisation and place"
SAME_ROLE = "same role"
RULES = (ANYBODY, ANOTHER_ORGANISATION, ANOTHER_ORGANISATION_AND_PLACE, SAME_ROLE)
"""Who may meet whom. The same role means: and of another organisation."""
COOL_DOWN = 26.0
"""Weeks for which two people who met are not matched again."""

IN_PROCESS = 200
"""So few people are matched at once in a blink; more of them in a process of its own."""


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who takes part. `waited`: how often they have sat out in this programme so far, all in all;
    `sat_out_last`: the last time as well, which comes first among equals. Whoever gives no organisation or place is
    taken to share it with everybody else who gives none.
    """

    id: str
    organisation: str
    place: str = ""
    role: str = ""
    topics: frozenset[str] = frozenset()
    waited: int = 0
    prefers_trio: bool = False
    sat_out_last: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Two or three people, in the order of their ids. `weight`: 1000 for a pair with the very same topics, of a trio
    the sum of its three pairs. `why`: the topics that they share, the rarest first, if any.
    """

    people: tuple[str, ...]
    weight: int
    why: str


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who sits out, and why, in a sentence for them."""

    person: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A round. `bound`: no plan that is as good by number and by queue weighs more; when it equals `weight`, this plan
    is proved to be the best.
    """

    pairs: tuple[Group, ...]
    trios: tuple[Group, ...]
    left: tuple[Left, ...]
    weight: int
    bound: int


Pairs = Mapping[tuple[str, str], float]
"""Weeks since two people met, by their ids in any order."""


def plan(
    people: Sequence[Taker],
    met: Pairs | None = None,
    *,
    rule: str = ANOTHER_ORGANISATION,
    cool_down: float = COOL_DOWN,
    never: Collection[tuple[str, str]] = (),
    seed: int = 0,
) -> Plan:
    """The round for these people; the same one for the same people and seed, in whatever order they come.

    `met`: weeks since a pair met; pairs that met less than `cool_down` weeks ago do not meet. `never`: pairs that must
    not be introduced, which no reason gives away. Ids that nobody has are passed over in both. Raises `ValueError` for
    a rule that nobody knows, and for an id that comes twice.
    """
    if rule not in RULES:
        raise ValueError(f"There is no rule “{rule}”. The rules are: {', '.join(RULES)}.")
    if len({taker.id for taker in people}) != len(people):
        raise ValueError("Everybody takes part once, and an id comes twice.")
    from qibot.introductions.rounds.engine import answer
    from qibot.introductions.rounds.field import Question

    return answer(Question(tuple(people), met or {}, tuple(never), rule, cool_down, seed))


async def plan_apart(
    people: Sequence[Taker],
    met: Pairs | None = None,
    *,
    rule: str = ANOTHER_ORGANISATION,
    cool_down: float = COOL_DOWN,
    never: Collection[tuple[str, str]] = (),
    seed: int = 0,
) -> Plan:
    """What `plan` gives, worked out in a process of its own when there are many people, so that chat stays quick.

    A caller who is cancelled does not wait; the process ends by itself. Raises what `plan` raises.
    """
    asked = {"rule": rule, "cool_down": cool_down, "never": tuple(never), "seed": seed}
    if len(people) <= IN_PROCESS:
        return plan(people, met, **asked)  # type: ignore[arg-type]
    return await beside(plan, tuple(people), dict(met or {}), **asked)
