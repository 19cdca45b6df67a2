"""What a person does on either platform: type, press, fill in, look; and what they see, as `parity_seen` has it."""

import json
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any, Protocol

from qibot.demo.slack_server import Seen as SlackSeen
from qibot.demo.slack_server import SeenMessage as SlackMessage
from qibot.demo.slack_server import User, View
from qibot.demo.teams_server import Seen as TeamsSeen
from qibot.demo.teams_server import SeenMessage as TeamsMessage
from qibot.demo.teams_server import TeamsUser
from qibot.demo.teams_things import Dialog
from qibot.demo.world import Account, World
from qibot.platforms.slack.manifest import SHORTCUT
from qibot.platforms.teams.replies import ELSEWHERE
from tests.platforms.parity_seen import Asked, Shown, SlackEyes, TeamsEyes, Ways, file_on_card
from tests.platforms.parity_together import of_card, of_file, of_group, of_links, of_ways_in

Values = Mapping[str, str | list[str] | bool]


class Hands(Protocol):
    """One platform's keyboard, mouse and window."""

    name: str

    async def arrives(self, who: Account) -> list[Shown]:
        """Meet the bot for the first time."""
        ...

    async def looks(self, who: Account) -> list[Shown]:
        """Look at what the bot holds ready."""
        ...

    async def types(self, who: Account, words: str) -> list[Shown]:
        """Type a command, or anything."""
        ...

    async def writes(self, who: Account, words: str) -> list[Shown]:
        """Write to the bot as to anybody."""
        ...

    async def types_in_company(self, who: Account, words: str) -> list[Shown]:
        """Type a command where others are."""
        ...

    async def chooses(self, who: Account, command: str) -> list[Shown]:
        """Choose a command from a menu, where there is one."""
        ...

    async def presses(self, who: Account, on: Shown, label: str, nth: int) -> list[Shown]:
        """Press a button, and say yes if it asks."""
        ...

    async def fills(self, who: Account, form: Shown, values: Values) -> list[Shown]:
        """Fill in a form, by the names of its fields, and send it."""
        ...

    async def sends(self, who: Account, wire: str, fields: Mapping[str, object]) -> list[Shown]:
        """Press a button that was never offered."""
        ...

    async def submits(self, who: Account, wire: str) -> list[Shown]:
        """Send a form that was never offered, empty."""
        ...

    def inbox(self, who: Account, after: Container[str] = ()) -> list[tuple[str, Shown]]:
        """What the bot wrote in the conversation of the two, with ids, oldest first, without those in `after`."""
        ...


