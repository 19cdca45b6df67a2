"""What a button carries: a small typed dataclass under a name that never changes.

A button pressed a year later must still be understood, so the wire name is fixed by hand, fields are only ever added
(with a default), and unknown fields are ignored. What comes back is only a claim: the handler authorises it again.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_type_hints

LONGEST_WIRE = 1900
"""Characters of JSON, an emoji counting as two. Slack takes 2,000 in a button's value, and does not say of what."""


class Action:
    """Base of every button's payload. Subclass through `@action("feature.verb")`; fields are str, int or bool."""

    wire: ClassVar[str] = ""


A = TypeVar("A", bound=Action)


@dataclass_transform(frozen_default=True)
def action(wire: str) -> Callable[[type[A]], type[A]]:
    """Make a frozen dataclass whose wire name is `wire`."""

    def wrap(cls: type[A]) -> type[A]:
        made = dataclass(frozen=True)(cls)
        for name, kind in get_type_hints(made).items():
            if name != "wire" and kind not in (str, int, bool):
                raise TypeError(f"{cls.__name__}.{name}: a button carries str, int and bool only")
        made.wire = wire
        return made

    return wrap


def encode(act: Action) -> str:
    """The action's fields as compact JSON (its name travels beside it)."""
    text = json.dumps(dataclasses.asdict(act), separators=(",", ":"), ensure_ascii=False)  # type: ignore[call-overload]
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_WIRE:
        raise ValueError(f"{act.wire}: a button's payload is at most {LONGEST_WIRE} characters")
    return text


class BadWire(ValueError):
    """A payload that is not one of ours, or is older than we can read."""


def decode(kind: type[A], data: Mapping[str, Any]) -> A:
    """The action again. Unknown fields are ignored; missing ones take their default. Raises `BadWire`."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for f in dataclasses.fields(kind):  # type: ignore[arg-type]
        if f.name not in data:
            continue
        value = data[f.name]
        # bool is an int to isinstance, and a button must not smuggle one in for the other.
        if type(value) is not hints[f.name]:
            raise BadWire(f"{kind.wire}.{f.name}")
        values[f.name] = value
    try:
        return kind(**values)
    except TypeError as missing:
        raise BadWire(kind.wire) from missing
