"""What the bot says about the list of those somebody is never to be introduced to, to its owner alone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.introductions.forms import Lift
from qibot.introductions.models import NotWith
from qibot.typed import Typed

_LIST = Button("My list", Say("introductions not"))
_MINE = Button("My introductions", Say("introductions"))
_HOW = (
    "Nobody else learns of it, and neither do they: if they ask for you, they hear in the end that you are not "
    "available, as after no answer."
)


def kept(entry: NotWith) -> Message:
    """After somebody was put on the list."""
    if entry.other_id is not None:
        words = Text("I never introduce you to ", Bold(entry.label), ".")
        return Message("That stays between us", words, Buttons(_LIST, _MINE), Note(_HOW))
    return Message(
        "That stays between us",
        Text(
            "I never introduce you to anybody called ", Bold(entry.label), ", in the network now or later. "
            "Please check the spelling: I cannot tell you who is there."
        ),
        Buttons(Button("Take it back", Lift(entry.id)), _LIST),
        Note(_HOW),
    )  # fmt: skip


def listed(entries: Sequence[NotWith], today: date, *, page: int, more: bool) -> Message:
    """Somebody's own list."""
    if not entries:
        return Message(
            "Nobody is on your list" if page == 1 else "Those were all",
            Text(
                "If there is somebody I should never introduce you to, type ",
                Typed("introductions not"),
                " and their whole name.",
            ),
            Buttons(_MINE),
            Note(_HOW),
        )
    parts: list[Part] = []
    for one in entries:
        since = say_date(local_date(one.since), today)
        parts += (Text(Bold(one.label), f", since {since}"), Buttons(Button("Take off the list", Lift(one.id))))
    further = (Button("More", Say(f"introductions not page:{page + 1}")),) if more else ()
    return Message("I never introduce you to", *parts, Buttons(*further, _MINE), Note(_HOW))


def lifted(label: str) -> Message:
    """After somebody was taken off again."""
    words = Text(Bold(label), " is no longer on your list. What comes from now on is treated as any other question.")
    return Message("Taken off your list", words, Buttons(_LIST, _MINE))


# ---- Examples

_AT, _DAY = datetime(2019, 11, 27, 10, tzinfo=UTC), date(2019, 11, 27)
_NAMED = NotWith(id=1, person_id=1, label="Sam Stranger", known=True, since=_AT)
_SEEN = NotWith(id=2, person_id=1, other_id=9, label="a porter at MKUH in Milton Keynes", known=False, since=_AT)

EXAMPLES: dict[str, Message | Form] = {
    "kept": kept(_SEEN),
    "kept_by_name": kept(_NAMED),
    "not_with": listed((_SEEN, _NAMED), _DAY, page=1, more=True),
    "not_with_nobody": listed((), _DAY, page=1, more=False),
    "not_with_no_more": listed((), _DAY, page=3, more=False),
    "lifted": lifted("Sam Stranger"),
}
