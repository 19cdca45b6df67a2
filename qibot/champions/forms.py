"""What comes back about champions: the offer, and the buttons on a champion's card."""

from qibot.champions.models import ASK_FIRST, HIDDEN, OPEN
from qibot.champions.roles import COACH, PARTNER, SPONSOR
from qibot.chat.forms import Answers, Choice, choice, form, line, many, text, tick
from qibot.chat.wire import Action, action

VISIBILITY = {
    OPEN: "Open: my name is shown",
    ASK_FIRST: "Ask me first: my name is shown once I say yes",
    HIDDEN: "Hidden: only organisers can reach me",
}


ROLES = {
    COACH: "A QI coach",
    SPONSOR: "A sponsor: I open doors for improvement work",
    PARTNER: "A service-user partner: I know care from the other side",
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


@action("champions.ask_organisers")
class AskOrganisers(Action):
    """Nobody fits: ask the organisers, in these words, about a topic (0 = none was read)."""

    words: str
    topic: int = 0


@action("champions.look_for")
class LookFor(Action):
    """Nobody fits: put it on the gap map, the topic or else the words in which none was read."""

    topic: int = 0
    words: str = ""


@action("champions.still_happy")
class StillHappy(Action):
    """The yearly yes: still happy to be asked."""


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
    roles: tuple[str, ...] = many(
        "I am also",
        *(Choice(role, label) for role, label in ROLES.items()),
        optional=True,
        help="A service-user partner’s role and organisation are not shown to others, and nobody asks for a reason.",
    )
    trained: str = line("Trained as a coach", optional=True, longest=20, placeholder="March 2018")
    coaching: bool = tick("I coach at the moment")
