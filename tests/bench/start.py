"""How long `qibot serve` takes to be there, and what it holds while nobody speaks to it, with Slack only.

Every figure is the median of several child processes, after one that nobody counts (it writes the bytecode).
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from qibot.database import Database
from qibot.migrate import migrate
from tests.bench import machine
from tests.bench.command import serving, stand_in

AIM_SECONDS, AIM_MB = 0.7, 90.0
IDLE_SECONDS = 2.0
BIGGEST = 12
_IMPORT = "import time; t = time.perf_counter(); import qibot.app; print(time.perf_counter() - t)"


def main(*, quick: bool, seed: int) -> None:
    """Measure, print, write out/bench/start.json."""
    runs = 2 if quick else 5
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(runs, Path(folder)))
    figures["seed"] = seed
    print(said(figures))
    print(f"\nWritten to {machine.write('start', figures).relative_to(machine.ROOT)}")


async def measure(runs: int, folder: Path, idle: float = IDLE_SECONDS) -> dict[str, Any]:
    """All figures of one run."""
    facts = machine.facts()
    imports = [float(await asyncio.to_thread(_python, "-c", _IMPORT)) for _ in range(runs + 1)][1:]
    async with stand_in(starts=runs + 1) as api:
        fresh = await serve_once(folder, "fresh.db", api, idle)
        database = Database(f"sqlite+aiosqlite:///{folder / 'made.db'}")
        await migrate(database)
        await database.close()
        starts = [await serve_once(folder, "made.db", api, idle) for _ in range(runs)]
    return {
        "bench": "start",
        "runs": runs,
        **facts,
        "import_seconds": round(statistics.median(imports), 3),
        "ready_seconds": round(statistics.median(s[0] for s in starts), 3),
        "ready_seconds_first_time": round(fresh[0], 3),
        "idle_mb": round(statistics.median(s[1] for s in starts), 1),
        "peak_mb": round(statistics.median(s[2] for s in starts), 1),
        "modules": int(await asyncio.to_thread(_python, "-c", "import sys, qibot.app; print(len(sys.modules))")),
        "import_ms_by_package": await asyncio.to_thread(by_package),
    }


async def serve_once(folder: Path, database: str, api: str, idle: float) -> tuple[float, float, float]:
    """From exec to ready in seconds; MB resident when idle, and at most."""
    port, began = machine.free_port(), time.perf_counter()
    settings = serving(f"sqlite+aiosqlite:///{folder / database}", port, api)
    with machine.process(["-m", "qibot", "serve"], folder=folder, settings=settings) as child:
        ready = await asyncio.to_thread(machine.wait_for, port, "/readyz", child, folder)
        await asyncio.sleep(idle)
        now, peak = machine.memory(child)
    return ready - began, now, peak


def by_package() -> dict[str, float]:
    """Milliseconds of `import qibot.app` by top-level package, its own modules' code only, the biggest first.

    Python's own -X importtime, which makes importing about half as slow again: for comparing, not for adding up.
    """
    spent: dict[str, float] = defaultdict(float)
    for line in _python("-X", "importtime", "-c", "import qibot.app").splitlines():
        own, _, name = line.removeprefix("import time:").split("|")
        if own.strip().isdigit():
            spent[name.strip().partition(".")[0]] += int(own) / 1000
    biggest = sorted(spent.items(), key=lambda pair: -pair[1])[:BIGGEST]
    return {name: round(ms, 1) for name, ms in biggest}


def _python(*words: str) -> str:
    """What a Python of ours prints, to either side. Raises `CalledProcessError`."""
    done = subprocess.run(
        [sys.executable, *words], env=machine.environment({}), capture_output=True, text=True, check=True
    )
    return done.stdout or done.stderr


def said(figures: dict[str, Any]) -> str:
    """The figures in lines."""
    imported, idle = figures["import_seconds"], figures["idle_mb"]
    lines = [
        f"qibot serve, Slack only, SQLite; medians of {figures['runs']} starts; {figures['cores']} cores, "
        f"Python {figures['python']}",
        f"  import qibot.app            {imported:.2f} s   {figures['modules']} modules",
        f"  from exec to /readyz        {figures['ready_seconds']:.2f} s   with a new database "
        f"{figures['ready_seconds_first_time']:.2f} s",
        f"  idle, {IDLE_SECONDS:.0f} s after that       {idle:.0f} MB  at most {figures['peak_mb']:.0f} MB",
        "Milliseconds of the import by package (by -X importtime, which slows it down):",
        *(f"  {name:28}{ms:>6.0f}" for name, ms in figures["import_ms_by_package"].items()),
        f"Aim: import under {AIM_SECONDS} s: {imported:.2f} s ({_met(imported < AIM_SECONDS)})",
        f"Aim: idle under {AIM_MB:.0f} MB: {idle:.0f} MB ({_met(0 < idle < AIM_MB)})",
    ]
    return "\n".join(lines)


def _met(met: bool) -> str:
    return "met" if met else "not met"
