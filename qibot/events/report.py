"""The report of an event, in the order of the one of 27 November 2019. Every sentence comes from rows.

People's words are never altered, not even to keep Markdown from reading them: words that it could take for structure
stand in a code span, where everything means itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, zip_longest

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.dates import say_date
from qibot.events import service
from qibot.events.fishbowl import service as fishbowl
from qibot.events.models import (
    CHANGED,
    CLOSING,
    DONE,
    ENERGIES,
    GOING,
    LET_GO,
    LOW,
    OPEN,
    PAIRS,
    QUESTIONS,
    Attendance,
    Event,
    Pledge,
    Reflection,
)
from qibot.events.service import Statement
from qibot.people.models import Organisation, Person

FEWEST = 5
"""Fewer people than this are not counted where it would tell who they are."""

_STATES = {
    DONE: "Done",
    GOING: "Still going",
    CHANGED: "Changed",
    LET_GO: "Let go, with thanks",
    OPEN: "Not answered yet",
}
_READ_AS_STRUCTURE = re.compile(r"[\\`*_\[\]<>|~$]|&#?\w+;|^(?:[#+-]|\d+[.)]|=+$)")


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """All that a report says. `statements` in the order of `service.statements`; `energies` counts closing forms by
    answer; `people` counts those who joined by organisation; `pledges` are (state, words, words at first), without
    names; `more` are sentences about what came of it that other features know; `asked` are questions from the room as
    (words, how many more would like to know, answer or "").
    """

    title: str
    place: str
    day: date
    people: Mapping[str, int]
    forms: Mapping[str, int]
    energies: Mapping[str, int]
    statements: Sequence[Statement]
    pledges: Sequence[tuple[str, str, str]]
    more: Sequence[str] = ()
    asked: Sequence[tuple[str, int, str]] = ()


async def facts(db: AsyncSession, event: Event, more: Sequence[str] = ()) -> ReportFacts:
    """Gather what is known of an event now."""
    here = (
        select(Organisation.name, func.count().label("n"))
        .join(Person, Person.organisation_id == Organisation.id)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.event_id == event.id)
        .group_by(Organisation.name)
    )
    forms = (
        select(Reflection.form, Reflection.energy, func.count())
        .where(Reflection.event_id == event.id)
        .group_by(Reflection.form, Reflection.energy)
    )
    handed_in = (await db.execute(forms)).all()
    promised = await db.scalars(select(Pledge).where(Pledge.event_id == event.id))
    return ReportFacts(
        title=event.title,
        place=event.place,
        day=event.day,
        people={row.name: row.n for row in await db.execute(here)},
        forms={form: sum(n for f, _, n in handed_in if f == form) for form in QUESTIONS},
        energies={energy: sum(n for f, e, n in handed_in if f == CLOSING and e == energy) for energy in ENERGIES},
        statements=await service.statements(db, event),
        # By words: nobody's promises stand together.
        pledges=sorted((p.state, p.words, p.text) for p in promised),
        more=more,
        asked=await fishbowl.everything(db, event.id),
    )


def markdown(facts: ReportFacts) -> str:
    """The report as Markdown. The same facts give the same text."""
    sections = (
        _what_happened(facts),
        _by_place(facts),
        _boxes(facts),
        _quotes(facts),
        _low(facts),
        _room(facts),
        _next(facts),
    )
    where = f"{_words(facts.place)}, " if facts.place else ""
    lines = [f"# {_words(facts.title)}", "", f"{where}{say_date(facts.day)}"]
    return "\n".join([*lines, *(line for section in sections for line in section)]) + "\n"


def _what_happened(facts: ReportFacts) -> list[str]:
    total = sum(facts.people.values())
    lines = ["", "## What happened", ""]
    if total < FEWEST:
        lines.append(f"- Fewer than {FEWEST} people joined.")
    else:
        lines.append(f"- {total} people of {_count(len(facts.people), 'organisation')} joined.")
        lines += _organisations(facts.people)
    lines.append(f"- {_count(facts.forms[PAIRS], 'form')} with the two questions in pairs.")
    lines.append(f"- {_count(facts.forms[CLOSING], 'form')} with the four closing questions.")
    said = _count(len(facts.statements), "statement")
    lines.append(f"- {said}, as they were typed, below." if facts.statements else "- No statements were handed in.")
    return lines


def _organisations(people: Mapping[str, int]) -> list[str]:
    """One line each, and one for those that are too few. No small number can be worked out from the others.

    One hidden alone is the total less the rest, and several of one person each add up to their own number, so in both
    cases the next smallest is hidden too.
    """
    by_size = sorted(people, key=lambda name: (people[name], name))
    hidden = sum(n < FEWEST for n in people.values())
    while 0 < hidden < len(by_size) and (hidden == 1 or sum(people[name] for name in by_size[:hidden]) == hidden):
        hidden += 1
    if hidden == len(by_size) and sum(people.values()) == hidden:
        return []
    lines = [f"  - {_words(name)}: {people[name]}" for name in reversed(by_size[hidden:])]
    if hidden:
        names = "; ".join(_words(name) for name in sorted(by_size[:hidden]))
        lines.append(f"  - fewer than {FEWEST}, or not counted here so that nobody can work that out: {names}")
    return lines


def _by_place(facts: ReportFacts) -> list[str]:
    """A table for each question of the pairs: a column for each place, a row for each statement."""
    lines: list[str] = []
    for slug, label in QUESTIONS[PAIRS].items():
        said = [s for s in facts.statements if s.question == slug]
        if not said:
            continue
        columns = {place: _listed(list(some), "**{}**") for place, some in groupby(said, key=lambda s: s.place)}
        heads = [_cell(_words(place)) if place else "No place given" for place in columns]
        lines += ["", f"### {label}", "", _row(heads), _row(["---"] * len(heads))]
        lines += [_row(map(_cell, cells)) for cells in zip_longest(*columns.values(), fillvalue="")]
    return ["", "## By place", *lines] if lines else []


def _boxes(facts: ReportFacts) -> list[str]:
    """The four boxes, each with its themes as headings."""
    lines: list[str] = []
    for slug, label in QUESTIONS[CLOSING].items():
        said = [s for s in facts.statements if s.question == slug]
        if said:
            lines += ["", f"### {label}", *_under_themes(said)]
    return ["", "## The four boxes", *lines] if lines else []


def _under_themes(said: Sequence[Statement]) -> list[str]:
    lines = []
    for theme, some in groupby(said, key=lambda s: s.theme):
        if theme or any(s.theme for s in said):
            lines += ["", f"#### {_theme(theme)}"]
        lines += ["", *(f"- {_words(s.text)}" for s in some)]
    return lines


def _listed(said: Sequence[Statement], heading: str) -> list[str]:
    """Statements one below the other, each theme's name above its own."""
    cells = []
    for theme, some in groupby(said, key=lambda s: s.theme):
        if theme or any(s.theme for s in said):
            cells.append(heading.format(_theme(theme)))
        cells += [_words(s.text) for s in some]
    return cells


