"""What the templates show: panes, conversations, windows, the clock. Reads only."""

import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from qibot import features
from qibot.chat.help import may
from qibot.chat.router import CommandRow
from qibot.clock import LONDON
from qibot.demo.blocks_html import Setting, render, words
from qibot.demo.cards_html import CardSetting
from qibot.demo.page import Page, sent_json
from qibot.demo.page_entries import LATEST, Entry, Payload, in_order, local, payload, say_day, title
from qibot.demo.page_look import HOME, MESSAGES, Look
from qibot.demo.page_teams import drawn, short, teams_entries
from qibot.demo.page_things import Asking, Doing, Left, moment, serial
from qibot.demo.slack_server import User, View
from qibot.demo.slack_things import Post
from qibot.demo.teams_server import TeamsUser
from qibot.people import service as people
from qibot.people.turn import Turn, anybody

FIRST_WORDS = ("find sepsis", "champion join", "project register", "help")
NEWCOMERS_WORDS = ("join", "find sepsis", "who discharge", "help")
_ENTITY = re.compile(r"<(?:@([UW]\w+)(?:\|[^>]*)?|((?:https?://|mailto:)[^|>]*)(?:\|[^>]*)?)>")


@dataclass(frozen=True, slots=True)
class Window:
    """A modal, or the Home tab."""

    id: str
    title: str
    html: Markup
    payloads: tuple[Payload, ...]
    submit: str = ""
    close: str = "Close"
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A command this person may use. `send` when it needs no more words."""

    text: str
    help: str
    send: bool


@dataclass(frozen=True, slots=True)
class Pane:
    """One side. `example` is something to type."""

    side: str
    key: str
    user: User | TeamsUser
    platform: str
    workspace: str
    example: str
    tab: str
    begin: str
    entries: tuple[Entry, ...]
    home: Window | None
    modal: Window | None
    dialog: Window | None
    asking: Asking | None
    commands: tuple[tuple[str, tuple[Offered, ...]], ...]
    first: tuple[Offered, ...]
    shortcuts: tuple[tuple[str, str], ...]
    unread: int


class Shown:
    """Makes panes of a `Page`."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def pane(self, look: Look, side: str) -> Pane:
        """One side as it is now. Looking at a conversation marks it as read."""
        page, wanted = self._page, look.sides[side]
        user = page.people[wanted.who]
        if isinstance(user, TeamsUser):
            return await self._teams_pane(look, side, user)
        if wanted.tab != HOME:
            page.mark_read(wanted.who)
        modal, home = page.slack.modal(user), page.slack.home(user)
        rows = await self._allowed("slack", user.team_id, user.id)
        return Pane(
            side,
            wanted.who,
            user,
            "Slack",
            page.workspace(wanted.who),
            "/qi find sepsis",
            wanted.tab,
            wanted.begin,
            self._entries(look, side, user),
            self._window(look, side, home, user) if home and wanted.tab == HOME else None,
            self._window(look, side, modal, user) if modal else None,
            None,
            page.asking.get(wanted.who),
            _by_table(rows, "/qi "),
            tuple(Offered(f"/qi {one}", "", True) for one in _first_words(rows)),
            tuple((f"qibot:{row.name}", row.shortcut) for row in rows if row.shortcut),
            page.unread(wanted.who),
        )

    async def _teams_pane(self, look: Look, side: str, user: TeamsUser) -> Pane:
        """Teams has one conversation, a window when a button opens one, and no Home tab or shortcuts."""
        key, page = look.sides[side].who, self._page
        page.mark_read(key)
        rows = await self._allowed("teams", user.tenant_id, user.aad_object_id)
        return Pane(
            side,
            key,
            user,
            "Teams",
            page.workspace(key),
            "find sepsis",
            MESSAGES,
            look.sides[side].begin,
            in_order(teams_entries(page, key, user, f"{side}-{short(key)}", lambda on: self.hidden(look, side, on))),
            None,
            None,
            self._dialog(look, side, user),
            None,
            _by_table(rows, ""),
            tuple(Offered(one, "", True) for one in _first_words(rows)),
            (),
            page.unread(key),
        )

    # Conversations

    def _entries(self, look: Look, side: str, user: User) -> tuple[Entry, ...]:
        doings = self._page.doings.get(look.sides[side].who, [])
        shown: list[tuple[str, Entry]] = []
        for post in self._page.posts(user)[-LATEST:]:
            on_it = [one for one in doings if one.on == post.ts or _said_by(one) == post.ts]
            shown.append((post.ts, self._message(look, side, user, post, on_it)))
        posts = {post.ts for post in self._page.posts(user)}
        for number, one in enumerate(doings):
            if one.words and one.on not in posts and one.on != "home":
                shown.append((one.ts, _done(f"{side}-{user.id}-did-{number}", user, one)))
        return in_order([(serial(ts), entry) for ts, entry in shown])

    def _message(self, look: Look, side: str, user: User, post: Post, doings: list[Doing]) -> Entry:
        mine, slack = post.user == user.id, self._page.slack
        names = self._names(user)
        id = f"{side}-{user.id}-{post.ts.replace('.', '-')}"
        if post.blocks:
            form = self.hidden(look, side, post.ts)
            html = render(post.blocks, Setting(id, names, form, level=3))
        else:
            html = Markup('<p class="said">{}</p>').format(_plain(post.text, names)) if post.text else Markup("")
        payloads = [payload(f"payload: what the bot sent ({post.sent_by})", post.sent)] if post.sent is not None else []
        payloads += [payload(title(one), sent_json(one.sent)) for one in doings if one.sent is not None]
        files = tuple((one, slack.files[one].name) for one in post.files if one in slack.files)
        name = user.name if mine else "qibot"
        only_you = post.only_for is not None
        channel = slack.workspaces[user.team_id].channels[post.channel]
        company = self._company(user, channel.members) if channel.kind == "mpim" else ""
        return Entry(
            id,
            name,
            local(moment(post.ts)),
            html,
            tuple(payloads),
            mine,
            only_you=only_you,
            edited=post.edited,
            files=files,
            company=company,
        )

    def _company(self, user: User, members: set[str]) -> str:
        users = self._page.slack.workspaces[user.team_id].users
        return " and ".join(sorted(users[one].name for one in members if one != user.id and not users[one].is_bot))

    def _window(self, look: Look, side: str, view: View, user: User) -> Window:
        id, key = f"{side}-{view.id}", look.sides[side].who
        modal = view.type == "modal"
        html = render(
            view.blocks,
            Setting(
                id,
                self._names(user),
                None if modal else self.hidden(look, side, view.id),
                "/press" if modal else "",
                3,
                state=view.state,
                errors=view.errors,
            ),
        )
        doings = [
            one for one in self._page.doings.get(key, []) if one.on == view.id or (one.on == "home" and not modal)
        ]
        payloads = [payload("payload: the view that the bot sent", view.sent or view.data)]
        payloads += [payload(title(one), sent_json(one.sent)) for one in doings[-3:] if one.sent is not None]
        submit, close = words(view.data.get("submit")), words(view.data.get("close")) or "Close"
        return Window(view.id, view.title or "Home", html, tuple(payloads), submit, close, bool(view.errors))

    def _dialog(self, look: Look, side: str, user: TeamsUser) -> Window | None:
        """The window in front of somebody in Teams, which holds a card."""
        key, dialog = look.sides[side].who, self._page.teams.dialog(user)
        if dialog is None or dialog.card is None:
            return None
        left = self._page.left.get((key, dialog.id), Left({}, {}))
        id, form = f"{side}-{dialog.id}", self.hidden(look, side, dialog.id)
        html = drawn(dialog.card, CardSetting(id, form, held=left.typed, errors=left.errors))
        payloads = [payload("payload: the window that the bot answered with", dialog.sent or {})]
        wrong = bool(left.errors or dialog.errors)
        return Window(dialog.id, dialog.title, html, tuple(payloads), wrong=wrong)

    def hidden(self, look: Look, side: str, on: str = "") -> Markup:
        """The fields that every form of a pane carries."""
        fields = (("token", self._page.token), ("side", side), ("back", look.query), ("on", on))
        return Markup("").join(Markup('<input type="hidden" name="{}" value="{}">').format(*one) for one in fields)

    def _names(self, user: User) -> Any:
        users = self._page.slack.workspaces[user.team_id].users
        return lambda account: users[account].name if account in users else account

    # Commands

    async def _allowed(self, platform: str, workspace: str, account: str) -> list[CommandRow[Turn]]:
        """The commands they may use now."""
        house, now = self._page.world.house, self._page.world.clock.now()
        async with house.database.transaction(reading=True) as db:
            known = await people.recognise(db, platform, workspace, account)
            if known is None:
                return [row for row in features.router.commands.values() if row.needs is anybody]
            turn = Turn(db, now, known.identity, known.workspace, known.person)
            return [row for row in features.router.commands.values() if may(row, turn)]


