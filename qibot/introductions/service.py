"""What may be done with introductions. Rules do not speak: no chat here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions import service as champions
from qibot.champions.models import Champion
from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.hours import add_working_days, at_local, weeks_later
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, EXPIRED, WITHDRAWN, Introduction
from qibot.introductions.seen import IS_OPEN, Seen, before, is_willing, whole, willing
from qibot.outbox import service as outbox
from qibot.outbox.models import SENT, Delivery
from qibot.people import service as people
from qibot.people.models import Person, Topic
from qibot.projects import service as projects
from qibot.projects.stories import prompts

ASKS_A_WEEK = 5
"""Asks per person in seven days: enough for somebody in earnest, too few to write to the whole network."""
WEEK = timedelta(days=7)
AGAIN = timedelta(weeks=26)
"""How long a pair rests that was introduced, or for whom it was not the right time. The same after a no and after
silence, so that nobody can tell the one from the other."""
REMINDER_DAYS, ANSWER_DAYS = 5, 10
"""Working days of the asked person: until the one reminder, or until they are asked again; and until it ends."""
_SWEEP = 200

MET = ("no", "not yet", "planned", "yes")
OUTCOMES = ("nothing yet", "idea", "project", "changed practice")
"""Answers to the two follow-ups, from the least to the furthest."""
WORTH_TELLING = ("project", "changed practice")

ASKED_KIND, REMINDER_KIND = "introductions.asked", "introductions.reminder"
INTRODUCED_KIND, CLOSED_KIND = "introductions.introduced", "introductions.closed"
NOT_REACHED_KIND = "introductions.not_reached"
DID_YOU_MEET_KIND, WHAT_CAME_KIND = "introductions.did_you_meet", "introductions.what_came"


# ---- Asking


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom somebody would like to meet: a champion about a topic, or the lead of a project. 0 = none."""

    champion_id: int = 0
    topic_id: int = 0
    project_id: int = 0


@dataclass(frozen=True, slots=True)
class Whom:
    """The person a wish leads to, as far as the asker may know them, and what it is about."""

    other: Seen
    topic: str
    project: str


async def preview(db: AsyncSession, asker: Person, wish: Wish, now: datetime) -> Whom:
    """Whom `asker` would ask. Raises `NotFound` or `Refused` when they may not."""
    person = await _may_ask(db, asker, await _whom(db, asker, wish), wish, now)
    project = (await projects.project(db, wish.project_id, asker)).title if wish.project_id else ""
    topic = await _topic(db, asker, wish)
    return Whom(await before(db, person, named=True), topic.label if topic else "", project)


async def ask(db: AsyncSession, asker: Person, wish: Wish, reason: str, now: datetime) -> Introduction:
    """Ask for an introduction. Raises `NotFound` or `Refused`, also when it was allowed as the form was opened."""
    asked_id = await _whom(db, asker, wish)
    # Both are held, in one order, so that the limits hold for two presses at the same moment too.
    both = select(Person.id).where(Person.id.in_((asker.id, asked_id))).order_by(Person.id)
    await db.execute(both.with_for_update(key_share=True))
    person = await _may_ask(db, asker, asked_id, wish, now)
    day = local_date(now, person.zone)
    topic = await _topic(db, asker, wish)
    values = {
        "asker_id": asker.id,
        "champion_id": person.id,
        "topic_id": topic.id if topic else None,
        "project_id": wish.project_id or None,
        "reason": reason,
        "asked_at": now,
        "expires_at": _start_of_day(person, add_working_days(day, ANSWER_DAYS, person.week)),
    }
    made = insert_or_ignore(db, Introduction).values(**values).returning(Introduction.id)
    introduction_id = await db.scalar(made)
    if introduction_id is None:
        raise Refused(*_ASKED_ALREADY)
    if await db.get(Champion, person.id) is not None:
        await champions.asked(db, person.id, now)
    subject = subject_of(introduction_id)
    remind_at = _start_of_day(person, add_working_days(day, REMINDER_DAYS, person.week))
    await outbox.queue(db, kind=ASKED_KIND, person_id=person.id, subject=subject, due_at=now)
    await outbox.queue(db, kind=REMINDER_KIND, person_id=person.id, subject=subject, due_at=remind_at)
    return await _load(db, introduction_id)


async def _whom(db: AsyncSession, asker: Person, wish: Wish) -> int:
    return (await projects.project(db, wish.project_id, asker)).lead_id if wish.project_id else wish.champion_id


