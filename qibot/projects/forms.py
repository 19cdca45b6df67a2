"""What comes back about projects: the form to register or change one, and the buttons on a project's card."""

from qibot.chat.forms import Answers, Choice, choice, form, hidden, line, many, text
from qibot.chat.wire import Action, action
from qibot.projects.models import STAGES


@action("projects.help")
class OfferHelp(Action):
    """Be a helper of a project."""

    project: int


@action("projects.stop_helping")
class StopHelping(Action):
    """No longer be a helper of a project."""

    project: int


@action("projects.stop")
class StopProject(Action):
    """Stop a project with thanks."""

    project: int


@form("projects.register", title="Register a project", submit="Register")
class RegisterProject(Answers):
    """The five fields of a project."""

    title: str = line("Title", longest=120, help="What you would call it in the corridor")
    aim: str = text(
        "Aim",
        optional=True,
        longest=1000,
        help="What should get better, for whom, by how much, by when: as far as you know. No patient details.",
    )
    topics: tuple[str, ...] = many(
        "Topics", optional=True, most=6, help="Leave this empty and I choose from your words."
    )
    place: str = line("Place", optional=True, longest=60, help="Milton Keynes, Bedford, Luton…")
    helpers: str = line("Who helps", optional=True, longest=150, help="Teams or roles, in your words")


@form("projects.edit", title="Change a project", submit="Save")
class EditProject(RegisterProject):
    """The same five, and how far it has come."""

    stage: str = choice("Stage", *(Choice(stage, stage.capitalize()) for stage in STAGES))
    project: str = hidden()
