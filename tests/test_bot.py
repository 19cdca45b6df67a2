"""The heart: one incoming, one transaction, one reply, whatever goes wrong; and who may do what, row by row."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.bot import Bot
from qibot.chat.incoming import Command, Profile, Sender
from qibot.chat.message import Message
from qibot.chat.platform import NotNow
from qibot.chat.wire import Action
from qibot.database import Base, Database
from qibot.errors import Refused
from qibot.events.models import Pledge
from qibot.features import router
from qibot.people import service as people
from qibot.people.models import Identity, Person, Receipt
from tests.cast import AMINA, OWEN, STRANGER, TOMASZ
from tests.events.meeting import hold
from tests.logbook import Logbook, as_before
from tests.talk import PLATFORM, Network, Talk

Dump = dict[str, list[Any]]


async def dump(database: Database) -> Dump:
    """Every row of every table."""
    async with database.transaction(reading=True) as db:
        tables = Base.metadata.sorted_tables
        return {t.name: sorted(map(repr, (await db.execute(select(t))).all())) for t in tables}


async def count(database: Database, model: Any) -> int:
    async with database.transaction(reading=True) as db:
        return await db.scalar(select(func.count()).select_from(model)) or 0


JOINING = {"name": "Amina Okafor", "organisation": "1", "topics": ["sepsis"], "purposes": ["findable"]}


# --- once


async def test_the_same_thing_twice_takes_effect_once(talk: Network, database: Database) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    await amina.says("pledge Start a sepsis trolley", id="the same")
    assert "sepsis trolley" in amina.sees
    await amina.says("pledge Start a sepsis trolley", id="the same")
    assert amina.last is None
    await amina.says("pledge Start a sepsis trolley", id="another")
    assert await count(database, Pledge) == 2


async def test_the_same_id_elsewhere_is_another_thing(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    for who in (AMINA, TOMASZ):
        await talk(who).says("pledge Start a sepsis trolley", id="the same")
    assert await count(database, Pledge) == 2


# --- what goes wrong leaves nothing behind


@pytest.fixture
def breaking(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """`breaking(error)`: from here on every handler does all its work, and then raises."""

    def arm(error: Exception) -> None:
        answer = bot.router.answer

        async def broken(*args: Any) -> None:
            await answer(*args)
            raise error

        monkeypatch.setattr(bot.router, "answer", broken)

    return arm


async def test_a_fault_saves_nothing_and_is_told_by_a_reference(
    talk: Network, database: Database, bot: Bot, breaking: Callable[[Exception], None]
) -> None:
    amina = talk(AMINA)
    await amina.says("join")
    before = await dump(database)
    breaking(RuntimeError("quoting what was typed"))
    with as_before():
        logged = Logbook()
        await amina.submits("people.join", JOINING)
    found = re.search(r"reference: ([0-9a-f]{8})", amina.sees)
    assert found is not None
    assert "Nothing was saved" in amina.sees
    assert "RuntimeError" not in amina.sees
    assert found[1] in logged()
    assert "quoting" not in logged()
    assert await dump(database) == before
    assert bot.answered["paper", "people.join", "fault"] == 1


async def test_a_kind_refusal_saves_nothing_either(
    talk: Network, database: Database, breaking: Callable[[Exception], None]
) -> None:
    amina = talk(AMINA)
    await amina.says("join")
    before = await dump(database)
    breaking(Refused("Not today.", "Try tomorrow."))
    await amina.submits("people.join", JOINING)
    assert amina.sees == "Not today.\nTry tomorrow."
    assert await dump(database) == before


async def test_a_form_to_correct_keeps_what_was_typed_and_can_be_sent_again(talk: Network, database: Database) -> None:
    amina = talk(AMINA)
    await amina.says("join")
    await amina.submits("people.join", {**JOINING, "name": "NHS number 999 000 0018", "role": "Sister"}, id="view")
    assert set(amina.errors) == {"name"}
    assert (amina.form.values["name"], amina.form.values["role"]) == ("NHS number 999 000 0018", "Sister")
    assert await count(database, Receipt) == 0
    assert await count(database, Person) == 0
    await amina.submits("people.join", JOINING, id="view")
    assert "Welcome" in amina.sees
    await amina.submits("people.join", JOINING, id="view")
    assert amina.last is None


# --- who it is


async def test_another_bot_is_not_answered_and_not_remembered(
    talk: Network, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def profile(_: Sender) -> Profile:
        return Profile("Robot", bot=True)

    monkeypatch.setattr(talk.paper, "profile", profile)
    await talk(AMINA).says("help")
    assert talk(AMINA).last is None
    assert await count(database, Identity) == 0


async def test_who_cannot_be_asked_about_just_now_is_not_remembered_without_a_name(
    talk: Network, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def profile(_: Sender) -> Profile:
        raise NotNow("Slack could not be reached")

    with monkeypatch.context() as only_now:
        only_now.setattr(talk.paper, "profile", profile)
        await talk(AMINA).says("help")
        assert "Please try again in a minute" in talk(AMINA).sees
    assert await count(database, Identity) == 0
    await talk(AMINA).says("join")
    assert talk(AMINA).form.values["contact"] == AMINA.email


async def test_a_workspace_installed_again_is_open_again_even_if_nobody_said_it_was_gone(
    bot: Bot, talk: Network, database: Database
) -> None:
    await talk(AMINA).says("help")
    async with database.transaction() as db:
        identity = (await db.scalars(select(Identity))).one()
        identity.unreachable = "the app is no longer installed in their workspace"
    await bot.installed("paper", AMINA.workspace, "Milton Keynes")
    async with database.transaction(reading=True) as db:
        assert (await db.scalars(select(Identity.unreachable))).one() == ""


# --- who may do what


def made_up(kind: type[Action]) -> dict[str, Any]:
    """A button's payload that nobody offered, of the right types."""
    examples: dict[Any, Any] = {str: "1", int: 1, bool: True}
    return {name: examples[hint] for name, hint in get_type_hints(kind).items() if name != "wire"}


