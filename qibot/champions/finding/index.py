"""Keeps what a search reads true: features say what shows that somebody knows about something, in the transaction that
changes it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, bindparam, case, delete, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding.models import (
    BOTH,
    HAS_DONE,
    OFFER,
    OFFERS,
    Evidence,
    EvidenceTopic,
    EvidenceWord,
    Knows,
)
from qibot.champions.models import Ask, ChampionTopic
from qibot.people.topics import move_links
from qibot.vocabulary.text import STOP, tokens

_MOST_WORDS = 80
_AT_ONCE = 1_000
_COLUMNS = ("id", "person_id", "kind", "subject", "title", "at")


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that shows that somebody knows about something. `words` are searched, `title` is shown."""

    person_id: int
    kind: str
    at: date
    subject: int = 0
    title: str = ""
    words: str = ""
    topics: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """Something else that searches read, made of what people said: whether it is missing, and making it again, which
    says of how many rows.
    """

    is_missing: Callable[[AsyncSession], Awaitable[bool]]
    rebuild: Callable[[AsyncSession], Awaitable[int]]


Source = Callable[[AsyncSession], AsyncIterator[Piece]]
"""All the pieces of a feature, for making everything again."""


async def put(db: AsyncSession, piece: Piece) -> None:
    """Note a piece of evidence, or what has become of it."""
    query = select(Evidence).where(
        Evidence.person_id == piece.person_id, Evidence.kind == piece.kind, Evidence.subject == piece.subject
    )
    held = await db.scalar(query)
    before: Sequence[int] = ()
    if held is None:
        held = Evidence(person_id=piece.person_id, kind=piece.kind, subject=piece.subject, title="", at=piece.at)
        db.add(held)
    else:
        before = (await db.scalars(select(EvidenceTopic.topic_id).where(EvidenceTopic.evidence_id == held.id))).all()
        await _clear(db, [held.id])
    held.title, held.at = piece.title[:200], piece.at
    await db.flush()
    await _write(db, [(held.id, piece)])
    await _rank(db, piece.person_id, {*before, *piece.topics})


async def drop(db: AsyncSession, kind: str, subject: int, *, person_id: int | None = None) -> None:
    """It no longer holds, for one person or for everybody."""
    query = select(Evidence.id, Evidence.person_id).where(Evidence.kind == kind, Evidence.subject == subject)
    rows = (await db.execute(query if person_id is None else query.where(Evidence.person_id == person_id))).all()
    for evidence_id, owner in rows:
        topics = select(EvidenceTopic.topic_id).where(EvidenceTopic.evidence_id == evidence_id)
        about = (await db.scalars(topics)).all()
        await _clear(db, [evidence_id])
        await db.execute(delete(Evidence).where(Evidence.id == evidence_id))
        await _rank(db, owner, about)


async def only(db: AsyncSession, kind: str, subject: int, person_ids: Collection[int]) -> None:
    """It holds for nobody but these."""
    held = select(Evidence.person_id).where(Evidence.kind == kind, Evidence.subject == subject)
    for person_id in set(await db.scalars(held)) - set(person_ids):
        await drop(db, kind, subject, person_id=person_id)


async def asked(db: AsyncSession, person_id: int, now: datetime) -> None:
    """They have been asked: it is somebody else's turn next."""
    await db.execute(update(Knows).where(Knows.person_id == person_id).values(turn=int(now.timestamp())))


async def move_topic(db: AsyncSession, old_id: int, new_id: int) -> None:
    """Two topics become one: all that was evidence of the one is evidence of the other."""
    either = Knows.topic_id.in_((old_id, new_id))
    turns = select(Knows.person_id, func.max(Knows.turn)).where(either).group_by(Knows.person_id)
    turn_of = (await db.execute(turns)).all()
    await move_links(db, EvidenceTopic, old_id, new_id)
    await db.execute(delete(Knows).where(either))
    rows = _ranked().where(EvidenceTopic.topic_id == new_id)
    await db.execute(insert(Knows).from_select(["topic_id", "person_id", "rank", "turn"], rows))
    if turn_of:
        await db.execute(_TURNS, [{"whose": person_id, "then": turn} for person_id, turn in turn_of])


async def is_missing(db: AsyncSession) -> bool:
    """Whether nothing is known of anybody, although somebody has made an offer."""
    nothing = await db.scalar(select(Evidence.id).limit(1)) is None
    return nothing and await db.scalar(select(ChampionTopic.person_id).limit(1)) is not None


