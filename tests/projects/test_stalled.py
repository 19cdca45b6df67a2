"""When a project has stalled its lead is asked, once, kindly, and nobody else hears of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from qibot.chat.message import plain_text
from qibot.clock import SetClock
from qibot.database import Database
from qibot.outbox.models import Delivery
from qibot.projects.models import Handover, Project
from qibot.projects.working.stalled import is_quiet, is_stuck
from tests.cast import AMINA, EVERYBODY, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.introductions.days import Days
from tests.introductions.scene import offer
from tests.projects.test_registering import register
from tests.talk import Network

QUESTION = "How shall it go on with “Falls”?"


@pytest.mark.parametrize(
    ("said", "now", "quiet"),
    [
        # Late on one day, early on another: days are those of the calendar.
        ("2019-11-27T23:30", "2020-02-24T23:59", False),
        ("2019-11-27T23:30", "2020-02-25T00:00", True),
        ("2019-11-27T00:10", "2020-02-25T00:00", True),
        # Over a clock change: midnight in London is 23:00 UTC.
        ("2020-02-01T12:00", "2020-04-30T22:59", False),
        ("2020-02-01T12:00", "2020-04-30T23:00", True),
    ],
)
def test_the_ninetieth_day_is_one_of_the_calendar(said: str, now: str, quiet: bool) -> None:
    project = Project(updated_at=_utc(said))
    assert is_quiet(project, _utc(now)) is quiet


@pytest.mark.parametrize(
    ("since", "now", "stuck"),
    [
        ("2019-11-27", "2020-02-26", False),
        ("2019-11-27", "2020-02-27", True),
        # There is no 31 February; the last day of that month is meant.
        ("2019-11-30", "2020-02-28", False),
        ("2019-11-30", "2020-03-01", True),
    ],
)
def test_three_months_at_two_and_a_half(since: str, now: str, stuck: bool) -> None:
    project = Project(progress=5, progress_at=_utc(f"{since}T10:00"))
    assert is_stuck(project, _utc(f"{now}T09:00")) is stuck
    project.progress = 6
    assert not is_stuck(project, _utc("2022-01-01T09:00"))


def _utc(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.fixture
async def falls(talk: Network) -> None:
    """Amina leads Falls; Ruth helps, Tomasz follows; Owen organises."""
    await talk.join(AMINA, RUTH, TOMASZ, OWEN)
    await register(talk, AMINA, "Falls", topics=("falls",), place="Luton")
    await talk(RUTH).says("project help #1")
    await talk(TOMASZ).says("project follow #1")


def told(talk: Network) -> dict[str, int]:
    """How many messages each got."""
    return {who.name: len(talk(who).inbox) for who in EVERYBODY if talk(who).inbox}


@pytest.mark.usefixtures("falls")
async def test_on_the_ninetieth_day_its_lead_is_asked_once_and_nobody_else(talk: Network, days: Days) -> None:
    await days.forward(89)
    assert told(talk) == {}
    await days.forward(1)
    assert told(talk) == {AMINA.name: 1}
    assert QUESTION in talk(AMINA).reads().sees
    assert "Only you get this question, and only once." in talk(AMINA).sees
    await days.forward(1)
    await days.forward(300)
    assert told(talk) == {AMINA.name: 1}
    for who in (RUTH, TOMASZ, OWEN, STRANGER):
        await talk(who).says("project show #1")
        assert not any(word in talk(who).sees.lower() for word in ("stall", "carry on", "90"))


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        # The 90th day is Thu 26 December: it waits over the holiday.
        (date(2019, 9, 27), datetime(2019, 12, 27, 9, tzinfo=UTC)),
        # Good Friday 10 April 2020, Easter Monday the 13th, and the clocks have gone forward.
        (date(2020, 1, 11), datetime(2020, 4, 14, 8, tzinfo=UTC)),
    ],
)
async def test_it_waits_over_holidays(
    talk: Network, days: Days, clock: SetClock, database: Database, registered: date, asked: datetime
) -> None:
    clock.set(datetime(registered.year, registered.month, registered.day, 12, tzinfo=UTC))
    await talk.join(AMINA)
    await register(talk, AMINA, "Falls")
    await days.forward(90)
    assert told(talk) == {}
    clock.set(asked - timedelta(minutes=1))
    await days.deliver()
    assert told(talk) == {}
    clock.set(asked)
    await days.deliver()
    assert told(talk) == {AMINA.name: 1}
    async with database.transaction() as db:
        assert (await db.scalars(select(Delivery.sent_at))).all()[0].date() == asked.date()  # type: ignore[union-attr]


@pytest.mark.usefixtures("falls")
async def test_standing_at_two_and_a_half_is_a_stall_though_there_are_updates(talk: Network, days: Days) -> None:
    amina = talk(AMINA)
    await amina.submits("projects.update", {"words": "Tested", "progress": "5", "project": "1"})
    for _ in range(3):
        await days.forward(30)
        await amina.says("update #1 Still at it")
    assert amina.inbox == []
    await days.until(2, 27, year=2020)
    assert "It has stood at 2.5 of 5, changes tested" in amina.reads().sees
    # It stands there still, and that is no new stall; silence after that is.
    await amina.says("update #1 Still at it")
    await days.forward(89)
    assert len(amina.inbox) == 1
    await days.forward(1)
    assert len(amina.inbox) == 2
    assert "I have heard nothing of it" in amina.reads().sees


@pytest.mark.usefixtures("falls")
async def test_whatever_is_said_ends_the_stall_and_a_question_that_waits(talk: Network, days: Days) -> None:
    amina = talk(AMINA)
    # Planned in the night, and answered before work begins.
    await days.until(2, 25, 1, year=2020)
    await amina.says("update #1 We go on")
    await days.until(5, 22, year=2020)
    assert amina.inbox == []
    await days.until(5, 26, year=2020)
    assert len(amina.inbox) == 1
    await amina.reads().presses("Carry on")
    assert "Good: “Falls” goes on" in amina.sees
    await days.forward(89)
    assert len(amina.inbox) == 1
    await days.forward(1)
    assert len(amina.inbox) == 2


@pytest.mark.usefixtures("falls")
async def test_a_pause_has_an_end_on_which_it_is_asked_again_once(talk: Network, days: Days) -> None:
    amina = talk(AMINA)
    await days.forward(90)
    await amina.reads().presses("Pause until…")
    await amina.fills(until="2020-02-25")
    assert list(amina.errors) == ["until"]
    await amina.fills(until="2020-07-01")
    assert "“Falls” rests until Wed 1 Jul" in amina.sees
    await amina.presses("Show the project")
    assert "Paused until: Wed 1 Jul" in amina.sees
    await days.until(6, 30, year=2020)
    assert len(amina.inbox) == 1
    await days.until(7, 1, year=2020)
    assert "You paused it until now." in amina.reads().sees
    await days.forward(200)
    assert len(amina.inbox) == 2
    # An update ends a pause before its time.
    await amina.says("project pause #1")
    await amina.fills(until="2021-03-01")
    await amina.says("update #1 Back again")
    await days.until(3, 2, year=2021)
    assert len(amina.inbox) == 2


@pytest.mark.usefixtures("falls")
async def test_handing_on_asks_champions_of_its_topic_and_place_and_the_lead_stays(
    talk: Network, days: Days, database: Database
) -> None:
    amina = talk(AMINA)
    await talk.join(PRIYA, JONAS)
    for who, asks in ((TOMASZ, "12"), (JONAS, "12"), (PRIYA, "1"), (RUTH, "12")):
        await talk(who).says("champion join")
        await talk(who).fills(topics=("falls",), asks_a_month=asks, visibility="open")
    await days.forward(90)
    await amina.reads().presses("Hand it on")
    await amina.presses("Ask champions of its topics")
    assert "I ask 3 champions of its topics about “Falls”" in amina.sees
    await days.deliver()
    # Priya is in Luton, as the project is; of her own organisation Ruth comes last.
    assert {who: n for who, n in told(talk).items() if who != AMINA.name} == {
        PRIYA.name: 1, TOMASZ.name: 1, JONAS.name: 1,
    }  # fmt: skip
    await amina.presses_raw("projects.ask_champions", {"project": 1})
    assert "I ask a champion of its topics" in amina.sees
    await amina.presses_raw("projects.ask_champions", {"project": 1})
    assert "There is no champion of its topics" in amina.sees
    async with database.transaction() as db:
        assert await db.scalar(select(Project.lead_id)) == 1
        assert len((await db.scalars(select(Handover))).all()) == 4
    # Once asked, a champion's month is used as by any other question.
    await register(talk, AMINA, "Falls by day", topics=("falls",))
    await amina.presses_raw("projects.ask_champions", {"project": 2})
    assert "I ask 3 champions" in amina.sees
    await days.deliver()
    assert len(talk(PRIYA).inbox) == 1
    await talk(PRIYA).reads().presses("Yes, I lead it")
    await days.deliver()
    assert "It is led by Priya Raman now." in plain_text(amina.inbox[-1])
    async with database.transaction() as db:
        of_it = select(Handover.state).where(Handover.project_id == 1)
        assert sorted(await db.scalars(of_it)) == ["taken", "withdrawn", "withdrawn", "withdrawn"]


@pytest.mark.usefixtures("falls")
async def test_no_topic_or_no_champion_leads_to_asking_by_name(talk: Network) -> None:
    await talk(AMINA).presses_raw("projects.ask_champions", {"project": 1})
    assert "Ask somebody by name" in talk(AMINA).sees
    await offer(talk, RUTH)
    await register(talk, AMINA, "Zzzz")
    await talk(AMINA).presses_raw("projects.ask_champions", {"project": 2})
    assert "Ask somebody by name" in talk(AMINA).sees
    for name, values in (("carry_on", {"project": 1}), ("ask_champions", {"project": 1})):
        await talk(RUTH).presses_raw(f"projects.{name}", values)
        assert "Only its lead or an organiser" in talk(RUTH).sees


async def test_who_agreed_to_no_reminders_gets_none_and_what_is_over_is_not_asked_about(
    talk: Network, days: Days
) -> None:
    await talk.join(AMINA, purposes=("findable",))
    await talk.join(RUTH)
    await register(talk, AMINA, "Falls")
    await register(talk, RUTH, "Sepsis")
    await talk(RUTH).says("project stop #2")
    await talk(RUTH).presses("Stop with thanks")
    await days.forward(5)
    before = told(talk)
    await days.forward(90)
    assert QUESTION not in "".join(map(plain_text, talk(AMINA).inbox))
    assert [m for m in talk(RUTH).inbox[before.get(RUTH.name, 0) :] if "go on with" in m.title] == []
