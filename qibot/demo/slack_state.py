"""What the stand-in Slack knows, and how it changes. Ids are counted, never random: two runs give the same ones."""

import copy
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime
from typing import Any

from qibot.demo.slack_faults import Faults
from qibot.demo.slack_forms import initial_state
from qibot.demo.slack_text import check_words, keep, mentioned
from qibot.demo.slack_things import (
    BOT_SCOPES,
    Call,
    Channel,
    Json,
    Post,
    Seen,
    SeenMessage,
    Token,
    UploadedFile,
    User,
    View,
    Workspace,
)
from qibot.demo.waiting import Waiting


class SlackError(Exception):
    """A business error: HTTP 200 and {"ok": false, "error": ...}. `extra` goes into the answer."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


class SlackState(Waiting):
    """Workspaces, people, conversations, views, and the record of everything asked and everything wrong."""

    app_id = "A00000001"
    client_id = "1000.2000"
    client_secret = "stand-in-client-secret"
    app_token = "xapp-1-A00000001-stand-in"
    verification_token = "stand-in-verification"

    def __init__(self, *, now: Callable[[], datetime], enforce_pace: bool = False) -> None:
        super().__init__()
        self.now = now
        self.enforce_pace = enforce_pace
        self.base_url = "http://127.0.0.1"
        self.faults = Faults()
        self.workspaces: dict[str, Workspace] = {}
        self.tokens: dict[str, Token] = {}
        self.files: dict[str, UploadedFile] = {}
        self.fetched: list[str] = []
        self.views: dict[str, View] = {}
        self.calls: list[Call] = []
        self.problems: list[str] = []
        self._counts: Counter[str] = Counter()
        self._seeing: dict[tuple[str, str], Seen] = {}

    # Ids and times

    def next_id(self, kind: str) -> str:
        """`D` -> D00000001, then D00000002."""
        self._counts[kind] += 1
        return f"{kind}{self._counts[kind]:08d}"

    def next_ts(self) -> str:
        """A message's time, unique and rising, as Slack writes it: seconds and six digits."""
        self._counts["ts"] += 1
        return f"{int(self.now().timestamp())}.{self._counts['ts']:06d}"

    # Workspaces and people

    def add_workspace(
        self,
        team_id: str,
        name: str,
        *,
        domain: str,
        enterprise_id: str | None = None,
        org_wide: bool = False,
        bot_token: str,
        bot_user_id: str,
        scopes: Iterable[str] = BOT_SCOPES,
    ) -> Workspace:
        """A workspace with the app installed. Workspaces sharing a `bot_token` are one org-wide installation."""
        workspace = Workspace(team_id, name, domain, bot_user_id, bot_token, tuple(scopes), enterprise_id, org_wide)
        self.workspaces[team_id] = workspace
        self.add_user(team_id, bot_user_id, "qibot", email="", is_bot=True)
        if bot_token:
            self.issue_token(workspace, bot_token)
        return workspace

    def issue_token(self, workspace: Workspace, value: str) -> None:
        """Make `value` a working token of this workspace."""
        token = self.tokens.setdefault(value, Token(value, workspace.scopes))
        token.teams.append(workspace.id)
        workspace.bot_token = value

    def add_user(
        self,
        team_id: str,
        user_id: str,
        name: str,
        *,
        email: str,
        tz: str = "Europe/London",
        deleted: bool = False,
        is_bot: bool = False,
        is_restricted: bool = False,
        is_stranger: bool = False,
        is_admin: bool = False,
    ) -> User:
        """A person (or bot) of a workspace. Adding the same id again replaces them."""
        user = User(user_id, team_id, name, email, tz, deleted, is_bot, is_restricted, is_stranger, is_admin)
        self.workspaces[team_id].users[user_id] = user
        return user

    def add_channel(
        self, team_id: str, channel_id: str, name: str, members: Iterable[str], *, bot_in: bool = True
    ) -> Channel:
        """A public channel with these people in it, and the bot unless said otherwise."""
        workspace = self.workspaces[team_id]
        inside = {*members, workspace.bot_user_id} if bot_in else set(members)
        channel = workspace.channels[channel_id] = Channel(channel_id, team_id, "channel", inside, name)
        return channel

    # Conversations and messages

    def direct(self, workspace: Workspace, users: Iterable[str]) -> Channel:
        """The bot's direct messages with one person, or its group of several; made when first needed."""
        members = {*users, workspace.bot_user_id}
        kind = "im" if len(members) == 2 else "mpim"
        for channel in workspace.channels.values():
            if channel.kind == kind and channel.members == members:
                return channel
        channel = Channel(self.next_id("D" if kind == "im" else "C"), workspace.id, kind, members)
        channel.name = "directmessage" if kind == "im" else f"mpdm-{channel.id.lower()}"
        workspace.channels[channel.id] = channel
        return channel

    def post(
        self,
        channel: Channel,
        user: str,
        message: Mapping[str, Any],
        *,
        only_for: str | None = None,
        sent: Mapping[str, Any] | None = None,
        sent_by: str = "",
    ) -> Post:
        """Put a message (text, blocks, metadata, thread_ts, files) into a conversation."""
        post = Post(self.next_ts(), channel.team_id, channel.id, user, message.get("text") or "", [])
        post.blocks = self.normal_blocks(message.get("blocks") or [])
        post.metadata = copy.deepcopy(message.get("metadata"))
        post.thread_ts = message.get("thread_ts")
        post.files = tuple(message.get("files") or ())
        post.only_for = only_for
        post.sent, post.sent_by = sent, sent_by
        channel.posts[post.ts] = post
        self.show(post)
        return post

    def edit(
        self, post: Post, message: Mapping[str, Any], *, sent: Mapping[str, Any] | None = None, sent_by: str = ""
    ) -> None:
        """Change a message. What is not named stays, blocks too, as Slack's chat.update has it."""
        if "text" in message:
            post.text = message["text"] or ""
        if "blocks" in message:
            post.blocks = self.normal_blocks(message["blocks"] or [])
        if message.get("metadata") is not None:
            post.metadata = copy.deepcopy(message["metadata"])
        post.edited = True
        post.sent, post.sent_by = sent, sent_by
        self.show(post)

    def show(self, post: Post) -> None:
        """Bring a new or changed message to everybody who sees it and is waiting for what their doing brings."""
        channel = self.workspaces[post.team_id].channels[post.channel]
        for user in sorted(channel.members):
            seen = self._seeing.get((post.team_id, user))
            if seen is not None and user != post.user and post.only_for in (None, user):
                seen.messages.append(self.as_seen(post))
        self.changed()

    def as_seen(self, post: Post) -> SeenMessage:
        """A snapshot of a message. Its blocks are the message's own: an edit puts others in their place."""
        return SeenMessage(
            post.team_id,
            post.channel,
            post.ts,
            post.user,
            post.text,
            post.blocks,
            post.metadata,
            post.only_for is not None,
            post.edited,
            post.thread_ts,
            post.files,
        )

    def messages(self, user: User, channel_id: str, known: Container[str] = ()) -> list[SeenMessage]:
        """What this person can see in a conversation they are in, newest last, without what is `known`."""
        channel = self.workspaces[user.team_id].channels[channel_id]
        if user.id not in channel.members:
            raise LookupError(f"{user.name} is not in {channel_id}")
        mine = [p for p in channel.posts.values() if p.only_for in (None, user.id)]
        return [self.as_seen(p) for p in mine if p.ts not in known]

    def inbox(self, user: User, known: Container[str] = ()) -> list[SeenMessage]:
        """What this person can see in the bot's direct messages, newest last, edits applied; not what is `known`."""
        return self.messages(user, self.direct(self.workspaces[user.team_id], [user.id]).id, known)

    def groups(self, user: User) -> list[Channel]:
        """The bot's conversations with this person and others, in the order in which they began."""
        channels = self.workspaces[user.team_id].channels.values()
        return [channel for channel in channels if channel.kind == "mpim" and user.id in channel.members]

    def home(self, user: User) -> View | None:
        """Their Home tab, if the bot has published one."""
        return self.workspaces[user.team_id].homes.get(user.id)

    def modal(self, user: User) -> View | None:
        """The modal in front of them, if any."""
        stack = self.workspaces[user.team_id].modals.get(user.id)
        return stack[-1] if stack else None

    # Views

    def normal_blocks(self, blocks: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Blocks as Slack keeps them: every block and element with an id, plain text escaped."""
        kept: list[Json] = copy.deepcopy([dict(block) for block in blocks])
        for block in kept:
            block.setdefault("block_id", self.next_id("b"))
            inside = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
            for element in inside if block["type"] in ("section", "input", "actions") else []:
                if isinstance(element, dict) and element["type"] != "image":
                    element.setdefault("action_id", self.next_id("a"))
            _keep_plain(block)
        return kept

    def set_view(self, view: View, data: Mapping[str, Any]) -> None:
        """Give a view new content. What was filled in stays where block_id and action_id stay."""
        view.sent = data
        view.data = {**copy.deepcopy(dict(data)), "blocks": self.normal_blocks(data["blocks"])}
        fresh = initial_state(view.blocks)
        for block_id, elements in fresh.items():
            for action_id in elements:
                old = view.state.get(block_id, {}).get(action_id)
                if old is not None and old["type"] == elements[action_id]["type"]:
                    elements[action_id] = old
        view.state, view.errors = fresh, {}
        self._counts["hash"] += 1
        view.hash = f"{int(self.now().timestamp())}.{self._counts['hash']:08x}"

    def seeing(self, team_id: str, user: str) -> Seen | None:
        """What this person's last doing goes on bringing."""
        return self._seeing.get((team_id, user))

    def start_seeing(self, user: User) -> Seen:
        """This person does something now: whatever comes from here on belongs to it."""
        seen = self._seeing[user.team_id, user.id] = Seen()
        return seen

    # What is wrong

    def note(self, where: str, found: Iterable[str]) -> None:
        """Record problems; tests assert that there are none."""
        self.problems += [f"{where}: {one}" for one in found]

    def note_words(self, where: str, workspace: Workspace, payload: Mapping[str, Any]) -> None:
        """Record words Slack would take and show wrongly: stray control characters, broadcasts, unknown mentions."""
        self.note(where, check_words(payload))
        unknown = sorted(mentioned(payload) - workspace.users.keys())
        self.note(where, (f"a mention of {one}, who is not in {workspace.name}" for one in unknown))


def _keep_plain(block: Json) -> None:
    """Escape plain text objects in place."""
    if block.get("type") == "plain_text" and isinstance(block.get("text"), str):
        block["text"] = keep(block["text"])
    for value in block.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                _keep_plain(one)
