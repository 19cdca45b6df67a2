"""Writing a broadcast, and letting it go: looked at, agreed to above a size, taken back within a minute. Rules do not
speak.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.broadcasts import audience
from qibot.broadcasts.models import ASKING, DISCARDED, DRAFT, READY, STARTED, Broadcast
from qibot.claims import row_id
from qibot.clock import local_date
from qibot.errors import NotFound, Refused, Unclear, WrongFields
from qibot.events import service as events
from qibot.hours import at_local, is_working_day, next_working_day
from qibot.outbox import service as outbox
from qibot.people import service as people
from qibot.people.models import Organisation, Person
from qibot.people.topics import by_slug
from qibot.typed import Typed

HOLD = timedelta(seconds=60)
"""How long a broadcast is held back after the last yes, so that it can be undone and nobody has heard of it."""
MOST_ANSWERS, LONGEST_ANSWER = 4, 30
_FURTHEST = timedelta(days=366)
_WHOLE_SECOND = timedelta(seconds=1)
PAGE = 10
_MORE = 10
"""It may be for so many people more than were agreed to: one for each so many of them, as people join every day."""

SECOND_KIND, DECIDED_KIND = "broadcasts.second", "broadcasts.decided"
YES, NO, GROWN = "yes", "no", "grown"
"""What was decided: by another organiser, or because it would go to more people than anybody agreed to."""
_SEE = ("Type ", Typed("broadcasts"), " to see where they stand.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an organiser says of a broadcast. `organisation` is an id as text, `topic` a slug, `event` a join code,
    `after` the title or number of an earlier one, `hour` of the day; "" where nothing was said. `listed`: None leaves
    the list as it is.
    """

    title: str
    body: str
    organisation: str = ""
    place: str = ""
    topic: str = ""
    role: str = ""
    event: str = ""
    after: str = ""
    listed: str | None = ""
    answers: str = ""
    takes_words: bool = False
    day: date | None = None
    hour: str = ""


async def compose(db: AsyncSession, organiser: Person, said: Wanted, now: datetime) -> tuple[Broadcast, list[str]]:
    """A new draft, and the entries of its list that mean nobody. Raises `WrongFields`."""
    made = Broadcast(organiser_id=organiser.id, created_at=now, title="", body="")
    await _write(db, made, organiser, said, now)
    db.add(made)
    await db.flush()
    missing = await audience.keep_list(db, made, said.listed or "")
    return await by_id(db, made.id), missing


async def change(
    db: AsyncSession, organiser: Person, broadcast_id: int, said: Wanted, now: datetime
) -> tuple[Broadcast, list[str]]:
    """The draft becomes this. Raises `Refused` once it is on its way, and `WrongFields`."""
    held = await hold(db, broadcast_id)
    if held.state != DRAFT:
        raise Refused("That broadcast is on its way.", "Take it back first, if it has not started.")
    await _write(db, held, organiser, said, now)
    held.organiser_id = organiser.id
    held.revision += 1
    missing = [] if said.listed is None else await audience.keep_list(db, held, said.listed)
    await db.flush()
    return await by_id(db, held.id), missing


async def _write(db: AsyncSession, made: Broadcast, organiser: Person, said: Wanted, now: datetime) -> None:
    made.title, made.body = " ".join(said.title.split()), said.body
    made.place, made.role = " ".join(said.place.split()), " ".join(said.role.split())
    made.answers, made.takes_words = json.dumps(_labels(said.answers)), said.takes_words
    made.wanted_at = _wanted_at(said, organiser, now)
    made.organisation_id = made.topic_id = made.event_id = made.after_id = None
    if said.organisation:
        found = await db.get(Organisation, row_id(said.organisation))
        if found is None:
            raise WrongFields({"organisation": "Please choose one of those offered."})
        made.organisation_id = found.id
    if said.topic:
        topics = await by_slug(db, [said.topic])
        if not topics:
            raise WrongFields({"topic": "Please choose one of those offered."})
        made.topic_id = topics[0].id
    if said.event:
        try:
            made.event_id = (await events.by_code(db, said.event)).id
        except NotFound as unknown:
            raise WrongFields({"event": unknown.sentence}) from unknown
    if said.after:
        made.after_id = await _before(db, said.after)


async def _before(db: AsyncSession, words: str) -> int:
    """The earlier broadcast that words name, if it asked for an answer."""
    try:
        found = await by_name(db, words)
    except (NotFound, Unclear) as unknown:
        raise WrongFields({"after": unknown.sentence}) from unknown
    if found.state != STARTED or not found.labels:
        raise WrongFields({"after": f"“{found.title}” has not gone out, or asked for no answer."})
    return found.id


