"""A command in one of our own sentences, as a value: each platform shows it as it is typed there.

A sentence never holds the words themselves, so no renderer has to look for them, and what people typed stays as it is.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typed:
    """Something to type, by its words alone: `Typed("find sepsis")`.

    Without words it is what a command begins with where others are too. `str()` of it is for where no platform is:
    logs, tests, the terminal.
    """

    words: str = ""

    def __str__(self) -> str:
        return f"/qi {self.words}".rstrip()


Words = str | tuple[str | Typed, ...]
"""A sentence; in parts where it names something to type."""


def parts(words: Words) -> tuple[str | Typed, ...]:
    """The sentence's parts, however it was given."""
    return (words,) if isinstance(words, str) else words
