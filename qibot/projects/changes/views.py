"""What the bot says about PDSA cycles, driver diagrams and small changes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Document, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.documents.boxes import MOST_LEAVES
from qibot.projects.changes.drivers import Diagram, Driver
from qibot.projects.changes.forms import ACT, COMPARE, DrawDrivers, PlanCycle, StudyCycle, TakeBackSmall
from qibot.projects.changes.models import ADAPT, IN_PART, Cycle
from qibot.projects.changes.service import Small
from qibot.projects.models import UNDER_WAY, Project
from qibot.typed import Typed

_ON_PAGE = 5
_IN = "\u2003"
"""An indent that every platform shows."""


def _show(project: Project) -> Button:
    return Button("Show the project", Say(f"project show #{project.id}"))


# ---- Cycles


def plan_form(project: Project) -> Form:
    """The form for a plan."""
    return Form(PlanCycle, {"project": str(project.id)}, intro=f"{project.title} (#{project.id})")


def study_form(cycle: Cycle) -> Form:
    """The form for a result, with the prediction above it."""
    intro = f"Cycle {cycle.number}: {cycle.objective}. You predicted: {cycle.prediction}"
    return Form(StudyCycle, {"cycle": str(cycle.id)}, intro=intro)


def planned(project: Project, cycle: Cycle) -> Message:
    """After planning one."""
    return Message(
        f"Cycle {cycle.number} of “{project.title}” is planned",
        _whole(cycle),
        Buttons(Button("Say what happened", Say(f"pdsa result #{project.id}")), _show(project)),
        Note("Your prediction stays as it is, so that you can compare."),
    )


def studied(project: Project, cycle: Cycle) -> Message:
    """After its result."""
    return Message(
        f"Cycle {cycle.number} of “{project.title}” is complete",
        _whole(cycle),
        Buttons(
            Button("Plan the next cycle", Say(f"pdsa plan #{project.id}"), "primary"),
            Button("All cycles", Say(f"pdsa #{project.id}")),
            _show(project),
        ),
    )


def ramp(project: Project, cycles: Sequence[Cycle], *, mine: bool, today: date) -> Message:
    """All cycles of a project; `mine`: the reader is on it."""
    steps = []
    if mine and cycles and cycles[-1].studied_at is None:
        steps.append(Button("Say what happened", Say(f"pdsa result #{project.id}"), "primary"))
    elif mine:
        steps.append(Button("Plan the next cycle" if cycles else "Plan a cycle", Say(f"pdsa plan #{project.id}")))
    if not cycles:
        words = "A cycle is a small test: plan it with a prediction, do it, compare, and adopt, adapt or abandon."
        return Message(f"No PDSA cycles yet: {project.title}", Text(words), Buttons(*steps, _show(project)))
    parts: list[Part] = []
    for cycle in cycles:
        when = say_date(local_date(cycle.studied_at or cycle.planned_at), today)
        state = f"complete, {when}" if cycle.studied_at else f"planned, {when}"
        parts += [Text(Bold(f"Cycle {cycle.number}: {cycle.objective}"), f" – {state}"), _whole(cycle)]
    return Message(f"PDSA cycles: {project.title}", *parts, Buttons(*steps, _show(project)))


def _whole(cycle: Cycle) -> Facts:
    return Facts(
        (
            ("We predicted", cycle.prediction),
            ("Plan", cycle.plan),
            ("We look at", cycle.data),
            ("What happened", cycle.happened),
            ("Compared", COMPARE[cycle.compared] if cycle.compared else ""),
            ("Learned", cycle.learned),
            ("So", ACT[cycle.act] if cycle.act else ""),
            ("Next", cycle.next),
        )
    )


def on_page(project: Project, cycles: Sequence[Cycle], *, diagram: bool, mine: bool) -> tuple[Part, ...]:
    """On a project's page: the ramp in short, and the way to the driver diagram."""
    buttons = []
    lines = ""
    if cycles:
        lines = "\n".join(f"{c.number}. {c.objective} – {_end(c)}" for c in cycles[-_ON_PAGE:])
        buttons.append(Button("PDSA cycles", Say(f"pdsa #{project.id}")))
    elif mine and project.live:
        buttons.append(Button("Plan a PDSA cycle", Say(f"pdsa plan #{project.id}")))
    if diagram or (mine and project.live):
        buttons.append(Button("Driver diagram", Say(f"drivers #{project.id}")))
    ramp = (Text(Bold("PDSA cycles"), f"\n{lines}"),) if lines else ()
    return (*ramp, Buttons(*buttons)) if buttons else ramp


