"""What the bot says about projects as papers: what a file would do, what it did, and what there is to take away."""

from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Button, Buttons, Document, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.people.models import Organisation
from qibot.projects.models import FINISHED, Project
from qibot.projects.papers.forms import LeaveOut, PasteProjects, TakeIn
from qibot.projects.papers.models import ProjectImport
from qibot.projects.papers.reading import Entry, Problem
from qibot.projects.papers.reading import Table as Read
from qibot.projects.papers.service import Coming, Plan
from qibot.typed import Typed

_PROBLEMS_SHOWN, _STATUSES_SHOWN, _UNREAD_SHOWN = 10, 8, 8


# ---- In


def paste_form() -> Form:
    """The form for rows copied out of a spreadsheet."""
    intro = "A few rows go here. Where you can send me a file, send me the CSV or .xlsx itself in our own conversation."
    return Form(PasteProjects, {}, intro=intro)


def looked_at(plan: Plan, mark: str, organisation: Organisation) -> Message:
    """What a file would do. `mark`: under which it waits; "" when there is nothing to say yes to."""
    many = len(plan.coming)
    title = f"{_projects(many)} to import" if many else "Nothing new in that file"
    mapped = ((column.capitalize(), f"your “{heading}”") for column, heading in plan.table.mapped)
    parts: list[Part] = [Facts(tuple(mapped))]
    parts += [Text("\n".join(_says(plan, organisation)))]
    if plan.problems:
        parts.append(Text("\n".join(_problems(plan.problems))))
    if mark:
        yes = f"Yes, import {many}" if many else "Yes, note their leads"
        parts.append(Buttons(Button(yes, TakeIn(mark), "primary"), Button("No, leave it", LeaveOut(mark))))
        parts.append(Note("Nothing has been changed yet. The file is kept for a day at most, for your answer."))
    else:
        parts.append(Buttons(Button("Projects", Say("projects"))))
    return Message(title, *parts)


def _says(plan: Plan, organisation: Organisation) -> list[str]:
    many = len(plan.coming)
    said = []
    if many:
        said.append(
            f"Of {_projects(many)} that would be new, {plan.led} have a lead in the network and {plan.about} a topic. "
            "Where I know nobody by the address, or by the name in that organisation, nobody leads it here yet."
        )
    if plan.there:
        said.append(f"{_projects(len(plan.there))} there already: I change nothing of what people have said of them.")
    if plan.found:
        said.append(f"{_projects(len(plan.found))} without a lead so far would get theirs.")
    if "organisation" not in plan.table.columns:
        said.append(f"No column says whose they are, so they would be projects of {organisation.name}.")
    for word, stage, count in plan.stages[:_STATUSES_SHOWN]:
        said.append(f"{f'“{word}”' if word else 'No status'} is read as {stage} ({count}).")
    if plan.table.unread:
        shown = ", ".join(f"“{words}”" for words in plan.table.unread[:_UNREAD_SHOWN])
        said.append(f"Not read: {shown}{' and more' if len(plan.table.unread) > _UNREAD_SHOWN else ''}.")
    return said


def _problems(problems: tuple[Problem, ...]) -> list[str]:
    many = len(problems)
    said = ["1 row cannot be taken in:" if many == 1 else f"{many} rows cannot be taken in:"]
    said += [f"Line {one.line}: {one.reason}" for one in problems[:_PROBLEMS_SHOWN]]
    return [*said, f"… and {many - _PROBLEMS_SHOWN} more."] if many > _PROBLEMS_SHOWN else said


def _projects(many: int) -> str:
    return "1 project" if many == 1 else f"{many} projects"


def taken_in(many: int) -> Message:
    """After a yes."""
    words = "Others find them as their organisation chose." if many else "Leads that I know now are noted."
    again = " The same file again changes nothing."
    title = f"{_projects(many)} imported" if many else "Done: no project was new"
    return Message(title, Text(words + again), Buttons(Button("Projects", Say("projects"))))


