"""How a round is made: planned outside any transaction, saved in one. Rules do not speak: no chat here."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import combinations, pairwise

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.clock import local_date
from qibot.database import Database, insert_or_ignore
from qibot.hours import add_working_days, at_local
from qibot.introductions import service as introductions
from qibot.introductions.models import ACCEPTED, Introduction
from qibot.introductions.rounds.gathering import ZONE, Gathered, gather
from qibot.introductions.rounds.matching import Group, Left, Plan, plan_apart
from qibot.introductions.rounds.models import Participant, Programme, Round, Seat
from qibot.introductions.rounds.rhythm import day_after
from qibot.outbox import service as outbox
from qibot.outbox.service import Due
from qibot.people.models import Person, Topic

log: structlog.stdlib.BoundLogger = structlog.get_logger()

HOUR = time(9)
"""When rounds are made on their day. Each person hears of it in their own hours."""

_AT_ONCE = 1000
"""Deliveries in one statement: between two of them the process can answer others."""

CARD_KIND, SAT_OUT_KIND, FIGURES_KIND = "rounds.card", "rounds.sat_out", "rounds.figures"

CHANGED = "Something changed for somebody while the round was being planned, and nobody else was free by then."


async def make_due(database: Database, now: datetime) -> None:
    """Make every round that is due. Safe to run twice, late, and in several processes at once."""
    async with database.transaction() as db:
        due = await _due(db, now)
    for round_id in due:
        try:
            await make(database, round_id, now)
        except Exception as wrong:
            # One that cannot be made must not keep the others from their day; the next sweep tries again.
            log.error("could not make a round", round=round_id, error=type(wrong).__name__)


async def _due(db: AsyncSession, now: datetime) -> Sequence[int]:
    """Rounds to be made now; those that run by themselves are opened first."""
    by_themselves = select(Programme).where(
        Programme.stopped_at.is_(None), Programme.next_number > 1, Programme.next_on <= local_date(now, ZONE)
    )
    for programme in await db.scalars(by_themselves):
        if starts_at(programme) <= now:
            await open_round(db, programme, programme.rule, now, due_at=now)
    query = select(Round.id).join(Programme).where(Round.made_at.is_(None), Round.due_at <= now)
    return (await db.scalars(query.where(Programme.stopped_at.is_(None)).order_by(Round.due_at, Round.id))).all()


def starts_at(programme: Programme) -> datetime:
    """When the coming round is made, if nothing holds it up."""
    return at_local(programme.next_on, HOUR, ZONE)


async def open_round(
    db: AsyncSession, programme: Programme, rule: str, now: datetime, *, due_at: datetime, by: Person | None = None
) -> bool:
    """The coming round of `programme`, to be made at `due_at`. False when it was open before, which changes nothing."""
    row = insert_or_ignore(db, Round).values(
        programme_id=programme.id,
        number=programme.next_number,
        rule=rule,
        opened_at=now,
        opened_by_id=by.id if by else None,
        due_at=due_at,
    )
    return await db.scalar(row.returning(Round.id)) is not None


async def make(database: Database, round_id: int, now: datetime) -> bool:
    """Plan a round and save it. False when somebody else made it meanwhile, or an organiser took it back."""
    async with database.transaction(reading=True) as db:
        found = await _round(db, round_id)
        if found is None or found.made_at is not None:
            return False
        gathered = await gather(db, found.programme, now)
    planned = await plan_of(gathered, found.programme, found.rule)
    async with database.transaction() as db:
        return await save(db, round_id, planned, now)


async def plan_of(gathered: Gathered, programme: Programme, rule: str) -> Plan:
    """Who meets whom in the coming round; the same for the same people and the same number of the round."""
    takers, met, never, rest = gathered.takers, gathered.met, gathered.never, programme.cool_down
    seed = programme.id * 1000 + programme.next_number
    return await plan_apart(takers, met, rule=rule, cool_down=rest, never=never, seed=seed)


# ---- Saving


async def save(db: AsyncSession, round_id: int, planned: Plan, now: datetime) -> bool:
    """Save a planned round with all that it says to anybody, if it is still ours to make. Whoever is not here any more,
    and any two between whom something has come, are not matched, however long the planning took.
    """
    running = select(Programme.id).where(Programme.stopped_at.is_(None)).order_by(Programme.id)
    # One round is saved at a time: two programmes that matched the same person at the same moment would not know.
    await db.execute(running.with_for_update(key_share=True))
    ours = update(Round).where(Round.id == round_id, Round.made_at.is_(None)).values(made_at=now).returning(Round.id)
    found = await _round(db, round_id)
    if found is None or found.programme.stopped_at is not None or await db.scalar(ours) is None:
        return False
    programme = found.programme
    gathered = await gather(db, programme, now)
    groups, left = _still(planned, gathered, programme)
    seats = [(one, n, group.why) for n, group in enumerate(groups, 1) for one in group.people]
    seats += [(one.person, 0, one.why) for one in left]
    await _seat(db, found, seats, gathered)
    dues = [Due(CARD_KIND if n else SAT_OUT_KIND, int(one), subject_of(round_id, n), now) for one, n, _ in seats]
    dues += await _introduce(db, found, groups, gathered, now)
    dues.append(await _figures(db, found, now))
    for first in range(0, len(dues), _AT_ONCE):
        await outbox.queue_many(db, dues[first : first + _AT_ONCE])
    _go_on(programme, now)
    return True


def subject_of(round_id: int, group: int) -> str:
    """What the deliveries to one group of a round are about; to those who sit out for group 0."""
    return f"round:{round_id}:{group}"


async def _round(db: AsyncSession, round_id: int) -> Round | None:
    query = select(Round).where(Round.id == round_id).options(joinedload(Round.programme))
    return await db.scalar(query.execution_options(populate_existing=True))


def _still(planned: Plan, gathered: Gathered, programme: Programme) -> tuple[list[Group], list[Left]]:
    """What of a plan holds by now: the groups that may meet, and who sits out."""
    here = {one.id for one in gathered.takers}
    groups: list[Group] = []
    left = [one for one in planned.left if one.person in here]
    for group in (*planned.pairs, *planned.trios):
        people = tuple(one for one in group.people if one in here)
        if len(people) > 1 and all(gathered.may_meet(*two, programme.cool_down) for two in combinations(people, 2)):
            groups.append(replace(group, people=people))
        else:
            left += [Left(one, CHANGED) for one in people]
    busy = "“{}” has matched you within the last seven days, and nobody is matched twice in a week."
    left += [Left(str(one), busy.format(name)) for one, name in gathered.busy.items()]
    return groups, left


async def _seat(db: AsyncSession, found: Round, seats: Sequence[tuple[str, int, str]], gathered: Gathered) -> None:
    """Everybody's place (person, group, why). Whoever sits out has done so once more, which stays when they are matched
    later: nobody shall sit out twice before everybody who could has once.
    """
    waited = {one.id: one.waited for one in gathered.takers}
    rows = [
        {"round_id": found.id, "person_id": int(one), "group": n, "why": why[:300], "waited": waited.get(one, 0)}
        for one, n, why in seats
    ]
    if rows:
        await db.execute(insert(Seat), rows)
    mine = Participant.programme_id == found.programme_id
    sit_out = select(Seat.person_id).where(Seat.round_id == found.id, Seat.group == 0)
    change = update(Participant).where(mine, Participant.person_id.in_(sit_out)).values(waited=Participant.waited + 1)
    await db.execute(change, execution_options={"synchronize_session": False})


async def _introduce(
    db: AsyncSession, found: Round, groups: Sequence[Group], gathered: Gathered, now: datetime
) -> list[Due]:
    """Everybody of a group to everybody else of it. Both have said yes by taking part; and the follow-ups."""
    topics, shared = dict((await db.execute(select(Topic.label, Topic.id))).all()), _Shared(gathered)
    same = {"reason": "", "state": ACCEPTED, "round_id": found.id, "asked_at": now, "expires_at": now}
    rows = [
        {"asker_id": int(one), "champion_id": int(two), "topic_id": topics.get(shared.by(one, two)), **same}
        | {"answered_at": now}
        for group in groups
        for one, two in _ring(group.people)
    ]
    if not rows:
        return []
    # In a trio each is asked about one of the two others, so that nobody is asked twice and every two are.
    in_trios = {int(one) for group in groups if len(group.people) > 2 for one in group.people}
    here = select(Person).join(Seat, Seat.person_id == Person.id).where(Seat.round_id == found.id, Seat.group != 0)
    people = {person.id: person for person in await db.scalars(here)}
    made = insert(Introduction).returning(Introduction.id, Introduction.asker_id, Introduction.champion_id)
    dues = []
    for introduction_id, one, two in (await db.execute(made, rows)).all():
        asked = (one,) if one in in_trios else (one, two)
        dues += [due for who in asked for due in introductions.follow_ups(introduction_id, people[who], now)]
    return dues


def _ring(people: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every two of two or three people, each first once if they are three."""
    yield from pairwise(people)
    if len(people) > 2:
        yield people[-1], people[0]


