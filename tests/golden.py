"""What a renderer makes, frozen: a change to it is seen in review. `QIBOT_TEST_GOLDEN=write` rewrites the files."""

import json
import os
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "platforms" / "golden"


def check(name: str, value: Any) -> None:
    """`value` as JSON is what `platforms/golden/<name>.json` holds; `name` may have folders, as in "slack/blocks"."""
    path = FOLDER / f"{name}.json"
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("QIBOT_TEST_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    assert path.exists(), f"no golden file for {name}: look at what is made, then run with QIBOT_TEST_GOLDEN=write"
    assert text == path.read_text(encoding="utf-8")
