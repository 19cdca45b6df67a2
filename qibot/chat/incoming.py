"""What a person did, once a platform's adapter has understood it. The adapter builds these; the bot handles them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sender:
    """Who did it, in the platform's own ids. `workspace` is one Slack workspace (or org) or one Teams tenant; `opens`
    is the address that opens the bot's chat there, as far as what came in says so: no part of who it was.
    """

    platform: str
    workspace: str
    account: str
    opens: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """`id` is the platform's own id of what happened: the same id is the same thing, however often it is sent."""

    id: str
    sender: Sender


@dataclass(frozen=True, slots=True)
class Command(Incoming):
    """Words typed: after `/qi`, in the bot's direct messages (`direct`), or to the bot in a channel."""

    text: str
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Press(Incoming):
    """A button pressed: the wire name of its action and what it carried."""

    wire: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission(Incoming):
    """A form sent: the wire name of its dataclass and what was filled in, hidden fields included."""

    wire: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shortcut(Incoming):
    """A shortcut chosen from the platform's menu, by the command it stands for; `words` are those of the message whose
    menu it was.
    """

    command: str
    words: str = ""

    @property
    def text(self) -> str:
        """What somebody would have typed."""
        return f"{self.command} {self.words}".strip()


@dataclass(frozen=True, slots=True)
class FileSent(Incoming):
    """A file sent to the bot in its own conversation. `fetch` gets its bytes, which takes its time and may raise `Said`
    or `NotSent`; `data` are the bytes once it has, which is only after the sender was found to be one who may.
    """

    fetch: Callable[[], Awaitable[bytes]]
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class HomeOpened(Incoming):
    """The person looks at the bot's Home tab."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the platform says of an account. `zone` is an IANA name; `guest` = not a full member of that workspace."""

    name: str
    email: str = ""
    zone: str = "Europe/London"
    guest: bool = False
    bot: bool = False