def _end(cycle: Cycle) -> str:
    if cycle.studied_at is None:
        return "under way"
    return f"{COMPARE[cycle.compared].lower()}; {ACT[cycle.act].partition(':')[0].lower()}ed"


# ---- The driver diagram


def drivers(project: Project, diagram: Diagram | None, *, mine: bool) -> Message:
    """A project's driver diagram in words."""
    change = (Button("Change it" if diagram else "Draw it", Say(f"drivers edit #{project.id}")),) if mine else ()
    if diagram is None:
        words = "A driver diagram says what has to change for the aim, and which ideas may change it."
        return Message(f"No driver diagram yet: {project.title}", Text(words), Buttons(*change, _show(project)))
    parts: list[Part] = [Text(Bold("Aim"), f"\n{diagram.aim}")]
    for n, driver in enumerate(diagram.drivers, start=1):
        ideas = driver.ideas or ("no idea yet",)
        lines = "\n".join(f"{_IN}– {idea}" for idea in ideas)
        parts.append(Text(Bold(f"Driver {n}: {driver.words}"), f"\n{lines}"))
    picture = Button("As a picture", Say(f"drivers picture #{project.id}"))
    return Message(f"Driver diagram: {project.title}", *parts, Buttons(*change, picture, _show(project)))


HEADINGS = ("Aim", "Drivers", "Ideas")


def drawing(project: Project, diagram: Diagram, png: bytes) -> Message:
    """The same as a picture; where files cannot be handed over, as indented text to copy."""
    hidden = sum(max(0, len(driver.ideas) - MOST_LEAVES) for driver in diagram.drivers)
    more = f" {hidden} of the ideas are only counted in it." if hidden else ""
    return Message(
        f"Driver diagram: {project.title}",
        Text(f"From the aim on the left to the ideas on the right.{more}"),
        Document(f"driver-diagram-{project.id}.png", diagram.text, png),
        Buttons(Button("In words", Say(f"drivers #{project.id}")), _show(project)),
    )


def drivers_form(project: Project, diagram: Diagram | None) -> Form:
    """The form to draw it."""
    begun = diagram.text if diagram else project.aim.partition("\n")[0]
    return Form(DrawDrivers, {"diagram": begun, "project": str(project.id)}, intro=f"{project.title} (#{project.id})")


# ---- Small changes


def small(one: Small) -> Message:
    """After noting one."""
    return Message(
        "Noted. Small changes add up",
        Text(f"“{one.words}”"),
        Buttons(
            Button("Others’ small changes", Say("small")),
            Button("Make a project of it", Say(f"project register {one.words}")),
            Button("Take it back", TakeBackSmall(one.id)),
        ),
        Note("Others see the words and your organisation, and not your name."),
    )


def taken_back() -> Message:
    """After taking one back."""
    return Message("It is deleted", Text("Nobody sees it any more."), Buttons(Button("Small changes", Say("small"))))


def smalls(changes: Sequence[Small], *, page: int, more: bool, today: date) -> Message:
    """One page of everybody's small changes."""
    if not changes:
        if page > 1:
            return Message("Those were all", Buttons(Button("From the beginning", Say("small"))))
        words = ("A small change needs no project and no form: ", Typed("small"), " and one line.")
        return Message("No small changes yet", Text(*words), Buttons(Button("Projects", Say("projects"))))
    parts: list[Part] = []
    for one in changes:
        parts.append(Text(_line(one, today)))
        if one.mine:
            parts.append(Buttons(Button("Take it back", TakeBackSmall(one.id))))
    further = (Button("More small changes", Say(f"small page:{page + 1}")),) if more else ()
    note = Note("Add yours: ", Typed("small"), " and one line.")
    return Message("Small changes", *parts, Buttons(*further, Button("Projects", Say("projects"))), note)


