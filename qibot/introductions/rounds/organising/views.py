"""What the bot says to organisers of rounds: counts and examples, and never who said no."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.rounds.forms import (
    RULE_LABELS,
    ChangeProgramme,
    Confirm,
    CreateProgramme,
    OpenChange,
    StopProgramme,
    Undo,
)
from qibot.introductions.rounds.matching import (
    ANOTHER_ORGANISATION,
    ANOTHER_ORGANISATION_AND_PLACE,
    ANYBODY,
)
from qibot.introductions.rounds.models import EVERYBODY, Programme, Round
from qibot.introductions.rounds.rehearsal import Rehearsal
from qibot.introductions.rounds.rhythm import MONTHLY, ONCE
from qibot.introductions.rounds.telling import Figures
from qibot.people.words import within

_ROUNDS = Button("All rounds", Say("rounds"))


def create() -> Form:
    """The form for a programme."""
    values = {"audience": EVERYBODY, "rhythm": MONTHLY, "rule": ANOTHER_ORGANISATION, "cool_down": "26"}
    return Form(
        CreateProgramme,
        values,
        intro="I invite those it is for, once each. Nobody is in without saying so, and no round goes out before you "
        "have seen what it would come to.",
    )


def created(programme: Programme, invited: int, today: date) -> Message:
    """After starting a programme."""
    count = "1 person" if invited == 1 else f"{invited} people" if invited else "nobody yet"
    return Message(
        f"“{programme.name}” has started",
        Text(
            f"In a few minutes I begin to invite {count}, and everybody who comes later, each once and in their hours. "
            f"The first round is on {say_date(programme.next_on, today)}: the working day before I ask you to look at "
            "it. Nothing goes out without your yes."
        ),
        Buttons(
            Button("Show it", Say(f"round show #{programme.id}")),
            _stop(programme, "Stop it"),
        ),
        Note("Stopped within a minute, nobody has heard of it."),
    )


def change_form(programme: Programme) -> Form:
    """A programme as it is, to be changed."""
    values = {
        "programme": str(programme.id),
        "name": programme.name,
        "rhythm": programme.rhythm,
        "rule": programme.rule,
    }
    day = programme.next_on.isoformat()
    return Form(
        ChangeProgramme,
        {**values, "cool_down": str(programme.cool_down), "next_on": day},
        intro="It holds from the coming round on. For whom it is stays as it is: those people were invited.",
    )


def changed(programme: Programme, facts: Facts, *, anything: bool) -> Message:
    """After changing a programme, of which these are the facts."""
    show = Button("Show it", Say(f"round show #{programme.id}"))
    if not anything:
        return Message(f"“{programme.name}” is as it was", facts, Buttons(show))
    return Message(
        f"“{programme.name}” is changed",
        facts,
        Text("In a minute I begin to tell those who take part, once, in their hours."),
        Buttons(show, Button("Change it again", OpenChange(programme.id))),
    )


def manage(message: Message, programme: Programme, taking_part: int, in_it: int, opened: Round | None) -> Message:
    """A programme as others see it, with what its organisers see and may do."""
    figures = Facts((("Take part", str(taking_part)), ("In the coming round", str(in_it))))
    steps = [Button("Preview the coming round", Say(f"round preview #{programme.id}"), "primary")]
    if opened is not None:
        steps = [Button("Take the coming round back", Undo(opened.id))]
    else:
        steps.append(Button("Change", OpenChange(programme.id)))
    return message.plus(figures, Buttons(*steps, _stop(programme, "Stop these rounds")))


def _stop(programme: Programme, label: str) -> Button:
    sure = "There are no further rounds, and those who take part hear so."
    return Button(label, StopProgramme(programme.id), "danger", sure)


def preview(programme: Programme, tried: Rehearsal, today: date) -> Message:
    """A rehearsal: what the coming round would come to. Nothing was sent."""
    return Message(
        f"Rehearsal of “{programme.name}”",
        Text(f"{_when(programme, today)} Nothing has been sent."),
        Facts(_counts(tried)),
        *_left(tried),
        *_examples(tried),
        Buttons(*_agree(programme, tried), _ROUNDS),
        Note("Examples are without names. Until it goes out, people may still join, pause or leave."),
    )


def _when(programme: Programme, today: date) -> str:
    day = say_date(programme.next_on, today)
    if programme.runs_by_itself:
        return f"The next round goes out by itself on {day}."
    if programme.next_on <= today:
        return "The first round is due, and goes out once you agree."
    return f"The first round is on {day}, and goes out if you agree."


def _counts(tried: Rehearsal) -> tuple[tuple[str, str], ...]:
    matched = 2 * tried.pairs + 3 * tried.trios
    return (
        ("People in it", str(tried.people)),
        ("Matched", f"{matched} ({_many(tried.pairs, 'pair')}, {_many(tried.trios, 'trio')})"),
        ("Would sit out", str(tried.left)),
        ("Have not said yes yet", str(tried.open) if tried.open else ""),
        ("Matched elsewhere this week", str(tried.busy) if tried.busy else ""),
        ("Rule", RULE_LABELS[tried.rule]),
    )


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _left(tried: Rehearsal) -> tuple[Part, ...]:
    if tried.people < 2:
        return (Text("That is too few to match anybody. Look again once more people have joined."),)
    if not tried.left:
        return ()
    who = "1 person" if tried.left == 1 else f"{tried.left} people"
    others = "; ".join(f"under “{within(RULE_LABELS[rule])}” {left or 'nobody'}" for rule, left in tried.others)
    wider = f" {others[0].upper()}{others[1:]}." if others else " A wider rule would not change that."
    return (
        Text(Bold(f"{who} cannot be matched under this rule."), wider, " They hear why, and come first next time."),
    )


def _examples(tried: Rehearsal) -> tuple[Part, ...]:
    if not tried.examples:
        return ()
    lines = []
    for people, why in tried.examples:
        both = " and ".join(people)
        lines.append(f"{both[0].upper()}{both[1:]}" + (f": {why}" if why else ""))
    return (Text(Bold("For example"), "\n" + "\n".join(lines)),)


def _agree(programme: Programme, tried: Rehearsal) -> tuple[Button, ...]:
    if not tried.pairs and not tried.trios:
        return ()
    number = tried.number
    steps = [
        Button(f"Use “{within(RULE_LABELS[rule])}” this time", Confirm(programme.id, number, rule))
        for rule, _ in tried.others
    ]
    if not programme.runs_by_itself:
        steps.insert(0, Button("Yes, let it go out", Confirm(programme.id, number, tried.rule), "primary"))
    return tuple(steps)


def rehearsing(programme: Programme) -> Message:
    """So many people that it is rehearsed apart."""
    return Message(
        f"I am rehearsing “{programme.name}”",
        Text("So many people take part that it takes some minutes. I send you what it would come to."),
        Buttons(_ROUNDS),
        Note("Nothing goes out to anybody else meanwhile."),
    )


def confirmed(programme: Programme, opened: Round, today: date, *, at_once: bool) -> Message:
    """After agreeing to the coming round."""
    when = "in a minute or a few" if at_once else f"on {say_date(programme.next_on, today)}"
    after = "" if programme.rhythm == ONCE else " The rounds after it run by themselves, and I tell you how each went."
    return Message(
        f"The round of “{programme.name}” goes out {when}",
        Text(f"By this rule: {within(RULE_LABELS[opened.rule])}.{after}"),
        Buttons(Button("Undo", Undo(opened.id), "danger"), _ROUNDS),
        Note("You have 60 seconds at least to undo it; until then nobody has heard anything."),
    )


def undone(programme: Programme) -> Message:
    """After taking that back."""
    if programme.runs_by_itself:
        return Message(
            f"The round of “{programme.name}” goes by its usual rule again",
            Text(f"That is: {within(RULE_LABELS[programme.rule])}. Nobody has heard anything else."),
            Buttons(Button("Preview it", Say(f"round preview #{programme.id}"), "primary"), _ROUNDS),
        )
    return Message(
        f"The round of “{programme.name}” does not go out",
        Text("Nobody has heard anything. You can look at it again, and agree, at any time."),
        Buttons(Button("Preview it again", Say(f"round preview #{programme.id}"), "primary"), _ROUNDS),
    )


def stopped(programme: Programme) -> Message:
    """After ending a programme."""
    return Message(
        f"“{programme.name}” has ended",
        Text("There are no further rounds, and what waited is cancelled. Those who take part hear so in their hours."),
        Buttons(Button("Start others", Say("round create")), _ROUNDS),
    )


def ready(programme: Programme, in_it: int, today: date) -> Message:
    """Before the first round, for its organiser."""
    many = "1 person is" if in_it == 1 else f"{in_it} people are"
    return Message(
        f"The first round of “{programme.name}” waits for you",
        Text(f"It is planned for {say_date(programme.next_on, today)}, and {many} in it so far. See what it comes to."),
        Buttons(Button("Preview it", Say(f"round preview #{programme.id}"), "primary"), _stop(programme, "Stop it")),
    )


def figures(found: Figures, programme: Programme, today: date) -> Message:
    """How a round went, for its organiser."""
    coming = f" The next one goes out by itself on {say_date(found.next_on, today)}." if found.next_on else ""
    steps = (_stop(programme, "Stop these rounds"),) if found.next_on else ()
    return Message(
        f"How the round of “{found.programme}” went",
        Text(f"It went out on {say_date(found.on, today)}.{coming}"),
        Facts(
            (
                ("Matched", f"{found.matched}, {_many(found.trios, 'trio')} among them" if found.matched else "nobody"),
                ("Sat out", str(found.left)),
                ("Told so far", f"{found.reached} of {found.matched}" if found.matched else ""),
                ("Could not be told, or were left by that", str(found.missed) if found.missed else ""),
                ("Rule", RULE_LABELS[found.rule]),
            )
        ),
        Buttons(*steps, _ROUNDS),
        Note("Who met whom, who sat out and who said no stays with them."),
    )


# ---- Examples

_DAY, _NEXT = date(2019, 11, 27), date(2019, 12, 2)
_AT = datetime(2019, 11, 27, 10, tzinfo=UTC)


def _programme(number: int, on: date) -> Programme:
    return Programme(
        id=3, name="Coffee across organisations", folded="", organiser_id=1, audience=EVERYBODY, place="",
        rhythm=MONTHLY, rule=ANOTHER_ORGANISATION_AND_PLACE, cool_down=26, first_on=_NEXT, next_on=on,
        next_number=number, created_at=_AT,
    )  # fmt: skip


_FIRST, _LATER, _LATE = _programme(1, _NEXT), _programme(2, date(2020, 1, 6)), _programme(1, _DAY)
_OPENED = Round(id=5, programme_id=3, number=1, rule=ANOTHER_ORGANISATION, opened_at=_AT, due_at=_AT)
_SOME: Sequence[tuple[tuple[str, ...], str]] = (
    (("a ward sister at MKUH in Milton Keynes", "a paramedic at EEAST in Luton"), "Sepsis"),
    (("a consultant nurse at Beds Hospitals in Bedford", "an NHS manager at CNWL"), ""),
)
_TRIED = Rehearsal(
    1, ANOTHER_ORGANISATION_AND_PLACE, 20, 7, 1, 3, ((ANOTHER_ORGANISATION, 1), (ANYBODY, 0)), tuple(_SOME), 4, 1
)
_ALL_IN = Rehearsal(2, ANYBODY, 20, 10, 0, 0, (), tuple(_SOME), 0, 0)
_NOBODY = Rehearsal(1, ANYBODY, 1, 0, 0, 1, (), (), 0, 0)

_FACTS = Facts((("For", "everybody"), ("How often", "Every month")))

EXAMPLES: dict[str, Message | Form] = {
    "round_create": create(),
    "round_created": created(_FIRST, 34, _DAY),
    "round_change": change_form(_LATER),
    "round_changed_by_organiser": changed(_LATER, _FACTS, anything=True),
    "round_as_it_was": changed(_LATER, _FACTS, anything=False),
    "round_manage": manage(Message(_FIRST.name), _FIRST, 24, 20, None),
    "round_manage_open": manage(Message(_FIRST.name), _FIRST, 24, 20, _OPENED),
    "round_preview": preview(_FIRST, _TRIED, _DAY),
    "round_preview_later": preview(_LATER, _ALL_IN, _DAY),
    "round_preview_nobody": preview(_LATE, _NOBODY, _DAY),
    "round_rehearsing": rehearsing(_FIRST),
    "round_confirmed": confirmed(_FIRST, _OPENED, _DAY, at_once=False),
    "round_confirmed_at_once": confirmed(_LATE, _OPENED, _DAY, at_once=True),
    "round_undone": undone(_FIRST),
    "round_undone_later": undone(_LATER),
    "round_stopped": stopped(_FIRST),
    "round_ready": ready(_FIRST, 20, _DAY),
    "round_figures": figures(
        Figures(3, _FIRST.name, ANOTHER_ORGANISATION, _DAY, 17, 1, 3, 2, 16, date(2020, 1, 6)), _LATER, _DAY
    ),
    "round_figures_last": figures(Figures(3, _FIRST.name, ANYBODY, _DAY, 0, 0, 1, 0, 0, None), _FIRST, _DAY),
}
