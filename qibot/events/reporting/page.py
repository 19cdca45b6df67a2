"""The report as values, in the order of the one of 27 November 2019. Every sentence comes from rows.

What people typed is a `Said`, apart from our own words beside it, so that each writer shows it as typed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from qibot.dates import say_date
from qibot.events import small
from qibot.events.models import CHANGED, CLOSING, DONE, ENERGIES, GOING, LET_GO, LOW, OPEN, PAIRS, QUESTIONS
from qibot.events.reporting.facts import ReportFacts
from qibot.events.service import Statement, one_line
from qibot.events.small import FEWEST


@dataclass(frozen=True, slots=True)
class Said:
    """Words that somebody typed; `quoted` in quotation marks."""

    text: str
    quoted: bool = False


Line = tuple[str | Said, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A heading of level 1 (the report's own) to 4."""

    level: int
    line: Line


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    line: Line


@dataclass(frozen=True, slots=True)
class Points:
    """A list: (how far in, 0 or 1; what)."""

    items: tuple[tuple[int, Line], ...]


@dataclass(frozen=True, slots=True)
class Quotation:
    """Somebody's words by themselves, and where they come from."""

    line: Line
    source: Line


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid; a `theme` heads those below it."""

    line: Line = ()
    theme: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a row of headings; rows are as wide as it is."""

    columns: tuple[Line, ...]
    rows: tuple[tuple[Cell, ...], ...]


Block = Head | Words | Points | Quotation | Grid

_STATES = {
    DONE: "Done",
    GOING: "Still going",
    CHANGED: "Changed",
    LET_GO: "Let go, with thanks",
    OPEN: "Not answered yet",
}


def page(facts: ReportFacts) -> tuple[Block, ...]:
    """The whole report. The same facts give the same page."""
    where: Line = (Said(facts.place), ", ") if facts.place else ()
    sections = (_what_happened, _by_place, _boxes, _quotes, _low, _room, _next, _answers)
    blocks = [block for section in sections for block in section(facts)]
    return Head(1, (Said(facts.title),)), Words((*where, say_date(facts.day))), *blocks


def _points(*lines: Line) -> Points:
    return Points(tuple((0, line) for line in lines))


def _what_happened(facts: ReportFacts) -> Iterator[Block]:
    total = sum(facts.people.values())
    yield Head(2, ("What happened",))
    items: list[tuple[int, Line]] = []
    if total < FEWEST:
        items.append((0, (f"Fewer than {FEWEST} people joined.",)))
    else:
        items.append((0, (f"{total} people of {_count(len(facts.people), 'organisation')} joined.",)))
        items += _counted(facts.people, "")
        if facts.at:
            items.append((0, ("At each place:",)))
            items += _counted(facts.at, "no place said")
        if small.part(facts.on_the_day, total):
            items.append((0, (f"{facts.on_the_day} of them joined on the day.",)))
    items.append((0, (f"{_count(facts.forms[PAIRS], 'form')} with the two questions in pairs.",)))
    items.append((0, (f"{_count(facts.forms[CLOSING], 'form')} with the four closing questions.",)))
    said = _count(len(facts.statements), "statement")
    said = f"{said}, as they were typed, below." if facts.statements else "No statements were handed in."
    yield Points((*items, (0, (said,))))


def _counted(counts: Mapping[str, int], nowhere: str) -> Iterator[tuple[int, Line]]:
    """One line each, and one for those that are too few. No small number can be worked out from the others."""
    shown, hidden = small.apart(counts)
    if not shown and sum(counts.values()) == len(hidden):
        return
    for name in shown:
        yield 1, (Said(name) if name else nowhere, f": {counts[name]}")
    if hidden:
        names = [piece for name in hidden for piece in ("; ", Said(name) if name else nowhere)][1:]
        yield 1, (f"fewer than {FEWEST}, or not counted here so that nobody can work that out: ", *names)


def _by_place(facts: ReportFacts) -> Iterator[Block]:
    """A table for each question of the pairs: a column for each place, a row for each statement."""
    found: list[Block] = []
    for slug, label in QUESTIONS[PAIRS].items():
        said = [s for s in facts.statements if s.question == slug]
        if said:
            columns = {place: _listed(list(some)) for place, some in groupby(said, key=lambda s: s.place)}
            heads: tuple[Line, ...] = tuple((Said(place) if place else "No place given",) for place in columns)
            found += [Head(3, (label,)), Grid(heads, tuple(zip_longest(*columns.values(), fillvalue=Cell())))]
    if found:
        yield from (Head(2, ("By place",)), *found)


