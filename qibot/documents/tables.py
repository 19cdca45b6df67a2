"""Tables of words as CSV and .xlsx, in and out. What comes in is anybody's file, so its size is looked at before its
content; what goes out is opened in spreadsheets, so no cell may be read there as a formula.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from qibot.errors import Refused

MOST_BYTES, MOST_UNPACKED, MOST_PARTS = 5_000_000, 40_000_000, 500
"""Of a file as it comes, and of what an .xlsx, which is a zip, says that it unpacks to. `zipfile` reads no more."""
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 5_000, 60, 5_000
_BLANKS = 1_000
"""Empty rows after which an .xlsx is taken to have ended: one stray cell far below makes a million of them."""
_FORMULA = re.compile("['’]*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_OLD_EXCEL, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not empty: its number in the file, from 1, and its cells without space around them. Dates are
    ISO; a formula is what it last came to.
    """

    number: int
    cells: tuple[str, ...]


def read(data: bytes) -> list[Line]:
    """The rows of a CSV file or of the first sheet of an .xlsx. Raises `Refused`, whatever is in the file."""
    if len(data) > MOST_BYTES:
        raise Refused(f"That file has more than {MOST_BYTES // 1_000_000} MB.", "Please split it into smaller ones.")
    if data.startswith(_OLD_EXCEL):
        raise Refused("That is an Excel file of the old kind, or one with a password.", "Save it as .xlsx or CSV.")
    found: list[Line] = []
    for line in _sheet(data) if data.startswith(_ZIP) else _text(data):
        # The first has the names of the columns.
        if len(found) > MOST_ROWS:
            raise Refused(f"That file has more than {MOST_ROWS:,} rows.", "Please split it into smaller ones.")
        found.append(line)
    if not found:
        raise Refused("That file has no rows.", "Its first row should have the names of its columns.")
    return found


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table as CSV with CRLF, its cells guarded. Saved with a BOM, Excel reads it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([guarded(cell) for cell in row] for row in (columns, *rows))
    return out.getvalue()


def as_xlsx(columns: Sequence[str], rows: Iterable[Sequence[str]], made_at: datetime) -> bytes:
    """The table as a workbook of one sheet, every cell text and guarded, so that saving it as CSV is safe as well."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    # Its own default is the clock of the machine.
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None)
    sheet = book.create_sheet("Projects")
    sheet.freeze_panes = "A2"
    head = [WriteOnlyCell(sheet, value=guarded(name)) for name in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        sheet.append([guarded(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet reads as a formula, and none refuses: what begins like one has a ' before it."""
    words = _UNPRINTABLE.sub("", cell)
    return f"'{words}" if _FORMULA.match(words) else words


def unguarded(cell: str) -> str:
    """The same cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _cell(words: str) -> str:
    words = unguarded(_UNPRINTABLE.sub("", words)).strip()
    if len(words) > LONGEST_CELL:
        raise Refused(f"That file has a cell of more than {LONGEST_CELL:,} characters.", "Please shorten it first.")
    return words


def _line(number: int, cells: Iterable[str]) -> Line | None:
    made = tuple(_cell(words) for words in cells)
    if any(made[MOST_COLUMNS:]):
        raise Refused(f"That file has more than {MOST_COLUMNS} columns.", "Please take out those that are not needed.")
    while made and not made[-1]:
        made = made[:-1]
    return Line(number, made) if made else None


# ---- CSV


def _text(data: bytes) -> Iterator[Line]:
    words = _decoded(data)
    if "\x00" in words:
        raise Refused("That file is no table that I can read.", "Save it as .xlsx or CSV.")
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=_delimiter(words))
    before = 0
    try:
        for cells in reader:
            # A cell with line breaks spans lines; the row is called by its first.
            if (line := _line(before + 1, cells)) is not None:
                yield line
            before = reader.line_num
    except csv.Error as wrong:
        raise Refused(f"Line {before + 1} of that file cannot be read.", "Save it as .xlsx or CSV.") from wrong


def _decoded(data: bytes) -> str:
    """Excel saves CSV as UTF-8 or as Windows always did, and text as UTF-16."""
    for encoding, mark in (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(words: str) -> str:
    """What parts the cells of the first row: what is copied out of a spreadsheet has tabs, and others have ;."""
    first = re.sub('"[^"]*"', "", next((line for line in words.splitlines() if line.strip()), ""))
    return max((",", ";", "\t"), key=first.count)


# ---- .xlsx


def _sheet(data: bytes) -> Iterator[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as wrong:
        raise Refused(*_NO_BOOK) from wrong
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused("That file is far larger inside than outside.", "Save its first sheet as CSV and send that.")
    try:
        yield from _rows(data)
    except Refused:
        raise
    except Exception as wrong:
        # A file may be broken in more ways than the library has names for; what it quotes is somebody's words.
        raise Refused(*_NO_BOOK) from wrong


def _rows(data: bytes) -> Iterator[Line]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # It warns of what it leaves out, such as drawings and lists to choose from.
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise Refused(*_NO_BOOK)
        sheet = book.worksheets[0]
        # Some programs write a size that is not so.
        sheet.reset_dimensions()
        blanks = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1), 1):
            line = _line(number, map(_said, cells))
            blanks = 0 if line else blanks + 1
            if line is not None:
                yield line
            elif blanks == _BLANKS:
                return


def _said(value: Any) -> str:
    """A cell's value in words: 3.0 is 3, midnight is no part of a date, and an error such as #REF! is nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return (value.date() if value.time() == time() else value).isoformat()
        case date():
            return value.isoformat()
        case str() if re.fullmatch(r"#(REF!|N/A|NAME\?|DIV/0!|NULL!|NUM!|VALUE!)", value):
            return ""
        case _:
            return str(value)


_NO_BOOK = ("That file is no spreadsheet that I can read.", "Save it as .xlsx or CSV.")
