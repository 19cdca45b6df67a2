"""What somebody does and sees, in the same words on either platform: for scripts that tell one story across both."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from qibot.demo import slack_text
from qibot.demo.slack_server import Seen as SlackSeen
from qibot.demo.slack_server import SeenMessage, View
from qibot.demo.teams_cards import questions
from qibot.demo.teams_things import Dialog
from qibot.demo.teams_things import Seen as TeamsSeen
from qibot.demo.teams_things import SeenMessage as TeamsMessage
from qibot.demo.world import Account, World

Values = Mapping[str, str | list[str] | None]


@dataclass(frozen=True, slots=True)
class Card:
    """A message as somebody sees it. `of` is the stand-in's own."""

    id: str
    shown: str
    labels: tuple[str, ...]
    of: Any


@dataclass(frozen=True, slots=True)
class Paper:
    """A form in front of somebody."""

    title: str
    fields: tuple[str, ...]
    of: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of something somebody did."""

    cards: tuple[Card, ...] = field(default=())
    form: Paper | None = None

    @property
    def card(self) -> Card:
        """The last message. Raises `LookupError` when there is none."""
        if not self.cards:
            raise LookupError("nothing was answered")
        return self.cards[-1]


class Side(Protocol):
    """One platform's window, keyboard and mouse. `prefix` stands before a command here: "/qi ", or nothing."""

    prefix: str

    async def types(self, who: Account, words: str) -> Answer:
        """Type a command."""
        ...

    async def presses(self, who: Account, on: Card, label: str, nth: int = 0) -> Answer:
        """Press a button."""
        ...

    async def fills(self, who: Account, form: Paper, values: Values) -> Answer:
        """Fill in a form and send it. Choices are named by value or by label."""
        ...

    def inbox(self, who: Account, known: Container[str] = ()) -> list[Card]:
        """What the bot wrote to them, oldest first, without what is `known` by its id."""
        ...


class OnSlack:
    """A person of a Slack workspace."""

    prefix = "/qi "

    def __init__(self, world: World) -> None:
        self._world, self._slack = world, world.slack

    async def types(self, who: Account, words: str) -> Answer:
        """Type a slash command."""
        return await self._answer(await self._slack.slash(self._world.user(who), words))

    async def presses(self, who: Account, on: Card, label: str, nth: int = 0) -> Answer:
        """Press a button."""
        return await self._answer(await self._slack.press(self._world.user(who), on.of, label, nth=nth))

    async def fills(self, who: Account, form: Paper, values: Values) -> Answer:
        """Fill in a modal and send it."""
        view: View = form.of
        blocks = {str(b.get("block_id")): b for b in view.blocks}
        picked = {name: _picked(value, _options(blocks[name])) for name, value in values.items() if name in blocks}
        seen = await self._slack.submit(self._world.user(who), view, picked)
        if seen.errors:
            raise RuntimeError(f"{who.name} could not send {form.title}: {seen.errors}")
        return await self._answer(seen)

    def inbox(self, who: Account, known: Container[str] = ()) -> list[Card]:
        """What the bot wrote in the direct conversation, and where others are in it too."""
        user = self._world.user(who)
        with_others = [m for group in self._slack.groups(user) for m in self._slack.messages(user, group.id, known)]
        found = [m for m in (*self._slack.inbox(user, known), *with_others) if m.user != who.id]
        return [self._card(m) for m in sorted(found, key=lambda m: m.ts.partition(".")[2])]

    async def _answer(self, seen: SlackSeen) -> Answer:
        await self._slack.wait_idle(until=lambda: seen.messages or seen.opened or seen.updated or seen.error)
        await self._world.settle()
        if seen.error:
            raise RuntimeError(seen.error)
        form = Paper(seen.opened.title, tuple(seen.opened.fields), seen.opened) if seen.opened else None
        return Answer(tuple(self._card(m) for m in seen.messages), form)

    def _card(self, message: SeenMessage) -> Card:
        files = [f"[file: {self._slack.files[one].name}]" for one in message.files]
        shown = "\n".join(part for part in (message.shown, *files) if part)
        return Card(message.ts, shown, tuple(message.labels), message)


