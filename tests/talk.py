"""Conversations with the whole bot and a real database, without HTTP and without mocks.

amina = talk(AMINA)
await amina.says("find sepsis")
await amina.presses("Ask for an introduction")
await amina.fills(reason="We start a trolley in March")
assert "Tomasz" in amina.sees
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qibot.bot import Bot
from qibot.chat import wire
from qibot.chat.forms import HIDDEN, Form
from qibot.chat.incoming import Command, HomeOpened, Incoming, Press, Profile, Sender, Shortcut, Submission
from qibot.chat.message import Button, Buttons, Message, plain_text
from qibot.chat.platform import Address, Doubt, NotSent, Sent, Unreachable
from qibot.chat.router import Reply
from tests.cast import ELSEWHERE, EVERYBODY, Character

PLATFORM, SECOND = "paper", "paper2"


class Paper:
    """A platform made of lists: everything unasked lands in an inbox. `refuse` makes sending to an account raise.

    `together` has the messages to several at once, with their accounts; `gathers` says whether it takes such.
    """

    def __init__(self, name: str = PLATFORM) -> None:
        self.name, self.gathers = name, True
        self.together: list[tuple[tuple[str, ...], Message]] = []
        self.inboxes: dict[tuple[str, str], list[Message]] = {}
        self.marks: dict[str, Sent] = {}
        self.refuse: dict[str, NotSent] = {}
        self.refuse_edit: dict[str, NotSent] = {}

    async def send(self, to: Address, message: Message, mark: str) -> Sent:
        if problem := self.refuse.get(to.account):
            raise problem
        if to.others:
            if not self.gathers:
                raise Unreachable("Nobody is brought together here.")
            assert not to.conversation
            self.together.append(((to.account, *to.others), message))
            self.marks[mark] = Sent(f"G{to.account}", str(len(self.together)))
            return self.marks[mark]
        inbox = self.inboxes.setdefault((to.workspace, to.account), [])
        inbox.append(message)
        self.marks[mark] = Sent(f"D{to.account}", str(len(inbox)))
        return self.marks[mark]

    async def find_sent(self, to: Address, mark: str, since: datetime) -> Sent | Doubt:
        return self.marks.get(mark, Doubt.NOT_SENT)

    async def edit(self, to: Address, sent: Sent, message: Message) -> None:
        if problem := self.refuse_edit.get(to.account):
            raise problem
        assert sent.conversation == f"D{to.account}"
        self.inboxes[to.workspace, to.account][int(sent.message) - 1] = message

    async def profile(self, sender: Sender) -> Profile | None:
        for c in (*EVERYBODY, *ELSEWHERE):
            if (c.workspace, c.account) == (sender.workspace, sender.account):
                return Profile(c.name, c.email, c.zone)
        return None


class Talk:
    """One person's side of the conversation. `last` is what they got last: a message, a form, or nothing."""

    def __init__(self, bot: Bot, paper: Paper, who: Character) -> None:
        self.bot, self.paper, self.who = bot, paper, who
        self.last: Reply = None
        self.said: list[Message] = []

    async def says(self, text: str, *, id: str = "") -> "Talk":
        """Types a command or free words."""
        return await self._do(Command(id or self._id(), self._sender, text, direct=True))

    async def presses(self, label: str, *, nth: int = 0, on: Message | None = None, id: str = "") -> "Talk":
        """Presses the `nth` button of that label on the last message (or on `on`)."""
        button = self.button(label, nth=nth, on=on)
        assert isinstance(button.does, wire.Action), f"[{label}] opens an address"
        # Through JSON and back, as on every platform.
        return await self.presses_raw(button.does.wire, json.loads(wire.encode(button.does)), id=id)

    async def presses_raw(self, name: str, data: Mapping[str, Any], *, id: str = "") -> "Talk":
        """Sends a button's payload that may never have been offered."""
        return await self._do(Press(id or self._id(), self._sender, name, data))

    async def fills(self, *, id: str = "", **answers: Any) -> "Talk":
        """Sends the form on the screen: what it was opened with, changed by `answers`."""
        form = self.form
        given = {f.name for f in form.kind.shape.fields}
        assert set(answers) <= given, f"{form.kind.__name__} has no {sorted(set(answers) - given)}"
        values = {**form.values, **answers}
        for f in form.kind.shape.fields:
            offered = {c.value for c in form.choices_of(f)}
            chosen = values.get(f.name)
            picked = {chosen} if isinstance(chosen, str) else set(chosen) if isinstance(chosen, tuple | list) else set()
            if offered and f.kind != HIDDEN:
                assert picked - {""} <= offered, f"{f.name} does not offer {picked - offered}"
        return await self.submits(form.kind.shape.wire, values, id=id)

    async def submits(self, name: str, values: Mapping[str, Any], *, id: str = "") -> "Talk":
        """Sends a form that may never have been opened."""
        return await self._do(Submission(id or self._id(), self._sender, name, dict(values)))

    async def opens_home(self) -> "Talk":
        """Looks at the Home tab."""
        return await self._do(HomeOpened(self._id(), self._sender))

    async def takes_shortcut(self, command: str, words: str = "") -> "Talk":
        """Chooses a shortcut from the menu, or from that of a message with these words."""
        return await self._do(Shortcut(self._id(), self._sender, command, words))

    @property
    def sees(self) -> str:
        """The last message in plain words; "" when there is none."""
        return plain_text(self.last) if isinstance(self.last, Message) else ""

    @property
    def message(self) -> Message:
        """The last message."""
        assert isinstance(self.last, Message), f"not a message: {self.last}"
        return self.last

    @property
    def form(self) -> Form:
        """The form on the screen."""
        assert isinstance(self.last, Form), f"not a form: {self.sees or self.last}"
        return self.last

    @property
    def errors(self) -> Mapping[str, str]:
        """What stands beside the fields of the form on the screen."""
        return self.form.errors

    @property
    def inbox(self) -> list[Message]:
        """What came unasked, oldest first."""
        return self.paper.inboxes.setdefault((self.who.workspace, self.who.account), [])

    def reads(self, nth: int = -1) -> "Talk":
        """Turns to a message of the inbox, the newest by default, so that its buttons can be pressed."""
        self.last = self.inbox[nth]
        return self

    def button(self, label: str, *, nth: int = 0, on: Message | None = None) -> Button:
        """The `nth` button of that label."""
        message = on or self.message
        found = [b for part in message.parts if isinstance(part, Buttons) for b in part.buttons if b.label == label]
        assert len(found) > nth, f"no button [{label}] on: {plain_text(message)}"
        return found[nth]

    @property
    def _sender(self) -> Sender:
        return Sender(self.paper.name, self.who.workspace, self.who.account)

    def _id(self) -> str:
        # Every press of a key is a thing of its own; a platform's repeat would carry the same id.
        self.bot_ids = getattr(self.bot, "_talk_ids", 0) + 1
        self.bot._talk_ids = self.bot_ids  # type: ignore[attr-defined]
        return f"{self.who.account}-{self.bot_ids}"

    async def _do(self, incoming: Incoming) -> "Talk":
        self.last = await self.bot.handle(incoming, self.paper)
        if isinstance(self.last, Message):
            self.said.append(self.last)
        return self


