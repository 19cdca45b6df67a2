"""What the bot says about introductions. Views get sides of an introduction and so cannot say what may not pass."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import (
    Bold,
    Button,
    Buttons,
    Facts,
    Mention,
    Message,
    Note,
    Part,
    Quote,
    Run,
    Text,
)
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.forms import Accept, Came, Decline, Later, Met, OpenWrite, Reason, StopWriting, Withdraw
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, EXPIRED, WITHDRAWN
from qibot.introductions.seen import CLOSED, Seen, Side
from qibot.introductions.service import Whom, Wish
from qibot.introductions.words import about, purpose, who

_MINE = Button("My introductions", Say("introductions"))
_COUNTS = Note("It counts for the network as a whole, never for a person.")
_MET = (("Yes, we met", "yes"), ("It is planned", "planned"), ("Not yet", "not yet"), ("No, thanks", "no"))
_OUTCOMES = (
    ("An idea", "idea"),
    ("A project", "project"),
    ("We changed something", "changed practice"),
    ("Nothing yet", "nothing yet"),
)


# ---- Asking


def ask(wish: Wish, whom: Whom) -> Form:
    """The form for the reason."""
    matter = f" about the project “{whom.project}”" if whom.project else f" about {whom.topic}" if whom.topic else ""
    return Form(
        Reason,
        {"champion": str(wish.champion_id), "topic": str(wish.topic_id), "project": str(wish.project_id)},
        intro=f"I will ask {who(whom.other)}{matter}. They see your role, organisation, place and your words; "
        "they learn your name and contact only if they say yes, and you theirs.",
    )


def asked(side: Side, today: date) -> Message:
    """After asking."""
    return Message(
        "I have passed it on",
        Text(
            f"I am asking {who(side.other)}{about(side)}. You hear from me by {say_date(side.until, today)}, "
            "whatever the answer."
        ),
        Buttons(_MINE),
        Note("Your name and contact pass only if they say yes. You can withdraw it until then."),
    )


def withdrawn(side: Side) -> Message:
    """Taken back by the asker."""
    text = f"I no longer ask {who(side.other)}{about(side)}."
    return Message("Withdrawn", Text(text), Buttons(*_others(side), _MINE))


def closed(side: Side) -> Message:
    """Not this time, in the same words whatever the cause, and never the asker's doing."""
    return Message(
        "Not available this time",
        Text(
            f"{who(side.other, start=True)} is not available this time{purpose(side)}. "
            "That is no word on your question: people have full weeks."
        ),
        Buttons(*_others(side), _MINE),
    )


def _others(side: Side) -> tuple[Button, ...]:
    if not side.topic:
        return (Button("Find somebody else", Say("topics"), "primary"),)
    return (
        Button("Find others", Say(f"find {side.topic}"), "primary"),
        Button(f"Projects about {side.topic}", Say(f"who {side.topic}")),
    )


# ---- Being asked


def card(side: Side, today: date, *, again: bool = False) -> Message:
    """For the person asked: who asks, as far as may be known, and why; `again`: not for the first time."""
    wishes = Text(Bold(who(side.other, start=True)), f" would like to talk with you{about(side)}. In their words:")
    return Message(
        "A question that waits for you" if again else "Somebody would like to be introduced to you",
        wishes,
        Quote(side.reason),
        Text(
            "If you accept, each of you gets the other’s name and the contact they gave. Until then I pass nothing on."
        ),
        Buttons(*_answers(side)),
        Note(
            f"Either answer is fine. “Not this time” stays with you: they only hear that it is not possible. "
            f"Without an answer I close it on {say_date(side.until, today)}."
        ),
    )


def _answers(side: Side) -> tuple[Button, ...]:
    both = Button("Accept", Accept(side.id), "primary"), Button("Not this time", Decline(side.id))
    return (*both, Button("Later", Later(side.id))) if side.may_wait else both


def declined() -> Message:
    """After "not this time"."""
    return Message(
        "Thank you for answering",
        Text("They will hear that it is not possible this time, and not that you said so."),
        Buttons(_MINE, Button("My offer as a champion", Say("champion"))),
    )


def later(day: date, today: date) -> Message:
    """After "later"."""
    text = Text("They are not told. You can also answer before, in your introductions.")
    return Message(f"I will ask you again on {say_date(day, today)}", text, Buttons(_MINE))


# ---- Introduced


def _write(side: Side) -> tuple[Button, ...]:
    if not side.can_write:
        return ()
    return (Button(f"Write to {side.other.name}", OpenWrite(side.id), "primary"),)


def not_reached(side: Side) -> Message:
    """For the one who said yes, when the other could not be told."""
    return Message(
        "Your yes could not be passed on",
        Text(
            f"{who(side.other, start=True)} asked for you{about(side)}, and I have no way to reach them just now: "
            "they may have left, or no longer read this chat. You have done your part."
        ),
        *_contact(side.other),
        Buttons(*_others(side), _MINE),
    )


