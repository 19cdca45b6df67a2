"""The ground: one command, pinned lists, a wheel that is whole, a tidy top level."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
QI = ROOT / "qi"
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LISTS = sorted((ROOT / "requirements").iterdir())

TOP_LEVEL = """
    qibot tests migrations docs .env.example pyproject.toml README.md qi Makefile requirements .ci LICENSE
    CONTRIBUTING.md .gitignore Dockerfile compose.yaml .dockerignore
"""


@pytest.fixture
def qi(tmp_path: Path) -> ModuleType:
    """The script as a module that looks after an empty project in tmp_path."""
    loader = SourceFileLoader("qi_under_test", str(QI))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    dont_write, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = dont_write
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    (tmp_path / "requirements").mkdir()
    for name in ("uv", "runtime", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    places = {"ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "bin" / "python", "UV": venv / "bin" / "uv"}
    places |= {"LOCKS": tmp_path / "requirements", "STAMP": venv / ".qi-stamp", "BUSY": venv / ".qi-busy"}
    for name, place in places.items():
        setattr(module, name, str(place))
    return module


def test_qi_alone_says_what_it_can_do_with_the_standard_library_alone(tmp_path: Path) -> None:
    """-I -S: no site-packages at all, and from a folder that is not the project's."""
    answer = subprocess.run(
        [sys.executable, "-I", "-S", str(QI)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for word in ("demo", "test", "check", "fix", "lock", "bench", "WORD"):
        assert re.search(rf"^  \./qi {word}\b", answer.stdout, re.MULTILINE), word
    assert answer.stderr == ""


def test_qi_imports_only_the_standard_library() -> None:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(QI.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module or "")
    assert modules
    assert {name.partition(".")[0] for name in modules} <= sys.stdlib_module_names


def test_qi_can_be_read_by_old_pythons_so_that_it_can_speak_to_them() -> None:
    ast.parse(QI.read_text(encoding="utf-8"), feature_version=(3, 7))
    assert os.access(QI, os.X_OK)


def test_who_wants_no_bytecode_beside_the_sources_has_it_in_the_environment(
    qi: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    env = qi.clean_env()
    assert "PYTHONDONTWRITEBYTECODE" not in env
    assert env["PYTHONPYCACHEPREFIX"] == os.path.join(qi.VENV, "pycache")


def test_an_environment_is_used_again_until_a_list_changes(qi: ModuleType, tmp_path: Path) -> None:
    assert not qi.ready("runtime")
    (tmp_path / ".venv" / ".qi-stamp").write_text(qi.stamp_for("uv") + "\n" + qi.stamp_for("runtime") + "\n")
    assert qi.ready("runtime")
    assert not qi.ready("dev")
    (tmp_path / "requirements" / "runtime.txt").write_text("runtime==2\n")
    assert not qi.ready("runtime")


def test_an_interrupted_environment_is_not_used(qi: ModuleType, tmp_path: Path) -> None:
    (tmp_path / ".venv" / ".qi-stamp").write_text(qi.stamp_for("runtime") + "\n")
    assert qi.ready("runtime")
    (tmp_path / ".venv" / ".qi-busy").touch()
    assert not qi.ready("runtime")


def test_an_environment_whose_python_has_gone_is_not_used(qi: ModuleType, tmp_path: Path) -> None:
    (tmp_path / ".venv" / ".qi-stamp").write_text(qi.stamp_for("runtime") + "\n")
    (tmp_path / ".venv" / "bin" / "python").unlink()
    assert not qi.ready("runtime")


def test_set_up_says_so_and_writes_the_stamp_only_when_all_is_installed(
    qi: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stops(level: str) -> None:
        raise SystemExit(f"{level} did not install")

    monkeypatch.setattr(qi, "install", stops)
    with pytest.raises(SystemExit):
        qi.prepare("runtime")
    assert capsys.readouterr().err.startswith("Setting up .venv (first time")
    assert not qi.ready("runtime")

    monkeypatch.setattr(qi, "install", lambda level: None)
    qi.prepare("dev")
    assert qi.ready("dev")
    assert qi.ready("runtime")
    home = next((tmp_path / ".venv").glob("lib/python*/site-packages/qibot-home.pth"))
    assert home.read_text(encoding="utf-8") == f"{tmp_path}\n"


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_lists_hold_versions_and_hashes_and_name_no_server(qi: ModuleType, path: Path) -> None:
    assert qi.not_a_pin(str(path)) == ""
    lines = path.read_text(encoding="utf-8").splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith(" "):
            assert following.lstrip().startswith("--hash=sha256:"), line


@pytest.mark.parametrize(
    "line",
    [
        "--find-links /somewhere",
        "--index-url https://packages.example.org/simple",
        "alembic @ https://example.org/alembic.whl",
        "alembic>=1.18",
        "alembic==1.18",
        "# from packages.example.org",
    ],
)
def test_anything_but_a_pin_is_noticed(qi: ModuleType, tmp_path: Path, line: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"anyio==4 \\\n    --hash=sha256:{'0' * 64}\n{line}\n")
    assert qi.not_a_pin(str(path)) == line


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))


def test_tests_run_on_the_versions_that_people_run() -> None:
    assert pins("runtime.txt").items() <= pins("dev.txt").items()


def test_every_dependency_is_in_the_lists() -> None:
    groups = PYPROJECT["dependency-groups"]
    for name, wanted in {
        "runtime.txt": PYPROJECT["project"]["dependencies"],
        "dev.txt": groups["dev"],
        "uv.txt": groups["lock"],
    }.items():
        names = {re.split(r"[\[<>=,; ]", each)[0] for each in wanted}
        assert names <= pins(name).keys(), name


def test_the_wheel_carries_its_migrations_and_its_command() -> None:
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"migrations": "qibot/_migrations"}
    assert wheel["packages"] == ["qibot"]
    assert PYPROJECT["project"]["scripts"] == {"qibot": "qibot.__main__:main"}
    assert PYPROJECT["tool"]["alembic"]["script_location"] == "%(here)s/migrations"


def git_files() -> list[str]:
    """What the project holds: everything git knows or would take, in its index or beside it."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this is not a git clone, or git is missing: {error}")
    return [name for name in answer.stdout.split("\0") if name]


def test_the_top_level_holds_nothing_unexpected() -> None:
    assert {name.split("/")[0] for name in git_files()} <= set(TOP_LEVEL.split())


def test_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert PYPROJECT["project"]["license"] == "Apache-2.0"


# --- tests/required.py

SOME_TESTS = """
import pytest

@pytest.mark.postgres
def test_rows(): {postgres}

@pytest.mark.browser
def test_page(): {browser}
"""
A_PEER = """
import pytest

@pytest.mark.node
def test_peer(): pytest.skip("no node here")
"""
INI = "[pytest]\nmarkers =\n  postgres: a\n  browser: b\n  node: c\n"
SKIP = "pytest.skip('not installed')"


@pytest.mark.parametrize("side_by_side", [(), ("-n", "2")], ids=["one process", "two"])
@pytest.mark.parametrize(
    ("require", "bodies", "expected", "complaint"),
    [
        ("postgres browser", {"postgres": "assert 1", "browser": "assert 1"}, 0, ""),
        (
            "postgres browser",
            {"postgres": "assert 1", "browser": SKIP},
            1,
            "skipped: test_some.py::test_page",
        ),
        ("postgres", {"postgres": "assert 1", "browser": SKIP}, 0, ""),
        ("", {"postgres": SKIP, "browser": SKIP}, 0, ""),
        ("postgres wire", {"postgres": "assert 1", "browser": SKIP}, 1, "no test ran with the marker: wire"),
    ],
)
def test_a_required_test_that_is_skipped_counts(
    tmp_path: Path,
    require: str,
    bodies: dict[str, str],
    expected: int,
    complaint: str,
    side_by_side: tuple[str, ...],
) -> None:
    (tmp_path / "pytest.ini").write_text(INI)
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.required"]\n')
    (tmp_path / "test_some.py").write_text(SOME_TESTS.format(**bodies))
    # A folder's name is not a marker.
    (tmp_path / "browser").mkdir()
    (tmp_path / "browser" / "test_peer.py").write_text(A_PEER)
    env = os.environ | {"QIBOT_TEST_REQUIRE": require, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", *side_by_side]
    answer = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert answer.returncode == expected, answer.stdout + answer.stderr
    assert complaint in answer.stdout
    assert ("did not run" in answer.stdout) == bool(complaint)
    assert re.search(r"\d (passed|skipped).* in ", answer.stdout.rstrip().splitlines()[-1])
