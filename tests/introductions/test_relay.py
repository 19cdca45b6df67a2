"""Messages through the bot: they arrive in order, their words stay nowhere, and either of the two ends them."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from qibot.chat.message import Quote
from qibot.chat.platform import InDoubt, NotNow, Unreachable
from qibot.clock import SetClock
from qibot.database import Database
from qibot.introductions.models import RelayMessage
from qibot.introductions.relay.service import KEEP, MOST
from qibot.outbox.models import CANCELLED, Delivery
from tests.cast import AMINA, JONAS, NADIA, PRIYA, STRANGER, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.scene import ask, dump, introduce, offer, rows, words, writes
from tests.talk import Network

SECRET = "Would Tuesday after the huddle suit you, by the blue door?"
ENDED = "The messages have ended"
NOT_DELIVERED = "Your message was not delivered"


@pytest.fixture
async def introduced(talk: Network, days: Days) -> None:
    """Amina and Nadia, who sits on another platform, have their cards."""
    await talk.join(AMINA, NADIA)
    await introduce(talk, days, AMINA, NADIA)


async def messages(database: Database) -> list[RelayMessage]:
    """All of them."""
    async with database.transaction(reading=True) as db:
        return list(await db.scalars(select(RelayMessage).order_by(RelayMessage.id)))


def quotes(talk: Network, who: Character) -> list[str]:
    """What reached somebody through the bot."""
    return [
        part.text
        for message in talk(who).inbox
        if message.title.endswith(" writes")
        for part in message.parts
        if isinstance(part, Quote)
    ]


def titles(talk: Network, who: Character) -> list[str]:
    """Of somebody's inbox."""
    return [message.title for message in talk(who).inbox]


@pytest.mark.usefixtures("introduced")
async def test_a_message_and_its_answer_across_platforms(talk: Network, days: Days) -> None:
    amina, nadia = talk(AMINA), talk(NADIA)
    await amina.presses("Write to Nadia Khan")
    assert "To Nadia Khan, paramedic at" in amina.form.intro
    await amina.fills(words=SECRET)
    assert amina.message.title == "I pass it on to Nadia Khan"
    assert amina.message.beside
    assert SECRET not in amina.sees
    await days.deliver()
    assert nadia.reads().message.title == "Amina Okafor writes"
    assert f"> {SECRET}" in nadia.sees
    assert "You are introduced about Sepsis. I carry these messages and keep no copy." in nadia.sees
    await nadia.presses("Write back")
    await nadia.fills(words="Gladly")
    await days.deliver()
    assert amina.reads().message.title == "Nadia Khan writes"
    assert quotes(talk, AMINA) == ["Gladly"]
    assert talk.papers["paper2"].inboxes.keys() == {(NADIA.workspace, NADIA.account)}


