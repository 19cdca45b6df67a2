"""The QI vocabulary: topics, their synonyms, and which topics words speak of."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from weakref import WeakKeyDictionary

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, Table, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import Base, insert_or_ignore
from qibot.errors import NotFound, Refused, Unclear
from qibot.people.models import Follow, Interest, Shipped, Topic, TopicMerge, TopicWord

CAPITALS_ONLY = frozenset("ACT AI AIS ACP AF ASC HF INT LAC MAS MCA OT PE SPA CTR MUST".split())
"""Short forms that are also words or mean several things: they count only in capitals and as a whole word."""

_GENERAL = frozenset(
    "annual before group health lead leave length meeting people place plan process programme review room service "
    "staff support system team time training use visit visitor week work worker working".split()
)
"""Words of the vocabulary that say too little to point at a topic by themselves."""

_AND = re.compile(r",| and | or |\(|\)")
_WORD = re.compile(r"[^\W_]+(?:[&'-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Match:
    """A topic that words speak of. `score` 0–1; `why` is the phrase of the vocabulary that was recognised."""

    topic_id: int
    slug: str
    label: str
    score: float
    why: str


class Vocabulary:
    """Topics with their words, held ready for matching. Immutable: changes make a new one."""

    def __init__(self, topics: Sequence[tuple[int, str, str]], words: Sequence[tuple[int, str]]) -> None:
        self._topics = {topic_id: (slug, label) for topic_id, slug, label in topics}
        self._exact: dict[str, tuple[int, str]] = {}
        self._capitals: dict[str, tuple[int, str]] = {}
        for topic_id, phrase in [(i, label) for i, _, label in topics] + [w for w in words if w[0] in self._topics]:
            for short in CAPITALS_ONLY.intersection(phrase.split()):
                # "MUST score" makes MUST a short form of its topic, in capitals only.
                self._capitals.setdefault(short, (topic_id, phrase))
            if phrase not in CAPITALS_ONLY:
                self._exact.setdefault(" ".join(_words(phrase)), (topic_id, phrase))
        for topic_id, _, label in topics:
            # "Dementia and delirium" is what people call dementia, and what they call delirium.
            for part in _AND.split(label):
                self._exact.setdefault(" ".join(_words(part)), (topic_id, part.strip()))
        self._rare: dict[str, set[int]] = {}
        for key, (topic_id, _) in self._exact.items():
            for word in key.split():
                if len(word) >= 5 and word.removesuffix("s") not in _GENERAL:
                    self._rare.setdefault(word.removesuffix("s"), set()).add(topic_id)
        self._longest = max((key.count(" ") + 1 for key in self._exact), default=1)
        self._phrases = [key for key in self._exact if len(key) >= 5]

    def match(self, text: str, limit: int = 3) -> list[Match]:
        """Topics that `text` speaks of, best first; none when nothing is near."""
        found: dict[int, Match] = {}
        raw = _WORD.findall(text)
        for word in raw:
            if hit := self._capitals.get(word):
                self._keep(found, hit, 1.0)
        words = _words(text)
        covered: set[int] = set()
        for n in range(min(self._longest, len(words)), 0, -1):
            for i in range(len(words) - n + 1):
                if covered.isdisjoint(range(i, i + n)) and (hit := self._phrase(words[i : i + n])):
                    self._keep(found, hit, 0.9 + 0.02 * min(n, 4))
                    covered.update(range(i, i + n))
        if not found:
            self._repair(found, words)
        if not found:
            self._by_rare_words(found, words)
        return sorted(found.values(), key=lambda m: (-m.score, m.slug))[:limit]

    def nearest(self, text: str, limit: int = 3) -> list[Match]:
        """Topics whose words look most like `text`, for "did you mean"."""
        near = process.extract(
            " ".join(_words(text)), self._phrases, scorer=fuzz.ratio, limit=limit * 3, score_cutoff=65
        )
        found: dict[int, Match] = {}
        for phrase, score, _ in near:
            self._keep(found, self._exact[phrase], score / 100)
        return sorted(found.values(), key=lambda m: (-m.score, m.slug))[:limit]

    def _phrase(self, words: list[str]) -> tuple[int, str] | None:
        phrase = " ".join(words)
        # People write "hip fractures" for "hip fracture" and the other way round.
        return self._exact.get(phrase) or self._exact.get(phrase.removesuffix("s")) or self._exact.get(phrase + "s")

    def _repair(self, found: dict[int, Match], words: list[str]) -> None:
        """One slip of the keyboard in a long enough word still names the topic."""
        for n in (3, 2, 1):
            for i in range(len(words) - n + 1):
                phrase = " ".join(words[i : i + n])
                if len(phrase) < 5:
                    continue
                near = process.extractOne(phrase, self._phrases, scorer=fuzz.ratio, score_cutoff=84)
                if near and near[0][0] == phrase[0]:
                    self._keep(found, self._exact[near[0]], near[1] / 100 * 0.85)
            if found:
                return

    def _by_rare_words(self, found: dict[int, Match], words: list[str]) -> None:
        """No phrase of ours: a word that only one or two topics use still points at them ("wound dressings")."""
        for word in words:
            topics = self._rare.get(word.removesuffix("s"), set())
            if len(topics) <= 2:
                for topic_id in topics:
                    self._keep(found, (topic_id, word), 0.6 / len(topics))

    def _keep(self, found: dict[int, Match], hit: tuple[int, str], score: float) -> None:
        topic_id, phrase = hit
        if topic_id not in found or found[topic_id].score < score:
            slug, label = self._topics[topic_id]
            found[topic_id] = Match(topic_id, slug, label, round(score, 3), phrase)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("-", " ")
    return _WORD.findall(folded)


SHIPPED = "topics.csv"
_VERSION = select(Shipped.version).where(Shipped.name == SHIPPED)
_held: WeakKeyDictionary[object, tuple[int, Vocabulary]] = WeakKeyDictionary()


async def vocabulary(db: AsyncSession) -> Vocabulary:
    """The database's vocabulary: read once, and again when its version has changed (one small read each time)."""
    version = await db.scalar(_VERSION) or 0
    held = _held.get(db.get_bind())
    if held is None or held[0] != version:
        topics = await db.execute(
            select(Topic.id, Topic.slug, Topic.label).where(Topic.retired_at.is_(None)).order_by(Topic.id)
        )
        words = await db.execute(
            select(TopicWord.topic_id, TopicWord.word).order_by(TopicWord.topic_id, TopicWord.word)
        )
        held = version, Vocabulary([(i, s, n) for i, s, n in topics], [(i, w) for i, w in words])
        _held[db.get_bind()] = held
    return held[1]


async def _changed(db: AsyncSession) -> None:
    await db.flush()
    await db.execute(update(Shipped).where(Shipped.name == SHIPPED).values(version=Shipped.version + 1))


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
        "See /qi topics for all of them." if not near else "Did you mean one of these?",
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
    slug = "-".join(_words(label))[:60]
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
    taken = (await vocabulary(db)).match(word, 1)
    if taken and taken[0].score >= 0.9 and " ".join(_words(taken[0].why)) == " ".join(_words(word)):
        raise Refused(f"“{word}” already leads to {taken[0].label}.")
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
        raise NotFound("I cannot find those two topics.", "Type /qi topics to see them.")
    merged = await db.get(TopicMerge, old.id)
    if old.id == new.id or (merged is not None and merged.into_id != new.id):
        raise Refused(f"{old.label} and {new.label} are one topic already, or parts of others.", "See /qi topics.")
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
