"""What comes back about questions from the room."""

from qibot.chat.forms import Answers, form, hidden, line, text, tick
from qibot.chat.wire import Action, action


@action("fishbowl.vote")
class MeToo(Action):
    """Somebody would like to know that too. `question` is its id, which is longer than a number of JSON may be."""

    question: str


@action("fishbowl.open_answer")
class OpenAnswer(Action):
    """Somebody wants to record an answer."""

    question: str


@action("fishbowl.take_off")
class TakeOff(Action):
    """An organiser takes a question off the list."""

    question: str


@form("fishbowl.ask", title="Ask the room", submit="Ask")
class AskRoom(Answers):
    """A question to the room. `event` is its id."""

    event: str = hidden()
    text: str = line("Your question", longest=300, help="Everybody at the event reads it, and not who asked.")
    no_name: bool = tick(
        "Leave my name out", help="Then nothing that I keep says who asked, and I cannot send you the answer."
    )


@form("fishbowl.answer", title="Record an answer", submit="Record")
class AnswerRoom(Answers):
    """An answer. `question` is the question's id."""

    question: str = hidden()
    answer: str = text("The answer", longest=1000, help="Everybody at the event reads it, with your name.")
