"""What the bot says about events, reflections and promises."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.events import followups, small
from qibot.events.forms import (
    AnswerPledge,
    ChangePledge,
    CreateEvent,
    GroupAnswers,
    GroupThese,
    MakePledge,
    ReflectClosing,
    ReflectPairs,
    SuggestThemes,
    UseThemes,
)
from qibot.events.models import CHANGED, DONE, GOING, LET_GO, OPEN, QUESTIONS, Event, Pledge
from qibot.events.service import Counts, Statement
from qibot.typed import Typed

_MOST = 10
"""Promises in one message: more would not be read."""

LABELS = {slug: label for asked in QUESTIONS.values() for slug, label in asked.items()}


def created(event: Event, today: date) -> Message:
    """A new event, with how people join it."""
    return Message(
        f"“{event.title}” is ready",
        _facts(event, today),
        Text(
            "People join by typing ", Typed(f"event join {event.code}"), ". Put the code on the invitation or a slide."
        ),
        Note(_plan(event)),
        Buttons(_how_to_join(event), Button("Join it yourself", Say(f"event join {event.code}")), _show(event)),
    )


def join_first(event: Event) -> Message:
    """Somebody who is not in the network yet wants to join an event."""
    return Message(
        "Please join the network first",
        Text(f"It takes a minute. Then join “{event.title}” with its code, {event.code}."),
        Buttons(
            Button("Join the network", Say("join"), "primary"),
            Button("Join the event", Say(f"event join {event.code}")),
        ),
        beside=True,
    )


def joined(event: Event, *, new: bool, today: date) -> Message:
    """After joining an event."""
    title = f"You are in: {event.title}" if new else f"You had joined “{event.title}” already"
    parts: list[Part] = [_facts(event, today), _what_next(event)]
    if event.day >= today:
        parts += [
            Text(
                "On the day the organisers may put people into pairs. If you agreed to be found and to be introduced, "
                "you are in them, and whoever sits with you sees your name, role and organisation."
            ),
            Buttons(Button("Leave me out of pairs", Say(f"pairs out {event.code}"))),
        ]
    return Message(title, *parts)


def mine(events: Sequence[Event], today: date) -> Message:
    """Somebody's events, the one joined last first."""
    if not events:
        return Message(
            "You have not joined an event yet",
            Text("Type ", Typed("event join"), " and the code that its organiser gives you."),
            Buttons(Button("What can you do?", Say("help"))),
        )
    parts: list[Part] = []
    for event in events[:10]:
        where = "".join(f", {p}" for p in (event.where, say_date(event.day, today)) if p)
        parts += [Text(Bold(event.title), where), _what_next(event)]
    return Message("Your events", *parts, Buttons(Button("My promises", Say("pledges"))))


def shown(event: Event, counts: Counts | None, today: date) -> Message:
    """The facts of an event; with `counts`, what an organiser sees and may do."""
    others = Buttons(Button("Your events", Say("event")))
    if counts is None and event.cancelled_at:
        return Message(f"{event.title} (cancelled)", _facts(event, today), others)
    if counts is None:
        return Message(event.title, _facts(event, today), _what_next(event))
    figures = Facts(
        (
            ("People", f"{counts.people} of {counts.organisations} organisations" if counts.people else "nobody yet"),
            ("At", _by_place(counts.places)),
            ("Forms handed in", str(counts.reflections)),
            ("Pledges", str(counts.pledges)),
        )
    )
    if event.cancelled_at:
        return Message(f"{event.title} (cancelled)", _facts(event, today), figures, others)
    organise = Buttons(
        Button("Report", Say(f"event report {event.code}"), "primary"),
        _how_to_join(event),
        Button("Group the answers", Say(f"event themes {event.code}")),
        Button("Change it", Say(f"event edit {event.code}")),
        Button("Organisers", Say(f"event organiser {event.code}")),
        Button("Cancel the event", Say(f"event cancel {event.code}"), "danger"),
    )
    return Message(event.title, _facts(event, today), figures, _what_next(event), organise)


def which_form(event: Event) -> Message:
    """Two ways to reflect."""
    return Message(
        f"What do you take from “{event.title}”?",
        Text("Every box is optional, and your name can stay out of it."),
        Buttons(
            Button("The two questions in pairs", Say(f"reflect pairs {event.code}")),
            Button("The four closing questions", Say(f"reflect closing {event.code}")),
        ),
    )


