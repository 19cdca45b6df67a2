"""Promising, being asked how it goes, and answering."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from qibot.clock import SetClock
from qibot.database import Database
from qibot.events.models import Pledge
from qibot.outbox.models import Delivery
from qibot.outbox.worker import Worker
from tests.cast import AMINA, OWEN, RUTH, TOMASZ, Character
from tests.events.meeting import hold
from tests.talk import Network

LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2019, 12, 11, 9, 30, tzinfo=UTC)


async def pass_days(
    talk: Network, who: Character, clock: SetClock, worker: Worker, *, until: date
) -> list[tuple[str, str]]:
    """Look four times a day, at night too; (moment in London, title) of everything that came."""
    seen, came = len(talk(who).inbox), []
    day = clock.now().date()
    while (day := day + timedelta(days=1)) <= until:
        for at in (time(2), time(9, 29), time(9, 30), time(16, 59)):
            clock.set(datetime.combine(day, at, tzinfo=LONDON))
            await worker.run_until_quiet()
            for message in talk(who).inbox[seen:]:
                came.append((clock.now().astimezone(LONDON).strftime("%a %d %b %Y %H:%M"), message.title))
            seen = len(talk(who).inbox)
    return came


async def states(database: Database) -> list[str]:
    async with database.transaction(reading=True) as db:
        return list(await db.scalars(select(Pledge.state).order_by(Pledge.id)))


async def test_what_is_promised_on_the_day_is_asked_about_after_2_6_and_12_weeks(
    talk: Network, clock: SetClock, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.says("pledge Visit the sepsis team in Bedford")
    assert "I will ask you how it goes on Wed 11 Dec, then on Wed 8 Jan 2020 and Wed 19 Feb 2020." in amina.sees
    await amina.presses("Another one")
    await amina.fills(text="Share our checklist")
    came = await pass_days(talk, AMINA, clock, worker, until=date(2020, 3, 15))
    asked = "How is it going with what you promised?"
    assert came == [
        ("Wed 11 Dec 2019 09:30", asked),
        ("Wed 08 Jan 2020 09:30", asked),
        ("Wed 19 Feb 2020 09:30", asked),
    ]
    assert "At Improving together (Wed 27 Nov 2019) you said that you would:" in amina.reads().sees
    assert "> Visit the sepsis team in Bedford" in amina.sees
    assert "> Share our checklist" in amina.sees
    async with database.transaction(reading=True) as db:
        rows = list(await db.scalars(select(Delivery)))
    assert sorted((d.kind, d.subject, d.period, d.state) for d in rows) == [
        ("events.pledge_followup", "event:1", p, "sent") for p in ("12w", "2w", "6w")
    ]


async def test_christmas_and_weekends_move_a_follow_up_on(talk: Network, clock: SetClock, worker: Worker) -> None:
    await hold(talk, AMINA, day="2019-12-11")
    await hold(talk, RUTH, day="2019-11-30", code="SAT")
    await talk(AMINA).says("pledge Two weeks on is Christmas Day")
    assert "on Fri 27 Dec, then on Wed 22 Jan 2020" in talk(AMINA).sees
    await talk(RUTH).says("pledge Two weeks on is a Saturday")
    assert "on Mon 16 Dec, then on Mon 13 Jan 2020" in talk(RUTH).sees
    came = await pass_days(talk, AMINA, clock, worker, until=date(2019, 12, 31))
    assert [moment for moment, _ in came] == ["Fri 27 Dec 2019 09:30"]
    assert len(talk(RUTH).inbox) == 1


async def test_a_later_promise_counts_from_its_own_day_or_goes_with_those_not_asked_yet(
    talk: Network, clock: SetClock, worker: Worker
) -> None:
    await hold(talk, AMINA, RUTH)
    await talk(AMINA).says("pledge On the day")
    clock.forward(timedelta(days=1))
    await talk(RUTH).says("pledge The day after")
    assert "on Thu 12 Dec" in talk(RUTH).sees
    clock.forward(timedelta(days=4))
    await talk(AMINA).says("pledge Five days after")
    assert "on Wed 11 Dec" in talk(AMINA).sees
    clock.set(FIRST)
    await worker.run_until_quiet()
    assert len(talk(AMINA).inbox) == 1
    assert "> On the day" in talk(AMINA).reads().sees
    assert "> Five days after" in talk(AMINA).sees
    await talk(AMINA).says("pledge Two weeks after")
    assert "on Fri 27 Dec" in talk(AMINA).sees
    came = await pass_days(talk, AMINA, clock, worker, until=date(2019, 12, 31))
    assert [moment for moment, _ in came] == ["Fri 27 Dec 2019 09:30"]
    assert "> Two weeks after" in talk(AMINA).reads().sees
    assert "> On the day" not in talk(AMINA).sees


async def test_each_promise_is_answered_by_its_own_buttons_and_only_open_ones_are_asked_again(
    talk: Network, clock: SetClock, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    for words in ("Do it", "Go on with it", "Change it", "Drop it"):
        await amina.says(f"pledge {words}")
    clock.set(FIRST)
    await worker.run_until_quiet()
    await amina.reads().presses("Done", nth=0)
    assert "Well done" in amina.sees
    await amina.presses("Still going", nth=0)
    assert "Good to hear" in amina.sees
    assert "> Do it" not in amina.sees
    await amina.presses("Changed", nth=0)
    assert amina.form.values["text"] == "Change it"
    await amina.fills(text="Try it on one ward")
    assert "> Try it on one ward" in amina.sees
    await amina.presses("Let it go", nth=0)
    assert "Letting go is fine." in amina.sees
    assert "And these?" not in amina.sees
    assert await states(database) == ["done", "going", "changed", "let go"]

    clock.set(datetime(2020, 1, 8, 9, 30, tzinfo=UTC))
    await worker.run_until_quiet()
    again = amina.reads().sees
    assert "> Go on with it" in again
    assert "> Try it on one ward" in again
    assert "> Do it" not in again
    assert "> Drop it" not in again
    await amina.presses("Done", nth=0)
    await amina.presses("Done", nth=0)
    clock.set(datetime(2020, 2, 19, 9, 30, tzinfo=UTC))
    await worker.run_until_quiet()
    assert len(amina.inbox) == 2, "nothing is open, so nothing is asked"
    async with database.transaction(reading=True) as db:
        last = (await db.scalars(select(Delivery).where(Delivery.period == "12w"))).one()
    assert (last.state, last.reason) == ("skipped", "It was no longer true.")


async def test_a_slip_can_be_put_right(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.says("pledge Try huddles")
    await amina.says("pledges")
    await amina.presses("Let it go")
    await amina.says("pledges")
    assert "You have no open promises" in amina.sees
    await amina.presses_raw("events.answer_pledge", {"pledge": 1, "state": "let go"})
    await amina.presses("Take it up again")
    assert await states(database) == ["going"]


async def test_pressing_twice_takes_effect_once(talk: Network, database: Database, clock: SetClock) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    for _ in range(2):
        await amina.says("pledge Try huddles", id="one-press")
    assert amina.last is None
    assert await states(database) == ["open"]
    await amina.says("pledges")
    listed = amina.message
    await amina.presses("Done", on=listed, id="another-press")
    await amina.presses("Still going", on=listed)
    await amina.presses("Done", on=listed, id="another-press")
    assert await states(database) == ["going"]


async def test_nobody_answers_for_another(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    await talk(AMINA).says("pledge Visit the sepsis team")
    tomasz = talk(TOMASZ)
    for state in ("done", "going", "changed", "let go"):
        await tomasz.presses_raw("events.answer_pledge", {"pledge": 1, "state": state})
        assert "I cannot find that promise among yours." in tomasz.sees
    await tomasz.submits("events.change_pledge", {"pledge": "1", "text": "Something else"})
    assert "I cannot find that promise among yours." in tomasz.sees
    await talk(AMINA).presses_raw("events.answer_pledge", {"pledge": 1, "state": "broken"})
    assert "I could not read that button." in talk(AMINA).sees
    await talk(AMINA).presses_raw("events.answer_pledge", {"pledge": 2**40, "state": "done"})
    assert "I cannot find that promise among yours." in talk(AMINA).sees
    assert await states(database) == ["open"]


async def test_without_reminders_nothing_is_sent_and_the_reply_says_so(
    talk: Network, clock: SetClock, worker: Worker
) -> None:
    await talk.join(AMINA, purposes=("findable",))
    await hold(talk, AMINA)
    await talk(AMINA).says("pledge Try huddles")
    assert "You have not agreed to reminders" in talk(AMINA).sees
    assert await pass_days(talk, AMINA, clock, worker, until=date(2019, 12, 20)) == []


async def test_a_cancelled_event_is_not_followed_up(talk: Network, clock: SetClock, worker: Worker) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("pledge Try huddles")
    await talk(OWEN).presses_raw("events.cancel", {"event": 1})
    assert await pass_days(talk, AMINA, clock, worker, until=date(2019, 12, 20)) == []
    await talk(AMINA).says("pledges")
    assert "> Try huddles" in talk(AMINA).sees


async def test_promises_stand_on_the_home_tab_and_can_be_answered_there(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.opens_home()
    assert "My promises" not in amina.sees
    for n in range(4):
        await amina.says(f"pledge Small step {n}")
    await amina.opens_home()
    assert "My promises\n> Small step 0\nImproving together, Wed 27 Nov" in amina.sees
    await amina.presses("All my promises")
    assert "> Small step 3" in amina.sees
    await amina.opens_home()
    await amina.presses("Done")
    assert await states(database) == ["done", "open", "open", "open"]


async def test_more_promises_than_anybody_reads_are_shown_in_turn(talk: Network) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    for n in range(12):
        await amina.says(f"pledge Small step {n:02}")
    await amina.says("pledges")
    assert "There are 2 more; I show them when some of these are done or let go." in amina.sees
    await amina.presses("Done", nth=3)
    assert "> Small step 10" in amina.sees


async def test_a_promise_needs_an_event_and_words_that_fit(talk: Network, database: Database) -> None:
    await talk.join(RUTH)
    await talk(RUTH).says("pledge Try huddles")
    assert "You have not joined an event yet." in talk(RUTH).sees
    await hold(talk, RUTH)
    await talk(RUTH).says("pledge " + "x" * 301)
    assert "at most 300 characters" in talk(RUTH).sees
    await talk(RUTH).says("pledge")
    await talk(RUTH).fills(text="  Try\n huddles ")
    async with database.transaction(reading=True) as db:
        assert list(await db.scalars(select(Pledge.text))) == ["Try huddles"]
