"""Questions to the organisers, when nobody fits. Each is answered once, and its asker hears of it in any case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, delete, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions import service as champions
from qibot.champions.gaps import service as gaps
from qibot.champions.models import Champion
from qibot.champions.questions.models import ANSWERED, CLOSED, IN_WORDS, NOBODY, OPEN, SOMEBODY, Question
from qibot.champions.roles import Face, face
from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused, Said, WrongFields
from qibot.hours import add_working_days, at_local, next_working_moment
from qibot.outbox import service as outbox
from qibot.people import service as people
from qibot.people.models import Person
from qibot.people.topics import by_id
from qibot.typed import Typed

ASKS_A_WEEK = 3
"""Questions of one person in seven days: enough for somebody in earnest, too few to keep the organisers busy."""
SAME_FOR = timedelta(days=14)
"""The same words again within these are the same question."""
ANSWER_DAYS = 2
"""Working days of the asker until they hear where it stands."""
CLOSE_AFTER, KEEP = timedelta(days=28), timedelta(days=180)
"""When an open question ends without an answer; how long one is kept. The gap map does not need it."""
SUGGESTED_FOR = timedelta(days=28)
"""How long somebody whom an organiser named may be asked by whoever asked for them."""
PAGE = 5
_WEEK = timedelta(days=7)
_SWEEP = 200

QUESTION_KIND, WAITS_KIND, ANSWERED_KIND = (
    "champions.question",
    "champions.question_waits",
    "champions.question_answered",
)

# A bound parameter would keep SQLite from its partial indexes.
_IS_OPEN = Question.state == literal_column(f"'{OPEN}'")


# ---- Asking


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands. `new` is False when the same one was asked before."""

    question: Question
    new: bool


async def ask(db: AsyncSession, asker: Person, words: str, topic_id: int, now: datetime) -> Asked:
    """Ask the organisers. Raises `NotFound` without words, and `Refused` when somebody may not, or asked too often."""
    words, folded = " ".join(words.split())[:200], gaps.fold(words)
    if not folded:
        raise NotFound("I could not read what you are looking for.", ("Type ", Typed("find"), " and your words."))
    if not await people.agrees(db, asker.id, "introductions"):
        raise Refused(
            "To hear from the organisers, you need to agree to introductions.",
            ("Type ", Typed("join"), " and tick it; your name passes only when you say yes."),
        )
    # Held, so that two presses at the same moment count each other.
    await db.execute(select(Person.id).where(Person.id == asker.id).with_for_update(key_share=True))
    if before := await _asked_before(db, asker.id, folded, now):
        return Asked(before, new=False)
    await _not_too_often(db, asker.id, now)
    topic = await by_id(db, topic_id)
    values = {"asker_id": asker.id, "words": words, "folded": folded, "topic_id": topic.id if topic else None}
    values |= {"asked_at": now, "answer_by": _answer_by(asker, now)}
    made = await db.scalar(insert_or_ignore(db, Question).values(**values).returning(Question.id))
    if made is None:
        raise RuntimeError("a question was written and is not there")
    question = await get(db, made)
    await gaps.asked(db, question)
    await _tell_organisers(db, question, now)
    await outbox.queue(
        db, kind=WAITS_KIND, person_id=asker.id, subject=subject_of(question.id), due_at=question.answer_by
    )
    return Asked(question, new=True)


async def _asked_before(db: AsyncSession, asker_id: int, folded: str, now: datetime) -> Question | None:
    lately = or_(_IS_OPEN, (Question.state == ANSWERED) & (Question.asked_at > now - SAME_FOR))
    query = _whole().where(Question.asker_id == asker_id, Question.folded == folded, lately)
    found: Question | None = await db.scalar(query.order_by(Question.id.desc()).limit(1))
    if found is not None and found.how == SOMEBODY and await suggestion(db, found, now) is None:
        # The answer has gone stale, so it is a question again.
        return None
    return found


async def _not_too_often(db: AsyncSession, asker_id: int, now: datetime) -> None:
    lately = select(func.count()).where(Question.asker_id == asker_id, Question.asked_at > now - _WEEK)
    if (await db.scalar(lately) or 0) >= ASKS_A_WEEK:
        raise Refused(
            f"You have asked the organisers {ASKS_A_WEEK} times in seven days, and that is as many as I pass on.",
            ("Type ", Typed("questions"), " to see where they stand."),
        )


def _answer_by(asker: Person, now: datetime) -> datetime:
    """Two working days on at the same time of day, and an hour before the end of it at the latest, so that it does go
    out on that day.
    """
    day = add_working_days(local_date(now, asker.zone), ANSWER_DAYS, asker.week)
    start, end = (at_local(day, t, asker.zone) for t in (asker.works_from, asker.works_until))
    same_time = at_local(day, now.astimezone(ZoneInfo(asker.zone)).time(), asker.zone)
    return max(start, min(same_time, end - timedelta(hours=1)))


