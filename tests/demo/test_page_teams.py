"""The demo's page for people of Teams, without a browser: cards as forms, and introductions between Slack and Teams."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from qibot import features
from qibot.demo import network
from qibot.demo.page_gallery import name_of
from qibot.demo.run import demo
from tests.demo.site import Tag, Visitor
from tests.demo.test_page import address, visitor

# One network for all of them, because inventing it takes some seconds; each test takes people of its own.
RENDERER = "22a6fe3cdb7f58aea3b2162f9e2c6c8ff5675cb3f2e44671ba9ded23a0a2e07e"
"""SHA-256 of the vendored renderer: adaptivecards 3.0.6 but for one address in a warning."""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[SimpleNamespace]:
    """The demo on loopback, its page behind `web`."""
    async with demo(datetime(2019, 11, 27, 10, tzinfo=UTC)) as (url, web), aiohttp.ClientSession() as http:
        yield SimpleNamespace(url=url, web=web, http=http)
        assert web.page.problems() == []


def cards(someone: Visitor, side: str) -> list[Tag]:
    """The cards of a conversation, oldest first."""
    return someone.pane(side).all("div", class_="card")


async def test_a_pane_of_teams_has_one_conversation_and_no_slashes(site: Any) -> None:
    someone = visitor(site)
    page = await someone.go(address(left="Ruth", right="Nell"))
    assert [one.text for one in page.all("span", class_="platform")] == ["Slack", "Teams"]
    pane = someone.pane("right")
    assert not [one for one in pane.all("button") if one.text == "Home"]
    assert not pane.all("form", class_="shortcuts")
    assert "/qi" not in pane.one(class_="compose").text
    assert pane.one("input", id="right-text").attrs["placeholder"] == "find sepsis, or just words"
    groups = [one.attrs["label"] for one in page.one("select", id="right-who").all("optgroup")]
    assert groups == [*network.WORKSPACES.values(), *network.TENANTS.values()]


async def test_joining_on_a_card_keeps_what_was_typed(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Joan"))
    await someone.type("left", "join")
    # What Teams' window stops is never sent.
    sent = len(site.web.page.doings[_key("Joan")])
    await someone.press("Join", within="left", fields={"f:line-name": "", "f:line-role": "Assistant <b>nights</b>"})
    card = cards(someone, "left")[-1]
    assert len(site.web.page.doings[_key("Joan")]) == sent
    name = card.one("input", name="f:line-name")
    assert name.attrs["aria-invalid"] == "true"
    assert card.one(id=name.attrs["aria-describedby"].split()[-1]).text == "Please fill this in."
    assert name.attrs["value"] == ""
    assert card.one("input", name="f:line-role").attrs["value"] == "Assistant <b>nights</b>"
    # What the bot finds comes back with the card.
    chosen = card.one("select", name="f:choice-organisation").all("option")[3].attrs["value"]
    wrong: dict[str, str | list[str]] = {
        "f:line-name": "NHS number 943 476 5919",
        "f:choice-organisation": chosen,
        "f:many-topics": ["falls", "sepsis"],
    }
    await someone.press("Join", within="left", fields=wrong)
    again = cards(someone, "left")[-1]
    name = again.one("input", name="f:line-name")
    assert name.attrs["aria-invalid"] == "true"
    assert "look at this again" in again.one(id=name.attrs["aria-describedby"].split()[-1]).text
    assert name.attrs["value"] == "NHS number 943 476 5919"
    assert again.one("input", name="f:line-role").attrs["value"] == "Assistant <b>nights</b>"
    ticked = [one.attrs["value"] for one in again.all("input", name="f:many-topics") if "checked" in one.attrs]
    assert ticked == ["falls", "sepsis"]
    await someone.press("Join", within="left", fields={"f:line-name": "Joan Fletcher"})
    assert "Welcome, Joan Fletcher" in cards(someone, "left")[-1].text
    assert not cards(someone, "left")[-1].all("input", name="f:line-name")


async def test_slack_asks_and_teams_accepts_with_script_off(site: Any) -> None:
    someone = visitor(site)
    await someone.go()
    await someone.type("left", "/qi find end of life")
    await someone.press("Ask for an introduction", within="left")
    await someone.press("Ask", within="left", fields={"f:reason": "We start in March."})
    assert "We start in March." in cards(someone, "right")[-1].text
    await someone.press("Accept", within="right")
    assert "You are introduced to Amina Okafor" in someone.pane("right").text
    assert "You are introduced to Nell Ashworth" in someone.pane("left").text
    # Both ways of the journey are folded away below: what the person's press sent, and what the bot sent.
    did = next(one for one in someone.pane("right").all("article") if "pressed “Accept”" in one.text)
    payload = json.loads(did.one("details", class_="payload").one("code").text)
    assert (payload["type"], payload["name"]) == ("invoke", "adaptiveCard/action")
    told = [one for one in someone.pane("right").all("article") if "You are introduced" in one.text][-1]
    assert any("AdaptiveCard" in one.text for one in told.all("details", class_="payload"))


async def test_two_of_one_workspace_get_a_group_message_as_the_page_says(site: Any) -> None:
    someone = visitor(site)
    page = await someone.go()
    link = next(one for one in page.one("details", id="try").all("a") if one.text == "Show Ines on the right")
    await someone.type("left", "/qi find dementia")
    await someone.press("Ask for an introduction", within="left")
    await someone.press("Ask", within="left", fields={"f:reason": "Nights are hard."})
    await someone.go(link.attrs["href"])
    await someone.press("Accept", within="right")
    for side, other in (("left", "Ines Duarte"), ("right", "Amina Okafor")):
        assert "Amina Okafor and Ines Duarte, meet each other" in someone.last(side).text
        assert f"a group message with {other}" in someone.last(side).text


async def test_teams_asks_and_slack_accepts_with_script_off(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Yusuf", right="Ines"))
    await someone.type("left", "find dementia")
    await someone.press("Ask for an introduction", within="left")
    await someone.press("Ask", within="left", fields={"f:text-reason": "Our crews meet people who are lost."})
    assert "Our crews meet people who are lost." in someone.last("right").text
    await someone.press("Accept", within="right")
    assert "You are introduced to Yusuf Karim" in someone.pane("right").text
    assert "You are introduced to Ines Duarte" in someone.pane("left").text


async def test_a_button_opens_a_window_that_keeps_what_was_typed(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Zainab"))
    await someone.type("left", "projects")
    await someone.press("Register a project", within="left")
    window = someone.pane("left").one(role="dialog")
    assert window.one("h2").text == "Register a project"
    assert "inert" in someone.pane("left").one(data_shell="left").attrs
    # What Teams' window stops, then what the bot finds.
    await someone.press("Register", within="left", fields={"f:line-title": "", "f:text-aim": "A <b>bold</b> aim"})
    window = someone.pane("left").one(role="dialog")
    assert window.one("input", name="f:line-title").attrs["aria-invalid"] == "true"
    assert window.one("textarea", name="f:text-aim").text == "A <b>bold</b> aim"
    await someone.press("Register", within="left", fields={"f:line-title": "NHS number 943 476 5919"})
    window = someone.pane("left").one(role="dialog")
    title = window.one("input", name="f:line-title")
    assert window.one(role="alert").text.startswith("Please look at this again")
    assert "look at this again" in window.one(id=title.attrs["aria-describedby"].split()[-1]).text
    assert title.attrs["value"] == "NHS number 943 476 5919"
    assert window.one("textarea", name="f:text-aim").text == "A <b>bold</b> aim"
    await someone.press("Register", within="left", fields={"f:line-title": "Calm mornings"})
    assert not someone.pane("left").all(role="dialog")
    assert "Calm mornings" in cards(someone, "left")[-1].text
    # The card whose button it was still has it, and a window can be left alone.
    await someone.press("Register a project", within="left")
    await someone.press("Close", within="left")
    assert not someone.pane("left").all(role="dialog")
    assert someone.last("left").text.startswith("Zainab Malik closed “Register a project”")


async def test_a_button_that_asks_first_opens_below_itself(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Daniel"))
    await someone.type("left", "champion")
    asked = cards(someone, "left")[-1].one("details", class_="opens")
    assert asked.one("summary").text == "Stop"
    assert "Take your offer back?" in asked.text
    await someone.press("Yes", within="left")
    assert "You are no longer offered as a champion" in someone.pane("left").text


async def test_what_people_type_is_only_ever_text(site: Any) -> None:
    hostile = '<script>alert(1)</script> "><img src=x onerror=alert(1)> {{ 7*7 }} **x** [a](https://a.example)'
    someone = visitor(site)
    await someone.go(address(left="Marek"))
    await someone.type("left", hostile)
    assert hostile in someone.pane("left").all("article")[-2].text
    await someone.type("left", "project register")
    await someone.press("Register", within="left", fields={"f:line-title": hostile, "f:many-topics": ["sepsis"]})
    assert hostile in cards(someone, "left")[-1].text
    assert not someone.page.one("main").all("script")
    assert not someone.page.one("main").all("img")
    async with site.http.get(site.url + address(left="Marek")) as answer:
        assert "<img" not in await answer.text()


async def test_what_is_gone_is_said_so(site: Any) -> None:
    token, back = site.web.page.token, address(left="Lena").removeprefix("/?")
    for path, data in (
        ("press", {"on": "1500000999999", "press": "0/Accept"}),
        ("press", {"on": site.web.page.got(_key("Lena"))[-1].id, "press": "77/Fly"}),
        ("submit", {"on": "x"}),
        ("close", {"on": "window-1"}),
        ("home", {}),
    ):
        sent = {"token": token, "side": "left", "back": back, **data}
        async with site.http.post(f"{site.url}/{path}", data=sent) as answer:
            assert "That is not there any more" in await answer.text(), path


async def test_the_gallery_shows_every_example_as_a_card(site: Any) -> None:
    page = await visitor(site).go("/gallery?platform=teams")
    assert page.one("nav", class_="platforms").one("a", aria_current="page").text == "Teams"
    articles = {one.attrs["id"]: one for one in page.all("article")}
    for module in features.views:
        name = name_of(module)
        for example in module.EXAMPLES:
            shown = articles[f"{name}-{example}"]
            assert json.loads(shown.one("div", class_="card").attrs["data-card"])["type"] == "AdaptiveCard"
            assert shown.one("fieldset", class_="card-form").text
    assert len(page.all("article")) == sum(len(module.EXAMPLES) for module in features.views)
    assert "[not shown" not in page.text


async def test_the_renderer_is_microsofts_own_with_its_licence_beside_it(site: Any) -> None:
    async with site.http.get(f"{site.url}/static/adaptivecards.min.js") as answer:
        assert hashlib.sha256(await answer.read()).hexdigest() == RENDERER
    async with site.http.get(f"{site.url}/static/adaptivecards.LICENSE.txt") as answer:
        assert "Permission is hereby granted" in await answer.text()


def _key(name: str) -> str:
    one = next(one for one in network.PEOPLE if one.name.startswith(name)).account
    return f"{one.workspace}.{one.id}"
