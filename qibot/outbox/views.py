"""What the bot says about reminders, and the ways out that every nudge carries."""

from collections.abc import Sequence
from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Button, Buttons, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.chat.wire import Action, action
from qibot.dates import say_date
from qibot.outbox.models import EVERYTHING
from qibot.typed import Typed


@action("outbox.snooze")
class Snooze(Action):
    """Say this one again in a week."""

    delivery: str


@action("outbox.stop")
class Stop(Action):
    """No more of the kind of this delivery, or of this kind; `EVERYTHING` for all."""

    delivery: str = ""
    kind: str = ""


@action("outbox.start")
class Start(Action):
    """This kind again; `EVERYTHING` for all."""

    kind: str


def with_ways_out(message: Message, delivery: str, label: str) -> Message:
    """A nudge as it is sent: why it came, and the buttons to put it off or stop its kind."""
    return message.plus(
        Buttons(
            Button("Remind me in a week", Snooze(delivery)),
            Button("Stop these", Stop(delivery)),
        ),
        Note(f"Why you get this: {label}. See what else is coming with ", Typed("nudges"), "."),
    )


def coming(
    said: Sequence[tuple[date, str]],
    *,
    stopped: Sequence[tuple[str, str]],
    stoppable: Sequence[tuple[str, str]],
    paused_until: date | None,
    today: date,
) -> Message:
    """What is coming (day, label) and what is not; `stopped` and `stoppable` are (kind, label)."""
    parts: list[Part] = [Text("\n".join(f"{say_date(day, today)}: {label}" for day, label in said))] if said else []
    if not said:
        parts.append(Text("Nothing is planned for you at the moment."))
    if paused_until is not None:
        parts.append(Text(f"Reminders are paused until {say_date(paused_until, today)}."))
    if stopped:
        parts.append(Text("Stopped: " + "; ".join(label for _, label in stopped) + "."))
    pause = (
        Button("Resume", Say("nudges resume")) if paused_until else Button(_TWO_WEEKS, Say("nudges pause in 2 weeks"))
    )
    parts.append(
        Buttons(pause, *_stops(stopped, stoppable), *(Button(f"Start: {label}", Start(k)) for k, label in stopped))
    )
    parts.append(
        Note(
            "I write unasked only in your working hours, and only a few times a week. What you asked for always comes."
        )
    )
    return Message("Your reminders", *parts)


_TWO_WEEKS = "Pause for two weeks"


def _stops(stopped: Sequence[tuple[str, str]], stoppable: Sequence[tuple[str, str]]) -> list[Button]:
    if any(kind == EVERYTHING for kind, _ in stopped):
        return []
    one_each = [Button(f"Stop: {label}", Stop(kind=kind)) for kind, label in stoppable]
    return [*one_each, Button("Stop all", Stop(kind=EVERYTHING), "danger", "Stop all reminders?")]


def snoozed(day: date, today: date) -> Message:
    """After "remind me in a week"."""
    return Message(f"I will remind you on {say_date(day, today)}", Buttons(_SEE))


def stopped(kind: str, label: str) -> Message:
    """After a stop. It stands beside the nudge, which may hold something to read."""
    every = [] if kind == EVERYTHING else [Button("Stop all", Stop(kind=EVERYTHING))]
    return Message(
        f"Stopped: {label}",
        Text("I will not write to you about that any more, unless you ask."),
        Buttons(Button("Start again", Start(kind)), *every, _SEE),
        beside=True,
    )


def started(label: str) -> Message:
    """After a start."""
    return Message(f"Started again: {label}", Buttons(_SEE))


def paused(until: date, today: date) -> Message:
    """After a pause, whose end is always said."""
    return Message(
        f"Paused until {say_date(until, today)}",
        Text("Until then I write only when it is about something you asked for. After that I start again by myself."),
        Buttons(Button("Resume now", Say("nudges resume")), _SEE),
    )


def resumed() -> Message:
    """After the end of a pause."""
    return Message("Reminders are on", Buttons(_SEE))


_SEE = Button("See what is coming", Say("nudges"))

_A_DAY = date(2019, 11, 27)
_FOLLOW_UPS = ("events.pledge_followup", "Follow-ups of your pledges")
_REPLIES = ("introductions.asked", "People who would like to meet you")

EXAMPLES: dict[str, Message | Form] = {
    "nudge": with_ways_out(
        Message("How is it going?", Text("Two weeks ago you pledged to share your sepsis checklist.")),
        "6f1c1b0e5d8f4c0f9a3e2d7b8c9a0b1c",
        _FOLLOW_UPS[1],
    ),
    "coming": coming(
        [(date(2019, 12, 11), _FOLLOW_UPS[1]), (date(2020, 1, 8), _FOLLOW_UPS[1])],
        stopped=[_REPLIES],
        stoppable=[_FOLLOW_UPS],
        paused_until=None,
        today=_A_DAY,
    ),
    "nothing_coming": coming(
        [], stopped=[(EVERYTHING, "everything")], stoppable=[], paused_until=date(2020, 3, 12), today=_A_DAY
    ),
    "snoozed": snoozed(date(2019, 12, 4), _A_DAY),
    "stopped": stopped(*_FOLLOW_UPS),
    "stopped_all": stopped(EVERYTHING, "all reminders"),
    "started": started(_FOLLOW_UPS[1]),
    "paused": paused(date(2019, 12, 11), _A_DAY),
    "resumed": resumed(),
}
