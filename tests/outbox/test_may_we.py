"""The rule of when we may write to somebody: pure, and the same for everything said unasked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from qibot.hours import USUAL, WorkingWeek
from qibot.outbox.service import Later, Send, Skip, Standing, may_we
from tests.outbox.scene import WEDNESDAY, london

WELL = Standing(here=True, reachable=True, agreed=True, stopped=False, paused_until=None, week=USUAL)


def ask(now: datetime, standing: Standing = WELL, *, asked_for: bool = False) -> Send | Later | Skip:
    return may_we(now, standing, purpose="nudges", asked_for=asked_for, weekly_cap=3)


def later(now: datetime, standing: Standing = WELL, *, asked_for: bool = False) -> datetime:
    answer = ask(now, standing, asked_for=asked_for)
    assert isinstance(answer, Later), answer
    assert answer.reason.endswith(".")
    return answer.moment


def test_in_hours_it_goes() -> None:
    assert ask(WEDNESDAY) == Send()


@pytest.mark.parametrize(
    ("change", "asked_for", "words"),
    [
        ({"here": False}, True, "left the network"),
        ({"agreed": False}, True, "not agreed to reminders"),
        ({"reachable": False}, True, "no chat account"),
        ({"stopped": True}, False, "stopped messages of this kind"),
    ],
)
def test_never_with_a_reason_in_words(change: dict[str, bool], asked_for: bool, words: str) -> None:
    answer = ask(WEDNESDAY, replace(WELL, **change), asked_for=asked_for)  # type: ignore[arg-type]
    assert isinstance(answer, Skip)
    assert words in answer.reason


def test_what_was_asked_for_passes_stop_pause_and_cap_but_not_the_night() -> None:
    lately = tuple(WEDNESDAY - timedelta(hours=n) for n in range(1, 6))
    busy = replace(WELL, stopped=True, paused_until=date(2019, 12, 24), lately=lately)
    assert ask(WEDNESDAY, busy, asked_for=True) == Send()
    assert later(london(2019, 11, 27, 20), busy, asked_for=True) == london(2019, 11, 28, 9)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (london(2019, 11, 27, 8, 59), london(2019, 11, 27, 9)),
        (london(2019, 11, 27, 17), london(2019, 11, 28, 9)),
        (london(2019, 11, 29, 17), london(2019, 12, 2, 9)),
        (london(2019, 12, 24, 18), london(2019, 12, 27, 9)),
        (london(2019, 12, 31, 17), london(2020, 1, 2, 9)),
        # The clocks go forward in the night to Sunday 31 March 2019, and back in the night to Sunday 27 October.
        (london(2019, 3, 29, 17, 30), datetime(2019, 4, 1, 8, tzinfo=UTC)),
        (datetime(2019, 3, 31, 1, 30, tzinfo=UTC), datetime(2019, 4, 1, 8, tzinfo=UTC)),
        (london(2019, 10, 25, 17, 30), datetime(2019, 10, 28, 9, tzinfo=UTC)),
        (datetime(2019, 10, 27, 0, 30, tzinfo=UTC), datetime(2019, 10, 28, 9, tzinfo=UTC)),
    ],
)
def test_quiet_hours_weekends_holidays_and_both_clock_changes(now: datetime, then: datetime) -> None:
    assert later(now) == then
    assert ask(then) == Send()


def test_on_the_person_s_own_days_and_hours() -> None:
    nights = WorkingWeek(days=frozenset({5, 6}), zone="Europe/London")
    assert later(WEDNESDAY, replace(WELL, week=nights)) == london(2019, 11, 30, 9)


def test_a_pause_ends_on_its_day() -> None:
    paused = replace(WELL, paused_until=date(2019, 12, 11))
    assert later(WEDNESDAY, paused) == london(2019, 12, 11, 9)
    assert ask(london(2019, 12, 11, 9), paused) == Send()


def test_the_cap_is_a_rolling_week() -> None:
    lately = (WEDNESDAY - timedelta(days=6), WEDNESDAY - timedelta(days=3), WEDNESDAY - timedelta(hours=1))
    full = replace(WELL, lately=lately)
    assert later(WEDNESDAY, full) == WEDNESDAY + timedelta(days=1)
    assert ask(WEDNESDAY + timedelta(days=1), full) == Send()
    assert ask(WEDNESDAY, replace(WELL, lately=lately[1:])) == Send()
