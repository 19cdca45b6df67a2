"""An organiser's broadcast on its way, and what the database says of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from qibot.broadcasts.report import OUTCOMES
from qibot.chat.message import Buttons, Message
from qibot.database import Database
from qibot.outbox.models import Delivery
from tests.cast import OWEN, Character
from tests.introductions.days import Days
from tests.talk import Network

TITLE, BODY = "A new room for Friday", "We meet in room 4.\nPlease bring a *story*."


async def write(talk: Network, who: Character = OWEN, **said: Any) -> None:
    """A draft, to everybody unless `said` otherwise."""
    await talk(who).says("broadcast")
    await talk(who).fills(**{"title": TITLE, "body": BODY, **said})
    assert "is a draft" in talk(who).sees, talk(who).sees or talk(who).errors


def send_label(talk: Network, who: Character = OWEN) -> str:
    """What the button says that lets the draft on the screen go."""
    return label_of(talk(who).message)


def label_of(draft: Message) -> str:
    """What the button of a draft says that lets it go."""
    buttons = [button for part in draft.parts if isinstance(part, Buttons) for button in part.buttons]
    return next(button.label for button in buttons if button.label.startswith("Send to"))


async def send(talk: Network, days: Days, who: Character = OWEN, **said: Any) -> None:
    """Written, let go, and what can be delivered now is delivered."""
    await write(talk, who, **said)
    await talk(who).presses(send_label(talk, who))
    assert "goes out" in talk(who).sees, talk(who).sees
    days.clock.forward(timedelta(seconds=61))
    await days.deliver()


def titles(talk: Network, *people: Character) -> dict[str, list[str]]:
    """What each of them got unasked, by first name."""
    return {who.name.split()[0]: [m.title for m in talk(who).inbox] for who in people}


async def deliveries(database: Database, kind: str = "broadcasts.message") -> list[Delivery]:
    """Rows of a kind, by person and period."""
    async with database.transaction(reading=True) as db:
        order = (Delivery.person_id, Delivery.period)
        return list(await db.scalars(select(Delivery).where(Delivery.kind == kind).order_by(*order)))


async def check(database: Database) -> dict[str, int]:
    """Looks into the database itself: for every broadcast its frozen size is the sum of the four ends, and there is one
    row a person. The ends of the newest.
    """
    ends: dict[str, int] = {}
    async with database.transaction(reading=True) as db:
        for broadcast_id, size in (
            await db.execute(text("SELECT id, size FROM broadcasts WHERE state = 'started' ORDER BY id"))
        ).all():
            rows = (
                await db.execute(
                    text(
                        "SELECT state, count(*), count(DISTINCT person_id) FROM deliveries WHERE subject = :subject "
                        "AND kind = 'broadcasts.message' AND period = '' GROUP BY state"
                    ),
                    {"subject": f"broadcast:{broadcast_id}"},
                )
            ).all()
            ends = dict.fromkeys(("sent", "failed", "skipped", "waiting"), 0)
            for state, count, people in rows:
                assert count == people
                ends[OUTCOMES[state]] += count
            assert sum(ends.values()) == size
    return ends