async def _topic(db: AsyncSession, asker: Person, wish: Wish) -> Topic | None:
    if not wish.project_id:
        return await db.get(Topic, wish.topic_id)
    found = await projects.project(db, wish.project_id, asker)
    (card,) = await projects.cards(db, [found], asker)
    return card.topics[0] if card.topics else None


async def _may_ask(db: AsyncSession, asker: Person, asked_id: int, wish: Wish, now: datetime) -> Person:
    """The person to ask, with their organisation, if `asker` may ask them now."""
    if not await willing(db, asker.id):
        raise Refused(
            "To be introduced, you need to agree to introductions yourself.",
            "Type /qi join and tick it; nothing passes before both of you say yes.",
        )
    await _rested(db, asker.id, asked_id, now)
    if wish.project_id:
        person = await _lead(db, asked_id, asker, now)
    else:
        person = (await champions.askable(db, asked_id, asker, now, local_date(now, asker.zone))).person
    lately = select(func.count()).where(Introduction.asker_id == asker.id, Introduction.asked_at > now - WEEK)
    if (await db.scalar(lately) or 0) >= ASKS_A_WEEK:
        raise Refused(
            f"You have asked {ASKS_A_WEEK} people in the last seven days, and that is as many as I pass on.",
            "Give them a few days to answer; /qi introductions shows where each stands.",
        )
    return person


async def _rested(db: AsyncSession, asker_id: int, asked_id: int, now: datetime) -> None:
    """Refuse what was asked already, and pairs that rest."""
    query = (
        select(Introduction.state, Introduction.answered_at)
        .where(Introduction.asker_id == asker_id, Introduction.champion_id == asked_id, Introduction.state != WITHDRAWN)
        .order_by(Introduction.id.desc())
        .limit(1)
    )
    state, answered_at = (await db.execute(query)).first() or ("", None)
    if state == ASKED:
        raise Refused(*_ASKED_ALREADY)
    if answered_at is None or now - answered_at >= AGAIN:
        return
    if state == ACCEPTED:
        raise Refused("You have been introduced already.", "Type /qi introductions to see it.")
    raise Refused(
        "They were not available last time, so I leave it for half a year before I ask again.",
        "Type /qi find and your words; others may have time now.",
    )


_ASKED_ALREADY = (
    "You have asked them already, and they have not answered yet.",
    "Type /qi introductions to see it, or to withdraw it.",
)


async def _lead(db: AsyncSession, lead_id: int, asker: Person, now: datetime) -> Person:
    """The lead of a project: whoever does not want to be introduced is not, champion or not."""
    if lead_id == asker.id:
        raise Refused("That is your own project.", "Others can say hello to you; you will get a message when they do.")
    busy = NotFound("The lead of that project is not taking questions just now.", "Type /qi find and your words.")
    if not await willing(db, lead_id):
        raise busy
    offer = await db.get(Champion, lead_id)
    if offer is not None and offer.stopped_at is None:
        paused = offer.paused_until is not None and offer.paused_until > local_date(now, asker.zone)
        if paused or await champions.asks_in_month(db, lead_id, now) >= offer.asks_a_month:
            raise busy
    return await people.person(db, lead_id)


# ---- Answering


