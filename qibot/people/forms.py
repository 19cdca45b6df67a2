"""What comes back from people about themselves and the vocabulary: filled-in forms and pressed buttons."""

from qibot.chat.forms import Answers, Choice, choice, form, line, many
from qibot.chat.wire import Action, action
from qibot.people.service import PURPOSES


@action("people.withdraw")
class Withdraw(Action):
    """Withdraw one consent."""

    purpose: str


@action("people.leave")
class Leave(Action):
    """Leave the network."""


@action("people.erase")
class EraseMe(Action):
    """Have what is held about oneself erased, for good."""


@action("network.follow")
class FollowTopic(Action):
    """Hear once a week what is new about a topic. The network's own room answers it."""

    topic: int


@form("people.join", title="Join the network", submit="Join")
class Join(Answers):
    """Joining, and changing what was said when joining."""

    name: str = line("Your name", longest=120)
    role: str = line(
        "Your role", optional=True, longest=120, help="As you would say it: ward sister, GP, carer, analyst…"
    )
    organisation: str = choice("Where you work", help="Not there? Choose the nearest; an organiser can add yours.")
    place: str = line("Place", optional=True, longest=60, help="Milton Keynes, Bedford, Luton…")
    topics: tuple[str, ...] = many("What you work on", optional=True, most=20, help="You can change this at any time.")
    contact: str = line(
        "How to reach you once introduced",
        optional=True,
        help="An e-mail address or number. Shown only to people you agreed to be introduced to.",
    )
    purposes: tuple[str, ...] = many(
        "I agree that…",
        *(Choice(purpose, sentence) for purpose, sentence in PURPOSES.items()),
        optional=True,
        help="Each is your choice, and each can be withdrawn at any time, at once.",
    )


@form("people.add_topic", title="Add a topic", submit="Add")
class AddTopic(Answers):
    """A new entry of the vocabulary (organisers)."""

    label: str = line("Topic", longest=80)
    group: str = choice("Group")
    words: str = line("Other words for it", optional=True, longest=150, help="Separated by commas")


@form("people.add_organisation", title="Add an organisation", submit="Add")
class AddOrganisation(Answers):
    """An organisation that is not in the shipped list, such as a care home or a charity (organisers)."""

    name: str = line("Name", longest=200)
    short_name: str = line("Short name", longest=60, help="As people say it")
    kind: str = line("Kind", optional=True, longest=60, help="Care home, hospice, charity, council, GP practice…")
    place: str = line("Place", optional=True, longest=60)
    ods_code: str = line("ODS code", optional=True, longest=9, help="Care homes and charities may have none")
    domain: str = line("E-mail domain", optional=True, longest=120, help="Only if it is theirs alone; not nhs.net")
