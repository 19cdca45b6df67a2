"""/qi project write-up, import, export; and files that people send."""

from qibot.chat.arguments import Rest
from qibot.chat.forms import Form
from qibot.chat.message import Document, Message
from qibot.documents import tables
from qibot.documents.docx import docx
from qibot.documents.paper import markdown
from qibot.errors import Refused, Unclear, WrongFields
from qibot.people.turn import Turn, member, organiser, table
from qibot.projects.models import Project
from qibot.projects.papers import export, views, waiting, writeup
from qibot.projects.papers.export import EXPORTED
from qibot.projects.papers.forms import LeaveOut, PasteProjects, TakeIn

commands = table("Projects as papers")


@commands.command(
    "project write-up",
    needs=member,
    help="A write-up of a project of yours, in the order of SQUIRE 2.0.",
    reads=True,
)
async def write_up(turn: Turn, project: Project) -> Message:
    known = await writeup.logged(turn.db, project.id, turn.member, turn.today)
    made = writeup.paper(known)
    file = Document(f"write-up-{project.id}.docx", markdown(made), docx(made))
    return views.written_up(project, file)


@commands.command(
    "project import", needs=organiser, help="Import projects: a file you send me, or rows you paste.", reads=True
)
async def start(turn: Turn) -> Form:
    return views.paste_form()


@commands.submission(PasteProjects, needs=organiser)
async def pasted(turn: Turn, said: PasteProjects) -> Message:
    try:
        return await _look(turn, said.rows.encode())
    except Refused as refused:
        raise WrongFields({"rows": f"{refused.sentence} {refused.next_step}"}) from refused


@commands.file(needs=organiser)
async def sent(turn: Turn, data: bytes) -> Message:
    return await _look(turn, data)


async def _look(turn: Turn, data: bytes) -> Message:
    plan, mark = await waiting.look(turn.db, turn.member, data, turn.now)
    return views.looked_at(plan, mark, turn.member.organisation)


@commands.action(TakeIn, needs=organiser)
async def taken_in(turn: Turn, pressed: TakeIn) -> Message:
    return views.taken_in(await waiting.take_in(turn.db, turn.member, pressed.mark, turn.now))


@commands.action(LeaveOut, needs=organiser)
async def left_out(turn: Turn, pressed: LeaveOut) -> Message:
    await waiting.leave_out(turn.db, turn.member, pressed.mark, turn.now)
    return views.left_out()


@commands.command("project export", needs=organiser, help="Every project you may see, as .csv or .xlsx.", reads=True)
async def exported(turn: Turn, kind: Rest) -> Message:
    ending = kind.lower().strip(". ") or "csv"
    if ending not in ("csv", "xlsx"):
        raise Unclear(
            "I can make a .csv or an .xlsx of them.", "Choose one:", ("project export", "project export xlsx")
        )
    rows = await export.rows(turn.db, turn.member)
    words = tables.as_csv(EXPORTED, rows)
    # Excel reads a CSV file as UTF-8 only where it begins like this.
    data = f"\ufeff{words}".encode() if ending == "csv" else tables.as_xlsx(EXPORTED, rows, turn.now)
    return views.exported(len(rows), Document(f"projects.{ending}", words, data))