async def accept(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> Introduction:
    """The asked person says yes: both are introduced. Saying yes twice is saying it once."""
    found = await _of_me(db, introduction_id, person)
    if found.state != ACCEPTED:
        _still_open(found)
    if not await willing(db, person.id):
        raise Refused(
            "You have withdrawn your consent to introductions.", "To say yes, agree to it again with /qi join."
        )
    if not await willing(db, found.asker_id):
        raise Refused("They are no longer looking for an introduction.", "There is nothing to do.")
    if found.state == ACCEPTED:
        return found
    await _close(db, found, ACCEPTED, now)
    subject, dues = subject_of(found.id), []
    for one in (found.asker, found.champion):
        for kind, weeks in ((DID_YOU_MEET_KIND, 2), (WHAT_CAME_KIND, 13)):
            day = weeks_later(local_date(now, one.zone), weeks, one.week)
            dues.append(outbox.Due(kind, one.id, subject, _start_of_day(one, day)))
    await outbox.queue_many(db, [outbox.Due(INTRODUCED_KIND, found.asker_id, subject, now), *dues])
    return found


async def decline(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> Introduction:
    """The asked person says not this time, which stays with them: the asker hears what silence would tell them."""
    found = _still_open(await _of_me(db, introduction_id, person))
    await _close(db, found, DECLINED, now)
    await _tell_closed(db, found, now)
    return found


async def later(db: AsyncSession, introduction_id: int, person: Person, now: datetime) -> date:
    """The asked person wants to be asked again; the day. Once only, so that the asker never waits for ever."""
    found = _still_open(await _of_me(db, introduction_id, person))
    if found.later_until is None:
        again = add_working_days(local_date(now, person.zone), REMINDER_DAYS, person.week)
        found.later_until = _start_of_day(person, again)
        last = add_working_days(again, ANSWER_DAYS - REMINDER_DAYS, person.week)
        found.expires_at = max(found.expires_at, _start_of_day(person, last))
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
    found = await _load(db, introduction_id)
    if found.asker_id != person.id:
        raise NotFound(*_NOT_THERE)
    if found.state == ACCEPTED:
        raise Refused("You have been introduced already.", "Type /qi introductions to see it.")
    if found.state in (DECLINED, EXPIRED):
        raise Refused("That one is closed already.", "Type /qi find and your words for others.")
    if found.state == ASKED:
        await _close(db, found, WITHDRAWN, now)
    return found


async def _of_me(db: AsyncSession, introduction_id: int, person: Person) -> Introduction:
    found = await _load(db, introduction_id)
    if found.champion_id != person.id:
        raise NotFound(*_NOT_THERE)
    return found


def _still_open(found: Introduction) -> Introduction:
    if found.state != ASKED:
        raise Refused(*_OVER[found.state])
    return found


_NOT_THERE = ("I cannot find that introduction among yours.", "Type /qi introductions to see them.")
_OVER = {
    ACCEPTED: ("You have said yes to that one already.", "Type /qi introductions to see it."),
    DECLINED: ("You have answered that one already.", "They were told kindly. There is nothing to do."),
    EXPIRED: ("That one was closed in the meantime.", "They were told kindly. There is nothing to do."),
    WITHDRAWN: ("They withdrew that one in the meantime.", "There is nothing to do."),
}


async def _close(db: AsyncSession, found: Introduction, state: str, now: datetime) -> None:
    found.state, found.answered_at = state, now
    await outbox.cancel(db, subject=subject_of(found.id), reason="It was answered, withdrawn or closed.")


async def _tell_closed(db: AsyncSession, found: Introduction, now: datetime) -> None:
    subject = subject_of(found.id)
    await outbox.queue(db, kind=CLOSED_KIND, person_id=found.asker_id, subject=subject, due_at=now)


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
        await _close(db, found, EXPIRED if still_asking else WITHDRAWN, now)
        if still_asking:
            await _tell_closed(db, found, now)


# ---- Afterwards


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
    found = await _load(db, introduction_id)
    if person.id not in (found.asker_id, found.champion_id) or found.state != ACCEPTED:
        raise NotFound(*_NOT_THERE)
    return found


def _furthest(scale: Sequence[str], before: str, answer: str) -> str:
    if answer not in scale:
        raise NotFound("I do not know that answer.", "Type /qi introductions to see yours.")
    return max((a for a in (before, answer) if a), key=scale.index)


# ---- Reading


def subject_of(introduction_id: int) -> str:
    """What deliveries about it are about."""
    return f"introduction:{introduction_id}"


async def about(db: AsyncSession, subject: str) -> Introduction:
    """The introduction that a delivery is about. Raises `NotFound`."""
    return await _load(db, _id_in(subject), lock=False)


async def hold(db: AsyncSession, subject: str) -> Introduction:
    """The same, and nobody else changes it until this transaction ends. Raises `NotFound`."""
    return await _load(db, _id_in(subject))


def _id_in(subject: str) -> int:
    return int(subject.rpartition(":")[2])


async def _load(db: AsyncSession, introduction_id: int, *, lock: bool = True) -> Introduction:
    query = whole().where(Introduction.id == introduction_id)
    if lock:
        # Two answers at the same moment take turns, and the second sees the first.
        query = query.with_for_update(of=Introduction).execution_options(populate_existing=True)
    found = await db.scalar(query)
    if found is None:
        raise NotFound(*_NOT_THERE)
    return found


def _start_of_day(person: Person, day: date) -> datetime:
    return at_local(day, person.works_from, person.zone)
