"""Who is on a project, and how it goes. Rules do not speak: no chat here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.database import insert_or_ignore
from qibot.errors import Refused, WrongFields
from qibot.people.models import Person
from qibot.projects import evidence
from qibot.projects import service as projects
from qibot.projects.models import (
    COACH,
    EXPERIENCE,
    HELPER,
    LEAD,
    LIVE,
    SPONSOR,
    STOPPED,
    Project,
    ProjectFollow,
    ProjectMember,
    ProjectUpdate,
)
from qibot.projects.progress import SCALE, move
from qibot.projects.service import Described, Saved, changeable, find, may_change, project
from qibot.projects.stories import prompts
from qibot.projects.visibility import must_be_whole, visible
from qibot.projects.words import fold_title
from qibot.projects.working import handing, stalled
from qibot.typed import Typed

ROLES = (HELPER, SPONSOR, COACH, EXPERIENCE)
"""Those that anybody may take on a project of somebody else."""
PAGE = 5
_LONGEST_TITLE = 60
"""Words: a title has no more characters than would make so many."""


# ---- Who is on it


async def join(db: AsyncSession, project_id: int, person: Person, role: str, now: datetime) -> Project:
    """Be on a project in this role, or in another than before. Raises `Refused` for its lead, and when it is over."""
    found = await joinable(db, project_id, person)
    if role not in ROLES:
        raise WrongFields({"role": "Please choose one of those offered."})
    row = insert_or_ignore(db, ProjectMember)
    await db.execute(row.values(project_id=found.id, person_id=person.id, role=role, since=now))
    mine = await db.get_one(ProjectMember, (found.id, person.id), populate_existing=True)
    mine.role = role
    await _unfollow(db, found, person.id)
    await db.flush()
    return await evidence.note(db, found)


async def offer_help(db: AsyncSession, project_id: int, person: Person, now: datetime) -> Project:
    """Be a helper, unless one is on it already; twice is once. Raises as `join` does."""
    found = await joinable(db, project_id, person)
    if await role_of(db, found.id, person.id):
        return found
    return await join(db, project_id, person, HELPER, now)


async def leave(db: AsyncSession, project_id: int, person: Person) -> Project:
    """No longer be on a project; twice is once. Its lead hands it on or stops it instead: raises `Refused`."""
    found = await project(db, project_id, person)
    if found.lead_id == person.id:
        raise Refused(
            "You lead that project.",
            ("Type ", Typed(f"project hand-on #{found.id}"), ", or stop it with thanks."),
        )
    await _take_off(db, found, person.id)
    return await evidence.note(db, found)


async def take_off(db: AsyncSession, project_id: int, person_id: int, by: Person) -> Project:
    """Its lead takes somebody off who no longer is, or never was, on it. Twice is once. Raises `Refused`."""
    found = await changeable(db, project_id, by)
    await _take_off(db, found, person_id)
    return await evidence.note(db, found)


async def role_of(db: AsyncSession, project_id: int, person_id: int) -> str:
    """Somebody's role on a project; "" when they have none."""
    query = select(ProjectMember.role).where(ProjectMember.project_id == project_id)
    return await db.scalar(query.where(ProjectMember.person_id == person_id)) or ""


async def follow(db: AsyncSession, project_id: int, person: Person, now: datetime) -> Project:
    """Hear what comes of it. Raises `Refused` for those who are on it: they know."""
    found = await project(db, project_id, person)
    await must_be_whole(db, found, person)
    if await role_of(db, found.id, person.id):
        raise Refused("You are on that project.", "You see all of it, so there is nothing to follow.")
    row = insert_or_ignore(db, ProjectFollow)
    await db.execute(row.values(project_id=found.id, person_id=person.id, since=now))
    return found


async def unfollow(db: AsyncSession, project_id: int, person: Person) -> Project:
    """No longer hear of it. Twice is once."""
    found = await project(db, project_id, person)
    await _unfollow(db, found, person.id)
    return found


async def follows(db: AsyncSession, project_id: int, person_id: int) -> bool:
    """Whether somebody follows a project."""
    return await db.get(ProjectFollow, (project_id, person_id)) is not None


async def followed_by(db: AsyncSession, person: Person) -> list[Project]:
    """Up to five that somebody follows, the last followed first, with lead and organisation."""
    query = select(Project).join(ProjectFollow).where(ProjectFollow.person_id == person.id, visible(person))
    query = query.options(joinedload(Project.lead), joinedload(Project.organisation))
    return list(await db.scalars(query.order_by(ProjectFollow.since.desc(), Project.id.desc()).limit(PAGE)))


async def joinable(db: AsyncSession, project_id: int, person: Person) -> Project:
    """The project, if `person` may be on it. Raises `NotFound` or `Refused`."""
    found = await project(db, project_id, person)
    if found.lead_id == person.id:
        raise Refused("You lead that project.", "Others can offer to help; you see them on its card.")
    await must_be_whole(db, found, person)
    if not found.live:
        raise Refused("That project is over, so it needs no helpers now.", ("Type ", Typed("projects"), " for others."))
    return found


async def _take_off(db: AsyncSession, found: Project, person_id: int) -> None:
    row = (ProjectMember.project_id == found.id, ProjectMember.person_id == person_id)
    await db.execute(delete(ProjectMember).where(*row, ProjectMember.role != LEAD))


