"""A call for help: to whom it goes, and how often. Rules do not speak: no chat here."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions import service as champions
from qibot.errors import Refused, WrongFields
from qibot.outbox import service as outbox
from qibot.people import service as people
from qibot.people.models import Person
from qibot.projects.models import Project, ProjectCall
from qibot.projects.service import changeable, find
from qibot.projects.visibility import title_only
from qibot.projects.working.handing import champions_for
from qibot.typed import Typed

CALL_KIND = "projects.call"
MOST = 5
"""Champions that one call reaches: who can help is found by asking a few, and a round letter is nobody's question."""
AGAIN = timedelta(days=30)
"""How long a call stands, and the project makes no other: the month over which champions count what they are asked."""
_FEWEST_WORDS = 4


async def may_call(db: AsyncSession, project_id: int, by: Person, now: datetime) -> Project:
    """The project, if its lead may call for help now. Raises `NotFound` or `Refused`."""
    found = await changeable(db, project_id, by)
    if not found.live:
        raise Refused("That project is over.", ("Type ", Typed(f"project edit #{found.id}"), " to take it up again."))
    if found.lead_id is None:
        raise Refused(
            "Nobody leads that project yet, so nobody could be introduced.",
            ("Ask somebody to: ", Typed(f"project hand-on #{found.id}"), " and their name."),
        )
    if not await people.agrees(db, found.lead_id, "introductions"):
        raise Refused(
            "Whoever answers would be introduced to its lead, who has not agreed to introductions.",
            ("Type ", Typed("join"), " and tick it; nothing passes before both of you say yes."),
        )
    last = await standing(db, found.id, now)
    if last is not None:
        raise Refused(
            "That project has called for help within the last month.",
            ("Those who can will answer. ", Typed("find"), " and your words leads to others, one by one."),
        )
    return found


async def call(db: AsyncSession, project_id: int, by: Person, words: str, now: datetime) -> tuple[Project, int]:
    """Ask up to `MOST` champions of its topics, each within their month and once; the project, and how many.

    Sent twice it is one call. Raises `NotFound`, `Refused` or `WrongFields`.
    """
    # Held, so that two presses at the same moment are one call.
    await db.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    if len(words.split()) < _FEWEST_WORDS:
        raise WrongFields({"words": "Please say it so that somebody knows whether it is them: what exactly, by when."})
    found = await may_call(db, project_id, by, now)
    able = [one for one in await champions_for(db, found, by, now) if not await title_only(db, [found], one)][:MOST]
    if not able:
        raise Refused(
            "There is no champion of its topics whom I could ask just now.",
            (
                "Choose its topics with ",
                Typed(f"project edit #{found.id}"),
                ", or look for people with ",
                Typed("find"),
                " and your words.",
            ),
        )
    made = ProjectCall(project_id=found.id, by_id=by.id, words=words, asked_at=now)
    db.add(made)
    await db.flush()
    for one in able:
        await champions.asked(db, one.id, now)
        await outbox.queue(db, kind=CALL_KIND, person_id=one.id, subject=f"call:{made.id}", due_at=now)
    return found, len(able)


async def standing(db: AsyncSession, project_id: int, now: datetime) -> ProjectCall | None:
    """The call of the last month, if there is one."""
    query = select(ProjectCall).where(ProjectCall.project_id == project_id, ProjectCall.asked_at > now - AGAIN)
    found: ProjectCall | None = await db.scalar(query.order_by(ProjectCall.asked_at.desc()).limit(1))
    return found


async def about(db: AsyncSession, subject: str, reader: Person) -> tuple[ProjectCall, Project] | None:
    """The call that a delivery is about, while its project is live and this reader may see it whole."""
    made = await db.get(ProjectCall, int(subject.rpartition(":")[2]))
    found = await find(db, f"#{made.project_id}", reader) if made is not None else []
    if made is None or not found or not found[0].live or await title_only(db, found, reader):
        return None
    return made, found[0]
