"""What the two get once both have said yes: a message each, and one to both where they can be brought together."""

from dataclasses import replace
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import (
    Bold,
    Button,
    Buttons,
    Calendar,
    Document,
    Facts,
    Link,
    Meeting,
    Mention,
    Message,
    Note,
    Part,
    Quote,
    Text,
)
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.calendar import LENGTH
from qibot.introductions.forms import OpenWrite
from qibot.introductions.models import ACCEPTED
from qibot.introductions.rounds.forms import RULE_LABELS
from qibot.introductions.rounds.matching import ANOTHER_ORGANISATION, ANYBODY
from qibot.introductions.rounds.telling import Told
from qibot.introductions.seen import Opening, Seen, Side
from qibot.introductions.words import compare, mail_to, question, topic, yours
from qibot.people.words import within
from qibot.typed import Typed

_MINE = Button("My introductions", Say("introductions"))


def introduced(side: Side, opening: Opening) -> Message:
    """For each of the two."""
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
    return (begin,) if side.other.account else (begin, _by_mail(side), *_first_time(side, opening))


def _by_mail(side: Side) -> Text:
    other = side.other
    if other.email:
        return Text(Link(f"Write an e-mail to {other.name}", mail_to(side)), ", or write here and I pass it on.")
    if other.contact:
        return Text("You can also write here, and I pass it on.")
    return Text(
        "They gave no contact, but you can write here and I pass it on. Give yours with ",
        *(Typed("join"), ", and they find it under ", Typed("introductions"), "."),
    )


def _first_time(side: Side, opening: Opening) -> tuple[Part, ...]:
    if opening.never:
        return (Text("Your working hours never overlap in the coming weeks, so I propose no time: write instead."),)
    if not opening.times:
        return ()
    about = f"{yours(side)} You have both said yes to an introduction."
    meetings = tuple(
        Meeting(
            f"{say_date(at.date(), at.date())} at {at:%H:%M}", opening.title, about, at, at + LENGTH, side.other.email
        )
        for at in opening.times
    )
    return (
        Text("Two times within the working hours of both:"),
        Calendar(meetings, Document("introduction.ics", opening.file)),
    )


def _write(side: Side) -> tuple[Button, ...]:
    return (Button(f"Write to {side.other.name}", OpenWrite(side.id), "primary"),) if side.can_write else ()


def gathered(asker: Side, champion: Side, opening: Opening) -> Message:
    """For both at once, in a conversation of the two and the bot: each side as its own person sees it, and what the
    asker's first conversation may start from.

    It has no buttons: what one of them presses is not for the eyes of the other.
    """
    first, second = champion.other, asker.other
    return Message(
        f"{first.name} and {second.name}, meet each other",
        Text("You have both said yes to an introduction. ", _mention(first), ", meet ", _mention(second), "."),
        _about(first),
        _about(second),
        Text(_mention(first), f" asked{f' about {topic(asker)}' if topic(asker) else ''}:"),
        Quote(asker.reason),
        Text(Bold("To begin with: "), compare(asker, opening, first.name, second.name)),
        Note(
            "I am here only to bring you together, and cannot read what you write here. In two weeks I ask each of "
            "you, apart, whether you met."
        ),
    )


def _about(one: Seen) -> Text:
    where = ", ".join(part for part in (one.role, one.organisation, one.place) if part)
    return Text(Bold(one.name), f"\n{where}\nContact: {one.contact or 'not given'}")


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
_OWEN = Seen("QI facilitator", "CCS", "Luton", "Owen Hughes", "", "T0BEDS", "U0OWEN")
_BOTH = Side(7, ACCEPTED, True, True, _TOMASZ, _WHY, _DAY, _UNTIL, "Sepsis")
_HIS = Side(7, ACCEPTED, False, True, _OWEN, _WHY, _DAY, _UNTIL, "Sepsis")
_OTHER = Side(7, ACCEPTED, False, True, _AMINA, _WHY, _DAY, _UNTIL, "Sepsis", met="yes")
_ACROSS = Side(12, ACCEPTED, True, True, _NADIA, _WHY, _DAY, _UNTIL, project="Sepsis trolley")
_TIMES = datetime(2019, 12, 2, 11, tzinfo=UTC), datetime(2019, 12, 3, 15, tzinfo=UTC)
_FILE = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"

_IN_FILE = Opening(times=_TIMES, title="Amina Okafor and Nadia Khan", file=_FILE)
_COFFEE = "Coffee across organisations"
_ONE = Side(21, ACCEPTED, True, True, _TOMASZ, "", _DAY, _UNTIL, "Sepsis", round=_COFFEE)
_TWO = Side(22, ACCEPTED, False, True, _NADIA, "", _DAY, _UNTIL, round=_COFFEE)
_PAIR = (_ONE, Opening("Sepsis six on the ward", "Sepsis trolley"))
_NEXT = date(2020, 1, 6)

EXAMPLES: dict[str, Message | Form] = {
    "introduced": introduced(_BOTH, Opening("Sepsis six on the ward", "Sepsis trolley")),
    "introduced_across": introduced(_ACROSS, Opening(times=_TIMES, title="Amina Okafor and Nadia Khan", file=_FILE)),
    "introduced_no_contact": introduced(_OTHER, Opening(never=True)),
    "gathered": gathered(_BOTH, _HIS, Opening("Discharge before noon", "Sepsis trolley")),
    "gathered_without_topic": gathered(replace(_BOTH, topic=""), replace(_HIS, topic=""), Opening()),
    "matched": matched(Told(_COFFEE, ANOTHER_ORGANISATION, _DAY, "Sepsis", (_PAIR,), next_on=_NEXT), _DAY),
    "matched_three": matched(Told(_COFFEE, ANYBODY, _DAY, "", (_PAIR, (_TWO, _IN_FILE))), _DAY),
    "matched_missing": matched(Told(_COFFEE, ANYBODY, _DAY, "", (_PAIR,), missing=True), _DAY),
}
