"""What comes back about what became of an event: the lines, and that they may be sent."""

from qibot.chat.forms import Answers, form, hidden, text
from qibot.chat.wire import Action, action
from qibot.events.answers import MOST


@action("events.tell_answers")
class TellAnswers(Action):
    """Send to everybody what became of what was said (the event's organisers)."""

    event: int


@form("events.answers", title="You said, we did", submit="Look at it")
class WriteAnswers(Answers):
    """What became of what was said at an event (its organisers)."""

    event: str = hidden()
    words: str = text(
        "You said -> we did",
        help=f"At most {MOST} lines: what was said, an arrow (->), and what was done or why not. Nothing is sent yet.",
    )