def reflected(event: Event, statements: int, *, named: bool) -> Message:
    """After handing in a form."""
    what = "one thought" if statements == 1 else f"{statements} thoughts"
    kept = f"I kept {what} from “{event.title}”, in your words" if statements else "I kept how your energy is"
    who = "." if named else ", and nothing that says they are yours." if statements else ", without your name."
    return Message(
        "Thank you",
        Text(kept, who),
        Buttons(
            Button("Make a pledge", Say(f"event pledge {event.code}"), "primary"),
            Button("Answer more questions", Say(f"reflect {event.code}")),
        ),
        Note("The organisers see what was said at the event in one report, without names."),
    )


def pledged(pledge: Pledge, days: Sequence[date], *, agreed: bool, today: date) -> Message:
    """After promising. `days` are when it is asked about; `agreed` whether reminders are."""
    first, *rest = (say_date(day, today) for day in days) if days else ("",)
    if not days:
        how = Text("At this event nobody is asked later how it goes; it is yours to keep.")
    elif agreed:
        # “Wed 8 Jan and Wed 19 Feb”, and commas where there are more.
        then = " and ".join(filter(None, (", ".join(rest[:-1]), *rest[-1:])))
        how = Text("I will ask you how it goes on ", Bold(first), f", then on {then}." if then else ".")
    else:
        how = Text(
            "You have not agreed to reminders, so I will not ask how it goes. You can change that with ",
            Typed("me"),
            ".",
        )
    return Message(
        "That is a promise",
        Quote(pledge.words),
        how,
        Buttons(Button("Another one", Say(f"event pledge {pledge.event.code}")), Button("My promises", Say("pledges"))),
    )


def pledges(rows: Sequence[Pledge], today: date) -> Message:
    """Somebody's open promises, each with its buttons."""
    if not rows:
        return Message(
            "You have no open promises",
            Text("Something small that you will try is a good one."),
            Buttons(Button("Make a pledge", Say("pledge")), Button("My events", Say("event"))),
        )
    return Message("Your promises", *_cards(rows, today))


def followup(rows: Sequence[Pledge], today: date) -> Message:
    """Asks how promises of one event are going."""
    event = rows[0].event
    asked = Text("At ", Bold(event.title), f" ({say_date(event.day, today)}) you said that you would:")
    return Message(
        "How is it going with what you promised?",
        asked,
        *_cards(rows, today, told=True),
        Note("Whatever you answer is fine, and only you see it with your name."),
    )


_ANSWERED = {
    DONE: ("Well done", "That is done. I will not ask about it again."),
    GOING: ("Good to hear", "Still going. I will ask again at the next follow-up, if there is one."),
    CHANGED: ("That is how it goes", "It has new words now."),
    LET_GO: ("Let go, with thanks", "Letting go is fine. I will not ask about it again."),
}


def answered(pledge: Pledge, others: Sequence[Pledge], today: date) -> Message:
    """After an answer about one promise; the others that wait for one stay at hand."""
    title, what = _ANSWERED[pledge.state]
    more = (Text(Bold("And these?")), *_cards(others, today)) if others else ()
    again = Button("Take it up again", AnswerPledge(pledge.id, GOING))
    find = Button("Find somebody who helps", Say("topics"))
    step = again if pledge.state in (DONE, LET_GO) else find
    return Message(title, Quote(pledge.words), Text(what), Buttons(step, Button("My promises", Say("pledges"))), *more)


def home(rows: Sequence[Pledge], today: date) -> tuple[Part, ...]:
    """Promises on the Home tab."""
    more = (Buttons(Button("All my promises", Say("pledges"))),) if len(rows) > 3 else ()
    return Text(Bold("My promises")), *_cards(rows[:3], today), *more


def themes(event: Event, rows: Sequence[Statement]) -> Message:
    """What was said, question by question, with a way to group it."""
    if not rows:
        return Message(
            f"Nothing was said at “{event.title}” yet",
            Text("People hand in their thoughts with ", Typed("reflect"), "."),
            Buttons(_show(event)),
        )
    parts: list[Part] = []
    for question, place in dict.fromkeys((s.question, s.place) for s in rows):
        said = [s for s in rows if (s.question, s.place) == (question, place)]
        left = sum(not s.theme for s in said)
        names = ", ".join(dict.fromkeys(s.theme for s in said if s.theme))
        count = f"{len(said)} answers, {left} not grouped" if left else f"{len(said)} answers, all grouped"
        lines = [f"{' – ' + place if place else ''}\n{count}", f"\nThemes: {names}" if names else ""]
        parts.append(Text(Bold(LABELS[question]), *lines))
        label = "Group them" if left else "Change the themes"
        steps = [Button(label, GroupThese(event.id, question, place), "primary" if left else "")]
        # With one answer there is nothing that several share.
        if left > 1:
            steps.append(Button("Suggest themes", SuggestThemes(event.id, question, place)))
        parts.append(Buttons(*steps))
    report = Button("Report", Say(f"event report {event.code}"))
    return Message(f"Themes of “{event.title}”", *parts, Buttons(report), Note("Nobody's words are changed by this."))


