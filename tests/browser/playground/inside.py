"""What happens inside the network of its own: the bot, the playground and a browser, and a walk through all three.

`python -m tests.browser.playground.inside CLI FOLDER`: CLI is the playground's own program, FOLDER is for what it
writes and for a picture of the page when something is not there. Ends with 0 when everything was seen.
"""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from tests.browser.playground.bridge import PLAYGROUND, PLAYGROUND_PORT, Bridge, bridge

CHROMIUM = "/usr/bin/chromium"
SHORT = 8_000
"""Milliseconds after which something that should have shown is counted as missing."""
PATIENCE = 40
"""Seconds after which it gives up whatever it waits for."""
WORKPLACE = "Milton Keynes University Hospital NHS Foundation Trust"


@contextlib.asynccontextmanager
async def playground(cli: Path, folder: Path, bot_url: str) -> AsyncIterator[None]:
    """Microsoft's program, from its first word to the end."""
    words = ["start", "-e", bot_url, "-c", "msteams", "-p", str(PLAYGROUND_PORT), "--disable-telemetry"]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TEAMSAPPTESTER_BROWSER": "none"}
    process = await asyncio.create_subprocess_exec(
        "node", str(cli), *words, cwd=folder, env=env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        said = (await process.stdout.readline()).decode()
        assert said.startswith(f"Listening on {PLAYGROUND_PORT}"), said
        yield
    finally:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def page_at(address: str, folder: Path) -> AsyncIterator[Any]:
    """The page in a headless browser; a picture of it when something is not there."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1400, "height": 1400})
        page.set_default_timeout(SHORT)
        try:
            await page.goto(address)
            yield page
        except BaseException:
            await page.screenshot(path=folder / "trouble.png")
            raise
        finally:
            await browser.close()


async def says(page: Any, words: str, *, whole: bool = False) -> None:
    """Wait until the words are there; `whole`: with nothing beside them, as a title is."""
    await page.get_by_text(words, exact=whole).last.wait_for()


async def types(page: Any, words: str) -> None:
    # The inputs of cards are text boxes too; the one for messages comes last.
    await page.get_by_role("textbox").last.click()
    await page.keyboard.type(words)
    await page.keyboard.press("Enter")


async def presses(page: Any, label: str) -> None:
    await page.get_by_role("button", name=label, exact=True).last.click()


async def walk(page: Any) -> None:
    """Welcomed, helped, joined after a correction, and something taken back: as somebody would with the mouse."""
    await says(page, "I connect people who improve care")
    # It opens no windows, and says so as it finds a button of ours that asks for one.
    await says(page, "Warning: Task module (task/fetch)")
    await types(page, "help")
    await says(page, "What I can do", whole=True)
    await types(page, "join")
    role, workplace = page.get_by_role("textbox", name="Your role"), page.get_by_role("radio", name=WORKPLACE)
    findable = page.get_by_role("checkbox", name="Others in the network may find me")
    await role.fill("Ward sister of 943 476 5919")
    await workplace.check()
    await findable.check()
    await presses(page, "Join")
    # The answer comes in the form's place, with what was typed still there.
    await says(page, "This looks like an NHS or hospital number")
    assert await role.input_value() == "Ward sister of 943 476 5919"
    assert await workplace.is_checked()
    assert await findable.is_checked()
    await role.fill("Ward sister")
    await presses(page, "Join")
    await says(page, "Welcome, Alex Wilber", whole=True)
    assert await role.count() == 0
    await presses(page, "me")
    await says(page, "What I hold about you", whole=True)
    await presses(page, "Withdraw")
    await says(page, "Withdrawn, from now on", whole=True)


async def every_answer_was_good(page: Any) -> None:
    """What was answered either way, by the playground's own log."""
    log = await page.locator("body").inner_text()
    answers = re.findall(r"(?:User Application|Agents Playground) (\w+) (\d{3})\b", log)
    assert {name for name, _ in answers} >= {"installationUpdate", "getConversationMember", "message", "invoke"}
    assert {status for _, status in answers} <= {"200", "201"}, answers


async def tokens_were_asked_for(made: Bridge) -> None:
    """What the proxy signed was let in every time; the same without a token is not."""
    assert made.house.teams is not None
    assert not made.house.teams.refused
    async with aiohttp.ClientSession() as http, http.post(made.bot_url, json={"serviceUrl": PLAYGROUND}) as answer:
        assert answer.status == 401


async def main(cli: Path, folder: Path) -> None:
    async with (
        asyncio.timeout(PATIENCE),
        bridge(str(folder)) as made,
        playground(cli, folder, made.url),
        page_at(f"http://127.0.0.1:{PLAYGROUND_PORT}/", folder) as page,
    ):
        await walk(page)
        await every_answer_was_good(page)
        await tokens_were_asked_for(made)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
