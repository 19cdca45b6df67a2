"""What people are told of a round: all of a group or nobody, and what becomes of it. Rules do not speak."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.clock import local_date
from qibot.introductions.models import WITHDRAWN, Introduction
from qibot.introductions.rounds.gathering import ZONE, agreed_ever_since, is_reachable
from qibot.introductions.rounds.making import CARD_KIND, subject_of
from qibot.introductions.rounds.models import ALONE, LOST, REACHED, Participant, Round, Seat
from qibot.introductions.seen import Opening, Side, is_willing, opening, side, whole
from qibot.introductions.service import subject_of as introduction_subject
from qibot.outbox import service as outbox
from qibot.outbox.models import FAILED, SENT, Delivery
from qibot.people.models import Person

NOT_REACHED_KIND = "rounds.not_reached"


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody's place in a round, as they may know it. `others` are those they are introduced to, each with what to
    begin with; `missing`: one of three could not be told. `why` is the topic, or why they sit out.
    """

    programme: str
    rule: str
    on: date
    why: str
    others: tuple[tuple[Side, Opening], ...] = ()
    missing: bool = False
    sits_out: bool = False
    alone: bool = False
    next_on: date | None = None


async def told(db: AsyncSession, round_id: int, person: Person, now: datetime) -> Told | None:
    """What `person` may know of their place in a round; None if they had none."""
    seat = await db.get(Seat, (round_id, person.id), populate_existing=True)
    found = await db.scalar(select(Round).where(Round.id == round_id).options(joinedload(Round.programme)))
    if seat is None or found is None or found.made_at is None:
        return None
    programme = found.programme
    coming = None if programme.stopped_at else programme.next_on
    on = local_date(found.made_at, person.zone)
    about = Told(programme.name, found.rule, on, seat.why, next_on=coming)
    if seat.group == 0 or seat.state in (LOST, ALONE):
        return replace(about, sits_out=seat.group == 0, alone=seat.group != 0)
    group = await _group(db, round_id, seat.group)
    still = await _still(db, programme.id, group)
    others = []
    for one in await _introductions(db, round_id, [person.id]):
        seen = await side(db, one, person)
        if {one.asker_id, one.champion_id} <= still and seen.agreed:
            others.append((seen, await opening(db, one, person, seen, now)))
    return replace(about, others=tuple(others), missing=len(others) < len(group) - 1)


async def carried(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
    """As somebody's card has arrived or could not: then the others of the group hear so, and it comes to nothing for
    whoever has nobody left.
    """
    round_id, number = ids_in(delivery.subject)
    group = await _group(db, round_id, number, lock=True)
    mine = next((one for one in group if one.person_id == delivery.person_id), None)
    if mine is None or mine.state:
        return
    if state == SENT:
        mine.state = REACHED
        return
    found = await db.get_one(Round, round_id)
    still = await _still(db, found.programme_id, group)
    if state == FAILED:
        still -= {mine.person_id}
    # If nobody else is missing, the one who was not told is.
    lost = [one for one in group if one.state in ("", REACHED) and one.person_id not in still] or [mine]
    await _lose(db, found, group, lost, now)


async def _lose(db: AsyncSession, found: Round, group: Sequence[Seat], lost: Sequence[Seat], now: datetime) -> None:
    for one in lost:
        one.state = LOST
    for broken in await _introductions(db, found.id, [one.person_id for one in lost]):
        broken.state = WITHDRAWN
        reason = "One of the two could not be told."
        await outbox.cancel(db, subject=introduction_subject(broken.id), reason=reason)
    left = [one for one in group if one.state in ("", REACHED)]
    subject, period = subject_of(found.id, group[0].group), str(sum(one.state == LOST for one in group))
    dues = []
    for one in left:
        if len(left) == 1:
            one.state = ALONE
            await outbox.cancel(db, subject=subject, kind=CARD_KIND, person_id=one.person_id)
        if one.state:
            dues.append(outbox.Due(NOT_REACHED_KIND, one.person_id, subject, now, period))
    # It came to nothing, so they have waited for one round more.
    for one in group:
        if one.state in (LOST, ALONE):
            mine = Participant.programme_id == found.programme_id, Participant.person_id == one.person_id
            await db.execute(update(Participant).where(*mine).values(waited=one.waited + 1))
    await outbox.queue_many(db, dues)


async def _group(db: AsyncSession, round_id: int, number: int, *, lock: bool = False) -> Sequence[Seat]:
    query = select(Seat).where(Seat.round_id == round_id, Seat.group == number).order_by(Seat.person_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(query)).all()


async def _still(db: AsyncSession, programme_id: int, group: Sequence[Seat]) -> set[int]:
    """Who of a group can meet the others: those who were told and agree, and those who take part and can be told."""
    told = [one.person_id for one in group if one.state == REACHED]
    to_tell = select(Participant.person_id).where(
        Participant.programme_id == programme_id,
        Participant.person_id.in_([one.person_id for one in group if not one.state]),
        Participant.left_at.is_(None),
        agreed_ever_since(),
        is_reachable(Participant.person_id),
    )
    agree = select(Person.id).where(Person.id.in_(told), is_willing(Person.id))
    return {*await db.scalars(to_tell), *await db.scalars(agree)}


async def _introductions(db: AsyncSession, round_id: int, person_ids: Collection[int]) -> Sequence[Introduction]:
    """Those of a round that any of these people is in."""
    either = or_(Introduction.asker_id.in_(person_ids), Introduction.champion_id.in_(person_ids))
    query = whole().where(Introduction.round_id == round_id, either).order_by(Introduction.id)
    return (await db.scalars(query)).all()


def ids_in(subject: str) -> tuple[int, int]:
    """The round and the group that a delivery is about; group 0 where it is about no group."""
    _, round_id, group = (*subject.split(":"), "0")[:3]
    return int(round_id), int(group)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a round came to. `matched` are people in groups that came about, `trios` how many groups had three; `left`
    sat out, `missed` were in a group that came to nothing; `reached` of `matched` have their card by now.
    """

    programme_id: int
    programme: str
    rule: str
    on: date
    matched: int
    trios: int
    left: int
    missed: int
    reached: int
    next_on: date | None


async def figures(db: AsyncSession, found: Round) -> Figures:
    """The figures of a round that was made, without anybody in them."""
    query = select(Seat.group, Seat.state, func.count()).where(Seat.round_id == found.id)
    rows = (await db.execute(query.group_by(Seat.group, Seat.state))).all()
    sizes = Counter[int]()
    for group, state, count in rows:
        sizes[group] += 0 if state in (LOST, ALONE) else count
    missed = sum(n for group, state, n in rows if group and state in (LOST, ALONE))
    coming = None if found.programme.stopped_at else found.programme.next_on
    return Figures(
        found.programme.id,
        found.programme.name,
        found.rule,
        local_date(found.made_at or found.opened_at, ZONE),
        sum(n for group, n in sizes.items() if group),
        sum(1 for group, n in sizes.items() if group and n > 2),
        sizes[0],
        missed,
        sum(n for _, state, n in rows if state == REACHED),
        coming,
    )
