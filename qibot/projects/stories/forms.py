"""What comes back about stories: the forms to tell one, the four questions at an end, and two buttons."""

from dataclasses import dataclass

from qibot.chat.forms import Answers, Choice, choice, form, hidden, line, many, text, tick
from qibot.chat.wire import Action, action
from qibot.projects.stories.models import DID_NOT, PARTLY, WORKED

OUTCOME = {WORKED: "It worked", PARTLY: "It worked in part", DID_NOT: "It did not work this time"}


@action("stories.share")
class ShareStory(Action):
    """Show a draft to everybody."""

    story: int


@action("stories.remove")
class RemoveStory(Action):
    """Take a story back, or throw its draft away."""

    story: int


@dataclass(frozen=True, kw_only=True)
class _Fields(Answers):
    title: str = line("In a few words", longest=120, help="What you would say in the corridor")
    outcome: str = choice("How did it go?", *(Choice(value, label) for value, label in OUTCOME.items()))
    tried: str = text("What was tried?", longest=1500, help="No patient details, and nobody’s name.")
    hoped: str = text("What was hoped for?", optional=True, longest=800)
    in_the_way: str = text(
        "What got in the way?",
        optional=True,
        longest=800,
        help="Things, never people: no time in the rota, two systems that do not talk.",
    )
    got_past: str = text("How was it got past, if it was?", optional=True, longest=800)
    learned: str = text("What was learned?", optional=True, longest=1500)
    who_else: str = line(
        "Who else should know?", optional=True, longest=150, help="Teams or roles: every emergency department, say."
    )
    topics: tuple[str, ...] = many(
        "Topics", optional=True, most=6, help="Leave this empty and I choose from your words."
    )


@form("stories.tell", title="Tell a story", submit="Share")
class TellStory(_Fields):
    """A story, with or without a name."""

    no_name: bool = tick(
        "Leave my name out", help="Then nothing that I keep says who wrote this, so nobody can change it."
    )


@form("stories.change", title="Change a story", submit="Save")
class ChangeStory(_Fields):
    """The same again. `story` is its number."""

    story: str = hidden()


@form("stories.ending", title="What was learned?", submit="Make a draft")
class EndProject(Answers):
    """The four questions at the end of a project. `project` is its id."""

    hoped: str = text("What did we hope for?", optional=True, longest=800)
    tried: str = text("What did we try?", optional=True, longest=1500)
    learned: str = text(
        "What did we learn?", optional=True, longest=1500, help="What did not work helps others as much as what did."
    )
    who_else: str = line("Who else should know?", optional=True, longest=150, help="Teams or roles, in your words")
    project: str = hidden()
