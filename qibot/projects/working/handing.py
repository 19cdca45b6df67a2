"""Handing on the lead of a project: offered, and taken only with a yes. Rules do not speak: no chat here."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions import service as champions
from qibot.champions.finding import service as finding
from qibot.clock import local_date
from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused
from qibot.hours import add_working_days, at_local
from qibot.outbox import service as outbox
from qibot.people import service as people
from qibot.people.models import Person
from qibot.projects import evidence
from qibot.projects.models import LEAD, Handover, Project, ProjectFollow, ProjectMember
from qibot.projects.papers.models import ProjectImport
from qibot.projects.service import changeable, live_of, topics_of
from qibot.projects.visibility import may_know
from qibot.projects.working import stalled
from qibot.typed import Typed

OPEN, TAKEN, DECLINED, EXPIRED, WITHDRAWN = "open", "taken", "declined", "expired", "withdrawn"
OFFERED_KIND, ANSWERED_KIND = "projects.handover", "projects.handover_answered"
ANSWER_DAYS = 10
"""Working days of the person asked, as for an introduction."""
AT_ONCE = 5
"""Open offers of one project: enough to find somebody, too few to be a round letter."""
CHAMPIONS = 3
"""How many champions are asked in one go."""
REST = timedelta(weeks=26)
"""How long somebody is left in peace about the same project, the same after a no and after silence."""
_SWEEP = 200

_IS_OPEN = Handover.state == literal_column(f"'{OPEN}'")


async def offer(db: AsyncSession, project_id: int, by: Person, to: Person, now: datetime) -> Handover:
    """Ask somebody whether they would lead it; twice is once. Raises `NotFound` or `Refused`."""
    found = await changeable(db, project_id, by)
    if not found.live:
        raise Refused("That project is over.", ("Type ", Typed(f"project edit #{found.id}"), " to take it up again."))
    if to.id == found.lead_id:
        raise Refused("They lead that project already.", "There is nothing to do.")
    if not to.here or not await people.agrees(db, to.id, "introductions") or not await may_know(db, found, to):
        raise Refused(
            "I cannot ask them about that.",
            ("Somebody else may have time: ", Typed("find"), " and your words."),
        )
    open_to = (await db.scalars(select(Handover.to_id).where(Handover.project_id == found.id, _IS_OPEN))).all()
    if to.id not in open_to:
        await _rested(db, found, to, now)
        if len(open_to) >= AT_ONCE:
            raise Refused(
                f"{AT_ONCE} people have been asked about that project and have not answered yet.",
                "Please give them a few days.",
            )
    return await _open(db, found, by, to, now)


async def _rested(db: AsyncSession, found: Project, to: Person, now: datetime) -> None:
    before = select(Handover.id).where(Handover.project_id == found.id, Handover.to_id == to.id)
    if await db.scalar(before.where(_rests(now)).limit(1)):
        raise Refused(
            "They were not available last time, so I leave it for half a year before I ask again.",
            ("Somebody else may have time: ", Typed("find"), " and your words."),
        )


def _rests(now: datetime) -> ColumnElement[bool]:
    return and_(Handover.state.in_((DECLINED, EXPIRED)), Handover.answered_at > now - REST)


async def _open(db: AsyncSession, found: Project, by: Person, to: Person, now: datetime) -> Handover:
    # Where nobody leads it yet, whoever asks hears the answer.
    by_id = found.lead_id or by.id
    last = add_working_days(local_date(now, to.zone), ANSWER_DAYS, to.week)
    row = insert_or_ignore(db, Handover).values(
        project_id=found.id,
        from_id=by_id,
        to_id=to.id,
        state=OPEN,
        asked_at=now,
        expires_at=at_local(last, to.works_from, to.zone),
    )
    await db.execute(row)
    made = await db.scalar(_whole().where(Handover.project_id == found.id, Handover.to_id == to.id, _IS_OPEN))
    if made is None:
        raise RuntimeError("an offer was made and is not there")
    await outbox.queue(db, kind=OFFERED_KIND, person_id=to.id, subject=subject_of(made.id), due_at=now)
    return made


async def offer_to_champions(db: AsyncSession, project_id: int, by: Person, now: datetime) -> list[Handover]:
    """Ask up to three champions of its topics, those of its place first, each within what they offered a month.

    Raises `NotFound`, or `Refused` when there is nobody to ask.
    """
    found = await changeable(db, project_id, by)
    if not found.live:
        raise Refused("That project is over.", ("Type ", Typed(f"project edit #{found.id}"), " to take it up again."))
    made: list[Handover] = []
    room = min(CHAMPIONS, AT_ONCE - await asked_now(db, found.id))
    for champion in await champions_for(db, found, by, now):
        if len(made) >= room:
            break
        if await _may_be_offered(db, found, champion, now):
            await champions.asked(db, champion.id, now)
            made.append(await _open(db, found, by, champion, now))
    if not made:
        raise Refused(
            "There is no champion of its topics whom I could ask just now.",
            (
                "Ask somebody by name: ",
                Typed(f"project hand-on #{found.id}"),
                " and their name. Or choose its topics with ",
                Typed(f"project edit #{found.id}"),
                ".",
            ),
        )
    return made


async def champions_for(db: AsyncSession, found: Project, by: Person, now: datetime) -> list[Person]:
    """Champions of its topics who may be asked about it now, those of its place first. They are held until the end of
    the transaction, so that two who ask at the same moment do not ask them more often than they offered.
    """
    about = [t for t in await topics_of(db, found.id) if t.retired_at is None]
    hits = await finding.for_topics(db, about, asker=found.lead or by, now=now)
    ids = [hit.person_id for hit in hits]
    await db.execute(select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(key_share=True))
    hits = await finding.for_topics(db, about, asker=found.lead or by, now=now)
    here = found.place.casefold()
    hits.sort(key=lambda hit: not here or hit.place.casefold() != here)
    everybody = [await people.person(db, hit.person_id) for hit in hits]
    return [one for one in everybody if await may_know(db, found, one)]


async def _may_be_offered(db: AsyncSession, found: Project, to: Person, now: datetime) -> bool:
    """Not asked already, and not in vain a short while ago."""
    before = select(Handover.id).where(Handover.project_id == found.id, Handover.to_id == to.id)
    return await db.scalar(before.where(or_(_IS_OPEN, _rests(now))).limit(1)) is None


async def accept(db: AsyncSession, handover_id: int, person: Person, now: datetime) -> Project:
    """They lead it from now on; twice is once. Raises `NotFound`, or `Refused` when it is no longer to be had."""
    found = await _of_me(db, handover_id, person)
    project = found.project
    if found.state == TAKEN and project.lead_id == person.id:
        return project
    if not still_open(found):
        raise Refused("That project has found its way in the meantime.", "Thank you for being ready to take it on.")
    twin = await live_of(db, person.id, project.folded)
    if twin is not None:
        raise Refused(
            f"You lead a live project of the same title (#{twin.id}).", "Give yours another title first, then accept."
        )
    await _close(db, found, TAKEN, now)
    others = (await db.scalars(_whole().where(Handover.project_id == project.id, _IS_OPEN))).all()
    for other in others:
        await _close(db, other, WITHDRAWN, now)
    await _change_lead(db, project, person, now)
    subject = subject_of(found.id)
    await outbox.queue(db, kind=ANSWERED_KIND, person_id=found.from_id, subject=subject, due_at=now)
    return project


async def _change_lead(db: AsyncSession, project: Project, to: Person, now: datetime) -> None:
    """The new lead's organisation becomes the project's; who led it before goes on hearing what comes of it."""
    before = project.lead_id or 0
    on_it = ProjectMember.project_id == project.id
    await db.execute(delete(ProjectMember).where(on_it, ProjectMember.person_id.in_((before, to.id))))
    of_it = ProjectFollow.project_id == project.id
    await db.execute(delete(ProjectFollow).where(of_it, ProjectFollow.person_id == to.id))
    await db.execute(
        insert_or_ignore(db, ProjectMember).values(project_id=project.id, person_id=to.id, role=LEAD, since=now)
    )
    if before:
        await db.execute(insert_or_ignore(db, ProjectFollow).values(project_id=project.id, person_id=before, since=now))
    # Somebody leads it now, so who did elsewhere need not be kept.
    await db.execute(update(ProjectImport).where(ProjectImport.project_id == project.id).values(lead=""))
    project.lead_id, project.organisation_id = to.id, to.organisation_id
    project.lead, project.organisation = to, to.organisation
    await stalled.alive(db, project, now)
    await db.flush()
    await evidence.note(db, project)


async def decline(db: AsyncSession, handover_id: int, person: Person, now: datetime) -> Project:
    """Not this time; its lead hears no more than that nobody could. Raises `NotFound`. Twice is once."""
    found = await _of_me(db, handover_id, person)
    if found.state == OPEN:
        await _close(db, found, DECLINED, now)
        await _tell_if_nobody(db, found, now)
    return found.project


async def withdraw_all(db: AsyncSession, project_id: int, now: datetime) -> None:
    """Nobody is asked any more: the project is over."""
    for found in (await db.scalars(_whole().where(Handover.project_id == project_id, _IS_OPEN))).all():
        await _close(db, found, WITHDRAWN, now)


async def expire_due(db: AsyncSession, now: datetime) -> None:
    """End what was not answered in time; the lead hears the same as after a no."""
    query = _whole().where(_IS_OPEN, Handover.expires_at <= now).order_by(Handover.expires_at, Handover.id)
    query = query.limit(_SWEEP).with_for_update(of=Handover, skip_locked=True)
    for found in (await db.scalars(query)).all():
        await _close(db, found, EXPIRED, now)
        await _tell_if_nobody(db, found, now)


def still_open(found: Handover) -> bool:
    """Whether the lead is still to be had: the project goes on, and has found no other lead since."""
    project = found.project
    return found.state == OPEN and project.live and project.lead_id in (None, found.from_id)


async def about(db: AsyncSession, subject: str) -> Handover:
    """The offer that a delivery is about, with its project. Raises `NotFound`."""
    return await _load(db, int(subject.rpartition(":")[2]))


def subject_of(handover_id: int) -> str:
    """What deliveries about it are about."""
    return f"handover:{handover_id}"


async def asked_now(db: AsyncSession, project_id: int) -> int:
    """How many people have been asked and have not answered yet."""
    query = select(func.count()).where(Handover.project_id == project_id, _IS_OPEN)
    return await db.scalar(query) or 0


async def _close(db: AsyncSession, found: Handover, state: str, now: datetime) -> None:
    found.state, found.answered_at = state, now
    await db.flush()
    await outbox.cancel(db, subject=subject_of(found.id), reason="It was answered or is no longer needed.")


async def _tell_if_nobody(db: AsyncSession, found: Handover, now: datetime) -> None:
    if not await asked_now(db, found.project_id):
        subject = subject_of(found.id)
        await outbox.queue(db, kind=ANSWERED_KIND, person_id=found.from_id, subject=subject, due_at=now)


async def _of_me(db: AsyncSession, handover_id: int, person: Person) -> Handover:
    found = await _load(db, handover_id, lock=True)
    if found.to_id != person.id:
        raise NotFound(*_NOT_THERE)
    return found


_NOT_THERE = ("I cannot find that offer among yours.", ("Type ", Typed("projects"), " to see your projects."))


async def _load(db: AsyncSession, handover_id: int, *, lock: bool = False) -> Handover:
    # A button's number may have more digits than a database takes.
    query = _whole().where(Handover.id == handover_id)
    found = await db.scalar(query) if 0 < handover_id < 2**31 else None
    if found is not None and lock:
        # By its project: two who say yes at the same moment take turns, and the second sees the first.
        await db.execute(select(Project.id).where(Project.id == found.project_id).with_for_update())
        found = await db.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(*_NOT_THERE)
    return found


def _whole() -> Select[Handover]:
    of_it = joinedload(Handover.project, innerjoin=True)
    return select(Handover).options(
        of_it.joinedload(Project.lead), of_it.joinedload(Project.organisation, innerjoin=True)
    )
