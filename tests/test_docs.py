"""The pages about qibot say what is so: commands, paths, names, links. `QIBOT_TEST_GOLDEN=write` writes the tables."""

import importlib
import json
import os
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from qibot.chat.help import markdown_table
from qibot.cli import app
from qibot.features import router
from qibot.settings import Settings
from tests import house
from tests.prove import __main__ as prove
from tests.prove import page as proofs

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = re.compile(r"(<!-- commands -->\n).*?(<!-- /commands -->)", re.DOTALL)

PATH = re.compile(r"[A-Za-z_.][\w./-]*(/[\w.-]*|\.(py|md|toml|txt|yaml|example|json|csv))")
MADE_LATER = {"qibot.db", "demo-out", "transcript.md", "report.md", "deliveries.csv", "manifest.json", ".venv", ".env"}
"""What a reader makes by following the page."""
PLANNED = {"qibot/_migrations"}
"""In the wheel only."""


def text_of(page: Path) -> str:
    """The page."""
    return page.read_text(encoding="utf-8")


def ids(page: Path) -> str:
    """How a page is called in a test's name."""
    return str(page.relative_to(ROOT))


def code_in(text: str) -> list[str]:
    """What stands in backticks, fenced blocks aside."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


# ---- The tables of commands and of proofs


def test_the_readme_lists_every_command_there_is() -> None:
    table = markdown_table(router.commands.values())
    if os.environ.get("QIBOT_TEST_GOLDEN") == "write":
        README.write_text(COMMANDS.sub(lambda m: f"{m[1]}{table}\n{m[2]}", text_of(README)), encoding="utf-8")
    found = COMMANDS.search(text_of(README))
    assert found
    assert found[0] == f"<!-- commands -->\n{table}\n<!-- /commands -->"


def test_the_readme_shows_the_figures_of_the_proofs() -> None:
    if os.environ.get("QIBOT_TEST_GOLDEN") == "write":
        proofs.write(prove.NAMES)
    found = proofs.PLACE.search(text_of(README))
    assert found
    assert found[0] == f"<!-- proofs -->\n{proofs.table(prove.NAMES)}\n<!-- /proofs -->"


def test_a_proof_shows_what_it_came_to_and_what_it_found_broken(tmp_path: Path) -> None:
    figures = {"said": "9 kills, 1 lost", "seed": 7, "seconds": 90.0, "part": 0.1, "broken": ["lost: 1"]}
    (tmp_path / "kill.json").write_text(json.dumps(figures), encoding="utf-8")
    row, other = proofs.table(("kill", "stop"), tmp_path).splitlines()[2:]
    assert row.endswith("| 9 kills, 1 lost (seed 7, 1.5 min, 0.1 of the full size) **Broken: lost: 1** |")
    assert row.startswith("| kill | SIGKILL a thousand times")
    assert other.endswith("| not run in full yet |")


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_that_a_page_shows_is_one(page: Path) -> None:
    shown = [words.removeprefix("/qi ") for words in code_in(text_of(page)) if words.startswith("/qi ")]
    shown = [re.sub(r"[<\[].*", "", words).strip() for words in shown]
    assert [words for words in shown if words not in ("", "…") and router.find(words) is None] == []


# ---- Words of ./qi


def known_words() -> set[str]:
    """Of ./qi itself and of qibot behind it."""
    launcher: dict[str, Any] = runpy.run_path(str(ROOT / "qi"), run_name="looked_at")
    own = set(re.findall(r"^  \./qi ([a-z]+)", launcher["HELP"], re.MULTILINE))
    commands: Any = get_command(app)
    return own | set(commands.commands)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_word_of_qi_that_a_page_uses_is_known(page: Path) -> None:
    used = set(re.findall(r"(?<![\w/])\./qi ([a-z][a-z-]*)", text_of(page)))
    assert used - known_words() == set()


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_option_that_a_page_uses_is_known(page: Path) -> None:
    commands: Any = get_command(app)
    for word, rest in re.findall(r"\./qi ([a-z]+)((?: [^`|\n]*)?)", text_of(page)):
        if word in commands.commands:
            known = {opt for p in commands.commands[word].params for opt in p.opts} | {"--help"}
            assert set(re.findall(r"--[a-z-]+", rest)) - known == set(), word


# ---- Paths, modules, settings, links


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    paths = [p for p in code_in(text_of(page)) if PATH.fullmatch(p)]
    missing = [p for p in paths if not p.startswith("/") and not (ROOT / p).exists()]
    assert [p for p in missing if p not in MADE_LATER | PLANNED and not _in_a_feature(p)] == []


def _in_a_feature(path: str) -> bool:
    """`service.py`: a file name that every feature may have; `platforms/`: a room."""
    if path.endswith("/"):
        return house.stair_of(path.rstrip("/")) is not None and (ROOT / "qibot" / path).is_dir()
    return path.removesuffix(".py") in house.KINDS


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    for name in {n for n in code_in(text_of(page)) if re.fullmatch(r"qibot(\.\w+)+", n) and not n.endswith(".db")}:
        module, _, last = name.rpartition(".")
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(module), last), name


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_setting_that_a_page_names_is_one(page: Path) -> None:
    known = {name.upper() for name in Settings.model_fields} | {"QIBOT_TEST_GOLDEN", "QIBOT_TEST_REQUIRE"}
    assert set(re.findall(r"\b(?:QIBOT|SLACK|TEAMS)_[A-Z_]+\b", text_of(page))) - known == set()


def test_the_readme_names_every_setting_of_a_platform() -> None:
    said = text_of(README)
    wanted = [name.upper() for name in Settings.model_fields if name.startswith(("slack_", "teams_"))]
    assert [name for name in wanted if f"`{name}`" not in said] == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if not target.startswith(("https://", "mailto:")):
            path, _, heading = target.partition("#")
            there = (page.parent / path) if path else page
            assert there.exists(), target
            if heading:
                assert heading in {_anchor(h) for h in re.findall(r"^#+ (.+)$", text_of(there), re.MULTILINE)}, target


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


# ---- The page about the house


def architecture() -> str:
    """The page about the house."""
    return text_of(ROOT / "docs" / "architecture.md")


def test_the_stairs_on_the_page_are_those_that_are_kept() -> None:
    drawn = re.search(r"```\n(cli.*?)```", architecture(), re.DOTALL)
    assert drawn
    assert drawn[1].splitlines() == [", ".join(rooms) for rooms in house.STAIRS]


def test_every_function_that_a_walk_goes_through_is_there() -> None:
    """ "`qibot/bot.py`, `Bot.handle`" and "`may_we` in `qibot/outbox/service.py`"."""
    walks = re.findall(r"`(qibot/[\w/]+)\.py`,\s+`([\w.]+)`", architecture())
    walks += [(b, a) for a, b in re.findall(r"`([\w.]+)`\s+in\s+`(qibot/[\w/]+)\.py`", architecture())]
    assert len(walks) >= 9
    for path, name in walks:
        text = (ROOT / f"{path}.py").read_text(encoding="utf-8")
        for part in name.split("."):
            assert re.search(rf"(def|class) {part}\b", text), f"{path}: {name}"


def test_what_is_not_built_yet_says_so() -> None:
    rooms = [room for stair in house.STAIRS for names in stair for room in names.split()]
    missing = [r for r in rooms if not (ROOT / "qibot" / r).exists() and not (ROOT / "qibot" / f"{r}.py").exists()]
    said = re.search(r"([^\n]*)\s+have their places and are not built yet", architecture())
    assert set(missing) - {"qibot"} == (set(re.findall(r"`(\w+)`", said[1])) if said else set())


# ---- The guides say what the bot says


GUIDES = [ROOT / "docs" / "privacy.md", *(p for p in PAGES if p.parent.name == "guide")]


def quoted(page: Path) -> list[str]:
    """What stands in italics: the bot's own words."""
    text = " ".join(text_of(page).split())
    return [q.rstrip(".") for q in re.findall(r"(?<![*\w])\*([A-Z][^*]+)\*(?!\*)", text)]


def test_what_a_guide_quotes_is_what_the_bot_says() -> None:
    said = " ".join(source.text for source in house.read().values())
    said += (ROOT / "qibot" / "vocabulary" / "data" / "topics.csv").read_text(encoding="utf-8")
    quotes = [(ids(page), q) for page in GUIDES for q in quoted(page)]
    assert len(quotes) >= 10
    assert [(page, q) for page, q in quotes if q not in said] == []
