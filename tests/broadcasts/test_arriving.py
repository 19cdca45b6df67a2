"""Who gets it, who does not and why, and figures that never contradict each other."""

import itertools
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from qibot.broadcasts import report, service
from qibot.broadcasts.models import Answer, Broadcast
from qibot.chat.message import Document, plain_text
from qibot.chat.platform import InDoubt, NotNow, Throttled, Unreachable
from qibot.database import Database
from qibot.documents.tables import as_csv
from qibot.people.models import Person
from tests.broadcasts.scene import TITLE, check, deliveries, send, titles
from tests.cast import AMINA, JONAS, LENA, NADIA, OWEN, PRIYA, RUTH, TOMASZ
from tests.introductions.days import Days
from tests.talk import Network

CAST = (AMINA, RUTH, JONAS, TOMASZ, PRIYA, LENA)


@pytest.fixture
async def everybody(talk: Network) -> None:
    await talk.join(*CAST, OWEN)


@pytest.mark.usefixtures("everybody")
async def test_who_cannot_be_written_to_is_skipped_with_the_reason(
    talk: Network, days: Days, database: Database
) -> None:
    await talk(AMINA).presses_raw("people.withdraw", {"purpose": "broadcasts"})
    await talk(RUTH).says("nudges stop news from the organisers")
    await talk(JONAS).says("nudges stop")
    await talk(TOMASZ).says("nudges pause in 2 days")
    talk.paper.refuse[PRIYA.account] = Unreachable("their account cannot be written to")
    await send(talk, days)
    assert await check(database) == {"sent": 2, "failed": 1, "skipped": 4, "waiting": 0}
    await talk(OWEN).says("broadcast show #1")
    for line in (
        "For: 7", "Sent: 2", "Could not be delivered: 1", "Skipped: 4", "Waiting: 0",
        "1: Their account cannot be written to. Ask them to write to me once",
        "1: They have not agreed to announcements. They can agree whenever they like",
        "2: They stopped messages of this kind.", "1: Their messages are paused. Tell them in person",
    ):  # fmt: skip
        assert line in talk(OWEN).sees, line
    assert not re.search(r"\bread\b", talk(OWEN).sees, re.IGNORECASE)
    # An account that was gone once is known to be: the next one skips it.
    await send(talk, days, title="Again")
    await talk(OWEN).says("broadcast show #2")
    assert "1: There is no chat account where I can reach them. Ask them to write to me once" in talk(OWEN).sees


@pytest.mark.usefixtures("everybody")
async def test_one_press_stops_this_kind_and_one_more_stops_all(talk: Network, days: Days) -> None:
    await send(talk, days)
    assert "[Stop these]" in talk(AMINA).reads().sees
    await talk(AMINA).presses("Stop these")
    assert "Stopped: News from the organisers" in talk(AMINA).sees
    await talk(AMINA).presses("Stop all")
    await send(talk, days, title="Another")
    assert titles(talk, AMINA, RUTH) == {"Amina": [TITLE], "Ruth": [TITLE, "Another"]}


@pytest.mark.usefixtures("everybody")
async def test_it_counts_to_the_weekly_cap_and_waits_for_it(talk: Network, days: Days, database: Database) -> None:
    for n in range(4):
        await send(talk, days, title=f"News {n}")
    assert titles(talk, AMINA)["Amina"] == ["News 0", "News 1", "News 2"]
    assert await check(database) == {"sent": 0, "failed": 0, "skipped": 0, "waiting": 7}
    await talk(OWEN).says("broadcast show #4")
    assert "7: There were enough messages this week." in talk(OWEN).sees
    await days.forward(8)
    assert titles(talk, AMINA)["Amina"][-1] == "News 3"


@pytest.mark.usefixtures("everybody")
async def test_after_two_weeks_it_is_no_news_any_more(talk: Network, days: Days, database: Database) -> None:
    days.clock.forward(timedelta(hours=9))
    await send(talk, days)
    await talk(AMINA).says("nudges pause in 4 weeks")
    await days.until(11, 28)
    assert await check(database) == {"sent": 6, "failed": 0, "skipped": 1, "waiting": 0}


@pytest.mark.usefixtures("everybody")
async def test_reminded_in_a_week_is_said_again_and_not_counted_again(
    talk: Network, days: Days, database: Database
) -> None:
    await send(talk, days)
    await talk(AMINA).reads().presses("Remind me in a week")
    await days.forward(7)
    assert titles(talk, AMINA)["Amina"] == [TITLE, TITLE]
    assert await check(database) == {"sent": 7, "failed": 0, "skipped": 0, "waiting": 0}


