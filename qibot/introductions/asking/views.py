"""What the bot says to those who ask: people to ask, the form, and how it went."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qibot.champions.forms import AskFor
from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.asking.counterparts import Counterpart
from qibot.introductions.asking.instead import Instead
from qibot.introductions.asking.profile import Profile
from qibot.introductions.asking.service import Whom, Wish
from qibot.introductions.forms import AskInstead, AskPerson, KeepApart, Lift, Reason, Suggest
from qibot.introductions.models import ACCEPTED, ASKED, KIND, NAME, ROLE
from qibot.introductions.seen import CLOSED, Seen, Side
from qibot.introductions.words import about, purpose, who
from qibot.typed import Typed

_MINE = Button("My introductions", Say("introductions"))
_NEVER = "I never introduce the two of you, and nobody else learns of it."


# ---- People to ask


def person(one: Profile) -> Message:
    """Somebody as others may see them, with what the reader may do."""
    seen = one.seen
    facts = (
        ("Role", seen.role),
        ("Organisation", seen.organisation),
        ("Place", seen.place),
        ("Works on", ", ".join(one.works_on)),
        ("Helps with", ", ".join(one.helps_with)),
        ("Offers", one.offer),
        ("Leads", ", ".join(f"{title} (#{number})" for number, title in one.projects)),
    )
    return Message(seen.name, Facts(facts), *_steps(one))


def _steps(one: Profile) -> tuple[Part, ...]:
    if one.mine:
        change = Buttons(Button("Change", Say("join")))
        if not one.unnamed:
            return change, Note("Members can look you up like this, if you agreed to be found.")
        return change, Note("As you chose not to be shown by name, only organisers can look you up like this.")
    unnamed = (Note("They chose not to be shown by name, so others do not see this."),) if one.unnamed else ()
    if one.apart:
        lift = Button("Take them off my list", Lift(one.apart))
        return Text("You asked me never to introduce you to them. Nobody else knows."), Buttons(lift), *unnamed
    never = Button("Never introduce us", KeepApart(person=one.person_id), confirm=_NEVER)
    if not one.askable:
        return Text("They are not taking part in introductions just now."), Buttons(never), *unnamed
    ask = Button("Ask for an introduction", AskPerson(one.person_id, one.topic_id), "primary")
    return Buttons(ask, never), *unnamed


def counterparts(role: str, found: Sequence[Counterpart], *, asked: str, page: int, more: bool) -> Message:
    """People in the same role in other organisations. `asked`: the role as typed, "" for the reader's own."""
    if not found:
        return _no_counterpart(role, page)
    parts: list[Part] = []
    for one in found:
        ask = Button("Ask for an introduction", AskPerson(one.person_id), "primary")
        parts += (Text(Bold(who(one.seen, start=True)), f"\n{_why(one, role)}"), Buttons(ask))
    if more:
        parts.append(Buttons(Button("More people", Say(f"intro counterpart page:{page + 1} {asked}".rstrip()))))
    return Message(f"Elsewhere in your role: {role}" if not asked else f"In other organisations: {role}", *parts)


def _why(one: Counterpart, role: str) -> str:
    why = "The same role." if one.same else f"It counts as the same role as “{role}”."
    topics = f"{one.shared} of the same topics" if one.shared > 1 else "one of the same topics"
    return f"{why} You both work on {topics}." if one.shared else why


def _no_counterpart(role: str, page: int) -> Message:
    if page > 1:
        return Message("Those were all", Buttons(Button("Find by topic", Say("topics"))))
    return Message(
        f"Nobody else yet: {role}",
        Text("Nobody in another organisation who takes part gives that role. Other words for it may find somebody."),
        Buttons(Button("Find by topic", Say("topics"), "primary"), Button("Change my role", Say("join"))),
        Note("For another role, type ", Typed("intro counterpart"), " and the role."),
    )


# ---- Asking


def ask(wish: Wish, whom: Whom, reason: str = "") -> Form:
    """The form for the reason."""
    matter = f" about the project “{whom.project}”" if whom.project else f" about {whom.topic}" if whom.topic else ""
    ids = {"champion": wish.champion_id, "topic": wish.topic_id, "project": wish.project_id, "person": wish.person_id}
    return Form(
        Reason,
        {"reason": reason, "shows": ROLE, **{name: str(one) for name, one in ids.items()}},
        intro=f"I will ask {who(whom.other)}{matter}. They read your words, and see of you what you choose below. "
        "How to reach each other you both learn only if they say yes.",
    )


