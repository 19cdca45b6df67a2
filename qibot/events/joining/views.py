"""What the bot says about how people come to an event."""

from collections.abc import Sequence
from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Document, Link, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.documents.posters import MOST, Way
from qibot.events.joining.forms import JoinEvent
from qibot.events.models import Event
from qibot.typed import Typed


def words(event: Event) -> str:
    """What is typed to join, in our own chat on any platform."""
    return f"event join {event.code}"


def below(event: Event) -> str:
    """What stands on the picture below the code."""
    return f"Scan, or write to qibot: {words(event)}"


def picture(event: Event, ways: Sequence[Way], png: bytes) -> Message:
    """The links by which people join, and the picture of them; the code alone where no address is known."""
    code = Text("Without any of it, people type ", Typed(words(event)), ". The code works wherever I am.")
    if not ways:
        sorry = Text("I do not know an address that leads to me yet, so there is no picture.")
        return Message(f"How people join “{event.title}”", sorry, code, Buttons(_show(event)))
    parts: list[Part] = [Text("Show the picture or print it. Each code leads to me in the chat that it names.")]
    parts += [Text(Bold(way.label), "\n", Link(way.address, way.address)) for way in ways[:MOST]]
    if more := len(ways) - MOST:
        parts += [Note(f"I am in {more} more, which the picture leaves out.")] if more > 0 else []
    return Message(
        f"How people join “{event.title}”",
        *parts,
        code,
        Document(f"join-{event.code}.png", _in_words(event, ways[:MOST]), png),
        Buttons(_show(event)),
        Note("Where a link brings only to me, people press “Join an event” in what ", Typed("home"), " shows."),
    )


def also_a_code(event: Event) -> tuple[Part, ...]:
    """Below what was found for a word that is the code of an event too."""
    join = Button("Join the event", Say(words(event)), "primary")
    return Text(Bold(event.code), f" is also the join code of “{event.title}”."), Buttons(join)


def home() -> tuple[Part, ...]:
    """On the Home tab of everybody, for whoever came by a link or has a code."""
    return Text("Were you given the code of an event?"), Buttons(Button("Join an event", Say("event join")))


def _in_words(event: Event, ways: Sequence[Way]) -> str:
    links = "".join(f"\n{way.label}: {way.address}" for way in ways)
    return f"{event.title}\nJoin code: {event.code}\n{below(event)}{links}\n"


def _show(event: Event) -> Button:
    return Button("See the event", Say(f"event show {event.code}"))


_EVENT = Event(id=1, title="Improving together", day=date(2019, 11, 27), place="Luton", code="QI27", organiser_id=6)
_WAYS = (
    Way("Chat: BLMK Improvement", "https://chat.example/open?app=A0123456789&team=T0BEDS"),
    Way("Meetings", "https://meetings.example/l/chat?users=28:3f2504e0&message=event%20join%20QI27"),
)
_PNG = b"\x89PNG\r\n\x1a\n"

EXAMPLES: dict[str, Message | Form] = {
    "picture": picture(_EVENT, _WAYS, _PNG),
    "picture_of_many": picture(_EVENT, _WAYS * 3, _PNG),
    "picture_unknown": picture(_EVENT, (), b""),
    "also_a_code": Message("Nobody yet", *also_a_code(_EVENT)),
    "home_join": Message("qibot", *home()),
    "join_form": Form(JoinEvent, {}),
}
