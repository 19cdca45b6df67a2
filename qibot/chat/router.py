"""One table, one door: every command, action and form, with who may use it.

A feature keeps its rows in a `Table`; `features.py` puts the tables into one `Router`. Help, the Slack manifest, the
README's command table and the permission test are made from it. `needs=` has no default on purpose.
"""

import difflib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar, get_type_hints

from qibot import patient_details
from qibot.chat import arguments, forms, wire
from qibot.chat.arguments import Asking, Parameter, Reader
from qibot.chat.forms import Answers, Choice, Form
from qibot.chat.incoming import Command, FileSent, HomeOpened, Incoming, Press, Shortcut, Submission
from qibot.chat.message import Message, Part
from qibot.chat.wire import A, Action
from qibot.errors import NotFound, Refused, WrongFields
from qibot.typed import Typed

T = TypeVar("T", bound=Asking)
Reply = Message | Form | None
Handler = Callable[..., Awaitable[Reply]]
H = TypeVar("H", bound=Handler)
Choices = Callable[[T, Mapping[str, Any]], Awaitable[Mapping[str, tuple[Choice, ...]]]]
Section = Callable[[T], Awaitable[tuple[Part, ...]]]


@dataclass(frozen=True, slots=True)
class Need(Generic[T]):
    """Who may use something. `check` raises `Refused` with a kind sentence; `label` is how tables name it."""

    label: str
    check: Callable[[T], None]


@dataclass(frozen=True, slots=True)
class CommandRow(Generic[T]):
    """`/qi <words>`. `reads` promises that nothing is changed, so nothing needs remembering to take effect once; `asks`
    says, of the words that follow its own, that the answer is a form.

    `shortcut` names it in the platform's menu, `from_message` in that of a message, whose words then follow its own.
    """

    words: tuple[str, ...]
    handler: Handler
    needs: Need[T]
    help: str
    reads: bool
    shortcut: str
    from_message: str
    parameters: tuple[Parameter, ...]
    asks: Callable[[str], bool]

    @property
    def name(self) -> str:
        """The words that call it."""
        return " ".join(self.words)

    @property
    def usage(self) -> str:
        """The words and parameters, as help shows them."""
        return " ".join((*self.words, *(p.shown for p in self.parameters)))

    def takes(self, words: Iterable[str]) -> bool:
        """Whether it has a use for these after its own: “me” has none for “and my team”, which is a sentence."""
        options = tuple(f"{p.name}:" for p in self.parameters if p.option)
        return any(not p.option for p in self.parameters) or all(w.lower().startswith(options) for w in words)


@dataclass(frozen=True, slots=True)
class ActionRow(Generic[T]):
    """A button's payload and what pressing it does; `asks` says, of a payload, that it opens a form."""

    kind: type[Action]
    handler: Handler
    needs: Need[T]
    asks: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class SubmissionRow(Generic[T]):
    """A form, what it offers to choose from, and what sending it does."""

    kind: type[Answers]
    handler: Handler
    needs: Need[T]
    choices: Choices[T] | None


@wire.action("chat.say")
class Say(Action):
    """A button that types a command: as authorised as if the person had typed it."""

    text: str


