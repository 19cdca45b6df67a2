"""Keeps what a search reads true: features say what shows that somebody knows about something, in the transaction that
changes it.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import islice
from typing import Any, cast

from sqlalchemy import (
    Date,
    Integer,
    Select,
    Table,
    bindparam,
    case,
    column,
    delete,
    extract,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import table as sql_table
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
from qibot.people.models import Person
from qibot.people.topics import move_links
from qibot.vocabulary.text import STOP, read, typed

LONGEST_TITLE = 200
"""Letters of a title that are held."""
_MOST_WORDS = 80
_AT_ONCE = 5_000
_COLUMNS = ("person_id", "kind", "subject", "title", "at")


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


@dataclass(frozen=True, slots=True)
class Pieces:
    """All the pieces of a feature, for making everything again: rows of `person_id`, `kind`, `subject`, `title`, `at`
    and `words`, and for each topic of one rows of `person_id`, `kind`, `subject` and `topic_id`.
    """

    rows: Select[*tuple[Any, ...]]
    topics: Select[*tuple[Any, ...]]


Source = Callable[[str], Pieces]
"""What a feature has, asked of a database of this dialect."""


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
    held.title, held.at = piece.title[:LONGEST_TITLE], piece.at
    await db.flush()
    await _write(db, held.id, piece)
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


async def forget(db: AsyncSession, person_id: int) -> None:
    """Nothing shows any more what they know about."""
    ids = (await db.scalars(select(Evidence.id).where(Evidence.person_id == person_id))).all()
    await _clear(db, ids)
    for owner in (Evidence.person_id, Knows.person_id):
        await db.execute(delete(owner.class_).where(owner == person_id))


async def only(db: AsyncSession, kind: str, subject: int, person_ids: Collection[int]) -> None:
    """It holds for nobody but these."""
    held = select(Evidence.person_id).where(Evidence.kind == kind, Evidence.subject == subject)
    for person_id in set(await db.scalars(held)) - set(person_ids):
        await drop(db, kind, subject, person_id=person_id)


async def asked(db: AsyncSession, person_id: int, now: datetime) -> None:
    """They have been asked: it is somebody else's turn next."""
    await _where(db, person_id)
    await db.execute(update(Knows).where(Knows.person_id == person_id).values(turn=int(now.timestamp())))


async def move_topic(db: AsyncSession, old_id: int, new_id: int) -> None:
    """Two topics become one: all that was evidence of the one is evidence of the other."""
    either = Knows.topic_id.in_((old_id, new_id))
    turns = select(Knows.person_id, func.max(Knows.turn)).where(either).group_by(Knows.person_id)
    await _nobody_moves(db)
    turn_of = (await db.execute(turns)).all()
    await move_links(db, EvidenceTopic, old_id, new_id)
    await db.execute(delete(Knows).where(either))
    rows = _ranked(db.get_bind().dialect.name).where(EvidenceTopic.topic_id == new_id)
    await db.execute(insert(Knows).from_select(_RANKED, rows))
    if turn_of:
        await db.execute(_TURNS, [{"whose": person_id, "then": turn} for person_id, turn in turn_of])


async def is_missing(db: AsyncSession) -> bool:
    """Whether nothing is known of anybody, although somebody has made an offer."""
    nothing = await db.scalar(select(Evidence.id).limit(1)) is None
    return nothing and await db.scalar(select(ChampionTopic.person_id).limit(1)) is not None


