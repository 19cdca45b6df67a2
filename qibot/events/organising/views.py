"""What the bot says about changing an event, its organisers and its places."""

from collections.abc import Sequence
from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.events import followups
from qibot.events.forms import CancelEvent
from qibot.events.models import Event
from qibot.events.organising.forms import AtPlace, EditEvent, StepDown, TakeBack
from qibot.events.organising.service import Edited
from qibot.people.models import Organisation, Person
from qibot.typed import Typed


def edit_form(event: Event) -> Form:
    """The event as it is, to be changed."""
    values = {"event": str(event.id), "title": event.title, "day": event.day.isoformat(), "place": event.where}
    return Form(EditEvent, {**values, "follow_up": event.follow_up or "none"})


def edited(event: Event, done: Edited, today: date) -> Message:
    """After changing an event."""
    if not done.anything:
        return Message(f"“{event.title}” is as it was", _facts(event, today), Buttons(_show(event)))
    parts: list[Part] = [_facts(event, today)]
    if done.day or done.plan:
        asked = f"asked how it goes {followups.said(event.weeks)}" if event.weeks else "not asked later how it goes"
        parts.append(Text(f"Whoever promised something is {asked}, counted from its day. What was asked is not again."))
    if done.told:
        people = "One other person who joined hears" if done.told == 1 else f"{done.told} others who joined hear"
        parts.append(
            Text(f"{people} of it once, in five minutes, within working hours and if they agreed to reminders.")
        )
    elif done.day or done.places:
        parts.append(Text("There is nobody else to tell."))
    change = Button("Change it again", Say(f"event edit {event.code}"))
    return Message(f"“{event.title}” is changed", *parts, Buttons(_show(event), change))


def changed(event: Event, today: date, *, day: bool, places: bool) -> Message:
    """Tells somebody who joined what is new: the day, the places, or both."""
    new = " and ".join(word for word, told in (("day", day), ("place", places)) if told) or "day or place"
    promised = " What you promised there is asked about by the new day." if day else ""
    return Message(
        f"“{event.title}” has another {new}",
        _facts(event, today),
        *which_place(event),
        Buttons(_show(event)),
        Note(f"You get this because you joined it.{promised}"),
    )


def called_off(event: Event, today: date) -> Message:
    """Tells somebody who joined that it is cancelled."""
    return Message(
        f"“{event.title}” will not take place",
        _facts(event, today),
        Text("Its organisers have cancelled it, and I write to you about it no more."),
        Text("If you promised something there, it stays among your promises, and I do not ask how it goes."),
        Buttons(Button("Your events", Say("event")), Button("My promises", Say("pledges"))),
        Note("You get this because you joined it."),
    )


def you_organise(event: Event, by: str, today: date) -> Message:
    """Tells a member that they organise an event; `by` added them, "" for somebody who left."""
    return Message(
        f"You organise “{event.title}” now",
        _facts(event, today),
        Text(
            f"{by or 'One of its organisers'} added you. You may change and cancel this event, get its link and "
            "picture, answer what the room asked, group what was said and read its report. It is this event and no "
            "other, and you have to do nothing."
        ),
        Buttons(_show(event), Button("I would rather not", StepDown(event.id))),
        Note("Whoever would rather not is asked nothing. It ends there and then, and others can add you again."),
    )


def stepped_down(event: Event) -> Message:
    """After stepping down."""
    return Message(
        f"You do not organise “{event.title}”",
        Text("Its other organisers see that you are not among them. If you joined it, you are in it as before."),
        Buttons(_show(event)),
    )


def which_place(event: Event) -> tuple[Part, ...]:
    """At which of several places somebody is."""
    if len(event.places) < 2:
        return ()
    buttons = (Button(place, AtPlace(event.id, place)) for place in event.places)
    return Text("At which place are you?"), Buttons(*buttons)


def at_place(event: Event, place: str, today: date) -> Message:
    """After saying where."""
    reflect = Button("Reflect", Say(f"reflect {event.code}"), "primary")
    text = Text("You are at ", Bold(place), f" for “{event.title}”, {say_date(event.day, today)}.")
    return Message("Thank you", text, Buttons(reflect, _show(event)))


def cancelling(event: Event, today: date) -> Message:
    """Before cancelling."""
    return Message(
        f"Cancel “{event.title}”?",
        _facts(event, today),
        Text("Nobody can join it any more, and nobody is asked about promises made there. What was said stays."),
        *([Text("Everybody who joined hears so once.")] if event.day >= today else []),
        Buttons(
            Button("Yes, cancel it", CancelEvent(event.id), "danger"),
            Button("Keep it", Say(f"event show {event.code}")),
        ),
    )