def newest_smalls(changes: Sequence[Small], *, more: bool, today: date) -> tuple[Part, ...]:
    """On the list of projects: the newest small changes."""
    if not changes:
        return ()
    lines = "\n".join(_line(one, today) for one in changes)
    buttons = (Buttons(Button("More small changes", Say("small"))),) if more else ()
    return Text(Bold("Small changes"), f"\n{lines}"), *buttons


def _line(one: Small, today: date) -> str:
    return f"“{one.words}” – {one.organisation}, {say_date(one.on, today)}"


# ---- Examples

_TODAY = date(2019, 12, 11)
_AT = datetime(2019, 11, 27, 10, tzinfo=UTC)
_PROJECT = Project(id=12, title="Fewer falls at night", aim="Fewer falls at night by March.", stage=UNDER_WAY)
_OPEN = Cycle(
    id=8, project_id=12, number=2, objective="A light in the bathroom <!channel> **x**",
    prediction="Nobody falls there at night.", plan="The night team, ward 3, on Tuesday.", data="Falls in the log",
    planned_at=_AT, happened="", compared="", learned="", act="", next="", studied_at=None,
)  # fmt: skip
_DONE = Cycle(
    id=7, project_id=12, number=1, objective="Lamps at every bed", prediction="One fall instead of three.", plan="",
    data="", planned_at=_AT, happened="Two falls. Two lamps were unplugged.", compared=IN_PART,
    learned="Plugs are for cleaners too.", act=ADAPT, next="Lamps with batteries", studied_at=_AT,
)  # fmt: skip
_DIAGRAM = Diagram("Fewer falls at night by March", (Driver("Light", ("Lamps", "Batteries")), Driver("Call bells")))
_MANY = Diagram("Fewer falls at night by March", (Driver("Light <!channel> **x**", tuple("abcdef")),))
_MINE = Small(3, "Water jugs stand on the left now", "MKUH", date(2019, 12, 11), True)
_THEIRS = Small(2, "The huddle stands <!channel> **x**", "CNWL", date(2019, 12, 10), False)

EXAMPLES: dict[str, Message | Form] = {
    "pdsa_plan_form": plan_form(_PROJECT),
    "pdsa_study_form": study_form(_OPEN),
    "pdsa_planned": planned(_PROJECT, _OPEN),
    "pdsa_studied": studied(_PROJECT, _DONE),
    "pdsa_ramp": ramp(_PROJECT, (_DONE, _OPEN), mine=True, today=_TODAY),
    "pdsa_ramp_theirs": ramp(_PROJECT, (_DONE,), mine=False, today=_TODAY),
    "pdsa_ramp_none": ramp(_PROJECT, (), mine=True, today=_TODAY),
    "changes_on_page": Message("Fewer falls", *on_page(_PROJECT, (_DONE, _OPEN), diagram=True, mine=False)),
    "changes_on_page_none": Message("Fewer falls", *on_page(_PROJECT, (), diagram=False, mine=True)),
    "drivers": drivers(_PROJECT, _DIAGRAM, mine=True),
    "drivers_picture": drawing(_PROJECT, _MANY, b"\x89PNG"),
    "drivers_none": drivers(_PROJECT, None, mine=True),
    "drivers_form": drivers_form(_PROJECT, _DIAGRAM),
    "drivers_form_new": drivers_form(_PROJECT, None),
    "small": small(_MINE),
    "small_taken_back": taken_back(),
    "smalls": smalls((_MINE, _THEIRS), page=1, more=True, today=_TODAY),
    "smalls_none": smalls((), page=1, more=False, today=_TODAY),
    "smalls_no_more": smalls((), page=3, more=False, today=_TODAY),
    "smalls_newest": Message("Projects", *newest_smalls((_THEIRS,), more=True, today=_TODAY)),
}
