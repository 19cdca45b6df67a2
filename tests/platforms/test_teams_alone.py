"""What Teams' side of the bot loads and trusts, asked of the code alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qibot.platforms.teams.cloud import Cloud

ROOT = Path(__file__).resolve().parent.parent.parent


def child(code: str, folder: Path, **more: str) -> str:
    """What another Python prints that was started in `folder`."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **more}
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=True)
    return run.stdout.strip().splitlines()[-1]


def test_a_process_with_slack_alone_loads_nothing_of_teams(tmp_path: Path) -> None:
    house = f"House(Settings(_env_file=None, slack_bot_token='xoxb-1', qibot_database_url='sqlite+aiosqlite:///{tmp_path}/x.db'"
    code = (
        "import sys\nfrom qibot.app import House\nfrom qibot.settings import Settings\n"
        f"{house}))\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('microsoft_teams', 'jwt', 'msal') "
        "or m.startswith('qibot.platforms.teams')))"
    )
    assert child(code, tmp_path) == "[]"


def test_teams_itself_reads_no_env_file_of_a_parent_folder(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FROM_ABOVE=1\nCLIENT_ID=from-above\n")
    below = tmp_path / "below"
    below.mkdir()
    code = (
        "import os, sys\nfrom qibot.platforms.teams import app\n"
        "print([n for n in ('FROM_ABOVE', 'CLIENT_ID') if n in os.environ], 'microsoft_teams' in sys.modules)"
    )
    assert child(code, below) == "[] False"


# --- where a token may be shown


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("https://smba.trafficmanager.net/uk/", True),
        ("https://smba.trafficmanager.net/uk/0b1e55ed-0000-4000-8000-0000000000a1/", True),
        ("https://emea.smba.teams.microsoft.com/x", True),
        ("https://directline.botframework.com/", True),
        ("http://smba.trafficmanager.net/uk/", False),
        ("https://smba.trafficmanager.net:8443/uk/", False),
        ("https://smba.trafficmanager.net@evil.example/", False),
        ("https://evil.example/smba.trafficmanager.net", False),
        ("https://smba.trafficmanager.net.evil.example/", False),
        ("https://evilbotframework.com/", False),
        ("https://x.botframework.com:99999/", False),
        ("https://other.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net/uk/?x=1", False),
        ("https://[/", False),
        ("", False),
    ],
)
def test_only_services_of_the_bot_framework_are_trusted(address: str, trusted: bool) -> None:
    assert Cloud().trusts(address) is trusted


def test_a_stand_in_trusts_itself_alone() -> None:
    cloud = Cloud.stand_in("http://127.0.0.1:1234")
    assert cloud.trusts("http://127.0.0.1:1234/uk/x/")
    assert not cloud.trusts("http://127.0.0.1:12345/uk/x/")
    assert not cloud.trusts("https://smba.trafficmanager.net/uk/")
