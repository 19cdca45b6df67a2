"""What the bot says, as values. A handler returns a `Message`; a platform's renderer makes what that platform shows.

There are no markup strings: emphasis, links and people are runs of their own, so what people type is always data.
Lengths are nobody's concern here: a renderer shortens with "…" where its platform has a limit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from qibot.chat.wire import Action
from qibot.typed import Typed


@dataclass(frozen=True, slots=True)
class Plain:
    """Words as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    """Words with emphasis."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an http(s) or mailto address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person. Shown as a live mention to readers of the same workspace, else as their name in bold.

    `workspace` and `account` are the platform's own ids; empty when only the name may be shown. `address` is their
    e-mail address, where they agreed to show it and have a chat of the reader's kind: a platform on which a chat with
    another workspace is opened by address may let the name lead to one.
    """

    name: str
    workspace: str = ""
    account: str = ""
    address: str = ""


Run = Plain | Bold | Link | Mention | Typed


def runs(*parts: "str | Run") -> tuple[Run, ...]:
    """Strings become `Plain`; runs stay."""
    return tuple(Plain(p) if isinstance(p, str) else p for p in parts)


def plain(parts: Iterable[Run]) -> str:
    """The words alone: for fallbacks, screen readers, transcripts."""
    return "".join(word(run) for run in parts)


def word(run: Run) -> str:
    """What shows of a run."""
    match run:
        case Mention(name=name):
            return name
        case Typed():
            return str(run)
        case Plain(text=text) | Bold(text=text) | Link(text=text):
            return text


@dataclass(frozen=True, slots=True, init=False)
class Text:
    """A paragraph. A newline is a line break."""

    runs: tuple[Run, ...]

    def __init__(self, *parts: str | Run) -> None:
        object.__setattr__(self, "runs", runs(*parts))


@dataclass(frozen=True, slots=True, init=False)
class Note:
    """Small print: why you got this, what happens next."""

    runs: tuple[Run, ...]

    def __init__(self, *parts: str | Run) -> None:
        object.__setattr__(self, "runs", runs(*parts))


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, shown as such and never read as anything else."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value, in order. Empty values are left out by the renderer."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` of cells as wide as `columns`; platforms without tables show one line a row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image at a public https address. `alt` says the same in words and is required."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to keep (Markdown, CSV, a calendar…). `name` has the ending; `text` is the whole content, or says the same
    where files cannot be handed over and the file is `data`.
    """

    name: str
    text: str
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A time to meet that somebody may choose. `label` says when, by the reader's own clock; `starts` and `ends` are
    aware. `guest` is the other's e-mail address, "" where there is none to show.
    """

    label: str
    title: str
    about: str
    starts: datetime
    ends: datetime
    guest: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Times to choose from, and to put into a calendar. `file` has all of them; on a platform that hands over no files
    each leads to a new entry.
    """

    meetings: tuple[Meeting, ...]
    file: Document

    def times(self, how: "Callable[[Meeting], str | Run]") -> tuple[Run, ...]:
        """ "Mon 2 Dec at 11:00 or Tue 3 Dec at 15:00", each as a platform shows it."""
        return runs(*[part for meeting in self.meetings for part in (" or ", how(meeting))][1:])


@dataclass(frozen=True, slots=True)
class Button:
    """`does` is the action it sends, or an http(s) address it opens. `confirm` asks once more first."""

    label: str
    does: Action | str
    style: str = ""
    confirm: str = ""

    def __post_init__(self) -> None:
        if self.style not in ("", "primary", "danger"):
            raise ValueError(f"no such style of button: {self.style}")


@dataclass(frozen=True, slots=True, init=False)
class Buttons:
    """Next steps, the likeliest first."""

    buttons: tuple[Button, ...]

    def __init__(self, *buttons: Button) -> None:
        object.__setattr__(self, "buttons", buttons)


Part = Text | Note | Quote | Facts | Table | Picture | Document | Calendar | Buttons


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """One thing said: a `title` line (plain words; also the notification's preview) and its parts.

    The answer to a button takes the place of the message whose button was pressed, so that nothing stale stays
    pressable; `beside=True` leaves that message standing and answers beside it.
    """

    title: str
    parts: tuple[Part, ...]
    beside: bool

    def __init__(self, title: str, *parts: Part, beside: bool = False) -> None:
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "beside", beside)

    def plus(self, *parts: Part) -> "Message":
        """The same message with more at its end."""
        return Message(self.title, *self.parts, *parts, beside=self.beside)


def spelled(message: Message, how: Callable[[Typed], str]) -> Message:
    """The message with everything that it names to be typed in plain words, as `how` writes it on one platform."""

    def spell(part: Part) -> Part:
        if not isinstance(part, Text | Note) or not any(isinstance(run, Typed) for run in part.runs):
            return part
        shown: list[Run] = []
        for run in (Plain(how(run)) if isinstance(run, Typed) else run for run in part.runs):
            last = shown[-1] if shown else None
            if isinstance(run, Plain) and isinstance(last, Plain):
                shown[-1] = Plain(last.text + run.text)
            else:
                shown.append(run)
        return type(part)(*shown)

    return Message(message.title, *map(spell, message.parts), beside=message.beside)


def plain_text(message: Message) -> str:
    """The whole message in plain words, one line a part: transcripts, fallbacks, tests."""
    return "\n".join(line for line in (message.title, *map(_plain_part, message.parts)) if line)


def _plain_part(part: Part) -> str:
    match part:
        case Text(runs=r) | Note(runs=r):
            return plain(r)
        case Quote(text=text):
            return "\n".join(f"> {line}" for line in text.splitlines())
        case Facts(pairs=pairs):
            return "\n".join(f"{label}: {value}" for label, value in pairs if value)
        case Table(columns=columns, rows=rows):
            return "\n".join(" | ".join(cells) for cells in (columns, *rows))
        case Picture(alt=alt):
            return f"[picture: {alt}]"
        case Document(name=name):
            return f"[file: {name}]"
        case Calendar(file=Document(name=name)):
            return f"{plain(part.times(lambda meeting: meeting.label))}\n[file: {name}]"
        case Buttons(buttons=buttons):
            return " ".join(f"[{b.label}]" for b in buttons)