def _listed(said: Sequence[Statement]) -> list[Cell]:
    """Statements one below the other, each theme's name above its own."""
    cells = []
    for theme, some in groupby(said, key=lambda s: s.theme):
        if theme or any(s.theme for s in said):
            cells.append(Cell(_theme(theme), theme=True))
        cells += [Cell((Said(s.text),)) for s in some]
    return cells


def _boxes(facts: ReportFacts) -> Iterator[Block]:
    """The four boxes, each with its themes as headings."""
    found: list[Block] = []
    for slug, label in QUESTIONS[CLOSING].items():
        said = [s for s in facts.statements if s.question == slug]
        if said:
            found += [Head(3, (label,)), *_under_themes(said)]
    if found:
        yield from (Head(2, ("The four boxes",)), *found)


def _under_themes(said: Sequence[Statement]) -> Iterator[Block]:
    for theme, some in groupby(said, key=lambda s: s.theme):
        if theme or any(s.theme for s in said):
            yield Head(4, _theme(theme))
        yield _points(*((Said(s.text),) for s in some))


def _theme(name: str) -> Line:
    return (Said(name) if name else "Not grouped",)


def _quotes(facts: ReportFacts) -> Iterator[Block]:
    """The longest answer to each question, and those that a table cannot show exactly as typed."""
    found: list[Block] = []
    for slug, label in {**QUESTIONS[PAIRS], **QUESTIONS[CLOSING]}.items():
        said = [s for s in facts.statements if s.question == slug]
        longest = max(said, key=lambda s: len(s.text), default=None)
        quoted = [s for s in said if s is longest or (slug in QUESTIONS[PAIRS] and "|" in s.text)]
        for s in quoted:
            where: Line = (", ", Said(s.place)) if s.place else ()
            found.append(Quotation((Said(s.text, quoted=True),), (label, *where)))
    if found:
        yield from (Head(2, ("Direct quotes",)), Words(("The longest answer to each question.",)), *found)


def _low(facts: ReportFacts) -> Iterator[Block]:
    """How many closing forms felt low, and what they said they felt: neither is ever left out."""
    forms = facts.forms[CLOSING]
    if not forms:
        return
    felt = [s.text for s in facts.statements if s.question == "feeling" and s.energy == LOW]
    words = [piece for text in felt for piece in ("; ", Said(text, quoted=True))][1:]
    said = f"{facts.energies[LOW]} of {forms} closing forms felt low"
    asked = ", ".join(f"{facts.energies[energy]} {label.lower()}" for energy, label in ENERGIES.items())
    silent = forms - sum(facts.energies.values())
    yield Head(2, ("Low feelings",))
    yield Words((said, *([": ", *words] if words else []), "."))
    yield Words((f"Energy on the closing forms: {asked}{f', {silent} not said' if silent else ''}.",))


def _room(facts: ReportFacts) -> Iterator[Block]:
    """Questions from the room, those that nobody answered first. Small numbers stand: they are not about people."""
    if not facts.asked:
        return
    answered = sum(bool(answer) for _, _, answer in facts.asked)
    yield Head(2, ("Questions from the room",))
    yield Words((f"{answered} of {len(facts.asked)} answered.",))
    lines: list[Line] = []
    for words, more, answer in facts.asked:
        too = f" ({'one' if more == 1 else more} more would like to know that)" if more else ""
        lines.append((Said(words), too, *((" – ", Said(one_line(answer))) if answer else ())))
    yield _points(*lines)


def _next(facts: ReportFacts) -> Iterator[Block]:
    yield Head(2, ("What happened next",))
    made = f"{_count(len(facts.pledges), 'pledge')} made." if facts.pledges else "No pledges were made."
    yield _points((made,), *_links(*facts.links), *((line,) for line in facts.more))
    for state, label in _STATES.items():
        some = [(words, first) for its, words, first in facts.pledges if its == state]
        if some:
            yield Head(3, (f"{label}: {len(some)}",))
            changed: list[Line] = [
                (Said(words), " (at first: ", Said(first), ")") if first != words else (Said(words),)
                for words, first in some
            ]
            yield _points(*changed)


def _links(introduced: int, met: int) -> Iterator[Line]:
    if introduced:
        what = f"{_count(introduced, 'introduction')} made since between people who joined"
        yield (f"{what}; {met} of them have met." if met else f"{what}.",)


def _answers(facts: ReportFacts) -> Iterator[Block]:
    """What was done about what was said, as everybody was told."""
    if facts.answers:
        yield Head(2, ("You said, we did",))
        yield _points(*((Said(said), " – ", Said(done)) if said else (Said(done),) for said, done in facts.answers))


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
