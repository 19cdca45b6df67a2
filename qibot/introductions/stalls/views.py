"""What the bot says about market-place stalls."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from qibot.champions.roles import Face
from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.events.models import Event
from qibot.introductions.stalls.forms import CloseStall, OpenStall, PassMeOn, TakeBack, TellMeMore
from qibot.introductions.stalls.models import Stall
from qibot.introductions.stalls.service import Asked, Shown, passed_on_at
from qibot.people.models import Person
from qibot.typed import Typed

_SEE = Button("See all stalls", Say("stalls"))
_AT_ONCE = 4
"""People in one paragraph, so that the longest names and contacts fit into it."""


def open_form(event: Event, title: str) -> Form:
    """A new stall."""
    return Form(OpenStall, {"event": str(event.id), "title": title[:80]}, intro=event.title)


def opened(stall: Stall, today: date) -> Message:
    """After opening one."""
    when = say_date(local_date(passed_on_at(stall), stall.holder.zone), today)
    return Message(
        f"Your stall is open: {stall.title}",
        Text("People find it with ", Typed("stalls"), ". Who would like to know more, I tell you on ", Bold(when), "."),
        Buttons(Button("Close it", CloseStall(stall.id)), _SEE),
        Note("That is one message, with everybody who asked, however many they are."),
    )


def closed(stall: Stall) -> Message:
    """After closing one."""
    return Message(
        f"“{stall.title}” is closed",
        Text("It is on the list no longer. Who asked by now is passed on as promised."),
        Buttons(_SEE),
    )


def listing(event: Event, rows: Sequence[Shown], *, page: int, more: bool, organiser: bool) -> Message:
    """The stalls of an event."""
    if not rows:
        return Message(
            f"No stalls are open at “{event.title}”",
            Text("Anybody who is there may open one."),
            Buttons(Button("Open a stall", Say("stall"))),
        )
    parts = [part for row in rows for part in _card(row, organiser=organiser)]
    further = (Buttons(Button("More stalls", Say(f"stalls {event.code} page:{page + 1}"))),) if more else ()
    return Message(f"Stalls at “{event.title}”", *parts, *further, Buttons(Button("Open a stall", Say("stall"))))


def _card(row: Shown, *, organiser: bool) -> tuple[Part, ...]:
    stall = row.stall
    about = f"\n{stall.about}" if stall.about else ""
    if row.mine:
        yours = f"{about}\nYours. Who would like to know more, I tell you afterwards."
        return Text(Bold(stall.title), yours), Buttons(Button("Close it", CloseStall(stall.id)))
    button = Button("Take it back", TakeBack(stall.id)) if row.said_hello else _more(stall)
    closing = (Button("Close it", CloseStall(stall.id)),) if organiser else ()
    return Text(Bold(stall.title), f"{about}\n{_who(row.holder)}"), Buttons(button, *closing)


def ask_first(row: Shown, me: Face, contact: str, today: date) -> Message:
    """What would be passed on to whom, before it is."""
    facts = (
        ("Name", me.name),
        ("Role", me.role),
        ("Organisation", me.organisation),
        ("Contact", contact or "none given"),
    )
    return Message(
        f"Shall I tell {row.holder.name} that you would like to know more?",
        Text("About ", Bold(row.stall.title), ". This is what I pass on:"),
        Facts(tuple((name, value) for name, value in facts if value)),
        Buttons(Button("Yes, pass it on", PassMeOn(row.stall.id), "primary"), _SEE),
        Note(f"They get it {_when(row.stall, today)}; until then you can take it back. ", *_change()),
    )


def asked(row: Shown, today: date, *, told: bool) -> Message:
    """After agreeing. `told`: they hear if it cannot be passed on, as they agreed to messages about introductions."""
    note = (Note("If it cannot be passed on, I tell you."),) if told else ()
    return Message(
        f"{row.holder.name} will hear of you",
        Text(
            "About ", Bold(row.stall.title), f", {_when(row.stall, today)}, in one message with all others who asked."
        ),
        Buttons(Button("Take it back", TakeBack(row.stall.id)), _SEE),
        *note,
    )


def taken_back(row: Shown) -> Message:
    """After taking it back."""
    return Message(
        "Taken back",
        Text(f"{row.holder.name} does not hear of you because of “{row.stall.title}”."),
        Buttons(_more(row.stall), _SEE),
    )


def digest(rows: Sequence[Asked]) -> Message:
    """Everybody who asked at somebody's stalls."""
    count = sum(len(row.people) for row in rows)
    title = "One person would like" if count == 1 else f"{count} people would like"
    parts: list[Part] = []
    for row in rows:
        parts.append(Text(Bold(row.stall.title)))
        lines = [f"{_who(face)}\nContact: {contact or 'none given'}" for face, contact in row.people]
        parts += [Text("\n".join(lines[at : at + _AT_ONCE])) for at in range(0, len(lines), _AT_ONCE)]
    return Message(
        f"{title} to know more about your stall",
        *parts,
        Note(
            f"You had a stall at “{rows[0].stall.event.title}”, and each of them agreed that you get this. "
            "Please use it to answer them, and for nothing else."
        ),
    )


