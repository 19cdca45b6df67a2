"""The plan of follow-ups that an event has of its own."""

from datetime import date

import pytest

from qibot.clock import SetClock
from qibot.errors import WrongFields
from qibot.events import followups
from qibot.outbox.worker import Worker
from tests.cast import AMINA, OWEN
from tests.events.meeting import hold
from tests.events.test_pledges import pass_days
from tests.talk import Network


@pytest.mark.parametrize(
    ("typed", "kept", "said"),
    [
        ("", "2, 6, 12", "after 2, 6 and 12 weeks"),
        ("After 12, 2 and 6 weeks.", "2, 6, 12", "after 2, 6 and 12 weeks"),
        ("1", "1", "after 1 week"),
        ("4 8; 8 & 52 wks", "4, 8, 52", "after 4, 8 and 52 weeks"),
        (" None ", "", "never"),
    ],
)
def test_a_plan_is_read_as_people_write_it(typed: str, kept: str, said: str) -> None:
    assert followups.read(typed) == kept
    assert followups.said(tuple(int(week) for week in kept.split(", ") if week)) == said


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("in two weeks", "as numbers"),
        ("3 months", "as numbers"),
        ("-2", "as numbers"),
        ("²", "as numbers"),
        ("and", "as numbers"),
        ("0, 2", "between 1 and 52"),
        ("53", "between 1 and 52"),
        ("1 2 3 4 5 6 7", "6 times"),
    ],
)
def test_what_cannot_be_meant_is_told(typed: str, why: str) -> None:
    with pytest.raises(WrongFields) as told:
        followups.read(typed)
    assert why in told.value.errors["follow_up"]


async def test_an_event_asks_about_its_promises_by_its_own_plan(talk: Network, clock: SetClock, worker: Worker) -> None:
    await hold(talk, AMINA, follow_up="after 1, 3, 5 and 9 weeks")
    await talk(AMINA).says("pledge Try huddles")
    assert "on Wed 4 Dec, then on Wed 18 Dec, Thu 2 Jan 2020 and Wed 29 Jan 2020." in talk(AMINA).sees
    came = await pass_days(talk, AMINA, clock, worker, until=date(2020, 3, 15))
    assert [moment[:15] for moment, _ in came] == [
        "Wed 04 Dec 2019", "Wed 18 Dec 2019", "Thu 02 Jan 2020", "Wed 29 Jan 2020",
    ]  # fmt: skip


async def test_an_event_may_ask_nobody_and_a_slip_keeps_what_was_typed(
    talk: Network, clock: SetClock, worker: Worker
) -> None:
    await talk.join(OWEN)
    await talk(OWEN).says("event create")
    assert talk(OWEN).form.values["follow_up"] == "2, 6, 12"
    await talk(OWEN).fills(title="Quiet day", day="2019-11-27", code="QI27", follow_up="soon")
    assert talk(OWEN).errors == {"follow_up": "Please give weeks as numbers, such as 2, 6, 12, or write none."}
    assert talk(OWEN).form.values["title"] == "Quiet day"
    await talk(OWEN).fills(follow_up="none")
    assert "is not asked later how it goes" in talk(OWEN).sees
    await talk.join(AMINA)
    await talk(AMINA).says("event join QI27")
    await talk(AMINA).says("pledge Try huddles")
    assert "nobody is asked later how it goes" in talk(AMINA).sees
    assert await pass_days(talk, AMINA, clock, worker, until=date(2020, 3, 15)) == []
