"""The demo in a real browser: by mouse, by keyboard, with script off, on a small screen, and for people who listen."""

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

from qibot.demo.run import demo

CHROMIUM = Path("/usr/bin/chromium")
EVENT_MORNING = datetime(2019, 11, 27, 10, tzinfo=UTC)
SHORT = 20_000
"""Milliseconds after which something that should have shown is counted as missing, also on a busy machine."""
SLACK = "/?right=T0BEDS.U0TOMASZ"
"""Two people of Slack."""
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Any]:
    """A headless browser."""
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        pytest.skip("playwright is not installed (./qi test installs it)")
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site(chromium: Any) -> AsyncIterator[SimpleNamespace]:
    """A network of its own, in which nothing has happened yet."""
    async with _site(chromium) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(chromium: Any) -> AsyncIterator[SimpleNamespace]:
    """One network for the tests that leave nothing open behind them."""
    async with _site(chromium) as made:
        yield made


@contextlib.asynccontextmanager
async def _site(chromium: Any) -> AsyncIterator[SimpleNamespace]:
    """The demo, and `open` for a tab that must not complain."""
    tabs: list[Any] = []
    complaints: list[str] = []
    async with demo(EVENT_MORNING) as (url, web):

        async def open_tab(path: str = "/", **how: Any) -> Any:
            context = await chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **how})
            context.set_default_timeout(SHORT)
            tabs.append(context)
            page = await context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(url + path)
            return page

        yield SimpleNamespace(url=url, web=web, open=open_tab)
        for context in tabs:
            await context.close()
        assert complaints == []
        assert web.page.problems() == []


async def axe(page: Any) -> list[str]:
    """What axe has to say about the page, best practice included; empty when nothing."""
    from axe_playwright_python.async_playwright import Axe

    # What passes would come back with all of its HTML: of a gallery that is forty times the work.
    found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:100]}" for one in found]


async def says(page: Any, side: str, words: str) -> None:
    await page.locator(f"#{side} article", has_text=words).last.wait_for()


async def introduced(page: Any) -> None:
    await says(page, "right", "You are introduced to Amina Okafor")
    await says(page, "left", "You are introduced to Tomasz Nowak")


async def test_two_people_are_introduced_by_mouse(site: Any) -> None:
    page = await site.open(SLACK)
    await page.locator("#left-text").fill("/qi find sepsis")
    await page.locator("#left").get_by_role("button", name="Send").click()
    await says(page, "left", "People who can help")
    assert await page.locator("#left-text").input_value() == ""
    card = page.locator("#left article").last
    await card.get_by_role("button", name="Ask for an introduction").first.click()
    window = page.locator("#left").get_by_role("dialog", name="Ask to be introduced")
    await window.get_by_role("button", name="Ask").last.click()
    await window.locator(".error").wait_for()
    await window.locator("textarea").fill("We start in March and would like to see your trolley.")
    await window.get_by_role("button", name="Ask").last.click()
    # Nobody touches the right side: it follows by itself.
    await says(page, "right", "would like to see your trolley")
    await page.locator("#right").get_by_role("button", name="Accept").last.click()
    await introduced(page)
    # Focus stays where somebody can go on from.
    assert await page.evaluate("document.activeElement.closest('#right') !== null")


async def test_two_people_are_introduced_by_keyboard_alone(site: Any) -> None:
    page = await site.open(SLACK)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to the conversations"
    await page.keyboard.press("Enter")
    await _tab_to(page, "#left-text")
    await page.keyboard.type("/qi find sepsis")
    await page.keyboard.press("Enter")
    await says(page, "left", "People who can help")
    assert await page.evaluate("document.activeElement.id") == "left-text"
    await _tab_to(page, "#left article:last-child button", back=True)
    while await _previous_is_same_label(page):
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await page.locator("#left [role=dialog]").wait_for()
    assert await page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    # Escape closes, and one is back where one was.
    await page.keyboard.press("Escape")
    await page.locator("#left [role=dialog]").wait_for(state="detached")
    assert "Ask for an introduction" in await page.evaluate("document.activeElement.textContent")
    await page.keyboard.press("Enter")
    await page.locator("#left [role=dialog]").wait_for()
    await page.keyboard.type("We start in March.")
    await _tab_to(page, "#left [role=dialog] .button.primary")
    await page.keyboard.press("Enter")
    await says(page, "right", "We start in March.")
    await _tab_to(page, "#right article:last-child .button.primary")
    await page.keyboard.press("Enter")
    await introduced(page)


async def _tab_to(page: Any, wanted: str, *, back: bool = False) -> None:
    for _ in range(80):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        if await page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} cannot be reached with the Tab key")


async def _previous_is_same_label(page: Any) -> bool:
    """Whether the focus is not yet on the first of several buttons with one label in a message."""
    return bool(
        await page.evaluate(
            """() => { const all = [...document.activeElement.closest('article').querySelectorAll('button')];
            return all.indexOf(document.activeElement) > 0; }"""
        )
    )


