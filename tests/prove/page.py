"""The README's table of the proofs, made from the figures under docs/figures/prove, a file for each."""

import importlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

from tests.prove.outcome import OUT, ROOT

README, FIGURES = ROOT / "README.md", ROOT / "docs" / "figures" / "prove"
PLACE = re.compile(r"(<!-- proofs -->\n).*?(<!-- /proofs -->)", re.DOTALL)


def publish(names: tuple[str, ...]) -> list[str]:
    """Take the figures of what was run in full lately, and write the table; the names of what was taken."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    found = [name for name in names if (OUT / f"{name}.json").exists()]
    for name in found:
        shutil.copy(OUT / f"{name}.json", FIGURES)
    write(names)
    return found


def write(names: tuple[str, ...]) -> None:
    """Put the table in its place."""
    text = README.read_text(encoding="utf-8")
    README.write_text(PLACE.sub(lambda m: f"{m[1]}{table(names)}\n{m[2]}", text), encoding="utf-8")


def table(names: tuple[str, ...], folder: Path = FIGURES) -> str:
    """One row for each proof: what is done to the bot, and what came of it."""
    rows = [f"| {name} | {_cell(done(name))} | {_cell(_came(folder / f'{name}.json'))} |" for name in names]
    return "\n".join(["| proof | what is done | what came of it |", "|---|---|---|", *rows])


def done(name: str) -> str:
    """The first sentence of a proof about itself."""
    words = " ".join((importlib.import_module(f"tests.prove.{name}").__doc__ or "").split())
    return words.removeprefix(f"{name}: ").partition(". ")[0].rstrip(".")


def _came(file: Path) -> str:
    if not file.exists():
        return "not run in full yet"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    size = "" if found["part"] == 1 else f", {found['part']:g} of the full size"
    broken = f" **Broken: {'; '.join(found['broken'])}**" if found["broken"] else ""
    return f"{found['said']} (seed {found['seed']}, {found['seconds'] / 60:.1f} min{size}){broken}"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")
