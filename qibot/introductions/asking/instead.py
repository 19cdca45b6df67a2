"""Somebody else: whom the asked person would ask, and a new match where an introduction did not come about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding import service as finding
from qibot.clock import local_date
from qibot.errors import NotFound, Refused, WrongFields
from qibot.introductions import service as introductions
from qibot.introductions.asking.service import Wish, preview
from qibot.introductions.models import DECLINED, Introduction, Suggestion
from qibot.introductions.pairs import may_pair
from qibot.introductions.seen import Seen, before, is_named, willing
from qibot.introductions.service import asked_of
from qibot.people import service as people
from qibot.people.models import Person, Topic
from qibot.people.topics import vocabulary
from qibot.typed import Typed

_PAGES = 4
"""Pages of a search that are looked through for somebody who was not asked yet."""


@dataclass(frozen=True, slots=True)
class Instead:
    """Somebody to ask instead, as far as the viewer may know them, about a topic (0 and "" = none). `suggested` by the
    person who was asked, and not found by a search.
    """

    person_id: int
    topic_id: int
    other: Seen
    topic: str = ""
    suggested: bool = False


async def suggest(
    db: AsyncSession, introduction_id: int, person: Person, words: str, workspace_id: int, now: datetime
) -> tuple[Introduction, str, Seen | None]:
    """The asked person would ask somebody else: by name, or about a topic that their words name. It is a no, and the
    asker hears of the suggestion; the topic's label or the person comes back. Raises `NotFound`, `Refused` and
    `WrongFields`, which is the same for whoever may not be found by name and for nobody.
    """
    found = await asked_of(db, introduction_id, person)
    other = await _named(db, words, workspace_id, {found.asker_id, found.champion_id})
    topic = None if other else await _topic(db, words)
    if other is None and topic is None:
        raise WrongFields(
            {
                "words": "I find nobody by that name whom I could ask, and no topic in these words. "
                "Try the whole name, or what it is about, such as sepsis."
            }
        )
    found.suggestion = Suggestion(introduction_id=found.id, person_id=other.id if other else None, topic=topic)
    await introductions.end(db, found, DECLINED, now)
    await db.flush()
    return found, topic.label if topic else "", await before(db, other) if other else None


async def _named(db: AsyncSession, words: str, workspace_id: int, but: set[int]) -> Person | None:
    """The one person that these words name among those whose name the network may see."""
    people_found = await people.find_people(db, words, workspace_id) if words.strip() else []
    ids = [one.id for one in people_found if one.id not in but]
    named = set(await db.scalars(select(Person.id).where(Person.id.in_(ids), is_named(Person.id))))
    willing_ones = [one for one in people_found if one.id in named and await willing(db, one.id)]
    return willing_ones[0] if len(willing_ones) == 1 else None


async def _topic(db: AsyncSession, words: str) -> Topic | None:
    matches = (await vocabulary(db)).match(words, 1)
    return await db.get(Topic, matches[0].topic_id) if matches else None


async def wish_for(db: AsyncSession, introduction_id: int, person: Person) -> tuple[Wish, str]:
    """What the asker would ask now of whom was suggested to them, and the reason they gave. Raises `NotFound`."""
    found = await introductions.of_one(db, introduction_id, person)
    if found.asker_id != person.id or found.suggestion is None or found.suggestion.person_id is None:
        raise NotFound("I cannot find that suggestion.", ("Type ", Typed("introductions"), " to see yours."))
    return Wish(person_id=found.suggestion.person_id, topic_id=found.topic_id or 0), found.reason


async def instead(db: AsyncSession, introduction: Introduction, viewer: Person, now: datetime) -> Instead | None:
    """Whom `viewer`, one of the two, could ask: who was suggested, else a champion of the topic whom they have had
    nothing to do with. None for nobody.
    """
    suggestion = introduction.suggestion if viewer.id == introduction.asker_id else None
    if suggestion is not None and suggestion.person_id is not None:
        topic_id = introduction.topic_id or 0
        suggested = await _askable(db, viewer, Wish(person_id=suggestion.person_id, topic_id=topic_id), now)
        if suggested is not None:
            return suggested
    topic = (suggestion.topic if suggestion is not None else None) or introduction.topic
    return await _match(db, viewer, topic, now) if topic is not None else None


async def _match(db: AsyncSession, viewer: Person, topic: Topic, now: datetime) -> Instead | None:
    """The first of a search for the topic whom `viewer` could ask, and has had nothing to do with yet."""
    today, before_now = local_date(now, viewer.zone), await _had_to_do_with(db, viewer.id)
    for page in range(1, _PAGES + 1):
        results = await finding.search(db, topic.label, asker=viewer, now=now, today=today, page=page)
        for hit in results.hits:
            # What the bot proposes by itself is never one of two who are kept apart.
            if hit.person_id in before_now or not await may_pair(db, viewer.id, hit.person_id):
                continue
            wish = Wish(champion_id=hit.person_id, topic_id=topic.id)
            if (found := await _askable(db, viewer, wish, now)) is not None:
                return found
        if not results.more:
            break
    return None


async def _had_to_do_with(db: AsyncSession, person_id: int) -> set[int]:
    both = select(Introduction.asker_id, Introduction.champion_id)
    rows = await db.execute(both.where(or_(Introduction.asker_id == person_id, Introduction.champion_id == person_id)))
    return {one for row in rows for one in row}


async def _askable(db: AsyncSession, asker: Person, wish: Wish, now: datetime) -> Instead | None:
    try:
        whom = await preview(db, asker, wish, now)
    except (NotFound, Refused):
        return None
    suggested = bool(wish.person_id)
    return Instead(wish.person_id or wish.champion_id, wish.topic_id, whom.other, whom.topic, suggested)
