"""How people get to the bot: the address of each platform, learnt from what comes in, and the picture of all."""

import io

import pytest
from PIL import Image
from sqlalchemy import select, update

from qibot.clock import SetClock
from qibot.demo.slack_server import User
from qibot.demo.teams_server import TeamsUser
from qibot.demo.world import World
from qibot.people.models import Person, Workspace
from qibot.platforms.slack.installations import front_door as slack_door
from qibot.platforms.teams import replies
from qibot.platforms.teams.activities import front_door as teams_door
from tests.cast import AMINA, BEDS, MK, OWEN, TOMASZ
from tests.platforms.conftest import ON_SQLITE, Users
from tests.platforms.teams_scene import LUTON, Scene, held, scene

__all__ = ["held", "scene"]

OPEN = "https://slack.com/app_redirect?app=A00000001"


async def known(wire: World) -> dict[str, str]:
    """The address that is kept of each workspace."""
    async with wire.house.database.transaction(reading=True) as db:
        return {one.key: one.opens for one in await db.scalars(select(Workspace))}


async def forgotten(wire: World) -> None:
    """As it is for whoever was installed before addresses were kept."""
    async with wire.house.database.transaction() as db:
        await db.execute(update(Workspace).values(opens=""))


async def joined(wire: World, who: User) -> None:
    view = (await wire.slack.slash(who, "join")).opened
    assert view is not None
    await wire.slack.submit(who, view, {"Where you work": "Bedfordshire Hospitals NHS Foundation Trust"})
    await wire.settle()


@pytest.mark.parametrize(
    ("app", "key", "address"),
    [
        ("A00000001", "T0MK", f"{OPEN}&team=T0MK"),
        ("A00000001", "E0GRID", OPEN),
        ("", "T0MK", ""),
        ("A1&team=T9", "T0MK", ""),
        ("A1", "", ""),
        ("A" * 300, "T0MK", ""),
    ],
)
def test_slack_s_address_opens_the_app_where_it_is_installed(app: str, key: str, address: str) -> None:
    assert slack_door(app, key) == address


@pytest.mark.parametrize("bot", ["", "29:1abc", "28:a&users=b", "28:" + "a" * 300, "28:"])
def test_only_a_bot_s_id_becomes_an_address_of_teams(bot: str) -> None:
    assert teams_door(bot) == ""
    assert "users=28:3f25-04e0&" in teams_door("28:3f25-04e0")


@ON_SQLITE
async def test_installing_says_where_the_app_is_and_so_does_whoever_speaks_later(wire: World, user: Users) -> None:
    doors = {MK: f"{OPEN}&team={MK}", BEDS: f"{OPEN}&team={BEDS}"}
    assert await known(wire) == doors
    await forgotten(wire)
    await wire.slack.slash(user(AMINA), "help")
    await wire.slack.open_home(user(TOMASZ))
    await wire.settle()
    assert await known(wire) == doors
    # Once it is kept nobody is asked about again.
    asked = [c.method for c in wire.slack.calls].count("users.info")
    await wire.slack.slash(user(AMINA), "help")
    await wire.settle()
    assert [c.method for c in wire.slack.calls].count("users.info") == asked


@ON_SQLITE
async def test_slack_gets_the_picture_as_a_file_and_the_links_in_words(wire: World, user: Users) -> None:
    owen = user(OWEN)
    await joined(wire, owen)
    view = (await wire.slack.slash(owen, "event create")).opened
    assert view is not None
    await wire.slack.submit(owen, view, {"Title": "Improving together", "Day": "2019-11-27", "Join code": "QI27"})
    await wire.settle()
    shown = (await wire.slack.slash(owen, "event qr QI27")).messages[-1].shown
    await wire.settle()
    assert f"{OPEN}&team={MK}" in shown
    assert f"{OPEN}&team={BEDS}" in shown
    (made,) = [f for f in wire.slack.files.values() if f.name == "join-QI27.png"]
    assert Image.open(io.BytesIO(made.content or b"")).width == 1000
    (call,) = [c for c in wire.slack.calls if c.method == "files.getUploadURLExternal"]
    assert "Join code: QI27" in call.args["alt_txt"]


async def organises(scene: Scene, who: TeamsUser, clock: SetClock) -> None:
    """They have joined, are an organiser, and made an event."""
    await scene.joins(who)
    async with scene.wire.house.database.transaction() as db:
        await db.execute(update(Person).values(is_organiser=True))
    form = (await scene.says(who, "event create")).messages[-1]
    await scene.teams.fill(
        who, form, {"Title": "Improving together", "Day": "2019-11-27", "Join code": "QI27"}, "Create"
    )
    await scene.quiet()


@ON_SQLITE
async def test_teams_gets_the_picture_in_a_message_and_a_link_with_the_words(scene: Scene, clock: SetClock) -> None:
    await organises(scene, scene.nadia, clock)
    await scene.says(scene.nadia, "event qr QI27")
    await scene.quiet()
    answer, picture, words = scene.from_bot(scene.nadia)[-3:]
    link = f"https://teams.microsoft.com/l/chat/0/0?users={scene.teams.bot_id}&message=event%20join%20QI27"
    assert link in answer.shown
    assert picture.picture is not None
    name, data = picture.picture
    assert name == "join-QI27.png"
    assert Image.open(io.BytesIO(data)).width == 1000
    assert "Join code: QI27" in words.shown
    # What the link has typed already is what joins.
    await scene.says(scene.nadia, "event join QI27")
    assert "You are in: Improving together" in scene.from_bot(scene.nadia)[-1].shown
    assert (await known(scene.wire))[LUTON] == link.replace("event%20join%20QI27", "{words}")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(8) + bytes((0, 0, 4, 0)) * 2, True),
        (b"\x89PNG\r\n\x1a\n" + bytes(8) + bytes((0, 0, 4, 1, 0, 0, 1, 0)), False),
        (b"\x89PNG\r\n\x1a\n" + bytes(8) + bytes((0, 0, 4, 0)) * 300_000, False),
        (b"\x89PNG", False),
        (b"PK", False),
        (b"", False),
    ],
)
def test_a_picture_that_teams_would_not_show_is_words_alone(data: bytes, shown: bool) -> None:
    assert replies._is_picture(data) is shown
