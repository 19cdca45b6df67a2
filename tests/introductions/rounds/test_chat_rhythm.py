"""When the rounds of a programme are."""

from datetime import date

import pytest

from qibot.introductions.rounds.rhythm import FORTNIGHTLY, MONTHLY, ONCE, QUARTERLY, WEEKLY, day_after

MONDAY = date(2019, 12, 2)


@pytest.mark.parametrize(
    ("rhythm", "made", "then"),
    [
        (WEEKLY, MONDAY, date(2019, 12, 9)),
        (WEEKLY, date(2019, 12, 5), date(2019, 12, 9)),
        # Agreed to on a Friday: the Monday after it would be too soon.
        (WEEKLY, date(2019, 12, 6), date(2019, 12, 16)),
        (FORTNIGHTLY, MONDAY, date(2019, 12, 16)),
        (FORTNIGHTLY, date(2019, 12, 10), date(2019, 12, 30)),
        # 2 February is a Sunday.
        (MONTHLY, date(2020, 1, 2), date(2020, 2, 3)),
        (MONTHLY, date(2020, 2, 3), date(2020, 3, 2)),
        (QUARTERLY, MONDAY, date(2020, 3, 2)),
        (ONCE, MONDAY, None),
    ],
)
def test_counted_from_the_first_day_and_never_at_once(rhythm: str, made: date, then: date | None) -> None:
    assert day_after(MONDAY, rhythm, made) == then


def test_the_last_of_a_month_and_days_off() -> None:
    assert day_after(date(2020, 1, 31), MONTHLY, date(2020, 1, 31)) == date(2020, 3, 2)
    assert day_after(date(2020, 1, 31), MONTHLY, date(2020, 3, 2)) == date(2020, 3, 31)
    assert day_after(date(2019, 12, 18), WEEKLY, date(2019, 12, 18)) == date(2019, 12, 27)
