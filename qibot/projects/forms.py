"""What comes back about projects: the form to register or change one, and the buttons on a project's card."""

from dataclasses import dataclass

from qibot.chat.forms import Answers, Choice, choice, form, hidden, line, many, text
from qibot.chat.wire import Action, action
from qibot.projects.models import ASKED, DECIDING, INVOLVED, LEADING, STAGES, TOLD


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


@action("projects.join_instead")
class JoinInstead(Action):
    """Be a helper of a project that looks like the one that was about to be registered, which is not."""

    project: int


@action("projects.mine_is_different")
class MineIsDifferent(Action):
    """Register it although others look like it: what was typed, topics as slugs with spaces between, to go on with."""

    title: str
    aim: str
    topics: str
    place: str
    helpers: str


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


@dataclass(frozen=True, kw_only=True)
class _Because(Answers):
    because: str = text(
        "Mine is different because…",
        longest=300,
        help="Another group of people, another step of the way, another idea. You see it on your project.",
    )


@form("projects.different", title="Mine is different", submit="Register")
class RegisterDifferent(RegisterProject, _Because):
    """Why it is not the same as those that look like it, above the five fields as they were typed."""


DECIDE = {
    TOLD: "They are told what was decided",
    ASKED: "They are asked before it is decided",
    INVOLVED: "They decide with us",
    LEADING: "They lead, and we support",
}
"""The rungs are those of the ladder of co-production (Think Local Act Personal, after Arnstein 1969), the four that a
project can say of itself."""


@form("projects.edit", title="Change a project", submit="Save")
class EditProject(RegisterProject):
    """The same five, how far it has come, and who decides."""

    stage: str = choice("Stage", *(Choice(stage, stage.capitalize()) for stage in STAGES))
    deciding: str = choice(
        "How do service users and carers share in the decisions?",
        *(Choice(rung, DECIDE[rung]) for rung in DECIDING),
        optional=True,
        help="Leave it empty for “not said”.",
    )
    project: str = hidden()