def _quotes(facts: ReportFacts) -> list[str]:
    """The longest answer to each question, and those that a table cannot show exactly as typed."""
    lines = []
    for slug, label in {**QUESTIONS[PAIRS], **QUESTIONS[CLOSING]}.items():
        said = [s for s in facts.statements if s.question == slug]
        longest = max(said, key=lambda s: len(s.text), default=None)
        quoted = [s for s in said if s is longest or (slug in QUESTIONS[PAIRS] and "|" in s.text)]
        for s in quoted:
            where = f", {_words(s.place)}" if s.place else ""
            lines += ["", f"> {_quoted(s.text)}", ">", f"> – {label}{where}"]
    return ["", "## Direct quotes", "", "The longest answer to each question.", *lines] if lines else []


def _low(facts: ReportFacts) -> list[str]:
    """How many closing forms felt low, and what they said they felt: neither is ever left out."""
    forms = facts.forms[CLOSING]
    if not forms:
        return []
    felt = [s.text for s in facts.statements if s.question == "feeling" and s.energy == LOW]
    said = f"{facts.energies[LOW]} of {forms} closing forms felt low"
    words = ": " + "; ".join(map(_quoted, felt)) if felt else ""
    asked = ", ".join(f"{facts.energies[energy]} {label.lower()}" for energy, label in ENERGIES.items())
    silent = forms - sum(facts.energies.values())
    asked += f", {silent} not said" if silent else ""
    return ["", "## Low feelings", "", f"{said}{words}.", "", f"Energy on the closing forms: {asked}."]


def _room(facts: ReportFacts) -> list[str]:
    """Questions from the room, those that nobody answered first. Small numbers stand: they are not about people."""
    if not facts.asked:
        return []
    lines = []
    for words, more, answer in facts.asked:
        too = f" ({'one' if more == 1 else more} more would like to know that)" if more else ""
        lines.append(f"- {_words(words)}{too}" + (f" – {_words(service.one_line(answer))}" if answer else ""))
    answered = sum(bool(answer) for _, _, answer in facts.asked)
    return ["", "## Questions from the room", "", f"{answered} of {len(facts.asked)} answered.", "", *lines]


def _next(facts: ReportFacts) -> list[str]:
    lines = ["", "## What happened next", ""]
    if not facts.pledges:
        lines.append("- No pledges were made.")
    else:
        lines.append(f"- {_count(len(facts.pledges), 'pledge')} made.")
    lines += [f"- {line}" for line in facts.more]
    for state, label in _STATES.items():
        some = [(words, first) for its, words, first in facts.pledges if its == state]
        if some:
            lines += ["", f"### {label}: {len(some)}", ""]
            lines += [
                f"- {_words(words)}" + (f" (at first: {_words(first)})" if first != words else "")
                for words, first in some
            ]
    return lines


def _theme(name: str) -> str:
    return _words(name) if name else "Not grouped"


def _words(text: str) -> str:
    """What somebody typed, as it is: bare where Markdown reads nothing else into it, in a code span where it might."""
    if not _READ_AS_STRUCTURE.search(text):
        return text
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{room}{text}{room}{ticks}"


def _quoted(text: str) -> str:
    words = _words(text)
    return f"“{text}”" if words == text else words


def _cell(text: str) -> str:
    # A table ends its cell at a bar even inside a code span. As typed it stands under the direct quotes.
    return text.replace("|", "\\|")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