def cancelled(event: Event, told: int) -> Message:
    """After cancelling; `told` others hear of it."""
    people = "One other person who joined hears" if told == 1 else f"{told} others who joined hear"
    hear = f"{people} so once, in their working hours and if they agreed to reminders." if told else ""
    soon = " If it is soon, please let them know in other ways too." if told else ""
    return Message(
        f"“{event.title}” is cancelled",
        Text(f"Nobody is asked about promises made there. {hear or 'There is nobody else to tell.'}{soon}"),
        Buttons(Button("Create another", Say("event create"))),
    )


def organisers(event: Event, added: Sequence[Person], new: Person | None = None, *, already: bool = False) -> Message:
    """Who organises an event besides the organisers of the network; `new` was added just now, or might `already`."""
    parts: list[Part] = []
    for one in added:
        parts.append(Text(Bold(one.name), f", {one.organisation.short_name or one.organisation.name}"))
        parts.append(Buttons(Button("Take it back", TakeBack(event.id, one.id), "danger")))
    if not added:
        parts.append(Text("Nobody yet, besides the organisers of the network."))
    title = f"Organisers of “{event.title}”"
    if new is not None:
        title = f"{new.name} may organise “{event.title}” {'already' if already else 'now'}"
    add = Text("Add a member with ", Typed("event organiser"), f", their name and the code, {event.code}.")
    rights = Note(
        "They may change and cancel this event, answer the room, group what was said and read its report: this event "
        "and no other. I tell them so, with a button to step down."
    )
    return Message(title, *parts, add, Buttons(_show(event)), rights)


def _facts(event: Event, today: date) -> Facts:
    where = ("Places" if len(event.places) > 1 else "Place", event.where)
    return Facts((("Day", say_date(event.day, today)), where, ("Join code", event.code)))


def _show(event: Event) -> Button:
    return Button("See the event", Say(f"event show {event.code}"))


_DAY = date(2019, 11, 27)
_EVENT = Event(
    id=1, title="Improving together", day=_DAY, place="Luton", other_places="Bedford\nMilton Keynes", code="QI27",
    organiser_id=6, follow_up="2, 6, 12",
)  # fmt: skip
_ONE = Event(id=2, title="Sepsis day", day=_DAY, place="Luton", code="SEPSIS", organiser_id=6, follow_up="")
_AMINA = Person(id=1, name="Amina Okafor", organisation=Organisation(name="Milton Keynes Hospital", short_name="MKUH"))

EXAMPLES: dict[str, Message | Form] = {
    "edit_form": edit_form(_EVENT),
    "edit_form_no_plan": edit_form(_ONE),
    "edited": edited(_EVENT, Edited(day=True, told=12), _DAY),
    "edited_one_hears": edited(_ONE, Edited(day=True, told=1), _DAY),
    "edited_nobody_hears": edited(_ONE, Edited(places=True), _DAY),
    "edited_title_only": edited(_ONE, Edited(title=True), _DAY),
    "edited_nothing": edited(_ONE, Edited(), _DAY),
    "changed": changed(_EVENT, _DAY, day=True, places=True),
    "changed_day": changed(_ONE, _DAY, day=True, places=False),
    "changed_place": changed(_ONE, _DAY, day=False, places=True),
    "changed_before_it_was_said_what": changed(_ONE, _DAY, day=False, places=False),
    "cancelling": cancelling(_ONE, _DAY),
    "cancelled": cancelled(_ONE, 12),
    "cancelled_one_hears": cancelled(_ONE, 1),
    "cancelled_nobody_hears": cancelled(_ONE, 0),
    "called_off": called_off(_EVENT, _DAY),
    "you_organise": you_organise(_EVENT, "Owen Hughes", _DAY),
    "you_organise_by_nobody": you_organise(_ONE, "", _DAY),
    "stepped_down": stepped_down(_ONE),
    "at_place": at_place(_EVENT, "Bedford", _DAY),
    "organisers": organisers(_EVENT, [_AMINA]),
    "organisers_none": organisers(_EVENT, []),
    "organisers_added": organisers(_EVENT, [_AMINA], _AMINA),
    "organisers_already": organisers(_EVENT, [_AMINA], _AMINA, already=True),
}
