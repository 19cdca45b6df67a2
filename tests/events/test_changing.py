"""An event that is changed, shared between organisers, and held at several places."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from qibot.clock import SetClock
from qibot.database import Database
from qibot.events.models import Attendance, Event, EventOrganiser
from qibot.outbox.models import Delivery
from qibot.outbox.worker import Worker
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ
from tests.events.meeting import hold
from tests.events.test_pledges import pass_days
from tests.talk import Network

CHANGED = "“Improving together” has another day or place"


async def edit(talk: Network, **about: Any) -> None:
    await talk(OWEN).says("event edit QI27")
    await talk(OWEN).fills(**about)


async def later(clock: SetClock, worker: Worker) -> None:
    clock.set(clock.now() + timedelta(minutes=6))
    await worker.run_until_quiet()


async def test_who_joined_hears_once_of_another_day_and_place(
    talk: Network, clock: SetClock, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA, OWEN, day="2019-12-04")
    await talk.join(RUTH)
    await edit(talk, day="2019-12-11", place="Luton")
    assert "Day: Wed 11 Dec" in talk(OWEN).sees
    assert "One other person who joined hears of it once" in talk(OWEN).sees
    # A slip put right before anybody heard.
    await edit(talk, day="2019-12-12", place="Luton")
    await worker.run_until_quiet()
    assert talk(AMINA).inbox == []
    await later(clock, worker)
    await later(clock, worker)
    assert [m.title for m in talk(AMINA).inbox] == [CHANGED]
    assert "Day: Thu 12 Dec\nPlace: Luton" in talk(AMINA).reads().sees
    assert talk(OWEN).inbox == talk(RUTH).inbox == []
    await edit(talk, day="2019-12-13")
    await later(clock, worker)
    assert [m.title for m in talk(AMINA).inbox] == [CHANGED] * 2
    async with database.transaction(reading=True) as db:
        assert (await db.get_one(Event, 1)).changes == 3


async def test_another_title_or_nothing_is_no_news(talk: Network, clock: SetClock, worker: Worker) -> None:
    await hold(talk, AMINA)
    await edit(talk, title="Improving  more")
    assert "“Improving more” is changed" in talk(OWEN).sees
    await edit(talk)
    assert "“Improving more” is as it was" in talk(OWEN).sees
    await later(clock, worker)
    assert talk(AMINA).inbox == []


async def test_what_was_promised_is_asked_about_by_the_new_day_and_plan(
    talk: Network, clock: SetClock, worker: Worker
) -> None:
    await hold(talk, AMINA, RUTH)
    await talk(AMINA).says("pledge Try huddles")
    came = await pass_days(talk, AMINA, clock, worker, until=date(2019, 12, 12))
    assert [moment for moment, _ in came] == ["Wed 11 Dec 2019 09:30"]
    # The day was a week later than the calendar said: what was asked is not asked again, the rest moves.
    await edit(talk, day="2019-12-04", follow_up="2, 6, 9")
    came = await pass_days(talk, AMINA, clock, worker, until=date(2020, 3, 31))
    assert [moment for moment, _ in came] == ["Wed 15 Jan 2020 09:30", "Wed 05 Feb 2020 09:30"]


async def test_what_somebody_put_off_is_not_lost_by_a_change(
    talk: Network, clock: SetClock, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("pledge Try huddles")
    await pass_days(talk, AMINA, clock, worker, until=date(2019, 12, 11))
    await talk(AMINA).reads().presses("Remind me in a week")
    await edit(talk, follow_up="none")
    came = await pass_days(talk, AMINA, clock, worker, until=date(2020, 3, 31))
    assert len(came) == 1
    assert came[0][0].startswith("Wed 18 Dec 2019")
    async with database.transaction(reading=True) as db:
        states = sorted(await db.scalars(select(Delivery.state)))
    assert states == ["cancelled", "cancelled", "sent", "sent"]


async def test_moving_there_and_back_asks_as_often_as_before(talk: Network, clock: SetClock, worker: Worker) -> None:
    await hold(talk, AMINA)
    await talk(AMINA).says("pledge Try huddles")
    for day in ("2019-12-02", "2019-11-27", "2019-12-02"):
        await edit(talk, day=day)
    await talk(AMINA).says("pledge And one more")
    came = await pass_days(talk, AMINA, clock, worker, until=date(2020, 3, 31))
    asked = [moment[:15] for moment, title in came if title.startswith("How is it going")]
    assert asked == ["Mon 16 Dec 2019", "Mon 13 Jan 2020", "Mon 24 Feb 2020"]
    assert [title for _, title in came].count(CHANGED) == 1


async def test_bad_changes_are_told_and_nothing_is_half_saved(talk: Network, database: Database) -> None:
    await hold(talk)
    await edit(talk, title="Other", place="; ".join(f"Place {n}" for n in range(11)))
    assert "at most 10 places" in talk(OWEN).errors["place"]
    await talk(OWEN).fills(title="Other", place="Luton", follow_up="sometimes")
    assert "as numbers" in talk(OWEN).errors["follow_up"]
    await talk(OWEN).fills(title="About patient NHS no 999 000 0018")
    assert "title" in talk(OWEN).errors
    async with database.transaction(reading=True) as db:
        event = await db.get_one(Event, 1)
    assert (event.title, event.where, event.changes) == ("Improving together", "Milton Keynes", 0)
    await talk(OWEN).presses_raw("events.cancel", {"event": 1})
    await talk(OWEN).submits("events.edit", {"event": "1", "title": "Back", "day": "2019-12-01"})
    assert "was cancelled" in talk(OWEN).sees


async def test_people_say_at_which_of_several_places_they_are(talk: Network, database: Database) -> None:
    await hold(talk, place="Luton; bedford ;Milton Keynes;LUTON")
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("event join QI27")
    assert "Places: Luton; bedford; Milton Keynes" in amina.sees
    await amina.presses("bedford")
    assert "You are at bedford" in amina.sees
    await amina.presses_raw("events.at_place", {"event": 1, "place": "Leeds"})
    assert "is not at that place now" in amina.sees
    await talk.join(RUTH)
    await talk(RUTH).presses_raw("events.at_place", {"event": 1, "place": "Luton"})
    assert "You have not joined “Improving together”." in talk(RUTH).sees
    await edit(talk, place="Luton; Dunstable")
    async with database.transaction(reading=True) as db:
        assert list(await db.scalars(select(Attendance.place))) == [""], "she is asked again"


async def test_small_numbers_at_places_are_told_to_nobody(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, RUTH, JONAS, TOMASZ, PRIYA, place="Luton; Bedford")
    for who in (AMINA, RUTH, JONAS):
        await talk(who).presses_raw("events.at_place", {"event": 1, "place": "Luton"})
    await talk(OWEN).says("event show QI27")
    assert "At: few, or not counted: not said, Luton" in talk(OWEN).sees
    await edit(talk, place="Luton")
    await talk(OWEN).says("event show QI27")
    assert "At: " not in talk(OWEN).sees


async def test_a_member_who_was_added_organises_this_event_and_no_other(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    await hold(talk, AMINA, code="OTHER", title="Another day")
    owen, amina = talk(OWEN), talk(AMINA)
    await owen.says("event organiser amina qi27")
    assert "Amina Okafor may organise “Improving together” now" in owen.sees
    await owen.says("event organiser Amina Okafor QI27")
    assert "already" in owen.sees
    await amina.says("event show QI27")
    assert "People: 1 of 1 organisations" in amina.sees
    await amina.says("event edit QI27")
    await amina.fills(title="Amina’s day", place="Luton")
    assert "“Amina’s day” is changed" in amina.sees
    await amina.says("event report")
    assert "The report of “Amina’s day”" in amina.sees
    for words in ("event edit OTHER", "event report OTHER", "event organiser Amina OTHER", "event cancel OTHER"):
        await amina.says(words)
        assert "That is for those who organise “Another day”." in amina.sees, words
    await amina.says("event show OTHER")
    assert "People: " not in amina.sees
    await amina.says("event cancel QI27")
    await owen.presses("Take it back")
    assert "Nobody yet" in owen.sees
    await amina.presses("Yes, cancel it")
    assert "That is for those who organise “Amina’s day”." in amina.sees
    async with database.transaction(reading=True) as db:
        assert list(await db.scalars(select(EventOrganiser))) == []
        assert (await db.get_one(Event, 1)).cancelled_at is None


async def test_organisers_are_found_by_name_and_told_when_not(talk: Network) -> None:
    await hold(talk, AMINA)
    for words, told in (
        ("Nobody QI27", "I cannot find “Nobody” in the network."),
        ("QI27", "Nobody yet, besides the organisers"),
        ("Amina NOPE", "I do not know an event with the code “NOPE”."),
        ("", "I do not know an event"),
    ):
        await talk(OWEN).says(f"event organiser {words}".strip())
        assert told in talk(OWEN).sees, words
