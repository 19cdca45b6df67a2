"""What comes back about working on a project: how it goes, a role on it, who leads it next."""

from datetime import date

from qibot.chat.forms import Answers, Choice, choice, day, form, hidden, text
from qibot.chat.wire import Action, action
from qibot.projects.models import COACH, EXPERIENCE, HELPER, SPONSOR
from qibot.projects.progress import SCALE, score
from qibot.projects.working.service import ROLES

ROLE = {
    HELPER: "Helper",
    SPONSOR: "Sponsor: opens doors",
    COACH: "Coach: helps with the method",
    EXPERIENCE: "Service user or carer: others see only that one of you takes part",
}


@action("projects.take_off")
class TakeOff(Action):
    """Take somebody off a project (its lead)."""

    project: int
    person: int


@action("projects.take_lead")
class TakeLead(Action):
    """The person asked says yes: they lead the project from now on."""

    handover: int


@action("projects.not_lead")
class NotLead(Action):
    """The person asked cannot lead it this time."""

    handover: int


@action("projects.carry_on")
class CarryOn(Action):
    """A project that was asked about goes on (its lead)."""

    project: int


@action("projects.ask_champions")
class AskChampions(Action):
    """Offer the lead to champions of the project's topics (its lead)."""

    project: int


@form("projects.pause", title="Pause a project", submit="Pause")
class PauseProject(Answers):
    """Until when it rests."""

    until: date = day("Until", help="I ask you again on that day, and not before.")
    project: str = hidden()


@form("projects.update", title="How does it go?", submit="Save")
class UpdateProject(Answers):
    """An update in a line or two, and how far it has come."""

    words: str = text("How does it go?", longest=600, help="What you did, saw or learned since. No patient details.")
    progress: str = choice(
        "How far has it come?",
        *(Choice(str(progress), f"{score(progress)}: {words}") for progress, words in SCALE.items()),
        optional=True,
        help="Leave it as it is if nothing has changed.",
    )
    project: str = hidden()


@form("projects.join", title="Join a project", submit="Join")
class JoinProject(Answers):
    """A role on a project."""

    role: str = choice("As what?", *(Choice(role, ROLE[role]) for role in ROLES))
    project: str = hidden()
