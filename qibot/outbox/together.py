"""Whether we may write to several people at once, in one conversation. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from qibot.outbox.service import Later, Send, Skip, Standing, may_we

NO_LONGER = timedelta(days=1)
"""So much later than alone may somebody hear of something because the others are not at work."""


def may_we_all(
    now: datetime, standings: Sequence[Standing], *, purpose: str, asked_for: bool, weekly_cap: int
) -> Send | Later | Skip:
    """`may_we` for several: now when it holds for all, later at a moment at which it does, or never when one of them
    may not be written to, or when waiting for the others would be too long for the first.
    """

    def ask(moment: datetime) -> list[Send | Later | Skip]:
        return [may_we(moment, one, purpose=purpose, asked_for=asked_for, weekly_cap=weekly_cap) for one in standings]

    first, *others = ask(now)
    if not others:
        return first
    last = (first.moment if isinstance(first, Later) else now) + NO_LONGER
    moment, reason, answers = now, "", [first, *others]
    while moment <= last:
        if never := [answer for answer in answers if isinstance(answer, Skip)]:
            return never[0]
        waits = [answer for answer in answers if isinstance(answer, Later)]
        if not waits:
            return Later(moment, reason) if moment > now else Send()
        moment, reason = max((wait.moment, wait.reason) for wait in waits)
        answers = ask(moment)
    return Skip("They do not work at the same time these days.")
