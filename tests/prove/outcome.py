"""What a proof found: figures, and every promise that did not hold."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out" / "prove"


@dataclass
class Outcome:
    """`said` is the line of figures; `broken` what did not hold, in words (empty: every promise held)."""

    name: str
    seed: int
    part: float
    said: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def promise(self, held: bool, words: str) -> None:
        """Note `words` unless it held."""
        if not held:
            self.broken.append(words)

    def nothing(self, **counts: int) -> None:
        """Each of these must be 0; kept as figures too."""
        self.figures.update(counts)
        for name, count in counts.items():
            self.promise(count == 0, f"{name.replace('_', ' ')}: {count}")

    @property
    def line(self) -> str:
        """For people."""
        end = "" if not self.broken else "  BROKEN: " + "; ".join(self.broken)
        return f"{self.name:9}{self.said}; seed {self.seed}, {self.seconds:.0f} s{end}"

    def as_json(self) -> dict[str, Any]:
        """For files."""
        return {**asdict(self), "seconds": round(self.seconds, 1)}


def write(file: Path, found: Any) -> None:
    """Keep figures in a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
