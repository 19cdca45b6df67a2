"""Where a figure was measured, and processes to measure."""

import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out" / "bench"
PACKAGES = ("slack-bolt", "slack-sdk", "starlette", "fastapi", "uvicorn", "sqlalchemy", "aiosqlite", "pydantic")
SECONDS_TO_START = 30
# The last row is what Microsoft's SDK reads; some of it would take its authentication off.
_NOT_OURS = (
    "QIBOT_", "SLACK_", "TEAMS_", "PYTHON",
    "CLIENT_", "TENANT_", "MANAGED_IDENTITY_", "DANGEROUSLY_", "CLOUD", "SERVICE_URL",
)  # fmt: skip


def facts(*more: str) -> dict[str, Any]:
    """Versions (of `more` packages, too) and machine, for whoever compares two figures."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": usable,
        "load_before": round(os.getloadavg()[0], 2),
        "versions": {name: metadata.version(name) for name in (*PACKAGES, *more)},
    }


def write(name: str, figures: Mapping[str, Any]) -> Path:
    """Keep figures as out/bench/<name>.json."""
    OUT.mkdir(parents=True, exist_ok=True)
    file = OUT / f"{name}.json"
    file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return file


def free_port() -> int:
    """A port on loopback that nobody listens on just now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of somebody's own, and with these; bytecode is kept, as it usually is."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_OURS)}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(OUT / "bytecode"), **more}


@contextlib.contextmanager
def process(
    words: list[str], *, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """`python <words>` in `folder`; asked to stop at the end. What it says is in `folder`/said.txt."""
    with (folder / "said.txt").open("ab") as said:
        child = subprocess.Popen(
            [sys.executable, *words], cwd=folder, env=environment(settings or {}), stdout=said, stderr=said
        )
        try:
            yield child
        finally:
            child.terminate()
            child.wait(20)


def wait_for(port: int, path: str, child: "subprocess.Popen[bytes]", folder: Path) -> float:
    """Until GET `path` on loopback is a 200. When that was (`time.perf_counter`). Raises `RuntimeError`."""
    until = time.perf_counter() + SECONDS_TO_START
    while time.perf_counter() < until and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as s:
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            if s.recv(64).startswith(b"HTTP/1.1 200"):
                return time.perf_counter()
        time.sleep(0.005)
    raise RuntimeError(f"a server did not start: {(folder / 'said.txt').read_text(errors='replace')[-2000:]}")


def cpu_seconds(child: "subprocess.Popen[bytes]") -> float:
    """Processor time that a process has had, to a hundredth of a second. Zero where there is no /proc."""
    stat = Path(f"/proc/{child.pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(child: "subprocess.Popen[bytes]") -> tuple[float, float]:
    """Resident memory of a process now, and its peak, in MB (10^6 bytes). Zeros where there is no /proc."""
    return memory_of(child.pid)


def memory_of(pid: int) -> tuple[float, float]:
    """As `memory`, of any process, this one (`os.getpid()`) as well."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0, 0.0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    now, peak = (int(lines[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))
    return now, peak
