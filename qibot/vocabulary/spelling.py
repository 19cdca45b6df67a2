"""Slips of the keyboard and of the ear: the word that was meant."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST, LONGEST = 4, 30
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:ps|sc(?=[eiy]))", "s"),
        (r"^(?:pn|kn|gn|mn)", "n"),
        (r"^wr|^rh", "r"),
        (r"^x", "s"),
        (r"^wh", "w"),
        (r"ph", "f"),
        (r"gh(?=[aeiouy])", "g"),
        (r"gh", ""),
        (r"sch", "sk"),
        (r"ch(?=r|l|o|or)", "k"),
        (r"tch", "ch"),
        (r"[ae]e|oe|ei|ie|y", "e"),
        (r"qu|ck|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c(?!h)", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"th", "t"),
        (r"rrh|rh", "r"),
        (r"dg|j", "g"),
        (r"(?<=.)[aeiouhw]", ""),
        (r"(.)\1+", r"\1"),
    )
)
_ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("er", ""),
)  # fmt: skip


def sound(word: str) -> str:
    """Roughly how a word sounds, in a few consonants: "numonia" and "pneumonia" sound alike."""
    for pattern, said in _SOUNDS:
        word = pattern.sub(said, word)
    return word


class Speller:
    """Knows `ours`, words of the vocabulary with how much each counts, and `english`, words right as they are."""

    def __init__(self, ours: Mapping[str, float], english: Collection[str]) -> None:
        self._ours, self._english = ours, english
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in ours:
            if word.isalpha() and len(word) >= SHORTEST:
                self._by_length[len(word)].append(word)
                self._by_sound[sound(word)].append(word)

    def knows(self, word: str) -> bool:
        """Whether a word is right as it is."""
        return word in self._ours or any(plain in self._english for plain in _without_ending(word))

    def repair(self, word: str) -> str:
        """The word of ours that was meant; "" when it is right already or none is near enough."""
        if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or self.knows(word):
            return ""
        best, least = "", 99.0
        for other, slips in self._near(word):
            cost = slips - 0.3 * self._ours[other] - (0.6 if sound(other) == sound(word) else 0.0)
            cost += 0.8 if other[0] != word[0] else 0.0
            if cost < least:
                best, least = other, cost
        return best

    def _near(self, word: str) -> list[tuple[str, float]]:
        most = allowed(len(word))
        found: dict[str, float] = {}
        for length in range(len(word) - most, len(word) + most + 1):
            some = self._by_length.get(length, ())
            for other, slips, _ in process.extract(word, some, scorer=OSA.distance, score_cutoff=most, limit=8):
                # A wrong first letter is rare, and in a short word it makes another word.
                if other[0] == word[0] or (len(word) >= 6 and slips == 1):
                    found[other] = slips
        if len(word) >= 5:
            for other in self._by_sound.get(sound(word), ()):
                slips = OSA.distance(word, other)
                if slips <= most + 2 and abs(len(word) - len(other)) <= 3:
                    found.setdefault(other, min(slips, most + 0.5))
        return list(found.items())


def _without_ending(word: str) -> list[str]:
    """The word, and what it may be the plural or another form of."""
    found = [word]
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            found.append(word.removesuffix(ending) + instead)
    return found


def allowed(length: int) -> int:
    """Slips that still leave a word of so many letters recognisable."""
    return 1 if length < 6 else 2 if length < 10 else 3
