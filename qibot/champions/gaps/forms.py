"""What comes back about words in which no topic was read. The button of the map itself is in `champions/forms.py`."""

from qibot.chat.forms import Answers, choice, form, hidden, line
from qibot.chat.wire import Action, action


@action("champions.open_teach")
class OpenTeach(Action):
    """An organiser wants words on the list to lead to a topic."""

    words: str


@action("champions.leave_out")
class LeaveOut(Action):
    """An organiser takes words off the list."""

    words: str


@form("champions.teach", title="Words for a topic", submit="Save")
class Teach(Answers):
    """The topic that words lead to from now on. `heard` are the words as they stand on the list."""

    word: str = line("Words", longest=80, help="Make them as short as people would type them.")
    topic: str = choice("Topic")
    heard: str = hidden()