async def test_two_people_are_introduced_with_script_off(site: Any) -> None:
    page = await site.open(SLACK, java_script_enabled=False)
    await page.locator("#left-text").fill("/qi find sepsis")
    await page.locator("#left").get_by_role("button", name="Send").click()
    await page.locator("#left article").last.get_by_role("button", name="Ask for an introduction").first.click()
    window = page.locator("#left [role=dialog]")
    await window.locator("textarea").fill("NHS number 943 476 5919 has sepsis")
    await window.locator(".button.primary").click()
    assert await page.locator("#left [role=dialog] .error").count() == 1
    area = page.locator("#left [role=dialog] textarea")
    assert await area.input_value() == "NHS number 943 476 5919 has sepsis"
    await area.fill("We start in March.")
    await window.locator(".button.primary").click()
    await page.locator("#right").get_by_role("button", name="Accept").last.click()
    await introduced(page)
    # A conversation begins at its end, without script too.
    assert await page.locator("#right article").last.is_visible()
    await page.get_by_role("button", name="To the next nudge").click()
    assert "went out" in await page.locator(".news").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_for_axe_to_say(shared: Any, scheme: str) -> None:
    page = await shared.open(SLACK, color_scheme=scheme)
    assert await axe(page) == []
    await page.locator("#left").get_by_text("All commands").click()
    await page.locator("#right article details summary").last.click()
    await page.locator("#left").get_by_role("button", name="/qi champion join").first.click()
    await page.locator("#left [role=dialog]").wait_for()
    assert await axe(page) == []
    await page.locator("#left [role=dialog] .button.primary").click()
    await page.locator("#left .error").first.wait_for()
    assert await axe(page) == []
    await page.keyboard.press("Escape")
    await page.locator("#right").get_by_role("button", name="Home").click()
    await page.get_by_role("region", name="Right: Home tab of Tomasz Nowak").wait_for()
    await page.get_by_role("button", name="To the next nudge").click()
    await page.locator(".news li").first.wait_for()
    assert await axe(page) == []
    await page.locator("#right").get_by_role("button", name="My offer").click()
    await page.locator("#right").get_by_role("button", name="Stop…").last.click()
    await page.locator("#right [role=alertdialog]").wait_for()
    assert await axe(page) == []
    await page.keyboard.press("Escape")
    await page.locator("#right [role=alertdialog]").wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_for_axe_to_say_about_the_gallery(shared: Any, scheme: str) -> None:
    assert await axe(await shared.open("/gallery", color_scheme=scheme)) == []


async def test_a_small_screen_needs_no_sideways_scrolling(shared: Any) -> None:
    page = await shared.open(viewport={"width": 320, "height": 640})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) == 0
    left, right = [await page.locator(f"#{side}").bounding_box() for side in ("left", "right")]
    assert right["y"] >= left["y"] + left["height"]
    await page.locator("#left").get_by_role("button", name="/qi project register").first.click()
    window = page.locator("#left [role=dialog]")
    await window.wait_for()
    box = await window.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert await page.evaluate(wide) == 0
    await page.keyboard.press("Escape")
    await window.wait_for(state="detached")
    await page.locator("#right article details summary").last.click()
    assert await page.evaluate(wide) == 0
    await page.goto(f"{shared.url}/gallery")
    assert await page.evaluate(wide) == 0


async def test_words_in_a_window_survive_what_happens_meanwhile(shared: Any) -> None:
    page = await shared.open(SLACK)
    await page.locator("#left").get_by_role("button", name="/qi project register").first.click()
    title = page.locator("#left [role=dialog]").get_by_label("Title")
    await title.fill("A trolley on every ward")
    await page.locator("#right-text").fill("half a sentence")
    await shared.web.page.type("T0BEDS.U0TOMASZ", "/qi help")
    await says(page, "right", "What I can do")
    await page.locator("#right-who").select_option(label="Owen Hughes")
    await page.locator("#right").get_by_role("button", name="Show on the right").click()
    await page.get_by_role("heading", name="Right: Owen Hughes").wait_for()
    assert await title.input_value() == "A trolley on every ward"
    assert await page.locator("#right-text").input_value() == "half a sentence"
    assert re.search(r"right=T0BEDS\.U0OWEN", page.url)
    await title.press("Escape")
    await page.locator("#left [role=dialog]").wait_for(state="detached")


async def test_only_what_is_new_is_read_out(shared: Any) -> None:
    page = await shared.open()
    await page.evaluate(
        """() => { window.changed = 0; new MutationObserver((all) => { for (const one of all)
        window.changed += [...one.addedNodes].filter((n) => n.nodeType === 1).length; })
        .observe(document.querySelector('#left [role=log] .inner'), {childList: true}); }"""
    )
    before = await page.locator("#left article").count()
    await page.locator("#left").get_by_role("button", name="/qi help").first.click()
    await says(page, "left", "What I can do")
    assert await page.locator("#left article").count() == before + 2
    assert await page.evaluate("window.changed") == 2
