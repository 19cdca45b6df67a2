"""What may be done with questions from the room: ask, vote once, answer once, and keep what nobody answered."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.events import rights
from qibot.events.fishbowl.models import RoomQuestion, RoomSeat, RoomSecret, RoomVote
from qibot.events.models import Attendance, Event
from qibot.events.service import one_line
from qibot.hours import at_local, next_working_day
from qibot.outbox import service as outbox
from qibot.people.models import Person
from qibot.typed import Typed

ANSWERED = "fishbowl.answered"
UNANSWERED = "fishbowl.unanswered"
PAGE = 10

_SEE = ("Type ", Typed("fishbowl"), " to see the questions.")


async def ask(db: AsyncSession, event: Event, person: Person | None, words: str) -> RoomQuestion:
    """Ask the room; `person` None leaves no name anywhere. Raises `Refused` for no words, or words asked already."""
    text = one_line(words)
    if not text or len(text) > 300:
        raise Refused("A question is a sentence of at most 300 characters.", "Try it a little shorter.")
    there = await db.scalars(select(RoomQuestion.text).where(RoomQuestion.event_id == event.id))
    if text.casefold() in {one.casefold() for one in there}:
        raise Refused(
            "Somebody has asked exactly that.", ("Say that you would like to know it too: ", Typed("fishbowl"))
        )
    made = RoomQuestion(event_id=event.id, person_id=person.id if person else None, text=text, votes=0, answer="")
    db.add(made)
    await db.flush()
    await plan_left_open(db, event)
    return made


async def plan_left_open(db: AsyncSession, event: Event) -> None:
    """Once somebody has asked, each organiser of the event hears on their next working day what is open by then."""
    if await db.scalar(select(RoomQuestion.id).where(RoomQuestion.event_id == event.id).limit(1)) is None:
        return
    dues = []
    for one in await rights.all_of(db, event):
        day = next_working_day(event.day + timedelta(days=1), one.week)
        dues.append(outbox.Due(UNANSWERED, one.id, subject_of(event.id), at_local(day, one.works_from, one.zone)))
    await outbox.queue_many(db, dues)


def subject_of(number: int) -> str:
    """What a delivery is about: an event, or a question."""
    return f"room:{number}"


def number_in(subject: str) -> int:
    """The event or question of a delivery."""
    return int(subject.partition(":")[2])


async def by_id(db: AsyncSession, words: str) -> tuple[RoomQuestion, Event]:
    """The question of a button or form, and its event. Raises `NotFound`."""
    number = int(words) if words.isascii() and words.isdecimal() and len(words) < 20 else 0
    found = await db.get(RoomQuestion, number) if 0 < number < 2**62 + 1 else None
    if found is None:
        raise NotFound("I cannot find that question.", _SEE)
    return found, await db.get_one(Event, found.event_id)


async def vote(db: AsyncSession, question: RoomQuestion, person: Person) -> bool:
    """“I would like to know that too.” False when they had said so before. Raises `Refused` for one's own question
    under one's name and for one that was answered.
    """
    if question.person_id == person.id:
        raise Refused("That is your own question.", _SEE)
    if question.answer:
        raise Refused("That was answered already.", _SEE)
    row = {"event_id": question.event_id, "secret": secrets.token_hex(32)}
    await db.execute(insert_or_ignore(db, RoomSecret), [row])
    secret = await db.get_one(RoomSecret, question.event_id)
    mark = _mark(secret.secret, question.id, person.id)
    new = insert_or_ignore(db, RoomVote).values(question_id=question.id, mark=mark).returning(RoomVote.mark)
    if (await db.execute(new)).first() is None:
        return False
    more = update(RoomQuestion).where(RoomQuestion.id == question.id).values(votes=RoomQuestion.votes + 1)
    await db.execute(more, execution_options={"synchronize_session": False})
    await db.refresh(question)
    return True


async def answer(db: AsyncSession, question: RoomQuestion, by: Person, words: str, now: datetime) -> None:
    """Record the answer, and send it to whoever asked under their name. Raises `Refused` when there is one already."""
    first = (
        update(RoomQuestion)
        .where(RoomQuestion.id == question.id, RoomQuestion.answer == "")
        .values(answer=words, answered_by_id=by.id)
        .returning(RoomQuestion.id)
    )
    if (await db.execute(first, execution_options={"synchronize_session": False})).first() is None:
        raise Refused("Somebody has answered that already.", _SEE)
    await db.refresh(question)
    if question.person_id is not None and question.person_id != by.id:
        subject = subject_of(question.id)
        await outbox.queue(db, kind=ANSWERED, person_id=question.person_id, subject=subject, due_at=now)


async def may_answer(db: AsyncSession, event: Event, person: Person, today: date) -> bool:
    """Its organisers may, after the day too; on the day also whoever sits in the fishbowl and is still there."""
    if await rights.may_organise(db, event, person):
        return True
    seat = await db.get(RoomSeat, (event.id, person.id))
    return seat is not None and event.day == today


async def take_off(db: AsyncSession, question: RoomQuestion) -> None:
    """Take a question off the list and out of the report, with its votes."""
    for gone in (
        delete(RoomVote).where(RoomVote.question_id == question.id),
        delete(RoomQuestion).where(RoomQuestion.id == question.id),
    ):
        await db.execute(gone, execution_options={"synchronize_session": False})


async def seat(db: AsyncSession, event: Event, name: str) -> Person:
    """Let somebody who joined the event answer, by their whole name. Raises `NotFound`, for two of that name too."""
    here = (
        select(Person)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.event_id == event.id, Person.left_at.is_(None), Person.erased_at.is_(None))
    )
    found = [one for one in await db.scalars(here) if one.name.casefold() == one_line(name).casefold()]
    if len(found) != 1:
        raise NotFound(
            f"I find no one person of that name at “{event.title}”.",
            "Type the whole name, as they gave it, of somebody who joined the event.",
        )
    await db.execute(insert_or_ignore(db, RoomSeat), [{"event_id": event.id, "person_id": found[0].id}])
    return found[0]


async def clear(db: AsyncSession, event: Event) -> None:
    """Nobody sits in the fishbowl any more."""
    gone = delete(RoomSeat).where(RoomSeat.event_id == event.id)
    await db.execute(gone, execution_options={"synchronize_session": False})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as one person sees it: whether it is theirs (under their name), and whether they voted. `by` is who
    answered, "" for nobody or somebody who left.
    """

    id: str
    text: str
    votes: int
    answer: str
    by: str
    mine: bool
    voted: bool


