"""“You said, we did”: what became of what was said at an event, told once to all who were part of it."""

from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.errors import Refused, WrongFields
from qibot.events.models import Attendance, Event, EventAnswer, Reflection
from qibot.outbox import service as outbox
from qibot.typed import Typed

TOLD = "events.answers"
MOST = 20
_ARROWS = ("->", "=>", "→")


def lines(words: str) -> list[tuple[str, str]]:
    """(what was said, what was done) of each line; the first is "" where there is no arrow in it."""
    found = []
    for line in filter(None, (" ".join(one.split()) for one in words.splitlines())):
        at = min(((line.find(arrow), arrow) for arrow in _ARROWS if arrow in line), default=None)
        said, done = (line[: at[0]], line[at[0] + len(at[1]) :]) if at else ("", line)
        found.append((said.strip(), done.strip()))
    return found


async def written(db: AsyncSession, event: Event) -> EventAnswer | None:
    """What was written, told or not."""
    return await db.get(EventAnswer, event.id)


async def told(db: AsyncSession, event: Event) -> list[tuple[str, str]]:
    """The lines that everybody was told; none before."""
    row = await written(db, event)
    return lines(row.words) if row and row.sent_at else []


async def write(db: AsyncSession, event: Event, words: str) -> EventAnswer:
    """Keep the lines, to be looked at before they are told. Raises `Refused` once they were, and `WrongFields`."""
    found, row = lines(words), await written(db, event)
    if row is not None:
        untold(event, row)
    if not found or not all(done for _, done in found):
        raise WrongFields({"words": "Please say on each line what was done, after the arrow if there is one."})
    if len(found) > MOST:
        raise WrongFields({"words": f"Please keep it to {MOST} lines, so that everybody reads them."})
    if row is None:
        row = EventAnswer(event_id=event.id, words=words)
        db.add(row)
    row.words = words
    return row


def untold(event: Event, row: EventAnswer) -> None:
    """Raises `Refused` once everybody was told."""
    if row.sent_at is not None:
        raise Refused(
            f"Everybody was told already what became of “{event.title}”, and is told once.",
            ("The lines are in the report: ", Typed(f"event report {event.code}")),
        )


async def readers(db: AsyncSession, event: Event) -> list[int]:
    """All who joined, or said something with their name: nobody knows of whom the other answers are."""
    joined = select(Attendance.person_id).where(Attendance.event_id == event.id)
    named = select(Reflection.person_id).where(Reflection.event_id == event.id, Reflection.person_id.is_not(None))
    return sorted(await db.scalars(union(joined, named)))


async def tell(db: AsyncSession, event: Event, now: datetime) -> int:
    """Plan one message to every reader; how many. Raises `Refused` when they were told, or nothing was written."""
    row = await written(db, event)
    if row is None:
        raise Refused("Nothing was written yet.", ("Type ", Typed(f"event answers {event.code}"), " to begin."))
    untold(event, row)
    row.sent_at = now
    people = await readers(db, event)
    await outbox.queue_many(db, (outbox.Due(TOLD, one, f"event:{event.id}", now) for one in people))
    return len(people)
