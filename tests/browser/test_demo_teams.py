"""The demo's page for people of Teams in a real browser: cards as Microsoft's own renderer draws them."""

from types import SimpleNamespace
from typing import Any

import pytest

from qibot.demo import network
from tests.browser.test_demo import axe, chromium, says, shared, site

__all__ = ["chromium", "shared", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def key(name: str) -> str:
    one = next(one for one in network.PEOPLE if one.name.startswith(name)).account
    return f"{one.workspace}.{one.id}"


def drawn(page: Any, side: str) -> Any:
    """The latest card of a conversation, as the renderer has drawn it."""
    return page.locator(f"#{side} .ac-adaptiveCard").last


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_introduction_across_platforms_by_mouse(site: SimpleNamespace, scheme: str) -> None:
    page = await site.open(color_scheme=scheme)
    await page.locator("#left-text").fill("/qi find end of life")
    await page.locator("#left").get_by_role("button", name="Send").click()
    await says(page, "left", "Nell Ashworth")
    answer = page.locator("#left article").last
    ask = "Ask for an introduction"
    # Who is above her depends on whose turn it is.
    above = (await answer.inner_text()).partition("Nell Ashworth")[0].count(ask)
    await answer.get_by_role("button", name=ask).nth(above).click()
    window = page.locator("#left").get_by_role("dialog", name="Ask to be introduced")
    await window.locator("textarea").fill("What do you say first? We find it hard on nights.")
    await window.get_by_role("button", name="Ask").last.click()
    # Nobody touches the right side: it follows by itself.
    await says(page, "right", "What do you say first?")
    assert await axe(page) == []
    await drawn(page, "right").get_by_role("button", name="Accept").click()
    await says(page, "right", "You are introduced to Amina Okafor")
    await says(page, "left", "You are introduced to Nell Ashworth")
    assert await axe(page) == []
    # Focus stays where somebody can go on from.
    assert await page.evaluate("document.activeElement.closest('#right') !== null")


async def test_a_card_is_filled_in_by_keyboard_and_keeps_what_was_typed(site: SimpleNamespace) -> None:
    page = await site.open(f"/?left={key('Joan')}")
    await page.locator("#left-text").fill("join")
    await page.keyboard.press("Enter")
    card = drawn(page, "left")
    await card.get_by_label("Your name").fill("")
    await card.get_by_label("Where you work").focus()
    await page.keyboard.press("ArrowDown")
    # The renderer itself stops what is missing.
    join = card.get_by_role("button", name="Join")
    await join.focus()
    await page.keyboard.press("Enter")
    await card.get_by_text("Please fill this in.").wait_for()
    assert await axe(page) == []
    await card.get_by_label("Your name").fill("NHS number 943 476 5919")
    await card.get_by_label("Your role").fill("Healthcare assistant")
    await card.get_by_label("Clinical safety: Sepsis").check()
    await join.focus()
    await page.keyboard.press("Enter")
    await card.get_by_text("Please look at this again").wait_for()
    # One is where something is to be changed, and nothing else is lost.
    assert await page.evaluate("document.activeElement.value") == "NHS number 943 476 5919"
    assert await card.get_by_label("Your role").input_value() == "Healthcare assistant"
    assert await card.get_by_label("Clinical safety: Sepsis").is_checked()
    assert await axe(page) == []
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Joan Fletcher")
    await join.focus()
    await page.keyboard.press("Enter")
    await says(page, "left", "Welcome, Joan Fletcher")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_window_is_filled_in_by_keyboard(site: SimpleNamespace, scheme: str) -> None:
    page = await site.open(f"/?left={key('Marek')}", color_scheme=scheme)
    await page.locator("#left-text").fill("projects")
    await page.keyboard.press("Enter")
    await says(page, "left", "Newest in the network")
    register = page.locator("#left .ac-adaptiveCard").get_by_role("button", name="Register a project").last
    await register.focus()
    await page.keyboard.press("Enter")
    window = page.locator("#left").get_by_role("dialog", name="Register a project")
    title, aim = window.get_by_role("textbox", name="Title"), window.get_by_role("textbox", name="Aim")
    await title.wait_for()
    # One can begin to type at once.
    await page.keyboard.type("NHS number 943 476 5919")
    assert await title.input_value() == "NHS number 943 476 5919"
    await aim.fill("Beds by noon")
    assert await axe(page) == []
    await window.get_by_role("button", name="Register").focus()
    await page.keyboard.press("Enter")
    await window.get_by_role("alert").wait_for()
    assert await page.evaluate("document.activeElement.value") == "NHS number 943 476 5919"
    assert await aim.input_value() == "Beds by noon"
    assert await axe(page) == []
    await page.keyboard.press("Control+A")
    await page.keyboard.type(f"Beds by noon, {scheme}")
    await window.get_by_role("button", name="Register").focus()
    await page.keyboard.press("Enter")
    await says(page, "left", f"Beds by noon, {scheme}")
    await window.wait_for(state="detached")
    # Escape leaves it, and one is back at the button.
    await register.focus()
    await page.keyboard.press("Enter")
    await window.wait_for()
    await page.keyboard.press("Escape")
    await window.wait_for(state="detached")
    assert await page.evaluate("document.activeElement.closest('#left') !== null")


async def test_a_button_that_asks_first_opens_below_itself(shared: SimpleNamespace) -> None:
    page = await shared.open(f"/?right={key('Priya')}")
    await page.locator("#right-text").fill("champion")
    await page.keyboard.press("Enter")
    await says(page, "right", "Your offer")
    card = drawn(page, "right")
    assert await card.get_by_role("button", name="Yes").count() == 0
    await card.get_by_role("button", name="Stop").click()
    await card.get_by_text("Take your offer back?").wait_for()
    assert await axe(page) == []
    await card.get_by_role("button", name="Yes").click()
    await says(page, "right", "You are no longer offered as a champion")


async def test_the_same_card_without_script_is_a_form(site: SimpleNamespace) -> None:
    page = await site.open(f"/?right={key('Daniel')}", java_script_enabled=False)
    await page.locator("#right-text").fill("champion")
    await page.locator("#right").get_by_role("button", name="Send").click()
    assert await page.locator(".ac-adaptiveCard").count() == 0
    card = page.locator("#right .card").last
    await card.locator("summary", has_text="Stop").click()
    await card.get_by_role("button", name="Yes").click()
    assert await page.locator("#right", has_text="You are no longer offered as a champion").count() == 1


async def test_a_small_screen_needs_no_sideways_scrolling(shared: SimpleNamespace) -> None:
    page = await shared.open(f"/?left={key('Nell')}&right={key('Yusuf')}", viewport={"width": 320, "height": 640})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    await page.locator("#left").get_by_role("button", name="find sepsis").first.click()
    await says(page, "left", "People who can help")
    await page.locator("#left").get_by_role("button", name="project register").first.click()
    await says(page, "left", "Register a project")
    assert await page.evaluate(wide) == 0
    inner = "[...document.querySelectorAll('.scroll')].map((e) => e.scrollWidth - e.clientWidth)"
    assert await page.evaluate(inner) == [0, 0]
    await page.goto(f"{shared.url}/gallery?platform=teams")
    assert await page.evaluate(wide) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_for_axe_to_say_about_the_gallery_of_cards(shared: SimpleNamespace, scheme: str) -> None:
    page = await shared.open("/gallery?platform=teams", color_scheme=scheme)
    await page.locator(".ac-adaptiveCard").first.wait_for()
    assert await axe(page) == []
    assert await page.locator("[data-card]").count() == await page.locator(".ac-adaptiveCard").count()
