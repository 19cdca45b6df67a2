"""One claimed delivery on its way through a tick, and the ways in which that can end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qibot.chat.message import Message
from qibot.chat.platform import Sent
from qibot.outbox.claims import Settlement
from qibot.outbox.known import Way
from qibot.outbox.models import FAILED, PENDING, SENDING, SENT, Delivery

ATTEMPTS, FEW_ATTEMPTS = 8, 3
"""Then it is given up, with a reason: about ten hours after the first; ten minutes where they can be told apart."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=4)


@dataclass(slots=True)
class Job:
    """A claimed row on its way through the tick. `unsure`: a platform may have taken it once, and cannot be asked.

    `before` is the delivery in the place of whose message it is put. `others` are people who get it too, in one
    conversation, and `beside` their accounts where it goes.
    """

    row: Delivery
    unsure: bool
    way: Way | None = None
    others: tuple[int, ...] = ()
    beside: tuple[str, ...] = ()
    before: Delivery | None = None
    another_way: bool = False
    message: Message | None = None
    done: Settlement | None = None

    def settle(self, state: str, reason: str = "", **changes: Any) -> None:
        """It ends so, for now."""
        row = self.row
        base = {"attempts": row.attempts, "resent": row.resent, "conversation": row.conversation}
        base |= {"message": row.message, "workspace_id": self.way.workspace_id if self.way else row.workspace_id}
        self.done = Settlement(row, state, reason, **{**base, **changes})

    def later(self, moment: datetime, reason: str, **changes: Any) -> None:
        """It waits until `moment`."""
        # Where nobody can be asked, the doubt of the first time outlives a wait.
        handed_at = self.row.handed_at if self.unsure else None
        self.settle(PENDING, reason, try_at=moment, handed_at=handed_at, **changes)

    def again(self, now: datetime, reason: str) -> None:
        """After a wait that grows, unless it was tried often enough."""
        attempts = self.row.attempts + 1
        if attempts >= (FEW_ATTEMPTS if self.others else ATTEMPTS):
            self.settle(FAILED, f"{reason} I tried {attempts} times.", attempts=attempts)
        else:
            self.later(now + wait(attempts), reason, attempts=attempts)

    def doubt(self, until: datetime, reason: str, attempts: int, **changes: Any) -> None:
        """Nobody knows: it stays where it is and is asked about at `until`."""
        if attempts >= ATTEMPTS:
            reason = "I could not find out whether it arrived, so I did not send it again."
            self.settle(FAILED, reason, attempts=attempts, **changes)
        else:
            changes = {"handed_at": self.row.handed_at, **changes}
            self.settle(SENDING, reason, lease_until=until, attempts=attempts, **changes)

    def sent(self, sent: Sent, at: datetime, **changes: Any) -> None:
        """The platform has it."""
        changes |= {"conversation": sent.conversation, "message": sent.message}
        # A conversation of several is nobody's own.
        way = None if self.others else self.way
        if way is not None and sent.conversation and sent.conversation != way.conversation:
            changes["identity"] = {"its_id": way.identity_id, "conversation": sent.conversation}
        self.settle(SENT, sent_at=at, **changes)


def wait(attempts: int) -> timedelta:
    """Before the next attempt: four times as long each time."""
    wait: timedelta = FIRST_WAIT * 4 ** (attempts - 1)
    return min(wait, LONGEST_WAIT)
