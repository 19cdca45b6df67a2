"""The write-up of a project: the headings of SQUIRE 2.0, filled with what people logged. Rules do not speak: no chat.

SQUIRE 2.0 are the Standards for Quality Improvement Reporting Excellence (Ogrinc and others, BMJ Quality & Safety
2016;25:986–992, http://www.squire-statement.org). A heading of which nothing was logged says so: what is not there is
for people to write, and nothing here is made up. Whoever has not agreed to be found stays without a name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.clock import local_date
from qibot.dates import say_date
from qibot.documents.paper import Block, Grid, Heading, Items, Paper, Paragraph, sections
from qibot.people.models import Person
from qibot.projects.aims import reading
from qibot.projects.changes.drivers import Diagram
from qibot.projects.changes.models import COMPARED, Cycle
from qibot.projects.changes.service import diagram_of, ramp
from qibot.projects.models import COACH, EXPERIENCE, HELPER, SPONSOR, Project, ProjectUpdate
from qibot.projects.papers.models import ProjectImport
from qibot.projects.papers.service import origin
from qibot.projects.progress import in_words
from qibot.projects.service import Card, card, changeable
from qibot.projects.stories.models import Story
from qibot.projects.stories.service import seen_of_project

NOT_YET = "Not recorded yet."
_ROLES = ((SPONSOR, "Sponsor"), (COACH, "Coach"), (HELPER, "Helpers"))


@dataclass(frozen=True, slots=True)
class Logged:
    """All that a write-up says. `updates` are (day, words, progress as in `Project`), the oldest first."""

    card: Card
    cycles: Sequence[Cycle]
    diagram: Diagram | None
    story: Story | None
    updates: Sequence[tuple[date, str, int]]
    origin: ProjectImport | None
    today: date


async def logged(db: AsyncSession, project_id: int, by: Person, today: date) -> Logged:
    """What is known of a project, for one who may change it. Raises `NotFound` or `Refused`."""
    return await of(db, await changeable(db, project_id, by), by, today)


async def of(db: AsyncSession, found: Project, viewer: Person | None, today: date) -> Logged:
    """What is known of a project (with lead and organisation loaded), as `viewer` may see it."""
    told = await seen_of_project(db, found, viewer)
    query = select(ProjectUpdate).where(ProjectUpdate.project_id == found.id).order_by(ProjectUpdate.at)
    updates = [(local_date(one.at), one.words, one.progress) for one in await db.scalars(query)]
    return Logged(
        await card(db, found, viewer),
        await ramp(db, found.id),
        await diagram_of(db, found.id),
        told.story if told else None,
        updates,
        await origin(db, found.id),
        today,
    )


def paper(known: Logged) -> Paper:
    """The write-up."""
    about = (
        "The headings are those of SQUIRE 2.0 (www.squire-statement.org). What stands below them is what the team "
        "logged, in its own words; the rest is yours to write."
    )
    blocks: list[Block] = [Paragraph(about, ours=True)]
    for words, parts in (
        ("Title and abstract", _first(known)),
        ("Introduction: why did you start?", _introduction(known)),
        ("Methods: what did you do?", _methods(known)),
        ("Results: what did you find?", _results(known)),
        ("Discussion: what does it mean?", _discussion(known)),
        ("Other information", [("18. Funding", [])]),
    ):
        blocks += [Heading(2, words), *sections(parts, empty=NOT_YET)]
    return Paper(known.card.project.title, tuple(blocks))


_Sections = list[tuple[str, list[Block]]]


def _said(*some: tuple[str, str]) -> list[Block]:
    """A paragraph for each that says anything: (label, words)."""
    return [Paragraph(words, label) for label, words in some if words.strip()]


def _first(known: Logged) -> _Sections:
    p, came = known.card.project, known.origin
    began = came.starts_on if came and came.starts_on else local_date(p.created_at)
    facts = _said(
        ("Organisation", p.organisation.name),
        ("Place", p.place),
        ("Topics", ", ".join(topic.label for topic in known.card.topics)),
        ("Stage", p.stage),
        ("Began" if came and came.starts_on else "Registered", say_date(began)),
        ("Ended", say_date(came.ends_on) if came and came.ends_on else ""),
    )
    return [("1. Title", [Paragraph(p.title), *facts]), ("2. Abstract", [])]


def _introduction(known: Logged) -> _Sections:
    p, story = known.card.project, known.story
    read = reading.read(p.aim, known.today)
    drivers = known.diagram
    because: list[Block] = []
    if drivers is not None:
        lines = [(0, drivers.aim), *(line for one in drivers.drivers for line in _driver(one.words, one.ideas))]
        because = [Paragraph("What has to change for the aim, and ideas that may change it:", ours=True)]
        because.append(Items(tuple(lines)))
    return [
        ("3. Problem description", _said(("Baseline, as the aim says it", read.from_where))),
        ("4. Available knowledge", []),
        ("5. Rationale", because),
        ("6. Specific aims", _said(("", p.aim), ("We hoped", story.hoped if story else ""))),
    ]


def _driver(words: str, ideas: Sequence[str]) -> list[tuple[int, str]]:
    return [(1, words), *((2, idea) for idea in ideas)]


def _methods(known: Logged) -> _Sections:
    p, story, cycles = known.card.project, known.story, known.cycles
    tried: list[Block] = []
    for one in cycles:
        tried += _said((f"Cycle {one.number}", one.objective), ("Plan", one.plan))
    tried += _said(("What we tried", story.tried if story else ""))
    predicted = [(0, f"Cycle {one.number}: {one.prediction}") for one in cycles]
    study: list[Block] = []
    if predicted:
        words = "Each cycle was planned with a prediction, which was kept as it was said and compared with the result:"
        study = [Paragraph(words, ours=True), Items(tuple(predicted))]
    looked = [(0, f"Cycle {one.number}: {one.data}") for one in cycles if one.data]
    return [
        ("7. Context", [*_people(known.card), *_said(("Who helps", p.helpers), ("Decisions", _deciding(p)))]),
        ("8. Interventions", tried),
        ("9. Study of the interventions", study),
        ("10. Measures", [Items(tuple(looked))] if looked else []),
        ("11. Analysis", []),
        ("12. Ethical considerations", []),
    ]


def _people(of: Card) -> list[Block]:
    p = of.project
    lead = p.lead.name if p.lead and p.lead.here and of.named else f"a member of {p.organisation.short_name}"
    said = [("Lead", lead if p.lead else "")]
    for role, label in _ROLES:
        names = (h.name or f"a member of {h.organisation}" for h in of.helpers if h.role == role)
        said.append((label, ", ".join(names)))
    # How many, or who, would say something of somebody's health.
    taking_part = any(h.role == EXPERIENCE for h in of.helpers)
    return _said(*said, ("Service users and carers", "take part" if taking_part else ""))


def _deciding(p: Project) -> str:
    return f"service users and carers are {p.deciding}" if p.deciding else ""


def _results(known: Logged) -> _Sections:
    blocks: list[Block] = []
    if done := [one for one in known.cycles if one.studied_at is not None]:
        columns = ("Cycle", "We predicted", "What happened", "Compared", "So")
        rows = ((str(one.number), one.prediction, one.happened, one.compared, one.act) for one in done)
        blocks += [Paragraph("Tests of change:", ours=True), Grid(columns, tuple(rows))]
    if known.updates:
        lines = ((say_date(day), words, in_words(progress)) for day, words, progress in known.updates)
        blocks += [Paragraph("How it went:", ours=True), Grid(("Day", "In our words", "Progress"), tuple(lines))]
    return [("13. Results", [*blocks, *_said(("Progress now", in_words(known.card.project.progress)))])]


def _discussion(known: Logged) -> _Sections:
    story, cycles = known.story, known.cycles
    learned = [(0, f"Cycle {one.number}: {one.learned}") for one in cycles if one.learned]
    compared = Counter(one.compared for one in cycles if one.compared)
    counted = ", ".join(f"{compared[how]} {how}" for how in COMPARED if compared[how])
    after = next((one.next for one in reversed(cycles) if one.next), "")
    return [
        (
            "14. Summary",
            [*_said(("We learned", story.learned if story else "")), *([Items(tuple(learned))] if learned else [])],
        ),
        ("15. Interpretation", _said(("Predictions and results", counted))),
        (
            "16. Limitations",
            _said(
                ("What got in the way", story.in_the_way if story else ""),
                ("How we got past it", story.got_past if story else ""),
            ),
        ),
        ("17. Conclusions", _said(("Next", after), ("Who else should know", story.who_else if story else ""))),
    ]
