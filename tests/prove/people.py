"""People who type while the bot is put to the proof, and who remember what they were told."""

import asyncio
import random
from datetime import timedelta

from qibot.database import Database
from qibot.events.models import Attendance, Event
from tests.prove.broadcast import Broadcast
from tests.prove.ledger import Ledger

TOLD, TAKEN = "Something went wrong on our side", "That is a promise"


async def hold_an_event(made: Broadcast, people: int) -> None:
    """Something at which the first so many people can make promises."""
    database = Database(made.bot.settings["qibot_database_url"])
    try:
        async with database.transaction() as db:
            now = made.clock.now()
            event = Event(title="QI day", day=now.date(), code="QIDAY", organiser_id=1)
            db.add(event)
            await db.flush()
            for number in range(1, people + 1):
                db.add(Attendance(event_id=event.id, person_id=number, joined_at=now - timedelta(hours=1)))
    finally:
        await database.close()


class Typing:
    """The first so many people promise things. `taken`: what was acknowledged; `refused`: what they were told is not
    saved; `silent`: how often they were told neither.
    """

    def __init__(self, made: Broadcast, dice: random.Random, people: int) -> None:
        self._made, self._dice, self._people = made, dice, people
        self.taken: set[str] = set()
        self.refused: set[str] = set()
        self.silent = 0
        self._said = 0
        self._home = asyncio.Event()
        slack = made.stand.server
        slack.bot_url = f"http://127.0.0.1:{made.bot.port}/slack/events"
        slack.ack_within = 20.0

    async def says(self, words: str, number: int = 1) -> str:
        """One of them types; what they are shown. One thing after the other: what comes is shown to their latest."""
        crowd, slack = self._made.stand.crowd, self._made.stand.server
        user = slack.workspaces[crowd.workspace(number)].users[crowd.account(number)]
        shown: str = (await slack.slash(user, words)).shown
        return shown

    async def promise(self, number: int = 1) -> bool:
        """One of them promises something; whether it was acknowledged."""
        self._said += 1
        words = f"Promise {self._said}: {'tea ' * self._dice.randint(1, 60)}".strip()
        shown = await self.says(f"pledge {words}", number)
        if TAKEN in shown:
            self.taken.add(words)
        elif TOLD in shown:
            self.refused.add(words)
        else:
            self.silent += 1
        return TAKEN in shown

    async def all_day(self) -> None:
        """Each of them promises one thing after the other, until it is time to go home."""
        self._home.clear()

        async def one(number: int) -> None:
            while not self._home.is_set():
                if not await self.promise(number):
                    # Nobody answers: it has stopped.
                    await asyncio.sleep(0.05)

        await asyncio.gather(*(one(number) for number in range(1, self._people + 1)))

    def go_home(self) -> None:
        """That was all for today."""
        self._home.set()

    def judged(self, ledger: Ledger) -> dict[str, int]:
        """How often what they were told was not so."""
        kept = [words for (words,) in ledger.ask("SELECT text FROM pledges")]
        return {
            "acknowledged_and_lost": len(self.taken - set(kept)),
            "refused_and_saved": len(self.refused & set(kept)),
            "saved_twice": len(kept) - len(set(kept)),
        }
