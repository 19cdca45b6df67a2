"""Dates as people type them."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qibot.dates import read_date, say_date

EVENT = date(2019, 11, 27)  # a Wednesday
YEARS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
TODAYS = st.dates(date(2000, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("12 march", date(2020, 3, 12)),
        ("12 March 2020", date(2020, 3, 12)),
        ("12 Mar. 2020", date(2020, 3, 12)),
        ("12/03/2020", date(2020, 3, 12)),
        ("12/3", date(2020, 3, 12)),
        ("2020-03-12", date(2020, 3, 12)),
        ("12.3.20", date(2020, 3, 12)),
        ("12-03-2020", date(2020, 3, 12)),
        ("12-Mar-20", date(2020, 3, 12)),
        ("12th of march", date(2020, 3, 12)),
        ("the 12th of March, 2020", date(2020, 3, 12)),
        ("12mar", date(2020, 3, 12)),
        ("March 12", date(2020, 3, 12)),
        ("march 12th, 2020", date(2020, 3, 12)),
        ("  THURSDAY   12th   MARCH ", date(2020, 3, 12)),
        ("on Thu, 12 Mar", date(2020, 3, 12)),
        ("“12 march”", date(2020, 3, 12)),
        ("‘12 march’.", date(2020, 3, 12)),
        ("12\u00a0march", date(2020, 3, 12)),
        ("12–03–2020", date(2020, 3, 12)),
        ("１２/０３/２０２０", date(2020, 3, 12)),
        ("27 november", EVENT),
        ("26 november", date(2020, 11, 26)),
        ("29 february", date(2020, 2, 29)),
        ("29 feb 2020", date(2020, 2, 29)),
        ("1 sept", date(2020, 9, 1)),
        ("3 may", date(2020, 5, 3)),
        ("today", EVENT),
        ("Tomorrow", date(2019, 11, 28)),
        ("the day after tomorrow", date(2019, 11, 29)),
        ("thursday", date(2019, 11, 28)),
        ("tuesday", date(2019, 12, 3)),
        ("this friday", date(2019, 11, 29)),
        ("wednesday", date(2019, 12, 4)),
        ("on weds", date(2019, 12, 4)),
        ("next tuesday", date(2019, 12, 3)),
        ("next wednesday", date(2019, 12, 4)),
        ("next friday", date(2019, 12, 6)),
        ("next sunday", date(2019, 12, 8)),
        ("next week", date(2019, 12, 2)),
        ("in 2 weeks", date(2019, 12, 11)),
        ("in ten days", date(2019, 12, 7)),
        ("in a week", date(2019, 12, 4)),
        ("in two weeks’ time", date(2019, 12, 11)),
        ("in a week's time", date(2019, 12, 4)),
        ("in a fortnight", date(2019, 12, 11)),
        ("in 3 months", date(2020, 2, 27)),
        ("in a month", date(2019, 12, 27)),
        ("march", date(2020, 3, 1)),
        ("November", date(2020, 11, 1)),
        ("march 2020", date(2020, 3, 1)),
        ("next month", date(2019, 12, 1)),
        ("end of march", date(2020, 3, 31)),
        ("the end of February", date(2020, 2, 29)),
        ("end of november", date(2019, 11, 30)),
        ("end of march 2021", date(2021, 3, 31)),
        ("end of the month", date(2019, 11, 30)),
        ("end of next month", date(2019, 12, 31)),
    ],
)
def test_what_people_type_is_read(words: str, expected: date) -> None:
    assert read_date(words, EVENT) == expected


@pytest.mark.parametrize(
    "words",
    [
        *("", " ", "soon", "31 february", "31 feb 2020", "29 february 2019", "30/02/2020", "0 march", "32 march"),
        *("12/13/2020", "2020-13-01", "2020-02-30", "12/03/0020", "12 march 20200", "12.3", "12", "2020", "12/3.20"),
        *("Fri 12 March 2020", "friday 12 march", "in weeks", "in 2 years", "in 9999 months", "next", "next day"),
        *("tuesday next", "12 marchy", "12 o'clock", "march march", "12 of", "in -2 weeks", "yesterday"),
        *("tuesday;drop", "12 march please", "\0", "9" * 5_000, "in ٢ weeks"),
    ],
)
def test_what_is_no_date_is_not_guessed(words: str) -> None:
    assert read_date(words, EVENT) is None


def test_next_tuesday_is_the_one_of_next_week() -> None:
    monday = date(2019, 12, 2)
    assert read_date("tuesday", monday) == date(2019, 12, 3)
    assert read_date("next tuesday", monday) == date(2019, 12, 10)


@pytest.mark.parametrize(
    ("words", "today", "expected"),
    [
        ("in a month", date(2020, 1, 31), date(2020, 2, 29)),
        ("next month", date(2020, 1, 31), date(2020, 2, 1)),
        ("next month", date(2019, 12, 31), date(2020, 1, 1)),
        ("end of next month", date(2020, 1, 31), date(2020, 2, 29)),
        ("end of february", date(2020, 2, 29), date(2020, 2, 29)),
        ("march", date(2020, 3, 1), date(2020, 3, 1)),
        ("march", date(2020, 3, 2), date(2021, 3, 1)),
        ("29 february", date(2096, 3, 1), date(2104, 2, 29)),
        ("tomorrow", date.max, None),
    ],
)
def test_the_edges_of_months_and_years(words: str, today: date, expected: date | None) -> None:
    assert read_date(words, today) == expected


def test_a_day_is_said_shortly_and_with_its_year_when_it_is_another() -> None:
    assert say_date(date(2019, 12, 11), EVENT) == "Wed 11 Dec"
    assert say_date(date(2019, 12, 11), date(2020, 1, 2)) == "Wed 11 Dec 2019"
    assert say_date(date(2020, 1, 1)) == "Wed 1 Jan 2020"


@given(YEARS, TODAYS)
def test_every_full_way_of_saying_a_day_reads_back(day: date, today: date) -> None:
    month = f"{day:%B}"
    for words in (
        say_date(day),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day:%d/%m/%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day:%d-%b-%Y}",
        day.isoformat(),
    ):
        assert read_date(words, today) == day


@given(TODAYS, st.integers(0, 364))
def test_what_we_say_of_the_coming_days_reads_back(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert read_date(say_date(day, today), today) == day
    assert read_date(f"{day.day} {day:%B}", today) == day


@given(TODAYS)
def test_a_day_of_this_year_that_is_past_is_never_taken_for_another(today: date) -> None:
    past = today - timedelta(days=1)
    assert read_date(say_date(past, today), today) in {None, past}


@given(TODAYS, st.sampled_from(["mon", "tuesday", "next wed", "march", "end of june", "in a month", "next month"]))
def test_what_has_no_year_is_never_past(today: date, words: str) -> None:
    day = read_date(words, today)
    assert day is not None
    assert day >= today
    if words.startswith("end"):
        assert day.day == monthrange(day.year, day.month)[1]


@given(st.text(max_size=120), TODAYS)
def test_any_text_gets_an_answer(words: str, today: date) -> None:
    found = read_date(words, today)
    assert found is None or isinstance(found, date)
