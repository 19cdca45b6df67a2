"""Dates as people in Britain type them, and as we say them.

A short list of ways is read exactly and nothing is guessed: whatever is not on it is None, and the caller
asks again. The caller shows the day it read, in words, so that a person sees at once how it was understood.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

_LONGEST = 100  # characters; no date takes more
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "mon monday",
            "tue tues tuesday",
            "wed weds wednesday",
            "thu thur thurs thursday",
            "fri friday",
            "sat saturday",
            "sun sunday",
        )
    )
    for name in names.split()
}
_MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_NUMBER_NAMES = {
    name: number
    for number, name in enumerate(
        (
            *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
            *("nineteen", "twenty"),
        ),
        start=1,
    )
} | {"a": 1, "an": 1}

_Read = Callable[[re.Match[str], date], date | None]


def say_date(day: date, today: date | None = None) -> str:
    """ "Wed 11 Dec" in the year of `today`, else, or when `today` is not told, "Wed 11 Dec 2019"."""
    said = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return said if today is not None and day.year == today.year else f"{said} {day.year}"


def read_date(words: str, today: date) -> date | None:
    """The day that `words` name, seen from `today`; None when they are not on the list or no such day exists.

    - "12 march 2020", "12th of march", "March 12", "Wed 11 Dec", "12/03/2020" (British order), "12.3.20",
      "2020-03-12": without a year, the next such day that is not past. A weekday in front has to be right.
    - "today", "tomorrow".
    - "tuesday", "this tuesday": the first one after today. "next tuesday": the one of next week (weeks start
      on Monday), as most people in Britain mean it: said on Monday the 2nd it is the 10th.
    - "next week": its Monday.
    - "in 2 weeks", "in ten days", "in a month": a month is the same day of that month, or its last.
    - "march", "march 2020", "next month": the 1st. "end of march", "end of the month", "end of next month".
    """
    if len(words) > _LONGEST:
        return None
    plain = _plain(words)
    for pattern, read in _WAYS:
        found = pattern.fullmatch(plain)
        if found is not None:
            try:
                return read(found, today)
            except (ValueError, OverflowError):  # 31 February, or a day beyond the end of the calendar
                return None
    return None


def _plain(words: str) -> str:
    """Lower case, one space between words, no commas, and none of the quotes and stops that phones add."""
    text = unicodedata.normalize("NFKC", words).lower().replace("\u2019", "'")
    kinds = [(character, unicodedata.category(character)) for character in text]
    text = "".join("-" if kind == "Pd" else character for character, kind in kinds if kind != "Cf")
    return " ".join(text.replace(",", " ").split()).strip(" \"'`\u2018\u201c\u201d\u201e.!?")


def _year(written: str) -> int:
    return int(written) + (2000 if len(written) == 2 else 0)


def _next_such(day: int, month: int, today: date) -> date | None:
    """The first `day` of `month` not before `today`; eight years always hold a 29 February."""
    for year in range(today.year, today.year + 9):
        if day <= monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    return None


def _day_and_month(found: re.Match[str], today: date) -> date | None:
    parts = found.groupdict()
    number = int(parts["day"])
    month = _MONTH_NAMES[parts["name"]] if parts.get("name") else int(parts["month"])
    if not 1 <= month <= 12:
        return None
    day = date(_year(parts["year"]), month, number) if parts["year"] else _next_such(number, month, today)
    weekday = parts.get("weekday")
    if day is None or (weekday and _DAY_NAMES[weekday] != day.weekday()):
        return None
    return day


def _iso(found: re.Match[str], today: date) -> date:
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


def _near(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=("today", "tomorrow", "day after tomorrow").index(found["near"]))


def _weekday(found: re.Match[str], today: date) -> date:
    wanted = _DAY_NAMES[found["weekday"]]
    if found["next"]:
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _next_week(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def months_on(today: date, months: int) -> date:
    """The same day so many months later, or earlier when negative; the last of that month where it has no such day."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _after(found: re.Match[str], today: date) -> date:
    if found["unit"] == "fortnight":
        return today + timedelta(weeks=2)
    count = int(found["count"]) if found["count"].isdigit() else _NUMBER_NAMES[found["count"]]
    if found["unit"] == "month":
        return months_on(today, count)
    return today + timedelta(days=count * (7 if found["unit"] == "week" else 1))


