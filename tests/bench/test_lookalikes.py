"""The bench of look-alikes, in small: that its pairs are worth judging by, and that it measures the real thing."""

from collections import Counter
from typing import Any

from qibot.projects.service import Described
from tests.bench import lookalikes
from tests.bench.lookalikes import Pair, pairs
from tests.bench.search import database

PAIRS = pairs()


def pair(same: bool, one: str, other: str) -> Pair:
    """Of two titles."""
    said = (Described(title, "", (), "", "") for title in (one, other))
    return Pair(f"{one} {other}", same, False, *said)


def test_there_are_enough_pairs_of_each_kind_and_they_are_their_own() -> None:
    counts = Counter((p.same, p.held) for p in PAIRS)
    assert min(counts[same, held] for same in (True, False) for held in (True, False)) >= 30
    assert min(counts[same, True] + counts[same, False] for same in (True, False)) >= 60
    assert [name for name, times in Counter(p.id for p in PAIRS).items() if times > 1] == []
    typed = Counter(frozenset((p.one.title, p.other.title)) for p in PAIRS)
    assert [titles for titles, times in typed.items() if times > 1] == []
    for p in PAIRS:
        assert p.one != p.other
        assert all(len(said.title) <= 120 and len(said.aim) <= 1000 for said in (p.one, p.other)), p.id


def test_the_measures_are_right_on_an_example_done_by_hand() -> None:
    some = [pair(True, "a", "b"), pair(True, "c", "d"), pair(False, "e", "f"), pair(False, "g", "h")]
    share = dict(zip((p.id for p in some), (0.9, 0.2, 0.5, 0.1), strict=True))
    of: Any = lambda p: share[p.id]  # noqa: E731
    assert lookalikes.score(some, of, 0.4) == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "at": 0.4}
    assert lookalikes.score(some, of, 0.2) == {"precision": 0.667, "recall": 1.0, "f1": 0.8, "at": 0.2}
    assert lookalikes.best_on(some, of) == 0.2
    assert lookalikes.score([], of, 0.2)["precision"] == 0.0


def test_the_baseline_is_the_share_of_words_in_common() -> None:
    assert lookalikes.overlap(pair(True, "Red jugs of water", "Jug for water")) == 2 / 3
    assert lookalikes.overlap(pair(True, "", "")) == 0.0


def test_on_the_pairs_that_judge_it_is_as_good_as_the_document_says() -> None:
    """A change that makes it worse shows here; `./qi bench lookalikes` says by how much."""
    figures = lookalikes.judged(PAIRS)
    assert figures["qibot"]["held"]["precision"] >= 0.80
    assert figures["qibot"]["held"]["recall"] >= 0.80
    assert figures["qibot"]["dev"]["f1"] >= figures["word overlap"]["dev"]["f1"] + 0.05


async def test_what_is_measured_among_many(tmp_path: Any) -> None:
    with database("sqlite", tmp_path) as url:
        row = await lookalikes.asked(url, PAIRS[:8], 60, seed=3)
    assert row["pairs"] == 4
    assert 3 <= row["shown"] <= row["looked_at"] <= 4
    for name in ("looking_ms", "saving_ms", "who_ms"):
        assert 0 < row[name]["p50"] <= row[name]["p95"] <= row[name]["longest"]
    assert row["who_hits"] > 0
    judged = lookalikes.judged(PAIRS[:8])
    shown = lookalikes.said({"pairs": judged, "figures": [{"database": "sqlite", "projects": 60, **row}]})
    assert "Aim: recall of 0.85 on held" in shown
    assert f"{row['shown']}/4" in shown
