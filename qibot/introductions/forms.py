"""What comes back about introductions: the reason for one, and the buttons on its cards."""

from qibot.chat.forms import Answers, form, hidden, text
from qibot.chat.wire import Action, action


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
    """Why somebody asks. `champion`, `topic` and `project` are ids, "" for none."""

    reason: str = text(
        "Why would you like to talk?",
        longest=600,
        help="In your words. They read this before they learn who you are.",
        placeholder="We start a sepsis trolley in March and would like to hear what you would do differently.",
    )
    champion: str = hidden()
    topic: str = hidden()
    project: str = hidden()