class OnSlack:
    """A person of a Slack workspace."""

    name = "slack"

    def __init__(self, world: World, names: Mapping[str, str], ways: Ways) -> None:
        self.world, self.slack, self.ways = world, world.slack, ways
        self.eyes = SlackEyes(names, ways)

    def _user(self, who: Account) -> User:
        return self.world.user(who)

    async def _closes(self, who: Account) -> User:
        """Nobody can go on behind a window that is open."""
        user = self._user(who)
        if (view := self.slack.modal(user)) is not None:
            await self.slack.close(user, view)
        return user

    async def arrives(self, who: Account) -> list[Shown]:
        self.ways.add(("the first word", "the Home tab, once it is opened"))
        return await self.looks(who)

    async def looks(self, who: Account) -> list[Shown]:
        self.ways.add(("what the bot holds ready", "the Home tab"))
        await self.slack.open_home(await self._closes(who))
        await self.world.settle()
        home = self.slack.home(self._user(who))
        assert home is not None
        return [self.eyes.message(home)]

    async def types(self, who: Account, words: str) -> list[Shown]:
        if not words:
            self.ways.add(("nothing but the bot’s name", "/qi alone"))
        seen = await self.slack.slash(await self._closes(who), words)
        shown = await self._seen(seen)
        if any(message.is_ephemeral for message in seen.messages):
            self.ways.add(("an answer to a command", "seen by them alone, gone later"))
        return shown

    async def writes(self, who: Account, words: str) -> list[Shown]:
        self.ways.add(("a command in the chat with the bot", "after /qi, or without"))
        shown = await self._seen(await self.slack.say(await self._closes(who), words))
        if "Open the form" not in [one.label for one in shown[0].buttons]:
            return shown
        self.ways.add(("a form asked for in the chat", "behind a button"))
        return await self.presses(who, shown[0], "Open the form", 0)

    async def types_in_company(self, who: Account, words: str) -> list[Shown]:
        user, channel = await self._closes(who), f"C0{who.workspace}"
        if channel not in self.slack.workspaces[who.workspace].channels:
            people = [u.id for u in self.slack.workspaces[who.workspace].users.values() if not u.is_bot]
            self.slack.add_channel(who.workspace, channel, "improvers", people, bot_in=False)
        seen = await self.slack.slash(user, words, channel=channel)
        shown = await self._seen(seen)
        assert all(message.is_ephemeral and message.channel == channel for message in seen.messages)
        self.ways.add(("a command among others", "after /qi"))
        return shown

    async def chooses(self, who: Account, command: str) -> list[Shown]:
        self.ways.add(("a form that has an entry in a menu", "the entry"))
        return await self._seen(await self.slack.shortcut(await self._closes(who), f"{SHORTCUT}{command}"))

    async def presses(self, who: Account, on: Shown, label: str, nth: int) -> list[Shown]:
        at = on.of.ts if isinstance(on.of, SlackMessage) else ""
        shown = await self._seen(await self.slack.press(await self._closes(who), on.of, label, nth=nth), pressed=at)
        if any(one.what == "message" and not one.buttons and not one.instead for one in shown):
            self.ways.add(("a short answer to a button", "a message below"))
        return shown

    async def fills(self, who: Account, form: Shown, values: Values) -> list[Shown]:
        view: View = form.of
        picked = {name: self._picked(form, name, value) for name, value in values.items()}
        seen = await self.slack.submit(self._user(who), view, picked)
        if seen.errors:
            await self.world.settle()
            shown = self.eyes.form(view, sent=seen.status is not None)
            if seen.status is not None:
                return [shown]
            return [replace(shown, fields=tuple(replace(f, value=()) for f in shown.fields))]
        self.ways.add(("an answer to a form that was asked for by typing", "in the conversation, its window closed"))
        return await self._seen(seen)

    def _picked(self, form: Shown, name: str, value: str | list[str] | bool) -> Any:
        if isinstance(value, bool):
            return ["yes"] if value else []
        (block,) = [b for b in form.of.blocks if b.get("block_id") == name]
        element = block["element"]
        if isinstance(value, list):
            return [self._choice(element, one) for one in value]
        return self._choice(element, value) if "select" in element["type"] or "radio" in element["type"] else value

    def _choice(self, element: Any, wanted: str) -> str:
        groups = element.get("option_groups") or [{"options": element.get("options", [])}]
        offered = {o["value"]: o["text"]["text"] for group in groups for o in group["options"]}
        return wanted if wanted in offered else next(v for v, label in offered.items() if _same(wanted, label))

    async def sends(self, who: Account, wire: str, fields: Mapping[str, object]) -> list[Shown]:
        user = await self._closes(who)
        button: dict[str, Any] = {"type": "button", "action_id": f"{wire}#1", "value": json.dumps(fields)}
        button |= {"text": {"type": "plain_text", "text": "Forged"}}
        channel = self.slack.direct(self.slack.workspaces[who.workspace], [user.id])
        block = {"type": "actions", "block_id": "forged", "elements": [button]}
        on = SlackMessage(who.workspace, channel.id, "1.000001", "", "", [block], None, is_ephemeral=True)
        return await self._seen(await self.slack.press(user, on, "Forged"))

    async def submits(self, who: Account, wire: str) -> list[Shown]:
        user, workspace = self._user(who), self.slack.workspaces[who.workspace]
        data = {"type": "modal", "callback_id": wire, "title": {"text": "Forged"}, "blocks": []}
        view = View(self.slack.next_id("V"), workspace.id, user.id, data, "1.0")
        workspace.modals.setdefault(user.id, []).append(view)
        return await self._seen(await self.slack.submit(user, view, {}))

    def inbox(self, who: Account, after: Container[str] = ()) -> list[tuple[str, Shown]]:
        user = self._user(who)
        theirs = [m for m in self.slack.inbox(user, after) if m.user != who.id and not m.is_ephemeral]
        found = [(m.ts, self._message(m)) for m in theirs]
        for m in (m for group in self.slack.groups(user) for m in self.slack.messages(user, group.id, after)):
            if one := of_group(self.eyes.message(m), who.name, self.ways):
                found.append((m.ts, one))
        return found

    async def _seen(self, seen: SlackSeen, *, pressed: str = "") -> list[Shown]:
        await self.world.settle()
        assert not seen.error, seen.error
        latest = {m.ts: m for m in seen.messages}
        shown = [self._message(m, instead=m.ts == pressed) for m in latest.values()]
        return [*shown, *([self.eyes.form(seen.opened)] if seen.opened else [])]

    def _message(self, seen: SlackMessage, *, instead: bool = False) -> Shown:
        if not seen.files:
            return of_ways_in(self.eyes.message(seen, instead=instead), self.ways)
        (file,) = [self.slack.files[one] for one in seen.files]
        if file.name.endswith(".png"):
            self.ways.add(("a picture", "a file"))
            return Shown("file", (file.name,))
        if file.name.endswith(NO_TEXT):
            self.ways.add(("a file that is no text", "a file"))
            return Shown("file", (file.name,))
        content = (file.content or b"").decode("utf-8-sig")
        if times := of_file(file.name, content, self.ways):
            return times
        self.ways.add(("a file", "a file"))
        return Shown("file", (file.name, *content.splitlines()))


