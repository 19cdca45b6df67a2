"""Words read as topics: hits by kind of query, beside literal synonyms, word TF-IDF and character TF-IDF.

Queries: queries_dev.csv, which came with the vocabulary, and finding_queries.csv, written before anything was tuned on
it; of that, tuning looks at "dev" and judges by "held". Everything is in this process, one query at a time, and the
ways of reading take turns at each query.
"""

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from qibot.vocabulary import shipped as vocabulary
from qibot.vocabulary.phrases import shipped as rows
from qibot.vocabulary.vocabulary import Parts
from tests.bench import finding_baselines as baselines
from tests.bench import machine
from tests.bench.finding_scores import Query, Ranked, Scores, by_kind, missed, plain, read

GIVEN, OURS = "queries_dev.csv", "finding_queries.csv"
ENOUGH = 5
"""No measure looks further down an answer than this."""

QIBOT = "qibot"
ABLATION = {
    "what people say": "everyday",
    "meaning": "meaning",
    "spelling": "spelling",
    "short forms": "shorts",
    "parts of phrases": "partial",
    "what is not ours": "elsewhere",
    "traps": "traps",
}
"""What the bot's own way is measured without, by the name of the part (`qibot.vocabulary.vocabulary.Parts`)."""
AIMS = {"all": 0.88, "misspelling": 0.95, "abbreviation": 0.95, "paraphrase": 0.65, "sentence": 0.75}
"""Of hit@3, by kind of query."""

Scored = Mapping[str, Mapping[str, Mapping[str, Scores]]]
"""Scores by way, set of queries and kind."""

_SHOWN = ("hit1", "hit3", "recall5", "mrr", "silent", "declined")
_HEADS = ("answer", "none", "hit@1", "hit@3", "recall@5", "MRR", "silent", "declined")


def main(*, as_json: bool = False, misses: bool = False) -> None:
    """Measure, print (as JSON when asked), write out/bench/finding.json."""
    sets, ways = query_sets(), variants()
    answers, waits = ask([q for some in sets.values() for q in some], ways)
    scores: Scored = {
        way: {name: by_kind(some, [answers[way][q.id] for q in some]) for name, some in sets.items()} for way in ways
    }
    figures: dict[str, Any] = {
        "bench": "finding",
        **machine.facts(),
        "scores": {way: {name: plain(s) for name, s in of.items()} for way, of in scores.items()},
        "milliseconds": waits,
    }
    file = machine.write("finding", figures)
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    print(said(scores, waits))
    if misses:
        print(missed_lines([q for some in sets.values() for q in some], answers[QIBOT]))
    print(f"\nWritten to {file.relative_to(machine.ROOT)}")


def query_sets() -> dict[str, list[Query]]:
    """The queries, by what they are for."""
    own = read(OURS)
    return {
        "given": read(GIVEN),
        "dev": [q for q in own if q.split == "dev"],
        "held": [q for q in own if q.split == "held"],
    }


def variants() -> dict[str, Ranked]:
    """Ways of reading words, by name: the bot's own first, then it without one of its parts, then the baselines."""
    topics = shipped()
    phrases = {slug: some for slug, some, _ in topics}
    return {
        QIBOT: _qibot(Parts()),
        **{f"without {name}": _qibot(replace(Parts(), **{part: False})) for name, part in ABLATION.items()},
        "literal synonyms": baselines.literal(phrases),
        "word TF-IDF": baselines.by_words(phrases),
        "3-4 characters": baselines.by_characters(phrases),
    }


def shipped() -> list[tuple[str, tuple[str, ...], str]]:
    """The vocabulary that comes with qibot: slug, label with synonyms, group."""
    return [
        (r["slug"], (r["label"], *(w.strip() for w in r["synonyms"].split("|") if w.strip())), r["group"])
        for r in rows("topics.csv")
    ]


def _qibot(parts: Parts) -> Ranked:
    held = vocabulary.shipped(parts)
    return lambda text: [match.slug for match in held.match(text, ENOUGH)]


