"""The main job on real input: two runs side by side, and what they wrote held against the report of 2019."""

import asyncio
import csv
import re
import sys
from collections import Counter
from datetime import date, datetime, time
from pathlib import Path

import pytest

from qibot.demo import blmk

PROGRAM = """
import asyncio, sys
from pathlib import Path
from qibot import logs
from qibot.demo.script import run
logs.configure("json", "WARNING")
asyncio.run(run(Path(sys.argv[1]), print))
"""
FILES = ("transcript.md", "report.md", "deliveries.csv")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one run wrote; another one beside it wrote the same."""
    folders = [tmp_path_factory.mktemp("out") for _ in range(2)]
    asyncio.run(_both(folders))
    for name in FILES:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), f"two runs differ in {name}"
    return folders[0]


async def _both(folders: list[Path]) -> None:
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, str(f), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        for f in folders
    ]
    for process, (said, _) in zip(started, await asyncio.gather(*(p.communicate() for p in started)), strict=True):
        assert process.returncode == 0, said.decode()
        assert b"101 people of 9 organisations" in said


def sent(out: Path) -> list[dict[str, str]]:
    with (out / "deliveries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert list(rows[0]) == ["person", "kind", "about", "due", "sent", "state"]
    return [r for r in rows if r["state"] == "sent"]


def test_every_statement_is_in_the_report_word_for_word(out: Path) -> None:
    report = (out / "report.md").read_text(encoding="utf-8")
    said = blmk.statements()
    assert len(said) == 69
    assert [s.text for s in said if s.text not in report] == []
    assert "3 of 17" in report
    assert "101 people of 9 organisations joined." in report
    headings = ("What happened", "By place", "The four boxes", "Direct quotes", "Low feelings", "What happened next")
    at = [report.index(f"## {heading}\n") for heading in headings]
    assert at == sorted(at)


def test_follow_ups_go_out_in_working_hours_and_never_on_a_day_off(out: Path) -> None:
    rows = sent(out)
    followed = [datetime.fromisoformat(r["sent"]) for r in rows if r["kind"] == "events.pledge_followup"]
    assert min(followed).date() == date(2019, 12, 11)
    assert {d.date() for d in followed} == {date(2019, 12, 11), date(2020, 1, 8), date(2020, 2, 19)}
    for row in rows:
        at = datetime.fromisoformat(row["sent"])
        assert at.utcoffset() is not None
        assert time(9) <= at.time() < time(17), row
        assert at.weekday() < 5, row
        assert (at.month, at.day) not in ((12, 25), (12, 26), (1, 1)), row


def test_nobody_gets_one_twice(out: Path) -> None:
    each = Counter((row["person"], row["kind"], row["about"], row["due"]) for row in sent(out))
    assert [one for one, times in each.items() if times > 1] == []


def test_introductions_cross_platforms_and_both_sides_see_them(out: Path) -> None:
    transcript = (out / "transcript.md").read_text(encoding="utf-8")
    assert transcript.count("You are introduced to") >= 30
    met = re.findall(
        r"\*\*\d\d:\d\d ([^*]+)\*\* \([^)]*, (Slack|Teams)\)[^\n]*\n\n> You are introduced to ([^\n]+)", transcript
    )
    platforms = {name: platform for name, platform, _ in met}
    pairs = {frozenset((platform, platforms[other])) for _, platform, other in met if other in platforms}
    assert frozenset(("Slack", "Teams")) in pairs, "nobody was introduced from Slack to Teams"
    kinds = Counter(r["kind"] for r in sent(out))
    assert kinds["introductions.asked"] >= 30
    # The others share a workspace of Slack: one message to both, seen on both sides.
    assert kinds["introductions.introduced"] >= 8
    assert kinds["introductions.together"] >= 12
    assert transcript.count(", meet each other\n") == 2 * kinds["introductions.together"]


def test_what_is_there_already_is_joined_and_not_registered_twice(out: Path) -> None:
    transcript = (out / "transcript.md").read_text(encoding="utf-8")
    joined = transcript.split("One that is there already")[1].split("Forty people offer")[0]
    assert "looks like this" in joined
    assert "Advice about antibiotics is not registered yet." in joined
    assert "presses [Join theirs]" in joined
    assert "You are a helper of “Antimicrobial stewardship”. Thank you" in joined
    assert "Registered: Advice about antibiotics" not in transcript


def test_what_was_stopped_with_thanks_is_found_by_somebody_else(out: Path) -> None:
    transcript = (out / "transcript.md").read_text(encoding="utf-8")
    stopped = transcript.split("A project that stood still")[1]
    assert f"“{blmk.STALLED}” is stopped, with thanks" in stopped
    tried, on_it = stopped.split(f"tried-before {blmk.SOUGHT}")[1].split(f"who {blmk.SOUGHT}")[:2]
    assert blmk.STALLED in tried
    assert "It did not work this time." in tried
    assert blmk.STALLED in on_it
    assert "Stopped with thanks" in on_it
