"""Two times at which both work, and a file that any calendar reads (RFC 5545)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qibot.clock import local_date
from qibot.hours import WorkingWeek, is_working_day, is_working_moment, working_days_between
from qibot.introductions.calendar import AHEAD, LENGTH, Guest, calendar_file, proposals
from tests.conftest import EVENT_MORNING

AMINA, TOMASZ = Guest("Amina Okafor", "amina@rd8.example", "amina@rd8.example"), Guest("Tomasz Nowak", "01234 567")
TIMES = (datetime(2019, 12, 2, 11, tzinfo=UTC), datetime(2019, 12, 3, 15, tzinfo=UTC))
ZONES = ("Europe/London", "Europe/Athens", "Asia/Kathmandu", "America/New_York", "Pacific/Auckland")

hours = st.tuples(st.integers(0, 95), st.integers(0, 95)).filter(lambda h: h[0] < h[1])
weeks = st.builds(
    lambda days, h, zone: WorkingWeek(days, time(h[0] // 4, h[0] % 4 * 15), time(h[1] // 4, h[1] % 4 * 15), zone),
    st.frozensets(st.integers(0, 6), min_size=1),
    hours,
    st.sampled_from(ZONES),
)
moments = st.integers(0, 8 * 365 * 24 * 4).map(lambda n: datetime(2019, 1, 1, tzinfo=UTC) + n * timedelta(minutes=15))


# ---- When


def test_two_people_of_the_usual_hours() -> None:
    assert proposals(EVENT_MORNING, WorkingWeek(), WorkingWeek()) == TIMES


def test_christmas_is_left_out() -> None:
    before = datetime(2019, 12, 20, 12, tzinfo=UTC)
    days = [local_date(at) for at in proposals(before, WorkingWeek(), WorkingWeek())]
    assert days == [date(2019, 12, 27), date(2019, 12, 30)]


def test_the_hours_are_those_of_each_persons_own_clock() -> None:
    athens = WorkingWeek(start=time(8), end=time(12), zone="Europe/Athens")
    found = proposals(EVENT_MORNING, WorkingWeek(), athens)
    assert [f"{at:%H:%M}" for at in found] == ["09:00", "09:30"]


@pytest.mark.parametrize(
    "other",
    [
        WorkingWeek(days=frozenset({5, 6})),
        WorkingWeek(start=time(17), end=time(22)),
        WorkingWeek(start=time(16, 45), end=time(22)),
        WorkingWeek(zone="Pacific/Auckland"),
    ],
)
def test_two_who_never_work_at_the_same_time(other: WorkingWeek) -> None:
    assert proposals(EVENT_MORNING, WorkingWeek(), other) == ()


def test_one_day_a_week_is_enough() -> None:
    mondays = WorkingWeek(days=frozenset({0}), start=time(9), end=time(9, 30))
    days = [local_date(at) for at in proposals(datetime(2020, 4, 1, tzinfo=UTC), mondays, WorkingWeek())]
    # Neither Easter Monday nor a Monday within three of these working days.
    assert days == [date(2020, 4, 27), date(2020, 5, 4)]


@given(moments, weeks, weeks)
def test_both_work_through_every_proposal_and_have_time_to_read_it(
    now: datetime, one: WorkingWeek, two: WorkingWeek
) -> None:
    found = proposals(now, one, two)
    assert found == proposals(now, two, one)
    assert len(found) in (0, 2)
    assert not found or found[0] + LENGTH <= found[1]
    for at in found:
        for week in (one, two):
            inside = [at, at + LENGTH / 2, at + LENGTH - timedelta(seconds=1)]
            assert all(is_working_moment(moment, week) for moment in inside)
            today, day = local_date(now, week.zone), local_date(at, week.zone)
            assert is_working_day(day, week)
            assert working_days_between(today, day, week) >= AHEAD


@given(moments, weeks, weeks)
def test_none_means_that_they_share_no_half_hour(now: datetime, one: WorkingWeek, two: WorkingWeek) -> None:
    if proposals(now, one, two):
        return
    # By asking for every quarter of an hour, independent of how the proposals are looked for.
    start = (now + timedelta(days=40)).replace(hour=0, minute=0, second=0, microsecond=0)
    half_hours = [start + timedelta(minutes=30 * n) for n in range(48 * 14)]
    shared = [
        at
        for at in half_hours
        if all(is_working_moment(at + timedelta(minutes=m), week) for week in (one, two) for m in (0, 15, 29))
    ]
    # At most one: two of them on different days would have been proposed.
    assert len({(local_date(at, one.zone), local_date(at, two.zone)) for at in shared}) <= 1


# ---- The file


def unfolded(text: str) -> list[str]:
    """The lines as they were before folding; checks what RFC 5545 asks of every line."""
    assert text.endswith("\r\n")
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def value(lines: list[str], name: str) -> str:
    """The first value of that property, unescaped."""
    raw = next(line.partition(":")[2] for line in lines if re.match(rf"{name}[;:]", line))
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), raw)


def test_the_whole_file() -> None:
    lines = unfolded(calendar_file("5f3a", TIMES, AMINA, TOMASZ, "Sepsis", EVENT_MORNING))
    words = (
        "A first conversation about Sepsis. You have both said yes to an introduction\\, and this is one of two "
        "proposed times: please agree on one with Tomasz Nowak\\, and delete the other."
    )
    same = [
        "STATUS:TENTATIVE",
        "SUMMARY:Perhaps: Amina Okafor and Tomasz Nowak",
        f"DESCRIPTION:{words}",
        "CONTACT:Tomasz Nowak\\, 01234 567",
        'ORGANIZER;CN="Amina Okafor":mailto:amina@rd8.example',
        "END:VEVENT",
    ]
    assert lines == [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//qibot//Introductions//EN", "METHOD:PUBLISH"),
        *("BEGIN:VEVENT", "UID:5f3a-1", "DTSTAMP:20191127T100000Z"),
        *("DTSTART:20191202T110000Z", "DTEND:20191202T113000Z", *same),
        *("BEGIN:VEVENT", "UID:5f3a-2", "DTSTAMP:20191127T100000Z"),
        *("DTSTART:20191203T150000Z", "DTEND:20191203T153000Z", *same),
        "END:VCALENDAR",
    ]


def test_without_an_address_nobody_organises_and_without_a_contact_none_is_given() -> None:
    text = calendar_file("5f3a", TIMES, TOMASZ, Guest("Amina Okafor"), "", EVENT_MORNING)
    assert not re.search("ORGANIZER|ATTENDEE|CONTACT|mailto|01234|VTIMEZONE", text)
    assert "A first conversation. You" in value(unfolded(text), "DESCRIPTION")


def test_the_same_file_for_the_same_moment_and_the_same_ids_for_ever() -> None:
    files = [calendar_file("5f3a", TIMES, AMINA, TOMASZ, "", at) for at in (EVENT_MORNING, EVENT_MORNING, TIMES[0])]
    assert files[0] == files[1] != files[2]
    assert re.findall("UID:.*", files[0]) == re.findall("UID:.*", files[2])


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=120) | st.text('é😀\\;,:"\r\n\t ', max_size=120)


@given(names, names, names)
def test_whatever_people_are_called_nothing_breaks_out_of_its_line(name: str, contact: str, about: str) -> None:
    made = calendar_file("5f3a", TIMES, Guest(name, "", "a@b.example"), Guest(name, contact), about, EVENT_MORNING)
    lines = unfolded(made)
    plain = "".join(c for c in re.sub("\r\n?", "\n", name) if c == "\n" or not re.match(r"[\x00-\x1f\x7f-\x9f]", c))
    assert value(lines, "SUMMARY") == f"Perhaps: {plain} and {plain}"
    kept = [re.split("[:;]", line)[0] for line in lines]
    event = ["BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND", "STATUS", "SUMMARY", "DESCRIPTION"]
    event += [*(["CONTACT"] if contact else []), "ORGANIZER", "END"]
    assert kept == ["BEGIN", "VERSION", "PRODID", "METHOD", *event, *event, "END"]
    organiser = next(line for line in lines if line.startswith("ORGANIZER"))
    assert re.fullmatch(r'ORGANIZER;CN="[^"\x00-\x1f\x7f]*":mailto:a@b\.example', organiser)


def test_the_days_of_the_example_are_what_they_say() -> None:
    assert [at.astimezone(ZoneInfo("Europe/London")).strftime("%a %H:%M") for at in TIMES] == ["Mon 11:00", "Tue 15:00"]
