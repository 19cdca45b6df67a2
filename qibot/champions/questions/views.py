"""What the bot says about questions to the organisers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from qibot.champions.forms import AskFor, AskOrganisers, LookFor
from qibot.champions.questions.forms import NobodyYet, OpenReply, OpenSuggest, Reply, Suggest, WithdrawQuestion
from qibot.champions.questions.models import ANSWERED, CLOSED, IN_WORDS, NOBODY, OPEN, SOMEBODY, Question
from qibot.champions.questions.service import CLOSE_AFTER, Waiting
from qibot.champions.roles import Face
from qibot.champions.words import who
from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.people.forms import FollowTopic
from qibot.people.models import Organisation, Person, Topic
from qibot.people.topics import Match
from qibot.typed import Typed

_MINE = Button("My questions", Say("questions"))
_MAP = Button("The gap map", Say("gaps"))


# ---- For whoever asks


def shall_i(words: str, topic: Match | None) -> Message:
    """Before asking; `topic` is what was read in the words."""
    topic_id = topic.topic_id if topic else 0
    counts = Text("I read this as: ", Bold(topic.label), ".") if topic else Text("I read no topic in these words.")
    return Message(
        "Shall I ask the organisers?",
        Quote(words),
        counts,
        Text("They see your words, role, organisation and place, and you hear within two working days."),
        Buttons(
            Button("Yes, ask them", AskOrganisers(words, topic_id), "primary"),
            Button("Look for people first", Say(f"find {words}")),
            Button("Only put it on the gap map", LookFor(topic_id, "" if topic else words)),
        ),
    )


def asked(question: Question, today: date) -> Message:
    """After asking."""
    counts = (
        f" It also counts for {question.topic.label} on the gap map, where nobody can see who asked."
        if question.topic
        else ""
    )
    return Message(
        "I am asking the organisers",
        Quote(question.words),
        Text(
            f"You hear from me by {_by(question, today)}, whatever the answer. They see your words, role, organisation "
            f"and place, and not your name.{counts}"
        ),
        Buttons(_MINE, _MAP),
    )


def asked_before(question: Question, today: date) -> Message:
    """The same words again while they are open: it is one question."""
    return Message("You have asked that already", *_entry(question, today), Buttons(_MINE))


def withdrawn(question: Question) -> Message:
    """Taken back by the asker."""
    return Message("I no longer ask", Quote(question.words), Buttons(*_next(question), _MINE))


def waits(question: Question, today: date) -> Message:
    """After two working days without an answer."""
    until = say_date(local_date(question.asked_at + CLOSE_AFTER), today)
    return Message(
        "Your question is still open",
        Quote(question.words),
        Text(
            "The organisers have it, and nobody has known an answer so far. You hear from me as soon as one of them "
            f"does, and on {until} at the latest."
        ),
        Buttons(*_next(question), Button("I need no answer any more", WithdrawQuestion(question.id))),
    )


def answered(question: Question, suggested: Face | None) -> Message:
    """For the asker: what the organisers say. `suggested` is whom they named, None if they cannot be asked any more."""
    if question.state != ANSWERED or question.how == NOBODY:
        return _nobody(question)
    if question.how == SOMEBODY:
        return _suggested(question, suggested)
    return Message(
        "An answer from the organisers",
        Quote(question.words),
        Text(Bold(_signed(question)), " writes:"),
        Quote(question.reply),
        Buttons(*_next(question), _MINE),
    )


def _suggested(question: Question, face: Face | None) -> Message:
    added = (Quote(question.reply),) if question.reply else ()
    said: list[Part] = [Quote(question.words), Text(Bold(_signed(question)), " suggests somebody."), *added]
    if face is None or question.suggested_id is None:
        gone = Text("They cannot be asked any more just now. Ask again, and the organisers think of others.")
        return Message("The organisers suggest somebody", *said, gone, Buttons(*_next(question), _MINE))
    topic = question.topic_id or 0
    return Message(
        "The organisers suggest somebody",
        *said,
        Text(f"It is {who(face)}. Nothing is passed on before both of you say yes."),
        Buttons(Button("Ask for an introduction", AskFor(question.suggested_id, topic), "primary"), _MINE),
    )


def _nobody(question: Question) -> Message:
    words = (
        f"{_signed(question)} looked for you, and there is nobody in the network for this yet."
        if question.state == ANSWERED
        else "Nobody has known an answer in four weeks, so I have closed it. You can ask again at any time."
    )
    stays = " It stays on the gap map, where people see what others look for." if question.topic else ""
    title = "Nobody for this yet" if question.state == ANSWERED else "Your question found no answer"
    again = (Button("Ask again", AskOrganisers(question.words, question.topic_id or 0)),)
    steps = (*_next(question), *(again if question.state == CLOSED else ()), _MINE)
    return Message(title, Quote(question.words), Text(words + stays), Buttons(*steps))


def _next(question: Question) -> tuple[Button, ...]:
    """What else there is about its topic."""
    if question.topic is None:
        return (Button("All topics", Say("topics")),)
    label = question.topic.label
    return (
        Button(f"Tell me what is new: {label}", FollowTopic(question.topic.id)),
        Button(f"Projects about {label}", Say(f"who {label.lower()}")),
    )


def _signed(question: Question) -> str:
    one = question.answered_by
    return f"{one.name} ({one.organisation.short_name})" if one else "An organiser"


def mine(questions: Sequence[Question], today: date) -> Message:
    """Somebody's own."""
    if not questions:
        return Message(
            "You have asked the organisers nothing",
            Text("When a search finds nobody, I can ask them for you: ", Typed("ask organisers"), " and your words."),
            Buttons(Button("Find somebody", Say("topics"), "primary"), _MAP),
        )
    parts = [part for one in questions for part in _entry(one, today)]
    return Message("My questions to the organisers", *parts, Buttons(_MAP))


