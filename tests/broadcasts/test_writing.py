"""Writing a broadcast: exactly the people that are meant, seen before anything is sent."""

from typing import Any

import pytest
from sqlalchemy import select

from qibot.database import Database
from qibot.people.models import Receipt
from tests.broadcasts.scene import BODY, TITLE, label_of, send, send_label, titles, write
from tests.cast import AMINA, JONAS, LENA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.introductions.days import Days
from tests.talk import ORGANISATIONS, Network

CAST = (AMINA, RUTH, JONAS, TOMASZ, PRIYA)


@pytest.fixture
async def owen(talk: Network) -> None:
    """Five people and an organiser."""
    await talk.join(AMINA, RUTH, OWEN, topics=("sepsis",))
    await talk.join(JONAS, TOMASZ, PRIYA)


def organisation(talk: Network, code: str) -> str:
    return next(c.value for c in talk(OWEN).form.choices["organisation"] if c.label == ORGANISATIONS[code])


@pytest.mark.usefixtures("owen")
@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({}, "Amina Okafor, Jonas Weber, Owen Hughes, Priya Raman, Ruth Bell, Tomasz Nowak"),
        ({"organisation": "RD8"}, "Amina Okafor, Ruth Bell"),
        ({"place": " luton "}, "Owen Hughes, Priya Raman"),
        ({"topic": "sepsis"}, "Amina Okafor, Owen Hughes, Ruth Bell"),
        ({"role": "MATRON"}, "Ruth Bell"),
        ({"event": "qi27"}, "Jonas Weber, Ruth Bell"),
        ({"event": "QI27", "organisation": "RD8"}, "Ruth Bell"),
        ({"listed": "jonas.weber@rv3.example; Amina Okafor"}, "Amina Okafor, Jonas Weber"),
    ],
)
async def test_it_is_for_exactly_those_who_fit_all_of_it(talk: Network, said: dict[str, Any], names: str) -> None:
    await talk(OWEN).says("event create")
    await talk(OWEN).fills(title="Improving together", day="2019-11-27", code="QI27")
    for who in (RUTH, JONAS):
        await talk(who).says("event join QI27")
    await talk(OWEN).says("broadcast")
    if "organisation" in said:
        said = {**said, "organisation": organisation(talk, said["organisation"])}
    await talk(OWEN).fills(title=TITLE, body=BODY, **said)
    assert f"\n{names}\n" in talk(OWEN).sees
    assert f"People: {len(names.split(', '))}\n" in talk(OWEN).sees
    assert "Nothing has been sent." in talk(OWEN).sees


@pytest.mark.usefixtures("owen")
async def test_whom_the_list_does_not_find_is_listed_back(talk: Network) -> None:
    listed = "Amina Okafor <AMINA.okafor@rd8.example>\nNobody Here, x@y.example\n ruth  bell \nRuth Bell;"
    await write(talk, listed=listed)
    assert "\nAmina Okafor, Ruth Bell\n" in talk(OWEN).sees
    assert "I did not find: Nobody Here, x@y.example. They may not have joined." in talk(OWEN).sees
    await write(talk, listed="Nobody Here")
    assert "there is nobody to send it to" in talk(OWEN).sees
    assert "Send to" not in talk(OWEN).sees


@pytest.mark.usefixtures("owen")
async def test_two_of_one_name_are_not_guessed_at(talk: Network) -> None:
    await talk.join(LENA)
    await talk(LENA).says("join")
    await talk(LENA).fills(name="Ruth Bell")
    await write(talk, listed="Ruth Bell, Jonas Weber")
    assert "I did not find: Ruth Bell (more than one)" in talk(OWEN).sees
    assert "People: 1\n" in talk(OWEN).sees


@pytest.mark.usefixtures("owen")
async def test_who_cannot_be_written_to_is_said_before_sending(talk: Network) -> None:
    await talk(AMINA).presses_raw("people.withdraw", {"purpose": "broadcasts"})
    await talk(RUTH).says("nudges stop")
    await talk(JONAS).says("nudges pause in 2 weeks")
    await write(talk)
    for line in (
        "People: 6",
        "1: They have not agreed to announcements.",
        "1: They stopped messages of this kind.",
        "1: Their messages are paused.",
    ):
        assert line in talk(OWEN).sees


@pytest.mark.usefixtures("owen")
async def test_those_who_have_not_answered_an_earlier_one(talk: Network, days: Days) -> None:
    await send(talk, days, answers="Yes, No", organisation="")
    await talk(AMINA).reads().presses("Yes")
    await talk(RUTH).says("leave")
    await talk(RUTH).presses("Yes, leave")
    await talk(OWEN).says("broadcast")
    await talk(OWEN).fills(title="Are you?", body="Please say.", after="a new room")
    # Who has left since is not left out in silence.
    assert "\nJonas Weber, Owen Hughes, Priya Raman, Ruth Bell, Tomasz Nowak\n" in talk(OWEN).sees
    assert "1: They left the network." in talk(OWEN).sees


@pytest.mark.usefixtures("owen")
async def test_a_test_goes_to_the_organiser_alone_and_looks_as_it_will(talk: Network, days: Days) -> None:
    await write(talk, answers="Yes, No", takes_words=True)
    draft = talk(OWEN).message
    await talk(OWEN).presses("Test to me")
    tested = talk(OWEN).message
    assert tested.beside
    assert "[Yes] [No] [Write to the organisers]" in talk(OWEN).sees
    await talk(OWEN).presses("Yes")
    assert "If it was a test, nothing was counted." in talk(OWEN).sees
    await talk(OWEN).presses("Write to the organisers", on=tested)
    assert "I cannot find that message among yours" in talk(OWEN).sees
    await days.deliver()
    assert not any(titles(talk, *CAST, OWEN).values())
    await talk(OWEN).presses(label_of(draft), on=draft)
    await days.forward(1)
    assert talk(AMINA).inbox[0].parts[:2] == tested.parts[:2]