class Table(Generic[T]):
    """One feature's rows, in the order in which help shows them."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.commands: list[CommandRow[T]] = []
        self.actions: list[ActionRow[T]] = []
        self.submissions: list[SubmissionRow[T]] = []
        self.files: list[tuple[Handler, Need[T]]] = []
        self.sections: list[Section[T]] = []
        self.readers: dict[Any, Reader] = {}

    def command(
        self,
        words: str,
        *,
        needs: Need[T],
        help: str,
        reads: bool = False,
        shortcut: str = "",
        from_message: str = "",
        asks: Callable[[str], bool] | None = None,
    ) -> Callable[[H], H]:
        """`async def handler(turn, …)` answers `/qi <words> …`; `shortcut` also puts it in the platform's menu, and
        `from_message` in the menu of a message, where there is one.

        A handler that returns `Form` opens one; where it may return either, `asks(rest)` says which it will be.
        """

        def add(handler: H) -> H:
            grammar = arguments.parameters(handler)
            asking = asks or _promise(handler)
            row = CommandRow(tuple(words.split()), handler, needs, help, reads, shortcut, from_message, grammar, asking)
            self.commands.append(row)
            return handler

        return add

    def action(self, kind: type[A], *, needs: Need[T], asks: Callable[[A], bool] | None = None) -> Callable[[H], H]:
        """`async def handler(turn, pressed: kind)` answers the button; `asks(pressed)` as in `command`."""

        def add(handler: H) -> H:
            self.actions.append(ActionRow(kind, handler, needs, asks or _promise(handler)))
            return handler

        return add

    def submission(self, kind: type[Answers], *, needs: Need[T], choices: Choices[T] | None = None) -> Callable[[H], H]:
        """`async def handler(turn, answers: kind)` answers the form; `choices(turn, values)` gives what its fields
        offer while these values stand in it, which are claims like any other.
        """

        def add(handler: H) -> H:
            self.submissions.append(SubmissionRow(kind, handler, needs, choices))
            return handler

        return add

    def file(self, *, needs: Need[T]) -> Callable[[H], H]:
        """`async def handler(turn, data: bytes)` answers a file. Who may is asked before it is fetched, and again."""

        def add(handler: H) -> H:
            self.files.append((handler, needs))
            return handler

        return add

    def home(self, section: Section[T]) -> Section[T]:
        """`async def section(turn)` gives parts of the Home tab (none when there is nothing to show)."""
        self.sections.append(section)
        return section

    def reader(self, kind: Any, reader: Reader) -> None:
        """How a parameter annotated `kind` is read."""
        self.readers[kind] = reader


@dataclass(frozen=True, slots=True)
class Otherwise(Generic[T]):
    """What free words mean. `handler(turn, words, nearest)`: `nearest` is a command they almost were, or ""."""

    handler: Callable[[T, str, str], Awaitable[Reply]]
    reads: bool = False


@dataclass(frozen=True)
class Found(Generic[T]):
    """A command and the words that remain for its parameters."""

    row: CommandRow[T]
    rest: str


class Router(Generic[T]):
    """Finds the row for what came in, checks who may, reads the arguments, guards what was typed, and calls."""

    def __init__(
        self,
        tables: Iterable[Table[T]],
        *,
        otherwise: Otherwise[T],
        home: Callable[[T, tuple[Part, ...]], Message],
    ) -> None:
        self.tables = tuple(tables)
        self._otherwise, self._home = otherwise, home
        self.commands = _by_key((row.words, row) for t in self.tables for row in t.commands)
        self.actions = _by_key((row.kind.wire, row) for t in self.tables for row in t.actions)
        self.submissions = _by_key((row.kind.shape.wire, row) for t in self.tables for row in t.submissions)
        self.files = _by_key(("file", row) for t in self.tables for row in t.files)
        self._readers = _by_key(pair for t in self.tables for pair in t.readers.items())
        self._longest = max((len(words) for words in self.commands), default=0)
        for row in self.commands.values():
            for p in row.parameters:
                if p.kind not in (*_BUILT_IN, *self._readers):
                    raise TypeError(f"{row.name}: nothing reads {p.kind}")

    def opens_form(self, does: Action) -> bool:
        """Whether pressing a button that does this opens a form, unless something is refused: some platforms have to
        know before it is pressed.
        """
        if isinstance(does, Say):
            found = self.find(does.text)
            return found is not None and found.row.asks(found.rest)
        row = self.actions.get(does.wire)
        return row is not None and row.asks(does)

    def reads(self, incoming: Incoming) -> bool:
        """True when answering changes nothing, so that answering twice is answering once."""
        if isinstance(incoming, HomeOpened):
            return True
        if isinstance(incoming, FileSent):
            return incoming.data is None
        if isinstance(incoming, Press) and incoming.wire == Say.wire:
            incoming = Command(incoming.id, incoming.sender, _said(incoming))
        if isinstance(incoming, Shortcut):
            incoming = Command(incoming.id, incoming.sender, incoming.text)
        if isinstance(incoming, Command):
            found = self.find(incoming.text)
            return found.row.reads if found else self._otherwise.reads
        return False

    async def answer(self, turn: T, incoming: Incoming) -> Reply:
        """The reply to what came in. Raises `errors.Said` for what the person must be told."""
        match incoming:
            case Command(text=text):
                return await self._complete(turn, await self._command(turn, text))
            case Shortcut(text=text):
                return await self._complete(turn, await self._command(turn, text))
            case Press(wire=Say.wire):
                return await self._complete(turn, await self._command(turn, _said(incoming)))
            case Press():
                return await self._complete(turn, await self._press(turn, incoming))
            case Submission():
                return await self._submit(turn, incoming)
            case FileSent():
                return await self._file(turn, incoming)
            case HomeOpened():
                return await self.home(turn)
            case _:
                raise TypeError(type(incoming))

    async def home(self, turn: T) -> Message:
        """What somebody has here and what waits for them, from every feature."""
        parts = [await section(turn) for t in self.tables for section in t.sections]
        return self._home(turn, tuple(p for some in parts for p in some))

    def find(self, text: str) -> Found[T] | None:
        """The command whose words these begin with, and that takes the rest; the longest wins."""
        text = _words(text)
        words = arguments.split(text)
        for n in range(min(self._longest, len(words)), 0, -1):
            row = self.commands.get(tuple(w.lower() for w, _ in words[:n]))
            if row is not None and row.takes(w for w, _ in words[n:]):
                return Found(row, text[words[n][1] :] if n < len(words) else "")
        return None

    def nearest(self, text: str) -> str:
        """The command these words almost are, or ""."""
        typed = " ".join(w.lower() for w, _ in arguments.split(text)[: self._longest])
        names = [row.name for row in self.commands.values()]
        close = difflib.get_close_matches(typed, names, 1, 0.8)
        close = close or difflib.get_close_matches(typed.split(" ")[0], [n for n in names if " " not in n], 1, 0.75)
        return close[0] if close else ""

    async def _command(self, turn: T, text: str) -> Reply:
        found, words = self.find(text), _words(text)
        guard(words)
        if found is None:
            return await self._otherwise.handler(turn, words, self.nearest(words))
        found.row.needs.check(turn)
        given = await arguments.read(found.rest, found.row.parameters, self._readers, turn, found.row.usage)
        return await found.row.handler(turn, **given)

    async def _press(self, turn: T, press: Press) -> Reply:
        row = self.actions.get(press.wire)
        if row is None:
            raise NotFound("That button is no longer in use.", _SEE_HELP)
        row.needs.check(turn)
        try:
            pressed = wire.decode(row.kind, press.data)
        except wire.BadWire:
            raise NotFound("I could not read that button.", _SEE_HELP) from None
        return await row.handler(turn, pressed)

    async def _file(self, turn: T, sent: FileSent) -> Reply:
        """What it comes to; None for one that is still to be fetched, and may be."""
        if "file" not in self.files:
            raise NotFound("I take no files.", _SEE_HELP)
        handler, needs = self.files["file"]
        needs.check(turn)
        return await handler(turn, sent.data) if sent.data is not None else None

    async def _submit(self, turn: T, submission: Submission) -> Reply:
        row = self.submissions.get(submission.wire)
        if row is None:
            raise NotFound("That form is no longer in use.", _SEE_HELP)
        row.needs.check(turn)
        try:
            answers = forms.read(row.kind, submission.values)
            _guard_fields(answers)
            reply = await row.handler(turn, answers)
        except WrongFields as wrong:
            raise TryAgain(
                await self._with_choices(turn, Form(row.kind, submission.values, errors=wrong.errors))
            ) from wrong
        if isinstance(reply, Form):
            raise TypeError(f"{row.kind.shape.wire}: no form opens a form")
        return reply

    async def _complete(self, turn: T, reply: Reply) -> Reply:
        if not isinstance(reply, Form):
            return reply
        self.submissions[reply.kind.shape.wire].needs.check(turn)
        return await self._with_choices(turn, reply)

    async def _with_choices(self, turn: T, form: Form) -> Form:
        choices = self.submissions[form.kind.shape.wire].choices
        return replace(form, choices={**(await choices(turn, form.values) if choices else {}), **form.choices})


class TryAgain(Exception):
    """The form, with errors beside its fields and what was typed kept."""

    def __init__(self, form: Form) -> None:
        super().__init__(form.kind.shape.wire)
        self.form = form


def guard(text: str) -> None:
    """Patient details never belong here: raises `Refused`, which says why and how to rephrase. The words go nowhere."""
    found = patient_details.check(text)
    if found is not None:
        raise Refused(found.sentence, "Nothing was saved or sent.")


def _guard_fields(answers: Answers) -> None:
    errors = {}
    for f in answers.shape.fields:
        if f.kind in (forms.LINE, forms.TEXT) and (found := patient_details.check(getattr(answers, f.name))):
            errors[f.name] = found.sentence
    if errors:
        raise WrongFields(errors)


def _words(text: str) -> str:
    """What was typed, also in a direct message where the slash and the name of the bot are not needed, and with the
    quotes in which a command may have been shown.
    """
    words = arguments.straighten(text)
    quoted = _QUOTED.fullmatch(words)
    return _SLASH.sub("", quoted[1] if quoted else words)


def _promise(handler: Handler) -> Callable[[object], bool]:
    """What the handler's signature says of every answer."""
    always = get_type_hints(handler).get("return") is Form
    return lambda _: always


def _said(press: Press) -> str:
    text = press.data.get("text")
    return text if isinstance(text, str) else ""


K = TypeVar("K")
R = TypeVar("R")
_SEE_HELP = ("Type ", Typed("help"), " to see what I can do.")
_QUOTED = re.compile(r'"([^"]+)"')
_SLASH = re.compile(r"^/+(?:qi(?!\S)\s*)?", re.IGNORECASE)
_BUILT_IN: tuple[Any, ...] = (str, int, date, arguments.Rest)


def _by_key(rows: Iterable[tuple[K, R]]) -> dict[K, R]:
    table: dict[K, R] = {}
    for key, row in rows:
        if key in table:
            raise ValueError(f"two rows answer {key}")
        table[key] = row
    return table
