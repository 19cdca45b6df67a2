"""The card that people get once they are introduced: who, why, what to begin with, and how they go on."""

from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Document, Facts, Link, Mention, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.forms import OpenWrite
from qibot.introductions.models import ACCEPTED
from qibot.introductions.rounds.forms import RULE_LABELS
from qibot.introductions.rounds.matching import ANOTHER_ORGANISATION, ANYBODY
from qibot.introductions.rounds.telling import Told
from qibot.introductions.seen import Opening, Seen, Side
from qibot.introductions.words import mail_to, question, topic
from qibot.people.words import within
from qibot.typed import Typed

_MINE = Button("My introductions", Say("introductions"))


def introduced(side: Side, opening: Opening) -> Message:
    """For each of the two, once both have said yes."""
    return Message(
        f"You are introduced to {side.other.name}",
        Text("You have both said yes. Meet ", _mention(side.other), "."),
        _facts(side),
        Quote(side.reason),
        *_to_begin_with(side, opening),
        Buttons(*_write(side), _MINE),
        Note("I will ask you both in two weeks whether you met."),
    )


def matched(told: Told, today: date) -> Message:
    """For each of two or three whom a round matched."""
    names = " and ".join(side.other.name for side, _ in told.others)
    parts: list[Part] = []
    for side, opening in told.others:
        parts += (Text("Meet ", _mention(side.other), "."), _facts(side), *_to_begin_with(side, opening))
        parts.append(Buttons(*_write(side)))
    rule = f"The rule of this round: {within(RULE_LABELS[told.rule])}."
    coming = f" The next round is on {say_date(told.next_on, today)}." if told.next_on else ""
    return Message(
        f"Your match in “{told.programme}”: {names}",
        *_how_many(told),
        *parts,
        Buttons(_MINE, Button("My rounds", Say("round"))),
        Note(f"{rule}{coming} In two weeks I will ask whether you met."),
    )


def _how_many(told: Told) -> tuple[Part, ...]:
    if told.missing:
        return (Text("You would have been three, but the third could not be told, so it is the two of you."),)
    if len(told.others) > 1:
        return (Text("You are three this time: the number was odd, or one of you likes it so."),)
    return ()


def _facts(side: Side) -> Facts:
    other = side.other
    facts = (
        ("Role", other.role),
        ("Organisation", other.organisation),
        ("Place", other.place),
        ("In common" if side.round else "About", topic(side)),
    )
    return Facts((*facts, ("Contact", other.contact or "not given")))


def _to_begin_with(side: Side, opening: Opening) -> tuple[Part, ...]:
    begin = Text(Bold("To begin with: "), question(side, opening))
    return (begin,) if side.other.account else (begin, _by_mail(side), *_first_time(opening))


def _by_mail(side: Side) -> Text:
    other = side.other
    if other.email:
        return Text(Link(f"Write an e-mail to {other.name}", mail_to(side)), ", or write here and I pass it on.")
    if other.contact:
        return Text("You can also write here, and I pass it on.")
    return Text(
        "They gave no contact, but you can write here and I pass it on. Give yours with ",
        Typed("join"),
        ", and they find it under ",
        Typed("introductions"),
        ".",
    )


def _first_time(opening: Opening) -> tuple[Part, ...]:
    if opening.never:
        return (Text("Your working hours never overlap in the coming weeks, so I propose no time: write instead."),)
    if not opening.times:
        return ()
    one, two = (f"{say_date(at.date(), at.date())} at {at:%H:%M}" for at in opening.times)
    return (
        Text("Two times within the working hours of both: ", Bold(one), " or ", Bold(two), ". They are in the file."),
        Document("introduction.ics", opening.file),
    )


def _write(side: Side) -> tuple[Button, ...]:
    if not side.can_write:
        return ()
    return (Button(f"Write to {side.other.name}", OpenWrite(side.id), "primary"),)


def _mention(other: Seen) -> Mention:
    return Mention(other.name, other.workspace, other.account, other.address)


# ---- Examples

_DAY, _UNTIL = date(2019, 11, 27), date(2019, 12, 11)
_WHY = "We start a sepsis trolley in March and would like to hear what you would do differently."
_TOMASZ = Seen(
    "Consultant nurse", "Beds Hospitals", "Bedford", "Tomasz Nowak", "tomasz.nowak@rc9.example", "T0BEDS", "U0TOMASZ"
)
_NADIA = Seen("Paramedic", "EEAST", "Luton", "Nadia Khan", "nadia.khan@ryc.example", address="nadia.khan@ryc.example")
_AMINA = Seen("Ward sister", "MKUH", "Milton Keynes", "Amina Okafor")
_BOTH = Side(7, ACCEPTED, True, True, _TOMASZ, _WHY, _DAY, _UNTIL, "Sepsis")
_OTHER = Side(7, ACCEPTED, False, True, _AMINA, _WHY, _DAY, _UNTIL, "Sepsis", met="yes")
_ACROSS = Side(12, ACCEPTED, True, True, _NADIA, _WHY, _DAY, _UNTIL, project="Sepsis trolley")
_TIMES = datetime(2019, 12, 2, 11, tzinfo=UTC), datetime(2019, 12, 3, 15, tzinfo=UTC)
_IN_FILE = Opening(times=_TIMES, file="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
_COFFEE = "Coffee across organisations"
_ONE = Side(21, ACCEPTED, True, True, _TOMASZ, "", _DAY, _UNTIL, "Sepsis", round=_COFFEE)
_TWO = Side(22, ACCEPTED, False, True, _NADIA, "", _DAY, _UNTIL, round=_COFFEE)
_PAIR = (_ONE, Opening("Sepsis six on the ward", "Sepsis trolley"))
_NEXT = date(2020, 1, 6)

EXAMPLES: dict[str, Message | Form] = {
    "introduced": introduced(_BOTH, Opening("Sepsis six on the ward", "Sepsis trolley")),
    "introduced_across": introduced(_ACROSS, _IN_FILE),
    "introduced_no_contact": introduced(_OTHER, Opening(never=True)),
    "matched": matched(Told(_COFFEE, ANOTHER_ORGANISATION, _DAY, "Sepsis", (_PAIR,), next_on=_NEXT), _DAY),
    "matched_three": matched(Told(_COFFEE, ANYBODY, _DAY, "", (_PAIR, (_TWO, _IN_FILE))), _DAY),
    "matched_missing": matched(Told(_COFFEE, ANYBODY, _DAY, "", (_PAIR,), missing=True), _DAY),
}