def initials(name: str) -> str:
    """For an avatar: first and last letter of the name's words."""
    parts = [part for part in name.split() if part[:1].isalnum()]
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper() if parts else "?"


def hue(name: str) -> int:
    """One of ten colours, always the same for a name."""
    return zlib.crc32(name.encode()) % 10


def say_moment(at: datetime) -> str:
    """Wed 27 Nov 2019, 10:00, in London."""
    local = at.astimezone(LONDON)
    return f"{say_day(local.date())}, {local:%H:%M}"


def _said_by(doing: Doing) -> str:
    event = (doing.sent or {}).get("event") or {}
    return str(event.get("ts", "")) if not doing.words else ""


def _done(id: str, user: User, doing: Doing) -> Entry:
    html = Markup("{}").format(doing.words)
    payloads = (payload("payload: what that sent", sent_json(doing.sent)),) if doing.sent is not None else ()
    trouble = f"Slack would say here: {doing.trouble}" if doing.trouble else ""
    return Entry(id, user.name, local(moment(doing.ts)), html, payloads, True, True, trouble=trouble)


def _plain(text: str, names: Any) -> str:
    """A typed message as its reader sees it: people by name, addresses as typed, the three escapes undone."""
    return words(_ENTITY.sub(lambda found: f"@{names(found[1])}" if found[1] else found[2], text))


def _first_words(rows: list[CommandRow[Turn]]) -> tuple[str, ...]:
    joined = any(row.needs is not anybody for row in rows)
    wanted = FIRST_WORDS if joined else NEWCOMERS_WORDS
    return tuple(one for one in wanted if (found := features.router.find(one)) and found.row in rows)


def _by_table(rows: list[CommandRow[Turn]], prefix: str) -> tuple[tuple[str, tuple[Offered, ...]], ...]:
    tables = []
    for table in features.router.tables:
        mine = tuple(
            Offered(f"{prefix}{row.usage}", row.help, not any(not p.option for p in row.parameters))
            for row in table.commands
            if row in rows
        )
        if mine:
            tables.append((table.title, mine))
    return tuple(tables)
