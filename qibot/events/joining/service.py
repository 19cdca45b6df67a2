"""The addresses that lead to the bot, wherever it is, and what is typed there to join an event."""

from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.documents.posters import Way
from qibot.events import service as events
from qibot.events.models import Event
from qibot.people.models import Identity, Workspace


async def ways(db: AsyncSession, words: str) -> list[Way]:
    """Every workspace that the bot is in and whose address it knows, the one with the most members first. An address
    brings the `words` along where its platform can. Workspaces that share one address are one way.
    """
    members = func.count(Identity.person_id)
    query = select(Workspace).outerjoin(Identity, Identity.workspace_id == Workspace.id)
    query = query.where(Workspace.removed_at.is_(None), Workspace.opens != "").group_by(Workspace.id)
    found: dict[str, list[Workspace]] = {}
    for one in await db.scalars(query.order_by(members.desc(), Workspace.id)):
        found.setdefault(one.opens.replace("{words}", quote(words, safe="")), []).append(one)
    return [Way(_label(there), address) for address, there in found.items()]


async def by_word(db: AsyncSession, word: str) -> Event | None:
    """The event that stands and has this code, where the word could be one."""
    code = word.strip().upper()
    if not (code.isascii() and code.isalnum() and len(code) <= events.LONGEST_CODE):
        return None
    return await db.scalar(select(Event).where(Event.code == code, Event.cancelled_at.is_(None)))


def code_in(typed: str) -> str:
    """The code in what was filled in, which may be the whole line from a slide: "event join QI27"."""
    return (typed.split() or [""])[-1]


def _label(there: list[Workspace]) -> str:
    first = there[0]
    platform = first.platform.capitalize()
    return f"{platform}: {first.name}" if first.name and len(there) == 1 else platform
