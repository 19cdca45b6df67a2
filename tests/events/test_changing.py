"""An event that is changed, shared between organisers, and held at several places."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from qibot.clock import SetClock
from qibot.database import Database
from qibot.events.models import Attendance, Event, EventOrganiser
from qibot.outbox.models import Delivery
from qibot.outbox.worker import Worker
from qibot.people.models import Person
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ
from tests.events.meeting import hold
from tests.events.test_pledges import pass_days
from tests.talk import Network

DAY, BOTH = (f"“Improving together” has another {what}" for what in ("day", "day and place"))
OFF = "“Improving together” will not take place"


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
    assert [m.title for m in talk(AMINA).inbox] == [BOTH]
    assert "Day: Thu 12 Dec\nPlace: Luton" in talk(AMINA).reads().sees
    assert talk(OWEN).inbox == talk(RUTH).inbox == []
    await edit(talk, day="2019-12-13")
    await later(clock, worker)
    assert [m.title for m in talk(AMINA).inbox] == [BOTH, DAY]
    async with database.transaction(reading=True) as db:
        assert (await db.get_one(Event, 1)).changes == 3


async def test_what_is_new_is_said_and_several_changes_are_one_message(
    talk: Network, clock: SetClock, worker: Worker
) -> None:
    await hold(talk, AMINA, day="2019-12-04")
    await edit(talk, place="Luton")
    await later(clock, worker)
    for place in ("Bedford", "Dunstable"):
        await edit(talk, place=place)
    await edit(talk, day="2019-12-05")
    await later(clock, worker)
    titles = [m.title for m in talk(AMINA).inbox]
    assert titles == ["“Improving together” has another place", BOTH]
    assert "Day: Thu 5 Dec\nPlace: Dunstable" in talk(AMINA).reads().sees


async def test_whoever_joined_hears_once_that_it_will_not_take_place(
    talk: Network, clock: SetClock, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA, OWEN, day="2019-12-04")
    await talk.join(RUTH)
    await talk(AMINA).says("pledge Try huddles")
    await edit(talk, day="2019-12-05")
    owen = talk(OWEN)
    await owen.says("event cancel QI27")
    assert "Everybody who joined hears so once." in owen.sees
    asked = owen.message
    for _ in range(2):
        await owen.presses("Yes, cancel it", on=asked)
    await worker.run_until_quiet()
    await later(clock, worker)
    (told,) = talk(AMINA).inbox
    assert told.title == OFF
    assert "Day: Thu 5 Dec" in talk(AMINA).reads().sees
    assert talk(OWEN).inbox == talk(RUTH).inbox == []
    await talk(AMINA).presses("My promises")
    assert "Try huddles" in talk(AMINA).sees
    # Nothing more comes: neither of the change nor of the promise.
    await pass_days(talk, AMINA, clock, worker, until=date(2020, 3, 31))
    assert len(talk(AMINA).inbox) == 1
    async with database.transaction(reading=True) as db:
        assert set(await db.scalars(select(Delivery.state))) == {"sent", "cancelled"}


async def test_an_event_that_is_over_is_cancelled_without_a_word_and_so_it_is_to_whoever_wants_none(
    talk: Network, clock: SetClock, worker: Worker
) -> None:
    await hold(talk, AMINA, TOMASZ, day="2019-12-04")
    await talk(TOMASZ).presses_raw("people.withdraw", {"purpose": "nudges"})
    await talk(OWEN).says("event cancel QI27")
    await talk(OWEN).presses("Yes, cancel it")
    assert "2 others who joined hear so once" in talk(OWEN).sees
    await worker.run_until_quiet()
    assert [len(talk(who).inbox) for who in (AMINA, TOMASZ)] == [1, 0]
    await hold(talk, AMINA, code="PAST")
    clock.forward(timedelta(days=2))
    await talk(OWEN).says("event cancel PAST")
    assert "hears" not in talk(OWEN).sees
    await talk(OWEN).presses("Yes, cancel it")
    assert "There is nobody else to tell." in talk(OWEN).sees
    await worker.run_until_quiet()
    assert len(talk(AMINA).inbox) == 1


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
    assert [title for _, title in came].count(DAY) == 1


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


async def test_a_new_organiser_hears_by_whom_and_steps_down_by_one_press(
    talk: Network, clock: SetClock, worker: Worker, database: Database
) -> None:
    await hold(talk, TOMASZ)
    # It is theirs to run, so it is told to somebody who wants no reminders too.
    await talk.join(AMINA, purposes=("findable",))
    owen, amina = talk(OWEN), talk(AMINA)
    await owen.says("event organiser Amina Okafor QI27")
    assert "I tell them so, with a button to step down." in owen.sees
    await owen.says("event organiser Amina Okafor QI27")
    await worker.run_until_quiet()
    (told,) = amina.inbox
    assert told.title == "You organise “Improving together” now"
    assert "Owen Hughes added you." in amina.reads().sees
    await amina.presses("See the event")
    assert "People: 1 of 1 organisations" in amina.sees
    await amina.presses("I would rather not", on=told)
    assert "You do not organise “Improving together”" in amina.sees
    await amina.presses("I would rather not", on=told)
    await amina.says("event edit QI27")
    assert "That is for those who organise “Improving together”." in amina.sees
    # Added again, and taken back before they heard: nothing more is said.
    clock.forward(timedelta(minutes=1))
    await owen.says("event organiser Amina Okafor QI27")
    await owen.presses("Take it back")
    await worker.run_until_quiet()
    assert len(amina.inbox) == 1
    clock.forward(timedelta(minutes=1))
    await owen.says("event organiser Amina Okafor QI27")
    await worker.run_until_quiet()
    assert [m.title for m in amina.inbox] == [told.title] * 2
    async with database.transaction(reading=True) as db:
        assert len(list(await db.scalars(select(EventOrganiser)))) == 1


async def test_a_new_organiser_hears_so_when_who_added_them_has_left(
    talk: Network, worker: Worker, database: Database, clock: SetClock
) -> None:
    await hold(talk, AMINA)
    await talk(OWEN).says("event organiser Amina Okafor QI27")
    async with database.transaction() as db:
        await db.execute(update(Person).where(Person.name == OWEN.name).values(left_at=clock.now()))
    await worker.run_until_quiet()
    assert "One of its organisers added you." in talk(AMINA).reads().sees


async def test_stepping_down_is_for_oneself_alone(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    await talk(OWEN).says("event organiser Amina Okafor QI27")
    for who in (TOMASZ, OWEN):
        await talk(who).presses_raw("events.step_down", {"event": 1})
    async with database.transaction(reading=True) as db:
        assert len(list(await db.scalars(select(EventOrganiser)))) == 1
    await talk(OWEN).says("event show QI27")
    assert "[Report]" in talk(OWEN).sees, "an organiser of the network stays one"


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
