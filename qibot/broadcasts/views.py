"""What the bot says about broadcasts: the broadcast itself, and what organisers see until it has started."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.broadcasts.audience import Look
from qibot.broadcasts.examples import AT, DAY, example
from qibot.broadcasts.forms import (
    Answer,
    Compose,
    Discard,
    OpenAlone,
    OpenChange,
    OpenReply,
    Send,
    TryOut,
    WriteBack,
)
from qibot.broadcasts.models import ASKING, DRAFT, READY, STARTED, Broadcast
from qibot.broadcasts.words import aim, first_names, moment, people
from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.people.models import Organisation, Topic

_ALL = Button("All broadcasts", Say("broadcasts"))


# ---- The broadcast itself


def broadcast(found: Broadcast) -> Message:
    """As everybody gets it, before the buttons that every message has."""
    answers = [Button(label, Answer(found.id, nth)) for nth, label in enumerate(found.labels)]
    words = [Button("Write to the organisers", OpenReply(found.id))] if found.takes_words else []
    parts: list[Part] = [Text(found.body)]
    if answers or words:
        parts.append(Buttons(*answers, *words))
    corrected = " Put right since it was first sent." if found.corrected_at is not None else ""
    seen = " The organisers see who answers what." if answers else ""
    parts.append(Note(f"From {found.organiser.name}, for the organisers of the network.{seen}{corrected}"))
    return Message(found.title, *parts)


def taken_back(found: Broadcast) -> Message:
    """What stands in its place once it was taken back."""
    return Message(
        "This message was taken back",
        Text(f"{found.organiser.name} has taken back what the organisers wrote here. There is nothing for you to do."),
        Note("If you had planned something because of it, please ask the organisers."),
    )


def tried(found: Broadcast) -> Message:
    """A test, for the organiser alone."""
    shown = broadcast(found)
    return Message(
        shown.title,
        *shown.parts,
        Note("This is a test that only you see. Below it everybody also finds “Remind me in a week” and “Stop these”."),
        beside=True,
    )


def answered(found: Broadcast, choice: int) -> Message:
    """After an answer. The message stays, so that it can be changed."""
    return Message(
        f"You answered “{found.labels[choice]}”",
        Note("To change it, press another button of that message. The organisers see your name beside your answer."),
        beside=True,
    )


def write_back(found: Broadcast) -> Form:
    """The form for words to the organisers, which says who will see them."""
    return Form(
        WriteBack,
        {"broadcast": str(found.id)},
        intro=f"{found.organiser.name}, who sent “{found.title}”, and the other organisers of the network will see "
        "your words and your name. Nobody else will.",
    )


def wrote_back(found: Broadcast) -> Message:
    """After words to the organisers."""
    return Message(
        "The organisers have your words",
        Text(f"{found.organiser.name} gets them next, and the other organisers can read them."),
        Note("Your words are deleted after 180 days."),
    )


# ---- Writing one


def compose(values: dict[str, object] | None = None) -> Form:
    """The form for a broadcast."""
    return Form(
        Compose,
        values or {},
        intro="It goes to everybody who fits all that you fill in, and to everybody in the network if you fill in "
        "nothing. You see whom it is for before anything is sent.",
    )


def draft(
    found: Broadcast, look: Look, missing: Sequence[str], *, alone_up_to: int, others: int, today: date
) -> Message:
    """A draft to look at: for whom, how many, ten names, who cannot be written to."""
    parts: list[Part] = [Quote(found.body), Facts(aim(found, look, today))]
    if missing:
        parts.append(Text(Bold("I did not find: "), ", ".join(missing), ". They may not have joined."))
    parts += _about_audience(look)
    typing = look.size > alone_up_to and not others
    if look.size > alone_up_to:
        parts.append(Text(_second_yes(alone_up_to, others)))
    if look.size:
        send = OpenAlone(found.id, found.revision) if typing else Send(found.id, found.revision)
        sure = "" if typing else f"It is for {people(look.size)}."
        parts.append(Buttons(Button(f"Send to {people(look.size)}", send, "primary", sure), *_drafting(found)))
    else:
        parts.append(Buttons(*_drafting(found)))
    return Message(f"“{found.title}” is a draft", *parts, Note("Nothing has been sent."))


def _second_yes(alone_up_to: int, others: int) -> str:
    if others:
        return f"For more than {alone_up_to} people another organiser is asked for a second yes."
    return (
        f"For more than {alone_up_to} people another organiser would be asked for a second yes. You are the only one, "
        "so you confirm by typing how many people it is for."
    )


def _drafting(found: Broadcast) -> tuple[Button, ...]:
    return (
        Button("Test to me", TryOut(found.id)),
        Button("Change", OpenChange(found.id)),
        Button("Throw away", Discard(found.id), "danger", "The draft and its words are deleted."),
    )


def _about_audience(look: Look) -> list[Part]:
    if not look.size:
        return [Text("Nobody fits that, so there is nobody to send it to. Change it and look again.")]
    parts: list[Part] = [Text(first_names(look))]
    if look.skipped:
        lines = "\n".join(f"{count}: {why}" for why, count in look.skipped)
        parts.append(Text(Bold("Of these I cannot write to:"), f"\n{lines}"))
    return parts


def discarded() -> Message:
    """After throwing a draft away."""
    return Message(
        "The draft is gone",
        Text("Nobody has heard of it, and its words are deleted."),
        Buttons(Button("Write another", Say("broadcast")), _ALL),
    )


def listing(rows: Sequence[Broadcast], today: date) -> Message:
    """The newest ones, and where each stands."""
    if not rows:
        return Message(
            "There are no broadcasts yet",
            Text("A broadcast is one message to exactly the people you mean."),
            Buttons(Button("Write one", Say("broadcast"), "primary")),
        )
    parts: list[Part] = []
    for one in rows:
        parts.append(Text(Bold(one.title), f"\n{_stands(one, today)}, by {one.organiser.name}"))
        parts.append(Buttons(Button("Show it", Say(f"broadcast show #{one.id}"))))
    return Message("Broadcasts", *parts, Buttons(Button("Write one", Say("broadcast"))))


def _stands(found: Broadcast, today: date) -> str:
    if found.state == STARTED and found.started_at is not None:
        day = say_date(local_date(found.started_at, found.organiser.zone), today)
        back = " and was taken back" if found.withdrawn_at else " and was stopped" if found.cancelled_at else ""
        return f"For {people(found.size)}; went out on {day}{back}"
    at = moment(found.send_at, found.organiser.zone, today)
    return {DRAFT: "A draft", ASKING: "Waits for a second yes", READY: f"Goes out on {at}"}[found.state]


# ---- Examples

_DRAFT, _PLAIN = example(), example(answers="[]", takes_words=False)
_NARROW = example(place="Luton", role="ward sister", by_list=True, wanted_at=datetime(2019, 12, 2, 9, tzinfo=UTC))
_NARROW.organisation = Organisation(name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH")
_NARROW.topic, _NARROW.after = Topic(label="Sepsis"), example(title="Are you coming?")
_SOON = example(state=READY, send_at=datetime(2019, 11, 27, 10, 1, tzinfo=UTC))
_MONDAY = example(
    state=READY, send_at=datetime(2019, 12, 2, 9, tzinfo=UTC), wanted_at=datetime(2019, 12, 2, 9, tzinfo=UTC)
)
_ASKED = example(state=ASKING)
_GONE = example(state=STARTED, started_at=AT, size=412)
_PUT_RIGHT = example(state=STARTED, started_at=AT, size=412, corrected_at=AT)
_BACK = example(state=STARTED, started_at=AT, size=1, cancelled_at=AT, withdrawn_at=AT)
_ENDED = example(state=STARTED, started_at=AT, size=412, cancelled_at=AT)
_MANY = Look(412, ("Amina Okafor", "Jonas Weber"), (("They have not agreed to announcements.", 12),))
_FEW = Look(2, ("Amina Okafor", "Jonas Weber"), ())

EXAMPLES: dict[str, Message | Form] = {
    "message": broadcast(_DRAFT),
    "message_plain": broadcast(_PLAIN),
    "message_put_right": broadcast(_PUT_RIGHT),
    "taken_back": taken_back(_BACK),
    "tried": tried(_DRAFT),
    "answered": answered(_GONE, 0),
    "write_back": write_back(_GONE),
    "wrote_back": wrote_back(_GONE),
    "compose": compose(),
    "draft": draft(_PLAIN, _FEW, (), alone_up_to=200, others=2, today=DAY),
    "draft_narrow": draft(_NARROW, _MANY, ("ann@trust.example",), alone_up_to=200, others=2, today=DAY),
    "draft_alone": draft(_DRAFT, _MANY, (), alone_up_to=200, others=0, today=DAY),
    "draft_nobody": draft(_DRAFT, Look(0, (), ()), (), alone_up_to=200, others=0, today=DAY),
    "discarded": discarded(),
    "listing": listing((_GONE, _BACK, _ENDED, _ASKED, _MONDAY, _DRAFT), DAY),
    "listing_none": listing((), DAY),
}
