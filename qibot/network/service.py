"""The weekly digest: what is new in the topics that somebody follows, each thing once. Rules do not speak.

A digest is of whole days, up to the one on which it is due, so that nothing can fall between two of them. Which days is
kept in the delivery's own period, so that one that is put off says the same.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.hours import at_local, next_working_day
from qibot.network.models import Digest
from qibot.network.sources import SOURCES, News
from qibot.outbox import service as outbox
from qibot.outbox.models import PENDING, SENDING, SENT, Delivery
from qibot.people import follows
from qibot.people import service as people
from qibot.people.models import Follow, Person, Topic

DIGEST_KIND = "network.digest"
PURPOSE = "broadcasts"
LONGEST = timedelta(days=28)
"""How far back a digest looks that could not be sent for some weeks: what is older is no news."""
_WEEK = timedelta(days=7)
_SWEEP = 1000


@dataclass(frozen=True, slots=True)
class Following:
    """After a press or a command. `new` is False when nothing has changed; `agreed`: they want news at all."""

    topic: Topic
    new: bool
    agreed: bool
    first_on: date


async def follow(db: AsyncSession, person: Person, topic: Topic, now: datetime) -> Following:
    """Follow a topic from now on. Raises `Refused` past the limit."""
    new = await follows.follow(db, person, topic, now)
    first = _next(person, now)
    row = insert_or_ignore(db, Digest)
    await db.execute(row.values(person_id=person.id, told_until=now.date(), next_at=first))
    digest = await db.get_one(Digest, person.id)
    return Following(topic, new, await people.agrees(db, person.id, PURPOSE), local_date(digest.next_at, person.zone))


async def unfollow(db: AsyncSession, person: Person, topic_id: int) -> bool:
    """Follow a topic no longer; with the last one the digest ends. False when they did not follow it."""
    was = await follows.unfollow(db, person.id, topic_id)
    if not await follows.any_left(db, person.id):
        await db.execute(delete(Digest).where(Digest.person_id == person.id))
        await outbox.cancel(db, subject=_subject(person.id), reason="They follow no topic any more.")
    return was


def _next(person: Person, now: datetime) -> datetime:
    """The start of work on the next Monday, or on the working day after it."""
    today = local_date(now, person.zone)
    monday = today + timedelta(days=7 - today.weekday())
    return at_local(next_working_day(monday, person.week), person.works_from, person.zone)


# ---- Once a week


async def plan_digests(db: AsyncSession, now: datetime) -> None:
    """Queue the digests of those for whom something is new; look again a week later at all whose day has come."""
    query = (
        select(Digest, Person)
        .join(Person, Person.id == Digest.person_id)
        .where(Digest.next_at <= now)
        .order_by(Digest.next_at, Digest.person_id)
        .limit(_SWEEP)
        # Two processes may sweep at once.
        .with_for_update(of=Digest, skip_locked=True)
    )
    rows = [(digest, person) for digest, person in await db.execute(query)]
    if not rows:
        return
    waiting = await _waiting(db, [person.id for _, person in rows])
    start, until = min(digest.told_until for digest, _ in rows), now.date()
    news = await _news(db, {person.id for _, person in rows if person.here}, start, until, now)
    dues = []
    for digest, person in rows:
        digest.next_at = _next(person, now)
        if person.id in waiting:
            # Theirs of last week waits for its turn still: one message, and the next one tells the rest.
            continue
        first = max(digest.told_until, until - LONGEST)
        if any(_day(first) <= one.at for one in news.get(person.id, ())):
            period = f"{first.isoformat()}/{until.isoformat()}"
            dues.append(outbox.Due(DIGEST_KIND, person.id, _subject(person.id), now, period))
        digest.told_until = until
    await outbox.queue_many(db, dues)


async def digest(db: AsyncSession, delivery: Delivery, now: datetime) -> list[tuple[str, list[News]]]:
    """What a digest says: topics by label, each with what is new in it; a thing only under the first of its topics."""
    first, _, until = delivery.plan.partition("/")
    found = await _news(db, {delivery.person_id}, date.fromisoformat(first), date.fromisoformat(until), now)
    news = found.get(delivery.person_id, [])
    labels = {t.id: t.label for t in await follows.followed(db, delivery.person_id)}
    told: dict[str, list[News]] = defaultdict(list)
    seen: set[str] = set()
    for one in sorted(news, key=lambda one: (labels[one.topic_id], one.at, one.key)):
        if one.key not in seen:
            seen.add(one.key)
            told[labels[one.topic_id]].append(one)
    return list(told.items())


async def ended(db: AsyncSession, delivery: Delivery, state: str, _: datetime) -> None:
    """As a digest ends: what could not be told is told by the next one."""
    row = await db.get(Digest, delivery.person_id, with_for_update=True)
    if row is not None and state != SENT and delivery.period == delivery.plan:
        row.told_until = min(row.told_until, date.fromisoformat(delivery.plan.partition("/")[0]))


async def _waiting(db: AsyncSession, people_ids: Sequence[int]) -> set[int]:
    """Those who have a digest on its way."""
    theirs = Delivery.subject.in_([_subject(one) for one in people_ids]), Delivery.kind == DIGEST_KIND
    return set(await db.scalars(select(Delivery.person_id).where(*theirs, Delivery.state.in_((PENDING, SENDING)))))


async def _news(
    db: AsyncSession, people_ids: Collection[int], start: date, until: date, now: datetime
) -> Mapping[int, list[News]]:
    """By person: what became new in the topics they follow, from one day up to another, and is not their own."""
    query = (
        select(Follow.person_id, Follow.topic_id, Follow.since)
        .join(Topic, Topic.id == Follow.topic_id)
        .where(Follow.person_id.in_(people_ids), Topic.retired_at.is_(None))
    )
    rows = (await db.execute(query)).all()
    topics = sorted({topic_id for _, topic_id, _ in rows})
    by_topic: dict[int, list[News]] = defaultdict(list)
    for source in SOURCES if topics else ():
        for one in await source(db, topics, _day(start), _day(until), now):
            by_topic[one.topic_id].append(one)
    found: dict[int, list[News]] = defaultdict(list)
    for person_id, topic_id, since in rows:
        found[person_id] += [n for n in by_topic[topic_id] if n.at >= since and n.of != person_id]
    return found


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _subject(person_id: int) -> str:
    return f"digest:{person_id}"


async def erase(db: AsyncSession, person: Person, now: datetime) -> None:
    """Until when somebody was told what is new."""
    await db.execute(delete(Digest).where(Digest.person_id == person.id))
