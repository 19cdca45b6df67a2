"""The bench of rounds, in small: that its ways and its figures are what they say."""

import pytest

from qibot.introductions.rounds import engine
from qibot.introductions.rounds.likeness import likeness, rarity
from qibot.introductions.rounds.matching import Taker
from tests.bench import matching, matching_crowd


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measuring beside an exact solver changes from when on rounds are near the best."""
    monkeypatch.setattr(engine, "EXACT", engine.EXACT)


@pytest.mark.parametrize("mix", matching_crowd.MIXES)
def test_a_round_is_measured_beside_other_ways(mix: str) -> None:
    row = matching.measure(320, 1, mix)
    mine, exact = row["qibot"], row["exact"]
    assert (mine["matched"], mine["across"], mine["repeats"], mine["same"]) == (1.0, 1.0, 0, 0)
    assert 0.995 * exact["weight"] <= mine["weight"] <= exact["weight"] <= row["bound"]
    assert row["greedy"]["weight"] < mine["weight"]
    assert (row["greedy"]["repeats"], row["greedy"]["same"]) == (0, 0)
    assert row["shuffled"]["same"] > 0
    assert row["shuffled"]["weight"] < row["greedy"]["weight"]


@pytest.mark.parametrize("largest", [0.0, 0.6])
def test_twelve_rounds_repeat_nothing_and_are_fair(largest: float) -> None:
    row = matching.successive(60, 2, largest)
    assert (row["repeats"], row["same"]) == (0, 0)
    assert row["sat_out"]["difference"] <= 1
    assert (row["sat_out"]["most"] > 1) == (largest > 0.5)


def test_what_a_round_is_judged_by() -> None:
    crowd = [Taker(name, name[0], topics=frozenset("t")) for name in ("a1", "a2", "b1", "b2", "c1")]
    found = matching_crowd.judged(
        crowd, {("a1", "b1"): 2.0}, [("b1", "a1"), ("b2", "a2", "c1")], likeness(crowd, rarity(crowd))
    )
    assert found == {"matched": 1.0, "across": 1.0, "same": 0, "repeats": 1, "weight": 4000}
    assert matching_crowd.judged(crowd, {}, [("a1", "a2")], likeness(crowd, rarity(crowd)))["same"] == 1


def test_the_figures_are_said_with_their_aims() -> None:
    row = matching.measure(100, 1, "usual")
    figures = {"python": "3", "figures": [row], "rounds": [matching.successive(40, 1, 0.6)]}
    said = matching.said(figures)
    assert "Aim: nobody meets the same or their own again: 0 times (met)" in said
    row["qibot"]["repeats"] = 1
    assert "again: 1 times (not met)" in matching.said(figures)
