"""Whether two pieces of work look alike: how much of what each says the other says too, in the same words or in words
near in meaning. Nothing here asks the database; `docs/lookalikes.md` has the figures.

The same topic or the same place is not enough: most projects of a topic are other work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qibot.projects.words import COMMON
from qibot.vocabulary import meaning
from qibot.vocabulary.text import STOP, tokens

ENOUGH = 0.425
"""From which share on two pieces of work look alike, 0–1."""
_LONGEST = 1_200
"""Characters of title and aim that are read: all that the form takes."""
_MOST = 60
_RARITY = 0.25
"""How much more a rare word of English says than a frequent one: little, as nearly all of these are about care."""
_LITTLE = 0.3
"""What a word that most projects use counts, beside another as rare."""
_NEAR = 0.5
"""The cosine from which on one word may be shown for another."""


@dataclass(frozen=True, slots=True)
class Work:
    """The words of a piece of work that say something, each once, their stems, and how much each says."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    weights: tuple[float, ...]


def work(title: str, aim: str) -> Work:
    """What title and aim say."""
    found: dict[str, str] = {}
    for token in tokens(f"{title}. {aim}", longest=_LONGEST):
        if token.word not in STOP and len(token.word) > 1 and not token.word.isdigit():
            found.setdefault(token.stem, token.word)
    words, stems = tuple(found.values())[:_MOST], tuple(found)[:_MOST]
    return Work(words, stems, tuple(meaning.seldom(w) ** _RARITY * (_LITTLE if w in COMMON else 1.0) for w in words))


def shares(mine: Work, others: Sequence[Work]) -> list[float]:
    """Of each of the others how much it has in common with mine, 0–1: the mean of what each has of the other."""
    near = _Nearness(mine, sorted({word for other in others for word in other.words}))
    return [near.share(other) for other in others]


def shared(mine: Work, other: Work) -> frozenset[str]:
    """The stems that both have, of words that not everybody uses."""
    told = {stem for stem, word in zip(mine.stems, mine.words, strict=True) if word not in COMMON}
    return frozenset(told & set(other.stems))


def other_words(mine: Work, other: Work) -> tuple[str, str] | None:
    """A word of mine and one of the other that say nearly the same in other letters; None when none do."""
    held = _Nearness(mine, other.words).between(other)
    pairs = [
        (float(held[row, column]) * min(mine.weights[row], other.weights[column]), word, theirs)
        for row, word in enumerate(mine.words)
        for column, theirs in enumerate(other.words)
        if held[row, column] > _NEAR and mine.stems[row] != other.stems[column]
    ]
    _, word, theirs = max(pairs, default=(0.0, "", ""))
    return (word, theirs) if word else None


class _Nearness:
    """How near each word of mine is to each of `words`, 0–1."""

    def __init__(self, mine: Work, words: Sequence[str]) -> None:
        import numpy as np

        self._np, self._mine = np, mine
        self._row = {stem: row for row, stem in enumerate(mine.stems)}
        self._column = {word: column for column, word in enumerate(words)}
        self._near = np.clip(_vectors(mine.words) @ _vectors(words).T, 0, 1)

    def between(self, other: Work) -> Any:
        """One row for each word of mine, one column for each of the other's; the same stem is the same word."""
        held = self._near[:, [self._column[word] for word in other.words]]
        for column, stem in enumerate(other.stems):
            if stem in self._row:
                held[self._row[stem], column] = 1.0
        return held

    def share(self, other: Work) -> float:
        """How much mine and the other have in common."""
        if not self._mine.words or not other.words:
            return 0.0
        held, here, there = self.between(other), self._np.array(self._mine.weights), self._np.array(other.weights)
        of_mine, of_theirs = here @ held.max(axis=1) / here.sum(), there @ held.max(axis=0) / there.sum()
        return float(of_mine + of_theirs) / 2


def _vectors(words: Sequence[str]) -> Any:
    made = meaning.sums([[word] for word in words])
    return made / meaning.lengths(made)[:, None]
