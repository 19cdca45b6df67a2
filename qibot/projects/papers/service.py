"""Projects taken in from a file: planned first, then all of it or none. Rules do not speak: no chat here."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.documents.tables import Line
from qibot.errors import Refused
from qibot.people.models import Organisation, Person
from qibot.people.organisations import all_organisations
from qibot.people.topics import vocabulary
from qibot.projects import evidence
from qibot.projects.finding import index
from qibot.projects.models import LEAD, LIVE, Project, ProjectMember, ProjectTopic
from qibot.projects.papers import reading
from qibot.projects.papers.models import ProjectImport
from qibot.projects.papers.reading import Entry, Problem, Step, Table
from qibot.projects.progress import move
from qibot.projects.service import SURE
from qibot.projects.words import fold, fold_title
from qibot.vocabulary.vocabulary import Vocabulary

OURS = "qibot-"
"""What the id of a project begins with in an export when it was registered here; its number follows."""
_AT_ONCE = 500
K = TypeVar("K")
Topics = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """A project that a file brings. `lead` is whoever of the network was recognised; `topics` are ids."""

    entry: Entry
    organisation: Organisation
    lead: Person | None
    topics: Topics


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking in a file would do, nothing of which is done. `there`: lines of projects that are there already;
    `found`: those of them that had no lead, and whoever is recognised now. `stages`: how each status was read, and how
    often.
    """

    table: Table
    coming: tuple[Coming, ...]
    there: tuple[int, ...]
    found: tuple[tuple[int, Person], ...]
    problems: tuple[Problem, ...]
    stages: tuple[tuple[str, str, int], ...]

    @property
    def led(self) -> int:
        """How many of those that come have a lead in the network."""
        return sum(one.lead is not None for one in self.coming)

    @property
    def about(self) -> int:
        """How many of those that come have a topic."""
        return sum(bool(one.topics) for one in self.coming)


async def plan(
    db: AsyncSession,
    lines: Sequence[Line],
    today: date,
    *,
    instead: Organisation | None = None,
    about: Mapping[int, Topics] | None = None,
    step: Step | None = None,
) -> Plan:
    """Look at every row. `instead`: whose projects they are where a row does not say; `about`: their topics by line, if
    they were read before, which takes longer than all the rest. Raises `Refused` when the file has no titles, or does
    not say whose projects it has and nobody else did.
    """
    table = reading.read(lines, today)
    if "organisation" not in table.columns and instead is None:
        raise Refused("That file does not say whose projects it has.", "Add a column “organisation”, or name one.")
    known = await _Known.of(db, today)
    problems = list(table.problems)
    theirs: list[tuple[Entry, Organisation]] = []
    for entry in table.entries:
        organisation = known.organisation(entry.organisation) if entry.organisation else instead
        if organisation is None:
            said = f"I know no organisation called “{entry.organisation}”." if entry.organisation else _WHOSE
            problems.append(Problem(entry.line, said))
        else:
            theirs.append((entry, organisation))
    new, there, found, twice = await _sorted(db, theirs, known)
    topics = await _topics(db, [entry for entry, _, _ in new], step) if about is None else about
    coming = tuple(Coming(*one, topics.get(one[0].line, ())) for one in new)
    stages = Counter((entry.status, entry.stage) for entry, _, _ in new if fold(entry.status) != entry.stage)
    return Plan(
        table,
        coming,
        tuple(there),
        tuple(found),
        tuple(sorted([*problems, *twice], key=lambda one: one.line)),
        tuple((word, stage, count) for (word, stage), count in sorted(stages.items())),
    )


async def take_in(db: AsyncSession, made: Plan, now: datetime, step: Step | None = None) -> int:
    """Do it, in the transaction of the caller: all of it or nothing. How many projects are new."""
    owners = sorted({one.organisation.id for one in made.coming})
    # Nobody is kept from registering; two who take in the same file take turns, and the second finds it done.
    held = select(Organisation.id).where(Organisation.id.in_(owners)).order_by(Organisation.id)
    await db.execute(held.with_for_update(key_share=True))
    before = await _before(db, set(owners))
    coming = [one for one in made.coming if (one.organisation.id, one.entry.key) not in before]
    for done, one in enumerate(coming, 1):
        await _take_in(db, one, now)
        if step:
            step(done, len(coming))
    for project_id, lead in made.found:
        await _give_lead(db, await db.get_one(Project, project_id), lead, now)
    return len(coming)