async def rebuild(db: AsyncSession, sources: Iterable[Source]) -> int:
    """Make everything again from what the features hold; how many pieces there are."""
    for table in (Knows, EvidenceWord, EvidenceTopic, Evidence):
        await db.execute(delete(table))
    number = 0
    for source in sources:
        batch: list[tuple[int, Piece]] = []
        async for piece in source(db):
            number += 1
            batch.append((number, piece))
            if len(batch) == _AT_ONCE:
                await _write(db, batch, new=True)
                batch = []
        await _write(db, batch, new=True)
    await _set_sequence(db, number)
    await db.execute(insert(Knows).from_select(["topic_id", "person_id", "rank", "turn"], _ranked()))
    asks = (await db.execute(select(Ask.person_id, func.max(Ask.at)).group_by(Ask.person_id))).all()
    if asks:
        turns = [{"whose": person_id, "then": int(at.timestamp())} for person_id, at in asks]
        await db.execute(_TURNS, turns)
    return number


async def _set_sequence(db: AsyncSession, last: int) -> None:
    if db.get_bind().dialect.name == "postgresql" and last:
        # We gave the numbers ourselves, and PostgreSQL counts on from where it was.
        await db.execute(select(func.setval(func.pg_get_serial_sequence("evidence", "id"), last)))


async def _write(db: AsyncSession, batch: Sequence[tuple[int, Piece]], *, new: bool = False) -> None:
    if new and batch:
        rows = [
            dict(zip(_COLUMNS, (n, p.person_id, p.kind, p.subject, p.title[:200], p.at), strict=True)) for n, p in batch
        ]
        await db.execute(_INTO[Evidence], rows)
    topics = [{"evidence_id": n, "topic_id": t} for n, p in batch for t in dict.fromkeys(p.topics)]
    words = [{"evidence_id": n, "word": w} for n, p in batch for w in words_of(p.words)]
    if topics:
        await db.execute(_INTO[EvidenceTopic], topics)
    if words:
        await db.execute(_INTO[EvidenceWord], words)


async def _clear(db: AsyncSession, ids: Sequence[int]) -> None:
    await db.execute(delete(EvidenceTopic).where(EvidenceTopic.evidence_id.in_(ids)))
    await db.execute(delete(EvidenceWord).where(EvidenceWord.evidence_id.in_(ids)))


def words_of(text: str, most: int = _MOST_WORDS) -> list[str]:
    """What is searched of a text: its first `most` words without their endings, but for those that say nothing."""
    said = (
        t.stem[:40] for t in tokens(text, longest=6_000) if t.word not in STOP and (len(t.stem) > 2 or t.raw.isupper())
    )
    return list(islice(dict.fromkeys(said), most))


async def _rank(db: AsyncSession, person_id: int, topics: Iterable[int]) -> None:
    """Put right what one person is known for, of these topics."""
    ids = sorted(set(topics))
    if not ids:
        return
    kinds = (
        select(EvidenceTopic.topic_id, func.max(_offers), func.max(_done))
        .join(Evidence, Evidence.id == EvidenceTopic.evidence_id)
        .where(Evidence.person_id == person_id, EvidenceTopic.topic_id.in_(ids))
        .group_by(EvidenceTopic.topic_id)
    )
    now = {topic: _rank_of(offers, done) for topic, offers, done in await db.execute(kinds)}
    held = {row.topic_id: row for row in await db.scalars(select(Knows).where(Knows.person_id == person_id))}
    turn = next((row.turn for row in held.values()), None)
    if turn is None and now:
        last = await db.scalar(select(func.max(Ask.at)).where(Ask.person_id == person_id))
        turn = int(last.timestamp()) if last else 0
    for topic in ids:
        row = held.get(topic)
        if topic not in now:
            if row is not None:
                await db.delete(row)
        elif row is None:
            db.add(Knows(topic_id=topic, person_id=person_id, rank=now[topic], turn=turn or 0))
        else:
            row.rank = now[topic]
    await db.flush()


_INTO = {model: insert(cast(Table, model.__table__)) for model in (Evidence, EvidenceTopic, EvidenceWord)}
"""Rows as they are: mapping each to an object would take longer than writing it."""
_knows = cast(Table, Knows.__table__)
_TURNS = update(_knows).where(_knows.c.person_id == bindparam("whose")).values(turn=bindparam("then"))


def _rank_of(offers: int, done: int) -> int:
    return BOTH if offers and done else OFFERS if offers else HAS_DONE


_offers = case((Evidence.kind == OFFER, 1), else_=0)
_done = case((Evidence.kind != OFFER, 1), else_=0)


def _ranked() -> Any:
    """Everybody's ranks, in one statement."""
    offers, done = func.max(_offers), func.max(_done)
    rank = case(((offers == 1) & (done == 1), BOTH), (offers == 1, OFFERS), else_=HAS_DONE)
    return (
        select(EvidenceTopic.topic_id, Evidence.person_id, rank, literal(0))
        .join(Evidence, Evidence.id == EvidenceTopic.evidence_id)
        .group_by(EvidenceTopic.topic_id, Evidence.person_id)
    )
