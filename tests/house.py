"""The rules of the house as functions: source text in, a list of problems out (empty when all is well).

`tests/test_house.py` holds qibot to them, and proves of each that it can say no.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

STAIRS: tuple[tuple[str, ...], ...] = (
    ("cli __main__ asked",),
    ("demo",),
    ("app metrics doctor",),
    ("features", "bot", "migrate"),
    ("network",),
    ("broadcasts",),
    ("introductions",),
    ("events", "measures"),
    ("projects",),
    ("champions",),
    ("outbox",),
    ("people",),
    ("platforms",),
    ("chat", "documents"),
    ("vocabulary", "database clock settings errors typed hours dates patient_details logs qibot"),
)
"""From the top. A stair has one or more rooms beside each other; modules in one string share a room."""

MAY_NAME_PLATFORMS = frozenset({"app", "metrics", "doctor", "cli", "__main__", "demo", "platforms"})

LONGEST_FILE, LONGEST_FUNCTION = 400, 40

# Inside features: what each kind of file may take from files of features, its own and those of lower rooms.
_RULES = frozenset({"models", "service", "rules"})
KINDS: Mapping[str, frozenset[str]] = {
    "models": frozenset({"models"}),
    "service": _RULES,
    "rules": _RULES,
    "turn": frozenset({"models"}),
    "forms": _RULES,
    "views": _RULES | {"forms"},
    "notifications": _RULES | {"notifications", "views"},
    # What is on its way through the worker holds the message and the platform's answer.
    "jobs": _RULES,
    "worker": _RULES | {"jobs", "notifications", "views"},
    "commands": _RULES | {"commands", "forms", "notifications", "turn", "views"},
}
NO_CHAT = frozenset({"models", "service", "rules"})
FEATURE_STAIRS = range(4, 12)


@dataclass(frozen=True)
class Source:
    """One module: its dotted name below qibot ("people.service"; "" for qibot itself) and its text."""

    module: str
    text: str
    others: Mapping[str, "Source"]

    @cached_property
    def tree(self) -> ast.Module:
        """Parsed."""
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The folder or top-level module it belongs to."""
        return self.module.partition(".")[0] or "qibot"

    @property
    def kind(self) -> str:
        """Inside a feature: which of the house's file names it has; any other name is a file of rules."""
        name = self.module.rpartition(".")[2]
        return name if name in KINDS else "rules"

    def imported(self) -> Iterator[tuple[int, str, str]]:
        """(line, module below qibot, name taken from it or ""). Imports for type checkers count like any other."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.split(".")[0] == "qibot":
                        yield node.lineno, alias.name.partition(".")[2], ""
            elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "qibot":
                base = (node.module or "").partition(".")[2]
                for alias in node.names:
                    whole = f"{base}.{alias.name}" if base else alias.name
                    yield (node.lineno, whole, "") if whole in self.others else (node.lineno, base, alias.name)


def read() -> dict[str, Source]:
    """Every module of qibot by its dotted name."""
    found: dict[str, Source] = {}
    for path in sorted((ROOT / "qibot").rglob("*.py")):
        parts = path.relative_to(ROOT / "qibot").with_suffix("").parts
        name = ".".join(p for p in parts if p != "__init__")
        found[name] = Source(name, path.read_text(encoding="utf-8"), found)
    return found


def stair_of(room: str) -> tuple[int, str] | None:
    """(how far from the top, the room) of a folder or top-level module; None for one that is not on the stairs."""
    for depth, rooms in enumerate(STAIRS):
        for names in rooms:
            if room in names.split():
                return depth, names
    return None


def down_the_stairs(source: Source) -> list[str]:
    """A room imports only rooms below it, and only a few rooms may name a platform."""
    here = stair_of(source.room)
    if here is None:
        return [f"{source.module}: {source.room} is not on the stairs"]
    found = []
    for line, module, _ in source.imported():
        room = module.partition(".")[0] or "qibot"
        there = stair_of(room)
        if there is None:
            found.append(f"{source.module}:{line}: {room} is not on the stairs")
        elif there[1] != here[1] and there[0] <= here[0]:
            found.append(f"{source.module}:{line}: imports {module}, which is not below it")
        elif room == "platforms" and source.room not in MAY_NAME_PLATFORMS:
            found.append(f"{source.module}:{line}: names a platform")
    return found


def inside_features(source: Source) -> list[str]:
    """Commands -> forms, service, views; notifications -> service, views; views -> models, forms, chat; rules are mute.

    A view may take values and rules from a service, never anything that asks the database.
    """
    if _depth(source.room) not in FEATURE_STAIRS or source.module == source.room:
        return []
    found = []
    for line, module, name in source.imported():
        target = source.others.get(module)
        if module.partition(".")[0] == "chat" and source.kind in NO_CHAT:
            found.append(f"{source.module}:{line}: rules do not speak, and it imports {module}")
        if target is None or _depth(target.room) not in FEATURE_STAIRS or module == target.room:
            continue
        if target.kind not in KINDS[source.kind] and target.kind != "turn":
            found.append(f"{source.module}:{line}: {source.kind} may not import {module}")
        if source.kind == "views" and _is_async(target, name):
            found.append(f"{source.module}:{line}: a view takes what it is given, and {name} asks")
    if source.kind == "views":
        libraries = (n.module or "" for n in ast.walk(source.tree) if isinstance(n, ast.ImportFrom))
        found += [f"{source.module}: a view knows no {m}" for m in libraries if m.split(".")[0] == "sqlalchemy"]
    return found


def _depth(room: str) -> int:
    found = stair_of(room)
    return -1 if found is None else found[0]


def _is_async(target: Source, name: str) -> bool:
    return any(isinstance(n, ast.AsyncFunctionDef) and n.name == name for n in target.tree.body)


def names_no_platform(source: Source) -> list[str]:
    """No name, and no text of the program, is about one platform. "Teams" in a sentence is a word like any other."""
    quiet = _docstring_lines(source.tree)
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        line, words = token.start[0], token.string
        if token.type == tokenize.NAME and re.search(r"slack|(^|_)teams(_|$)|^Teams[A-Z]|^msteams", words, re.I):
            found.append(f"{source.module}:{line}: {words}")
        elif token.type == tokenize.STRING and line not in quiet:
            said = words.strip("rbfuRBFU").strip("\"'")
            if re.search(r"slack|microsoft teams|^(ms)?teams$", said, re.I):
                found.append(f"{source.module}:{line}: {words[:60]}")
    return found


def names_commands_as_values(source: Source) -> list[str]:
    """A sentence that names something to type holds a `Typed`, for a "/qi" in it would be wrong on another platform."""
    quiet = _docstring_lines(source.tree)
    return [
        f"{source.module}:{node.lineno}: {node.value[:60]!r}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.lineno not in quiet
        if re.search(r"/qi\b", node.value)
    ]


def _docstring_lines(tree: ast.Module) -> set[int]:
    """Lines of docstrings, those below an assignment included."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


