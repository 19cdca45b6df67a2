"""Labelled queries, and how well a list of topics answers them."""

import csv
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
KINDS = ("plain", "abbreviation", "misspelling", "sentence", "paraphrase", "trap", "no-answer")
UNSORTED = "unsorted"

Ranked = Callable[[str], list[str]]
"""What is measured: somebody's words in, slugs of topics out, best first; none when nothing fits."""


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody types, and the topics that an improvement lead would accept for it, best first.

    No topic means that the right answer is none. `split`: "dev" may be looked at while tuning, "held" may not.
    """

    id: str
    kind: str
    split: str
    text: str
    relevant: tuple[str, ...]


def read(name: str) -> list[Query]:
    """The queries of a file beside this one. One without kinds and splits is for tuning, all of it."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return [
            Query(
                row["id"],
                row.get("kind") or UNSORTED,
                row.get("split") or "dev",
                row["query"],
                tuple(s for s in row["relevant_slugs"].split("|") if s),
            )
            for row in csv.DictReader(file)
        ]


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares from 0 to 1 over some queries; None where no query is of that sort.

    Over the `answerable` queries, those with a relevant topic:
    `hit1` and `hit3`: a relevant topic is the first, or one of the first three, of the answer;
    `recall5`: of all topics relevant to a query, those among the first five of the answer, averaged over queries;
    `mrr`: one over the place of the first relevant topic (0 when there is none), averaged over queries;
    `silent`: answered with none, wrongly.
    Over the `unanswerable` ones, those without: `declined`: answered with none, rightly.
    """

    answerable: int
    hit1: float | None
    hit3: float | None
    recall5: float | None
    mrr: float | None
    silent: float | None
    unanswerable: int
    declined: float | None


def hit(query: Query, answer: Sequence[str], k: int) -> bool:
    """Whether a relevant topic is among the first `k`."""
    return not set(query.relevant).isdisjoint(answer[:k])


def missed(query: Query, answer: Sequence[str]) -> bool:
    """Whether the answer is wrong: no relevant topic in the first three, or any topic where none is right."""
    return not hit(query, answer, 3) if query.relevant else bool(answer)


def score(queries: Sequence[Query], answers: Sequence[Sequence[str]]) -> Scores:
    """Scores of `answers`, one for each of `queries`."""
    pairs = list(zip(queries, answers, strict=True))
    asked = [(q, a) for q, a in pairs if q.relevant]
    others = [a for q, a in pairs if not q.relevant]
    return Scores(
        answerable=len(asked),
        hit1=_share([hit(q, a, 1) for q, a in asked]),
        hit3=_share([hit(q, a, 3) for q, a in asked]),
        recall5=_share([len(set(q.relevant).intersection(a[:5])) / len(q.relevant) for q, a in asked]),
        mrr=_share([_reciprocal(q, a) for q, a in asked]),
        silent=_share([not a for _, a in asked]),
        unanswerable=len(others),
        declined=_share([not a for a in others]),
    )


def by_kind(queries: Sequence[Query], answers: Sequence[Sequence[str]]) -> dict[str, Scores]:
    """Scores of each kind that there is, in the order of KINDS, and of "all"."""
    found = {}
    for kind in (*KINDS, UNSORTED):
        some = [(q, a) for q, a in zip(queries, answers, strict=True) if q.kind == kind]
        if some:
            found[kind] = score([q for q, _ in some], [a for _, a in some])
    return {**found, "all": score(queries, answers)}


def plain(scores: Mapping[str, Scores]) -> dict[str, dict[str, float | None]]:
    """The same as values that JSON knows."""
    return {
        kind: {name: v if v is None else round(v, 4) for name, v in asdict(s).items()} for kind, s in scores.items()
    }


def _reciprocal(query: Query, answer: Sequence[str]) -> float:
    return next((1 / place for place, slug in enumerate(answer, 1) if slug in query.relevant), 0.0)


def _share(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None
