"""Two who were introduced, as either platform shows it: times for their calendars, and what one learns of the other.

Slack hands over a file and begins a conversation of the two; Teams opens a meeting and gives each a card.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from tests.platforms.parity_seen import Shown, Ways

TIMES, INTRODUCED = "times", "introduction"
_FOR_A_CALENDAR = "times for a calendar"
_WITHIN = "an introduction within one workspace"
_MEETING = "https://teams.microsoft.com/l/meeting/new?"
_UTC = "%Y%m%dT%H%M%SZ"


def of_file(name: str, content: str, ways: Ways) -> Shown | None:
    """The times that a calendar file holds; None for another file."""
    if not name.endswith(".ics"):
        return None
    ways.add((_FOR_A_CALENDAR, "a file"))
    found = re.findall(r"DTSTART:(\S+)\s+DTEND:(\S+).*?SUMMARY:Perhaps: ([^\r\n]+)", content, re.DOTALL)
    return Shown(TIMES, tuple(f"{start} {end} {title}" for start, end, title in found))


def of_links(urls: Iterable[str], ways: Ways) -> tuple[Shown, ...]:
    """The times of links that open a new meeting, together for each other person, as they are in a file."""
    found = defaultdict(list)
    for url in urls:
        if url.startswith(_MEETING):
            m = dict(parse_qsl(urlsplit(url).query))
            found[m["subject"]].append(f"{_utc(m['startTime'])} {_utc(m['endTime'])} {m['subject']}")
            ways.add((_FOR_A_CALENDAR, "a link for each, which opens a new meeting"))
    return tuple(Shown(TIMES, tuple(times)) for times in found.values())


def _utc(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).strftime(_UTC)


def of_ways_in(shown: Shown, ways: Ways) -> Shown:
    """How people join an event, without the addresses: each platform's workspaces have their own."""
    if not shown.lines or not shown.lines[0].startswith("How people join "):
        return shown
    at = {n for n, line in enumerate(shown.lines) if line.startswith("https://")}
    labels = {shown.lines[n - 1] for n in at}
    carries = all("&message=event%20join%20" in shown.lines[n] for n in at)
    one = "one address for all, with the words in it" if carries else "an address for each workspace, without words"
    ways.add(("how people get to the bot", one if len(at) == 1 or not carries else "several, with words"))
    lines = tuple(line for n, line in enumerate(shown.lines) if n not in at and n + 1 not in at)
    return replace(shown, lines=lines, bold=tuple(b for b in shown.bold if b not in labels), links=())


def of_group(shown: Shown, reader: str, ways: Ways) -> Shown | None:
    """What whoever asked learns of the other from a message to both; None for the other, who knows it already."""
    if not any(line.startswith(f"{reader} asked") for line in shown.lines):
        return None
    ways.add((_WITHIN, "a message to both, in a conversation of the two and the bot"))
    assert not shown.buttons
    at = [n for n, line in enumerate(shown.lines) if line.startswith("Contact: ")][1]
    return Shown(INTRODUCED, shown.lines[at - 2 : at + 1])


def of_card(shown: Shown, ways: Ways) -> Shown | None:
    """The same from a card of their own; None for any other card, and for one that leads to another workspace."""
    title = re.fullmatch(r"You are introduced to (.+)", shown.lines[0])
    if title is None or any("pass it on" in line for line in shown.lines):
        return None
    ways.add((_WITHIN, "a card, with a link to a chat of the two"))
    told = dict(line.split(": ", 1) for line in shown.lines if ": " in line)
    where = ", ".join(told[name] for name in ("Role", "Organisation", "Place"))
    return Shown(INTRODUCED, (title[1], where, f"Contact: {told['Contact']}"))
