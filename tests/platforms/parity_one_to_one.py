"""Asking by name or role, what is seen first, suggesting, keeping apart, reporting: the same on either platform."""

from tests.cast import AMINA, JONAS, LENA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.platforms.parity_walk import Walk

NHS_NUMBER = "the patient is 943 476 5919"


class OneToOne(Walk):
    """What leads to an introduction, and what ends one."""

    async def people_to_ask(self) -> None:
        """Cards, roles elsewhere, and a question whose asker is only somebody."""
        for words in ("person", "person tomasz", "person jonas", "person nobody atall"):
            await self.says(AMINA, words)
        await self.says(OWEN, "person jonas")
        await self.says(STRANGER, "person amina")
        await self.says(LENA, "intro counterpart porter")
        await self.says(LENA, "intro counterpart matron")
        await self.presses(LENA, "Ask for an introduction")
        await self.fills(LENA, reason=NHS_NUMBER, shows="kind")
        await self.fills_well(LENA, reason="How do you *run* it?", shows="Only what kind of organisation I work in")
        await self.deliver()
        self.reads(RUTH, "Somebody at an ambulance trust")

    async def somebody_else(self) -> None:
        """Ruth suggests Amina, after a correction; Lena asks her by name, and Amina keeps her away."""
        await self.presses(RUTH, "Suggest somebody else")
        await self.fills(RUTH, words=NHS_NUMBER)
        await self.fills(RUTH, words=JONAS.name)
        await self.fills_well(RUTH, words=AMINA.name)
        await self.deliver()
        self.reads(LENA, "They suggested asking somebody else")
        await self.says(LENA, "introductions")
        await self.presses(LENA, "Ask them")
        await self.fills_well(LENA, reason="Ruth says you know", shows="My name, role and organisation")
        await self.deliver()
        self.reads(AMINA, "Lena Fischer, paramedic")
        await self.presses(AMINA, "Never introduce us")
        await self.deliver()
        self.reads(LENA, "Not available this time")

    async def kept_apart(self) -> None:
        """The list: a name, a person's card, what is on it, and off again."""
        for words in (
            "introductions not",
            "introductions not Sam Stranger",
            "introductions not @",
            "introductions not",
        ):
            await self.says(AMINA, words)
        await self.presses(AMINA, "Take off the list")
        await self.says(AMINA, "person owen")
        await self.presses(AMINA, "Never introduce us")
        await self.says(AMINA, "person owen")
        await self.presses(AMINA, "Take them off my list")
        await self.says(AMINA, "introductions not")

    async def misuse(self) -> None:
        """Priya is asked and reports it; Owen closes it; and she hears so."""
        await self.says(RUTH, "person owen")
        await self.presses(RUTH, "Ask for an introduction")
        await self.fills_well(RUTH, reason="Buy my book")
        await self.deliver()
        self.reads(OWEN, "A matron at MKUH")
        await self.presses(OWEN, "Report misuse")
        await self.fills(OWEN, words=NHS_NUMBER)
        await self.fills_well(OWEN, words="A sale & nothing\n*else*")
        await self.deliver()
        self.reads(PRIYA, "A report of misuse")
        await self.looks(PRIYA)
        await self.says(TOMASZ, "introductions reports")
        await self.says(PRIYA, "introductions reports")
        await self.presses(PRIYA, "Close it")
        await self.says(PRIYA, "introductions reports")
        await self.deliver()
        self.reads(OWEN, "An organiser has looked at your report")
