"""Which topics a question speaks of.

A question is read three ways, and what each finds adds up: short forms and phrases of the vocabulary, whole or in
part; words after slips of the keyboard are put right; and words near in meaning. Rare words say more than common ones,
so that a long sentence does not drown. What is nothing for this network has phrases of its own: when they fit better,
the answer is that nothing of ours fits. `docs/finding.md` says what each part adds.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from qibot.vocabulary import meaning, one_patient, phrases
from qibot.vocabulary.hits import NOTHING, Hit, added_up, closest, traps_of, windows
from qibot.vocabulary.phrases import Area, Phrase
from qibot.vocabulary.spelling import Speller
from qibot.vocabulary.text import STOP, Token, stem, tokens

ENOUGH = 0.40
"""The least score of a topic that is offered."""
NEAR = 0.25
"""The least score of one that is offered as "did you mean"."""
_MEANT, _NEAR = 16, 0.5
"""Words of a question whose meaning is weighed, and the least cosine that says anything."""
CLEARLY = 0.1
"""How much better something that is not ours has to fit than the best of ours, when both do."""


@dataclass(frozen=True, slots=True)
class Match:
    """A topic that words speak of. `score` 0–1; `why` is the phrase of the vocabulary that was recognised."""

    topic_id: int
    slug: str
    label: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was read: topics, best first; who else may help when it is nothing for us; the words put right,
    as (typed, meant); words that nothing of ours knows; topics that come nearest, near enough or not.
    """

    topics: tuple[Match, ...]
    elsewhere: str = ""
    repaired: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    nearest: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts take part: all of them, but for the ablation of `./qi bench finding`."""

    everyday: bool = True
    shorts: bool = True
    spelling: bool = True
    partial: bool = True
    meaning: bool = True
    elsewhere: bool = True
    traps: bool = True


class Vocabulary:
    """Topics with their words, held ready for reading. Immutable: changes make a new one."""

    def __init__(
        self,
        topics: Sequence[tuple[int, str, str]],
        words: Iterable[tuple[int, str]],
        parts: Parts = Parts(),
    ) -> None:
        self._topics, self._parts = tuple(topics), parts
        said: dict[int, list[str]] = defaultdict(list)
        for topic_id, word in words:
            said[topic_id].append(word)
        known = phrases.everyday() if parts.everyday else {}
        self._areas: tuple[Area, ...] = phrases.elsewhere() if parts.elsewhere else ()
        self._phrases = [
            phrase
            for number, (topic_id, slug, label) in enumerate(self._topics)
            for phrase in phrases.of_topic(number, label, tuple(said[topic_id]), known.get(slug, ()))
        ] + [
            phrase
            for number, area in enumerate(self._areas, len(self._topics))
            for phrase in phrases.of_topic(number, area.label, (), area.phrases)
        ]
        self._shorts = {p.short: p for p in reversed(self._phrases) if p.short}
        self._long = [p for p in self._phrases if not p.short]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for row, phrase in enumerate(self._long):
            for word in set(phrase.stems):
                self._holding[word].append(row)
        self._rarity = {word: self._rare(word) for word in self._holding}
        self._mass = [sum(self._weight(word) for word in p.stems) for p in self._long]

    # ---- Asking

    def match(self, text: str, limit: int = 3) -> list[Match]:
        """Topics that `text` speaks of, best first; none when nothing is near."""
        return list(self.read(text, limit).topics)

    def nearest(self, text: str, limit: int = 3) -> list[Match]:
        """Topics that come nearest to `text`, near enough or not, for "did you mean"."""
        return _nearest(self._rank(self._understood(text)[0])[0], limit)

    def read(self, text: str, limit: int = 3) -> Reading:
        """How `text` is understood."""
        words, repaired, unknown = self._understood(text)
        if self._parts.elsewhere and one_patient.asks_about_one(text):
            return Reading((), one_patient.LABEL, repaired, unknown)
        ranked, area = self._rank(words)
        best = ranked[0].score if ranked else 0.0
        if area is not None and area[1] >= ENOUGH and area[1] > best + (CLEARLY if best >= ENOUGH else 0.0):
            return Reading((), area[0].label, repaired, unknown)
        # What is far behind the best is no reading of the words.
        least = max(ENOUGH, best * 0.5)
        fit = tuple(m for m in ranked[:limit] if m.score >= least)
        return Reading(fit, "", repaired, unknown, tuple(_nearest(ranked, limit)))

    # ---- Words

    def _understood(self, text: str) -> tuple[list[Token], tuple[tuple[str, str], ...], tuple[str, ...]]:
        found, repaired, unknown = [], [], []
        said = self._together(tokens(text))
        named = len(said) > 1 and all(token.raw.istitle() for token in said)
        for at, token in enumerate(said):
            if token.stem in self._holding or token.word in STOP or token.raw in self._shorts:
                found.append(token)
                continue
            # Somebody's name is no slip; phones begin a sentence with a capital.
            name = named or (at > 0 and token.raw.istitle())
            meant = self._speller.repair(token.word) if self._parts.spelling and not name else ""
            if meant:
                repaired.append((token.word, meant))
                token = Token(token.raw, meant, stem(meant))
            elif token.word.isalpha() and len(token.word) >= 3 and not self._speller.knows(token.word):
                unknown.append(token.word)
            found.append(token)
        return found, tuple(repaired), tuple(unknown)

    def _together(self, found: list[Token]) -> list[Token]:
        """ "out patients" is "outpatients", and "pressuresores" are "pressure sores"."""
        made, at = [], 0
        while at < len(found):
            token = found[at]
            pair = token.word + found[at + 1].word if at + 1 < len(found) else ""
            if (
                token.word != "a"
                and pair.isalpha()
                and stem(pair) in self._holding
                and not self._phrase_of(token, found[at + 1])
            ):
                made.append(Token(pair, pair, stem(pair)))
                at += 2
                continue
            apart = self._apart.get(token.word) if token.stem not in self._holding else None
            made += [Token(word, word, stem(word)) for word in apart] if apart else [token]
            at += 1
        return made

    def _phrase_of(self, one: Token, two: Token) -> bool:
        return (one.stem, two.stem) in self._pairs

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(pair for p in self._long for pair in zip(p.stems, p.stems[1:], strict=False))

    @cached_property
    def _apart(self) -> dict[str, tuple[str, ...]]:
        """Phrases of two or three words, by how they look without spaces."""
        found = (p.words for p in self._long if 2 <= len(p.words) <= 3)
        return {"".join(words): words for words in found if sum(map(len, words)) >= 8}

    @cached_property
    def _speller(self) -> Speller:
        ours: dict[str, float] = {}
        for phrase in self._long:
            for word, stemmed in zip(phrase.words, phrase.stems, strict=True):
                weight = self._weight(stemmed) * phrase.strength
                if word not in STOP and weight > ours.get(word, 0.0):
                    ours[word] = weight
        return Speller(ours, meaning.english())

    # ---- Weights

    def _rare(self, word: str) -> float:
        topics = {self._long[row].topic for row in self._holding[word]}
        everybody = len(self._topics) + len(self._areas)
        among_topics = math.log(1 + everybody / len(topics)) / math.log(1 + everybody)
        return among_topics * (0.3 + 0.7 * meaning.seldom(self._spelt.get(word, word)))

    @cached_property
    def _spelt(self) -> dict[str, str]:
        """A word of ours for each stem, as it is written."""
        return {one: word for p in reversed(self._long) for one, word in zip(p.stems, p.words, strict=True)}

    def _weight(self, word: str) -> float:
        if word in STOP:
            return 0.05
        held = self._rarity.get(word)
        return meaning.seldom(word) if held is None else held

    # ---- Ranking

    def _rank(self, words: list[Token]) -> tuple[list[Match], tuple[Area, float] | None]:
        trapped = self._trapped(words)
        # Somebody who writes everything in capitals says nothing by them.
        shouting = sum(t.raw.isupper() and len(t.raw) > 1 for t in words) > max(3, len(words) * 0.6)
        unsure = frozenset(at for at, t in enumerate(words) if phrases.is_unsure(t.raw, t.stem, shouting=shouting))
        shorts = [] if shouting or not self._parts.shorts else self._short_hits(words)
        hits = [*shorts, *self._phrase_hits(words, trapped, unsure)]
        scores = added_up(hits)
        if self._parts.meaning:
            for number, (score, phrase) in self._meant(words, trapped | unsure, hits).items():
                held, why = scores.get(number, (0.0, phrase))
                scores[number] = 1 - (1 - held) * (1 - score), (why if held >= score else phrase)
        ours = [
            Match(*self._topics[number], round(score, 3), phrase.text)
            for number, (score, phrase) in scores.items()
            if number < len(self._topics)
        ]
        theirs = [(score, number) for number, (score, _) in scores.items() if number >= len(self._topics)]
        ours.sort(key=lambda match: (-match.score, match.slug))
        if not theirs:
            return ours, None
        score, number = max(theirs)
        return ours, (self._areas[number - len(self._topics)], score)

    def _trapped(self, words: list[Token]) -> frozenset[int]:
        if not self._parts.traps:
            return frozenset()
        found: set[int] = set()
        said = [token.stem for token in words]
        for trap in traps_of(said):
            size = len(trap.stems)
            for at in range(len(said) - size + 1):
                after = said[at + size] if at + size < len(said) else ""
                if tuple(said[at : at + size]) == trap.stems and (not trap.before or after in trap.before):
                    found.update(range(at, at + size))
        return frozenset(found)

    def _short_hits(self, words: list[Token]) -> list[Hit]:
        found = ((self._shorts.get(token.raw), at) for at, token in enumerate(words))
        return [Hit(phrase, 1.0, (at,)) for phrase, at in found if phrase is not None]

    def _phrase_hits(self, words: list[Token], trapped: frozenset[int], unsure: frozenset[int]) -> list[Hit]:
        places: dict[str, list[int]] = defaultdict(list)
        for at, token in enumerate(words):
            if at not in trapped:
                places[token.stem].append(at)
        shared: dict[int, int] = defaultdict(int)
        for word in places:
            if word not in STOP:
                for row in self._holding.get(word, ()):
                    shared[row] += 1
        said = sum(self._weight(word) for word in places if word not in STOP) or 1.0
        hits = []
        for row in shared:
            hit = self._hit(row, places, unsure, said)
            if hit is not None:
                hits.append(hit)
        return self._longest_first([*hits, *self._sayings(words)])

    def _sayings(self, words: list[Token]) -> list[Hit]:
        """ "You said, we did": phrases of nothing but words that say nothing by themselves."""
        stems = [token.stem for token in words]
        return [
            Hit(phrase, phrase.strength, tuple(range(at, at + len(phrase.stems))))
            for at, word in enumerate(stems)
            for phrase in self._all_stop.get(word, ())
            if tuple(stems[at : at + len(phrase.stems)]) == phrase.stems
        ]

    @cached_property
    def _all_stop(self) -> dict[str, list[Phrase]]:
        """By their first word."""
        found: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in self._long:
            if len(phrase.stems) > 1 and STOP.issuperset(phrase.words):
                found[phrase.stems[0]].append(phrase)
        return found

    def _hit(self, row: int, places: Mapping[str, list[int]], unsure: frozenset[int], said: float) -> Hit | None:
        phrase, mass = self._long[row], self._mass[row]
        held = [word for word in phrase.stems if word in places]
        at = closest(held, places)
        whole = len(at) == len(phrase.stems)
        share = sum(self._weight(word) for word in set(held)) / mass
        if not whole and (not self._parts.partial or share < 0.6 or not self._telling(held)):
            return None
        if not unsure.isdisjoint(at) and (len(at) == 1 or not whole):
            return None
        says = phrase.strength * min(1.0, 0.3 + 0.75 * mass)
        if not whole:
            says *= 0.72 * share * share
        if len(phrase.stems) == 1 and phrase.stems[0] in phrases.general():
            # By itself it is an answer; among other words it may be about anything.
            says *= min(1.0, mass / said) ** 0.6
        if len(at) > 1:
            # Words far from each other are hardly the phrase.
            says *= max(0.6, 1 - 0.06 * max(0, at[-1] - at[0] + 1 - len(at)))
        return Hit(phrase, says, at)

    def _telling(self, held: Iterable[str]) -> bool:
        """Whether a part of a phrase can stand for it: a rare word, or two that say something."""
        weights = sorted(self._weight(word) for word in held if word not in STOP)
        return bool(weights) and (weights[-1] >= 0.75 or len(weights) > 1)

    def _longest_first(self, hits: list[Hit]) -> list[Hit]:
        """What lies inside a longer phrase of another topic says less: a flu clinic is not about clinics."""
        hits.sort(key=lambda hit: (-len(hit.at), -hit.score))
        kept: list[Hit] = []
        for hit in hits:
            longer = [
                other
                for other in kept
                if set(hit.at) < set(other.at) and other.phrase.topic != hit.phrase.topic and other.score >= hit.score
            ]
            if longer and not hit.whole and any(other.whole for other in longer):
                # A part of a phrase, and all of another: “end of life” is not about those who “end their life”.
                continue
            kept.append(replace(hit, score=hit.score * 0.6) if longer else hit)
        return kept

    # ---- Meaning

    @cached_property
    def _meanings(self) -> tuple[Any, Any, Any]:
        """Vectors of all phrases, how much each counts, and its topic."""
        made = meaning.sums([phrase.content for phrase in self._long])
        import numpy as np

        made /= meaning.lengths(made)[:, None]
        strengths = np.array([phrase.strength for phrase in self._long], dtype=np.float32)
        return made.T.copy(), strengths, [phrase.topic for phrase in self._long]

    def _meant(
        self, words: list[Token], trapped: frozenset[int], hits: Sequence[Hit]
    ) -> dict[int, tuple[float, Phrase]]:
        """Topics with phrases near in meaning to some of the words that stand beside each other, or to all of them.

        Words that are wholly a phrase of several words (`hits`) mean that, and are near to nothing else.
        """
        told = [
            (self._weight(t.stem), t.word, at) for at, t in enumerate(words) if at not in trapped and t.word not in STOP
        ]
        # What is put together from several pieces means little by them, but the others are less of the question for it.
        said = [one for one in told if len(meaning.split(one[1])) == 1][:_MEANT]
        if not said or not self._long:
            return {}
        rows, strengths, topics = self._meanings
        import numpy as np

        of_words = meaning.sums([[word] for _, word, _ in said])
        # A window means the sum of its words, so what each word has in common with each phrase is taken once.
        common = np.cumsum(np.vstack([np.zeros_like(rows[0]), of_words @ rows]), axis=0)
        found: dict[int, tuple[float, Phrase]] = {}
        total = sum(weight for weight, _, _ in told) or 1.0
        sayings = [(set(hit.at), hit.phrase.topic) for hit in hits if hit.whole and len(hit.at) > 1]
        for start, end in windows(len(said)):
            near = (common[end] - common[start]) / meaning.lengths(of_words[start:end].sum(axis=0, keepdims=True))[0]
            # Below a half, a cosine says nothing.
            here = (near > _NEAR).nonzero()[0]
            share = sum(weight for weight, _, _ in said[start:end]) / total
            inside = {at for _, _, at in said[start:end]}
            mean = {topic for places, topic in sayings if inside <= places}
            says = 0.8 * np.minimum(1, (near[here] - 0.45) / 0.5) * strengths[here] * share**0.4
            for row, score in zip(here.tolist(), says.tolist(), strict=True):
                if (not mean or topics[row] in mean) and score > found.get(topics[row], NOTHING)[0]:
                    found[topics[row]] = score, self._long[row]
        return found

    def warm(self) -> "Vocabulary":
        """Itself, with all that the first question would have to wait for."""
        self.match("somebody who knows about warming up")
        return self


def _nearest(ranked: Sequence[Match], limit: int) -> list[Match]:
    return [match for match in ranked[:limit] if match.score >= NEAR]