@pytest.mark.usefixtures("introduced")
async def test_no_words_are_left_anywhere_once_they_are_delivered(
    talk: Network, days: Days, database: Database, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await writes(talk, AMINA, SECRET)
    assert "blue door" in await dump(database)
    # A fault that quotes what it was about is logged, without what it says.
    talk.papers["paper2"].refuse[NADIA.account] = RuntimeError(SECRET)  # type: ignore[assignment]
    await days.deliver()
    written_at = days.clock.now()
    talk.papers["paper2"].refuse.clear()
    days.clock.forward(timedelta(minutes=5))
    await days.deliver()
    assert quotes(talk, NADIA) == [SECRET]
    assert "blue door" not in await dump(database)
    (one,) = await messages(database)
    assert (one.body, one.delivered, one.ended_at is None) == ("", True, False)
    assert (one.introduction_id, one.sender_id) == (1, 1)
    assert abs(one.written_at - written_at) < timedelta(minutes=1)
    out, err = capfd.readouterr()
    assert "could not send" in out + err + caplog.text
    assert "blue door" not in out + err + caplog.text


async def test_the_database_itself_refuses_to_keep_words_of_what_has_ended(
    talk: Network, days: Days, database: Database, clock: SetClock
) -> None:
    await talk.join(AMINA, NADIA)
    await introduce(talk, days, AMINA, NADIA)
    await writes(talk, AMINA, SECRET)
    with pytest.raises(IntegrityError):
        async with database.transaction() as db:
            await db.execute(update(RelayMessage).values(ended_at=clock.now()))


@pytest.mark.usefixtures("introduced")
async def test_it_waits_for_the_readers_working_hours_and_so_do_its_words(
    talk: Network, days: Days, database: Database, clock: SetClock
) -> None:
    clock.forward(timedelta(hours=9))
    await writes(talk, AMINA, SECRET)
    await days.deliver()
    assert quotes(talk, NADIA) == []
    assert "blue door" in await dump(database)
    await talk(NADIA).says("nudges")
    assert "blue door" not in talk(NADIA).sees
    await days.until(11, 28)
    assert quotes(talk, NADIA) == [SECRET]
    assert "blue door" not in await dump(database)


@pytest.mark.usefixtures("introduced")
async def test_order_is_kept_whatever_has_to_be_tried_again(
    talk: Network, days: Days, database: Database, clock: SetClock
) -> None:
    said = [f"Number {n}" for n in range(5)]
    await writes(talk, AMINA, said[0])
    await writes(talk, NADIA, "From the other side")
    talk.papers["paper2"].refuse[NADIA.account] = NotNow("busy")
    await days.deliver()
    talk.papers["paper2"].refuse.clear()
    # The first is tried again in a while; the others could go now, and wait for it.
    for one in said[1:]:
        await writes(talk, AMINA, one)
        await days.deliver()
    assert quotes(talk, NADIA) == []
    assert quotes(talk, AMINA) == ["From the other side"]
    clock.forward(timedelta(minutes=10))
    await days.deliver()
    assert quotes(talk, NADIA) == said
    assert all(one.delivered for one in await messages(database))


@pytest.mark.usefixtures("introduced")
async def test_ten_in_a_day_and_what_was_typed_is_kept(talk: Network, days: Days, clock: SetClock) -> None:
    amina = talk(AMINA)
    await amina.presses("Write to Nadia Khan")
    form = amina.form
    for n in range(MOST):
        clock.forward(timedelta(minutes=1))
        await writes(talk, AMINA, f"Number {n}")
    amina.last = form
    await amina.fills(words="One more")
    assert amina.form.values["words"] == "One more"
    assert amina.errors["words"] == (
        "You have sent 10 messages within a day, and that is as many as I carry. "
        "You can write again on Thu 28 Nov from 10:01."
    )
    await amina.presses_raw("introductions.open_write", {"introduction": 1})
    assert "You have sent 10 messages within a day" in amina.sees
    await writes(talk, NADIA, "Mine are counted for themselves")
    await days.until(11, 28, 10)
    clock.forward(timedelta(minutes=1, seconds=1))
    amina.last = form
    await amina.fills(words="The next day")
    assert "I pass it on" in amina.sees
    await days.deliver()
    assert quotes(talk, NADIA) == [*(f"Number {n}" for n in range(MOST)), "The next day"]


@pytest.mark.usefixtures("introduced")
async def test_ten_at_the_same_moment_are_ten(talk: Network, database: Database) -> None:
    given = {"words": "At once", "introduction": "1"}
    await asyncio.gather(*(talk(AMINA).submits("introductions.write", given) for _ in range(MOST + 3)))
    assert len(await messages(database)) == MOST


@pytest.mark.usefixtures("introduced")
async def test_sent_twice_by_the_platform_it_is_one_message(talk: Network, days: Days) -> None:
    for _ in range(2):
        await talk(AMINA).submits("introductions.write", {"words": SECRET, "introduction": "1"}, id="modal-1")
    await days.deliver()
    assert quotes(talk, NADIA) == [SECRET]


@pytest.mark.usefixtures("introduced")
async def test_patient_details_and_empty_or_long_words_stay_beside_the_field(talk: Network, database: Database) -> None:
    amina = talk(AMINA)
    await amina.presses("Write to Nadia Khan")
    for typed, said in (("NHS no 999 000 0018", "patient"), (" ", "Please fill this in."), ("a" * 1001, "1000")):
        await amina.fills(words=typed)
        assert said in amina.errors["words"]
        assert "999" not in amina.errors["words"]
    assert await messages(database) == []


# ---- Stopping


@pytest.mark.usefixtures("introduced")
@pytest.mark.parametrize(("stops", "other"), [(AMINA, NADIA), (NADIA, AMINA)])
async def test_either_ends_them_and_the_other_hears_kindly_once(
    talk: Network, days: Days, database: Database, stops: Character, other: Character
) -> None:
    await writes(talk, other, "Hello")
    await days.deliver()
    card = talk(stops).reads().message
    await writes(talk, other, SECRET)
    await writes(talk, stops, "On its way as well")
    for _ in range(2):
        await talk(stops).presses("Stop these messages", on=card)
        assert talk(stops).message.title == ENDED
        assert talk(stops).message.beside
    await talk(other).presses_raw("introductions.stop_writing", {"introduction": 1})
    await days.deliver()
    await days.forward(3)
    assert titles(talk, other).count(ENDED) == 1
    assert ENDED not in titles(talk, stops)
    assert "That is no word on you" in words(talk(other).inbox)
    assert f"Contact: {stops.email}" in words(talk(other).inbox)
    assert (quotes(talk, stops), quotes(talk, other)) == (["Hello"], [])
    assert NOT_DELIVERED not in [*titles(talk, stops), *titles(talk, other)]
    assert "blue door" not in await dump(database)
    (found,) = await rows(database)
    assert (found.stopped_by_id, found.stopped_at is None) == (1 if stops is AMINA else 2, False)
    for who in (stops, other):
        await talk(who).presses_raw("introductions.open_write", {"introduction": 1})
        assert "The messages between you have ended." in talk(who).sees
        await talk(who).submits("introductions.write", {"words": "Still?", "introduction": "1"})
        assert "The messages between you have ended." in talk(who).sees


@pytest.mark.usefixtures("introduced")
async def test_the_list_offers_to_write_and_to_stop(talk: Network, days: Days) -> None:
    amina = talk(AMINA)
    await amina.says("introductions")
    everything = amina.message
    await amina.presses("Write to Nadia Khan")
    await amina.fills(words="From the list")
    await days.deliver()
    assert quotes(talk, NADIA) == ["From the list"]
    assert amina.button("Stop messages", on=everything).confirm
    await amina.presses("Stop messages", on=everything)
    assert amina.message.title == ENDED
    await amina.says("introductions")
    assert "The messages between you have ended." in amina.sees
    assert "Write to" not in amina.sees
    assert "Stop messages" not in amina.sees
    assert "Contact: nadia.khan@ryc.example" in amina.sees


# ---- Who may


async def test_nobody_writes_before_both_agreed_nor_to_anybody_else(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, NADIA, JONAS)
    await offer(talk, NADIA)
    await ask(talk, AMINA)
    await days.deliver()
    given = {"words": SECRET, "introduction": "1"}

    async def refused(who: Character, says: str = "I cannot find that introduction among yours.") -> None:
        for wire in ("open_write", "stop_writing"):
            await talk(who).presses_raw(f"introductions.{wire}", {"introduction": 1})
            assert says in talk(who).sees
        await talk(who).submits("introductions.write", given)
        assert says in talk(who).sees

    await refused(AMINA)
    await refused(NADIA)
    assert NADIA.name not in words(talk(AMINA).said)
    await talk(NADIA).reads().presses("Accept")
    await refused(JONAS)
    await refused(STRANGER, "You have not joined the network yet.")
    for number in ("", "x", "77", "1 OR 1=1", "-1"):
        await talk(AMINA).submits("introductions.write", {"words": SECRET, "introduction": number})
        assert "I cannot find that introduction among yours." in talk(AMINA).sees
    assert await messages(database) == []


@pytest.mark.usefixtures("introduced")
async def test_a_declined_introduction_carries_nothing(talk: Network, days: Days) -> None:
    await talk.join(TOMASZ)
    await offer(talk, TOMASZ)
    await talk(AMINA).presses_raw("introductions.ask", {"champion": 3, "topic": 1})
    await talk(AMINA).fills(reason="And Tomasz too")
    await days.deliver()
    await talk(TOMASZ).reads().presses("Not this time")
    for who in (AMINA, TOMASZ):
        await talk(who).presses_raw("introductions.open_write", {"introduction": 2})
        assert "I cannot find that introduction among yours." in talk(who).sees


@pytest.mark.usefixtures("introduced")
@pytest.mark.parametrize("goes", [AMINA, NADIA])
async def test_who_takes_consent_back_neither_gets_nor_sends_any_more(
    talk: Network, days: Days, database: Database, goes: Character
) -> None:
    await writes(talk, AMINA, SECRET)
    await writes(talk, AMINA, SECRET)
    await talk(goes).presses_raw("people.withdraw", {"purpose": "introductions"})
    await days.deliver()
    assert quotes(talk, NADIA) == []
    assert "blue door" not in await dump(database)
    told = titles(talk, AMINA).count(NOT_DELIVERED)
    assert told == (1 if goes is NADIA else 0)
    if told:
        assert "I could not reach a paramedic at" in talk(AMINA).reads().sees
        assert NADIA.name not in talk(AMINA).sees
        assert "Write again" not in talk(AMINA).sees
    await talk(AMINA).presses_raw("introductions.open_write", {"introduction": 1})
    assert "One of you no longer takes part in introductions" in talk(AMINA).sees
    await talk(AMINA).presses_raw("introductions.stop_writing", {"introduction": 1})
    assert talk(AMINA).message.title == ENDED


# ---- When it does not arrive


@pytest.mark.usefixtures("introduced")
async def test_what_cannot_be_delivered_is_told_once_and_deleted(talk: Network, days: Days, database: Database) -> None:
    talk.papers["paper2"].refuse[NADIA.account] = Unreachable("The account is gone.")
    for n in range(3):
        await writes(talk, AMINA, f"{SECRET} {n}")
    await days.deliver()
    amina = talk(AMINA).reads()
    assert amina.message.title == NOT_DELIVERED
    assert "I could not reach Nadia Khan, paramedic at" in amina.sees
    assert "Contact: nadia.khan@ryc.example" in amina.sees
    assert "blue door" not in await dump(database)
    assert [(one.delivered, one.ended_at is None) for one in await messages(database)] == [(False, False)] * 3
    await days.forward(2)
    assert titles(talk, AMINA).count(NOT_DELIVERED) == 1
    talk.papers["paper2"].refuse.clear()
    await talk(NADIA).says("introductions")
    await amina.presses("Write again")
    await amina.fills(words="There again")
    await days.deliver()
    assert quotes(talk, NADIA) == ["There again"]


@pytest.mark.usefixtures("introduced")
async def test_in_doubt_it_is_asked_about_and_the_words_wait_for_the_answer(
    talk: Network, days: Days, database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = talk.papers["paper2"]
    send = paper.send

    async def taken_and_gone(*given: object) -> None:
        await send(*given)  # type: ignore[arg-type]
        raise InDoubt("The connection went.")

    await writes(talk, AMINA, SECRET)
    with monkeypatch.context() as only_now:
        only_now.setattr(paper, "send", taken_and_gone)
        await days.worker.run_until_quiet()
    assert "blue door" in await dump(database)
    clock.forward(timedelta(minutes=1))
    await days.deliver()
    assert quotes(talk, NADIA) == [SECRET]
    assert "blue door" not in await dump(database)
    assert NOT_DELIVERED not in titles(talk, AMINA)


async def cancelled_by_hand(database: Database) -> None:
    """What is on its way, so that no delivery will ever end."""
    async with database.transaction() as db:
        await db.execute(update(Delivery).where(Delivery.kind == "introductions.relayed").values(state=CANCELLED))


@pytest.mark.usefixtures("introduced")
async def test_words_that_waited_for_a_month_are_wiped_and_the_sender_hears(
    talk: Network, days: Days, database: Database, clock: SetClock
) -> None:
    await writes(talk, AMINA, SECRET)
    await cancelled_by_hand(database)
    clock.set(clock.now() + KEEP - timedelta(seconds=1))
    await days.deliver()
    assert "blue door" in await dump(database)
    clock.set(clock.now().replace(day=30, hour=10))
    await days.deliver()
    assert "blue door" not in await dump(database)
    assert titles(talk, AMINA).count(NOT_DELIVERED) == 1
    await days.forward(1)
    assert titles(talk, AMINA).count(NOT_DELIVERED) == 1


@pytest.mark.usefixtures("introduced")
async def test_what_was_written_since_is_not_wiped_with_it_and_has_its_turn(
    talk: Network, days: Days, database: Database, clock: SetClock
) -> None:
    await writes(talk, AMINA, SECRET)
    await cancelled_by_hand(database)
    clock.set(clock.now() + KEEP - timedelta(days=2))
    await writes(talk, AMINA, "Is Thursday better?")
    clock.set(clock.now().replace(day=30, hour=10))
    await days.deliver()
    assert quotes(talk, NADIA) == ["Is Thursday better?"]
    assert titles(talk, AMINA).count(NOT_DELIVERED) == 1
    assert "blue door" not in await dump(database)


@pytest.mark.usefixtures("introduced")
async def test_two_introductions_of_one_person_do_not_wait_for_each_other(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(PRIYA)
    await offer(talk, PRIYA)
    await talk(AMINA).presses_raw("introductions.ask", {"champion": 3, "topic": 1})
    await talk(AMINA).fills(reason="And Priya too")
    await days.deliver()
    await talk(PRIYA).reads().presses("Accept")
    talk.papers["paper2"].refuse[NADIA.account] = NotNow("busy")
    await writes(talk, AMINA, "To Nadia")
    await writes(talk, AMINA, "To Priya", introduction=2)
    await days.deliver()
    assert (quotes(talk, NADIA), quotes(talk, PRIYA)) == ([], ["To Priya"])
    assert [bool(one.body) for one in await messages(database)] == [True, False]


@pytest.mark.usefixtures("introduced")
async def test_whatever_is_written_is_shown_as_typed(talk: Network, days: Days) -> None:
    typed = "<!channel> **x** <script>alert(1)</script>\n• one\n> two"
    await writes(talk, AMINA, typed)
    await days.deliver()
    assert quotes(talk, NADIA) == [typed]
    assert re.search(r"^> <!channel>", talk(NADIA).reads().sees, re.MULTILINE)
