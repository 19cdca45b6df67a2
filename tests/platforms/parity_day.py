"""The day of an event, as people on either platform go through it."""

from tests.cast import AMINA, LENA, OWEN, RUTH, TOMASZ
from tests.platforms.parity_walk import Walk


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
