"""What the bot asks to be filled in. A form *is* a dataclass; one definition becomes a Slack modal or a Teams card.

    @form("projects.register", title="Register a project", submit="Register")
    class RegisterProject(Answers):
        title: str = line("Title", help="What you would call it in the corridor")
        aim: str = text("Aim", optional=True)
        topics: tuple[str, ...] = many("Topics")
        project: str = hidden()

Choices that live in the database are given by the submission's `choices=` in the router's table, so that the form can
be shown again, with what was typed kept and an error beside the field, without anybody remembering what was offered.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform

from qibot.errors import WrongFields

LINE, TEXT, CHOICE, MANY, TICK, DAY, HIDDEN = "line", "text", "choice", "many", "tick", "day", "hidden"
LONGEST_LINE, LONGEST_TEXT = 150, 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: `value` is what comes back, `label` what is read; `group` gathers long lists."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """How one field is asked. `longest` in characters (line, text); `most` = how many may be chosen (many)."""

    name: str
    kind: str
    label: str
    help: str = ""
    optional: bool = False
    longest: int = 0
    most: int = 0
    choices: tuple[Choice, ...] = ()
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A form as defined. `wire` never changes; `title` and `submit` are at most 24 characters (Slack's limit)."""

    wire: str
    title: str
    submit: str
    fields: tuple[Field, ...]


class Answers:
    """Base of every form's dataclass: `@form(...) class RegisterProject(Answers)`."""

    shape: ClassVar[Shape]


F = TypeVar("F", bound=Answers)
_KEY = "qibot"


def _field(kind: str, label: str, *, default: Any = dataclasses.MISSING, **how: Any) -> Any:
    optional = how.get("optional", False) or kind in (TICK, HIDDEN)
    empty: dict[str, Any] = {MANY: (), TICK: False, DAY: None}
    if default is dataclasses.MISSING and optional:
        default = empty.get(kind, "")
    return field(default=default, kw_only=True, metadata={_KEY: (kind, label, {**how, "optional": optional})})


def line(
    label: str, *, help: str = "", optional: bool = False, longest: int = LONGEST_LINE, placeholder: str = ""
) -> Any:
    """One line of text (`str`)."""
    return _field(LINE, label, help=help, optional=optional, longest=longest, placeholder=placeholder)


def text(
    label: str, *, help: str = "", optional: bool = False, longest: int = LONGEST_TEXT, placeholder: str = ""
) -> Any:
    """Several lines of text (`str`)."""
    return _field(TEXT, label, help=help, optional=optional, longest=longest, placeholder=placeholder)


def choice(label: str, *choices: Choice, help: str = "", optional: bool = False) -> Any:
    """One of several (`str`, the choice's value)."""
    return _field(CHOICE, label, help=help, optional=optional, choices=choices)


def many(label: str, *choices: Choice, help: str = "", optional: bool = False, most: int = 0) -> Any:
    """Any number of several (`tuple[str, ...]`); `most` limits how many, 0 = no limit."""
    return _field(MANY, label, help=help, optional=optional, choices=choices, most=most)


def tick(label: str, *, help: str = "") -> Any:
    """Yes when ticked (`bool`)."""
    return _field(TICK, label, help=help)


def day(label: str, *, help: str = "", optional: bool = False) -> Any:
    """A calendar day (`date`, or `date | None` when optional)."""
    return _field(DAY, label, help=help, optional=optional)


def hidden() -> Any:
    """What the form is about (`str`, an id). A claim like any other: the handler authorises it again."""
    return _field(HIDDEN, "")


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(line, text, choice, many, tick, day, hidden)
)
def form(wire: str, *, title: str, submit: str) -> Callable[[type[F]], type[F]]:
    """Make a form of a class."""
    if len(title) > 24 or len(submit) > 24:
        raise ValueError(f"{wire}: title and submit are at most 24 characters")

    def wrap(cls: type[F]) -> type[F]:
        made = dataclass(frozen=True, kw_only=True)(cls)
        fields = (f for f in dataclasses.fields(cast(Any, made)) if _KEY in f.metadata)
        made.shape = Shape(
            wire,
            title,
            submit,
            tuple(Field(f.name, *f.metadata[_KEY][:2], **f.metadata[_KEY][2]) for f in fields),
        )
        return made

    return wrap


@dataclass(frozen=True, slots=True)
class Form:
    """A form to fill in now. A handler gives `kind`, and `values` to start from; the router adds `choices`.

    `values` and `errors` are by field name; values are what was typed (str, tuple of str, bool, ISO date as str).
    `intro` is a sentence or two above the fields.
    """

    kind: type[Answers]
    values: Mapping[str, Any] = field(default_factory=dict)
    intro: str = ""
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def choices_of(self, f: Field) -> tuple[Choice, ...]:
        """What `f` offers: given with the form, or fixed in its definition."""
        return self.choices.get(f.name, f.choices)


def read(kind: type[F], raw: Mapping[str, Any]) -> F:
    """The filled-in dataclass from what came back (names to str, list of str, bool, None). Raises `WrongFields`."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for f in kind.shape.fields:
        try:
            values[f.name] = _READERS[f.kind](f, _without_nulls(raw.get(f.name)))
        except _Wrong as wrong:
            errors[f.name] = str(wrong)
    if errors:
        raise WrongFields(errors)
    return kind(**values)


def _without_nulls(raw: Any) -> Any:
    """A null cannot be stored by PostgreSQL and is never something a person typed."""
    if isinstance(raw, list | tuple):
        return [_without_nulls(item) for item in raw]
    return raw.replace("\x00", "") if isinstance(raw, str) else raw


class _Wrong(Exception):
    pass


def _read_text(f: Field, raw: Any) -> str:
    words = raw.strip() if isinstance(raw, str) else ""
    if not words and not f.optional:
        raise _Wrong("Please fill this in.")
    if f.longest and len(words) > f.longest:
        raise _Wrong(f"Please keep this to {f.longest} characters; it is {len(words)} now.")
    return words


def _read_choice(f: Field, raw: Any) -> str:
    value = raw if isinstance(raw, str) else ""
    if not value and not f.optional:
        raise _Wrong("Please choose one.")
    if value and f.choices and value not in {c.value for c in f.choices}:
        raise _Wrong("Please choose one of those offered.")
    return value


def _read_many(f: Field, raw: Any) -> tuple[str, ...]:
    items = raw if isinstance(raw, list | tuple) else [raw] if isinstance(raw, str) and raw else []
    values = tuple(dict.fromkeys(v for v in items if isinstance(v, str)))
    if not values and not f.optional:
        raise _Wrong("Please choose at least one.")
    if f.most and len(values) > f.most:
        raise _Wrong(f"Please choose at most {f.most}.")
    if f.choices and not set(values) <= {c.value for c in f.choices}:
        raise _Wrong("Please choose from those offered.")
    return values


def _read_tick(_: Field, raw: Any) -> bool:
    return raw is True or raw in ("true", "yes", "on", ["yes"])


def _read_day(f: Field, raw: Any) -> date | None:
    if not raw and f.optional:
        return None
    try:
        return date.fromisoformat(raw if isinstance(raw, str) else "")
    except ValueError:
        raise _Wrong("Please give a day, such as 12 March.") from None


def _read_hidden(_: Field, raw: Any) -> str:
    return raw if isinstance(raw, str) else ""


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    LINE: _read_text, TEXT: _read_text, CHOICE: _read_choice, MANY: _read_many,
    TICK: _read_tick, DAY: _read_day, HIDDEN: _read_hidden,
}  # fmt: skip