def _first_of(found: re.Match[str], today: date) -> date | None:
    month = _MONTH_NAMES[found["name"]]
    return date(_year(found["year"]), month, 1) if found["year"] else _next_such(1, month, today)


def _next_month(found: re.Match[str], today: date) -> date:
    return months_on(today.replace(day=1), 1)


def _last_of(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _end_of(found: re.Match[str], today: date) -> date:
    if not found["name"]:
        return _last_of(months_on(today.replace(day=1), 1 if found["next"] else 0))
    month = _MONTH_NAMES[found["name"]]
    if found["year"]:
        return _last_of(date(_year(found["year"]), month, 1))
    return _last_of(date(today.year + (month < today.month), month, 1))


def _ways(*ways: tuple[str, _Read]) -> tuple[tuple[re.Pattern[str], _Read], ...]:
    parts = {
        "WEEKDAY": rf"(?P<weekday>{'|'.join(_DAY_NAMES)})",
        "NAME": rf"(?P<name>{'|'.join(_MONTH_NAMES)})\.?",
        "YEAR": r"(?P<year>(?:19|20|21)[0-9]{2})",
        "SHORT": r"(?P<year>(?:19|20|21)[0-9]{2}|[0-9]{2})",
        "DAY": r"(?P<day>[0-9]{1,2})",
        "MONTH": r"(?P<month>[0-9]{1,2})",
        "COUNT": rf"(?P<count>[0-9]{{1,3}}|{'|'.join(_NUMBER_NAMES)})",
    }
    made = []
    for pattern, read in ways:
        for part, spelt in parts.items():
            pattern = pattern.replace(f"<{part}>", spelt)
        made.append((re.compile(pattern), read))
    return tuple(made)


_WAYS = _ways(
    (r"(?P<near>today|tomorrow)", _near),
    (r"(?:the )?(?P<near>day after tomorrow)", _near),
    (
        r"(?:on )?(?:the )?(?:<WEEKDAY> )?(?:the )?<DAY>(?:st|nd|rd|th)?(?: of)? ?<NAME>(?: <SHORT>)?",
        _day_and_month,
    ),
    (r"(?:on )?(?:<WEEKDAY> )?<NAME> (?:the )?<DAY>(?:st|nd|rd|th)?(?: <YEAR>)?", _day_and_month),
    (r"<DAY>-<NAME>(?:-<SHORT>)?", _day_and_month),
    (r"(?:<WEEKDAY> )?<DAY>(?P<sep>[./-])<MONTH>(?P=sep)<SHORT>", _day_and_month),
    (r"(?:<WEEKDAY> )?<DAY>/<MONTH>(?P<year>)", _day_and_month),
    (r"<YEAR>(?P<sep>[-/])<MONTH>(?P=sep)<DAY>", _iso),
    (r"(?:on |this )?(?P<next>)<WEEKDAY>", _weekday),
    (r"(?P<next>next) <WEEKDAY>", _weekday),
    (r"next week", _next_week),
    (r"in <COUNT> (?P<unit>day|week|month)s?(?:'s?)?(?: time)?", _after),
    (r"in (?:a )?(?P<unit>fortnight)(?:'s)?(?: time)?", _after),
    (r"<NAME>(?: <YEAR>)?", _first_of),
    (r"next month", _next_month),
    (r"(?:the )?end of <NAME>(?P<next>)(?: <YEAR>)?", _end_of),
    (r"(?:the )?end of (?:the |this )?month(?P<next>)(?P<name>)(?P<year>)", _end_of),
    (r"(?:the )?end of (?P<next>next) month(?P<name>)(?P<year>)", _end_of),
)
