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
from qibot.introductions.figures import Figures
from qibot.introductions.forms import (
    Accept,
    AskInstead,
    Came,
    Decline,
    KeepApart,
    Later,
    Met,
    OpenReport,
    OpenSuggest,
    OpenWrite,
    StopWriting,
    Withdraw,
)
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, EXPIRED, WITHDRAWN
from qibot.introductions.seen import CLOSED, Seen, Side
from qibot.introductions.words import about, who

_MINE = Button("My introductions", Say("introductions"))
_NOTHING = Figures()
_COUNTS = Note("It counts for the network as a whole, never for a person.")
_MET = (("Yes, we met", "yes"), ("It is planned", "planned"), ("Not yet", "not yet"), ("No, thanks", "no"))
_OUTCOMES = (
    ("An idea", "idea"),
    ("A project", "project"),
    ("We changed something", "changed practice"),
    ("Nothing yet", "nothing yet"),
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
            "If you accept, each of you gets the other’s name and the contact they gave, and a question to begin with; "
            "in two weeks I ask you both whether you met. Until then I pass nothing on."
        ),
        Buttons(*_answers(side)),
        Buttons(Button("Never introduce us", KeepApart(side.id), confirm=_NEVER), _report(side)),
        Note(
            f"Either answer is fine. “Not this time” stays with you: they only hear that it is not possible. "
            f"Without an answer I close it on {say_date(side.until, today)}."
        ),
    )


def _answers(side: Side) -> tuple[Button, ...]:
    wait = (Button("Later", Later(side.id)),) if side.may_wait else ()
    return (
        Button("Accept", Accept(side.id), "primary"),
        Button("Not this time", Decline(side.id)),
        *wait,
        Button("Suggest somebody else", OpenSuggest(side.id)),
    )


_NEVER = "They only hear that it is not possible this time. I never introduce the two of you, and nobody learns of it."


def _report(side: Side) -> Button:
    return Button("Report misuse", OpenReport(side.id))


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


