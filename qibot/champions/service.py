"""What may be done with champions."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions import yearly
from qibot.champions.finding import index
from qibot.champions.finding.models import OFFER
from qibot.champions.models import HIDDEN, UNTIL_THEY_SAY, Ask, Champion, ChampionTopic
from qibot.champions.roles import Roles
from qibot.champions.standing import MONTH, has_time, offered
from qibot.errors import NotFound, Refused, WrongFields
from qibot.people.models import Person, Topic
from qibot.people.topics import by_slug, move_links
from qibot.typed import Typed


async def offer(
    db: AsyncSession,
    person: Person,
    *,
    topics: Sequence[str],
    words: str,
    asks_a_month: int,
    visibility: str,
    now: datetime,
    roles: Roles,
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
    champion.coach, champion.trained, champion.coaching = roles.coach, roles.trained, roles.coaching
    champion.sponsor, champion.partner = roles.sponsor, roles.partner
    await yearly.answered(db, champion, now)
    await db.flush()
    mine = select(ChampionTopic.topic_id, ChampionTopic.since).where(ChampionTopic.person_id == person.id)
    had = dict((await db.execute(mine)).all())
    await db.execute(delete(ChampionTopic).where(ChampionTopic.person_id == person.id))
    db.add_all(ChampionTopic(person_id=person.id, topic_id=t.id, since=had.get(t.id, now)) for t in found)
    await db.flush()
    await _note(db, champion)
    return champion


async def _note(db: AsyncSession, champion: Champion) -> None:
    """The offer as searches know it, as new as it was last looked at."""
    about = select(ChampionTopic.topic_id).where(ChampionTopic.person_id == champion.person_id)
    await index.put(db, _piece(champion, (await db.scalars(about)).all()))


def _piece(champion: Champion, topics: Sequence[int]) -> index.Piece:
    return index.Piece(
        champion.person_id,
        OFFER,
        champion.confirmed_at.date(),
        title=champion.offer,
        words=champion.offer,
        topics=tuple(topics),
    )


def evidence(dialect: str) -> index.Pieces:
    """Every offer that stands, for making what a search reads again."""
    piece = (literal(OFFER).label("kind"), literal(0).label("subject"))
    title, at = func.substr(Champion.offer, 1, index.LONGEST_TITLE), index.day_of(dialect, Champion.confirmed_at)
    rows = select(Champion.person_id, *piece, title.label("title"), at.label("at"), Champion.offer.label("words"))
    return index.Pieces(
        rows.where(Champion.stopped_at.is_(None)),
        select(ChampionTopic.person_id, *piece, ChampionTopic.topic_id),
    )


async def mine(db: AsyncSession, person_id: int) -> Champion:
    """Somebody's own standing offer. Raises `NotFound`."""
    champion = await db.get(Champion, person_id)
    if champion is None or champion.stopped_at is not None:
        raise NotFound("You are not a champion yet.", ("Type ", Typed("champion join"), " to offer what you know."))
    return champion


async def topics_of(db: AsyncSession, person_id: int) -> list[Topic]:
    """What a champion helps with, by label."""
    query = select(Topic).join(ChampionTopic, ChampionTopic.topic_id == Topic.id)
    return list(await db.scalars(query.where(ChampionTopic.person_id == person_id).order_by(Topic.label)))


async def pause(db: AsyncSession, person_id: int, until: date, now: datetime, today: date) -> Champion:
    """Not to be asked before `until`. Raises `Refused` unless that is ahead: a pause always has an end."""
    champion = await mine(db, person_id)
    if until <= today:
        raise Refused("A pause needs an end that is still to come.", ("Try ", Typed("champion pause 1 march"), "."))
    champion.paused_until = until
    await yearly.answered(db, champion, now)
    await _note(db, champion)
    return champion


async def resume(db: AsyncSession, person_id: int, now: datetime) -> Champion:
    """Be asked again."""
    champion = await mine(db, person_id)
    champion.paused_until = None
    await yearly.answered(db, champion, now)
    await _note(db, champion)
    return champion


async def stop(db: AsyncSession, person_id: int, now: datetime) -> None:
    """Take the offer back."""
    champion = await mine(db, person_id)
    champion.stopped_at = now
    await yearly.answered(db, champion, now)
    await index.drop(db, OFFER, 0, person_id=person_id)


async def still_happy(db: AsyncSession, person_id: int, now: datetime) -> Champion:
    """Yes, still happy to be asked. A pause stays as it is, unless it was only for want of an answer."""
    champion = await mine(db, person_id)
    if champion.paused_until == UNTIL_THEY_SAY:
        champion.paused_until = None
    await yearly.answered(db, champion, now)
    await _note(db, champion)
    return champion


async def askable(db: AsyncSession, champion_id: int, asker: Person, now: datetime, today: date) -> Champion:
    """The champion with their person, if `asker` may ask them now. Raises `NotFound` or `Refused`."""
    query = select(Champion).join(Person).where(Champion.person_id == champion_id, *offered(today))
    if not asker.is_organiser:
        query = query.where(Champion.visibility != HIDDEN)
    champion = await db.scalar(query.options(joinedload(Champion.person).joinedload(Person.organisation)))
    if champion is None:
        raise NotFound(
            "That champion is not taking questions just now.", ("Type ", Typed("find"), " and your words for others.")
        )
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


async def has_time_for_one(db: AsyncSession, person_id: int, today: date, now: datetime) -> bool:
    """Whether somebody, champion or not, may be asked one thing more: what many are shown by, of one."""
    one = select(Person.id).outerjoin(Champion, Champion.person_id == Person.id).where(Person.id == person_id)
    return await db.scalar(one.where(has_time(today, now - MONTH))) is not None


async def asked(db: AsyncSession, person_id: int, now: datetime) -> None:
    """Note that somebody was asked: it counts against their month, and it is somebody else's turn next."""
    db.add(Ask(person_id=person_id, at=now))
    await index.asked(db, person_id, now)


async def move_topic(db: AsyncSession, old_id: int, new_id: int) -> None:
    """Two topics become one: who helps with the one helps with the other, and is known for it."""
    await move_links(db, ChampionTopic, old_id, new_id)
    await index.move_topic(db, old_id, new_id)
