"""What views say of a broadcast alike: for whom, how many, when. Words alone, so that any of them can take them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from qibot.broadcasts.audience import Look
from qibot.broadcasts.models import Broadcast
from qibot.clock import local_date
from qibot.dates import say_date


def aim(found: Broadcast, look: Look | None, today: date) -> tuple[tuple[str, str], ...]:
    """For whom and when, as labels and values."""
    when = moment(found.send_at or found.wanted_at, found.organiser.zone, today)
    return (
        ("For", "everybody in the network" if not _narrowed(found) else "those who fit all of this"),
        ("Organisation", found.organisation.name if found.organisation else ""),
        ("Topic", found.topic.label if found.topic else ""),
        ("Place", found.place),
        ("Role", found.role),
        ("Joined", found.event.title if found.event else ""),
        ("Have not answered", found.after.title if found.after else ""),
        ("By name", "the list you gave" if found.by_list else ""),
        ("Answers", ", ".join(found.labels)),
        ("Written answers", "yes" if found.takes_words else ""),
        ("People", str(look.size) if look else ""),
        ("Goes out", when if when else "a minute after you say so"),
    )


def _narrowed(found: Broadcast) -> bool:
    return bool(
        found.organisation or found.topic or found.event or found.after or found.place or found.role or found.by_list
    )


def first_names(look: Look) -> str:
    """The first names, and how many more there are."""
    more = f" and {look.size - len(look.names):,} more" if look.size > len(look.names) else ""
    return ", ".join(look.names) + more


def people(count: int) -> str:
    """“1 person”, “1,200 people”."""
    return "1 person" if count == 1 else f"{count:,} people"


def moment(at: datetime | None, zone: str, today: date) -> str:
    """“Mon 2 Dec at 09:00”; "" for none."""
    if at is None:
        return ""
    return f"{say_date(local_date(at, zone), today)} at {at.astimezone(ZoneInfo(zone)):%H:%M}"