async def rebuild(db: AsyncSession, sources: Iterable[Source]) -> int:
    """Make everything again from what the features hold; how many pieces there are. On PostgreSQL, whoever joins or
    says something else of themselves meanwhile waits.
    """
    dialect = db.get_bind().dialect.name
    await _nobody_moves(db)
    # SQLite makes an index at once far sooner than row by row. On PostgreSQL, others would have to wait for it.
    indexes = [index for table in _TABLES for index in table.indexes] if dialect == "sqlite" else []
    connection = await db.connection()
    for index in indexes:
        await connection.run_sync(index.drop)
    for table in _TABLES:
        await db.execute(delete(table))
    await db.execute(text(_MADE[dialect]))
    last = 0
    for source in sources:
        last = await _write_all(db, source(dialect), last)
    # In order, so that each page of the table is written once.
    made = select(_made.c.word, _made.c.evidence_id).order_by(_made.c.word, _made.c.evidence_id)
    await db.execute(insert(EvidenceWord).from_select(["word", "evidence_id"], made))
    await db.execute(text("DROP TABLE made_words"))
    await db.execute(insert(Knows).from_select(_RANKED, _ranked(dialect)))
    for index in indexes:
        await connection.run_sync(index.create)
    return await db.scalar(select(func.count(Evidence.id))) or 0


async def _write_all(db: AsyncSession, made: Pieces, last: int) -> int:
    """Write what a feature has, numbered after `last`, but for its words, which are laid aside; the last number."""
    rows, topics = made.rows.subquery(), made.topics.subquery()
    some = select(*(rows.c[name] for name in _COLUMNS)).order_by(rows.c.subject, rows.c.person_id)
    await db.execute(insert(Evidence).from_select(_COLUMNS, some))
    links = select(Evidence.id, topics.c.topic_id).join(topics, _is_piece(topics)).where(Evidence.id > last)
    await db.execute(insert(EvidenceTopic).from_select(["evidence_id", "topic_id"], links))
    first, end = (
        await db.execute(select(func.min(Evidence.id), func.max(Evidence.id)).where(Evidence.id > last))
    ).one()
    query = select(Evidence.id, rows.c.words).join(rows, _is_piece(rows)).where(rows.c.words != "")
    for begin in range(first or 0, (end or 0) + 1, _AT_ONCE) if end else ():
        batch = await db.execute(query.where(Evidence.id >= begin, Evidence.id < begin + _AT_ONCE))
        # Everybody on a project has its words.
        read_once = cache(words_of)
        words = {number: read_once(said) for number, said in batch}
        await db.execute(text(_ASIDE[db.get_bind().dialect.name]), {"words": json.dumps(words)})
    return end or last


def _is_piece(rows: Any) -> Any:
    return (
        (Evidence.person_id == rows.c.person_id) & (Evidence.kind == rows.c.kind) & (Evidence.subject == rows.c.subject)
    )


async def _write(db: AsyncSession, evidence_id: int, piece: Piece) -> None:
    topics = [{"evidence_id": evidence_id, "topic_id": topic} for topic in dict.fromkeys(piece.topics)]
    words = [{"evidence_id": evidence_id, "word": word} for word in words_of(piece.words)]
    if topics:
        await db.execute(_INTO[EvidenceTopic], topics)
    if words:
        await db.execute(_INTO[EvidenceWord], words)


async def _clear(db: AsyncSession, ids: Sequence[int]) -> None:
    await db.execute(delete(EvidenceTopic).where(EvidenceTopic.evidence_id.in_(ids)))
    await db.execute(delete(EvidenceWord).where(EvidenceWord.evidence_id.in_(ids)))


def words_of(text: str, most: int = _MOST_WORDS) -> list[str]:
    """What is searched of a text: its first `most` words without their endings, but for those that say nothing."""
    return list(islice(dict.fromkeys(filter(None, map(_searched, typed(text, longest=6_000)))), most))


@lru_cache(maxsize=100_000)
def _searched(raw: str) -> str:
    """What is searched of a word as it was typed; "" of one that says nothing."""
    token = read(raw)
    says = token is not None and token.word not in STOP and (len(token.stem) > 2 or raw.isupper())
    return token.stem[:40] if token is not None and says else ""


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
    organisation_id, place = await _where(db, person_id)
    there = {"organisation_id": organisation_id, "place": place}
    for topic in ids:
        row = held.get(topic)
        if topic not in now:
            if row is not None:
                await db.delete(row)
        elif row is None:
            db.add(Knows(topic_id=topic, person_id=person_id, rank=now[topic], turn=turn or 0, **there))
        else:
            row.rank = now[topic]
    await db.flush()