def did_you_meet(side: Side, today: date) -> Message:
    """Two weeks after."""
    return Message(
        "Did you meet?",
        Text(f"On {say_date(side.asked_on, today)} ", *_history(side), ", and you both said yes."),
        *_contact(side.other),
        Buttons(*(Button(label, Met(side.id, answer)) for label, answer in _MET)),
        _COUNTS,
    )


def met(side: Side, answer: str) -> Message:
    """After an answer to that."""
    have_met = Button("We have met", Met(side.id, "yes"))
    if answer == "yes":
        text = Text("Good to hear. In a few weeks I will ask what came of it.")
        return Message("You met", text, Buttons(Button("Find somebody else", Say("topics")), _MINE))
    if answer == "no":
        return Message("That is fine", Text("I will not ask you about this one again."), Buttons(_MINE))
    title = "Good, it is planned" if answer == "planned" else "There is still time"
    nudge = Text("A short message is often enough, and a quarter of an hour is a meeting.")
    return Message(title, nudge, *_contact(side.other), Buttons(have_met, _MINE))


def what_came(side: Side, today: date) -> Message:
    """Three months after, of those who met."""
    return Message(
        "What came of it?",
        Text(f"On {say_date(side.asked_on, today)} ", *_history(side), ", and you met. Did anything come of it?"),
        _outcomes(side),
        _COUNTS,
    )


def _outcomes(side: Side) -> Buttons:
    return Buttons(*(Button(label, Came(side.id, outcome)) for label, outcome in _OUTCOMES))


def came(side: Side, outcome: str) -> Message:
    """After an answer to that."""
    if outcome == "nothing yet":
        text = Text("Thank you. A good conversation is worth having for its own sake.")
        return Message("Noted", text, Buttons(*_others(side), _MINE))
    words = "Others can learn from it, also while it is small: register it, and people who look for it find you both."
    register = Button("Register a project", Say("project register"), "primary")
    return Message("Thank you for telling me", Text(words), Buttons(register, *_others(side)[1:], _MINE))


# ---- All of mine


def mine(sides: Sequence[Side], today: date, *, page: int, more: bool) -> Message:
    """Somebody's own, both ways."""
    if not sides:
        return Message(
            "You have no introductions yet" if page == 1 else "There are no more introductions",
            Text("Find somebody who works on the same thing, in any organisation, and I ask them for you."),
            Buttons(Button("Find somebody", Say("topics"), "primary"), Button("Be a champion", Say("champion join"))),
        )
    parts = [part for side in sides for part in _entry(side, today)]
    further = (Button("More introductions", Say(f"introductions page:{page + 1}")),) if more else ()
    return Message("My introductions", *parts, Buttons(*further, Button("Find somebody", Say("topics"))))


def home(sides: Sequence[Side], today: date, *, more: bool) -> tuple[Part, ...]:
    """The part of the Home tab."""
    if not sides:
        return ()
    parts = [part for side in sides for part in _entry(side, today)]
    every = (Buttons(Button("All my introductions", Say("introductions"))),) if more else ()
    return Text(Bold("My introductions")), *parts, *every


def _entry(side: Side, today: date) -> tuple[Part, ...]:
    when = f" on {say_date(side.asked_on, today)}.\n"
    text = Text(*_history(side, start=True), when, _state(side, today))
    buttons = _steps(side)
    return (text, Buttons(*buttons)) if buttons else (text,)


def _state(side: Side, today: date) -> str:
    until = say_date(side.until, today)
    if side.state == ACCEPTED and not side.agreed:
        return "You were introduced; one of you no longer takes part in introductions."
    if side.state == ACCEPTED:
        ended = " The messages between you have ended." if side.stopped else ""
        return f"You are introduced. Contact: {side.other.contact or 'not given'}.{ended}"
    if side.state == ASKED:
        return f"No answer yet; I tell you by {until}." if side.asked_by_me else f"Your answer is open until {until}."
    return _OVER[side.state, side.asked_by_me]


_OVER = {
    (CLOSED, True): "Not available this time.",
    (WITHDRAWN, True): "You withdrew it.",
    (WITHDRAWN, False): "They withdrew it.",
    (DECLINED, False): "You said: not this time.",
    (EXPIRED, False): "It was closed as the time was over.",
}


def _steps(side: Side) -> tuple[Button, ...]:
    if side.state == ASKED:
        return (Button("Withdraw", Withdraw(side.id)),) if side.asked_by_me else _answers(side)
    if not side.agreed:
        return ()
    stop = (Button("Stop messages", StopWriting(side.id), confirm=_FOR_GOOD),) if side.can_write else ()
    return *_write(side), *_became(side), *stop


_FOR_GOOD = "After that neither of you can write to the other through me."


