"""The demo's page without a browser: forms, redirects, and what it refuses."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from qibot import features
from qibot.clock import LONDON
from qibot.demo import network
from qibot.demo.page_gallery import name_of
from qibot.demo.page_guard import POLICY
from qibot.demo.page_web import Web
from qibot.demo.run import demo, refuse_real
from qibot.demo.slack_server import serving
from qibot.errors import Refused
from qibot.hours import is_working_moment
from tests.demo.site import Visitor

# One network for all of them, because inventing it takes a second or two; each test takes people of its own.
pytestmark = pytest.mark.asyncio(loop_scope="module")
EVENT_MORNING = datetime(2019, 11, 27, 10, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[SimpleNamespace]:
    """The demo on loopback, its page behind `web`."""
    async with demo(EVENT_MORNING) as (url, web), aiohttp.ClientSession() as http:
        yield SimpleNamespace(url=url, web=web, http=http)
        assert web.page.problems() == []


def visitor(site: Any) -> Visitor:
    return Visitor(site.http, site.url)


def address(**sides: str) -> str:
    """The address that shows these people, by their first names: `left="Ruth"`."""
    keys = {one.name.split()[0]: f"{one.account.workspace}.{one.account.id}" for one in network.PEOPLE}
    return "/?" + "&".join(f"{side}={keys[name]}" for side, name in sides.items())


async def test_it_begins_with_slack_and_teams_side_by_side_and_says_what_it_is(site: Any) -> None:
    page = await visitor(site).go()
    assert [h.text for h in page.all("h2")] == ["Left: Amina Okafor", "Right: Nell Ashworth"]
    assert [one.text for one in page.all("span", class_="platform")] == ["Slack", "Teams"]
    assert "A demonstration with invented people. Not an NHS service. Runs only on this machine." in page.text
    assert "Wed 27 Nov 2019, 10:00" in page.one(id="clock").text
    assert len(page.one("select", id="left-who").all("option")) == len(network.PEOPLE)


async def test_a_command_is_answered_with_both_payloads_folded_below(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Callum"))
    await someone.type("left", "/qi find sepsis")
    typed, answer = someone.pane("left").all("article")[-2:]
    assert "Callum Reid typed /qi find sepsis" in typed.text
    assert '"text": "find sepsis"' in typed.one("details", class_="payload").text
    assert "only you can see this" in answer.text
    assert "Tomasz Nowak" in answer.text
    folded = answer.one("details", class_="payload")
    assert "open" not in folded.attrs
    assert '"response_type": "ephemeral"' in folded.text


async def test_words_without_a_slash_reach_the_bot_and_another_slash_does_not(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Leo"))
    await someone.type("left", "topics sepsis")
    assert "topics sepsis" in someone.pane("left").all("article")[-2].text
    assert "Topics near" in someone.last("left").text
    before = len(someone.pane("left").all("article"))
    await someone.type("left", "/remind me")
    assert "/remind is no command here" in someone.page.one(class_="news").text
    assert len(someone.pane("left").all("article")) == before


async def test_joining_keeps_what_was_typed_when_a_field_needs_another_look(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Sam"))
    await someone.type("left", "/qi join")
    window = someone.pane("left").one(role="dialog")
    assert "inert" in someone.pane("left").one(class_="shell").attrs
    chosen = window.one("select", name="f:organisation").all("option")[3].attrs["value"]
    wrong: dict[str, str | list[str]] = {
        "f:name": "NHS number 943 476 5919",
        "f:role": "Porter <b>nights</b>",
        "f:organisation": chosen,
        "f:topics": ["falls", "sepsis"],
    }
    await someone.press("Join", within="left", fields=wrong)
    again = someone.pane("left").one(role="dialog")
    name = again.one("input", name="f:name")
    assert name.attrs["aria-invalid"] == "true"
    beside = again.one(id=name.attrs["aria-describedby"].split()[-1])
    assert "patient" in beside.text.lower() or "nhs number" in beside.text.lower()
    assert name.attrs["value"] == "NHS number 943 476 5919"
    assert again.one("input", name="f:role").attrs["value"] == "Porter <b>nights</b>"
    assert [t.attrs["value"] for t in again.all("input", name="f:topics") if "checked" in t.attrs] == [
        "falls",
        "sepsis",
    ]
    await someone.press("Join", within="left", fields={"f:name": "Sam Whitlock"})
    assert not someone.pane("left").all(role="dialog")
    assert "Welcome, Sam Whitlock" in someone.last("left").text


async def test_what_slack_itself_asks_for_is_said_beside_the_field(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(right="Nadia"))
    await someone.type("right", "/qi join")
    await someone.press("Join", within="right", fields={"f:name": "", "f:organisation": ""})
    errors = [e.text for e in someone.pane("right").all(class_="error")]
    assert errors == ["Please complete this required field."] * 2
    await someone.press("Cancel", within="right")
    assert not someone.pane("right").all(role="dialog")


async def test_two_people_are_introduced_with_script_off(site: Any) -> None:
    someone = visitor(site)
    await someone.go()
    await someone.type("left", "/qi find sepsis")
    # The last of the buttons is that of Samuel, who is asked before his name is shown.
    await someone.press("Ask for an introduction", within="left")
    await someone.press("Ask", within="left", fields={"f:reason": "We start in March."})
    assert "I have passed it on" in someone.last("left").text
    await someone.go(address(left="Amina", right="Samuel"))
    assert "We start in March." in someone.last("right").text
    await someone.press("Accept", within="right")
    assert "You are introduced to Amina Okafor" in someone.pane("right").text
    # They share a workspace, so what tells her is a message to both.
    for side, other in (("left", "Samuel Osei"), ("right", "Amina Okafor")):
        assert "Amina Okafor and Samuel Osei, meet each other" in someone.last(side).text
        assert f"a group message with {other}" in someone.last(side).text


async def test_a_button_that_asks_first_has_a_second_step(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Rosa"))
    await someone.type("left", "/qi champion")
    await someone.press("Stop…", within="left")
    asked = someone.pane("left").one(role="alertdialog")
    assert "Take your offer back?" in asked.text
    await someone.press("No, go back", within="left")
    assert not someone.pane("left").all(role="alertdialog")
    await someone.press("Stop…", within="left")
    await someone.press("Yes", within="left")
    assert "You are no longer offered as a champion" in someone.last("left").text


async def test_home_and_shortcut(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Grace"))
    await someone.press("Home", within="left")
    home = someone.pane("left").one(role="region")
    assert "Hello Grace Adeyemi" in home.text
    assert "Switch sooner" in home.text
    await someone.press("Shortcut: Register a project", within="left")
    assert someone.pane("left").one(role="dialog").one("h2").text == "Register a project"
    await someone.press("Cancel", within="left")
    await someone.press("What can you do?", within="left")
    assert "What I can do" in someone.last("left").text


async def test_each_is_offered_only_what_they_may_use(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Nadia", right="Owen"))
    stranger, organiser = (someone.pane(side).one("details", class_="commands").text for side in ("left", "right"))
    assert "/qi join" in stranger
    assert "/qi champion join" not in stranger
    assert "/qi event create" not in stranger
    assert "/qi event create" in organiser


async def test_a_command_that_needs_words_begins_the_line(site: Any) -> None:
    someone = visitor(site)
    page = await someone.go(address(right="Tomasz"))
    link = next(a for a in page.one("section", id="right").all("a") if a.text.startswith("/qi find"))
    await someone.go(link.attrs["href"])
    assert someone.pane("right").one("input", id="right-text").attrs["value"] == "/qi find "
    assert someone.pane("left").one("h2").text == "Left: Amina Okafor"


async def test_a_report_can_be_kept_as_a_file(site: Any) -> None:
    someone = visitor(site)
    await someone.go(address(left="Owen"))
    await someone.type("left", f"/qi event report {network.CODE}")
    link = someone.pane("left").one("p", class_="file").one("a")
    async with site.http.get(site.url + link.attrs["href"]) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.content_type == "text/plain"
        assert "We all have the same problem with the first hour" in await answer.text()


async def test_what_people_type_is_only_ever_text(site: Any) -> None:
    hostile = '<script>alert(1)</script> <!channel> "><img src=x onerror=alert(1)> {{ 7*7 }} *x* <@U0OWEN>'
    someone = visitor(site)
    await someone.go(address(left="Kofi"))
    await someone.type("left", hostile)
    said = someone.pane("left").all("article")[-2]
    assert hostile in said.text
    assert not said.all("script")
    assert not said.all("img")
    await someone.type("left", f"/qi project register {hostile}")
    await someone.press("Register", within="left")
    assert hostile in someone.last("left").text
    assert not someone.page.one("main").all("script")
    async with site.http.get(site.url + address(left="Kofi")) as answer:
        html = await answer.text()
    assert "<img" not in html
    assert "onerror=alert(1)>" not in html


async def test_the_clock_stops_where_the_next_message_is_due(site: Any) -> None:
    someone, clock = visitor(site), site.web.page.world.clock
    await someone.go()
    before = clock.now()
    await someone.press("To the next nudge", within="clock")
    assert clock.now() > before
    assert is_working_moment(clock.now())
    news = someone.page.one(class_="news")
    assert "went out" in news.text
    shown = next(a for a in news.all("a") if a.text.startswith("show left"))
    name = shown.text.removeprefix("show left the messages of ").strip()
    await someone.go(shown.attrs["href"])
    assert someone.pane("left").one("h2").text == f"Left: {name}"
    assert clock.now().astimezone(LONDON).strftime("%H:%M") in someone.last("left").text


async def test_time_goes_by_step_by_step_and_nights_stay_quiet(site: Any) -> None:
    someone, page = visitor(site), site.web.page
    await someone.go()
    start = page.world.clock.now()
    known = {(key, one.id) for key in page.people for one in page.got(key)}
    await someone.press("+7 days", within="clock")
    assert page.world.clock.now() >= start + timedelta(days=7)
    sent = [one.at for key in page.people for one in page.got(key) if (key, one.id) not in known]
    assert len({at.date() for at in sent}) > 1
    assert all(is_working_moment(at) for at in sent)
    await someone.press("+1 hour", within="clock")
    await someone.press("+1 day", within="clock")
    assert page.world.clock.now() >= start + timedelta(days=8, hours=1)


async def test_the_gallery_shows_every_example_of_every_feature(site: Any) -> None:
    page = await visitor(site).go("/gallery")
    articles = {one.attrs["id"]: one for one in page.all("article")}
    for module in features.views:
        name = name_of(module)
        for example in module.EXAMPLES:
            shown = articles[f"{name}-{example}"]
            assert shown.one("details", class_="payload").one("pre").text.startswith("{")
    assert len(page.all("article")) == sum(len(module.EXAMPLES) for module in features.views)
    assert "[not shown" not in page.text


async def test_every_answer_carries_the_policy_and_no_inline_script_or_style(site: Any) -> None:
    for path in ("/", "/gallery", "/gallery?platform=teams", "/static/cards.js", "/nowhere"):
        async with site.http.get(site.url + path) as answer:
            assert answer.headers["Content-Security-Policy"] == POLICY
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            html = await answer.text()
        if path.startswith(("/?", "/gallery")) or path == "/":
            assert " style=" not in html
            assert "<style" not in html
            assert " onclick=" not in html
            assert "https://" not in html.replace("https://qibot.example", "").split("<main")[0]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1.evil.example:{port}", ""]
)
async def test_another_host_is_refused(site: Any, host: str) -> None:
    port = site.url.rsplit(":", 1)[1]
    async with site.http.get(site.url, headers={"Host": host.format(port=port)}) as answer:
        assert answer.status in (400, 421)


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({}, False),
    ],
)
async def test_a_form_from_elsewhere_is_refused(site: Any, headers: dict[str, str], token: bool) -> None:
    before = site.web.page.world.clock.now()
    data = {"step": "day", "token": site.web.page.token if token else "guessed", "back": ""}
    async with site.http.post(f"{site.url}/clock", data=data, headers=headers) as answer:
        assert answer.status == 403
    assert site.web.page.world.clock.now() == before


async def test_odd_forms_are_refused_kindly(site: Any) -> None:
    token = site.web.page.token
    for path, data in (
        ("clock", {"step": "year"}),
        ("type", {"side": "middle", "text": "x"}),
        ("shortcut", {"side": "left"}),
    ):
        async with site.http.post(f"{site.url}/{path}", data={"token": token, **data}) as answer:
            assert answer.status == 400
    async with site.http.post(f"{site.url}/press", data={"token": token, "side": "left", "on": "x"}) as answer:
        assert "That is not there any more" in await answer.text()
    async with site.http.post(f"{site.url}/type", data={"token": token, "text": "x" * 300_000}) as answer:
        assert answer.status == 413


async def test_a_change_is_told_to_whoever_listens(site: Any) -> None:
    async with site.http.get(f"{site.url}/events") as events:
        assert events.content_type == "text/event-stream"
        assert (await events.content.readline()).startswith(b"retry")
        await site.web.page.type(f"{network.MK}.U0JONAS", "/qi help")
        async with asyncio.timeout(5):
            while (line := await events.content.readline()) != b"data: changed\n":
                assert line in (b"\n", b"retry: 2000\n")


@pytest.mark.parametrize(
    "name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "slack_client_secret", "TEAMS_CLIENT_SECRET", "QIBOT_DATABASE_URL"]
)
async def test_a_real_workspace_or_database_is_never_touched(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        refuse_real({name: "something"}, tmp_path / ".env")
    assert refused.value.sentence == "The demo never touches a real workspace or database."
    assert name.upper() in refused.value.next_step
    (tmp_path / ".env").write_text(f"{name}=something\n")
    with pytest.raises(Refused):
        refuse_real({}, tmp_path / ".env")
    (tmp_path / ".env").write_text(f"{name}=\n")
    refuse_real(os.environ, tmp_path / ".env")


async def test_a_taken_port_is_no_reason_to_stop(site: Any) -> None:
    from qibot.demo import run

    other = Web(site.web.page)
    async with serving(other.app) as taken:
        port = int(taken.rsplit(":", 1)[1])
        async with run._serving(other, port) as url:
            assert url != taken


async def test_the_command_starts_says_where_and_stops_when_asked(tmp_path: Path) -> None:
    here: dict[str, Any] = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}}
    command = (sys.executable, "-m", "qibot", "demo", "--no-browser", "--port", "8700")
    running = await asyncio.create_subprocess_exec(*command, **here, stdout=PIPE, stderr=PIPE)
    assert running.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while "Stop it with Ctrl-C" not in said:
            line = await running.stdout.readline()
            assert line, said
            said += line.decode()
    url = next(word for word in said.split() if word.startswith("http://127.0.0.1:"))
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 200
    running.send_signal(signal.SIGINT)
    rest, complaints = await running.communicate()
    assert (running.returncode, rest.decode().strip(), complaints.decode()) == (0, "Stopped.", "")
    assert list(tmp_path.iterdir()) == []


async def test_the_command_refuses_real_tokens_in_a_sentence(tmp_path: Path) -> None:
    here: dict[str, Any] = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}}
    here["env"]["SLACK_BOT_TOKEN"] = "xoxb-real"
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "qibot", "demo", "--no-browser", **here, stdout=PIPE, stderr=PIPE
    )
    said, complaints = await running.communicate()
    assert running.returncode == 1
    assert said == b""
    assert complaints.decode().startswith("The demo never touches a real workspace or database. Please unset SLACK_BOT")
    assert "xoxb-real" not in complaints.decode()


async def test_the_first_morning_is_a_working_one() -> None:
    saturday = datetime(2019, 11, 30, 15, tzinfo=UTC)
    assert network.first_morning(saturday) == datetime(2019, 12, 2, 10, tzinfo=UTC)
    assert network.first_morning(EVENT_MORNING + timedelta(hours=9)) == EVENT_MORNING
