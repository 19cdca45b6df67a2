"""Words of titles, aims and searches: how they are compared, and which of them say something."""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
COMMON = frozenset(
    """
    a about across aim all an and any are around as at based be better between by care change clinical could
    data each effective ensure every experience for from good group have health help hospital how implement
    implementation improve improved improvement improvements improving in increase increased increasing into is
    introduce introducing it local make making measure month months more nurse nurses of on or our outcome
    outcomes pathway pathways patient patients people percent pilot practice process programme project projects provide
    quality reduce reduced reducing reduction review service services should staff support system team teams test than
    that the their them there these they this those through time to trust using ward wards weeks what when where
    which while who will with within work working would year years
    """.split()
)
"""Words that so many projects use that sharing one says nothing."""


def fold(text: str) -> str:
    """The words alone, in lower case, with single spaces: how titles and aims are compared and searched."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def fold_title(title: str) -> str:
    """A title for comparing. One without any letters or figures is compared as typed."""
    return (fold(title) or " ".join(title.split()))[:300]


def singular(word: str) -> str:
    """Without a plural's s, roughly: enough to compare two words."""
    return word.removesuffix("s") if len(word) > 4 and not word.endswith("ss") else word


def quoted(words: Iterable[str]) -> str:
    """The first three of them, in a sentence."""
    return " and ".join(f"“{w}”" for w in list(dict.fromkeys(words))[:3])
