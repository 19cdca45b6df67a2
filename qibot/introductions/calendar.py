"""When two people could first talk, and those times as a file for a calendar (RFC 5545). Pure; rules do not speak."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from qibot.clock import local_date
from qibot.hours import WorkingWeek, add_working_days, working_hours

LENGTH = timedelta(minutes=30)
AHEAD = 3
"""Working days of each of the two, so that both have time to read it and to say another time."""
_WEEKS = 8
"""How far it looks: two people who share one working day a week meet often enough in these, bank holidays or not."""
_LINE = 75  # octets without the line break: RFC 5545, 3.1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def proposals(now: datetime, one: WorkingWeek, two: WorkingWeek) -> tuple[datetime, ...]:
    """Two starts in UTC of half an hour in which both work, in different stretches of work, the first early in one and
    the second late in another; () when there are none. The same whichever of the two comes first.
    """
    shared = sorted(
        starts
        for mine in _hours(now, one)
        for theirs in _hours(now, two)
        if (starts := list(_starts(max(mine[0], theirs[0]), min(mine[1], theirs[1]))))
    )
    if len(shared) < 2:
        return ()
    first, second = shared[:2]
    return first[len(first) // 4], second[len(second) * 3 // 4]


def _hours(now: datetime, week: WorkingWeek) -> Iterator[tuple[datetime, datetime]]:
    first = add_working_days(local_date(now, week.zone), AHEAD, week)
    for days in range(_WEEKS * 7):
        hours = working_hours(first + timedelta(days=days), week)
        if hours is not None:
            yield hours


def _starts(begin: datetime, end: datetime) -> Iterator[datetime]:
    """Every half hour by the clock from which there is as much left."""
    at = begin + (_EPOCH - begin) % LENGTH
    while at + LENGTH <= end:
        yield at
        at += LENGTH


@dataclass(frozen=True, slots=True)
class Guest:
    """One of the two: their name, the contact they agreed to show, and that again if it is an e-mail address."""

    name: str
    contact: str = ""
    email: str = ""


def calendar_file(
    mark: str, times: tuple[datetime, ...], reader: Guest, other: Guest, about: str, now: datetime
) -> str:
    """The proposals as tentative entries of the reader's calendar. `mark` names the introduction, the same for ever, so
    that a second file changes the entries of the first.

    Published, and so without attendees (RFC 5546, 3.2.1): whoever settles on a time invites the other by themselves.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//qibot//Introductions//EN", "METHOD:PUBLISH"]
    for number, at in enumerate(times, 1):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{mark}-{number}",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(at)}",
            f"DTEND:{_moment(at + LENGTH)}",
            "STATUS:TENTATIVE",
            f"SUMMARY:{_text(f'Perhaps: {reader.name} and {other.name}')}",
            f"DESCRIPTION:{_text(_description(other, about))}",
        ]
        if other.contact:
            lines.append(f"CONTACT:{_text(f'{other.name}, {other.contact}')}")
        if reader.email:
            lines.append(f"ORGANIZER;CN={_quoted(reader.name)}:mailto:{quote(reader.email, safe='@')}")
        lines.append("END:VEVENT")
    return "".join(f"{_folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def _description(other: Guest, about: str) -> str:
    topic = f" about {about}" if about else ""
    return (
        f"A first conversation{topic}. You have both said yes to an introduction, and this is one of two proposed "
        f"times: please agree on one with {other.name}, and delete the other."
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _printable(words: str) -> str:
    """Without control characters, which no value may hold; line breaks stay."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))


def _text(words: str) -> str:
    """A value of the type TEXT (RFC 5545, 3.3.11)."""
    escaped = _printable(words).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _quoted(words: str) -> str:
    """A parameter's value (RFC 5545, 3.2), which cannot hold a double quote in any way."""
    return '"' + _printable(words).replace("\n", " ").replace('"', "'") + '"'


def _folded(line: str) -> str:
    """Lines of 75 octets at most, never broken within a character; those that go on begin with a space."""
    lines, room = [""], _LINE
    for character in line:
        size = len(character.encode())
        if size > room:
            lines.append(" ")
            room = _LINE - 1
        lines[-1] += character
        room -= size
    return "\r\n".join(lines)
