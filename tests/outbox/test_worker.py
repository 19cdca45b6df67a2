"""From due to settled: who gets what, when, and with which reason not."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Button, Buttons, plain_text
from qibot.chat.platform import NotNow, Throttled, Unreachable
from qibot.database import Database
from qibot.outbox import claims, known, service
from qibot.outbox.jobs import ATTEMPTS
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import Catalogue, Notification
from qibot.outbox.tick import Tick
from qibot.outbox.views import Snooze, Stop
from qibot.people.models import Consent, Person, Workspace
from tests.outbox.scene import BROKEN, CATALOGUE, UNTRUE, WEDNESDAY, Scene, followup, in_hours, london

SECOND = timedelta(seconds=1)


async def test_it_arrives_once_and_the_row_says_where(scene: Scene) -> None:
    ann = await scene.person("ann")
    await scene.plan(ann, period="2w")
    worker = scene.worker()
    assert await worker.tick() == Tick(claimed=1, sent=1)
    assert await worker.tick() == Tick()
    row = await scene.row()
    (taken,) = scene.postbox.taken
    assert (row.id, row.state, row.conversation, row.message) == (taken.mark, "sent", "Dann", "1.0")
    assert (row.sent_at, row.workspace_id, row.reason) == (WEDNESDAY, scene.workspaces["T1"], "")


async def test_every_nudge_carries_its_ways_out_and_an_answer_does_not(scene: Scene) -> None:
    ann = await scene.person("ann")
    await scene.plan(ann, period="2w")
    await scene.plan(ann, kind="tests.answer", due_at=WEDNESDAY + 2 * SECOND)
    await scene.run_until(WEDNESDAY + timedelta(minutes=1))
    nudge, answer = (t.message for t in scene.postbox.taken)
    mark = scene.postbox.taken[0].mark
    buttons = [b for part in nudge.parts if isinstance(part, Buttons) for b in part.buttons]
    assert buttons == [Button("Remind me in a week", Snooze(mark)), Button("Stop these", Stop(mark))]
    assert "Why you get this: Follow-ups of your pledges." in plain_text(nudge)
    assert answer.parts == ()


async def test_the_conversation_found_is_used_again(scene: Scene, database: Database) -> None:
    ann = await scene.person("ann")
    await scene.plan(ann)
    await scene.worker().run_until_quiet()
    async with database.transaction() as db:
        (way,) = (await known.look_up_ways(db, [ann]))[ann]
    assert way.conversation == "Dann"


async def test_one_conversation_gets_one_message_a_second(scene: Scene) -> None:
    ann, bob = await scene.person("ann"), await scene.person("bob")
    for n in range(3):
        await scene.plan(ann, subject=f"pledge:{n}")
    await scene.plan(bob)
    await scene.worker().run_until_quiet()
    assert sorted(scene.postbox.accounts()) == ["ann", "bob"]
    await scene.run_until(WEDNESDAY + timedelta(minutes=1))
    assert [t.at - WEDNESDAY for t in scene.postbox.taken if t.account == "ann"] == [0 * SECOND, SECOND, 2 * SECOND]


async def test_a_paused_workspace_waits_and_never_delays_another(scene: Scene) -> None:
    for n in range(12):
        await scene.plan(await scene.person(f"one{n}", "T1"), due_at=WEDNESDAY - timedelta(minutes=5))
    for n in range(3):
        await scene.plan(await scene.person(f"two{n}", "T2"))
    scene.postbox.before["T1"] = [Throttled(30)]
    worker = scene.worker(at_once=1)
    total = await worker.run_until_quiet(limit=5)
    assert sorted(scene.postbox.accounts()) == ["two0", "two1", "two2"]
    assert total.sent == 3
    assert len(scene.postbox.calls) == 4, "nothing goes there before Retry-After"
    waiting = [row for row in await scene.rows() if row.state == "pending"]
    assert {row.try_at for row in waiting} == {WEDNESDAY + timedelta(seconds=30)}
    assert {row.attempts for row in waiting} == {0}
    # Another process knows it too.
    await scene.plan(await scene.person("one12", "T1"))
    await scene.worker().run_until_quiet()
    assert len(scene.postbox.calls) == 4
    await scene.run_until(WEDNESDAY + timedelta(minutes=2), worker)
    assert await scene.states() == ["sent"] * 16


async def test_those_known_to_wait_for_a_workspace_are_not_claimed_to_learn_it_again(scene: Scene) -> None:
    for n in range(5):
        await scene.plan(await scene.person(f"p{n}"))
    scene.postbox.before["T1"] = [Throttled(30), Throttled(30)]
    worker = scene.worker(at_once=1)
    await worker.run_until_quiet()
    scene.clock.forward(timedelta(seconds=30))
    assert await worker.run_until_quiet(limit=1) == Tick(claimed=1, later=1)
    assert {row.try_at for row in await scene.rows()} == {WEDNESDAY + timedelta(seconds=60)}


async def test_a_throttled_conversation_does_not_pause_its_workspace(scene: Scene) -> None:
    ann, bob = await scene.person("ann"), await scene.person("bob")
    await scene.plan(ann)
    scene.postbox.before["ann"] = [Throttled(20, whole_workspace=False)]
    worker = scene.worker()
    await worker.run_until_quiet()
    await scene.plan(bob)
    await scene.plan(ann, subject="pledge:2")
    await worker.run_until_quiet()
    assert scene.postbox.accounts() == ["bob"]
    await scene.run_until(WEDNESDAY + timedelta(minutes=1), worker)
    assert [t.at - WEDNESDAY for t in scene.postbox.taken if t.account == "ann"] == [20 * SECOND, 21 * SECOND]


async def test_a_passing_fault_is_tried_again_ever_more_slowly_and_then_given_up(scene: Scene) -> None:
    await scene.plan(await scene.person("ann"))
    await scene.plan(await scene.person("bob"))
    scene.postbox.before["ann"] = [NotNow("Slack was not to be reached.")] * 3
    scene.postbox.before["bob"] = [NotNow("Slack was not to be reached.")] * 20
    await scene.run_until(WEDNESDAY + timedelta(days=3))
    ann, bob = await scene.rows()
    assert (ann.state, ann.attempts, ann.sent_at) == ("sent", 3, WEDNESDAY + timedelta(seconds=30 + 120 + 480))
    assert (bob.state, bob.attempts) == ("failed", ATTEMPTS)
    assert bob.reason == f"Slack was not to be reached. I tried {ATTEMPTS} times."
    assert scene.postbox.calls.count("bob") == ATTEMPTS


async def test_who_cannot_be_reached_is_noted_and_not_tried_again(scene: Scene) -> None:
    ann = await scene.person("ann")
    await scene.plan(ann)
    scene.postbox.before["ann"] = [Unreachable("The account is closed.")]
    await scene.worker().run_until_quiet()
    await scene.plan(ann, subject="pledge:2")
    await scene.worker().run_until_quiet()
    assert [(r.state, r.reason) for r in sorted(await scene.rows(), key=lambda r: r.subject)] == [
        ("failed", "The account is closed."),
        ("skipped", "There is no chat account where I can reach them."),
    ]
    assert scene.postbox.calls == ["ann"]


async def test_another_account_is_used_when_one_is_gone(scene: Scene) -> None:
    ann = await scene.person("ann")
    await scene.another_account(ann, "ann2", "T2")
    scene.postbox.before["ann2"] = [Unreachable("The account is closed.")]
    await scene.plan(ann)
    await scene.worker().run_until_quiet()
    assert scene.postbox.calls == ["ann2", "ann"]
    assert (await scene.row()).workspace_id == scene.workspaces["T1"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((Person, {"left_at": WEDNESDAY}), "They left the network."),
        ((Person, {"erased_at": WEDNESDAY}), "They left the network."),
        ((Consent, {"withdrawn_at": WEDNESDAY}), "They have not agreed to reminders."),
        ((Workspace, {"removed_at": WEDNESDAY}), "There is no chat account where I can reach them."),
        ((Delivery, {"subject": UNTRUE}), "It was no longer true."),
    ],
)
async def test_skipped_with_a_reason(scene: Scene, change: tuple[type, dict[str, object]], reason: str) -> None:
    await scene.plan(await scene.person("ann"))
    await scene.change(change[0], **change[1])
    assert await scene.worker().tick() == Tick(claimed=1, skipped=1)
    assert [(r.state, r.reason) for r in await scene.rows()] == [("skipped", reason)]
    assert scene.postbox.calls == []


async def test_consent_is_for_one_purpose(scene: Scene) -> None:
    await scene.plan(await scene.person("ann", agreed="introductions broadcasts"))
    await scene.plan(await scene.person("bob", agreed="nudges"))
    await scene.worker().run_until_quiet()
    assert scene.postbox.accounts() == ["bob"]


async def test_a_stopped_kind_is_not_sent_and_others_are(scene: Scene, database: Database) -> None:
    ann, bob = await scene.person("ann"), await scene.person("bob")
    async with database.transaction() as db:
        await service.stop_kind(db, ann, "tests.followup")
        await service.stop_kind(db, bob)
    for person in (ann, bob):
        for kind in CATALOGUE:
            await scene.plan(person, kind)
    await scene.run_until(WEDNESDAY + timedelta(minutes=1))
    titles = [(t.account, t.message.title) for t in scene.postbox.taken]
    assert sorted(titles) == [("ann", "News"), ("ann", "They said yes"), ("bob", "They said yes")]


async def test_a_pause_holds_and_then_everything_comes_once(scene: Scene) -> None:
    ann = await scene.person("ann", paused_until=date(2019, 12, 11))
    await scene.plan(ann, period="2w")
    await scene.run_until(london(2020, 1, 10, 12))
    assert [t.at for t in scene.postbox.taken] == [london(2019, 12, 11, 9)]


async def test_one_weekly_cap_across_every_kind(scene: Scene) -> None:
    ann = await scene.person("ann")
    for n in range(4):
        await scene.plan(ann, subject=f"pledge:{n}")
        await scene.plan(ann, "tests.news", subject=f"broadcast:{n}")
        await scene.plan(ann, "tests.answer", subject=f"ask:{n}")
    await scene.run_until(WEDNESDAY + timedelta(days=40), scene.worker(weekly_cap=3))
    nudges = [t.at for t in scene.postbox.taken if t.message.title != "They said yes"]
    answers = [t.at for t in scene.postbox.taken if t.message.title == "They said yes"]
    assert len(nudges) == 8
    assert len(answers) == 4
    assert max(answers) < WEDNESDAY + timedelta(minutes=1)
    for at in nudges:
        assert sum(at - timedelta(days=7) < other <= at for other in nudges) <= 3
        assert in_hours(at)


async def test_the_cap_holds_between_processes_that_decide_at_the_same_moment(scene: Scene) -> None:
    ann = await scene.person("ann")
    for n in range(4):
        await scene.plan(ann, subject=f"pledge:{n}")
    workers = [scene.worker(weekly_cap=1) for _ in range(4)]
    await asyncio.gather(*(worker.tick(limit=1) for worker in workers))
    assert scene.postbox.accounts() == ["ann"]
    await scene.run_until(WEDNESDAY + timedelta(days=6), workers[0])
    assert scene.postbox.accounts() == ["ann"]


@pytest.mark.parametrize("start", [london(2019, 3, 28, 12), london(2019, 10, 24, 12)])
async def test_hours_hold_over_both_clock_changes(scene: Scene, start: datetime) -> None:
    scene.clock.set(start)
    ann = await scene.person("ann")
    for n in range(30):
        await scene.plan(ann, subject=f"pledge:{n}", due_at=start + timedelta(hours=5 * n))
    await scene.run_until(start + timedelta(days=8), scene.worker(weekly_cap=50))
    assert len({t.mark for t in scene.postbox.taken}) == len(scene.postbox.taken) == 30
    assert all(in_hours(t.at) for t in scene.postbox.taken)


async def test_a_feature_that_breaks_stops_nobody_else_and_gives_nothing_away(scene: Scene) -> None:
    ann, bob = await scene.person("ann"), await scene.person("bob")
    await scene.plan(ann, subject=BROKEN)
    await scene.plan(ann, "tests.unheard_of")
    await scene.plan(bob)
    with structlog.testing.capture_logs() as logs:
        await scene.run_until(WEDNESDAY + timedelta(days=2))
    assert scene.postbox.accounts() == ["bob"]
    ends = {r.kind: (r.state, r.attempts, r.reason) for r in await scene.rows() if r.person_id == ann}
    assert ends == {
        "tests.followup": ("failed", ATTEMPTS, f"Something went wrong on my side. I tried {ATTEMPTS} times."),
        "tests.unheard_of": ("failed", ATTEMPTS, f"Nothing here knows how to say this. I tried {ATTEMPTS} times."),
    }
    assert logs[0]["error"] == "RuntimeError"
    assert "Ann" not in str(logs)
    assert "secret" not in str(logs)


async def test_a_feature_that_changes_something_while_building_is_caught(scene: Scene) -> None:
    async def meddle(db: AsyncSession, delivery: Delivery, now: object) -> None:
        (await db.get_one(Person, delivery.person_id)).name = "Somebody else"

    catalogue = Catalogue((followup, Notification("tests.meddle", "Meddling", "nudges", False, meddle)))
    ann, bob = await scene.person("ann"), await scene.person("bob")
    await scene.plan(ann, "tests.meddle")
    await scene.plan(bob)
    worker = scene.worker()
    worker._catalogue = catalogue
    with structlog.testing.capture_logs() as logs:
        await worker.run_until_quiet()
    assert scene.postbox.accounts() == ["bob"]
    assert "Bob" in plain_text(scene.postbox.taken[0].message)
    assert [entry["error"] for entry in logs] == ["WroteWhileReading"]


async def test_draining_sends_what_is_under_way_and_claims_no_more(scene: Scene) -> None:
    ann, bob = await scene.person("ann"), await scene.person("bob")
    await scene.plan(ann)
    scene.postbox.gate.clear()
    worker = scene.worker()
    tick = asyncio.create_task(worker.tick())
    await scene.postbox.called.wait()
    assert await worker.drain(0.01) is False
    await scene.plan(bob)
    scene.postbox.gate.set()
    assert await worker.drain(10) is True
    assert (await tick).sent == 1
    assert await worker.run_until_quiet() == Tick()
    assert scene.postbox.accounts() == ["ann"]


async def test_draining_puts_back_what_no_platform_has_seen(scene: Scene) -> None:
    for n in range(3):
        await scene.plan(await scene.person(f"p{n}"))
    scene.postbox.gate.clear()
    worker = scene.worker(at_once=1)
    tick = asyncio.create_task(worker.tick())
    await scene.postbox.called.wait()
    assert await worker.drain(0) is False
    scene.postbox.gate.set()
    assert (await tick) == Tick(claimed=3, sent=1, later=2)
    assert sorted(await scene.states()) == ["pending", "pending", "sent"]
    assert {r.handed_at for r in await scene.rows() if r.state == "pending"} == {None}
    await scene.run_until(WEDNESDAY + timedelta(minutes=1))
    assert scene.postbox.asked == []
    assert await scene.states() == ["sent"] * 3


async def test_what_is_known_only_here_survives_a_passing_fault_of_the_database(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.plan(await scene.person("ann"))
    settle, faults = claims.settle, [OperationalError("", {}, Exception("disk full"))]

    async def unlucky(*args: object) -> None:
        if faults:
            raise faults.pop()
        await settle(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(claims, "settle", unlucky)
    await scene.worker().run_until_quiet()
    assert await scene.states() == ["sent"]


def test_two_notifications_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"tests\.followup"):
        Catalogue((followup, followup))
    with pytest.raises(ValueError, match="nobody can agree"):
        Notification("x.y", "X", "marketing", False, followup.build)


async def test_lots_beside_each_other_send_each_once(scene: Scene) -> None:
    people = [await scene.person(f"p{n}") for n in range(12)]
    for person in people:
        await scene.plan(person)
    done = await scene.worker().run_until_quiet(limit=3, beside=2)
    assert (done.claimed, done.sent) == (12, 12)
    assert sorted(scene.postbox.accounts()) == sorted(f"p{n}" for n in range(12))
