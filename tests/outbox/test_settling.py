"""Features hear how a delivery ended, in the transaction that settles it, and cannot keep it from being settled."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
import structlog.testing
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.chat.platform import Address, InDoubt, NotNow, Sent, Unreachable
from qibot.outbox import settling
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import Catalogue, Notification
from qibot.outbox.service import queue
from qibot.outbox.worker import DOUBT, Worker
from tests.outbox.scene import Scene

Told = list[tuple[str, str]]
Follow = Callable[[AsyncSession, Delivery, str, datetime], Awaitable[None]]


async def say(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Nothing about "nothing:0"."""
    return None if delivery.subject == "nothing:0" else Message("Told")


def listening(scene: Scene, told: Told, also: Follow | None = None) -> Worker:
    """A worker whose one feature notes what it hears as the next delivery about the same, and does `also`."""

    async def settled(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
        told.append((delivery.subject, state))
        await queue(db, kind="tests.next", person_id=delivery.person_id, subject=delivery.subject, due_at=FAR)
        if also is not None:
            await also(db, delivery, state, now)

    worker = scene.worker()
    worker._catalogue = Catalogue((Notification("tests.told", "Told", "nudges", True, say, settled),))
    return worker


FAR = datetime.fromisoformat("2030-01-01T00:00:00+00:00")


@pytest.fixture
async def told(scene: Scene) -> Told:
    """What the feature heard, in order; Ann, Bob and Cyn are there."""
    for name in ("ann", "bob", "cyn"):
        await scene.person(name)
    return []


async def plan(scene: Scene, *subjects: str) -> None:
    """One for Ann, one for Bob, one for Cyn."""
    for person_id, subject in enumerate(subjects, 1):
        await scene.plan(person_id, "tests.told", subject=subject)


async def ends(scene: Scene) -> list[tuple[str, str]]:
    """Subject and state of what was planned."""
    return sorted((row.subject, row.state) for row in await scene.rows() if row.kind == "tests.told")


async def followed(scene: Scene) -> list[str]:
    """Subjects of what the feature wrote."""
    return sorted(row.subject for row in await scene.rows() if row.kind == "tests.next")


async def test_every_end_is_told_once(scene: Scene, told: Told) -> None:
    await plan(scene, "a:1", "b:1", "nothing:0")
    scene.postbox.before["bob"] = [Unreachable("The account is gone.")]
    await listening(scene, told).run_until_quiet()
    assert sorted(told) == [("a:1", "sent"), ("b:1", "failed"), ("nothing:0", "skipped")]
    assert await ends(scene) == sorted(told)
    assert await followed(scene) == ["a:1", "b:1", "nothing:0"]


async def test_what_waits_again_or_is_in_doubt_has_not_ended(scene: Scene, told: Told) -> None:
    await plan(scene, "a:1", "b:1")
    scene.postbox.before["ann"] = [NotNow("The platform is busy.")]
    scene.postbox.after["bob"] = [InDoubt("The connection went.")]
    worker = listening(scene, told)
    await worker.run_until_quiet()
    assert told == []
    scene.clock.forward(DOUBT)
    await worker.run_until_quiet()
    assert sorted(told) == [("a:1", "sent"), ("b:1", "sent")]


async def test_a_process_that_overslept_tells_nothing(scene: Scene, told: Told) -> None:
    await plan(scene, "a:1")
    send = scene.postbox.send

    async def slow(to: Address, message: Message, mark: str) -> Sent:
        sent = await send(to, message, mark)
        await scene.change(Delivery, state="sending", claim="another", lease_until=FAR)
        return sent

    scene.postbox.send = slow  # type: ignore[method-assign]
    await listening(scene, told).tick()
    assert told == []
    assert (await scene.row()).claim == "another"


async def test_a_feature_that_breaks_neither_keeps_a_delivery_open_nor_silences_the_others(
    scene: Scene, told: Told
) -> None:
    async def break_for_bob(db: AsyncSession, delivery: Delivery, state: str, now: datetime) -> None:
        if delivery.subject == "b:1":
            raise RuntimeError("the secret of Bob")

    await plan(scene, "a:1", "b:1", "c:1")
    with structlog.testing.capture_logs() as logs:
        await listening(scene, told, break_for_bob).run_until_quiet()
    assert await ends(scene) == [("a:1", "sent"), ("b:1", "sent"), ("c:1", "sent")]
    assert await followed(scene) == ["a:1", "c:1"]
    assert [(entry["event"], entry["error"]) for entry in logs] == [("could not follow up", "RuntimeError")]
    assert "secret" not in str(logs)


async def test_a_statement_that_never_works_is_left_out_at_last(
    scene: Scene, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_the_transaction(db: AsyncSession, *_: object) -> None:
        await db.execute(text("SELECT * FROM a_table_that_is_not_there"))

    monkeypatch.setattr(settling, "_AGAIN_AFTER", (0, 0))
    await plan(scene, "a:1", "b:1")
    with structlog.testing.capture_logs() as logs:
        await listening(scene, told, break_the_transaction).run_until_quiet()
    assert await ends(scene) == [("a:1", "sent"), ("b:1", "sent")]
    assert await followed(scene) == []
    assert [entry["event"] for entry in logs] == ["could not settle yet"] * 2
    assert scene.postbox.accounts() == ["ann", "bob"]
