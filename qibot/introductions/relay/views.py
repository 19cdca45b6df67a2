"""What the bot says about messages between two who were introduced. Only `relayed` ever holds their words."""

from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Button, Buttons, Facts, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.introductions.forms import OpenReport, OpenWrite, StopWriting, Write
from qibot.introductions.models import ACCEPTED
from qibot.introductions.seen import Seen, Side
from qibot.introductions.words import about, who

_MINE = Button("My introductions", Say("introductions"))


def write(side: Side) -> Form:
    """The form for a message."""
    intro = (
        f"To {who(side.other)}. They get your name and these words in their chat, within their working hours. "
        "I delete the words once they are delivered."
    )
    return Form(Write, {"introduction": str(side.id)}, intro=intro)


def written(side: Side) -> Message:
    """After sending it."""
    return Message(
        f"I pass it on to {side.other.name}",
        Text("They get it within their working hours, and can write back the same way."),
        Buttons(_MINE),
        Note("I delete your words once they are delivered, and tell you if they could not be."),
        # The message that it answers holds the only copy of the other's words.
        beside=True,
    )


def relayed(side: Side, words: str) -> Message:
    """A message from the other."""
    stop = StopWriting(side.id)
    return Message(
        f"{side.other.name} writes",
        Quote(words),
        Buttons(
            Button("Write back", OpenWrite(side.id), "primary"),
            Button("Stop these messages", stop, confirm="After that neither of you can write to the other through me."),
            Button("Report misuse", OpenReport(side.id)),
        ),
        Note(f"You are introduced{about(side)}. I carry these messages and keep no copy."),
    )


def stopped(side: Side) -> Message:
    """For whoever stopped them."""
    return Message(
        "The messages have ended",
        Text(
            f"I carry nothing more between you and {who(side.other)}, and have deleted what was on its way. "
            "They hear kindly that the messages have ended."
        ),
        Buttons(_MINE),
        beside=True,
    )


def ended(side: Side) -> Message:
    """For the other of the two."""
    return Message(
        "The messages have ended",
        Text(
            f"I carry nothing more between you and {who(side.other)}, and have deleted what was on its way. "
            "That is no word on you: people have full weeks."
        ),
        *_contact(side.other),
        Buttons(_MINE),
    )


def not_delivered(side: Side) -> Message:
    """For the sender: what they wrote last did not arrive, or nobody can say whether it did."""
    return Message(
        "Your message was not delivered",
        Text(
            f"I could not reach {who(side.other)} with what you wrote last, or could not make sure that it arrived. "
            "I have deleted the words and do not try again by myself."
        ),
        *_contact(side.other),
        Buttons(*_again(side), _MINE),
    )


def _again(side: Side) -> tuple[Button, ...]:
    return (Button("Write again", OpenWrite(side.id)),) if side.can_write else ()


def _contact(other: Seen) -> tuple[Part, ...]:
    return (Facts((("Contact", other.contact),)),) if other.contact else ()


# ---- Examples

_DAY, _UNTIL = date(2019, 11, 27), date(2019, 12, 11)
_WHY = "We start a sepsis trolley in March and would like to hear what you would do differently."
_TOMASZ = Seen("Consultant nurse", "Beds Hospitals", "Bedford", "Tomasz Nowak", "tomasz.nowak@rc9.example")
_BOTH = Side(7, ACCEPTED, True, True, _TOMASZ, _WHY, _DAY, _UNTIL, "Sepsis")
_LEFT = Side(7, ACCEPTED, True, False, Seen("Consultant nurse", "Beds Hospitals", "Bedford"), _WHY, _DAY, _UNTIL)
_WORDS = "Thank you for your yes.\nWould Tuesday after the huddle suit you?"

EXAMPLES: dict[str, Message | Form] = {
    "write_form": write(_BOTH),
    "written": written(_BOTH),
    "relayed": relayed(_BOTH, _WORDS),
    "writing_stopped": stopped(_BOTH),
    "writing_ended": ended(_BOTH),
    "writing_ended_left": ended(_LEFT),
    "not_delivered": not_delivered(_BOTH),
    "not_delivered_left": not_delivered(_LEFT),
}
