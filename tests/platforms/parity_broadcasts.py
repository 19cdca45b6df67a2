"""Broadcasts, as an organiser and those who get them go through them on either platform."""

from datetime import timedelta

from sqlalchemy import select

from qibot.people.models import Person
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ
from tests.platforms.parity_walk import Walk

_NUMBER = "the patient is 943 476 5919"
_TITLE = "A new room & *tea*"


class BroadcastStories(Walk):
    """One that is agreed to by a second organiser, answered, put right; one that is taken back; one that is alone."""

    async def broadcasts(self) -> None:
        """Written, changed, tried, agreed to, undone, sent, answered, put right, taken back."""
        await self.says(OWEN, "broadcasts")
        self.world.house.bot._alone_up_to = 2
        await self._written()
        await self._agreed()
        await self._answered()
        await self._put_right()
        await self._taken_back()
        await self._alone()

    async def _written(self) -> None:
        people = {"listed": f"{AMINA.name}, {TOMASZ.name}, {RUTH.name}, Nobody <x@y.example>"}
        await self.says(OWEN, "broadcast")
        await self.fills(OWEN, title=_TITLE, body=_NUMBER, **people)
        await self.fills(OWEN, title=_TITLE, body="We meet in room 4.", answers="1,2,3,4,5", **people)
        about = {"body": "We meet in room 4.\n<!channel> & *bring* a story", "answers": "Yes, No", "takes_words": True}
        await self.fills_well(OWEN, title=_TITLE, **about, **people)
        await self.presses(OWEN, "Test to me")
        await self.says(OWEN, "broadcast show new room")
        await self.presses(OWEN, "Change")
        await self.fills_well(OWEN, body="We meet in room 5.\n<!channel> & *bring* a story")
        await self.says(OWEN, "broadcast")
        await self.fills_well(OWEN, title="Thrown away", body="Never sent", place="Luton")
        await self.presses(OWEN, "Throw away")

    async def _agreed(self) -> None:
        for decision in ("Not like this", "Yes, let it go out"):
            await self.says(OWEN, "broadcast show new room")
            await self.presses(OWEN, "Send to 3 people")
            await self.deliver()
            self.reads(PRIYA, "and that needs a second yes")
            await self.presses(PRIYA, decision)
            await self.deliver()
            self.reads(OWEN, "draft again" if decision.startswith("Not") else "has its second yes")
        self.world.clock.forward(timedelta(minutes=2))
        await self.deliver()
        self.reads(OWEN, _TITLE)
        await self.says(OWEN, "broadcasts")
        await self.says(OWEN, "broadcast show new room")

    async def _answered(self) -> None:
        self.reads(AMINA, "We meet in room 5.")
        await self.presses(AMINA, "Yes")
        self.reads(AMINA, "We meet in room 5.")
        await self.presses(AMINA, "Write to the organisers")
        await self.fills(AMINA, words=_NUMBER)
        await self.fills_well(AMINA, words="Could we meet at *two*?")
        await self.deliver()
        self.reads(OWEN, "wrote back to")
        await self.presses(OWEN, "All that was written")
        await self.says(OWEN, "broadcast export new room")
        await self.says(OWEN, "broadcast replies new room")

    async def _put_right(self) -> None:
        await self.says(OWEN, "broadcast show new room")
        await self.presses(OWEN, "Put it right")
        await self.fills(OWEN, body=_NUMBER)
        await self.fills_well(OWEN, body="We meet in room 6.")
        self.world.clock.forward(timedelta(seconds=20))
        await self.deliver()
        await self.says(OWEN, "broadcast show new room")

    async def _taken_back(self) -> None:
        await self.says(OWEN, "broadcast")
        await self.fills_well(
            OWEN, title="Too early", body="The date is not sure", listed=f"{AMINA.name}\n{JONAS.name}"
        )
        await self.presses(OWEN, "Send to 2 people")
        await self.presses(OWEN, "Undo")
        await self.presses(OWEN, "Look at it")
        await self.presses(OWEN, "Send to 2 people")
        self.world.clock.set(self.world.clock.now().replace(hour=18))
        await self.deliver()
        await self.says(OWEN, "broadcast show too early")
        await self.presses(OWEN, "Stop it")
        await self.presses(OWEN, "Take it back")
        await self.days(1)

    async def _alone(self) -> None:
        """Where nobody else organises, a number is typed."""
        await self._only_owen(yes=True)
        await self.says(OWEN, "broadcast")
        await self.fills_well(OWEN, title="For three", body="Hello", listed=f"{AMINA.name}, {JONAS.name}, {RUTH.name}")
        await self.presses(OWEN, "Send to 3 people")
        await self.fills(OWEN, number="2")
        await self.fills_well(OWEN, number="3")
        await self.presses(OWEN, "Undo")
        await self._only_owen(yes=False)

    async def _only_owen(self, *, yes: bool) -> None:
        async with self.world.house.database.transaction() as db:
            found = (await db.scalars(select(Person).where(Person.name == PRIYA.name))).one()
            found.is_organiser = not yes
