"""What a feature may say unasked: one decorated function each, listed by `features.py`.

    @notification("events.pledge_followup", label="Follow-ups of your pledges", purpose="nudges")
    async def pledge_followup(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
        pledge = await service.open_pledge(db, delivery.subject)
        return views.followup(pledge) if pledge else None

There is no registry: what is not listed there is not sent.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.outbox.models import Delivery
from qibot.outbox.service import RUNS, SPOKEN
from qibot.outbox.settling import Settled

Others = Callable[[AsyncSession, Delivery], Awaitable[Sequence[int]]]
"""Ids of the people who get it together with the person of the delivery."""
Replaces = Callable[[AsyncSession, Delivery], Awaitable[Delivery | None]]
"""The delivery in the place of whose message it is put; None when there is none."""
Build = Callable[[AsyncSession, Delivery, datetime], Awaitable[Message | None]]
"""Reads the truth again and says it; None when it is no longer true. It runs in a transaction that refuses to write."""


@dataclass(frozen=True, slots=True)
class Notification:
    """A kind of message that the bot may send unasked.

    `kind` is a wire name and never changes; `label` names it to people; `purpose` is the consent it needs, or `RUNS`
    for what answers something that its reader runs, which needs none and is always asked for. What a person asked for
    (`asked_for`) neither counts to the weekly cap nor waits for the end of a pause, and has no stop button. `settled`
    is for a feature that has something to do once it is known how a delivery ended.

    What has `others` goes to all of them in one conversation, at a moment at which each may be written to. Nobody can
    ask a platform whether it arrived there without permission to read what people write to each other: so it is never
    sent again once it may have arrived, and `settled` is where they are told apart instead.

    What has `replaces` is put in the place of a message that has arrived: it is new to nobody, so it needs no hours and
    no consent, and after a doubt it is simply put there again. `latest` is how long after it was due it is still worth
    saying: what would have to wait for longer is skipped, with the reason for which it would wait.
    """

    kind: str
    label: str
    purpose: str
    asked_for: bool
    build: Build
    settled: Settled | None = None
    others: Others | None = None
    replaces: Replaces | None = None
    latest: timedelta | None = None

    def too_late(self, delivery: Delivery, moment: datetime) -> bool:
        """Whether it would be no news any more at `moment`."""
        return self.latest is not None and moment > delivery.due_at + self.latest

    def __post_init__(self) -> None:
        if self.purpose not in SPOKEN and not (self.purpose == RUNS and self.asked_for):
            raise ValueError(f"{self.kind}: nobody can agree to “{self.purpose}”")


def notification(
    kind: str,
    *,
    label: str,
    purpose: str,
    asked_for: bool = False,
    settled: Settled | None = None,
    others: Others | None = None,
    replaces: Replaces | None = None,
    latest: timedelta | None = None,
) -> Callable[[Build], Notification]:
    """Make a notification of the function that builds its message."""
    return lambda build: Notification(kind, label, purpose, asked_for, build, settled, others, replaces, latest)


class Catalogue(dict[str, Notification]):
    """Every notification by its kind. Raises `ValueError` when two share one."""

    def __init__(self, notifications: Iterable[Notification]) -> None:
        super().__init__()
        for one in notifications:
            if one.kind in self:
                raise ValueError(f"two notifications are called {one.kind}")
            self[one.kind] = one

    @property
    def nudges(self) -> tuple[Notification, ...]:
        """Those that nobody asked for: they count to the weekly cap and can be stopped."""
        return tuple(one for one in self.values() if not one.asked_for)
