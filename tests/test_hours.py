"""Working time: bank holidays, weeks, and both clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qibot.hours import (
    WorkingWeek,
    add_working_days,
    at_local,
    is_bank_holiday,
    is_working_day,
    is_working_moment,
    known_until,
    next_working_day,
    next_working_moment,
    weeks_later,
    working_days_between,
)

ZONES = ["Europe/London", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"]
DAYS = st.dates(date(2010, 1, 1), date(2037, 12, 31))
MOMENTS = st.builds(
    lambda day, since: datetime(day.year, day.month, day.day, tzinfo=UTC) + since,
    DAYS,
    st.timedeltas(timedelta(0), timedelta(days=1)),
)


@st.composite
def weeks(draw: st.DrawFn) -> WorkingWeek:
    """Any working week, from one minute on Mondays to every hour of every day."""
    start, end = sorted(draw(st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2, unique=True)))
    return WorkingWeek(
        days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        start=time(*divmod(start, 60)),
        end=time(*divmod(end, 60)),
        zone=draw(st.sampled_from(ZONES)),
    )


def clock_changes() -> list[tuple[date, date]]:
    """The last Sundays of March and October, 2020 to 2030, when British clocks change at 01:00 UTC."""

    def last_sunday(year: int, month: int) -> date:
        return max(day for n in range(1, 32) if (day := date(year, month, n)).weekday() == 6)

    return [(last_sunday(year, 3), last_sunday(year, 10)) for year in range(2020, 2031)]


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2019, 12, 25), True),
        (date(2019, 12, 26), True),
        (date(2020, 1, 1), True),
        (date(2020, 5, 8), True),  # moved from Monday for VE Day
        (date(2020, 5, 4), False),
        (date(2022, 6, 3), True),
        (date(2022, 9, 19), True),
        (date(2023, 5, 8), True),
        (date(2021, 12, 27), True),  # instead of the Saturday
        (date(2019, 12, 11), False),
        (date(2011, 12, 26), False),  # before the data begin
        (date(2036, 12, 25), False),  # after they end
    ],
)
def test_bank_holidays(day: date, off: bool) -> None:
    assert is_bank_holiday(day) is off


def test_the_years_that_the_data_hold() -> None:
    assert known_until() == date(2035, 12, 31)
    for year in range(2012, 2036):
        weekdays = [day for n in range(366) if (day := date(year, 1, 1) + timedelta(days=n)).year == year]
        assert sum(is_bank_holiday(day) and day.weekday() < 5 for day in weekdays) >= 8


def test_nothing_on_christmas_boxing_and_new_years_day_even_for_those_who_work_weekends() -> None:
    every_day = WorkingWeek(days=frozenset(range(7)))
    for year in range(2012, 2040):
        for month, day in ((12, 25), (12, 26), (1, 1)):
            assert not is_working_day(date(year, month, day), every_day)


def test_two_weeks_after_the_event_is_wednesday_11_december() -> None:
    assert weeks_later(date(2019, 11, 27), 2) == date(2019, 12, 11)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2019, 11, 27), 4, date(2019, 12, 27)),  # Christmas Day, then Boxing Day, are off
        (date(2019, 12, 18), 2, date(2020, 1, 2)),
        (date(2020, 3, 27), 2, date(2020, 4, 14)),  # Good Friday to Easter Monday
        (date(2019, 11, 30), 1, date(2019, 12, 9)),  # a Saturday
        (date(2019, 12, 25), 0, date(2019, 12, 27)),
    ],
)
def test_weeks_later_moves_forward_off_days_off(day: date, count: int, expected: date) -> None:
    assert weeks_later(day, count) == expected


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2019, 12, 11), 10, date(2019, 12, 27)),
        (date(2019, 12, 24), 1, date(2019, 12, 27)),
        (date(2019, 12, 14), 0, date(2019, 12, 16)),
        (date(2019, 12, 14), 1, date(2019, 12, 16)),
        (date(2019, 12, 13), 0, date(2019, 12, 13)),
        (date(2019, 12, 13), 1, date(2019, 12, 16)),
    ],
)
def test_working_days_are_counted_after_the_day(day: date, count: int, expected: date) -> None:
    assert add_working_days(day, count) == expected


def test_working_days_are_counted_forwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2019, 12, 13), -1)


@given(DAYS, st.integers(1, 40), weeks())
def test_counting_and_adding_working_days_agree(day: date, count: int, week: WorkingWeek) -> None:
    later = add_working_days(day, count, week)
    assert is_working_day(later, week)
    assert working_days_between(day, later, week) == count
    assert working_days_between(later, day, week) == -count


@given(DAYS, st.integers(0, 60), weeks())
def test_weeks_later_is_the_first_working_day_from_that_weekday_on(day: date, count: int, week: WorkingWeek) -> None:
    later, exact = weeks_later(day, count, week), day + timedelta(weeks=count)
    assert is_working_day(later, week)
    assert later >= exact
    assert not any(is_working_day(exact + timedelta(days=n), week) for n in range((later - exact).days))
    assert next_working_day(later, week) == later


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2019-12-11T09:00+00:00", "2019-12-11T09:00+00:00"),
        ("2019-12-11T16:59:59+00:00", "2019-12-11T16:59:59+00:00"),
        ("2019-12-11T17:00+00:00", "2019-12-12T09:00+00:00"),
        ("2019-12-11T03:00+00:00", "2019-12-11T09:00+00:00"),
        ("2019-12-13T18:00+00:00", "2019-12-16T09:00+00:00"),
        ("2019-12-24T17:30+00:00", "2019-12-27T09:00+00:00"),
        ("2019-12-31T20:00+00:00", "2020-01-02T09:00+00:00"),
        ("2020-07-01T08:30+00:00", "2020-07-01T08:30+00:00"),  # 09:30 in summer
        ("2020-07-01T16:30+00:00", "2020-07-02T08:00+00:00"),
        ("2020-07-01T18:30+02:00", "2020-07-02T08:00+00:00"),
        ("2020-03-27T18:00+00:00", "2020-03-30T08:00+00:00"),  # the clocks go forward over that weekend
        ("2020-10-23T18:00+00:00", "2020-10-26T09:00+00:00"),  # and back over this one
    ],
)
def test_the_next_moment_to_write(at: str, expected: str) -> None:
    found = next_working_moment(datetime.fromisoformat(at))
    assert found == datetime.fromisoformat(expected)
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(("zone", "utc"), [("Asia/Kolkata", "03:30"), ("America/New_York", "13:00")])
def test_hours_are_those_where_the_person_is(zone: str, utc: str) -> None:
    early = datetime(2020, 7, 1, tzinfo=UTC)
    assert f"{next_working_moment(early, WorkingWeek(zone=zone)):%d %H:%M}" == f"01 {utc}"


@given(MOMENTS, weeks())
def test_the_next_moment_is_in_hours_not_before_and_stays(at: datetime, week: WorkingWeek) -> None:
    found = next_working_moment(at, week)
    local = found.astimezone(ZoneInfo(week.zone))
    assert is_working_moment(found, week)
    assert is_working_day(local.date(), week)
    assert found >= at
    assert (found == at) is is_working_moment(at, week)
    assert next_working_moment(found, week) == found


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=10)), weeks())
def test_a_later_moment_is_never_served_earlier(at: datetime, more: timedelta, week: WorkingWeek) -> None:
    assert next_working_moment(at, week) <= next_working_moment(at + more, week)


@pytest.mark.parametrize(("spring", "autumn"), clock_changes())
def test_both_clock_changes_neither_lose_nor_repeat_a_moment(spring: date, autumn: date) -> None:
    def moments(day: date) -> list[str]:
        return [f"{at_local(day, time(hour, 30), 'Europe/London'):%H:%M}" for hour in range(4)]

    assert moments(spring) == ["00:30", "01:30", "01:30", "02:30"]  # 01:30 does not exist: it becomes 02:30
    assert moments(autumn) == ["23:30", "00:30", "02:30", "03:30"]  # 01:30 comes twice: the first


@pytest.mark.parametrize(("spring", "autumn"), clock_changes())
def test_somebody_who_works_nights_on_sundays_gets_one_start_at_each_clock_change(spring: date, autumn: date) -> None:
    week = WorkingWeek(days=frozenset({6}), start=time(1, 30), end=time(5))
    for sunday in (spring, autumn):
        midnight = at_local(sunday, time(0), week.zone)
        ticks = [midnight + timedelta(minutes=15 * n) for n in range(4 * 6)]
        starts = {found for at in ticks if (found := next_working_moment(at, week)) > at}
        assert {found for found in starts if found < midnight + timedelta(days=1)} == {
            at_local(sunday, time(1, 30), week.zone)
        }


def test_a_day_whose_hours_the_clock_change_swallows_is_no_working_day() -> None:
    week = WorkingWeek(days=frozenset({6}), start=time(1), end=time(2))
    sunday = date(2020, 3, 29)
    assert not is_working_moment(at_local(sunday, time(1), week.zone), week)
    assert next_working_moment(at_local(sunday, time(0), week.zone), week).date() == date(2020, 4, 5)


def test_a_time_marked_as_the_second_one_still_means_the_first() -> None:
    assert at_local(date(2020, 10, 25), time(1, 30, fold=1), "Europe/London").hour == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": frozenset()},
        {"days": frozenset({7})},
        {"start": time(17), "end": time(9)},
        {"start": time(9), "end": time(9)},
        {"zone": "Europe/Bedford"},
        {"zone": "../etc/passwd"},
    ],
)
def test_a_week_without_working_time_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"working|zone"):
        WorkingWeek(**wrong)  # type: ignore[arg-type]


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_working_moment(datetime(2020, 1, 1, 9))  # noqa: DTZ001 - the mistake under test
