"""/qi nudges: what is coming, pause, resume, stop, start; and buttons that only their owner may press."""

from datetime import timedelta

import pytest

from qibot.bot import Bot
from qibot.chat.message import Message
from qibot.chat.router import Otherwise, Router
from qibot.clock import SetClock
from qibot.database import Database
from qibot.outbox.commands import commands
from qibot.people.turn import Turn
from tests.cast import AMINA, RUTH, STRANGER
from tests.outbox.scene import CATALOGUE, WEDNESDAY, Scene, london
from tests.talk import Network, Talk


@pytest.fixture
def talk(database: Database, clock: SetClock) -> Network:
    """Conversations with a bot that knows reminders only."""

    async def lost(turn: Turn, words: str, nearest: str) -> Message:
        return Message("I do not know that.")

    router = Router((commands(CATALOGUE),), otherwise=Otherwise(lost), home=lambda turn, parts: Message("qibot"))
    return Network(Bot(database, router, clock))


@pytest.fixture
async def amina(scene: Scene, talk: Network) -> Talk:
    """Amina, whose follow-ups are planned."""
    for who in (AMINA, RUTH):
        await scene.workspace(who.workspace)
        person = await scene.person(who.account, who.workspace)
        if who is AMINA:
            await scene.plan(person, period="2w", due_at=london(2019, 12, 11, 9))
            await scene.plan(person, "tests.news", due_at=london(2020, 1, 8, 9))
            await scene.plan(person, period="0", due_at=WEDNESDAY)
    await scene.worker().run_until_quiet()
    return talk(AMINA)


async def test_what_is_coming_and_why(amina: Talk) -> None:
    await amina.says("nudges")
    assert "Wed 11 Dec: Follow-ups of your pledges" in amina.sees
    assert "Wed 8 Jan 2020: News of the network" in amina.sees


async def test_stop_one_kind_by_name_and_start_it_again(amina: Talk, scene: Scene) -> None:
    await amina.says("nudges stop Follow-ups")
    assert "Stopped: Follow-ups of your pledges" in amina.sees
    await amina.presses("See what is coming")
    assert "Wed 11 Dec" not in amina.sees
    assert "News of the network" in amina.sees
    await scene.run_until(london(2019, 12, 20, 12))
    assert len(scene.postbox.taken) == 1
    await amina.presses("Start: Follow-ups of your pledges")
    assert "Started again: Follow-ups of your pledges" in amina.sees
    await scene.plan((await scene.rows())[0].person_id, period="6w")
    await scene.run_until(london(2019, 12, 20, 13))
    assert len(scene.postbox.taken) == 2


async def test_stop_all_in_one_press_and_start_only_one(amina: Talk) -> None:
    await amina.says("nudges")
    await amina.presses("Stop all")
    await amina.says("nudges")
    assert "Nothing is planned for you" in amina.sees
    assert "Stopped: all reminders" in amina.sees
    await amina.says("nudges start news")
    await amina.says("nudges")
    assert "Stopped: Follow-ups of your pledges." in amina.sees
    assert "Wed 8 Jan 2020: News" in amina.sees
    await amina.says("nudges start")
    await amina.says("nudges")
    assert "Stopped" not in amina.sees


async def test_words_that_name_no_kind_are_asked_about(amina: Talk) -> None:
    await amina.says("nudges stop parking")
    assert "Which reminders do you mean by “parking”?" in amina.sees
    await amina.presses("nudges stop news of the network")
    assert "Stopped: News of the network" in amina.sees


async def test_pause_until_a_day_and_resume(amina: Talk, scene: Scene) -> None:
    await amina.says("nudges pause in 3 weeks")
    assert "Paused until Wed 18 Dec" in amina.sees
    await amina.presses("See what is coming")
    assert "Reminders are paused until Wed 18 Dec." in amina.sees
    assert "Wed 18 Dec: Follow-ups" in amina.sees
    await amina.presses("Resume")
    await amina.presses("See what is coming")
    assert "Wed 11 Dec: Follow-ups" in amina.sees
    for words in ("27/11/2019", "1 january 2022"):
        await amina.says(f"nudges pause {words}")
        assert "A pause" in amina.sees


async def test_the_buttons_of_a_nudge(amina: Talk, scene: Scene) -> None:
    nudge = scene.postbox.taken[0].message
    await amina.presses("Remind me in a week", on=nudge)
    assert "I will remind you on Wed 4 Dec" in amina.sees
    assert not amina.message.beside
    await scene.run_until(london(2019, 12, 4, 12))
    assert [t.at for t in scene.postbox.taken] == [WEDNESDAY, london(2019, 12, 4, 9)]
    await amina.presses("Stop these", on=nudge)
    assert "Stopped: Follow-ups of your pledges" in amina.sees
    assert amina.message.beside
    await scene.run_until(london(2019, 12, 20, 12))
    assert len(scene.postbox.taken) == 2


@pytest.mark.parametrize("label", ["Remind me in a week", "Stop these"])
async def test_nobody_presses_another_s_button(amina: Talk, talk: Network, scene: Scene, label: str) -> None:
    nudge = scene.postbox.taken[0].message
    await talk(RUTH).presses(label, on=nudge)
    assert "I could not find that reminder" in talk(RUTH).sees
    await talk(STRANGER).presses(label, on=nudge)
    assert "You have not joined the network yet" in talk(STRANGER).sees
    await amina.presses_raw("outbox.stop", {"kind": "tests.answer"})
    assert "I do not send reminders of that kind" in amina.sees
    await scene.run_until(WEDNESDAY + timedelta(days=60))
    assert len(scene.postbox.taken) == 3