async def listing(db: AsyncSession, event: Event, person: Person, page: int = 1) -> tuple[list[Asked], bool]:
    """One page: those without an answer first, then by votes and words, and never as they came in; whether there are
    more.
    """
    query = _questions(event.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    rows = (await db.execute(query)).all()
    secret = await db.get(RoomSecret, event.id)
    marks = {
        row.RoomQuestion.id: _mark(secret.secret if secret else "", row.RoomQuestion.id, person.id) for row in rows
    }
    voted = set(await db.scalars(select(RoomVote.question_id).where(RoomVote.mark.in_(marks.values()))))
    found = [
        Asked(str(q.id), q.text, q.votes, q.answer, by or "", q.person_id == person.id, q.id in voted)
        for q, by in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


async def unanswered(db: AsyncSession, event_id: int) -> list[RoomQuestion]:
    """What nobody answered, most votes first."""
    rows = await db.execute(_questions(event_id).where(RoomQuestion.answer == ""))
    return [question for question, _ in rows]


async def everything(db: AsyncSession, event_id: int) -> Sequence[tuple[str, int, str]]:
    """(words, votes, answer) of every question, for the report."""
    return [(q.text, q.votes, q.answer) for q, _ in await db.execute(_questions(event_id))]


async def answered_by(db: AsyncSession, question: RoomQuestion) -> str:
    """The name of who answered; "" for somebody who left."""
    found = await db.get(Person, question.answered_by_id) if question.answered_by_id else None
    return found.name if found and found.here else ""


async def forget_votes(db: AsyncSession, now: datetime) -> None:
    """As the day of an event is over, or it was cancelled, who voted and the secret go; the numbers stay."""
    over = select(RoomSecret.event_id).join(Event, Event.id == RoomSecret.event_id)
    over = over.where((Event.day < local_date(now)) | Event.cancelled_at.is_not(None))
    events = list(await db.scalars(over))
    if not events:
        return
    questions = select(RoomQuestion.id).where(RoomQuestion.event_id.in_(events))
    for gone in (
        delete(RoomVote).where(RoomVote.question_id.in_(questions)),
        delete(RoomSecret).where(RoomSecret.event_id.in_(events)),
        delete(RoomSeat).where(RoomSeat.event_id.in_(events)),
    ):
        await db.execute(gone, execution_options={"synchronize_session": False})


def _mark(secret: str, question_id: int, person_id: int) -> str:
    return hmac.new(secret.encode(), f"{question_id}:{person_id}".encode(), hashlib.sha256).hexdigest()


def _questions(event_id: int) -> Select[RoomQuestion, str]:
    return (
        select(RoomQuestion, Person.name)
        .outerjoin(Person, (Person.id == RoomQuestion.answered_by_id) & Person.left_at.is_(None))
        .where(RoomQuestion.event_id == event_id)
        .order_by(RoomQuestion.answer != "", RoomQuestion.votes.desc(), func.lower(RoomQuestion.text), RoomQuestion.id)
    )