def left_out() -> Message:
    """After a no."""
    return Message("Nothing was imported", Text("The file is deleted."), Buttons(Button("Projects", Say("projects"))))


def on_page(origin: ProjectImport | None, today: date, *, words: bool) -> tuple[Part, ...]:
    """On a project's page: what is known from the file it came from. `words`: the reader may see who leads it there."""
    if origin is None:
        return ()
    days = (("Started", origin.starts_on), ("Ends", origin.ends_on))
    pairs = [("Lead, as imported", origin.lead if words else "")]
    pairs += [(label, say_date(day, today) if day else "") for label, day in days]
    pairs += [("Number where it came from", "" if " " in origin.key else origin.key), ("Link", origin.link)]
    return (Facts(tuple(pairs)),) if any(value for _, value in pairs) else ()


# ---- Out


def exported(many: int, file: Document) -> Message:
    """The file of all projects."""
    other = "xlsx" if file.name.endswith(".csv") else "csv"
    return Message(
        f"{_projects(many)}, as you may see them",
        Text("With what each organisation lets you see. Of somebody who has not agreed to be found no name is in it."),
        file,
        Buttons(Button(f"As .{other}", Say(f"project export {other}"))),
        Note("The same file can be imported: ", Typed("project import"), "."),
    )


def written_up(project: Project, file: Document) -> Message:
    """The write-up of a project."""
    return Message(
        f"The write-up of “{project.title}”",
        Text(
            "It has the headings of SQUIRE 2.0, the standard for reporting quality improvement, with what was logged "
            "here. Where nothing was, it says “Not recorded yet”: that is yours to write."
        ),
        file,
        Buttons(
            Button("Show the project", Say(f"project show #{project.id}")),
            Button("Say how it goes", Say(f"update #{project.id}")),
        ),
        Note("Of somebody who has not agreed to be found no name is in it."),
    )


# ---- Examples

_TODAY = date(2019, 11, 27)
_MKUH = Organisation(
    id=1, ods_code="RD8", name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH"
)
_ENTRY = Entry(2, "Fewer falls <!channel> **x**", status="Complete", stage=FINISHED)
_READ = Read((("title", "Project name"), ("status", "Status")), ("Budget code", "**x**"), (_ENTRY,), ())
_PROBLEM = Problem(4, "Its status is none that I know: idea, under way, finished, stopped…")
_COMING = Coming(_ENTRY, _MKUH, None, (1,))
_PLAN = Plan(_READ, (_COMING,), (3,), (), (_PROBLEM,), (("Complete", FINISHED, 1), ("", "idea", 2)))
_NOTHING = Plan(Read((("title", "Title"), ("organisation", "Trust")), (), (), ()), (), (2, 3), (), (_PROBLEM,) * 12, ())
_ORIGIN = ProjectImport(
    project_id=12, organisation_id=1, key="LQ-77", lead="Sam Invented sam@elsewhere.example",
    link="https://improve.example/p/77", starts_on=date(2019, 3, 1), ends_on=None,
)  # fmt: skip
_MORE = Buttons(Button("More projects", Say("projects")))
_PROJECT = Project(id=12, title="Fewer falls <!channel> **x**")
_CSV = Document("projects.csv", "title,organisation\r\n'=Falls,MKUH\r\n", b"\xef\xbb\xbftitle")

EXAMPLES: dict[str, Message | Form] = {
    "import_form": paste_form(),
    "import_looked_at": looked_at(_PLAN, "0123456789abcdef", _MKUH),
    "import_nothing_new": looked_at(_NOTHING, "", _MKUH),
    "imported": taken_in(12),
    "imported_nothing_new": taken_in(0),
    "import_left_out": left_out(),
    "import_on_page": Message("Fewer falls", *on_page(_ORIGIN, _TODAY, words=True), _MORE),
    "import_on_page_without_words": Message("Fewer falls", *on_page(_ORIGIN, _TODAY, words=False), _MORE),
    "exported": exported(2, _CSV),
    "written_up": written_up(_PROJECT, Document("write-up-12.docx", "# Fewer falls\n", b"PK")),
}
