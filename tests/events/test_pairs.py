"""Mixed pairs on the day: looked at, sent once, and who is in them."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from qibot.chat.incoming import Press, Sender
from qibot.clock import SetClock
from qibot.database import Database
from qibot.introductions.mixing.models import Mix
from qibot.outbox.models import Delivery
from qibot.outbox.worker import Worker
from tests.cast import AMINA, JONAS, LENA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.champions.scene import offer
from tests.events.meeting import hold
from tests.talk import PLATFORM, Network


async def send(talk: Network, worker: Worker, clock: SetClock) -> None:
    """Owen looks, and sends. A minute goes by, as nobody is sent two messages in a second."""
    clock.forward(timedelta(minutes=1))
    await talk(OWEN).says("pairs")
    await talk(OWEN).presses("Yes, send")
    assert "Everybody hears now whom they sit with" in talk(OWEN).sees
    await worker.run_until_quiet()


def partners(talk: Network, *people: Character) -> dict[str, list[str]]:
    """Whom each was told of, over all messages."""
    return {who.name: [m.title.removeprefix("You sit with ") for m in talk(who).inbox] for who in people}


async def test_everybody_is_told_once_whom_they_sit_with(talk: Network, worker: Worker, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    owen = talk(OWEN)
    await owen.says("pairs")
    shown = owen.message
    assert "2 people: 1 pair." in owen.sees
    assert "The rule: everybody sits with somebody of a different organisation where possible" in owen.sees
    await worker.run_until_quiet()
    assert not talk(AMINA).inbox
    await owen.presses("Yes, send", on=shown)
    await owen.presses("Yes, send", on=shown)
    assert "Those pairs were sent already" in owen.sees
    await worker.run_until_quiet()
    assert partners(talk, AMINA, TOMASZ) == {"Amina Okafor": ["Tomasz Nowak"], "Tomasz Nowak": ["Amina Okafor"]}
    assert "Consultant nurse, " in talk(AMINA).reads().sees
    async with database.transaction(reading=True) as db:
        assert await db.scalar(select(func.count()).select_from(Mix)) == 1


async def test_four_presses_at_the_same_moment_make_pairs_once(
    talk: Network, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ)
    who = Sender(PLATFORM, OWEN.workspace, OWEN.account)
    presses = [Press(f"p{n}", who, "mixing.send", {"event": 1, "number": 1, "seed": n}) for n in range(4)]
    await asyncio.gather(*(talk.bot.handle(one, talk.paper) for one in presses))
    await worker.run_until_quiet()
    assert partners(talk, AMINA, TOMASZ) == {"Amina Okafor": ["Tomasz Nowak"], "Tomasz Nowak": ["Amina Okafor"]}
    async with database.transaction(reading=True) as db:
        assert await db.scalar(select(func.count()).select_from(Mix)) == 1


async def test_an_odd_one_makes_a_group_of_three(talk: Network, worker: Worker) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA)
    await talk(OWEN).says("pairs")
    assert "3 people: 1 group of three." in talk(OWEN).sees
    await talk(OWEN).presses("Yes, send")
    await worker.run_until_quiet()
    assert partners(talk, AMINA) == {"Amina Okafor": ["Priya Raman and Tomasz Nowak"]}


async def test_the_same_organisation_is_said_and_why(talk: Network) -> None:
    await hold(talk, AMINA, RUTH)
    await talk(OWEN).says("pairs")
    assert "One of them is of one organisation, because more than half of you are of it." in talk(OWEN).sees


async def test_nobody_meets_again_until_everybody_has_been_met(talk: Network, worker: Worker, clock: SetClock) -> None:
    everybody = (AMINA, JONAS, TOMASZ, PRIYA)
    await hold(talk, *everybody)
    for _ in range(3):
        await send(talk, worker, clock)
    for who, met in partners(talk, *everybody).items():
        assert sorted(met) == sorted(one.name for one in everybody if one.name != who)
    await talk(OWEN).says("pairs")
    assert "2 pairs of people sit together again, because there was no other way left." in talk(OWEN).sees


async def test_whoever_comes_late_hears_that_the_next_pairs_include_them(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await talk(AMINA).says("pairs")
    assert "No pairs have been made yet" in talk(AMINA).sees
    await send(talk, worker, clock)
    await talk(AMINA).says("pairs")
    assert "You sit with Tomasz Nowak" in talk(AMINA).sees
    await talk.join(PRIYA)
    await talk(PRIYA).says("event join QI27")
    await talk(PRIYA).says("pairs")
    assert "These pairs were made before you came" in talk(PRIYA).sees
    await send(talk, worker, clock)
    await talk(PRIYA).says("pairs")
    assert "You sit with" in talk(PRIYA).sees


async def test_who_has_not_agreed_is_asked_and_shown_to_nobody_before(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await talk.join(PRIYA, purposes=())
    await talk(PRIYA).says("event join QI27")
    await talk(OWEN).says("pairs")
    assert "2 people: 1 pair." in talk(OWEN).sees
    assert "Some who joined are in no pairs until they say so" in talk(OWEN).sees
    await talk(PRIYA).says("pairs")
    assert "You are not in the pairs" in talk(PRIYA).sees
    await talk(PRIYA).presses("Include me today")
    assert "You have not agreed to messages about introductions" in talk(PRIYA).sees
    await send(talk, worker, clock)
    assert not talk(PRIYA).inbox
    await talk(PRIYA).says("pairs")
    assert "You sit with Amina Okafor and Tomasz Nowak" in talk(PRIYA).sees
    await talk(OWEN).says("pairs")
    assert "Some who joined" not in talk(OWEN).sees


async def test_who_leaves_between_the_press_and_the_message_is_told_nothing_and_shown_to_nobody(
    talk: Network, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA)
    await talk(OWEN).says("pairs")
    await talk(OWEN).presses("Yes, send")
    await talk(PRIYA).says("pairs")
    await talk(PRIYA).presses("Leave me out of the next ones")
    assert "You are left out of the pairs" in talk(PRIYA).sees
    await worker.run_until_quiet()
    assert partners(talk, AMINA, PRIYA) == {"Amina Okafor": ["Tomasz Nowak"], "Priya Raman": []}
    await talk(PRIYA).says("pairs")
    await talk(PRIYA).presses("Include me today")
    await talk(PRIYA).says("pairs")
    assert "You sit with Amina Okafor and Tomasz Nowak" in talk(PRIYA).sees


async def test_who_stopped_everything_is_not_written_to_but_sees_it(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await talk(AMINA).says("nudges stop")
    await send(talk, worker, clock)
    assert not talk(AMINA).inbox
    await talk(AMINA).says("pairs")
    assert "You sit with Tomasz Nowak" in talk(AMINA).sees


async def test_two_who_must_never_be_introduced_do_not_sit_together(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA, LENA)
    await talk(AMINA).says("introductions not tomasz nowak")
    for _ in range(4):
        await send(talk, worker, clock)
    met = partners(talk, AMINA)["Amina Okafor"]
    assert len(met) == 4
    assert not [one for one in met if "Tomasz" in one]


async def test_a_message_that_comes_too_late_is_not_sent(
    talk: Network, worker: Worker, clock: SetClock, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await talk(OWEN).says("pairs")
    await talk(OWEN).presses("Yes, send")
    clock.forward(timedelta(days=1))
    await worker.run_until_quiet()
    assert not talk(AMINA).inbox
    async with database.transaction(reading=True) as db:
        assert set(await db.scalars(select(Delivery.state))) == {"skipped"}


async def test_only_organisers_send_and_only_while_the_event_stands_and_is_today(
    talk: Network, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await hold(talk, AMINA, day="2019-11-28", code="LATER")
    data = {"event": 1, "number": 1, "seed": 1}
    await talk(AMINA).presses_raw("mixing.send", data)
    assert "That is for organisers of the network." in talk(AMINA).sees
    owen = talk(OWEN)
    for wrong in ({"number": 0}, {"number": 2}, {"number": -1}, {"seed": -1}, {"seed": 2**70}):
        await owen.presses_raw("mixing.send", {**data, **wrong})
        assert "I could not read that button." in owen.sees, wrong
    await owen.says("pairs LATER")
    assert "“Improving together” has not begun yet." in owen.sees
    await talk.join(RUTH)
    await talk(RUTH).presses_raw("mixing.include", {"event": 1})
    assert "You have not joined “Improving together”." in talk(RUTH).sees
    await owen.says("event cancel QI27")
    await owen.presses("Yes, cancel it")
    await owen.presses_raw("mixing.send", data)
    assert "“Improving together” was cancelled." in owen.sees
    clock.forward(timedelta(days=2))
    await talk(AMINA).says("pairs")
    assert "You are at no event today." in talk(AMINA).sees
    await talk(AMINA).presses_raw("mixing.leave_out", {"event": 2})
    assert "“Improving together” is over." in talk(AMINA).sees


async def test_with_nobody_to_pair_the_organiser_hears_what_to_do(talk: Network) -> None:
    await hold(talk, AMINA)
    await talk(OWEN).says("pairs")
    assert "There are not two people at “Improving together” yet who can be paired." in talk(OWEN).sees
    await talk(OWEN).says("pairs mine")
    assert "You have not joined “Improving together”." in talk(OWEN).sees
    await talk(STRANGER).says("pairs")
    assert "You have not joined the network yet." in talk(STRANGER).sees


async def test_a_hidden_champion_is_asked_and_of_a_partner_neither_role_nor_organisation_is_shown(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA)
    await offer(talk, PRIYA, "sepsis", visibility="hidden")
    await offer(talk, TOMASZ, "sepsis", roles=("partner",))
    await send(talk, worker, clock)
    assert not talk(PRIYA).inbox
    shown = talk(AMINA).reads().sees
    assert "Tomasz Nowak\nService-user partner\n" in shown
    assert "onsultant" not in shown
    await talk(PRIYA).says("pairs")
    assert "You are not in the pairs" in talk(PRIYA).sees


async def test_who_presses_leave_me_out_as_they_join_is_in_no_pairs_that_day(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ, day="2019-11-28")
    await talk.join(PRIYA)
    priya = talk(PRIYA)
    await priya.says("event join QI27")
    assert "On the day the organisers may put people into pairs." in priya.sees
    await priya.presses("Leave me out of pairs")
    assert "You are left out of the pairs" in priya.sees
    left = priya.message
    clock.forward(timedelta(days=1))
    # It holds, whatever else they do.
    await priya.says("event join QI27")
    await send(talk, worker, clock)
    assert partners(talk, AMINA, PRIYA) == {"Amina Okafor": ["Tomasz Nowak"], "Priya Raman": []}
    await priya.presses("Include me again", on=left)
    assert "You are in the pairs" in priya.sees
    await priya.says("pairs out")
    assert "You are left out of the pairs" in priya.sees
    await talk(RUTH).says("pairs out QI27")
    assert "You have not joined the network yet." in talk(RUTH).sees
    await talk.join(RUTH)
    await talk(RUTH).says("pairs out QI27")
    assert "You have not joined “Improving together”." in talk(RUTH).sees
    clock.forward(timedelta(days=1))
    await priya.says("pairs out QI27")
    assert "“Improving together” is over." in priya.sees
    await priya.says("event join QI27")
    assert "pairs" not in priya.sees
