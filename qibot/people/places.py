"""Places and organisations in somebody's words: "wound dressings luton" asks for people in Luton."""

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.people.models import Organisation
from qibot.people.versions import ORGANISATIONS, versions
from qibot.vocabulary.text import Token, tokens

_TOO_GENERAL = frozenset("nhs trust council hospital hospice health care community general university".split())


@dataclass(frozen=True, slots=True)
class Where:
    """What words name: places as people write them, organisations by id, how that is said, and the words left over."""

    places: tuple[str, ...]
    organisations: tuple[int, ...]
    said: str
    rest: str


class Gazetteer:
    """Every place and organisation by its words. Immutable."""

    def __init__(self, organisations: Sequence[Organisation]) -> None:
        self._known: dict[tuple[str, ...], tuple[str, list[int]]] = {}
        for place in dict.fromkeys(o.place for o in organisations if o.place):
            self._known[_words(place)] = place, []
        for o in organisations:
            for called in (o.short_name, o.name, o.ods_code or ""):
                words = _words(called)
                if not words or (len(words) == 1 and (words[0] in _TOO_GENERAL or len(words[0]) < 3)):
                    continue
                label, numbers = self._known.setdefault(words, (o.short_name, []))
                # A place that is called like an organisation stays the place.
                if numbers or label == o.short_name:
                    numbers.append(o.id)
        self._longest = max(map(len, self._known), default=0)

    def read(self, text: str) -> Where | None:
        """The places and organisations that `text` names besides what it asks for; None when it names none."""
        found = tokens(text)
        covered: set[int] = set()
        places, organisations, said = [], [], []
        for size in range(min(self._longest, len(found)), 0, -1):
            for at in range(len(found) - size + 1):
                here = range(at, at + size)
                known = self._known.get(tuple(token.word for token in found[at : at + size]))
                if known is None or not covered.isdisjoint(here):
                    continue
                label, ids = known
                organisations += ids
                places += [] if ids else [label]
                said.append(label)
                covered.update(here)
        rest = _without(found, covered)
        return (
            Where(tuple(places), tuple(dict.fromkeys(organisations)), " and ".join(said), rest)
            if said and rest
            else None
        )


_LEADS_TO = frozenset("in at near from around within for of the".split())


def _without(found: Sequence[Token], covered: set[int]) -> str:
    left = [
        token.raw
        for at, token in enumerate(found)
        if at not in covered and not (token.word in _LEADS_TO and at + 1 in covered)
    ]
    return " ".join(left)


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.word for token in tokens(text))


_held: WeakKeyDictionary[object, tuple[int, Gazetteer]] = WeakKeyDictionary()


async def gazetteer(db: AsyncSession) -> Gazetteer:
    """Of the database's organisations: read once, and again when there are more."""
    version = (await versions(db)).get(ORGANISATIONS, 0)
    held = _held.get(db.get_bind())
    if held is None or held[0] != version:
        held = version, Gazetteer((await db.scalars(select(Organisation))).all())
        _held[db.get_bind()] = held
    return held[1]
