"""Rounds changed while they run: by organisers only, from the coming round on, and whoever takes part hears so once."""

from sqlalchemy import select

from qibot.database import Database
from qibot.introductions.rounds.models import Programme
from tests.cast import AMINA, JONAS, OWEN, PRIYA, TOMASZ
from tests.introductions.days import Days
from tests.introductions.rounds.chat_scene import NAME, agree, first_round, met, start, take_part, titles
from tests.talk import Network

CHANGED = f"“{NAME}” has changed"


async def test_the_day_the_rhythm_and_the_rule_hold_from_the_coming_round_on(talk: Network, days: Days) -> None:
    cast = (AMINA, JONAS, TOMASZ, PRIYA)
    await talk.join(*cast, OWEN, topics=("sepsis",))
    await first_round(talk, days, *cast)
    before = met(talk, *cast)
    owen = talk(OWEN)
    await owen.says(f"round change {NAME}")
    assert owen.form.values["next_on"] == "2020-01-02"
    await owen.fills(next_on="2019-12-11", rhythm="weekly", cool_down="8")
    assert "The next round: Wed 11 Dec" in owen.sees
    await days.until(12, 3)
    assert "How often: Every week" in talk(AMINA).reads().sees
    assert "The same two again: not within 8 weeks" in talk(AMINA).sees
    await days.until(12, 10)
    assert met(talk, *cast) == before
    await days.until(12, 11)
    after = met(talk, *cast)
    assert after, "there is a round on that day"
    assert not after & before, "within eight weeks nobody meets the same person again"
    await owen.says(f"round show {NAME}")
    assert "The next round: Wed 18 Dec" in owen.sees
    assert titles(talk, AMINA).count(CHANGED) == 1


async def test_of_several_changes_the_last_one_is_told_once(talk: Network, days: Days) -> None:
    await talk.join(AMINA, JONAS, OWEN)
    await start(talk)
    await take_part(talk, AMINA)
    await talk(OWEN).says(f"round show {NAME}")
    await talk(OWEN).presses("Change")
    await talk(OWEN).fills(rhythm="quarterly")
    await talk(OWEN).presses("Change it again")
    await talk(OWEN).fills(rhythm="fortnightly")
    await days.deliver()
    assert titles(talk, AMINA) == [], "there is a minute to put it right"
    await days.forward(1)
    assert titles(talk, AMINA).count(CHANGED) == 1
    assert titles(talk, JONAS).count(CHANGED) == 0, "who does not take part hears nothing"
    assert "How often: Every two weeks" in talk(AMINA).reads(titles(talk, AMINA).index(CHANGED)).sees
    await talk(AMINA).presses("Leave")
    assert "You have left" in talk(AMINA).sees


async def test_saving_it_as_it_is_tells_nobody(talk: Network, days: Days) -> None:
    await talk.join(AMINA, OWEN)
    await start(talk)
    await take_part(talk, AMINA)
    await talk(OWEN).says(f"round change {NAME}")
    await talk(OWEN).fills()
    assert "is as it was" in talk(OWEN).sees
    await days.forward(1)
    assert CHANGED not in titles(talk, AMINA)


async def test_what_cannot_be_is_said_beside_its_field_and_changes_nothing(talk: Network, database: Database) -> None:
    await talk.join(OWEN)
    await start(talk)
    await start(talk, name="Tea")
    owen = talk(OWEN)
    await owen.says("round change tea")
    for field, value in (("name", NAME.upper()), ("name", "…"), ("next_on", "2019-11-01"), ("next_on", "2022-01-01")):
        await owen.fills(**{field: value})
        assert owen.errors.keys() == {field}
        await owen.says("round change tea")
    async with database.transaction(reading=True) as db:
        tea = (await db.scalars(select(Programme).where(Programme.folded == "tea"))).one()
    assert (tea.name, tea.next_on.isoformat()) == ("Tea", "2019-12-02")


async def test_not_while_an_agreed_round_waits_to_go_out(talk: Network, days: Days) -> None:
    await talk.join(AMINA, JONAS, OWEN)
    await start(talk)
    await take_part(talk, AMINA, JONAS)
    await talk(OWEN).says(f"round show {NAME}")
    shown = talk(OWEN).message
    await agree(talk)
    await talk(OWEN).presses("Change", on=shown)
    await talk(OWEN).fills(rhythm="weekly")
    assert "Its coming round is about to go out." in talk(OWEN).sees
    await talk(OWEN).says(f"round show {NAME}")
    assert "How often: Every month" in talk(OWEN).sees


async def test_only_organisers_change_rounds(talk: Network) -> None:
    await talk.join(AMINA, OWEN)
    await start(talk)
    amina = talk(AMINA)
    for attempt in (
        amina.says(f"round change {NAME}"),
        amina.presses_raw("rounds.open_change", {"programme": 1}),
        amina.submits("rounds.change", {"programme": "1", "name": "Mine", "rhythm": "weekly"}),
    ):
        await attempt
        assert "organiser" in amina.sees.lower(), amina.sees
    await talk(OWEN).says("rounds")
    assert NAME in talk(OWEN).sees