async def _tell_organisers(db: AsyncSession, question: Question, now: datetime) -> None:
    """At once, and once more on the working day after, should it still be open."""
    dues = []
    for one in await people.organisers(db):
        if one.id != question.asker_id:
            first = local_date(next_working_moment(now, one.week), one.zone)
            again = at_local(add_working_days(first, 1, one.week), one.works_from, one.zone)
            dues.append(outbox.Due(QUESTION_KIND, one.id, subject_of(question.id), now))
            dues.append(outbox.Due(QUESTION_KIND, one.id, subject_of(question.id), again, "again"))
    await outbox.queue_many(db, dues)


async def withdraw(db: AsyncSession, question_id: int, asker: Person, now: datetime) -> Question:
    """The asker needs no answer any more. Twice is once. Raises `NotFound`, and `Refused` once it is answered."""
    question = await _hold(db, question_id)
    if question.asker_id != asker.id:
        _not_there()
    if question.state == ANSWERED:
        raise Refused("That question has been answered already.", ("Type ", Typed("questions"), " to see it."))
    if question.state == OPEN:
        await _end(db, question, CLOSED, now)
    return question


# ---- Answering: for organisers


async def for_organiser(db: AsyncSession, question_id: int) -> Question:
    """A question that waits for an answer, held. Raises `NotFound`, and `Refused` once somebody has answered it."""
    question = await _hold(db, question_id)
    if question.state == ANSWERED and question.answered_by is not None:
        raise Refused(
            f"{question.answered_by.name} has answered that one already.",
            ("Type ", Typed("questions"), " for those that wait."),
        )
    if question.state != OPEN:
        raise Refused(
            "That question was closed in the meantime.", ("Type ", Typed("questions"), " for those that wait.")
        )
    return question


async def suggest(
    db: AsyncSession, question_id: int, organiser: Person, name: str, reply: str, *, workspace_id: int, now: datetime
) -> Question:
    """Name somebody. Raises `WrongFields` when they cannot be asked, else as `for_organiser`."""
    question = await for_organiser(db, question_id)
    found = await people.find_people(db, name, workspace_id)
    if len(found) != 1:
        sentence = (
            f"There are {len(found)} people like that; please give the whole name."
            if found
            else "I cannot find them in the network. They may not have joined yet, or not want to be found by name."
        )
        raise WrongFields({"person": sentence})
    if found[0].id == question.asker_id:
        raise WrongFields({"person": "That is who asks."})
    try:
        # The rule that the asker will meet.
        await askable(db, found[0].id, question.asker, now, suggesting=True)
    except Said as problem:
        why = "They cannot be asked for introductions just now" if isinstance(problem, NotFound) else "They are busy"
        raise WrongFields({"person": f"{why}. You can ask them yourself, and answer in words."}) from problem
    question.suggested_id = found[0].id
    return await _answer(db, question, organiser, SOMEBODY, reply, now)


async def answer(db: AsyncSession, question_id: int, organiser: Person, reply: str, now: datetime) -> Question:
    """Answer in words. Raises as `for_organiser`."""
    return await _answer(db, await for_organiser(db, question_id), organiser, IN_WORDS, reply, now)


async def nobody_yet(db: AsyncSession, question_id: int, organiser: Person, now: datetime) -> Question:
    """Say that there is nobody yet. Raises as `for_organiser`."""
    return await _answer(db, await for_organiser(db, question_id), organiser, NOBODY, "", now)


async def _answer(
    db: AsyncSession, question: Question, organiser: Person, how: str, reply: str, now: datetime
) -> Question:
    question.how, question.reply, question.answered_by_id = how, reply, organiser.id
    await _end(db, question, ANSWERED, now)
    await _tell_asker(db, question, now)
    return question


async def _end(db: AsyncSession, question: Question, state: str, now: datetime) -> None:
    question.state, question.ended_at = state, now
    await outbox.cancel(db, subject=subject_of(question.id), reason="It was answered or closed.")


async def _tell_asker(db: AsyncSession, question: Question, now: datetime) -> None:
    subject = subject_of(question.id)
    await outbox.queue(db, kind=ANSWERED_KIND, person_id=question.asker_id, subject=subject, due_at=now)


# ---- Whom an answer leads to


