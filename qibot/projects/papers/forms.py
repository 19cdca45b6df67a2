"""What comes back about papers: pasted rows, and the answer to what would become of them."""

from qibot.chat.forms import Answers, form, text
from qibot.chat.wire import Action, action


@action("projects.take_in")
class TakeIn(Action):
    """Take in the projects of the file that was looked at."""

    mark: str


@action("projects.leave_out")
class LeaveOut(Action):
    """Take in nothing of it."""

    mark: str


@form("projects.paste", title="Import projects", submit="Look at them")
class PasteProjects(Answers):
    """Rows copied out of a spreadsheet, cells between tabs, or as CSV."""

    rows: str = text(
        "Rows, with their headings",
        longest=3000,
        help="Copied out of a spreadsheet. Nothing is changed before you have seen what would become of them.",
    )
