"""When nobody fits, what champions are besides, what is new in topics, and a year that goes by."""

from datetime import UTC, datetime

from tests.cast import AMINA, JONAS, LENA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.platforms.parity_walk import Walk

_NHS_NUMBER = "the patient is 943 476 5919"


class ChampionLife(Walk):
    """What happens around the search for somebody."""

    async def nobody_fits(self) -> None:
        """Questions that organisers answer, or that their askers take back."""
        await self.says(RUTH, "questions")
        await self.says(OWEN, "questions")
        await self.says(RUTH, f"ask organisers {_NHS_NUMBER}")
        for who, words in ((RUTH, "Sepsis & *care* homes"), (RUTH, "<teapots>"), (RUTH, "Teapots!"), (AMINA, "cake")):
            await self._asks_organisers(who, words)
        await self._asks_organisers(LENA, "umbrellas")
        await self.forges(RUTH, "champions.ask_organisers", {"words": _NHS_NUMBER, "topic": 1})
        await self.deliver()
        self.reads(OWEN, "care* homes")
        await self.presses(OWEN, "Suggest somebody")
        await self.fills(OWEN, person="Nobody Such")
        await self.fills_well(OWEN, person="Amina Okafor", reply="She did <this>\nin *Bedford*")
        self.reads(OWEN, "teapots")
        await self.presses(OWEN, "Answer in words")
        await self.fills(OWEN, reply=_NHS_NUMBER)
        await self.fills_well(OWEN, reply="Try our pages")
        self.reads(OWEN, "cake")
        await self.presses(OWEN, "Nobody yet")
        await self.says(OWEN, "questions")
        await self.says(LENA, "questions")
        await self.presses(LENA, "I need no answer any more")
        await self.deliver()
        self.reads(RUTH, "She did <this>")
        await self.presses(RUTH, "Ask for an introduction")
        await self.fills_well(RUTH, reason="Your care homes")
        await self.says(RUTH, "questions")
        self.reads(OWEN, "cake")
        await self.presses(OWEN, "Nobody yet")

    async def _asks_organisers(self, who: Character, words: str) -> None:
        await self.says(who, f"ask organisers {words}")
        await self.presses(who, "Yes, ask them")

    async def the_gap_map(self) -> None:
        """What people look for, in topics and in words."""
        for words in ("dementia", "blue zebras"):
            await self.says(AMINA, f"ask organisers {words}")
            await self.presses(AMINA, "Only put it on the gap map")
        await self.forges(AMINA, "champions.look_for", {"words": _NHS_NUMBER})
        await self.says(STRANGER, "gaps")
        await self.says(RUTH, "gaps")
        await self.presses(RUTH, "I look for this too")
        await self.says(OWEN, "topic words")
        await self.presses(OWEN, "They mean a topic")
        await self.fills(OWEN, word=_NHS_NUMBER, topic="sepsis")
        await self.fills_well(OWEN, word="sepsis at night", topic="sepsis")
        await self.says(OWEN, "topic words")
        await self.presses(OWEN, "Leave them out")

    async def coaches_and_partners(self) -> None:
        """What a champion is besides, and who is listed."""
        await self.says(STRANGER, "coaches")
        await self.says(TOMASZ, "champion join")
        await self.fills(TOMASZ, roles=["coach", "sponsor"], trained="long ago")
        await self.fills_well(TOMASZ, roles=["coach", "sponsor"], trained="mar 2018", coaching=True)
        await self.says(RUTH, "champion join")
        await self.fills_well(RUTH, topics=["falls"], roles=["partner"], visibility="ask")
        for words in ("coaches", "partners"):
            await self.says(AMINA, words)
        await self.presses(AMINA, "Ask for an introduction")
        await self.says(RUTH, "champion")
        await self.presses(RUTH, "Stop")

    async def following(self) -> None:
        """Topics followed, and two that become one."""
        for words in ("topics followed", "topic follow falls", "topic follow falls", "topic follow nonsense"):
            await self.says(AMINA, words)
        await self.says(AMINA, "gaps")
        await self.presses(AMINA, "Tell me what is new")
        await self.says(AMINA, "topics followed")
        await self.presses(AMINA, "Follow it no longer", nth=0)
        await self.says(AMINA, "topic unfollow sepsis")
        await self.says(AMINA, "topic follow sepsis")
        await self.says(AMINA, "topic unfollow sepsis")
        await self.says(PRIYA, "project register Falls at *home*")
        await self.fills_well(PRIYA, topics=["falls"])
        await self.presses(PRIYA, "Mine is different…")
        await self.fills_well(PRIYA, because="At home and not on a ward")
        await self.says(OWEN, "topic add Cake rounds")
        await self.fills_well(OWEN, label="Cake rounds", group="Clinical safety", words="cake")
        await self.says(OWEN, "topic merge “cake rounds” falls")
        await self.presses(OWEN, "Yes, make them one")
        await self.says(OWEN, "topic merge cake falls")

    async def a_week_later(self) -> None:
        """A question that nobody answers, and what is new."""
        await self._asks_organisers(AMINA, "quiet corners")
        await self.days(8)
        self.reads(AMINA, "Your question is still open")
        self.reads(AMINA, "New in the topics you follow")
        await self.presses(AMINA, "Find: Falls prevention")

    async def a_year_later(self) -> None:
        """Still happy to be asked? One is, and one says nothing for half a year more."""
        for month, day in ((12, 1), (12, 2)):
            await self._on(2020, month, day)
        self.reads(JONAS, "Still happy to be asked?")
        await self.presses(JONAS, "Yes, still happy")
        for year, month, day in ((2021, 1, 6), (2021, 6, 3), (2021, 6, 4)):
            await self._on(year, month, day)
        self.reads(TOMASZ, "Your offer is paused")
        await self.presses(TOMASZ, "Be asked again")

    async def _on(self, year: int, month: int, day: int) -> None:
        self.world.clock.set(datetime(year, month, day, 10, tzinfo=UTC))
        await self.deliver()
