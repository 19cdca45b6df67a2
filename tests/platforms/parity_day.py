"""The day of an event, as people on either platform go through it."""

from tests.cast import AMINA, LENA, OWEN, RUTH, TOMASZ
from tests.platforms.parity_walk import Walk

_NUMBER = "the patient is 943 476 5919"


class DayStories(Walk):
    """What happens in the room."""

    async def pairs(self) -> None:
        """Looked at, sent twice, left and joined. Two people, so that chance has nothing to choose."""
        for who in (TOMASZ, AMINA):
            await self.says(who, "pairs")
        await self.says(OWEN, "pairs mine")
        await self.presses(OWEN, "Leave me out")
        await self.presses(OWEN, "Include me again")
        await self.presses(OWEN, "Leave me out")
        # As a champion she does not show her name.
        await self.says(RUTH, "pairs")
        await self.presses(RUTH, "Include me today")
        await self.presses(RUTH, "Leave me out")
        await self.says(OWEN, "pairs NOSUCH")
        await self.says(OWEN, "pairs QI27")
        looked_at = self.at[OWEN.name]
        await self.presses(OWEN, "Yes, send")
        self.at[OWEN.name] = looked_at
        await self.presses(OWEN, "Yes, send")
        await self.deliver()
        self.reads(AMINA, "You sit with Lena Fischer")
        self.reads(LENA, "You sit with Amina Okafor")
        await self.says(AMINA, "pairs")
        await self.says(RUTH, "pairs")
        await self.presses(RUTH, "Include me today")
        await self.says(RUTH, "pairs")

    async def stalls(self) -> None:
        """Opened, closed, asked at and taken back. Lena leaves before she hears who asked at hers."""
        await self.says(AMINA, "stalls")
        await self.says(TOMASZ, "stall")
        await self.says(AMINA, "stall Huddle & *boards*")
        await self.fills(AMINA, about=_NUMBER)
        await self.fills_well(AMINA, about="Three of ours")
        await self.presses(AMINA, "See all stalls")
        for title in ("Ambulance handover", "Closed soon"):
            await self.says(LENA, "stall")
            await self.fills_well(LENA, title=title)
        await self.says(LENA, "stall")
        await self.fills(LENA, title="closed soon")
        await self.says(OWEN, "stalls")
        await self.presses(OWEN, "Close it", nth=1)
        for nth in (0, 1):
            await self.says(RUTH, "stalls")
            await self.presses(RUTH, "Tell me more", nth=0)
            await self.presses(RUTH, "Yes, pass it on")
            if not nth:
                await self.presses(RUTH, "Take it back")
                await self.presses(RUTH, "Tell me more")
                await self.presses(RUTH, "Yes, pass it on")
        await self.says(RUTH, "stalls QI27 page:1")
        await self.says(AMINA, "stalls")

    async def questions_from_the_room(self) -> None:
        """Asked with a name and without, wanted by others, answered by both who may, taken off, left open."""
        await self.says(AMINA, "fishbowl")
        await self.says(TOMASZ, "question")
        await self.says(AMINA, "question Who *pays* for this?")
        await self.fills(AMINA, text=_NUMBER)
        await self.fills_well(AMINA, text="Who *pays* for this?")
        await self.says(RUTH, "question who *pays* for this?")
        await self.fills(RUTH)
        for words in ("When do we meet again?", "Nonsense"):
            await self.says(RUTH, "question")
            await self.fills_well(RUTH, text=words, no_name=True)
        await self.says(LENA, "fishbowl")
        listed = self.at[LENA.name]
        for _ in range(2):
            self.at[LENA.name] = listed
            await self.presses(LENA, "I would like to know that too", nth=2)
        for words in ("fishbowl seat nobody", "fishbowl seat Lena Fischer", "fishbowl"):
            await self.says(OWEN, words)
        await self.presses(OWEN, "Take it off", nth=1)
        await self.says(LENA, "fishbowl QI27 page:1")
        await self.presses(LENA, "Answer it", nth=0)
        await self.fills(LENA, answer=_NUMBER)
        await self.fills_well(LENA, answer="The system\ndoes")
        await self.says(OWEN, "fishbowl clear")
        await self.says(LENA, "fishbowl")
        await self.deliver()
        self.reads(AMINA, "Your question was answered")

    async def the_day_after(self) -> None:
        """What was promised for then has come by now."""
        self.reads(AMINA, "One person would like to know more about your stall")
        self.reads(RUTH, "Your hello could not be passed on")
        self.reads(OWEN, "One question was left open")
        await self.presses(OWEN, "Answer it")
        await self.fills_well(OWEN, answer="In March")
