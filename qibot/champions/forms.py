"""What comes back about champions: the offer, and the buttons on a champion's card."""

from qibot.champions.models import ASK_FIRST, HIDDEN, OPEN
from qibot.chat.forms import Answers, Choice, choice, form, line, many, text
from qibot.chat.wire import Action, action

VISIBILITY = {
    OPEN: "Open: my name is shown",
    ASK_FIRST: "Ask me first: my name is shown once I say yes",
    HIDDEN: "Hidden: only organisers can reach me",
}


@action("introductions.ask")
class AskFor(Action):
    """Ask for an introduction to a champion about a topic (0 = none). The introductions feature answers it."""

    champion: int
    topic: int = 0


@action("introductions.hello")
class SayHello(Action):
    """Ask for an introduction to a project's lead. The introductions feature answers it."""

    project: int


@action("champions.narrow")
class Narrow(Action):
    """Look again, with a topic, a place or an organisation chosen from lists."""

    words: str = ""


@action("champions.resume")
class Resume(Action):
    """Be asked again, after a pause."""


@action("champions.stop")
class Stop(Action):
    """Take the offer back."""


@form("champions.find", title="Find people", submit="Find")
class FindPeople(Answers):
    """What and whom to look for; anything may be left out, but not everything."""

    words: str = line("In your words", optional=True, help="What you would like to improve, or need to know")
    topic: str = choice("Topic", optional=True)
    place: str = choice("Place", optional=True)
    organisation: str = choice("Organisation", optional=True)


@form("champions.offer", title="Be a champion", submit="Save")
class Offer(Answers):
    """What a champion offers."""

    topics: tuple[str, ...] = many("I can help with", most=12)
    offer: str = text(
        "What I offer",
        optional=True,
        longest=600,
        help="In your words: a chat, a visit, our pathway to copy…",
    )
    asks_a_month: str = choice(
        "How often a month may I be asked?", *(Choice(str(n), str(n)) for n in (1, 2, 3, 4, 6, 8, 12))
    )
    visibility: str = choice("How visible", *(Choice(value, label) for value, label in VISIBILITY.items()))
