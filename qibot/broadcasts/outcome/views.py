"""What the bot says of how a broadcast goes: figures that add up, reasons with a next step, words that came back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from qibot.broadcasts.forms import Correct, OpenCorrect, Stop, Withdraw
from qibot.broadcasts.models import STARTED, Broadcast, Reply
from qibot.broadcasts.report import WAITING, Figures
from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Document, Facts, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.outbox.service import LEFT, NO_ACCOUNT, PAUSED, STOPPED, not_agreed
from qibot.people.models import Organisation, Person

_ALL = Button("All broadcasts", Say("broadcasts"))
_MOST_REASONS = 12
_NEXT = {
    LEFT: "There is nothing to do.",
    not_agreed("broadcasts"): "They can agree whenever they like; please do not send it to them in another way.",
    STOPPED: "That is their choice, and they can start it again.",
    NO_ACCOUNT: "Ask them to write to me once, in the chat they use.",
    PAUSED: "Tell them in person if it cannot wait.",
    "It waits for working hours.": "It goes out by itself.",
    "There were enough messages this week.": "It goes out by itself once they have had a quieter week.",
    "The platform asked us to slow down.": "It goes out by itself.",
    "It waits for its turn.": "It goes out by itself.",
    "Reminders are paused.": "It goes out by itself if the pause ends within two weeks.",
}
_OTHERWISE = {
    "failed": "Ask them to write to me once, then write a broadcast to them by name.",
    "skipped": "There is nothing to do.",
    WAITING: "It goes out by itself.",
}
_TITLES = {"failed": "Could not be delivered", "skipped": "Skipped", WAITING: "Waiting"}


def report(found: Broadcast, figures: Figures, now: datetime, zone: str) -> Message:
    """How it stands: while it goes, and afterwards."""
    parts: list[Part] = [
        Facts(
            (
                ("For", str(figures.size)),
                ("Sent", str(figures.sent)),
                ("Could not be delivered", str(figures.failed)),
                ("Skipped", str(figures.skipped)),
                ("Waiting", str(figures.waiting)),
                ("Time to finish", _finish(figures, now, zone)),
                *((f"Answered “{label}”", str(count)) for label, count in figures.answered),
                ("Wrote back", str(figures.replies) if figures.replies else ""),
                *_changes(found, figures),
            )
        )
    ]
    parts += _reasons(figures)
    if figures.unchanged:
        more = f" and {figures.cannot_change - len(figures.unchanged)} more"
        names = ", ".join(figures.unchanged) + (more if figures.cannot_change > len(figures.unchanged) else "")
        parts.append(Text(Bold("Still have the words of before: "), names, ". Please tell them yourself."))
    words = (Button("Read what they wrote", Say(f"broadcast replies #{found.id}")),) if figures.replies else ()
    file = Button("List as a file", Say(f"broadcast export #{found.id}"))
    parts.append(Buttons(*words, file, *_after_start(found, waiting=figures.waiting)))
    parts.append(Note("Sent means that the chat took it. Nobody can tell me whether it was looked at."))
    return Message(f"“{found.title}”: {_stands(found, figures)}", *parts)


def _stands(found: Broadcast, figures: Figures) -> str:
    if found.withdrawn_at is not None:
        return "taken back"
    if figures.waiting:
        return "being stopped" if found.cancelled_at else "going out"
    return "stopped" if found.cancelled_at else "has gone out"


def _finish(figures: Figures, now: datetime, zone: str) -> str:
    if not figures.waiting:
        return ""
    minutes = -(-figures.seconds // 60)
    soon = "less than a minute" if minutes <= 1 else f"about {minutes} minutes"
    if not figures.later or figures.later_until is None:
        return soon
    day = say_date(local_date(figures.later_until, zone), local_date(now, zone))
    last = f"{figures.later} later, the last on {day} at {figures.later_until.astimezone(ZoneInfo(zone)):%H:%M}"
    return last if figures.later == figures.waiting else f"{soon}; {last}"


def _changes(found: Broadcast, figures: Figures) -> tuple[tuple[str, str], ...]:
    if found.corrected_at is None and found.withdrawn_at is None:
        return ()
    name = "Taken back" if found.withdrawn_at is not None else "Put right"
    return (
        (f"{name} where it stood", str(figures.changed)),
        (f"{name}, still to do", str(figures.to_change) if figures.to_change else ""),
        (f"{name}, not possible any more", str(figures.cannot_change) if figures.cannot_change else ""),
    )


def _reasons(figures: Figures) -> list[Part]:
    parts: list[Part] = []
    shown = figures.reasons[:_MOST_REASONS]
    for end, title in _TITLES.items():
        lines = [f"{n}: {_sentence(why)} {_NEXT.get(why, _OTHERWISE[end])}" for e, why, n in shown if e == end]
        if lines:
            parts.append(Text(Bold(title), "\n" + "\n".join(lines)))
    if len(figures.reasons) > len(shown):
        parts.append(Text("There are more reasons; the file has all of them."))
    return parts


def _sentence(reason: str) -> str:
    """A reason of a platform is a half sentence: “their account cannot be written to”."""
    whole = reason[:1].upper() + reason[1:]
    return whole if whole.endswith(".") else f"{whole}."


def replies(found: Broadcast, rows: Sequence[Reply], zone: str) -> Message:
    """What people wrote back, the newest first."""
    show = Button("See the report", Say(f"broadcast show #{found.id}"))
    if not rows:
        return Message(
            f"Nobody has written back to “{found.title}”",
            Text("What people write comes to you, and stands here." if found.takes_words else "It asked for no words."),
            Buttons(show),
        )
    parts: list[Part] = []
    for one in rows:
        day = say_date(local_date(one.at, zone), local_date(one.at, zone))
        parts += [Text(Bold(one.person.name), f" ({one.person.organisation.short_name}), {day}"), Quote(one.words)]
    note = Note("They know that organisers see their words and name. Deleted after 180 days.")
    return Message(f"Written back to “{found.title}”", *parts, Buttons(show), note)


def reply_came(one: Reply, found: Broadcast) -> Message:
    """For whoever sent the broadcast."""
    return Message(
        f"{one.person.name} wrote back to “{found.title}”",
        Text(f"{one.person.name} ({one.person.organisation.short_name}) knows that the organisers see this:"),
        Quote(one.words),
        Buttons(
            Button("All that was written", Say(f"broadcast replies #{found.id}")),
            Button("See the report", Say(f"broadcast show #{found.id}")),
        ),
    )


def exported(found: Broadcast, text: str, lines: int) -> Message:
    """The list as a file."""
    parts: list[Part] = [Text(f"{lines} of {found.size} lines: name, organisation, what became of it and why.")]
    if lines < found.size:
        parts.append(
            Text(f"The whole list is longer than a chat takes; your operator gets it as broadcast {found.id}.")
        )
    show = Buttons(Button("See the report", Say(f"broadcast show #{found.id}")))
    note = Note(
        "The list has names in it. Keep it as you keep any list of colleagues, and delete it when you are done."
    )
    return Message(f"“{found.title}” as a list", *parts, Document(f"broadcast-{found.id}.csv", text), show, note)


# ---- Stopped, put right, taken back


def correcting(found: Broadcast) -> Form:
    """The form for other words."""
    return Form(
        Correct,
        {"broadcast": str(found.id), "title": found.title, "body": found.body},
        intro="Whoever has it sees the new words in its place, without another message. Whoever waits gets only these.",
    )


def changing(found: Broadcast) -> Message:
    """After a correction, or after taking it back."""
    title = f"“{found.title}” is being put right" if found.withdrawn_at is None else f"“{found.title}” is taken back"
    return Message(
        title,
        Text("I change it in every chat that has it. Where that is not possible any more, the report says so."),
        Buttons(Button("See the report", Say(f"broadcast show #{found.id}")), _ALL),
        beside=True,
    )


def stopped(found: Broadcast) -> Message:
    """After stopping it."""
    return Message(
        f"“{found.title}” is stopped",
        Text("Nobody else gets it. Those who have it keep it, unless you take it back or put it right."),
        Buttons(*_after_start(found, waiting=0), _ALL),
    )


def _after_start(found: Broadcast, *, waiting: int) -> tuple[Button, ...]:
    """What can still be done once it has started."""
    if found.withdrawn_at is not None:
        return ()
    stop = (
        (Button("Stop it", Stop(found.id), "danger", "Nobody else gets it."),)
        if waiting and not found.cancelled_at
        else ()
    )
    back = Button("Take it back", Withdraw(found.id), "danger", "Everybody who has it sees that it was taken back.")
    return (*stop, Button("Put it right", OpenCorrect(found.id)), back)


# ---- Examples

_AT = datetime(2019, 11, 27, 10, tzinfo=UTC)


def _example(**more: object) -> Broadcast:
    given: dict[str, object] = {
        "id": 3, "organiser_id": 6, "title": "A new room for Friday", "body": "We meet in room 4.", "size": 412,
        "answers": '["I am coming", "I cannot come"]', "takes_words": True, "state": STARTED, "started_at": _AT,
    }  # fmt: skip
    made = Broadcast(**{**given, **more})
    made.organiser = Person(id=6, name="Owen Hughes", zone="Europe/London")
    return made


_REASONS = (
    ("failed", "their account cannot be written to", 2),
    ("skipped", not_agreed("broadcasts"), 12),
    ("skipped", PAUSED, 3),
    (WAITING, "It waits for working hours.", 20),
)
_GOING = Figures(
    412,
    200,
    2,
    15,
    195,
    _REASONS,
    (("I am coming", 31), ("I cannot come", 4)),
    2,
    190,
    20,
    datetime(2019, 11, 28, 9, tzinfo=UTC),
)
_ONLY_LATER = Figures(30, 28, 0, 0, 2, _REASONS[3:], (), 0, 0, 2, datetime(2019, 11, 28, 9, tzinfo=UTC))
_DONE = Figures(412, 395, 2, 15, 0, _REASONS[:3], (("I am coming", 31), ("I cannot come", 4)))
_RIGHT = Figures(
    412,
    395,
    2,
    15,
    0,
    tuple(("failed", f"fault {n}", 1) for n in range(14)),
    (),
    0,
    0,
    0,
    None,
    380,
    13,
    12,
    ("Amina Okafor",),
)
_BACK = Figures(
    412, 100, 0, 312, 0, (("skipped", "An organiser took it back before it went.", 312),), (), 0, 0, 0, None, 100
)
_REPLY = Reply(id=1, broadcast_id=3, person_id=1, words="Could we meet at *two*?", at=_AT)
_REPLY.person = Person(id=1, name="Amina Okafor")
_REPLY.person.organisation = Organisation(name="Milton Keynes University Hospital", short_name="MKUH")

EXAMPLES: dict[str, Message | Form] = {
    "correcting": correcting(_example()),
    "changing": changing(_example(corrected_at=_AT)),
    "changing_back": changing(_example(withdrawn_at=_AT)),
    "stopped": stopped(_example(cancelled_at=_AT)),
    "report_going": report(_example(), _GOING, _AT, "Europe/London"),
    "report_later": report(_example(size=30), _ONLY_LATER, _AT, "Europe/London"),
    "report_done": report(_example(), _DONE, _AT, "Europe/London"),
    "report_stopped": report(_example(cancelled_at=_AT), _DONE, _AT, "Europe/London"),
    "report_put_right": report(_example(corrected_at=_AT), _RIGHT, _AT, "Europe/London"),
    "report_taken_back": report(_example(withdrawn_at=_AT), _BACK, _AT, "Europe/London"),
    "replies": replies(_example(), (_REPLY,), "Europe/London"),
    "replies_none": replies(_example(), (), "Europe/London"),
    "replies_no_words": replies(_example(takes_words=False), (), "Europe/London"),
    "reply_came": reply_came(_REPLY, _example()),
    "exported": exported(_example(size=1), "Name\r\nAmina Okafor\r\n", 1),
    "exported_in_part": exported(_example(), "Name\r\nAmina Okafor\r\n", 1),
}
