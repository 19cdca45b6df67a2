"""The things a Slack workspace is made of, as the stand-in keeps them and as a person sees them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from qibot.demo.slack_text import blocks_text, unescape

Json = dict[str, Any]

BOT_SCOPES = (
    "commands",
    "chat:write",
    "im:write",
    "im:history",
    "mpim:write",
    "users:read",
    "users:read.email",
    "files:write",
    "files:read",
)


@dataclass(frozen=True, slots=True)
class User:
    """One account in one workspace."""

    id: str
    team_id: str
    name: str
    email: str
    tz: str
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    is_admin: bool = False

    @property
    def handle(self) -> str:
        """The name typed after an @."""
        return self.name.lower().replace(" ", ".").replace("'", "")


@dataclass(slots=True)
class Post:
    """One message in a conversation. `only_for`: the one person who sees it (ephemeral).

    `sent` is what the bot sent to make it so, as it came, and `sent_by` the way it took.
    """

    ts: str
    team_id: str
    channel: str
    user: str
    text: str
    blocks: list[Json]
    metadata: Json | None = None
    only_for: str | None = None
    edited: bool = False
    thread_ts: str | None = None
    files: tuple[str, ...] = ()
    sent: Mapping[str, Any] | None = None
    sent_by: str = ""


@dataclass(slots=True)
class Channel:
    """A conversation: im, mpim or channel."""

    id: str
    team_id: str
    kind: str
    members: set[str]
    name: str = ""
    posts: dict[str, Post] = field(default_factory=dict)
    last_bot_post: datetime | None = None


@dataclass(slots=True)
class Token:
    """A token and the workspaces it is good for (several when installed for a whole organisation)."""

    value: str
    scopes: tuple[str, ...]
    teams: list[str] = field(default_factory=list)
    trouble: str = ""


@dataclass(slots=True)
class Workspace:
    """One workspace where the app is, was or will be installed."""

    id: str
    name: str
    domain: str
    bot_user_id: str
    bot_token: str
    scopes: tuple[str, ...]
    enterprise_id: str | None = None
    org_wide: bool = False
    messages_tab: bool = True
    socket_mode: bool = False
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    homes: dict[str, "View"] = field(default_factory=dict)
    modals: dict[str, list["View"]] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """A modal or Home tab in front of a person. Live: it changes when the bot or the person changes it.

    `state` is what is filled in now, {block_id: {action_id: {...}}}; `errors` the sentences beside fields, by block_id;
    `sent` what the bot sent to make it so, as it came.
    """

    id: str
    team_id: str
    user: str
    data: Json
    hash: str
    state: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    is_open: bool = True
    previous: str | None = None
    sent: Mapping[str, Any] | None = None

    @property
    def type(self) -> str:
        """modal or home."""
        return str(self.data["type"])

    @property
    def title(self) -> str:
        """Its title in words."""
        return unescape(self.data.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The bot's name for it."""
        return str(self.data.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the bot keeps in it."""
        return str(self.data.get("private_metadata", ""))

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, every one with an id."""
        blocks: list[Json] = self.data["blocks"]
        return blocks

    @property
    def shown(self) -> str:
        """Its words."""
        return blocks_text(self.blocks)

    @property
    def labels(self) -> list[str]:
        """Labels of what can be pressed."""
        return [label(element) for _, element in pressable(self.blocks)]

    @property
    def fields(self) -> list[str]:
        """Labels of what can be filled in."""
        return [unescape(b["label"]["text"]) for b in self.blocks if b["type"] == "input"]


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as a person's window showed it at one moment."""

    team_id: str
    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    metadata: Json | None
    is_ephemeral: bool
    edited: bool = False
    thread_ts: str | None = None
    files: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The words on the screen: the blocks', or the text where there are none."""
        return blocks_text(self.blocks) if self.blocks else unescape(self.text)

    @property
    def labels(self) -> list[str]:
        """Labels of what can be pressed."""
        return [label(element) for _, element in pressable(self.blocks)]


@dataclass(slots=True)
class Seen:
    """What came of something a person did. It goes on filling until the same person does the next thing.

    `status` and `body` are the bot's acknowledgement; `error` is what Slack told the person instead
    ("operation_timeout", "dispatch_failed"); `errors` stand beside fields, by block_id.
    """

    status: int | None = None
    body: Json | str | None = None
    error: str = ""
    messages: list[SeenMessage] = field(default_factory=list)
    opened: View | None = None
    updated: View | None = None
    closed: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    link: str = ""

    @property
    def shown(self) -> str:
        """The words of every message that came, in order."""
        return "\n".join(message.shown for message in self.messages)


@dataclass(slots=True)
class Call:
    """One thing the bot asked of Slack. `fault` names what was switched on for it."""

    method: str
    team: str | None
    args: Json
    at: datetime
    ok: bool = False
    error: str = ""
    fault: str = ""


@dataclass(slots=True)
class UploadedFile:
    """A file on its way or shared. `length` in bytes, as announced."""

    id: str
    team_id: str
    name: str
    length: int
    title: str = ""
    content: bytes | None = None
    channels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sending of an event. `status` is None when there was no answer in time."""

    retry: int
    reason: str
    status: int | None


@dataclass(slots=True)
class EventSent:
    """An event and every attempt at it so far."""

    event_id: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def delivered(self) -> bool:
        """Whether the bot has taken it."""
        return any(a.status is not None and 200 <= a.status < 300 for a in self.attempts)


def label(element: Mapping[str, Any]) -> str:
    """What a person would call it: its words, else its placeholder, else its id."""
    words = element.get("text") or element.get("placeholder") or {}
    return unescape(str(words.get("text") or element.get("action_id", "")))


def pressable(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Everything that sends an action when used, as (block, element), in the order shown."""
    for block in blocks:
        if block["type"] == "actions":
            yield from ((block, element) for element in block["elements"])
        elif block["type"] == "section" and block.get("accessory", {}).get("type", "image") != "image":
            yield block, block["accessory"]
        elif block["type"] == "input" and block.get("dispatch_action"):
            yield block, block["element"]