async def _unfollow(db: AsyncSession, found: Project, person_id: int) -> None:
    row = (ProjectFollow.project_id == found.id, ProjectFollow.person_id == person_id)
    await db.execute(delete(ProjectFollow).where(*row))


# ---- How it goes


@dataclass(frozen=True, slots=True)
class News:
    """An update as others see it. `progress` as in `Project`, 0 when nothing was said of it."""

    words: str
    progress: int
    at: datetime


async def update(db: AsyncSession, project_id: int, by: Person, words: str, progress: int, now: datetime) -> Project:
    """Say how it goes; nobody is written to. `progress` 0 leaves it as it stands. Raises `Refused` or `WrongFields`."""
    found = await may_update(db, project_id, by)
    if not 0 < len(words) <= 600:
        raise WrongFields({"words": f"Please keep this to 600 characters; it is {len(words)} now."})
    if progress not in (0, *SCALE):
        raise WrongFields({"progress": "Please choose one of those offered."})
    db.add(ProjectUpdate(project_id=found.id, person_id=by.id, words=words, progress=progress, at=now))
    if progress:
        move(found, progress, now)
    await stalled.alive(db, found, now)
    await db.flush()
    return await evidence.note(db, found)


async def may_update(db: AsyncSession, project_id: int, by: Person) -> Project:
    """The project, if `by` is on it or organises. Raises `NotFound`, or `Refused`, also when it is stopped."""
    found = await project(db, project_id, by)
    if not may_change(found, by) and not await role_of(db, found.id, by.id):
        raise Refused(
            "Only those who are on that project can say how it goes.",
            ("Type ", Typed(f"project join #{found.id}"), " if you are."),
        )
    await must_be_whole(db, found, by)
    if found.stage == STOPPED:
        raise Refused(
            "That project is stopped, with thanks.",
            ("What was learned can still be told: ", Typed("story add")),
        )
    return found


async def news(db: AsyncSession, project_id: int, *, page: int = 1) -> tuple[list[News], bool]:
    """One page of updates, the newest first; and whether there are more."""
    query = select(ProjectUpdate).where(ProjectUpdate.project_id == project_id)
    query = query.order_by(ProjectUpdate.at.desc(), ProjectUpdate.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)
    rows = (await db.scalars(query)).all()
    return [News(row.words, row.progress, row.at) for row in rows[:PAGE]], len(rows) > PAGE


async def latest(db: AsyncSession, project_id: int) -> News | None:
    """The last update."""
    found, _ = await news(db, project_id)
    return found[0] if found else None


async def named(db: AsyncSession, text: str, viewer: Person) -> tuple[Project | None, str]:
    """The project whose number or whole title begins `text`, and the words behind it; None when none does.

    So that `update Sepsis six within the hour we tried two trolleys` needs no quotes. Of several with that title it is
    the one that `viewer` is on; else the last updated.
    """
    words = text.split()
    if words and re.fullmatch(r"#?[0-9]{1,9}", words[0]) and (numbered := await find(db, words[0], viewer)):
        return numbered[0], _after(text, 1)
    titles = {fold_title(" ".join(words[: n + 1])): n + 1 for n in range(min(len(words), _LONGEST_TITLE))}
    query = select(Project).where(Project.folded.in_(titles), visible(viewer)).order_by(Project.updated_at.desc())
    found = (await db.scalars(query.options(joinedload(Project.organisation), joinedload(Project.lead)))).all()
    if not found:
        return None, text
    mine = await _on(db, found, viewer)
    best = max(found, key=lambda p: (titles[p.folded], p.id in mine, p.stage in LIVE))
    return best, _after(text, titles[best.folded])


def _after(text: str, words: int) -> str:
    """What stands behind so many words, as typed."""
    behind = re.match(rf"\s*(?:\S+\s*){{{words}}}", text)
    return text[behind.end() :] if behind else ""


async def _on(db: AsyncSession, some: Sequence[Project], person: Person) -> set[int]:
    query = select(ProjectMember.project_id).where(ProjectMember.person_id == person.id)
    return set(await db.scalars(query.where(ProjectMember.project_id.in_([p.id for p in some]))))


# ---- Its end


async def change(db: AsyncSession, project_id: int, by: Person, said: Described, stage: str, now: datetime) -> Saved:
    """Say it anew, which may end it. Raises `Refused` unless `by` leads it or organises, and `WrongFields`."""
    before = (await changeable(db, project_id, by)).stage
    saved = await projects.change(db, project_id, by, said, stage, now)
    await stalled.alive(db, saved.project, now)
    if before in LIVE and not saved.project.live:
        await _ended(db, saved.project, now)
    return saved


async def stop(db: AsyncSession, project_id: int, by: Person, now: datetime) -> Project:
    """Stop with thanks; twice is once. Raises `Refused` unless `by` leads it or organises, and when it is finished."""
    found = await changeable(db, project_id, by)
    if found.live:
        found.stage, found.updated_at = STOPPED, now
        await _ended(db, found, now)
    elif found.stage != STOPPED:
        raise Refused("That project is finished, so there is nothing to stop.", "Well done to everybody on it.")
    return found


async def _ended(db: AsyncSession, found: Project, now: datetime) -> None:
    """What goes with the end of a project, however it came."""
    await stalled.over(db, found)
    await handing.withdraw_all(db, found.id, now)
    await prompts.after_end(db, found, now)
