"""What the page is looking at: it stands in the address alone, so that going back, reloading and sharing just work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

SIDES = ("left", "right")
MESSAGES, HOME = "messages", "home"


@dataclass(frozen=True, slots=True)
class Side:
    """One pane: whose it is (`workspace.account`), which tab is open, and words to begin the line with."""

    who: str
    tab: str = MESSAGES
    begin: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """Both panes."""

    sides: Mapping[str, Side] = field(default_factory=dict)

    def with_side(self, side: str, **changes: str) -> "Look":
        """The same with something of one side changed."""
        return Look({**self.sides, side: replace(self.sides[side], **changes)})

    @property
    def query(self) -> str:
        """As the address has it."""
        pairs = []
        for name, side in self.sides.items():
            pairs.append((name, side.who))
            pairs += [(f"{name}-tab", side.tab)] if side.tab != MESSAGES else []
            pairs += [(f"{name}-begin", side.begin)] if side.begin else []
        return urlencode(pairs)

    @property
    def url(self) -> str:
        """The page's address, within this site."""
        return f"/?{self.query}"


def read(query: str, known: Mapping[str, object], usual: Mapping[str, str]) -> Look:
    """The look of an address. Whatever is not in `known` is as in `usual`: nothing in it is believed."""
    given = dict(parse_qsl(query[:2000]))
    sides = {}
    for name in SIDES:
        who = given.get(name, "")
        tab = HOME if given.get(f"{name}-tab") == HOME else MESSAGES
        sides[name] = Side(who if who in known else usual[name], tab, given.get(f"{name}-begin", "")[:200])
    return Look(sides)
