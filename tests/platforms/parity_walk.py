"""A person's doings on either platform, one after the other, and the record of what each showed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from qibot.demo.world import Account, World
from tests.cast import Character
from tests.platforms.parity_hands import Hands
from tests.platforms.parity_seen import Shown, Ways


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody did, or `got` unasked, and what they saw."""

    did: str
    shown: tuple[Shown, ...]


@dataclass
class Record:
    """What came of a walk. `answered` counts what the bot answered, by name; `sent` what went out unasked, by kind."""

    platform: str
    steps: list[Step] = field(default_factory=list)
    ways: Ways = field(default_factory=set)
    answered: Counter[str] = field(default_factory=Counter)
    sent: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


class Walk:
    """The people of one world. What somebody saw last is `at[name]`, and the next thing they do is done to it."""

    def __init__(self, made: World, hands: Hands, accounts: Mapping[str, Account], record: Record) -> None:
        self.world, self.hands, self.accounts, self.record = made, hands, accounts, record
        self.at: dict[str, Shown] = {}
        self.ready: list[Shown] = []
        self.got: dict[str, list[Shown]] = {name: [] for name in accounts}
        self.known: dict[str, set[str]] = {name: set() for name in accounts}

    def _keep(self, who: Character, did: str, shown: list[Shown]) -> list[Shown]:
        self.record.steps.append(Step(f"{who.name} {did}", tuple(shown)))
        for one in shown:
            if one.what != "file" and not one.passing:
                self.at[who.name] = one
        return shown

    async def arrives(self, who: Character) -> None:
        """Meet the bot."""
        self._keep(who, "meets the bot", await self.hands.arrives(self.accounts[who.name]))
        self.ready.append(self.at[who.name])

    async def looks(self, who: Character) -> None:
        """Look at what the bot holds ready."""
        self._keep(who, "looks at what there is", await self.hands.looks(self.accounts[who.name]))
        self.ready.append(self.at[who.name])

    async def says(self, who: Character, words: str) -> None:
        """Type."""
        self._keep(who, f"types “{words}”", await self.hands.types(self.accounts[who.name], words))

    async def writes(self, who: Character, words: str) -> None:
        """Write to the bot, without a command's marks."""
        self._keep(who, f"writes “{words}”", await self.hands.writes(self.accounts[who.name], words))

    async def says_in_company(self, who: Character, words: str) -> None:
        """Type where others are."""
        shown = await self.hands.types_in_company(self.accounts[who.name], words)
        self._keep(who, f"types “{words}” among others", shown)

    async def chooses(self, who: Character, command: str) -> None:
        """Choose from a menu, where there is one."""
        self._keep(who, f"chooses “{command}”", await self.hands.chooses(self.accounts[who.name], command))

    async def presses(self, who: Character, label: str, *, nth: int = 0) -> None:
        """Press a button of what they saw last."""
        on = self.at[who.name]
        assert [b.label for b in on.buttons].count(label) > nth, f"{who.name} has no [{label}] on:\n{on.words}"
        shown = await self.hands.presses(self.accounts[who.name], on, label, nth)
        if on in self.ready:
            where = "in its place" if any(one.instead for one in shown) else "below"
            self.record.ways.add(("an answer to a button of what the bot holds ready", where))
            shown = [replace(one, instead=False) for one in shown]
        self._keep(who, f"presses [{label}]", shown)

    async def fills(self, who: Character, **values: Any) -> None:
        """Fill in the form they saw last."""
        form = self.at[who.name]
        assert form.what == "form", f"{who.name} has no form, but:\n{form.words}"
        shown = await self.hands.fills(self.accounts[who.name], form, values)
        self._keep(who, f"sends “{form.lines[0]}” with {sorted(values)}", shown)

    async def fills_well(self, who: Character, **values: Any) -> None:
        """Fill it in, and it is taken."""
        await self.fills(who, **values)
        assert self.at[who.name].what == "message", self.at[who.name]

    async def forges(self, who: Character, wire: str, values: Mapping[str, object]) -> None:
        """Press what was never offered."""
        self._keep(who, f"forges {wire}", await self.hands.sends(self.accounts[who.name], wire, values))

    async def forges_form(self, who: Character, wire: str) -> None:
        """Send a form that was never offered."""
        self._keep(who, f"forges the form {wire}", await self.hands.submits(self.accounts[who.name], wire))

    async def deliver(self) -> None:
        """Send what is due, and keep what everybody got."""
        for name, account in self.accounts.items():
            self.known[name] |= {one for one, _ in self.hands.inbox(account, self.known[name])}
        await self.world.tick()
        await self.world.settle()
        for name, account in self.accounts.items():
            if new := [shown for _, shown in self.hands.inbox(account, self.known[name])]:
                self.record.steps.append(Step(f"{name} gets unasked, {self.world.clock.now():%d %b %H:%M}", tuple(new)))
                self.got[name] += new

    async def days(self, count: int) -> None:
        """Day by day, delivering at ten."""
        for _ in range(count):
            now = self.world.clock.now()
            self.world.clock.set(now.replace(hour=10, minute=0, second=0) + timedelta(days=1))
            await self.deliver()

    def reads(self, who: Character, words: str) -> None:
        """Turn to the newest unasked message with these words."""
        found = [one for one in self.got[who.name] if words in one.words and one.what == "message"]
        assert found, f"{who.name} got nothing with “{words}”, but: {[one.lines[0] for one in self.got[who.name]]}"
        self.at[who.name] = found[-1]