NO_TEXT = (".docx", ".xlsx")
"""Endings of files whose content is no text; what is in them has tests of its own."""


class OnTeams:
    """A person of a Teams tenant, in their chat with the bot."""

    name = "teams"

    def __init__(self, world: World, names: Mapping[str, str], ways: Ways) -> None:
        self.world, self.teams, self.ways = world, world.teams_server, ways
        self.eyes = TeamsEyes(names, ways)

    def _user(self, who: Account) -> TeamsUser:
        return self.world.colleague(who)

    async def _closes(self, who: Account) -> TeamsUser:
        """Nobody can go on behind a window that is open."""
        user = self._user(who)
        if self.teams.dialog(user) is not None:
            self.teams.close(user)
        return user

    async def arrives(self, who: Account) -> list[Shown]:
        (first,) = await self._seen(await self.teams.install(self._user(who)))
        again = "~ Type home to see this again, or help for what I can do."
        assert first.lines[-1] == again
        self.ways.add(("the first word", "a message, as the app is installed, and how to see it again"))
        return [replace(first, lines=first.lines[:-1])]

    async def looks(self, who: Account) -> list[Shown]:
        self.ways.add(("what the bot holds ready", "the answer to the word home"))
        return await self._seen(await self.teams.say(self._user(who), "home"))

    async def types(self, who: Account, words: str) -> list[Shown]:
        if not words:
            self.ways.add(("nothing but the bot’s name", "the word help"))
        shown = await self._seen(await self.teams.say(self._user(who), words or "help"))
        if any(s.what == "message" for s in shown):
            self.ways.add(("an answer to a command", "in their own chat, where it stays"))
        return shown

    async def writes(self, who: Account, words: str) -> list[Shown]:
        self.ways.add(("a command in the chat with the bot", "as it is"))
        shown = await self._seen(await self.teams.say(self._user(who), words))
        if shown[0].what == "form":
            self.ways.add(("a form asked for in the chat", "at once"))
        return shown

    async def types_in_company(self, who: Account, words: str) -> list[Shown]:
        tenant = self.teams.tenants[who.workspace]
        team, channel = f"19:{tenant.name}@thread.tacv2", f"19:{tenant.name} improvers@thread.tacv2"
        if team not in tenant.teams:
            made = self.teams.add_team(who.workspace, team, tenant.name, tenant.users.values())
            self.teams.add_channel(made, channel, "improvers")
        seen = await self.teams.say(self._user(who), words, channel=channel, targeted=True)
        shown = await self._seen(seen)
        assert all(message.is_targeted and message.conversation.startswith(channel) for message in seen.messages)
        self.ways.add(("a command among others", "chosen from the / menu"))
        return shown

    async def chooses(self, who: Account, command: str) -> list[Shown]:
        self.ways.add(("a form that has an entry in a menu", "its command"))
        return await self._seen(await self.teams.say(self._user(who), command))

    async def presses(self, who: Account, on: Shown, label: str, nth: int) -> list[Shown]:
        message: TeamsMessage = on.of
        asking = [n for n, one in enumerate(on.buttons) if one.label == label][nth]
        if on.buttons[asking].confirm:
            nth = sum(bool(one.confirm) for one in on.buttons[:asking])
            label = "Yes"
        seen = await self.teams.press(await self._closes(who), message, label, nth=nth)
        shown = await self._seen(seen, pressed=message.id)
        # Whatever has a form for an answer has opened a window.
        assert all(one.what != "form" for one in shown) or seen.dialog is not None
        return shown

    async def fills(self, who: Account, form: Shown, values: Values) -> list[Shown]:
        message: TeamsMessage | Dialog = form.of
        kinds = {f.name: f for f in form.fields}
        picked = {f"{kinds[name].kind}-{name}": self._picked(form, kinds[name], v) for name, v in values.items()}
        seen = await self.teams.fill(self._user(who), message, picked, message.labels[-1])
        if seen.errors and seen.status is None:
            fields = tuple(replace(f, value=()) for f in self.eyes.stopped(form, seen.errors))
            return [replace(form, fields=fields)]
        if isinstance(message, TeamsMessage):
            self.ways.add(("an answer to a form that was asked for by typing", "in the place of the form"))
        return [replace(s, instead=False) for s in await self._seen(seen, pressed=message.id)]

    def _picked(self, form: Shown, asked: Asked, value: str | list[str] | bool) -> Any:
        if isinstance(value, list):
            return [self._choice(form, asked, one) for one in value]
        return self._choice(form, asked, value) if asked.kind == "choice" and isinstance(value, str) else value

    def _choice(self, form: Shown, asked: Asked, wanted: str) -> str:
        (element,) = [e for e in form.of.card["body"] if e.get("id") == f"{asked.kind}-{asked.name}"]
        offered = {str(c["value"]): str(c["title"]) for c in element["choices"]}
        return wanted if wanted in offered else next(v for v, label in offered.items() if _same(wanted, label))

    async def sends(self, who: Account, wire: str, fields: Mapping[str, object]) -> list[Shown]:
        return await self._forged(who, wire, {"qibot": json.dumps(fields)})

    async def submits(self, who: Account, wire: str) -> list[Shown]:
        return await self._forged(who, wire, {"form": "{}"})

    async def _forged(self, who: Account, wire: str, data: Mapping[str, object]) -> list[Shown]:
        user = self._user(who)
        action = {"type": "Action.Execute", "title": "Forged", "verb": wire, "data": {"action": wire, **data}}
        card = {"type": "AdaptiveCard", "version": "1.5", "body": [], "actions": [action]}
        on = TeamsMessage("", self.teams.personal(user).id, self.teams.bot_id, "", card)
        return await self._seen(await self.teams.press(user, on, "Forged"))

    def inbox(self, who: Account, after: Container[str] = ()) -> list[tuple[str, Shown]]:
        found = []
        for m in self.teams.inbox(self._user(who), after):
            if m.by_bot and not self._is_picture(m):
                shown = self._message(m)
                found.append((m.id, of_card(shown, self.ways) or shown))
                found += [(f"{m.id} times {n}", times) for n, times in enumerate(self._times(m))]
        return found

    async def _seen(self, seen: TeamsSeen, *, pressed: str = "") -> list[Shown]:
        await self.world.settle()
        assert not seen.error, seen.error
        if seen.dialog is not None:
            return [self.eyes.window(seen.dialog)]
        latest = {m.id: m for m in (*seen.messages, *([seen.updated] if seen.updated else []))}
        latest = {id: m for id, m in latest.items() if not self._is_picture(m)}
        shown = [self._message(m, instead=m.id == pressed) for m in latest.values()]
        shown += [times for m in latest.values() for times in self._times(m)]
        if seen.notice and seen.notice != ELSEWHERE:
            self.ways.add(("a short answer to a button", "words that pass by"))
            shown.append(self.eyes.passing(seen.notice))
        # What takes the place of another comes first, as it does where files follow it.
        return sorted(shown, key=lambda one: one.what == "file")

    def _is_picture(self, seen: TeamsMessage) -> bool:
        """Whether it is one: the words that follow it are what is compared."""
        if seen.picture is not None:
            self.ways.add(("a picture", "a message, and the same in words"))
        return seen.picture is not None

    def _times(self, seen: TeamsMessage) -> tuple[Shown, ...]:
        runs = [run for element in (seen.card or {}).get("body", []) for run in element.get("inlines", [])]
        return of_links([str((run.get("selectAction") or {}).get("url", "")) for run in runs], self.ways)

    def _message(self, seen: TeamsMessage, *, instead: bool = False) -> Shown:
        file = file_on_card(seen)
        if file is None:
            return of_ways_in(self.eyes.message(seen, instead=instead), self.ways)
        if file[0].endswith(".png"):
            return Shown("file", (file[0],))
        if file[0].endswith(NO_TEXT):
            self.ways.add(("a file that is no text", "the same in words, to copy"))
            return Shown("file", (file[0],))
        self.ways.add(("a file", "its lines, to copy"))
        return Shown("file", (file[0], *file[1].splitlines()))


def _same(wanted: str, label: str) -> bool:
    cut = label.removesuffix("…")
    return wanted == label or label.endswith(f": {wanted}") or (cut != label and wanted.startswith(cut))
