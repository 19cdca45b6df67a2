"""The demo's page behind its addresses: what a visitor lets invented people do, and what came of it.

Everything goes the long way round: through the stand-in Slack, signed, to the bot's own door, and back.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from qibot.demo import page_clock
from qibot.demo.blocks_html import press_value, words
from qibot.demo.slack_forms import Typed
from qibot.demo.slack_server import Seen, SeenMessage, User, View
from qibot.demo.slack_things import Json, Post, label, pressable
from qibot.demo.world import World

COMMAND = "/qi"
BETWEEN = timedelta(seconds=20)
"""Time that goes by with everything somebody does: a conversation in which all happens at once looks odd."""


@dataclass(slots=True)
class Doing:
    """Something a person did, in words, and what it sent to the bot. `on` is the message or view it was done to."""

    ts: str
    words: str
    on: str = ""
    sent: Json | None = None
    kind: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """A button that asks "are you sure?" and waits for the answer."""

    on: str
    press: str
    confirm: Json
    label: str


@dataclass(frozen=True, slots=True)
class News:
    """What the clock or a button brought, told above the panes: a sentence, and whom messages reached."""

    sentence: str
    reached: tuple[tuple[User, str], ...] = ()


class Gone(Exception):
    """What was pressed or sent is not there any more."""


@dataclass
class Page:
    """One run's page. `token` is the word that only the page itself knows."""

    world: World
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    news: News | None = None
    doings: dict[str, list[Doing]] = field(default_factory=dict)
    asking: dict[str, Asking] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: list[tuple[str, Json]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen, and count what is there already as read."""
        self.slack = self.world.slack
        self.slack.on_deliver.append(lambda kind, payload: self._sent.append((kind, payload)))
        for key, user in self.people.items():
            self.mark_read(key, user)

    @property
    def people(self) -> dict[str, User]:
        """Everybody, by `workspace.account`, in the order in which they came."""
        return {
            f"{workspace.id}.{user.id}": user
            for workspace in self.slack.workspaces.values()
            for user in workspace.users.values()
            if not user.is_bot
        }

    def posts(self, user: User) -> list[Post]:
        """What this person sees in the bot's direct messages, in order of arrival."""
        conversation = self.slack.direct(self.slack.workspaces[user.team_id], [user.id])
        return [post for post in conversation.posts.values() if post.only_for in (None, user.id)]

    def mark_read(self, key: str, user: User) -> None:
        """They have seen everything that is there."""
        posts = self.posts(user)
        self.read[key] = _serial(posts[-1].ts) if posts else ""

    def unread(self, key: str, user: User) -> int:
        """How many messages of the bot came since they last looked."""
        last = self.read.get(key, "")
        return sum(1 for post in self.posts(user) if post.user != user.id and _serial(post.ts) > last)

    # What people do

    async def type(self, key: str, text: str) -> None:
        """Type a line: a command, or words to the bot."""
        user, text = self.people[key], text.strip()
        if not text:
            return
        first, _, rest = text.partition(" ")
        if first.lower() == COMMAND:
            await self._do(key, text, lambda: self.slack.slash(user, rest.strip()))
        elif text.startswith("/"):
            self.news = News(
                f"{first} is no command here. The bot's begin with {COMMAND}; {COMMAND} help shows them all."
            )
        else:
            await self._do(key, "", lambda: self.slack.say(user, text))

    async def press(self, key: str, on: str, press: str, *, sure: bool = False) -> Seen | None:
        """Press a button of a message, a modal or the Home tab. One that asks first is remembered in `asking`."""
        user = self.people[key]
        target = self._target(user, on)
        offered = list(pressable(target.blocks))
        at = next((i for i, (block, element) in enumerate(offered) if press_value(block, element) == press), None)
        if at is None:
            raise Gone
        element = offered[at][1]
        if element.get("confirm") and not sure:
            self.asking[key] = Asking(on, press, element["confirm"], label(element))
            return None
        name = element["action_id"]
        before = [one for _, one in offered[:at] if name in (label(one), one["action_id"])]
        said = f"pressed “{label(element)}”"
        return await self._do(key, said, lambda: self.slack.press(user, target, name, nth=len(before)), on=on)

    async def answer(self, key: str, sure: bool) -> Seen | None:
        """Say whether they are sure."""
        asked = self.asking.pop(key, None)
        return await self.press(key, asked.on, asked.press, sure=True) if asked and sure else None

    async def submit(self, key: str, on: str, fields: Callable[[View], Mapping[str, Typed]]) -> None:
        """Send the form in front of them; `fields` reads what is filled in."""
        user, view = self.people[key], self._modal(key, on)
        await self._do(key, f"sent “{view.title}”", lambda: self.slack.submit(user, view, fields(view)), on=on)

    async def close(self, key: str, on: str) -> None:
        """Close the window in front of them."""
        user, view = self.people[key], self._modal(key, on)
        await self._do(key, f"closed “{view.title}”", lambda: self.slack.close(user, view), on=on)

    async def shortcut(self, key: str, callback_id: str, name: str) -> None:
        """Choose one of the bot's shortcuts."""
        user = self.people[key]
        await self._do(key, f"chose the shortcut “{name}”", lambda: self.slack.shortcut(user, callback_id))

    async def home(self, key: str) -> None:
        """Open the Home tab."""
        user = self.people[key]
        await self._do(key, "opened the Home tab", lambda: self.slack.open_home(user), on="home")

    # Time

    async def let_go_by(self, step: timedelta | None) -> None:
        """Let time go by; None is until something goes out."""
        async with self.lock:
            before = self._all_posts()
            world, start = self.world, self.world.clock.now()
            if step is None:
                await page_clock.to_the_next(world)
            else:
                await page_clock.go_to(world, start + step)
            await self._settle()
            reached = tuple(
                (user, words(post.text).split("\n")[0])
                for post, user in self._all_posts().values()
                if post.ts not in before
            )
            self.news = News(_went_out(len(reached), waited=step is not None), reached)
            self.slack.changed()

    def _all_posts(self) -> dict[str, tuple[Post, User]]:
        """Every message of the bot to one person, by its ts."""
        return {
            post.ts: (post, user) for user in self.people.values() for post in self.posts(user) if post.user != user.id
        }

    # The rest

    async def _do(self, key: str, said: str, act: Callable[[], Awaitable[Seen]], *, on: str = "") -> Seen | None:
        async with self.lock:
            self.news = None
            self.asking.pop(key, None)
            self.world.clock.forward(BETWEEN)
            doing = Doing(self.slack.next_ts(), said, on)
            self._sent.clear()
            try:
                seen = await act()
            except LookupError as lost:
                raise Gone from lost
            for kind, payload in self._sent[:1]:
                doing.kind, doing.sent = kind, payload
            doing.trouble = seen.error
            self.doings.setdefault(key, []).append(doing)
            await self._settle()
            # What it has set going goes out as it would within a second.
            await self.world.tick()
            await self._settle()
            self.slack.changed()
            return seen

    async def _settle(self) -> None:
        """Wait until the bot has finished what goes on after its acknowledgements."""
        side = self.world.house.slack
        while side is not None and side.adapter.replies.tasks:
            await asyncio.wait(set(side.adapter.replies.tasks))
        await self.slack.wait_idle()

    def _modal(self, key: str, on: str) -> View:
        view = self.slack.modal(self.people[key])
        if view is None or view.id != on:
            raise Gone
        return view

    def _target(self, user: User, on: str) -> SeenMessage | View:
        for view in (self.slack.modal(user), self.slack.home(user)):
            if view is not None and view.id == on:
                return view
        found = next((post for post in self.posts(user) if post.ts == on), None)
        if found is None:
            raise Gone
        return self.slack.as_seen(found)


def _serial(ts: str) -> str:
    """The part of a ts that only ever rises, whatever the clock does."""
    return ts.partition(".")[2]


def _went_out(count: int, *, waited: bool) -> str:
    if count:
        return f"{count} message{'s' if count > 1 else ''} went out:"
    return "Nothing was due." if waited else "Nothing goes out within the next months: nobody is waiting for anything."


def sent_json(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """What travelled, without the secrets of the stand-in, which would only distract."""
    return {name: value for name, value in sent.items() if name != "token"}
