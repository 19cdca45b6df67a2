"""Stories of the walk about working on projects."""

from tests.cast import AMINA, OWEN, STRANGER
from tests.platforms.parity_walk import Walk


class ProjectStories(Walk):
    """What happens to projects once they are registered."""

    async def showing_projects(self) -> None:
        """An organisation chooses what others see of its projects."""
        await self.says(OWEN, "organisation projects")
        await self.presses(OWEN, "Title only")
        await self.says(AMINA, "project show #1")
        await self.says(AMINA, "who trolley")
        for words in ("secret", "hidden of:nowhere", "hidden"):
            await self.says(OWEN, f"organisation projects {words}")
        await self.says(STRANGER, "project show #1")
        await self.says(OWEN, "organisation projects listed")