def group_form(event: Event, question: str, place: str, rows: Sequence[Statement]) -> Form:
    """Choose answers to one question and name their theme. Those without a theme come first."""
    names = ", ".join(dict.fromkeys(s.theme for s in rows if s.theme))
    where = f" – {place}" if place else ""
    return Form(
        GroupAnswers,
        {"event": str(event.id), "question": question, "place": place},
        intro=f"{LABELS[question]}{where}" + (f"\nThemes so far: {names}" if names else ""),
        choices={"answers": answer_choices(rows)},
    )


def suggest_form(event: Event, question: str, place: str, themes: str) -> Form:
    """Themes to edit before answers are put under them."""
    where = f" – {place}" if place else ""
    none = "" if themes else "\nI found nothing that several answers share; write your own."
    return Form(
        UseThemes,
        {"event": str(event.id), "question": question, "place": place, "themes": themes},
        intro=f"{LABELS[question]}{where}{none}",
    )


def answer_choices(rows: Sequence[Statement]) -> tuple[Choice, ...]:
    """Answers to choose from. Those without a theme come first."""
    return tuple(
        Choice(str(s.id), s.text if len(s.text) <= 75 else f"{s.text[:74]}…", s.theme or "Not grouped yet")
        for s in sorted(rows, key=lambda s: bool(s.theme))
    )


def _facts(event: Event, today: date) -> Facts:
    where = ("Places" if len(event.places) > 1 else "Place", event.where)
    return Facts((("Day", say_date(event.day, today)), where, ("Join code", event.code)))


def _by_place(counts: Mapping[str, int]) -> str:
    """Small numbers are not told, for at some places everybody knows who is one of three."""
    shown, hidden = small.apart(counts)
    told = [f"{place or 'not said'} {counts[place]}" for place in shown]
    few = ", ".join(place or "not said" for place in hidden)
    return "; ".join([*told, *([f"few, or not counted: {few}"] if few else [])])


def _plan(event: Event) -> str:
    if not event.weeks:
        return "Who promises something is not asked later how it goes."
    return f"Who promises something is asked how it goes {followups.said(event.weeks)}."


def _show(event: Event) -> Button:
    return Button("See the event", Say(f"event show {event.code}"))


def _how_to_join(event: Event) -> Button:
    return Button("Link and picture", Say(f"event qr {event.code}"))


def _what_next(event: Event) -> Buttons:
    reflect = Button("Reflect", Say(f"reflect {event.code}"), "primary")
    return Buttons(reflect, Button("Make a pledge", Say(f"event pledge {event.code}")))


def _cards(rows: Sequence[Pledge], today: date, *, told: bool = False) -> tuple[Part, ...]:
    """Each promise with its buttons; where it was made, unless that was `told`."""
    parts: list[Part] = []
    for p in rows[:_MOST]:
        parts.append(Quote(p.words))
        if not told:
            parts.append(Note(f"{p.event.title}, {say_date(p.event.day, today)}"))
        labels = ((DONE, "Done"), (GOING, "Still going"), (CHANGED, "Changed"), (LET_GO, "Let it go"))
        parts.append(Buttons(*(Button(label, AnswerPledge(p.id, state)) for state, label in labels)))
    if len(rows) > _MOST:
        parts.append(Note(f"There are {len(rows) - _MOST} more; I show them when some of these are done or let go."))
    return tuple(parts)


