"""What introductions have come to: of the network, and no small number."""

import pytest
from sqlalchemy import insert

from qibot.clock import SetClock
from qibot.database import Database
from qibot.introductions.figures import Figures, said
from qibot.introductions.models import ACCEPTED, Introduction
from tests.cast import AMINA, TOMASZ
from tests.talk import Network


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        ((4, 2, 1), Figures()),
        ((5, 5, 5), Figures(5, 5, 5)),
        ((41, 23, 9), Figures(41, 23, 9)),
        ((41, 23, 3), Figures(41, 23, 0)),
        # 41 less 38 is a small number, and so is 23 less 20.
        ((41, 38, 20), Figures(41, 0, 20)),
        ((41, 23, 20), Figures(41, 23, 0)),
        ((41, 38, 38), Figures(41, 0, 0)),
        ((0, 0, 0), Figures()),
    ],
)
def test_no_number_under_five_is_said_or_can_be_worked_out(counted: tuple[int, int, int], shown: Figures) -> None:
    assert said(*counted) == shown


async def test_the_list_of_ones_own_ends_with_the_figures_of_the_network(
    talk: Network, database: Database, clock: SetClock
) -> None:
    await talk.join(AMINA, TOMASZ)
    one = {"asker_id": 1, "champion_id": 2, "reason": "x", "asked_at": clock.now(), "expires_at": clock.now()}
    one |= {"answered_at": clock.now(), "state": ACCEPTED, "shows": "role", "held_back": False}
    made = [
        {**one, "met": "yes" if n < 12 else "planned", "outcome": "project" if n < 6 else "nothing yet"}
        for n in range(20)
    ]
    async with database.transaction() as db:
        await db.execute(insert(Introduction), [*made, {**one, "state": "declined", "met": "", "outcome": ""}])
    await talk(AMINA).says("introductions")
    assert (
        "In the whole network there were 20 introductions so far. 12 led to a meeting. "
        "An idea, a project or a changed practice came of 6."
    ) in talk(AMINA).sees