_TIME = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime|monotonic|perf_counter))$"
)


def asks_no_time(source: Source) -> list[str]:
    """Only the clock asks the time. The event loop may be asked how long something takes; that is no time of day."""
    found = [
        f"{source.module}:{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and _TIME.search(ast.unparse(node))
    ]
    taken = [n for n in ast.walk(source.tree) if isinstance(n, ast.ImportFrom) and n.module == "time"]
    return found + [f"{source.module}:{n.lineno}: from time import …, which hides who asks" for n in taken]


_COMMITS = re.compile(r"\.commit$|(^|\.)(db|session|engine|connection)\.begin(_nested)?$")


def commits_nothing(source: Source) -> list[str]:
    """Only `database.transaction` commits."""
    return [
        f"{source.module}:{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and _COMMITS.search(ast.unparse(node))
    ]


def fits_a_screen(source: Source) -> list[str]:
    """A file fits one sitting, a function one screen."""
    lines = len(source.text.splitlines())
    found = [f"{source.module}: {lines} lines"] if lines > LONGEST_FILE else []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                found.append(f"{source.module}.{node.name}: {length} lines")
    return found


def is_explained(source: Source) -> list[str]:
    """Every module and every public class, function and method says what it is; a handler's row says it for it."""
    found = [] if ast.get_docstring(source.tree) else [f"{source.module or 'qibot'}: no docstring"]
    return found + [f"{source.module}.{name}: no docstring" for name in _unexplained(source.tree, "")]


def _unexplained(node: ast.Module | ast.ClassDef, before: str) -> Iterator[str]:
    for child in node.body:
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or child.name.startswith("_"):
            continue
        if not ast.get_docstring(child) and not any(_is_row(d) for d in child.decorator_list):
            yield before + child.name
        if isinstance(child, ast.ClassDef):
            yield from _unexplained(child, f"{before}{child.name}.")


def _is_row(decorator: ast.expr) -> bool:
    """`@commands.command(…)`, `.action(…)`, `.submission(…)`, `.file(…)`, `.home`."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in ("command", "action", "submission", "file", "home")
