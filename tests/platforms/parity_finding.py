"""Finding people, on either platform."""

from tests.cast import AMINA, STRANGER
from tests.platforms.parity_walk import Walk


class Finding(Walk):
    """Searches, and the form that narrows them."""

    async def finding(self) -> None:
        """By words, by a form, in a place; what nobody fits, and what is nothing for us."""
        await self.says(STRANGER, "find")
        await self.fills(STRANGER, words="", place="Luton")
        await self.fills_well(STRANGER, words="sepsis", place="Luton")
        for words in ("demensia", "sepsis and falls in Luton", "printer jam", "zebra crossings", "*chat* <visit>"):
            await self.says(AMINA, f"find {words}")
        await self.says(AMINA, "find sepsis")
        await self.presses(AMINA, "Narrow it")
        await self.fills_well(AMINA, topic="falls")
