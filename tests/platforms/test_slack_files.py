"""Files sent to the bot in Slack: fetched from Slack alone, from those who may send one, and not beyond a size."""

import aiohttp
import pytest

from qibot.demo.slack_server import Seen, User
from qibot.demo.world import World
from qibot.errors import Refused
from qibot.platforms.slack import calls
from tests.cast import AMINA, OWEN
from tests.logbook import Logbook
from tests.platforms.conftest import ON_SQLITE, Users

pytestmark = ON_SQLITE
PROJECTS = b"title,organisation\nFewer falls at night,RD8\n"
SECRET = b"title,organisation\nsecretword943,RD8\n"


async def organiser(wire: World, user: Users) -> User:
    """Owen, who has joined."""
    owen = user(OWEN)
    view = (await wire.slack.slash(owen, "join")).opened
    assert view is not None
    chosen = {"Where you work": "Bedfordshire Hospitals NHS Foundation Trust"}
    await wire.slack.submit(owen, view, chosen)
    await wire.settle()
    return owen


async def shares(wire: World, who: User, content: bytes, *, name: str = "list.csv", address: str = "") -> Seen:
    seen = await wire.slack.share(who, name, content, address=address)
    await wire.settle()
    return seen


def told(wire: World, who: User) -> str:
    """The last that the bot said."""
    return wire.slack.inbox(who)[-1].shown


async def test_an_organisers_file_becomes_a_look_and_then_projects(wire: World, user: Users) -> None:
    owen = await organiser(wire, user)
    await shares(wire, owen, PROJECTS)
    look = wire.slack.inbox(owen)[-1]
    assert "1 project to import" in look.shown
    await wire.slack.press(owen, look, "Yes, import 1")
    await wire.settle()
    assert "1 project imported" in told(wire, owen)
    assert len(wire.slack.fetched) == 1
    seen = await wire.slack.slash(owen, "project export")
    await wire.settle()
    assert "1 project, as you may see them" in seen.messages[0].shown
    (made,) = [f for f in wire.slack.files.values() if f.name == "projects.csv"]
    assert (made.content or b"").startswith(b"\xef\xbb\xbftitle,")
    assert b"Fewer falls at night" in (made.content or b"")


async def test_nobody_elses_file_is_fetched(wire: World, user: Users, logged: Logbook) -> None:
    await shares(wire, user(AMINA), SECRET, name="secretword943.csv")
    assert "You have not joined the network yet." in told(wire, user(AMINA))
    assert wire.slack.fetched == []
    assert "secretword943" not in logged()


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/list.csv",
        "http://files.slack.com/list.csv",
        "https://files.slack.com.elsewhere.example/list.csv",
        "https://files.slack.com:8443/list.csv",
        "https://me@elsewhere.example/files.slack.com",
        "file:///etc/passwd",
        "//",
    ],
)
async def test_a_file_that_is_kept_elsewhere_is_not_asked_for(wire: World, user: Users, address: str) -> None:
    owen = await organiser(wire, user)
    await shares(wire, owen, PROJECTS, address=address)
    assert "I can only read files that are kept in this workspace." in told(wire, owen)
    for base in ("https://slack.com/api/", "https://slack-gov.com/api/"):
        assert not calls._is_slacks(address, base)
    assert calls._is_slacks("https://files.slack.com/files-pri/T1-F1/download/list.csv", "https://slack.com/api/")


async def test_a_file_that_is_too_large_is_not_read_whatever_its_size_is_said_to_be(
    wire: World, user: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    owen = await organiser(wire, user)
    monkeypatch.setattr(calls, "LARGEST", 40)
    await shares(wire, owen, PROJECTS)
    assert "That file has more than" in told(wire, owen)
    assert wire.slack.fetched == []
    assert wire.house.slack is not None
    async with aiohttp.ClientSession() as session:
        client = wire.house.slack.adapter.web_client(wire.slack.workspaces[owen.team_id].bot_token)
        (file,) = wire.slack.files
        with pytest.raises(Refused, match="That file has more than"):
            await calls.download(client, session, f"{wire.slack.base_url}/files/{file}")


async def test_without_the_permission_the_organiser_hears_what_to_do(wire: World, user: Users) -> None:
    owen = await organiser(wire, user)
    token = wire.slack.tokens[wire.slack.workspaces[owen.team_id].bot_token]
    token.scopes = tuple(scope for scope in token.scopes if scope != "files:read")
    await shares(wire, owen, PROJECTS)
    assert "I may not read files in this workspace yet." in told(wire, owen)


async def test_what_is_no_table_is_a_sentence(wire: World, user: Users, logged: Logbook) -> None:
    owen = await organiser(wire, user)
    await shares(wire, owen, b"\x89PNG\r\n\x1a\n\x00secretword943", name="photo.png")
    assert "That file is no table that I can read." in told(wire, owen)
    assert "secretword943" not in logged()


async def test_a_picture_is_uploaded_with_its_words_for_whoever_does_not_see_it(wire: World, user: Users) -> None:
    owen = await organiser(wire, user)
    view = (await wire.slack.slash(owen, "project register Falls")).opened
    assert view is not None
    await wire.slack.submit(owen, view, {})
    await wire.settle()
    view = (await wire.slack.slash(owen, "drivers edit #1")).opened
    assert view is not None
    await wire.slack.submit(owen, view, {"Aim, drivers and ideas": "Fewer falls\n- Light\n-- Lamps"})
    await wire.settle()
    await wire.slack.slash(owen, "drivers picture #1")
    await wire.settle()
    (made,) = [f for f in wire.slack.files.values() if f.name == "driver-diagram-1.png"]
    assert (made.content or b"").startswith(b"\x89PNG")
    (call,) = [c for c in wire.slack.calls if c.method == "files.getUploadURLExternal"]
    assert call.args["alt_txt"] == "Fewer falls\n  Light\n    Lamps"
