"""Working time: bank holidays, working days, and the next moment at which it is polite to write to somebody.

Moments go in aware and come out aware in UTC; days are calendar days where the person is. The bank holidays
are those of England and Wales (GOV.UK, Open Government Licence v3), for everybody, whatever their time zone.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ONE_DAY = timedelta(days=1)
_ALWAYS_OFF = {(12, 25), (12, 26), (1, 1)}


@dataclass(frozen=True)
class WorkingWeek:
    """When somebody works: weekdays (Monday is 0), from `start` up to but not including `end`, in `zone`.

    Raises ValueError when there is no working time in it, or when the zone is not an IANA name.
    """

    days: frozenset[int] = frozenset(range(5))
    start: time = time(9)
    end: time = time(17)
    zone: str = "Europe/London"

    def __post_init__(self) -> None:
        """Refuse a week without working time: looking for its next moment would never end."""
        if not self.days or not self.days <= frozenset(range(7)):
            raise ValueError("a working week has at least one day, and Monday is 0")
        if self.start >= self.end:
            raise ValueError("a working day starts before it ends")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise ValueError(f"{self.zone!r} is not the name of a time zone") from unknown


USUAL = WorkingWeek()


@cache
def _bank_holidays() -> frozenset[date]:
    held = json.loads((files("qibot") / "bank_holidays_england_wales.json").read_text(encoding="utf-8"))
    announced, calculated = held["events"], held["calculated_after_last_announced"]
    return frozenset(date.fromisoformat(event["date"]) for event in announced + calculated)


def known_until() -> date:
    """The last day whose bank holidays we know, those calculated ahead of their announcement included."""
    return date(max(day.year for day in _bank_holidays()), 12, 31)


def is_bank_holiday(day: date) -> bool:
    """True on a bank holiday of England and Wales; always False in years that the data do not hold."""
    return day in _bank_holidays()


def is_working_day(day: date, week: WorkingWeek = USUAL) -> bool:
    """True when `day` is one of the week's days, no bank holiday, and not 25 or 26 December or 1 January.

    Those three are days off even on a weekend, when the bank holiday is another day, and in any year.
    """
    return day.weekday() in week.days and not is_bank_holiday(day) and (day.month, day.day) not in _ALWAYS_OFF


def at_local(day: date, t: time, zone: str) -> datetime:
    """The moment, in UTC, when clocks in `zone` show `t` on `day`.

    When the clocks go forward, a time that they skip moves forward by as much (01:30 becomes 02:30); when
    they go back, a time that they show twice means the first.
    """
    return datetime.combine(day, t.replace(fold=0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def working_hours(day: date, week: WorkingWeek) -> tuple[datetime, datetime] | None:
    """Start and end of work on `day` in UTC; None on a day off or when a clock change swallows it all."""
    if not is_working_day(day, week):
        return None
    start, end = at_local(day, week.start, week.zone), at_local(day, week.end, week.zone)
    return (start, end) if start < end else None


def _day_of(at: datetime, week: WorkingWeek) -> date:
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(ZoneInfo(week.zone)).date()


def is_working_moment(at: datetime, week: WorkingWeek = USUAL) -> bool:
    """True when `at` (aware) lies inside the week's hours, the start included and the end not."""
    hours = working_hours(_day_of(at, week), week)
    return hours is not None and hours[0] <= at < hours[1]


def next_working_moment(at: datetime, week: WorkingWeek = USUAL) -> datetime:
    """`at` (aware) itself when inside the hours, else the next start of work; in UTC.

    Raises ValueError for a moment without time zone.
    """
    day = _day_of(at, week)
    while True:
        hours = working_hours(day, week)
        if hours is not None and at < hours[1]:
            return max(at.astimezone(UTC), hours[0])
        day += _ONE_DAY


def next_working_day(day: date, week: WorkingWeek = USUAL) -> date:
    """`day` itself when it is a working day, else the next one."""
    while not is_working_day(day, week):
        day += _ONE_DAY
    return day


def add_working_days(day: date, n: int, week: WorkingWeek = USUAL) -> date:
    """The nth working day after `day`, which itself is not counted; for 0, `day` or the next working day.

    Raises ValueError when n is negative.
    """
    if n < 0:
        raise ValueError("working days are counted forwards")
    if n == 0:
        return next_working_day(day, week)
    for _ in range(n):
        day = next_working_day(day + _ONE_DAY, week)
    return day


def working_days_between(a: date, b: date, week: WorkingWeek = USUAL) -> int:
    """How many working days lie after `a` up to and including `b`; negative when `b` comes first."""
    if b < a:
        return -working_days_between(b, a, week)
    return sum(is_working_day(a + timedelta(days=n), week) for n in range(1, (b - a).days + 1))


def weeks_later(day: date, weeks: int, week: WorkingWeek = USUAL) -> date:
    """The same weekday so many weeks on, moved forward to the next working day when it is a day off."""
    return next_working_day(day + timedelta(weeks=weeks), week)
