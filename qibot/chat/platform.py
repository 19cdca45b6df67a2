"""What the bot needs of a platform to speak unasked, and how a platform says that it could not.

Every adapter implements `Platform`. Nobody above asks which one it is.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from qibot.chat.incoming import Incoming, Profile, Sender
from qibot.chat.message import Message
from qibot.chat.router import Reply
from qibot.chat.wire import Action


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached: their account, and the conversation with them when it is known already.

    With `others`, accounts of the same workspace, it is one conversation of all of them and the bot: `Unreachable` then
    says that the platform has no such conversation, or not of these, and nothing of any of them.
    """

    platform: str
    workspace: str
    account: str
    conversation: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform's own ids of a message that it took."""

    conversation: str
    message: str


class Doubt(Enum):
    """What a platform can say of a delivery nobody knows the end of, when it is not simply found."""

    NOT_SENT = "not sent"
    CANNOT_ASK = "cannot ask"


class NotSent(Exception):
    """The message did not go. `reason` is a short sentence for people, without names or words of the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreachable(NotSent):
    """It will never go: the account is gone, the app removed, the bot blocked. Do not try again."""


class Throttled(NotSent):
    """Nothing before `seconds` from now. `whole_workspace`: the limit is the workspace's, not the conversation's."""

    def __init__(self, seconds: float, *, whole_workspace: bool = True) -> None:
        super().__init__("the platform asked us to slow down")
        self.seconds = seconds
        self.whole_workspace = whole_workspace


class NotNow(NotSent):
    """A passing fault *before* the platform can have taken it: safe to try again."""


class InDoubt(NotSent):
    """The connection went while the platform may have taken it: ask before trying again."""


def _no_doubt() -> None:
    return None


last_look: ContextVar[Callable[[], None]] = ContextVar("last_look", default=_no_doubt)
"""Taken by whoever carries bytes to a platform, just before they leave. It raises a `NotSent` where the process has
slept since the sending was begun, and somebody else may have sent it meanwhile.
"""


class Platform(Protocol):
    """One chat platform, for everything that is said unasked."""

    name: str

    async def send(self, to: Address, message: Message, mark: str) -> Sent:
        """Send once, marked with the opaque `mark`. Raises a `NotSent`; never retries by itself."""
        ...

    async def find_sent(self, to: Address, mark: str, since: datetime) -> Sent | Doubt:
        """Was a message with `mark` taken since then? Raises `NotSent` when the platform cannot be asked just now."""
        ...

    async def edit(self, to: Address, sent: Sent, message: Message) -> None:
        """Say something else in the place of what was sent; twice is once. Raises a `NotSent`, which is `Unreachable`
        where that message cannot be changed any more and says nothing of the account.
        """
        ...

    async def profile(self, sender: Sender) -> Profile | None:
        """What the platform says of this account; None when it says nothing. Raises `NotSent` when it may later."""
        ...


class Answering(Protocol):
    """The bot, as an adapter knows it."""

    def opens_form(self, does: Action) -> bool:
        """Whether a button that does this opens a form, for a platform that has to know before it is pressed."""
        ...

    async def handle(self, incoming: Incoming, platform: Platform) -> Reply:
        """What to answer. Never raises."""
        ...

    async def installed(self, platform: str, workspace: str, name: str, opens: str = "") -> None:
        """The bot is in a workspace now; `opens` is the address that opens its chat there, where it is known."""
        ...

    async def removed(self, platform: str, workspace: str) -> None:
        """The bot was removed from a workspace."""
        ...

    async def lost(self, sender: Sender, reason: str) -> None:
        """Somebody removed the bot for themselves: they cannot be reached there until they are heard of again."""
        ...