@pytest.mark.usefixtures("owen")
async def test_a_draft_is_changed_and_thrown_away(talk: Network) -> None:
    await write(talk, listed="Amina Okafor, Ruth Bell", answers="Yes, No", on="2019-12-02", hour="11")
    stale = talk(OWEN).message
    await talk(OWEN).presses("Change")
    assert talk(OWEN).form.values["answers"] == "Yes, No"
    assert talk(OWEN).form.values["hour"] == "11"
    await talk(OWEN).fills(title="Another room")
    # The list stays as it was, although the form does not show it.
    assert "“Another room” is a draft" in talk(OWEN).sees
    assert "\nAmina Okafor, Ruth Bell\n" in talk(OWEN).sees
    assert "Goes out: Mon 2 Dec at 11:00" in talk(OWEN).sees
    await talk(OWEN).presses(label_of(stale), on=stale)
    assert "It was changed since you looked at it." in talk(OWEN).sees
    await talk(OWEN).says("broadcast show another")
    await talk(OWEN).presses("Throw away")
    assert "The draft is gone" in talk(OWEN).sees
    await talk(OWEN).says("broadcasts")
    assert "There are no broadcasts yet" in talk(OWEN).sees
    await talk(OWEN).presses("Test to me", on=stale)
    assert "I cannot find that broadcast." in talk(OWEN).sees


@pytest.mark.usefixtures("owen")
@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"title": ""}, "title", "Please fill this in."),
        ({"body": "the patient is 943 476 5919"}, "body", "patient details never belong here"),
        ({"listed": "the patient is 943 476 5919"}, "listed", "patient details never belong here"),
        ({"answers": "a,b,c,d,e"}, "answers", "keep to 4 answers of 30 characters each"),
        ({"answers": "x" * 31}, "answers", "keep to 4 answers of 30 characters each"),
        ({"event": "NOSUCH"}, "event", "I do not know an event"),
        ({"after": "#9"}, "after", "I cannot find that broadcast."),
        ({"after": "tea"}, "after", "I do not know a broadcast called “tea”."),
        ({"on": "2019-11-26"}, "on", "a day within the next year"),
        ({"on": "2019-12-25"}, "on", "That is no working day. The next one is Friday 27 December."),
        ({"on": "2019-11-27", "hour": "9"}, "hour", "That hour has passed."),
        ({"hour": "9"}, "on", "choose the day as well"),
    ],
)
async def test_what_is_not_right_is_said_beside_its_field(
    talk: Network, said: dict[str, Any], field: str, sentence: str
) -> None:
    await talk(OWEN).says("broadcast")
    await talk(OWEN).fills(**{"title": TITLE, "body": BODY, **said})
    assert sentence in talk(OWEN).errors[field]
    await talk(OWEN).says("broadcasts")
    assert "There are no broadcasts yet" in talk(OWEN).sees


@pytest.mark.usefixtures("owen")
@pytest.mark.parametrize("field", ["organisation", "topic", "broadcast"])
async def test_what_was_never_offered_is_refused(talk: Network, field: str) -> None:
    values = {"title": TITLE, "body": BODY, field: "999"}
    await talk(OWEN).submits("broadcasts.compose", values)
    if field == "broadcast":
        assert "I cannot find that broadcast." in talk(OWEN).sees
    else:
        assert "choose one of those offered" in talk(OWEN).errors[field]


@pytest.mark.usefixtures("owen")
async def test_only_organisers_write_and_look_and_the_audit_has_no_words(
    talk: Network, database: Database, days: Days
) -> None:
    await send(talk, days)
    for who in (AMINA, STRANGER):
        for words in ("broadcast", "broadcasts", "broadcast show #1", "broadcast replies #1", "broadcast export #1"):
            await talk(who).says(words)
            assert "for organisers" in talk(who).sees or "not joined" in talk(who).sees, words
        for wire in ("test", "undo", "discard", "stop", "withdraw", "open_change", "open_correct"):
            await talk(who).presses_raw(f"broadcasts.{wire}", {"broadcast": 1})
            assert "for organisers" in talk(who).sees or "not joined" in talk(who).sees, wire
    await talk(OWEN).says("broadcast export #1")
    async with database.transaction(reading=True) as db:
        rows = [(r.what, r.person_id) for r in await db.scalars(select(Receipt)) if r.what.startswith("broadcast")]
    assert ("broadcasts.compose", 3) in rows
    assert ("broadcasts.send", 3) in rows
    assert ("broadcast export", 3) in rows
    assert {what for what, who in rows if who == 3} <= {"broadcasts.compose", "broadcasts.send", "broadcast export"}


@pytest.mark.usefixtures("owen")
async def test_names_of_broadcasts_are_read(talk: Network) -> None:
    await write(talk, title="Tea on Monday")
    await write(talk, title="Tea on Tuesday")
    assert send_label(talk) == "Send to 6 people"
    await talk(OWEN).says("broadcast show tea on tuesday")
    assert "“Tea on Tuesday” is a draft" in talk(OWEN).sees
    await talk(OWEN).says("broadcast show tea")
    assert "There are 2 broadcasts like “tea”." in talk(OWEN).sees
    await talk(OWEN).says("broadcast show coffee")
    assert "I do not know a broadcast called “coffee”." in talk(OWEN).sees
    await talk(OWEN).says("broadcast export tea on monday")
    assert "It has not started" in talk(OWEN).sees
