"""What comes back about questions to the organisers."""

from qibot.chat.forms import Answers, form, hidden, line, text
from qibot.chat.wire import Action, action


@action("champions.withdraw_question")
class WithdrawQuestion(Action):
    """The asker needs no answer any more."""

    question: int


@action("champions.open_suggest")
class OpenSuggest(Action):
    """An organiser wants to name somebody."""

    question: int


@action("champions.open_reply")
class OpenReply(Action):
    """An organiser wants to answer in words."""

    question: int


@action("champions.nobody_yet")
class NobodyYet(Action):
    """An organiser says that there is nobody yet."""

    question: int


@form("champions.suggest", title="Suggest somebody", submit="Send")
class Suggest(Answers):
    """Whom an organiser names. `question` is its id."""

    person: str = line(
        "Who", longest=120, help="The name of somebody in the network. They are asked before anything is passed on."
    )
    reply: str = text("Anything to add", optional=True, longest=1000, help="The asker reads this, and your name.")
    question: str = hidden()


@form("champions.reply", title="Answer in words", submit="Send")
class Reply(Answers):
    """An organiser's answer. `question` is its id."""

    reply: str = text("Your answer", longest=1000, help="The asker reads this, and your name. No patient details.")
    question: str = hidden()