def everything(person: Talk, needs: set[str]) -> list[tuple[str, Callable[[], Awaitable[Talk]]]]:
    """Every door of the router that asks for one of `needs`, each tried with nothing and with something made up."""
    doors: list[tuple[str, Callable[[], Awaitable[Talk]]]] = []
    for row in router.commands.values():
        if row.needs.label in needs:
            # More words than a command takes are a search, which anybody may do.
            for words in [row.name, *(f"{row.name} 1" for p in row.parameters[:1] if not p.option)]:
                doors.append((f"/qi {words}", lambda words=words: person.says(words)))  # type: ignore[misc]
    for wire, action in router.actions.items():
        if action.needs.label in needs:
            for data in ({}, made_up(action.kind)):
                doors.append((wire, lambda wire=wire, data=data: person.presses_raw(wire, data)))  # type: ignore[misc]
    for wire, form in router.submissions.items():
        if form.needs.label in needs:
            for values in ({}, {f.name: "1" for f in form.kind.shape.fields}):
                doors.append((wire, lambda wire=wire, values=values: person.submits(wire, values)))  # type: ignore[misc]
    return doors


async def test_a_stranger_may_do_only_what_anybody_may(talk: Network, database: Database, bot: Bot) -> None:
    await hold(talk, TOMASZ)
    sam = talk(STRANGER)
    await sam.says("help")
    before = await dump(database)
    doors = everything(sam, {"members", "organisers"})
    assert len(doors) > 50
    for name, try_it in doors:
        await try_it()
        assert "You have not joined" in sam.sees, name
    assert await dump(database) == before
    assert not any(end == "fault" for _, _, end in bot.answered)


async def test_a_member_may_not_do_what_organisers_do(talk: Network, database: Database, bot: Bot) -> None:
    await hold(talk, AMINA, TOMASZ)
    amina = talk(AMINA)
    before = await dump(database)
    doors = everything(amina, {"organisers"})
    assert len(doors) > 15
    for name, try_it in doors:
        await try_it()
        assert "That is for organisers" in amina.sees, name
    assert await dump(database) == before
    assert not any(end == "fault" for _, _, end in bot.answered)


@pytest.mark.parametrize("who", [STRANGER, AMINA, OWEN], ids=lambda c: c.name)
async def test_nothing_made_up_is_a_fault_and_everything_gets_a_sentence(talk: Network, bot: Bot, who: Any) -> None:
    await hold(talk, AMINA, TOMASZ)
    person = talk(who)
    for name, try_it in everything(person, {"anybody", "members", "organisers"}):
        await try_it()
        assert person.last is not None, name
        if isinstance(person.last, Message):
            assert person.sees.strip(), name
    assert [what for _, what, end in bot.answered if end == "fault"] == []


async def test_names_that_nobody_uses_any_more_get_a_sentence(talk: Network) -> None:
    amina = talk(AMINA)
    await amina.presses_raw("long.gone", {})
    assert "no longer in use" in amina.sees
    await amina.submits("long.gone", {})
    assert "no longer in use" in amina.sees


@pytest.mark.parametrize(("times", "answered"), [(1, True), (99, False)])
async def test_two_apps_in_one_workspace_are_no_fault_of_ours(
    talk: Network, bot: Bot, database: Database, monkeypatch: pytest.MonkeyPatch, times: int, answered: bool
) -> None:
    met, meet = 0, people.meet

    async def crossed(db: AsyncSession, *who: str, **what: Any) -> people.Known:
        nonlocal met
        met += 1
        return await meet(db, *who, **{**what, "opens": "https://other.example" if met <= times else what["opens"]})

    monkeypatch.setattr(people, "meet", crossed)
    sender = Sender(PLATFORM, AMINA.workspace, AMINA.account, opens="https://this.example")
    reply = await bot.handle(Command("1", sender, "topics sepsis"), talk.paper)
    assert isinstance(reply, Message)
    assert ("Topics near" in reply.title) == answered
    assert "on our side" not in reply.title
