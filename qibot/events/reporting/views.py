"""What the bot says about the report of an event, and about what became of it."""

from collections.abc import Sequence
from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Document, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.events.models import Event
from qibot.events.reporting.forms import TellAnswers, WriteAnswers
from qibot.events.service import Counts

_OTHERS = {"md": "As text", "html": "As a web page", "docx": "As a Word file"}


def report(event: Event, text: str, counts: Counts, kind: str = "md", data: bytes = b"") -> Message:
    """The report as a file; `text` says the same where files cannot be handed over."""
    what = f"{counts.reflections} forms and {counts.pledges} pledges of {counts.people} people so far."
    others = [
        Button(label, Say(f"event report {event.code} {other}")) for other, label in _OTHERS.items() if other != kind
    ]
    return Message(
        f"The report of “{event.title}”",
        Text(what),
        Document(f"report-{event.code}.{kind}", text, data),
        Buttons(*others),
        Buttons(
            Button("Group the answers", Say(f"event themes {event.code}")),
            Button("You said, we did", Say(f"event answers {event.code}")),
            _show(event),
        ),
        Note("Everything is in people's own words. There are no names in it."),
    )


def answers_form(event: Event, words: str) -> Form:
    """What became of what was said, to be written or changed."""
    return Form(WriteAnswers, {"event": str(event.id), "words": words}, intro=event.title)


def looked_at(event: Event, lines: Sequence[tuple[str, str]], people: int) -> Message:
    """The lines as people will read them, before they are sent."""
    who = "1 person" if people == 1 else f"{people} people"
    sends = [Button(f"Send it to {who}", TellAnswers(event.id), "primary")] if people else []
    note = (
        "It goes once, to all who joined or said something with their name and agreed to announcements."
        if people
        else "Nobody joined or said something with their name yet, so there is nobody to send it to."
    )
    change = Button("Change it", Say(f"event answers {event.code}"))
    return Message(f"What became of “{event.title}”", *_lines(lines), Buttons(*sends, change), Note(note))


def sent(event: Event, people: int) -> Message:
    """After it was sent off."""
    who = "1 person" if people == 1 else f"{people} people"
    return Message(
        "It is on its way",
        Text(f"{who} will read what became of “{event.title}”, in their working hours and if they agreed to it."),
        Buttons(Button("Report", Say(f"event report {event.code}")), _show(event)),
        Note("It is in the report from now on, and cannot be changed or sent again."),
    )


def told(event: Event, lines: Sequence[tuple[str, str]], today: date) -> Message:
    """To everybody who was part of an event: what became of what was said."""
    return Message(
        f"You said, we did: “{event.title}”",
        Text(f"What became of what was said on {say_date(event.day, today)}, from those who organised it:"),
        *_lines(lines),
        Buttons(Button("My promises", Say("pledges")), _show(event)),
    )


def _lines(lines: Sequence[tuple[str, str]]) -> tuple[Part, ...]:
    return tuple(
        Text(Bold("You said: "), f"{said}\n", Bold("We did: "), done) if said else Text(Bold("We did: "), done)
        for said, done in lines
    )


def _show(event: Event) -> Button:
    return Button("See the event", Say(f"event show {event.code}"))


_DAY = date(2019, 11, 27)
_EVENT = Event(id=1, title="Improving together", day=_DAY, place="Milton Keynes", code="QI27", organiser_id=6)
_LINES = (("What happens next?? Emails??", "This message, and one <every> *quarter*"), ("", "A list of champions"))
_COUNTS = Counts(101, 9, 64, 40)

EXAMPLES: dict[str, Message | Form] = {
    "report": report(_EVENT, "# Improving together\n", _COUNTS),
    "report_word": report(_EVENT, "# Improving together\n", _COUNTS, "docx", b"PK"),
    "answers_form": answers_form(_EVENT, "What happens next? -> This message"),
    "answers_looked_at": looked_at(_EVENT, _LINES, 64),
    "answers_looked_at_one": looked_at(_EVENT, _LINES, 1),
    "answers_looked_at_nobody": looked_at(_EVENT, _LINES, 0),
    "answers_sent": sent(_EVENT, 64),
    "answers_sent_one": sent(_EVENT, 1),
    "answers_told": told(_EVENT, _LINES, _DAY),
}