def asked(side: Side, shows: str, today: date) -> Message:
    """After asking; `shows` is what the asker lets the other see."""
    return Message(
        "I have passed it on",
        Text(
            f"I am asking {who(side.other)}{about(side)}. You hear from me by {say_date(side.until, today)}, "
            "whatever the answer."
        ),
        Buttons(_MINE),
        Note(f"{_SHOWN[shows]} pass only if they say yes. You can withdraw it until then."),
    )


_SHOWN = {
    NAME: "They see your name, role and organisation. Your contact and theirs",
    ROLE: "They see your role and organisation. Your name and contact",
    KIND: "They see only what kind of organisation you work in. Your name and contact",
}


# ---- Somebody else


def suggest(side: Side) -> Form:
    """The form to name somebody else."""
    return Form(
        Suggest,
        {"introduction": str(side.id)},
        intro=f"To {who(side.other)}{about(side)}. They hear that it is not possible this time, and that you suggested "
        "asking somebody else. I pass on a name only if everybody in the network may see it, and never your own words.",
    )


def suggested(side: Side, topic: str, other: Seen | None) -> Message:
    """After that: the person it led to, or the topic."""
    whom = f"asking {who(other)}" if other else f"asking somebody about {topic}"
    return Message(
        "Thank you for suggesting somebody",
        Text(f"{who(side.other, start=True)} hears that you suggested {whom}. Whether they ask is for them to say."),
        Buttons(_MINE, Button("My offer as a champion", Say("champion"))),
    )


# ---- How it went


def withdrawn(side: Side) -> Message:
    """Taken back by the asker."""
    text = f"I no longer ask {who(side.other)}{about(side)}."
    return Message("Withdrawn", Text(text), Buttons(*_others(side), _MINE))


def closed(side: Side, instead: Instead | None = None) -> Message:
    """Not this time, in the same words whatever the cause, and never the asker's doing; or they suggested another."""
    no = f"{who(side.other, start=True)} is not available this time{purpose(side)}"
    if not side.suggested:
        words = Text(f"{no}. That is no word on your question: people have full weeks.")
        return Message("Not available this time", words, *_new_match(instead), Buttons(*_ask(instead, side), _MINE))
    if instead is not None and instead.suggested:
        words = Text(f"{no}, and suggested asking ", Bold(who(instead.other)), ".")
        return Message("They suggested asking somebody else", words, Buttons(*_ask(instead, side), _MINE))
    matter = f"somebody about {side.suggested_topic}" if side.suggested_topic else "somebody else"
    words = Text(f"{no}, and suggested asking {matter}.")
    return Message(
        "They suggested asking somebody else", words, *_new_match(instead), Buttons(*_ask(instead, side), _MINE)
    )


def not_reached(side: Side, instead: Instead | None = None) -> Message:
    """For the one who said yes, when the other could not be told."""
    contact = (Facts((("Contact", side.other.contact),)),) if side.other.contact else ()
    return Message(
        "Your yes could not be passed on",
        Text(
            f"{who(side.other, start=True)} asked for you{about(side)}, and I have no way to reach them just now: "
            "they may have left, or no longer read this chat. You have done your part."
        ),
        *contact,
        *_new_match(instead),
        Buttons(*_ask(instead, side), _MINE),
    )


def _new_match(instead: Instead | None) -> tuple[Part, ...]:
    if instead is None:
        return ()
    matter = f" about {instead.topic}" if instead.topic else ""
    return (Text("If you like, I ask ", Bold(who(instead.other)), f"{matter} for you."),)


def _ask(instead: Instead | None, side: Side) -> tuple[Button, ...]:
    if instead is None:
        return _others(side)
    does = AskInstead(side.id) if instead.suggested else AskFor(instead.person_id, instead.topic_id)
    return Button("Ask them", does, "primary"), *(Button(one.label, one.does) for one in _others(side)[:1])


def _others(side: Side) -> tuple[Button, ...]:
    topic = side.suggested_topic or side.topic
    if not topic:
        return (Button("Find somebody else", Say("topics"), "primary"),)
    return (
        Button("Find others", Say(f"find {topic}"), "primary"),
        Button(f"Projects about {topic}", Say(f"who {topic}")),
    )


# ---- Examples

