"""What Teams posts, read without trusting its shape: who, where, and the words."""

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qibot.chat.incoming import Sender
from qibot.platforms.teams.conversations import Reference

Json = dict[str, Any]
PERSONAL = "personal"
_AT = re.compile(r"<at(?:\s[^<>]*)?>(.*?)</at>", re.IGNORECASE | re.DOTALL)
_BOT = re.compile(r"28:[0-9A-Za-z-]{1,60}")
_SPACES = re.compile(r"[^\S\n]+")
_SLASH = re.compile(r"^/+(?:qi(?!\S)\s*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Where:
    """Who did something, and where an answer can go.

    `conversation` is where it was done; `card` is the message whose button was pressed or form was sent, when there was
    one.
    """

    tenant: str
    account: str
    person: Reference
    conversation: str
    personal: bool
    card: str = ""

    @property
    def sender(self) -> Sender:
        """Who, as the bot knows them."""
        return Sender("teams", self.tenant, self.account, front_door(self.person.bot))


def front_door(bot: str) -> str:
    """The address that opens the bot's chat with words typed already, to be sent; "" where it is no bot's id."""
    return f"https://teams.microsoft.com/l/chat/0/0?users={bot}&message={{words}}" if _BOT.fullmatch(bot) else ""


def where(activity: Json) -> Where | None:
    """Who and where; None when it was nobody that an answer could reach, such as a bot."""
    person, bot, place = (part(activity, name) for name in ("from", "recipient", "conversation"))
    tenant = text(place, "tenantId") or text(part(part(activity, "channelData"), "tenant"), "id")
    account, user, conversation = text(person, "aadObjectId"), text(person, "id"), text(place, "id")
    if not (tenant and account and user and conversation and text(bot, "id")) or text(person, "role") == "bot":
        return None
    personal = text(place, "conversationType") == PERSONAL
    return Where(
        tenant,
        account,
        Reference(
            text(activity, "serviceUrl"),
            text(bot, "id"),
            user,
            text(person, "name"),
            conversation if personal else "",
            conversation.partition(";")[0],
        ),
        conversation,
        personal,
        text(activity, "replyToId"),
    )


def key(activity: Json) -> str:
    """The activity's own id. Teams counts messages anew in each conversation."""
    return f"{_digest(_place(activity))}/{text(activity, 'id')}"


def key_of(activity: Json, *names: str) -> str:
    """A key of something else in the same conversation, by names that may be of anybody's making."""
    return f"{_digest(_place(activity))}/{_digest(*names)}"


def _place(activity: Json) -> str:
    return text(part(activity, "conversation"), "id")


def _digest(*names: str) -> str:
    whole = "\n".join(names).encode(errors="surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def to_the_bot(activity: Json) -> bool:
    """Whether words in a channel or group chat are meant for the bot, not only seen by it."""
    bot = part(activity, "recipient")
    return bot.get("isTargeted") is True or text(bot, "id") in mentioned(activity)


def mentioned(activity: Json) -> dict[str, Json]:
    """Who is mentioned, by Teams' own ids: the entity of each."""
    entities = activity.get("entities")
    found = {}
    for entity in entities if isinstance(entities, list) else ():
        if isinstance(entity, dict) and entity.get("type") == "mention":
            found[text(part(entity, "mentioned"), "id")] = entity
    return found


def command_text(activity: Json, accounts: Mapping[str, str]) -> str:
    """The words typed, the same wherever and however they were said to the bot: its own mention and a leading slash are
    not among them. Other people's mentions become @ACCOUNT where `accounts` knows them, else their names.
    """
    said = text(activity, "text").replace("\x00", "")
    bot = text(part(activity, "recipient"), "id")
    for user, entity in mentioned(activity).items():
        marked = text(entity, "text")
        name = text(part(entity, "mentioned"), "name")
        instead = "" if user == bot else f"@{accounts[user]}" if user in accounts else name
        if marked:
            said = said.replace(marked, instead)
    # What is left has no entity; its words are all that is known of it.
    said = html.unescape(_AT.sub(r"\1", said))
    said = _SPACES.sub(" ", said).strip()
    return _SLASH.sub("", said)


def members(activity: Json, name: str) -> set[str]:
    """Ids of those who came or went, with `name` membersAdded or membersRemoved."""
    given = activity.get(name)
    return {text(one, "id") for one in given if isinstance(one, dict)} if isinstance(given, list) else set()


def part(of: Json, name: str) -> Json:
    """An object inside another; empty when it is none."""
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def text(of: Json, name: str) -> str:
    """A text inside an object; "" when it is none."""
    value = of.get(name)
    return value if isinstance(value, str) else ""