def _entry(question: Question, today: date) -> tuple[Part, ...]:
    asked_on = say_date(local_date(question.asked_at, question.asker.zone), today)
    text = Text(Bold(question.words), f"\nAsked on {asked_on}. {_state(question, today)}")
    if question.state == OPEN:
        return text, Buttons(Button("I need no answer any more", WithdrawQuestion(question.id)))
    reply = (Quote(question.reply),) if question.reply else ()
    if question.suggested_id is None:
        return text, *reply
    ask = Button("Ask for an introduction", AskFor(question.suggested_id, question.topic_id or 0))
    return text, *reply, Buttons(ask)


def _state(question: Question, today: date) -> str:
    if question.state == OPEN:
        return f"You hear from me by {_by(question, today)}." if _early(question, today) else "It is still open."
    if question.state == CLOSED:
        return "It is closed."
    how = {SOMEBODY: "suggested somebody", IN_WORDS: "answered", NOBODY: "knew of nobody yet"}
    return f"{_signed(question)} {how[question.how]}."


def _by(question: Question, today: date) -> str:
    return say_date(local_date(question.answer_by, question.asker.zone), today)


def _early(question: Question, today: date) -> bool:
    return today <= local_date(question.answer_by, question.asker.zone)


# ---- For organisers


def card(one: Waiting, today: date, *, again: bool) -> Message:
    """A question that nobody could be offered for, unasked; `again`: it still waits."""
    title = "A question still waits" if again else "A question that nobody fits"
    return Message(
        title,
        *_waiting(one, today),
        Note(
            "Whoever answers first answers for all. Your name stands under the answer. All of them: ",
            Typed("questions"),
            ".",
        ),
    )


def waiting(rows: Sequence[Waiting], today: date, *, page: int, more: bool) -> Message:
    """What waits for an answer."""
    if not rows:
        return Message(
            "No question waits" if page == 1 else "There are no more questions",
            Text("When a search finds nobody and somebody asks, you see it here."),
            Buttons(_MAP, Button("Words without a topic", Say("topic words"))),
        )
    parts = [part for one in rows for part in _waiting(one, today)]
    further = (Button("More questions", Say(f"questions page:{page + 1}")),) if more else ()
    return Message("Questions that wait for an answer", *parts, Buttons(*further, _MAP))


def _waiting(one: Waiting, today: date) -> tuple[Part, ...]:
    question = one.question
    topic = f", about {question.topic.label}" if question.topic else ""
    they = who(one.asker)
    hears = f" They hear by {_by(question, today)} where it stands." if _early(question, today) else ""
    asked_on = say_date(local_date(question.asked_at, question.asker.zone), today)
    return (
        Quote(question.words),
        Text(f"From {they}{topic}, on {asked_on}.{hears}"),
        Buttons(
            Button("Suggest somebody", OpenSuggest(question.id), "primary"),
            Button("Answer in words", OpenReply(question.id)),
            Button("Nobody yet", NobodyYet(question.id)),
        ),
    )


