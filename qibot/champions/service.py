"""What may be done with champions, and who is the right one."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions.models import HIDDEN, OPEN, Ask, Champion, ChampionTopic
from qibot.clock import local_date
from qibot.errors import NotFound, Refused, WrongFields
from qibot.people.models import Consent, Organisation, Person, Topic
from qibot.people.topics import Match, by_slug, vocabulary

MONTH = timedelta(days=30)
PAGE = 5
_CANDIDATES = 40
"""Rows taken from the index for one topic, in turn order: enough to fill some pages, never the whole network."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody who can help. `name` is "" when it is shown only after a yes; `why` are reasons in plain words."""

    person_id: int
    name: str
    role: str
    organisation: str
    place: str
    offer: str
    topic_id: int
    same_organisation: bool
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What a search came to: the topics the words were read as, one page of people, whether there are more."""

    topics: tuple[Match, ...]
    hits: tuple[Hit, ...]
    more: bool
    nearest: tuple[Match, ...]


async def offer(
    db: AsyncSession,
    person: Person,
    *,
    topics: Sequence[str],
    words: str,
    asks_a_month: int,
    visibility: str,
    now: datetime,
) -> Champion:
    """Become a champion, or change the offer. Raises `WrongFields`."""
    found = await by_slug(db, topics)
    if len(found) != len(set(topics)) or not found:
        raise WrongFields({"topics": "Please choose from those offered."})
    champion = await db.get(Champion, person.id)
    if champion is None:
        champion = Champion(person_id=person.id, since=now)
        db.add(champion)
    champion.offer, champion.asks_a_month, champion.visibility = words, asks_a_month, visibility
    champion.stopped_at = champion.paused_until = None
    await db.flush()
    last = await db.scalar(select(func.max(ChampionTopic.turn)).where(ChampionTopic.person_id == person.id)) or 0
    await db.execute(delete(ChampionTopic).where(ChampionTopic.person_id == person.id))
    db.add_all(ChampionTopic(person_id=person.id, topic_id=t.id, turn=last) for t in found)
    await db.flush()
    return champion


async def mine(db: AsyncSession, person_id: int) -> Champion:
    """Somebody's own standing offer. Raises `NotFound`."""
    champion = await db.get(Champion, person_id)
    if champion is None or champion.stopped_at is not None:
        raise NotFound("You are not a champion yet.", "Type /qi champion join to offer what you know.")
    return champion


async def topics_of(db: AsyncSession, person_id: int) -> list[Topic]:
    """What a champion helps with, by label."""
    query = select(Topic).join(ChampionTopic, ChampionTopic.topic_id == Topic.id)
    return list(await db.scalars(query.where(ChampionTopic.person_id == person_id).order_by(Topic.label)))


async def pause(db: AsyncSession, person_id: int, until: date, today: date) -> Champion:
    """Not to be asked before `until`. Raises `Refused` unless that is ahead: a pause always has an end."""
    champion = await mine(db, person_id)
    if until <= today:
        raise Refused("A pause needs an end that is still to come.", "Try /qi champion pause 1 march.")
    champion.paused_until = until
    return champion


async def resume(db: AsyncSession, person_id: int) -> Champion:
    """Be asked again."""
    champion = await mine(db, person_id)
    champion.paused_until = None
    return champion


async def stop(db: AsyncSession, person_id: int, now: datetime) -> None:
    """Take the offer back."""
    (await mine(db, person_id)).stopped_at = now


async def askable(db: AsyncSession, champion_id: int, asker: Person, now: datetime, today: date) -> Champion:
    """The champion with their person, if `asker` may ask them now. Raises `NotFound` or `Refused`."""
    query = select(Champion).join(Person).where(Champion.person_id == champion_id, *_offered(today))
    if not asker.is_organiser:
        query = query.where(Champion.visibility != HIDDEN)
    champion = await db.scalar(query.options(joinedload(Champion.person).joinedload(Person.organisation)))
    if champion is None:
        raise NotFound("That champion is not taking questions just now.", "Type /qi find and your words for others.")
    if champion.person_id == asker.id:
        raise Refused("That is you.", "Others can ask you; you will get a message when they do.")
    if await asks_in_month(db, champion_id, now) >= champion.asks_a_month:
        raise Refused(
            "They have been asked as often as they offered this month.",
            "Try another champion, or ask again later.",
        )
    return champion


async def asks_in_month(db: AsyncSession, champion_id: int, now: datetime) -> int:
    """How often a champion was asked in the last 30 days."""
    query = select(func.count()).where(Ask.person_id == champion_id, Ask.at > now - MONTH)
    return await db.scalar(query) or 0


async def asked(db: AsyncSession, champion_id: int, now: datetime) -> None:
    """Note that a champion was asked: it counts against their month, and it is somebody else's turn next."""
    db.add(Ask(person_id=champion_id, at=now))
    await db.execute(
        update(ChampionTopic).where(ChampionTopic.person_id == champion_id).values(turn=int(now.timestamp()))
    )


