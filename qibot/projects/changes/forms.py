"""What comes back about changes: a cycle's plan, its result, a driver diagram, and a small change taken back."""

from qibot.chat.forms import Answers, Choice, choice, form, hidden, line, text
from qibot.chat.wire import Action, action
from qibot.projects.changes.models import ABANDON, ADAPT, ADOPT, AS_PREDICTED, DIFFERENTLY, IN_PART

COMPARE = {AS_PREDICTED: "As we predicted", IN_PART: "As we predicted in part", DIFFERENTLY: "Differently"}
ACT = {
    ADOPT: "Adopt: we keep it",
    ADAPT: "Adapt: we change it and try again",
    ABANDON: "Abandon: we let this idea go",
}


@action("small.take_back")
class TakeBackSmall(Action):
    """Delete a small change of one's own."""

    small: int


@form("pdsa.plan", title="Plan a cycle", submit="Plan it")
class PlanCycle(Answers):
    """Plan. `project` is its id."""

    objective: str = line("What do you want to try?", longest=150, help="Small enough to try on one ward, one day.")
    prediction: str = text(
        "What do you predict?",
        longest=600,
        help="A figure, or what people will do. It stays as you say it now: the difference is what you learn from.",
    )
    plan: str = text("Who does what, where and when?", optional=True, longest=800, help="Roles, not names.")
    data: str = line("What will you look at to know?", optional=True, longest=150)
    project: str = hidden()


@form("pdsa.study", title="What happened?", submit="Save")
class StudyCycle(Answers):
    """Do, study, act. `cycle` is its id."""

    happened: str = text("What happened?", longest=1000, help="What you did and saw, the unexpected included.")
    compared: str = choice("Compared with your prediction", *(Choice(v, label) for v, label in COMPARE.items()))
    learned: str = text("What does that teach you?", optional=True, longest=800)
    act: str = choice("And so…", *(Choice(value, label) for value, label in ACT.items()))
    next: str = line("What will you try next?", optional=True, longest=150)
    cycle: str = hidden()


@form("projects.drivers", title="Driver diagram", submit="Save")
class DrawDrivers(Answers):
    """The diagram as text. `project` is its id."""

    diagram: str = text(
        "Aim, drivers and ideas",
        longest=2000,
        help="A line each. The aim first; drivers further in or after “-”; ideas further in still or after “--”.",
        placeholder="Fewer falls at night by March\n- Light\n-- Lamps at every bed\n- Call bells answered",
    )
    project: str = hidden()
