"""What comes back about organising an event: its changes, its organisers, and at which place somebody is."""

from datetime import date

from qibot.chat.forms import Answers, day, form, hidden, line
from qibot.chat.wire import Action, action
from qibot.events import followups, places


@action("events.at_place")
class AtPlace(Action):
    """I am at this one of the event's places."""

    event: int
    place: str


@action("events.organiser_back")
class TakeBack(Action):
    """This member organises the event no longer (its organisers)."""

    event: int
    person: int


@action("events.step_down")
class StepDown(Action):
    """I organise this event no longer."""

    event: int


@form("events.edit", title="Change an event", submit="Save")
class EditEvent(Answers):
    """What an event is, anew (its organisers)."""

    event: str = hidden()
    title: str = line("Title", longest=120)
    day: date = day("Day")
    place: str = line("Place", optional=True, longest=600, help=places.HELP)
    follow_up: str = line("Ask about promises after", optional=True, longest=60, help=followups.HELP)
