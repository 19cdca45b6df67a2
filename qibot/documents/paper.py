"""A paper as values: headings, paragraphs, lists, tables. `markdown` and `qibot/documents/docx.py` write it down.

Words of people are data in both: Markdown shows in a code span what it would read as structure, and never alters it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_READ_AS_STRUCTURE = re.compile(r"[\\`*_\[\]<>|~$]|&#?\w+;|^(?:[#+-]|\d+[.)](?=\s|$)|=+$)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (the paper's own) to 3."""

    level: int
    words: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words; each line of them stands by itself. `label` comes before them in bold; `ours`: said by the program."""

    words: str
    label: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list: (how far in, from 0 to 2; words)."""

    items: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a row of headings; `rows` are as wide as `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Items | Grid


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper; the title is its first heading."""

    title: str
    blocks: tuple[Block, ...]


def markdown(paper: Paper) -> str:
    """The paper as Markdown."""
    parts = [f"# {as_typed(paper.title)}", *("\n".join(_lines(block)) for block in paper.blocks)]
    return "\n\n".join(parts) + "\n"


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(level=level, words=words):
            return [f"{'#' * level} {words}"]
        case Paragraph(words=words, label=label, ours=ours):
            said = [words] if ours else [as_typed(line) for line in words.splitlines() if line.strip()]
            # Two spaces at the end are a line break.
            lines = [f"{line}  " for line in said[:-1]] + said[-1:]
            return [f"**{label}:** {lines[0]}", *lines[1:]] if label and lines else lines
        case Items(items=items):
            return [f"{'  ' * level}- {as_typed(' '.join(words.split()))}" for level, words in items]
        case Grid(columns=columns, rows=rows):
            return [_row(columns), _row("---" for _ in columns), *(_row(map(_cell, row)) for row in rows)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(words: str) -> str:
    # A table ends its cell at a bar even inside a code span.
    return as_typed(" ".join(words.split())).replace("|", "\\|")


def as_typed(text: str) -> str:
    """What somebody typed, as it is: bare where Markdown reads nothing else into it, in a code span where it might."""
    if not _READ_AS_STRUCTURE.search(text):
        return text
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{room}{text}{room}{ticks}"


def sections(some: Sequence[tuple[str, Sequence[Block]]], *, empty: str, level: int = 3) -> list[Block]:
    """Each under its heading; one without anything in it says so."""
    return [
        block
        for words, blocks in some
        for block in (Heading(level, words), *(blocks or (Paragraph(empty, ours=True),)))
    ]
