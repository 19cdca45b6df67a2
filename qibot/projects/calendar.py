"""How long ago something was, by the calendar: people count days and months, not hours. Rules do not speak."""

from datetime import datetime, timedelta

from qibot.clock import local_date
from qibot.dates import months_on
from qibot.hours import at_local


def long_ago(now: datetime, *, days: int = 0, months: int = 0) -> datetime:
    """Whatever happened before this moment was at least so many days and months ago, in London.

    Something said at any hour of 27 November was 90 days ago from midnight of 25 February, and three months ago from
    midnight of the 27th.
    """
    day = months_on(local_date(now), -months) - timedelta(days=days)
    return at_local(day + timedelta(days=1), datetime.min.time(), "Europe/London")