class Network:
    """`talk(AMINA)` is Amina's side; the same one every time. Almost everybody is on the first platform."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.papers = {name: Paper(name) for name in (PLATFORM, SECOND)}
        self.paper = self.papers[PLATFORM]
        self._talks: dict[str, Talk] = {}

    def __call__(self, who: Character) -> Talk:
        return self._talks.setdefault(f"{who.workspace}/{who.account}", Talk(self.bot, self.papers[who.platform], who))

    def begins_again(self, bot: Bot) -> None:
        """Another process answers from now on."""
        self.bot = bot
        for one in self._talks.values():
            one.bot = bot

    async def join(self, *people: Character, topics: tuple[str, ...] = (), **answers: Any) -> None:
        """Have people join, agreeing to everything unless `answers` say otherwise."""
        for who in people:
            t = self(who)
            await t.says("join")
            organisation = next(
                c.value for c in t.form.choices["organisation"] if c.label == ORGANISATIONS[who.organisation]
            )
            everything = ("findable", "introductions", "nudges", "broadcasts")
            said = {
                "role": who.role,
                "place": who.place,
                "topics": topics,
                "purposes": everything,
                "contact": who.email,
            }
            await t.fills(**{**said, "organisation": organisation, **answers})
            assert who.name in t.sees, t.sees or t.last

    async def register(self, who: Character, title: str, **said: Any) -> None:
        """Have somebody register a project, also when others look like it."""
        t = self(who)
        await t.says(f"project register {title}")
        await t.fills(**said)
        if isinstance(t.last, Message) and f"{title} is not registered yet" in t.sees:
            await t.presses("Mine is different…")
            await t.fills(because="It is another piece of work")
        assert f"Registered: {title}" in t.sees, t.sees or t.last


ORGANISATIONS = {
    "RD8": "Milton Keynes University Hospital NHS Foundation Trust",
    "RV3": "Central and North West London NHS Foundation Trust",
    "RC9": "Bedfordshire Hospitals NHS Foundation Trust",
    "RWK": "East London NHS Foundation Trust",
    "RYC": "East of England Ambulance Service NHS Trust",
}
