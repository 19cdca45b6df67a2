"""Weeks of two programmes in which people come, go and cannot be reached, as chance has it: what always holds."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

import pytest
from sqlalchemy import select

from qibot.chat.platform import Unreachable
from qibot.database import Database
from qibot.introductions.models import ACCEPTED, WITHDRAWN, Introduction
from qibot.introductions.rounds.models import ALONE, LOST, REACHED, Participant, Round, Seat
from qibot.outbox.models import SENT, Delivery
from qibot.people.models import Person
from tests.cast import AMINA, JONAS, LENA, NADIA, OWEN, PRIYA, RUTH, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.rounds.chat_scene import all_of, start, take_part
from tests.introductions.scene import ids
from tests.talk import Network

CAST = (AMINA, RUTH, JONAS, TOMASZ, PRIYA, LENA, NADIA, OWEN)
TEA, CAKE = "Tea", "Cake"
COOL_DOWN = timedelta(weeks=4)
WEEKS = 5


class Chance:
    """Does one thing or another for somebody, and remembers who is out: nobody may match them."""

    def __init__(self, talk: Network, seed: int) -> None:
        self.talk, self.random = talk, random.Random(seed)
        self.out: dict[str, set[int]] = {TEA: set(), CAKE: set()}

    async def something_happens(self, people: dict[str, int]) -> None:
        """To one of the cast."""
        who, (number, name) = self.random.choice(CAST), self.random.choice(list(enumerate((TEA, CAKE), 1)))
        one = self.talk(who)
        match self.random.choice(("leaves", "joins", "withdraws", "is gone", "is back", "pauses", "ends the pause")):
            case "leaves":
                await one.presses_raw("rounds.leave", {"programme": number})
                self.out[name].add(people[who.name])
            case "joins":
                await self._joins(who, people[who.name])
            case "withdraws":
                await one.presses_raw("people.withdraw", {"purpose": "introductions"})
                for out in self.out.values():
                    out.add(people[who.name])
            case "is gone":
                self.talk.papers[who.platform].refuse[who.account] = Unreachable("The account is gone.")
            case "is back":
                self.talk.papers[who.platform].refuse.pop(who.account, None)
                await one.says("round")
            case "pauses":
                await one.says("round pause in 2 weeks")
            case _:
                for programme in (1, 2):
                    await one.presses_raw("rounds.resume", {"programme": programme})

    async def _joins(self, who: Character, person_id: int) -> None:
        await self.talk(who).says("join")
        await self.talk(who).fills(purposes=("findable", "introductions", "nudges", "broadcasts"))
        for number, name in enumerate((TEA, CAKE), 1):
            await self.talk(who).presses_raw("rounds.join", {"programme": number, "mode": "automatic"})
            self.out[name].discard(person_id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", [1])
async def test_whatever_people_do(talk: Network, days: Days, database: Database, seed: int) -> None:
    await talk.join(*CAST)
    people = await ids(database)
    chance = Chance(talk, seed)
    for number, (name, first) in enumerate(((TEA, "2019-12-02"), (CAKE, "2019-12-05")), 1):
        await start(talk, name=name, first_on=first, rhythm="weekly", cool_down="4")
        await take_part(talk, *CAST, name=name)
        await talk(OWEN).presses_raw(
            "rounds.confirm", {"programme": number, "number": 1, "rule": "another organisation"}
        )
    days.clock.set(days.clock.now().replace(month=12, day=1))
    for _ in range(WEEKS * 7):
        await days.forward(1)
        await _holds(database, chance, days)
        for _ in range(chance.random.randint(0, 1)):
            await chance.something_happens(people)
    rounds = await all_of(database, Round)
    assert len(rounds) >= WEEKS
    # It is not only that nothing happened.
    states = Counter(seat.state for seat in await all_of(database, Seat) if seat.group)
    assert states[REACHED] > 20
    assert any(seat.group == 0 for seat in await all_of(database, Seat))


async def _holds(database: Database, chance: Chance, days: Days) -> None:
    async with database.transaction(reading=True) as db:
        rounds = {row.id: row for row in await db.scalars(select(Round).where(Round.made_at.is_not(None)))}
        seats = (await db.scalars(select(Seat))).all()
        made = (await db.scalars(select(Introduction))).all()
        organisation = dict((await db.execute(select(Person.id, Person.organisation_id))).all())
        told = {(d.subject, d.person_id) for d in await db.scalars(select(Delivery).where(Delivery.state == SENT))}
        names = {row.programme_id: (TEA, CAKE)[row.programme_id - 1] for row in await db.scalars(select(Participant))}
    today = days.clock.now().date()
    met: dict[tuple[int, int], list[Introduction]] = {}
    for one in made:
        assert organisation[one.asker_id] != organisation[one.champion_id]
        met.setdefault((min(one.asker_id, one.champion_id), max(one.asker_id, one.champion_id)), []).append(one)
    for several in met.values():
        # Never the same two within the cool-down, in whichever programme, unless nothing came of it.
        at = sorted(one.answered_at.date() for one in several if one.answered_at and one.state == ACCEPTED)
        assert all(after - before >= COOL_DOWN for before, after in pairwise(at))
    mine: dict[int, list[tuple[Round, Seat]]] = {}
    for seat in seats:
        mine.setdefault(seat.person_id, []).append((rounds[seat.round_id], seat))
    for person_id, places in mine.items():
        matched = [r for r, s in places if s.group and s.state not in (LOST, ALONE)]
        for first, second in combinations(matched, 2):
            # Two programmes never take the same person within a week.
            apart = abs(_day(first) - _day(second))
            assert first.programme_id == second.programme_id or apart >= timedelta(days=7)
        for made_round, _ in places:
            assert _day(made_round) != today or person_id not in chance.out[names[made_round.programme_id]]
    _both_or_neither(seats, made, told)


def _day(made: Round) -> date:
    assert made.made_at
    return made.made_at.date()


def _both_or_neither(seats: Sequence[Seat], made: Sequence[Introduction], told: set[tuple[str, int]]) -> None:
    """Whoever has a card has somebody who has one too, or may still get it; else they were told that nothing came of
    it.
    """
    state = {(seat.round_id, seat.person_id): seat.state for seat in seats}
    for one in made:
        both = {state[one.round_id or 0, who] for who in (one.asker_id, one.champion_id)}
        assert one.state == (WITHDRAWN if both & {LOST, ALONE} else ACCEPTED)
    for seat in seats:
        if seat.state == REACHED:
            others = [s.state for s in seats if (s.round_id, s.group) == (seat.round_id, seat.group) and s is not seat]
            assert set(others) & {REACHED, ""}
            assert (f"round:{seat.round_id}:{seat.group}", seat.person_id) in told
