"""What comes back about rounds: the form for a programme, the day of a pause, and the buttons."""

from datetime import date

from qibot.chat.forms import Answers, Choice, choice, day, form, hidden, line
from qibot.chat.wire import Action, action
from qibot.introductions.rounds.matching import (
    ANOTHER_ORGANISATION,
    ANOTHER_ORGANISATION_AND_PLACE,
    ANYBODY,
    SAME_ROLE,
)
from qibot.introductions.rounds.models import EVERYBODY, OF_EVENT, OF_PLACE, OF_TOPIC
from qibot.introductions.rounds.rhythm import FORTNIGHTLY, MONTHLY, ONCE, QUARTERLY, WEEKLY

AUDIENCE_LABELS = {
    EVERYBODY: "Everybody who agrees to introductions",
    OF_TOPIC: "Those who work on a topic",
    OF_PLACE: "Those in a place",
    OF_EVENT: "Those who joined an event",
}
RHYTHM_LABELS = {
    ONCE: "Once",
    WEEKLY: "Every week",
    FORTNIGHTLY: "Every two weeks",
    MONTHLY: "Every month",
    QUARTERLY: "Every three months",
}
RULE_LABELS = {
    ANOTHER_ORGANISATION: "Somebody of another organisation",
    ANOTHER_ORGANISATION_AND_PLACE: "Somebody of another organisation and another place",
    SAME_ROLE: "Somebody of the same role in another organisation",
    ANYBODY: "Anybody",
}
COOL_DOWNS = (4, 8, 13, 26, 52)
"""Weeks in which two people who have met are not matched again; 26 unless somebody chooses otherwise."""


@action("rounds.join")
class JoinRound(Action):
    """Take part, or change how: `mode` is "ask" or "automatic"."""

    programme: int
    mode: str


@action("rounds.leave")
class LeaveRound(Action):
    """Take part no more."""

    programme: int


@action("rounds.yes")
class SayYes(Action):
    """Be in this round, when asked or after all."""

    programme: int
    number: int


@action("rounds.skip")
class SkipRound(Action):
    """Leave this one round out."""

    programme: int
    number: int


@action("rounds.open_pause")
class OpenPause(Action):
    """Choose the day until which to pause."""

    programme: int


@action("rounds.resume")
class ResumeRound(Action):
    """End the pause."""

    programme: int


@action("rounds.trios")
class PreferTrios(Action):
    """Rather meet two people than one, or not any more."""

    programme: int
    trio: bool


@action("rounds.confirm")
class Confirm(Action):
    """The coming round goes out by this rule (organisers)."""

    programme: int
    number: int
    rule: str


@action("rounds.undo")
class Undo(Action):
    """Take that back while nothing was sent (organisers)."""

    round: int


@action("rounds.open_change")
class OpenChange(Action):
    """Change a programme (organisers)."""

    programme: int


@action("rounds.stop")
class StopProgramme(Action):
    """End a programme (organisers)."""

    programme: int


@form("rounds.pause", title="Pause your rounds", submit="Pause")
class PauseRound(Answers):
    """Until when. `programme` is its id."""

    until: date = day("Until", help="A pause always has an end; after it you are in again by yourself.")
    programme: str = hidden()


_HOW_OFTEN = tuple(Choice(value, label) for value, label in RHYTHM_LABELS.items())
_WHO_MEETS = tuple(Choice(value, label) for value, label in RULE_LABELS.items())
_WITHIN = tuple(Choice(str(weeks), f"{weeks} weeks") for weeks in COOL_DOWNS)


@form("rounds.create", title="Start rounds", submit="Start")
class CreateProgramme(Answers):
    """A new programme (organisers)."""

    name: str = line("Name", longest=60, placeholder="Coffee across organisations")
    audience: str = choice("Who is invited?", *(Choice(value, label) for value, label in AUDIENCE_LABELS.items()))
    topic: str = choice("The topic, if it is for one", optional=True)
    place: str = line("The place, if it is for one", optional=True, longest=60)
    event: str = line("The join code of the event, if it is for one", optional=True, longest=12)
    rhythm: str = choice("How often?", *_HOW_OFTEN)
    rule: str = choice("Who meets whom?", *_WHO_MEETS)
    cool_down: str = choice("The same two never meet again within", *_WITHIN)
    first_on: date = day("The first day", help="Before it you see what the round would come to, and agree to it.")


@form("rounds.change", title="Change the rounds", submit="Save")
class ChangeProgramme(Answers):
    """What a programme is from its coming round on (organisers)."""

    programme: str = hidden()
    name: str = line("Name", longest=60)
    rhythm: str = choice("How often?", *_HOW_OFTEN)
    rule: str = choice("Who meets whom?", *_WHO_MEETS)
    cool_down: str = choice("The same two never meet again within", *_WITHIN)
    next_on: date = day("The coming round", help="The rounds after it are counted from this day.")
