"""The only asker of the time. UTC inside; local time is made at the edge."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until somebody moves it: for tests, the demo and rehearsals."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The time it was last set to, aware, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Go to `at` (aware)."""
        self._at = at.astimezone(UTC)

    def forward(self, by: timedelta) -> None:
        """Go on by `by`."""
        self._at += by


def local_date(at: datetime, zone: str = "Europe/London") -> date:
    """The calendar day of `at` (aware) in `zone` (an IANA name)."""
    return at.astimezone(ZoneInfo(zone)).date()
