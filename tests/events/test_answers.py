"""“You said, we did”: written, looked at, and told once to all who were part of an event."""

from datetime import timedelta

import pytest

from qibot.clock import SetClock
from qibot.database import Database
from qibot.events import answers
from qibot.outbox import service as outbox
from qibot.outbox.worker import Worker
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ
from tests.events.meeting import hold
from tests.events.test_report import the_report
from tests.talk import Network

WORDS = "What happens next?? -> This message\n\n  Tea → tea  \nA list of champions"


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (WORDS, [("What happens next??", "This message"), ("Tea", "tea"), ("", "A list of champions")]),
        ("a => b -> c", [("a", "b -> c")]),
        ("-> b", [("", "b")]),
        (" \n ", []),
    ],
)
def test_each_line_is_what_was_said_and_what_was_done(words: str, lines: list[tuple[str, str]]) -> None:
    assert answers.lines(words) == lines


async def test_everybody_who_joined_is_told_once_if_they_agreed(
    talk: Network, clock: SetClock, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA, RUTH)
    await talk.join(JONAS, purposes=("nudges",))
    await talk(JONAS).says("event join QI27")
    await talk.join(PRIYA)
    owen = talk(OWEN)
    await owen.says("event answers QI27")
    await owen.fills(words=WORDS)
    assert "You said: What happens next??\nWe did: This message" in owen.sees
    preview = owen.message
    await worker.run_until_quiet()
    assert talk(AMINA).inbox == [], "nothing goes before it was looked at"
    assert "You said, we did" not in await the_report(talk)
    await owen.presses("Change it", on=preview)
    assert owen.form.values["words"] == WORDS
    await owen.fills(words="Emails? -> One a quarter")
    preview = owen.message
    await owen.presses("Send it to 3 people", on=preview)
    assert "It is on its way" in owen.sees
    await owen.presses("Send it to 3 people", on=preview)
    assert "is told once." in owen.sees
    clock.set(clock.now() + timedelta(minutes=1))
    await worker.run_until_quiet()
    for who in (AMINA, RUTH):
        assert [m.title for m in talk(who).inbox] == ["You said, we did: “Improving together”"]
        assert "You said: Emails?\nWe did: One a quarter" in talk(who).reads().sees
    assert talk(JONAS).inbox == talk(PRIYA).inbox == []
    async with database.transaction(reading=True) as db:
        counts = await outbox.counts(db)
    assert (counts["sent"], counts["skipped"]) == (2, 1)
    assert "## You said, we did\n\n- Emails? – One a quarter\n" in await the_report(talk)
    await owen.says("event answers QI27")
    assert "is told once." in owen.sees
    await owen.submits("events.answers", {"event": "1", "words": "Other words"})
    assert "is told once." in owen.sees


async def test_bad_lines_are_told_and_nobody_else_may_write_or_send(talk: Network) -> None:
    await hold(talk, AMINA)
    owen, amina = talk(OWEN), talk(AMINA)
    await owen.presses_raw("events.tell_answers", {"event": 1})
    assert "Nothing was written yet." in owen.sees
    await owen.says("event answers QI27")
    for words, told in (
        ("Emails? ->", "what was done"),
        ("\n".join(["x -> y"] * 21), "20 lines"),
        ("x -> patient NHS no 999 000 0018", "NHS or hospital number"),
    ):
        await owen.fills(words=words)
        assert told in owen.errors["words"]
        assert owen.form.values["words"] == words
    await owen.fills(words="Emails? -> Yes")
    refused = "That is for those who organise “Improving together”."
    await amina.says("event answers QI27")
    assert refused in amina.sees
    await amina.submits("events.answers", {"event": "1", "words": "Mine"})
    assert refused in amina.sees
    await amina.presses_raw("events.tell_answers", {"event": 1})
    assert refused in amina.sees


async def test_an_event_without_anybody_has_nobody_to_tell(talk: Network) -> None:
    await hold(talk)
    await talk.join(TOMASZ)
    await talk(OWEN).says("event answers QI27")
    await talk(OWEN).fills(words="Tea")
    assert "there is nobody to send it to" in talk(OWEN).sees
    assert "[Send" not in talk(OWEN).sees
