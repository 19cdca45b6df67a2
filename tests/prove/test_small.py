"""The proofs in small: every promise is put to the proof in each run of the tests, and each proof can say no.

The model of introductions, which is a proof too, has its small version in tests/introductions/test_model.py.
"""

import contextlib
from collections.abc import Callable

import pytest

from qibot.outbox import together
from qibot.outbox.service import Send
from tests import postgres
from tests.prove import child, replicas, spoilt
from tests.prove.__main__ import NAMES, run
from tests.prove.outcome import Outcome

SEED = 1
HAPPENED = {
    "kill": ("slack_kills", "teams_kills", "in_flight"),
    "storm": ("throttled",),
    "drop": ("slack_broken", "teams_broken"),
    "replicas": ("crashes", "frozen"),
    "clock": ("nudges", "clock_changes", "jumps", "sleeps", "cut"),
    "full": ("points", "acknowledged", "told"),
    "stop": ("stops", "acknowledged"),
    "forged": ("forged_each", "replayed_each"),
    "fuzz": ("payloads", "shapes"),
}
"""Figures of each proof that must not be 0: without them, nothing was put to the proof."""
SPOILT: dict[str, tuple[Callable[[], None], str]] = {
    "kill": (spoilt.never_asks, "slack twice"),
    "storm": (spoilt.never_waits, "too early"),
    "drop": (spoilt.never_asks, "slack twice"),
    "replicas": (spoilt.never_asks, "twice"),
    "full": (spoilt.says_it_is_saved, "acknowledged and lost"),
    "stop": (spoilt.leaves_at_once, "ended badly"),
    "forged": (spoilt.reads_no_signature, "slack forged and taken"),
    "fuzz": (spoilt.trips_over_odd_bodies, "server faults"),
}
"""A bot that each proof must find out, and what it then says."""


def small(names: dict[str, object]) -> list[object]:
    """Their names, with what they need."""
    return [pytest.param(name, marks=pytest.mark.postgres) if name == "replicas" else name for name in names]


@pytest.fixture
def prove(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Outcome]:
    """Runs one, with the PostgreSQL that there is already."""

    def small_run(name: str) -> Outcome:
        if name == "replicas":
            address = request.getfixturevalue("postgres_server")
            monkeypatch.setattr(postgres, "server", lambda: contextlib.nullcontext(address))
        return run(name, SEED, quick=True)

    return small_run


@pytest.mark.parametrize("name", small({**HAPPENED}))
def test_every_promise_holds_and_something_happened(name: str, prove: Callable[[str], Outcome]) -> None:
    found = prove(name)
    assert found.broken == []
    assert {what: found.figures[what] for what in HAPPENED[name] if not found.figures[what]} == {}


@pytest.mark.parametrize("name", small({**SPOILT}))
def test_a_bot_that_breaks_its_promise_is_found_out(
    name: str, prove: Callable[[str], Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil, says = SPOILT[name]
    monkeypatch.setattr(child, "SPOIL", spoil)
    assert [words for words in prove(name).broken if words.startswith(says)]


def test_a_bot_that_writes_at_night_is_found_out(
    prove: Callable[[str], Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "may_we", lambda *_, **__: Send())
    assert [words for words in prove("clock").broken if words.startswith("out of hours")]


def test_no_proof_is_left_out() -> None:
    assert {*HAPPENED, "model"} == {*SPOILT, "clock", "model"} == set(NAMES)


def test_replicas_of_two_runs_have_a_database_each() -> None:
    assert replicas.new_name() != replicas.new_name()
