"""When the rounds of a programme are. Pure; rules do not speak."""

from datetime import date, timedelta
from itertools import count

from qibot.dates import months_on
from qibot.hours import next_working_day

ONCE, WEEKLY, FORTNIGHTLY, MONTHLY, QUARTERLY = RHYTHMS = ("once", "weekly", "fortnightly", "monthly", "quarterly")

_WEEKS = {WEEKLY: 1, FORTNIGHTLY: 2}
_MONTHS = {MONTHLY: 1, QUARTERLY: 3}
_REST = {WEEKLY: 4, FORTNIGHTLY: 7, MONTHLY: 15, QUARTERLY: 45}
"""Days between two rounds at least, about half of what is usual."""


def day_after(first: date, rhythm: str, made: date) -> date | None:
    """The working day of the round after the one made on `made`; None for a programme of one round.

    The days are counted from `first`, so that "every other Monday" stays that, also when one round was late; and a late
    one is not followed at once by the next.
    """
    if rhythm == ONCE:
        return None
    soonest = made + timedelta(days=_REST[rhythm])
    return next_working_day(next(day for n in count(1) if (day := _nth(first, rhythm, n)) >= soonest))


def _nth(first: date, rhythm: str, n: int) -> date:
    if rhythm in _WEEKS:
        return first + timedelta(weeks=_WEEKS[rhythm] * n)
    return months_on(first, _MONTHS[rhythm] * n)
