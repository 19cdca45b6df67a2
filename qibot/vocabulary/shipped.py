"""The vocabulary that comes with qibot, without a database."""

from functools import cache

from qibot.vocabulary.phrases import shipped as rows
from qibot.vocabulary.vocabulary import Parts, Vocabulary

TOPICS = "topics.csv"


@cache
def shipped(parts: Parts = Parts()) -> Vocabulary:  # noqa: B008 - immutable
    """Its topics are numbered from 1 in the order of the list."""
    listed = rows(TOPICS)
    return Vocabulary(
        [(number, row["slug"], row["label"]) for number, row in enumerate(listed, 1)],
        [(number, word) for number, row in enumerate(listed, 1) for word in row["synonyms"].split("|") if word],
        parts,
    )
