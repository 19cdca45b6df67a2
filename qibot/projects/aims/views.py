"""What the bot says about an aim, and about how much is under way already."""

from collections.abc import Sequence
from datetime import date

from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.people.models import Organisation
from qibot.projects.aims.busy import UnderWay
from qibot.projects.aims.reading import BY_WHEN, DOWN, FOR_WHOM, FROM_WHERE, HOW_MUCH, WHICH_WAY, Aim
from qibot.projects.models import Project

_ASKED = {
    HOW_MUCH: "by how much",
    WHICH_WAY: "which way it should go",
    BY_WHEN: "by when",
    FOR_WHOM: "for whom",
    FROM_WHERE: "where it stands now",
}


def coach(said: str, aim: Aim, today: date) -> tuple[Part, ...]:
    """What was read out of the aim, and one sentence that asks for what is not there."""
    if not said:
        return (Text("When you can, say what should get better, for whom, by how much, by when and from where."),)
    read = _read(aim, today)
    first: tuple[Part, ...] = (Text("I read in your aim: ", Bold(read), "."),) if read else ()
    if not aim.missing:
        return (*first, Text("That is all an aim needs."))
    wanted = _and([_ASKED[name] for name in aim.missing])
    ask = f"Could you add {wanted}, as far as you know? It is easier to see then whether it worked."
    return (*first, Text(ask))


def _read(aim: Aim, today: date) -> str:
    way = {DOWN: "less", "": ""}.get(aim.direction, "more or better")
    when = say_date(aim.by, today) if aim.by else aim.by_when
    parts = (way, aim.how_much, aim.for_whom and f"for {aim.for_whom}", when and f"by {when}", aim.from_where)
    return "; ".join(part for part in parts if part)


def _and(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def busy(project: Project, load: UnderWay) -> tuple[Part, ...]:
    """A hint that there is much under way; nothing when there is not."""
    if not load.much:
        return ()
    if load.mine:
        who = f"You lead {load.mine} live projects now." if load.mine < 12 else "You lead many live projects now."
    elif load.team:
        who = "Those who help with this one help with many live projects already."
    else:
        who = f"{project.organisation.short_name} has many live projects in {project.place} already."
    advice = " Few at a time get further: pausing one, or joining another, is no loss. So is a small change instead."
    look = Button("My projects" if load.mine else "Projects", Say("projects"))
    return Text(Bold("A thought: "), who, advice), Buttons(look, Button("Small changes", Say("small")))


# ---- Examples

_TODAY = date(2019, 11, 27)
_MKUH = Organisation(id=1, name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH")
_PROJECT = Project(id=12, title="Fewer falls at night", place="Milton Keynes", organisation=_MKUH)
_WHOLE = Aim("30%", DOWN, False, "March", date(2020, 3, 1), "from 12 a week", "ward 7")
_PART = Aim("9 in 10", "", True, "Christmas", None, "", "")
_END = Note("The rest of the answer stands around this.")

EXAMPLES: dict[str, Message] = {
    "aim_whole": Message("Registered", *coach("…", _WHOLE, _TODAY), _END),
    "aim_in_part": Message("Registered", *coach("…", _PART, _TODAY), _END),
    "aim_unread": Message("Registered", *coach("Soon", Aim(), _TODAY), _END),
    "aim_none": Message("Registered", *coach("", Aim(), _TODAY), _END),
    "busy_lead": Message("Registered", *busy(_PROJECT, UnderWay(mine=5))),
    "busy_team": Message("Registered", *busy(_PROJECT, UnderWay(team=True))),
    "busy_place": Message("Registered", *busy(_PROJECT, UnderWay(place=True))),
    "busy_not": Message("Registered", *busy(_PROJECT, UnderWay()), _END),
}
