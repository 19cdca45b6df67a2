"""What comes back about introductions: the reason for one, other forms, and the buttons on cards."""

from qibot.chat.forms import Answers, Choice, choice, form, hidden, line, text
from qibot.chat.wire import Action, action
from qibot.introductions.models import KIND, NAME, ROLE

SHOWS = {
    ROLE: "My role and organisation",
    NAME: "My name, role and organisation",
    KIND: "Only what kind of organisation I work in",
}


@action("introductions.ask_person")
class AskPerson(Action):
    """Ask for an introduction to a person, about a topic (0 = none)."""

    person: int
    topic: int = 0


@action("introductions.ask_instead")
class AskInstead(Action):
    """The asker would ask whoever was suggested to them."""

    introduction: int


@action("introductions.accept")
class Accept(Action):
    """The asked person says yes."""

    introduction: int


@action("introductions.decline")
class Decline(Action):
    """The asked person says not this time."""

    introduction: int


@action("introductions.later")
class Later(Action):
    """The asked person wants to be asked again in a week."""

    introduction: int


@action("introductions.open_suggest")
class OpenSuggest(Action):
    """The asked person would ask somebody else."""

    introduction: int


@action("introductions.not_with")
class KeepApart(Action):
    """Never to be introduced to the other of an introduction, or to a person (0 = not so)."""

    introduction: int = 0
    person: int = 0


@action("introductions.lift")
class Lift(Action):
    """Take an entry off one's own list again."""

    entry: int


@action("introductions.open_report")
class OpenReport(Action):
    """One of the two wants to report the other."""

    introduction: int


@action("introductions.close_report")
class CloseReport(Action):
    """An organiser has looked at a report."""

    report: int


@action("introductions.withdraw")
class Withdraw(Action):
    """The asker takes it back."""

    introduction: int


@action("introductions.met")
class Met(Action):
    """Whether they met: a key of `service.MET`."""

    introduction: int
    answer: str


@action("introductions.came")
class Came(Action):
    """What came of it: a key of `service.OUTCOMES`."""

    introduction: int
    outcome: str


@action("introductions.open_write")
class OpenWrite(Action):
    """One of the two wants to write to the other."""

    introduction: int


@action("introductions.stop_writing")
class StopWriting(Action):
    """One of the two ends the messages."""

    introduction: int


@form("introductions.write", title="Write a message", submit="Send")
class Write(Answers):
    """A message to the other. `introduction` is its id."""

    words: str = text("Your message", longest=1000, help="Please leave out anything about patients.")
    introduction: str = hidden()


@form("introductions.reason", title="Ask to be introduced", submit="Ask")
class Reason(Answers):
    """Why somebody asks, and what they let the other see before. `champion`, `topic`, `project` and `person` are ids,
    "" for none.
    """

    reason: str = text(
        "Why would you like to talk?",
        longest=600,
        help="In your words. They read this before they answer.",
        placeholder="We start a sepsis trolley in March and would like to hear what you would do differently.",
    )
    # Optional, so that a form that was opened before there was a choice can still be sent.
    shows: str = choice(
        "What may they see of you before they answer?",
        *(Choice(value, label) for value, label in SHOWS.items()),
        optional=True,
        help="Your contact is never shown before both of you say yes.",
    )
    champion: str = hidden()
    topic: str = hidden()
    project: str = hidden()
    person: str = hidden()


@form("introductions.suggest", title="Suggest somebody else", submit="Suggest")
class Suggest(Answers):
    """Whom the asked person would ask instead. `introduction` is its id."""

    words: str = line("Whom would you ask?", longest=120, help="Their whole name, or what it is about, such as sepsis.")
    introduction: str = hidden()


@form("introductions.report", title="Report misuse", submit="Report")
class Report(Answers):
    """What one of the two has to say of the other. `introduction` is its id."""

    words: str = text("What happened?", longest=1000, help="Please leave out anything about patients.")
    introduction: str = hidden()
