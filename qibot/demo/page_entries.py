"""The lines of a conversation on the demo's page, whichever platform they come from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from qibot.clock import LONDON
from qibot.demo.page_things import Doing

LATEST = 40
"""Messages shown of a conversation; a demo that runs all day must stay quick."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Something folded away: what it is, and the JSON."""

    title: str
    json: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the conversation: a message, or a thing done (`by_hand`). `day` is set where a new one begins.

    `notice` is what Teams showed for a moment; `company` names who else has it in front of them.
    """

    id: str
    name: str
    time: datetime
    html: Markup
    payloads: tuple[Payload, ...]
    mine: bool = False
    by_hand: bool = False
    only_you: bool = False
    edited: bool = False
    day: str = ""
    trouble: str = ""
    notice: str = ""
    company: str = ""
    files: tuple[tuple[str, str], ...] = ()


def payload(title: str, sent: Mapping[str, Any]) -> Payload:
    """Something that travelled, to be folded away under `title`."""
    return Payload(title, pretty(sent))


def title(doing: Doing) -> str:
    """What to call that which a doing sent."""
    return f"payload: {doing.words} ({doing.kind})" if doing.words else f"payload: what this sent ({doing.kind})"


def pretty(value: object) -> str:
    """JSON to read."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def say_day(day: date) -> str:
    """Wed 27 Nov 2019."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def local(at: datetime) -> datetime:
    """In London."""
    return at.astimezone(LONDON)


def in_order(placed: list[tuple[str, Entry]]) -> tuple[Entry, ...]:
    """The latest of them, by their places."""
    return tuple(_with_days([entry for _, entry in sorted(placed, key=lambda pair: pair[0])[-LATEST:]]))


def _with_days(entries: list[Entry]) -> list[Entry]:
    day, found = None, []
    for entry in entries:
        new = entry.time.date() != day
        day = entry.time.date()
        found.append(replace(entry, day=say_day(day)) if new else entry)
    return found
