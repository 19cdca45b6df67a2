"""Help, written from the router's table, so that it cannot promise what is not there."""

from collections.abc import Iterable
from typing import TypeVar

from qibot.chat.arguments import Asking
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Text
from qibot.chat.router import CommandRow, Router, Say
from qibot.errors import Refused
from qibot.typed import Typed

T = TypeVar("T", bound=Asking)


def overview(router: Router[T], turn: T) -> Message:
    """Every command this person may use, by feature, and three first steps."""
    parts: list[Part] = [
        Text(
            "Type the words after ",
            Typed(),
            ", or in our own chat just the words. Or say what you are looking for.",
        )
    ]
    titles: dict[str, list[CommandRow[T]]] = {}
    for table in router.tables:
        titles.setdefault(table.title, []).extend(row for row in table.commands if may(row, turn))
    for title, rows in titles.items():
        if rows:
            lines = (line for r in rows for line in ("\n", Typed(r.usage), f" – {r.help}"))
            parts.append(Text(Bold(title), *lines))
    first = [Button(words, Say(words)) for words in ("home", "me", "projects", "topics") if router.find(words)]
    if first:
        parts.append(Buttons(*first))
    parts.append(Note("I am not for urgent or clinical matters, and patient details never belong here."))
    return Message("What I can do", *parts)


def about(router: Router[T], turn: T, words: str) -> Message:
    """One command, or those whose words begin so; the overview when there is none."""
    rows = [r for r in router.commands.values() if r.name.startswith(words.strip().lower()) and may(r, turn)]
    if not rows:
        return overview(router, turn)
    lines = (Text(Typed(r.usage), f"\n{r.help} For: {r.needs.label}.") for r in rows)
    return Message(f"About “{words.strip()}”", *lines)


def may(row: CommandRow[T], turn: T) -> bool:
    """Whether this person may use it now."""
    try:
        row.needs.check(turn)
    except Refused:
        return False
    return True


def markdown_table(rows: Iterable[CommandRow[T]]) -> str:
    """The README's table of commands."""
    lines = ["| type | what it does | who |", "|---|---|---|"]
    for row in rows:
        usage = row.usage.replace("|", "\\|")
        lines.append(f"| `/qi {usage}` | {row.help} | {row.needs.label} |")
    return "\n".join(lines)
