"""What the stand-in Teams knows, and how it changes. Ids are counted or derived, never random."""

import base64
import copy
import hashlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from qibot.demo.teams_checks import card_of, picture_of
from qibot.demo.teams_faults import TeamsFaults
from qibot.demo.teams_things import (
    Call,
    Seen,
    SeenMessage,
    Team,
    TeamsConversation,
    TeamsPost,
    TeamsUser,
    Tenant,
)
from qibot.demo.waiting import Waiting


def opaque(prefix: str, *parts: str) -> str:
    """An id as long and as strange as Teams's, always the same for the same parts."""
    digest = hashlib.sha512("\n".join(parts).encode()).digest()
    return prefix + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class TeamsState(Waiting):
    """Tenants, people, conversations, and the record of everything asked and everything wrong."""

    bot_name = "qibot"

    def __init__(self, *, now: Callable[[], datetime], app_id: str, app_secret: str) -> None:
        super().__init__()
        self.now = now
        self.app_id = app_id
        self.app_secret = app_secret
        self.base_url = "http://127.0.0.1"
        self.faults = TeamsFaults()
        self.tenants: dict[str, Tenant] = {}
        self.conversations: dict[str, TeamsConversation] = {}
        self.installed: set[str] = set()
        self.blocked: set[str] = set()
        self.calls: list[Call] = []
        self.problems: list[str] = []
        self.tokens: dict[str, datetime] = {}
        """Tokens given to the bot, and until when (the stand-in's clock) they are good."""
        self.enforce_pace = False
        self._counts: Counter[str] = Counter()
        self._seeing: dict[str, Seen] = {}

    @property
    def bot_id(self) -> str:
        """The bot as an account in conversations."""
        return f"28:{self.app_id}"

    def service_url(self, tenant_id: str) -> str:
        """Where the bot answers to a tenant; the real ones hold the region and the tenant too, and end in a slash."""
        return f"{self.base_url}/uk/{tenant_id}/"

    # Ids

    def next_number(self, kind: str) -> int:
        """1, 2, 3… for each kind of thing."""
        self._counts[kind] += 1
        return self._counts[kind]

    def next_message_id(self) -> str:
        """Thirteen digits, as Teams has them, rising."""
        return str(1_500_000_000_000 + self.next_number("message"))

    # Tenants, people and teams

    def add_tenant(self, tenant_id: str, name: str) -> Tenant:
        """An organisation. Its people can have the app installed, nobody has yet."""
        return self.tenants.setdefault(tenant_id, Tenant(tenant_id, name))

    def add_user(
        self, tenant_id: str, aad_object_id: str, name: str, *, email: str = "", upn: str = "", installed: bool = False
    ) -> TeamsUser:
        """A person. `installed`: the app is there already, and the bot was never told. Adding again replaces them."""
        user_id = opaque("29:1", self.app_id, tenant_id, aad_object_id)
        user = TeamsUser(user_id, tenant_id, aad_object_id, name, email, upn or email)
        self.tenants[tenant_id].users[user_id] = user
        if installed:
            self.installed.add(user_id)
        return user

    def add_team(
        self, tenant_id: str, team_id: str, name: str, members: Iterable[TeamsUser], *, installed: bool = True
    ) -> Team:
        """A team with its General channel, whose id is the team's own. `installed`: the app is in it."""
        team = Team(team_id, tenant_id, name, {user.id for user in members}, {team_id: "General"}, installed)
        self.tenants[tenant_id].teams[team_id] = team
        return team

    def add_channel(self, team: Team, channel_id: str, name: str) -> str:
        """A channel of a team, by its id (19:…@thread.tacv2)."""
        team.channels[channel_id] = name
        return channel_id

    def add_group_chat(self, tenant_id: str, chat_id: str, name: str, members: Iterable[TeamsUser]) -> str:
        """A group chat with the app in it, by its id (19:…@thread.v2). Bots cannot make these; people can."""
        inside = {user.id for user in members}
        self.conversations[chat_id] = TeamsConversation(chat_id, tenant_id, "groupChat", inside, name)
        return chat_id

    def user(self, tenant_id: str, wanted: str) -> TeamsUser | None:
        """A person of a tenant by the bot's id for them or by their object id."""
        users = self.tenants[tenant_id].users
        return users.get(wanted) or next((u for u in users.values() if u.aad_object_id == wanted), None)

    def has_app(self, user: TeamsUser) -> bool:
        """Whether the bot may write to them: installed for them, or in a team of theirs."""
        teams = self.tenants[user.tenant_id].teams.values()
        return user.id in self.installed or any(team.installed and user.id in team.members for team in teams)

    # Conversations

    def personal(self, user: TeamsUser) -> TeamsConversation:
        """A person's chat with the bot, made when first needed; its id never changes."""
        chat_id = opaque("a:1", self.app_id, user.id)
        chat = TeamsConversation(chat_id, user.tenant_id, "personal", {user.id})
        return self.conversations.setdefault(chat_id, chat)

    def thread(self, team: Team, channel_id: str, root: str) -> TeamsConversation:
        """One thread of a channel, made when first needed."""
        thread_id = f"{channel_id};messageid={root}"
        made = TeamsConversation(thread_id, team.tenant_id, "channel", team.members, team.channels[channel_id])
        made.team_id, made.channel_id = team.id, channel_id
        return self.conversations.setdefault(thread_id, made)

    def team_of(self, channel_id: str) -> Team | None:
        """The team a channel belongs to."""
        teams = [team for tenant in self.tenants.values() for team in tenant.teams.values()]
        return next((team for team in teams if channel_id in team.channels), None)

    def post(
        self,
        chat: TeamsConversation,
        user: str,
        activity: Mapping[str, Any],
        *,
        only_for: str | None = None,
        message_id: str | None = None,
        sent_by: str = "",
    ) -> TeamsPost:
        """Put a message (text, attachments, replyToId) into a conversation."""
        text, card = str(activity.get("text") or ""), copy.deepcopy(card_of(activity))
        post = TeamsPost(message_id or self.next_message_id(), chat.id, user, text, card, self.now(), only_for)
        post.reply_to, post.picture = activity.get("replyToId"), picture_of(activity)
        if sent_by:
            post.sent, post.sent_by = copy.deepcopy(activity), sent_by
        chat.posts[post.id] = post
        self.show(post)
        return post

    def edit(self, post: TeamsPost, activity: Mapping[str, Any], *, sent_by: str = "") -> None:
        """Put a message in another's place: text and card, for everybody, whatever an answer had shown them."""
        post.text, post.card = str(activity.get("text") or ""), copy.deepcopy(card_of(activity))
        post.edited, post.instead = True, {}
        post.sent, post.sent_by = copy.deepcopy(activity), sent_by
        self.show(post)

    def show(self, post: TeamsPost) -> None:
        """Bring a new or changed message to everybody who sees it and is waiting for what their doing brings."""
        for member in sorted(self.conversations[post.conversation].members):
            seen = self._seeing.get(member)
            if seen is not None and member != post.user and post.only_for in (None, member):
                seen.messages.append(self.as_seen(post, member))
        self.changed()

    def start_seeing(self, user: TeamsUser) -> Seen:
        """From now on what comes to this person is what their latest doing brought."""
        seen = self._seeing[user.id] = Seen()
        return seen

    def as_seen(self, post: TeamsPost, viewer: str) -> SeenMessage:
        """A snapshot of a message as one person has it."""
        card = copy.deepcopy(post.instead.get(viewer, post.card))
        targeted = post.only_for is not None
        shown = (post.text, card, targeted, post.edited, post.reply_to, post.picture)
        return SeenMessage(post.id, post.conversation, post.user, *shown)

    def messages(self, user: TeamsUser, conversation: str, known: Container[str] = ()) -> list[SeenMessage]:
        """What this person can see in a conversation they are in, oldest first, without what is `known`."""
        chat = self.conversations[conversation]
        if user.id not in chat.members:
            raise LookupError(f"{user.name} is not in {conversation}")
        mine = [p for p in chat.posts.values() if p.only_for in (None, user.id)]
        return [self.as_seen(p, user.id) for p in mine if p.id not in known]

    def inbox(self, user: TeamsUser, known: Container[str] = ()) -> list[SeenMessage]:
        """Their chat with the bot, oldest first, their own words too, cards as they are now; not what is `known`."""
        return self.messages(user, self.personal(user).id, known)

    def note(self, source: str, found: Iterable[str]) -> None:
        """Record things the bot did wrong."""
        self.problems += [f"{source}: {one}" for one in found]

    def too_fast(self, chat: TeamsConversation) -> bool:
        """Count one sending; whether it is over Teams's limits for one bot in one conversation."""
        now = self.now()
        chat.sendings = [at for at in chat.sendings if now - at < timedelta(hours=1)] + [now]
        return any(sum(now - at < timedelta(seconds=seconds) for at in chat.sendings) > most for most, seconds in PACE)


PACE = ((7, 1), (8, 2), (60, 30), (1800, 3600))
"""Sendings per seconds (Teams, "Optimize your bot with rate limiting": per bot and conversation)."""