async def _take_in(db: AsyncSession, one: Coming, now: datetime) -> None:
    entry, live = one.entry, one.entry.stage in LIVE
    # What is over is as old as its end; what goes on was heard of today, and not for months before.
    ended = datetime.combine(entry.ends_on, time(12), UTC) if entry.ends_on and not live else now
    project = Project(
        title=entry.title,
        folded=fold_title(entry.title),
        aim=entry.aim,
        words=fold(f"{entry.title} {entry.aim}"),
        place=entry.place,
        helpers=entry.team,
        organisation_id=one.organisation.id,
        stage=entry.stage,
        progress=0,
        deciding="",
        created_at=now,
        updated_at=min(ended, now),
    )
    move(project, entry.progress, now)
    db.add(project)
    await db.flush()
    words = "" if one.lead else " ".join(word for word in (entry.lead, entry.email) if word)[:200]
    row = insert(ProjectImport).values(
        project_id=project.id, organisation_id=one.organisation.id, key=entry.key, lead=words, link=entry.link,
        starts_on=entry.starts_on, ends_on=entry.ends_on, at=now,
    )  # fmt: skip
    await db.execute(row)
    if about := [{"project_id": project.id, "topic_id": topic} for topic in one.topics]:
        await db.execute(insert(ProjectTopic), about)
    await index.note(db, project)
    if one.lead is not None:
        await _give_lead(db, project, one.lead, now)


async def _give_lead(db: AsyncSession, project: Project, lead: Person, now: datetime) -> None:
    project.lead_id = lead.id
    row = insert_or_ignore(db, ProjectMember).values(project_id=project.id, person_id=lead.id, role=LEAD, since=now)
    await db.execute(row)
    (await db.get_one(ProjectImport, project.id)).lead = ""
    await db.flush()
    await evidence.note(db, project)


async def origin(db: AsyncSession, project_id: int) -> ProjectImport | None:
    """What is known of where a project came from; None for one that was registered here."""
    return await db.get(ProjectImport, project_id)


# ---- Who and what is known already


@dataclass(frozen=True)
class _Known:
    """Organisations by what they are called, and people by what they may be recognised from."""

    organisations: Mapping[str, Organisation]
    by_email: Mapping[str, Person]
    by_name: Mapping[tuple[int, str], Person]

    @classmethod
    async def of(cls, db: AsyncSession, today: date) -> "_Known":
        """As things are now. Of two people of one name in an organisation, or of one address, neither is recognised."""
        everybody = {o.id: o for o in await all_organisations(db)}
        called: dict[str, Organisation] = {}
        for o in everybody.values():
            now = o
            while now.closed_by(today) and now.merged_into_id:
                now = everybody[now.merged_into_id]
            for name in (o.ods_code or "", o.short_name, o.name):
                if name:
                    called.setdefault(fold(name), now)
        here = list(await db.scalars(select(Person).where(Person.left_at.is_(None), Person.erased_at.is_(None))))
        by_email = _alone((p.email.lower(), p) for p in here if p.email)
        by_name = _alone(((p.organisation_id, fold(p.name)), p) for p in here)
        return cls(called, by_email, by_name)

    def organisation(self, words: str) -> Organisation | None:
        """By ODS code, short name or name; one that has merged is what it became."""
        return self.organisations.get(fold(words))

    def lead(self, entry: Entry, organisation: Organisation) -> Person | None:
        """By address anywhere, wherever in the words it stands; by name in their organisation only."""
        addresses = [entry.email, *(word.strip("<>()[],;").lower() for word in entry.lead.split() if "@" in word)]
        found = next((self.by_email[one] for one in addresses if one in self.by_email), None)
        return found or self.by_name.get((organisation.id, fold(entry.lead)))