@pytest.mark.usefixtures("everybody")
async def test_the_organiser_sees_how_it_goes_in_one_message(talk: Network, days: Days, database: Database) -> None:
    talk.paper.refuse[LENA.account] = NotNow("busy")
    await send(talk, days)
    (shown,) = [m for m in talk(OWEN).inbox if m.title != TITLE]
    assert shown.title == f"“{TITLE}”: going out"
    place = talk(OWEN).inbox.index(shown)
    del talk.paper.refuse[LENA.account]
    days.clock.forward(timedelta(seconds=45))
    await days.deliver()
    days.clock.forward(timedelta(seconds=60))
    await days.deliver()
    days.clock.forward(timedelta(seconds=60))
    await days.deliver()
    assert len(talk(OWEN).inbox) == 2
    assert "Sent: 7\n" in plain_text(talk(OWEN).inbox[place])
    assert talk(OWEN).inbox[place].title == f"“{TITLE}”: has gone out"
    await days.forward(3)
    looks = await deliveries(database, "broadcasts.progress_edit")
    assert 2 <= len(looks) <= 12
    # At a modest pace, and it comes to an end.
    moments = sorted(row.due_at for row in looks)
    assert all(b - a >= timedelta(seconds=14) for a, b in itertools.pairwise(moments))
    assert all(row.state == "sent" for row in looks)


@pytest.mark.usefixtures("everybody")
async def test_the_list_has_a_line_for_each_and_no_formula(talk: Network, days: Days, database: Database) -> None:
    async with database.transaction() as db:
        (await db.scalars(select(Person).where(Person.name == LENA.name))).one().name = "=HYPERLINK(A1)"
    await talk(RUTH).says("nudges stop")
    await send(talk, days, answers="+1, Yes")
    await talk(AMINA).reads().presses("+1")
    await talk(OWEN).says("broadcast export #1")
    (file,) = [part for part in talk(OWEN).message.parts if isinstance(part, Document)]
    assert file.name == "broadcast-1.csv"
    lines = file.text.split("\r\n")
    assert lines[0] == "Name,Organisation,Outcome,Reason,When,Answer,Latest change"
    assert len(lines) == 9
    assert "'=HYPERLINK(A1)," in file.text
    assert any(line.startswith("Amina Okafor,") and line.endswith(",2019-11-27 10:01,'+1,") for line in lines)
    assert any(
        line.startswith("Ruth Bell,") and ",skipped,They stopped messages of this kind.,," in line for line in lines
    )


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", "=", '="a,b"'])
def test_whatever_a_cell_begins_with_it_is_words(cell: str) -> None:
    row = as_csv(("a",), [(cell,)]).split("\r\n", 1)[1]
    assert row.removeprefix('"').startswith("'")
    assert as_csv(("a",), [("a=1, b",)]).endswith('"a=1, b"\r\n')


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize("seed", range(4))
async def test_the_four_ends_always_add_up(talk: Network, days: Days, database: Database, seed: int) -> None:
    """Whatever people, platforms and organisers do in whatever order, and whenever somebody looks."""
    await talk.join(NADIA)
    dice = random.Random(seed)
    days.clock.forward(timedelta(hours=dice.choice((0, 5, 6, 7))))
    await send(talk, days, answers="Yes, No")
    for _ in range(12):
        await _something(talk, days, dice)
        await _adds_up(database, days)
    talk.paper.refuse.clear()
    for _ in range(16):
        await days.forward(1)
    ends = await check(database)
    assert ends["waiting"] == 0
    assert sum(len([m for m in talk(who).inbox if m.title != f"“{TITLE}”"]) >= 1 for who in CAST) <= ends["sent"] + 1


async def _something(talk: Network, days: Days, dice: random.Random) -> None:
    who = dice.choice(CAST)
    faults = (NotNow("busy"), InDoubt("lost"), Throttled(20), Unreachable("gone"))
    match dice.randrange(9):
        case 0:
            talk.papers[who.platform].refuse[who.account] = dice.choice(faults)
        case 1:
            talk.papers[who.platform].refuse.pop(who.account, None)
        case 2:
            await talk(who).presses_raw("people.withdraw", {"purpose": "broadcasts"})
        case 3:
            await talk(who).says("nudges pause in 3 days")
        case 4:
            await talk(who).presses_raw("broadcasts.answer", {"broadcast": 1, "choice": dice.randrange(2)})
        case 5:
            await talk(OWEN).submits("broadcasts.correct", {"broadcast": "1", "title": TITLE, "body": "Other words."})
        case 6 if dice.random() < 0.3:
            await talk(OWEN).presses_raw(f"broadcasts.{dice.choice(('stop', 'withdraw'))}", {"broadcast": 1})
        case _:
            days.clock.forward(timedelta(minutes=dice.choice((1, 10, 600))))
            await days.deliver()


async def _adds_up(database: Database, days: Days) -> None:
    ends = await check(database)
    async with database.transaction(reading=True) as db:
        found = await service.by_id(db, 1)
        figures = await report.figures(db, found, days.clock.now())
        answers = len((await db.scalars(select(Answer))).all())
    assert figures.size == found.size == figures.sent + figures.failed + figures.skipped + figures.waiting == 8
    assert ends == {name: getattr(figures, name) for name in ends}
    assert sum(count for _, count in figures.answered) == answers
    by_end: dict[str, int] = dict.fromkeys(("failed", "skipped"), 0)
    for end, _, count in figures.reasons:
        if end in by_end:
            by_end[end] += count
    assert by_end == {name: ends[name] for name in by_end}


def test_a_broadcast_without_buttons_has_no_labels() -> None:
    made: Any = Broadcast(answers="[]")
    assert made.labels == ()
