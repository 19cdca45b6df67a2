"""A round tried out before anybody hears of it: counts and examples, and nothing is sent. Rules do not speak."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.clock import local_date
from qibot.database import Database
from qibot.introductions.rounds import making, matching
from qibot.introductions.rounds.gathering import ZONE, Gathered, gather, how_many, is_awake, takes_part
from qibot.introductions.rounds.matching import ANOTHER_ORGANISATION, ANYBODY, Plan
from qibot.introductions.rounds.models import ASK_ME, Participant, Programme
from qibot.introductions.seen import Seen
from qibot.introductions.words import who
from qibot.outbox import service as outbox
from qibot.people.models import Person

READY_KIND = "rounds.ready"
REHEARSED = "rehearsed"
"""How the period of a delivery begins that carries a rehearsal."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the coming round would come to. `left` sit out under `rule`; `others` are (rule, how many would sit out) of
    the wider rules under which it would be fewer. `examples` are (who they are without names, why). `open` have been
    or will be asked and have not said yes; `busy` were matched by another programme within the week.
    """

    number: int
    rule: str
    people: int
    pairs: int
    trios: int
    left: int
    others: tuple[tuple[str, int], ...]
    examples: tuple[tuple[tuple[str, ...], str], ...]
    open: int
    busy: int


async def rehearse(db: AsyncSession, programme: Programme, organiser: Person, now: datetime) -> Rehearsal | None:
    """The coming round as it would be now; None when there are so many people that it is done apart, and `organiser`
    is sent the result.
    """
    if await how_many(db, programme, now) > matching.IN_PROCESS:
        programme.rehearse_for_id = organiser.id
        return None
    gathered = await gather(db, programme, now)
    return await _put_together(db, programme, gathered, await _plans(gathered, programme), now)


async def rehearse_due(database: Database, now: datetime) -> None:
    """What was too large to be rehearsed while somebody waited."""
    async with database.transaction(reading=True) as db:
        wanted = select(Programme).where(Programme.rehearse_for_id.is_not(None), Programme.stopped_at.is_(None))
        gathered = [(one, await gather(db, one, now)) for one in await db.scalars(wanted.order_by(Programme.id))]
    for programme, people in gathered:
        plans = await _plans(people, programme)
        async with database.transaction() as db:
            query = select(Programme).where(Programme.id == programme.id).with_for_update(key_share=True)
            held = (await db.scalars(query)).one()
            if held.rehearse_for_id is None or held.next_number != programme.next_number:
                continue
            held.rehearsal = json.dumps(asdict(await _put_together(db, held, people, plans, now)))
            period = f"{REHEARSED} {now:%Y-%m-%d %H:%M:%S}"
            due = outbox.Due(READY_KIND, held.rehearse_for_id, f"programme:{held.id}", now, period)
            held.rehearse_for_id = None
            await outbox.queue_many(db, [due])


def read(programme: Programme) -> Rehearsal | None:
    """The rehearsal that was kept for the coming round, if there is one."""
    if not programme.rehearsal:
        return None
    kept = json.loads(programme.rehearsal)
    kept["others"] = tuple((rule, left) for rule, left in kept["others"])
    kept["examples"] = tuple((tuple(people), why) for people, why in kept["examples"])
    return Rehearsal(**kept)


async def _plans(gathered: Gathered, programme: Programme) -> Mapping[str, Plan]:
    """By its own rule, and by the wider ones if somebody would sit out."""
    found = {programme.rule: await making.plan_of(gathered, programme, programme.rule)}
    for rule in (ANOTHER_ORGANISATION, ANYBODY):
        if found[programme.rule].left and ANYBODY not in found and rule not in found:
            found[rule] = await making.plan_of(gathered, programme, rule)
    return found


async def _put_together(
    db: AsyncSession, programme: Programme, gathered: Gathered, plans: Mapping[str, Plan], now: datetime
) -> Rehearsal:
    mine = plans[programme.rule]
    left = len(mine.left)
    others = tuple((rule, len(plan.left)) for rule, plan in plans.items() if len(plan.left) < left)
    groups = (*mine.trios[:1], *mine.pairs)[:EXAMPLES]
    query = select(Person).where(Person.id.in_([int(one) for group in groups for one in group.people]))
    people = {str(p.id): p for p in await db.scalars(query.options(joinedload(Person.organisation)))}
    examples = tuple((tuple(_described(people[one]) for one in g.people if one in people), g.why) for g in groups)
    return Rehearsal(
        programme.next_number,
        programme.rule,
        len(gathered.takers),
        len(mine.pairs),
        len(mine.trios),
        left,
        others,
        examples,
        await _open(db, programme, now),
        len(gathered.busy),
    )


def _described(person: Person) -> str:
    return who(Seen(person.role, person.organisation.short_name, person.place))


async def _open(db: AsyncSession, programme: Programme, now: datetime) -> int:
    """How many are asked each time, and have said neither yes nor no to this one."""
    number = programme.next_number
    query = (
        select(func.count())
        .select_from(Participant)
        .join(Person, Person.id == Participant.person_id)
        .where(
            *takes_part(programme),
            *is_awake(local_date(now, ZONE)),
            Participant.mode == ASK_ME,
            Participant.yes_number != number,
            Participant.skip_number != number,
        )
    )
    return await db.scalar(query) or 0
