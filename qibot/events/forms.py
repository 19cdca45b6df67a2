"""What comes back about events: the forms people fill in and the buttons they press."""

from datetime import date

from qibot.chat.forms import Answers, Choice, choice, day, form, hidden, line, many, text, tick
from qibot.chat.wire import Action, action
from qibot.events import followups, places
from qibot.events.models import ENERGIES, QUESTIONS

_SEVERAL = "One line for each thought; leave it empty if you like."
_NO_NAME = "Then nothing that I keep says who wrote this."
_LABELS = {slug: label for asked in QUESTIONS.values() for slug, label in asked.items()}


@action("events.cancel")
class CancelEvent(Action):
    """Cancel an event (organisers)."""

    event: int


@action("events.answer_pledge")
class AnswerPledge(Action):
    """What became of a promise: `state` is "done", "going", "changed" or "let go"."""

    pledge: int
    state: str


@action("events.group")
class GroupThese(Action):
    """Open the form that gathers answers to one question under themes (organisers)."""

    event: int
    question: str
    place: str = ""


@action("events.suggest")
class SuggestThemes(Action):
    """Open the form with themes that are suggested for the answers not grouped yet (the event's organisers)."""

    event: int
    question: str
    place: str = ""


@form("events.create", title="Create an event", submit="Create")
class CreateEvent(Answers):
    """A new event (organisers)."""

    title: str = line("Title", longest=120)
    day: date = day("Day")
    place: str = line("Place", optional=True, longest=600, help=places.HELP)
    code: str = line(
        "Join code", optional=True, longest=12, help="3 to 12 letters and digits to type; I make one if you leave it."
    )
    follow_up: str = line("Ask about promises after", optional=True, longest=60, help=followups.HELP)


@form("events.reflect_pairs", title="The two questions", submit="Send")
class ReflectPairs(Answers):
    """The two questions that people answer in pairs, by place."""

    event: str = hidden()
    greatest_opportunities: str = text(_LABELS["greatest-opportunities"], optional=True, help=_SEVERAL)
    what_will_we_do_next: str = text(_LABELS["what-will-we-do-next"], optional=True, help=_SEVERAL)
    place: str = line("The place you speak of", optional=True, longest=60, help="Answers are put together by place.")
    no_name: bool = tick("Leave my name out", help=_NO_NAME)


@form("events.reflect_closing", title="The four questions", submit="Send")
class ReflectClosing(Answers):
    """The four boxes at the end of the day."""

    event: str = hidden()
    thinking: str = text(_LABELS["thinking"], optional=True, help=_SEVERAL)
    feeling: str = text(_LABELS["feeling"], optional=True, help=_SEVERAL)
    do_next: str = text(_LABELS["do-next"], optional=True, help=_SEVERAL)
    wondering: str = text(_LABELS["wondering"], optional=True, help=_SEVERAL)
    energy: str = choice(
        "How is your energy?", *(Choice(value, label) for value, label in ENERGIES.items()), optional=True
    )
    no_name: bool = tick("Leave my name out", help=_NO_NAME)


@form("events.pledge", title="Make a pledge", submit="Promise")
class MakePledge(Answers):
    """A promise."""

    event: str = hidden()
    text: str = line("I will…", longest=300, help="Small and soon is good. Organisers see the words without your name.")


@form("events.change_pledge", title="It became this", submit="Save")
class ChangePledge(Answers):
    """New words for a promise."""

    pledge: str = hidden()
    text: str = line("I will…", longest=300)


@form("events.themes", title="Suggested themes", submit="Group")
class UseThemes(Answers):
    """Themes to put answers under, as they were suggested and edited (the event's organisers)."""

    event: str = hidden()
    question: str = hidden()
    place: str = hidden()
    themes: str = text(
        "Themes",
        help="A line each: a heading, a colon, and words or topics. Change, add and delete as you like; answers "
        "with one of the words go under its heading.",
    )


@form("events.theme", title="Group answers", submit="Group")
class GroupAnswers(Answers):
    """Answers to gather under one theme (organisers)."""

    event: str = hidden()
    question: str = hidden()
    place: str = hidden()
    theme: str = line("Theme", optional=True, longest=80, help="Left empty, the answers stand without a theme again.")
    answers: tuple[str, ...] = many("Answers")
