"""What the bot says unasked in Teams: nothing is lost, and what is sent again is counted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from qibot.chat.incoming import Sender
from qibot.chat.message import Message
from qibot.chat.platform import Address, InDoubt, NotNow, NotSent, Throttled, Unreachable
from qibot.clock import SetClock
from qibot.errors import Refused
from qibot.outbox.models import FAILED, PENDING, SENT, Delivery
from qibot.platforms.teams import calls
from qibot.platforms.teams.conversations import TeamsConversation
from tests.platforms.conftest import ON_SQLITE, attend
from tests.platforms.teams_scene import CHANNEL, COLIN, LUTON, NADIA, Scene, a_scene, scene

__all__ = ["scene"]
pytestmark = ON_SQLITE
TWO_WEEKS_ON = datetime(2019, 12, 11, 10, 0, tzinfo=UTC)
TO_NADIA = Address("teams", LUTON, NADIA.id)


@pytest.fixture
async def promised(scene: Scene, clock: SetClock) -> Scene:
    """Nadia promised something; now it is the morning on which she is asked about it."""
    await scene.joins(scene.nadia)
    await attend(scene.wire)
    seen = await scene.says(scene.nadia, "pledge Start a sepsis trolley")
    assert "sepsis trolley" in seen.shown
    await scene.quiet()
    scene.teams.calls.clear()
    clock.set(TWO_WEEKS_ON)
    return scene


async def first(scene: Scene) -> Delivery:
    async with scene.wire.house.database.transaction(reading=True) as db:
        return (await db.scalars(select(Delivery).order_by(Delivery.due_at))).all()[0]


def statuses(scene: Scene) -> list[int]:
    return [call.status for call in scene.calls("activities.send")]


async def test_it_arrives_once_in_their_own_chat(promised: Scene) -> None:
    assert await promised.wire.tick() == 1
    (said,) = promised.from_bot(promised.nadia)[-1:]
    delivery = await first(promised)
    assert "sepsis trolley" in said.shown
    assert (delivery.state, delivery.message, delivery.resent) == (SENT, said.id, 0)
    assert delivery.conversation == promised.teams.personal(promised.nadia).id


async def test_its_button_is_answered_in_its_place(promised: Scene) -> None:
    await promised.wire.tick()
    nudge = promised.from_bot(promised.nadia)[-1]
    done = await promised.teams.press(promised.nadia, nudge, "Done")
    await promised.quiet()
    assert done.error == ""
    assert done.updated is not None or done.messages


async def test_a_process_that_slept_as_it_was_about_to_send_says_nothing(
    promised: Scene, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = calls.Connector.token

    async def slowly(self: calls.Connector) -> str:
        monkeypatch.undo()
        given = await token(self)
        clock.forward(timedelta(minutes=3))
        return given

    monkeypatch.setattr(calls.Connector, "token", slowly)
    before = len(promised.from_bot(promised.nadia))
    assert (await promised.wire.house.worker.tick()).in_doubt == 1
    assert len(promised.from_bot(promised.nadia)) == before
    clock.forward(timedelta(minutes=3))
    assert await promised.wire.tick() == 1
    assert len(promised.from_bot(promised.nadia)) == before + 1


async def test_a_connection_that_drops_after_teams_took_it_is_made_good_once_and_counted(promised: Scene) -> None:
    before = len(promised.from_bot(promised.nadia))
    promised.teams.faults.fail("activities.send", "drop")
    await promised.wire.tick()
    assert len(promised.from_bot(promised.nadia)) == before + 2
    delivery = await first(promised)
    assert (delivery.state, delivery.resent) == (SENT, 1)


async def test_a_second_drop_is_the_end_of_it(promised: Scene) -> None:
    before = len(promised.from_bot(promised.nadia))
    promised.teams.faults.fail("activities.send", "drop", times=None)
    await promised.wire.tick()
    assert len(promised.from_bot(promised.nadia)) == before + 2
    assert (await first(promised)).state == FAILED


async def test_being_asked_to_slow_down_is_heard(promised: Scene, clock: SetClock) -> None:
    promised.teams.faults.fail("activities.send", "429", retry_after=40)
    assert (await promised.wire.house.worker.tick()).later == 1
    delivery = await first(promised)
    assert (delivery.state, delivery.attempts) == (PENDING, 0)
    assert delivery.try_at >= clock.now() + timedelta(seconds=40)
    await promised.wire.tick()
    assert statuses(promised) == [429, 201]
    assert (await first(promised)).resent == 0


async def test_a_conversation_that_is_busy_is_tried_again(promised: Scene) -> None:
    promised.teams.faults.fail("activities.send", "412")
    assert await promised.wire.tick() == 1
    assert statuses(promised) == [412, 201]
    assert (await first(promised)).resent == 0


@pytest.mark.parametrize("kind", ["500", "502", "504"])
async def test_a_fault_of_teams_own_may_have_been_too_late_so_it_counts(promised: Scene, kind: str) -> None:
    promised.teams.faults.fail("activities.send", kind)  # type: ignore[arg-type]
    await promised.wire.tick()
    assert statuses(promised) == [int(kind), 201]
    delivery = await first(promised)
    assert (delivery.state, delivery.resent) == (SENT, 1)


async def test_whoever_blocked_the_bot_is_marked_and_not_tried_again(promised: Scene) -> None:
    promised.teams.block(promised.nadia)
    await promised.wire.tick()
    assert statuses(promised) == [403]
    delivery, identity = await first(promised), await promised.identity(promised.nadia)
    assert identity is not None
    assert (delivery.state, delivery.reason) == (FAILED, "they have blocked the bot")
    assert identity.unreachable == "they have blocked the bot"
    promised.teams.unblock(promised.nadia)
    await promised.says(promised.nadia, "help")
    identity = await promised.identity(promised.nadia)
    assert identity is not None
    assert identity.unreachable == ""


async def test_whoever_removed_the_app_is_not_written_to(promised: Scene) -> None:
    await promised.teams.uninstall(promised.nadia)
    assert await promised.wire.tick() == 0
    assert statuses(promised) == []


async def test_without_a_token_it_waits(promised: Scene) -> None:
    promised.side.connector._token = ""
    promised.teams.faults.fail("token", "500")
    assert await promised.wire.tick() == 1
    assert statuses(promised) == [201]
    assert (await first(promised)).resent == 0


async def test_a_token_that_teams_does_not_take_is_exchanged(promised: Scene) -> None:
    await promised.side.connector.token()
    promised.teams.tokens.clear()
    await promised.wire.tick()
    assert statuses(promised) == [401, 201]
    assert (await first(promised)).resent == 0


# --- the adapter alone, for what the queue would hide


async def test_a_token_is_asked_for_once_an_hour(scene: Scene, clock: SetClock) -> None:
    await scene.says(scene.nadia, "help")
    await scene.says(scene.nadia, "help")
    assert len(scene.calls("token")) == 1
    clock.forward(timedelta(minutes=54))
    await scene.says(scene.nadia, "help")
    assert len(scene.calls("token")) == 1
    clock.forward(timedelta(minutes=2))
    await scene.says(scene.nadia, "help")
    assert len(scene.calls("token")) == 2


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [
        ("429", Throttled),
        ("412", NotNow),
        ("500", InDoubt),
        ("502", InDoubt),
        ("504", InDoubt),
        ("drop", InDoubt),
        ("blocked", Unreachable),
        ("bad_token", NotNow),
    ],
)
async def test_what_teams_answers_has_one_meaning(scene: Scene, kind: str, meaning: type[NotSent]) -> None:
    await scene.says(scene.nadia, "help")
    scene.teams.calls.clear()
    scene.teams.faults.fail("activities.send", kind)  # type: ignore[arg-type]
    with pytest.raises(NotSent) as raised:
        await scene.side.adapter.send(TO_NADIA, Message("Hello"), "m1")
    assert type(raised.value) is meaning
    assert len(scene.calls("activities.send")) == 1


async def test_an_answer_that_never_comes_is_doubt(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.says(scene.nadia, "help")
    await scene.side.connector.stop()
    monkeypatch.setattr(calls, "PATIENCE", 0.2)
    await scene.side.connector.start()
    scene.teams.faults.fail("activities.send", "timeout")
    with pytest.raises(InDoubt):
        await scene.side.adapter.send(TO_NADIA, Message("Hello"), "m1")


async def test_a_service_that_cannot_be_reached_has_not_taken_it(scene: Scene) -> None:
    await scene.says(scene.nadia, "help")
    await scene.side.connector.token()
    async with scene.wire.house.database.transaction() as db:
        row = (await db.scalars(select(TeamsConversation))).one()
        row.service_url = "http://127.0.0.1:9/uk/"
    cloud = scene.side.connector._cloud
    object.__setattr__(cloud, "services", (*cloud.services, "http://127.0.0.1:9"))
    with pytest.raises(NotNow):
        await scene.side.adapter.send(TO_NADIA, Message("Hello"), "m1")


async def test_the_token_is_shown_to_no_other_service(scene: Scene) -> None:
    await scene.says(scene.nadia, "help")
    async with scene.wire.house.database.transaction() as db:
        (await db.scalars(select(TeamsConversation))).one().service_url = "http://127.0.0.1:9/uk/"
    with pytest.raises(NotSent) as raised:
        await scene.side.adapter.send(TO_NADIA, Message("Hello"), "m1")
    assert type(raised.value) is NotSent


async def test_nobody_who_is_not_known_can_be_written_to(scene: Scene) -> None:
    with pytest.raises(Unreachable):
        await scene.side.adapter.send(TO_NADIA, Message("Hello"), "m1")
    assert scene.calls("conversations.create", "activities.send") == []


async def test_somebody_met_in_a_channel_gets_a_chat_of_their_own(scene: Scene) -> None:
    scene.team()
    await scene.says(scene.colin, "help", channel=CHANNEL)
    sent = await scene.side.adapter.send(Address("teams", LUTON, COLIN.id), Message("Hello"), "m1")
    assert sent.conversation == scene.teams.personal(scene.colin).id
    assert [m.shown for m in scene.from_bot(scene.colin)] == ["Hello"]


async def test_a_conversation_outlives_the_process(database_url: str, clock: SetClock) -> None:
    async with a_scene(database_url, clock) as before:
        await before.says(before.nadia, "help")
        async with before.wire.house.database.transaction(reading=True) as db:
            kept = (await db.scalars(select(TeamsConversation))).one()
    assert (kept.tenant, kept.account, kept.user) == (LUTON, NADIA.id, before.nadia.id)
    assert kept.conversation == before.teams.personal(before.nadia).id


async def test_a_row_that_another_process_deleted_is_made_again_by_an_installation(scene: Scene) -> None:
    await scene.says(scene.nadia, "help")
    async with scene.wire.house.database.transaction() as db:
        await db.execute(delete(TeamsConversation))
    await scene.teams.install(scene.nadia)
    await scene.quiet()
    assert (await scene.side.adapter.send(TO_NADIA, Message("Hello"), "m1")).message


@pytest.mark.parametrize(
    ("member", "profile"),
    [
        ({"name": "N", "email": "n@x.example"}, ("N", "n@x.example", False)),
        ({"name": "N", "userPrincipalName": "n@x.example"}, ("N", "n@x.example", False)),
        ({"name": "N", "userPrincipalName": "n_x#EXT#@y.example"}, ("N", "", True)),
        ({"name": "N", "email": "n@x.example", "userRole": "guest"}, ("N", "n@x.example", True)),
        ({}, ("Nadia Rahman", "", False)),
        ({"name": 7, "email": None}, ("Nadia Rahman", "", False)),
    ],
)
async def test_what_teams_says_of_a_person(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, member: dict[str, object], profile: tuple[str, str, bool]
) -> None:
    await scene.says(scene.nadia, "help")

    async def says(*_: object) -> dict[str, object]:
        return member

    monkeypatch.setattr(scene.side.connector, "member", says)
    found = await scene.side.adapter.profile(Sender("teams", LUTON, NADIA.id))
    assert found is not None
    assert (found.name, found.email, found.guest) == profile


async def test_a_directory_that_is_silent_is_asked_again_another_time(scene: Scene) -> None:
    scene.teams.faults.fail("members.get", "502")
    seen = await scene.says(scene.nadia, "help")
    assert "could not find out who you are" in seen.shown
    assert await scene.identity(scene.nadia) is None
    await scene.says(scene.nadia, "help")
    identity = await scene.identity(scene.nadia)
    assert identity is not None
    assert identity.email == NADIA.email


async def test_a_secret_that_microsoft_does_not_take_stops_the_start(database_url: str, clock: SetClock) -> None:
    with pytest.raises(Refused, match="TEAMS_CLIENT_SECRET"):
        async with a_scene(database_url, clock, settings={"teams_client_secret": "wrong"}):
            raise AssertionError("it started")
