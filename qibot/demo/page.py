"""The demo's page behind its addresses: what a visitor lets invented people do, and what came of it.

Everything goes the long way round: through a stand-in of Slack or Teams, signed, to the bot's own door, and back.
"""

import asyncio
import functools
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from qibot.demo import page_clock
from qibot.demo.blocks_html import press_value, words
from qibot.demo.cards_html import meant
from qibot.demo.page_things import Asking, Doing, Gone, Got, Left, News, moment, serial
from qibot.demo.slack_forms import Typed
from qibot.demo.slack_server import Seen, SeenMessage, User, View
from qibot.demo.slack_things import Json, Post, label, pressable
from qibot.demo.teams_cards import Typed as CardTyped
from qibot.demo.teams_people import UNREACHABLE, WENT_WRONG
from qibot.demo.teams_server import Seen as SeenInTeams
from qibot.demo.teams_server import TeamsServer, TeamsUser
from qibot.demo.teams_things import TeamsPost
from qibot.demo.world import World

COMMAND = "/qi"
BETWEEN = timedelta(seconds=20)
"""Time that goes by with everything somebody does: a conversation in which all happens at once looks odd."""


@dataclass
class Page:
    """One run's page. `token` is the word that only the page itself knows."""

    world: World
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    news: News | None = None
    doings: dict[str, list[Doing]] = field(default_factory=dict)
    asking: dict[str, Asking] = field(default_factory=dict)
    left: dict[tuple[str, str], Left] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: list[tuple[str, Json]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen, and count what is there already as read."""
        self.slack = self.world.slack
        self.slack.on_deliver.append(lambda kind, payload: self._sent.append((kind, payload)))
        if self.world.teams is not None:
            self.world.teams.on_deliver.append(lambda activity: self._sent.append((_kind(activity), activity)))
        for key in self.people:
            self.mark_read(key)

    @property
    def teams(self) -> TeamsServer:
        """The stand-in Teams, in which some of the people are."""
        return self.world.teams_server

    @property
    def people(self) -> dict[str, User | TeamsUser]:
        """Everybody, by `workspace.account`, in the order in which they came."""
        found: dict[str, User | TeamsUser] = {
            f"{workspace.id}.{user.id}": user
            for workspace in self.slack.workspaces.values()
            for user in workspace.users.values()
            if not user.is_bot
        }
        for tenant in self.world.teams.tenants.values() if self.world.teams else ():
            found |= {f"{tenant.id}.{one.aad_object_id}": one for one in tenant.users.values()}
        return found

    def problems(self) -> list[str]:
        """What the stand-ins found wrong with what the bot sent."""
        return self.slack.problems + (self.world.teams.problems if self.world.teams else [])

    def workspace(self, key: str) -> str:
        """The name of the workspace, or of the tenant, that somebody is in."""
        user = self.people[key]
        if isinstance(user, TeamsUser):
            return self.teams.tenants[user.tenant_id].name
        return self.slack.workspaces[user.team_id].name

    def posts(self, user: User) -> list[Post]:
        """What this person sees in the bot's messages in Slack, to them alone or to several, in order of arrival."""
        own = self.slack.direct(self.slack.workspaces[user.team_id], [user.id])
        posts = [post for one in (own, *self.slack.groups(user)) for post in one.posts.values()]
        return sorted((post for post in posts if post.only_for in (None, user.id)), key=lambda post: serial(post.ts))

    def teams_posts(self, user: TeamsUser) -> list[TeamsPost]:
        """What this person sees in their chat with the bot in Teams, in order of arrival."""
        return [post for post in self.teams.personal(user).posts.values() if post.only_for in (None, user.id)]

    def got(self, key: str) -> list[Got]:
        """Everything in somebody's conversation with the bot, on either platform."""
        user = self.people[key]
        if isinstance(user, TeamsUser):
            return [
                Got(post.id, post.id, post.at, _begins(post), post.user != user.id) for post in self.teams_posts(user)
            ]
        return [
            Got(post.ts, serial(post.ts), moment(post.ts), words(post.text).split("\n")[0], post.user != user.id)
            for post in self.posts(user)
        ]

    def mark_read(self, key: str) -> None:
        """They have seen everything that is there."""
        got = self.got(key)
        self.read[key] = got[-1].place if got else ""

    def unread(self, key: str) -> int:
        """How many messages of the bot came since they last looked."""
        last = self.read.get(key, "")
        return sum(1 for one in self.got(key) if one.by_bot and one.place > last)

    # What people do

    async def type(self, key: str, text: str) -> None:
        """Type a line: a command, or words to the bot."""
        user, text = self.people[key], text.strip()
        if not text:
            return
        if isinstance(user, TeamsUser):
            await self._do_in_teams(key, "", lambda: self.teams.say(user, text))
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
        user = self._in_slack(key)
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
        user, view = self._in_slack(key), self._modal(key, on)
        await self._do(key, f"sent “{view.title}”", lambda: self.slack.submit(user, view, fields(view)), on=on)

    async def close(self, key: str, on: str) -> None:
        """Close the window in front of them."""
        user = self.people[key]
        if isinstance(user, TeamsUser):
            await self._close_in_teams(key, user, on)
            return
        view = self._modal(key, on)
        await self._do(key, f"closed “{view.title}”", lambda: self.slack.close(user, view), on=on)

    async def shortcut(self, key: str, callback_id: str, name: str) -> None:
        """Choose one of the bot's shortcuts."""
        user = self._in_slack(key)
        await self._do(key, f"chose the shortcut “{name}”", lambda: self.slack.shortcut(user, callback_id))

    async def home(self, key: str) -> None:
        """Open the Home tab."""
        user = self._in_slack(key)
        await self._do(key, "opened the Home tab", lambda: self.slack.open_home(user), on="home")

    async def press_card(
        self, key: str, on: str, press: str, fields: Callable[[Json], Mapping[str, CardTyped]]
    ) -> None:
        """Press a button of a card in Teams, in the chat or in a window; `fields` reads what is filled in on it."""
        user = self.people[key]
        if not isinstance(user, TeamsUser):
            raise Gone
        dialog = self.teams.dialog(user)
        seen = dialog if dialog and dialog.id == on else next((m for m in self.teams.inbox(user) if m.id == on), None)
        card = seen.card if seen is not None else None
        found = meant(card or {}, press)
        if seen is None or card is None or found is None:
            raise Gone
        (name, nth), typed = found, fields(card)
        press_it = functools.partial(self.teams.press, user, seen, name, nth=nth, values=typed)
        await self._do_in_teams(key, f"pressed “{name}”", press_it, on=on, typed=typed)

    async def _close_in_teams(self, key: str, user: TeamsUser, on: str) -> None:
        dialog = self.teams.dialog(user)
        if dialog is None or dialog.id != on:
            raise Gone
        # Teams tells nobody.
        async with self.lock:
            doing = self._begin(key, f"closed “{dialog.title}”", on)
            doing.ts = self.teams.next_message_id()
            self.left.pop((key, on), None)
            self.teams.close(user)
            self.doings.setdefault(key, []).append(doing)

    # Time

    async def let_go_by(self, step: timedelta | None) -> None:
        """Let time go by; None is until something goes out."""
        async with self.lock:
            before = {(key, one.id) for key, one in self._all_posts()}
            world, start = self.world, self.world.clock.now()
            if step is None:
                await page_clock.to_the_next(world)
            else:
                await page_clock.go_to(world, start + step)
            await self.world.settle()
            reached = tuple((key, one.begins) for key, one in self._all_posts() if (key, one.id) not in before)
            self.news = News(_went_out(len(reached), waited=step is not None), reached)
            self.slack.changed()

    def _all_posts(self) -> list[tuple[str, Got]]:
        """Every message of the bot to one person, with whose it is."""
        return [(key, one) for key in self.people for one in self.got(key) if one.by_bot]

    # The rest

    async def _do(self, key: str, said: str, act: Callable[[], Awaitable[Seen]], *, on: str = "") -> Seen | None:
        async with self.lock:
            doing = self._begin(key, said, on)
            doing.ts = self.slack.next_ts()
            try:
                seen = await act()
            except LookupError as lost:
                raise Gone from lost
            doing.trouble = seen.error
            await self._finish(key, doing)
            return seen

    async def _do_in_teams(
        self,
        key: str,
        said: str,
        act: Callable[[], Awaitable[SeenInTeams]],
        *,
        on: str = "",
        typed: Mapping[str, CardTyped] | None = None,
    ) -> None:
        async with self.lock:
            doing = self._begin(key, said, on)
            doing.ts = self.teams.next_message_id()
            try:
                seen = await act()
            except LookupError as lost:
                raise Gone from lost
            self.left.pop((key, on), None)
            if seen.errors and seen.status is None:
                # The window stopped it: nothing was sent, and what was typed stays where it is.
                self.left[key, on] = Left({name: value or "" for name, value in (typed or {}).items()}, seen.errors)
                return
            doing.trouble = _TROUBLES.get(seen.error, seen.error)
            doing.notice = seen.notice
            doing.answer = seen.body if isinstance(seen.body, dict) else None
            await self._finish(key, doing)

    def _begin(self, key: str, said: str, on: str) -> Doing:
        self.news = None
        self.asking.pop(key, None)
        self.world.clock.forward(BETWEEN)
        self._sent.clear()
        return Doing("", said, self.world.clock.now(), on)

    async def _finish(self, key: str, doing: Doing) -> None:
        for kind, payload in self._sent[:1]:
            doing.kind, doing.sent = kind, payload
        self.doings.setdefault(key, []).append(doing)
        await self.world.settle()
        # What it has set going goes out as it would within a second.
        await self.world.tick()
        await self.world.settle()
        self.slack.changed()

    def _in_slack(self, key: str) -> User:
        user = self.people[key]
        if isinstance(user, TeamsUser):
            raise Gone
        return user

    def _modal(self, key: str, on: str) -> View:
        view = self.slack.modal(self._in_slack(key))
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


_TROUBLES = {
    UNREACHABLE: "Unable to reach app. Please try again.",
    WENT_WRONG: "Something went wrong. Please try again.",
}


def _begins(post: TeamsPost) -> str:
    """What a notification would show of it."""
    sent = post.sent or {}
    return str(sent.get("summary") or (post.card or {}).get("fallbackText") or post.text).split("\n")[0]


def _kind(activity: Json) -> str:
    return " ".join(str(activity[key]) for key in ("type", "name") if activity.get(key))


def _went_out(count: int, *, waited: bool) -> str:
    if count:
        return f"{count} message{'s' if count > 1 else ''} went out:"
    return "Nothing was due." if waited else "Nothing goes out within the next months: nobody is waiting for anything."


def sent_json(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """What travelled, without the secrets of the stand-in, which would only distract."""
    return {name: value for name, value in sent.items() if name != "token"}
