"""Stalls: opened, listed, asked at with consent, and passed on once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from qibot.clock import SetClock
from qibot.database import Database
from qibot.introductions.stalls.models import StallHello
from qibot.outbox.models import Delivery
from qibot.outbox.worker import Worker
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.champions.scene import offer
from tests.events.meeting import hold
from tests.talk import Network

NEXT_MORNING = datetime(2019, 11, 28, 9, 0, tzinfo=UTC)
NUMBER = "the patient is 943 476 5919"


async def open_stall(talk: Network, who: Character, title: str = "Huddle boards", **about: str) -> None:
    """Somebody opens a stall."""
    await talk(who).says(f"stall {title}")
    await talk(who).fills(**about)
    assert f"Your stall is open: {title}" in talk(who).sees


async def ask(talk: Network, who: Character, nth: int = 0) -> None:
    """Somebody asks at a stall, and agrees."""
    await talk(who).says("stalls")
    await talk(who).presses("Tell me more", nth=nth)
    await talk(who).presses("Yes, pass it on")
    assert "will hear of you" in talk(who).sees


async def hellos(database: Database) -> int:
    """How many wait."""
    async with database.transaction(reading=True) as db:
        return await db.scalar(select(func.count()).select_from(StallHello)) or 0


async def test_the_holder_gets_one_message_on_the_next_working_morning(
    talk: Network, worker: Worker, clock: SetClock, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA)
    await open_stall(talk, AMINA, about="Three of ours, to touch")
    await open_stall(talk, AMINA, "Sepsis trolley")
    for who, nth in ((TOMASZ, 0), (PRIYA, 0), (PRIYA, 0)):
        await ask(talk, who, nth)
    clock.set(NEXT_MORNING - timedelta(seconds=1))
    await worker.run_until_quiet()
    assert not talk(AMINA).inbox
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    clock.set(NEXT_MORNING + timedelta(days=5))
    await worker.run_until_quiet()
    (told,) = talk(AMINA).inbox
    assert told.title == "3 people would like to know more about your stall"
    seen = talk(AMINA).reads().sees
    assert seen.index("Huddle boards") < seen.index("Tomasz Nowak, Consultant nurse") < seen.index("Sepsis trolley")
    assert f"Contact: {TOMASZ.email}" in seen
    assert not talk(TOMASZ).inbox
    assert await hellos(database) == 0, "what was passed on is kept no longer"


async def test_what_will_be_passed_on_is_seen_first_and_nothing_passes_by_looking(
    talk: Network, worker: Worker, clock: SetClock, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await open_stall(talk, AMINA, about="Three of ours, to touch")
    tomasz = talk(TOMASZ)
    await tomasz.says("stalls")
    assert "Huddle boards\nThree of ours, to touch\nAmina Okafor, Ward sister, " in tomasz.sees
    await tomasz.presses("Tell me more")
    assert "Shall I tell Amina Okafor that you would like to know more?" in tomasz.sees
    for line in ("Name: Tomasz Nowak", "Role: Consultant nurse", f"Contact: {TOMASZ.email}", "on Thu 28 Nov"):
        assert line in tomasz.sees
    assert await hellos(database) == 0
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    assert not talk(AMINA).inbox


async def test_pressing_twice_asks_once_and_it_can_be_taken_back_until_it_is_passed_on(
    talk: Network, worker: Worker, clock: SetClock, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA)
    await open_stall(talk, AMINA)
    await ask(talk, TOMASZ)
    await talk(TOMASZ).presses_raw("stalls.hello", {"stall": 1})
    assert await hellos(database) == 1
    await talk(TOMASZ).says("stalls")
    await talk(TOMASZ).presses("Take it back")
    await talk(TOMASZ).presses_raw("stalls.take_back", {"stall": 1})
    assert "Amina Okafor does not hear of you" in talk(TOMASZ).sees
    assert await hellos(database) == 0
    await ask(talk, PRIYA)
    agreed = talk(PRIYA).message
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    assert "One person would like to know more" in talk(AMINA).reads().sees
    assert "Tomasz" not in talk(AMINA).sees
    await talk(PRIYA).presses("Take it back", on=agreed)
    assert "That was passed on already." in talk(PRIYA).sees


async def test_when_all_took_it_back_nothing_is_sent(talk: Network, worker: Worker, clock: SetClock) -> None:
    await hold(talk, AMINA, TOMASZ)
    await open_stall(talk, AMINA)
    await ask(talk, TOMASZ)
    await talk(TOMASZ).presses("Take it back")
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    assert not talk(AMINA).inbox
    assert not talk(TOMASZ).inbox


async def test_who_asked_hears_when_the_holder_could_not_be_told(
    talk: Network, worker: Worker, clock: SetClock, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ, RUTH)
    await open_stall(talk, AMINA)
    await open_stall(talk, RUTH, "Falls")
    await ask(talk, TOMASZ)
    await ask(talk, TOMASZ)
    await talk(AMINA).says("leave")
    await talk(AMINA).presses("Yes, leave")
    await talk(RUTH).says("nudges stop")
    await talk(TOMASZ).says("stalls")
    assert "Huddle boards" not in talk(TOMASZ).sees
    clock.set(NEXT_MORNING)
    for _ in range(3):
        await worker.run_until_quiet()
        clock.forward(timedelta(minutes=1))
    assert [m.title for m in talk(TOMASZ).inbox] == ["Your hello could not be passed on"] * 2
    assert not talk(AMINA).inbox
    assert not talk(RUTH).inbox
    assert await hellos(database) == 0


async def test_whoever_left_by_then_is_not_passed_on(talk: Network, worker: Worker, clock: SetClock) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA)
    await open_stall(talk, AMINA)
    await ask(talk, TOMASZ)
    await ask(talk, PRIYA)
    await talk(PRIYA).says("leave")
    await talk(PRIYA).presses("Yes, leave")
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    assert "Tomasz" in talk(AMINA).reads().sees
    assert "Priya" not in talk(AMINA).sees


async def test_somebody_whom_the_holder_never_meets_hears_as_little_as_others(
    talk: Network, worker: Worker, clock: SetClock, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await talk(AMINA).says("introductions not tomasz nowak")
    await open_stall(talk, AMINA)
    await ask(talk, TOMASZ)
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    assert not talk(AMINA).inbox
    assert not talk(TOMASZ).inbox
    assert await hellos(database) == 0


async def test_a_cancelled_event_passes_nothing_on(talk: Network, worker: Worker, clock: SetClock) -> None:
    await hold(talk, AMINA, TOMASZ)
    await open_stall(talk, AMINA)
    await ask(talk, TOMASZ)
    await talk(OWEN).says("event cancel QI27")
    await talk(OWEN).presses("Yes, cancel it")
    for wire in ("stalls.more", "stalls.hello"):
        await talk(TOMASZ).presses_raw(wire, {"stall": 1})
        assert "“Improving together” was cancelled." in talk(TOMASZ).sees
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    assert not talk(AMINA).inbox
    assert not talk(TOMASZ).inbox


async def test_holders_close_theirs_and_organisers_any(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    for title in ("One", "Two"):
        await open_stall(talk, AMINA, title)
    await talk(TOMASZ).presses_raw("stalls.close", {"stall": 1})
    assert "I cannot find that stall among yours." in talk(TOMASZ).sees
    await talk(AMINA).says("stalls")
    assert "Yours. Who would like to know more, I tell you afterwards." in talk(AMINA).sees
    await talk(AMINA).presses("Close it", nth=0)
    assert "“One” is closed" in talk(AMINA).sees
    await talk(OWEN).says("stalls")
    await talk(OWEN).presses("Close it")
    assert "“Two” is closed" in talk(OWEN).sees
    await talk(TOMASZ).presses_raw("stalls.hello", {"stall": 1})
    assert "That stall is closed." in talk(TOMASZ).sees
    await talk(TOMASZ).says("stalls")
    assert "No stalls are open" in talk(TOMASZ).sees


async def test_what_cannot_be_opened_says_why(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await open_stall(talk, AMINA, "One")
    await amina.says(f"stall {NUMBER}")
    assert "Nothing was saved or sent." in amina.sees
    await amina.says("stall")
    for title, sentence in (
        ("", "Please fill this in."),
        ("ONE", "You have a stall with that title. Please choose another."),
        ("x" * 81, "Please keep this to 80 characters; it is 81 now."),
    ):
        await amina.fills(title=title)
        assert amina.errors == {"title": sentence}
    await amina.fills(title="Two", about=NUMBER)
    assert set(amina.errors) == {"about"}
    for title in ("Two", "Three"):
        await open_stall(talk, AMINA, title)
    await amina.says("stall Four")
    await amina.fills()
    assert amina.errors == {"title": "You have 3 stalls, and that is the most. Close one first."}
    await talk.join(RUTH, purposes=())
    await talk(RUTH).says("event join QI27")
    await talk(RUTH).says("stall Mine")
    await talk(RUTH).fills()
    assert "you have not agreed to introductions" in talk(RUTH).sees
    await talk(RUTH).says("stalls")
    await talk(RUTH).presses("Tell me more")
    await talk(RUTH).presses("Yes, pass it on")
    assert "If it cannot be passed on" not in talk(RUTH).sees


async def test_only_those_who_are_there_and_only_on_the_day(talk: Network, clock: SetClock) -> None:
    await hold(talk, AMINA)
    await open_stall(talk, AMINA)
    await talk.join(TOMASZ)
    for wire in ("stalls.more", "stalls.hello"):
        await talk(TOMASZ).presses_raw(wire, {"stall": 1})
        assert "You have not joined “Improving together”." in talk(TOMASZ).sees
        await talk(AMINA).presses_raw(wire, {"stall": 1})
        assert "That is your own stall." in talk(AMINA).sees
        for number in (0, -1, 99, 2**70):
            await talk(AMINA).presses_raw(wire, {"stall": number})
            assert "I cannot find that stall." in talk(AMINA).sees
    await talk(TOMASZ).submits("stalls.open", {"event": "1", "title": "Mine"})
    assert "You have not joined “Improving together”." in talk(TOMASZ).sees
    await talk(STRANGER).says("stalls")
    assert "You have not joined the network yet." in talk(STRANGER).sees
    clock.forward(timedelta(days=1))
    await talk(OWEN).presses_raw("stalls.hello", {"stall": 1})
    assert "“Improving together” is over." in talk(OWEN).sees


async def test_of_a_partner_neither_role_nor_organisation_is_passed_on(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await offer(talk, TOMASZ, "sepsis", roles=("partner",))
    await open_stall(talk, AMINA)
    await ask(talk, TOMASZ)
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    assert "Tomasz Nowak, Service-user partner\nContact" in talk(AMINA).reads().sees


async def test_many_stalls_come_in_pages(talk: Network, database: Database) -> None:
    everybody = (AMINA, TOMASZ, PRIYA, JONAS, RUTH, OWEN)
    await hold(talk, *everybody)
    for who in everybody:
        for n in range(3):
            await open_stall(talk, who, f"{who.name} {n}")
    await talk(AMINA).says("stalls")
    assert "Tomasz Nowak 0" not in talk(AMINA).sees
    await talk(AMINA).presses("More stalls")
    for n in range(3):
        assert f"Tomasz Nowak {n}" in talk(AMINA).sees
    async with database.transaction(reading=True) as db:
        assert not await db.scalar(select(func.count()).select_from(Delivery))
