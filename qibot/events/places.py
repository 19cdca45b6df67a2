"""Where an event is: at one place, or at several at once."""

import re

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.errors import NotFound, WrongFields
from qibot.events.models import Attendance, Event
from qibot.typed import Typed

HELP = "At several places at once? Put a semicolon between them."
MOST, LONGEST = 10, 60


def read(words: str) -> tuple[str, ...]:
    """Places as they are typed, with semicolons or new lines between them. Raises `WrongFields`."""
    found: dict[str, str] = {}
    for piece in re.split(r"[;\n]", words.replace("\x00", "")):
        if name := " ".join(piece.split()):
            found.setdefault(name.casefold(), name)
    places = list(found.values())
    if len(places) > MOST or any(len(name) > LONGEST for name in places):
        raise WrongFields({"place": f"Please name at most {MOST} places, each in at most {LONGEST} characters."})
    return tuple(places)


def put(event: Event, places: tuple[str, ...]) -> None:
    """The event is at these places."""
    event.place, *others = places or ("",)
    event.other_places = "\n".join(others)


async def say(db: AsyncSession, event: Event, person_id: int, place: str) -> None:
    """Somebody who joined is at this place. Raises `NotFound` for one at which the event is not."""
    row = await db.get(Attendance, (event.id, person_id))
    if row is None or place not in event.places:
        raise NotFound(
            f"“{event.title}” is not at that place now.", ("Type ", Typed(f"event show {event.code}"), " to see where.")
        )
    row.place = place


async def forget_others(db: AsyncSession, event: Event) -> None:
    """Whoever said a place at which the event is no longer has said none."""
    gone = update(Attendance).where(Attendance.event_id == event.id, Attendance.place.not_in(("", *event.places)))
    await db.execute(gone.values(place=""), execution_options={"synchronize_session": False})


async def counts(db: AsyncSession, event: Event) -> dict[str, int]:
    """How many are at each place, "" for those who have not said; nothing for an event at one place."""
    if len(event.places) < 2:
        return {}
    query = select(Attendance.place, func.count()).where(Attendance.event_id == event.id).group_by(Attendance.place)
    found = dict((await db.execute(query)).all())
    return {place: found[place] for place in (*event.places, "") if found.get(place)}