class _Shared:
    """What two people have in common: of several topics the one that fewest have, which says most about them."""

    def __init__(self, gathered: Gathered) -> None:
        self._topics = {one.id: one.topics for one in gathered.takers}
        self._having = Counter(topic for topics in self._topics.values() for topic in topics)

    def by(self, one: str, two: str) -> str:
        """The label of a topic, or ""."""
        both = self._topics[one] & self._topics[two]
        return min(both, key=lambda topic: (self._having[topic], topic), default="")


async def _figures(db: AsyncSession, found: Round, now: datetime) -> Due:
    """The organiser hears how it went on the next working day, when most have been told."""
    organiser = await db.get_one(Person, found.programme.organiser_id)
    day = add_working_days(local_date(now, organiser.zone), 1, organiser.week)
    at = at_local(day, organiser.works_from, organiser.zone)
    return Due(FIGURES_KIND, organiser.id, f"round:{found.id}", at)


def _go_on(programme: Programme, now: datetime) -> None:
    """The next round, or the end of a programme of one."""
    programme.rehearsal, programme.rehearse_for_id = "", None
    programme.next_number += 1
    today = local_date(now, ZONE)
    coming = day_after(programme.first_on, programme.rhythm, today)
    if coming is None:
        programme.stopped_at = now
    else:
        programme.next_on = coming
