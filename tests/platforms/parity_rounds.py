"""Rounds, as people on either platform go through them."""

from datetime import date, timedelta

from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ, Character
from tests.platforms.parity_walk import Walk

_NUMBER = "the patient is 943 476 5919"


class RoundStories(Walk):
    """One programme that runs every week, and another for some of the same people in the same week."""

    async def rounds(self) -> None:
        """Started, joined, looked at, undone, gone out; told too late, sat out, ended."""
        for words in ("rounds", "round", "round why", "round join coffee"):
            await self.says(AMINA, words)
        monday = await self._programmes()
        await self._join()
        await self._in_their_own_way(monday)
        await self._go_out(monday)
        await self._afterwards()

    def _day(self) -> date:
        return self.world.clock.now().date()

    async def _programmes(self) -> date:
        await self.says(OWEN, "rounds")
        monday = self._day() + timedelta(days=7 - self._day().weekday() + 7)
        about = {"audience": "everybody", "rhythm": "weekly", "rule": "another organisation", "cool_down": "4"}
        await self.says(OWEN, "round create")
        await self.fills(OWEN, **about, name=_NUMBER, first_on=monday.isoformat())
        await self.fills(OWEN, **about, name="Coffee", first_on="2019-11-27")
        await self.fills_well(OWEN, **about, name="Coffee & *cake*", first_on=monday.isoformat())
        await self.presses(OWEN, "Show it")
        await self.says(OWEN, "round create")
        await self.fills(OWEN, name="Tea", audience="topic", rhythm="once", first_on=monday.isoformat())
        await self.fills_well(OWEN, name="Tea", audience="place", place="Milton Keynes", rhythm="once", cool_down="4")
        return monday

    async def _join(self) -> None:
        await self.days(1)
        self.reads(AMINA, "Would you like to take part in Coffee")
        await self.presses(AMINA, "Ask me each time")
        for who in (RUTH, JONAS, TOMASZ, PRIYA):
            await self.says(who, "round join coffee")
            await self.presses(who, "Take part until I pause")
        for who in (RUTH, JONAS):
            await self.says(who, "round show tea")
            await self.presses(who, "Take part until I pause")
        await self.says(PRIYA, "round show tea")
        await self.says(AMINA, "rounds")
        await self.says(AMINA, "round show o")

    async def _in_their_own_way(self, monday: date) -> None:
        await self.says(JONAS, "round")
        await self.presses(JONAS, "Pause")
        await self.fills(JONAS, until="2019-11-27")
        await self.fills_well(JONAS, until=(monday + timedelta(days=2)).isoformat())
        await self.presses(JONAS, "Be in again now")
        await self.says(JONAS, "round")
        await self.presses(JONAS, "Three rather than two")
        await self.presses(JONAS, "Leave out the next one")
        await self.presses(JONAS, "Be in the next one")
        await self.says(TOMASZ, "round pause in 2 days")
        await self.looks(TOMASZ)
        await self._change()
        while self._day() < monday - timedelta(days=3):
            await self.days(1)
        self.reads(AMINA, "Are you in on Mon")
        await self.presses(AMINA, "Yes, I am in")

    async def _change(self) -> None:
        await self.says(OWEN, "round show coffee")
        await self.presses(OWEN, "Change")
        await self.fills(OWEN, name="Tea")
        await self.fills_well(OWEN, name="Coffee & *cake*", cool_down="8")
        await self.presses(OWEN, "Change it again")
        await self.fills_well(OWEN)
        await self.says(OWEN, "round change coffee")
        await self.days(1)
        self.reads(AMINA, "Coffee & *cake* has changed")

    async def _go_out(self, monday: date) -> None:
        self.reads(OWEN, "The first round of Coffee & *cake* waits for you")
        await self.presses(OWEN, "Preview it")
        await self.presses(OWEN, "Yes, let it go out")
        await self.presses(OWEN, "Undo")
        await self.presses(OWEN, "Preview it again")
        while self._day() < monday:
            await self.days(1)
        # In the evening, so that nobody is told before the morning.
        now = self.world.clock.now()
        self.world.clock.set(now.replace(hour=18))
        for name in ("coffee", "tea"):
            await self.says(OWEN, f"round preview {name}")
            await self.presses(OWEN, "Yes, let it go out")
        self.world.clock.forward(timedelta(minutes=2))
        await self.deliver()
        await self._leaves(PRIYA)
        await self.days(1)

    async def _leaves(self, who: Character) -> None:
        await self.says(who, "round")
        await self.presses(who, "Leave")

    async def _afterwards(self) -> None:
        self.reads(RUTH, "You sit out Tea this time")
        assert any("could not be told" in one.words for who in self.got for one in self.got[who])
        await self.days(1)
        self.reads(OWEN, "How the round of Coffee & *cake* went")
        for who in (AMINA, RUTH, JONAS, TOMASZ, PRIYA):
            await self.says(who, "round why")
            await self.says(who, "introductions")
        await self.looks(AMINA)
        await self.days(6)
        await self.says(OWEN, "round show coffee")
        await self.presses(OWEN, "Stop these rounds")
        await self.days(1)
        self.reads(AMINA, "Coffee & *cake* has ended")
