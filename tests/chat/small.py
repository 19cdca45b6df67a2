"""A small bot of one table: two kinds of people, a few commands, a button and a form. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from qibot.chat.arguments import Rest
from qibot.chat.forms import Answers, Choice, Form, choice, form, hidden, line, many, text
from qibot.chat.incoming import Command, Press, Sender, Shortcut, Submission
from qibot.chat.message import Message, Part, Text
from qibot.chat.router import Need, Otherwise, Reply, Router, Table
from qibot.chat.wire import Action, action
from qibot.errors import Refused, Unclear, WrongFields

TODAY = date(2019, 11, 27)
SAM = Sender("paper", "T0", "U0SAM")


@dataclass
class Turn:
    """Who asks. `did` is what handlers changed."""

    organises: bool = False
    today: date = TODAY
    did: list[str] = field(default_factory=list)


def _only_organisers(turn: Turn) -> None:
    if not turn.organises:
        raise Refused("That is for organisers.")


anybody: Need[Turn] = Need("anybody", lambda _: None)
organiser: Need[Turn] = Need("organisers", _only_organisers)


class Ward(str):
    """A type that a reader reads."""

    __slots__ = ()


@action("small.wave")
class Wave(Action):
    """A button."""

    times: int = 1


@action("small.lock")
class Lock(Action):
    """A button for organisers."""


@form("small.tell", title="Tell", submit="Send")
class Tell(Answers):
    """A form."""

    title: str = line("Title", longest=20)
    story: str = text("Story", optional=True)
    colour: str = choice("Colour", Choice("r", "Red"), Choice("g", "Green"), optional=True)
    wards: tuple[str, ...] = many("Wards", optional=True)
    about: str = hidden()


@form("small.keys", title="Keys", submit="Lock")
class Keys(Answers):
    """A form for organisers."""

    word: str = line("Word")


table: Table[Turn] = Table("A small table")


async def _wards(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    return {"wards": (Choice("w1", "Ward 1"), Choice("w2", "Ward 2"))}


async def read_ward(words: str, turn: Turn) -> Ward:
    """By name."""
    if words.lower() not in ("acorn", "birch"):
        raise Unclear(f"I do not know a ward called “{words}”.", "Which one?", ("ward acorn",))
    return Ward(words.lower())


table.reader(Ward, read_ward)


@table.command("find", needs=anybody, help="Find things.", reads=True)
async def find(turn: Turn, words: Rest, *, page: int = 1) -> Message:
    return Message(f"found {words!r} page {page}")


@table.command("note", needs=anybody, help="Note something.")
async def note(turn: Turn) -> Message:
    turn.did.append("note")
    return Message("noted")


@table.command("note pause", needs=anybody, help="Pause until a day.")
async def pause(turn: Turn, until: date) -> Message:
    return Message(f"until {until}")


@table.command("list", needs=anybody, help="All of them.", reads=True)
async def everything(turn: Turn, *, page: int = 1) -> Message:
    return Message(f"page {page}")


@table.command("ward", needs=anybody, help="One ward.", reads=True)
async def ward(turn: Turn, ward: Ward) -> Message:
    return Message(f"ward {ward}")


@table.command("tell", needs=anybody, help="Tell a story.", reads=True, shortcut="Tell a story")
async def tell(turn: Turn, title: Rest) -> Form:
    return Form(Tell, {"title": str(title), "about": "7"})


@table.command("lock", needs=organiser, help="Lock up.", reads=True)
async def lock(turn: Turn) -> Form:
    return Form(Keys)


@table.command("count", needs=organiser, help="Count.", reads=True)
async def count(turn: Turn) -> Message:
    return Message("counted")


@table.command("leak", needs=anybody, help="Opens what it should not.", reads=True)
async def leak(turn: Turn) -> Form:
    return Form(Keys)


@table.action(Wave, needs=anybody)
async def wave(turn: Turn, pressed: Wave) -> Message:
    turn.did.append("wave")
    return Message(f"waved {pressed.times}")


@table.action(Lock, needs=organiser)
async def locked(turn: Turn, pressed: Lock) -> Message:
    turn.did.append("lock")
    return Message("locked")


@table.submission(Tell, needs=anybody, choices=_wards)
async def told(turn: Turn, said: Tell) -> Reply:
    if said.title == "wrong":
        raise WrongFields({"title": "Another title, please."})
    if said.title == "again":
        return Form(Tell)
    turn.did.append(said.title)
    return Message(f"told {said.title}")


@table.submission(Keys, needs=organiser)
async def keyed(turn: Turn, said: Keys) -> Message:
    turn.did.append("keys")
    return Message("locked")


@table.home
async def home(turn: Turn) -> tuple[Part, ...]:
    return (Text("a section"),)


async def otherwise(turn: Turn, words: str, nearest: str) -> Message:
    """What free words mean here: to be repeated."""
    return Message(f"free {words!r} near {nearest!r}")


def router(*more: Table[Turn], reads: bool = True) -> Router[Turn]:
    """The small bot's router, with `more` tables."""
    return Router(
        (table, *more), otherwise=Otherwise(otherwise, reads=reads), home=lambda _, parts: Message("home", *parts)
    )


def command(words: str) -> Command:
    """Somebody types."""
    return Command("1", SAM, words)


def press(wire: str, **data: Any) -> Press:
    """Somebody presses."""
    return Press("1", SAM, wire, data)


def submission(wire: str, **values: Any) -> Submission:
    """Somebody sends a form."""
    return Submission("1", SAM, wire, values)


def shortcut(words: str) -> Shortcut:
    """Somebody chooses from the menu."""
    return Shortcut("1", SAM, words)