def _labels(said: str) -> list[str]:
    labels = list(dict.fromkeys(" ".join(one.split()) for one in said.split(",") if one.strip()))
    if len(labels) > MOST_ANSWERS or any(len(one) > LONGEST_ANSWER for one in labels):
        sentence = f"Please keep to {MOST_ANSWERS} answers of {LONGEST_ANSWER} characters each, separated by commas."
        raise WrongFields({"answers": sentence})
    return labels


def _wanted_at(said: Wanted, organiser: Person, now: datetime) -> datetime | None:
    if said.day is None:
        if said.hour:
            raise WrongFields({"on": "Please choose the day as well, or leave both empty to send it soon."})
        return None
    today = local_date(now, organiser.zone)
    if not today <= said.day <= today + _FURTHEST:
        raise WrongFields({"on": "Please choose a day within the next year."})
    if not is_working_day(said.day):
        later = next_working_day(said.day)
        raise WrongFields({"on": f"That is no working day. The next one is {later:%A} {later.day} {later:%B}."})
    moment = at_local(said.day, time(int(said.hour) if said.hour else 9), organiser.zone)
    if moment < now and said.day == today and not said.hour:
        return None
    if moment < now:
        raise WrongFields({"hour": "That hour has passed. Choose a later one, or leave both empty to send it soon."})
    return moment


def said_of(wanted_at: datetime | None, zone: str) -> dict[str, object]:
    """Day and hour as the form has them."""
    if wanted_at is None:
        return {}
    local = wanted_at.astimezone(ZoneInfo(zone))
    return {"on": local.date().isoformat(), "hour": str(local.hour)}


async def move_topic(db: AsyncSession, old_id: int, new_id: int) -> None:
    """Two topics become one."""
    await db.execute(update(Broadcast).where(Broadcast.topic_id == old_id).values(topic_id=new_id))


# ---- Reading


async def by_id(db: AsyncSession, broadcast_id: int) -> Broadcast:
    """The broadcast of a button or a form, whole. Raises `NotFound`, also for one that was thrown away."""
    query = _whole().where(Broadcast.id == broadcast_id).execution_options(populate_existing=True)
    found = await db.scalar(query) if 0 < broadcast_id < 2**31 else None
    if found is None or found.state == DISCARDED:
        raise NotFound("I cannot find that broadcast.", _SEE)
    return found


async def hold(db: AsyncSession, broadcast_id: int) -> Broadcast:
    """As `by_id`, and nobody else changes it until this transaction ends."""
    if 0 < broadcast_id < 2**31:
        await db.execute(select(Broadcast.id).where(Broadcast.id == broadcast_id).with_for_update())
    return await by_id(db, broadcast_id)


async def by_name(db: AsyncSession, words: str) -> Broadcast:
    """The broadcast that `words` name: #3, its title, or part of it; the newest first. Raises `NotFound`, `Unclear`."""
    if words.startswith("#"):
        return await by_id(db, row_id(words[1:]))
    wanted = " ".join(words.casefold().split())
    every = [one for one in await recent(db, most=50) if wanted in one.title.casefold()]
    found = [one for one in every if one.title.casefold() == wanted] or every
    if not found:
        raise NotFound(f"I do not know a broadcast called “{words[:60]}”.", _SEE)
    if len(found) > 1:
        choices = tuple(f"broadcast show #{one.id}" for one in found[:5])
        raise Unclear(f"There are {len(found)} broadcasts like “{words[:60]}”.", "Which one?", choices)
    return found[0]


async def recent(db: AsyncSession, *, most: int = PAGE) -> Sequence[Broadcast]:
    """The newest first."""
    return (
        await db.scalars(_whole().where(Broadcast.state != DISCARDED).order_by(Broadcast.id.desc()).limit(most))
    ).all()


def _whole() -> Select[Broadcast]:
    parts = Broadcast.organiser, Broadcast.organisation, Broadcast.topic, Broadcast.event, Broadcast.after
    return select(Broadcast).options(*(joinedload(part) for part in parts))


# ---- Letting it go


async def others(db: AsyncSession, organiser_id: int) -> list[Person]:
    """The organisers who could give the second yes."""
    return [one for one in await people.organisers(db) if one.id != organiser_id]


