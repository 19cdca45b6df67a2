"""What the demo's page keeps of what was done and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from qibot.demo.slack_things import Json
from qibot.demo.teams_cards import Typed


@dataclass(slots=True)
class Doing:
    """Something a person did, in words, and what it sent to the bot. `on` is the message or view it was done to.

    `notice` is what Teams showed for a moment, `answer` what the bot answered it with.
    """

    ts: str
    words: str
    at: datetime
    on: str = ""
    sent: Json | None = None
    kind: str = ""
    trouble: str = ""
    notice: str = ""
    answer: Json | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A button that asks "are you sure?" and waits for the answer."""

    on: str
    press: str
    confirm: Json
    label: str


@dataclass(frozen=True, slots=True)
class News:
    """What the clock or a button brought, told above the panes: a sentence, and whom (by key) messages reached."""

    sentence: str
    reached: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Got:
    """A message in somebody's conversation: what it is called, its place (rising), when it came, how it begins."""

    id: str
    place: str
    at: datetime
    begins: str
    by_bot: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A card that Teams's window did not let go: what was typed, and what is to be changed, by input id."""

    typed: Mapping[str, Typed]
    errors: Mapping[str, str]


class Gone(Exception):
    """What was pressed or sent is not there any more."""


def serial(ts: str) -> str:
    """The part of a ts of Slack that only ever rises, whatever the clock does."""
    return ts.partition(".")[2]


def moment(ts: str) -> datetime:
    """When a message of Slack came."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)
