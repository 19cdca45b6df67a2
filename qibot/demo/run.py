"""What `qibot demo` starts: the invented network, the bot, its stand-ins, and a page to look at all of it."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from dotenv import dotenv_values

from qibot.clock import SetClock, SystemClock
from qibot.demo import network
from qibot.demo.network import Invention
from qibot.demo.page import Page
from qibot.demo.page_web import Web
from qibot.demo.slack_server import serving
from qibot.demo.world import world
from qibot.errors import Refused

REAL = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_CLIENT_SECRET", "TEAMS_CLIENT_SECRET", "QIBOT_DATABASE_URL")
PORTS_TO_TRY = 20
WELCOME = """\
qibot demo: an invented network of {people} people in Slack and in Teams. Nothing leaves this machine.

  {url}

Try this first:
  1. As Amina, in Slack on the left, type:  /qi find end of life
  2. Press “Ask for an introduction” by Nell, say why, and answer for her, in Teams on the right.
  3. Press “Write to Amina Okafor” there, and see the words arrive on the left.
  4. Press “To the next nudge” and see what the bot remembers.

Stop it with Ctrl-C. What you did is then forgotten.
"""


def refuse_real(environment: Mapping[str, str | None], env_file: Path) -> None:
    """Raises `Refused` when a real workspace or database could be meant."""
    given = {**(dotenv_values(env_file) if env_file.is_file() else {}), **environment}
    set_here = sorted({name.upper() for name, value in given.items() if name.upper() in REAL and value})
    if set_here:
        names = " and ".join(set_here)
        raise Refused(
            "The demo never touches a real workspace or database.",
            f"Please unset {names} (in the environment or in .env), or start the demo in another folder.",
        )


@contextlib.asynccontextmanager
async def demo(start: datetime, port: int = 0) -> AsyncIterator[tuple[str, Web]]:
    """Everything, from `start` (aware) on the demo's own clock; the page's address. `port` 0 is any free one."""
    with tempfile.TemporaryDirectory(prefix="qibot-demo-") as folder:
        database, organiser = f"sqlite+aiosqlite:///{folder}/demo.db", network.OWEN.account.email
        start_both = world(
            database,
            SetClock(start),
            network.WORKSPACES.items(),
            tenants=network.TENANTS.items(),
            organisers=organiser,
        )
        async with start_both as made:
            await Invention(made.unhurried()).fill(start)
            web = Web(Page(made))
            async with _serving(web, port) as url:
                try:
                    yield url, web
                finally:
                    web.stop()


@contextlib.asynccontextmanager
async def _serving(web: Web, port: int) -> AsyncIterator[str]:
    """On `port`, or on the next free one after it."""
    async with contextlib.AsyncExitStack() as stack:
        for number in range(port, port + PORTS_TO_TRY if port else 1):
            try:
                url = await stack.enter_async_context(serving(web.app, number))
                break
            except OSError:
                continue
        else:
            raise Refused(f"Ports {port} to {port + PORTS_TO_TRY - 1} are all taken.", "Name another one with --port.")
        yield url


def run(port: int = 8000, *, browser: bool = True) -> None:
    """Until Ctrl-C or SIGTERM. Raises `Refused` when a real workspace or database is configured."""
    refuse_real(os.environ, Path(".env"))
    print("Inventing a network…", flush=True)
    asyncio.run(_run(port, browser=browser))


async def _run(port: int, *, browser: bool) -> None:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    # "Now", moved on to a working morning, so that what is sent need not wait for one.
    async with demo(network.first_morning(SystemClock().now()), port) as (url, web):
        print(WELCOME.format(url=url, people=len(web.page.people)), flush=True)
        if browser and _has_screen():
            await asyncio.to_thread(webbrowser.open, url)
        await stopped.wait()
    print("Stopped.")


def _has_screen() -> bool:
    """Whether a browser can be opened: on a machine without one, a browser in the terminal would take the terminal."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
