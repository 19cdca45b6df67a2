"""What a day's work would give: three plain ways of reading words as topics, to measure ours beside."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from tests.bench.finding_scores import Ranked

_WORD = re.compile(r"[^\W_]+(?:[&'-][^\W_]+)*")
Topics = Mapping[str, tuple[str, ...]]
"""The phrases of each topic by slug: its label, then its synonyms."""


def literal(topics: Topics) -> Ranked:
    """A topic whose label or a synonym stands in the words as it is, whole words, case aside; longest phrase first."""
    phrases = [
        (re.compile(rf"(?<!\w){re.escape(phrase.casefold())}(?!\w)"), len(phrase), slug)
        for slug, some in topics.items()
        for phrase in some
    ]

    def ranked(text: str) -> list[str]:
        folded, longest = text.casefold(), Counter[str]()
        for pattern, length, slug in phrases:
            if length > longest[slug] and pattern.search(folded):
                longest[slug] = length
        return [slug for slug, _ in longest.most_common()]

    return ranked


def by_words(topics: Topics) -> Ranked:
    """Cosine of TF-IDF over words."""
    return _tf_idf(topics, lambda text: _WORD.findall(text.casefold()))


def by_characters(topics: Topics) -> Ranked:
    """Cosine of TF-IDF over runs of three and four characters, inside words; a space marks where a word ends."""
    return _tf_idf(topics, lambda text: _runs(_WORD.findall(text.casefold())))


def _runs(words: Iterable[str]) -> list[str]:
    padded = [f" {word} " for word in words]
    return [word[i : i + n] for word in padded for n in (3, 4) for i in range(len(word) - n + 1)]


def _tf_idf(topics: Topics, parts: Callable[[str], list[str]]) -> Ranked:
    """One document a topic: its label and synonyms. Every topic that shares a part is in the answer.

    A floor under which it declines would spare it some wrong answers and cost it hits, so it has none. The weights are
    the usual ones: 1 + ln(count), times ln((1 + topics) / (1 + topics that have it)) + 1.
    """
    counts = {slug: Counter(part for phrase in some for part in parts(phrase)) for slug, some in topics.items()}
    holders = Counter(part for counted in counts.values() for part in counted)
    idf = {part: math.log((1 + len(topics)) / (1 + held)) + 1 for part, held in holders.items()}
    vectors: dict[str, list[tuple[str, float]]] = {}
    for slug, counted in counts.items():
        for part, weight in _weighed(counted, idf).items():
            vectors.setdefault(part, []).append((slug, weight))

    def ranked(text: str) -> list[str]:
        cosine: dict[str, float] = dict.fromkeys(topics, 0.0)
        for part, weight in _weighed(Counter(p for p in parts(text) if p in idf), idf).items():
            for slug, other in vectors[part]:
                cosine[slug] += weight * other
        return sorted((slug for slug, near in cosine.items() if near), key=lambda slug: -cosine[slug])

    return ranked


def _weighed(counted: Mapping[str, int], idf: Mapping[str, float]) -> dict[str, float]:
    weights = {part: (1 + math.log(count)) * idf[part] for part, count in counted.items()}
    length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
    return {part: weight / length for part, weight in weights.items()}
