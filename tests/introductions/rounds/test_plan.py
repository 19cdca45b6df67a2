"""A round planned from files, as an operator or a researcher does who wants to see what the matching would do."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qibot.cli import app, main

PEOPLE = (
    "id,organisation,place,role,topics,waited,prefers_trio\r\n"
    "amina,RD8,Milton Keynes,Ward sister,sepsis|falls,0,no\r\n"
    "tomasz,RC9,Bedford,Consultant nurse,sepsis,0,\r\n"
    "\r\n"
    "priya,RWK,Luton,Occupational therapist,falls,2,yes\r\n"
    "jonas,RV3,Milton Keynes,Improvement lead,,0,no\r\n"
)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Four people, as a spreadsheet saves them: with a mark at the beginning and the line ends of Windows."""
    file = tmp_path / "people.csv"
    file.write_bytes(b"\xef\xbb\xbf" + PEOPLE.encode())
    return file


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["rounds", "plan", *map(str, words)])
    return done.exit_code, done.output


def test_a_round_is_planned_from_files_and_explained(people: Path, tmp_path: Path) -> None:
    met = tmp_path / "met.csv"
    met.write_text("a,b,weeks_ago\namina,tomasz,3\ntomasz,amina,40\n", encoding="utf-8")
    code, said = run("--people", people, "--met", met, "--json")
    found = json.loads(said)
    assert code == 0
    assert set(found) == {"pairs", "trios", "left", "weight", "bound", "seconds"}
    assert [(pair["people"], pair["why"]) for pair in found["pairs"]] == [
        (["amina", "priya"], "falls"),
        (["jonas", "tomasz"], ""),
    ]
    assert found["weight"] == found["bound"] == found["pairs"][0]["weight"]
    assert (found["trios"], found["left"]) == ([], [])


def test_without_json_it_is_sentences(people: Path) -> None:
    people.write_text("Organisation;ID;Topics\nRD8;a;sepsis\nRC9;b;sepsis\nRD8;c;\n", encoding="utf-8")
    code, said = run("--people", people)
    assert code == 0
    assert "a and b: sepsis (1000)" in said
    assert "c sits out. The number was odd" in said
    assert "1 pairs, 0 trios, 1 sit out. Weight 1,000, the best there is;" in said


def test_every_wrong_row_is_told_with_its_line_and_nothing_is_planned(
    people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        "amina,RD8,,,,0,no",
        "x,,,,,0,no",
        ",RD8,,,,0,no",
        "y,RD8,,,,often,no",
        "z,RD8,,,,-1,",
        "q,RD8,,,,0,perhaps",
    ]
    people.write_text(PEOPLE.replace("\r\n", "\n") + "\n".join(rows), encoding="utf-8")
    sys.argv = ["qibot", "rounds", "plan", "--people", str(people)]
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (1, "")
    assert said.err.splitlines() == [
        "people.csv, line 7: “amina” stands in line 2 already.",
        "people.csv, line 8: the organisation is missing.",
        "people.csv, line 9: the id is missing.",
        "people.csv, line 10: “often” in waited is not a whole number from 0 on.",
        "people.csv, line 11: “-1” in waited is not a whole number from 0 on.",
        "people.csv, line 12: “perhaps” in prefers_trio is neither yes nor no.",
        "Nothing was planned.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\namina,tomasz\n", "has no column weeks_ago"),
        ("", "has no column a and no column b and no column weeks_ago"),
        ("a,b,weeks_ago\namina,nobody,3\n", "line 2: “nobody” is not among the people."),
        ("a,b,weeks_ago\namina,amina,3\n", "line 2: “amina” cannot have met themselves."),
        ("a,b,weeks_ago\namina,tomasz,soon\n", "line 2: “soon” in weeks_ago is not a number from 0 on."),
        ("a,b,weeks_ago\namina,tomasz,nan\n", "line 2: “nan” in weeks_ago"),
        ("a,b,weeks_ago\namina,tomasz\n", "line 2: “” in weeks_ago"),
        ('a,b,weeks_ago\n"amina,tomasz,3\n', "this is no CSV"),
        ("a,b,weeks_ago,a\n", "has the column a twice"),
        ("\xff", "is not in UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_list_of_meetings_that_cannot_be_read_is_told(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, told: str
) -> None:
    met = tmp_path / "met.csv"
    if text is not None:
        met.write_bytes(text.encode("latin-1" if text == "\xff" else "utf-8"))
    sys.argv = ["qibot", "rounds", "plan", "--people", str(people), "--met", str(met)]
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert told in capsys.readouterr().err


def test_a_rule_that_nobody_knows_is_told(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sys.argv = ["qibot", "rounds", "plan", "--people", str(people), "--rule", "friends"]
    with pytest.raises(SystemExit):
        main()
    assert "There is no rule “friends”. The rules are: anybody, another organisation" in capsys.readouterr().err
