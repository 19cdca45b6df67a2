"""Who may be matched in a round, and with whom not. Rules do not speak: no chat here."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from qibot.champions.models import Champion, ChampionTopic
from qibot.clock import local_date
from qibot.events.models import Attendance
from qibot.hours import at_local
from qibot.introductions.models import ASKED, WITHDRAWN, Introduction
from qibot.introductions.pairs import never_pairs
from qibot.introductions.rounds.matching import Taker
from qibot.introductions.rounds.models import (
    ALONE,
    AUTOMATIC,
    LOST,
    OF_EVENT,
    OF_PLACE,
    OF_TOPIC,
    Participant,
    Programme,
    Round,
    Seat,
)
from qibot.people.models import Consent, Identity, Interest, Organisation, Person, Topic, Workspace

Pair = tuple[str, str]
"""Two ids of people as the matching has them, in one order."""

ZONE = "Europe/London"
"""Rounds have a day for everybody, whoever's day it is; only what is said waits for each person's own hours."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a round is planned from. `met`: weeks since two were introduced, or since one asked for the other; `never`:
    who is never put together; `busy`: those whom another programme matched within the week, with its name.
    """

    takers: tuple[Taker, ...]
    met: Mapping[Pair, float]
    never: frozenset[Pair]
    busy: Mapping[int, str]

    def may_meet(self, one: str, two: str, cool_down: int) -> bool:
        """Whether these two are here and nothing has come between them, whatever the rule of the round."""
        both = pair(int(one), int(two))
        return both not in self.never and self.met.get(both, cool_down) >= cool_down


def pair(one: int, two: int) -> Pair:
    """Two people as a pair."""
    return str(min(one, two)), str(max(one, two))


async def how_many(db: AsyncSession, programme: Programme, now: datetime) -> int:
    """How many are in the coming round as things are now, those whom another programme matched included."""
    query = select(func.count()).select_from(Participant).join(Person, Person.id == Participant.person_id)
    return await db.scalar(query.where(*is_in(programme, now))) or 0


async def gather(db: AsyncSession, programme: Programme, now: datetime) -> Gathered:
    """Everybody who is in the coming round of `programme` as things are now."""
    query = (
        select(
            Person.id,
            Person.organisation_id,
            Person.place,
            Person.role,
            Participant,
            sat_out(programme.next_number - 1),
        )
        .join(Participant, Participant.person_id == Person.id)
        .where(*is_in(programme, now))
        .order_by(Person.id)
    )
    rows = (await db.execute(query)).all()
    ids = query.with_only_columns(Person.id).order_by(None)
    topics, organisations = await _topics(db, ids), await _organisations(db, local_date(now, ZONE))
    busy = await _busy(db, programme, now)
    here = [person_id for person_id, *_ in rows]
    met, never = await apart(db, here, now, programme.cool_down)
    never |= {pair(*both) for both in await never_pairs(db, here)}
    takers = tuple(
        Taker(
            str(person_id),
            str(organisations[organisation_id]),
            _folded(place),
            _folded(role),
            frozenset(topics.get(person_id, ())),
            takes.waited,
            takes.prefers_trio,
            sat_out_last,
        )
        for person_id, organisation_id, place, role, takes, sat_out_last in rows
        if person_id not in busy
    )
    return Gathered(takers, met, never, {one: busy[one] for one, *_ in rows if one in busy})


async def apart(
    db: AsyncSession, ids: Collection[int], now: datetime, weeks: int
) -> tuple[dict[Pair, float], frozenset[Pair]]:
    """Of these people: who met how many weeks ago, within `weeks`; and who never meets.

    Every introduction counts, whichever round or question it came from, and one that was not answered or declined as
    well: the two were put before each other. Who ended the messages between them is never matched again.
    """
    since = at_local(local_date(now, ZONE) - timedelta(weeks=weeks), time(0), ZONE)
    query = select(
        Introduction.asker_id, Introduction.champion_id, Introduction.answered_at, Introduction.stopped_at
    ).where(
        Introduction.state != WITHDRAWN,
        or_(
            Introduction.state == ASKED,
            Introduction.answered_at >= since,
            Introduction.stopped_at.is_not(None),
        ),
    )
    met: dict[Pair, float] = {}
    never: set[Pair] = set()
    here = set(ids)
    for one, two, answered_at, stopped_at in await db.execute(query):
        if one in here and two in here:
            both, ago = pair(one, two), _weeks_between(answered_at or now, now)
            met[both] = min(met.get(both, ago), ago)
            if stopped_at is not None:
                never.add(both)
    return met, frozenset(never)


def _weeks_between(at: datetime, now: datetime) -> float:
    # By the calendar: a round that is made some minutes earlier in the day than the last is as many weeks later.
    return (local_date(now, ZONE) - local_date(at, ZONE)).days / 7


# ---- Conditions of queries over people


def is_in(programme: Programme, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """That a `Person` joined with their `Participant` is in the coming round."""
    today = local_date(now, ZONE)
    return (
        *takes_part(programme),
        *is_awake(today),
        Participant.skip_number != programme.next_number,
        or_(Participant.mode == AUTOMATIC, Participant.yes_number == programme.next_number),
        is_reachable(Person.id),
    )


def is_awake(today: date) -> tuple[ColumnElement[bool], ...]:
    """That neither their rounds nor all that I say to them is paused."""
    return tuple(or_(column.is_(None), column <= today) for column in (Participant.paused_until, Person.paused_until))


def sat_out(number: int | ColumnElement[int]) -> ColumnElement[bool]:
    """That a `Participant` had no place in the round of this number, or one that came to nothing."""
    return exists().where(
        Round.programme_id == Participant.programme_id,
        Round.number == number,
        Seat.round_id == Round.id,
        Seat.person_id == Participant.person_id,
        or_(Seat.group == 0, Seat.state.in_((LOST, ALONE))),
    )


def takes_part(programme: Programme) -> tuple[ColumnElement[bool], ...]:
    """That they joined, agree to introductions ever since, and are still one of those whom it is for."""
    return (
        Participant.programme_id == programme.id,
        Participant.left_at.is_(None),
        agreed_ever_since(),
        *is_for(programme),
    )


def agreed_ever_since() -> ColumnElement[bool]:
    """That a participant has agreed to introductions from when they joined until now."""
    return _agrees(Participant.person_id, "introductions", Consent.given_at <= Participant.joined_at)


def is_for(programme: Programme) -> tuple[ColumnElement[bool], ...]:
    """That a `Person` is here and one of those whom the programme is for."""
    here = Person.left_at.is_(None), Person.erased_at.is_(None)
    if programme.audience == OF_TOPIC:
        return (*here, Person.id.in_(_on_topic(programme.topic_id)))
    if programme.audience == OF_PLACE:
        return (*here, func.lower(Person.place) == programme.place.lower())
    if programme.audience == OF_EVENT:
        there = exists().where(Attendance.event_id == programme.event_id, Attendance.person_id == Person.id)
        return (*here, there)
    return here


def may_be_invited() -> tuple[ColumnElement[bool], ...]:
    """That a `Person` agrees to introductions, and to hear of what there is."""
    return tuple(_agrees(Person.id, purpose) for purpose in ("introductions", "broadcasts"))


def is_reachable(person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """That this person has an account in which they can be written to."""
    return exists().where(
        Identity.person_id == person_id,
        Identity.unreachable == "",
        Workspace.id == Identity.workspace_id,
        Workspace.removed_at.is_(None),
    )


def _agrees(person_id: InstrumentedAttribute[int], purpose: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        Consent.person_id == person_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None), *more
    )


def _on_topic(topic_id: int | None) -> Select[int]:
    works_on = select(Interest.person_id).where(Interest.topic_id == topic_id)
    helps_with = select(ChampionTopic.person_id).join(Champion).where(ChampionTopic.topic_id == topic_id)
    return select(union(works_on, helps_with.where(Champion.stopped_at.is_(None))).subquery().c.person_id)


# ---- What is read besides


async def _topics(db: AsyncSession, ids: Select[int]) -> Mapping[int, set[str]]:
    """What each works on or helps with, by label: what is explained is explained in these words."""
    works_on = select(Interest.person_id, Interest.topic_id).where(Interest.person_id.in_(ids))
    helps_with = select(ChampionTopic.person_id, ChampionTopic.topic_id).join(Champion)
    both = union(works_on, helps_with.where(Champion.stopped_at.is_(None), Champion.person_id.in_(ids))).subquery()
    found: dict[int, set[str]] = defaultdict(set)
    query = select(both.c.person_id, Topic.label).join(Topic, Topic.id == both.c.topic_id)
    for person_id, label in await db.execute(query):
        found[person_id].add(label)
    return found


async def _organisations(db: AsyncSession, today: date) -> Mapping[int, int]:
    """What each organisation is by `today`: those that have merged are one."""
    every = await db.scalars(select(Organisation))
    into = {one.id: one.merged_into_id if one.closed_by(today) else None for one in every}
    found = {}
    for one in into:
        now, seen = one, {one}
        while (after := into[now]) is not None and after not in seen:
            now = after
            seen.add(now)
        found[one] = now
    return found


async def _busy(db: AsyncSession, programme: Programme, now: datetime) -> dict[int, str]:
    """Whom another programme matched in the last seven days, today included."""
    since = at_local(local_date(now, ZONE) - WEEK + timedelta(days=1), time(0), ZONE)
    query = (
        select(Seat.person_id, Programme.name)
        .join(Round, Round.id == Seat.round_id)
        .join(Programme, Programme.id == Round.programme_id)
        .where(
            Round.programme_id != programme.id,
            Round.made_at >= since,
            Seat.group != 0,
            Seat.state.not_in((LOST, ALONE)),
        )
        .order_by(Round.made_at)
    )
    return dict((await db.execute(query)).all())


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())
