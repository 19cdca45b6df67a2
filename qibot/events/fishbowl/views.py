"""What the bot says about questions from the room."""

from collections.abc import Sequence
from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.events.fishbowl.forms import AnswerRoom, AskRoom, MeToo, OpenAnswer, TakeOff
from qibot.events.fishbowl.models import RoomQuestion
from qibot.events.fishbowl.service import Asked
from qibot.events.models import Event
from qibot.typed import Typed

_MOST = 10
"""Questions in one message after the event; all of them are in the report."""
_SEE = Button("See all questions", Say("fishbowl"))


def ask_form(event: Event, words: str) -> Form:
    """A question to the room."""
    return Form(AskRoom, {"event": str(event.id), "text": words[:300]}, intro=event.title)


def asked(question: RoomQuestion, *, told: bool) -> Message:
    """After asking. `told`: they get the answer by a message."""
    if question.person_id is None:
        how = "Nothing that I keep says that it is yours, so look for its answer yourself."
    elif told:
        how = "I send you the answer, if there is one. Others do not see who asked."
    else:
        how = (
            "You have not agreed to messages about introductions, so look for its answer. Others do not see who asked."
        )
    return Message("The room has your question", Quote(question.text), Text(how), Buttons(_SEE))


def listing(
    event: Event, rows: Sequence[Asked], *, page: int, more: bool, may_answer: bool, organiser: bool
) -> Message:
    """The questions of an event."""
    ask = Buttons(Button("Ask a question", Say("question")))
    if not rows:
        return Message(f"Nobody has asked anything at “{event.title}” yet", ask)
    parts = [part for row in rows for part in _card(row, may_answer=may_answer, organiser=organiser)]
    further = (Buttons(Button("More questions", Say(f"fishbowl {event.code} page:{page + 1}"))),) if more else ()
    return Message(
        f"Questions at “{event.title}”",
        *parts,
        *further,
        ask,
        Note("Nobody sees who asked, nor who would like to know."),
    )


def _card(row: Asked, *, may_answer: bool, organiser: bool) -> tuple[Part, ...]:
    off = (Button("Take it off", TakeOff(row.id), confirm="It goes for everybody, and out of the report."),)
    if row.answer:
        by = f" – {row.by}" if row.by else ""
        answer = Text(Bold(row.text), f"\n{too(row.votes)}\n{row.answer}{by}")
        return (answer, Buttons(*off)) if organiser else (answer,)
    said = "\nYours." if row.mine else "\nYou too." if row.voted else ""
    buttons = [] if row.mine or row.voted else [Button("I would like to know that too", MeToo(row.id))]
    buttons += [Button("Answer it", OpenAnswer(row.id), "primary")] if may_answer else []
    buttons += off if organiser else ()
    return Text(Bold(row.text), f"\n{too(row.votes)}{said}"), *((Buttons(*buttons),) if buttons else ())


def voted(question: RoomQuestion, *, new: bool) -> Message:
    """After a vote."""
    return Message(
        "You would like to know that too" if new else "You had said so already",
        Quote(question.text),
        Text(too(question.votes)),
        Buttons(_SEE),
        Note("Who would like to know is not kept after the event, only how many."),
    )


def answer_form(question: RoomQuestion) -> Form:
    """Record an answer."""
    return Form(AnswerRoom, {"question": str(question.id)}, intro=question.text)


def recorded(question: RoomQuestion, *, sent: bool) -> Message:
    """After recording an answer; `sent`: whoever asked gave their name."""
    how = "Whoever asked gets it from me." if sent else "It was asked without a name, so people find it in the list."
    return Message("The answer is recorded", Quote(question.text), Text(question.answer), Text(how), Buttons(_SEE))


def taken_off(event: Event) -> Message:
    """After a question was taken off."""
    return Message(
        "The question is off the list",
        Text("It is in no report either."),
        Buttons(Button("See the questions", Say(f"fishbowl {event.code}"))),
    )


def seated(name: str, event: Event) -> Message:
    """Somebody may answer now."""
    return Message(
        f"{name} sits in the fishbowl",
        Text(f"Today they may record answers at “{event.title}”: they type ", Typed("fishbowl"), "."),
        Buttons(Button("Empty the seats", Say(f"fishbowl clear {event.code}"))),
    )


