"""Who may ask whom, how often, and asking. Rules do not speak: no chat here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions import service as champions
from qibot.champions.models import HIDDEN, Champion
from qibot.champions.questions import service as questions
from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused, WrongFields
from qibot.hours import add_working_days
from qibot.introductions.models import ACCEPTED, ASKED, KIND, NAME, ROLE, WITHDRAWN, Introduction
from qibot.introductions.pairs import known_apart, may_pair
from qibot.introductions.seen import Seen, asked, is_found, willing
from qibot.introductions.service import (
    ANSWER_DAYS,
    ASKED_KIND,
    REMINDER_DAYS,
    REMINDER_KIND,
    load,
    start_of_day,
    subject_of,
)
from qibot.outbox import service as outbox
from qibot.people import service as people
from qibot.people.models import Person, Topic
from qibot.people.topics import by_id
from qibot.projects import service as projects
from qibot.typed import Typed

ASKS_A_WEEK = 5
"""Asks per person in seven days: enough for somebody in earnest, too few to write to the whole network."""
WEEK = timedelta(days=7)
AGAIN = timedelta(weeks=26)
"""How long a pair rests that was introduced, or for whom it was not the right time. The same after a no and after
silence, so that nobody can tell the one from the other."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom somebody would like to meet: a champion about a topic, the lead of a project, or a person. 0 = none."""

    champion_id: int = 0
    topic_id: int = 0
    project_id: int = 0
    person_id: int = 0


@dataclass(frozen=True, slots=True)
class Whom:
    """The person a wish leads to, as far as the asker may know them, and what it is about."""

    other: Seen
    topic: str
    project: str


async def preview(db: AsyncSession, asker: Person, wish: Wish, now: datetime) -> Whom:
    """Whom `asker` would ask. Raises `NotFound` or `Refused` when they may not."""
    person = await _may_ask(db, asker, await _whom(db, asker, wish), wish, now)
    project = await projects.project(db, wish.project_id, asker) if wish.project_id else None
    topic = await _topic(db, asker, wish)
    other = await asked(db, person, project, asker)
    return Whom(other, topic.label if topic else "", project.title if project else "")


async def ask(db: AsyncSession, asker: Person, wish: Wish, reason: str, shows: str, now: datetime) -> Introduction:
    """Ask for an introduction; until the other answers they see what `shows` says ("" = role and organisation). Raises
    `NotFound` or `Refused`, also when it was allowed as the form was opened.
    """
    if shows not in ("", NAME, ROLE, KIND):
        raise WrongFields({"shows": "Please choose one of those offered."})
    asked_id = await _whom(db, asker, wish)
    # Both are held, in one order, so that the limits hold for two presses at the same moment too.
    both = select(Person.id).where(Person.id.in_((asker.id, asked_id))).order_by(Person.id)
    await db.execute(both.with_for_update(key_share=True))
    person = await _may_ask(db, asker, asked_id, wish, now)
    # Whoever keeps the two apart is told nothing, and the asker only what silence would tell them.
    held_back = not await may_pair(db, asker.id, person.id)
    day = local_date(now, person.zone)
    topic = await _topic(db, asker, wish)
    values = {
        "asker_id": asker.id,
        "champion_id": person.id,
        "topic_id": topic.id if topic else None,
        "project_id": wish.project_id or None,
        "reason": reason,
        "shows": shows or ROLE,
        "held_back": held_back,
        "asked_at": now,
        "expires_at": start_of_day(person, add_working_days(day, ANSWER_DAYS, person.week)),
    }
    made = insert_or_ignore(db, Introduction).values(**values).returning(Introduction.id)
    introduction_id = await db.scalar(made)
    if introduction_id is None:
        raise Refused(*_ASKED_ALREADY)
    await champions.asked(db, person.id, now)
    if not held_back:
        await _tell(db, introduction_id, person, day, now)
    return await load(db, introduction_id)


async def _tell(db: AsyncSession, introduction_id: int, person: Person, day: date, now: datetime) -> None:
    subject = subject_of(introduction_id)
    remind_at = start_of_day(person, add_working_days(day, REMINDER_DAYS, person.week))
    await outbox.queue(db, kind=ASKED_KIND, person_id=person.id, subject=subject, due_at=now)
    await outbox.queue(db, kind=REMINDER_KIND, person_id=person.id, subject=subject, due_at=remind_at)


async def _whom(db: AsyncSession, asker: Person, wish: Wish) -> int:
    if wish.project_id:
        return (await projects.project(db, wish.project_id, asker)).lead_id or 0
    return wish.person_id or wish.champion_id