def suggest(question: Question) -> Form:
    """Name somebody."""
    return Form(Suggest, {"question": str(question.id)}, intro=f"They look for: “{question.words}”")


def reply(question: Question) -> Form:
    """Answer in words."""
    return Form(Reply, {"question": str(question.id)}, intro=f"They look for: “{question.words}”")


def thanks(question: Question) -> Message:
    """For the organiser who answered."""
    said = {
        SOMEBODY: "They can ask for an introduction now; nothing is passed on before both say yes.",
        IN_WORDS: "I pass your words on, with your name.",
        NOBODY: "They hear it kindly, and how to be told when there is somebody.",
    }
    return Message(
        "Thank you for answering",
        Quote(question.words),
        Text(said[question.how]),
        Buttons(Button("Questions that wait", Say("questions"))),
    )


# ---- Examples

_DAY, _THEN = date(2019, 11, 27), datetime(2019, 11, 27, 10, tzinfo=UTC)
_MKUH = Organisation(id=1, name="Milton Keynes University Hospital", short_name="MKUH")
_AMINA = Person(id=1, name="Amina Okafor", organisation=_MKUH, zone="Europe/London")
_OWEN = Person(id=2, name="Owen Hughes", organisation=Organisation(short_name="Beds Hospitals"), zone="Europe/London")
_SISTER = Face("", "Ward sister", "MKUH", "Milton Keynes")
_PARTNER = Face("", "Service-user partner", "", "Luton")
_NURSE = Face("Tomasz Nowak", "Consultant nurse", "Beds Hospitals", "Bedford")
_SEPSIS = Topic(id=1, slug="sepsis", label="Sepsis", group="Clinical safety")


def _example(words: str, topic: Topic | None = None, **how: object) -> Question:
    said: dict[str, object] = {"reply": "", "how": "", "state": OPEN, "answered_by": None, "suggested_id": None}
    said |= {"id": 7, "words": words, "topic": topic, "topic_id": topic.id if topic else None, "asker": _AMINA}
    said |= {"asked_at": _THEN, "answer_by": datetime(2019, 11, 29, 10, tzinfo=UTC)}
    return Question(**{**said, **how})


_OPEN = _example("sepsis in care homes at night", _SEPSIS)
_LOOSE = _example("night time noise")
_DONE: dict[str, Any] = {"state": ANSWERED, "answered_by": _OWEN}
_NAMED = _example(_OPEN.words, _SEPSIS, how=SOMEBODY, suggested_id=3, reply="He did this in Bedford.", **_DONE)
_SAID = _example(_OPEN.words, _SEPSIS, how=IN_WORDS, reply="Try the huddle pack on our pages.", **_DONE)
_NONE = _example(_LOOSE.words, how=NOBODY, **_DONE)
_LATE = date(2019, 12, 3)

EXAMPLES: dict[str, Message | Form] = {
    "shall_i": shall_i(_OPEN.words, Match(1, "sepsis", "Sepsis", 0.94, "sepsis")),
    "shall_i_no_topic": shall_i(_LOOSE.words, None),
    "asked_organisers": asked(_OPEN, _DAY),
    "asked_organisers_no_topic": asked(_LOOSE, _DAY),
    "asked_before": asked_before(_OPEN, _LATE),
    "question_withdrawn": withdrawn(_LOOSE),
    "question_waits": waits(_OPEN, date(2019, 11, 29)),
    "question_suggested": answered(_NAMED, _NURSE),
    "question_suggested_gone": answered(_NAMED, None),
    "question_replied": answered(_SAID, None),
    "question_nobody": answered(_example(_OPEN.words, _SEPSIS, how=NOBODY, **_DONE), None),
    "question_closed": answered(_example(_OPEN.words, _SEPSIS, state=CLOSED), None),
    "questions_mine": mine([_OPEN, _NAMED, _SAID, _NONE, _example("tea", state=CLOSED)], _DAY),
    "questions_none": mine([], _DAY),
    "question_card": card(Waiting(_OPEN, _SISTER), _DAY, again=False),
    "question_card_again": card(Waiting(_LOOSE, _PARTNER), _LATE, again=True),
    "questions_waiting": waiting([Waiting(_OPEN, _SISTER), Waiting(_LOOSE, _PARTNER)], _DAY, page=1, more=True),
    "questions_waiting_none": waiting([], _DAY, page=1, more=False),
    "suggest_form": suggest(_OPEN),
    "reply_form": reply(_OPEN),
    "question_thanks": thanks(_NAMED),
}
