"""The bench of finding: that its measures are right, its baselines plain, and its queries worth measuring with."""

import json
import re
from collections import Counter

import pytest

from tests.bench import __main__ as bench
from tests.bench import finding, machine
from tests.bench import finding_baselines as baselines
from tests.bench.finding_scores import KINDS, Query, Scores, by_kind, read, score

QUERIES = read(finding.OURS)
TOPICS = {slug: phrases for slug, phrases, _ in finding.shipped()}
SMALL = {"falls": ("Falls prevention", "hip fracture"), "ambulance": ("Ambulance handover", "paramedics", "999")}

# What a sentence is made of; sharing one of these is sharing nothing.
_LITTLE = frozenset(
    "a after all an and are at before by can do for from has have how i in into is it my no not of off on or our out "
    "over she so that the their them they this to up we what when where who will with you".split()
)


def query(text: str, *relevant: str, kind: str = "plain") -> Query:
    return Query(text, kind, "dev", text, relevant)


def test_the_measures_are_right_on_an_example_done_by_hand() -> None:
    queries = [query("a", "x"), query("b", "x", "y"), query("c", "x"), query("d", "x"), query("e"), query("f")]
    answers = [["x", "q"], ["q", "y", "r", "s", "x"], ["q", "r", "s", "x"], [], [], ["q"]]
    assert score(queries, answers) == Scores(
        answerable=4,
        hit1=1 / 4,
        hit3=2 / 4,
        recall5=(1 + 1 + 1 + 0) / 4,
        mrr=(1 + 1 / 2 + 1 / 4 + 0) / 4,
        silent=1 / 4,
        unanswerable=2,
        declined=1 / 2,
    )


def test_what_lies_beyond_the_fifth_place_is_not_recalled() -> None:
    assert score([query("a", "x", "y")], [["x", *"qrst", "y"]]).recall5 == 1 / 2


def test_kinds_are_counted_apart_and_together() -> None:
    queries = [query("a", "x"), query("b", "x", kind="trap"), query("c", kind="trap")]
    found = by_kind(queries, [["x"], ["y"], ["z"]])
    assert list(found) == ["plain", "trap", "all"]
    assert (found["plain"].hit1, found["trap"].hit1, found["all"].hit1) == (1, 0, 0.5)
    assert (found["plain"].declined, found["trap"].declined) == (None, 0)


def test_the_baselines_do_what_their_names_say() -> None:
    literal, words, characters = (
        make(SMALL) for make in (baselines.literal, baselines.by_words, baselines.by_characters)
    )
    assert literal("After a HIP FRACTURE, 999?") == ["falls", "ambulance"]
    assert literal("hip fractures") == literal("9999") == []
    assert words("preventing a fracture")[0] == "falls"
    assert words("parademics") == []
    assert characters("parademics")[0] == "ambulance"
    assert characters("zzz") == []


def test_ids_and_words_of_queries_are_their_own() -> None:
    given = read(finding.GIVEN)
    for values in ([q.id for q in QUERIES + given], [" ".join(q.text.casefold().split()) for q in QUERIES + given]):
        assert [value for value, times in Counter(values).items() if times > 1] == []


def test_queries_have_known_kinds_and_topics() -> None:
    assert {q.kind for q in QUERIES} == set(KINDS)
    for q in QUERIES:
        assert len(q.relevant) == len(set(q.relevant)) <= 3, q
        assert set(q.relevant) <= TOPICS.keys(), q
        assert q.relevant or q.kind in {"trap", "no-answer"}, q
        assert not q.relevant or q.kind != "no-answer", q


def test_there_are_enough_queries_of_each_kind_and_a_third_is_for_tuning() -> None:
    counts = Counter((q.kind, q.split) for q in QUERIES)
    for kind in KINDS:
        dev, held = counts[kind, "dev"], counts[kind, "held"]
        assert dev + held >= 30, kind
        assert 0.3 < dev / (dev + held) < 0.36, kind


def test_every_topic_is_asked_for_about_as_often_as_others() -> None:
    best = Counter(q.relevant[0] for q in QUERIES if q.relevant)
    assert {slug for slug in TOPICS if best[slug] < 4} == set()
    assert {slug for slug in TOPICS if best[slug] > 10} == set()


def test_a_paraphrase_shares_no_word_with_its_topics() -> None:
    for q in QUERIES:
        if q.kind == "paraphrase":
            phrases = " ".join(phrase for slug in q.relevant for phrase in TOPICS[slug])
            assert words_of(q.text) & words_of(phrases) == set(), q


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold().replace("'", ""))) - _LITTLE


def test_the_bench_prints_what_it_writes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(machine, "write", lambda name, figures: machine.OUT / name)
    few = {name: _a_few(some) for name, some in finding.query_sets().items()}
    monkeypatch.setattr(finding, "query_sets", lambda: few)
    assert bench.main(["finding", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures["scores"]) == set(finding.variants())
    for sets in figures["scores"].values():
        assert set(sets) == {"given", "dev", "held"}
        assert set(sets["held"]) == {*KINDS, "all"}
    assert all(w["p50"] <= w["p99"] <= w["longest"] for w in figures["milliseconds"].values())


def _a_few(queries: list[Query]) -> list[Query]:
    """The first two of each kind: all of them, eleven ways, take half a minute."""
    return [q for n, q in enumerate(queries) if [p.kind for p in queries[:n]].count(q.kind) < 2]


def test_only_queries_for_tuning_are_shown_when_missed() -> None:
    held = Query("h1", "plain", "held", "not to be seen", ("falls",))
    dev = Query("d1", "plain", "dev", "to be mended", ("falls",))
    right = Query("d2", "plain", "dev", "all is well", ("falls",))
    shown = finding.missed_lines([held, dev, right], {"h1": [], "d1": ["sepsis"], "d2": ["falls"]})
    assert "to be mended" in shown
    assert "not to be seen" not in shown
    assert "all is well" not in shown
