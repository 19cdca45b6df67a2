"""What the bot says when a round did not go as it should, and why somebody was matched or left out."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.models import ACCEPTED
from qibot.introductions.rounds.matching import ANOTHER_ORGANISATION
from qibot.introductions.rounds.models import ASK_ME, AUTOMATIC, Participant, Programme
from qibot.introductions.rounds.rhythm import MONTHLY
from qibot.introductions.rounds.taking import Mine
from qibot.introductions.rounds.telling import Told
from qibot.introductions.seen import Opening, Seen, Side

_ROUNDS = Button("All rounds", Say("rounds"))
_MY_ROUNDS = Button("My rounds", Say("round"))


def sat_out(told: Told, today: date) -> Message:
    """For whoever is not matched, with the reason."""
    return Message(
        f"You sit out “{told.programme}” this time",
        Text(f"{told.why} {_first(told, today)}"),
        Buttons(Button("Find somebody meanwhile", Say("topics"), "primary"), _MY_ROUNDS),
        Note("It is the rule and the numbers, and nothing about you."),
    )


def not_reached(told: Told, today: date) -> Message:
    """For the others of a group of which one could not be told."""
    if told.others:
        names = " and ".join(side.other.name for side, _ in told.others)
        return Message(
            f"One of your three in “{told.programme}” could not be told",
            Text(f"It is the two of you now: you and {names}. You have each other’s card."),
            Buttons(Button("My introductions", Say("introductions")), _MY_ROUNDS),
        )
    return Message(
        f"Your match in “{told.programme}” could not be told",
        Text(
            "They may have left, or no longer read their chat, so nothing comes of it, and neither of you waits "
            f"for the other. {_first(told, today)}"
        ),
        Buttons(Button("Find somebody meanwhile", Say("topics"), "primary"), _MY_ROUNDS),
    )


def _first(told: Told, today: date) -> str:
    if told.next_on is None:
        return "There is no further round of these, but there may be others."
    return f"You come first in the next round, on {say_date(told.next_on, today)}."


def why(places: Sequence[Told | Mine], today: date) -> Message:
    """What became of somebody in the last round of each programme."""
    if not places:
        return Message(
            "You have not been in a round yet",
            Text("As soon as there was one, I tell you here what became of it and why."),
            Buttons(_MY_ROUNDS, _ROUNDS),
        )
    parts = [part for one in places for part in _because(one, today)]
    return Message("Why you were matched, or left out", *parts, Buttons(_MY_ROUNDS))


def _because(place: Told | Mine, today: date) -> tuple[Part, ...]:
    if isinstance(place, Mine):
        return Text(Bold(place.programme.name)), Text(_not_in(place, today))
    title = Text(Bold(place.programme), f", the round of {say_date(place.on, today)}")
    if place.sits_out:
        return title, Text(f"You sat out. {place.why} {_first(place, today)}")
    if place.alone:
        return title, Text(f"You were matched, but not everybody could be told. {_first(place, today)}")
    names = " and ".join(side.other.name for side, _ in place.others) or "somebody who has left since"
    common = f" In common: {place.why}." if place.why else ""
    return title, Text(f"You were matched with {names}.{common}")


def _not_in(one: Mine, today: date) -> str:
    last = one.programme.next_number - 1
    if one.me.skip_number == last:
        return "You left out the last round, as you wished."
    if one.me.paused_until is not None:
        return f"You had paused until {say_date(one.me.paused_until, today)}, and so you were not in the last round."
    if one.me.mode == ASK_ME and one.me.yes_number != last:
        return "You are asked before each round, and had not said yes to the last one by then."
    return (
        "You were not in the last round: you joined after it, had paused, or I had no way to write to you that day. "
        "You are not behind anybody for it."
    )


# ---- Examples

_DAY, _NEXT = date(2019, 12, 2), date(2020, 1, 6)
_COFFEE = Programme(
    id=3, name="Coffee across organisations", folded="", organiser_id=1, audience="everybody", place="",
    rhythm=MONTHLY, rule=ANOTHER_ORGANISATION, cool_down=26, first_on=_DAY, next_on=_NEXT, next_number=2,
)  # fmt: skip


def _not_there(mode: str = AUTOMATIC, skip: int = 0, until: date | None = None) -> Mine:
    joined_at = datetime(2019, 11, 27, 10, tzinfo=UTC)
    me = Participant(programme_id=3, person_id=1, mode=mode, joined_at=joined_at, skip_number=skip, yes_number=0)
    me.paused_until = until
    return Mine(_COFFEE, me)


_TOMASZ = Seen("Consultant nurse", "Beds Hospitals", "Bedford", "Tomasz Nowak", "tomasz.nowak@rc9.example")
_SIDE = Side(21, ACCEPTED, True, True, _TOMASZ, "", _DAY, _DAY, "Sepsis", round=_COFFEE.name)
_IN = Told(_COFFEE.name, ANOTHER_ORGANISATION, _DAY, "Sepsis", ((_SIDE, Opening()),), next_on=_NEXT)
_OUT = Told(
    _COFFEE.name, ANOTHER_ORGANISATION, _DAY, "Everybody you may meet was matched with somebody else.",
    sits_out=True, next_on=_NEXT,
)  # fmt: skip
_ALONE = Told(_COFFEE.name, ANOTHER_ORGANISATION, _DAY, "", alone=True)

EXAMPLES: dict[str, Message | Form] = {
    "round_sat_out": sat_out(_OUT, _DAY),
    "round_not_reached": not_reached(_ALONE, _DAY),
    "round_not_reached_three": not_reached(_IN, _DAY),
    "round_why": why((_IN, _OUT, _ALONE), _DAY),
    "round_why_not_in": why(
        (_not_there(skip=1), _not_there(until=date(2020, 1, 1)), _not_there(ASK_ME), _not_there()), _DAY
    ),
    "round_why_none": why((), _DAY),
}