async def askable(db: AsyncSession, asked_id: int, asker: Person, now: datetime, *, suggesting: bool = False) -> Person:
    """The person, with their organisation, whom `asker` may ask for an introduction now: a champion, or a member whom
    an organiser named to them lately and who agrees to be found and introduced. Raises `NotFound` or `Refused`.
    """
    today = local_date(now, asker.zone)
    if await db.get(Champion, asked_id) is None and (suggesting or await _suggested(db, asked_id, asker.id, now)):
        member = await people.person(db, asked_id)
        if {"findable", "introductions"} <= (await people.consents(db, asked_id)).keys():
            return member
    return (await champions.askable(db, asked_id, asker, now, today)).person


async def _suggested(db: AsyncSession, asked_id: int, asker_id: int, now: datetime) -> bool:
    named = Question.asker_id == asker_id, Question.suggested_id == asked_id, Question.state == ANSWERED
    query = select(func.count()).where(*named, Question.ended_at > now - SUGGESTED_FOR)
    return bool(await db.scalar(query))


async def suggestion(db: AsyncSession, question: Question, now: datetime) -> Face | None:
    """Whom an answer names, as the asker may see them; None when they cannot be asked any more."""
    if question.suggested_id is None:
        return None
    try:
        person = await askable(db, question.suggested_id, question.asker, now)
    except Said:
        return None
    return face(person, await db.get(Champion, person.id))


async def asker_face(db: AsyncSession, question: Question) -> Face:
    """Who asks, as organisers see it: without the name, which nobody needs for an answer."""
    seen = face(question.asker, await db.get(Champion, question.asker_id))
    return Face("", seen.role, seen.organisation, seen.place)


# ---- Reading


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question as organisers see it, with who asks."""

    question: Question
    asker: Face


async def waiting(db: AsyncSession, *, page: int = 1) -> tuple[list[Waiting], bool]:
    """One page of what waits for an answer, the oldest first, and whether there is more."""
    query = _whole().join(Person, Person.id == Question.asker_id).where(_IS_OPEN, Person.left_at.is_(None))
    query = query.order_by(Question.asked_at, Question.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    rows = (await db.scalars(query)).all()
    return [Waiting(one, await asker_face(db, one)) for one in rows[:PAGE]], len(rows) > PAGE


async def of_person(db: AsyncSession, person_id: int) -> Sequence[Question]:
    """Somebody's own, open ones first, then the newest; the last few."""
    query = _whole().where(Question.asker_id == person_id)
    return (await db.scalars(query.order_by(_IS_OPEN.desc(), Question.id.desc()).limit(PAGE))).all()


def subject_of(question_id: int) -> str:
    """What deliveries about it are about."""
    return f"question:{question_id}"


async def about(db: AsyncSession, subject: str) -> Question:
    """The question that a delivery is about. Raises `NotFound`."""
    return await get(db, int(subject.rpartition(":")[2]))


async def get(db: AsyncSession, question_id: int) -> Question:
    """A question with all that is shown of it. Raises `NotFound`."""
    return await _one(db, _whole().where(Question.id == question_id))


async def _hold(db: AsyncSession, question_id: int) -> Question:
    """The same, and nobody else changes it until this transaction ends: of two answers the second sees the first."""
    query = _whole().where(Question.id == question_id).with_for_update(of=Question)
    return await _one(db, query.execution_options(populate_existing=True))


async def _one(db: AsyncSession, query: Select[Question]) -> Question:
    found: Question | None = await db.scalar(query)
    if found is None:
        _not_there()
    return found


def _whole() -> Select[Question]:
    return select(Question).options(
        joinedload(Question.asker).joinedload(Person.organisation),
        joinedload(Question.answered_by).joinedload(Person.organisation),
        joinedload(Question.topic),
    )


def _not_there() -> NoReturn:
    raise NotFound("I cannot find that question.", ("Type ", Typed("questions"), " to see those there are."))


# ---- What time alone changes


async def close_due(db: AsyncSession, now: datetime) -> None:
    """End what nobody answered, in words to the asker, and without any what somebody asked who has left."""
    gone: ColumnElement[bool] = Person.left_at.is_not(None)
    query = (
        _whole()
        .join(Person, Person.id == Question.asker_id)
        .where(_IS_OPEN, or_(Question.asked_at <= now - CLOSE_AFTER, gone))
        .order_by(Question.asked_at, Question.id)
        .limit(_SWEEP)
        # Two processes may sweep at once.
        .with_for_update(of=Question, skip_locked=True)
    )
    for question in await db.scalars(query):
        await _end(db, question, CLOSED, now)
        if question.asker.here:
            await _tell_asker(db, question, now)
    await db.execute(delete(Question).where(~_IS_OPEN, Question.asked_at <= now - KEEP))


async def move_topic(db: AsyncSession, old_id: int, new_id: int) -> None:
    """Two topics become one."""
    await db.execute(update(Question).where(Question.topic_id == old_id).values(topic_id=new_id))
