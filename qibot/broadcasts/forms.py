"""What comes back about broadcasts: the form in which one is written, the buttons around it, and people's answers."""

from datetime import date

from qibot.chat.forms import Answers, Choice, choice, day, form, hidden, line, text, tick
from qibot.chat.wire import Action, action


@action("broadcasts.open_change")
class OpenChange(Action):
    """Change a draft (organisers)."""

    broadcast: int


@action("broadcasts.test")
class TryOut(Action):
    """See it as everybody will (organisers)."""

    broadcast: int


@action("broadcasts.send")
class Send(Action):
    """Let it go, as it was looked at (organisers)."""

    broadcast: int
    revision: int


@action("broadcasts.open_alone")
class OpenAlone(Action):
    """Let it go where there is no second organiser: the number of people is typed (organisers)."""

    broadcast: int
    revision: int


@action("broadcasts.agree")
class Agree(Action):
    """The second yes (another organiser)."""

    broadcast: int
    revision: int


@action("broadcasts.decline")
class Decline(Action):
    """Not like this (another organiser)."""

    broadcast: int
    revision: int


@action("broadcasts.undo")
class Undo(Action):
    """Take it back before it has started (organisers)."""

    broadcast: int


@action("broadcasts.discard")
class Discard(Action):
    """Throw a draft away (organisers)."""

    broadcast: int


@action("broadcasts.stop")
class Stop(Action):
    """Nobody else gets it (organisers)."""

    broadcast: int


@action("broadcasts.open_correct")
class OpenCorrect(Action):
    """Other words in its place (organisers)."""

    broadcast: int


@action("broadcasts.withdraw")
class Withdraw(Action):
    """Take it back from everybody (organisers)."""

    broadcast: int


@action("broadcasts.answer")
class Answer(Action):
    """Somebody's answer: the place of its label, from 0."""

    broadcast: int
    choice: int


@action("broadcasts.open_reply")
class OpenReply(Action):
    """Write to the organisers."""

    broadcast: int


@form("broadcasts.compose", title="Send a broadcast", submit="Look at it")
class Compose(Answers):
    """A broadcast (organisers). Nothing is sent by it. `broadcast` is the id of a draft that is changed."""

    title: str = line("Title", longest=120, help="What a phone shows of it")
    body: str = text("What do you want to say?", longest=2000, help="No patient details.")
    organisation: str = choice("Only people of this organisation", optional=True)
    topic: str = choice("Only those who work on this topic", optional=True)
    place: str = line("Only those in this place", optional=True, longest=60, placeholder="Luton")
    role: str = line("Only those with this role", optional=True, longest=60, placeholder="ward sister")
    event: str = line("Only those who joined the event with this code", optional=True, longest=12)
    after: str = line(
        "Only those who have not answered this broadcast", optional=True, help="Its title, or its number such as #3"
    )
    listed: str = text(
        "Only these people",
        optional=True,
        longest=3000,
        help="E-mail addresses or whole names, on lines or with commas. I tell you whom I cannot find.",
    )
    answers: str = line(
        "Buttons to answer with", optional=True, longest=130, placeholder="Yes, No", help="Up to four, with commas"
    )
    takes_words: bool = tick("People may write back to the organisers")
    on: date | None = day("On which day?", optional=True, help="Leave it empty to send it soon.")
    hour: str = choice("At what time?", *(Choice(str(h), f"{h}:00") for h in range(9, 17)), optional=True)
    broadcast: str = hidden()


@form("broadcasts.alone", title="Send without a second", submit="Send it")
class SendAlone(Answers):
    """Where there is no second organiser. `broadcast` and `revision` say what was looked at."""

    number: str = line("How many people is it for?", longest=12, help="Type the number, so that you have seen it.")
    broadcast: str = hidden()
    revision: str = hidden()


@form("broadcasts.correct", title="Put it right", submit="Put it right")
class Correct(Answers):
    """Other words for a broadcast that has gone out (organisers). `broadcast` is its id."""

    title: str = line("Title", longest=120)
    body: str = text("What it should say", longest=2000, help="No patient details.")
    broadcast: str = hidden()


@form("broadcasts.reply", title="Write to the organisers", submit="Send")
class WriteBack(Answers):
    """Words for the organisers. `broadcast` is the id of what they are about."""

    words: str = text("Your words", longest=1000, help="No patient details.")
    broadcast: str = hidden()
