"""What the bot says about a list of delegates."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.events.delegates.forms import Confirm, PasteDelegates
from qibot.events.delegates.service import Looked
from qibot.events.models import Event

_MOST = 60
"""Lines shown: about as many as fit into one paste."""


def paste_form(event: Event) -> Form:
    """The list, to be pasted."""
    return Form(
        PasteDelegates,
        {"event": str(event.id)},
        intro=f"{event.title}. I ask those who are in the network, and count the others. I keep nothing of the list.",
    )


def looked(event: Event, found: Looked) -> Message:
    """What became of the list."""
    facts = (("Asked now, once each", found.asked), ("Had joined", found.joined), ("Not found", len(found.unknown)))
    parts: list[Part] = [Facts(tuple((label, str(count)) for label, count in facts))]
    parts += _lines("Not found in the network by this address:", found.unknown)
    parts += _lines("Without an e-mail address, so not looked for:", found.unread)
    again = Button("Another list", Say(f"event delegates {event.code}"))
    return Message(
        f"The list for “{event.title}”",
        *parts,
        Buttons(Button("See the event", Say(f"event show {event.code}")), again),
        Note(
            "Who is asked answers for themselves before I count them or send anything else. I kept nothing of the list."
        ),
    )


def _lines(heading: str, lines: Sequence[str]) -> tuple[Part, ...]:
    if not lines:
        return ()
    more = f"\nand {len(lines) - _MOST} more" if len(lines) > _MOST else ""
    return (Text(heading, "".join(f"\n{line}" for line in lines[:_MOST]), more),)


def ask(event: Event, today: date) -> Message:
    """Asks somebody on the list."""
    over = event.day < today
    title = f"Were you at “{event.title}”?" if over else f"Are you coming to “{event.title}”?"
    yes, no = ("Yes, I was there", "No, I was not") if over else ("Yes, I am coming", "No, I am not")
    where = "".join(f", {words}" for words in (event.where,) if words)
    return Message(
        title,
        Text(f"{say_date(event.day, today)}{where}. Its organisers have you on their list."),
        Buttons(Button(yes, Confirm(event.id, True), "primary"), Button(no, Confirm(event.id, False))),
        Note("With yes you join it, and can say what you take from it. Without an answer, nothing happens."),
    )


def declined(event: Event) -> Message:
    """After a no."""
    return Message(
        "Thank you for telling me",
        Text(f"I ask you nothing more about “{event.title}”, and keep no note of your answer."),
        Buttons(Button("I am there after all", Confirm(event.id, True)), Button("Your events", Say("event"))),
    )


_DAY, _AFTER = date(2019, 11, 27), datetime(2019, 12, 2, tzinfo=UTC).date()
_EVENT = Event(
    id=1, title="Improving together", day=_DAY, place="Luton", other_places="Bedford", code="QI27", organiser_id=6
)
_UNKNOWN = ("Mo <b>Jones</b>, mo.jones@care.example, Care home", "kim@charity.example")

EXAMPLES: dict[str, Message | Form] = {
    "delegates_form": paste_form(_EVENT),
    "delegates_looked": looked(_EVENT, Looked(12, 3, _UNKNOWN, ("Somebody Else",))),
    "delegates_all_known": looked(_EVENT, Looked(1, 0, (), ())),
    "delegates_many_unknown": looked(_EVENT, Looked(0, 0, [f"p{n}@care.example" for n in range(70)], ())),
    "confirm_coming": ask(_EVENT, _DAY),
    "confirm_was_there": ask(_EVENT, _AFTER),
    "confirm_declined": declined(_EVENT),
}
