"""What the rows of a file say of projects, before anything is asked of the database. Rules do not speak: no chat here.

The columns are those that lists of projects such as Life QI's have, by the names that people give them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from qibot.dates import read_date
from qibot.documents.tables import Line
from qibot.errors import Refused
from qibot.patient_details import check
from qibot.projects.models import FINISHED, IDEA, STOPPED, UNDER_WAY
from qibot.projects.progress import SCALE, score
from qibot.projects.words import fold, fold_title

COLUMNS: Mapping[str, tuple[str, ...]] = {
    names.partition(", ")[0]: tuple(fold(name) for name in names.split(", "))
    for names in (
        "title, project title, project name, project, name",
        "organisation, organisation name, lead organisation, trust, ods code",
        "aim, aim statement, project aim, description",
        "status, project status, stage, state",
        "progress score, progress, score",
        "lead, project lead, project leader, owner, lead name",
        "lead e-mail, lead email, email, e-mail",
        "team, teams, project team, who helps",
        "place, location, site",
        "topics, topic, tags, themes, keywords",
        "start, start date, started",
        "end, end date, finish date, completion date, ended",
        "id, project id, reference, ref, code",
        "link, url, project url, web address",
    )
}
"""Each column as exports have it, and the headings, folded, that are read as it."""
LONGEST = {"title": 120, "organisation": 200, "aim": 1000, "lead": 200, "lead e-mail": 200, "team": 150, "place": 60}
LONGEST |= {"id": 60, "link": 500, "topics": 600, "status": 60, "progress score": 120, "start": 40, "end": 40}
STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("", "idea", "draft", "planned", "planning", "proposed", "not started", "new"), IDEA),
    **dict.fromkeys(
        ("under way", "underway", "active", "in progress", "ongoing", "open", "live", "started"), UNDER_WAY
    ),
    **dict.fromkeys(("on hold", "paused"), UNDER_WAY),
    **dict.fromkeys(("finished", "complete", "completed", "done", "closed", "archived", "sustained"), FINISHED),
    **dict.fromkeys(("stopped with thanks", "stopped", "cancelled", "canceled", "abandoned", "withdrawn"), STOPPED),
}
_HEADINGS_WITHIN = 10
_DATED = re.compile(r"\d{4}|\d[./-]\d{1,2}[./-]\d\d$")
_MIDNIGHT = re.compile(r"[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not taken: its line in the file, and a sentence that repeats nothing that may not be kept."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A project as a row tells it. `key` names it within its organisation; `progress` as in `Project`; `status` is the
    word that `stage` was read from.
    """

    line: int
    title: str
    organisation: str = ""
    aim: str = ""
    status: str = ""
    stage: str = IDEA
    progress: int = 0
    lead: str = ""
    email: str = ""
    team: str = ""
    place: str = ""
    topics: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    key: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it was read. `mapped`: (column, its heading there); `unread`: headings of which nothing is taken."""

    mapped: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    @property
    def columns(self) -> frozenset[str]:
        """The columns that were found."""
        return frozenset(column for column, _ in self.mapped)


def read(lines: Sequence[Line], today: date) -> Table:
    """Each row as an entry or with its problems. Raises `Refused` when there is no column of titles, or no row."""
    at, columns = _headings(lines)
    head, rows = lines[at].cells, lines[at + 1 :]
    entries: list[Entry] = []
    problems: list[Problem] = []
    for row in rows:
        made = _Row(row.number, {name: row.cells[i] if i < len(row.cells) else "" for name, i in columns.items()})
        entry = made.entry(today)
        if made.problems:
            problems.append(Problem(row.number, " ".join(made.problems)))
        else:
            entries.append(entry)
    if not rows:
        raise Refused("That file has headings and no rows below them.", "Nothing was changed.")
    mapped = tuple((name, head[i]) for name, i in columns.items())
    unread = tuple(words for i, words in enumerate(head) if words and i not in columns.values())
    return Table(mapped, unread, tuple(entries), tuple(problems))


def kept(lines: Sequence[Line], table: Table) -> list[Line]:
    """The headings and the rows that could be read, without the columns of which nothing is taken: what may wait for a
    yes. Whatever was refused is not in it.
    """
    at, columns = _headings(lines)
    numbers = {lines[at].number, *(entry.line for entry in table.entries)}
    those = sorted(columns.values())
    some = [line for line in lines if line.number in numbers]
    return [Line(one.number, tuple(one.cells[i] if i < len(one.cells) else "" for i in those)) for one in some]


def _headings(lines: Sequence[Line]) -> tuple[int, dict[str, int]]:
    """Which of the first rows has the headings, and where each column is; the first of two alike counts."""
    for at, line in enumerate(lines[:_HEADINGS_WITHIN]):
        # Programs of other countries spell it with a z.
        said = [fold(words).replace("ization", "isation") for words in line.cells]
        found = {
            name: min(said.index(alias) for alias in aliases if alias in said)
            for name, aliases in COLUMNS.items()
            if any(alias in said for alias in aliases)
        }
        # A title of the whole file may be one word of ours; headings are several.
        if "title" in found and (len(found) > 1 or at == 0):
            return at, found
    raise Refused(
        "I found no column with the titles of projects.", f"The first row should have headings: {', '.join(COLUMNS)}."
    )


@dataclass
class _Row:
    """One row while it is read, and what is wrong with it."""

    line: int
    cells: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def entry(self, today: date) -> Entry:
        """The entry; of no use once there are problems."""
        for name, words in self.cells.items():
            self._look(name, words)
        say = self.cells.get
        title, id_ = " ".join(say("title", "").split()), say("id", "")
        if not title:
            self.problems.append("It has no title.")
        starts_on, ends_on = self._day("start", today), self._day("end", today)
        if starts_on and ends_on and ends_on < starts_on:
            self.problems.append("It ends before it starts.")
        return Entry(
            self.line,
            title,
            organisation=say("organisation", ""),
            aim=say("aim", ""),
            status=say("status", ""),
            stage=self._stage(),
            progress=self._progress(),
            lead=say("lead", ""),
            email=say("lead e-mail", "").lower(),
            team=" ".join(say("team", "").split()),
            place=say("place", ""),
            topics=say("topics", ""),
            starts_on=starts_on,
            ends_on=ends_on,
            key=id_ or fold_title(title),
            link=self._link(),
        )

    def _look(self, name: str, words: str) -> None:
        if len(words) > LONGEST[name]:
            self.problems.append(f"Its {name} has {len(words)} characters; there is room for {LONGEST[name]}.")
        # Ids and addresses are made of figures, and are not what people type.
        if name not in ("id", "link", "start", "end", "progress score") and (found := check(words)):
            self.problems.append(f"Its {name}: {found.sentence}")

    def _stage(self) -> str:
        words = fold(self.cells.get("status", ""))
        if words not in STATUSES:
            self.problems.append("Its status is none that I know: idea, under way, finished, stopped…")
        return STATUSES.get(words, IDEA)

    def _progress(self) -> int:
        words = self.cells.get("progress score", "")
        number = re.match(r"([0-5](?:[.,][05]0?)?)(?![\d.,])", words)
        twice = round(2 * float(number[1].replace(",", "."))) if number else 0
        if words and words not in ("0", "-", "n/a") and twice not in SCALE:
            self.problems.append(f"Its progress score is not on the scale from {score(1)} to {score(10)}.")
        return twice

    def _day(self, name: str, today: date) -> date | None:
        words = self.cells.get(name, "")
        found = read_date(_MIDNIGHT.sub("", words), today) if words else None
        # “Next week” and “1 March” say nothing in a file that is read some day.
        if words and (found is None or not _DATED.search(words)):
            self.problems.append(f"Its {name} is no date that I can read, such as 27/11/2019.")
        return found

    def _link(self) -> str:
        words = self.cells.get("link", "")
        if words and not re.fullmatch(r"https?://[^\s<>\"|]+", words):
            self.problems.append("Its link does not begin with https:// or http://.")
        return words


Step = Callable[[int, int], None]
"""Told how many rows of how many are done."""