async def _where(db: AsyncSession, person_id: int) -> tuple[int, str]:
    """Somebody's organisation and place, which nobody changes before we are done. Asked before anything of theirs in
    `Knows` is changed, so that two of us never wait for each other.
    """
    place = select(Person.organisation_id, Person.place).where(Person.id == person_id)
    row = (await db.execute(place.with_for_update(read=True, key_share=True))).one()
    return row.organisation_id, row.place


async def _nobody_moves(db: AsyncSession) -> None:
    """The same of everybody. On SQLite, whoever writes is alone."""
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(text("LOCK TABLE people IN SHARE MODE"))


_INTO = {model: insert(cast(Table, model.__table__)) for model in (EvidenceTopic, EvidenceWord)}
"""Rows as they are: mapping each to an object would take longer than writing it."""
_knows = cast(Table, Knows.__table__)
_TABLES = [cast(Table, model.__table__) for model in (Knows, EvidenceWord, EvidenceTopic, Evidence)]
_MADE = {
    "sqlite": "CREATE TEMPORARY TABLE made_words (word TEXT, evidence_id INTEGER)",
    "postgresql": "CREATE TEMPORARY TABLE made_words (word varchar(40), evidence_id integer) ON COMMIT DROP",
}
_made = sql_table("made_words", column("word"), column("evidence_id"))
_ASIDE = {
    "sqlite": "INSERT INTO made_words SELECT word.value, CAST(piece.key AS INTEGER) "
    "FROM json_each(:words) AS piece, json_each(piece.value) AS word",
    "postgresql": "INSERT INTO made_words SELECT word.value, CAST(piece.key AS integer) "
    "FROM json_each(CAST(:words AS json)) AS piece, json_array_elements_text(piece.value) AS word",
}
"""Words of many pieces in one value, which the database takes apart."""
_TURNS = update(_knows).where(_knows.c.person_id == bindparam("whose")).values(turn=bindparam("then"))


def _rank_of(offers: int, done: int) -> int:
    return BOTH if offers and done else OFFERS if offers else HAS_DONE


_offers = case((Evidence.kind == OFFER, 1), else_=0)
_done = case((Evidence.kind != OFFER, 1), else_=0)


_RANKED = ("topic_id", "person_id", "rank", "turn", "organisation_id", "place")


def _ranked(dialect: str) -> Any:
    """Everybody's ranks and turns, in one statement."""
    offers, done = func.max(_offers), func.max(_done)
    rank = case(((offers == 1) & (done == 1), BOTH), (offers == 1, OFFERS), else_=HAS_DONE)
    last = select(Ask.person_id, _seconds(dialect, func.max(Ask.at)).label("turn")).group_by(Ask.person_id).subquery()
    turn = func.coalesce(func.max(last.c.turn), 0)
    return (
        select(EvidenceTopic.topic_id, Evidence.person_id, rank, turn, Person.organisation_id, Person.place)
        .join(Evidence, Evidence.id == EvidenceTopic.evidence_id)
        .join(Person, Person.id == Evidence.person_id)
        .outerjoin(last, last.c.person_id == Evidence.person_id)
        .group_by(EvidenceTopic.topic_id, Evidence.person_id, Person.organisation_id, Person.place)
    )


def _seconds(dialect: str, moment: Any) -> Any:
    """Since 1970, whole ones."""
    seconds = extract("epoch", moment)
    return sql_cast(func.floor(seconds) if dialect == "postgresql" else seconds, Integer)


def day_of(dialect: str, moment: Any) -> Any:
    """The day of a moment, in UTC."""
    return sql_cast(func.timezone("UTC", moment), Date) if dialect == "postgresql" else func.date(moment)
