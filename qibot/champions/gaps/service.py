"""The gap map: topics that people look for and nobody offers; and words of theirs in which no topic was read.

What people search for is not kept, by anybody. A gap is what somebody chose to say: by a question to the organisers, or
by putting it on the map. A person counts once for a topic, for a year. Others see how many in steps that begin at five,
so that neither a small number nor the coming or going of one person can be worked out (rules of the field: counts under
five are hidden, and cannot be found by subtraction).
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Integer, cast, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.gaps.models import Sought, SoughtWords
from qibot.champions.models import HIDDEN, Champion, ChampionTopic
from qibot.champions.questions.models import Question
from qibot.champions.standing import offered
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.people.models import Person, Topic
from qibot.people.topics import add_word, by_id, move_links, vocabulary
from qibot.typed import Typed

PAGE = 8
KEEP = timedelta(days=365)
STEPS = (100, 50, 20, 10, 5)
"""How many people are spoken of: "20 or more". Below the last it is "a few"."""
SEVERAL = 3
"""People who put the same words on the map, before an organiser is shown them. No number is shown."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A topic that people look for and nobody can be offered for. `at_least` is one of `STEPS`, 0 for a few."""

    topic_id: int
    label: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Words:
    """Words in which no topic was read. `asked`: sent to the organisers; else several people put them on the map."""

    words: str
    asked: bool


async def look_for(db: AsyncSession, person: Person, topic_id: int, words: str, now: datetime) -> Topic | None:
    """Count somebody for a topic, or else for their words; the topic. Once or often is once. Raises `NotFound`."""
    topic = await by_id(db, topic_id)
    if topic is not None:
        row = insert_or_ignore(db, Sought).values(person_id=person.id, topic_id=topic.id, at=now)
    elif fold(words):
        row = insert_or_ignore(db, SoughtWords).values(person_id=person.id, words=fold(words), asked=False, at=now)
    else:
        raise NotFound("I do not know that topic any more.", ("Type ", Typed("topics"), " to see them all."))
    await db.execute(row)
    return topic


async def asked(db: AsyncSession, question: Question) -> None:
    """Count a question to the organisers."""
    mine, now = {"person_id": question.asker_id}, question.asked_at
    if question.topic_id is not None:
        await db.execute(insert_or_ignore(db, Sought).values(**mine, topic_id=question.topic_id, at=now))
        return
    await db.execute(insert_or_ignore(db, SoughtWords).values(**mine, words=question.folded, asked=True, at=now))
    these = SoughtWords.person_id == question.asker_id, SoughtWords.words == question.folded
    await db.execute(update(SoughtWords).where(*these).values(asked=True))


async def gaps(db: AsyncSession, now: datetime, today: date, *, page: int = 1) -> tuple[list[Gap], bool]:
    """One page of the map, what most people look for first, and whether there is more. The order within a step is that
    of the labels, for any other would tell what the step hides.
    """
    people = func.count(Sought.person_id)
    query = (
        select(Topic.id, Topic.label, people)
        .join(Sought, Sought.topic_id == Topic.id)
        .join(Person, Person.id == Sought.person_id)
        .where(Topic.retired_at.is_(None), Sought.at > now - KEEP, *_here(), ~_helped(today))
        .group_by(Topic.id, Topic.label)
    )
    found = [Gap(topic_id, label, at_least(n)) for topic_id, label, n in await db.execute(query)]
    found.sort(key=lambda gap: (-gap.at_least, gap.label))
    first = (page - 1) * PAGE
    return found[first : first + PAGE], len(found) > first + PAGE


def at_least(people: int) -> int:
    """How many may be said: one of `STEPS`, 0 for a few."""
    return next((step for step in STEPS if people >= step), 0)


def _helped(today: date) -> ColumnElement[bool]:
    """Somebody can be offered for the topic. Hidden champions do not count: that they are there is theirs to tell."""
    champion = select(ChampionTopic.person_id).join(Champion, Champion.person_id == ChampionTopic.person_id)
    champion = champion.join(Person, Person.id == Champion.person_id)
    return (
        champion.where(ChampionTopic.topic_id == Topic.id, Champion.visibility != HIDDEN, *offered(today))
        # The people who look are joined outside; these are others.
        .correlate(Topic)
        .exists()
    )


def _here() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Person.left_at.is_(None), Person.erased_at.is_(None)


# ---- Words, for organisers


async def unread(db: AsyncSession, now: datetime, *, page: int = 1) -> tuple[list[Words], bool]:
    """One page of words, those sent with a question first, and whether there are more. Nobody stands beside them."""
    sent = func.max(cast(SoughtWords.asked, Integer))
    query = (
        select(SoughtWords.words, sent)
        .join(Person, Person.id == SoughtWords.person_id)
        .where(SoughtWords.at > now - KEEP, *_here())
        .group_by(SoughtWords.words)
        .having(or_(sent == 1, func.count() >= SEVERAL))
        .order_by(sent.desc(), SoughtWords.words)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    rows = (await db.execute(query)).all()
    return [Words(words, bool(asked)) for words, asked in rows[:PAGE]], len(rows) > PAGE


async def listed(db: AsyncSession, words: str, now: datetime) -> str:
    """The words, if they are on the list: a button must not be a way to try others. Raises `NotFound`."""
    shown = select(func.count(), func.max(cast(SoughtWords.asked, Integer))).where(SoughtWords.words == words)
    people, sent = (await db.execute(shown.where(SoughtWords.at > now - KEEP))).one()
    if not people or not (sent or people >= SEVERAL):
        raise NotFound("Those words are no longer on the list.", ("Type ", Typed("topic words"), " to see it."))
    return words


async def teach(db: AsyncSession, heard: str, topic: Topic, word: str, now: datetime) -> None:
    """`word` leads to the topic from now on, and who looked for it with the words `heard` counts for the topic.

    Raises `NotFound`, and `Refused` when the word leads somewhere else already.
    """
    await listed(db, heard, now)
    try:
        await add_word(db, topic, word)
    except Refused:
        # Taught to this very topic in the meantime, it is only to be moved.
        if [m.topic_id for m in (await vocabulary(db)).match(word, 1)] != [topic.id]:
            raise
    who = select(SoughtWords.person_id, literal(topic.id), SoughtWords.at).where(SoughtWords.words == heard)
    await db.execute(insert_or_ignore(db, Sought).from_select(["person_id", "topic_id", "at"], who))
    asked_so = Question.folded == heard, Question.topic_id.is_(None)
    await db.execute(update(Question).where(*asked_so).values(topic_id=topic.id))
    await forget(db, heard)


async def forget(db: AsyncSession, words: str) -> None:
    """Take words off the list."""
    await db.execute(delete(SoughtWords).where(SoughtWords.words == words))


async def forget_old(db: AsyncSession, now: datetime) -> None:
    """What is older than a year no longer counts and goes."""
    for kind in (Sought, SoughtWords):
        await db.execute(delete(kind).where(kind.at <= now - KEEP))


async def move_topic(db: AsyncSession, old_id: int, new_id: int) -> None:
    """Two topics become one."""
    await move_links(db, Sought, old_id, new_id)


def fold(words: str) -> str:
    """Words without case and punctuation, at most 200 characters: what makes two questions the same."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    kept = "".join(c if c.isalnum() or c == "&" else " " for c in plain.replace("’", "").replace("'", ""))
    return " ".join(kept.split())[:200].strip()
