"""What may be done with introductions. Rules do not speak: no chat here."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.finding import index
from qibot.champions.finding.models import INTRODUCED
from qibot.clock import local_date
from qibot.errors import NotFound, Refused
from qibot.hours import add_working_days, at_local, weeks_later
from qibot.introductions import evidence
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, EXPIRED, WITHDRAWN, Introduction, Suggestion
from qibot.introductions.pairs import may_pair
from qibot.introductions.rounds.models import Programme
from qibot.introductions.seen import IS_OPEN, is_willing, whole, willing
from qibot.outbox import service as outbox
from qibot.outbox.models import SENT, Delivery
from qibot.people import service as people
from qibot.people.models import Person
from qibot.projects.stories import prompts
from qibot.typed import Typed, Words

REMINDER_DAYS, ANSWER_DAYS = 5, 10
"""Working days of the asked person: until the one reminder, or until they are asked again; and until it ends."""
_SWEEP = 200

MET = ("no", "not yet", "planned", "yes")
OUTCOMES = ("nothing yet", "idea", "project", "changed practice")
"""Answers to the two follow-ups, from the least to the furthest."""
WORTH_TELLING = ("project", "changed practice")

ASKED_KIND, REMINDER_KIND = "introductions.asked", "introductions.reminder"
INTRODUCED_KIND, CLOSED_KIND = "introductions.introduced", "introductions.closed"
TOGETHER_KIND = "introductions.together"
NOT_REACHED_KIND = "introductions.not_reached"
DID_YOU_MEET_KIND, WHAT_CAME_KIND = "introductions.did_you_meet", "introductions.what_came"


async def move_topic(db: AsyncSession, old_id: int, new_id: int) -> None:
    """Two topics become one."""
    for kind in (Introduction, Suggestion, Programme):
        await db.execute(update(kind).where(kind.topic_id == old_id).values(topic_id=new_id))


# ---- Answering


async def accept(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> Introduction:
    """The asked person says yes: both are introduced. Saying yes twice is saying it once."""
    found = await _of_me(db, introduction_id, person)
    if found.state != ACCEPTED:
        _still_open(found)
    if not await willing(db, person.id):
        raise Refused(
            "You have withdrawn your consent to introductions.",
            ("To say yes, agree to it again with ", Typed("join"), "."),
        )
    still_wanted = willing(db, found.asker_id) if found.state == ACCEPTED else can_answer(db, found)
    if not await still_wanted:
        raise Refused("They are no longer looking for an introduction.", "There is nothing to do.")
    if found.state == ACCEPTED:
        return found
    await _close(db, found, ACCEPTED, now)
    shared = (await people.together(db, found.asker_id, found.champion_id)).account
    first = TOGETHER_KIND if shared else INTRODUCED_KIND
    dues = [outbox.Due(first, found.asker_id, subject_of(found.id), now)]
    for one in (found.asker, found.champion):
        dues += follow_ups(found.id, one, now)
    await outbox.queue_many(db, dues)
    await index.put(db, evidence.piece(found))
    return found


async def decline(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> Introduction:
    """The asked person says not this time, which stays with them: the asker hears what silence would tell them."""
    found = await asked_of(db, introduction_id, person)
    await end(db, found, DECLINED, now)
    return found


async def later(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> date:
    """The asked person wants to be asked again; the day. Once only, so that the asker never waits for ever."""
    found = await asked_of(db, introduction_id, person)
    if found.later_until is None:
        again = add_working_days(local_date(now, person.zone), REMINDER_DAYS, person.week)
        found.later_until = start_of_day(person, again)
        last = add_working_days(again, ANSWER_DAYS - REMINDER_DAYS, person.week)
        found.expires_at = max(found.expires_at, start_of_day(person, last))
        subject = subject_of(found.id)
        await outbox.cancel(db, subject=subject, person_id=person.id, reason="They asked to be asked again later.")
        await outbox.queue(
            db, kind=ASKED_KIND, person_id=person.id, subject=subject, period="later", due_at=found.later_until
        )
    elif now >= found.later_until:
        raise Refused("You have put this one off before.", "Please say yes or not this time; either is fine.")
    return local_date(found.later_until, person.zone)


async def withdraw(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> Introduction:
    """The asker takes it back while it is open. Twice is once."""
    found = await load(db, introduction_id)
    if found.asker_id != person.id:
        raise NotFound(*_NOT_THERE)
    if found.state == ACCEPTED:
        raise Refused("You have been introduced already.", ("Type ", Typed("introductions"), " to see it."))
    if found.state in (DECLINED, EXPIRED):
        raise Refused("That one is closed already.", ("Type ", Typed("find"), " and your words for others."))
    if found.state == ASKED:
        await _close(db, found, WITHDRAWN, now)
    return found


async def asked_of(db: AsyncSession, introduction_id: int, person: Person) -> Introduction:
    """An open introduction that `person` is asked for. Raises `NotFound` or `Refused`."""
    return _still_open(await _of_me(db, introduction_id, person))


async def of_one(db: AsyncSession, introduction_id: int, person: Person) -> Introduction:
    """An introduction for one of its two people, as far as they know of it; held until the end. Raises `NotFound`."""
    found = await load(db, introduction_id)
    if person.id == found.asker_id:
        return found
    return await _of_me(db, introduction_id, person)


async def _of_me(db: AsyncSession, introduction_id: int, person: Person) -> Introduction:
    found = await load(db, introduction_id)
    if found.champion_id != person.id or found.held_back:
        raise NotFound(*_NOT_THERE)
    return found


def _still_open(found: Introduction) -> Introduction:
    if found.state != ASKED:
        raise Refused(*_OVER[found.state])
    return found


_NOT_THERE = ("I cannot find that introduction among yours.", ("Type ", Typed("introductions"), " to see them."))
_OVER: dict[str, tuple[str, Words]] = {
    ACCEPTED: ("You have said yes to that one already.", ("Type ", Typed("introductions"), " to see it.")),
    DECLINED: ("You have answered that one already.", "They were told kindly. There is nothing to do."),
    EXPIRED: ("That one was closed in the meantime.", "They were told kindly. There is nothing to do."),
    WITHDRAWN: ("They withdrew that one in the meantime.", "There is nothing to do."),
}


async def _close(db: AsyncSession, found: Introduction, state: str, now: datetime) -> None:
    found.state, found.answered_at = state, now
    await outbox.cancel(db, subject=subject_of(found.id), reason="It was answered, withdrawn or closed.")


async def end(db: AsyncSession, found: Introduction, state: str, now: datetime) -> None:
    """End an open one without a yes; unless the asker took it back themselves, they hear that it is not possible."""
    await _close(db, found, state, now)
    if state != WITHDRAWN:
        subject = subject_of(found.id)
        await outbox.queue(db, kind=CLOSED_KIND, person_id=found.asker_id, subject=subject, due_at=now)


async def take_back(db: AsyncSession, found: Introduction, now: datetime) -> None:
    """Make a no of a yes of which the asker has not been told yet. Once they have, nothing changes."""
    subject = subject_of(found.id)
    # Together or apart: whichever way they were to be told.
    waiting = [await outbox.cancel(db, subject=subject, kind=kind) for kind in (INTRODUCED_KIND, TOGETHER_KIND)]
    if any(waiting):
        await end(db, found, DECLINED, now)
        await index.drop(db, INTRODUCED, found.id)


async def expire_due(db: AsyncSession, now: datetime) -> None:
    """End what was not answered in time, and what nobody can answer any more; the asker is told either way."""
    asker_willing, champion_willing = is_willing(Introduction.asker_id), is_willing(Introduction.champion_id)
    query = (
        select(Introduction, asker_willing)
        .where(IS_OPEN, or_(Introduction.expires_at <= now, ~asker_willing, ~champion_willing))
        .order_by(Introduction.expires_at, Introduction.id)
        .limit(_SWEEP)
        # Two processes may sweep at once.
        .with_for_update(of=Introduction, skip_locked=True)
    )
    for found, still_asking in (await db.execute(query)).all():
        await end(db, found, EXPIRED if still_asking else WITHDRAWN, now)


async def can_answer(db: AsyncSession, found: Introduction) -> bool:
    """Whether the question may still be put: open, wanted by the asker, and neither keeps the other from them."""
    wanted = found.state == ASKED and await willing(db, found.asker_id)
    return wanted and await may_pair(db, found.asker_id, found.champion_id)


async def card_ended(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
    """As the question was put, or could not be: then the asker need not wait for somebody who will never answer."""
    if state == SENT:
        return
    found = await hold(db, delivery.subject)
    put_off = found.later_until is not None and delivery.plan != "later"
    # For two who are kept apart it ends in its time, so that neither sees by the moment that it is for them.
    if not put_off and await can_answer(db, found):
        await end(db, found, EXPIRED, now)


# ---- Afterwards


def follow_ups(introduction_id: int, person: Person, now: datetime) -> list[outbox.Due]:
    """What `person` is asked after two weeks and after three months, when they were introduced `now`."""
    subject, day, week = subject_of(introduction_id), local_date(now, person.zone), person.week
    return [
        outbox.Due(kind, person.id, subject, start_of_day(person, weeks_later(day, weeks, week)))
        for kind, weeks in ((DID_YOU_MEET_KIND, 2), (WHAT_CAME_KIND, 13))
    ]


async def the_other(db: AsyncSession, delivery: Delivery) -> tuple[int, ...]:
    """Whom the asker is brought together with in one conversation."""
    return ((await about(db, delivery.subject)).champion_id,)


async def apart(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
    """As the two were brought together, or could not be: then the asker is told apart, as whoever said yes was."""
    if state != SENT:
        await outbox.queue(db, kind=INTRODUCED_KIND, person_id=delivery.person_id, subject=delivery.subject, due_at=now)


async def told(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
    """As the asker was told of the yes, or could not be: then whoever said it hears that."""
    if state != SENT:
        found = await about(db, delivery.subject)
        due = outbox.Due(NOT_REACHED_KIND, found.champion_id, delivery.subject, now)
        await outbox.queue_many(db, [due])


async def say_met(db: AsyncSession, introduction_id: int, person: Person, answer: str) -> Introduction:
    """Whether they met. The furthest answer of the two stands; who wants no more questions gets none."""
    found = await between(db, introduction_id, person)
    found.met = _furthest(MET, found.met, answer)
    if answer == "no":
        await outbox.cancel(db, subject=subject_of(found.id), person_id=person.id, reason="They said no thanks.")
    return found


async def say_came(db: AsyncSession, introduction_id: int, person: Person, outcome: str, now: datetime) -> Introduction:
    """What came of it. The furthest answer of the two stands; who says that it led on is asked for its story, once."""
    found = await between(db, introduction_id, person)
    found.outcome, found.met = _furthest(OUTCOMES, found.outcome, outcome), "yes"
    if outcome in WORTH_TELLING:
        await prompts.after_introduction(db, person, found.id, now)
    return found


async def between(db: AsyncSession, introduction_id: int, person: Person) -> Introduction:
    """An introduction that both said yes to, for one of the two; held until the end. Raises `NotFound`."""
    found = await load(db, introduction_id)
    if person.id not in (found.asker_id, found.champion_id) or found.state != ACCEPTED:
        raise NotFound(*_NOT_THERE)
    return found


def _furthest(scale: Sequence[str], before: str, answer: str) -> str:
    if answer not in scale:
        raise NotFound("I do not know that answer.", ("Type ", Typed("introductions"), " to see yours."))
    return max((a for a in (before, answer) if a), key=scale.index)


# ---- Reading


def subject_of(introduction_id: int) -> str:
    """What deliveries about it are about."""
    return f"introduction:{introduction_id}"


async def about(db: AsyncSession, subject: str) -> Introduction:
    """The introduction that a delivery is about. Raises `NotFound`."""
    return await load(db, _id_in(subject), lock=False)


async def hold(db: AsyncSession, subject: str) -> Introduction:
    """The same, and nobody else changes it until this transaction ends. Raises `NotFound`."""
    return await load(db, _id_in(subject))


def _id_in(subject: str) -> int:
    return int(subject.rpartition(":")[2])


async def load(db: AsyncSession, introduction_id: int, *, lock: bool = True) -> Introduction:
    """An introduction with all that `side` reads of it, held until the end. Raises `NotFound`."""
    query = whole().where(Introduction.id == introduction_id)
    if lock:
        # Two answers at the same moment take turns, and the second sees the first.
        query = query.with_for_update(of=Introduction).execution_options(populate_existing=True)
    found = await db.scalar(query)
    if found is None:
        raise NotFound(*_NOT_THERE)
    return found


def start_of_day(person: Person, day: date) -> datetime:
    """When `person` begins to work on `day`, in UTC."""
    return at_local(day, person.works_from, person.zone)