class OnTeams:
    """A person of a Teams tenant, in their personal chat with the bot."""

    prefix = ""

    def __init__(self, world: World) -> None:
        if world.teams is None:
            raise LookupError("this world has no Teams")
        self._world, self._teams = world, world.teams

    async def types(self, who: Account, words: str) -> Answer:
        """Write plain words; the first time, get the app before."""
        user = self._world.colleague(who)
        if not self._teams.has_app(user):
            await self._teams.install(user)
        return await self._answer(await self._teams.say(user, words))

    async def presses(self, who: Account, on: Card, label: str, nth: int = 0) -> Answer:
        """Press a button of a card."""
        return await self._answer(await self._teams.press(self._world.colleague(who), on.of, label, nth=nth))

    async def fills(self, who: Account, form: Paper, values: Values) -> Answer:
        """Fill in a card, in the chat or in a window, and send it by its last button."""
        message: TeamsMessage | Dialog = form.of
        picked: dict[str, Any] = {}
        for element in _inputs(message):
            name = str(element["id"]).partition("-")[2]
            if name in values:
                choices = {str(c["value"]): str(c["title"]) for c in element.get("choices", [])}
                picked[str(element["id"])] = _picked(values[name], choices)
        seen = await self._teams.fill(self._world.colleague(who), message, picked, message.labels[-1])
        if seen.errors:
            raise RuntimeError(f"{who.name} could not send {form.title}: {seen.errors}")
        return await self._answer(seen)

    def inbox(self, who: Account, known: Container[str] = ()) -> list[Card]:
        """What the bot wrote in the personal chat."""
        return [_teams_card(m) for m in self._teams.inbox(self._world.colleague(who), known) if m.by_bot]

    async def _answer(self, seen: TeamsSeen) -> Answer:
        await self._teams.wait_idle(until=lambda: seen.messages or seen.updated or seen.error or seen.dialog)
        await self._world.settle()
        if seen.error:
            raise RuntimeError(seen.error)
        if seen.dialog is not None:
            return Answer(form=Paper(seen.dialog.title, tuple(seen.dialog.fields), seen.dialog))
        # What takes a card's place is said twice, and seen once.
        shown = list({m.id: m for m in (*seen.messages, *([seen.updated] if seen.updated else []))}.values())
        forms = [m for m in shown if m.fields]
        if forms:
            title = forms[-1].shown.splitlines()[0]
            return Answer(form=Paper(title, tuple(forms[-1].fields), forms[-1]))
        return Answer(tuple(_teams_card(m) for m in shown))


def _teams_card(message: TeamsMessage) -> Card:
    return Card(message.id, message.shown, tuple(message.labels), message)


def _options(block: Mapping[str, Any]) -> dict[str, str]:
    element = block["element"]
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return {str(o["value"]): slack_text.unescape(o["text"]["text"]) for g in groups for o in g["options"]}


def _inputs(message: TeamsMessage | Dialog) -> Iterable[Mapping[str, Any]]:
    return [q.element for q in questions(message.card or {})]


def _picked(wanted: str | list[str] | None, choices: Mapping[str, str]) -> Any:
    if isinstance(wanted, list):
        # Without choices it is one box, ticked or not.
        return [_one(w, choices) for w in wanted] if choices else bool(wanted)
    return _one(wanted, choices) if wanted and choices else wanted


def _one(wanted: str, choices: Mapping[str, str]) -> str:
    """The value of the choice that is meant; a label may have been shortened, or stand behind its group."""
    for means in _MEANINGS:
        for value, label in choices.items():
            if means(wanted, value, label):
                return value
    raise LookupError(f"“{wanted}” is not offered; there is {list(choices.values())[:9]}")


_MEANINGS: tuple[Callable[[str, str, str], bool], ...] = (
    lambda wanted, value, label: wanted in (value, label),
    lambda wanted, value, label: label.endswith("…") and wanted.startswith(label[:-1]),
    lambda wanted, value, label: label.endswith(f": {wanted}"),
)
