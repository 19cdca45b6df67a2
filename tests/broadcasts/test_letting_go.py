"""A broadcast is let go once: held back for a minute, agreed to by a second organiser, at the hour that was chosen."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from qibot.bot import Bot
from qibot.broadcasts import sending, service
from qibot.broadcasts.models import READY, Broadcast
from qibot.clock import SetClock
from qibot.database import Database
from qibot.outbox import choosing
from tests.broadcasts.scene import TITLE, check, deliveries, send, send_label, titles, write
from tests.cast import AMINA, JONAS, NADIA, OWEN, PRIYA, RUTH, TOMASZ
from tests.introductions.days import Days
from tests.talk import Network

CAST = (AMINA, RUTH, JONAS, TOMASZ)
ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
async def owen(talk: Network) -> None:
    await talk.join(*CAST, OWEN)


@pytest.fixture
async def second(owen: None, talk: Network, bot: Bot) -> None:
    """Priya organises too, and above three people a second yes is needed."""
    await talk.join(PRIYA)
    await talk(OWEN).says("organiser add priya")
    bot._alone_up_to = 3


async def only(database: Database) -> Broadcast:
    async with database.transaction(reading=True) as db:
        return (await db.scalars(select(Broadcast))).one()


@pytest.mark.usefixtures("owen")
async def test_a_minute_to_take_it_back_and_nobody_has_heard_of_it(
    talk: Network, days: Days, database: Database
) -> None:
    await write(talk)
    await talk(OWEN).presses(send_label(talk))
    assert f"“{TITLE}” goes out in a minute" in talk(OWEN).sees
    sent_off = talk(OWEN).message
    days.clock.forward(timedelta(seconds=59))
    await days.deliver()
    await talk(OWEN).presses("Undo")
    assert "Nobody has heard of it." in talk(OWEN).sees
    await days.forward(2)
    assert not any(titles(talk, *CAST, OWEN).values())
    await talk(OWEN).presses("Look at it")
    await talk(OWEN).presses(send_label(talk))
    days.clock.forward(timedelta(seconds=60))
    await days.deliver()
    assert titles(talk, *CAST) == {key: [TITLE] for key in ("Amina", "Ruth", "Jonas", "Tomasz")}
    await talk(OWEN).presses("Undo", on=sent_off)
    assert "It has started." in talk(OWEN).sees
    assert await check(database) == {"sent": 5, "failed": 0, "skipped": 0, "waiting": 0}


@pytest.mark.usefixtures("owen")
async def test_five_presses_at_once_make_one_broadcast(talk: Network, days: Days, database: Database) -> None:
    await write(talk)
    label, draft = send_label(talk), talk(OWEN).message
    await asyncio.gather(*(talk(OWEN).presses(label, on=draft, id=f"press-{n}") for n in range(5)))
    assert all("goes out in a minute" in m.title for m in talk(OWEN).said[-5:])
    days.clock.forward(timedelta(seconds=61))
    for _ in range(3):
        await days.deliver()
    await talk(OWEN).presses(label, on=draft)
    assert "has gone out" in talk(OWEN).sees
    assert [len(talk(who).inbox) for who in CAST] == [1] * 4
    assert (await check(database))["sent"] == 5


@pytest.mark.usefixtures("owen")
@ON_POSTGRES
async def test_several_processes_start_one_broadcast(
    talk: Network, clock: SetClock, database: Database, database_url: str
) -> None:
    await write(talk)
    await talk(OWEN).presses(send_label(talk))
    clock.forward(timedelta(seconds=61))
    processes = [database, Database(database_url), Database(database_url)]
    await asyncio.gather(*(sending.start_due(one, clock.now()) for one in processes * 3))
    assert len(await deliveries(database)) == (await only(database)).size == 5
    assert len(await deliveries(database, "broadcasts.progress")) == 1
    for one in processes[1:]:
        await one.close()


@pytest.mark.usefixtures("owen")
@pytest.mark.parametrize("after", [False, True])
async def test_what_breaks_off_while_it_starts_leaves_nothing_and_starts_the_next_time(
    talk: Network, days: Days, database: Database, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    await write(talk)
    await talk(OWEN).presses(send_label(talk))
    days.clock.forward(timedelta(seconds=61))
    real = choosing.plan_chosen

    async def breaks(*given: object, **how: object) -> int:
        if after:
            await real(*given, **how)  # type: ignore[arg-type]
        raise ConnectionResetError

    with monkeypatch.context() as only_now:
        only_now.setattr(sending, "plan_chosen", breaks)
        await sending.start_due(database, days.clock.now())
    assert await deliveries(database) == []
    assert (await only(database)).state == READY
    await days.deliver()
    assert [len(talk(who).inbox) for who in CAST] == [1] * 4


@pytest.mark.usefixtures("owen")
async def test_at_the_day_and_hour_that_were_chosen_and_only_at_work(talk: Network, days: Days) -> None:
    await talk.join(NADIA)
    await write(talk, on="2019-12-02", hour="16")
    await talk(OWEN).presses(send_label(talk))
    assert "goes out on Mon 2 Dec at 16:00" in talk(OWEN).sees
    await days.until(12, 2, 15)
    assert talk(AMINA).inbox == []
    await days.until(12, 2, 16)
    for who in (*CAST, NADIA):
        assert [m.title for m in talk(who).inbox] == [TITLE]


@pytest.mark.usefixtures("owen")
async def test_in_the_evening_it_waits_for_the_morning(talk: Network, days: Days, database: Database) -> None:
    days.clock.set(datetime(2019, 11, 29, 18, tzinfo=UTC))
    await send(talk, days)
    assert not any(titles(talk, *CAST, OWEN).values())
    assert await check(database) == {"sent": 0, "failed": 0, "skipped": 0, "waiting": 5}
    await talk(OWEN).says("broadcast show #1")
    for line in (
        "Waiting: 5",
        "the last on Mon 2 Dec at 09:00",
        "5: It waits for working hours. It goes out by itself.",
    ):
        assert line in talk(OWEN).sees
    await days.until(11, 30)
    assert (await check(database))["waiting"] == 5
    await days.until(12, 2, 9)
    assert (await check(database))["sent"] == 5


# ---- A second yes


@pytest.mark.usefixtures("second")
async def test_above_a_size_another_organiser_agrees(talk: Network, days: Days) -> None:
    await write(talk)
    assert "For more than 3 people another organiser is asked for a second yes." in talk(OWEN).sees
    await talk(OWEN).presses(send_label(talk))
    assert "waits for a second yes" in talk(OWEN).sees
    await days.deliver()
    assert not any(titles(talk, *CAST, OWEN).values())
    asked = talk(PRIYA).reads().message
    assert f"Shall “{TITLE}” go out?" in asked.title
    assert "Owen Hughes would like to send this to 6 people" in talk(PRIYA).sees
    await talk(OWEN).presses("Yes, let it go out", on=asked)
    assert "The second yes is for another organiser" in talk(OWEN).sees
    await talk(PRIYA).presses("Yes, let it go out")
    assert "goes out in a minute" in talk(PRIYA).sees
    await talk(PRIYA).presses("Not like this", on=asked)
    assert "no longer waits for a second yes" in talk(PRIYA).sees
    await days.deliver()
    assert titles(talk, OWEN)["Owen"] == [f"“{TITLE}” has its second yes"]
    assert talk(AMINA).inbox == []
    days.clock.forward(timedelta(seconds=60))
    await days.deliver()
    assert titles(talk, *CAST) == {key: [TITLE] for key in ("Amina", "Ruth", "Jonas", "Tomasz")}


@pytest.mark.usefixtures("second")
async def test_not_like_this_makes_it_a_draft_again_and_is_told(talk: Network, days: Days) -> None:
    await write(talk)
    await talk(OWEN).presses(send_label(talk))
    await days.deliver()
    before = talk(PRIYA).reads().message
    await talk(PRIYA).presses("Not like this")
    await days.deliver()
    assert "Another organiser would rather not send" in talk(OWEN).reads().sees
    await talk(OWEN).presses("Change")
    await talk(OWEN).fills(body="Better words.")
    await talk(OWEN).presses(send_label(talk))
    await talk(PRIYA).presses("Yes, let it go out", on=before)
    assert "no longer waits for a second yes" in talk(PRIYA).sees
    await days.deliver()
    assert "Better words." in talk(PRIYA).reads().sees
    await talk(OWEN).says("broadcast show #1")
    await talk(OWEN).presses("Take it back")
    await talk(PRIYA).presses("Yes, let it go out")
    assert "no longer waits for a second yes" in talk(PRIYA).sees
    await days.forward(1)
    assert talk(AMINA).inbox == []


@pytest.mark.usefixtures("second")
async def test_up_to_that_size_one_is_enough(talk: Network) -> None:
    await write(talk, listed="Amina Okafor, Ruth Bell, Jonas Weber")
    await talk(OWEN).presses("Send to 3 people")
    assert "goes out in a minute" in talk(OWEN).sees


@pytest.mark.usefixtures("owen")
async def test_with_only_one_organiser_a_typed_number_is_the_second_look(talk: Network, days: Days, bot: Bot) -> None:
    bot._alone_up_to = 3
    await write(talk)
    assert "You are the only one, so you confirm by typing how many people it is for." in talk(OWEN).sees
    draft = talk(OWEN).message
    await talk(OWEN).presses("Send to 5 people")
    await talk(OWEN).fills(number="50")
    assert "It is for 5 people now." in talk(OWEN).errors["number"]
    await days.forward(1)
    assert talk(AMINA).inbox == []
    # The button of somebody who needs no second yes is refused as well.
    await talk(OWEN).presses_raw("broadcasts.send", {"broadcast": 1, "revision": 0})
    assert "there is no second organiser to agree to it" in talk(OWEN).sees
    await talk(OWEN).presses("Send to 5 people", on=draft)
    await talk(OWEN).fills(number="5")
    assert "goes out in a minute" in talk(OWEN).sees


@pytest.mark.usefixtures("second")
async def test_what_would_go_to_many_more_than_were_agreed_to_does_not_start(
    talk: Network, days: Days, database: Database, bot: Bot
) -> None:
    bot._alone_up_to = 6
    await write(talk, on="2019-12-02", hour="9")
    await talk(OWEN).presses("Send to 6 people")
    assert "goes out on Mon 2 Dec at 09:00" in talk(OWEN).sees
    await talk.join(NADIA)
    await days.until(12, 2, 9)
    assert not any(titles(talk, *CAST, NADIA).values())
    assert await deliveries(database) == []
    letter = talk(OWEN).inbox[-1]
    assert letter.title == f"“{TITLE}” has not gone out"
    await talk(OWEN).presses("Look at it", on=letter)
    await talk(OWEN).presses("Send to 7 people")
    assert "waits for a second yes" in talk(OWEN).sees
    await days.forward(1)
    await talk(PRIYA).presses("Yes, let it go out", on=talk(PRIYA).inbox[-1])
    await days.forward(2)
    assert (await check(database))["sent"] == 7


@pytest.mark.usefixtures("second")
async def test_a_few_who_join_meanwhile_do_not_stop_what_another_agreed_to(
    talk: Network, days: Days, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_MORE", 5)
    await write(talk, on="2019-12-02", hour="9")
    await talk(OWEN).presses("Send to 6 people")
    await days.forward(1)
    await talk(PRIYA).presses("Yes, let it go out", on=talk(PRIYA).inbox[-1])
    await talk.join(NADIA)
    await days.until(12, 2, 9)
    assert (await check(database))["sent"] == 7
