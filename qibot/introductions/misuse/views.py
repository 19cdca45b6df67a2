"""What the bot says about reports of misuse: to who reports, and to organisers."""

from collections.abc import Sequence
from datetime import date

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.introductions.forms import CloseReport, Report
from qibot.introductions.models import ACCEPTED
from qibot.introductions.seen import Reported, Seen, Side
from qibot.introductions.words import who

_MINE = Button("My introductions", Say("introductions"))
_LIST = Button("My list", Say("introductions not"))
_REPORTS = Button("Reports that wait", Say("introductions reports"))


def report(side: Side) -> Form:
    """The form."""
    intro = (
        f"About {who(side.other)}. Organisers of the network read your words and see both names, never how to reach "
        "either of you. I end all that is between you two at once; the other is not told that you reported it."
    )
    return Form(Report, {"introduction": str(side.id)}, intro=intro)


def reported(side: Side, told: int) -> Message:
    """After reporting; `told` is how many organisers are told."""
    stopped = f"I have ended all that was between you and {who(side.other)}, and never introduce the two of you again."
    if told:
        how = Text(f"The organisers of the network get it in their working hours. {stopped}")
        ends = Note("You hear from me when one of them has looked at it.")
        return Message("Your report is on its way to the organisers", how, Buttons(_MINE, _LIST), ends, beside=True)
    return Message(
        "The two of you are kept apart from now on",
        Text(
            f"{stopped} There is no other organiser who could read your report: please tell whoever runs your network."
        ),
        Buttons(_MINE, _LIST),
        beside=True,
    )


def misuse(one: Reported, today: date, *, again: bool = False) -> Message:
    """For an organiser; `again`: nobody has closed it for a week."""
    return Message(
        "A report of misuse that waits for you" if again else "A report of misuse",
        *_shown(one, today),
        Note(
            "The two are kept apart already, and the other is not told of it. Other organisers got this too. "
            "Once one of you closes it, I delete the words."
        ),
    )


def reports(found: Sequence[Reported], today: date) -> Message:
    """Those that wait, for an organiser."""
    if not found:
        return Message(
            "No report waits for you",
            Text("When somebody reports misuse of an introduction, I write to you."),
            Buttons(_MINE),
        )
    return Message("Reports of misuse that wait", *(part for one in found for part in _shown(one, today)))


def _shown(one: Reported, today: date) -> tuple[Part, ...]:
    state = "who were introduced" if one.introduced else "who were not introduced"
    words = (Bold(one.reporter), " says of ", Bold(one.about), f", {state}, on {say_date(one.on, today)}:")
    done = Button("Close it", CloseReport(one.id), confirm="I delete its words, and tell who wrote it that you looked.")
    return Text(*words), Quote(one.words), Buttons(done)


def closed() -> Message:
    """After an organiser closed one."""
    words = "Its words are deleted, and who wrote it hears that an organiser has looked at it. The two stay apart."
    return Message("The report is closed", Text(words), Buttons(_REPORTS))


def looked_at() -> Message:
    """For whoever reported it."""
    return Message(
        "An organiser has looked at your report",
        Text("I have deleted its words. You two stay apart for as long as they are on your list."),
        Buttons(_LIST, _MINE),
    )


def home(waiting: int) -> tuple[Part, ...]:
    """An organiser's part of the Home tab."""
    if not waiting:
        return ()
    count = "One report of misuse waits" if waiting == 1 else f"{waiting} reports of misuse wait"
    return Text(Bold(count), " for an organiser."), Buttons(_REPORTS)


# ---- Examples

_DAY, _UNTIL = date(2019, 11, 27), date(2019, 12, 11)
_SISTER = Seen("Ward sister", "MKUH", "Milton Keynes")
_SIDE = Side(7, ACCEPTED, False, False, _SISTER, "Sepsis", _DAY, _UNTIL)
_ONE = Reported(
    3, "Tomasz Nowak (Beds Hospitals)", "Sam Stranger (MKUH)", True, "Three messages a day\nabout sales.", _DAY
)
_TWO = Reported(4, "Priya Raman (ELFT)", "Sam Stranger (MKUH)", False, "The reason was an insult.", _DAY)

EXAMPLES: dict[str, Message | Form] = {
    "report_form": report(_SIDE),
    "reported": reported(_SIDE, 2),
    "reported_to_nobody": reported(_SIDE, 0),
    "misuse": misuse(_ONE, _DAY),
    "misuse_again": misuse(_TWO, _DAY, again=True),
    "misuse_closed": closed(),
    "misuse_looked_at": looked_at(),
    "misuse_home": Message("qibot", *home(1), *home(2)),
    "misuse_home_nothing": Message("qibot", *home(0), Note("Nothing waits.")),
    "reports": reports((_ONE, _TWO), _DAY),
    "reports_none": reports((), _DAY),
}
