"""The topics of the database: the vocabulary as it stands, and what organisers change of it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.errors import NotFound, Refused, Unclear
from qibot.people.models import Interest, Topic, TopicWord
from qibot.people.versions import has_changed, versions
from qibot.typed import Typed
from qibot.vocabulary.shipped import TOPICS as SHIPPED
from qibot.vocabulary.text import stems, tokens
from qibot.vocabulary.vocabulary import Match as Match
from qibot.vocabulary.vocabulary import Vocabulary

_held: WeakKeyDictionary[object, tuple[int, Vocabulary]] = WeakKeyDictionary()


@lru_cache(maxsize=4)
def _made(topics: tuple[tuple[int, str, str], ...], words: tuple[tuple[int, str], ...]) -> Vocabulary:
    return Vocabulary(topics, words).warm()


async def vocabulary(db: AsyncSession) -> Vocabulary:
    """The database's vocabulary: read once, and again when its version has changed (one small read each time)."""
    version = (await versions(db)).get(SHIPPED, 0)
    held = _held.get(db.get_bind())
    if held is None or held[0] != version:
        topics = await db.execute(
            select(Topic.id, Topic.slug, Topic.label).where(Topic.retired_at.is_(None)).order_by(Topic.id)
        )
        words = await db.execute(
            select(TopicWord.topic_id, TopicWord.word).order_by(TopicWord.topic_id, TopicWord.word)
        )
        listed, said = tuple((i, s, n) for i, s, n in topics), tuple((i, w) for i, w in words)
        # Some tenths of a second, once after a change: others go on meanwhile.
        held = version, await asyncio.to_thread(_made, listed, said)
        _held[db.get_bind()] = held
    return held[1]


async def _changed(db: AsyncSession) -> None:
    await db.flush()
    await has_changed(db, SHIPPED)


async def all_topics(db: AsyncSession) -> list[Topic]:
    """Every topic in use, by group and label."""
    return list(await db.scalars(select(Topic).where(Topic.retired_at.is_(None)).order_by(Topic.group, Topic.label)))


async def of_person(db: AsyncSession, person_id: int) -> list[Topic]:
    """What somebody works on, by label."""
    query = select(Topic).join(Interest, Interest.topic_id == Topic.id).where(Interest.person_id == person_id)
    return list(await db.scalars(query.order_by(Topic.label)))


async def read_topic(db: AsyncSession, words: str) -> Topic:
    """The one topic that `words` name. Raises `Unclear` with suggestions."""
    held = await vocabulary(db)
    matches = held.match(words, 2)
    if matches and (len(matches) == 1 or matches[0].score > matches[1].score):
        found = await db.get(Topic, matches[0].topic_id)
        if found is not None:
            return found
    near = matches or held.nearest(words)
    raise Unclear(
        f"I do not know a topic called “{words}”.",
        ("See ", Typed("topics"), " for all of them.") if not near else "Did you mean one of these?",
        tuple(f"find {m.label.lower()}" for m in near),
    )


async def by_slug(db: AsyncSession, slugs: Sequence[str]) -> list[Topic]:
    """Topics by slug, in the vocabulary's order; unknown slugs are left out."""
    return list(await db.scalars(select(Topic).where(Topic.slug.in_(slugs)).order_by(Topic.label)))


async def add_topic(db: AsyncSession, label: str, group: str) -> Topic:
    """A new topic. Raises `Refused` when there is one of that name."""
    slug = "-".join(token.word for token in tokens(label))[:60]
    if not slug:
        raise Refused("A topic needs a name with letters in it.")
    if await db.scalar(select(Topic.id).where(Topic.slug == slug)):
        raise Refused(f"There is a topic called “{label}” already.")
    topic = Topic(slug=slug, label=label[:80], group=group[:60])
    db.add(topic)
    await _changed(db)
    return topic


async def add_word(db: AsyncSession, topic: Topic, word: str) -> None:
    """Other words for a topic. Raises `Refused` when the words name a topic already."""
    said = select(Topic.label, TopicWord.word).join(TopicWord).where(Topic.retired_at.is_(None))
    known = [(label, label) for label in await db.scalars(select(Topic.label).where(Topic.retired_at.is_(None)))]
    meant = stems(word)
    for label, held in [*known, *await db.execute(said)]:
        if stems(held) == meant and held.isupper() == word.isupper():
            raise Refused(f"“{word}” already leads to {label}.")
    db.add(TopicWord(topic_id=topic.id, word=word[:80]))
    await _changed(db)


async def retire_topic(db: AsyncSession, topic: Topic, now: datetime) -> None:
    """Take a topic out of use; what was said under it stays."""
    if topic.retired_at is not None:
        raise NotFound(f"{topic.label} is out of use already.")
    topic.retired_at = now
    await _changed(db)
