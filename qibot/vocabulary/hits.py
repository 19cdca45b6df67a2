"""What words hold of the phrases, and how it adds up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qibot.vocabulary.phrases import Phrase, Trap, traps

NOTHING = (0.0, Phrase(0, "", (), (), 0.0))


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that words hold, how much it says, and where the words are."""

    phrase: Phrase
    score: float
    at: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether all of the phrase was said."""
        return len(self.at) == len(self.phrase.stems)


def windows(words: int) -> list[tuple[int, int]]:
    """One to four words beside each other, and all of them."""
    sizes = sorted({size for size in (1, 2, 3, 4, words) if size <= words})
    return [(at, at + size) for size in sizes for at in range(words - size + 1)]


def traps_of(said: list[str]) -> list[Trap]:
    """Those whose words are all there."""
    here = set(said)
    return [trap for trap in traps() if here.issuperset(trap.stems)]


def closest(held: Sequence[str], places: Mapping[str, list[int]]) -> tuple[int, ...]:
    """Where the words of a phrase stand, near each other."""
    at: list[int] = []
    for word in held:
        free = [place for place in places[word] if place not in at] or places[word]
        at.append(min(free, key=lambda place: abs(place - at[-1]) if at else place))
    return tuple(sorted(set(at)))


def added_up(hits: Iterable[Hit]) -> dict[int, tuple[float, Phrase]]:
    """For each topic its best hit, and a part of every other that other words speak for."""
    by_topic: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_topic[hit.phrase.topic].append(hit)
    found = {}
    for topic, some in by_topic.items():
        some.sort(key=lambda hit: -hit.score)
        left, used = 1 - some[0].score, set(some[0].at)
        for hit in some[1:]:
            if used.isdisjoint(hit.at):
                left *= 1 - 0.5 * hit.score
                used.update(hit.at)
        found[topic] = min(1.0, 1 - left), some[0].phrase
    return found
