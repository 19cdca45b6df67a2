"""What comes back about a list of delegates: the list, and what somebody on it says."""

from qibot.chat.forms import Answers, form, hidden, text
from qibot.chat.wire import Action, action


@action("events.confirm")
class Confirm(Action):
    """I was there or am coming, or neither."""

    event: int
    there: bool


@form("events.delegates", title="Delegates of an event", submit="Ask them")
class PasteDelegates(Answers):
    """A list of people, of which nothing is kept (the event's organisers)."""

    event: str = hidden()
    rows: str = text(
        "Name, e-mail, organisation",
        longest=3000,
        help="A line each, copied out of a spreadsheet or with commas. Long lists can be pasted in parts.",
    )
