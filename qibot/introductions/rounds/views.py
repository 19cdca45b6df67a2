"""What the bot says about rounds to those who take part, or may. Nothing here names anybody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.rounds.forms import (
    RHYTHM_LABELS,
    RULE_LABELS,
    JoinRound,
    LeaveRound,
    OpenPause,
    PauseRound,
    PreferTrios,
    ResumeRound,
    SayYes,
    SkipRound,
)
from qibot.introductions.rounds.matching import ANOTHER_ORGANISATION
from qibot.introductions.rounds.models import ASK_ME, AUTOMATIC, OF_EVENT, OF_PLACE, OF_TOPIC, Participant, Programme
from qibot.introductions.rounds.rhythm import MONTHLY, ONCE
from qibot.introductions.rounds.taking import Mine
from qibot.people.models import Topic
from qibot.typed import Typed

_ROUNDS = Button("All rounds", Say("rounds"))
_MY_ROUNDS = Button("My rounds", Say("round"))
_PURPOSE = "In each round I introduce you to somebody new, with a first question to begin with."


# ---- What there is


def listing(programmes: Sequence[Programme], mine: Sequence[int], today: date, *, organiser: bool) -> Message:
    """Every programme that runs; `mine` are the ids of those that the reader takes part in."""
    if not programmes:
        start = (Button("Start rounds", Say("round create"), "primary"),) if organiser else ()
        return Message(
            "There are no rounds at the moment",
            Text("An organiser of the network can start some. Until then, find somebody by what they work on."),
            Buttons(*start, Button("Find somebody", Say("topics"))),
        )
    parts: list[Part] = []
    for one in programmes:
        what = f", {RHYTHM_LABELS[one.rhythm].lower()}, for {audience(one)}. {_coming(one, today)}"
        look = "You are in" if one.id in mine else "Look and join"
        parts += (Text(Bold(one.name), what), Buttons(Button(look, Say(f"round show #{one.id}"))))
    create = (Button("Start others", Say("round create")),) if organiser else ()
    return Message("Rounds", *parts, Buttons(_MY_ROUNDS, *create), Note(_PURPOSE))


def audience(programme: Programme) -> str:
    """For whom it is, within a sentence."""
    if programme.audience == OF_TOPIC and programme.topic:
        return f"those who work on {programme.topic.label}"
    if programme.audience == OF_PLACE:
        return f"those in {programme.place}"
    if programme.audience == OF_EVENT and programme.event:
        return f"those who joined “{programme.event.title}”"
    return "everybody who agrees to introductions"


def facts(programme: Programme, today: date) -> Facts:
    """What it is, for whom, how often."""
    return Facts(
        (
            ("For", audience(programme)),
            ("How often", RHYTHM_LABELS[programme.rhythm]),
            ("Who meets whom", RULE_LABELS[programme.rule]),
            ("The same two again", f"not within {programme.cool_down} weeks"),
            ("The next round" if programme.runs_by_itself else "The first round", say_date(programme.next_on, today)),
        )
    )


def shown(programme: Programme, me: Participant | None, today: date, *, may: bool) -> Message:
    """One programme, for somebody who takes part in it, or may."""
    if me is not None:
        return Message(programme.name, facts(programme, today), *_entry(Mine(programme, me), today))
    if not may:
        return Message(
            programme.name,
            facts(programme, today),
            Text("These rounds are for others. Your topics and your place can be changed with ", Typed("join"), "."),
            Buttons(_ROUNDS),
        )
    return Message(programme.name, facts(programme, today), Text(_PURPOSE), _choices(programme), _HOW)


_HOW = Note(
    "You can leave out one round, pause until a day, or leave, with one press each under ",
    Typed("round"),
    ". Your contact is shown as you gave it.",
)


def invited(programme: Programme, today: date) -> Message:
    """Once, to those whom it is for."""
    return Message(
        f"Would you like to take part in “{programme.name}”?",
        Text(f"{_PURPOSE} Nobody is in without saying so; if you press nothing, I do not ask again."),
        facts(programme, today),
        _choices(programme),
        _HOW,
    )


def _choices(programme: Programme) -> Buttons:
    return Buttons(
        Button("Take part until I pause", JoinRound(programme.id, AUTOMATIC), "primary"),
        Button("Ask me each time", JoinRound(programme.id, ASK_ME)),
    )


# ---- Taking part


def joined(programme: Programme, me: Participant, today: date) -> Message:
    """After joining, or after choosing another way."""
    return Message(f"You take part in “{programme.name}”", *_entry(Mine(programme, me), today), _HOW)


def mine(entries: Sequence[Mine], today: date, paused_until: date | None) -> Message:
    """What somebody takes part in, and all that they may do. `paused_until`: until then their reminders wait."""
    if not entries:
        return Message(
            "You take part in no rounds",
            Text(_PURPOSE),
            Buttons(replace(_ROUNDS, style="primary"), Button("Find somebody", Say("topics"))),
        )
    parts: list[Part] = []
    if paused_until is not None and paused_until > today:
        until = say_date(paused_until, today)
        parts.append(Text(f"Your reminders are paused until {until}, and you are in no round until then either."))
    for one in entries:
        parts += (Text(Bold(one.programme.name)), *_entry(one, today))
    return Message("My rounds", *parts, Buttons(Button("Why was I left out?", Say("round why")), _ROUNDS))


def home(entries: Sequence[Mine], today: date) -> tuple[Part, ...]:
    """The part of the Home tab."""
    if not entries:
        return ()
    lines = "\n".join(f"{one.programme.name}: {_state(one, today)}" for one in entries)
    return Text(Bold("My rounds")), Text(lines), Buttons(_MY_ROUNDS)


def _entry(one: Mine, today: date) -> tuple[Part, ...]:
    first = " You come first, as you sat out the last time." if one.sat_out_last else ""
    return Text(f"{_state(one, today)}{first}"), Buttons(*_steps(one, today))


def _state(one: Mine, today: date) -> str:
    programme, me, day = one.programme, one.me, say_date(one.programme.next_on, today)
    if me.paused_until is not None and me.paused_until > today:
        return f"Paused until {say_date(me.paused_until, today)}; after that you are in again by yourself."
    if me.skip_number == programme.next_number:
        return f"You leave out the round of {day}, and are in the one after it again."
    if me.mode == AUTOMATIC:
        return f"You are in. {_coming(programme, today)}"
    if me.yes_number == programme.next_number:
        return f"You said yes to the round of {day}."
    return f"I ask you before each round. {_coming(programme, today)}"


def _coming(programme: Programme, today: date) -> str:
    if programme.next_on < today:
        return "The first round waits for its organiser."
    first = "The only round" if programme.rhythm == ONCE else "The first round"
    which = "The next round" if programme.runs_by_itself else first
    return f"{which} is on {say_date(programme.next_on, today)}."


def _steps(one: Mine, today: date) -> tuple[Button, ...]:
    programme, me = one.programme, one.me
    number = programme.next_number
    steps = []
    paused = me.paused_until is not None and me.paused_until > today
    if paused:
        steps.append(Button("Be in again now", ResumeRound(programme.id), "primary"))
    elif me.skip_number == number or (me.mode == ASK_ME and me.yes_number != number):
        steps.append(Button("Be in the next one", SayYes(programme.id, number)))
    else:
        steps.append(Button("Leave out the next one", SkipRound(programme.id, number)))
    if not paused:
        steps.append(Button("Pause", OpenPause(programme.id)))
    if me.mode == AUTOMATIC:
        steps.append(Button("Ask me each time", JoinRound(programme.id, ASK_ME)))
    else:
        steps.append(Button("Be in until I pause", JoinRound(programme.id, AUTOMATIC)))
    steps.append(Button("Two rather than three" if me.prefers_trio else "Three rather than two", _trio(one)))
    return (*steps, Button("Leave", LeaveRound(programme.id)))


def _trio(one: Mine) -> PreferTrios:
    return PreferTrios(one.programme.id, not one.me.prefers_trio)


def ask(programme: Programme, today: date) -> Message:
    """Before a round, to those who want to be asked."""
    number = programme.next_number
    late = programme.next_on < today
    return Message(
        "Are you in the next round?" if late else f"Are you in on {say_date(programme.next_on, today)}?",
        Text("It is a round of ", Bold(programme.name), ". You are in it only if you say yes."),
        Buttons(
            Button("Yes, I am in", SayYes(programme.id, number), "primary"),
            Button("Not this time", SkipRound(programme.id, number)),
            Button("Be in until I pause", JoinRound(programme.id, AUTOMATIC)),
        ),
        Note("Either answer is fine, and stays with you. Without one you are not in this time."),
    )


def changed(one: Mine, today: date) -> Message:
    """After a yes, a round left out, a pause or its end, or another wish: how it stands now."""
    like = " You would rather meet two people than one." if one.me.prefers_trio else ""
    return Message(
        one.programme.name,
        Text(f"{_state(one, today)}{like}"),
        Buttons(*_steps(one, today)[:2], _MY_ROUNDS),
    )


def pause_form(programme: Programme, until: date) -> Form:
    """The day until which somebody pauses."""
    return Form(PauseRound, {"programme": str(programme.id), "until": until.isoformat()}, intro=f"“{programme.name}”")


def paused_all(until: date, today: date) -> Message:
    """After pausing all at once."""
    return Message(
        f"Your rounds are paused until {say_date(until, today)}",
        Text("After that you are in again by yourself."),
        Buttons(_MY_ROUNDS),
    )


def left(programme: Programme) -> Message:
    """After leaving."""
    return Message(
        f"You have left “{programme.name}”",
        Text("You are in none of its rounds any more. Those you met stay under your introductions."),
        Buttons(Button("Join again", Say(f"round show #{programme.id}")), _ROUNDS),
    )


def changed_programme(programme: Programme, today: date) -> Message:
    """When an organiser changes a programme, for those who take part."""
    return Message(
        f"“{programme.name}” has changed",
        Text("An organiser changed the rounds you take part in. From now on they are:"),
        facts(programme, today),
        Buttons(_MY_ROUNDS, Button("Leave", LeaveRound(programme.id))),
        Note("If it suits you, there is nothing for you to do."),
    )


def ended(programme: Programme) -> Message:
    """When an organiser ends a programme, for those who take part."""
    return Message(
        f"“{programme.name}” has ended",
        Text("There are no further rounds of it, and nothing for you to do. Those you met stay with you."),
        Buttons(Button("My introductions", Say("introductions")), _ROUNDS),
    )


# ---- Examples

_DAY, _NEXT = date(2019, 11, 27), date(2019, 12, 2)
_AT = datetime(2019, 11, 27, 10, tzinfo=UTC)
_COFFEE = Programme(
    id=3, name="Coffee across organisations", folded="", organiser_id=1, audience="everybody", place="",
    rhythm=MONTHLY, rule=ANOTHER_ORGANISATION, cool_down=26, first_on=_NEXT, next_on=_NEXT, next_number=2,
)  # fmt: skip
_SEPSIS = Programme(
    id=4, name="Sepsis in twos", folded="", organiser_id=1, audience=OF_TOPIC, place="", topic=Topic(label="Sepsis"),
    rhythm=ONCE, rule=ANOTHER_ORGANISATION, cool_down=26, first_on=_DAY, next_on=date(2019, 11, 25), next_number=1,
)  # fmt: skip


def _me(mode: str = AUTOMATIC, **more: object) -> Participant:
    usual = {"waited": 0, "skip_number": 0, "yes_number": 0, "prefers_trio": False}
    return Participant(programme_id=3, person_id=1, mode=mode, joined_at=_AT, **{**usual, **more})


_IN, _ASKED = Mine(_COFFEE, _me(waited=1, prefers_trio=True), True), Mine(_SEPSIS, _me(ASK_ME))
_SKIPPED, _PAUSED = Mine(_COFFEE, _me(skip_number=2)), Mine(_COFFEE, _me(paused_until=date(2020, 1, 6)))

EXAMPLES: dict[str, Message | Form] = {
    "rounds": listing((_COFFEE, _SEPSIS), (3,), _DAY, organiser=True),
    "rounds_none": listing((), (), _DAY, organiser=True),
    "round_shown": shown(_COFFEE, None, _DAY, may=True),
    "round_shown_in": shown(_COFFEE, _IN.me, _DAY, may=True),
    "round_shown_for_others": shown(_SEPSIS, None, _DAY, may=False),
    "round_invited": invited(_COFFEE, _DAY),
    "round_joined": joined(_COFFEE, _IN.me, _DAY),
    "round_mine": mine((_IN, _ASKED, _SKIPPED, _PAUSED), _DAY, date(2019, 12, 4)),
    "round_mine_none": mine((), _DAY, None),
    "round_home": Message("qibot", *home((_IN, _ASKED), _DAY)),
    "round_ask": ask(_COFFEE, _DAY),
    "round_ask_late": ask(_SEPSIS, _DAY),
    "round_changed": changed(_SKIPPED, _DAY),
    "round_changed_trio": changed(_IN, _DAY),
    "round_pause_form": pause_form(_COFFEE, date(2019, 12, 25)),
    "round_paused_all": paused_all(date(2020, 1, 6), _DAY),
    "round_left": left(_COFFEE),
    "round_ended": ended(_SEPSIS),
    "round_changed_programme": changed_programme(_SEPSIS, _DAY),
}
