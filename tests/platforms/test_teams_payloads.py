"""Activities of the shapes that Teams sends, with invented ids; and the same with pieces missing and exchanged.

Whatever is signed and sent: no fault of ours, nothing of the inside shown.
"""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from qibot.platforms.teams.conversations import TeamsConversation
from tests.platforms.conftest import ON_SQLITE
from tests.platforms.teams_scene import CHANNEL, GROUP, LUTON, TEAM, Scene, scene, tenant

__all__ = ["scene"]
pytestmark = ON_SQLITE
RECORDED = {p.stem.removeprefix("teams_"): p for p in sorted((Path(__file__).parent / "payloads").glob("teams_*.json"))}
ANSWERED = {
    "message_personal": "Topics near",
    "message_channel": "Topics near",
    "message_targeted": "Topics near",
    "message_submit": "Topics near",
    "invoke_button": "Topics near",
    "invoke_form": "Welcome, Nadia Rahman",
    "invoke_refresh": "What I can do",
    "task_fetch": "Your name",
    "task_submit": "Welcome, Nadia Rahman",
    "installation_add": "I connect people",
    "conversation_added": "I connect people",
}
ODD: tuple[Any, ...] = (None, "", "x", 7, True, [], {}, ["x"], {"id": 7}, "\x00", "é" * 300)


def recorded(name: str, scene: Scene) -> dict[str, Any]:
    """An activity, in the stand-in's own places and by its own person."""
    text = RECORDED[name].read_text(encoding="utf-8")
    activity: dict[str, Any] = json.loads(text)
    personal = scene.teams.personal(scene.nadia).id
    activity["serviceUrl"] = tenant(scene.teams)
    activity["from"]["id"] = scene.nadia.id
    if activity["conversation"]["conversationType"] == "personal":
        activity["conversation"]["id"] = personal
    return activity


async def send(scene: Scene, activity: dict[str, Any]) -> tuple[int | None, str]:
    """The status, and everything that was answered or said because of it."""
    before = len(scene.teams.calls)
    answer = await scene.teams.deliver(activity)
    await scene.quiet()
    said = [call.args for call in scene.teams.calls[before:]]
    return answer.status, json.dumps([answer.body, said], ensure_ascii=False)


async def test_each_is_taken_and_answered_where_an_answer_is_due(scene: Scene) -> None:
    scene.team()
    for number, name in enumerate(RECORDED):
        if name in ("task_submit", "installation_remove"):
            # Its effect would hide that of another.
            continue
        activity = recorded(name, scene)
        activity["id"] += f"/{number}"
        scene.teams.thread(scene.teams.tenants[LUTON].teams[TEAM], CHANNEL, "1574848800000")
        status, said = await send(scene, activity)
        assert status == 200, name
        if name == "installation_add":
            # The conversation has begun already, and a welcome is said once.
            assert "I connect people" not in said
        elif name in ANSWERED:
            assert ANSWERED[name] in said, name
        else:
            assert "AdaptiveCard" not in said, name


@pytest.mark.parametrize("name", ["task_submit", "installation_add", "installation_remove"])
async def test_each_of_these_alone(scene: Scene, name: str) -> None:
    status, said = await send(scene, recorded(name, scene))
    assert status == 200
    assert ANSWERED.get(name, "") in said


def spoilt(activity: dict[str, Any], choice: random.Random) -> Iterator[dict[str, Any]]:
    """The activity with each of its pieces taken out, and with each exchanged for something odd."""
    for path in paths(activity):
        if path[0] in ("serviceUrl", "channelId", "type"):
            continue
        for odd in (..., choice.choice(ODD)):
            made = copy.deepcopy(activity)
            inside: Any = made
            for step in path[:-1]:
                inside = inside[step]
            if odd is ...:
                del inside[path[-1]]
            else:
                inside[path[-1]] = odd
            yield made


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in pairs:
        yield (*at, key)
        yield from paths(inside, (*at, key))


@pytest.mark.parametrize("name", list(RECORDED))
async def test_spoilt_ones_are_no_fault_of_ours(scene: Scene, name: str) -> None:
    scene.teams.add_group_chat(LUTON, GROUP, "Planning", [scene.nadia])
    for number, activity in enumerate(spoilt(recorded(name, scene), random.Random(name))):
        if isinstance(activity.get("id"), str):
            activity["id"] += f"/{number}"
        status, said = await send(scene, activity)
        assert status == 200, activity
        assert "Something went wrong" not in said, activity
        assert "Traceback" not in said
    # What was asked of Teams in a place that there is not, is none of the stand-in's business here.
    scene.teams.problems.clear()
    async with scene.wire.house.database.transaction() as db:
        await db.execute(delete(TeamsConversation))
