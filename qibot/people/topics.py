"""The topics of the database: the vocabulary as it stands, and what organisers change of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Table, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import Base, insert_or_ignore
from qibot.errors import NotFound, Refused, Unclear
from qibot.people.models import Follow, Interest, Topic, TopicMerge, TopicWord
from qibot.people.versions import has_changed, versions
from qibot.typed import Typed
from qibot.vocabulary.phrases import parts
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
    """Topics by slug, by label; unknown slugs are left out, and that of a merged topic leads to what it became."""
    return await _became(db, Topic.slug.in_(slugs))


async def by_id(db: AsyncSession, topic_id: int) -> Topic | None:
    """The topic of that id, or what it became, if it is in use; None for any other number."""
    found = await _became(db, Topic.id == topic_id)
    return found[0] if found and found[0].retired_at is None else None


async def _became(db: AsyncSession, which: ColumnElement[bool]) -> list[Topic]:
    after = select(func.coalesce(TopicMerge.into_id, Topic.id)).select_from(Topic)
    after = after.outerjoin(TopicMerge, TopicMerge.topic_id == Topic.id).where(which)
    return list(await db.scalars(select(Topic).where(Topic.id.in_(after)).order_by(Topic.label)))


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
    labels = (await db.scalars(select(Topic.label).where(Topic.retired_at.is_(None)))).all()
    known = [(label, part) for label in labels for part in (label, *parts(label))]
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


# ---- Two topics that become one

Move = Callable[[AsyncSession, int, int], Awaitable[None]]
"""(db, old, new): a feature moves all that it keeps under one topic to another. Whatever is there already stays, and
twice is once."""


async def mergeable(db: AsyncSession, old_id: int, new_id: int) -> tuple[Topic, Topic]:
    """The two topics, if one can become part of the other, or did already. Raises `NotFound` or `Refused`."""
    old, new = await db.get(Topic, old_id), await db.get(Topic, new_id)
    if old is None or new is None or new.retired_at is not None:
        raise NotFound("I cannot find those two topics.", ("Type ", Typed("topics"), " to see them."))
    merged = await db.get(TopicMerge, old.id)
    if old.id == new.id or (merged is not None and merged.into_id != new.id):
        raise Refused(
            f"{old.label} and {new.label} are one topic already, or parts of others.", ("See ", Typed("topics"), ".")
        )
    return old, new


async def merge(
    db: AsyncSession, old_id: int, new_id: int, moves: Iterable[Move], now: datetime
) -> tuple[Topic, Topic]:
    """Make the old topic part of the new one: its words, its name among them, and all that is kept under it move.
    Again is once more the same. Raises `NotFound` or `Refused`.
    """
    # Both are held, in one order: whoever merges the other way round meanwhile waits, and is refused.
    both = select(Topic.id).where(Topic.id.in_((old_id, new_id))).order_by(Topic.id)
    await db.execute(both.with_for_update())
    old, new = await mergeable(db, old_id, new_id)
    old.retired_at = old.retired_at or now
    await db.execute(insert_or_ignore(db, TopicMerge).values(topic_id=old.id, into_id=new.id, at=now))
    await db.execute(update(TopicMerge).where(TopicMerge.into_id == old.id).values(into_id=new.id))
    await db.execute(insert_or_ignore(db, TopicWord).values(topic_id=new.id, word=old.label))
    for move in moves:
        await move(db, old.id, new.id)
    await _changed(db)
    return old, new


async def move(db: AsyncSession, old_id: int, new_id: int) -> None:
    """What people themselves keep under a topic: its words, who works on it, who follows it."""
    for kind in (TopicWord, Interest, Follow):
        await move_links(db, kind, old_id, new_id)


async def move_links(db: AsyncSession, kind: type[Base], old_id: int, new_id: int) -> None:
    """Rows of a table whose key has a `topic_id`: they go from one topic to the other, and doubles go."""
    table = cast(Table, kind.__table__)
    columns = [column for column in table.c if column.name != "topic_id"]
    rows = select(literal(new_id), *columns).where(table.c.topic_id == old_id)
    names = ["topic_id", *(column.name for column in columns)]
    await db.execute(insert_or_ignore(db, kind).from_select(names, rows))
    await db.execute(delete(table).where(table.c.topic_id == old_id))