def did_you_meet(side: Side, today: date) -> Message:
    """Two weeks after."""
    both = "" if side.round else ", and you both said yes"
    return Message(
        "Did you meet?",
        Text(f"On {say_date(side.asked_on, today)} ", *_history(side), f"{both}."),
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
        others = Button("Find somebody else", Say("topics"), "primary")
        if side.topic:
            others = Button("Find others", Say(f"find {side.topic}"), "primary")
        return Message("Noted", text, Buttons(others, *_projects(side), _MINE))
    words = "Others can learn from it, also while it is small: register it, and people who look for it find you both."
    register = Button("Register a project", Say("project register"), "primary")
    return Message("Thank you for telling me", Text(words), Buttons(register, *_projects(side), _MINE))


def _projects(side: Side) -> tuple[Button, ...]:
    return (Button(f"Projects about {side.topic}", Say(f"who {side.topic}")),) if side.topic else ()


# ---- All of mine


def mine(sides: Sequence[Side], today: date, *, page: int, more: bool, network: Figures = _NOTHING) -> Message:
    """Somebody's own, both ways; and what introductions have come to in the network."""
    if not sides:
        return Message(
            "You have no introductions yet" if page == 1 else "There are no more introductions",
            Text("Find somebody who works on the same thing, in any organisation, and I ask them for you."),
            Buttons(Button("Find somebody", Say("topics"), "primary"), Button("Be a champion", Say("champion join"))),
        )
    parts = [part for side in sides for part in _entry(side, today)]
    further = (Button("More introductions", Say(f"introductions page:{page + 1}")),) if more else ()
    buttons = Buttons(*further, Button("Find somebody", Say("topics")))
    return Message("My introductions", *parts, buttons, *_so_far(network))


def _so_far(network: Figures) -> tuple[Part, ...]:
    if not network.introduced:
        return ()
    met = f" {network.met} led to a meeting." if network.met else ""
    came = f" An idea, a project or a changed practice came of {network.came}." if network.came else ""
    return (Note(f"In the whole network there were {network.introduced} introductions so far.{met}{came}"),)


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
    if side.suggested and side.asked_by_me:
        about_it = f" about {side.suggested_topic}" if side.suggested_topic else ""
        return f"They suggested asking somebody else{about_it}."
    if side.state == ASKED:
        return f"No answer yet; I tell you by {until}." if side.asked_by_me else f"Your answer is open until {until}."
    if side.round:
        return "Nothing came of it, as one of you could not be told."
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
        return (Button("Withdraw", Withdraw(side.id)),) if side.asked_by_me else (*_answers(side), _report(side))
    if side.asked_by_me and side.suggested:
        if side.suggested_topic:
            return (Button("Find others", Say(f"find {side.suggested_topic}")),)
        return (Button("Ask them", AskInstead(side.id)),)
    if not side.agreed:
        return () if side.asked_by_me and side.state != ACCEPTED else (_report(side),)
    stop = (Button("Stop messages", StopWriting(side.id), confirm=_FOR_GOOD),) if side.can_write else ()
    return *_write(side), *_became(side), *stop, _report(side)


_FOR_GOOD = "After that neither of you can write to the other through me."


def _write(side: Side) -> tuple[Button, ...]:
    if not side.can_write:
        return ()
    return (Button(f"Write to {side.other.name}", OpenWrite(side.id), "primary"),)


def _became(side: Side) -> tuple[Button, ...]:
    if side.outcome not in ("", "nothing yet"):
        return ()
    return (Button("We have met", Met(side.id, "yes")),) if side.met != "yes" else _outcomes(side).buttons


# ---- Words for people


def _history(side: Side, *, start: bool = False) -> tuple[str | Run, ...]:
    """Who asked whom about what; at the `start` of a sentence or within one."""
    if side.round:
        matched = "You were matched with " if start else "you were matched with "
        return (matched, *_named(side.other), f" in “{side.round}”")
    if side.asked_by_me:
        return ("You asked " if start else "you asked for ", *_named(side.other), about(side))
    named = _named(side.other, start=start)
    return (*named, f" asked you{about(side)}" if start else f" asked for you{about(side)}")


def _named(other: Seen, *, start: bool = False) -> tuple[str | Run, ...]:
    if other.name:
        return (_mention(other), f" ({other.organisation or other.role.lower()})")
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
_SUGGESTED = replace(_CLOSED, suggested=True)
_FALLS = replace(_SUGGESTED, suggested_topic="Falls")
_SOMEBODY = Side(13, ASKED, False, False, Seen("", "", "", kind="acute trust"), _WHY, _DAY, _UNTIL, "Sepsis")
_OPENLY = replace(_ASKED, other=_AMINA)

EXAMPLES: dict[str, Message | Form] = {
    "card": card(_ASKED, _DAY),
    "card_again": card(_WAITED, _DAY, again=True),
    "card_by_name": card(_OPENLY, _DAY),
    "card_of_somebody": card(_SOMEBODY, _DAY),
    "declined": declined(),
    "later": later(date(2019, 12, 4), _DAY),
    "did_you_meet": did_you_meet(_BOTH, _DAY),
    "met_yes": met(_BOTH, "yes"),
    "met_planned": met(_BOTH, "planned"),
    "met_not_yet": met(_BOTH, "not yet"),
    "met_no": met(_BOTH, "no"),
    "what_came": what_came(_OTHER, _DAY),
    "came_nothing_yet": came(_OTHER, "nothing yet"),
    "came_project": came(_OTHER, "project"),
    "mine": mine((_ASKER, _ASKED, _WAITED, _BOTH, _OTHER), _DAY, page=1, more=True),
    "mine_over": mine(
        (_CLOSED, _NO_TOPIC, _NO_MORE, _SUGGESTED, _FALLS), _DAY, page=2, more=False, network=Figures(41, 23, 9)
    ),
    "mine_none": mine((), _DAY, page=1, more=False),
    "home": Message("qibot", *home((_ASKED, replace(_ACROSS, stopped=True), _BOTH), _DAY, more=True)),
}
