"""What the bot says about introductions. Views get sides of an introduction and so cannot say what may not pass."""

from collections.abc import Sequence
from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Mention, Message, Note, Part, Quote, Run, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.forms import Accept, Came, Decline, Later, Met, Reason, Withdraw
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, EXPIRED, WITHDRAWN
from qibot.introductions.seen import CLOSED, Opening, Seen, Side
from qibot.introductions.service import Whom, Wish

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
    about = f" about the project “{whom.project}”" if whom.project else f" about {whom.topic}" if whom.topic else ""
    return Form(
        Reason,
        {"champion": str(wish.champion_id), "topic": str(wish.topic_id), "project": str(wish.project_id)},
        intro=f"I will ask {_who(whom.other)}{about}. They see your role, organisation, place and your words; "
        "they learn your name and contact only if they say yes, and you theirs.",
    )


def asked(side: Side, today: date) -> Message:
    """After asking."""
    return Message(
        "I have passed it on",
        Text(
            f"I am asking {_who(side.other)}{_about(side)}. You hear from me by {say_date(side.until, today)}, "
            "whatever the answer."
        ),
        Buttons(_MINE),
        Note("Your name and contact pass only if they say yes. You can withdraw it until then."),
    )


def withdrawn(side: Side) -> Message:
    """Taken back by the asker."""
    text = f"I no longer ask {_who(side.other)}{_about(side)}."
    return Message("Withdrawn", Text(text), Buttons(*_others(side), _MINE))


def closed(side: Side) -> Message:
    """Not this time, in the same words whatever the cause, and never the asker's doing."""
    who = _who(side.other)
    return Message(
        "Not available this time",
        Text(
            f"{who[0].upper()}{who[1:]} is not available this time{_for(side)}. "
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
    who = _who(side.other)
    wishes = Text(Bold(f"{who[0].upper()}{who[1:]}"), f" would like to talk with you{_about(side)}. In their words:")
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


def introduced(side: Side, opening: Opening) -> Message:
    """For each of the two, once both have said yes."""
    other = side.other
    facts = (
        ("Role", other.role),
        ("Organisation", other.organisation),
        ("Place", other.place),
        ("About", _topic(side)),
    )
    parts: list[Part] = [
        Text("You have both said yes. Meet ", _mention(other), "."),
        Facts((*facts, ("Contact", other.contact or "not given"))),
        Quote(side.reason),
    ]
    if not other.contact and not other.account:
        parts.append(Text("They gave no contact. Give yours with /qi join, and they find it under /qi introductions."))
    parts.append(Text(Bold("To begin with: "), _question(side, opening)))
    parts.append(Buttons(_MINE))
    return Message(
        f"You are introduced to {other.name}", *parts, Note("I will ask you both in two weeks whether you met.")
    )


def _question(side: Side, opening: Opening) -> str:
    mine, theirs = opening.mine, opening.theirs
    if mine and theirs and mine != theirs:
        return f"ask how “{mine}” compares with “{theirs}”."
    if theirs:
        return f"ask what they have learnt from “{theirs}” so far."
    if mine:
        return f"tell them about “{mine}”, and ask what they would do differently."
    if side.topic:
        return f"ask what they would try first about {side.topic}, and say what you have tried."
    return "ask what they are trying to improve just now."


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
        return f"You are introduced. Contact: {side.other.contact or 'not given'}."
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
    if not side.agreed or side.outcome not in ("", "nothing yet"):
        return ()
    return (Button("We have met", Met(side.id, "yes")),) if side.met != "yes" else _outcomes(side).buttons


# ---- Words for people


def _history(side: Side, *, start: bool = False) -> tuple[str | Run, ...]:
    """Who asked whom about what; at the `start` of a sentence or within one."""
    if side.asked_by_me:
        return ("You asked " if start else "you asked for ", *_named(side.other), _about(side))
    who = _named(side.other, start=start)
    return (*who, f" asked you{_about(side)}" if start else f" asked for you{_about(side)}")


def _named(other: Seen, *, start: bool = False) -> tuple[str | Run, ...]:
    if other.name:
        return (_mention(other), f" ({other.organisation})")
    who = _who(other)
    return (f"{who[0].upper()}{who[1:]}" if start else who,)


def _mention(other: Seen) -> Mention:
    return Mention(other.name, other.workspace, other.account)


def _contact(other: Seen) -> tuple[Part, ...]:
    return (Facts((("Contact", other.contact),)),) if other.contact else ()


def _topic(side: Side) -> str:
    return f"“{side.project}”" if side.project else side.topic


def _about(side: Side) -> str:
    whose = "the" if side.asked_by_me else "your"
    if side.project:
        return f" about {whose} project “{side.project}”"
    return f" about {side.topic}" if side.topic else ""


def _for(side: Side) -> str:
    return f" to talk about {_topic(side)}" if _topic(side) else ""


def _who(other: Seen) -> str:
    """ "Tomasz Nowak, consultant nurse at …" where the name may be told, else "a consultant nurse at … in …"."""
    where = f" at {other.organisation}" + (f" in {other.place}" if other.place else "")
    if other.name:
        return f"{other.name}, {_plain(other.role)}{where}" if other.role else f"{other.name}{where}"
    return f"{_a(_plain(other.role))}{where}" if other.role else f"somebody{where}"


def _plain(role: str) -> str:
    """A role within a sentence: "Ward sister" -> "ward sister", "GP" and "QI lead" as they are."""
    return role[0].lower() + role[1:] if role[1:2].islower() else role


def _a(role: str) -> str:
    if role.startswith(("a ", "an ", "the ")):
        return role
    spelt = role.split()[0].isupper()
    vowel = role[0] in "AEFHILMNORSX" if spelt else role[0].lower() in "aeiou" and not role.startswith(("uni", "use"))
    return f"{'an' if vowel else 'a'} {role}"


# ---- Examples

_DAY, _UNTIL = date(2019, 11, 27), date(2019, 12, 11)
_WHY = "We start a sepsis trolley in March and would like to hear what you would do differently."
_NURSE = Seen("Consultant nurse", "Beds Hospitals", "Bedford")
_SISTER = Seen("Ward sister", "MKUH", "Milton Keynes")
_TOMASZ = Seen(
    "Consultant nurse", "Beds Hospitals", "Bedford", "Tomasz Nowak", "tomasz.nowak@rc9.example", "T0BEDS", "U0TOMASZ"
)
_AMINA = Seen("Ward sister", "MKUH", "Milton Keynes", "Amina Okafor")
_ASKER = Side(7, ASKED, True, False, _NURSE, _WHY, _DAY, _UNTIL, "Sepsis")
_ASKED = Side(7, ASKED, False, False, _SISTER, _WHY, _DAY, _UNTIL, "Sepsis")
_WAITED = Side(8, ASKED, False, False, _SISTER, _WHY, _DAY, _UNTIL, project="Sepsis trolley", may_wait=False)
_BOTH = Side(7, ACCEPTED, True, True, _TOMASZ, _WHY, _DAY, _UNTIL, "Sepsis")
_OTHER = Side(7, ACCEPTED, False, True, _AMINA, _WHY, _DAY, _UNTIL, "Sepsis", met="yes")
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
    "introduced": introduced(_BOTH, Opening("Sepsis six on the ward", "Sepsis trolley")),
    "introduced_no_contact": introduced(_OTHER, Opening()),
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
    "home": Message("qibot", *home((_ASKED, _ASKER, _BOTH), _DAY, more=True)),
}
