"""As much of a message as a platform takes, for every renderer."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Piece = dict[str, Any]
TOO_MUCH = "There was more than fits here."


@dataclass(frozen=True, slots=True)
class Rendering:
    """A part of a message as the pieces a platform shows. `buttons`: they are next steps."""

    pieces: list[Piece]
    title: bool = False
    buttons: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """How much there is: so many units of what `weigh` says of a piece, and so many pieces."""

    units: int
    weigh: Callable[[Piece], int]
    pieces: float = math.inf

    def without(self, pieces: Sequence[Piece]) -> "Room":
        """What is left of it."""
        return Room(self.units - sum(map(self.weigh, pieces)), self.weigh, self.pieces - len(pieces))

    def takes(self, pieces: Sequence[Piece]) -> bool:
        """Whether there is room for all of these."""
        return self.pieces >= len(pieces) and self.units >= sum(map(self.weigh, pieces))


def fit(parts: Sequence[Rendering], room: Room, *, note: Sequence[Piece]) -> list[Piece]:
    """All pieces, or as many as fit and a note in the place of the rest.

    After the title the next steps come first: the last buttons, then what stands after them; then the other parts in
    order.
    """
    whole = [piece for part in parts for piece in part.pieces]
    if room.takes(whole):
        return whole
    kept, cut = _admit(parts, room.without(note))
    before = [piece for i in sorted(kept) if i <= cut for piece in kept[i]]
    after = [piece for i in sorted(kept) if i > cut for piece in kept[i]]
    return [*before, *note, *after]


def _admit(parts: Sequence[Rendering], room: Room) -> tuple[dict[int, list[Piece]], int]:
    """The pieces that fit, by index of their part, and the first index where something is left out."""
    last = max((i for i, part in enumerate(parts) if part.buttons), default=len(parts))
    titles = [i for i, part in enumerate(parts[:last]) if part.title]
    others = [i for i, part in enumerate(parts[:last]) if not part.title]
    kept: dict[int, list[Piece]] = {}
    cut = len(parts)
    for i in (*titles, *range(last, len(parts)), *others):
        kept[i] = []
        for piece in parts[i].pieces:
            if not room.takes([piece]):
                cut = min(cut, i)
                break
            kept[i].append(piece)
            room = room.without([piece])
        if cut == i and i in others:
            break
    return kept, cut
