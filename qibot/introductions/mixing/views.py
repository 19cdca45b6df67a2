"""What the bot says about mixed pairs at an event."""

from collections.abc import Sequence
from datetime import date

from qibot.champions.roles import Face
from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.events.models import Event
from qibot.introductions.mixing.forms import IncludeMe, LeaveMeOut, SendPairs
from qibot.introductions.mixing.pairing import Seating
from qibot.introductions.mixing.service import Plan
from qibot.typed import Typed

RULE = (
    "The rule: everybody sits with somebody of a different organisation where possible, "
    "and with nobody they sat with earlier today as long as that is possible."
)


def preview(event: Event, plan: Plan) -> Message:
    """Pairs as they would be, for an organiser to agree to."""
    title = f"Pairs for “{event.title}”" if plan.number == 1 else f"New pairs for “{event.title}”"
    return Message(
        title,
        *_figures(plan),
        Buttons(
            Button("Yes, send", SendPairs(event.id, plan.number, plan.seed), "primary"),
            Button("See your own", Say(f"pairs mine {event.code}")),
        ),
        Note("Nobody has been told yet. Whoever joins before you send is in as well."),
    )


def sent(event: Event, plan: Plan) -> Message:
    """After sending."""
    return Message(
        f"Everybody hears now whom they sit with at “{event.title}”",
        *_figures(plan),
        Buttons(Button("Make new pairs", Say(f"pairs {event.code}"))),
        Note("Whoever comes later types ", Typed("pairs"), " and hears that the next pairs include them."),
    )


def sent_before(event: Event) -> Message:
    """The button was pressed before, by them or by another organiser."""
    return Message(
        "Those pairs were sent already",
        Text(f"Everybody in them has been told once. You can make new ones at “{event.title}”."),
        Buttons(Button("Make new pairs", Say(f"pairs {event.code}"))),
    )


def sits_with(event: Event, people: Sequence[Face]) -> Message:
    """Whom somebody sits with."""
    names = " and ".join(one.name for one in people)
    return Message(
        f"You sit with {names}",
        *(Text(Bold(one.name), f"\n{', '.join(p for p in (one.role, one.organisation) if p)}") for one in people),
        Text(RULE),
        Buttons(Button("Leave me out of the next ones", LeaveMeOut(event.id))),
        Note(f"You get this because you are at “{event.title}”. They see your name, role and organisation too."),
    )


def waits(event: Event, *, made: bool) -> Message:
    """In, and not seated yet. `made`: pairs were made before."""
    what = "These pairs were made before you came" if made else "No pairs have been made yet"
    return Message(
        "You are in the next pairs",
        Text(f"{what}; when the organisers make the next ones at “{event.title}”, I tell you whom you sit with."),
        Buttons(Button("Leave me out", LeaveMeOut(event.id))),
        Note("They then see your name, role and organisation."),
    )


def out(event: Event) -> Message:
    """In no pairs: they said so, or have not agreed to be seen by name and introduced."""
    return Message(
        "You are not in the pairs",
        Text(f"At “{event.title}” I tell people in pairs whom they sit with. Shall I include you?"),
        Buttons(Button("Include me today", IncludeMe(event.id), "primary")),
        Note("Whoever sits with you sees your name, role and organisation. This is for this event only."),
    )


def left_out(event: Event) -> Message:
    """After leaving."""
    return Message(
        "You are left out of the pairs",
        Text(f"I put you into no pairs at “{event.title}”, and nobody is told about you."),
        Buttons(Button("Include me again", IncludeMe(event.id))),
    )


def included(event: Event, *, told: bool) -> Message:
    """After saying yes; `told`: they hear by a message, as they agreed to introductions."""
    how = (
        Text("I write to you when the next ones are made.")
        if told
        else Text("You have not agreed to messages about introductions, so look with ", Typed("pairs"), ".")
    )
    return Message(
        f"You are in the pairs at “{event.title}”",
        how,
        Buttons(Button("Leave me out", LeaveMeOut(event.id))),
        Note("Whoever sits with you sees your name, role and organisation."),
    )


def _figures(plan: Plan) -> tuple[Part, ...]:
    pairs, trios = _count(plan.pairs, "pair"), _count(plan.trios, "group") + " of three"
    groups = " and ".join(words for n, words in ((plan.pairs, pairs), (plan.trios, trios)) if n) or "no pairs"
    parts: list[Part] = [Text(f"{plan.people} people: {groups}."), Text(RULE), *_alike(plan)]
    if plan.seating.again:
        again = "One pair of people sits" if plan.seating.again == 1 else f"{plan.seating.again} pairs of people sit"
        parts.append(Text(f"{again} together again, because there was no other way left."))
    if plan.seating.alone:
        parts.append(Text("For some I found nobody this time. Please seat them with whoever is near."))
    if plan.asked:
        parts.append(
            Note("Some who joined are in no pairs until they say so: ask everybody to type ", Typed("pairs"), ".")
        )
    return tuple(parts)


def _alike(plan: Plan) -> tuple[Part, ...]:
    n = plan.seating.alike
    if not n:
        return ()
    what = "One of them is" if n == 1 else f"{n} of them are"
    why = "more than half of you are of it" if plan.majority else "there was no other way left"
    return (Text(f"{what} of one organisation, because {why}."),)


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


_EVENT = Event(id=1, title="Improving together", day=date(2019, 11, 27), place="Luton", code="QI27", organiser_id=6)
_RUTH = Face("Ruth *Bell*", "Matron", "MKUH", "Milton Keynes")
_TOMASZ = Face("Tomasz Nowak", "Service-user partner", "", "Bedford")
_PLAN = Plan(1, 7, 7, Seating(((1, 2), (3, 4), (5, 6, 7)), (), 0, 0), majority=False, asked=True)
_MOSTLY = Plan(2, 7, 8, Seating(((1, 2), (3, 4), (5, 6)), (7, 8), 2, 3), majority=True, asked=False)
_SMALL = Plan(2, 7, 2, Seating(((1, 2),), (), 1, 1), majority=False, asked=False)

EXAMPLES: dict[str, Message | Form] = {
    "mixing.preview": preview(_EVENT, _PLAN),
    "mixing.preview_again": preview(_EVENT, _MOSTLY),
    "mixing.preview_small": preview(_EVENT, _SMALL),
    "mixing.sent": sent(_EVENT, _PLAN),
    "mixing.sent_before": sent_before(_EVENT),
    "mixing.sits_with": sits_with(_EVENT, [_RUTH]),
    "mixing.sits_with_two": sits_with(_EVENT, [_RUTH, _TOMASZ]),
    "mixing.waits": waits(_EVENT, made=False),
    "mixing.waits_late": waits(_EVENT, made=True),
    "mixing.out": out(_EVENT),
    "mixing.left_out": left_out(_EVENT),
    "mixing.included": included(_EVENT, told=True),
    "mixing.included_without_messages": included(_EVENT, told=False),
}
