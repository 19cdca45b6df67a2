"""How near words are in meaning: static vectors of 29,525 word pieces, as data/README.md says.

What a text means is the sum of its pieces' vectors. numpy is imported with the first question that needs it.
"""

import math
import os
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]
else:
    Vectors = Any

WIDTH = 128
_LONGEST_PIECE = 20


@cache
def pieces() -> dict[str, int]:
    """Every word piece and the row of its vector; "##" marks one that continues a word. Earlier rows are commoner."""
    held = (files("qibot.vocabulary") / "data" / "wordpieces.txt").read_text(encoding="utf-8")
    return {piece: row for row, piece in enumerate(held.rstrip("\n").split("\n"))}


@cache
def english() -> frozenset[str]:
    """Whole words among the pieces: words that are right as they are."""
    return frozenset(piece for piece in pieces() if len(piece) > 2 and piece.isalpha())


@lru_cache(maxsize=20_000)
def seldom(word: str) -> float:
    """How rarely English uses a word, 0–1, by its place among the pieces, which are in order of use."""
    row = pieces().get(word)
    if row is None:
        return 1.0
    return min(1.0, max(0.05, math.log(max(row, 1000) / 1000 + 0.15) / math.log(22)))


@cache
def _table() -> Any:
    # A question is never worth a second thread, and waiting for one takes ten times as long when the machine is busy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy as np

    raw = (files("qibot.vocabulary") / "data" / "wordpiece_vectors.int8").read_bytes()
    return np.frombuffer(raw, dtype=np.int8).reshape(-1, WIDTH)


@lru_cache(maxsize=20_000)
def split(word: str) -> tuple[int, ...]:
    """Rows of the longest pieces that make up a word in lower case; none for letters that no piece has."""
    known, found, at = pieces(), list[int](), 0
    while at < len(word):
        for end in range(min(len(word), at + _LONGEST_PIECE), at, -1):
            row = known.get(word[at:end] if at == 0 else "##" + word[at:end])
            if row is not None:
                found.append(row)
                at = end
                break
        else:
            return ()
    return tuple(found)


def sums(texts: Sequence[Sequence[str]]) -> Vectors:
    """One row for each text (its words in lower case), the sum of its pieces; zeros for one without a known piece."""
    table = _table()
    import numpy as np

    made: Vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
    rows = [[piece for word in words for piece in split(word)] for words in texts]
    told = [row for row, some in enumerate(rows) if some]
    if told:
        starts = np.cumsum([0, *(len(rows[row]) for row in told[:-1])])
        flat = [piece for row in told for piece in rows[row]]
        made[told] = np.add.reduceat(table[flat], starts, axis=0, dtype=np.float32)
    return made


def lengths(made: Vectors) -> Vectors:
    """The length of each row; 1 for one of zeros."""
    import numpy as np

    found: Vectors = np.sqrt((made * made).sum(axis=1))
    found[found == 0] = 1
    return found
