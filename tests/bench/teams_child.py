"""`python -m tests.bench.teams_child CONNECTOR [FILE]`: `qibot serve`, with Microsoft's services at a stand-in.

No setting can say where they are, so it takes a process that says so in code. With FILE there is a stopwatch in it.
"""

import functools
import sys
from pathlib import Path

from qibot import app, logs
from qibot.platforms.teams.cloud import Cloud
from qibot.settings import load
from tests.bench import spans, teams_spans


def main(connector: str, file: Path | None) -> None:
    """Serve until told to stop, then write."""
    settings = load()
    logs.configure(settings.qibot_log_format, settings.qibot_log_level)
    # `serve` is the one that runs, with this house in it.
    setattr(app, app.House.__name__, functools.partial(app.House, teams_cloud=Cloud.stand_in(connector)))
    if file is None:
        app.serve(settings)
        return
    teams_spans.install()
    try:
        app.serve(settings)
    finally:
        spans.write(file)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None)