def _alone(pairs: Iterable[tuple[K, Person]]) -> dict[K, Person]:
    kept: dict[K, Person | None] = {}
    for key, person in pairs:
        kept[key] = None if key in kept else person
    return {key: person for key, person in kept.items() if person is not None}


_New = tuple[Entry, Organisation, Person | None]


async def _sorted(
    db: AsyncSession, theirs: Sequence[tuple[Entry, Organisation]], known: _Known
) -> tuple[list[_New], list[int], list[tuple[int, Person]], list[Problem]]:
    """Which are new, which are there, which of those find their lead now, and which cannot be."""
    before, leading = await _before(db, {o.id for _, o in theirs}), await _leading(db)
    lines: dict[tuple[int, str], int] = {}
    new: list[_New] = []
    there: list[int] = []
    found: list[tuple[int, Person]] = []
    problems: list[Problem] = []
    for entry, organisation in theirs:
        key, lead = (organisation.id, entry.key), known.lead(entry, organisation)
        title = (lead.id if lead else 0, fold_title(entry.title))
        taken = lead is not None and entry.stage in LIVE and title in leading
        if key in lines:
            problems.append(Problem(entry.line, f"It is the same project as line {lines[key]}."))
        elif key in before:
            there.append(entry.line)
            project_id, alone = before[key]
            if lead and alone and not taken:
                found.append((project_id, lead))
        elif taken:
            problems.append(Problem(entry.line, f"Its lead has a live project of that title ({leading[title]})."))
            continue
        else:
            new.append((entry, organisation, lead))
        lines.setdefault(key, entry.line)
        if lead and entry.stage in LIVE:
            leading.setdefault(title, f"line {entry.line}")
    return new, there, found, problems


async def _before(db: AsyncSession, organisations: set[int]) -> dict[tuple[int, str], tuple[int, bool]]:
    """(organisation, key) of every project there -> (its number, whether nobody leads it)."""
    query = select(Project, ProjectImport.organisation_id, ProjectImport.key)
    query = query.join(Project, Project.id == ProjectImport.project_id)
    theirs = or_(ProjectImport.organisation_id.in_(organisations), Project.organisation_id.in_(organisations))
    # One that was handed on elsewhere is known by either: where it came from, and where it is now.
    made = {
        (organisation_id, key): (found.id, found.lead_id is None)
        for found, came_from, key in await db.execute(query.where(theirs))
        for organisation_id in (found.organisation_id, came_from)
    }
    ours = select(Project.organisation_id, Project.id).where(Project.organisation_id.in_(organisations))
    return {(o, f"{OURS}{id_}"): (id_, False) for o, id_ in await db.execute(ours)} | made


async def _leading(db: AsyncSession) -> dict[tuple[int, str], str]:
    """(lead, folded title) of every live project -> how it is called."""
    query = select(Project.lead_id, Project.folded, Project.id).where(Project.stage.in_(LIVE))
    return {
        (lead or 0, title): f"#{id_}"
        for lead, title, id_ in await db.execute(query.where(Project.lead_id.is_not(None)))
    }


async def _topics(db: AsyncSession, entries: Sequence[Entry], step: Step | None) -> dict[int, Topics]:
    """line -> topics: of the words in its column of topics, else of title and aim."""
    held = await vocabulary(db)
    found: dict[int, Topics] = {}
    for at in range(0, len(entries), _AT_ONCE):
        some = entries[at : at + _AT_ONCE]
        # A millisecond or so each: others go on meanwhile.
        found |= dict(zip([e.line for e in some], await asyncio.to_thread(_read, held, some), strict=True))
        if step:
            step(len(found), len(entries))
    return found


def _read(held: Vocabulary, entries: Iterable[Entry]) -> list[Topics]:
    return [
        _of_words(held, entry.topics.replace("|", ";").split(";")) or _of_words(held, [f"{entry.title}\n{entry.aim}"])
        for entry in entries
    ]


def _of_words(held: Vocabulary, some: Iterable[str]) -> Topics:
    said = (match.topic_id for words in some if words.strip() for match in held.match(words) if match.score >= SURE)
    return tuple(dict.fromkeys(said))


_WHOSE = "It does not say whose project it is."
