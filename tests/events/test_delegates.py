"""A list of delegates: members are asked and say so themselves, and nothing of the others is kept."""

from pathlib import Path

import pytest

from qibot.clock import SetClock
from qibot.database import Database
from qibot.errors import WrongFields
from qibot.events.delegates import service
from qibot.outbox.worker import Worker
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ
from tests.events.meeting import hold
from tests.events.test_reflecting import dump
from tests.talk import Network

LIST = f"""Name,E-mail,Organisation
"Okafor, Amina",{AMINA.email.upper()},RD8
Ruth Bell <{RUTH.email}>
Kim Quillfeather\tkim.quillfeather@charity.example\tHospice
No Address, RD8
{AMINA.email}
"""


def test_lists_are_read_however_they_were_copied() -> None:
    found, without = service.read(LIST)
    assert list(found) == [AMINA.email, RUTH.email, "kim.quillfeather@charity.example"]
    assert without == ["No Address, RD8"]
    with pytest.raises(WrongFields):
        service.read("Name, e-mail\nSomebody, @home")


async def test_members_are_asked_and_join_only_when_they_say_so(
    talk: Network, clock: SetClock, worker: Worker, database: Database
) -> None:
    await hold(talk, RUTH)
    await talk.join(AMINA)
    owen, amina = talk(OWEN), talk(AMINA)
    await owen.says("event delegates QI27")
    await owen.fills(rows=LIST)
    assert "Asked now, once each: 1\nHad joined: 1\nNot found: 1" in owen.sees
    assert "Kim Quillfeather kim.quillfeather@charity.example Hospice" in owen.sees
    assert "so not looked for:\nNo Address, RD8" in owen.sees
    assert AMINA.email not in owen.sees.lower()
    await owen.says("event show QI27")
    assert "People: 1 of 1" in owen.sees, "being on a list is not being there"
    for _ in range(2):
        await owen.presses_raw("chat.say", {"text": "event delegates QI27"})
        await owen.fills(rows=LIST)
        await worker.run_until_quiet()
    assert [m.title for m in amina.inbox] == ["Are you coming to “Improving together”?"]
    assert talk(RUTH).inbox == []
    await amina.reads().presses("Yes, I am coming")
    assert "You are in: Improving together" in amina.sees
    await owen.says("event show QI27")
    assert "People: 2 of 1" in owen.sees


async def test_nothing_is_kept_of_who_is_not_in_the_network(talk: Network, database: Database, worker: Worker) -> None:
    await hold(talk)
    await talk(OWEN).says("event delegates QI27")
    await talk(OWEN).fills(rows=LIST)
    await worker.run_until_quiet()
    assert "quillfeather" not in str(await dump(database)).lower()
    if database.dialect == "sqlite":
        for file in Path(str(database.url.database)).parent.glob(f"{Path(str(database.url.database)).name}*"):
            assert b"uillfeather" not in file.read_bytes(), file


async def test_a_no_is_taken_and_nobody_joins_who_was_not_asked(talk: Network, worker: Worker, clock: SetClock) -> None:
    await hold(talk)
    await talk.join(AMINA, TOMASZ)
    await talk(OWEN).says("event delegates QI27")
    await talk(OWEN).fills(rows=AMINA.email)
    await worker.run_until_quiet()
    await talk(AMINA).reads().presses("No, I am not")
    assert "keep no note of your answer" in talk(AMINA).sees
    await talk(AMINA).says("event")
    assert "You have not joined an event yet" in talk(AMINA).sees
    await talk(TOMASZ).presses_raw("events.confirm", {"event": 1, "there": True})
    assert "I did not ask you about that event." in talk(TOMASZ).sees


async def test_only_organisers_of_it_paste_lists_and_those_who_want_no_reminders_are_left_alone(
    talk: Network, worker: Worker
) -> None:
    await hold(talk)
    await talk.join(PRIYA)
    await talk.join(JONAS, purposes=("findable",))
    refused = "That is for those who organise “Improving together”."
    await talk(PRIYA).says("event delegates QI27")
    assert refused in talk(PRIYA).sees
    await talk(PRIYA).submits("events.delegates", {"event": "1", "rows": AMINA.email})
    assert refused in talk(PRIYA).sees
    await talk(OWEN).says("event delegates QI27")
    await talk(OWEN).fills(rows="Jonas Weber")
    assert "no e-mail address" in talk(OWEN).errors["rows"]
    await talk(OWEN).fills(rows=JONAS.email)
    await worker.run_until_quiet()
    assert talk(JONAS).inbox == []
    await talk(OWEN).presses_raw("events.cancel", {"event": 1})
    await talk(OWEN).submits("events.delegates", {"event": "1", "rows": JONAS.email})
    assert "was cancelled" in talk(OWEN).sees
