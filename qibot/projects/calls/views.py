"""What the bot says about calls for help."""

from datetime import UTC, datetime

from qibot.champions.forms import SayHello
from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.people.models import Organisation, Person, Topic
from qibot.projects.calls.forms import CallForHelp
from qibot.projects.models import UNDER_WAY, Project
from qibot.projects.service import Card


def call_form(project: Project) -> Form:
    """The form for a call."""
    intro = (
        f"{project.title} (#{project.id}). I ask up to five champions of its topics, near its place first, each once. "
        "Whoever can help says hello, and you are introduced when both of you say yes."
    )
    return Form(CallForHelp, {"project": str(project.id)}, intro=intro)


def called(project: Project, count: int) -> Message:
    """After calling."""
    who = "a champion" if count == 1 else f"{count} champions"
    return Message(
        f"I ask {who} for “{project.title}”",
        Text("Each gets your words once, in their working hours. Whoever can help says hello to you."),
        Buttons(
            Button("Show the project", Say(f"project show #{project.id}")),
            Button("My introductions", Say("introductions")),
        ),
        Note("It counts as one of the times in a month that each of them offered to be asked."),
    )


def asked(card: Card, words: str) -> Message:
    """For a champion."""
    p = card.project
    aim = (Text(Bold("Its aim")), Quote(p.aim)) if p.aim else ()
    hello = (Button("Say hello", SayHello(p.id), "primary"),) if card.reachable else ()
    topics = ", ".join(t.label for t in card.topics)
    return Message(
        f"“{p.title}” asks for help",
        Quote(words),
        *aim,
        Facts((("Topics", topics), ("Organisation", p.organisation.name), ("Place", p.place))),
        Buttons(*hello, Button("Show the project", Say(f"project show #{p.id}"))),
        Note("You get this once, as a champion of its topics. If it is not for you, there is nothing to do."),
    )


def on_page(project: Project, words: str) -> tuple[Part, ...]:
    """On a project's page, while the call stands."""
    if not words or not project.live:
        return ()
    return Text(Bold("Asks for help")), Quote(words)


# ---- Examples

_AT = datetime(2019, 11, 27, 10, tzinfo=UTC)
_MKUH = Organisation(id=1, name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH")
_AMINA = Person(id=1, name="Amina Okafor", organisation_id=1, organisation=_MKUH, is_organiser=False)
_PROJECT = Project(
    id=12, title="Fewer falls at night", aim="Fewer falls at night by March.", place="Milton Keynes", lead_id=1,
    lead=_AMINA, organisation=_MKUH, stage=UNDER_WAY, created_at=_AT, updated_at=_AT,
)  # fmt: skip
_CARD = Card(_PROJECT, (Topic(id=1, slug="falls", label="Falls prevention", group=""),), True, True)
_WORDS = "Somebody who has put call bells on a rota <!channel> **x**:\nhalf an hour on the phone."

EXAMPLES: dict[str, Message | Form] = {
    "call_form": call_form(_PROJECT),
    "called": called(_PROJECT, 3),
    "called_one": called(_PROJECT, 1),
    "call_asked": asked(_CARD, _WORDS),
    "call_on_page": Message("Fewer falls", *on_page(_PROJECT, _WORDS), Buttons(Button("Projects", Say("projects")))),
}