_DAY, _LATER = date(2019, 11, 27), date(2019, 12, 11)
_EVENT = Event(
    id=1, title="Improving together", day=_DAY, place="Milton Keynes", code="QI27", organiser_id=6, follow_up="2, 6, 12"
)
_CANCELLED = Event(
    id=2, title="Sepsis day", day=_LATER, place="", code="SEPSIS", organiser_id=6,
    cancelled_at=datetime(2019, 12, 1, tzinfo=UTC),
)  # fmt: skip
_COUNTS = Counts(101, 9, 64, 40)
_TRIP = Pledge(id=1, event_id=1, person_id=1, text="Visit the sepsis team in Bedford", state=OPEN, event=_EVENT)
_ASK = Pledge(id=2, event_id=1, person_id=1, text="Ask <!channel> about *falls*", state=GOING, event=_EVENT)
_DONE = Pledge(id=3, event_id=1, person_id=1, text="Share our checklist", state=DONE, event=_EVENT)
_GONE = Pledge(id=4, event_id=1, person_id=1, text="Run a newsletter", state=LET_GO, event=_EVENT)
_NEW = Pledge(
    id=5, event_id=1, person_id=1, text="Train everybody", changed_text="Train two wards", state=CHANGED, event=_EVENT
)
_SAID = (
    Statement(11, "greatest-opportunities", "Bedfordshire", "", "End of life care pathways", 1, "Service areas"),
    Statement(12, "greatest-opportunities", "Bedfordshire", "", "Opportunities where we can share learning", 0, ""),
    Statement(13, "wondering", "", "good", "What happens next?? Emails??", 2, "Other"),
)
_DAYS = (_LATER, date(2020, 1, 8), date(2020, 2, 19))

EXAMPLES: dict[str, Message | Form] = {
    "created": created(_EVENT, _DAY),
    "join_first": join_first(_EVENT),
    "joined": joined(_EVENT, new=True, today=_DAY),
    "joined_again": joined(_EVENT, new=False, today=_DAY),
    "joined_afterwards": joined(_EVENT, new=True, today=_LATER),
    "mine": mine([_EVENT], _DAY),
    "mine_none": mine([], _DAY),
    "shown": shown(_EVENT, None, _DAY),
    "shown_organiser": shown(_EVENT, _COUNTS, _DAY),
    "shown_organiser_places": shown(_EVENT, Counts(21, 3, 0, 0, {"Luton": 12, "Bedford": 6, "": 3}), _DAY),
    "shown_cancelled_to_member": shown(_CANCELLED, None, _DAY),
    "shown_cancelled": shown(_CANCELLED, Counts(0, 0, 0, 0), _DAY),
    "which_form": which_form(_EVENT),
    "reflected": reflected(_EVENT, 3, named=True),
    "reflected_without_name": reflected(_EVENT, 1, named=False),
    "reflected_energy_only": reflected(_EVENT, 0, named=False),
    "pledged": pledged(_TRIP, _DAYS, agreed=True, today=_DAY),
    "pledged_without_reminders": pledged(_TRIP, _DAYS, agreed=False, today=_DAY),
    "pledged_once_asked": pledged(_TRIP, _DAYS[:1], agreed=True, today=_DAY),
    "pledged_never_asked": pledged(_TRIP, (), agreed=True, today=_DAY),
    "pledges": pledges([_TRIP, _ASK, _NEW], _LATER),
    "pledges_none": pledges([], _LATER),
    "followup": followup([_TRIP, _ASK], _LATER),
    "answered_done": answered(_DONE, [_ASK], _LATER),
    "answered_going": answered(_ASK, [], _LATER),
    "answered_changed": answered(_NEW, [], _LATER),
    "answered_let_go": answered(_GONE, [], _LATER),
    "home": Message("qibot", *home([_TRIP], _LATER)),
    "home_many": Message("qibot", *home([_TRIP, _ASK, _NEW, _TRIP], _LATER)),
    "themes": themes(_EVENT, _SAID),
    "themes_none": themes(_EVENT, []),
    "create_form": Form(CreateEvent, {"place": "Milton Keynes", "follow_up": "2, 6, 12"}),
    "pairs_form": Form(ReflectPairs, {"event": "1", "place": "Milton Keynes"}, intro=_EVENT.title),
    "closing_form": Form(ReflectClosing, {"event": "1"}, intro=_EVENT.title),
    "pledge_form": Form(MakePledge, {"event": "1"}, intro=_EVENT.title),
    "change_pledge_form": Form(ChangePledge, {"pledge": "1", "text": _TRIP.text}),
    "suggest_form": suggest_form(_EVENT, "thinking", "", "Sepsis: Sepsis\nTime: time, hours"),
    "suggest_form_nothing": suggest_form(_EVENT, "thinking", "Luton", ""),
    "themes_one_left": themes(_EVENT, _SAID[1:2]),
    "themes_several_left": themes(_EVENT, [_SAID[1], replace(_SAID[1], id=14)]),
    "group_form": group_form(_EVENT, "greatest-opportunities", "Bedfordshire", _SAID[:2]),
}
