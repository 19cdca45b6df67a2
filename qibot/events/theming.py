"""Themes suggested for answers, by topic and by words that several share, for an organiser to edit first."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from qibot.errors import WrongFields
from qibot.events.service import Statement, one_line
from qibot.projects.words import COMMON
from qibot.vocabulary.text import STOP, stems, tokens
from qibot.vocabulary.vocabulary import Vocabulary

MOST, LONGEST = 8, 80
_SHORTEST = 4
"""Letters of a word that may name a theme."""

Theme = tuple[str, tuple[str, ...]]
"""A heading, and the words or topics that put an answer under it."""


def suggested(vocabulary: Vocabulary, said: Sequence[Statement]) -> list[Theme]:
    """Topics that two answers or more speak of, then words that two or more of the others share."""
    by_topic: dict[str, set[int]] = defaultdict(set)
    for s in said:
        for match in vocabulary.read(s.text).topics:
            by_topic[match.label].add(s.id)
    topics = _often(by_topic)[:MOST]
    covered = {one for label in topics for one in by_topic[label]}
    by_word: dict[str, set[int]] = defaultdict(set)
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    for s in (s for s in said if s.id not in covered):
        for token in tokens(s.text):
            if len(token.word) >= _SHORTEST and token.word.isalpha() and token.word not in STOP | COMMON:
                by_word[token.stem].add(s.id)
                shown[token.stem][token.word] += 1
    words = [max(sorted(shown[stem]), key=lambda w, s=stem: shown[s][w]) for stem in _often(by_word)]  # type: ignore[misc]
    found: list[Theme] = [(label, (label,)) for label in topics]
    return [*found, *((word.capitalize(), (word,)) for word in words)][:MOST]


def _often(by_name: dict[str, set[int]]) -> list[str]:
    """The names of two answers or more, those of most first."""
    several = [name for name, ids in by_name.items() if len(ids) > 1]
    return sorted(several, key=lambda name: (-len(by_name[name]), name))


def typed(themes: Sequence[Theme]) -> str:
    """The themes as lines to edit: "Food: meals, kitchen"."""
    return "\n".join(f"{name}: {', '.join(words)}" for name, words in themes)


def read(lines: str) -> list[Theme]:
    """The lines again. Raises `WrongFields` for one without a colon, a heading or words."""
    found: list[Theme] = []
    for line in filter(None, map(one_line, lines.splitlines())):
        name, _, rest = line.rpartition(":")
        words = tuple(filter(None, (word.strip() for word in rest.split(","))))
        if not name.strip() or not words or len(name.strip()) > LONGEST:
            raise WrongFields(
                {"themes": "Please write each line as a heading, a colon and words: “Food: meals, kitchen”."}
            )
        found.append((name.strip(), words))
    if not found:
        raise WrongFields({"themes": "Please leave at least one line."})
    return found


def sorted_under(vocabulary: Vocabulary, themes: Sequence[Theme], said: Sequence[Statement]) -> dict[str, list[str]]:
    """Answers (ids, as text) by theme. Each goes under the first theme of which it has a word or a topic."""
    found: dict[str, list[str]] = defaultdict(list)
    for s in said:
        spoken = stems(s.text)
        topics = {match.label.casefold() for match in vocabulary.read(s.text).topics}
        for name, words in themes:
            if any(word.casefold() in topics or _within(stems(word), spoken) for word in words):
                found[name].append(str(s.id))
                break
    if not found:
        raise WrongFields({"themes": "None of the answers that are not grouped yet has these words."})
    # In the order in which they were written, which is that of the report.
    return {name: found[name] for name, _ in themes if name in found}


def _within(few: Sequence[str], many: Sequence[str]) -> bool:
    """Whether the words stand in the others, in order and together."""
    return bool(few) and any(list(many[n : n + len(few)]) == list(few) for n in range(len(many) - len(few) + 1))