def _became(side: Side) -> tuple[Button, ...]:
    if side.outcome not in ("", "nothing yet"):
        return ()
    return (Button("We have met", Met(side.id, "yes")),) if side.met != "yes" else _outcomes(side).buttons


# ---- Words for people


def _history(side: Side, *, start: bool = False) -> tuple[str | Run, ...]:
    """Who asked whom about what; at the `start` of a sentence or within one."""
    if side.asked_by_me:
        return ("You asked " if start else "you asked for ", *_named(side.other), about(side))
    named = _named(side.other, start=start)
    return (*named, f" asked you{about(side)}" if start else f" asked for you{about(side)}")


def _named(other: Seen, *, start: bool = False) -> tuple[str | Run, ...]:
    if other.name:
        return (_mention(other), f" ({other.organisation})")
    return (who(other, start=start),)


def _mention(other: Seen) -> Mention:
    return Mention(other.name, other.workspace, other.account, other.address)


def _contact(other: Seen) -> tuple[Part, ...]:
    return (Facts((("Contact", other.contact),)),) if other.contact else ()


# ---- Examples

_DAY, _UNTIL = date(2019, 11, 27), date(2019, 12, 11)
_WHY = "We start a sepsis trolley in March and would like to hear what you would do differently."
_NURSE = Seen("Consultant nurse", "Beds Hospitals", "Bedford")
_SISTER = Seen("Ward sister", "MKUH", "Milton Keynes")
_TOMASZ = Seen(
    "Consultant nurse", "Beds Hospitals", "Bedford", "Tomasz Nowak", "tomasz.nowak@rc9.example", "T0BEDS", "U0TOMASZ"
)
_NADIA = Seen("Paramedic", "EEAST", "Luton", "Nadia Khan", "nadia.khan@ryc.example", address="nadia.khan@ryc.example")
_AMINA = Seen("Ward sister", "MKUH", "Milton Keynes", "Amina Okafor")
_ASKER = Side(7, ASKED, True, False, _NURSE, _WHY, _DAY, _UNTIL, "Sepsis")
_ASKED = Side(7, ASKED, False, False, _SISTER, _WHY, _DAY, _UNTIL, "Sepsis")
_WAITED = Side(8, ASKED, False, False, _SISTER, _WHY, _DAY, _UNTIL, project="Sepsis trolley", may_wait=False)
_BOTH = Side(7, ACCEPTED, True, True, _TOMASZ, _WHY, _DAY, _UNTIL, "Sepsis")
_OTHER = Side(7, ACCEPTED, False, True, _AMINA, _WHY, _DAY, _UNTIL, "Sepsis", met="yes")
_ACROSS = Side(12, ACCEPTED, True, True, _NADIA, _WHY, _DAY, _UNTIL, project="Sepsis trolley")
_CLOSED = Side(9, CLOSED, True, False, _NURSE, _WHY, _DAY, _UNTIL, "Sepsis")
_NO_TOPIC = Side(10, CLOSED, True, False, Seen("", "Beds Hospitals", ""), _WHY, _DAY, _UNTIL)
_NO_MORE = Side(11, ACCEPTED, True, False, _NURSE, _WHY, _DAY, _UNTIL, "Sepsis")

EXAMPLES: dict[str, Message | Form] = {
    "ask_form": ask(Wish(champion_id=2, topic_id=1), Whom(_NURSE, "Sepsis", "")),
    "ask_form_hello": ask(Wish(project_id=3), Whom(_TOMASZ, "Sepsis", "Sepsis trolley")),
    "asked": asked(_ASKER, _DAY),
    "card": card(_ASKED, _DAY),
    "card_again": card(_WAITED, _DAY, again=True),
    "withdrawn": withdrawn(_ASKER),
    "closed": closed(_CLOSED),
    "closed_no_topic": closed(_NO_TOPIC),
    "declined": declined(),
    "later": later(date(2019, 12, 4), _DAY),
    "not_reached": not_reached(_OTHER),
    "did_you_meet": did_you_meet(_BOTH, _DAY),
    "met_yes": met(_BOTH, "yes"),
    "met_planned": met(_BOTH, "planned"),
    "met_not_yet": met(_BOTH, "not yet"),
    "met_no": met(_BOTH, "no"),
    "what_came": what_came(_OTHER, _DAY),
    "came_nothing_yet": came(_OTHER, "nothing yet"),
    "came_project": came(_OTHER, "project"),
    "mine": mine((_ASKER, _ASKED, _WAITED, _BOTH, _OTHER), _DAY, page=1, more=True),
    "mine_over": mine((_CLOSED, _NO_TOPIC, _NO_MORE), _DAY, page=2, more=False),
    "mine_none": mine((), _DAY, page=1, more=False),
    "home": Message("qibot", *home((_ASKED, replace(_ACROSS, stopped=True), _BOTH), _DAY, more=True)),
}
