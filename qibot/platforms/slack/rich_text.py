"""Rich text: blocks in which Slack reads no mark-up, so that what people type is shown as typed."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from qibot.chat.message import Bold, Link, Mention, Plain, Run, plain, runs, word
from qibot.platforms.slack import limits
from qibot.platforms.words import MORE, shortened, usable
from qibot.typed import Typed

Block = dict[str, Any]

_BULLET = "• "
_ACCOUNT = re.compile(r"[UW][A-Z0-9]{1,30}")


def paragraph(*words: str | Run, workspace: str = "") -> list[Block]:
    """A paragraph in which nothing typed is read as mark-up; lines that begin with "• " become a list.

    No block at all when there are no words.
    """
    given = shortened(runs(*words), limits.PARAGRAPH)
    elements = _elements(given, workspace)
    if not _visible(elements):
        return []
    if _BULLET not in plain(given):
        return [_rich("rich_text_section", elements)]
    return [{"type": "rich_text", "elements": _with_lists(given, workspace)}]


def literal(words: Iterable[Run], *, kind: str = "rich_text_section") -> list[Block]:
    """A paragraph in which a bullet is only a character. No block when there are no words."""
    elements = _elements(shortened(words, limits.PARAGRAPH), "")
    return [_rich(kind, elements)] if _visible(elements) else []


def _rich(kind: str, elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}


def _visible(elements: Iterable[Block]) -> bool:
    """Does anything show? People and bare addresses have no text of their own, and do."""
    return any(element.get("text", MORE).strip() for element in elements)


def _elements(words: Iterable[Run], workspace: str) -> list[Block]:
    return [element for run in words if (element := _element(run, workspace))]


def _element(run: Run, workspace: str) -> Block | None:
    match run:
        case Mention(workspace=theirs, account=account) if (
            theirs and theirs == workspace and _ACCOUNT.fullmatch(account)
        ):
            return {"type": "user", "user_id": account}
        case Link(text=text, url=url) if usable(url, "http", "https", "mailto"):
            return {"type": "link", "url": url} | ({"text": text} if text.strip() else {})
        case Bold(text=text) | Mention(name=text):
            return {"type": "text", "text": text, "style": {"bold": True}} if text else None
        case Plain() | Link() | Typed():
            text = word(run)
            return {"type": "text", "text": text} if text else None


def _with_lists(words: Iterable[Run], workspace: str) -> list[Block]:
    found: list[Block] = []
    loose: list[list[Run]] = []

    def close() -> None:
        elements = _elements(_joined(_trimmed(loose)), workspace)
        loose.clear()
        if elements:
            found.append({"type": "rich_text_section", "elements": elements})

    for line in _lines(words):
        item = _item(line, workspace)
        if item is None:
            loose.append(line)
            continue
        close()
        if not found or found[-1]["type"] != "rich_text_list":
            found.append({"type": "rich_text_list", "style": "bullet", "elements": []})
        found[-1]["elements"].append({"type": "rich_text_section", "elements": item})
    close()
    return found


def _item(line: list[Run], workspace: str) -> list[Block] | None:
    """The elements of a line that begins with a bullet and says something after it."""
    if not plain(line).startswith(_BULLET) or not isinstance(line[0], Plain | Bold):
        return None
    rest: list[Run] = [type(line[0])(line[0].text.removeprefix(_BULLET)), *line[1:]]
    elements = _elements(rest, workspace)
    return elements if _visible(elements) else None


def _lines(words: Iterable[Run]) -> list[list[Run]]:
    lines: list[list[Run]] = [[]]
    for run in words:
        if isinstance(run, Plain | Bold):
            first, *others = run.text.split("\n")
            if first:
                lines[-1].append(type(run)(first))
            lines += [[type(run)(other)] if other else [] for other in others]
        else:
            lines[-1].append(run)
    return lines


def _trimmed(lines: Sequence[list[Run]]) -> list[list[Run]]:
    """Without the empty lines beside a list, where Slack leaves a gap by itself."""
    full = [i for i, line in enumerate(lines) if _visible(_elements(line, ""))]
    return list(lines[full[0] : full[-1] + 1]) if full else []


def _joined(lines: Iterable[list[Run]]) -> list[Run]:
    return [run for i, line in enumerate(lines) for run in ([Plain("\n"), *line] if i else line)]
