"""What comes back about questions to the organisers and about words in which no topic was read."""

from qibot.chat.forms import Answers, choice, form, hidden, line, text
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


@action("champions.open_teach")
class OpenTeach(Action):
    """An organiser wants words on the list to lead to a topic."""

    words: str


@action("champions.leave_out")
class LeaveOut(Action):
    """An organiser takes words off the list."""

    words: str


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


@form("champions.teach", title="Words for a topic", submit="Save")
class Teach(Answers):
    """The topic that words lead to from now on. `heard` are the words as they stand on the list."""

    word: str = line("Words", longest=80, help="Make them as short as people would type them.")
    topic: str = choice("Topic")
    heard: str = hidden()
