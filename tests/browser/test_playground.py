"""The bot in Microsoft's Agents Playground: a peer that looks like Teams and was written by those who wrote Teams.

It is a preview and listens on every interface, so it is never part of qibot: npm puts the pinned version into a cache
of its own, and it runs in a network namespace that has nothing but loopback, with the bot and the browser beside it.
The namespaces end with their first process, so nothing is left to clean up.
"""

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent / "playground"
PACKAGE = "@microsoft/m365agentsplayground"
VERSION = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"][PACKAGE]
CLI = f"node_modules/{PACKAGE}/cli.js"
PATIENCE = 55
"""Seconds for the whole walk. It takes about eight, and ends itself before these are over."""
INSTALLING = 60
pytestmark = pytest.mark.node


def namespaces() -> list[str]:
    """What to put before a command that shall have a network and processes of its own. Skips where there are none."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("there is no unshare or no ip (Debian: apt-get install util-linux iproute2)")
    # Whoever is not root can be it inside a user namespace, where the machine allows those.
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    inside = ["unshare", *as_root, "--net", "--pid", "--fork", "--kill-child"]
    inside += ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine gives no network namespace (it takes root, or user namespaces)")
    return inside


def playground() -> Path:
    """The program, installed on first use; npm compares it with the lock file. Skips where it cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qibot-tests"
    home = cache / f"playground-{VERSION}"
    if not (home / CLI).exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Made beside its place and moved there whole: two runs may install at once.
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            made = Path(folder) / home.name
            made.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, made)
            _npm_ci(made)
            with contextlib.suppress(OSError):
                made.rename(home)
    return home / CLI


def _npm_ci(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALLING, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm took more than {INSTALLING} seconds for the playground")
    if done.returncode:
        # Something else under its name is no reason to skip.
        assert "EINTEGRITY" not in done.stderr, done.stderr
        why = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        pytest.skip(f"npm could not install the playground: {'; '.join(why[:2])}")


def test_somebody_joins_in_microsofts_playground(tmp_path: Path) -> None:
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("playwright is not installed (./qi test installs it)")
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: apt-get install chromium)")
    command = [*namespaces(), sys.executable, "-m", "tests.browser.playground.inside", str(playground()), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            said, _ = process.communicate(timeout=PATIENCE)
        finally:
            # Takes everything inside with it.
            process.kill()
    assert process.returncode == 0, f"{said}\nWhere it stopped: {[str(p) for p in tmp_path.glob('*.png')]}"
