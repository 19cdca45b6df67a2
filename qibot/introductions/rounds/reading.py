"""People and whom they met, read from files that spreadsheets write. Every row that cannot be read is told."""

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from qibot.errors import Refused
from qibot.introductions.rounds.matching import Taker

_PEOPLE, _NEEDED = ("id", "organisation", "place", "role", "topics", "waited", "prefers_trio"), ("id", "organisation")
_MET = ("a", "b", "weeks_ago")
_YES, _NO = ("yes", "y", "true", "1"), ("", "no", "n", "false", "0")
_LONGEST, _SHOWN, _MOST_WAITED = 200, 20, 1_000_000
Row = Mapping[str, str]
T = TypeVar("T")


class _Wrong(ValueError):
    """What is wrong with a row, as the end of a sentence that begins with where it stands."""


def people(file: Path) -> tuple[Taker, ...]:
    """Those who take part. Columns: id, organisation; if there are such: place, role, topics (with | between them),
    waited (a number), prefers_trio (yes or no). Raises `Refused` with every row that is wrong.
    """
    seen: dict[str, int] = {}

    def read(line: int, row: Row) -> Taker:
        one = _id(row, "id")
        if one in seen:
            raise _Wrong(f"“{one}” stands in line {seen[one]} already.")
        seen[one] = line
        if not row["organisation"]:
            raise _Wrong("the organisation is missing.")
        topics = frozenset(filter(None, (" ".join(topic.split()) for topic in row["topics"].split("|"))))
        return Taker(one, row["organisation"], row["place"], row["role"], topics, _waited(row), _prefers_trio(row))

    return tuple(_read(file, _PEOPLE, _NEEDED, read))


def met(file: Path, takers: Sequence[Taker]) -> dict[tuple[str, str], float]:
    """Weeks since two of these people met. Columns: a, b, weeks_ago. Of a pair that comes twice the last time counts.
    Raises `Refused` with every row that is wrong.
    """
    ids, found = {one.id for one in takers}, dict[tuple[str, str], float]()

    def read(_: int, row: Row) -> None:
        one, two = _id(row, "a"), _id(row, "b")
        for who in (one, two):
            if who not in ids:
                raise _Wrong(f"“{who}” is not among the people.")
        if one == two:
            raise _Wrong(f"“{one}” cannot have met themselves.")
        both = (min(one, two), max(one, two))
        found[both] = min(found.get(both, math.inf), _weeks(row))

    _read(file, _MET, _MET, read)
    return found


def _read(file: Path, columns: Sequence[str], needed: Sequence[str], read: Callable[[int, Row], T]) -> list[T]:
    found, wrong = list[T](), list[str]()
    for line, row in _rows(file, columns, needed):
        try:
            found.append(read(line, row))
        except _Wrong as why:
            wrong.append(f"{file.name}, line {line}: {why}")
    if wrong:
        more = [f"And {len(wrong) - _SHOWN:,} lines more."] if len(wrong) > _SHOWN else []
        raise Refused("\n".join([*wrong[:_SHOWN], *more, "Nothing was planned."]))
    return found


def _rows(file: Path, columns: Sequence[str], needed: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Lines with their cells by column, empty ones left out; "" for a cell that is not there."""
    try:
        # The mark at the beginning is what spreadsheets write.
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refused(f"{file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not in UTF-8.", "Save it as CSV UTF-8, and try again.") from error
    lines = text.splitlines(keepends=True)
    semicolons = bool(lines) and ";" in lines[0] and "," not in lines[0]
    reader = csv.reader(lines, delimiter=";" if semicolons else ",", strict=True)
    try:
        heading = [cell.strip().casefold() for cell in next(reader, [])]
        missing = [name for name in needed if name not in heading]
        if missing:
            raise Refused(
                f"{file} has no column {' and no column '.join(missing)}.", "The first line names the columns."
            )
        twice = [name for name in columns if heading.count(name) > 1]
        if twice:
            raise Refused(f"{file} has the column {twice[0]} twice.", "Take one of them out.")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
                yield reader.line_num, {name: row.get(name, "") for name in columns}
    except csv.Error as error:
        raise Refused(f"{file}, line {reader.line_num}: this is no CSV ({error}).") from error


def _id(row: Row, column: str) -> str:
    found = row[column]
    if not found:
        raise _Wrong(f"the {column} is missing.")
    if len(found) > _LONGEST:
        raise _Wrong(f"the {column} has more than {_LONGEST} characters.")
    return found


def _waited(row: Row) -> int:
    said = row["waited"] or "0"
    if not (said.isascii() and said.isdigit() and len(said) <= len(str(_MOST_WAITED)) and int(said) <= _MOST_WAITED):
        raise _Wrong(f"“{said[:_LONGEST]}” in waited is not a whole number from 0 on.")
    return int(said)


def _prefers_trio(row: Row) -> bool:
    said = row["prefers_trio"].casefold()
    if said not in (*_YES, *_NO):
        raise _Wrong(f"“{said[:_LONGEST]}” in prefers_trio is neither yes nor no.")
    return said in _YES


def _weeks(row: Row) -> float:
    said = row["weeks_ago"]
    try:
        weeks = float(said)
    except ValueError:
        weeks = math.nan
    if not 0 <= weeks < math.inf:
        raise _Wrong(f"“{said[:_LONGEST]}” in weeks_ago is not a number from 0 on.")
    return weeks
