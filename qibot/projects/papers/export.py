"""Projects as a table to take elsewhere, with what one reader may see of each. Rules do not speak: no chat here."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.people.models import Person
from qibot.projects.models import Project
from qibot.projects.papers.models import ProjectImport
from qibot.projects.papers.reading import COLUMNS, Step
from qibot.projects.papers.service import OURS
from qibot.projects.progress import score
from qibot.projects.service import Card, cards
from qibot.projects.visibility import visible

EXPORTED = tuple(name for name in COLUMNS if name != "lead e-mail")
"""The columns of an export: those that an import reads, but for addresses, which nobody agreed to hand on."""
_AT_ONCE = 500


async def rows(db: AsyncSession, viewer: Person | None, step: Step | None = None) -> list[tuple[str, ...]]:
    """Every project that `viewer` (None: anybody) may know of, the oldest first, as wide as `EXPORTED`."""
    many = await db.scalar(select(func.count()).select_from(Project).where(visible(viewer))) or 0
    made: list[tuple[str, ...]] = []
    last = 0
    while True:
        query = select(Project).options(joinedload(Project.lead), joinedload(Project.organisation))
        query = query.where(visible(viewer), Project.id > last).order_by(Project.id).limit(_AT_ONCE)
        found = list(await db.scalars(query))
        if not found:
            return made
        last = found[-1].id
        of_them = select(ProjectImport).where(ProjectImport.project_id.in_([p.id for p in found]))
        origins = {one.project_id: one for one in await db.scalars(of_them)}
        made += [_row(card, origins.get(card.project.id), viewer) for card in await cards(db, found, viewer)]
        if step:
            step(len(made), many)


def may_see_words(found: Project, viewer: Person | None) -> bool:
    """Whether `viewer` may read who leads it in the words of the file it came from: a name that nobody agreed to show,
    so only where it is known already, and by those who look for somebody to lead it.
    """
    return (
        viewer is not None and viewer.here and (viewer.is_organiser or viewer.organisation_id == found.organisation_id)
    )


def _row(card: Card, origin: ProjectImport | None, viewer: Person | None) -> tuple[str, ...]:
    p = card.project
    said = {"title": p.title, "organisation": p.organisation.name, "id": f"{OURS}{p.id}"}
    if not card.title_only:
        lead = p.lead.name if p.lead and p.lead.here and card.named else ""
        said |= {"aim": p.aim, "status": p.stage, "progress score": score(p.progress), "lead": lead, "team": p.helpers}
        said |= {"place": p.place, "topics": "; ".join(t.label for t in card.topics)}
        said |= _from_elsewhere(origin, lead, p, viewer) if origin else {}
    return tuple(said.get(name, "") for name in EXPORTED)


def _from_elsewhere(origin: ProjectImport, lead: str, p: Project, viewer: Person | None) -> dict[str, str]:
    days = {"start": origin.starts_on, "end": origin.ends_on}
    said = {name: day.isoformat() for name, day in days.items() if day}
    words = origin.lead if not p.lead_id and may_see_words(p, viewer) else lead
    # By the id it came with, so that where it came from knows it again; without one it was known by its title.
    key = {"id": origin.key} if origin.key != p.folded else {}
    return said | key | {"lead": words, "link": origin.link}
