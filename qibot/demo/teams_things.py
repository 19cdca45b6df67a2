"""The things Teams is made of, as the stand-in keeps them and as a person sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from qibot.demo.teams_cards import card_words, errors_beside, labels_of, prefilled, questions

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TeamsUser:
    """One account in one tenant. `id` is what the bot knows it by (29:…): it differs from app to app."""

    id: str
    tenant_id: str
    aad_object_id: str
    name: str
    email: str
    upn: str


@dataclass(slots=True)
class TeamsPost:
    """One message. `only_for`: the one person (id) who sees it. `instead`: card shown to one person in its place.

    `sent` is what the bot sent to make it so, as it came, and `sent_by` the way it took.
    """

    id: str
    conversation: str
    user: str
    text: str
    card: Json | None
    at: datetime
    only_for: str | None = None
    edited: bool = False
    reply_to: str | None = None
    instead: dict[str, Json] = field(default_factory=dict)
    sent: Mapping[str, Any] | None = None
    sent_by: str = ""
    picture: tuple[str, bytes] | None = None


@dataclass(slots=True)
class TeamsConversation:
    """A personal chat, a group chat or one thread of a channel. `members` are ids of people (29:…)."""

    id: str
    tenant_id: str
    kind: str
    members: set[str]
    name: str = ""
    team_id: str = ""
    channel_id: str = ""
    posts: dict[str, TeamsPost] = field(default_factory=dict)
    sendings: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Team:
    """A team: its people, its channels by id, and whether the app is installed in it."""

    id: str
    tenant_id: str
    name: str
    members: set[str]
    channels: dict[str, str] = field(default_factory=dict)
    installed: bool = False


@dataclass(slots=True)
class Tenant:
    """One organisation's Microsoft 365."""

    id: str
    name: str
    users: dict[str, TeamsUser] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)


class _Card:
    """What a person makes of a card: the part that a message and a dialog share."""

    __slots__ = ()
    card: Json | None

    @property
    def labels(self) -> list[str]:
        """Labels of what can be pressed, in the order shown."""
        return labels_of(self.card or {})

    @property
    def fields(self) -> list[str]:
        """Labels of what can be filled in."""
        return [question.label for question in questions(self.card or {})]

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields already, by input id."""
        return prefilled(self.card or {})

    @property
    def errors(self) -> dict[str, str]:
        """Warnings beside fields, by input id: the attention-coloured words that follow an input."""
        return errors_beside(self.card or {})


@dataclass(frozen=True, slots=True)
class SeenMessage(_Card):
    """A message as a person's window showed it at one moment."""

    id: str
    conversation: str
    user: str
    text: str
    card: Json | None
    is_targeted: bool = False
    edited: bool = False
    reply_to: str | None = None
    picture: tuple[str, bytes] | None = None

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.user.startswith("28:")

    @property
    def shown(self) -> str:
        """The words on the screen: the text, then the card's."""
        words = card_words(self.card) if self.card else ""
        return "\n".join(part for part in (self.text, words) if part)


@dataclass(slots=True)
class Dialog(_Card):
    """A window in front of a person. Live: it changes when the bot answers with another card, which `sent` holds."""

    title: str
    card: Json | None
    conversation: str
    user: str
    id: str = ""
    is_open: bool = True
    sent: Mapping[str, Any] | None = None

    @property
    def shown(self) -> str:
        """Its words."""
        return card_words(self.card) if self.card else ""


@dataclass(slots=True)
class Seen:
    """What came of something a person did. It goes on filling until the same person does the next thing.

    `status` and `body` are the bot's HTTP answer; `error` is what Teams told the person instead ("unable_to_reach_app"
    for words, "something_went_wrong" for buttons); `errors` stand beside fields, by input id (the window's own, or the
    card's that came back); `updated` is the message whose card was replaced in place; `notice` words that passed by.
    """

    status: int | None = None
    body: Json | str | None = None
    error: str = ""
    messages: list[SeenMessage] = field(default_factory=list)
    updated: SeenMessage | None = None
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    dialog: Dialog | None = None
    closed: bool = False
    link: str = ""

    @property
    def shown(self) -> str:
        """The words of every message that came and of the card replaced in place, in order."""
        parts = [message.shown for message in self.messages]
        if self.updated is not None:
            parts.append(self.updated.shown)
        return "\n".join(parts)


@dataclass(slots=True)
class Call:
    """One thing the bot asked for. `fault` names what was switched on for it."""

    operation: str
    tenant: str | None
    path: str
    args: Json
    at: datetime
    status: int = 0
    error: str = ""
    fault: str = ""


@dataclass(slots=True)
class Delivered:
    """The bot's answer. `status` is None when there was none."""

    status: int | None
    body: Json | str
    headers: Mapping[str, str] = field(default_factory=dict)