async def search(
    db: AsyncSession, words: str, *, asker: Person | None, now: datetime, today: date, page: int = 1
) -> Results:
    """People of any organisation who can help with `words`: other organisations first, and equal people take turns."""
    held = await vocabulary(db)
    topics = held.match(words)
    asker_id, home = (asker.id, asker.organisation_id) if asker else (0, 0)
    query = _by_topics(len(topics) > 1) if topics else _by_words(words)
    values = {"asker": asker_id, "today": today, "since": now - MONTH}
    if topics:
        values["topics"] = [m.topic_id for m in topics] if len(topics) > 1 else topics[0].topic_id
    rows = (await db.execute(query, values)).all() if query is not None else []
    hits = _rank(rows, {m.topic_id: m for m in topics}, home)
    first = (page - 1) * PAGE
    nearest = () if topics else tuple(held.nearest(words))
    return Results(tuple(topics), tuple(hits[first : first + PAGE]), len(hits) > first + PAGE, nearest)


async def for_topics(db: AsyncSession, topics: Sequence[Topic], *, asker: Person, now: datetime) -> list[Hit]:
    """Champions for any of these topics who may be asked now, in the order of a search; `why` names their topics."""
    if not topics:
        return []
    values = {"asker": asker.id, "today": local_date(now, asker.zone), "since": now - MONTH}
    values["topics"] = [t.id for t in topics] if len(topics) > 1 else topics[0].id
    rows = (await db.execute(_by_topics(len(topics) > 1), values)).all()
    return _rank(rows, {t.id: Match(t.id, t.slug, t.label, 1.0, t.label) for t in topics}, asker.organisation_id)


def _offered(today: date | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    """Paused, left and withdrawn people are never offered."""

    def agreed(purpose: str) -> ColumnElement[bool]:
        return exists().where(
            Consent.person_id == Person.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
        )

    return (
        Champion.stopped_at.is_(None),
        or_(Champion.paused_until.is_(None), Champion.paused_until <= today),
        Person.left_at.is_(None),
        Person.erased_at.is_(None),
        agreed("findable"),
        agreed("introductions"),
    )


@cache
def _people() -> Select[*tuple[Any, ...]]:
    """What a search reads, with its values left open (asker, today, since).

    Statements are made once: making one takes longer than SQLite takes to answer it.
    """
    asks = select(func.count()).where(Ask.person_id == Champion.person_id, Ask.at > bindparam("since"))
    return (
        select(
            Person.id, Person.name, Person.role, Person.place, Person.organisation_id, Organisation.short_name,
            Champion.offer, Champion.visibility, ChampionTopic.topic_id, ChampionTopic.turn,
        )
        .select_from(ChampionTopic)
        .join(Champion, Champion.person_id == ChampionTopic.person_id)
        .join(Person, Person.id == Champion.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(
            *_offered(bindparam("today")),
            Champion.visibility != HIDDEN,
            Person.id != bindparam("asker"),
            asks.scalar_subquery() < Champion.asks_a_month,
        )
        .order_by(ChampionTopic.turn, ChampionTopic.person_id)
        .limit(_CANDIDATES)
    )  # fmt: skip


@cache
def _by_topics(several: bool) -> Select[*tuple[Any, ...]]:
    """For `topics`: one id, whose people the index holds in turn order, or several."""
    return _people().where(
        ChampionTopic.topic_id.in_(bindparam("topics", expanding=True))
        if several
        else ChampionTopic.topic_id == bindparam("topics")
    )


def _by_words(words: str) -> Select[*tuple[Any, ...]] | None:
    """No topic: people whose own words of their offer hold one of the longer words."""
    long_words = [w for w in re.findall(r"\w+", words.casefold()) if len(w) >= 5][:6]
    if not long_words:
        return None
    holds = [func.lower(Champion.offer).contains(w, autoescape=True) for w in long_words]
    return _people().where(or_(*holds))


def _rank(rows: Sequence[Row[Any]], topics: dict[int, Match], home: int) -> list[Hit]:
    """Other organisations first, then those in most of the topics, then whose turn it is."""
    shared = Counter(row[0] for row in rows)
    order: dict[int, tuple[tuple[int, ...], Hit]] = {}
    for person_id, name, role, place, organisation_id, organisation, offer, visibility, topic_id, turn in map(
        tuple, rows
    ):
        match = topics.get(topic_id)
        why = f"champion for {match.label}" if match else f"says: “{offer[:140]}”"
        same = organisation_id == home
        if person_id not in order:
            shown = name if visibility == OPEN else ""
            hit = Hit(person_id, shown, role, organisation, place, offer, topic_id, same, (why,))
            order[person_id] = (int(same), -shared[person_id] if topics else 0, turn, person_id), hit
        elif match:
            key, hit = order[person_id]
            order[person_id] = key, replace(hit, why=(*hit.why, why))
    return [hit for _, hit in sorted(order.values(), key=lambda pair: pair[0])]