_DAY, _UNTIL = date(2019, 11, 27), date(2019, 12, 11)
_WHY = "We start a sepsis trolley in March and would like to hear what you would do differently."
_NURSE = Seen("Consultant nurse", "Beds Hospitals", "Bedford")
_TOMASZ = Seen("Consultant nurse", "Beds Hospitals", "Bedford", "Tomasz Nowak")
_AMINA = Seen("Ward sister", "MKUH", "Milton Keynes", "Amina Okafor")
_PRIYA = Seen("Occupational therapist", "ELFT", "Luton", "Priya Raman")
_ASKER = Side(7, ASKED, True, False, _NURSE, _WHY, _DAY, _UNTIL, "Sepsis")
_ASKED = Side(7, ASKED, False, False, Seen("Ward sister", "MKUH", "Milton Keynes"), _WHY, _DAY, _UNTIL, "Sepsis")
_CLOSED = Side(9, CLOSED, True, False, _NURSE, _WHY, _DAY, _UNTIL, "Sepsis")
_NO_TOPIC = Side(10, CLOSED, True, False, Seen("", "Beds Hospitals", ""), _WHY, _DAY, _UNTIL)
_SUGGESTED = Side(9, CLOSED, True, False, _NURSE, _WHY, _DAY, _UNTIL, "Sepsis", suggested=True)
_OTHER = Side(7, ACCEPTED, False, True, _AMINA, _WHY, _DAY, _UNTIL, "Sepsis")
_LEFT = Side(7, ACCEPTED, False, False, Seen("", "", "", kind="acute trust"), _WHY, _DAY, _UNTIL, "Sepsis")
_MATCH = Instead(5, 1, _NURSE, "Sepsis")
_CARD = Profile(
    2, _TOMASZ, ("Sepsis",), ("Sepsis", "Falls"), "A chat about sepsis trolleys", ((12, "Sepsis trolley"),), 1, True
)
_HERE = (Counterpart(5, Seen("Ward manager", "Beds Hospitals", "Bedford"), False, 2), Counterpart(6, _PRIYA, True, 1))

EXAMPLES: dict[str, Message | Form] = {
    "person": person(_CARD),
    "person_mine": person(Profile(1, _AMINA, mine=True)),
    "person_mine_unnamed": person(Profile(1, _AMINA, ("Falls",), unnamed=True, mine=True)),
    "person_apart": person(Profile(2, _TOMASZ, apart=4, unnamed=True)),
    "person_not_taking_part": person(Profile(2, _TOMASZ)),
    "counterparts": counterparts("Ward sister", _HERE, asked="", page=1, more=True),
    "counterparts_of_another_role": counterparts("matron", _HERE[:1], asked="matron", page=2, more=False),
    "counterparts_none": counterparts("Ward sister", (), asked="", page=1, more=False),
    "counterparts_no_more": counterparts("Ward sister", (), asked="", page=9, more=False),
    "ask_form": ask(Wish(champion_id=2, topic_id=1), Whom(_NURSE, "Sepsis", "")),
    "ask_form_hello": ask(Wish(project_id=3), Whom(_TOMASZ, "Sepsis", "Sepsis trolley")),
    "asked": asked(_ASKER, ROLE, _DAY),
    "asked_by_name": asked(_ASKER, NAME, _DAY),
    "asked_as_somebody": asked(_ASKER, KIND, _DAY),
    "suggest_form": suggest(_ASKED),
    "suggested": suggested(_ASKED, "", _TOMASZ),
    "suggested_topic": suggested(_LEFT, "Falls", None),
    "withdrawn": withdrawn(_ASKER),
    "closed": closed(_CLOSED),
    "closed_no_topic": closed(_NO_TOPIC),
    "closed_new_match": closed(_CLOSED, _MATCH),
    "closed_suggested": closed(_SUGGESTED, Instead(6, 1, _PRIYA, "Sepsis", suggested=True)),
    "closed_suggested_not_possible": closed(_SUGGESTED, _MATCH),
    "closed_suggested_topic": closed(replace(_SUGGESTED, suggested_topic="Falls"), replace(_MATCH, topic="Falls")),
    "closed_suggested_nobody": closed(replace(_SUGGESTED, suggested_topic="Falls")),
    "not_reached": not_reached(_OTHER),
    "not_reached_new_match": not_reached(_LEFT, _MATCH),
}
