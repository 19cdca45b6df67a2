"""What people write, their names and tokens are never in a log: not on a good day, and not when all goes wrong."""

import json
import logging
import re
from typing import Any

import pytest

from qibot.chat.incoming import Incoming
from qibot.chat.platform import Platform
from qibot.chat.router import Reply
from qibot.demo.world import World
from tests.cast import AMINA, MK, TOMASZ
from tests.logbook import Logbook
from tests.platforms.conftest import ON_SQLITE, Users, calls, join, words

TYPED = "Zebrafish trolley for sepsis"
PRIVATE = ("Zebrafish", "trolley", "Amina", "Okafor", "amina.okafor", "Tomasz", "xoxb-", "xapp-", "stand-in-key")


async def conversation(wire: World, user: Users) -> None:
    amina, tomasz = user(AMINA), user(TOMASZ)
    await join(wire, amina, role=TYPED)
    await wire.slack.slash(amina, f"find {TYPED}")
    seen = await wire.slack.slash(amina, "project register")
    assert seen.opened is not None
    await wire.slack.submit(amina, seen.opened, {"title": TYPED, "aim": TYPED, "topics": ["sepsis"]})
    said = await wire.slack.say(tomasz, TYPED)
    await wire.slack.wait_idle(until=lambda: said.messages)
    await wire.slack.open_home(amina)
    await wire.slack.wait_idle(until=lambda: wire.slack.home(amina))


def nothing_private(text: str) -> None:
    found = [word for word in PRIVATE if word.lower() in text.lower()]
    assert found == [], text


@pytest.mark.parametrize("style", ["json", "pretty"])
@ON_SQLITE
async def test_a_good_day(wire: World, user: Users, logged: Logbook, style: str) -> None:
    logged.begin(style)
    await conversation(wire, user)
    await wire.install(MK)
    text = logged()
    assert "installed in a workspace" in text
    nothing_private(text)


@pytest.mark.parametrize("fault", ["429", "500", "drop", "revoked"])
@ON_SQLITE
async def test_a_day_when_slack_misbehaves(wire: World, user: Users, logged: Logbook, fault: Any) -> None:
    amina = user(AMINA)
    await join(wire, amina, role=TYPED)
    wire.slack.faults.fail("*", fault, None)
    for where in wire.slack.responses.values():
        where.uses = 5
    await wire.slack.slash(amina, f"project register {TYPED}")
    await wire.slack.say(amina, TYPED)
    await wire.slack.open_home(amina)
    await wire.slack.wait_idle(until=lambda: calls(wire, "views.publish"))
    assert wire.house.slack is not None
    await wire.house.slack.drain(3)
    text = logged()
    assert "not delivered" in text or "not shown" in text
    nothing_private(text)


@pytest.mark.parametrize("style", ["json", "pretty"])
@ON_SQLITE
async def test_a_fault_in_a_handler_is_told_by_a_reference_that_is_in_the_log(
    wire: World, user: Users, logged: Logbook, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    logged.begin(style)

    async def breaks(*_: object, **__: object) -> None:
        try:
            raise KeyError(TYPED)
        except KeyError as first:
            raise ValueError(f"cannot read {TYPED!r}") from first

    monkeypatch.setattr(wire.house.bot.router, "answer", breaks)
    seen = await wire.slack.slash(user(AMINA), f"find {TYPED}")
    reference = re.search(r"reference: ([0-9a-f]{8})", words(seen))
    assert reference is not None
    text = logged()
    assert reference[1] in text
    assert "ValueError" in text
    assert "KeyError" in text
    assert "test_slack_content.py" in text
    nothing_private(text)


@pytest.mark.parametrize("late", [False, True])
@ON_SQLITE
async def test_a_fault_in_the_adapter_is_told_by_a_reference_too(
    wire: World, user: Users, logged: Logbook, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ValueError(f"cannot show {TYPED!r}")

    async def broken(incoming: Incoming, platform: Platform) -> Reply:
        raise ValueError(TYPED)

    if late:
        monkeypatch.setattr(wire.house.bot, "handle", broken)
    else:
        monkeypatch.setattr("qibot.platforms.slack.adapter.in_acknowledgement", breaks)
    seen = await wire.slack.slash(user(AMINA), f"find {TYPED}")
    await wire.slack.wait_idle(until=lambda: seen.messages)
    reference = re.search(r"reference: ([0-9a-f]{8})", words(seen))
    assert reference is not None
    assert reference[1] in logged()
    nothing_private(logged())


@ON_SQLITE
async def test_a_tick_that_breaks_is_logged_by_its_place(wire: World, logged: Logbook) -> None:
    async def deliver() -> None:
        raise RuntimeError(TYPED)

    await wire.house._tick(deliver)()
    line = json.loads(logged().splitlines()[-1])
    assert (line["event"], line["job"]) == ("tick", "deliver")
    assert "RuntimeError" in line["exception"]
    nothing_private(logged())


async def test_other_people_s_loggers_bring_neither_tracebacks_nor_second_lines(logged: Logbook) -> None:
    logging.getLogger("slack_sdk.web").info("Sending a request - %s", TYPED)
    logging.getLogger("aiosqlite").debug("executing INSERT %s", TYPED)
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task exception=%s>", TYPED)
    try:
        raise ExceptionGroup(TYPED, [ValueError(TYPED)])
    except ExceptionGroup:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    first, second = [json.loads(one) for one in logged().splitlines()]
    assert first["event"] == "Task exception was never retrieved"
    assert second["event"] == "Exception in ASGI application"
    assert "ValueError" in second["exception"]
    nothing_private(logged())


@ON_SQLITE
async def test_bolt_s_own_logger_says_what_and_not_whose(logged: Logbook, wire: World) -> None:
    assert wire.house.slack is not None
    logger = wire.house.slack.adapter.app.logger
    logger.error("Failed to run a request listener: %s", TYPED)
    logger.error("Failed to connect (error: wss://slack.example/?ticket=xoxb-1); Retrying...")
    said = [json.loads(one)["event"] for one in logged().splitlines()]
    assert said[-2:] == ["Failed to run a request listener", "Failed to connect"]


@ON_SQLITE
async def test_an_error_of_the_database_does_not_quote_what_was_being_stored(wire: World) -> None:
    from sqlalchemy.exc import IntegrityError

    from qibot.people.models import Topic

    with pytest.raises(IntegrityError) as error:
        async with wire.house.database.transaction() as db:
            db.add(Topic(slug="sepsis", label=TYPED, group=TYPED))
    assert "trolley" not in str(error.value)