def cleared(event: Event) -> Message:
    """Nobody sits there any more."""
    return Message(
        "The fishbowl is empty",
        Text(
            f"Only organisers record answers at “{event.title}” now. ", Typed("fishbowl seat"), " and a name fills it."
        ),
        Buttons(Button("See the questions", Say(f"fishbowl {event.code}"))),
    )


def answered(question: RoomQuestion, event: Event, by: str) -> Message:
    """To whoever asked under their name."""
    return Message(
        "Your question was answered",
        Text("At ", Bold(event.title), " you asked:"),
        Quote(question.text),
        Text(question.answer, f"\n– {by}" if by else ""),
        Note("You get this once, because you asked with your name. Others do not see who asked."),
    )


def unanswered(event: Event, rows: Sequence[RoomQuestion]) -> Message:
    """To its organisers after the event: what nobody answered."""
    count = "One question was" if len(rows) == 1 else f"{len(rows)} questions were"
    parts: list[Part] = []
    for q in rows[:_MOST]:
        parts += [Text(Bold(q.text), f"\n{too(q.votes)}")]
        parts += [Buttons(Button("Answer it", OpenAnswer(str(q.id))))]
    more = (Note(f"There are {len(rows) - _MOST} more; the report has them all."),) if len(rows) > _MOST else ()
    return Message(
        f"{count} left open at “{event.title}”",
        Text("What you answer goes to those who asked with their name, and into the report."),
        *parts,
        *more,
        Buttons(Button("Report", Say(f"event report {event.code}"))),
    )


def too(votes: int) -> str:
    """How many would like to know."""
    return {0: "Asked once.", 1: "One more would like to know that."}.get(
        votes, f"{votes} more would like to know that."
    )


_EVENT = Event(id=1, title="Improving together", day=date(2019, 11, 27), place="Luton", code="QI27", organiser_id=6)
_WHO = RoomQuestion(id=11, event_id=1, person_id=1, text="Who *pays* for this?", votes=3, answer="")
_WHEN = RoomQuestion(id=12, event_id=1, person_id=None, text="When do we meet?", votes=0, answer="In March")
_ROWS = (
    Asked("11", "Who *pays* for this?", 3, "", "", mine=False, voted=False),
    Asked("13", "What happens next?", 1, "", "", mine=False, voted=True),
    Asked("14", "Is there a list?", 0, "", "", mine=True, voted=False),
    Asked("12", "When do we meet?", 0, "In March", "Ruth Bell", mine=False, voted=False),
    Asked("15", "Where?", 2, "In Luton", "", mine=False, voted=False),
)

EXAMPLES: dict[str, Message | Form] = {
    "fishbowl.ask_form": ask_form(_EVENT, "Who pays for this?"),
    "fishbowl.asked": asked(_WHO, told=True),
    "fishbowl.asked_without_messages": asked(_WHO, told=False),
    "fishbowl.asked_without_name": asked(_WHEN, told=False),
    "fishbowl.listing": listing(_EVENT, _ROWS, page=1, more=True, may_answer=False, organiser=False),
    "fishbowl.listing_organiser": listing(_EVENT, _ROWS, page=1, more=False, may_answer=True, organiser=True),
    "fishbowl.listing_none": listing(_EVENT, (), page=1, more=False, may_answer=False, organiser=False),
    "fishbowl.voted": voted(_WHO, new=True),
    "fishbowl.voted_before": voted(_WHO, new=False),
    "fishbowl.answer_form": answer_form(_WHO),
    "fishbowl.recorded": recorded(_WHEN, sent=True),
    "fishbowl.recorded_without_name": recorded(_WHEN, sent=False),
    "fishbowl.taken_off": taken_off(_EVENT),
    "fishbowl.seated": seated("Ruth Bell", _EVENT),
    "fishbowl.cleared": cleared(_EVENT),
    "fishbowl.answered": answered(_WHEN, _EVENT, "Ruth Bell"),
    "fishbowl.unanswered": unanswered(_EVENT, [_WHO, *[_WHEN] * 10]),
    "fishbowl.unanswered_one": unanswered(_EVENT, [_WHO]),
}
