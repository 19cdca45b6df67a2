"""Tables in and out: whatever is in a file, it is a table or a sentence; whatever is in a table, it is no formula."""

import csv
import io
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from qibot.documents import tables
from qibot.errors import Refused
from qibot.projects.papers import reading

AT = datetime(2019, 11, 27, 10, tzinfo=UTC)
TODAY = date(2019, 11, 27)


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [line.cells for line in tables.read(data)]


def book(*rows: tuple[Any, ...]) -> bytes:
    """A workbook as a spreadsheet program writes one."""
    made, out = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,\xc3\xa9",
        b"\xef\xbb\xbfa,b\r\n1,\xc3\xa9\r\n",
        b"a;b\n1;\xe9",
        "a\tb\n1\té".encode("utf-16"),
        b'"a","b"\n"1","\xc3\xa9"\n,,\n\n',
    ],
)
def test_csv_is_read_however_it_was_saved(data: bytes) -> None:
    assert cells(data) == [("a", "b"), ("1", "é")]


def test_a_row_is_called_by_its_line_also_after_cells_of_several() -> None:
    assert [line.number for line in tables.read(b'a\n"b\nc"\n\nd')] == [1, 2, 5]


def test_a_workbook_is_read_as_words_dates_and_whole_numbers() -> None:
    day = datetime.fromisoformat("2019-03-01")
    made = book(("a", None, 3.0, 2.5, day, True), (None,), ("=1+1", "#REF!", date(2020, 1, 1)))
    # A formula that no program has worked out yet has come to nothing.
    assert cells(made) == [("a", "", "3", "2.5", "2019-03-01", "yes"), ("", "", "2020-01-01")]
    assert [line.number for line in tables.read(made)] == [1, 3]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no rows"),
        (b"\n,,\n", "no rows"),
        (b"\xd0\xcf\x11\xe0old", "old kind"),
        (b"PK\x03\x04broken", "no spreadsheet"),
        (b"a\x00b", "no table"),
        (b"%PDF-1.7\x00", "no table"),
        (b"x" * (tables.MOST_BYTES + 1), "more than 5 MB"),
        (b"a\n" * (tables.MOST_ROWS + 2), "more than 5,000 rows"),
        (b"," * tables.MOST_COLUMNS + b"x", "more than 60 columns"),
        (b"x" * (tables.LONGEST_CELL + 1), "more than 5,000 characters"),
        (b'"' + b"x\n" * 100_000, "Line 1 of that file cannot be read"),
    ],
)
def test_what_is_no_table_is_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        tables.read(data)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Refused, match="far larger inside"):
        tables.read(zipped({"xl/worksheets/sheet1.xml": b" " * (tables.MOST_UNPACKED + 1)}))
    with pytest.raises(Refused, match="far larger inside"):
        tables.read(zipped({f"{n}": b"" for n in range(tables.MOST_PARTS + 1)}))
    with pytest.raises(Refused, match="no spreadsheet"):
        tables.read(zipped({"word/document.xml": b"<w/>"}))


def test_a_stray_cell_far_below_and_entities_within_entities_end_soon() -> None:
    made = Workbook()
    made.active["A1"], made.active["A1048576"] = "title", "x"
    out = io.BytesIO()
    made.save(out)
    assert cells(out.getvalue()) == [("title",)]
    with zipfile.ZipFile(io.BytesIO(book(("a",)))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    laughs = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"<t>a</t>", b"<t>&a9;</t>")
    assert b"&a9;" in sheet
    parts["xl/worksheets/sheet1.xml"] = laughs + b"]>" + sheet
    with pytest.raises(Refused, match="no spreadsheet"):
        tables.read(zipped(parts))


def damaged() -> Iterator[bytes]:
    """A workbook, and a workbook's parts, with bytes changed and cut off, the same each time."""
    whole, chance = book(("title", "aim"), ("Falls", "Fewer"), (3, date(2020, 1, 1))), random.Random(27)
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for _ in range(150):
        yield _spoilt(whole, chance)
        name = chance.choice(sorted(parts))
        yield zipped({**parts, name: _spoilt(parts[name], chance)})
        yield zipped({one: content for one, content in parts.items() if one != name})


def _spoilt(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made[: chance.randint(1, len(made))] if chance.random() < 0.3 else made)


def taken(data: bytes) -> bool:
    """Whether it was a table of projects; anything but a sentence is raised."""
    try:
        reading.read(tables.read(data), TODAY)
    except Refused:
        return False
    return True


def test_no_damaged_workbook_is_more_than_a_sentence() -> None:
    outcomes = [taken(data) for data in damaged()]
    assert True in outcomes
    assert False in outcomes


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda words: words.encode("utf-8", "surrogatepass")))
@settings(max_examples=300, deadline=None)
def test_no_bytes_are_more_than_a_sentence(data: bytes) -> None:
    taken(data)
    taken(b"title,status,progress score,start,end,link,lead\n" + data)


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=5))
@settings(max_examples=100, deadline=None)
def test_no_cell_that_is_written_is_a_formula(rows: list[list[str]]) -> None:
    written = tables.as_csv(("a", "b"), rows)
    for row in csv.reader(io.StringIO(written, newline="")):
        assert not any(cell[:1] and cell[0] in "=+-@\t\r\uff1d\uff0b\uff0d\uff20" for cell in row)


@pytest.mark.parametrize("words", ["=1+1", "+44 1234", "-1", "@SUM(1)", "\t=1", "'=1", "’-1", "plain", "'quoted'"])
def test_what_was_guarded_comes_back_as_it_was(words: str) -> None:
    assert tables.unguarded(tables.guarded(words)) == words
    assert cells(tables.as_xlsx(("a",), [(words,)], AT))[1] == (words.strip(),)


def test_what_a_workbook_cannot_hold_is_left_out() -> None:
    assert cells(tables.as_xlsx(("a",), [("x\x00\x0by\ud800",)], AT))[1] == ("xy",)


def test_what_reads_workbooks_and_draws_is_only_loaded_when_it_is_needed() -> None:
    heavy = "openpyxl", "PIL", "rich", "segno"
    program = f"import qibot.app, sys; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