def not_passed_on(stall: Stall) -> Message:
    """To somebody who asked, when the holder could not be told."""
    return Message(
        "Your hello could not be passed on",
        Text("You asked to know more about ", Bold(stall.title), ". I could not reach whoever had that stall."),
        Buttons(Button("Find somebody who can help", Say("topics"))),
        Note("Nothing about you was passed on, and I keep it no longer."),
    )


def _more(stall: Stall) -> Button:
    return Button("Tell me more", TellMeMore(stall.id), "primary")


def _who(face: Face) -> str:
    return ", ".join(part for part in (face.name, face.role, face.organisation) if part)


def _when(stall: Stall, today: date) -> str:
    return f"on {say_date(local_date(passed_on_at(stall), stall.holder.zone), today)}"


def _change() -> tuple[str | Typed, ...]:
    return "Change what it says with ", Typed("join"), "."


_DAY = date(2019, 11, 27)
_EVENT = Event(id=1, title="Improving together", day=_DAY, place="Luton", code="QI27", organiser_id=6)
_HOLDER = Person(
    id=2, name="Ruth Bell", zone="Europe/London", working_days="01234", works_from=time(9), works_until=time(17)
)
_STALL = Stall(
    id=1, event_id=1, holder_id=2, title="Huddle *boards*", about="Three of ours, to touch", event=_EVENT,
    holder=_HOLDER, opened_at=datetime(2019, 11, 27, 9, tzinfo=UTC),
)  # fmt: skip
_BARE = Stall(id=2, event_id=1, holder_id=2, title="Life QI", about="", event=_EVENT, holder=_HOLDER)
_RUTH = Face("Ruth Bell", "Matron", "MKUH", "Milton Keynes")
_AMINA = Face("Amina <Okafor>", "Ward sister", "MKUH", "Milton Keynes")
_PARTNER = Face("Lena Fischer", "Service-user partner", "", "Bedford")
_SHOWN = Shown(_STALL, _RUTH, mine=False, said_hello=False)
_SAID = Shown(_BARE, _RUTH, mine=False, said_hello=True)
_OWN = Shown(_BARE, _RUTH, mine=True, said_hello=False)

EXAMPLES: dict[str, Message | Form] = {
    "stalls.open_form": open_form(_EVENT, "Huddle boards"),
    "stalls.opened": opened(_STALL, _DAY),
    "stalls.closed": closed(_STALL),
    "stalls.listing": listing(_EVENT, [_SHOWN, _SAID], page=1, more=True, organiser=False),
    "stalls.listing_organiser": listing(_EVENT, [_SHOWN, _OWN], page=1, more=False, organiser=True),
    "stalls.listing_none": listing(_EVENT, [], page=1, more=False, organiser=False),
    "stalls.ask_first": ask_first(_SHOWN, _AMINA, "amina@mk.example", _DAY),
    "stalls.ask_first_partner": ask_first(_SHOWN, _PARTNER, "", _DAY),
    "stalls.asked": asked(_SHOWN, _DAY, told=True),
    "stalls.asked_without_messages": asked(_SHOWN, _DAY, told=False),
    "stalls.taken_back": taken_back(_SHOWN),
    "stalls.digest": digest([Asked(_STALL, ((_AMINA, "amina@mk.example"), (_PARTNER, "")))]),
    "stalls.digest_one": digest([Asked(_BARE, ((_AMINA, "amina@mk.example"),))]),
    "stalls.not_passed_on": not_passed_on(_STALL),
}
