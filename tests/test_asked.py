"""The questions at the command line, as an operator types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qibot.cli import app

ROOT = Path(__file__).resolve().parent.parent


def run(*words: str, given: bytes | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words), input=given)
    return done.exit_code, done.output


def test_each_line_of_a_file_is_answered_by_one_object(tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_bytes(b"\xef\xbb\xbfsepsis\r\nprinter jam\r\n\r\ndemensia \xff\r\n")
    code, said = run("topics", "match", "--file", str(file), "--json")
    found = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert [one["query"].split()[0] if one["query"] else "" for one in found] == ["sepsis", "printer", "", "demensia"]
    assert [[t["slug"] for t in one["topics"]] for one in found] == [["sepsis"], [], [], ["dementia"]]
    assert set(found[0]["topics"][0]) == {"slug", "score", "why"}


def test_words_are_one_question_and_no_database_is_opened(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qibot", "topics", "match", "sick", "leave", "is", "through", "the", "roof", "--json"],
        cwd=tmp_path, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert json.loads(done.stdout)["topics"][0]["slug"] == "staff-wellbeing"
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_look_for_and_a_file_that_is_not_there_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from qibot.cli import main

    for words, told in (([], "nothing to look for"), (["--file", str(tmp_path / "no")], "cannot be read")):
        sys.argv = ["qibot", "topics", "match", *words]
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        assert told in capsys.readouterr().err


def test_nothing_is_erased_without_a_yes() -> None:
    done = CliRunner().invoke(app, ["erase", "owen@rc9.example"], input="n\n")
    assert done.exit_code == 1
    assert "This cannot be undone. [y/N]: n" in done.output
