"""What a question is read by: a topic's own words, how people say it, what only looks like it, what is not ours."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from qibot.vocabulary.text import STOP, stems, tokens

CAPITALS_ONLY = frozenset("ACT AI AIS ACP AF ASC HF INT LAC MAS MCA OT PE SPA CTR MUST".split())
"""Short forms that are also words or mean several things: they count only in capitals and as a whole word."""
_ALSO_CAPITALS = frozenset(
    "ADD DASH FAST FIT GUM ICE MASH NEWS PAD PALS PAM PEG PROM SAFER SALT SEND SMART SOAR STAMP STOMP SWAN TED TRIM "
    "VIP".split()
)
"""More of them, of the shipped words."""

LABEL, SYNONYM, PART, EVERYDAY = 1.0, 1.0, 0.9, 0.86
"""How much it says that a phrase was used: what a topic is called, part of its name, what people say for it."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that lead to a topic (a number of `Vocabulary`'s). `words` in order, and the same without their endings;
    `short`: counts in capitals only.
    """

    topic: int
    text: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    strength: float
    short: str = ""

    @property
    def content(self) -> list[str]:
        """The words that say something; all of them when none does."""
        return [word for word in self.words if word not in STOP] or list(self.words)


@dataclass(frozen=True, slots=True)
class Area:
    """What people ask for that is nothing for this network, and who may help instead ("the IT service desk")."""

    slug: str
    label: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trap:
    """Words that look like ours and are not; `before`: only when one of these follows."""

    stems: tuple[str, ...]
    before: frozenset[str] = frozenset()


@lru_cache(maxsize=400)
def of_topic(topic: int, label: str, words: tuple[str, ...], everyday: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Every phrase that leads to a topic; none twice. Remembered, since a change of one topic leaves the others."""
    found: dict[tuple[tuple[str, ...], str], Phrase] = {}
    sayings = [(label, LABEL), *((word, SYNONYM) for word in words)]
    sayings += [(part, PART) for part in parts(label)] + [(saying, EVERYDAY) for saying in everyday]
    for text, strength in sayings:
        for phrase in _readings(topic, text.strip(), strength):
            found.setdefault((phrase.stems, phrase.short), phrase)
    return tuple(found.values())


def parts(label: str) -> list[str]:
    """ "Dementia and delirium" is what people call dementia, and what they call delirium."""
    parts = [part.strip() for part in label.replace(" and ", ",").split(",")]
    return [part for part in parts if part and part != label] if len(parts) > 1 else []


def _readings(topic: int, text: str, strength: float) -> Iterator[Phrase]:
    for word in text.split():
        if word in CAPITALS_ONLY or word in _ALSO_CAPITALS:
            # "MUST score" makes MUST a short form of its topic, in capitals only.
            yield Phrase(topic, text, (word.lower(),), (word,), strength, word)
    if text not in CAPITALS_ONLY and text not in _ALSO_CAPITALS:
        said = tokens(text)
        if said:
            words, stemmed = zip(*((token.word, token.stem) for token in said), strict=True)
            yield Phrase(topic, text, words, stemmed, strength)


def is_unsure(raw: str, stem: str, *, shouting: bool) -> bool:
    """Whether a word as typed may be a short form, and is not written like one."""
    return stem.upper() in CAPITALS_ONLY | _ALSO_CAPITALS and (shouting or not raw.rstrip("s").isupper())


def shipped(name: str) -> list[dict[str, str]]:
    """Rows of a shipped list."""
    held = (files("qibot.vocabulary") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(held.splitlines()))


@cache
def everyday() -> dict[str, tuple[str, ...]]:
    """By a shipped topic's slug: how people say it, beyond the words that it lists."""
    return {row["slug"]: tuple(row["phrases"].split("|")) for row in shipped("everyday.csv")}


@cache
def elsewhere() -> tuple[Area, ...]:
    """What is nothing for this network."""
    return tuple(Area(r["slug"], r["label"], tuple(r["phrases"].split("|"))) for r in shipped("elsewhere.csv"))


@cache
def general() -> frozenset[str]:
    """Words of the vocabulary, without endings, that say too little by themselves in a longer question."""
    return frozenset(word for row in shipped("general.csv") for word in stems(row["word"]))


@cache
def traps() -> tuple[Trap, ...]:
    """The longest first."""
    found = []
    for row in shipped("traps.csv"):
        words, _, before = row["phrase"].partition(">")
        found.append(Trap(tuple(stems(words)), frozenset(stems(before))))
    return tuple(sorted(found, key=lambda trap: -len(trap.stems)))