def ask(
    queries: Sequence[Query], ways: Mapping[str, Ranked]
) -> tuple[dict[str, dict[str, list[str]]], dict[str, dict[str, float]]]:
    """Answers by way and id of query, and milliseconds by way: median, 99th percentile and the longest."""
    answers: dict[str, dict[str, list[str]]] = {way: {} for way in ways}
    waits: dict[str, list[float]] = {way: [] for way in ways}
    for query in queries[::10]:
        for ranked in ways.values():
            # Backwards: what is made at first use gets made, and no answer can be remembered from here.
            ranked(query.text[::-1])
    for query in queries:
        for way, ranked in ways.items():
            began = time.perf_counter()
            answer = ranked(query.text)
            waits[way].append((time.perf_counter() - began) * 1000)
            answers[way][query.id] = answer
    return answers, {way: _spread(some) for way, some in waits.items()}


def _spread(waits: Sequence[float]) -> dict[str, float]:
    p99 = statistics.quantiles(waits, n=100, method="inclusive")[98]
    return {"p50": round(statistics.median(waits), 3), "p99": round(p99, 3), "longest": round(max(waits), 3)}


def said(scores: Scored, waits: Mapping[str, Mapping[str, float]]) -> str:
    """The figures as tables: all ways on each set of queries, ours by kind, hit@3 of all ways by kind, time."""
    lines = []
    for name in scores[QIBOT]:
        whole = {way: sets[name]["all"] for way, sets in scores.items()}
        lines += _table(f"“{name}”: all queries", _HEADS, {way: _values(s) for way, s in whole.items()})
    for name, kinds in scores[QIBOT].items():
        lines += _table(f"“{name}”: {QIBOT} by kind", _HEADS, {kind: _values(s) for kind, s in kinds.items()})
    for name, kinds in scores[QIBOT].items():
        rows = {kind: [scores[way][name][kind].hit3 for way in scores] for kind in kinds}
        lines += _table(f"“{name}”: hit@3 by kind", list(scores), rows)
    lines += _table(
        "milliseconds a query", ("median", "p99", "longest"), {way: list(w.values()) for way, w in waits.items()}
    )
    return "\n".join([*lines[1:], "", *_aims(scores[QIBOT]["held"])])


def _values(scores: Scores) -> list[float | None]:
    return [scores.answerable, scores.unanswerable, *(getattr(scores, name) for name in _SHOWN)]


def _table(title: str, heads: Sequence[str], rows: Mapping[str, Sequence[float | None]]) -> list[str]:
    widths = [max(9, len(head) + 2) for head in heads]
    lines = ["", f"{title:24}" + "".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True))]
    for name, values in rows.items():
        cells = zip(values, widths, strict=True)
        lines.append(f"  {name:22}" + "".join(f"{_cell(value):>{width}}" for value, width in cells))
    return lines


def _cell(value: float | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


def _aims(kinds: Mapping[str, Scores]) -> list[str]:
    lines = []
    for kind, aim in AIMS.items():
        reached = kinds[kind].hit3 or 0.0
        lines.append(f"Aim: hit@3 of {aim:.2f} on {kind}, held: {reached:.3f} ({_met(reached >= aim)})")
    declined = kinds["no-answer"].declined or 0.0
    return [*lines, f"Aim: none for every no-answer query, held: {declined:.3f} ({_met(declined == 1)})"]


def _met(met: bool) -> str:
    return "met" if met else "not met"


def missed_lines(queries: Sequence[Query], answers: Mapping[str, Sequence[str]]) -> str:
    """What was missed of the queries that tuning may look at, and only of those."""
    seen = [q for q in queries if q.split == "dev" and missed(q, answers[q.id])]
    lines = [
        f"  {q.id:5}{q.kind:14}{q.text}\n{'':21}wanted {', '.join(q.relevant) or 'none'}; "
        f"got {', '.join(answers[q.id][:3]) or 'none'}"
        for q in seen
    ]
    return "\n".join(["\nMissed, of those that may be looked at:", *lines])