async def _topic(db: AsyncSession, asker: Person, wish: Wish) -> Topic | None:
    if not wish.project_id:
        return await by_id(db, wish.topic_id)
    found = await projects.project(db, wish.project_id, asker)
    # Where the title is all that is shown, what it is about is not.
    (card,) = await projects.cards(db, [found], asker)
    return card.topics[0] if card.topics else await by_id(db, wish.topic_id)


async def _may_ask(db: AsyncSession, asker: Person, asked_id: int, wish: Wish, now: datetime) -> Person:
    """The person to ask, with their organisation, if `asker` may ask them now."""
    if not await willing(db, asker.id):
        raise Refused(
            "To be introduced, you need to agree to introductions yourself.",
            ("Type ", Typed("join"), " and tick it; nothing passes before both of you say yes."),
        )
    if await known_apart(db, asker.id, [asked_id]):
        raise Refused(
            "You have asked me never to introduce you to them.",
            ("If that has changed, type ", Typed("introductions not")),
        )
    await _rested(db, asker.id, asked_id, now)
    if wish.project_id:
        person = await _lead(db, asked_id, asker, now)
    elif wish.person_id:
        person = await _person(db, asked_id, asker, now)
    else:
        person = await questions.askable(db, asked_id, asker, now)
    lately = select(func.count()).where(Introduction.asker_id == asker.id, Introduction.asked_at > now - WEEK)
    if (await db.scalar(lately) or 0) >= ASKS_A_WEEK:
        raise Refused(
            f"You have asked {ASKS_A_WEEK} people in the last seven days, and that is as many as I pass on.",
            ("Give them a few days to answer; ", Typed("introductions"), " shows where each stands."),
        )
    return person


async def _rested(db: AsyncSession, asker_id: int, asked_id: int, now: datetime) -> None:
    """Refuse what was asked already, and pairs that rest."""
    theirs = (Introduction.asker_id == asker_id) & (Introduction.champion_id == asked_id)
    # Once introduced, it does not matter who asked.
    other_way = (Introduction.asker_id == asked_id) & (Introduction.champion_id == asker_id)
    query = (
        select(Introduction.state, Introduction.answered_at)
        .where(or_(theirs, other_way & (Introduction.state == ACCEPTED)), Introduction.state != WITHDRAWN)
        .order_by(Introduction.id.desc())
        .limit(1)
    )
    state, answered_at = (await db.execute(query)).first() or ("", None)
    if state == ASKED:
        raise Refused(*_ASKED_ALREADY)
    if answered_at is None or now - answered_at >= AGAIN:
        return
    if state == ACCEPTED:
        raise Refused("You have been introduced already.", ("Type ", Typed("introductions"), " to see it."))
    raise Refused(
        "They were not available last time, so I leave it for half a year before I ask again.",
        ("Type ", Typed("find"), " and your words; others may have time now."),
    )


_ASKED_ALREADY = (
    "You have asked them already, and they have not answered yet.",
    ("Type ", Typed("introductions"), " to see it, or to withdraw it."),
)


async def _lead(db: AsyncSession, lead_id: int, asker: Person, now: datetime) -> Person:
    """The lead of a project: whoever does not want to be introduced is not, champion or not."""
    if lead_id == asker.id:
        raise Refused("That is your own project.", "Others can say hello to you; you will get a message when they do.")
    busy = NotFound(
        "The lead of that project is not taking questions just now.", ("Type ", Typed("find"), " and your words.")
    )
    if not await willing(db, lead_id) or not await champions.has_time_for_one(
        db, lead_id, local_date(now, asker.zone), now
    ):
        raise busy
    return await people.person(db, lead_id)


async def _person(db: AsyncSession, person_id: int, asker: Person, now: datetime) -> Person:
    """Somebody by themselves: found and willing, and no hidden champion unless an organiser asks."""
    if person_id == asker.id:
        raise Refused("That is you.", "Others can ask you; you will get a message when they do.")
    hidden = exists().where(Champion.person_id == Person.id, Champion.visibility == HIDDEN)
    found = select(func.count()).where(Person.id == person_id, is_found(Person.id))
    there = await db.scalar(found if asker.is_organiser else found.where(~hidden))
    if not there or not await willing(db, person_id):
        raise NotFound(*_NOT_NOW)
    if not await champions.has_time_for_one(db, person_id, local_date(now, asker.zone), now):
        raise NotFound(*_NOT_NOW)
    return await people.person(db, person_id)


_NOT_NOW = ("They are not taking questions just now.", ("Type ", Typed("find"), " and your words for others."))