async def send(
    db: AsyncSession,
    organiser: Person,
    broadcast_id: int,
    revision: int,
    now: datetime,
    *,
    alone_up_to: int,
    typed: str = "",
) -> Broadcast:
    """An organiser lets it go: at the wanted moment, a minute from now at the soonest. Twice is once.

    Above `alone_up_to` people another organiser is asked first. Where there is no other, `typed` has to be the number
    of people. Raises `Refused`, and `WrongFields` for another number.
    """
    held = await hold(db, broadcast_id)
    if held.state != DRAFT:
        return held
    if revision != held.revision:
        raise Refused("It was changed since you looked at it.", ("Type ", Typed(f"broadcast show #{held.id}"), "."))
    size = (await audience.look(db, held, local_date(now))).size
    if not size:
        raise Refused("Nobody fits that audience, so there is nobody to send it to.", "Change it and look again.")
    held.organiser_id, held.agreed_by_id = organiser.id, None
    held.size = max(alone_up_to, _and_some_more(size))
    held.revision += 1
    if size <= alone_up_to:
        _ready(held, now)
    elif asked := await others(db, organiser.id):
        held.state = ASKING
        dues = [outbox.Due(SECOND_KIND, one.id, held.subject, now, str(held.revision)) for one in asked]
        await outbox.queue_many(db, dues)
    else:
        _typed(typed, size)
        held.agreed_by_id = organiser.id
        _ready(held, now)
    await db.flush()
    return await by_id(db, held.id)


def _and_some_more(size: int) -> int:
    return size + size // _MORE


def _typed(typed: str, size: int) -> None:
    if not typed:
        sentence = f"It is for {size} people, and there is no second organiser to agree to it."
        raise Refused(sentence, "Look at it again: you can confirm by typing how many people it is for.")
    if typed.replace(",", "").replace(" ", "") != str(size):
        raise WrongFields({"number": f"It is for {size} people now. Please type that number to send it."})


def _ready(held: Broadcast, now: datetime) -> None:
    soonest = (now + HOLD + _WHOLE_SECOND).replace(microsecond=0) if now.microsecond else now + HOLD
    held.state, held.send_at = READY, max(soonest, held.wanted_at or soonest)


async def agree(db: AsyncSession, organiser: Person, broadcast_id: int, revision: int, now: datetime) -> Broadcast:
    """The second yes. Raises `Refused` for the first organiser, and for what waits for none."""
    held = await _asked(db, organiser, broadcast_id, revision)
    held.agreed_by_id = organiser.id
    held.size = max(held.size, _and_some_more((await audience.look(db, held, local_date(now))).size))
    _ready(held, now)
    await _decided(db, held, YES, now)
    return await by_id(db, held.id)


async def decline(db: AsyncSession, organiser: Person, broadcast_id: int, revision: int, now: datetime) -> Broadcast:
    """Not like this: it is a draft again, and its organiser hears so. Raises `Refused` as `agree` does."""
    held = await _asked(db, organiser, broadcast_id, revision)
    held.state = DRAFT
    await _decided(db, held, NO, now)
    return await by_id(db, held.id)


async def _asked(db: AsyncSession, organiser: Person, broadcast_id: int, revision: int) -> Broadcast:
    held = await hold(db, broadcast_id)
    if held.state != ASKING or held.revision != revision:
        raise Refused("That broadcast no longer waits for a second yes.", _SEE)
    if held.organiser_id == organiser.id:
        raise Refused("The second yes is for another organiser than the one who sends it.", _SEE)
    return held


async def put_back(db: AsyncSession, broadcast_id: int, now: datetime) -> None:
    """As it was to start it was for more people than were agreed to: a draft again, and its organiser hears so."""
    held = await hold(db, broadcast_id)
    if held.state == READY:
        held.state, held.send_at, held.agreed_by_id = DRAFT, None, None
        held.revision += 1
        await _decided(db, held, GROWN, now)


async def _decided(db: AsyncSession, held: Broadcast, how: str, now: datetime) -> None:
    await outbox.cancel(db, subject=held.subject, kind=SECOND_KIND, reason="It was decided.")
    told = {"kind": DECIDED_KIND, "subject": held.subject, "period": f"{how} {held.revision}"}
    await outbox.queue(db, person_id=held.organiser_id, due_at=now, **told)
    await db.flush()


async def undo(db: AsyncSession, broadcast_id: int) -> Broadcast:
    """A draft again: nothing was sent. Raises `Refused` once it has started."""
    held = await hold(db, broadcast_id)
    if held.state == STARTED:
        raise Refused("It has started.", ("Type ", Typed(f"broadcast show #{held.id}"), " to stop what has not gone."))
    held.state, held.send_at, held.agreed_by_id = DRAFT, None, None
    held.revision += 1
    await outbox.cancel(db, subject=held.subject, kind=SECOND_KIND, reason="It was taken back.")
    await db.flush()
    return await by_id(db, held.id)


async def discard(db: AsyncSession, broadcast_id: int) -> None:
    """Throw a draft away: its words go, its number stays. Raises `Refused` for what is no draft."""
    held = await hold(db, broadcast_id)
    if held.state != DRAFT:
        raise Refused("That broadcast is on its way.", _SEE)
    held.state, held.title, held.body = DISCARDED, "", ""
    await audience.keep_list(db, held, "")
